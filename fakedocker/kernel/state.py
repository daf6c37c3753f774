"""The kernel's whole state as one value, and the draft that changes it.

`KernelState` is immutable: a snapshot is a reference to one. `KernelDraft` is the same as tables, for as long as a turn
takes; `freeze` gives the next state. Records that were put since the last freeze are changed in place, others are
copied first (`Records.own`), so that a busy turn works at dict speed. No rules about processes or files here, but for
one: waking, which everything needs.
"""

from __future__ import annotations

import errno
import hashlib
from collections import deque
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.persistent import GONE, Map, Table
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.kernel import disks
from fakedocker.kernel.disks import Disk
from fakedocker.kernel.events import Emission
from fakedocker.kernel.marks import Mark
from fakedocker.kernel.records import (
    Buffer,
    DescriptorTable,
    Namespace,
    OpenFile,
    Pipe,
    Process,
    Record,
    Sleeper,
    Socket,
    Stream,
    Terminal,
)
from fakedocker.kernel.timers import Entry, Heap, TimerQueue
from fakedocker.kernel.ways import ARRIVAL

K = TypeVar("K")
R = TypeVar("R", bound=Record)


class Records(Table[K, R]):
    """A table of records that are changed in place while they are fresh.

    Says again what `Table` says where the kernel asks most, for records, which are never None.
    """

    __slots__ = ()

    def for_update(self, key: K) -> R:
        """The record, to be changed: copied first when a frozen state may hold it. KeyError where there is none."""
        record = self._changes.get(key)
        if record is None or record is GONE:
            if record is GONE:
                raise KeyError(key)
            record = self._changes[key] = self._base[key].copy()
        return record

    def insert(self, key: K, record: R) -> None:
        """Put a record under a key that has none: an assignment without the question."""
        self._changes[key] = record
        self.size += 1

    def get(self, key: K, default: Any = None) -> Any:  # Any: a default of any type, as dict.get takes
        record = self._changes.get(key)
        if record is None:
            return self._base.get(key, default)
        return default if record is GONE else record

    def __getitem__(self, key: K) -> R:
        record = self._changes.get(key)
        if record is None:
            return self._base[key]
        if record is GONE:
            raise KeyError(key)
        return record

    def __delitem__(self, key: K) -> None:
        changes = self._changes
        if key in self._base:
            if changes.get(key) is GONE:
                raise KeyError(key)
            changes[key] = GONE
        else:
            del changes[key]
        self.size -= 1


class Processes(Records[int, Process]):
    """The process table, where a sleeper becomes a process as soon as anybody asks for it; a frozen one has processes only."""

    __slots__ = ("_sleepers", "_tables")

    def __init__(self, base: Map[int, Process], tables: Records[int, DescriptorTable]) -> None:
        super().__init__(base)
        self._sleepers: set[int] = set()
        self._tables = tables

    def add_sleeper(self, pid: int, sleeper: Sleeper) -> None:
        """Put a sleeper under a pid that nothing has."""
        self._sleepers.add(pid)
        self._changes[pid] = sleeper  # type: ignore[assignment]  # whoever asks for it gets a process
        self.size += 1

    def sleeper(self, pid: int) -> Sleeper | None:
        """The sleeper of a pid, as such; None where there is a process, or nobody."""
        record: Any = self._changes.get(pid)
        return record if type(record) is Sleeper else None

    def end(self, pid: int) -> None:
        """Take a sleeper off the table."""
        self._sleepers.remove(pid)
        del self._changes[pid]
        self.size -= 1

    def for_update(self, key: int) -> Process:
        record: Any = self._changes.get(key)
        if type(record) is not Process:
            return super().for_update(key) if type(record) is not Sleeper else self._wake(key)
        return record

    def get(self, key: int, default: Any = None) -> Any:  # Any: a default of any type, as dict.get takes
        record: Any = self._changes.get(key)
        if type(record) is not Process:
            return super().get(key, default) if type(record) is not Sleeper else self._wake(key)
        return record

    def __getitem__(self, key: int) -> Process:
        record: Any = self._changes.get(key)
        if type(record) is not Process:
            return super().__getitem__(key) if type(record) is not Sleeper else self._wake(key)
        return record

    def items(self) -> Iterator[tuple[int, Process]]:
        self._wake_all()
        return super().items()

    def freeze(self) -> Map[int, Process]:
        self._wake_all()
        return super().freeze()

    def rollback(self) -> None:
        self._sleepers.clear()
        super().rollback()

    def reset(self, base: Map[int, Process]) -> None:
        self._sleepers.clear()
        super().reset(base)

    def _wake(self, pid: int) -> Process:
        self._sleepers.discard(pid)
        sleeper: Any = self._changes[pid]
        made: Process = sleeper.process(pid, self[sleeper.parent])
        self._tables.for_update(made.table).references += 1
        self._changes[pid] = made
        return made

    def _wake_all(self) -> None:
        for pid in sorted(self._sleepers):
            self._wake(pid)


