"""System calls about processes and signals (fork(2), execve(2), wait(2), kill(2), setpgid(2), signal(2))."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence

from fakedocker.filesystem.errors import failure
from fakedocker.kernel import files, lifecycle, signals
from fakedocker.kernel.calls_base import QUANTUM_NS, SLICE_EFFORT, SPAWN_NS, CallsBase, Ended, Replaced
from fakedocker.kernel.loader import Runnable
from fakedocker.kernel.program import Block, Body, Exports, Identity, ProcessInfo
from fakedocker.kernel.records import HOST, Process
from fakedocker.kernel.utility import Utility

FIND_NS = 2_000
ARGUMENTS_BYTES = 2 << 20
"""How much the arguments of a program may be, with a pointer for each: a quarter of the limit of its stack (execve(2))."""
LONGEST_ARGUMENT_BYTES = 128 << 10
FEW_ARGUMENTS = 64
"""How many are a matter of course; more cost time, as they are copied."""
HOWS = ("default", "ignore", "catch")


def measure_arguments(argv: Sequence[str]) -> int:
    """How many arguments cost time beside the start of a program. E2BIG for too many of them, or too long a one."""
    if len(argv) <= FEW_ARGUMENTS and sum(map(len, argv)) <= LONGEST_ARGUMENT_BYTES:
        return 0
    if sum(map(len, argv)) + 9 * len(argv) > ARGUMENTS_BYTES or max(map(len, argv)) >= LONGEST_ARGUMENT_BYTES:
        raise failure(errno.E2BIG)
    return len(argv)


class ProcessCalls(CallsBase):
    """spawn, fork, wait, kill and their like."""

    __slots__ = ()

    # programs

    def find_program(self, name: str, search_path: str) -> str:
        self._spend(FIND_NS)
        try:
            return self._kernel.programs.find(self.view, name, search_path, self._process.directory, self._who())
        except FileNotFoundError:
            raise self._absent() from None

    def identify(self, path: str) -> Identity:
        return self._kernel.programs.identify(self.view, path, self._process.directory, self._who())

    def spawn(self, path: str, argv: Sequence[str], environment: Mapping[str, str], *, group: int | None = None) -> int:
        process = self._process
        draft = self._draft
        kernel = self._kernel
        self.charge(measure_arguments(argv))
        found = kernel.programs.load(self.view, path, argv, process.directory, self._who())
        body = kernel.programs.body(found.identity, found.argv)
        self._spend(SPAWN_NS)
        child = self._child(body, files.share_table(draft, process.table), group, found, environment)
        local = child.local
        if type(body) is Utility:
            kernel.run_within(child)
            if process.status is not None:
                raise Ended
        else:
            draft.enqueue(child)
        return local

    def run_program(
        self, name: str, search_path: str, argv: tuple[str, ...], exports: Exports
    ) -> tuple[int, int | None]:
        process = self._process
        draft = self._draft
        kernel = self._kernel
        programs = kernel.programs
        if process.backlog or process.spent_ns >= QUANTUM_NS or kernel.effort > SLICE_EFFORT or draft.disks.size:
            self._settle()
        self._spend(FIND_NS + SPAWN_NS)
        self.charge(measure_arguments(argv))
        who = self._who()
        namespace = draft.namespaces.for_update(process.namespace)
        command = programs.command(draft, namespace, name, search_path, argv, who)
        if command is None:  # it is known from now on, if it is one that can be
            programs.find_runnable(self.view, name, search_path, argv, process.directory, who)
            command = programs.command(draft, namespace, name, search_path, argv, who)
        begun = None
        if command is not None and command.utility:
            begun = kernel.run_lazily(process, namespace, command, argv, exports)
        if begun is None:
            found = programs.find_runnable(self.view, name, search_path, argv, process.directory, who)
            begun = self._run_child(found, exports.environment())
        if process.status is not None:
            raise Ended
        return begun

    def _run_child(self, found: Runnable, environment: Mapping[str, str]) -> tuple[int, int | None]:
        """Let a program begin as a process of its own: its pid, and how it ended if it is done at once."""
        process, draft = self._process, self._draft
        body = self._kernel.programs.body(found.identity, found.argv)
        child = self._child(body, files.share_table(draft, process.table), None, found, environment)
        local = child.local
        if type(body) is not Utility:
            draft.enqueue(child)
            return local, None
        return local, self._kernel.run_for(process, child)

    def fork(self, body: Body, entries: Mapping[int, int] | None = None, *, group: int | None = None) -> int:
        process = self._process
        if entries is None:
            table = files.share_table(self._draft, process.table)
        else:
            table = files.make_table(self._draft, entries)
        self._spend(SPAWN_NS)
        child = self._child(body, table, group)
        child.marked = process.marked  # a copy of its program goes on from where it is
        self._draft.enqueue(child)
        return child.local

    def execute(self, path: str, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        process = self._process
        programs = self._kernel.programs
        self.charge(measure_arguments(argv))
        found = programs.load(self.view, path, argv, process.directory, self._who())
        process.body = programs.body(found.identity, found.argv)
        process.body_shared = False
        process.argv = found.argv
        process.environment = dict(environment)
        process.identity = found.identity
        process.executable = found.executable
        if "catch" in process.dispositions.values():
            process.dispositions = {s: how for s, how in process.dispositions.items() if how != "catch"}
        process.pending = ()
        process.marked = False  # it is another program that may fail now
        self._spend(SPAWN_NS)
        raise Replaced

    # children

    def children(self) -> frozenset[int]:
        visible = self.view.visible_pid
        return frozenset(visible(pid) for pid in self._process.children)

    def reap(self, pid: int) -> int | None:
        ended = self.reap_ending(pid)
        return ended if ended is None or ended >= 0 else 128 - ended

    def reap_ending(self, pid: int) -> int | None:
        process = self._process
        if process.ended_child and process.ended_child == pid:
            process.ended_child = 0
            return 0
        draft = self._draft
        namespace = draft.namespaces[process.namespace]
        number = pid if process.namespace == HOST else namespace.members.get(pid, -1)
        return lifecycle.reap(draft, process, number)

    def reap_stopped(self, pid: int) -> int | None:
        number = self._host_pid(pid)
        if number not in self._process.children:
            raise failure(errno.ECHILD)
        child = self._draft.processes[number]
        if not child.stopped or child.stop_told:
            return None
        self._draft.processes.for_update(number).stop_told = True
        return child.stopped

    def wait_for_child(self, pid: int | None, *, interruptible: bool = False, stops: bool = False) -> None:
        process = self._process
        if process.waiting:  # since it ran a program that only sleeps
            raise Block
        if (
            process.backlog
            or process.spent_ns >= QUANTUM_NS
            or self._kernel.effort > SLICE_EFFORT
            or self._draft.disks.size
        ):
            self._settle()
        if interruptible and process.pending:
            return
        processes = self._draft.processes
        watched = process.children if pid is None else (self._host_pid(pid),)
        for number in watched:
            if processes.sleeper(number) is not None:
                continue
            child = processes.get(number)
            if child is None or child.status is not None or (stops and child.stopped and not child.stop_told):
                return
        if not watched:
            raise failure(errno.ECHILD)
        process.waiting = "child"
        raise Block

    # others

    def kill(self, pid: int, signal: int) -> None:
        if not 0 <= signal <= signals.LAST:
            raise failure(errno.EINVAL)
        targets = self._targets(pid)
        if not targets:
            raise failure(errno.ESRCH)
        uid = self._process.uid
        allowed = targets if self.may("KILL") else [target for target in targets if target.uid == uid]
        if not allowed:
            raise failure(errno.EPERM)
        for target in allowed:
            inside = lifecycle.same_pids(self._draft, target.namespace, self._process.namespace)
            lifecycle.send_signal(self._draft, target, signal, from_inside=inside)
        self._stop_if_ended()

    def processes(self) -> list[ProcessInfo]:
        return self._kernel.process_lines(self.view)

    def set_group(self, pid: int, group: int) -> None:
        number = self._process.pid if pid == 0 else self._host_pid(pid)
        if number != self._process.pid and number not in self._process.children:
            raise failure(errno.ESRCH)
        target = self._draft.processes.for_update(number)
        if target.session == target.local:
            raise failure(errno.EPERM)
        target.group = group or target.local

    def set_session(self) -> None:
        process = self._process
        if process.group == process.local:
            raise failure(errno.EPERM)
        process.session = process.group = process.local
        process.terminal = ""

    def set_user(self, uid: int, gid: int, groups: tuple[int, ...] = ()) -> None:
        process = self._process
        if (gid, groups) != (process.gid, process.groups) and not self.may("SETGID"):
            raise failure(errno.EPERM)
        if uid != process.uid and not self.may("SETUID"):
            raise failure(errno.EPERM)
        process.uid, process.gid, process.groups = uid, gid, groups

    # signals

    def catch(self, signal: int, how: str) -> None:
        if how not in HOWS or not 0 < signal <= signals.LAST or signal in (signals.KILL, signals.STOP):
            raise failure(errno.EINVAL)
        process = self._process
        dispositions = dict(process.dispositions)
        if how == "default":
            dispositions.pop(signal, None)
        else:
            dispositions[signal] = how
        process.dispositions = dispositions
        if how != "catch" and signal in process.pending:
            process.pending = tuple(other for other in process.pending if other != signal)

    def signals_pending(self) -> bool:
        return bool(self._process.pending)

    def take_signal(self) -> int | None:
        process = self._process
        if not process.pending:
            return None
        first, *rest = process.pending
        process.pending = tuple(rest)
        return first

    def pause_for_signal(self, until_ns: int | None = None) -> None:
        self._settle()
        if self._process.pending or (until_ns is not None and self._draft.now_ns >= until_ns):
            return
        self._sleep_until("signal", until_ns)

    # helpers

    def _host_pid(self, pid: int) -> int:
        """The host pid of a pid in this namespace; -1 for nobody's."""
        process = self._process
        if process.namespace == HOST:
            return pid
        return self._draft.namespaces[process.namespace].members.get(pid, -1)

    def _child(
        self,
        body: Body,
        table: int,
        group: int | None,
        program: Runnable | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Process:
        try:
            return lifecycle.fork(self._draft, self._process, body, table, group, program, environment)
        except OSError:
            files.release_table(self._draft, table)
            raise

    def _targets(self, pid: int) -> list[Process]:
        """Whom kill(2) means."""
        process = self._process
        view = self.view
        if pid > 0:
            found = view.find(pid)
            return [found] if found is not None else []
        if pid == -1:
            return [other for other in view.processes() if other.pid != process.pid and view.visible(other) != 1]
        group = -pid if pid else process.group
        return [other for other in view.processes() if view.visible_group(other, other.group) == group]
