"""Which packages the words of apt's command lines mean: names, names that others provide, versions, and what is said of
those that there are not.

A name that a whole index lacks does not exist; one that may exist elsewhere is not simulated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from fakedocker.base.regex import PatternProblem, compile_pattern
from fakedocker.kernel.program import System
from fakedocker.userland.packages import apt_sources, debian_index, dpkg_database
from fakedocker.userland.packages.dpkg_database import Database
from fakedocker.userland.packages.index import Index, Package
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import stat_or_none

LOOKING_UP_UNITS: Final = 3_000
"""What it costs to find a name, in microseconds: a block of facts may have to be unpacked."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9+.-]+")
_GLOB: Final = re.compile(r"[*?\[]")
_REGULAR: Final = re.compile(r"[.?+*|\[^$]")


class Problem(Exception):
    """What is said after "E: " before it ends with 100."""


class Wanted(NamedTuple):
    """What the words mean.

    Args:
        names: of packages.
        notes: what is said of those that are there already.
        problems: what is wrong.
        lacking: what may exist, and is not simulated; the rest is done nevertheless.
    """

    names: list[str]
    notes: str
    problems: str
    lacking: list[str]


def wanted(system: System, words: Iterable[str], known: Index, installed: Database) -> Wanted:
    """What the words of a command line mean. Raises Problem."""
    available: Mapping[str, Package] = known.packages if apt_sources.is_updated(system) else {}
    lacking: list[str] = []
    names, notes, problems = [], "", ""
    for word in words:
        if "/" in word and word.endswith(".deb"):
            lacking.append(_archive(system, word))
            continue
        name, _, version = word.partition("=")
        if found := _by_pattern(name, installed, available):
            kind, chosen_names = found
            names += chosen_names
            notes += "".join(f"Note, selecting '{each}' for {kind} '{name}'\n" for each in chosen_names)
            continue
        name = name.partition("/")[0].removesuffix(":amd64")
        if name in installed:
            notes += f"{name} is already the newest version ({installed[name].get('Version', '')}).\n"
        elif name not in available:
            if _may_be_elsewhere(system, name, available):
                lacking.append(f"the package {name}")
                continue
            chosen, said = _provider(system, name, available)
            if not chosen:
                problems += said
                continue
            name, notes = chosen, notes + said
        elif version and not matches(version, available[name].version):
            if "kib" in available[name].details:  # another one may have been there at another time
                lacking.append(f"the version {word} (known is {available[name].version})")
            else:
                problems += f"E: Version '{version}' for '{name}' was not found\n"
            continue
        names.append(name)
    return Wanted(names, notes, problems, lacking)


def _by_pattern(name: str, installed: Database, available: Mapping[str, Package]) -> tuple[str, list[str]] | None:
    """The packages that a glob or a regular expression means, and which of both it is; None where it is neither or means none.

    As apt tries them, where no package has the name (apt-pkg/cacheset.cc, CacheSetHelper::PackageFrom). Time grows with the index.
    """
    if name in installed or name in available or not _REGULAR.search(name):
        return None
    if _GLOB.search(name) and (found := sorted(each for each in available if matches(name, each))):
        return "glob", found
    try:
        pattern = compile_pattern(name)
    except PatternProblem:
        return None
    found = sorted(each for each in available if pattern.search(each))
    return ("regex", found) if found else None


def _may_be_elsewhere(system: System, name: str, available: Mapping[str, Package]) -> bool:
    """Whether an archive whose packages are not all known may have a name."""
    release = dpkg_database.codename(system)
    if not available or (debian_index.is_whole(release) and apt_sources.are_known(system)):
        return False
    return not debian_index.providers(release, name) and _NAME.fullmatch(name) is not None


def _provider(system: System, name: str, available: Mapping[str, Package]) -> tuple[str, str]:
    """(the one package that provides a name which none has, what is said of it); "" and the problem where there is not one."""
    release = dpkg_database.codename(system)
    offered = [other for other in debian_index.providers(release, name) if other in available]
    if len(offered) == 1:
        return offered[0], f"Note, selecting '{offered[0]}' instead of '{name}'\n"
    if offered:
        listed = "".join(f"  {other} {available[other].version}\n" for other in offered)
        return "", (
            f"Package {name} is a virtual package provided by:\n{listed}\n"
            f"E: Package '{name}' has no installation candidate\n"
        )
    more = (
        f"E: Couldn't find any package by glob '{name}'\nE: Couldn't find any package by regex '{name}'\n"
        if _REGULAR.search(name)
        else ""
    )
    return "", f"E: Unable to locate package {name}\n{more}"


def _archive(system: System, path: str) -> str:
    """What is lacking for an archive of the user's own. Raises Problem."""
    if stat_or_none(system, path) is None:
        raise Problem(f"Unsupported file {path} given on commandline")
    return f"installing an archive such as {path}"
