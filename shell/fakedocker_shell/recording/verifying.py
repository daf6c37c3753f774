"""A recording asked again of the double: the same requests in the same order, and where its answers differ."""

from __future__ import annotations

import fnmatch
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from http import HTTPStatus
from importlib import resources
from typing import Final, NamedTuple
from urllib.parse import quote

from fakedocker.assembly import create_engine
from fakedocker.base.json_types import Json
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker.recordings.file import (
    Answered,
    Asked,
    Ended,
    Event,
    Input,
    InputEnded,
    Output,
    Recording,
    RecordingProblem,
)
from fakedocker.recordings.showing import images_before
from fakedocker.recordings.told import HTTP2, VERSION, by_request
from fakedocker.wire.http import Request
from fakedocker_shell.cli.demultiplex import Demultiplexer
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.recording.comparing import Names, differences

_PROGRESS: Final = ("POST /images/create", "POST /images/*/push", "POST /images/load", "POST /build")
"""What tells of its progress: only whether it went well is compared."""
_INSTANT: Final = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[-+]\d\d:?\d\d)?|\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d"
)
"""What programs print of the time, which is that of the run."""
_MS_NS: Final = 1_000_000
_MOST_MS: Final = 7 * 24 * 3600 * 1000
_LARGEST_ANSWER_BYTES: Final = 16 << 20


class Difference(NamedTuple):
    """Where the double's answer is another one.

    Args:
        request: method and path, without a version.
        at: the place in the answer: ".status", ".header.X", a path of JSON.
    """

    request: str
    at: str
    what: str


class Verdict(NamedTuple):
    """What has come of a recording.

    Args:
        requests: how many were asked again.
        uncompared: what was not, by reason.
    """

    requests: int
    differences: tuple[Difference, ...]
    uncompared: dict[str, int]


class _Open:
    """A request that is under way on both sides."""

    def __init__(self, asked: Asked, line: str, exchange: Exchange) -> None:
        self.asked = asked
        self.line = line
        self.exchange = exchange
        self.answered: Answered | None = None
        self.output = bytearray()
        self.ours = bytearray()

    def take(self) -> None:
        """What has come of the double's answer, which goes on when it is taken."""
        self.ours += self.exchange.take(max(_LARGEST_ANSWER_BYTES - len(self.ours), 1 << 16))

    def is_whole(self) -> bool:
        """Whether all of it has come."""
        self.take()
        return self.exchange.ended and self.exchange.drained


def verify(recording: Recording, profile: str, storage: str = "") -> Verdict:
    """Ask the double what was asked of the recorded engine.

    Raises:
        RecordingProblem: the recording is damaged.
    """
    began_ns = recording.began_ms * _MS_NS
    engine = create_engine(1, mode=TimeMode.FAST, profile=profile, storage=storage, now_ns=began_ns)
    for image in images_before(by_request(recording.events)):
        engine.perform(Request(method="POST", target=f"/images/create?fromImage={quote(image)}"))
    run = _Run(engine)
    for event in recording.events:
        run.take(event)
    return Verdict(run.requests, tuple(run.found), run.uncompared)


