"""Files on their way over a client's session: those of a build context coming in, those of a result going out.

A protocol without I/O: packets go in, packets to send come out, and at the end files or a problem. The client may say
anything; what it says of a file decides nothing but that file. Source: tonistiigi/fsutil
{receive,send,validator,hardlinks}.go.
"""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Iterator
from typing import cast

from fakedocker.filesystem import content as contents, diff
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import ROOT, Kind, LayerEntry, Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.wire import filesync, protobuf
from fakedocker.wire.filesync import DATA, ERROR, FINISH, REQUEST, STAT, Packet, Stat

LIMIT_BYTES = 1 << 30
"""How much may be held of what clients are sending, over all of them, as of bodies of requests."""
LIMIT_FILES = 1_000_000
_PART_BYTES = 32 << 10


class TransferProblem(Exception):
    """A transfer that cannot go on; the text says why."""


class Budget:
    """How much is held of what clients are sending."""

    def __init__(self) -> None:
        self._held_bytes = 0

    def take(self, size_bytes: int) -> None:
        """Hold more.

        Raises:
            TransferProblem: that would be too much.
        """
        if self._held_bytes + size_bytes > LIMIT_BYTES:
            raise TransferProblem(f"clients are sending more than {LIMIT_BYTES} bytes at once")
        self._held_bytes += size_bytes

    def give_back(self, size_bytes: int) -> None:
        """Hold less: a transfer has ended, in whatever way."""
        self._held_bytes -= size_bytes


class Receiver:
    """Takes the files that the other side has, and asks for the contents of those that are not known.

    Args:
        budget: of all transfers; `close` gives back what this one has taken.
        known: files that have come earlier: what is as it was then is not asked for.
    """

    def __init__(self, budget: Budget, known: Tree | None) -> None:
        self._budget = budget
        self._known = known or Tree.empty()
        self._stats: list[Stat] = []
        self._order: list[tuple[str, str]] = [("", "")]
        self._names: set[str] = set()
        self._awaited: set[int] = set()
        self._parts: dict[int, list[bytes]] = {}
        self._kept: dict[int, Content] = {}
        self._held_bytes = 0
        self._listed = False
        self.size_bytes = 0
        """What has come over the wire."""
        self.finished = False
        """Whether everything has come, and the other side knows."""

    def take(self, message: bytes) -> list[Packet]:
        """A packet; gives those to answer with.

        Raises:
            TransferProblem: it makes no sense, or the other side cannot go on.
            BadMessage: it is none.
        """
        packet = protobuf.decode(Packet, message)
        self.size_bytes += len(message)
        if self.finished:
            return []
        if packet.kind == FINISH:
            if not self._listed or self._awaited:
                raise TransferProblem("unexpected EOF")
            self.finished = True
            return []
        if packet.kind == ERROR:
            raise TransferProblem(f"error from sender: {packet.data.decode('utf-8', 'replace')}")
        if packet.kind == STAT and packet.stat is None:
            self._listed = True
            return self._finish_if_done()
        if packet.kind == STAT and packet.stat is not None:
            return self._file(packet.stat)
        if packet.kind == DATA:
            self._data(packet)
            return self._finish_if_done()
        raise TransferProblem(f"unexpected packet {packet.kind}")

    def _finish_if_done(self) -> list[Packet]:
        return [Packet(kind=FINISH)] if self._listed and not self._awaited else []

    def _file(self, stat: Stat) -> list[Packet]:
        if self._listed or len(self._stats) >= LIMIT_FILES:
            raise TransferProblem(f"too many files: {stat.path}")
        self._check(stat)
        number = len(self._stats)
        self._stats.append(stat)
        if not stat.is_file or stat.link:
            return []
        before = self._node(stat.path)
        if before is not None and _is_same(before, stat):
            self._kept[number] = before.content
            return []
        self._awaited.add(number)
        self._parts[number] = []
        return [Packet(kind=REQUEST, id=number)]

    def _node(self, path: str) -> Node | None:
        inode = self._known.find(path)
        return self._known.nodes[inode] if inode is not None else None

    def _check(self, stat: Stat) -> None:
        """Paths come clean and in order, each after its directory, and links after what they are names of."""
        path = stat.path
        for what, wrong in (
            ("unclean path", path != posixpath.normpath(path) or "\0" in path),
            ("absolute path", path.startswith("/")),
            ("escape check", path == ".." or path.startswith("../")),
        ):
            if wrong:
                raise TransferProblem(f"{what} {path}: invalid argument")
        directory, _, name = path.rpartition("/")
        while len(self._order) > 1 and self._order[-1][0] != directory:
            self._order.pop()
        at, last = self._order[-1]
        if at != directory or _ordered(name) <= _ordered(last):
            last_path = posixpath.join(at, last)
            raise TransferProblem(f'changes out of order: "{path}" "{last_path}"')
        self._order[-1] = (at, name)
        if stat.kind == "dir":
            self._order.append((path, ""))
        elif stat.is_file and stat.link:
            if stat.link not in self._names:
                raise TransferProblem(f'invalid link {path} to unknown path: "{stat.link}"')
        elif stat.kind != "link":
            self._names.add(path)

    def _data(self, packet: Packet) -> None:
        if packet.id not in self._awaited:
            raise TransferProblem(f"invalid file request {packet.id}")
        if not packet.data:
            self._awaited.discard(packet.id)
            return
        self._budget.take(len(packet.data))
        self._held_bytes += len(packet.data)
        self._parts[packet.id].append(packet.data)

    def close(self) -> None:
        """The transfer has ended."""
        self._budget.give_back(self._held_bytes)
        self._held_bytes = 0

    def tree(self) -> Tree:
        """The files that have come."""
        return apply_layer(Tree.empty(), self._entries())

    def _entries(self) -> Iterator[LayerEntry]:
        for number, stat in enumerate(self._stats):
            kind = stat.kind
            if not kind or kind == "socket":
                continue
            if kind == "file" and stat.link:
                yield LayerEntry(stat.path, "hardlink", target=stat.link)
                continue
            content = self._kept[number] if number in self._kept else b"".join(self._parts.get(number, ()))
            yield LayerEntry(
                stat.path, cast(Kind, kind), stat.permissions, stat.uid, stat.gid, stat.modified_ns, content, stat.link,
                (stat.major, stat.minor) if kind in ("char", "block") else (0, 0),
            )  # fmt: skip


