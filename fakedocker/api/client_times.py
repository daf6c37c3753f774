"""Times that clients give of their own clock, as the engine's: after leaps the two are not the same.

A driver's business: what reaches the engine, and its journal, is the engine's own time. A time that the engine has told
(of an event, of a container, of itself in /info) comes back to the nanosecond and is left as it is.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from msgspec.structs import replace

from fakedocker.base import clock
from fakedocker.wire.http import Request
from fakedocker.world.world import World

_TAKES_TIMES = re.compile(
    r"(?:/v[\d.]+)?/(?:events|(?:containers|services|tasks)/[^/?]+/logs|images/json|[a-z]+/prune)\?"
)
_UNIX = re.compile(r"([0-9]{9,11})(?:\.([0-9]{1,9}))?")

Meaning = Callable[[int], int]
"""The engine's instant for an instant of the client's clock."""


def with_engine_times(request: Request, meaning: Meaning, was_told: Callable[[int], bool]) -> Request:
    """A request whose since and until are the engine's.

    Args:
        was_told: whether an instant is one of the engine's that clients know.
    """
    if _TAKES_TIMES.match(request.target) is None:
        return request
    path, _, query = request.target.partition("?")
    pairs = [(name, _value(name, value, meaning, was_told)) for name, value in parse_qsl(query, keep_blank_values=True)]
    return replace(request, target=f"{path}?{urlencode(pairs)}")


def _value(name: str, value: str, meaning: Meaning, was_told: Callable[[int], bool]) -> str:
    if name in ("since", "until"):
        return _translated(value, meaning, was_told)
    if name != "filters" or '"until"' not in value:
        return value
    try:
        filters = json.loads(value)
        given = filters["until"]
        words = [word for word, wanted in given.items() if wanted] if isinstance(given, dict) else given
        filters["until"] = [_translated(word, meaning, was_told) for word in words]
    except (ValueError, KeyError, TypeError, RecursionError):
        return value  # the engine says what is wrong with it
    return json.dumps(filters)


def _translated(text: str, meaning: Meaning, was_told: Callable[[int], bool]) -> str:
    instant_ns = _instant(text)
    if instant_ns is None or was_told(instant_ns):
        return text
    meant_ns = meaning(instant_ns)
    return text if meant_ns == instant_ns else f"{meant_ns // clock.SECOND_NS}.{meant_ns % clock.SECOND_NS:09d}"


def _instant(text: str) -> int | None:
    """Nanoseconds since 1970; None for what is no instant, such as a duration."""
    if (unix := _UNIX.fullmatch(text)) is not None:
        return int(unix[1]) * clock.SECOND_NS + int((unix[2] or "").ljust(9, "0"))
    try:
        return clock.instant(text)
    except ValueError:
        return None


def was_told(world: World, instant_ns: int) -> bool:
    """Whether it is an instant of the engine's that clients can have read. Time grows with the containers and images."""
    if any(event.time_ns == instant_ns for event in world.events.entries()):
        return True
    containers = world.containers.values()
    if any(instant_ns in (each.created_ns, each.started_ns, each.finished_ns) for each in containers):
        return True
    if any(image.created_ns == instant_ns for image in world.images.values()):
        return True
    for history in world.outputs.values():
        chunks = history.entries()
        place = bisect_left(chunks, instant_ns, key=lambda chunk: chunk.at_ns)
        if place < len(chunks) and chunks[place].at_ns == instant_ns:
            return True
    return False
