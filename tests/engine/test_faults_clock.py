"""The daemon's clock, ahead or behind by rule: the times that it tells, and those that it compares with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from fakedocker.faults.model import FaultError
from fakedocker.testing import FakeDocker

HOUR = timedelta(hours=1)


def make() -> FakeDocker:
    fake = FakeDocker(images=["alpine"])
    fake.client.containers.run("alpine", ["sh", "-c", "echo up; sleep infinity"], name="web", detach=True)
    return fake


@pytest.fixture(scope="module")
def start() -> FakeDocker:
    return make()


@pytest.fixture
def fake(start: FakeDocker) -> FakeDocker:
    return start.fork()


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00")


def is_near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=2)


@pytest.mark.parametrize(("rule", "skew"), [("clock ahead 1h", HOUR), ("clock behind 1h", -HOUR)])
def test_what_the_daemon_tells(fake: FakeDocker, rule: str, skew: timedelta) -> None:
    client = fake.client
    fake.fault(rule)
    shown = fake.now() + skew
    assert is_near(instant(client.info()["SystemTime"]), shown)
    box = client.containers.run("alpine", ["sh", "-c", "echo hi"], name="box", detach=True)
    box.wait()
    state = client.containers.get("box").attrs
    for text in (state["Created"], state["State"]["StartedAt"], state["State"]["FinishedAt"]):
        assert is_near(instant(text), shown)
    assert is_near(instant(box.logs(timestamps=True).split()[0].decode()), shown)
    assert is_near(instant(client.volumes.create("data").attrs["CreatedAt"]), shown)
    assert is_near(instant(client.networks.create("shop").attrs["Created"]), shown)
    assert is_near(instant(box.commit("kept").attrs["Created"]), shown)
    until = (shown + timedelta(minutes=1)).timestamp()
    events = client.events(since=(shown - timedelta(minutes=1)).timestamp(), until=until, decode=True)
    assert {event["Action"] for event in events} >= {"create", "start", "die"}
    listed = client.api.containers(all=True, filters={"name": "box"})[0]
    assert is_near(datetime.fromtimestamp(listed["Created"], shown.tzinfo), shown)
    date = int(client.containers.get("web").exec_run("date +%s").output)
    assert is_near(datetime.fromtimestamp(date, shown.tzinfo), fake.now())  # programs have the machine's


def test_how_long_something_runs_is_reckoned_by_that_clock(fake: FakeDocker) -> None:
    def said() -> Any:
        return fake.client.api.containers()[0]["Status"]

    assert said() == "Up Less than a second"
    fake.fault("clock ahead 2h")
    assert said() == "Up 2 hours"
    fake.client.containers.run("alpine", "sleep infinity", name="late", detach=True)
    fake.clear_faults()
    assert {each["Names"][0]: each["Status"] for each in fake.client.api.containers()} == {
        "/late": "Up Less than a second",  # which begins in two hours, by what is written down
        "/web": "Up Less than a second",
    }


def test_a_clock_that_jumps_for_a_while(fake: FakeDocker) -> None:
    fake.fault("clock ahead 30m in 10s for 1m")
    fake.fault("clock behind 10m in 30s")
    seen = []
    for _ in range(10):
        ahead = instant(fake.client.info()["SystemTime"]) - fake.now()
        seen.append(round(ahead.total_seconds() / 60))
        fake.advance("10s")
    assert seen == [0, 30, 30, 20, 20, 20, 20, -10, -10, -10]


def test_timers_are_not_moved(fake: FakeDocker) -> None:
    client = fake.client
    check = {"test": ["CMD-SHELL", "exit 1"], "interval": 10 * 10**9, "retries": 3, "start_period": 60 * 10**9}
    client.containers.run("alpine", "sleep infinity", name="sick", healthcheck=check, detach=True)
    client.containers.run("alpine", "sleep 30", name="short", restart_policy={"Name": "always"}, detach=True)
    fake.fault("clock behind 1h in 5s")
    fake.advance("35s")
    short = client.containers.get("short")
    assert short.attrs["RestartCount"] == 1
    begun = fake.now()
    client.containers.get("web").stop(timeout=7)
    assert round((fake.now() - begun).total_seconds()) == 7
    log = client.containers.get("sick").attrs["State"]["Health"]["Log"]
    assert len(log) >= 3 and all(instant(each["Start"]) < begun - timedelta(minutes=55) for each in log[-2:])


def test_events_until_an_instant_of_that_clock(fake: FakeDocker) -> None:
    fake.fault("clock ahead 1h")
    begun = fake.now()
    until = begun + HOUR + timedelta(seconds=30)
    since = begun + HOUR
    assert list(fake.client.events(since=since.timestamp(), until=until.timestamp(), decode=True)) == []
    assert round((fake.now() - begun).total_seconds()) == 30


def test_what_is_pruned_is_older_by_that_clock(fake: FakeDocker) -> None:
    client = fake.client
    client.containers.create("alpine", name="old")
    fake.fault("clock ahead 2h")
    client.containers.create("alpine", name="new")
    gone = client.containers.prune({"until": "1h"})["ContainersDeleted"]
    assert len(gone) == 1
    assert {container.name for container in client.containers.list(all=True)} == {"web", "new"}


def test_what_makes_no_sense_is_refused(fake: FakeDocker) -> None:
    fake.fault("clock ahead 40000h")
    before = fake.snapshot()
    for text, expected in [
        ("clock ahead", "expected how far the clock is ahead, such as 5m"),
        ("clock behind soon", "expected a duration"),
        ("clock slow", "unknown fault 'slow' of a clock; expected ahead DURATION or behind DURATION"),
        ("clock behind 40000h", "expected clocks that are at most 43830 hours away in all"),
        ("clock ahead 1s twice", "clock ahead happens once"),
        ("container web ahead 5m", "unknown fault 'ahead' of a container"),
    ]:
        with pytest.raises(FaultError, match=expected):
            fake.fault(text)
    assert fake.snapshot() is before


START = make()


def test_nothing_changes_before_it_jumps() -> None:
    told = []
    for rules in ([], ["clock ahead 1h in 2h"]):
        fake = START.fork()
        for rule in rules:
            fake.fault(rule)
        fake.client.containers.run("alpine", "true", name="box").decode()
        told.append([fake.client.containers.get("box").attrs, fake.client.info()["SystemTime"], str(fake.now())])
    assert told[0] == told[1]


class Watcher:
    """Follows events by asking again from the last one that it has heard of, and takes no clock's word but the daemon's."""

    def __init__(self, fake: FakeDocker) -> None:
        self.fake = fake
        self.seen: dict[tuple[int, str, str], str] = {}

    def look(self) -> None:
        now = instant(self.fake.client.info()["SystemTime"])
        since = now - timedelta(hours=12)  # more than any clock is wrong by
        stream = self.fake.client.api.events(since=since.timestamp(), decode=True, filters={"type": "container"})
        for event in self._all(stream):
            self.seen[event["timeNano"], event["Actor"]["ID"], event["Action"]] = event["Actor"]["Attributes"]["name"]

    def _all(self, stream: Any) -> list[Any]:
        found = []
        last = self.fake.client.containers.create("alpine", name="marker")
        for event in stream:
            if event["Actor"]["ID"] == last.id and event["Action"] == "create":
                break
            found.append(event)
        stream.close()
        last.remove()
        return found


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ahead", "behind"]), st.integers(1, 90)), max_size=4))
def test_who_asks_from_far_enough_back_misses_nothing(jumps: list[tuple[str, int]]) -> None:
    fake = START.fork()
    watcher = Watcher(fake)
    for number, (effect, minutes) in enumerate(jumps):
        fake.fault(f"clock {effect} {minutes}m")
        fake.client.containers.run("alpine", "true", name=f"job{number}")
        watcher.look()
        fake.advance("10s")
    names = {name for (_, _, action), name in watcher.seen.items() if action == "die"}
    assert names == {f"job{number}" for number in range(len(jumps))}
