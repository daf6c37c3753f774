"""The index of packages: what there is to install, of which version, how large, with what in it.

Read from the TOML files beside this module, one for each kind of manager, when first asked for. For distributions a
line of a `[packages]` table is a package:

    version   the version; `versions = { noble = "..." }` has those of other releases
    only      the one release that has it
    size      what it takes up, in kB; `download` what its archive takes, a third of it unless said
    needs     names it depends on, in the order they are installed; `recommends` and `suggests` likewise
    programs  PATH[=FAMILY/NAME] of the simulated programs in it: gnu/(the file's name) unless said
    links     PATH=TARGET
    files     PATH -> text
    data      PATH of the file that makes up the rest of the size
    about     the description in a line

This module must not know how packages are installed, or what managers say.
"""

from __future__ import annotations

import pkgutil
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from fakedocker.base.json_types import Json

KILO = 1000
UNSIMULATED = "package"
"""The family of programs of which nothing is known but the package's name for them."""


class Package(NamedTuple):
    """A package of a distribution."""

    name: str
    version: str
    size_bytes: int
    download_bytes: int
    needs: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    suggests: tuple[str, ...] = ()
    programs: tuple[tuple[str, str, str], ...] = ()
    """(path, family, name)"""
    links: tuple[tuple[str, str], ...] = ()
    """(path, target)"""
    files: tuple[tuple[str, str], ...] = ()
    """(path, text)"""
    data: str = ""
    about: str = ""
    details: Mapping[str, Json] = {}
    """What only one manager knows of: scripts, section, ..."""


class Index(NamedTuple):
    """The packages of one release of a distribution.

    Args:
        base: names of the packages that every image of it has.
    """

    packages: Mapping[str, Package]
    base: tuple[str, ...]


@cache
def table(name: str) -> Mapping[str, Json]:
    """One of the files, as it stands: "alpine", "debian", "python" or "javascript"."""
    data = pkgutil.get_data(__package__, f"{name}.toml")
    assert data is not None, "the package's loader gives no data"
    return tomllib.loads(data.decode())


@cache
def distribution(name: str, release: str = "") -> Index:
    """The packages of a release.

    Args:
        release: whose versions and names are wanted, where the file has several.
    """
    document = table(name)
    renamed: Mapping[str, str] = document.get("renamed", {}).get(release, {})
    packages = {}
    for key, row in {**document["base"], **document["packages"]}.items():
        if row.get("only", release) != release:
            continue
        own_name = renamed.get(key, key)
        packages[own_name] = _package(own_name, _with_paths(row, document, release), release, renamed)
    return Index(packages, tuple(renamed.get(key, key) for key in document["base"]))


_COLUMNS = frozenset(
    "version versions only size download needs recommends suggests programs links files data about".split()
)


def _package(name: str, row: Mapping[str, Json], release: str, renamed: Mapping[str, str]) -> Package:
    def names(column: str) -> tuple[str, ...]:
        return tuple(renamed.get(word, word) for word in row.get(column, "").split())

    size = int(row["size"] * KILO)
    return Package(
        name=name,
        version=row.get("versions", {}).get(release, row["version"]),
        size_bytes=size,
        download_bytes=int(row["download"] * KILO) if "download" in row else max(size // 3, 1200),
        needs=names("needs"),
        recommends=names("recommends"),
        suggests=names("suggests"),
        programs=tuple(_program(word) for word in row.get("programs", "").split()),
        links=tuple(_pair(word) for word in row.get("links", "").split()),
        files=tuple(row.get("files", {}).items()),
        data=row.get("data", ""),
        about=row.get("about", ""),
        details={key: value for key, value in row.items() if key not in _COLUMNS},
    )


def _with_paths(row: Mapping[str, Json], document: Mapping[str, Json], release: str) -> Mapping[str, Json]:
    """The row with the paths that a release has."""
    changed = dict(row)
    for before, after in document.get("paths", {}).get(release, {}).items():
        for column in ("programs", "links", "data"):
            if before in changed.get(column, ""):
                changed[column] = changed[column].replace(before, after)
        changed["files"] = {path.replace(before, after): text for path, text in changed.get("files", {}).items()}
    return changed


def _program(word: str) -> tuple[str, str, str]:
    path, identity = _pair(word)
    family, _, name = (identity or "gnu/").partition("/")
    return path, family, name or path.rpartition("/")[2]


def _pair(word: str) -> tuple[str, str]:
    left, _, right = word.partition("=")
    return left, right