def _ordered(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _is_same(before: Node, stat: Stat) -> bool:
    """Whether a file is as it was (fsutil's comparison by metadata)."""
    return (
        before.kind == "file"
        and before.mode == stat.permissions
        and (before.uid, before.gid) == (stat.uid, stat.gid)
        and before.size_bytes == stat.size_bytes
        and before.mtime_ns == stat.modified_ns
    )


class Sender:
    """Gives the files of a tree to the other side, which asks for the contents it wants.

    `next` gives one message at a time, as the other side takes them: contents are never all in memory.
    """

    def __init__(self, tree: Tree) -> None:
        entries = [entry for entry in diff.subtree_entries(Filesystem.on(tree), ROOT, "") if entry.kind != "socket"]
        self._entries = sorted(entries, key=lambda entry: entry.path.split("/"))
        self._listed = 0
        self._wanted: deque[tuple[int, Iterator[bytes]]] = deque()
        self._ends = False
        self.size_bytes = 0
        """What has gone over the wire."""
        self.finished = False
        """Whether the other side has everything."""

    def take(self, message: bytes) -> None:
        """A packet of the other side.

        Raises:
            TransferProblem: it makes no sense, or the other side cannot go on.
            BadMessage: it is none.
        """
        packet = protobuf.decode(Packet, message)
        if packet.kind == ERROR:
            raise TransferProblem(f"error from receiver: {packet.data.decode('utf-8', 'replace')}")
        if packet.kind == FINISH:
            self._ends = True
        elif packet.kind == REQUEST:
            if packet.id >= self._listed or self._entries[packet.id].kind != "file":
                raise TransferProblem(f"invalid file id {packet.id}")
            content = self._entries[packet.id].content
            self._wanted.append((packet.id, contents.chunks(content, _PART_BYTES)))
        else:
            raise TransferProblem(f"unexpected packet {packet.kind}")

    def next(self) -> bytes | None:
        """The next message to send, which may have no bytes; None where there is none now."""
        packet = self._next()
        if packet is None:
            return None
        message = protobuf.encode(packet)
        self.size_bytes += len(message)
        return message

    def _next(self) -> Packet | None:
        if self._listed <= len(self._entries):
            self._listed += 1
            if self._listed > len(self._entries):
                return Packet(kind=STAT)
            return Packet(kind=STAT, stat=_stat(self._entries[self._listed - 1]))
        if self._wanted:
            number, rest = self._wanted[0]
            data = next(rest, b"")
            if not data:
                self._wanted.popleft()
            return Packet(kind=DATA, id=number, data=data)
        if self._ends and not self.finished:
            self.finished = True
            return Packet(kind=FINISH)
        return None


def _stat(entry: LayerEntry) -> Stat:
    kind = entry.kind
    return Stat(
        path=entry.path, mode=filesync.go_mode(kind, entry.mode), uid=entry.uid, gid=entry.gid,
        size_bytes=len(entry.content) if kind == "file" else 0, modified_ns=entry.mtime_ns, link=entry.target, major=entry.rdev[0],
        minor=entry.rdev[1],
    )  # fmt: skip
