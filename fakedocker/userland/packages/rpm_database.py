"""Packages of Enterprise Linux: which are known (redhat.toml), which a container has installed, and which system it is.

What an image of such a system has from the start is not known: the list of installed packages begins empty. A file beside RPM's own database keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.packages import index
from fakedocker.userland.packages.index import Package
from fakedocker.userland.packages.unpack import make_directories, read_text_or

FOLDER: Final = "/var/lib/rpm"
INSTALLED: Final = f"{FOLDER}/.installed"
KNOWN_PLATFORM: Final = "platform:el9"
_LEAST_BYTES: Final = 20_000


class RpmPackage(NamedTuple):
    """A package as RPM names it.

    Args:
        version: EPOCH:VERSION-RELEASE, the epoch left out where it is 0.
        size_bytes: of its archive.
    """

    name: str
    version: str
    architecture: str
    repository: str
    size_bytes: int
    programs: tuple[tuple[str, str, str], ...]

    @property
    def label(self) -> str:
        """NAME-EPOCH:VERSION-RELEASE.ARCH, as dnf says it."""
        return f"{self.name}-{self.version}.{self.architecture}"

    @property
    def plain_label(self) -> str:
        """The same without the epoch, as rpm says it and files are called."""
        return f"{self.name}-{self.version.rpartition(':')[2]}.{self.architecture}"

    @property
    def contents(self) -> Package:
        """What is unpacked of it: programs, and a file for the rest."""
        size = max(3 * self.size_bytes, _LEAST_BYTES)
        data = f"/usr/share/doc/{self.name}/README"
        return Package(self.name, self.version, size, self.size_bytes, programs=self.programs, data=data)


@cache
def known() -> dict[str, RpmPackage]:
    """The packages of the index, by name."""
    document = index.table("redhat")
    brought: dict[str, str] = document["programs"]
    found = {}
    for name, row in document["packages"].items():
        version, architecture, repository, size = row.split()
        programs = tuple(_program(word) for word in brought.get(name, "").split())
        found[name] = RpmPackage(name, version, architecture, repository, int(size), programs)
    return found


def _program(word: str) -> tuple[str, str, str]:
    path, _, identity = word.partition("=")
    family, _, name = (identity or "gnu/").partition("/")
    where = path if path.startswith("/") else f"/usr/bin/{path}"
    return where, family, name or where.rpartition("/")[2]


def read_installed(system: System) -> dict[str, tuple[str, str]]:
    """Version and architecture of the packages that have been installed since the image was made, by name."""
    rows = (line.split() for line in read_text_or(system, INSTALLED).splitlines())
    return {row[0]: (row[1], row[2]) for row in rows if len(row) == 3}


def write_installed(system: System, installed: dict[str, tuple[str, str]]) -> None:
    make_directories(system, FOLDER)
    rows: Iterable[str] = (
        f"{name} {version} {architecture}\n" for name, (version, architecture) in sorted(installed.items())
    )
    system.write_file(INSTALLED, "".join(rows).encode())


def os_release(system: System) -> dict[str, str]:
    """The fields of /etc/os-release."""
    lines = (line.partition("=") for line in read_text_or(system, "/etc/os-release").splitlines())
    return {key: value.strip("\"'") for key, _, value in lines}
