"""Compose, old and new: two services with a volume, a network and a health check go up, are scaled, and come down; images are built."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path

import pytest

from helpers.programs import Run, find

COMPOSE = """
version: "3.8"
services:
  web:
    image: nginx:1.27
    ports: ["18088:80"]
    depends_on: [cache]
    networks: [front]
    volumes: ["data:/usr/share/nginx/html/data"]
  cache:
    image: redis:7
    healthcheck: {test: [CMD, redis-cli, ping], interval: 2s, timeout: 3s, retries: 5}
    networks: [front]
    volumes: ["data:/data"]
networks: {front: {}}
volumes: {data: {}}
"""


@pytest.mark.parametrize("version", ["1.29", "2"])
def test_two_services_up_scaled_and_down(version: str, run: Run, tmp_path: Path, profile: str) -> None:
    docker = find("docker")
    if version == "1.29":
        if profile != "28":
            pytest.skip("compose 1.29 asks for API 1.38, which Docker 29 has no longer")
        old = shutil.which("docker-compose")
        if old is None or "1.29" not in run(old, "--version").stdout:
            pytest.skip("docker-compose 1.29 is not installed")
        compose = [old, "-p", "shop"]
    else:
        find("docker-compose")
        if run(docker, "compose", "version", check=False).returncode:
            pytest.skip("the docker client has no compose plugin; `make clients` fetches it")
        compose = [docker, "compose", "-p", "shop"]
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)

    def containers(*filters: str) -> int:
        return len(run(docker, "ps", "-aq", *filters).stdout.split())

    run(*compose, "up", "-d")
    assert containers() == 2
    with urllib.request.urlopen("http://127.0.0.1:18088/") as page:
        assert b"Welcome to nginx!" in page.read()
    run(*compose, "up", "-d", "--scale", "cache=3")
    assert containers() == 4
    run(docker, "run", "--rm", "--network", "shop_front", "redis:7", "redis-cli", "-h", "cache", "set", "a", "1")
    run(*compose, "exec", "-T", "cache", "redis-cli", "ping")
    run(docker, "run", "--rm", "alpine", "sleep", "10")
    assert containers("--filter", "health=healthy") == 3
    volume = json.loads(run(docker, "volume", "inspect", "shop_data").stdout)[0]
    assert volume["Labels"]["com.docker.compose.project"] == "shop"
    run(*compose, "down", "-v")
    assert containers() == 0
    assert run(docker, "volume", "ls", "-q").stdout == ""
    assert "shop_front" not in run(docker, "network", "ls").stdout


BUILT = """
services:
  web:
    build: {context: web, target: prod, args: {A: "5"}, labels: [made.by=compose], secrets: [tok], cache_from: ["shop-web:old"]}
    command: cat /arg /tok
  inline:
    build:
      context: .
      dockerfile_inline: |
        FROM alpine
        RUN echo inline > /text
    command: cat /text
secrets: {tok: {file: token}}
"""
DOCKERFILE = """
FROM alpine AS prod
ARG A
COPY --chmod=644 file /file
RUN --mount=type=secret,id=tok echo a=$A > /arg && cp /run/secrets/tok /tok && chmod 644 /tok
FROM prod
RUN exit 1
"""


def test_services_are_built(run: Run, tmp_path: Path) -> None:
    docker = find("docker")
    find("docker-compose")
    if run(docker, "compose", "version", check=False).returncode:
        pytest.skip("the docker client has no compose plugin; `make clients` fetches it")
    (tmp_path / "docker-compose.yml").write_text(BUILT)
    (tmp_path / "token").write_text("s3cret\n")
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "web" / "file").write_text("one\n")
    compose = (docker, "compose", "-p", "shop")
    run(*compose, "build")
    labels = json.loads(run(docker, "inspect", "shop-web").stdout)[0]["Config"]["Labels"]
    assert labels["made.by"] == "compose" and labels["com.docker.compose.project"] == "shop"
    (tmp_path / "web" / "file").write_text("two\n")
    run(*compose, "up", "--build", "-d")
    told = {line.partition("|")[2].strip() for line in run(*compose, "logs").stdout.splitlines()}
    assert told == {"a=5", "s3cret", "inline"}
    assert run(docker, "run", "--rm", "shop-web", "cat", "/file").stdout == "two\n"
    run(*compose, "down", "--rmi", "all")
    assert "shop" not in run(docker, "images").stdout
    (tmp_path / "web" / "Dockerfile").write_text("FROM alpine\nRUN exit 4\n")
    (tmp_path / "docker-compose.yml").write_text("services: {web: {build: web}}")
    failed = run(*compose, "build", check=False)
    assert failed.returncode == 17
    assert failed.stderr.endswith(
        'failed to solve: process "/bin/sh -c exit 4" did not complete successfully: exit code: 4\n'
    )
