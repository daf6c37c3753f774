"""Make the facts of package indexes that come with fakedocker: names, versions, sizes, dependencies, programs.

    make_package_facts.py FOLDER

FOLDER has tab-separated, xz-compressed tables whose first line names the columns: debian-RELEASE.tsv.xz (name, version, bytes,
installed_kib, depends, provides, programs), pypi.tsv.xz and npm.tsv.xz (rank, name, version). Written are the files of
fakedocker/userland/packages/facts, whose form `facts.py` beside that folder describes. The same tables give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from fakedocker.userland.packages.facts import FILTERS, RELEASES

TARGET: Final = Path(__file__).parent.parent / "fakedocker" / "userland" / "packages" / "facts"
COMMON_NAMES: Final = 2048
"""How many packages stand in the one block that nearly every question needs: those that most others depend on."""
BLOCK_NAMES: Final = 512
SMALL_BLOCK_NAMES: Final = 2048
FILE_BYTES: Final = 100_000
"""A file is closed when it has as much: looking one name up reads one of them."""
DIGITS_OF_BYTES: Final = 4
"""How exact the sizes of archives are kept: as exact as apt shows them."""
CHOSEN: Final = {"awk": "mawk", "mail-transport-agent": "exim4-daemon-light", "default-mta": "exim4-daemon-light"}
"""What apt takes for a name that several packages provide."""
_FOR_BUILDING = re.compile(r"librust-|libghc-.*-[0-9a-f]{5}$")
"""Names that only packages of libraries provide for one another, of which nobody asks for one."""


class Row(NamedTuple):
    """A package of one release."""

    version: str
    archive_bytes: str
    installed_kib: str
    depends: tuple[str, ...]
    provides: tuple[str, ...]
    programs: str


def table(path: Path) -> list[list[str]]:
    """The rows of a table without its head."""
    lines = lzma.decompress(path.read_bytes()).decode().splitlines()
    width = lines[0].count("\t") + 1
    return [line.split("\t") + [""] * (width - line.count("\t") - 1) for line in lines[1:]]


def release(path: Path) -> dict[str, Row]:
    """The packages of a release of Debian."""
    return {
        name: Row(version, size, kib, _words(depends), _words(provides), programs)
        for name, version, size, kib, depends, provides, programs in table(path)
    }


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def with_programs(rows: dict[str, Row], other: dict[str, Row]) -> dict[str, Row]:
    """A release whose programs are not known, with those of another one's packages of the same name, or of another version's."""
    if any(row.programs for row in rows.values()):
        return rows
    by_shape = {_shape(name): name for name in sorted(other) if other[name].programs}
    found = {}
    for name, row in rows.items():
        like = name if name in other else by_shape.get(_shape(name), "")
        programs = other[like].programs if like else ""
        for before, after in zip(_numbers(like), _numbers(name), strict=False) if like else ():
            programs = re.sub(rf"(?<![\d.]){re.escape(before)}(?![\d])", after, programs)
        found[name] = row._replace(programs=programs)
    return found


def _shape(name: str) -> str:
    return re.sub(r"\d+(\.\d+)*", "#", name)


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+(?:\.\d+)*", name)


def providers(rows: dict[str, Row]) -> dict[str, list[str]]:
    """Names that no package has and some provide -> those packages, sorted."""
    found: dict[str, list[str]] = {}
    for name in sorted(rows):
        for provided in rows[name].provides:
            if provided not in rows:
                found.setdefault(provided, []).append(name)
    return found


def resolved(rows: dict[str, Row], virtual: dict[str, list[str]]) -> dict[str, Row]:
    """The release with dependencies on packages only: a name that others provide is the one that apt would take."""
    wanted = Counter(name for row in rows.values() for name in row.depends)

    def real(name: str) -> str:
        if name in rows:
            return name
        offered = virtual.get(name, [])
        if CHOSEN.get(name) in offered:
            return CHOSEN[name]
        return min(offered, key=lambda other: (-wanted[other], len(other), other), default="")

    return {
        name: row._replace(depends=tuple(dict.fromkeys(found for part in row.depends if (found := real(part)))))
        for name, row in rows.items()
    }


def rounded(number: str) -> str:
    """A number with so many digits as are shown: 1234567 is 1235e3."""
    left_out = len(number) - DIGITS_OF_BYTES
    if left_out <= 0:
        return number
    return f"{(int(number) + 5 * 10 ** (left_out - 1)) // 10**left_out}e{left_out}"


def columns_of_debian(names: Sequence[str], releases: Sequence[dict[str, Row]]) -> list[list[str]]:
    """A block's columns: name, which releases have it, and for each of them the row, "=" for what the one before has."""
    columns: list[list[str]] = [[] for _ in range(7)]
    for name in names:
        columns[0].append(name)
        columns[1].append("".join("1" if name in rows else "0" for rows in releases))
        before: tuple[str, ...] = ()
        for row in (rows[name] for rows in releases if name in rows):
            cells = (row.version, rounded(row.archive_bytes), row.installed_kib, ",".join(row.depends), row.programs)
            for place, cell in enumerate(cells):
                same = before and place >= 3 and cell and cell == before[place]
                columns[2 + place].append("=" if same else cell)
            before = cells
    return columns


