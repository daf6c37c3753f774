"""What apk knows of a root: /lib/apk/db/installed and /etc/apk/world, as values. Format: apk-tools' installed database.

Images name their most important packages only; the rest of what every Alpine has is known from the index. It must not
know commands or messages.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.packages import index
from fakedocker.userland.packages.index import Package
from fakedocker.userland.packages.unpack import make_directories, read_text_or

INSTALLED: Final = "/lib/apk/db/installed"
WORLD: Final = "/etc/apk/world"
_BASE_MARK: Final = "alpine-baselayout"


class Entry(NamedTuple):
    """An installed package: its lines as (letter, value), files included."""

    lines: tuple[tuple[str, str], ...]

    def first(self, letter: str) -> str:
        return next((value for key, value in self.lines if key == letter), "")

    @property
    def name(self) -> str:
        return self.first("P")

    @property
    def version(self) -> str:
        return self.first("V")

    @property
    def needs(self) -> tuple[str, ...]:
        return tuple(self.first("D").split())

    @property
    def size_bytes(self) -> int:
        text = self.first("I")
        return int(text) if is_digits(text) else 0

    @property
    def files(self) -> tuple[str, ...]:
        """Absolute paths."""
        found, directory = [], ""
        for letter, value in self.lines:
            if letter == "F":
                directory = "/" + value
            elif letter == "R":
                found.append(posixpath.join(directory, value))
        return tuple(found)


Database = dict[str, Entry]


def read_installed(system: System) -> Database:
    """The installed packages by name, in the order of the file, then what the base system has besides.

    Raises:
        OSError: the file cannot be read.
    """
    found: Database = {}
    for block in system.read_file(INSTALLED).decode("utf-8", "surrogateescape").split("\n\n"):
        lines = tuple((line[0], line[2:]) for line in block.splitlines() if line[1:2] == ":")
        entry = Entry(lines)
        if entry.name:
            found[entry.name] = entry
    if _BASE_MARK in found:
        _complete(found)
    return found


def _complete(found: Database) -> None:
    """Add to the base system what an image's file leaves out: packages, sizes, dependencies."""
    known = index.distribution("alpine")
    for name in known.base:
        package = known.packages[name]
        if name not in found:
            found[name] = entry_of(package, ())
        elif not found[name].size_bytes:
            lines = (*found[name].lines, ("I", str(package.size_bytes)), ("D", " ".join(package.needs)))
            found[name] = Entry(lines)


def entry_of(package: Package, files: Iterable[str]) -> Entry:
    """The entry of a package with its files."""
    lines = [
        ("P", package.name),
        ("V", package.version),
        ("A", "x86_64"),
        ("S", str(package.download_bytes)),
        ("I", str(package.size_bytes)),
        ("T", package.about),
        ("D", " ".join(package.needs)),
    ]
    if provides := package.details.get("provides"):
        lines.append(("p", provides))
    directories: dict[str, list[str]] = {}
    for path in sorted(files):
        directories.setdefault(posixpath.dirname(path).lstrip("/"), []).append(posixpath.basename(path))
    for directory, names in directories.items():
        lines.append(("F", directory))
        lines += [("R", name) for name in names]
    return Entry(tuple((letter, value) for letter, value in lines if value))


def write_installed(system: System, entries: Mapping[str, Entry]) -> None:
    """Write the installed packages."""
    blocks = ["".join(f"{letter}:{value}\n" for letter, value in entry.lines) for entry in entries.values()]
    make_directories(system, posixpath.dirname(INSTALLED))
    system.write_file(INSTALLED, "\n".join([*blocks, ""]).encode("utf-8", "surrogateescape"))


def read_world(system: System) -> tuple[str, ...]:
    """The packages somebody asked for, with constraints such as "curl>8" or "curl=8.9.1-r1"."""
    return tuple(read_text_or(system, WORLD).split())


def write_world(system: System, names: Iterable[str]) -> None:
    """Write what somebody asked for, sorted."""
    make_directories(system, posixpath.dirname(WORLD))
    system.write_file(WORLD, "".join(f"{name}\n" for name in sorted(set(names))).encode())
