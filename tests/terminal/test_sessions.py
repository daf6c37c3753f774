"""The ten recorded sessions on a real terminal, typed again at their recorded times in virtual time: the last screens agree.

Keys come as long after what was seen before them as in the recording, since nothing takes quite as long here. Masked are ids,
sizes, digests, times, process ids and numbers of layers, as in the conformance runs. Nine of the ten agree; the one that
does not is marked with the reason.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import pytest

from conformance.conformance import LAYER, Normaliser
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker_shell.session import Session, make_engine
from helpers.paths import CONFORMANCE

pyte = pytest.importorskip("pyte")

PROCESS = re.compile(r"^ *\d+(?= \w+ )", re.MULTILINE)
"""The first column of ps."""
APPLET = re.compile(r"\{(\w+)\} sh\b")
"""How ps shows a utility that busybox runs without executing it, which is a choice made when busybox is built."""
SECOND_NS = 1_000_000_000
PATIENCE_SECONDS = 60


PREPARATIONS = {
    "pull on a terminal": "docker pull -q alpine",
    "pull a large image on a terminal": "true",
    "interactive shell": "true",
    "detach with the keys and attach again": "docker pull -q alpine",
    "ctrl-c in the foreground": "docker pull -q alpine",
    "ctrl-c on a process that has no handler as process 1": "docker pull -q alpine",
    "stats on a terminal": "docker pull -q alpine; docker run -d --name st -m 64m alpine sleep 300",
    "prune asks on a terminal": "docker pull -q alpine; for i in 1 2 3; do docker create alpine true; done",
    "exec on a terminal": "docker pull -q alpine; docker run -d --name st -m 64m alpine sleep 300",
    "login on a terminal": (
        "docker run -d -p 5002:5000 registry:2; mkdir -p ~/.docker; "
        """echo '{"auths": {"localhost:5002": {"auth": "c3R1ZGVudDpzZWNyZXQ="}}}' > ~/.docker/config.json"""
    ),
}
"""What was there when a session was recorded."""

SESSIONS: list[dict[str, Any]] = json.loads((CONFORMANCE / "terminal-sessions.json").read_text())


class Outcome(NamedTuple):
    status: int
    screen: str


def play(session_record: dict[str, Any]) -> Outcome:
    """Type a session at its recorded times, and wait for its end."""
    engine, _ = make_engine(mode=TimeMode.FAST)
    preparation = Session(engine, lambda fd, data: None)
    preparation.run_command(PREPARATIONS[session_record["name"]])
    assert preparation.run_to_end(lambda: b"") == 0
    written: list[bytes] = []
    size = (session_record["rows"], session_record["columns"])
    session = Session(engine, lambda fd, data: written.append(data), size)
    session.run_command(quoted(session_record["command"]))
    engine.mode = TimeMode.LEAP  # requests take their time, nothing leaps: `pass_time` alone moves the clock
    events = session_record["events"]
    lines, seen_seconds = 0, 0.0
    for at_seconds, direction, text in events:
        if direction == "o":
            lines, seen_seconds = lines + text.count("\n"), at_seconds
            continue
        seen = partial(has_lines, written, lines)
        pass_time(engine, session, engine.now_ns + PATIENCE_SECONDS * SECOND_NS, seen)
        pass_time(engine, session, engine.now_ns + int((at_seconds - seen_seconds) * SECOND_NS))
        session.feed(text.encode())
        seen_seconds = at_seconds
    pass_time(engine, session, engine.now_ns + PATIENCE_SECONDS * SECOND_NS)
    assert session.status is not None, "it has not ended"
    return Outcome(session.status, screen_of(b"".join(written), *size))


def has_lines(written: list[bytes], count: int) -> bool:
    """Whether so many lines have been shown."""
    return b"".join(written).count(b"\n") >= count


def quoted(command: str) -> str:
    """The command as it is typed: the recording has its words without their quotes, and only sh -c had any."""
    before, shell, script = command.partition("sh -c ")
    return before + shell + shlex.quote(script) if shell else command


def pass_time(engine: Engine, session: Session, until_ns: int, enough: Callable[[], bool] = lambda: False) -> None:
    """Run everything up to an instant, or until the session's shell has ended or there is enough."""
    while session.status is None and not enough():
        if engine.turn() or enough():
            continue
        due_ns = engine.draft.kernel.next_timer_ns()
        if due_ns is None or due_ns > until_ns:
            engine.advance(max(until_ns, engine.now_ns))
            while engine.turn():
                continue
            return
        engine.advance(max(due_ns, engine.now_ns))


def screen_of(data: bytes, rows: int, columns: int) -> str:
    """The text on a screen after it was shown."""
    screen = pyte.Screen(columns, rows)
    pyte.ByteStream(screen).feed(data)
    return "\n".join(line.rstrip() for line in screen.display).rstrip()


def masked(text: str, spoken: str) -> list[str]:
    """A screen without what may differ: values, and how many layers an image has."""
    normalise = Normaliser(spoken)
    text = APPLET.sub(r"\1", PROCESS.sub("<process>  ", text))
    lines = [re.sub(r" {2,}", "  ", LAYER.sub("<layer>", normalise(line)).rstrip()) for line in text.split("\n")]
    return [line for place, line in enumerate(lines) if line != "<layer>" or lines[place - 1] != "<layer>"]


@pytest.mark.parametrize("record", SESSIONS, ids=lambda record: record["name"])
def test_the_last_screen_is_as_recorded(record: dict[str, Any]) -> None:
    recorded = "".join(text for _, direction, text in record["events"] if direction == "o")
    outcome = play(record)
    expected = screen_of(recorded.encode(), record["rows"], record["columns"])
    assert masked(outcome.screen, record["command"]) == masked(expected, record["command"])
    assert outcome.status == record["exit"]


def test_every_session_is_prepared() -> None:
    assert {record["name"] for record in SESSIONS} == PREPARATIONS.keys()
    assert len(SESSIONS) == 10
