"""/proc: what the kernel tells about itself and its processes, as far as people look (proc(5)).

What the files say is in proc_files. Pids are those of the viewer's pid namespace. This module must not know how paths
are walked.
"""

from __future__ import annotations

from zlib import crc32

from fakedocker.base.numbers import is_digits
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import Node
from fakedocker.filesystem.walk import MAGIC_LINK_MODE
from fakedocker.kernel.proc_files import GENERAL, OF_PROCESS
from fakedocker.kernel.records import HOST, OpenFile, Process
from fakedocker.kernel.view import SYNTHETIC_TREES, View

_LINKS_OF_PROCESS = ("cwd", "exe", "root")
_DIRECTORIES = ("net", "sys", "sys/kernel", "sys/net", "sys/net/core", "sys/net/ipv4", "sys/vm")

_ADDRESSES_V6 = "net/if_inet6"


class ProcTree:
    """The tree of a view. Inodes are paths: "", "meminfo", "17", "17/status", "17/fd/0"."""

    def __init__(self, view: View) -> None:
        self._view = view

    def lookup(self, directory: str, name: str) -> str | None:
        path = f"{directory}/{name}" if directory else name
        if path == _ADDRESSES_V6 and not self._has_v6():
            return None
        if path in GENERAL or path in _DIRECTORIES or path in ("self", "thread-self", "mounts"):
            return path
        if path == "net":
            return path
        process = self._process(path)
        if process is None:
            return None
        _, _, rest = path.partition("/")
        if not rest or rest in OF_PROCESS or rest in _LINKS_OF_PROCESS or rest in ("fd", "ns"):
            return path
        if rest.startswith("ns/") and rest[3:] in _NAMESPACES:
            return path
        if rest.startswith("fd/") and (self._file(process, rest[3:]) is not None or self._is_reading(process, rest)):
            return path
        return None

    def node(self, inode: str) -> Node:
        now_ns = self._view.draft.now_ns
        process = self._process(inode)
        if self.is_directory(inode):
            owner = (process.uid, process.gid) if process is not None else (0, 0)
            return Node("dir", 0o500 if inode.endswith("/fd") else 0o555, *owner, now_ns)
        if (target := self._target(inode, process)) is not None:
            magic = "/fd/" in inode
            return Node("link", MAGIC_LINK_MODE if magic else 0o777, mtime_ns=now_ns, target=target)
        return Node("file", 0o444, mtime_ns=now_ns)

    def is_directory(self, inode: str) -> bool:
        if inode == "" or inode in _DIRECTORIES:
            return True
        first, _, rest = inode.partition("/")
        return is_digits(first) and rest in ("", "fd", "ns")

    def names(self, directory: str) -> list[str]:
        view = self._view
        if directory == "":
            pids = sorted(view.visible(process) for process in view.processes())
            general = {path.partition("/")[0] for path in (*GENERAL, *_DIRECTORIES)} | {"mounts", "self", "thread-self"}
            return [*map(str, pids), *sorted(general)]
        if directory in _DIRECTORIES:
            inside = [path for path in (*GENERAL, *_DIRECTORIES) if path.startswith(directory + "/")]
            if not self._has_v6():
                inside = [path for path in inside if path != _ADDRESSES_V6]
            return sorted({path[len(directory) + 1 :].partition("/")[0] for path in inside})
        process = self._process(directory)
        if process is None:
            return []
        if directory.endswith("/fd"):
            table = view.draft.tables.get(process.table)
            if table is None:
                return []
            own = {self._reading(process)} if view.viewer is process and view.reading else set()
            return [str(fd) for fd in sorted({*table.entries, *own})]
        if directory.endswith("/ns"):
            return sorted(_NAMESPACES)
        return sorted([*OF_PROCESS, *_LINKS_OF_PROCESS, "fd", "ns"])

    def _has_v6(self) -> bool:
        """Whether the network namespace has IPv6: elsewhere it is switched off, as in the recordings, and so is its
        table of addresses."""
        return any(held.of_version(6) for held in self._view.router.interfaces(self._view.namespace.network))

    def links(self, inode: str) -> int:
        return 2 if self.is_directory(inode) else 1

    def content(self, inode: str) -> Content:
        make = GENERAL.get(inode)
        if make is not None:
            return make(self._view).encode()
        process = self._process(inode)
        if process is None:
            return b""
        return OF_PROCESS[inode.partition("/")[2]](self._view, process)

    def file(self, inode: str) -> int | None:
        """The open file that a link in an fd directory stands for."""
        process = self._process(inode)
        if process is None or "/fd/" not in inode:
            return None
        table = self._view.draft.tables.get(process.table)
        fd = inode.rpartition("/")[2]
        return table.entries.get(int(fd)) if table is not None and is_digits(fd) else None

    def _process(self, path: str) -> Process | None:
        first = path.partition("/")[0]
        return self._view.find(int(first)) if is_digits(first) else None

    def _file(self, process: Process, fd: str) -> OpenFile | None:
        table = self._view.draft.tables.get(process.table)
        number = table.entries.get(int(fd)) if table is not None and is_digits(fd) else None
        return None if number is None else self._view.draft.files.get(number)

    def _target(self, inode: str, process: Process | None) -> str | None:
        """Where a link leads; None for what is no link."""
        viewer = self._view.viewer
        if inode in ("self", "thread-self"):
            return str(self._view.visible(viewer)) if viewer is not None else "1"
        if inode == "mounts":
            return "self/mounts"
        if process is None:
            return None
        rest = inode.partition("/")[2]
        if rest == "cwd":
            return process.directory
        if rest == "exe":
            return process.executable
        if rest == "root":
            return "/"
        if rest.startswith("fd/") and (file := self._file(process, rest[3:])) is not None:
            return describe(self._view, file)
        if rest.startswith("ns/"):
            return namespace_link(self._view, process, rest[3:])
        if self._is_reading(process, rest):
            return self._view.reading
        return None

    def _reading(self, process: Process) -> int:
        """The descriptor of the directory that a process reads: the lowest that is free, as for open(2)."""
        entries = self._view.draft.tables[process.table].entries
        return next(fd for fd in range(len(entries) + 1) if fd not in entries)

    def _is_reading(self, process: Process, rest: str) -> bool:
        """Whether a path below a process is the descriptor of the descriptors' own directory, which it reads at the moment."""
        view = self._view
        return (
            view.viewer is process
            and view.reading.startswith("/proc/")
            and view.reading.endswith("/fd")
            and rest == f"fd/{self._reading(process)}"
        )


