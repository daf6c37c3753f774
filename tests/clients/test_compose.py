"""Compose, old and new: two services with a volume, a network and a health check go up, are scaled, and come down."""

from __future__ import annotations

import json
import shutil
import urllib.request
from pathlib import Path

import pytest
from programs import Run, find

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
def test_two_services_up_scaled_and_down(version: str, run: Run, tmp_path: Path) -> None:
    docker = find("docker")
    if version == "1.29":
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
