"""The kernel that runs: the scheduler, time, and all other parts together.

A `Kernel` works on a draft and keeps nothing of its own but caches. The floors above hand it the programs and a router, call
what is here, and take what it tells from `emitted`. Everything that lives is in the draft.

Time stands still while processes run: `run` lets them run, a bounded number of slices, until all sleep; `advance` moves
the clock to an instant and wakes whom it wakes. CPU time is accounted per process, and who has used 10 ms sleeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fakedocker.kernel import file_kinds, lifecycle, proc, signals, synthetic
from fakedocker.kernel.calls import Calls
from fakedocker.kernel.calls_base import QUANTUM_NS, UNIT_NS, Ended, Replaced
from fakedocker.kernel.events import Alarm, Emission, Fault
from fakedocker.kernel.namespaces import Namespaces, Usage
from fakedocker.kernel.program import Block, Program
from fakedocker.kernel.programs import MakeBody
from fakedocker.kernel.records import Process
from fakedocker.kernel.router import Router
from fakedocker.kernel.starting import ExecError, Starting, Stdio
from fakedocker.kernel.state import KernelDraft
from fakedocker.kernel.streams import Streams
from fakedocker.kernel.utility import Utility

__all__ = ["ExecError", "Kernel", "Stdio", "Usage"]

TABLES_FILLED = (file_kinds, proc, synthetic)
"""Imported for what they enter in the tables of open files and of synthetic trees."""
NESTED = 8
"""How deep processes may run within the call that starts them; deeper ones take their turn in the run queue."""


class Kernel(Namespaces, Starting, Streams):
    """See the module's docstring.

    Args:
        draft: the state it works on.
        programs: utilities and services by name.
        router: what knows the network; none gives every namespace a loopback interface only.
        make_body: gives programs that are more than utilities their bodies.

    Attributes:
        slices: how many slices `run` has given since the kernel was made: with the clock, the place of an input in a run.
    """

    def __init__(
        self,
        draft: KernelDraft,
        programs: Mapping[str, Program],
        router: Router | None = None,
        make_body: MakeBody | None = None,
    ) -> None:
        super().__init__(draft, programs, router, make_body)
        self.slices = 0
        self._depth = 0

    @property
    def emitted(self) -> list[Emission]:
        """What has happened and the floor above has not yet taken."""
        return self.draft.emitted

    # running

    def run(self, limit: int) -> bool:
        """Let at most `limit` processes have a slice each. True when some still can run."""
        draft = self.draft
        queue, processes = draft.queue, draft.processes
        while queue and limit > 0:
            limit -= 1
            self.slices += 1
            pid = queue.popleft()
            if pid not in processes:
                continue
            process = processes.own(pid)
            process.queued = False
            if process.status is not None or process.waiting or process.stopped:
                continue
            if draft.namespaces[process.namespace].frozen:
                namespace = draft.namespaces.own(process.namespace)
                namespace.held = (*namespace.held, pid)
                continue
            self._slice(process)
        return bool(queue)

    def run_within(self, process: Process) -> None:
        if self._depth >= NESTED:
            self.draft.enqueue(process)
            return
        self._depth += 1
        try:
            self._slice(process)
        finally:
            self._depth -= 1

    def next_timer_ns(self) -> int | None:
        """When the next timer is due; None without one."""
        entry = self.draft.timers.first()
        return None if entry is None else entry[0]

    def advance(self, to_ns: int) -> None:
        """Move the clock to an instant, never back, and do what is due by then. Processes run at the next `run`."""
        draft = self.draft
        draft.now_ns = max(draft.now_ns, to_ns)
        processes, alarms = draft.processes, draft.alarms
        while (entry := draft.timers.pop_due(draft.now_ns)) is not None:
            _, number, kind, key = entry
            if kind == "alarm":
                if number in alarms:
                    draft.emitted.append(Alarm(alarms.pop(number)))
            elif (process := processes.get(key)) is not None and process.timer == number:
                processes.own(key).timer = 0
                draft.wake(key)

    def set_timer(self, at_ns: int, key: Any) -> int:
        """Let `Alarm(key)` be emitted at an instant. Returns a handle for `cancel_timer`."""
        number = self.draft.new_id()
        self.draft.alarms[number] = key
        self.draft.timers.add((at_ns, number, "alarm", None))
        return number

    def cancel_timer(self, handle: int) -> None:
        """Forget a timer; nothing happens if it has gone off, or for 0."""
        if handle in self.draft.alarms:
            self.draft.alarms.pop(handle)
            self.draft.timers.cancelled()

    # parts

    def _slice(self, process: Process) -> None:
        """Let a process run until it sleeps, ends, or has used its slice. Its record must be owned."""
        draft = self.draft
        now_ns = draft.now_ns
        if now_ns - process.quantum_ns >= max(QUANTUM_NS, process.spent_ns):
            process.quantum_ns = now_ns
            process.spent_ns = 0
        calls = Calls(self, process)
        while True:
            if process.exiting is not None:
                self._finish(calls, process, process.exiting)
                return
            body = process.body
            if process.body_shared:
                body = process.body = body.copy()
                process.body_shared = False
            try:
                if type(body) is Utility:
                    status = self.programs.get(body.name)(calls, process.argv, body.state)
                else:
                    status = body.run(calls)
            except Block:
                return
            except Replaced:
                if process.spent_ns < QUANTUM_NS:
                    continue
                calls.rest()
                return
            except Ended:
                return
            except OSError as error:
                status = _complain(calls, error)
            except MemoryError:
                lifecycle.oom_kill(draft, process)
                return
            except RecursionError:  # the stack is used up, for which Linux sends SIGSEGV
                lifecycle.end(draft, process, 128 + signals.SEGV, signals.SEGV)
                return
            except (
                Exception
            ):  # an error of ours in one program must not stop the world; it is reported, and loud in tests
                import traceback  # seldom needed, and start-up time matters

                draft.emitted.append(Fault(process.namespace, process.pid, process.argv, traceback.format_exc()))
                lifecycle.end(draft, process, 128 + signals.SEGV, signals.SEGV)
                return
            if process.status is not None:
                return
            if status is None:
                calls.charge(QUANTUM_NS // UNIT_NS)
                calls.rest()
            else:
                self._finish(calls, process, status)
            return

    def _finish(self, calls: Calls, process: Process, status: int) -> None:
        """End a process as soon as everything it has put is out."""
        if process.backlog:
            process.exiting = status
            try:
                if not calls.flush():
                    process.waiting = "write"
                    return
            except Ended:
                return
        lifecycle.end(self.draft, process, status & 0xFF)


def _complain(calls: Calls, error: OSError) -> int:
    """An error that a program did not expect (its standard output is closed, say) ends it with a message."""
    name = calls.argv[0] if calls.argv else "?"
    with suppress(OSError):  # there may be nobody left to tell
        calls.put(f"{name}: {error.strerror}\n", 2)
    return 1
