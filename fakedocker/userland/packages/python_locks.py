"""Lock files of Python's project managers (poetry.lock, uv.lock, Pipfile.lock) as packages by name, with what they need.

They are read line by line as the managers write them, in time that grows with their size. It must not know commands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from fakedocker.userland.packages.markers import BadMarker, holds
from fakedocker.userland.packages.pip_site import normalized

LARGEST_BYTES: Final = 16 << 20
_MOST_PACKAGES: Final = 20_000
_LONGEST_LINE: Final = 10_000
_NEED: Final = re.compile(r'\{ name = "([^"]+)"')
_MARKER: Final = re.compile(r'markers? = "((?:[^"\\]|\\.)*)"')
_KEY: Final = re.compile(r'"?([\w.-]+)"? = (.*)')


class Locked(NamedTuple):
    """A package in a lock file.

    Args:
        needs: (normalized name, marker) of each that it needs.
        groups: the same by name of a group, for a project's own entry.
        own: whether it is the project itself.
    """

    name: str
    version: str
    needs: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    own: bool = False


class BadLock(ValueError):
    """A file that is not simulated as a lock file; the message says why."""


def read_toml(text: str) -> dict[str, Locked]:
    """poetry.lock and uv.lock: normalized name -> package. Raises BadLock."""
    found: dict[str, Locked] = {}
    for lines in _packages(text):
        package = _package(lines)
        if package.name:
            found[normalized(package.name)] = package
    return found


def _packages(text: str) -> Iterable[list[str]]:
    """The lines of each [[package]]."""
    lines: list[str] | None = None
    count = 0
    for line in text.splitlines():
        if line == "[[package]]" or line == "[metadata]" or line.startswith("[manifest"):
            if lines is not None:
                yield lines
            count += 1
            if count > _MOST_PACKAGES:
                raise BadLock(f"a lock file of more than {_MOST_PACKAGES} packages")
            lines = [] if line == "[[package]]" else None
        elif lines is not None and len(line) <= _LONGEST_LINE:
            lines.append(line)
    if lines is not None:
        yield lines


def _package(lines: list[str]) -> Locked:
    told: dict[str, str] = {}
    needs: list[tuple[str, str]] = []
    groups: dict[str, list[tuple[str, str]]] = {}
    section = listing = ""
    for line in lines:
        if line.startswith("["):
            section, listing = line.strip("[]"), ""
            continue
        key = _KEY.fullmatch(line)
        if key is not None:
            listing = key[1] if key[2].startswith("[") else ""
        marker = _MARKER.search(line)
        condition = marker[1].replace('\\"', '"') if marker is not None else ""
        wanted = [(normalized(name), condition) for name in _NEED.findall(line)]
        if not section:
            if key is not None and not listing:
                told[key[1]] = key[2].strip('"')
            if listing == "dependencies":
                needs += wanted
        elif section == "package.dependencies" and key is not None and "optional = true" not in line:
            needs.append((normalized(key[1]), condition))
        elif section in ("package.dev-dependencies", "package.optional-dependencies") and listing:
            groups.setdefault(listing, []).extend(wanted)
    source = told.get("source", "")
    own = any(word in source for word in ("editable =", "virtual ="))
    named = tuple((name, tuple(group)) for name, group in groups.items())
    return Locked(told.get("name", ""), told.get("version", ""), tuple(needs), named, own)


def read_pipfile(text: str, *, development: bool) -> list[tuple[str, str]]:
    """Pipfile.lock: (name, version) of each, sorted. Raises BadLock."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadLock("a Pipfile.lock that is no JSON") from None
    found: dict[str, str] = {}
    for section in ("default", *(("develop",) if development else ())):
        packages = document.get(section) if isinstance(document, dict) else None
        for name, told in packages.items() if isinstance(packages, dict) else ():
            version = told.get("version") if isinstance(told, dict) else None
            if isinstance(version, str) and version.startswith("=="):
                found[str(name)] = version[2:]
    return sorted(found.items())


def closure(packages: dict[str, Locked], roots: Iterable[tuple[str, str]], python: str) -> list[Locked]:
    """What some roots, (normalized name, marker), need here, sorted by name; the project itself is none of it."""
    found: dict[str, Locked] = {}
    waiting = list(roots)
    while waiting:
        name, marker = waiting.pop()
        package = packages.get(name)
        if package is None or name in found or not _holds(marker, python):
            continue
        found[name] = package
        waiting += package.needs
    return [found[name] for name in sorted(found) if not found[name].own]


def _holds(marker: str, python: str) -> bool:
    try:
        return not marker or holds(marker, python)
    except BadMarker:
        return True
