"""Which packages the words of apt's command lines mean: names, names that others provide, versions, and what is said of those that there are not.

A name that a whole index lacks does not exist; one that may exist elsewhere is not simulated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.packages import apt_sources, debian_index, dpkg_database
from fakedocker.userland.packages.dpkg_database import Database
from fakedocker.userland.packages.index import Index, Package
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import stat_or_none


class Problem(Exception):
    """What is said after "E: " before it ends with 100."""


def wanted(system: System, words: Iterable[str], known: Index, installed: Database) -> tuple[list[str], str, str]:
    """(names, what is said of those that are there already, what is wrong). Unsimulated for what may exist elsewhere."""
    available: Mapping[str, Package] = known.packages if apt_sources.is_updated(system) else {}
    names, notes, problems = [], "", ""
    for word in words:
        if "/" in word and word.endswith(".deb"):
            _demand_no_archive(system, word)
        name, _, version = word.partition("=")
        name = name.partition("/")[0].removesuffix(":amd64")
        if name in installed:
            notes += f"{name} is already the newest version ({installed[name].get('Version', '')}).\n"
        elif name not in available:
            chosen, said = _provider(system, name, available)
            if not chosen:
                problems += said
                continue
            name, notes = chosen, notes + said
        elif version and not matches(version, available[name].version):
            _demand_whole(f"{word} (known is {available[name].version})", available[name].details)
            problems += f"E: Version '{version}' for '{name}' was not found\n"
            continue
        names.append(name)
    return names, notes, problems


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
    elsewhere = available and not (debian_index.is_whole(release) and apt_sources.are_known(system))
    if elsewhere and re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name):
        raise Unsimulated(f"the package {name}", 100, marks.PACKAGE)
    return "", f"E: Unable to locate package {name}\n"


def _demand_whole(asked: str, details: Mapping[str, object]) -> None:
    """Raise Unsimulated where another version may have been there at another time: all that is known is the facts' own."""
    if "kib" in details:
        raise Unsimulated(f"the version {asked}", 100, marks.PACKAGE)


def _demand_no_archive(system: System, path: str) -> None:
    """Raise what is to be said of an archive of the user's own."""
    if stat_or_none(system, path) is None:
        raise Problem(f"Unsupported file {path} given on commandline")
    raise Unsimulated(f"installing an archive such as {path}", 100)
