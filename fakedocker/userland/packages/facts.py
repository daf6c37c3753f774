"""Facts of package indexes: which packages Debian, PyPI and npm have, with versions, sizes, dependencies and programs.

Made by tools/make_package_facts.py from tables of names and numbers. A table has its names sorted, in blocks;
TABLE.json has for each block its first name, and the file, the place and the length of its bytes. A block is compressed
columns: "\\0" between columns, a line for each row. So looking a name up reads one file of about 100 kB, and nothing at
all is read before somebody asks.

Debian's table has the packages that most others depend on in a block of their own. Dependencies are the first
alternatives, with names that packages provide replaced by the package that apt would take. Sizes of archives have four
digits.
"""

from __future__ import annotations

import json
import lzma
import pkgutil
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, Generic, NamedTuple, TypeVar

from fakedocker.kernel.marks import FILE
from fakedocker.kernel.program import Unsimulated

RELEASES: Final = ("bullseye", "bookworm", "trixie")
"""Debian's releases in the tables, in this order."""
FILTERS: Final[list[dict[str, Any]]] = [
    {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}
]
_KEPT_BLOCKS: Final = 96
"""How many blocks of a table are kept unpacked."""

TAKEN_NS: Final = 1_782_864_000_000_000_000
"""From when on the facts are those of the day, in nanoseconds since 1970: the first of July 2026. Before, versions of 2024 that other tables
tell are nearer to the truth."""

Columns = list[list[str]]
R = TypeVar("R")


class DebianFacts(NamedTuple):
    """What is known of a package of a release."""

    version: str
    archive_bytes: int
    installed_kib: int
    depends: tuple[str, ...]
    programs: tuple[str, ...]
    """Names of programs that it puts on PATH."""


class DamagedFacts(Unsimulated):
    """A file of facts is missing or is not what it should be; the message names it, and the program that asked says so."""

    def __init__(self, how: str, name: str) -> None:
        super().__init__(f"what stands in the {how} file {name}", 1, FILE)


class Table(Generic[R]):
    """A table of facts by name.

    Args:
        name: of its files.
        decode: makes the rows of a block's columns.

    Raises:
        DamagedFacts: from every call, where a file cannot be read.
    """

    def __init__(self, name: str, decode: Callable[[Columns], dict[str, R]]) -> None:
        self._name = name
        self._decode = decode
        self._blocks: list[tuple[str, int, int, int]] | None = None
        self._firsts: list[str] = []
        self._unpacked: dict[int, dict[str, R]] = {}

    def get(self, name: str) -> R | None:
        """The row of a name. Reads at most one file."""
        blocks = self._index()
        place = bisect_right(self._firsts, name) - 1
        return self._block(place).get(name) if place >= 0 and blocks else None

    def names(self) -> Iterator[str]:
        """All names, sorted. Reads everything."""
        for place in range(len(self._index())):
            yield from self._block(place)

    def _index(self) -> list[tuple[str, int, int, int]]:
        if self._blocks is None:
            try:
                self._blocks = [tuple(row) for row in json.loads(_data(f"{self._name}.json"))]
                self._firsts = [row[0] for row in self._blocks]
            except (ValueError, TypeError, IndexError):
                raise DamagedFacts("damaged", f"{self._name}.json") from None
        return self._blocks

    def _block(self, place: int) -> dict[str, R]:
        known = self._unpacked.get(place)
        if known is None:
            first, file, at, length = self._index()[place]
            name = f"{self._name}-{file}.bin"
            try:
                data = lzma.decompress(_data(name)[at : at + length], format=lzma.FORMAT_RAW, filters=FILTERS)
                known = self._decode([column.split("\n") for column in data.decode().split("\0")])
            except (lzma.LZMAError, ValueError, LookupError):
                known = {}
            if first not in known:
                raise DamagedFacts("damaged", name)
            if len(self._unpacked) >= _KEPT_BLOCKS:
                del self._unpacked[next(iter(self._unpacked))]
            self._unpacked[place] = known
        return known


def _data(name: str) -> bytes:
    try:
        found = pkgutil.get_data(__package__, f"facts/{name}")
    except OSError:
        found = None
    if found is None:
        raise DamagedFacts("missing", name)
    return found


def count(now_ns: int) -> bool:
    """Whether the newest versions are those of the facts, by the world's clock."""
    return now_ns >= TAKEN_NS


# Debian

_Rows = tuple[DebianFacts | None, ...]


def _decode_debian(columns: Columns) -> dict[str, _Rows]:
    names, masks, *cells = columns
    rows = zip(*cells, strict=True)
    found: dict[str, _Rows] = {}
    for name, mask in zip(names, masks, strict=True):
        before = ("", "", "", "", "")
        made: list[DebianFacts | None] = []
        for has in mask:
            if has == "0":
                made.append(None)
                continue
            version, size, kib, depends, programs = next(rows)
            before = (
                version, size, kib, before[3] if depends == "=" else depends,
                before[4] if programs == "=" else programs,
            )  # fmt: skip
            needs = tuple(before[3].split(",")) if before[3] else ()
            made.append(DebianFacts(version, _number(size), int(kib or 0), needs, tuple(before[4].split())))
        found[name] = tuple(made)
    return found


def _number(text: str) -> int:
    digits, _, zeros = text.partition("e")
    return int(digits + "0" * int(zeros or 0) or 0)


def _decode_virtual(columns: Columns) -> dict[str, tuple[tuple[str, ...], ...]]:
    names, *offered = columns
    return {
        name: tuple(tuple(text.split(",")) if text else () for text in row)
        for name, *row in zip(names, *offered, strict=True)
    }


_COMMON: Final = Table("debian-common", _decode_debian)
_REST: Final = Table("debian", _decode_debian)
_VIRTUAL: Final = Table("debian-virtual", _decode_virtual)


def debian(release: str, name: str) -> DebianFacts | None:
    """A package of one of the `RELEASES`; None where that has none of the name."""
    rows = _COMMON.get(name) or _REST.get(name)
    return None if rows is None else rows[RELEASES.index(release)]


def debian_providers(release: str, name: str) -> tuple[str, ...]:
    """The packages that provide a name which none has."""
    rows = _VIRTUAL.get(name)
    return () if rows is None else rows[RELEASES.index(release)]


@cache
def debian_names(release: str) -> tuple[str, ...]:
    """The names of all packages of a release, sorted. Reads everything: half a second."""
    place = RELEASES.index(release)
    found = []
    for table in (_COMMON, _REST):
        found += [name for name in table.names() if (rows := table.get(name)) is not None and rows[place] is not None]
    return tuple(sorted(found))


# registries of which names and newest versions are known


def _decode_versions(columns: Columns) -> dict[str, str]:
    names, versions = columns
    return dict(zip(names, versions, strict=True))


_PYPI: Final = Table("pypi", _decode_versions)
_NPM: Final = Table("npm", _decode_versions)


def pypi(name: str) -> str:
    """The newest version of a project of PyPI, by its normalized name; "" where it is not known, which is not to say
    that there is none."""
    return _PYPI.get(name) or ""


def npm(name: str) -> str:
    """The newest version of a package of npm; "" where it is not known, which is not to say that there is none."""
    return _NPM.get(name) or ""