class KernelState(Struct, frozen=True, gc=False):
    """Everything the kernel knows. Field for field what `KernelDraft` has, see there."""

    processes: Map[int, Process] = Map()
    namespaces: Map[str, Namespace] = Map()
    tables: Map[int, DescriptorTable] = Map()
    files: Map[int, OpenFile] = Map()
    pipes: Map[int, Pipe] = Map()
    buffers: Map[int, Buffer] = Map()
    terminals: Map[str, Terminal] = Map()
    streams: Map[str, Stream] = Map()
    sockets: Map[int, Socket] = Map()
    ports: Map[tuple[str, str, int], tuple[int, ...]] = Map()
    filesystems: Map[str, Filesystem] = Map()
    opened: Map[tuple[str, int], int] = Map()
    growth_waiters: Map[tuple[str, int], tuple[int, ...]] = Map()
    fifos: Map[tuple[str, int], int] = Map()
    alarms: Map[int, Any] = Map()
    marks: Map[int, Mark] = Map()
    disks: Map[str, Disk] = Map()
    timers: Heap = ()
    queue: tuple[int, ...] = ()
    now_ns: int = 0
    boot_ns: int = 0
    next_pid: int = 1200
    next_id: int = 1
    drawn: int = 0
    held_bytes: int = 0
    room_bytes: int = -1
    """How much the disk still takes, -1 for as much as anybody writes."""
    marked: int = 0


_RECORDS = ("namespaces", "files", "pipes", "buffers", "terminals", "streams", "sockets")
_OTHERS = ("ports", "filesystems", "opened", "growth_waiters", "fifos", "alarms", "marks", "disks")
_SCALARS = ("now_ns", "boot_ns", "next_pid", "next_id", "drawn", "held_bytes", "room_bytes", "marked")
_scalars_of = attrgetter(*_SCALARS)
_records_of = attrgetter(*_RECORDS)
_others_of = attrgetter(*_OTHERS)


