"""What the durability floor does to the machine's files, in one place, so that tests can let each step fail.

A new file is written beside the place that it gets, and appears there whole.
"""

from __future__ import annotations

import os
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)


class AppendFile:
    """A file that grows at its end.

    Args:
        path: where it is.
        descriptor: of the open file, which is this object's from now on.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self.size_bytes = os.fstat(descriptor).st_size

    def append(self, data: bytes) -> None:
        """Add bytes. Where that fails, the file may have the beginning of them at its end, see `cut_back`."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self.size_bytes += len(data)

    def cut_back(self) -> None:
        """Take away what an `append` that failed has left."""
        os.ftruncate(self._descriptor, self.size_bytes)

    def sync(self) -> None:
        """Let what was written survive a loss of power."""
        os.fsync(self._descriptor)

    @property
    def is_there(self) -> bool:
        """Whether it still has a name: what is written to a file without one is lost."""
        return os.fstat(self._descriptor).st_nlink > 0

    def close(self) -> None:
        """Let go of it; more than once does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class Disk:
    """The machine's file system."""

    def create(self, path: Path) -> AppendFile:
        """A new file; what was there is gone."""
        return self._open(path, os.O_CREAT | os.O_TRUNC)

    def open(self, path: Path) -> AppendFile:
        """A file that is there, to be added to."""
        return self._open(path, 0)

    def _open(self, path: Path, flags: int) -> AppendFile:
        return AppendFile(path, os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY | flags, 0o600))

    def rename(self, path: Path, target: Path) -> None:
        """Give a file another name, which is from then on this file's."""
        os.replace(path, target)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink()

    def sync_directory(self, path: Path) -> None:
        """Let what was made, renamed and removed in a directory survive a loss of power, where the system can say so."""
        if os.name != "posix":
            return
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
