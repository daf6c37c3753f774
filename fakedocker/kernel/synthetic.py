"""File trees that are made when somebody looks: the shape that proc, sys and the like share, and sys and devpts.

An inode here is a path from the tree's root, "" being the root. This module must not know how paths are walked.
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import Node
from fakedocker.kernel.devices import TERMINAL_MAJOR
from fakedocker.kernel.view import SYNTHETIC_TREES, View

CPUS = 2
TERMINAL_GROUP = 5


def inode_number(path: str) -> int:
    """The number that stat tells for a synthetic inode."""
    return 0xF0000000 | crc32(path.encode("utf-8", "surrogateescape")) >> 4


class SyntheticTree:
    """A read-only tree of texts: path -> a function that makes the text. Directories are the paths' parents."""

    def __init__(self, files: dict[str, Callable[[], str]], now_ns: int = 0) -> None:
        self._files = files
        self._now_ns = now_ns
        self._names: dict[str, set[str]] = {"": set()}
        for path in files:
            while path:
                above, _, name = path.rpartition("/")
                self._names.setdefault(above, set()).add(name)
                path = above

    def lookup(self, directory: str, name: str) -> str | None:
        path = f"{directory}/{name}" if directory else name
        return path if path in self._names or path in self._files else None

    def node(self, inode: str) -> Node:
        if inode in self._names:
            return Node("dir", 0o555, mtime_ns=self._now_ns)
        return Node("file", 0o444, mtime_ns=self._now_ns)

    def is_directory(self, inode: str) -> bool:
        return inode in self._names

    def names(self, directory: str) -> list[str]:
        return sorted(self._names[directory])

    def links(self, inode: str) -> int:
        return 2 if inode in self._names else 1

    def content(self, inode: str) -> Content:
        return self._files[inode]().encode()


class TerminalTree:
    """/dev/pts: the terminals of a namespace by number, and ptmx."""

    def __init__(self, view: View) -> None:
        terminals = view.draft.terminals
        self._numbers = {str(terminals[name].number) for name in view.namespace.terminals}
        self._now_ns = view.draft.now_ns

    def lookup(self, directory: str, name: str) -> str | None:
        return name if name in self._numbers or name == "ptmx" else None

    def node(self, inode: str) -> Node:
        if inode == "":
            return Node("dir", 0o755, mtime_ns=self._now_ns)
        if inode == "ptmx":
            return Node("char", 0o666, mtime_ns=self._now_ns, rdev=(5, 2))
        return Node("char", 0o620, 0, TERMINAL_GROUP, self._now_ns, rdev=(TERMINAL_MAJOR, int(inode)))

    def is_directory(self, inode: str) -> bool:
        return inode == ""

    def names(self, directory: str) -> list[str]:
        return [*sorted(self._numbers, key=int), "ptmx"]

    def links(self, inode: str) -> int:
        return 2 if inode == "" else 1

    def content(self, inode: str) -> Content:
        return b""


def system_tree(view: View) -> SyntheticTree:
    """/sys: the network interfaces, the processors, and a place for cgroup."""
    files: dict[str, Callable[[], str]] = {
        "devices/system/cpu/online": lambda: f"0-{CPUS - 1}\n",
        "devices/system/cpu/possible": lambda: f"0-{CPUS - 1}\n",
        "fs/cgroup/cgroup.procs": lambda: "",
        "kernel/profiling": lambda: "0\n",
        "kernel/mm/transparent_hugepage/enabled": lambda: "always [madvise] never\n",
    }
    for interface in view.router.interfaces(view.namespace.network):
        base = f"class/net/{interface.name}"
        files[f"{base}/address"] = _constant(f"{interface.mac_address}\n")
        files[f"{base}/mtu"] = _constant("65536\n" if interface.is_loopback else "1500\n")
        files[f"{base}/operstate"] = _constant("unknown\n" if interface.is_loopback else "up\n")
    return SyntheticTree(files, view.draft.now_ns)


def _constant(text: str) -> Callable[[], str]:
    return lambda: text


SYNTHETIC_TREES.update({"devpts": TerminalTree, "sysfs": system_tree})
