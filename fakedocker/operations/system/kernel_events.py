"""Turning what the kernel tells into what the daemon does: output, ends of processes, alarms.

Run after everything that may have made the kernel speak. Reacting may make it speak again; `dispatch` goes on until it
is silent. Who reacts to what is in the tables of `reactions`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.containers.model import Chunk
from fakedocker.kernel.events import Alarm, Closed, Connected, Exited, Fault, InputDrained, OutOfMemory, Output
from fakedocker.operations.system.reactions import (
    ALARMS,
    DOWNLOADED,
    EXITED,
    GOES_ON,
    OUTPUT,
    STRAY_OUTPUT,
    offer,
    tell,
)
from fakedocker.registry.errands import Result
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import ErrandTask


def dispatch(draft: Draft) -> None:
    """React to everything the kernel has told."""
    emitted = draft.kernel_draft.emitted
    while emitted:
        batch = emitted[:]
        emitted.clear()
        for emission in batch:
            _EMISSIONS[type(emission)](draft, emission)


def errand_done(draft: Draft, task_id: int, result: Result) -> None:
    """An errand outside of the simulation has been done: what waited for it goes on. One whose task is gone is forgotten."""
    from fakedocker.operations.classic_builder import downloads  # read when something has come: start-up time matters
    from fakedocker.operations.registry import transfers

    task = draft.tasks.get(task_id)
    if isinstance(task, ErrandTask) and task.sandbox:
        del draft.tasks[task_id]
        tell(DOWNLOADED, draft, task.sandbox, downloads.of_errand(result))
    else:
        transfers.errand_done(draft, task_id, result)


def _output(draft: Draft, output: Output) -> None:
    if not draft.outputs.write(output.stream, Chunk(draft.wall_ns, output.fd, output.data)):
        if not offer(STRAY_OUTPUT, draft, output.stream, output.fd, output.data):
            draft.notify("bytes", output.stream, (output.fd, output.data))
        return
    if draft.is_heard(("output", output.stream)):
        draft.notify_output(output.stream)
    tell(OUTPUT, draft, output.stream, output.fd, output.data)


def _exited(draft: Draft, exited: Exited) -> None:
    kind, identifier = draft.processes.pop(exited.pid) or ("", "")
    reactions = EXITED.get(kind)
    if reactions is None:
        draft.notify("exited", exited.pid, exited.status)
    elif not offer(GOES_ON.get(kind, ()), draft, identifier, exited):
        tell(reactions, draft, identifier, exited)


def _alarm(draft: Draft, alarm: Alarm) -> None:
    kind, key = alarm.key
    reactions = ALARMS.get(kind)
    if reactions is None:
        draft.notify("alarm", kind, key)
    else:
        tell(reactions, draft, key)


_EMISSIONS: Final[dict[type, Callable[[Draft, Any], None]]] = {
    Output: _output,
    Exited: _exited,
    Alarm: _alarm,
    InputDrained: lambda draft, drained: draft.notify("input", drained.stream),
    Closed: lambda draft, closed: draft.notify("closed", closed.stream),
    Connected: lambda draft, connected: draft.notify("connected", "", connected.stream),
    Fault: lambda draft, fault: draft.faults.append(fault.report),
    OutOfMemory: lambda draft, killed: None,  # the Exited of process 1 says whether it was that one
}
