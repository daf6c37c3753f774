"""A folder of the real machine that the simulation may see: looked at before turns, and written to after them if it may
be.

What a look finds are names, kinds and times; what files hold is read when the simulation reads it, and never kept
whole. Links are carried as links and never followed, see `beneath`. What is wrong with a file or with the folder is
told, or is the error of whoever reads it; the simulation goes on with what it has seen.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import msgspec
from msgspec import Struct

from fakedocker.beneath import Beneath
from fakedocker.engine.engine import Engine
from fakedocker.filesystem import content as contents, windows
from fakedocker.filesystem.errors import failure
from fakedocker.filesystem.node import ROOT, Kind, LayerEntry, Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.windows import Outside
from fakedocker.operations.system.host_folders import FolderChange, filesystem_of
from fakedocker.wire.http import Request

SHARE = 20
"""Looking takes a twentieth of the time at most, in the long run."""
SAVED_SECONDS = 0.1
"""How much of it may be saved: after a pause, every request sees the folder as it is."""

MOMENT_SECONDS = 0.25
"""What is looked at for every start takes no longer than this."""

KEPT_BYTES = 64 << 10
"""Up to how much of a file stays in memory that the simulation has written."""


class Shown(Protocol):
    """Something of the machine that the simulation sees."""

    def show(self, engine: Engine) -> None:
        """Let the engine see what is different since the last time. OSError."""

    def take_back(self, engine: Engine) -> None:
        """Write what the simulation has changed."""

    def forget(self) -> None:
        """The simulation has gone to another state."""


class FolderProblem(OSError):
    """A folder that cannot be shown; the text says why."""


class _Seen(NamedTuple):
    """What tells a change of a file.

    Args:
        target: of a link; of a further name of a file, its first one.
    """

    kind: Kind | str
    mode: int
    mtime_ns: int
    size_bytes: int
    target: str
    stamp: str = ""


class MachineFolder:
    """One folder, given with --host-dir.

    Args:
        path: of an existing folder.
        writable: whether what the simulation changes in it is written to the machine.
        report: told, in a line, of what cannot be written.

    Raises:
        FolderProblem: there is no such folder.
    """

    def __init__(self, path: str, writable: bool, report: Callable[[str], None]) -> None:
        self.path = os.path.realpath(path)
        try:
            self._beneath = Beneath(self.path)
        except OSError:
            raise FolderProblem(f"{path}: no such folder") from None
        self._writable = writable
        self._report = report
        self._told = ""
        self._seen: dict[str, _Seen] = {}
        self._shown: Filesystem | None = None
        self._budget_seconds = SAVED_SECONDS
        self._looked_seconds = 0.0
        self._look_seconds = 0.0
        self._is_stale = False

    def forget(self) -> None:
        """The simulation has gone to another state: what is here is shown anew, and nothing of that state is written."""
        self._seen = {}
        self._shown = None

    def expect(self, request: Request) -> None:
        """A request that is about to be answered: whether the next look is due for it, however long the last ones took.

        It is for a container or an exec that is to start, if looking takes a moment only; and for a container that is to be made with a
        mount of something that has not been seen here.
        """
        path = request.target.partition("?")[0]
        if request.method != "POST":
            return
        if path.endswith(("/start", "/restart")):
            self._is_stale |= self._look_seconds <= MOMENT_SECONDS
        elif path.endswith("/containers/create"):
            for source in _mounted(request.body):
                place = source.removeprefix(self.path)
                if place != source and place.startswith("/") and place.strip("/") not in self._seen:
                    self._is_stale = True

    def look(self, engine: Engine) -> None:
        """Show what is different, if it is time to look again; what cannot be shown is reported.

        A small folder is looked at before nearly every request, so that a file written just before one is seen by it;
        and any after somebody has read a file that was no longer what had been seen, or wants to see what is there now, see `expect`.
        """
        begun_seconds = time.monotonic()
        earned_seconds = (begun_seconds - self._looked_seconds) / SHARE
        self._looked_seconds = begun_seconds
        self._budget_seconds = min(self._budget_seconds + earned_seconds, SAVED_SECONDS)
        if self._budget_seconds < 0 and not self._is_stale:
            return
        self._is_stale = False
        try:
            self.show(engine)
            self._told = ""
        except OSError as problem:
            self._tell(f"{self.path} cannot be shown: {problem.strerror or problem}")
        spent_seconds = self._look_seconds = time.monotonic() - begun_seconds
        self._budget_seconds = max(
            self._budget_seconds - spent_seconds, -spent_seconds
        )  # looks that are due run up no debt

    def _tell(self, problem: str) -> None:
        """Report a problem that goes on, once."""
        if problem != self._told:
            self._told = problem
            self._report(problem)

    def show(self, engine: Engine) -> None:
        """Let the engine see what is different since the last time.

        Raises:
            OSError: the folder cannot be read.
        """
        windows.READERS[self.path] = self._read
        found = dict(self._scan())
        changed = [path for path, seen in found.items() if self._seen.get(path) != seen]
        inside = engine.world.kernel.filesystems.get(filesystem_of(self.path))
        before = self._seen if self._shown is not None or inside is None else dict(_listing(inside))
        removed = [path for path in before if path not in found]
        if changed or removed or self._shown is None:
            known = set(changed)
            changed += [
                path
                for path, seen in found.items()
                if seen.target in known and seen.kind == "hardlink" and path not in known
            ]
            changed.sort(key=lambda path: found[path].kind == "hardlink")  # after what they are names of
            entries = tuple(self._entry(path, found[path]) for path in changed)
            change = FolderChange(path=self.path, read_only=not self._writable, entries=entries, removed=tuple(removed))
            engine.change("machine", change)
            self._shown = self._filesystem(engine)
        self._seen = found

    def take_back(self, engine: Engine) -> None:
        """Write what the simulation has changed to the machine."""
        inside = self._filesystem(engine)
        if not self._writable or inside is self._shown or self._shown is None:
            return
        before, now = dict(_listing(self._shown)), dict(_listing(inside))
        self._shown = inside
        for path in sorted(set(before) - set(now), reverse=True):
            self._attempt(path, before[path], None)
        for path, node in now.items():
            if before.get(path) != node:
                self._attempt(path, before.get(path), node)
        try:
            self._seen = dict(self._scan())
        except OSError as problem:
            self._tell(f"{self.path} cannot be shown: {problem.strerror or problem}")
        for path, node in now.items():
            if before.get(path) != node and _is_to_be_read_again(node):
                self._seen.pop(path, None)  # the next look puts what is on the machine in its place
                self._is_stale = True

    def _filesystem(self, engine: Engine) -> Filesystem:
        return engine.world.kernel.filesystems[filesystem_of(self.path)]

    # reading

    def _scan(self) -> Iterator[tuple[str, _Seen]]:
        """Everything in the folder by relative path, directories before what is in them.

        What goes away meanwhile, and what cannot be looked into, is left out.
        """
        self._beneath.renew()
        names: dict[tuple[int, int], str] = {}
        pending = [""]
        while pending:
            directory = pending.pop()
            try:
                children = self._beneath.listing(directory)
            except OSError:
                if not directory:
                    raise
                continue
            for name, status, target in children:
                path = f"{directory}/{name}" if directory else name
                kind = _kind(status.st_mode)
                if kind is None:
                    continue
                mode = stat.S_IMODE(status.st_mode)
                first = names.setdefault((status.st_dev, status.st_ino), path) if status.st_nlink > 1 else path
                if kind == "file" and first != path:
                    yield path, _Seen("hardlink", mode, 0, 0, first)
                elif kind == "file":
                    yield path, _Seen(kind, mode, status.st_mtime_ns, status.st_size, "", _stamp(status))
                else:
                    yield path, _Seen(kind, mode, 0 if kind == "dir" else status.st_mtime_ns, 0, target)
                if kind == "dir":
                    pending.append(path)

    def _entry(self, path: str, seen: _Seen) -> LayerEntry:
        content = contents.outside(self.path, path, seen.stamp, seen.size_bytes)
        return LayerEntry(path, seen.kind, seen.mode, mtime_ns=seen.mtime_ns, content=content, target=seen.target)  # type: ignore[arg-type]

    def _read(self, path: str, stamp: str, offset: int, size_bytes: int) -> bytes:
        """A part of a file as it was seen. ESTALE where it has changed since, so that nobody gets a mixture."""
        descriptor = self._beneath.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if _stamp(os.fstat(descriptor)) != stamp:
                self._is_stale = True
                raise failure(errno.ESTALE)
            file.seek(offset)
            return file.read(size_bytes)

    # writing

    def _attempt(self, path: str, before: Node | None, now: Node | None) -> None:
        try:
            if now is not None:
                self._write(path, now, before)
            elif before is not None and before.kind == "dir":
                self._beneath.rmdir(path)
            else:
                self._beneath.unlink(path)
        except OSError as problem:
            self._report(f"{os.path.join(self.path, path)} cannot be written: {problem.strerror or problem}")

    def _write(self, path: str, node: Node, before: Node | None) -> None:
        if before is not None and before.kind != node.kind:
            self._beneath.remove_all(path)
        if node.kind == "dir":
            self._beneath.mkdir(path)
            self._beneath.chmod(path, node.mode)
        elif node.kind == "link":
            self._beneath.remove_all(path)
            self._beneath.symlink(node.target, path)
        elif node.kind == "file":
            if before is None or before.content is not node.content:
                self._write_content(path, node)
            self._beneath.chmod(path, node.mode)

    def _write_content(self, path: str, node: Node) -> None:
        """Bring a file's bytes there, in its place; what it holds of itself, where it was, stays as it is.

        What it holds of itself elsewhere is read before anything is written.
        """
        writes: list[tuple[int, contents.Piece]] = []
        start = 0
        for piece in (node.content,) if isinstance(node.content, bytes) else node.content.pieces:
            size = len(piece) if isinstance(piece, bytes) else piece.size
            in_place = isinstance(piece, Outside) and (piece.folder, piece.path, piece.offset) == (
                self.path,
                path,
                start,
            )
            if isinstance(piece, Outside) and not in_place:
                piece = windows.read(piece, 0, size)
            if not in_place:
                writes.append((start, piece))
            start += size
        descriptor = self._beneath.open(path, os.O_WRONLY | os.O_CREAT, node.mode)
        with os.fdopen(descriptor, "wb") as file:
            for offset, piece in writes:
                file.seek(offset)
                held = piece if isinstance(piece, bytes) else contents.Rope((piece,), (piece.size,))
                for chunk in contents.chunks(held):
                    file.write(chunk)
            file.flush()
            os.ftruncate(descriptor, start)


class _Source(Struct, rename="pascal"):
    source: str = ""


class _HostPart(Struct, rename="pascal"):
    binds: list[str] | None = None
    mounts: list[_Source] | None = None


class _CreatePart(Struct, rename="pascal"):
    host_config: _HostPart | None = None


def _mounted(body: bytes) -> list[str]:
    """What a container is to be made with of the host's paths; nothing where the daemon will not understand it either."""
    try:
        host = msgspec.json.decode(body, type=_CreatePart).host_config
    except msgspec.DecodeError:
        return []
    if host is None:
        return []
    return [bind.partition(":")[0] for bind in host.binds or ()] + [mount.source for mount in host.mounts or ()]