class _Run:
    """The double while it is asked.

    Args:
        engine: in process, on the virtual clock.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._began_ns = engine.now_ns
        self._names = Names()
        self._open: dict[int, _Open] = {}
        self._rules = _rules()
        self.requests = 0
        self.found: list[Difference] = []
        self.uncompared: dict[str, int] = {}

    def take(self, event: Event) -> None:
        """Go on with what was said next. Raises RecordingProblem."""
        if not 0 <= event.at_ms <= _MOST_MS:
            raise RecordingProblem(f"request {event.id}: {event.at_ms} ms after the beginning")
        if isinstance(event, Asked):
            self._ask(event)
            return
        under_way = self._open.get(event.id)
        if under_way is None:
            return
        if isinstance(event, Answered):
            under_way.answered = event
            self._drive(under_way, lambda: under_way.exchange.answered, "no answer comes")
        elif isinstance(event, Output):
            under_way.output += event.data
        elif isinstance(event, InputEnded):
            self._settle()
            self._engine.half_close(under_way.exchange)
        elif isinstance(event, Input):
            self._settle()
            self._engine.feed(under_way.exchange, self._names.translate(event.data.decode("latin-1")).encode("latin-1"))
        else:
            self._end(under_way, event)
            del self._open[event.id]

    def _ask(self, asked: Asked) -> None:
        due_ns = self._began_ns + asked.at_ms * _MS_NS
        if due_ns > self._engine.now_ns:
            self._engine.advance(due_ns)
        path = VERSION.sub("", asked.target)
        if path.startswith(HTTP2) or asked.cut:
            reason = "too large to be kept" if asked.cut else "it speaks HTTP/2"
            self.uncompared[reason] = self.uncompared.get(reason, 0) + 1
            return
        self.requests += 1
        headers = {name.lower(): value for name, value in asked.headers.items()}
        body = self._names.translate(asked.body.decode("latin-1")).encode("latin-1")
        request = Request(method=asked.method, target=self._names.translate(asked.target), headers=headers, body=body)
        line = f"{asked.method} {path.partition('?')[0]}"
        self._open[asked.id] = _Open(asked, line, self._engine.submit(request))

    def _settle(self) -> None:
        """Let processes go on with what they have been given so far, as they did before more came."""
        while self._engine.turn():
            continue

    def _drive(self, under_way: _Open, is_done: Callable[[], bool], problem: str) -> bool:
        try:
            self._engine.drive(is_done)
        except (WaitCannotEnd, WaitTooLong) as end:
            self._note(under_way, ".status", f"{problem}: {end}")
            return False
        return True

    def _end(self, under_way: _Open, event: Ended) -> None:
        exchange = under_way.exchange
        if event.by_client:
            self._settle()
        elif not self._drive(under_way, under_way.is_whole, "the answer has no end"):
            self._engine.disconnect(exchange)
            return
        if under_way.answered is None or exchange.reply is None:
            self._note(
                under_way,
                ".status",
                f"recorded {under_way.answered and under_way.answered.status}, ours {exchange.reply and exchange.reply.status}",
            )
            return
        under_way.take()
        ours = (exchange.reply.body or b"") + bytes(under_way.ours)
        self._engine.disconnect(exchange)
        recorded = bytes(under_way.output)
        if exchange.reply.status != under_way.answered.status:
            text = ours[:90].decode("utf-8", "replace").strip()
            self._note(
                under_way, ".status", f"recorded {under_way.answered.status}, ours {exchange.reply.status} {text}"
            )
            if max(exchange.reply.status, under_way.answered.status) >= HTTPStatus.BAD_REQUEST:
                return  # what was made on one side alone has no id on the other
        if event.cut:
            self.uncompared["too large to be kept"] = self.uncompared.get("too large to be kept", 0) + 1
            return
        self._compare(
            under_way, under_way.answered.headers, dict(exchange.reply.headers), recorded, ours, event.by_client
        )

    def _compare(
        self,
        under_way: _Open,
        recorded_headers: dict[str, str],
        our_headers: dict[str, str],
        recorded: bytes,
        ours: bytes,
        is_part: bool,
    ) -> None:
        kinds = [_kind(headers) for headers in (recorded_headers, our_headers)]
        if kinds[0] != kinds[1]:
            self._note(under_way, ".header.Content-Type", f"recorded {kinds[0]!r}, ours {kinds[1]!r}")
            return
        if any(fnmatch.fnmatchcase(under_way.line, pattern) for pattern in _PROGRESS):
            errors = [_error_of(data) for data in (recorded, ours)]
            if bool(errors[0]) != bool(errors[1]):
                self._note(under_way, ".error", f"recorded {errors[0]!r}, ours {errors[1]!r}")
        elif "json" in kinds[0]:
            pair = (_json(recorded), _json(ours))
            self._names.learn(*pair)
            for at, what in differences(*pair, self._names):
                self._note(under_way, at, what)
        elif "stream" in kinds[0] or kinds[0] == "text/plain":
            texts = [_streams(data, kinds[0]) for data in (recorded, ours)]
            for name in ("out", "err"):
                one = _INSTANT.sub("[TIME]", self._names.translate(texts[0][name]))
                other = _INSTANT.sub("[TIME]", texts[1][name])
                if one != other and not (is_part and other.startswith(one)):
                    self._note(under_way, f".{name}", f"recorded {one[:90]!r}, ours {other[:90]!r}")
        elif kinds[0]:
            self.uncompared[kinds[0]] = self.uncompared.get(kinds[0], 0) + 1

    def _note(self, under_way: _Open, at: str, what: str) -> None:
        """A difference, if it is none that two real engines would have too."""
        known = any(
            fnmatch.fnmatchcase(under_way.line, request) and fnmatch.fnmatchcase(at, place)
            for request, place in self._rules
        )
        if not known or at == ".status":
            self.found.append(Difference(under_way.line, at, what))


def _rules() -> list[tuple[str, str]]:
    text = resources.files("fakedocker_shell.recording").joinpath("differing.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["different"]
    return [(of, at) for row in rows for of in row.get("of", "*").split("|") for at in row["at"].split("|")]


def _kind(headers: dict[str, str]) -> str:
    found = {name.lower(): value for name, value in headers.items()}.get("content-type", "")
    return found.partition(";")[0].strip()


def _json(data: bytes) -> Json:
    """An answer's value, or the list of those of its lines."""
    values: list[Json] = []
    for line in data.splitlines():
        if line.strip():
            try:
                values.append(json.loads(line))
            except ValueError:
                return data.decode("utf-8", "replace")
    return values[0] if len(values) == 1 else values


def _error_of(data: bytes) -> str:
    found = _json(data)
    lines: Iterator[Json] = iter(found if isinstance(found, list) else [found])
    return next((str(line["error"]) for line in lines if isinstance(line, dict) and "error" in line), "")


def _streams(data: bytes, kind: str) -> dict[str, str]:
    """What is for standard output and for standard error."""
    out, err = bytearray(), bytearray()
    is_framed = len(data) >= 8 and data[0] in (0, 1, 2) and data[1:4] == b"\0\0\0"
    if not is_framed and not kind.endswith("multiplexed-stream"):
        return {"out": data.decode("utf-8", "replace"), "err": ""}
    try:
        Demultiplexer(out.extend, err.extend).feed(data)
    except CliError as problem:
        err += problem.message.encode()
    return {"out": out.decode("utf-8", "replace"), "err": err.decode("utf-8", "replace")}
