"""Writing a package's files, and taking them away. Must not know dependencies, databases or messages."""

from __future__ import annotations

import errno
import posixpath
import re
from collections.abc import Iterable

from fakedocker.filesystem.program_files import program_head
from fakedocker.kernel.program import WRITE, System
from fakedocker.userland.packages.index import UNSIMULATED, Package

_LEAST_PROGRAM_BYTES = 14_000
_UPSTREAM = re.compile(r"\d+(\.\d+)*")
_OF_MYSQL = frozenset({"mariadb", "mariadb-dump", "mariadbd", "mysql", "mysqladmin", "mysqld", "mysqldump"})
_VARIABLES = {
    "curl": "CURL_VERSION", "memcached": "MEMCACHED_VERSION", "nginx": "NGINX_VERSION", "node": "NODE_VERSION",
    "pg_dump": "PG_VERSION", "pg_isready": "PG_VERSION", "php": "PHP_VERSION", "postgres": "PG_VERSION",
    "psql": "PG_VERSION", "python3": "PYTHON_VERSION", "redis-cli": "REDIS_VERSION", "redis-server": "REDIS_VERSION",
}  # fmt: skip
"""Programs that can be of several versions -> the variable that they know theirs by (see userland/versions.py)."""


def unpack(system: System, package: Package) -> tuple[str, ...]:
    """Write a package's files.

    Returns:
        their paths, sorted.

    Raises:
        OSError: EROFS, ENOSPC, ...
    """
    rest = package.size_bytes - sum(len(text.encode()) for _, text in package.files)
    count = len(package.programs)
    # Programs take what is there when no other file does, else a part of it.
    share = max((rest if not package.data else rest // 3) // count, _LEAST_PROGRAM_BYTES) if count else 0
    for path, family, name in package.programs:
        if family != UNSIMULATED or not _is_simulated(system, path):
            write_program(system, path, family, name, share, _version(package, name))
    for path, target in package.links:
        make_directories(system, posixpath.dirname(path))
        remove_quietly(system, path)
        system.symlink(target, path)
    for path, text in package.files:
        write_text(system, path, text)
    if package.data:
        write_filler(system, package.data, max(rest - share * count, 0))
    return paths(package)


def _is_simulated(system: System, path: str) -> bool:
    """Whether there is a program already, of which more is known than its name."""
    try:
        return system.identify(path).family != UNSIMULATED
    except OSError:
        return False


def paths(package: Package) -> tuple[str, ...]:
    """The paths of a package's files, sorted."""
    found = [path for path, *_ in (*package.programs, *package.links, *package.files)]
    return tuple(sorted([*found, package.data] if package.data else found))


def _version(package: Package, name: str) -> str:
    """What a program tells of its version, as VARIABLE=VERSION: that of the package that brings it; "" for most."""
    variable = _VARIABLES.get(name, "")
    if name in _OF_MYSQL:
        variable = "MYSQL_VERSION" if package.name.startswith("mysql") else "MARIADB_VERSION"
    whole = package.version.rpartition(":")[2]
    upstream = _UPSTREAM.match(whole)
    if not variable or upstream is None:
        return ""
    return f"{variable}={whole if variable == 'PG_VERSION' else upstream[0]}"


def write_program(system: System, path: str, family: str, name: str, size_bytes: int, version: str = "") -> None:
    """A file that is a simulated program, in place of whatever has its path.

    Args:
        version: what it tells of itself, as VARIABLE=VERSION.
    """
    make_directories(system, posixpath.dirname(path))
    remove_quietly(system, path)
    system.write_file(path, program_head(family, name, version))
    _grow(system, path, size_bytes)
    system.change_mode(path, 0o755)


def write_text(system: System, path: str, text: str) -> None:
    """A text file; executable where it begins with #!."""
    make_directories(system, posixpath.dirname(path))
    system.write_file(path, text.encode())
    if text.startswith("#!"):
        system.change_mode(path, 0o755)


def write_filler(system: System, path: str, size_bytes: int) -> None:
    """A file of a size whose content does not matter; it takes no memory."""
    make_directories(system, posixpath.dirname(path))
    system.write_file(path, b"")
    _grow(system, path, size_bytes)


def _grow(system: System, path: str, size_bytes: int) -> None:
    descriptor = system.open(path, WRITE)
    try:
        if size_bytes > system.fstat(descriptor).size_bytes:
            system.truncate(descriptor, size_bytes)
    finally:
        system.close(descriptor)


def make_directories(system: System, path: str) -> None:
    """mkdir -p."""
    if path in ("", "/"):
        return
    try:
        system.stat(path)
    except FileNotFoundError:
        make_directories(system, posixpath.dirname(path))
        system.make_directory(path, 0o755)


def remove_quietly(system: System, path: str) -> None:
    """Remove a file where there is one."""
    try:
        system.remove_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return


def remove_files(system: System, names: Iterable[str]) -> None:
    """Remove files, and the directories that become empty by it. Those that are gone already do not matter."""
    for path in sorted(names, reverse=True):
        remove_quietly(system, path)
        _remove_empty(system, posixpath.dirname(path))


def _remove_empty(system: System, path: str) -> None:
    while path.count("/") > 2:
        try:
            system.remove_directory(path)
        except OSError as problem:
            if problem.errno in (errno.ENOTEMPTY, errno.ENOENT, errno.ENOTDIR, errno.EBUSY):
                return
            raise
        path = posixpath.dirname(path)


def remove_tree(system: System, path: str) -> None:
    """rm -rf."""
    try:
        found = system.stat(path, follow=False)
    except FileNotFoundError:
        return
    if found.kind != "dir":
        system.remove_file(path)
        return
    for name in system.list_directory(path):
        remove_tree(system, posixpath.join(path, name))
    system.remove_directory(path)


def read_text_or(system: System, path: str, default: str = "") -> str:
    """The text of a file, or a default where it cannot be read."""
    try:
        return system.read_file(path).decode("utf-8", "surrogateescape")
    except OSError:
        return default
