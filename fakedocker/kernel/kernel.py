"""The kernel that runs: the scheduler, time, and all other parts together.

A `Kernel` works on a draft and keeps nothing of its own but caches. The floors above hand it the programs and a router,
call what is here, and take what it tells from `emitted`. Everything that lives is in the draft.

Time stands still while processes run: `run` lets them run, a bounded number of slices, until all sleep; `advance` moves
the clock to an instant and wakes whom it wakes. CPU time is accounted per process, and who has used 10 ms sleeps. Being
given a slice costs time as well, and a child begins with what its parent has used, so that nothing goes on for ever at
one instant.

How much is done in one go is the floor above's to say (`begin_share`), in slices or by a question that a driver with a
clock answers. What follows from a slice (`emitted`) is always taken before the next one, so that it makes no difference
to what happens where a share has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from fakedocker.base.clock import LAST_NS
from fakedocker.base.numbers import is_too_large
from fakedocker.kernel import control_groups, file_kinds, lifecycle, proc, signals, sockets, synthetic
from fakedocker.kernel.calls import Calls
from fakedocker.kernel.calls_base import QUANTUM_NS, UNIT_NS, WAKE_NS, Ended, Replaced
from fakedocker.kernel.events import Alarm, Emission, Fault
from fakedocker.kernel.lazy_process import LazyProcess
from fakedocker.kernel.loader import Command
from fakedocker.kernel.marks import TOO_LARGE
from fakedocker.kernel.namespaces import Namespaces, Usage
from fakedocker.kernel.program import Block, Exports, Program
from fakedocker.kernel.programs import BodyOf
from fakedocker.kernel.records import LAST_SLEEP, Namespace, Process
from fakedocker.kernel.router import Router
from fakedocker.kernel.starting import ExecError, Starting, Stdio
from fakedocker.kernel.state import KernelDraft
from fakedocker.kernel.streams import Streams
from fakedocker.kernel.timers import Entry
from fakedocker.kernel.utility import Utility
from fakedocker.kernel.ways import ARRIVAL

__all__ = ["ExecError", "Kernel", "Stdio", "Usage"]

TABLES_FILLED = (control_groups, file_kinds, proc, synthetic)
"""Imported for what they enter in the tables of open files and of synthetic trees."""
NO_LIMIT = 1 << 62
"""As many slices as it takes."""
NESTED = 8
"""How deep processes may run within the call that starts them; deeper ones take their turn in the run queue."""


class Kernel(Namespaces, Starting, Streams):
    """See the module's docstring.

    Args:
        draft: the state it works on.
        programs: utilities and services by name.
        router: what knows the network; none gives every namespace a loopback interface only.
        body_of: what makes the bodies of programs that are more than utilities.

    Attributes:
        slices: how many slices `run` has given since the kernel was made: with the clock, the place of an input in a
            run.
        work: the effort of all of them, in system calls.
        is_cut: whether the share of slices has been used up with more to do.
    """

    def __init__(
        self,
        draft: KernelDraft,
        programs: Mapping[str, Program],
        router: Router | None = None,
        body_of: BodyOf | None = None,
    ) -> None:
        super().__init__(draft, programs, router, body_of)
        self.slices = 0
        self.work = 0
        self.is_cut = False
        self._depth = 0
        self._last_slice = NO_LIMIT
        self._pause: Callable[[], bool] | None = None

    @property
    def emitted(self) -> list[Emission]:
        """What has happened and the floor above has not yet taken."""
        return self.draft.emitted

    # running

    def begin_share(self, slices: int = NO_LIMIT, pause: Callable[[], bool] | None = None) -> None:
        """Say how much may be done from now on.

        Args:
            slices: how many slices.
            pause: asked before each slice whether there shall be none more for now.
        """
        self._last_slice = self.slices + slices
        self._pause = pause
        self.is_cut = False

    def run_ready(self) -> bool:
        """Let those run that can, until something is emitted or the share is used up. Whether nobody can run any more."""
        queue, emitted, pause = self.draft.queue, self.draft.emitted, self._pause
        while queue and not emitted:
            if self.is_cut or self.slices >= self._last_slice or (pause is not None and pause()):
                self.is_cut = True
                return False
            self._give_slice(queue.popleft())
        return not queue

    def run(self, limit: int) -> bool:
        """Let at most `limit` processes have a slice each. True when some still can run."""
        queue = self.draft.queue
        while queue and limit > 0:
            limit -= 1
            self._give_slice(queue.popleft())
        return bool(queue)

    def _give_slice(self, pid: int) -> None:
        """Let a process have a slice, if it still can run."""
        draft = self.draft
        self.slices += 1
        try:
            process = draft.processes.for_update(pid)
        except KeyError:  # it has ended meanwhile, and is forgotten
            return
        process.queued = False
        if process.status is not None or process.waiting or process.stopped:
            return
        if draft.namespaces[process.namespace].frozen:
            namespace = draft.namespaces.for_update(process.namespace)
            namespace.held = (*namespace.held, process.pid)
            return
        self.effort = draft.owed_ns = 0
        status = self._slice(process, WAKE_NS)
        if status is not None:
            self._finish(process, status)
        self.work += self.effort + 1

    def run_within(self, process: Process) -> None:
        status = self._nested_slice(process)
        if status is not None:
            self._finish(process, status)

    def run_for(self, parent: Process, process: Process) -> int | None:
        return self._ending_of(parent, process, self._nested_slice(process))

    def run_lazily(
        self,
        parent: Process,
        namespace: Namespace,
        command: Command,
        argv: tuple[str, ...],
        exports: Exports,
    ) -> tuple[int, int | None] | None:
        draft = self.draft
        if self._depth >= NESTED or signals.CHLD in parent.dispositions or not lifecycle.has_room(draft, namespace):
            return None
        if draft.disks.size:  # one that waits for a disk is not done at once
            return None
        calls = LazyProcess(self, parent, namespace, command, argv, exports)
        self._depth += 1
        try:
            status: int | None = command.program(calls, argv, calls.state)
        except (Block, Ended) as why:
            status = self._slice(calls.process) if type(why) is Replaced else None
        except Exception as error:
            status = self._failed(calls, calls.process, error)
        finally:
            self._depth -= 1
        if calls.asleep:
            parent.waiting = "child"
            return calls.asleep, None
        process = calls.made
        if process is None:
            parent.spent_ns += calls.spent_ns
        else:
            return process.local, self._ending_of(parent, process, status)
        assert status is not None
        namespace.cpu_ns += calls.spent_ns
        if status & 0xFF:  # by itself: who meets a boundary is made a process
            parent.marked = False
        return lifecycle.next_pids(draft, namespace)[1], status & 0xFF

    def _ending_of(self, parent: Process, process: Process, status: int | None) -> int | None:
        """What follows for a parent that waits from its child's first slice: how it ended, None while it goes on."""
        if status is not None and process.status is None:
            if (
                self.draft.owed_ns
                or process.disk_until_ns
                or process.backlog
                or signals.CHLD in parent.dispositions
                or parent.status is not None
            ):
                self._finish(process, status)
            else:
                parent.spent_ns = max(parent.spent_ns, process.spent_ns)
                lifecycle.end_awaited(self.draft, parent, process, status & 0xFF)
                return status & 0xFF
        if process.status is None or parent.status is not None or process.pid not in parent.children:
            return None
        return lifecycle.reap(self.draft, parent, process.pid)

    def pass_time(self, to_ns: int) -> bool:
        """Let processes run and time pass, every timer on the way in its turn, until something is emitted or the share
        is used up.

        Returns:
            whether the instant is reached, with nobody left who could run and nothing emitted.
        """
        draft = self.draft
        queue, emitted, timers = draft.queue, draft.emitted, draft.timers
        while not emitted:
            if queue:
                if not self.run_ready() and self.is_cut:
                    return False
                continue
            entry = timers.pop_due(to_ns)
            if entry is None:
                draft.now_ns = max(draft.now_ns, to_ns)
                return True
            if entry[0] > draft.now_ns:
                draft.now_ns = entry[0]
            while entry is not None:
                self._fire(entry)
                entry = timers.pop_due(draft.now_ns)
        return False

    def next_timer_ns(self) -> int | None:
        """When the next timer is due; None without one before the end of the clock."""
        entry = self.draft.timers.first()
        return None if entry is None or entry[0] > LAST_NS else entry[0]

    def advance(self, to_ns: int) -> None:
        """Move the clock to an instant, never back, and do what is due by then. Processes run at the next `run`."""
        draft = self.draft
        draft.now_ns = max(draft.now_ns, to_ns)
        while (entry := draft.timers.pop_due(draft.now_ns)) is not None:
            self._fire(entry)

    def set_timer(self, at_ns: int, key: Any) -> int:  # Any: plain data, given back when it goes off
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

    def _fire(self, entry: Entry) -> None:
        """Do what a timer was set for, unless it has been cancelled."""
        draft = self.draft
        _, number, kind, key = entry
        if kind == "alarm":
            if number in draft.alarms:
                draft.emitted.append(Alarm(draft.alarms.pop(number)))
            return
        if kind == ARRIVAL:
            sockets.arrival_due(draft, key)
            return
        sleeper = draft.processes.sleeper(key)
        if sleeper is not None:
            parent = draft.processes.for_update(sleeper.parent)
            if parent.waiting == "child" and not parent.stopped:
                lifecycle.end_sleep(draft, key, sleeper, parent)
                return
        process = draft.processes.get(key)
        if process is None or process.timer != number:
            return
        process = draft.processes.for_update(key)
        process.timer = 0
        if process.waiting == LAST_SLEEP and not process.stopped and not draft.namespaces[process.namespace].frozen:
            lifecycle.end(draft, process, 0)
            return
        process.waiting = ""
        if not process.stopped and not process.queued:
            process.queued = True
            draft.queue.append(key)

    def _nested_slice(self, process: Process) -> int | None:
        """A slice within the call of another process; one nested too deep is put into the run queue instead."""
        if self._depth >= NESTED:
            self.draft.enqueue(process)
            return None
        self._depth += 1
        try:
            return self._slice(process)
        finally:
            self._depth -= 1

    def _slice(self, process: Process, cost_ns: int = 0) -> int | None:
        """Let a process run until it sleeps, ends, or has used its slice. Its record must be owned.

        Args:
            cost_ns: what being given the slice costs it.

        Returns:
            the status of a program that is done, for the caller to end the process with.
        """
        draft = self.draft
        now_ns = draft.now_ns
        if now_ns - process.quantum_ns >= max(QUANTUM_NS, process.spent_ns):
            process.quantum_ns = now_ns
            process.spent_ns = 0
        process.spent_ns += cost_ns
        process.cpu_ns += cost_ns
        calls = Calls(self, process)
        try:
            return self._run(process, calls)
        finally:
            calls.release()

    def _run(self, process: Process, calls: Calls) -> int | None:
        """What `_slice` does, once the time it has is known."""
        if process.spent_ns >= QUANTUM_NS and process.exiting is None and not process.pending:
            calls.rest()
            return None
        status: int | None
        while True:
            if process.exiting is not None:
                return process.exiting
            try:
                body = process.body
                if process.body_shared:
                    body = process.body = body.copy()
                    process.body_shared = False
                if type(body) is Utility:
                    status = self.programs.get(body.name)(calls, process.argv, body.state)
                else:
                    status = body.run(calls)
            except Block:
                return None
            except Replaced:
                if process.spent_ns < QUANTUM_NS:
                    continue
                calls.rest()
                return None
            except Ended:
                return None
            except Exception as error:
                status = self._failed(calls, process, error)
            if process.status is not None:
                return None
            if status is None:
                calls.charge(QUANTUM_NS // UNIT_NS)
                calls.rest()
            return status

    def _failed(self, calls: Calls, process: Process, error: Exception) -> int | None:
        """What an error means that a program did not catch: the status it ends with, or None, and it has ended."""
        draft = self.draft
        if isinstance(error, OSError):
            return _complain(calls, error)
        if is_too_large(error):
            with suppress(OSError):
                calls.unsimulated(TOO_LARGE)
            return 1
        if isinstance(error, MemoryError):
            lifecycle.oom_kill(draft, process)
            return None
        if not isinstance(error, RecursionError):  # for a stack that is used up, Linux sends SIGSEGV as well
            # an error of ours in one program must not stop the world; it is reported, and loud in tests
            import traceback  # seldom needed, and start-up time matters

            report = "".join(traceback.format_exception(error))
            draft.emitted.append(Fault(process.namespace, process.pid, process.argv, report))
        lifecycle.end(draft, process, 128 + signals.SEGV, signals.SEGV)
        return None

    def _finish(self, process: Process, status: int) -> None:
        """End a process as soon as everything it has put is out, and on the disk."""
        if process.backlog or process.disk_until_ns or self.draft.owed_ns:
            process.exiting = status
            try:
                if not Calls(self, process).flush():
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
