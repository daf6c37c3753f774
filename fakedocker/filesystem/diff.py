"""What has changed in a file system since its image: docker diff, the layer of a commit, the size of the upper.

Everything here walks the touched directories only, so it takes time with the changes and not with the image. It must
not know how a layer becomes an archive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fakedocker.base.persistent import Map
from fakedocker.filesystem.node import OPAQUE_MARKER, ROOT, WHITEOUT_PREFIX, LayerEntry, Node
from fakedocker.filesystem.overlay import WHITEOUT, Filesystem

MODIFIED, ADDED, DELETED = 0, 1, 2
"""The kinds of a change, as the Engine API numbers them."""

_NOTHING: Map[str, int] = Map()


def changes(filesystem: Filesystem, ignore: Collection[str] = ()) -> list[tuple[str, int]]:
    """(absolute path, kind) of every change, directory before contents, names in byte order, as the daemon walks them.

    A directory of the image on the way to a change counts as modified; the root is never listed.

    Args:
        ignore: absolute paths that are left out, with all below them.
    """
    return [
        ("/" + path, DELETED if inode == WHITEOUT else MODIFIED if before else ADDED)
        for path, inode, before in _walk(filesystem, ROOT, "", frozenset(ignore))
    ]


def layer_entries(filesystem: Filesystem, ignore: Collection[str] = ()) -> tuple[LayerEntry, ...]:
    """The changes as a layer. A directory that took the place of one of the image carries an opaque marker."""
    entries: list[LayerEntry] = []
    first_path: dict[int, str] = {}
    for path, inode, before in _walk(filesystem, ROOT, "", frozenset(ignore)):
        if inode == WHITEOUT:
            directory, _, name = path.rpartition("/")
            entries.append(LayerEntry(f"{directory}/{WHITEOUT_PREFIX}{name}".lstrip("/"), "file", 0))
            continue
        node = filesystem.node(inode)
        if inode in first_path:
            entries.append(_entry(path, node, first_path[inode]))
            continue
        if node.links > 1 and node.kind != "dir":
            first_path[inode] = path
        entries.append(_entry(path, node))
        if before and node.kind == "dir" and inode not in filesystem.base.dirs:
            entries.append(LayerEntry(f"{path}/{OPAQUE_MARKER}", "file", 0))
    return tuple(entries)


def changed_bytes(filesystem: Filesystem) -> int:
    """The size of all files above the image: `SizeRw`. O(1)."""
    return filesystem.used_bytes


def subtree_entries(filesystem: Filesystem, inode: int, name: str) -> Iterator[LayerEntry]:
    """A file, or a directory with all below it, as entries whose paths begin with `name` ("" for the directory itself)."""
    first_path: dict[int, str] = {}
    pending = [(name, inode)]
    while pending:
        path, current = pending.pop()
        node = filesystem.node(current)
        if current in first_path:
            yield _entry(path, node, first_path[current])
            continue
        if node.kind != "dir" and node.links > 1:
            first_path[current] = path
        if path:
            yield _entry(path, node)
        if node.kind == "dir":
            entries = filesystem.entries(current)
            prefix = f"{path}/" if path else ""
            pending.extend((prefix + child, entries[child]) for child in sorted(entries, reverse=True))


def _walk(
    filesystem: Filesystem, directory: int, prefix: str, ignore: frozenset[str]
) -> Iterator[tuple[str, int, bool]]:
    """(relative path, inode or WHITEOUT, whether the image has that path) of every change below a directory."""
    below = filesystem.base.dirs.get(directory, {})
    changed = filesystem.dirs.get(directory, _NOTHING)
    for name in sorted(changed):
        path = prefix + name
        if ignore and "/" + path in ignore:
            continue
        inode = changed[name]
        yield path, inode, name in below
        if inode != WHITEOUT and inode in filesystem.dirs:
            yield from _walk(filesystem, inode, path + "/", ignore)


def _entry(path: str, node: Node, hard_link_to: str | None = None) -> LayerEntry:
    kind = node.kind if hard_link_to is None else "hardlink"
    return LayerEntry(
        path,
        kind,
        node.mode,
        node.uid,
        node.gid,
        node.mtime_ns,
        content=node.content if hard_link_to is None else b"",
        target=node.target if hard_link_to is None else hard_link_to,
        rdev=node.rdev,
    )
