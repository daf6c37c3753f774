"""What every family of system calls stands on: who calls, charging, going to sleep, resolving paths."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import NoReturn

from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.walk import SUPERUSER, Credentials, Location, allowed, resolve
from fakedocker.kernel import files, lifecycle, signals
from fakedocker.kernel.kernel_base import KernelBase
from fakedocker.kernel.privileges import USUAL_CAPABILITIES, above, has, limit, with_limit
from fakedocker.kernel.program import Block, Identity
from fakedocker.kernel.records import OpenFile, Process
from fakedocker.kernel.state import KernelDraft
from fakedocker.kernel.view import View

QUANTUM_NS = 10_000_000
"""How much CPU time a process may use at one instant before it sleeps that long."""
CALL_NS = 2_000
BYTE_NS = 1
OUTPUT_BYTE_NS = 10
"""What a byte costs that leaves the simulation: logs take 100 MB a second."""
MEASURED_BYTES = 1 << 20
"""How much a process reads before its memory is looked at again; one that holds much is looked at less often."""
LONGEST_NS = 3_000_000_000
"""How much CPU time a program may use that never comes to a call in which it could be put to rest; RLIMIT_CPU's signal
ends it."""
READ_BYTES = 0x7FFF_F000
"""The most that one read gives (MAX_RW_COUNT of Linux)."""
SPAWN_NS = 400_000
WAKE_NS = 5_000
"""What it costs a process to be given a slice. With `SPAWN_NS`, which a child begins with, it bounds what can happen at
one instant."""
SLICE_EFFORT = 1_500
"""After how many system calls a slice ends, whatever CPU time they took: it bounds how long the real machine is busy with one."""
LOOKUP_EFFORT = 6
"""What resolving a path counts for among them."""
EFFORT_SHIFT = 12
"""So many bytes, as a power of two, that are read or written count for one more."""
UNIT_NS = 1_000
"""What `charge` counts in: a microsecond."""


class Ended(BaseException):
    """Ends a slice whose process is no more. No program may catch it."""


class Replaced(Ended):
    """Ends a slice whose process has another program now."""


class CallsBase:
    """The caller, and the helpers of all families."""

    __slots__ = ("_draft", "_kernel", "_process", "_settled", "_view", "nonpreemptible")

    def __init__(self, kernel: KernelBase, process: Process) -> None:
        self._kernel = kernel
        self._draft: KernelDraft = kernel.draft
        self._process = process
        self._view: View | None = None
        self._settled = False
        self.nonpreemptible = False

    def release(self) -> None:
        """Forget the process, whose slice is over: a body that has kept its calls would be in a cycle with it.

        The collector does not look through processes, so it would never find such a cycle.
        """
        del self._process
        self._view = None

    # who and where

    @property
    def pid(self) -> int:
        return self._process.local

    @property
    def parent_pid(self) -> int:
        return self.view.visible_pid(self._process.parent)

    @property
    def argv(self) -> tuple[str, ...]:
        return self._process.argv

    @property
    def environment(self) -> Mapping[str, str]:
        return self._process.environment

    @property
    def uid(self) -> int:
        return self._process.uid

    @property
    def gid(self) -> int:
        return self._process.gid

    @property
    def groups(self) -> tuple[int, ...]:
        return self._process.groups

    @property
    def identity(self) -> Identity:
        return self._process.identity

    @property
    def directory(self) -> str:
        return self._process.directory

    @property
    def umask(self) -> int:
        return self._process.umask

    @property
    def hostname(self) -> str:
        return self._draft.namespaces[self._process.namespace].hostname

    @property
    def now_ns(self) -> int:
        return self._draft.now_ns

    @property
    def memory_limit_bytes(self) -> int:
        return self._draft.namespaces[self._process.namespace].memory_limit_bytes

    @property
    def network(self) -> str:
        """The network namespace of the process."""
        return self._draft.namespaces[self._process.namespace].network

    # the rest

    def charge(self, units: int) -> None:
        self._spend(units * UNIT_NS)
        if self._process.spent_ns > LONGEST_NS:
            lifecycle.end(self._draft, self._process, 128 + signals.XCPU, signals.XCPU)
            raise Ended

    def random(self, bound: int) -> int:
        if bound <= 0:
            raise failure(errno.EINVAL)
        return int.from_bytes(self._draft.random_bytes(16), "big") % bound

    def memory_use(self, size_bytes: int) -> None:
        lifecycle.use_memory(self._draft, self._process, size_bytes)
        self._stop_if_ended()

    def memory_held(self, size_bytes: int) -> None:
        lifecycle.hold_memory(self._draft, self._process, size_bytes)
        self._stop_if_ended()

    # helpers

    @property
    def view(self) -> View:
        """What the process sees of its namespace."""
        view = self._view
        if view is None:
            view = self._view = View(self._draft, self._kernel.router, self._process.namespace, self._process)
        return view

    def _who(self) -> Credentials:
        process = self._process
        capabilities = process.capabilities
        if not process.uid and (capabilities == USUAL_CAPABILITIES or has(capabilities, "DAC_OVERRIDE")):
            return SUPERUSER
        return Credentials(process.uid, process.gid, process.groups)

    def may(self, capability: str) -> bool:
        process = self._process
        return not process.uid and has(process.capabilities, capability)

    def limit(self, resource: str) -> tuple[int, int]:
        return limit(self._process.limits, resource)

    def set_limit(self, resource: str, soft: int, hard: int) -> None:
        if above(soft, hard):
            raise failure(errno.EINVAL)
        if above(hard, self.limit(resource)[1]) and not self.may("SYS_RESOURCE"):
            raise failure(errno.EPERM)
        self._process.limits = with_limit(self._process.limits, resource, soft, hard)

    def _spend(self, cost_ns: int) -> None:
        self._kernel.effort += 1
        process = self._process
        process.spent_ns += cost_ns
        process.cpu_ns += cost_ns

    def _settle(self) -> None:
        """What every call that may block does first: get what was put out, and rest when the quantum is used up.

        The slice may end here as well, for the others; but not at its first such call, so that every slice gets on.
        """
        process = self._process
        if (process.backlog or process.disk_until_ns or self._draft.owed_ns) and not (
            self.flush() or self.nonpreemptible
        ):
            self._sleep("write")
        if self.nonpreemptible:
            return
        if process.spent_ns >= QUANTUM_NS:
            self.rest()
            raise Block
        if self._kernel.effort > SLICE_EFFORT and self._settled:
            process.waiting = ""  # a call that had to wait may have been left for another thread of the program
            self._draft.enqueue(process)
            raise Block
        self._settled = True

    def rest(self) -> None:
        """Sleep until the CPU time used is made up for."""
        process = self._process
        process.waiting = "cpu"
        self._draft.set_wake(process, process.quantum_ns + process.spent_ns)

    def _sleep(self, reason: str) -> NoReturn:
        self._process.waiting = reason
        raise Block

    def _sleep_until(self, reason: str, until_ns: int | None) -> NoReturn:
        if until_ns is not None:
            self._draft.set_wake(self._process, until_ns)
        self._sleep(reason)

    def _stop_if_ended(self) -> None:
        """End the slice if the process has been killed meanwhile, by itself or by a child that ran within the call."""
        if self._process.status is not None:
            raise Ended

    def _number(self, fd: int) -> int:
        """The open file of a descriptor. EBADF."""
        number = self._draft.tables[self._process.table].entries.get(fd)
        if number is None:
            raise failure(errno.EBADF)
        return number

    def _file(self, fd: int) -> OpenFile:
        return self._draft.files[self._number(fd)]

    def flush(self) -> bool:
        """Write what was put and found no room. False when some of it has to wait, or a disk, and the process is listed."""
        process = self._process
        while not self.waits_for_disk():
            if not process.backlog:
                return True
            (number, data), *rest = process.backlog
            try:
                taken = self._write(number, self._draft.files[number], data)
            except OSError:
                taken = len(data)  # nobody will ever read it: the error was for whoever asks, and nobody does
            if taken < len(data):
                if taken:
                    process.backlog = ((number, data[taken:]), *rest)
                    continue
                return False
            process.backlog = tuple(rest)
            files.let_go(self._draft, number)
        self._draft.set_wake(process, process.disk_until_ns)
        return False

    def waits_for_disk(self) -> bool:
        """Whether slow disks are not done with what the process has asked of them; what they take is added up here."""
        process, draft = self._process, self._draft
        if draft.owed_ns:
            process.disk_until_ns = max(process.disk_until_ns, draft.now_ns) + draft.owed_ns
            draft.owed_ns = 0
        if process.disk_until_ns <= draft.now_ns:
            process.disk_until_ns = 0
        return process.disk_until_ns > 0

    def _write(self, number: int, file: OpenFile, data: bytes) -> int:
        """Write through an open file; a broken pipe brings SIGPIPE, as for write(2)."""
        try:
            return files.OPERATIONS[file.kind].write(self._draft, self._process, number, file, data)
        except BrokenPipeError:
            lifecycle.send_signal(self._draft, self._process, signals.PIPE, from_inside=True)
            self._stop_if_ended()
            raise

    def _locate(self, path: str, follow: bool = True) -> Location:
        process = self._process
        self._kernel.effort += LOOKUP_EFFORT
        process.spent_ns += CALL_NS
        process.cpu_ns += CALL_NS
        view = self.view
        try:
            return resolve(view, view.namespace.mounts, path, process.directory, follow, self._who())
        except FileNotFoundError:
            raise self._absent() from None

    def _existing(self, path: str, follow: bool = True) -> Location:
        """A location that has an inode. ENOENT."""
        location = self._locate(path, follow)
        if location.inode is None:
            raise self._absent()
        return location

    def _absent(self) -> OSError:
        """ENOENT, to be raised. Where the files are tainted, a failure for want of one is that of a boundary (see marks.py)."""
        if self._draft.namespaces[self._process.namespace].tainted:
            self._process.marked = True
        return failure(errno.ENOENT)

    def _writable(self, location: Location) -> tuple[str, Filesystem]:
        """The file system of a location, to be changed: its id and its value. EROFS, EPERM for proc and its like."""
        if location.mount.read_only:
            raise failure(errno.EROFS)
        tree = location.tree
        if not isinstance(tree, Filesystem):
            raise failure(errno.EPERM)
        return self.view.filesystem_id(location.mount), tree

    def _demand(self, location: Location, permission: int) -> None:
        """EACCES unless the mode of what is at a location permits it."""
        who = self._who()
        if not who.overrides and not allowed(location.tree.node(location.inode), permission, who):
            raise failure(errno.EACCES)

    def _demand_in_directory(self, location: Location) -> None:
        """EACCES unless names may be added to, and removed from, the directory of a location."""
        who = self._who()
        if not who.overrides and not allowed(location.tree.node(location.directory), 3, who):
            raise failure(errno.EACCES)
