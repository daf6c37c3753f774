"""The read-only file tree of an image, and how a layer changes it.

A tree is shared by every container of its image and, as far as it is alike, by the trees below and above it: applying a
layer costs what the layer holds. It must not know containers, mounts or archives' formats.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.persistent import Map
from fakedocker.filesystem.node import OPAQUE_MARKER, ROOT, WHITEOUT_PREFIX, LayerEntry, Node


class Tree(Struct, frozen=True, gc=False):
    """Inodes and directories.

    Args:
        nodes: inode -> node.
        dirs: inode of a directory -> its entries, name -> inode. The dicts are never changed once in a tree.
        parents: inode of a directory -> (inode of its parent, its name there); the root has none.
        next_inode: the first number no tree below has used.
    """

    nodes: Map[int, Node]
    dirs: Map[int, dict[str, int]]
    parents: Map[int, tuple[int, str]]
    next_inode: int

    @staticmethod
    def empty() -> Tree:
        """A root directory and nothing in it."""
        return _EMPTY

    def find(self, path: str) -> int | None:
        """The inode at a relative path; symbolic links are not followed."""
        inode: int | None = ROOT
        for name in path.split("/"):
            if inode is None:
                return None
            if name and name != ".":
                inode = self.dirs.get(inode, {}).get(name)
        return inode


_NO_NAMES = frozenset({"", ".", ".."})
_EMPTY = Tree(Map({ROOT: Node("dir", 0o755)}), Map({ROOT: {}}), Map(), ROOT + 1)


def apply_layer(tree: Tree, entries: Iterable[LayerEntry]) -> Tree:
    """The tree with a layer on top.

    An entry replaces what is at its path, but a directory over a directory only changes its attributes. Directories
    that an entry needs and nothing has made are made with mode 0755. A hard link to nothing is left out, as it can
    name no content.

    Returns:
        a new tree that shares all that the layer does not touch. Time grows with the entries and with the size of the
        directories they are in.
    """
    builder = _Builder(tree)
    for entry in entries:
        builder.add(entry)
    return builder.finish()


class _Builder:
    """A tree in the middle of being changed."""

    def __init__(self, tree: Tree) -> None:
        self._nodes = tree.nodes.mutate()
        self._dirs = tree.dirs.mutate()
        self._parents = tree.parents.mutate()
        self._next = tree.next_inode
        self._own: dict[int, dict[str, int]] = {}
        self._made: set[int] = set()  # inodes that this layer has put, which its opaque markers spare
        self._places: dict[str, int] = {}  # directories by the paths that they were found by, while nothing is removed

    def finish(self) -> Tree:
        for inode, entries in self._own.items():
            self._dirs[inode] = entries
        return Tree(self._nodes.finish(), self._dirs.finish(), self._parents.finish(), self._next)

    def add(self, entry: LayerEntry) -> None:
        above_path, _, name = entry.path.rpartition("/")
        known = self._places.get(above_path)
        if known is not None and name not in _NO_NAMES:
            self._place(known, name, entry)
            return
        parts = [part for part in entry.path.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise ValueError(f"layer entry leaves its tree: {entry.path!r}")
        if not parts:
            if entry.kind == "dir":
                self._nodes[ROOT] = _node(entry)
            return
        *above, name = parts
        directory = ROOT
        for part in above:
            directory = self._directory(directory, part)
        self._place(directory, name, entry)
        if above:
            self._places[above_path] = directory

    def _place(self, directory: int, name: str, entry: LayerEntry) -> None:
        if name == OPAQUE_MARKER:
            self._hide_all(directory)
        elif name.startswith(WHITEOUT_PREFIX):
            self._remove(directory, name.removeprefix(WHITEOUT_PREFIX))
        else:
            self._put(directory, name, entry)

    def _entries(self, directory: int) -> dict[str, int]:
        """The entries of a directory, to be read."""
        found = self._own.get(directory)
        return self._dirs[directory] if found is None else found

    def _change(self, directory: int) -> dict[str, int]:
        """The entries of a directory, to be changed."""
        found = self._own.get(directory)
        if found is None:
            found = self._own[directory] = dict(self._dirs.get(directory, {}))
        return found

    def _is_directory(self, inode: int) -> bool:
        return inode in self._own or inode in self._dirs

    def _directory(self, parent: int, name: str) -> int:
        """The directory of that name, made where there is none."""
        inode = self._entries(parent).get(name)
        if inode is not None and self._is_directory(inode):
            self._made.add(inode)
            return inode
        if inode is not None:
            self._remove(parent, name)
        return self._add_directory(parent, name, Node("dir", 0o755))

    def _add_directory(self, parent: int, name: str, node: Node) -> int:
        inode = self._new(node)
        self._own[inode] = {}
        self._parents[inode] = (parent, name)
        self._change(parent)[name] = inode
        return inode

    def _new(self, node: Node) -> int:
        inode = self._next
        self._next += 1
        self._nodes[inode] = node
        self._made.add(inode)
        return inode

    def _put(self, directory: int, name: str, entry: LayerEntry) -> None:
        before = self._entries(directory).get(name)
        if entry.kind == "hardlink":
            self._link(directory, name, entry.target)
            return
        if before is not None and entry.kind == "dir" and self._is_directory(before):
            self._nodes[before] = _node(entry)
            self._made.add(before)
            return
        if before is not None:
            self._remove(directory, name)
        if entry.kind == "dir":
            self._add_directory(directory, name, _node(entry))
        else:
            self._change(directory)[name] = self._new(_node(entry))

    def _link(self, directory: int, name: str, target: str) -> None:
        inode: int | None = ROOT
        for part in target.split("/"):
            if part in ("", "."):
                continue
            if inode is None or not self._is_directory(inode):
                return
            inode = self._entries(inode).get(part)
        if inode is None or self._is_directory(inode) or self._entries(directory).get(name) == inode:
            return
        self._remove(directory, name)
        node = self._nodes[inode]
        self._nodes[inode] = replace(node, links=node.links + 1)
        self._made.add(inode)
        self._change(directory)[name] = inode

    def _remove(self, directory: int, name: str) -> None:
        """Take a name away, and with a directory all that is below it."""
        if name not in self._entries(directory):
            return
        self._places.clear()
        pending = [self._change(directory).pop(name)]
        while pending:
            inode = pending.pop()
            if self._is_directory(inode):
                pending.extend(self._entries(inode).values())
                self._own.pop(inode, None)
                self._dirs.pop(inode, None)
                self._parents.pop(inode, None)
                self._nodes.pop(inode, None)
                continue
            node = self._nodes[inode]
            if node.links > 1:
                self._nodes[inode] = replace(node, links=node.links - 1)
            else:
                del self._nodes[inode]

    def _hide_all(self, directory: int) -> None:
        """Remove what the layers below have put into a directory, and spare what this layer has."""
        for name, inode in list(self._entries(directory).items()):
            if inode not in self._made:
                self._remove(directory, name)
            elif self._is_directory(inode):
                self._hide_all(inode)


def _node(entry: LayerEntry) -> Node:
    assert entry.kind != "hardlink"
    return Node(
        entry.kind,
        entry.mode,
        entry.uid,
        entry.gid,
        entry.mtime_ns,
        content=entry.content,
        target=entry.target,
        rdev=entry.rdev,
    )
