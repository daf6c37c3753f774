"""A file system: a shared tree below, and what has changed since above it.

A `Filesystem` is a value; every change gives a new one. It holds for one directory on each inode: `dirs` has, for every
directory that was touched, the names that differ from the tree below (inode 0 is a whiteout), `nodes` every inode that
was made or altered. Whenever a directory is in `dirs`, so are all above it: a diff walks from the root and sees only changes.

As overlay2 does, a directory of the tree below cannot be renamed (EXDEV), and changing one name of a hard-linked file of
the tree below parts it from its other names. Callers name files by (directory inode, name) or by inode and resolve paths
themselves (see walk.py); times are nanoseconds since 1970. This module must not know mounts, permissions or processes.
"""

from __future__ import annotations

import errno
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.persistent import Map
from fakedocker.filesystem.content import Content, held_bytes
from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import ROOT, Node
from fakedocker.filesystem.tree import Tree

WHITEOUT = 0
_NOTHING: Map[Any, Any] = Map()  # one for all that is unchanged
_NO_ENTRIES: dict[str, int] = {}


class Filesystem(Struct, frozen=True, gc=False):
    """One file system.

    Args:
        base: the tree below.
        dirs: inode of a touched directory -> its changed names.
        nodes: inode -> node, where it differs from the tree below.
        parents: inode of a directory made here -> (parent, name).
        next_inode: the next free inode.
        used_bytes: the size of all files above, as `du` would count them.
        held_bytes: the memory that contents above take.
        limit_bytes: what used_bytes may not pass (ENOSPC); 0 for no limit.
        structure: counts changes of names, kinds, owners and modes; contents and times do not count.
    """

    base: Tree
    dirs: Map[int, Map[str, int]]
    nodes: Map[int, Node]
    parents: Map[int, tuple[int, str]]
    next_inode: int
    used_bytes: int = 0
    held_bytes: int = 0
    limit_bytes: int = 0
    structure: int = 0

    @staticmethod
    def on(base: Tree, limit_bytes: int = 0) -> Filesystem:
        """A file system with nothing changed yet. O(1)."""
        return Filesystem(base, _NOTHING, _NOTHING, _NOTHING, base.next_inode, limit_bytes=limit_bytes)

    @staticmethod
    def empty(limit_bytes: int = 0, mode: int = 0o755, uid: int = 0, gid: int = 0, now_ns: int = 0) -> Filesystem:
        """A file system with only a root directory: a volume's or a tmpfs's."""
        made = Filesystem.on(Tree.empty(), limit_bytes)
        return replace(made, nodes=made.nodes.set(ROOT, Node("dir", mode, uid, gid, now_ns)))

    # reading

    def lookup(self, directory: int, name: str) -> int | None:
        """The inode of a name, or None. O(1)."""
        changed = self.dirs.get(directory)
        if changed is not None:
            inode = changed.get(name, -1)
            if inode >= 0:
                return inode or None
        below = self.base.dirs.get(directory)
        return None if below is None else below.get(name)

    def node(self, inode: int) -> Node:
        """The node of an inode that exists. O(1)."""
        return self.nodes.get(inode) or self.base.nodes[inode]

    def get(self, inode: int) -> Node | None:
        """The node of an inode, or None when it is gone."""
        return self.nodes.get(inode) or self.base.nodes.get(inode)

    def is_directory(self, inode: int) -> bool:
        return inode in self.dirs or inode in self.base.dirs or inode in self.parents

    def entries(self, directory: int) -> dict[str, int]:
        """A new dict of name -> inode, in no order that may be shown."""
        found = dict(self.base.dirs.get(directory, _NO_ENTRIES))
        for name, inode in self.dirs.get(directory, _NOTHING).items():
            if inode == WHITEOUT:
                found.pop(name, None)
            else:
                found[name] = inode
        return found

    def names(self, directory: int) -> list[str]:
        """The sorted names in a directory."""
        changed = self.dirs.get(directory)
        if not changed:
            return sorted(self.base.dirs.get(directory, _NO_ENTRIES))
        return sorted(self.entries(directory))

    def links(self, inode: int) -> int:
        """The link count that stat tells; of a directory that exists below and was touched it is 1, as on overlayfs."""
        if not self.is_directory(inode):
            return self.node(inode).links
        if inode in self.base.dirs and inode in self.dirs:
            return 1
        return 2 + sum(1 for child in self.entries(inode).values() if self.is_directory(child))

    def content(self, inode: int) -> Content:
        """What a file holds."""
        return self.node(inode).content

    def parent(self, directory: int) -> tuple[int, str] | None:
        """(parent inode, name) of a directory; None for the root."""
        return self.parents.get(directory) or self.base.parents.get(directory)

    def find(self, path: str) -> int | None:
        """The inode at a path from the root; symbolic links are not followed."""
        inode: int | None = ROOT
        for part in path.split("/"):
            if part in ("", "."):
                continue
            if inode is None:
                return None
            inode = self.lookup(inode, part)
        return inode

    # names

    def create(self, directory: int, name: str, node: Node, now_ns: int) -> tuple[Filesystem, int]:
        """A new file, directory, link or special file.

        Raises:
            OSError: EEXIST; ENOSPC; ENOENT where the directory has been removed.
        """
        if self.lookup(directory, name) is not None:
            raise failure(errno.EEXIST)
        self._demand_alive(directory)
        inode = self.next_inode
        made = self._named(directory, name, inode, now_ns)
        parents, dirs = made.parents, made.dirs
        if node.kind == "dir":
            parents = parents.set(inode, (directory, name))
            dirs = dirs.set(inode, _NOTHING)
        held = held_bytes(node.content)
        self._demand_room(len(node.content))
        return (
            replace(
                made,
                dirs=dirs,
                nodes=made.nodes.set(inode, node),
                parents=parents,
                next_inode=inode + 1,
                used_bytes=made.used_bytes + len(node.content),
                held_bytes=made.held_bytes + held,
            ),
            inode,
        )

    def link(self, inode: int, directory: int, name: str, now_ns: int) -> Filesystem:
        """One more name for an inode that `own` or `create` gave. EEXIST; EPERM for a directory."""
        if self.is_directory(inode):
            raise failure(errno.EPERM)
        if self.lookup(directory, name) is not None:
            raise failure(errno.EEXIST)
        self._demand_alive(directory)
        node = self.node(inode)
        return self._named(directory, name, inode, now_ns)._with_node(inode, replace(node, links=node.links + 1))

    def unlink(self, directory: int, name: str, now_ns: int, keep: bool = False) -> Filesystem:
        """Take a name away; with the last one goes the inode, unless it is kept (for those who have it open) with no links.

        Raises:
            OSError: ENOENT, EISDIR.
        """
        inode = self.lookup(directory, name)
        if inode is None:
            raise failure(errno.ENOENT)
        if self.is_directory(inode):
            raise failure(errno.EISDIR)
        return self._unnamed(directory, name, now_ns)._released(inode, keep)

    def forget(self, inode: int) -> Filesystem:
        """Let go of an inode that was kept with no links."""
        node = self.nodes.get(inode)
        return self if node is None or node.links > 0 else self._without_node(inode)

    def rmdir(self, directory: int, name: str, now_ns: int) -> Filesystem:
        """Remove an empty directory. ENOENT, ENOTDIR, ENOTEMPTY."""
        inode = self.lookup(directory, name)
        if inode is None:
            raise failure(errno.ENOENT)
        if not self.is_directory(inode):
            raise failure(errno.ENOTDIR)
        if self.entries(inode):
            raise failure(errno.ENOTEMPTY)
        return self._unnamed(directory, name, now_ns)._without_directory(inode)

    def rename(
        self, directory: int, name: str, to_directory: int, to_name: str, now_ns: int, keep: bool = False
    ) -> Filesystem:
        """Move a name, over a file (kept as by `unlink`) or an empty directory. O(1), whatever is below it.

        Raises:
            OSError: ENOENT, ENOTDIR, EISDIR, ENOTEMPTY; EXDEV for a directory of the tree below; EINVAL for one that would
                be moved into itself.
        """
        inode = self.lookup(directory, name)
        if inode is None:
            raise failure(errno.ENOENT)
        self._demand_alive(to_directory)
        over = self.lookup(to_directory, to_name)
        if over == inode:
            return self
        moves_directory = self.is_directory(inode)
        if moves_directory:
            above: int | None = to_directory
            while above is not None:
                if above == inode:
                    raise failure(errno.EINVAL)
                upper = self.parent(above)
                above = upper[0] if upper else None
            if inode in self.base.dirs:
                raise failure(errno.EXDEV)
        after, inode = self.for_update(directory, name)
        if over is not None:
            if self.is_directory(over):
                if not moves_directory:
                    raise failure(errno.EISDIR)
                after = after.rmdir(to_directory, to_name, now_ns)
            elif moves_directory:
                raise failure(errno.ENOTDIR)
            else:
                after = after.unlink(to_directory, to_name, now_ns, keep)
        after = after._unnamed(directory, name, now_ns)._named(to_directory, to_name, inode, now_ns)
        if moves_directory:
            return replace(after, parents=after.parents.set(inode, (to_directory, to_name)))
        return after

    # attributes and contents

    def for_update(self, directory: int, name: str) -> tuple[Filesystem, int]:
        """Copy up: the inode that may be altered under this name. A hard link of the tree below becomes a file of its own."""
        inode = self.lookup(directory, name)
        if inode is None:
            raise failure(errno.ENOENT)
        if inode in self.nodes:
            return self, inode
        node = self.node(inode)
        made = self._touched(directory)
        if self.is_directory(inode):
            return made._touched(inode)._with_node(inode, node), inode
        fresh = inode
        if node.links > 1:
            fresh = self.next_inode
            node = replace(node, links=1)
            made = replace(made, next_inode=fresh + 1)
        changed = made.dirs[directory].set(name, fresh)
        self._demand_room(len(node.content))
        made = replace(
            made,
            dirs=made.dirs.set(directory, changed),
            used_bytes=made.used_bytes + len(node.content),
            held_bytes=made.held_bytes + held_bytes(node.content),
        )
        return made._with_node(fresh, node), fresh

    def own_inode(self, inode: int) -> Filesystem:
        """Copy up without a name: for the root of a mount, which is not named in its own file system."""
        if inode in self.nodes:
            return self
        node = self.node(inode)
        return replace(self, used_bytes=self.used_bytes + len(node.content))._with_node(inode, node)

    def with_attributes(
        self,
        inode: int,
        *,
        mode: int | None = None,
        uid: int | None = None,
        gid: int | None = None,
        mtime_ns: int | None = None,
    ) -> Filesystem:
        """Other attributes for an inode that `own` or `create` gave, or for the root."""
        node = self.node(inode)
        changed = replace(
            node,
            mode=node.mode if mode is None else mode,
            uid=node.uid if uid is None else uid,
            gid=node.gid if gid is None else gid,
            mtime_ns=node.mtime_ns if mtime_ns is None else mtime_ns,
        )
        after = self._with_node(inode, changed)
        return after if mode is uid is gid is None else replace(after, structure=self.structure + 1)

    def with_content(self, inode: int, content: Content, now_ns: int) -> Filesystem:
        """Another content for a file that `own` or `create` gave. ENOSPC."""
        node = self.node(inode)
        growth = len(content) - len(node.content)
        if growth > 0:
            self._demand_room(growth)
        changed = Node(
            node.kind, node.mode, node.uid, node.gid, now_ns, node.links, content, node.target, node.rdev
        )  # spelled out: this is the hot one of the replacements
        return Filesystem(
            self.base,
            self.dirs,
            self.nodes.set(inode, changed),
            self.parents,
            self.next_inode,
            self.used_bytes + growth,
            self.held_bytes + held_bytes(content) - held_bytes(node.content),
            self.limit_bytes,
            self.structure,
        )

    # parts of the above

    def _demand_room(self, growth_bytes: int) -> None:
        if self.limit_bytes and self.used_bytes + growth_bytes > self.limit_bytes:
            raise failure(errno.ENOSPC)

    def _demand_alive(self, directory: int) -> None:
        if not self.is_directory(directory):
            raise failure(errno.ENOENT)

    def _with_node(self, inode: int, node: Node) -> Filesystem:
        return replace(self, nodes=self.nodes.set(inode, node))

    def _touched(self, directory: int) -> Filesystem:
        """With a directory, and so all above it, among `dirs`. O(1) but for the first time."""
        if directory in self.dirs:
            return self
        dirs = self.dirs.set(directory, _NOTHING)
        child = directory
        while (above := self.parent(child)) is not None:
            parent, name = above
            changed = dirs.get(parent)
            dirs = dirs.set(parent, (_NOTHING if changed is None else changed).set(name, child))
            if changed is not None:
                break
            child = parent
        return replace(self, dirs=dirs)

    def _stamped(self, directory: int, now_ns: int) -> Map[int, Node]:
        return self.nodes.set(directory, replace(self.node(directory), mtime_ns=now_ns))

    def _named(self, directory: int, name: str, inode: int, now_ns: int) -> Filesystem:
        """With one more entry in a directory."""
        made = self._touched(directory)
        return replace(
            made,
            dirs=made.dirs.set(directory, made.dirs[directory].set(name, inode)),
            nodes=made._stamped(directory, now_ns),
            structure=self.structure + 1,
        )

    def _unnamed(self, directory: int, name: str, now_ns: int) -> Filesystem:
        """With one entry less: a whiteout where the tree below has the name."""
        made = self._touched(directory)
        changed, is_below = made.dirs[directory], name in made.base.dirs.get(directory, _NO_ENTRIES)
        changed = changed.set(name, WHITEOUT) if is_below else changed.delete(name)
        return replace(
            made,
            dirs=made.dirs.set(directory, changed),
            nodes=made._stamped(directory, now_ns),
            structure=self.structure + 1,
        )

    def _released(self, inode: int, keep: bool) -> Filesystem:
        """After a name of this inode has gone."""
        node = self.nodes.get(inode)
        if node is None:
            return self
        if node.links > 1 or keep:
            return self._with_node(inode, replace(node, links=node.links - 1))
        return self._without_node(inode)

    def _without_node(self, inode: int) -> Filesystem:
        node = self.nodes[inode]
        return replace(
            self,
            nodes=self.nodes.delete(inode),
            used_bytes=self.used_bytes - len(node.content),
            held_bytes=self.held_bytes - held_bytes(node.content),
        )

    def _without_directory(self, inode: int) -> Filesystem:
        return replace(
            self,
            dirs=self.dirs.delete(inode) if inode in self.dirs else self.dirs,
            nodes=self.nodes.delete(inode) if inode in self.nodes else self.nodes,
            parents=self.parents.delete(inode) if inode in self.parents else self.parents,
        )
