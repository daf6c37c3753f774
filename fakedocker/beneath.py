"""Files below a folder of the machine, reached from an open descriptor of it, one name after the other, and no link
followed.

So nothing outside of the folder is read or written, whatever is moved or put in the place of something meanwhile. Where
the system cannot open files relative to a directory (Windows), paths are looked at before they are used instead.
"""

from __future__ import annotations

import errno
import os
import stat
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from fakedocker.filesystem.errors import failure

RELATIVE = os.open in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
_DIRECTORY = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)


class Beneath:
    """A folder.

    Args:
        path: where it is, no link itself.

    Raises:
        OSError: there is none.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        if not os.path.isdir(path):
            raise failure(errno.ENOTDIR)
        self._root = -1
        if RELATIVE:
            self._go_on_with(os.open(path, _DIRECTORY))

    def _go_on_with(self, root: int) -> None:
        self._root = root
        self._closing = weakref.finalize(self, os.close, root)

    def renew(self) -> None:
        """Go on with what is at the path now, where that is another folder. OSError where there is none."""
        status = os.stat(self._path, follow_symlinks=False)
        if RELATIVE and not os.path.samestat(status, os.fstat(self._root)):
            root = os.open(self._path, _DIRECTORY)
            self._closing()
            self._go_on_with(root)

    @contextmanager
    def _directory(self, path: str) -> Iterator[int]:
        """A descriptor of a directory below; -1 where the system has no such thing."""
        names = [name for name in path.split("/") if name]
        if any(name in (".", "..") for name in names):
            raise failure(errno.EINVAL)
        if not RELATIVE:
            for count in range(1, len(names) + 1):
                if not stat.S_ISDIR(os.lstat(os.path.join(self._path, *names[:count])).st_mode):
                    raise failure(errno.ENOTDIR)
            yield -1
            return
        descriptor = os.dup(self._root)
        try:
            for name in names:
                below = os.open(name, _DIRECTORY, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def _place(self, path: str) -> Iterator[tuple[str, int | None]]:
        """What to call a file by: its name, and the directory that it is in."""
        directory, _, name = path.rpartition("/")
        with self._directory(directory) as descriptor:
            if not name or name in (".", ".."):
                raise failure(errno.EINVAL)
            yield (name, descriptor) if RELATIVE else (os.path.join(self._path, path), None)

    # reading

    def listing(self, path: str) -> list[tuple[str, os.stat_result, str]]:
        """What is in a directory, by name: each with what stat says, and where a link leads."""
        found = []
        with self._directory(path) as descriptor:
            for name in sorted(os.listdir(descriptor if RELATIVE else os.path.join(self._path, path))):
                place = name if RELATIVE else os.path.join(self._path, path, name)
                parent = descriptor if RELATIVE else None
                try:
                    status = os.stat(place, dir_fd=parent, follow_symlinks=False)
                    target = os.readlink(place, dir_fd=parent) if stat.S_ISLNK(status.st_mode) else ""
                except OSError:  # gone meanwhile
                    continue
                found.append((name, status, target))
        return found

    def open(self, path: str, flags: int, mode: int = 0o600) -> int:
        """A descriptor of a regular file. ELOOP for a link."""
        with self._place(path) as (name, parent):
            descriptor = os.open(name, flags | _BINARY | getattr(os, "O_NOFOLLOW", 0), mode, dir_fd=parent)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise failure(errno.EINVAL)
        return descriptor

    # writing

    def mkdir(self, path: str) -> None:
        """Make a directory, unless there is one."""
        with self._place(path) as (name, parent):
            try:
                os.mkdir(name, dir_fd=parent)
            except FileExistsError:
                if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
                    raise

    def chmod(self, path: str, mode: int) -> None:
        """Change the mode of a file or directory, never of what a link leads to."""
        with self._place(path) as (name, parent):
            if not RELATIVE:
                os.chmod(name, mode)
                return
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=parent)
            try:
                os.fchmod(descriptor, mode)
            finally:
                os.close(descriptor)

    def symlink(self, target: str, path: str) -> None:
        """Make a link."""
        with self._place(path) as (name, parent):
            os.symlink(target, name, dir_fd=parent)

    def unlink(self, path: str) -> None:
        """Remove a file or a link."""
        with self._place(path) as (name, parent):
            os.unlink(name, dir_fd=parent)

    def rmdir(self, path: str) -> None:
        """Remove an empty directory."""
        with self._place(path) as (name, parent):
            os.rmdir(name, dir_fd=parent)

    def remove_all(self, path: str) -> None:
        """Remove whatever is there, with all that is in it."""
        try:
            children = self.listing(path)
        except NotADirectoryError:
            self.unlink(path)
            return
        except FileNotFoundError:
            return
        except OSError as problem:
            if problem.errno != errno.ELOOP:
                raise
            self.unlink(path)
            return
        for name, _, _ in children:
            self.remove_all(f"{path}/{name}")
        self.rmdir(path)
