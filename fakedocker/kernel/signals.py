"""Signals: names, what each does by default, and how one reaches a process.

Ending a process is given as a function, so that this module need not know what else that takes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from fakedocker.kernel.records import Process
from fakedocker.kernel.state import KernelDraft

HUP, INT, QUIT, ILL, TRAP, ABRT, BUS, FPE, KILL, USR1, SEGV, USR2, PIPE, ALRM, TERM = range(1, 16)
CHLD, CONT, STOP, TSTP, TTIN, TTOU, URG, XCPU, XFSZ, VTALRM, PROF, WINCH, IO, PWR, SYS = range(17, 32)
LAST = 64

IGNORED_BY_DEFAULT = frozenset({CHLD, CONT, URG, WINCH})
STOPPING = frozenset({STOP, TSTP, TTIN, TTOU})

End: TypeAlias = Callable[[KernelDraft, Process, int, int], None]
"""end(draft, process, status, signal)."""


def send(draft: KernelDraft, process: Process, signal: int, end: End, *, from_inside: bool) -> None:
    """Let a signal reach a process.

    Process 1 of a namespace ignores whatever it does not catch, but KILL and STOP from outside the namespace
    (pid_namespaces(7)). A caught signal becomes pending, once, and wakes the process, whose call looks again.

    Args:
        from_inside: whether the sender is in the process's own pid namespace.
    """
    if process.status is not None or signal == 0:
        return
    process = draft.processes.for_update(process.pid)
    is_init = process.local == 1
    if signal == KILL:
        if not (is_init and from_inside):
            end(draft, process, 128 + KILL, KILL)
        return
    if signal == CONT:
        resume(draft, process)
    how = process.dispositions.get(signal, "default")
    if how == "ignore":
        return
    if how == "catch":
        if signal not in process.pending:
            process.pending += (signal,)
        draft.wake(process.pid)
    elif signal in STOPPING:
        if not is_init or (signal == STOP and not from_inside):
            stop(draft, process, signal)
    elif signal not in IGNORED_BY_DEFAULT and not is_init:
        end(draft, process, 128 + signal, signal)


def stop(draft: KernelDraft, process: Process, signal: int) -> None:
    """Suspend a process; its parent may ask for it."""
    process.stopped = signal
    process.stop_told = False
    draft.wake(process.parent)


def resume(draft: KernelDraft, process: Process) -> None:
    """Let a stopped process go on; a call that it sleeps in begins anew."""
    if process.stopped:
        process.stopped = 0
        process.stop_told = True
        if process.waiting:
            draft.wake(process.pid)
        else:
            draft.enqueue(process)
