"""Mounts, and from a path to an inode: component by component, through symbolic links and mounts.

A mount namespace is a `MountTable`: the root's file system and mounts by target path. File systems are named by id;
the caller's `View` gives the file system of a mount, which is a `Filesystem` or anything with the same three reading
methods (proc and the like, whose contents are made when read). This module must not know processes or descriptors.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Iterable
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import ROOT, Node

LINKS_FOLLOWED = 40
PATH_BYTES = 4096
NAME_BYTES = 255
MAGIC_LINK_MODE = 0o500
"""Marks proc's links to open files, which lead to the file itself and not to a path."""
READ_PERMISSION, WRITE_PERMISSION, SEARCH_PERMISSION = 4, 2, 1


Inode = Any
"""A number; in trees that the kernel makes on demand, a text."""


class FileTree(Protocol):
    """What a walk asks of a file system."""

    def lookup(self, directory: Inode, name: str, /) -> Inode: ...
    def node(self, inode: Inode, /) -> Node: ...
    def is_directory(self, inode: Inode, /) -> bool: ...
    def names(self, directory: Inode, /) -> list[str]: ...


class Mount(Struct, frozen=True, gc=False):
    """One mount.

    Args:
        target: absolute path in the mount namespace.
        filesystem: id of the file system; "" for one of this namespace's own (its tmpfs at this target).
        kind: type in /proc/mounts: overlay, tmpfs, proc, sysfs, devpts, cgroup2, mqueue, ext4 ...
        source: device in /proc/mounts.
        root: inode in that file system which the target shows; a file's for a bind-mounted file. Trees
            that the kernel makes on demand have texts for inodes, and "" for their root.
        read_only: whether writing gives EROFS.
        options: more options in /proc/mounts, after rw or ro.
        listed: whether /proc/mounts has it. A directory of a disk that is kept as a file system of its own, as those of
            volumes are on the host, is no mount to anybody there.
    """

    target: str
    filesystem: str
    kind: str = "ext4"
    source: str = "/dev/vda1"
    root: int | str = ROOT
    read_only: bool = False
    options: str = "relatime"
    listed: bool = True


class MountTable(Struct, frozen=True, gc=False):
    """All mounts of a namespace: `mounts[0]` is the root's; `points` is made from the others (name -> deeper point).

    A point is the mount at it, or a plain dict where there are deeper ones; its key "" then has the mount at it, if any.
    """

    mounts: tuple[Mount, ...]
    points: dict[str, Any]

    @staticmethod
    def of(mounts: Iterable[Mount]) -> MountTable:
        """A table; a later mount at the same target covers the earlier. The first must be that of "/"."""
        root, *others = mounts
        return MountTable((root,), {}).adding(others)

    def adding(self, mounts: Iterable[Mount]) -> MountTable:
        """With more mounts on top. Time grows with what is added."""
        listed = list(self.mounts)
        points = dict(self.points)
        for mount in mounts:
            point = points
            *above, last = mount.target.strip("/").split("/")
            for name in above:
                point[name] = point = _opened(point.get(name))
            held = point.get(last)
            point[last] = mount if held is None or type(held) is Mount else {**held, "": mount}
            listed.append(mount)
        return MountTable(tuple(listed), points)

    def without(self, targets: Iterable[str]) -> MountTable:
        """Without what is mounted at these places, and at no place below them. Time grows with the mounts."""
        gone = set(targets)
        points = self.points
        for target in gone:
            left = _without(points, target.strip("/").split("/"))
            assert isinstance(left, dict)  # as the uppermost is
            points = left
        return MountTable(tuple(mount for mount in self.mounts if mount.target not in gone), points)

    def with_root(self, root: Mount) -> MountTable:
        """The same mounts on another root. O(mounts) at C speed."""
        return MountTable((root, *self.mounts[1:]), self.points)


def _opened(point: Mount | dict[str, Any] | None) -> dict[str, Any]:
    """A point of one's own that deeper ones can be put into."""
    if point is None:
        return {}
    return {"": point} if type(point) is Mount else {**point}  # type: ignore[dict-item]  # what is no mount is a dict


def _without(point: Mount | dict[str, Any], names: list[str]) -> Mount | dict[str, Any]:
    """A point without the mount at the end of these names, and without the points that only led there."""
    if isinstance(point, Mount):
        return point if names else {}
    if not names:
        return {name: deeper for name, deeper in point.items() if name}
    if names[0] not in point:
        return point
    left = dict(point)
    deeper = _without(point[names[0]], names[1:])
    if deeper:
        left[names[0]] = deeper
    else:
        del left[names[0]]
    return left


class View(Protocol):
    """Where a walk gets its file systems."""

    def tree(self, mount: Mount, /) -> FileTree: ...


class Credentials(Struct, frozen=True):
    """Who walks; with `overrides` they may go anywhere, as the superuser usually may."""

    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()
    overrides: bool = False


SUPERUSER = Credentials(overrides=True)


