"""Driving an engine until something is done, without a wall clock: turns while there is work, then jumps to the next timer."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, Protocol

from msgspec import Struct

from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.threads import LOOK_SECONDS, Pace, Threads

WAIT_HORIZON_NS = 3600 * SECOND_NS
WAIT_JUMPS = 100_000
WAIT_WORK = 100_000_000
"""How many system calls of processes a wait may take: some minutes of a usual machine."""


class WaitCannotEnd(RuntimeError):
    """Nothing that is under way can end a wait."""


class WaitTooLong(RuntimeError):
    """A wait has passed an hour of virtual time, its number of jumps, or what processes may do meanwhile."""


class WaitTimedOut(RuntimeError):
    """The client's time-out has passed, on the virtual clock or, where another thread was to act, on the wall's."""


class Move(Struct, frozen=True):
    """What a driver should do: run (a turn), jump (to at_ns), sleep (until the wall reaches at_ns), or idle."""

    kind: str
    at_ns: int = 0


class Limits(Struct, frozen=True):
    """How long a wait may take.

    Args:
        horizon_ns: in virtual time that the wait itself lets pass.
        jumps: of the clock.
        timeout_seconds: how patient the client is; None for one that waits for as long as it takes.
    """

    horizon_ns: int = WAIT_HORIZON_NS
    jumps: int = WAIT_JUMPS
    timeout_seconds: float | None = None


class Driven(Protocol):
    """What is driven: an engine."""

    threads: Threads

    @property
    def now_ns(self) -> int: ...

    @property
    def work(self) -> int:
        """How many system calls processes have made."""

    @property
    def mode(self) -> TimeMode:
        """How time passes."""

    @property
    def awaits_errands(self) -> bool:
        """Whether something is being fetched from outside."""

    def turn(self, slices: int = ..., pause: Callable[[], bool] | None = ...) -> bool:
        """Whether there is more to do."""

    def next_move(self, wall_ns: int | None = None, driver_waits: bool = False) -> Move:
        """What there is to do now."""

    def jump(self) -> None:
        """Move the clock to the next timer."""

    def advance(self, to_ns: int) -> None:
        """Move the clock to an instant."""


def drive(engine: Driven, done: Callable[[], bool], what: str, limits: Limits, watches: bool) -> None:
    """Run turns and jumps until something is done; see `Engine.drive`. The engine's lock must be held."""
    _Wait(engine, what, limits).drive(done, watches)


class _Wait:
    """A wait of one thread, and what it has taken so far."""

    def __init__(self, engine: Driven, what: str, limits: Limits) -> None:
        self._engine = engine
        self._what = what
        self._limits = limits
        self._passed_ns = self._jumps = 0
        self._most_work = engine.work + WAIT_WORK
        self._pace = Pace(engine.now_ns)
        timeout_ns = -1 if limits.timeout_seconds is None else int(limits.timeout_seconds * SECOND_NS)
        self._times_out_ns = engine.now_ns + timeout_ns if timeout_ns >= 0 else None

    def drive(self, done: Callable[[], bool], watches: bool) -> None:
        engine, threads = self._engine, self._engine.threads
        while not done():
            if engine.work > self._most_work:
                raise WaitTooLong(
                    f"{self._what} has not ended after {self._passed_ns // SECOND_NS} virtual seconds in which containers were busy"
                    " all the time"
                )
            if engine.turn():
                continue
            if done():
                return
            move = engine.next_move(driver_waits=not engine.awaits_errands)
            if move.kind != "jump":
                self._await_others()
            elif watches and threads.has_others and self._leaves_time(move.at_ns):
                continue
            else:
                self._jump(move.at_ns)

    def _await_others(self) -> None:
        """Nothing under way can end it: another thread may."""
        if self._engine.threads.await_others(self._limits.timeout_seconds):
            return
        if self._times_out_ns is not None and self._engine.mode is not TimeMode.MANUAL:
            self._time_out(self._times_out_ns)
        raise WaitCannotEnd(f"nothing can end {self._what}: no process can run and no timer is set")

    def _leaves_time(self, due_ns: int) -> bool:
        """Leave it to the others to move time; whether they have done something, or are at work and the wall's clock is not there yet."""
        engine = self._engine
        if engine.threads.wait_for_others(LOOK_SECONDS):
            return True
        return engine.threads.others_work and not self._pace.has_come(engine.now_ns, due_ns)

    def _jump(self, due_ns: int) -> None:
        engine = self._engine
        if self._times_out_ns is not None and due_ns > self._times_out_ns:
            self._time_out(self._times_out_ns)
        passed_ns = self._passed_ns + max(due_ns - engine.now_ns, 0)
        self._jumps += 1
        if passed_ns > self._limits.horizon_ns or self._jumps > self._limits.jumps:
            raise WaitTooLong(
                f"{self._what} has not ended after {self._passed_ns // SECOND_NS} virtual seconds and {self._jumps} jumps of the"
                " clock"
            )
        self._passed_ns = passed_ns
        engine.jump()

    def _time_out(self, at_ns: int) -> NoReturn:
        if at_ns > self._engine.now_ns:
            self._engine.advance(at_ns)
        raise WaitTimedOut(f"{self._what} timed out after {self._limits.timeout_seconds} seconds")