_NAMESPACES = {
    "cgroup": 4026531835, "ipc": 4026531839, "mnt": 4026531841, "net": 4026531840, "pid": 4026531836, "pid_for_children": 4026531836,
    "time": 4026531834, "time_for_children": 4026531834, "user": 4026531837, "uts": 4026531838,
}  # fmt: skip
"""The namespaces that a process is in, and the numbers of the host's (include/linux/proc_ns.h)."""
_FIRST_NAMESPACE = 4026532000


def namespace_link(view: View, process: Process, kind: str) -> str:
    """Where a link of /proc/PID/ns leads: the same for processes that share a namespace."""
    namespace = view.draft.namespaces[process.namespace]
    what = kind.partition("_")[0]
    owner = {
        "cgroup": namespace.id if namespace.control_group == "/" else HOST,
        "ipc": namespace.ipc or namespace.id,
        "mnt": namespace.id,
        "net": namespace.network,
        "pid": namespace.pid_space or namespace.id,
        "uts": namespace.uts or namespace.id,
    }.get(what, HOST)
    number = _NAMESPACES[kind] if owner == HOST else _FIRST_NAMESPACE + crc32(f"{what}:{owner}".encode()) % (1 << 24)
    return f"{what}:[{number}]"


def describe(view: View, file: OpenFile) -> str:
    """What readlink says of an open file."""
    if file.kind == "terminal":
        terminal = view.draft.terminals.get(file.target)
        return f"/dev/pts/{terminal.number}" if terminal is not None else "/dev/pts/0 (deleted)"
    if file.kind in ("pipe-read", "pipe-write"):
        return f"pipe:[{file.target}]"
    if file.kind in ("socket", "daemon"):
        return f"socket:[{file.target}]"
    if file.kind in ("stream", "input"):
        fd = file.target[1] if file.kind == "stream" else 0
        return f"pipe:[{4026532000 + fd}]"
    if file.kind == "buffer":
        return file.path or "/memfd:here-document (deleted)"
    return file.path or f"/dev/{file.kind}"


SYNTHETIC_TREES["proc"] = ProcTree
