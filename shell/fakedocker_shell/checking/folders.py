"""Where a project lies that is checked: a folder of this machine, or one of a simulated host, which is copied as it stands."""

from __future__ import annotations

import errno
import io
import os
import posixpath
import shlex
import tarfile
from collections.abc import Callable
from typing import Final, Protocol

from fakedocker.engine.engine import Engine
from fakedocker.host_dir import MachineFolder
from fakedocker_shell.cli.context import Files
from fakedocker_shell.session import Session

MOST_FILES: Final = 5_000
MOST_BYTES: Final = 64 << 20
"""How much of a simulated host is copied."""
Listed = tuple[str, str]
"""A name, and what it is: "file", "directory" or "other"."""


class Folder(Protocol):
    """A folder with a project.

    Attributes:
        path: as it is on the engine that it is tried on.
    """

    path: str

    def listing(self, relative: str) -> list[Listed]:
        """What is in a folder beneath it, sorted by name. Links are "other". OSError."""

    def show(self, engine: Engine) -> None:
        """Let an engine's host have it. OSError."""


class OfMachine:
    """A folder of this machine; it is read and never written.

    Args:
        report: told, in a line, of what cannot be shown.

    Raises:
        FolderProblem: there is no such folder.
    """

    def __init__(self, path: str, report: Callable[[str], None]) -> None:
        self._folder = MachineFolder(path, False, report)
        self.path = self._folder.path

    def listing(self, relative: str) -> list[Listed]:
        """See `Folder`."""
        with os.scandir(os.path.join(self.path, relative)) as entries:
            return sorted((entry.name, _kind(entry)) for entry in entries)

    def show(self, engine: Engine) -> None:
        """See `Folder`."""
        self._folder.show(engine)


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_file(follow_symlinks=False):
        return "file"
    return "directory" if entry.is_dir(follow_symlinks=False) else "other"


class OfHost:
    """A folder of a simulated host.

    Args:
        files: of that host.
        path: absolute.
    """

    def __init__(self, files: Files, path: str) -> None:
        self._files = files
        self.path = path

    def listing(self, relative: str) -> list[Listed]:
        """See `Folder`."""
        where = posixpath.join(self.path, relative)
        found = []
        for name in self._files.list_directory(where):
            kind = self._files.lstat(posixpath.join(where, name)).kind
            found.append((name, kind if kind in ("file", "directory") else "other"))
        return sorted(found)

    def show(self, engine: Engine) -> None:
        """See `Folder`."""
        archive = [self._archive()]
        where = shlex.quote(self.path)
        session = Session(engine, lambda fd, data: None, stream="check-files")
        session.run_command(f"mkdir -p {where} && tar -xf - -C {where}")
        if session.run_to_end(lambda: archive.pop() if archive else b""):
            raise OSError(errno.EIO, "cannot be copied")

    def _archive(self) -> bytes:
        buffer = io.BytesIO()
        pending = [""]
        count = 0
        with tarfile.TarFile(fileobj=buffer, mode="w") as archive:
            while pending:
                relative = pending.pop()
                for name, _ in self.listing(relative):
                    count += 1
                    inside = posixpath.join(relative, name)
                    self._add(archive, inside, pending)
                    if count > MOST_FILES or buffer.tell() > MOST_BYTES:
                        raise OSError(errno.EFBIG, "more than can be copied")
        return buffer.getvalue()

    def _add(self, archive: tarfile.TarFile, relative: str, pending: list[str]) -> None:
        path = posixpath.join(self.path, relative)
        status = self._files.lstat(path)
        entry = tarfile.TarInfo(relative)
        entry.mode, entry.uid, entry.gid = status.mode & 0o7777, status.uid, status.gid
        entry.mtime = status.mtime_ns // 1_000_000_000
        if status.kind == "directory":
            entry.type = tarfile.DIRTYPE
            pending.append(relative)
            archive.addfile(entry)
        elif status.kind == "link":
            entry.type, entry.linkname = tarfile.SYMTYPE, status.target
            archive.addfile(entry)
        elif status.kind == "file":
            if status.size_bytes > MOST_BYTES:
                raise OSError(errno.EFBIG, "more than can be copied")
            data = self._files.read_bytes(path)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
