"""The files that the docker command line reads and writes: those of the simulated host, by system calls."""

from __future__ import annotations

import errno
from collections.abc import Callable

from fakedocker.kernel.program import APPEND, CREATE, TRUNCATE, WRITE, System
from fakedocker_shell.cli.context import FileStatus

LARGEST_FILE_BYTES = 2 << 30
"""What docker load and import may read at once; the real client streams."""
_KINDS = {"dir": "directory", "file": "file", "link": "link"}


class HostFiles:
    """The files of the simulated host, as the process sees them.

    Args:
        system: the way into the kernel, which is another one each time the process runs.
    """

    def __init__(self, system: Callable[[], System]) -> None:
        self._now = system

    @property
    def _system(self) -> System:
        return self._now()

    def read_bytes(self, path: str) -> bytes:
        if self._system.stat(path).size_bytes > LARGEST_FILE_BYTES:
            raise OSError(errno.EFBIG, "File too large")
        return self._system.read_file(path, LARGEST_FILE_BYTES)

    def write_bytes(self, path: str, data: bytes, mode: int = 0o644) -> None:
        fd = self._system.open(path, WRITE | CREATE | TRUNCATE, mode)
        try:
            self._system.put(data, fd)
        finally:
            self._system.close(fd)

    def append_bytes(self, path: str, data: bytes) -> None:
        fd = self._system.open(path, WRITE | CREATE | APPEND, 0o644)
        try:
            self._system.put(data, fd)
        finally:
            self._system.close(fd)

    def stat(self, path: str) -> FileStatus:
        return self._status(path, follow=True)

    def lstat(self, path: str) -> FileStatus:
        return self._status(path, follow=False)

    def _status(self, path: str, follow: bool) -> FileStatus:
        found = self._system.stat(path, follow)
        target = self._system.read_link(path) if found.kind == "link" else ""
        kind = _KINDS.get(found.kind, "other")
        return FileStatus(kind, found.mode, found.size_bytes, found.mtime_ns, found.uid, found.gid, target)

    def list_directory(self, path: str) -> list[str]:
        return self._system.list_directory(path)

    def make_directory(self, path: str, mode: int = 0o777) -> None:
        self._system.make_directory(path, mode)

    def symlink(self, target: str, path: str) -> None:
        self._system.symlink(target, path)

    def chmod(self, path: str, mode: int) -> None:
        self._system.change_mode(path, mode)

    def remove(self, path: str) -> None:
        self._system.remove_file(path)

    def rename(self, old: str, new: str) -> None:
        self._system.rename(old, new)
