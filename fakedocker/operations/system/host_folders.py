"""Folders of the real machine inside the simulation: file systems mounted on the simulated host, so that bind mounts
see them.

What is in them comes from outside, as an input: which files are new, changed and gone. This module does no I/O.
"""

from __future__ import annotations

import posixpath

from msgspec import Struct

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel.records import HOST
from fakedocker.operations.containers import rootfs
from fakedocker.operations.system import files
from fakedocker.world.draft import Draft


class FolderChange(Struct, frozen=True, kw_only=True):
    """What is different in a folder of the machine.

    Args:
        path: the folder, absolute; it has the same path on the simulated host.
        read_only: whether the simulation may change nothing in it.
        entries: what is new or changed, with paths relative to the folder, directories before what is in them.
        removed: relative paths of what is gone.
    """

    path: str
    read_only: bool
    entries: tuple[LayerEntry, ...] = ()
    removed: tuple[str, ...] = ()


def filesystem_of(path: str) -> str:
    """The id of the file system that shows a folder."""
    return f"machine:{path}"


def apply(draft: Draft, change: FolderChange) -> None:
    """Let the simulation see a change. A folder that is new is mounted on the host.

    Raises:
        OSError: it does not fit in.
    """
    name = filesystem_of(change.path)
    if name not in draft.kernel_draft.filesystems:
        _mount(draft, change, name)
        return
    table = files.only(name)
    for path in change.removed:
        _remove(draft, name, f"/{path}")
    for entry in change.entries:
        files.make_directories(draft, table, posixpath.dirname(f"/{entry.path}"))
        place = files.locate(draft, table, f"/{entry.path}", follow=False)
        if entry.kind == "file" and place.inode is not None and place.tree.node(place.inode).kind == "file":
            owned, inode = draft.kernel_draft.filesystems[name].for_update(place.directory, place.name)
            changed = owned.with_attributes(inode, mode=entry.mode)
            draft.kernel_draft.put_content(name, changed, inode, entry.content)  # who has it open sees what it is now
        else:
            if place.inode is not None and entry.kind != "dir":
                _remove(draft, name, f"/{entry.path}")
            files.put(draft, table, entry)


def _mount(draft: Draft, change: FolderChange, name: str) -> None:
    """Show a folder for the first time, as a whole. Time grows with its entries, about 100,000 in a second."""
    tree = apply_layer(Tree.empty(), sorted(change.entries, key=lambda entry: entry.path))
    draft.kernel_draft.put_filesystem(name, Filesystem.on(tree))
    files.make_directories(draft, rootfs.host_mounts(draft), change.path)
    host = draft.kernel_draft.namespaces.for_update(HOST)
    host.mounts = host.mounts.adding([Mount(change.path, name, read_only=change.read_only)])


def _remove(draft: Draft, name: str, path: str) -> None:
    try:
        place = files.locate(draft, files.only(name), path, follow=False)
    except FileNotFoundError:  # its directory is gone, and it with it
        return
    if place.inode is None:
        return
    if place.tree.is_directory(place.inode):
        for child in place.tree.names(place.inode):
            _remove(draft, name, posixpath.join(path, child))
        found = draft.kernel_draft.filesystems[name].rmdir(place.directory, place.name, draft.now_ns)
    else:
        found = draft.kernel_draft.filesystems[name].unlink(place.directory, place.name, draft.now_ns)
    draft.kernel_draft.put_filesystem(name, found)
