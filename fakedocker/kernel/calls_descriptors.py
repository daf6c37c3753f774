"""System calls about descriptors: opening, reading, writing, waiting (open(2), read(2), write(2), poll(2), dup(2))."""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence

from fakedocker.filesystem import content as contents
from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.walk import Location
from fakedocker.kernel import disks, files, lifecycle, pipes, terminals
from fakedocker.kernel.calls_base import BYTE_NS, CALL_NS, EFFORT_SHIFT, MEASURED_BYTES, OUTPUT_BYTE_NS, READ_BYTES
from fakedocker.kernel.calls_files import FileCalls
from fakedocker.kernel.devices import KIND_OF_DEVICE, TERMINAL_MAJOR
from fakedocker.kernel.program import CREATE, DIRECTORY, EXCLUSIVE, NOFOLLOW, READ, TRUNCATE, WRITE, Stat
from fakedocker.kernel.records import LAST_SLEEP, OpenFile

_OUTSIDE = frozenset({"stream", "terminal"})
_AT_AN_END = frozenset({"file", "null", "dir", "buffer"})
"""Open files that are at their end once a read has found it, until a regular one grows."""


class DescriptorCalls(FileCalls):
    """read, put, open, dup and their like."""

    __slots__ = ()

    # bytes

    def read(self, fd: int, size: int = 65536) -> bytes:
        self._settle()
        number = self._number(fd)
        file = self._draft.files[number]
        if not file.flags & READ:
            raise failure(errno.EBADF)
        process = self._process
        if self._draft.disks.size and file.kind == "file":
            self._await_disk(file)
        data = files.OPERATIONS[file.kind].read(self._draft, process, number, file, min(size, READ_BYTES))
        if data is None:
            self._sleep("read")
        self._spend(CALL_NS + len(data) * BYTE_NS)
        self._kernel.effort += len(data) >> EFFORT_SHIFT
        process.unmeasured_bytes += len(data)
        if process.unmeasured_bytes > MEASURED_BYTES:
            lifecycle.measure_memory(self._draft, process)
            self._stop_if_ended()
        return data

    def put(self, data: bytes | str, fd: int = 1) -> None:
        if type(data) is str:
            data = data.encode("utf-8", "surrogateescape")
        assert isinstance(data, bytes)
        if not data:
            return
        draft, process = self._draft, self._process
        number = draft.tables[process.table].entries.get(fd)
        if number is None:
            raise failure(errno.EBADF)
        file = draft.files[number]
        if not file.flags & WRITE:
            raise failure(errno.EBADF)
        self._kernel.effort += 1 + (len(data) >> EFFORT_SHIFT)
        cost = CALL_NS + len(data) * (OUTPUT_BYTE_NS if file.kind in _OUTSIDE else BYTE_NS)
        process.spent_ns += cost
        process.cpu_ns += cost
        taken = 0
        if not (process.backlog or ((process.disk_until_ns or draft.owed_ns) and self.waits_for_disk())):
            taken = self._write(number, file, data)
            while 0 < taken < len(data):
                data = data[taken:]
                taken = self._write(number, file, data)
        if taken < len(data):
            files.keep_file(draft, number)
            process.backlog = (*process.backlog, (number, data))

    def _await_disk(self, file: OpenFile) -> None:
        """Wait until the disk below a file has what is to be read, if there is more to be read. EIO."""
        draft, process = self._draft, self._process
        if process.disk_served or self.stat_of_file(file).size_bytes <= file.offset:
            process.disk_served = False
            return
        latency_ns = disks.read(draft.disks, file.target[0])
        draft.owed_ns += latency_ns
        if latency_ns and not self.nonpreemptible:  # who must not be stopped here rests later
            process.disk_served = True
            self._settle()

    def drain(self) -> None:
        self._settle()

    def poll(self, fds: Sequence[int], until_ns: int | None = None) -> list[int]:
        self._settle()
        self._spend(CALL_NS)
        entries = self._draft.tables[self._process.table].entries
        ready = []
        for fd in fds:
            number = entries.get(fd)
            file = None if number is None else self._draft.files[number]
            if file is None or files.OPERATIONS[file.kind].ready(self._draft, self._process, file):
                ready.append(fd)
        if ready or (until_ns is not None and self._draft.now_ns >= until_ns):
            return ready
        self._sleep_until("poll", until_ns)

    def wait_for_growth(self, fd: int, until_ns: int | None = None) -> None:
        self._settle()
        self._spend(CALL_NS)
        file = self._file(fd)
        if file.kind not in _AT_AN_END or (file.kind == "file" and self.stat_of_file(file).size_bytes != file.offset):
            return
        if until_ns is not None and self._draft.now_ns >= until_ns:
            return
        if file.kind != "file":  # nothing will ever come of it
            self._sleep_until("growth", until_ns)
        waiters = self._draft.growth_waiters.get(file.target, ())
        if self._process.pid not in waiters:
            self._draft.growth_waiters[file.target] = (*waiters, self._process.pid)
        self._sleep_until("growth", until_ns)

    def sleep_until(self, deadline_ns: int) -> None:
        self._settle()
        if self._draft.now_ns < deadline_ns:
            self._sleep_until("time", deadline_ns)

    def sleep_and_end(self, deadline_ns: int) -> int:
        self._settle()
        if self._draft.now_ns < deadline_ns:
            self._sleep_until(LAST_SLEEP, deadline_ns)
        return 0

    # whole files

    def read_file(self, path: str, limit_bytes: int = 64 << 20) -> bytes:
        location = self._existing(path)
        if location.tree.is_directory(location.inode):
            raise failure(errno.EISDIR)
        if location.link or location.tree.node(location.inode).kind != "file":
            fd = self.open(path, READ)
            try:
                return self.read(fd, limit_bytes)
            finally:
                self.close(fd)
        self._demand(location, 4)
        content = location.tree.content(location.inode)  # type: ignore[attr-defined]  # every tree that a view gives has it
        data = contents.read(content, 0, limit_bytes)
        if self._draft.disks.size and data:
            self._draft.owed_ns += disks.read(self._draft.disks, self.view.filesystem_id(location.mount))
        self._spend(len(data) * BYTE_NS)
        return data

    def write_file(self, path: str, data: bytes, append: bool = False, mode: int = 0o666) -> None:
        location = self._locate(path)
        self._spend(len(data) * BYTE_NS)
        if location.inode is None:
            if path.endswith("/"):
                raise failure(errno.EISDIR)
            self._make(location, Node("file", mode & ~self._process.umask, content=contents.append(b"", data)))
            return
        if location.tree.is_directory(location.inode):
            raise failure(errno.EISDIR)
        if location.link or location.tree.node(location.inode).kind != "file":
            fd = self.open(path, WRITE)
            try:
                self.put(data, fd)
            finally:
                self.close(fd)
            return
        self._demand(location, 2)
        name, filesystem, inode = self._owned(location)
        content = contents.append(filesystem.content(inode) if append else b"", data)
        self._draft.put_content(name, filesystem, inode, content)

    # descriptors

    def open(self, path: str, flags: int = READ, mode: int = 0o666) -> int:
        return self._add(self.open_file(path, flags, mode))

    def close(self, fd: int) -> None:
        self._number(fd)
        files.set_descriptor(self._draft, self._process, fd, None)

    def duplicate(self, fd: int, target: int | None = None) -> int:
        number = self._number(fd)
        if target is None:
            return files.add_descriptor(self._draft, self._process, number)
        if target != fd:
            files.set_descriptor(self._draft, self._process, target, number)
        return target

    def pipe(self) -> tuple[int, int]:
        reader, writer = files.add_pipe(self._draft)
        return self._add(reader), self._add(writer)

    def seek(self, fd: int, offset: int, whence: int = 0) -> int:
        number = self._number(fd)
        file = self._draft.files[number]
        if file.kind not in ("file", "buffer", "dir"):
            if file.kind in ("null", "zero", "full", "random"):
                return 0
            raise failure(errno.ESPIPE)
        base = 0 if whence == 0 else file.offset if whence == 1 else self.stat_of_file(file).size_bytes
        if base + offset < 0:
            raise failure(errno.EINVAL)
        self._draft.files.for_update(number).offset = base + offset
        return base + offset

    def truncate(self, fd: int, size_bytes: int) -> None:
        file = self._file(fd)
        if file.kind != "file" or not file.flags & WRITE or size_bytes < 0:
            raise failure(errno.EINVAL)
        name, inode = file.target
        filesystem = self._draft.filesystems[name]
        content = contents.truncate(filesystem.content(inode), size_bytes)
        self._draft.put_content(name, filesystem, inode, content)

    def fstat(self, fd: int) -> Stat:
        return self.stat_of_file(self._file(fd))

    def descriptors(self) -> Mapping[int, int]:
        return self._draft.tables[self._process.table].entries

    def use_table(self, entries: Mapping[int, int]) -> int:
        old = self._process.table
        self._process.table = files.make_table(self._draft, entries)
        return old

    def restore_table(self, table: int) -> None:
        current = self._process.table
        self._process.table = table
        files.release_table(self._draft, current)

    def release_table(self, table: int) -> None:
        files.release_table(self._draft, table)

    def open_file(self, path: str, flags: int, mode: int = 0o666) -> int:
        location = self._locate(path, follow=not flags & NOFOLLOW)
        if location.link:
            return self._reopen(location, flags)
        if location.inode is None:
            return self._open_new(path, location, flags, mode)
        if flags & CREATE and flags & EXCLUSIVE:
            raise failure(errno.EEXIST)
        tree, inode = location.tree, location.inode
        if tree.is_directory(inode):
            if flags & (WRITE | TRUNCATE):
                raise failure(errno.EISDIR)
            self._demand(location, 4)
            target = (self.view.filesystem_id(location.mount), inode)
            return files.add_file(self._draft, "dir", target, READ, location.path)
        if flags & DIRECTORY:
            raise failure(errno.ENOTDIR)
        node = tree.node(inode)
        if node.kind == "link":
            raise failure(errno.ELOOP)
        self._demand(location, (4 if flags & READ else 0) | (2 if flags & WRITE else 0))
        if node.kind == "file":
            return self._open_regular(location, flags)
        if node.kind == "char":
            return self._open_device(node, flags, location.path)
        if node.kind == "fifo":
            return self._open_fifo(location, flags)
        raise failure(errno.ENXIO)

    def make_pipe(self) -> tuple[int, int]:
        return files.add_pipe(self._draft)

    def make_reader(self, data: bytes) -> int:
        return files.add_buffer(self._draft, data)

    # helpers

    def _add(self, number: int) -> int:
        return files.add_descriptor(self._draft, self._process, number)

    def _reopen(self, location: Location, flags: int) -> int:
        """Open what a link of proc's stands for, once more: with an offset of its own."""
        number = location.tree.file(location.inode)  # type: ignore[attr-defined]  # such links are proc's alone
        if number is None:
            raise failure(errno.ENOENT)
        file = self._draft.files[number]
        if file.kind == "socket":
            raise failure(errno.ENXIO)
        if file.kind == "file" and flags & TRUNCATE:
            name, inode = file.target
            filesystem = self._draft.filesystems[name]
            self._draft.put_content(name, filesystem, inode, b"")
        kind = file.kind
        if kind.startswith("pipe-"):
            kind = "pipe-write" if flags & WRITE else "pipe-read"
        return files.add_file(self._draft, kind, file.target, flags & ~TRUNCATE, file.path)

    def _open_new(self, path: str, location: Location, flags: int, mode: int) -> int:
        if not flags & CREATE:
            raise self._absent()
        if path.endswith("/"):
            raise failure(errno.EISDIR)
        name, filesystem = self._writable(location)
        self._demand_in_directory(location)
        inode = self._create(name, filesystem, location, Node("file", mode & ~self._process.umask))
        return files.add_file(self._draft, "file", (name, inode), flags, location.path)

    def _open_regular(self, location: Location, flags: int) -> int:
        tree, inode = location.tree, location.inode
        if not isinstance(tree, Filesystem):
            if flags & WRITE:
                raise failure(errno.EROFS if location.mount.read_only else errno.EACCES)
            content = tree.content(inode)  # type: ignore[attr-defined]  # every tree that a view gives has it
            return files.add_buffer(self._draft, content, location.path)
        name = self.view.filesystem_id(location.mount)
        if flags & WRITE:
            name, filesystem, inode = self._owned(location)
            if flags & TRUNCATE and len(filesystem.content(inode)):
                filesystem = filesystem.with_content(inode, b"", self._draft.now_ns)
            if filesystem is not tree:
                self._draft.put_filesystem(name, filesystem)
        elif name not in self._draft.filesystems:
            self._draft.put_filesystem(name, tree)  # a tmpfs of the namespace's own that nobody has written to
        return files.add_file(self._draft, "file", (name, inode), flags, location.path)

    def _open_device(self, node: Node, flags: int, path: str) -> int:
        """The device numbers decide, wherever the file is."""
        if node.rdev[0] == TERMINAL_MAJOR:
            name = terminals.find_terminal(self._draft, self._process.namespace, node.rdev[1])
            if name is None:
                raise failure(errno.EIO)
            return files.add_file(self._draft, "terminal", name, flags)
        kind = KIND_OF_DEVICE.get(node.rdev)
        if kind == "tty":
            if self._process.terminal not in self._draft.terminals:
                raise failure(errno.ENXIO)
            return files.add_file(self._draft, "terminal", self._process.terminal, flags)
        if kind == "console":
            name = next(iter(self.view.namespace.terminals), None)
            if name is None:
                raise failure(errno.EIO)
            return files.add_file(self._draft, "terminal", name, flags)
        if kind is None or kind == "ptmx":
            raise failure(errno.ENXIO)
        return files.add_file(self._draft, kind, None, flags, path)

    def _open_fifo(self, location: Location, flags: int) -> int:
        """A writer waits until somebody reads; a reader is let in at once and waits at its first read."""
        pipe = pipes.named_pipe(self._draft, (self.view.filesystem_id(location.mount), location.inode))
        if flags & WRITE and not flags & READ:
            self._settle()
            if not pipes.await_reader(self._draft, pipe, self._process.pid):
                self._sleep("open")
            return files.add_file(self._draft, "pipe-write", pipe, WRITE, location.path)
        kind = "pipe-both" if flags & WRITE else "pipe-read"
        return files.add_file(self._draft, kind, pipe, flags & (READ | WRITE), location.path)
