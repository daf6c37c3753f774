"""The recorded sessions on a real terminal, typed again at their recorded times in virtual time: the last screens agree.

Keys come as long after what was seen before them as in the recording, since nothing takes quite as long here. Masked are ids,
sizes, digests, times, process ids and numbers of layers, as in the conformance runs. Ten are of 28.2.2, eighteen of 29.7.2.
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
BANNER = re.compile(r"BusyBox .* built-in shell")
"""How busybox's shell greets: the image says of which build it is."""
SHARE = re.compile(r"\(\d+%\)")
"""What part of a size that is."""
CUT_DIGEST = re.compile(r"(sha256:[0-9a-f]{1,63})\n(?=[0-9a-f])")
"""A digest that goes on in the next line of the screen."""
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
"""What was there when a session of 28 was recorded."""
_SOME_IMAGES = (
    "for image in busybox nginx node:20-alpine; do docker pull -q $image; done; docker run -d --name box busybox sleep 300;"
    " docker create --name made nginx; docker commit box snap:1; docker commit -m again box snap:1"
)
_LONG_NAME = "registry.example.com:5000/team/a-rather-long-repository-name/with-parts/app:v1.2.3-rc.4"
_LISTED = f"{_SOME_IMAGES}; docker tag nginx {_LONG_NAME}"
PREPARATIONS_29 = {
    "pull on a terminal": "true",
    "pull again on a terminal": "docker pull -q node:20-alpine",
    "pull a large image on a terminal": "docker pull -q nginx; docker rmi nginx",
    "images on a terminal": _LISTED,
    "images on a narrow terminal": _LISTED,
    "images of one name on a terminal": _LISTED,
    "images -a on a terminal": _LISTED,
    "images --tree on a terminal": _LISTED,
    "images on a terminal without colour": _LISTED,
    "no images of the name on a terminal": _LISTED,
    "push on a terminal": "docker pull -q busybox; docker tag busybox localhost:5000/team/app:v1",
    "push of one platform on a terminal": (
        "docker pull -q busybox; docker tag busybox localhost:5000/team/app:v1; docker push localhost:5000/team/app:v1"
    ),
    "prune asks on a terminal": _SOME_IMAGES,
    "ps on a terminal": _SOME_IMAGES,
    "system df on a terminal": _LISTED,
    "interactive run pulls on a terminal": "docker pull -q alpine; docker tag alpine kept; docker rmi alpine",
    "build without buildx on a terminal": "docker pull -q busybox",
    "load on a terminal": "docker pull -q busybox",
}
"""What was there when a session of 29 was recorded, after the others before it."""
VARIABLES = {
    "images on a terminal without colour": "export NO_COLOR=1; ",
    "build without buildx on a terminal": "export DOCKER_BUILDKIT=0; ",
}
"""What puts into the environment of a session what was there."""


class Recorded(NamedTuple):
    """A session, and the Docker that it was recorded with."""

    profile: str
    record: dict[str, Any]
    preparation: str


def sessions(profile: str, file: str, preparations: dict[str, str]) -> list[Recorded]:
    """The sessions of a file; raises KeyError for one that nothing is prepared for."""
    records = json.loads((CONFORMANCE / file).read_text())
    return [Recorded(profile, record, preparations[record["name"]]) for record in records]


SESSIONS = [
    *sessions("28", "terminal-sessions.json", PREPARATIONS),
    *sessions("29", "terminal-sessions-29.json", PREPARATIONS_29),
]


class Outcome(NamedTuple):
    status: int
    screen: str


def play(recorded: Recorded) -> Outcome:
    """Type a session at its recorded times, and wait for its end."""
    session_record = recorded.record
    engine, _ = make_engine(mode=TimeMode.FAST, profile=recorded.profile)
    preparation = Session(engine, lambda fd, data: None)
    preparation.run_command(recorded.preparation)
    assert preparation.run_to_end(lambda: b"") == 0
    written: list[bytes] = []
    size = (session_record["rows"], session_record["columns"])
    session = Session(engine, lambda fd, data: written.append(data), size)
    session.run_command(VARIABLES.get(session_record["name"], "") + quoted(session_record["command"]))
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
    text = BANNER.sub("BusyBox", CUT_DIGEST.sub(r"\1", SHARE.sub("(<share>)", text)))
    text = APPLET.sub(r"\1", PROCESS.sub("<process>  ", text))
    lines = [re.sub(r" {2,}", "  ", LAYER.sub("<layer>", normalise(line)).rstrip()) for line in text.split("\n")]
    return [line for place, line in enumerate(lines) if line != "<layer>" or lines[place - 1] != "<layer>"]


@pytest.mark.parametrize("recorded", SESSIONS, ids=lambda recorded: f"{recorded.profile} {recorded.record['name']}")
def test_the_last_screen_is_as_recorded(recorded: Recorded) -> None:
    record = recorded.record
    shown = "".join(text for _, direction, text in record["events"] if direction == "o")
    outcome = play(recorded)
    expected = screen_of(shown.encode(), record["rows"], record["columns"])
    assert masked(outcome.screen, record["command"]) == masked(expected, record["command"])
    assert outcome.status == record["exit"]


def test_every_session_is_prepared() -> None:
    assert {recorded.record["name"] for recorded in SESSIONS} == PREPARATIONS.keys() | PREPARATIONS_29.keys()
    assert len(SESSIONS) == 28
