"""Transfers by a timetable: what pulls, pushes and loads have in common, and the lines of progress they tell.

Source of the lines: moby pkg/jsonmessage and pkg/streamformatter. This module must not know what is transferred, nor
what follows when it has arrived.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from fakedocker.base.clock import MILLISECOND_NS, SECOND_NS
from fakedocker.base.units import human_size
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import TRANSFER_ALARM, LoadTask, PullTask, PushTask, TransferStep

PROGRESS_EVERY_NS = 100 * MILLISECOND_NS
FIRST_ANSWER_NS = 20 * MILLISECOND_NS
"""How long a registry takes for its first answer."""
_BAR_CELLS = 50

AnyTransfer = PullTask | PushTask | LoadTask


def line(**fields: object) -> bytes:
    """A message of a stream of progress."""
    return msgspec.json.encode(fields) + b"\r\n"


def state(identifier: str, status: str) -> bytes:
    """What has become of one thing that is transferred."""
    return line(status=status, progressDetail={}, id=identifier)


def error_line(problem: str) -> bytes:
    """The message that a stream ends with when it has failed after its head was sent."""
    return line(errorDetail={"message": problem}, error=problem)


def short_digest(digest: str) -> str:
    """How a layer is called in progress: twelve digits of its digest."""
    return digest.removeprefix("sha256:")[:12]


def moving(identifier: str, status: str, start_ns: int, bytes_per_second: int, size_bytes: int) -> list[TransferStep]:
    """The progress of one thing, told ten times a second and at its end."""
    duration = duration_ns(size_bytes, bytes_per_second)
    moments = [*range(PROGRESS_EVERY_NS, duration, PROGRESS_EVERY_NS), duration]
    return [
        TransferStep(
            after_ns=start_ns + moment, progress=moved(identifier, status, size_bytes * moment // duration, size_bytes)
        )
        for moment in moments
    ]


def duration_ns(size_bytes: int, bytes_per_second: int) -> int:
    """How long so many bytes take, a millisecond at least."""
    return max(size_bytes * SECOND_NS // bytes_per_second, MILLISECOND_NS)


def moved(identifier: str, status: str, current: int, total: int) -> bytes:
    """How far one thing has come."""
    detail = {"current": current, "total": total}
    return line(status=status, progressDetail=detail, progress=_bar(current, total), id=identifier)


def in_seconds(identifier: str, status: str, seconds: int) -> bytes:
    """The progress of one thing that is measured in time."""
    return line(
        status=status, progressDetail={"current": seconds, "units": "s"}, progress=f"{seconds} s", id=identifier
    )


def whole(status: str, size_bytes: int) -> bytes:
    """The progress of a stream without a name that has come to its end."""
    detail = {"current": size_bytes, "total": size_bytes}
    return line(status=status, progressDetail=detail, progress=_bar(size_bytes, size_bytes))


def of_unknown_size(status: str, identifier: str, size_bytes: int) -> bytes:
    """The same of a stream whose size nobody told."""
    return line(
        status=status, progressDetail={"current": size_bytes}, progress=f"{human_size(size_bytes):>8}", id=identifier
    )


def _bar(current: int, total: int) -> str:
    """The bar that goes with a message, for clients that draw none themselves."""
    done = min(current * _BAR_CELLS // total, _BAR_CELLS) if total else _BAR_CELLS
    arrow = "=" * done + ">" + " " * (_BAR_CELLS - done)
    return f"[{arrow[: _BAR_CELLS + 1]}]  {human_size(current):>8}/{human_size(total)}"


def in_order(steps: Iterable[TransferStep]) -> tuple[TransferStep, ...]:
    """Steps sorted by their time; what happens at one instant keeps its order."""
    return tuple(sorted(steps, key=lambda step: step.after_ns))


def start(draft: Draft, task: AnyTransfer) -> int:
    """Begin a transfer, or the next part of one; its progress and its end are told as notices of the task.

    Returns:
        the task's number.
    """
    draft.tasks[task.id] = task
    _schedule(draft, task)
    return task.id


def _schedule(draft: Draft, task: AnyTransfer) -> None:
    after_ns = task.steps[task.position].after_ns if task.steps else 0
    timer = draft.kernel.set_timer(task.started_ns + after_ns, (TRANSFER_ALARM, task.id))
    draft.tasks[task.id] = replace(task, timer=timer)


def advance(draft: Draft, task_id: int) -> AnyTransfer | None:
    """The next moment of a transfer has come: take every step that is due.

    Returns:
        the transfer when that was its last step; it is no task of the world any more then.
    """
    task = draft.tasks.get(task_id)
    if not isinstance(task, AnyTransfer):
        return None
    position = task.position
    elapsed_ns = draft.now_ns - task.started_ns
    while position < len(task.steps) and task.steps[position].after_ns <= elapsed_ns:
        draft.notify("progress", task_id, task.steps[position].progress)
        position += 1
    task = replace(task, position=position)
    if position < len(task.steps):
        _schedule(draft, task)
        return None
    del draft.tasks[task_id]
    return task
