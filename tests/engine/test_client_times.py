"""Clients that give times of their own clock to a server whose time has leapt ahead mean what they say."""

from __future__ import annotations

import time
from collections.abc import Iterator

import docker
import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.clock import Pacer
from fakedocker.engine.inflight import TimeMode
from fakedocker.testing import FakeDocker

LEAPT_SECONDS = 3_000


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    """A client of a server that has leapt ahead for a container to end."""
    with FakeDocker(images=["alpine"]) as fake, fake.served() as served:
        client = docker.DockerClient(base_url=served.docker_host, timeout=300)
        client.containers.run("alpine", ["sleep", str(LEAPT_SECONDS)], name="before")
        time.sleep(0.01)
        yield client
        client.close()


def actions(client: docker.DockerClient, since: object, until: object) -> list[str]:
    found = client.events(since=since, until=until, decode=True, filters={"type": "container"})
    return [event["Action"] for event in found]


def test_events_between_two_looks_at_the_clients_clock(client: docker.DockerClient) -> None:
    since = f"{time.time():.6f}"
    time.sleep(0.01)
    client.containers.create("alpine", name="between")
    time.sleep(0.01)
    until = f"{time.time():.6f}"
    client.containers.create("alpine", name="after")
    assert actions(client, since, until) == ["create"]
    assert "die" in actions(client, "1", until)
    assert "die" not in actions(client, since, until)


def test_events_between_times_that_the_engine_told(client: docker.DockerClient) -> None:
    def told() -> str:
        text = client.info()["SystemTime"]
        whole, _, fraction = text.rstrip("Z").partition(".")
        seconds = int(time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))) - time.timezone
        return f"{seconds}.{fraction.ljust(9, '0')}"

    since = told()
    client.containers.create("alpine", name="between")
    until = told()
    client.containers.create("alpine", name="after")
    assert actions(client, since, until) == ["create"]


def test_an_event_is_found_again_by_its_own_time(client: docker.DockerClient) -> None:
    event = next(iter(client.events(since="1", until=f"{time.time():.6f}", decode=True, filters={"event": "die"})))
    at = f"{event['timeNano'] // SECOND_NS}.{event['timeNano'] % SECOND_NS:09d}"
    assert actions(client, at, at) == ["die"]


def test_logs_until_now_by_the_clients_clock(client: docker.DockerClient) -> None:
    container = client.containers.run(
        "alpine", ["sh", "-c", "echo one; sleep 1000; echo two"], name="writer", detach=True
    )
    time.sleep(0.01)
    until = time.time()
    assert container.logs(until=until) == b"one\n"
    container.wait()
    assert container.logs() == b"one\ntwo\n"
    assert container.logs(until=until) == b"one\n"
    assert container.logs(since=until) == b"two\n"


def test_prune_what_was_made_until_now(client: docker.DockerClient) -> None:
    time.sleep(0.01)
    until = f"{time.time():.6f}"
    client.containers.create("alpine", name="later")
    pruned = client.containers.prune(filters={"until": until})
    assert len(pruned["ContainersDeleted"]) == 1
    assert [each.name for each in client.containers.list(all=True)] == ["later"]


def test_what_the_walls_instants_mean() -> None:
    wall_ns = 1_000 * SECOND_NS
    engine = create_engine(now_ns=1_000 * SECOND_NS, mode=TimeMode.LEAP)
    pacer = Pacer(engine, lambda: wall_ns)
    wall_ns += 10 * SECOND_NS
    engine.advance(1_060 * SECOND_NS)
    pacer.catch_up()
    wall_ns += 10 * SECOND_NS
    assert pacer.meaning(1_005 * SECOND_NS) == 1_005 * SECOND_NS
    assert pacer.meaning(1_015 * SECOND_NS) == 1_065 * SECOND_NS
    assert pacer.meaning(1_025 * SECOND_NS) == 1_075 * SECOND_NS  # the client's future


def test_a_clients_own_times_where_the_engine_began_on_an_earlier_day() -> None:
    """`docker logs --until 1h` tells an instant of this year to an engine of another: it means an hour ago there too."""
    begun_ns = 1_727_773_200 * SECOND_NS
    engine = create_engine(now_ns=begun_ns, mode=TimeMode.WALL)
    wall_ns = begun_ns + 2 * 365 * 86_400 * SECOND_NS
    pacer = Pacer(engine, lambda: wall_ns)
    assert pacer.meaning(wall_ns - 3600 * SECOND_NS) == begun_ns - 3600 * SECOND_NS
    assert pacer.meaning(begun_ns + 5 * SECOND_NS) == begun_ns + 5 * SECOND_NS
