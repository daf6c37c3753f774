"""Containers put into a state, assertions that explain themselves, moving time, options without an effect."""

from __future__ import annotations

import datetime

import pytest

from fakedocker.assembly import create_engine
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker.testing import FakeDocker, State, StateUnreachable
from fakedocker.testing.assertions import CallLog
from fakedocker.wire.http import Request


@pytest.fixture
def fake() -> FakeDocker:
    made = FakeDocker(seed=8)
    made.image("api", logs=["up"], health=True)
    made.client.containers.create("api", name="web")
    made.client.containers.create("api", name="again", restart_policy={"Name": "always"})
    return made


@pytest.mark.parametrize(
    "state",
    ["running", "paused", "starting", "healthy", "unhealthy", "oom-killed", "dead", "exited", "stopped", "removing"],
)
@pytest.mark.parametrize("before", ["created", "running", "paused", "exited"])
def test_from_any_state_to_any_other(fake: FakeDocker, before: State, state: State) -> None:
    fake.put("web", before)
    fake.put("web", state)
    fake.assert_container("web", state)


@pytest.mark.parametrize("before", ["created", "paused", "exited"])
def test_an_exit_code(fake: FakeDocker, before: State) -> None:
    fake.put("web", before)
    fake.put("web", "exited", exit_code=3)
    fake.assert_container("web", "exited", exit_code=3)
    fake.assert_container("web", "exited")
    with pytest.raises(AssertionError, match=r"container web is exited \(3\), not exited \(4\)"):
        fake.assert_container("web", "exited", exit_code=4)


def test_what_has_been_started_is_created_no_more(fake: FakeDocker) -> None:
    fake.put("web", "exited")
    with pytest.raises(StateUnreachable, match="container web has been started: expected one that is made anew"):
        fake.put("web", "created")


def test_a_removal_that_is_under_way_ends(fake: FakeDocker) -> None:
    fake.put("web", "removing")
    assert fake.client.containers.get("web").status == "removing"
    fake.advance("5ms")
    assert "web" not in [container.name for container in fake.client.containers.list(all=True)]


def test_restarting(fake: FakeDocker) -> None:
    fake.put("again", "restarting")
    fake.assert_container("again", "restarting")
    fake.put("again", "running")
    assert fake.client.containers.get("again").attrs["RestartCount"] == 1


def test_states_are_reached_by_what_really_happens(fake: FakeDocker) -> None:
    fake.put("web", "oom-killed")
    events = fake.engine.world.events.entries()
    assert [event.action for event in events if event.type == "container"][-3:] == ["start", "oom", "die"]


@pytest.mark.parametrize(
    ("name", "state", "exit_code", "expected"),
    [
        ("nobody", "running", None, "no container 'nobody'; there are again, web"),
        (
            "web",
            "restarting",
            None,
            "container web has no restart policy: expected always, unless-stopped or on-failure",
        ),
        ("again", "exited", 3, "container again ended with 3 and is restarting, as its restart policy is always"),
        ("web", "exited", 300, "expected an exit code from 0 to 255, not 300"),
        ("web", "running", 3, "only what has exited has an exit code, not what is running"),
        ("plain", "unhealthy", None, "container plain has no health check"),
        (
            "short",
            "running",
            None,
            "container short is exited (0) as soon as it has started: expected a process that goes on",
        ),
    ],
)
def test_states_that_cannot_be_reached(
    fake: FakeDocker, name: str, state: State, exit_code: int | None, expected: str
) -> None:
    fake.image("plain")
    fake.image("short", exit_code=0)
    if name in ("plain", "short"):
        fake.client.containers.create(name, name=name)
    with pytest.raises(StateUnreachable) as caught:
        fake.put(name, state, exit_code)
    assert expected in str(caught.value)


# assertions


def told(fake: FakeDocker, *arguments: object, **fields: object) -> str:
    with pytest.raises(AssertionError) as caught:
        fake.assert_asked(*arguments, **fields)  # type: ignore[arg-type]  # as given by each test
    return str(caught.value)


def test_what_was_asked(fake: FakeDocker) -> None:
    fake.client.containers.get("web").start()
    fake.assert_asked("create", "web", Image="api")
    fake.assert_asked("create", times=2)
    fake.assert_asked("start", "web", times=1)
    fake.assert_asked("remove", times=0)
    assert [call.operation for call in fake.calls][-2:] == ["inspect", "start"]
    assert fake.calls[-1].status == 204