class KernelDraft:
    """A kernel state in the middle of being changed.

    Args:
        state: where it starts.
        seed: where random numbers come from.
        held_limit_bytes: how much memory all contents together may take; 0 for no limit.

    Tables (see records.py): `processes` by host pid; `ports` (network, protocol, port) -> listening sockets; `opened`
    (file system, inode) -> how many open files have it; `growth_waiters` (file system, inode) -> pids that wait until
    the file grows; `fifos` (file system, inode) -> the pipe of a named one; `alarms` timer handle -> the key it was set
    with; `marks` number -> a boundary of the simulation that was met, the last ones; `disks` what is wrong below which
    file system. Fields: `queue` the pids that can run, in order; `owed_ns` what slow disks have taken and no process has slept for; `drawn` how many random numbers were given; `held_bytes` the memory of all file systems' contents;
    `marked` how many marks there were; `emitted` what the floor
    above has not yet taken (no part of the state). `resets` goes up with every jump to another line of history, and
    `files_changed` also with every change to a file system (caches heed them).
    """

    processes: Processes
    namespaces: Records[str, Namespace]
    tables: Records[int, DescriptorTable]
    files: Records[int, OpenFile]
    pipes: Records[int, Pipe]
    buffers: Records[int, Buffer]
    terminals: Records[str, Terminal]
    streams: Records[str, Stream]
    sockets: Records[int, Socket]
    ports: Table[tuple[str, str, int], tuple[int, ...]]
    filesystems: Table[str, Filesystem]
    opened: Table[tuple[str, int], int]
    growth_waiters: Table[tuple[str, int], tuple[int, ...]]
    fifos: Table[tuple[str, int], int]
    alarms: Table[int, Any]
    marks: Table[int, Mark]
    disks: Table[str, Disk]

    def __init__(self, state: KernelState, seed: str = "", held_limit_bytes: int = 0) -> None:
        self.seed = seed
        self.held_limit_bytes = held_limit_bytes
        self.resets = self.files_changed = self.owed_ns = 0
        self.emitted: list[Emission] = []
        self.tables = Records(state.tables)
        self.processes = Processes(state.processes, self.tables)
        self._tables: list[tuple[str, Table[Any, Any]]] = [("processes", self.processes), ("tables", self.tables)]
        """In the order in which they are frozen: what sleeps becomes a process then, which changes a table."""
        self._tables += [(name, Records(base)) for name, base in zip(_RECORDS, _records_of(state), strict=True)]
        self._tables += [(name, Table(base)) for name, base in zip(_OTHERS, _others_of(state), strict=True)]
        self.__dict__.update(self._tables)
        self.now_ns = self.boot_ns = 0
        self.next_pid = self.next_id = 1
        self.drawn = self.held_bytes = self.marked = 0
        self.room_bytes = -1
        self.timers = TimerQueue((), self.is_live)
        self.queue: deque[int] = deque()
        self._load(state)

    def reset(self, state: KernelState) -> None:
        """Start again from another state."""
        for name, table in self._tables:
            table.reset(getattr(state, name))
        self._load(state)

    def _load(self, state: KernelState) -> None:
        """What is in no table, of a state that the tables have."""
        self.resets += 1
        self.files_changed += 1
        self._state = state
        self.timers.reset(state.timers)
        self.queue.clear()
        self.queue.extend(state.queue)
        self.__dict__.update(zip(_SCALARS, _scalars_of(state), strict=True))
        self.emitted.clear()

    def rollback(self) -> None:
        """Forget everything since the last freeze, emissions included."""
        for _, table in self._tables:
            if table._changes:
                table.rollback()
        self._load(self._state)

    def freeze(self) -> KernelState:
        """The state with all changes in it; the very same object when there are none."""
        state = self._state
        changes: dict[str, Any] = {name: table.freeze() for name, table in self._tables if table._changes}
        if self.timers.changed:
            changes["timers"] = self.timers.freeze()
        if len(self.queue) != len(state.queue) or (self.queue and tuple(self.queue) != state.queue):
            changes["queue"] = tuple(self.queue)
        scalars = _scalars_of(self)
        if scalars != _scalars_of(state):
            changes.update(zip(_SCALARS, scalars, strict=True))
        if changes:
            self._state = replace(state, **changes)
        return self._state

    def new_id(self) -> int:
        """A number that nothing has had before: for tables, files, pipes, sockets and timers."""
        number = self.next_id
        self.next_id = number + 1
        return number

    def random_bytes(self, size: int) -> bytes:
        """Bytes from the world's seed; no two calls give the same."""
        self.drawn += 1
        return hashlib.shake_128(f"{self.seed}\0random\0{self.drawn}".encode()).digest(size)

    def put_filesystem(self, name: str, filesystem: Filesystem, is_forgotten: bool = False) -> None:
        """Let a file system have a new value; `is_forgotten` where only what has no name any more is gone.

        ENOSPC when all contents together would take too much memory, or its disk is full; EIO when that fails.
        """
        before = self.filesystems.get(name)
        held = self.held_bytes + filesystem.held_bytes - (before.held_bytes if before is not None else 0)
        if held > self.held_bytes and 0 < self.held_limit_bytes < held:
            raise failure(errno.ENOSPC)
        growth_bytes = filesystem.used_bytes - (before.used_bytes if before is not None else 0)
        room_bytes = self.room_bytes
        if room_bytes >= 0 and disks.is_on_disk(name):
            room_bytes = disks.left(room_bytes, growth_bytes)
        if self.disks.size and not is_forgotten:
            self.owed_ns += disks.write(self.disks, name, growth_bytes)
        self.room_bytes = room_bytes
        self.held_bytes = held
        self.files_changed += 1
        self.filesystems[name] = filesystem

    def put_content(self, name: str, filesystem: Filesystem, inode: int, content: Content) -> None:
        """Let a file of a file system have another content, and wake who follows it. ENOSPC."""
        self.put_filesystem(name, filesystem.with_content(inode, content, self.now_ns))
        if self.growth_waiters and (waiters := self.growth_waiters.pop((name, inode))):
            self.wake_all(waiters)

    def drop_filesystem(self, name: str) -> None:
        """Forget a file system, if there is one of that id."""
        before = self.filesystems.pop(name)
        self.files_changed += 1
        if before is not None:
            self.held_bytes -= before.held_bytes
            if self.room_bytes >= 0 and disks.is_on_disk(name):
                self.room_bytes += before.used_bytes

    # waking

    def wake(self, pid: int) -> None:
        """Let a sleeping process run again and look whether its call can go on. Nothing happens to any other."""
        process = self.processes.get(pid)
        if process is None or not process.waiting:
            return
        process = self.processes.for_update(pid)
        process.waiting = ""
        if process.timer:
            process.timer = 0
            self.timers.cancelled()
        if not process.stopped and not process.queued:
            process.queued = True
            self.queue.append(pid)

    def enqueue(self, process: Process) -> None:
        """Put a process that can run at the end of the run queue, once. The record must be owned."""
        if process.queued or process.status is not None:
            return
        process.queued = True
        self.queue.append(process.pid)

    def wake_all(self, pids: tuple[int, ...]) -> None:
        for pid in pids:
            self.wake(pid)

    def set_wake(self, process: Process, at_ns: int) -> None:
        """Let time wake a process that goes to sleep. The record must be owned."""
        number = self.new_id()
        if process.timer:
            self.timers.cancelled()
        process.timer = number
        self.timers.add((at_ns, number, "wake", process.pid))

    def is_live(self, entry: Entry) -> bool:
        """Whether a timer still counts."""
        _, number, kind, key = entry
        if kind == "alarm":
            return number in self.alarms
        if kind == ARRIVAL:
            return key in self.sockets
        who = self.processes.sleeper(key) or self.processes.get(key)
        return who is not None and who.timer == number
