"""Moving the virtual clock, and what there is to do next."""

from __future__ import annotations

from fakedocker.base.clock import LAST_NS, rfc3339_nano
from fakedocker.engine.core import Core, Pause
from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.waiting import Move
from fakedocker.operations.system import kernel_events


def advance(core: Core, to_ns: int, slices: int, pause: Pause | None) -> None:
    """See `Engine.advance`."""
    draft = core.draft
    if to_ns < draft.now_ns:
        raise ValueError(
            f"time does not go backwards: it is {rfc3339_nano(draft.now_ns)}, and {rfc3339_nano(to_ns)} has passed;"
            " restore a snapshot to go back"
        )
    if to_ns > LAST_NS:
        raise ValueError(f"the clock ends at {rfc3339_nano(LAST_NS)}: it cannot be moved to {to_ns} ns")
    core.take_internal()
    core.turns += 1
    core.record("advance", 0, to_ns)
    start = core.slices
    draft.kernel.begin_share(slices, pause)
    try:
        core.pass_time(to_ns)
    except BaseException:
        draft.rollback()
        raise
    core.record_cut(start)
    core.settle()


def jump(core: Core) -> None:
    """See `Engine.jump`."""
    core.take_internal()
    due = core.draft.kernel.next_timer_ns()
    if due is not None:
        core.turns += 1
        core.record("jump", 0, due)
        core.draft.kernel.advance(max(due, core.draft.now_ns))
        kernel_events.dispatch(core.draft)
        core.settle()


def next_move(core: Core, wall_ns: int | None, driver_waits: bool) -> Move:
    """See `Engine.next_move`."""
    mode = core.mode
    if core.busy:
        return Move("run")
    due = core.draft.kernel.next_timer_ns()
    if wall_ns is not None and mode in (TimeMode.LEAP, TimeMode.WALL) and due is not None and due <= wall_ns:
        return Move("jump", due)
    if mode is TimeMode.MANUAL or due is None:
        return Move("idle")
    if mode in (TimeMode.FAST, TimeMode.LEAP) and (driver_waits or core.open.wait(mode)):
        return Move("jump", due)
    return Move("sleep", due) if wall_ns is not None and mode is not TimeMode.FAST else Move("idle")
