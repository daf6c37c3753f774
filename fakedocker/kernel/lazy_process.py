"""A program's first slice before its process is on the tables.

Most commands are done in the slice in which they are started. Nobody else runs meanwhile, so nobody can see their
process, and making it, listing it and taking it off again would be most of what they cost. `LazyProcess` is the system
of such a program: it answers from its parent what a child inherits, and makes the process as soon as anything needs
one. After that it is a `Calls` like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakedocker.kernel import files, lifecycle
from fakedocker.kernel.calls import Calls
from fakedocker.kernel.calls_base import CALL_NS, OUTPUT_BYTE_NS, QUANTUM_NS
from fakedocker.kernel.events import Output
from fakedocker.kernel.kernel_base import KernelBase
from fakedocker.kernel.loader import Command, Runnable
from fakedocker.kernel.program import WRITE, Exports, Identity
from fakedocker.kernel.records import Namespace, Process, Sleeper
from fakedocker.kernel.utility import Utility


class LazyProcess(Calls):
    """The system calls of a program whose process is made when it is first needed.

    Args:
        parent: who runs it, in its namespace. Their records must be owned, and stay so for the slice.

    Attributes:
        made: the process, once there is one.
        state: the program's memory.
        spent_ns: the CPU time used as long as there is none.
        asleep: the local pid of the process that it has become if all that is left for it is to sleep and to end.
    """

    __slots__ = ("_argv", "_command", "_exports", "_namespace", "_parent", "asleep", "made", "spent_ns", "state")

    def __init__(
        self,
        kernel: KernelBase,
        parent: Process,
        namespace: Namespace,
        command: Command,
        argv: tuple[str, ...],
        exports: Exports,
    ) -> None:
        self._kernel = kernel
        self._draft = kernel.draft
        self._view = None
        self._settled = False
        self.nonpreemptible = False
        self._parent = parent
        self._namespace = namespace
        self._command = command
        self._argv = argv
        self._exports = exports
        self.made: Process | None = None
        self.state: dict[str, Any] = {}
        self.spent_ns = 0
        self.asleep = 0

    def __getattr__(self, name: str) -> Process:
        """Make the process when `_process`, which no slot has yet, is asked for."""
        if name != "_process":
            raise AttributeError(name)
        draft, parent, command = self._draft, self._parent, self._command
        found = Runnable(command.path, command.identity, self._argv, command.executable)
        table = files.share_table(draft, parent.table)
        body = Utility(command.utility, self.state)
        process = lifecycle.fork(draft, parent, body, table, None, found, self._exports.environment())
        process.spent_ns += self.spent_ns
        process.cpu_ns = self.spent_ns
        self._process = self.made = process
        return process

    @property
    def process(self) -> Process:
        """The process, made now if there is none yet."""
        return self._process

    @property
    def argv(self) -> tuple[str, ...]:
        return self._argv if self.made is None else self.made.argv

    @property
    def environment(self) -> Mapping[str, str]:
        return self._exports.environment() if self.made is None else self.made.environment

    @property
    def identity(self) -> Identity:
        return self._command.identity if self.made is None else self.made.identity

    def put(self, data: bytes | str, fd: int = 1) -> None:
        draft = self._draft
        if self.made is None and data:
            file = draft.files.get(draft.tables[self._parent.table].entries.get(fd, 0))
            if file is not None and file.kind == "stream" and file.flags & WRITE:
                out = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
                self.spent_ns += CALL_NS + len(out) * OUTPUT_BYTE_NS
                name, stream_fd = file.target
                draft.emitted.append(Output(name, stream_fd, out))
                return
        super().put(data, fd)

    def sleep_and_end(self, deadline_ns: int) -> int:
        draft, parent = self._draft, self._parent
        if self.made is not None or deadline_ns <= draft.now_ns or self.spent_ns >= QUANTUM_NS:
            return super().sleep_and_end(deadline_ns)
        sleeper = Sleeper(
            0,
            parent.pid,
            parent.group,
            self._command,
            self._argv,
            self._exports,
            self.state,
            0,
            draft.now_ns,
            self.spent_ns,
            parent.quantum_ns,
            parent.spent_ns + self.spent_ns,
        )
        lifecycle.start_sleeper(draft, parent, self._namespace, sleeper, deadline_ns)
        self.asleep = sleeper.local
        return 0
