"""Reading and writing files of containers, volumes and the host from outside: no process, the superuser's rights.

For docker cp, user look-up, mount points and the files that the daemon itself writes.
"""

from __future__ import annotations

import errno
import posixpath
from collections.abc import Iterable, Iterator

from fakedocker.filesystem import content as contents
from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import LayerEntry, Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.walk import FileTree, Location, Mount, MountTable, resolve
from fakedocker.kernel import disks
from fakedocker.kernel.records import HOST
from fakedocker.kernel.view import View
from fakedocker.world.draft import Draft

_NOTHING = Filesystem.empty()


class _MadeOnDemand:
    """What /proc and its like look like from outside: one empty directory, whose inode is ""."""

    def lookup(self, directory: str, name: str, /) -> None:
        return None

    def node(self, inode: str, /) -> Node:
        return Node("dir", 0o555, 0, 0, 0)

    def is_directory(self, inode: str, /) -> bool:
        return True

    def names(self, directory: str, /) -> list[str]:
        return []


_MADE_ON_DEMAND = _MadeOnDemand()


class FileSystems:
    """The draft's file systems, as a walk asks for them; what the kernel makes on demand looks empty from outside."""

    def __init__(self, draft: Draft) -> None:
        self._filesystems = draft.kernel_draft.filesystems

    def tree(self, mount: Mount) -> FileTree:
        if isinstance(mount.root, str):
            return _MADE_ON_DEMAND
        return self._filesystems.get(mount.filesystem, _NOTHING)


def only(root: str) -> MountTable:
    """A file system by itself, with nothing mounted in it."""
    return MountTable.of([Mount("/", root)])


def locate(draft: Draft, table: MountTable, path: str, follow: bool = True) -> Location:
    """Where an absolute path leads.

    Raises:
        OSError: as a system call would.
    """
    host = draft.kernel_draft.namespaces.get(HOST)
    if host is not None and table is host.mounts:  # where the daemon is: it sees what the kernel makes there
        return resolve(View(draft.kernel_draft, draft.kernel.router, HOST), table, path, follow=follow)
    return resolve(FileSystems(draft), table, path, follow=follow)


def exists(draft: Draft, table: MountTable, path: str) -> bool:
    """Whether a path leads to something, links followed."""
    try:
        return locate(draft, table, path).inode is not None
    except OSError:
        return False


def node_at(draft: Draft, table: MountTable, path: str, follow: bool = True) -> Node:
    """What is at a path. OSError where nothing is."""
    place = locate(draft, table, path, follow)
    if place.inode is None:
        raise failure(errno.ENOENT)
    return place.tree.node(place.inode)


def read(draft: Draft, root: str, path: str) -> bytes:
    """The content of a file of one file system. OSError."""
    node = node_at(draft, only(root), path)
    if node.kind != "file":
        raise failure(errno.EISDIR if node.kind == "dir" else errno.EINVAL)
    return contents.read(node.content, 0, len(node.content))


def make_directories(draft: Draft, table: MountTable, path: str, owner: tuple[int, int] = (0, 0)) -> None:
    """mkdir -p, mode 0755; a link that leads nowhere gets what it leads to. OSError where a file is in the way."""
    pending = [part for part in path.split("/") if part]
    done = ""
    for part in pending:
        above, done = done, f"{done}/{part}"
        try:
            place = locate(draft, table, done)
        except FileNotFoundError:
            link = node_at(draft, table, done, follow=False)
            if link.kind != "link":
                raise
            make_directories(draft, table, posixpath.join(above or "/", link.target), owner)
            place = locate(draft, table, done)
        if place.inode is not None:
            if not place.tree.is_directory(place.inode):
                raise failure(errno.ENOTDIR)
            continue
        _create(draft, place, Node("dir", 0o755, owner[0], owner[1], draft.now_ns))


def make_file(draft: Draft, table: MountTable, path: str, data: bytes = b"", mode: int = 0o644) -> None:
    """Write a whole file, with the directories it needs. OSError."""
    make_directories(draft, table, posixpath.dirname(path))
    put(draft, table, LayerEntry(path.lstrip("/"), "file", mode, mtime_ns=draft.now_ns, content=data))


def put(draft: Draft, table: MountTable, entry: LayerEntry, directory: str = "/") -> None:
    """Unpack one entry below a directory: it replaces what is there, but a directory keeps its contents.

    Raises:
        OSError: its directory is a file, a directory is in the way of a file, or no room is left.
    """
    path = posixpath.join(directory, entry.path)
    make_directories(draft, table, posixpath.dirname(path))
    place = locate(draft, table, path, follow=False)
    if entry.kind == "hardlink":
        _link(draft, table, posixpath.join(directory, entry.target), place)
        return
    if place.inode is not None and place.tree.is_directory(place.inode):
        if entry.kind != "dir":
            raise failure(errno.EISDIR)
        _change_directory(draft, place, entry)
        return
    if place.inode is not None:
        _change(draft, place, _filesystem(draft, place).unlink(place.directory, place.name, draft.now_ns))
        place = locate(draft, table, path, follow=False)
    node = Node(
        entry.kind, entry.mode, entry.uid, entry.gid, entry.mtime_ns, 1, entry.content, entry.target, entry.rdev
    )
    _create(draft, place, node)


