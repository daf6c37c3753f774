"""Faults of the wire as a client behind a real socket meets them."""

from __future__ import annotations

from collections.abc import Iterator

import docker
import pytest
import requests

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.serving import HAS_UNIX_SOCKETS, Listening, serve_in_thread

pytestmark = pytest.mark.skipif(not HAS_UNIX_SOCKETS, reason="there are no unix sockets here")


@pytest.fixture
def engine() -> Engine:
    return create_engine(seed=4)


@pytest.fixture
def client(engine: Engine) -> Iterator[docker.DockerClient]:
    with serve_in_thread(engine, Listening()) as served:
        made = docker.DockerClient(base_url=served.docker_host, version="1.50", timeout=1)
        yield made
        made.close()


def test_a_connection_that_is_reset(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("info reset once")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.info()
    assert client.info()["OSType"] == "linux"


def test_an_answer_that_is_lost(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("volume create lost once")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.volumes.create("data")
    assert client.volumes.get("data").name == "data"


def test_a_truncated_answer(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("info truncated after 20 once")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        client.info()


def test_an_answer_that_never_comes(engine: Engine, client: docker.DockerClient) -> None:
    engine.inject("info stall once")
    with pytest.raises(requests.exceptions.ReadTimeout):
        client.info()
    assert client.info()["OSType"] == "linux"


def test_a_daemon_that_is_down(engine: Engine, client: docker.DockerClient) -> None:
    number = engine.inject("daemon down").number
    with pytest.raises(requests.exceptions.ConnectionError):
        client.ping()
    engine.clear_faults(number)
    assert client.ping()
