"""System calls about files by path (path_resolution(7), and the man page of each call)."""

from __future__ import annotations

import errno

from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import Kind, Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.walk import Location, allowed, is_sticky
from fakedocker.kernel.calls_base import CallsBase
from fakedocker.kernel.devices import KIND_OF_DEVICE, TERMINAL_MAJOR
from fakedocker.kernel.program import Stat
from fakedocker.kernel.records import OpenFile
from fakedocker.kernel.synthetic import inode_number

LINK_MODE = 0o777
DISK_BYTES = 64 << 30
"""The size of the disk that file systems without a limit of their own are on."""


class FileCalls(CallsBase):
    """stat, mkdir, unlink, rename and their like."""

    __slots__ = ()

    # reading

    def stat(self, path: str, follow: bool = True) -> Stat:
        location = self._existing(path, follow)
        if location.link and follow:
            return self._stat_of_link(location)
        return self._stat(location)

    def list_directory(self, path: str) -> list[str]:
        location = self._existing(path)
        if not location.tree.is_directory(location.inode):
            raise failure(errno.ENOTDIR)
        self._demand(location, 4)
        self.view.reading = location.path
        return location.tree.names(location.inode)

    def read_link(self, path: str) -> str:
        location = self._existing(path, follow=False)
        node = location.tree.node(location.inode)
        if node.kind != "link":
            raise failure(errno.EINVAL)
        return node.target

    def real_path(self, path: str) -> str:
        return self._existing(path).path

    def access(self, path: str, read: bool = False, write: bool = False, execute: bool = False) -> bool:
        try:
            location = self._existing(path)
        except OSError:
            return False
        if write and location.mount.read_only:
            return False
        return allowed(location.tree.node(location.inode), read * 4 + write * 2 + execute, self._who())

    def file_system_usage(self, path: str) -> tuple[int, int]:
        tree = self._existing(path).tree
        if not isinstance(tree, Filesystem):
            return 0, 0
        return tree.limit_bytes or DISK_BYTES, tree.used_bytes

    def mounts(self) -> list[tuple[str, str, str, str]]:
        return [
            (mount.source, mount.target, mount.kind, f"{'ro' if mount.read_only else 'rw'},{mount.options}")
            for mount in self.view.namespace.mounts.mounts
            if mount.listed
        ]

    # names

    def make_directory(self, path: str, mode: int = 0o777) -> None:
        location = self._locate(path.rstrip("/") or "/", follow=False)
        self._make(location, Node("dir", mode & ~self._process.umask))

    def symlink(self, target: str, path: str) -> None:
        if not target:
            raise failure(errno.ENOENT)
        self._make(self._locate(path, follow=False), Node("link", LINK_MODE, target=target))

    def make_node(self, path: str, kind: str, mode: int = 0o666, rdev: tuple[int, int] = (0, 0)) -> None:
        if kind in ("char", "block") and not self.may("MKNOD"):
            raise failure(errno.EPERM)
        kinds: dict[str, Kind] = {"file": "file", "fifo": "fifo", "char": "char", "block": "block", "socket": "socket"}
        if kind not in kinds:
            raise failure(errno.EINVAL)
        self._make(self._locate(path, follow=False), Node(kinds[kind], mode & ~self._process.umask, rdev=rdev))

    def link(self, existing: str, path: str) -> None:
        source = self._existing(existing, follow=False)
        target = self._locate(path, follow=False)
        if source.tree.is_directory(source.inode):
            raise failure(errno.EPERM)
        if target.inode is not None:
            raise failure(errno.EEXIST)
        self._demand_in_directory(target)
        if self.view.filesystem_id(source.mount) != self.view.filesystem_id(target.mount):
            raise failure(errno.EXDEV)
        name, filesystem, inode = self._owned(source)
        self._draft.put_filesystem(name, filesystem.link(inode, target.directory, target.name, self._draft.now_ns))

    def remove_file(self, path: str) -> None:
        location = self._existing(path, follow=False)
        if location.tree.is_directory(location.inode):
            raise failure(errno.EISDIR)
        name, filesystem = self._removable(location)
        keep = (name, location.inode) in self._draft.opened
        self._draft.put_filesystem(name, filesystem.unlink(location.directory, location.name, self._draft.now_ns, keep))

    def remove_directory(self, path: str) -> None:
        if path.rstrip("/").rpartition("/")[2] == ".":
            raise failure(errno.EINVAL)
        location = self._existing(path, follow=False)
        if not location.tree.is_directory(location.inode):
            raise failure(errno.ENOTDIR)
        name, filesystem = self._removable(location)
        self._draft.put_filesystem(name, filesystem.rmdir(location.directory, location.name, self._draft.now_ns))

    def rename(self, old: str, new: str) -> None:
        source = self._existing(old.rstrip("/") or "/", follow=False)
        target = self._locate(new.rstrip("/") or "/", follow=False)
        name, filesystem = self._removable(source)
        if target.inode is not None:
            self._removable(target)
        else:
            self._writable(target)
            self._demand_in_directory(target)
        if name != self.view.filesystem_id(target.mount):
            raise failure(errno.EXDEV)
        keep = target.inode is not None and (name, target.inode) in self._draft.opened
        self._draft.put_filesystem(
            name,
            filesystem.rename(source.directory, source.name, target.directory, target.name, self._draft.now_ns, keep),
        )

    # attributes

    def change_mode(self, path: str, mode: int) -> None:
        location = self._existing(path)
        self._demand_owner(location)
        name, filesystem, inode = self._owned(location)
        self._draft.put_filesystem(name, filesystem.with_attributes(inode, mode=mode & 0o7777))

    def change_owner(self, path: str, uid: int, gid: int, follow: bool = True) -> None:
        location = self._existing(path, follow)
        node = location.tree.node(location.inode)
        if not self.may("CHOWN") and not (
            uid in (-1, node.uid) and self._process.uid == node.uid and self._in_group(gid)
        ):
            raise failure(errno.EPERM)
        name, filesystem, inode = self._owned(location)
        changed = filesystem.with_attributes(
            inode, uid=None if uid == -1 else uid, gid=None if gid == -1 else gid, mode=node.mode & 0o1777
        )  # an owner's change takes setuid and setgid away (chown(2))
        self._draft.put_filesystem(name, changed)

    def set_times(self, path: str, mtime_ns: int) -> None:
        location = self._existing(path)
        self._demand_owner(location)
        if not location.mount.read_only and not isinstance(location.tree, Filesystem):
            return  # what the kernel makes up takes a time, and is of now when it is looked at again
        name, filesystem, inode = self._owned(location)
        self._draft.put_filesystem(name, filesystem.with_attributes(inode, mtime_ns=mtime_ns))

    def change_directory(self, path: str) -> None:
        location = self._existing(path)
        if not location.tree.is_directory(location.inode):
            raise failure(errno.ENOTDIR)
        self._demand(location, 1)
        self._process.directory = location.path

    def set_umask(self, mask: int) -> None:
        self._process.umask = mask & 0o777

    # helpers

    def stat_of_file(self, file: OpenFile) -> Stat:
        """What fstat tells of an open file."""
        now_ns = self._draft.now_ns
        if file.kind in ("file", "dir"):
            name, inode = file.target
            filesystem = self._draft.filesystems.get(name)
            if filesystem is not None and filesystem.get(inode) is not None:
                node = filesystem.node(inode)
                return Stat(
                    inode, node.kind, node.mode, node.uid, node.gid, node.size_bytes, node.mtime_ns,
                    filesystem.links(inode), name, node.rdev,
                )  # fmt: skip
            return self.stat(file.path)
        if file.kind == "buffer":
            size = len(self._draft.buffers[file.target].content)
            return Stat(file.target, "file", 0o600, 0, 0, size, now_ns, 1, "buffer", (0, 0))
        if file.kind == "terminal":
            number = self._draft.terminals[file.target].number
            return Stat(number + 3, "char", 0o620, 0, 5, 0, now_ns, 1, "devpts", (TERMINAL_MAJOR, number))
        if file.kind in _DEVICE_OF_KIND:
            return Stat(5, "char", 0o666, 0, 0, 0, now_ns, 1, "tmpfs", _DEVICE_OF_KIND[file.kind])
        kind = "socket" if file.kind == "socket" else "fifo"
        number = file.target if isinstance(file.target, int) else 0
        return Stat(number, kind, 0o600, 0, 0, 0, now_ns, 1, kind, (0, 0))

    def _stat(self, location: Location) -> Stat:
        tree, inode = location.tree, location.inode
        node = tree.node(inode)
        number = inode if isinstance(inode, int) else inode_number(inode)
        links = tree.links(inode)  # type: ignore[attr-defined]  # every tree that a view gives has it
        is_on_disk = bool(location.mount.filesystem) or isinstance(tree, Filesystem)
        size = node.size_bytes if is_on_disk or node.kind != "dir" else 0
        device = self.view.filesystem_id(location.mount)
        return Stat(number, node.kind, node.mode, node.uid, node.gid, size, node.mtime_ns, links, device, node.rdev)

    def _stat_of_link(self, location: Location) -> Stat:
        """Of the open file that a link of proc's stands for."""
        number = location.tree.file(location.inode)  # type: ignore[attr-defined]  # such links are proc's alone
        if number is None:
            raise failure(errno.ENOENT)
        return self.stat_of_file(self._draft.files[number])

    def _make(self, location: Location, node: Node) -> None:
        """Enter a new node at a location, owned by the caller. EEXIST, EROFS, EACCES."""
        if location.inode is not None:
            raise failure(errno.EEXIST)
        name, filesystem = self._writable(location)
        self._demand_in_directory(location)
        self._create(name, filesystem, location, node)

    def _create(self, name: str, filesystem: Filesystem, location: Location, node: Node) -> int:
        process = self._process
        above = filesystem.node(location.directory)
        gid = above.gid if above.mode & 0o2000 else process.gid  # a setgid directory hands down its group
        made = Node(
            node.kind,
            node.mode,
            process.uid,
            gid,
            self._draft.now_ns,
            content=node.content,
            target=node.target,
            rdev=node.rdev,
        )
        filesystem, inode = filesystem.create(location.directory, location.name, made, self._draft.now_ns)
        self._draft.put_filesystem(name, filesystem)
        return inode

    def _owned(self, location: Location) -> tuple[str, Filesystem, int]:
        """(id, value, inode) of a location, copied up. EROFS."""
        name, filesystem = self._writable(location)
        if location.name:
            filesystem, inode = filesystem.for_update(location.directory, location.name)
            return name, filesystem, inode
        return name, filesystem.own_inode(location.inode), location.inode

    def _removable(self, location: Location) -> tuple[str, Filesystem]:
        """The file system whose entry is to be taken away. EBUSY for a mount, EPERM where the sticky bit forbids it."""
        if not location.name:
            raise failure(errno.EBUSY)
        name, filesystem = self._writable(location)
        self._demand_in_directory(location)
        directory = filesystem.node(location.directory)
        uid = self._process.uid
        owners = (directory.uid, filesystem.node(location.inode).uid)
        if is_sticky(directory) and uid not in owners and not self.may("FOWNER"):
            raise failure(errno.EPERM)
        return name, filesystem

    def _demand_owner(self, location: Location) -> None:
        if self._process.uid != location.tree.node(location.inode).uid and not self.may("FOWNER"):
            raise failure(errno.EPERM)

    def _in_group(self, gid: int) -> bool:
        return gid in (-1, self._process.gid) or gid in self._process.groups


_DEVICE_OF_KIND = {kind: rdev for rdev, kind in reversed(KIND_OF_DEVICE.items())}
