"""The node of a swarm that is down by rule, and back: what the manager says of it, of services, and what becomes of containers."""

from __future__ import annotations

from typing import Any

import pytest
from docker.types import ServiceMode
from hypothesis import given, settings, strategies as st

from fakedocker.faults.model import FaultError
from fakedocker.testing import FakeDocker


def make() -> FakeDocker:
    fake = FakeDocker(images=["alpine"])
    fake.client.swarm.init(advertise_addr="192.168.65.3")
    fake.client.services.create(
        "alpine", ["sleep", "infinity"], name="web", mode=ServiceMode("replicated", 2), stop_grace_period=10**9
    )
    fake.advance("10s")
    return fake


@pytest.fixture(scope="module")
def start() -> FakeDocker:
    return make()


@pytest.fixture
def fake(start: FakeDocker) -> FakeDocker:
    return start.fork()


def status(fake: FakeDocker) -> dict[str, Any]:
    found: dict[str, Any] = fake.client.nodes.list()[0].attrs["Status"]
    return found


def tasks(fake: FakeDocker, name: str = "web") -> list[tuple[int, str, str, str]]:
    found = fake.client.services.get(name).tasks()
    rows = [(t.get("Slot", 0), t["DesiredState"], t["Status"]["State"], t["Status"].get("Err", "")) for t in found]
    return sorted(rows)


def running(fake: FakeDocker) -> int:
    return len(fake.client.containers.list())


NO_NODE = "no suitable node (1 node not available for new tasks)"


def test_a_node_that_is_down_and_back(fake: FakeDocker) -> None:
    assert status(fake) == {"State": "ready", "Addr": "192.168.65.3"}
    old = {container.id for container in fake.client.containers.list()}
    fake.fault("node docker-host down for 1m")
    fake.advance("14s")
    assert status(fake)["State"] == "ready"
    assert len(tasks(fake)) == 2
    begun = fake.now()
    fake.advance("10s")
    assert status(fake) == {"State": "down", "Message": "heartbeat failure", "Addr": "192.168.65.3"}
    assert tasks(fake) == [
        (slot, *row) for slot in (1, 2) for row in [("running", "pending", NO_NODE), ("shutdown", "running", "")]
    ]
    assert {container.id for container in fake.client.containers.list()} == old  # they go on where nobody hears of it
    fake.advance("1m")
    assert status(fake) == {"State": "ready", "Addr": "192.168.65.3"}
    assert [row[:3] for row in tasks(fake)] == [
        (slot, *row) for slot in (1, 2) for row in [("running", "running"), ("shutdown", "shutdown")]
    ]
    assert running(fake) == 2
    assert old.isdisjoint({container.id for container in fake.client.containers.list()})
    changes = [
        event["Actor"]["Attributes"]
        for event in fake.client.events(since=begun, until=fake.now(), decode=True, filters={"type": "node"})
    ]
    assert [(each["state.old"], each["state.new"]) for each in changes] == [("ready", "down"), ("down", "ready")]


def test_what_ends_meanwhile_is_heard_of_later(fake: FakeDocker) -> None:
    rule = fake.fault("node docker-host down")
    fake.client.containers.list()[0].kill()
    fake.advance("10s")  # before the manager has missed it
    assert [row[2] for row in tasks(fake)] == ["running", "running"]
    fake.clear_faults(rule.number)
    fake.advance("20s")
    assert sorted(row[2] for row in tasks(fake)) == ["failed", "running", "running"]
    assert running(fake) == 2


def test_a_service_made_meanwhile_waits_for_the_node(fake: FakeDocker) -> None:
    fake.fault("node docker-host down for 2m")
    fake.advance("20s")
    fake.client.services.create("alpine", ["sleep", "infinity"], name="late")
    fake.client.services.create("alpine", ["sleep", "infinity"], name="each", mode=ServiceMode("global"))
    fake.advance("10s")
    assert [row[1:] for row in tasks(fake, "late")] == [("running", "pending", NO_NODE)]
    assert tasks(fake, "each") == []
    fake.advance("2m")
    assert [row[2] for row in tasks(fake, "late") + tasks(fake, "each")] == ["running", "running"]


def test_the_rule_ends_with_the_swarm(fake: FakeDocker) -> None:
    fake.fault("node docker-host down for 1m")
    fake.client.swarm.leave(force=True)
    fake.advance("2m")
    fake.client.swarm.init(advertise_addr="192.168.65.3")
    assert status(fake)["State"] == "ready"


def test_what_makes_no_sense_is_refused(fake: FakeDocker) -> None:
    fake.fault("node docker-host down in 1h")
    before = fake.snapshot()
    for text, expected in [
        ("node nobody down", "no node 'nobody': node nobody not found"),
        ("node docker-host down", "node docker-host has such a fault already"),
        ("node docker-host slow", "unknown fault 'slow' of a node; expected down"),
        ("node", "expected the name of the node"),
    ]:
        with pytest.raises(FaultError, match=expected):
            fake.fault(text)
    assert fake.snapshot() is before
    with pytest.raises(FaultError, match="This node is not a swarm manager"):
        FakeDocker().fault("node docker-host down")


def test_nothing_changes_until_it_is_down(fake: FakeDocker) -> None:
    plain, faulty = fake.fork(), fake.fork()
    faulty.fault("node docker-host down in 2h")
    told = []
    for each in (plain, faulty):
        each.client.services.get("web").scale(3)
        each.advance("10s")
        told.append([tasks(each), each.client.nodes.list()[0].attrs, each.client.services.get("web").attrs])
    assert told[0] == told[1]


START = make()


class Rollout:
    """Brings a service to a number of replicas, and takes nothing for done that does not run on a node that is ready."""

    def __init__(self, fake: FakeDocker) -> None:
        self.fake = fake

    def bring(self, replicas: int, patience: int = 12) -> None:
        for attempt in range(patience):
            service = self.fake.client.services.get("web")
            if service.attrs["Spec"]["Mode"]["Replicated"]["Replicas"] != replicas:
                service.scale(replicas)
            ready = status(self.fake)["State"] == "ready"
            if ready and len(service.tasks({"desired-state": "running"})) == replicas == self._running(service):
                return
            self.fake.advance(f"{min(2**attempt, 30)}s")
        raise AssertionError(f"web has never had {replicas} replicas")

    @staticmethod
    def _running(service: Any) -> int:
        return sum(task["Status"]["State"] == "running" == task["DesiredState"] for task in service.tasks())


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 60)), max_size=3),
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
)
def test_who_waits_for_the_node_survives(outages: list[tuple[int, int]], wanted: list[int]) -> None:
    fake = START.fork()
    rollout = Rollout(fake)
    for replicas, (after, lasts) in zip(wanted, [*outages, (1, 1)] * len(wanted), strict=False):
        fake.clear_faults()
        fake.fault(f"node docker-host down in {after}s for {lasts}s")
        rollout.bring(replicas)
    fake.clear_faults()
    rollout.bring(2)
    fake.advance("1m")
    assert running(fake) == 2
