"""Tar archives made of the host's files, and taken apart into them: for cp and build contexts.

Owns what of a file goes into an archive and comes out of it. It must not know what the archive is for.
"""

from __future__ import annotations

import io
import posixpath
import tarfile
from collections.abc import Callable, Iterator

from fakedocker_shell.cli.context import Files, FileStatus
from fakedocker_shell.cli.errors import CliError


def lowered(error: OSError) -> str:
    """An error's text as Go writes it."""
    return (error.strerror or str(error)).lower()


def _entry(name: str, status: FileStatus) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.mode = status.mode
    entry.mtime = status.mtime_ns // 1_000_000_000
    entry.uid, entry.gid = status.uid, status.gid
    if status.kind == "directory":
        entry.type = tarfile.DIRTYPE
    elif status.kind == "link":
        entry.type = tarfile.SYMTYPE
        entry.linkname = status.target
    elif status.kind == "file":
        entry.size = status.size_bytes
    return entry


def walk(
    files: Files, root: str, skip_directory: Callable[[str], bool] | None = None
) -> Iterator[tuple[str, FileStatus]]:
    """All that is below a directory, as (path below it, status): each directory before what is in it, names sorted.

    Args:
        skip_directory: whether to leave a directory, named by its path below the root, unvisited.
    """
    pending = list(reversed(files.list_directory(root)))
    while pending:
        path = pending.pop()
        status = files.lstat(posixpath.join(root, path))
        yield path, status
        if status.kind == "directory" and not (skip_directory is not None and skip_directory(path)):
            names = files.list_directory(posixpath.join(root, path))
            pending += [posixpath.join(path, name) for name in reversed(names)]


class Archive:
    """A tar archive being made in memory."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._buffer = io.BytesIO()
        self._tar = tarfile.TarFile(fileobj=self._buffer, mode="w", format=tarfile.PAX_FORMAT)

    def add(self, path: str, name: str, status: FileStatus) -> None:
        """Add a file under a name; sockets and their like are left out. Raises OSError."""
        if status.kind == "other":
            return
        entry = _entry(name, status)
        if status.kind != "file":
            self._tar.addfile(entry)
            return
        content = self._files.read_bytes(path)
        entry.size = len(content)
        self._tar.addfile(entry, io.BytesIO(content))

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a file that does not exist."""
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        self._tar.addfile(entry, io.BytesIO(content))

    def close(self) -> bytes:
        """The whole archive."""
        self._tar.close()
        # docker's archives end after the two empty blocks and are not filled up to tar's record size
        return self._buffer.getvalue()[: self._end()]

    def _end(self) -> int:
        return self._tar.offset - (self._tar.offset % 512)


def extract(files: Files, archive: bytes, place: Callable[[str], str | None]) -> None:
    """Write what is in an archive to the host.

    Args:
        place: where an entry goes, by its name; None leaves it out.

    Raises:
        CliError: if the archive is broken or a file cannot be written.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            for entry in tar:
                target = place(entry.name.rstrip("/"))
                if target is not None:
                    _write(files, tar, entry, target)
    except tarfile.TarError:
        raise CliError("unexpected EOF") from None


def _write(files: Files, tar: tarfile.TarFile, entry: tarfile.TarInfo, target: str) -> None:
    try:
        existing: FileStatus | None = files.lstat(target)
    except OSError:
        existing = None
    try:
        if entry.isdir():
            if existing is None:
                files.make_directory(target, entry.mode)
            elif existing.kind != "directory":
                raise CliError(f"cannot overwrite non-directory {target!r} with directory")
            files.chmod(target, entry.mode)
            return
        if existing is not None and existing.kind != "directory":
            files.remove(target)
        if entry.issym():
            files.symlink(entry.linkname, target)
            return
        source = tar.extractfile(entry)
        if source is not None:
            files.write_bytes(target, source.read(), entry.mode)
    except OSError as error:
        raise CliError(f"open {target}: {lowered(error)}") from None