def remove_tree(draft: Draft, table: MountTable, path: str) -> None:
    """Remove a file, or a directory with all that is below it, where nothing is mounted. Nothing happens where nothing is."""
    try:
        top = locate(draft, table, path, follow=False)
    except OSError:
        return
    if top.inode is None or not top.name:
        return
    name, filesystem = top.mount.filesystem, _filesystem(draft, top)
    pending = [(top.directory, top.name, top.inode, False)]
    while pending:
        directory, entry, inode, is_empty = pending.pop()
        if not filesystem.is_directory(inode):
            kept = (name, inode) in draft.kernel_draft.opened
            filesystem = filesystem.unlink(directory, entry, draft.now_ns, kept)
        elif is_empty:
            filesystem = filesystem.rmdir(directory, entry, draft.now_ns)
        else:
            pending.append((directory, entry, inode, True))
            pending += [(inode, child, number, False) for child, number in filesystem.entries(inode).items()]
    draft.kernel_draft.put_filesystem(name, filesystem)


def _link(draft: Draft, table: MountTable, target: str, place: Location) -> None:
    source = locate(draft, table, target, follow=False)
    if source.inode is None:
        raise failure(errno.ENOENT)
    if source.mount.filesystem != place.mount.filesystem:
        raise failure(errno.EXDEV)
    if place.inode is not None:
        _change(draft, place, _filesystem(draft, place).unlink(place.directory, place.name, draft.now_ns))
    owned, inode = _filesystem(draft, source).for_update(source.directory, source.name)
    _change(draft, place, owned.link(inode, place.directory, place.name, draft.now_ns))


def _change_directory(draft: Draft, place: Location, entry: LayerEntry) -> None:
    if not place.name:
        return
    owned, inode = _filesystem(draft, place).for_update(place.directory, place.name)
    _change(
        draft,
        place,
        owned.with_attributes(inode, mode=entry.mode, uid=entry.uid, gid=entry.gid, mtime_ns=entry.mtime_ns),
    )


def _create(draft: Draft, place: Location, node: Node) -> None:
    changed, _ = _filesystem(draft, place).create(place.directory, place.name, node, draft.now_ns)
    _change(draft, place, changed)


def _filesystem(draft: Draft, place: Location) -> Filesystem:
    found = draft.kernel_draft.filesystems.get(place.mount.filesystem)
    if found is None:
        raise failure(errno.EROFS)
    return found


def _change(draft: Draft, place: Location, changed: Filesystem) -> None:
    draft.kernel_draft.put_filesystem(place.mount.filesystem, changed)


def unpack(draft: Draft, table: MountTable, directory: str, entries: Iterable[LayerEntry]) -> None:
    """Unpack entries below a directory. OSError."""
    for entry in entries:
        put(draft, table, entry, directory)


def subtree(draft: Draft, table: MountTable, path: str, name: str, follow: bool) -> Iterator[LayerEntry]:
    """A file, or a directory with everything below it, mounts included, as entries that begin with `name`.

    Raises:
        OSError: there is nothing at the path; EIO where a disk fails.
    """
    place = locate(draft, table, path, follow)
    if place.inode is None:
        raise failure(errno.ENOENT)
    seen: dict[tuple[str, int], str] = {}
    pending = [(place.path, name)]
    while pending:
        current, shown = pending.pop()
        place = locate(draft, table, current, follow=follow and current == place.path)
        node = place.tree.node(place.inode)
        key = (place.mount.filesystem, place.inode)
        if node.kind != "dir" and node.links > 1:
            if key in seen:
                yield LayerEntry(shown, "hardlink", node.mode, target=seen[key])
                continue
            seen[key] = shown
        if draft.kernel_draft.disks.size and node.kind == "file":
            disks.read(draft.kernel_draft.disks, place.mount.filesystem)
        yield LayerEntry(
            shown, node.kind, node.mode, node.uid, node.gid, node.mtime_ns, node.content, node.target, node.rdev
        )
        if node.kind == "dir":
            below = sorted({*place.tree.names(place.inode), *_mounted_in(table, current)}, reverse=True)
            pending.extend((posixpath.join(current, child), f"{shown}/{child}") for child in below)


def _mounted_in(table: MountTable, directory: str) -> set[str]:
    """Names of mount points directly in a directory."""
    prefix = directory.rstrip("/") + "/"
    targets = [mount.target for mount in table.mounts[1:] if mount.target.startswith(prefix)]
    return {target[len(prefix) :] for target in targets if "/" not in target[len(prefix) :]}
