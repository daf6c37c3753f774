"""FakeDocker without pytest's fixtures: as a context manager, as a decorator, and its snapshots."""

from __future__ import annotations

import unittest

import docker
import pytest

import fakedocker
import fakedocker.testing
from fakedocker.serving import HAS_UNIX_SOCKETS
from fakedocker.testing import FakeDocker


def test_a_context_manager_gives_a_client() -> None:
    with fakedocker.testing.docker(images=["alpine"]) as client:
        assert client.containers.run("alpine", "echo hello") == b"hello\n"


def test_a_decorator_gives_a_client_for_each_call() -> None:
    @fakedocker.testing.docker(seed=3)
    def use(name: str, client: docker.DockerClient) -> list[str]:
        client.volumes.create(name)
        return [volume.name for volume in client.volumes.list()]

    assert use("one") == ["one"]
    assert use("two") == ["two"]


class Case(unittest.TestCase):
    """Another runner's test."""

    @fakedocker.testing.docker(images=["alpine"])
    def test_something(self, client: docker.DockerClient) -> None:
        self.assertEqual(client.containers.run("alpine", "echo hi"), b"hi\n")


def test_snapshots_go_back_and_forks_go_their_own_way() -> None:
    fake = FakeDocker()
    before = fake.snapshot()
    fake.client.volumes.create("data")
    other = fake.fork()
    fake.restore(before)
    assert fake.client.volumes.list() == []
    assert [volume.name for volume in other.client.volumes.list()] == ["data"]
    assert FakeDocker(world=before).client.volumes.list() == []


def test_the_snapshot_of_another_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="snapshot of another engine, made from seed 2, not 1"):
        FakeDocker(1).restore(FakeDocker(2).snapshot())
    with pytest.raises(TypeError, match="expected a snapshot, as `snapshot` gives it, not str"):
        FakeDocker().restore("yesterday")  # type: ignore[arg-type]  # that is the mistake


def test_the_public_face_is_whole() -> None:
    for module in (fakedocker, fakedocker.testing):
        for name in module.__all__:
            assert getattr(module, name) is not None
        assert dir(module) == sorted(module.__all__)
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            module.nothing  # noqa: B018  # the look-up is the test


@pytest.mark.skipif(not HAS_UNIX_SOCKETS, reason="there are no unix sockets here")
def test_a_served_double_is_driven_in_process_too() -> None:
    fake = FakeDocker(images=["alpine"])
    with fake.served() as served:
        other = docker.DockerClient(base_url=served.docker_host)
        box = fake.client.containers.run("alpine", ["sh", "-c", "sleep 60; exit 4"], name="box", detach=True)
        assert other.containers.get("box").status == "running"
        fake.advance("30s")
        fake.run_until(lambda: other.containers.get("box").status == "exited", within="1m")
        assert other.containers.get("box").wait()["StatusCode"] == 4
        fake.fault("info error 503")
        with pytest.raises(docker.errors.APIError, match="503"):
            other.info()
        other.close()
    assert box.wait()["StatusCode"] == 4
