"""Driving an engine until something is done, without a wall clock: turns while there is work, then jumps to the next timer."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.threads import Threads

WAIT_HORIZON_NS = 3600 * SECOND_NS
WAIT_JUMPS = 100_000
WAIT_WORK = 100_000_000
"""How many system calls of processes a wait may take: some minutes of a usual machine."""
OTHERS_PATIENCE_SECONDS = 60.0
"""How long a driver waits, by the wall's clock, for what only another driver can bring about; as long as docker's
clients wait."""
WATCHERS_PATIENCE_SECONDS = 0.1
"""How long a thread that watches leaves time to the others before it lets it pass by itself."""


class WaitCannotEnd(RuntimeError):
    """Nothing that is under way can end a wait."""


class WaitTooLong(RuntimeError):
    """A wait has passed an hour of virtual time, its number of jumps, or what processes may do meanwhile."""


class Move(NamedTuple):
    """What a driver should do: run (a turn), jump (to at_ns), sleep (until the wall reaches at_ns), or idle."""

    kind: str
    at_ns: int = 0


class Limits(NamedTuple):
    """How long a wait may take.

    Args:
        horizon_ns: in virtual time.
        jumps: of the clock.
    """

    horizon_ns: int = WAIT_HORIZON_NS
    jumps: int = WAIT_JUMPS


class Driven(Protocol):
    """What is driven: an engine."""

    threads: Threads

    @property
    def now_ns(self) -> int: ...

    @property
    def work(self) -> int:
        """How many system calls processes have made."""

    @property
    def awaits_errands(self) -> bool:
        """Whether something is being fetched from outside."""

    def turn(self, slices: int = ..., pause: Callable[[], bool] | None = ...) -> bool:
        """Whether there is more to do."""

    def next_move(self, wall_ns: int | None = None, driver_waits: bool = False) -> Move:
        """What there is to do now."""

    def jump(self) -> None:
        """Move the clock to the next timer."""


def drive(engine: Driven, done: Callable[[], bool], what: str, limits: Limits, watches: bool) -> None:
    """Run turns and jumps until something is done; see `Engine.drive`. The engine's lock must be held."""
    threads = engine.threads
    start_ns, jumps = engine.now_ns, 0
    most_work = engine.work + WAIT_WORK
    while not done():
        passed_seconds = (engine.now_ns - start_ns) // SECOND_NS
        if engine.work > most_work:
            raise WaitTooLong(
                f"{what} has not ended after {passed_seconds} virtual seconds in which containers were busy all the time"
            )
        if engine.turn():
            continue
        if done():
            return
        move = engine.next_move(driver_waits=not engine.awaits_errands)
        if move.kind != "jump":
            if threads.has_others and threads.wait_for_others(OTHERS_PATIENCE_SECONDS):
                continue
            raise WaitCannotEnd(f"nothing can end {what}: no process can run and no timer is set")
        if watches and threads.has_others and threads.wait_for_others(WATCHERS_PATIENCE_SECONDS):
            continue
        jumps += 1
        if move.at_ns > start_ns + limits.horizon_ns or jumps > limits.jumps:
            passed_seconds = (engine.now_ns - start_ns) // SECOND_NS
            raise WaitTooLong(
                f"{what} has not ended after {passed_seconds} virtual seconds and {jumps} jumps of the clock"
            )
        engine.jump()
