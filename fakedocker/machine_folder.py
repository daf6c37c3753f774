"""A folder of the real machine that the simulation may see: looked at before turns, and written to after them if it may be.

The only place where the simulation meets files of the machine. Nothing outside of the folder is read or written: links
are carried as links and never followed.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fakedocker.engine import Engine
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.node import ROOT, Kind, LayerEntry, Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.operations.machine import FolderChange, filesystem_of

LARGEST_ENTRIES = 20_000
LARGEST_BYTES = 256 << 20
"""How much a folder may hold: it is kept in memory."""
SHARE = 20
"""Looking takes a twentieth of the time at most, in the long run."""
SAVED_SECONDS = 0.1
"""How much of it may be saved: after a pause, every request sees the folder as it is."""


class FolderProblem(OSError):
    """A folder that cannot be shown; the text says why."""


class _Seen(NamedTuple):
    """What tells a change of a file."""

    kind: Kind
    mode: int
    mtime_ns: int
    size_bytes: int
    target: str


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
        if not os.path.isdir(self.path):
            raise FolderProblem(f"{path}: no such folder")
        self._writable = writable
        self._report = report
        self._seen: dict[str, _Seen] = {}
        self._shown: Filesystem | None = None
        self._budget_seconds = SAVED_SECONDS
        self._looked_seconds = 0.0

    def forget(self) -> None:
        """The simulation has gone to another state: what is here is shown anew, and nothing of that state is written."""
        self._seen = {}
        self._shown = None

    def look(self, engine: Engine) -> None:
        """Show what is different, if it is time to look again; what cannot be shown is reported.

        A small folder is looked at before nearly every request, so that a file written just before one is seen by it.
        """
        begun_seconds = time.monotonic()
        earned_seconds = (begun_seconds - self._looked_seconds) / SHARE
        self._looked_seconds = begun_seconds
        self._budget_seconds = min(self._budget_seconds + earned_seconds, SAVED_SECONDS)
        if self._budget_seconds < 0:
            return
        try:
            self.show(engine)
        except OSError as problem:
            self._report(f"{self.path} cannot be shown: {problem}")
        self._budget_seconds -= time.monotonic() - begun_seconds

    def show(self, engine: Engine) -> None:
        """Let the engine see what is different since the last time.

        Raises:
            FolderProblem: it holds too much.
            OSError: it cannot be read.
        """
        found = dict(self._scan())
        changed = [path for path, seen in found.items() if self._seen.get(path) != seen]
        inside = engine.world.kernel.filesystems.get(filesystem_of(self.path))
        before = self._seen if self._shown is not None or inside is None else dict(_listing(inside))
        removed = [path for path in before if path not in found]
        if changed or removed or self._shown is None:
            entries = tuple(entry for path in changed if (entry := self._entry(path, found[path])) is not None)
            change = FolderChange(path=self.path, read_only=not self._writable, entries=entries, removed=tuple(removed))
            engine.change_machine_folder(change)
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
        self._seen = dict(self._scan())

    def _filesystem(self, engine: Engine) -> Filesystem:
        return engine.world.kernel.filesystems[filesystem_of(self.path)]

    # the machine

    def _scan(self) -> Iterator[tuple[str, _Seen]]:
        """Everything in the folder by relative path, directories before what is in them.

        What goes away meanwhile is left out.
        """
        size_bytes = entries = 0
        pending = [""]
        while pending:
            directory = pending.pop()
            try:
                with os.scandir(os.path.join(self.path, directory)) as listing:
                    children = sorted(listing, key=lambda child: child.name)
            except FileNotFoundError:
                if not directory:
                    raise
                continue
            for child in children:
                path = os.path.join(directory, child.name)
                try:
                    status = child.stat(follow_symlinks=False)
                    target = os.readlink(child.path) if stat.S_ISLNK(status.st_mode) else ""
                except FileNotFoundError:
                    continue
                kind = _kind(status.st_mode)
                if kind is None:
                    continue
                entries += 1
                size_bytes += status.st_size if kind == "file" else 0
                if entries > LARGEST_ENTRIES or size_bytes > LARGEST_BYTES:
                    raise FolderProblem(
                        f"{self.path} holds too much: more than {LARGEST_ENTRIES:,} files or {LARGEST_BYTES >> 20} MiB"
                    )
                yield path, _Seen(kind, stat.S_IMODE(status.st_mode), 0 if kind == "dir" else status.st_mtime_ns, status.st_size if kind == "file" else 0, target)  # fmt: skip
                if kind == "dir":
                    pending.append(path)

    def _entry(self, path: str, seen: _Seen) -> LayerEntry | None:
        data = b""
        if seen.kind == "file":
            try:
                with open(os.path.join(self.path, path), "rb") as file:
                    data = file.read(LARGEST_BYTES)
            except OSError:
                return None  # gone meanwhile, or not for us to read
        return LayerEntry(path, seen.kind, seen.mode, mtime_ns=seen.mtime_ns, content=data, target=seen.target)

    def _attempt(self, path: str, before: Node | None, now: Node | None) -> None:
        place = os.path.join(self.path, path)
        try:
            if now is not None:
                self._write(place, now, before)
            elif before is not None and before.kind == "dir":
                os.rmdir(place)
            else:
                os.unlink(place)
        except OSError as problem:
            self._report(f"{place} cannot be written: {problem.strerror}")

    def _write(self, place: str, node: Node, before: Node | None) -> None:
        if before is not None and before.kind != node.kind:
            shutil.rmtree(place) if before.kind == "dir" else os.unlink(place)
        if node.kind == "dir":
            os.makedirs(place, exist_ok=True)
            os.chmod(place, node.mode)
        elif node.kind == "link":
            if os.path.lexists(place):
                os.unlink(place)
            os.symlink(node.target, place)
        elif node.kind == "file":
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), node.mode)
            with os.fdopen(descriptor, "wb") as file:
                for chunk in contents.chunks(node.content):
                    file.write(chunk)
            os.chmod(place, node.mode)


def split_mode(text: str) -> tuple[str, bool]:
    """A folder's path, and whether it may be written to, of DIR[:rw]."""
    path, colon, mode = text.rpartition(":")
    return (path, mode == "rw") if colon and mode in ("rw", "ro") else (text, False)


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
