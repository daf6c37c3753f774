"""The real machine's files, for the docker command line."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from fakedocker_shell.cli.context import FileStatus

_KINDS = ((stat.S_ISREG, "file"), (stat.S_ISDIR, "directory"), (stat.S_ISLNK, "link"))


class RealFiles:
    """See the protocol `cli.context.Files`."""

    def read_bytes(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def write_bytes(self, path: str, data: bytes, mode: int = 0o644) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)

    def append_bytes(self, path: str, data: bytes) -> None:
        with open(path, "ab") as file:
            file.write(data)

    def stat(self, path: str) -> FileStatus:
        return _status(path, os.stat(path))

    def lstat(self, path: str) -> FileStatus:
        return _status(path, os.lstat(path))

    def list_directory(self, path: str) -> list[str]:
        return sorted(os.listdir(path))

    def make_directory(self, path: str, mode: int = 0o777) -> None:
        os.mkdir(path, mode)

    def symlink(self, target: str, path: str) -> None:
        os.symlink(target, path)

    def chmod(self, path: str, mode: int) -> None:
        os.chmod(path, mode)

    def remove(self, path: str) -> None:
        os.unlink(path)

    def rename(self, old: str, new: str) -> None:
        os.replace(old, new)


def _status(path: str, found: os.stat_result) -> FileStatus:
    kind = next((name for test, name in _KINDS if test(found.st_mode)), "other")
    target = os.readlink(path) if kind == "link" else ""
    mode = stat.S_IMODE(found.st_mode)
    return FileStatus(kind, mode, found.st_size, found.st_mtime_ns, found.st_uid, found.st_gid, target)