class Writer:
    """Writes the blocks of one table into files, and what is where."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.blocks: list[tuple[str, int, int, int]] = []
        self.files: list[bytearray] = [bytearray()]

    def add(self, columns: list[list[str]]) -> None:
        """Add a block, whose first column has its names, sorted."""
        data = "\0".join("\n".join(column) for column in columns).encode()
        packed = lzma.compress(data, format=lzma.FORMAT_RAW, filters=FILTERS)
        if len(self.files[-1]) >= FILE_BYTES:
            self.files.append(bytearray())
        self.blocks.append((columns[0][0], len(self.files) - 1, len(self.files[-1]), len(packed)))
        self.files[-1] += packed

    def save(self) -> int:
        """Write the files; gives their bytes."""
        head = json.dumps(self.blocks, separators=(",", ":")).encode()
        (TARGET / f"{self.name}.json").write_bytes(head)
        for number, data in enumerate(self.files):
            (TARGET / f"{self.name}-{number}.bin").write_bytes(data)
        return len(head) + sum(map(len, self.files))


def in_blocks(name: str, names: Sequence[str], size: int, columns: Callable[[Sequence[str]], list[list[str]]]) -> int:
    """Write a table; gives its bytes."""
    writer = Writer(name)
    for at in range(0, len(names), size):
        writer.add(columns(names[at : at + size]))
    return writer.save()


def debian(folder: Path) -> int:
    """Write Debian's tables; gives their bytes."""
    read = {name: release(folder / f"debian-{name}.tsv.xz") for name in RELEASES}
    read["trixie"] = with_programs(read["trixie"], read["bookworm"])
    provided = [providers(read[name]) for name in RELEASES]
    rows = [resolved(read[name], virtual) for name, virtual in zip(RELEASES, provided, strict=True)]
    names = sorted({name for found in rows for name in found})
    wanted = Counter(name for found in rows for row in found.values() for name in row.depends)
    common = sorted(sorted(names, key=lambda name: (-wanted[name], name))[:COMMON_NAMES])
    rest = sorted(set(names) - set(common))
    total = in_blocks("debian-common", common, COMMON_NAMES, lambda part: columns_of_debian(part, rows))
    total += in_blocks("debian", rest, BLOCK_NAMES, lambda part: columns_of_debian(part, rows))
    virtual = sorted({name for found in provided for name in found if not _FOR_BUILDING.match(name)})

    def offered(part: Sequence[str]) -> list[list[str]]:
        return [list(part), *([",".join(found.get(name, ())) for name in part] for found in provided)]

    return total + in_blocks("debian-virtual", virtual, SMALL_BLOCK_NAMES, offered)


def registry(name: str, path: Path) -> int:
    """Write the table of a registry of which names and newest versions are known; gives its bytes."""
    versions = {package: version for _, package, version in table(path)}
    return in_blocks(
        name, sorted(versions), SMALL_BLOCK_NAMES, lambda part: [list(part), [versions[each] for each in part]]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    TARGET.mkdir(exist_ok=True)
    for path in TARGET.iterdir():
        path.unlink()
    sizes = {
        "debian": debian(folder),
        "pypi": registry("pypi", folder / "pypi.tsv.xz"),
        "npm": registry("npm", folder / "npm.tsv.xz"),
    }
    for name, size in sizes.items():
        sys.stdout.write(f"{name}: {size} bytes\n")
    sys.stdout.write(f"together {sum(sizes.values())} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