def test_what_was_asked_is_kept_within_limits() -> None:
    engine = create_engine(1)
    log = CallLog(engine, 3, limit_bytes=100)
    for target, size in (("/a", 10), ("/b", 60), ("/c", 60), ("/d", 1), ("/e", 1), ("/f", 200)):
        engine.perform(Request(method="POST", target=target, body=bytes(size)))
        assert len(log.calls()) <= 3
    assert [call.target for call in log.calls()] == ["/f"]


def test_what_was_not_asked_is_explained(fake: FakeDocker) -> None:
    text = told(fake, "create", "web", Image="nginx")
    assert text.startswith(
        "the engine was asked for `create web` Image='nginx' never; what it was asked, nearest first:"
    )
    assert text.splitlines()[1] == "  create web -> 201; Image is 'api'"
    assert told(fake, "create", "web", times=3).startswith("the engine was asked for `create web` 1 times, not 3")
    assert "create web -> 201" in told(fake, "create", "wbe").splitlines()[1]
    with pytest.raises(ValueError, match="no operation 'crate'; expected one such as create"):
        fake.assert_asked("crate")


def test_a_state_that_is_another_is_explained(fake: FakeDocker) -> None:
    fake.put("web", "exited", exit_code=3)
    with pytest.raises(AssertionError) as caught:
        fake.assert_container("web", "running")
    assert str(caught.value).splitlines() == [
        "container web is exited (3), not running",
        "  what happened to it: create, start, die",
        "  its last lines:",
        "    up",
    ]
    with pytest.raises(AssertionError, match=r"there is no container 'wen'; there are web \(exited \(3\)\)"):
        fake.assert_container("wen", "running")


def test_what_was_not_printed_is_explained(fake: FakeDocker) -> None:
    fake.put("web", "running")
    fake.assert_logged("web", "up")
    with pytest.raises(AssertionError, match="container web has not printed 'down'"):
        fake.assert_logged("web", "down")


# time


def test_time_moves_when_told(fake: FakeDocker) -> None:
    began = fake.now()
    fake.advance("90s")
    fake.advance(10)
    fake.advance(datetime.timedelta(seconds=20))
    assert fake.now() - began == datetime.timedelta(seconds=120)
    fake.advance_to("2026-01-05T12:00:00Z")
    assert fake.now() == datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)


def test_time_does_not_go_backwards(fake: FakeDocker) -> None:
    with pytest.raises(
        ValueError, match="time does not go backwards: expected a duration that is not negative, not -1"
    ):
        fake.advance(-1)
    with pytest.raises(ValueError, match=r"time does not go backwards: it is .*, and 2020-01-01T00:00:00Z has passed"):
        fake.advance_to("2020-01-01T00:00:00Z")


def test_frozen_time_stands_still(fake: FakeDocker) -> None:
    web = fake.client.containers.get("web")
    web.start()
    with fake.frozen():
        before = fake.now()
        fake.client.ping()
        assert fake.now() == before
        with pytest.raises(WaitCannotEnd):
            web.wait()
        fake.advance("1s")
        assert fake.now() - before == datetime.timedelta(seconds=1)


def test_run_until(fake: FakeDocker) -> None:
    fake.image("job", logs=[("30s", "half"), ("1m", "done")], exit_code=0)
    job = fake.client.containers.run("job", detach=True)
    began = fake.now()
    fake.run_until(lambda: b"half" in job.logs())
    assert 29 < (fake.now() - began).total_seconds() < 31
    with pytest.raises(WaitTooLong, match="the third line has not come about within 10s"):
        fake.run_until(lambda: b"third" in job.logs(), within="10s", what="the third line")
    fake.run_until(lambda: fake.client.containers.get(job.id).status == "exited")
    with pytest.raises(WaitCannotEnd, match="nothing can bring about a fourth line"):
        fake.run_until(lambda: False, what="a fourth line")


# options


def test_options_without_effect_are_told(fake: FakeDocker) -> None:
    fake.client.containers.create("api", cap_add=["NET_ADMIN"], mem_limit="64m")
    fake.client.api.post(fake.client.api._url("/containers/create"), json={"Image": "api", "Memroy": 5})
    assert [str(item) for item in sorted(fake.ignored_options())] == [
        "create HostConfig.CapAdd: recorded, and not simulated",
        "create Memroy: not known to the engine, and ignored",
    ]
