"""A look at the simulated host's files between commands, for completion and highlighting. Changes nothing."""

from __future__ import annotations

import posixpath
from weakref import WeakKeyDictionary

from fakedocker.filesystem import content as contents
from fakedocker.kernel.records import HOST
from fakedocker.operations.containers import rootfs
from fakedocker.operations.system import files
from fakedocker.world.draft import Draft


def entries(draft: Draft, path: str) -> list[tuple[str, bool]]:
    """The names in a directory and whether each is a directory, sorted; none where there is no such directory."""
    table = rootfs.host_mounts(draft)
    try:
        place = files.locate(draft, table, path)
        if place.inode is None or not place.tree.is_directory(place.inode):
            return []
        names = sorted(place.tree.names(place.inode))
    except OSError:
        return []
    return [(name, is_directory(draft, posixpath.join(path, name))) for name in names]


def is_directory(draft: Draft, path: str) -> bool:
    """Whether a path, links followed, leads to a directory."""
    try:
        return files.node_at(draft, rootfs.host_mounts(draft), path).kind == "dir"
    except OSError:
        return False


def exists(draft: Draft, path: str) -> bool:
    """Whether a path leads to something."""
    return files.exists(draft, rootfs.host_mounts(draft), path)


def text(draft: Draft, path: str, limit_bytes: int = 1 << 20) -> str | None:
    """The beginning of a file as text; None where there is none."""
    try:
        node = files.node_at(draft, rootfs.host_mounts(draft), path)
    except OSError:
        return None
    return contents.read(node.content, 0, limit_bytes).decode("utf-8", "replace") if node.kind == "file" else None


def programs(draft: Draft, search_path: str) -> frozenset[str]:
    """The names of the programs in a PATH. Constant time as long as the host's disk is the same."""
    disk: object = draft.kernel_draft.filesystems[HOST]
    known = _known.get(draft)
    if known is None or known[0] is not disk or known[1] != search_path:
        known = _known[draft] = (disk, search_path, _programs(draft, search_path))
    return known[2]


_known: WeakKeyDictionary[Draft, tuple[object, str, frozenset[str]]] = WeakKeyDictionary()
"""For each world that somebody types at: its disk, the PATH, and what was found."""


def _programs(draft: Draft, search_path: str) -> frozenset[str]:
    found: set[str] = set()
    for directory in search_path.split(":"):
        found.update(name for name, is_folder in entries(draft, directory or "/") if not is_folder)
    return frozenset(found)
