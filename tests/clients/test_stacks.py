"""The real docker client and a swarm: services, their updates and logs, stacks with secrets, configs and networks."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from fakedocker.assembly import create_engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.serving import Listening, Served, serve_in_thread
from fakedocker.wire.http import Request
from helpers.programs import Run, find

STACK = """
version: "3.8"
services:
  web:
    image: nginx:alpine
    ports: ["18085:80"]
    networks: [front]
    configs: [{source: page, target: /usr/share/nginx/html/page.txt}]
    deploy: {replicas: 2, update_config: {order: start-first}}
  db:
    image: redis:7
    networks: [front]
    secrets: [password]
    deploy: {placement: {constraints: ["node.role == manager"]}}
networks: {front: {}}
secrets: {password: {file: ./password}}
configs: {page: {file: ./page}}
"""


@pytest.fixture
def served(tmp_path: Path, profile: str) -> Iterator[Served]:
    """An engine that keeps pace with the wall's clock, as the client looks again and again by its own."""
    engine = create_engine(9, mode=TimeMode.LEAP, profile=profile)
    engine.journaling = False
    for image in ("alpine:latest", "nginx:alpine", "redis:7"):
        name, _, tag = image.partition(":")
        engine.perform(Request(method="POST", target=f"/images/create?fromImage={name}&tag={tag}"))
    with serve_in_thread(engine, Listening(socket_path=str(tmp_path / "docker.sock"), publish=True)) as listening:
        yield listening


def wait_for(run: Run, *words: str, wanted: str) -> None:
    """Ask until the answer is the one wanted."""
    answer = ""
    for _ in range(100):
        answer = run(*words).stdout
        if answer == wanted:
            return
        time.sleep(0.1)
    raise AssertionError(answer)


def test_services(run: Run) -> None:
    docker = find("docker")
    assert "is now a manager" in run(docker, "swarm", "init").stdout
    assert "docker swarm join --token SWMTKN-1-" in run(docker, "swarm", "join-token", "worker").stdout
    created = run(
        docker,
        "service",
        "create",
        "-d",
        "--name",
        "web",
        "--replicas",
        "2",
        "--stop-grace-period",
        "1s",
        "--update-monitor",
        "1s",
        "alpine",
        "sh",
        "-c",
        "echo hello; exec sleep 10000",
    )
    assert len(created.stdout.strip()) == 25
    listing = (docker, "service", "ls", "--format", "{{.Name}} {{.Mode}} {{.Replicas}} {{.Image}}")
    wait_for(run, *listing, wanted="web replicated 2/2 alpine:latest\n")
    tasks = run(docker, "service", "ps", "--format", "{{.Name}} {{.Node}} {{.DesiredState}}", "web").stdout
    assert tasks == "web.1 docker-host Running\nweb.2 docker-host Running\n"
    assert run(docker, "service", "logs", "--raw", "web").stdout == "hello\nhello\n"
    run(docker, "service", "scale", "-d", "web=3")
    updated = run(
        docker, "service", "update", "--detach=false", "--env-add", "A=b", "--stop-grace-period", "1s", "--update-parallelism", "0", "web"
    )  # fmt: skip
    assert "converged" in updated.stdout
    (shown,) = json.loads(run(docker, "service", "inspect", "web").stdout)
    assert shown["UpdateStatus"]["State"] == "completed"
    assert shown["Spec"]["TaskTemplate"]["ContainerSpec"]["Env"] == ["A=b"]
    run(docker, "service", "rollback", "-d", "web")
    run(docker, "service", "rm", "web")
    assert run(docker, "service", "ls", "-q").stdout == ""
    refused = run(docker, "swarm", "leave", check=False)
    assert "Removing the last manager erases all current state of the swarm" in refused.stderr
    run(docker, "swarm", "leave", "--force")


def test_a_stack(run: Run, tmp_path: Path) -> None:
    docker = find("docker")
    for name, text in (("stack.yml", STACK), ("password", "hunter2"), ("page", "a page\n")):
        (tmp_path / name).write_text(text)
    run(docker, "swarm", "init")
    run(docker, "stack", "deploy", "--detach=true", "-c", "stack.yml", "app")
    services = (docker, "stack", "services", "--format", "{{.Name}} {{.Replicas}} {{.Ports}}", "app")
    wait_for(run, *services, wanted="app_db 1/1 \napp_web 2/2 *:18085->80/tcp\n")
    with urlopen("http://127.0.0.1:18085/page.txt", timeout=300) as answer:
        assert answer.read() == b"a page\n"
    database = run(docker, "ps", "-q", "--filter", "name=app_db").stdout.strip()
    assert run(docker, "exec", database, "cat", "/run/secrets/password").stdout == "hunter2"
    found = run(docker, "exec", database, "getent", "hosts", "web").stdout.split()
    assert found[0].startswith("10.0.1.")
    assert "app_front" in run(docker, "network", "ls", "--filter", "scope=swarm").stdout
    run(docker, "stack", "rm", "app")
    assert run(docker, "secret", "ls", "-q").stdout == run(docker, "config", "ls", "-q").stdout == ""
