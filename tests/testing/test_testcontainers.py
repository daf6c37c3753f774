"""testcontainers: its README's example runs unchanged, a real driver speaking to the simulated server; and its other parts."""

from __future__ import annotations

import gc
import importlib.metadata
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from fakedocker.serving import HAS_UNIX_SOCKETS
from fakedocker.testing import FakeDocker
from helpers.documented_examples import play

pytestmark = [
    pytest.mark.skipif(find_spec("testcontainers") is None, reason="testcontainers is not installed"),
    pytest.mark.skipif(not HAS_UNIX_SOCKETS, reason="there are no unix sockets here"),
    pytest.mark.filterwarnings("ignore:testcontainers.* is deprecated:DeprecationWarning"),  # its README's own import
    pytest.mark.filterwarnings(
        "ignore:The @wait_container_is_ready decorator:DeprecationWarning"
    ),  # its own modules use it
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # it leaves sockets to the collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
def fake() -> Iterator[FakeDocker]:
    made = FakeDocker(images=["postgres:16", "redis:7", "testcontainers/ryuk:0.8.1"])
    with made.served(publish=True):
        yield made
        from testcontainers.core.container import Reaper

        Reaper.delete_instance()
        gc.collect()


def test_the_readme(fake: FakeDocker) -> None:
    pytest.importorskip("sqlalchemy", reason="sqlalchemy is not installed")
    pytest.importorskip("psycopg2", reason="psycopg2 is not installed")
    readme = str(importlib.metadata.metadata("testcontainers").get_payload())
    *_, version = play(readme)
    assert version.startswith("PostgreSQL 16")
    fake.assert_asked("create", Image="postgres:16")
    fake.assert_asked("remove")


def test_a_container_of_ones_own_and_its_logs(fake: FakeDocker) -> None:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    fake.image("shop/api", logs=["starting", ("2s", "ready")], ports={8080: "hello"})
    wanted = DockerContainer("shop/api").with_exposed_ports(8080).with_env("MODE", "test")
    with wanted.waiting_for(LogMessageWaitStrategy("ready")) as container:
        assert container.exec("sh -c 'echo $MODE'").output == b"test\n"

        address = f"http://{container.get_container_host_ip()}:{container.get_exposed_port(8080)}/"
        with urllib.request.urlopen(address, timeout=300) as answer:
            assert answer.read() == b"hello"
