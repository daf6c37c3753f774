"""Answers that have been read to their end are kept by nobody: a served engine does not grow with what it has done."""

from __future__ import annotations

import gc
from pathlib import Path
from socket import SocketIO

import docker

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.serving import Listening, serve_in_thread
from fakedocker.testing.docker_py import docker_client

ROUNDS = 20


def served_engine() -> Engine:
    engine = create_engine(1, mode=TimeMode.LEAP)
    engine.journaling = False
    return engine


def kept() -> int:
    """How many exchanges of streams there are; one is always the last."""
    gc.collect()
    return sum(type(each) is Exchange and each.stream is not None for each in gc.get_objects())


def hang_up(talk: SocketIO) -> None:
    """Close docker-py's socket of a conversation, which its response also holds."""
    raw = talk._sock
    talk._response.close()
    raw.close()


def converse(client: docker.DockerClient, times: int) -> None:
    """Containers that are followed, and whose processes others talk to."""
    for _ in range(times):
        box = client.containers.run("alpine", ["sh", "-c", "echo up; sleep 100"], detach=True, stdin_open=True)
        assert box.exec_run("echo in").output == b"in\n"
        talk = box.exec_run("cat", stdin=True, socket=True).output
        hang_up(talk)
        attached = box.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
        box.stop(timeout=0)
        hang_up(attached)
        assert b"".join(box.logs(stream=True, follow=True)) == b"up\n"
        box.remove()


def test_over_a_socket(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    with serve_in_thread(served_engine(), Listening(socket_path=str(path))):
        client = docker.DockerClient(base_url=f"unix://{path}")
        client.images.pull("alpine")
        converse(client, 2)
        before = kept()
        converse(client, ROUNDS)
        assert kept() < before + ROUNDS // 2
        client.close()


def test_in_process() -> None:
    client = docker_client(served_engine())
    client.images.pull("alpine")
    converse(client, 2)
    before = kept()
    converse(client, ROUNDS)
    assert kept() < before + ROUNDS // 2
