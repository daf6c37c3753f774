"""A recording by request: what was asked, what was answered to it, and what had been changed by then.

A *change* is a request that may make another world of it. Changes are counted in the order in which they were asked; what is
only looked at is true after so many of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from fakedocker.base.json_types import Json
from fakedocker.base.patterns import lazy_pattern
from fakedocker.recordings.file import Answered, Asked, Ended, Event, Input, InputEnded, Output

VERSION: Final = lazy_pattern(r"^/v[0-9.]+(?=/)")
_CHANGING: Final = ("POST", "PUT", "DELETE", "PATCH")
_LOOKING: Final = lazy_pattern(r"/containers/[^/]+/(?:wait|attach|resize)|/exec/[^/]+/resize|/auth|/session")
"""What is asked with POST and changes nothing by itself."""
HTTP2: Final = ("/session", "/grpc")
"""What speaks HTTP/2 on its connection, which is not understood."""


class Part(Struct, frozen=True):
    """A part of an answer.

    Args:
        changes: how many had been asked before it came.
        input_bytes: how much the client had sent on the upgraded connection before it came.
        input_ended: whether the client had closed its side by then.
    """

    data: bytes
    changes: int
    input_bytes: int
    input_ended: bool


class Told(Struct, frozen=True):
    """A request and its answer.

    Args:
        answered: None where no answer came.
        changes: how many had been asked before it.
        end: when the answer ended, without data.
        is_whole: whether the answer came to its end.
        is_cut: whether more was said than was kept, or is not understood.
    """

    asked: Asked
    answered: Answered | None
    parts: tuple[Part, ...]
    end: Part
    changes: int
    is_whole: bool
    is_cut: bool

    @property
    def status(self) -> int:
        """Of the answer, 0 where none came."""
        return 0 if self.answered is None else self.answered.status

    @property
    def path(self) -> str:
        """Without a version and without the query."""
        return path_of(self.asked.target)

    @property
    def body(self) -> bytes:
        """The whole answer."""
        return b"".join(part.data for part in self.parts)

    def json(self) -> Json:
        """The answer's value, None where it is none."""
        return _json(self.body)

    def asked_json(self) -> Json:
        """The request's value, None where it has none."""
        return _json(self.asked.body)


def path_of(target: str) -> str:
    """A path without a version and without the query."""
    return VERSION.sub("", target.partition("?")[0])


def is_change(method: str, path: str) -> bool:
    """Whether a request may make another world, by its path without a version."""
    return method in _CHANGING and _LOOKING.fullmatch(path) is None


def profile_of(events: Iterable[Event]) -> str:
    """Which Docker was recorded, by its name as a profile; "" where the recording does not say."""
    for event in events:
        if isinstance(event, Answered):
            server = {name.lower(): value for name, value in event.headers.items()}.get("server", "")
            match = re.match(r"Docker/(\d+)\.", server)
            if match is not None:
                return match[1]
    return ""


class _Open:
    def __init__(self, asked: Asked, changes: int) -> None:
        self.asked = asked
        self.changes = changes
        self.answered: Answered | None = None
        self.parts: list[Part] = []
        self.input_bytes = 0
        self.input_ended = False

    def part(self, data: bytes, changes: int) -> Part:
        return Part(data, changes, self.input_bytes, self.input_ended)

    def told(self, ended: Ended | None, changes: int) -> Told:
        is_cut = self.asked.cut or (ended is not None and ended.cut) or path_of(self.asked.target).startswith(HTTP2)
        is_whole = ended is not None and not ended.by_client
        end = self.part(b"", changes)
        return Told(self.asked, self.answered, tuple(self.parts), end, self.changes, is_whole, is_cut)


def by_request(events: Iterable[Event]) -> Iterator[Told]:
    """The requests in the order in which they were asked. Linear."""
    under_way: dict[int, _Open] = {}
    order: list[_Open] = []
    found: dict[int, Told] = {}
    changes = 0
    for event in events:
        if isinstance(event, Asked):
            request = under_way[event.id] = _Open(event, changes)
            order.append(request)
            changes += is_change(event.method, path_of(event.target))
            continue
        known = under_way.get(event.id)
        if known is None:
            continue
        if isinstance(event, Answered):
            known.answered = event
        elif isinstance(event, Output):
            known.parts.append(known.part(event.data, changes))
        elif isinstance(event, Input):
            known.input_bytes += len(event.data)
        elif isinstance(event, InputEnded):
            known.input_ended = True
        else:
            found[id(known)] = known.told(event, changes)
            del under_way[event.id]
    for request in order:
        yield found[id(request)] if id(request) in found else request.told(None, changes)


def _json(data: bytes) -> Json:
    try:
        value: Json = msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
    return value
