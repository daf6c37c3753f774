"""What one process, or somebody outside, sees of a namespace: its file systems by mount, its processes by pid."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Any

from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.walk import FileTree, Mount
from fakedocker.kernel import devices
from fakedocker.kernel.records import HOST, Namespace, Process
from fakedocker.kernel.router import Router
from fakedocker.kernel.state import KernelDraft

TMPFS_BYTES = 64 << 20


class View:
    """The file trees and processes of a namespace.

    Args:
        name: the namespace's id.
        viewer: the process that looks, for /proc/self; None for somebody outside.

    Attributes:
        reading: the path of the directory that it has read last and that it had a descriptor for meanwhile; "" for
            none.
    """

    __slots__ = ("draft", "name", "reading", "router", "viewer")

    def __init__(self, draft: KernelDraft, router: Router, name: str, viewer: Process | None = None) -> None:
        self.draft = draft
        self.router = router
        self.name = name
        self.viewer = viewer
        self.reading = ""

    @property
    def namespace(self) -> Namespace:
        """The namespace's record as it is now, to be read."""
        return self.draft.namespaces[self.name]

    def tree(self, mount: Mount) -> FileTree:
        """The file system of a mount. ENODEV where there is none of its id."""
        if mount.filesystem:
            found = self.draft.filesystems.get(mount.filesystem)
            if found is None and (kept := self.router.tree(mount.filesystem)) is not None:
                return kept
            if found is None:
                raise failure(errno.ENODEV)
            return found
        make = SYNTHETIC_TREES.get(mount.kind)
        if make is not None:
            tree: FileTree = make(self)
            return tree
        return self.draft.filesystems.get(self.filesystem_id(mount)) or _fresh(mount)

    def filesystem_id(self, mount: Mount) -> str:
        """The id under which a mount's file system is, or would be once it is changed."""
        return mount.filesystem or f"tmpfs:{self.name}:{mount.target}"

    # processes

    def find(self, pid: int) -> Process | None:
        """The process of a pid in this pid namespace; the host's has all."""
        if self.space == HOST:
            number = pid
        else:
            number = next((space.members[pid] for space in self._spaces() if pid in space.members), 0)
        process: Process | None = self.draft.processes.get(number)
        return process

    @property
    def space(self) -> str:
        """The namespace that the pids seen belong to."""
        return HOST if self.name == HOST else self.namespace.pid_space or self.name

    def _spaces(self) -> list[Namespace]:
        """All that share the pid namespace, whosever it is first; not for the host's."""
        owner = self.draft.namespaces[self.space]
        return [owner, *(self.draft.namespaces[name] for name in owner.sharers)]

    def processes(self) -> list[Process]:
        """All processes of this pid namespace, by pid."""
        if self.space == HOST:
            return sorted(self.draft.processes.values(), key=lambda process: process.pid)
        members = {local: pid for space in self._spaces() for local, pid in space.members.items()}
        return [self.draft.processes[members[local]] for local in sorted(members)]

    def visible(self, process: Process) -> int:
        """The pid of a process as this namespace has it; 0 for one of another."""
        space = self.space
        if space == HOST:
            return process.pid
        owner = process.namespace
        if owner != self.name:
            owner = self.draft.namespaces[owner].pid_space or owner
        return process.local if owner in (space, self.name) else 0

    def visible_group(self, process: Process, number: int) -> int:
        """The same for a group or session number of a process's own namespace."""
        if self.name == process.namespace or not number:
            return number
        if self.space == (self.draft.namespaces[process.namespace].pid_space or process.namespace):
            return number
        return self.draft.namespaces[process.namespace].members.get(number, 0)

    def visible_pid(self, pid: int) -> int:
        """The same for a host pid, which may be 0 or gone."""
        process = self.draft.processes.get(pid) if pid else None
        return 0 if process is None else self.visible(process)


def _fresh(mount: Mount) -> Filesystem:
    """What a namespace's own tmpfs is before anything is changed in it."""
    if mount.target == "/dev":
        return devices.device_files()
    return _EMPTY


_EMPTY = Filesystem.empty(TMPFS_BYTES, mode=0o1777)

SYNTHETIC_TREES: dict[str, Callable[[View], Any]] = {}
"""What makes the tree of a mount by its kind; proc.py and synthetic.py enter theirs."""
