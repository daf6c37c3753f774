"""What every part of the kernel that runs has: the draft, the programs, the router. It must not know system calls."""

from __future__ import annotations

from collections.abc import Mapping

from fakedocker.kernel.loader import Command
from fakedocker.kernel.proc_files import process_state, resident_bytes
from fakedocker.kernel.program import Exports, Identity, ProcessInfo, Program, System
from fakedocker.kernel.programs import BodyOf, Programs
from fakedocker.kernel.records import Namespace, Process
from fakedocker.kernel.router import Loopback, Router
from fakedocker.kernel.state import KernelDraft
from fakedocker.kernel.view import View


class KernelBase:
    """The parts' common ground; see `Kernel` for the arguments."""

    def __init__(
        self,
        draft: KernelDraft,
        programs: Mapping[str, Program],
        router: Router | None = None,
        body_of: BodyOf | None = None,
    ) -> None:
        self.draft = draft
        self.programs = Programs(programs, body_of)
        self.router: Router = Loopback() if router is None else router
        self.effort = 0
        """How many system calls the present slice has made: what bounds it, see `calls_base.SLICE_EFFORT`."""

    def outside(self, identifier: str, directory: str = "/") -> System:
        """System calls about a namespace's files, made as root from outside. Calls that wait must not be made."""
        raise NotImplementedError("the outside's")

    def run_within(self, process: Process) -> None:
        """Let a new process have its first slice at once, within the call that started it: most are done with that."""
        raise NotImplementedError("the scheduler's")

    def run_for(self, parent: Process, process: Process) -> int | None:
        """The same for a parent that will wait for it: gives how it ended, as `reap` does, or None while it goes on."""
        raise NotImplementedError("the scheduler's")

    def run_lazily(
        self,
        parent: Process,
        namespace: Namespace,
        command: Command,
        argv: tuple[str, ...],
        exports: Exports,
    ) -> tuple[int, int | None] | None:
        """Let a utility have its first slice, and make its process only if something needs it. Both records must be
        owned.

        Returns:
            its pid and how it ended, as `run_for` gives it; for one that only sleeps the parent waits already. None,
            and nothing is done, where a process is needed at once.
        """
        raise NotImplementedError("the scheduler's")

    def process_lines(self, view: View) -> list[ProcessInfo]:
        """The process table as a view shows it."""
        draft = self.draft
        return [process_line(draft, view, process) for process in view.processes()]


def process_line(draft: KernelDraft, view: View, process: Process) -> ProcessInfo:
    """A line of the process table, as a view has it."""
    return ProcessInfo(
        view.visible(process),
        view.visible_pid(process.parent),
        view.visible_group(process, process.group),
        view.visible_group(process, process.session),
        process.uid,
        process.argv,
        process_state(process),
        f"pts/{draft.terminals[process.terminal].number}" if process.terminal in draft.terminals else "",
        process.started_ns,
        process.cpu_ns,
        resident_bytes(process),
    )


def nobody(namespace: Namespace, directory: str) -> Process:
    """A process that is in no table, for calls from outside: root, with no descriptors."""
    identity = Identity("", "")
    return Process(0, 0, namespace.id, 0, 0, 0, (), {}, identity, "", None, 0, directory=directory, umask=0)