class Location:
    """Where a path leads. `inode` is None when the last component does not exist (its directory does).

    `directory` and `name` say which entry it is, in the same file system; name is "" for the root of a mount. `link` is
    True for a link of proc's that leads to no path (`/proc/self/fd/1`): only the kernel can follow it.
    """

    __slots__ = ("_above", "_last", "directory", "inode", "link", "mount", "name", "tree")

    def __init__(
        self,
        mount: Mount,
        tree: FileTree,
        inode: Inode,
        directory: Inode,
        name: str,
        above: list[_Passed],
        last: tuple[str, ...],
        link: bool = False,
    ) -> None:
        self.mount = mount
        self.tree = tree
        self.inode = inode
        self.directory = directory
        self.name = name
        self.link = link
        self._above = above
        self._last = last

    @property
    def path(self) -> str:
        """The absolute path without symbolic links."""
        return "/" + "/".join([*[passed[4] for passed in self._above[1:]], *filter(None, self._last)])


_Passed: TypeAlias = "tuple[Mount, FileTree, Inode, dict[str, Any] | None, str]"
"""A directory on the way: its mount, tree, inode, mount points below, and its own name."""


def resolve(
    view: View, table: MountTable, path: str, directory: str = "/", follow: bool = True, who: Credentials = SUPERUSER
) -> Location:
    """Find the location of a path, relative to a directory. One long loop, because it runs for nearly every system call.

    Args:
        directory: an absolute path without symbolic links, where a relative path begins.
        follow: whether a symbolic link as the last component is followed.

    Raises:
        OSError: ENOENT (also for an empty path), ENOTDIR, EACCES, ELOOP after 40 links, ENAMETOOLONG.
    """
    pending = _parts(path, directory)
    must_be_directory = path[-1] == "/" or path.endswith("/.")
    mount = table.mounts[0]
    tree, inode, name, links = view.tree(mount), mount.root, "", 0
    parent = inode
    point: Any = table.points  # Any: a dict or None
    above: list[_Passed] = []
    while pending:
        part = pending.pop()
        if part == "..":
            if above:
                mount, tree, inode, point, name = above.pop()
                parent = above[-1][2] if above and above[-1][1] is tree else inode
            continue
        if not who.overrides and not allowed(tree.node(inode), SEARCH_PERMISSION, who):
            raise failure(errno.EACCES)
        child = tree.lookup(inode, part)
        deeper: Any = point.get(part) if point else None  # Any: a point, see `MountTable`
        if deeper is not None and (isinstance(deeper, Mount) or "" in deeper):
            above.append((mount, tree, inode, point, name))
            mount, point = (deeper, None) if isinstance(deeper, Mount) else (deeper[""], deeper)
            tree, name = view.tree(mount), part
            parent = inode = mount.root
            if pending and not tree.is_directory(inode):
                raise failure(errno.ENOTDIR)
        elif child is None:
            _check_missing(part, is_last=not pending)
            return Location(mount, tree, None, inode, part, above, (name, part))
        elif tree.is_directory(child):
            above.append((mount, tree, inode, point, name))
            parent, inode, point, name = inode, child, deeper, part
        elif (node := tree.node(child)).kind == "link" and (pending or follow or must_be_directory):
            if node.mode == MAGIC_LINK_MODE and mount.kind == "proc" and not pending:
                return Location(mount, tree, child, inode, part, above, (name, part), True)
            links += 1
            if links > LINKS_FOLLOWED:
                raise failure(errno.ELOOP)
            if node.target.startswith("/"):
                mount = table.mounts[0]
                tree, point, name = view.tree(mount), table.points, ""
                parent = inode = mount.root
                above = []
            pending.extend(reversed([part for part in node.target.split("/") if part and part != "."]))
        elif pending or must_be_directory:
            raise failure(errno.ENOTDIR)
        else:
            return Location(mount, tree, child, inode, part, above, (name, part))
    return Location(mount, tree, inode, parent, "" if inode == mount.root else name, above, (name,))


def _parts(path: str, directory: str) -> list[str]:
    """The components of a path, the last first."""
    if not path:
        raise failure(errno.ENOENT)
    if len(path) >= PATH_BYTES:
        raise failure(errno.ENAMETOOLONG)
    whole = path if path[0] == "/" else f"{directory}/{path}"
    pending = [part for part in whole.split("/") if part and part != "."]
    pending.reverse()
    return pending


def _check_missing(part: str, is_last: bool) -> None:
    """What is not there may be made, if it is the last component and its name is not too long."""
    if len(part) > NAME_BYTES or len(part.encode("utf-8", "surrogateescape")) > NAME_BYTES:
        raise failure(errno.ENAMETOOLONG)
    if not is_last:
        raise failure(errno.ENOENT)


def allowed(node: Node, permission: int, who: Credentials) -> bool:
    """Whether the mode lets somebody read (4), write (2), execute or search (1), or any sum of these.

    The superuser may do all, but execute only what somebody may execute.
    """
    mode = node.mode
    if who.overrides:
        return not permission & 1 or node.kind == "dir" or bool(mode & 0o111)
    if who.uid == node.uid:
        granted = mode >> 6
    elif who.gid == node.gid or node.gid in who.groups:
        granted = mode >> 3
    else:
        granted = mode
    return granted & permission == permission


def is_sticky(node: Node) -> bool:
    """Whether only owners may remove what is in this directory."""
    return bool(node.mode & stat.S_ISVTX)
