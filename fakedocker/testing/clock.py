"""Moving an engine's time: by so much, until something holds, or not at all. Time never goes back; snapshots do.

The engine may be served by another thread meanwhile, which is why its lock is held for each movement and not for a
condition.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from typing import TypeAlias

from fakedocker.base import units
from fakedocker.base.clock import SECOND_NS, instant
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong

Duration: TypeAlias = str | int | float | datetime.timedelta
"""Go's notation ("1m30s"), or seconds."""


def nanoseconds(duration: Duration) -> int:
    """A duration in nanoseconds.

    Raises:
        ValueError: it is none, or negative.
    """
    if isinstance(duration, datetime.timedelta):
        found = duration // datetime.timedelta(microseconds=1) * 1000
    elif isinstance(duration, str):
        try:
            found = units.parse_duration(duration)
        except ValueError:
            raise ValueError(f"expected a duration such as 30s, 5m or 1h30m, or seconds, not {duration!r}") from None
    else:
        found = round(duration * SECOND_NS)
    if found < 0:
        raise ValueError(f"time does not go backwards: expected a duration that is not negative, not {duration!r}")
    return found


def now(engine: Engine) -> datetime.datetime:
    """What the engine's clock shows, in UTC and to the microsecond."""
    seconds, rest_ns = divmod(engine.now_ns, SECOND_NS)
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).replace(microsecond=rest_ns // 1000)


def advance(engine: Engine, duration: Duration) -> None:
    """Let so much time pass, with everything that happens in it in its order.

    Raises:
        ValueError: no duration, or a negative one.
    """
    with engine.lock:
        engine.advance(engine.now_ns + nanoseconds(duration))


def advance_to(engine: Engine, moment: str | datetime.datetime) -> None:
    """Let time pass until the clock shows this ("2026-01-05T10:00:00Z").

    Raises:
        ValueError: no such moment, or one that has passed.
    """
    text = moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z") if not isinstance(moment, str) else moment
    with engine.lock:
        engine.advance(instant(text))


@contextlib.contextmanager
def frozen(engine: Engine) -> Iterator[None]:
    """Let no time pass by itself while the context is open, whatever clients wait for; `advance` still moves it."""
    before, engine.mode = engine.mode, TimeMode.MANUAL
    try:
        yield
    finally:
        engine.mode = before


def run_until(engine: Engine, condition: Callable[[], object], within: Duration = "1h", what: str = "") -> None:
    """Let time pass, event by event, until a condition holds.

    Args:
        condition: asked before each event; it may make requests of its own.
        within: how much virtual time it may take.
        what: names it in errors.

    Raises:
        WaitCannotEnd: nothing is under way that could bring it about.
        WaitTooLong: it does not hold after that time.
    """
    what = what or getattr(condition, "__doc__", None) or "the condition"
    end_ns = engine.now_ns + nanoseconds(within)
    while not condition():
        due_ns = _next_ns(engine)
        if due_ns is not None and due_ns <= end_ns:
            with engine.lock:
                engine.jump()
            _next_ns(engine)
            continue
        if due_ns is not None:
            with engine.lock:
                engine.advance(max(end_ns, engine.now_ns))
        if condition():
            return
        if due_ns is None:
            raise WaitCannotEnd(f"nothing can bring about {what}: no process can run and no timer is set")
        raise WaitTooLong(f"{what} has not come about within {units.format_duration(nanoseconds(within))}")


def _next_ns(engine: Engine) -> int | None:
    """When the next timer is due, after everybody has run who can."""
    with engine.lock:
        while engine.turn():
            continue
        return engine.draft.kernel.next_timer_ns()
