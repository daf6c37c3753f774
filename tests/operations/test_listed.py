"""GET /containers/json: entries that are kept encoded say what fresh ones would."""

from __future__ import annotations

import json

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.units import human_duration, same_words_ns
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.wire.http import Request

JSON = {"content-type": "application/json"}


def ask(engine: Engine, method: str, target: str, body: object = None) -> bytes:
    headers, data = (JSON, json.dumps(body).encode()) if body is not None else ({}, b"")
    reply = engine.perform(Request(method=method, target=target, headers=headers, body=data)).reply
    assert reply is not None and reply.status < 400, reply
    return reply.body or b""


def statuses(engine: Engine) -> dict[str, str]:
    return {entry["Names"][0]: entry["Status"] for entry in json.loads(ask(engine, "GET", "/containers/json?all=1"))}


@pytest.fixture
def engine() -> Engine:
    """One container of each kind of status: it goes with the clock, it counts from an end, it stays."""
    engine = create_engine(3)
    ask(engine, "POST", "/images/create?fromImage=busybox&tag=latest")
    engine.mode = TimeMode.MANUAL
    for name, command in (("up", ["sleep", "99999"]), ("ended", ["true"]), ("made", ["true"])):
        ask(engine, "POST", f"/containers/create?name={name}", {"Image": "busybox", "Cmd": command})
        if name != "made":
            ask(engine, "POST", f"/containers/{name}/start")
    engine.drive(lambda: not engine.busy)
    return engine


def test_statuses_go_with_the_clock(engine: Engine) -> None:
    began_ns = engine.now_ns
    for seconds, words in ((0, "Less than a second"), (1, "1 second"), (59, "59 seconds"), (61, "About a minute")):
        engine.advance(began_ns + seconds * SECOND_NS)
        assert statuses(engine) == {"/up": f"Up {words}", "/ended": f"Exited (0) {words} ago", "/made": "Created"}


def test_a_snapshot_shows_its_own_time(engine: Engine) -> None:
    early = engine.snapshot()
    first = statuses(engine)
    engine.advance(engine.now_ns + 3600 * SECOND_NS)
    assert statuses(engine)["/up"] == "Up About an hour"
    engine.restore(early)
    assert statuses(engine) == first


def test_a_change_shows_at_once(engine: Engine) -> None:
    statuses(engine)
    ask(engine, "POST", "/containers/up/pause")
    assert statuses(engine)["/up"].endswith("(Paused)")
    ask(engine, "POST", "/containers/made/rename?name=other")
    assert "/other" in statuses(engine)


@pytest.mark.parametrize("scale_ns", [SECOND_NS, 60 * SECOND_NS, 1800 * SECOND_NS, 86_400 * SECOND_NS])
def test_words_are_the_same_for_as_long_as_is_said(scale_ns: int) -> None:
    for step in range(130):
        for duration_ns in (step * scale_ns - 1, step * scale_ns, step * scale_ns + 1):
            first_ns, end_ns = same_words_ns(duration_ns)
            assert first_ns <= duration_ns < end_ns
            words = human_duration(duration_ns)
            assert human_duration(first_ns) == words == human_duration(end_ns - 1)


def test_a_list_is_newest_first_however_long_it_is() -> None:
    engine = create_engine(3)
    ask(engine, "POST", "/images/create?fromImage=busybox&tag=latest")
    made = [f"box{number}" for number in range(40)]
    for number, name in enumerate(made):
        ask(engine, "POST", f"/containers/create?name={name}", {"Image": "busybox", "Cmd": ["sleep", "99"]})
        if number % 2:
            ask(engine, "POST", f"/containers/{name}/start")

    def names(query: str) -> list[str]:
        return [entry["Names"][0][1:] for entry in json.loads(ask(engine, "GET", f"/containers/json{query}"))]

    newest = made[::-1]
    assert names("?all=1") == newest
    assert names("") == newest[::2]
    assert names("?limit=5") == newest[:5]
    assert names("?limit=100") == newest
    assert names("?limit=3&filters=" + '{"status":["running"]}') == newest[::2][:3]