def split_mode(text: str) -> tuple[str, bool]:
    """A folder's path, and whether it may be written to, of DIR[:rw]."""
    path, colon, mode = text.rpartition(":")
    return (path, mode == "rw") if colon and mode in ("rw", "ro") else (text, False)


def _is_to_be_read_again(node: Node) -> bool:
    """Whether a file that has been written takes much memory, or has parts of what it was."""
    content = node.content
    if contents.held_bytes(content) > KEPT_BYTES:
        return True
    return not isinstance(content, bytes) and any(isinstance(piece, Outside) for piece in content.pieces)


def _stamp(status: os.stat_result) -> str:
    """Names a state of a file: who it is, when it was changed, and how large it is."""
    return f"{status.st_dev}:{status.st_ino}:{status.st_mtime_ns}:{status.st_size}"


def _kind(mode: int) -> Kind | None:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "dir"
    return "link" if stat.S_ISLNK(mode) else None


def _listing(filesystem: Filesystem) -> Iterator[tuple[str, Node]]:
    """Everything in a file system by relative path, directories before what is in them."""
    pending = [("", ROOT)]
    while pending:
        directory, inode = pending.pop()
        for name in filesystem.names(inode):
            child = filesystem.lookup(inode, name)
            assert child is not None
            path = f"{directory}/{name}" if directory else name
            node = filesystem.node(child)
            yield path, node
            if node.kind == "dir":
                pending.append((path, child))
