"""What is known of the packages of npm: those of javascript.toml with what they need, and of many more the newest
version.

A version that a project asks for is taken to exist, if it is no newer than the newest that is known. A package or a
version that is not known may exist all the same, so that it is never said to be missing. It must not know projects or
commands.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from fakedocker.userland.packages import facts, index, npm_versions

_SMALLEST_BYTES: Final = 8_000
_SPREAD_BYTES: Final = 400_000
_NAME: Final = re.compile(r"(@[\w~.-]+/)?[\w~-][\w.~-]*")
_LONGEST_NAME: Final = 214
_ELSEWHERE: Final = (
    "file:",
    "link:",
    "workspace:",
    "portal:",
    "patch:",
    "git",
    "http:",
    "https:",
    "github:",
    ".",
    "/",
    "~/",
)
_MOST: Final = 20_000
"""How many packages a project may ask for."""


class Problem(Exception):
    """npm cannot go on.

    Args:
        code: such as E404, "" for none.
        lines: what is said of it.
        status: the exit status.
    """

    def __init__(self, code: str, lines: tuple[str, ...], status: int = 1) -> None:
        super().__init__(code)
        self.code = code
        self.lines = lines
        self.status = status


class Row(NamedTuple):
    """What is known of a package. `whole` says whether size and needs are its own."""

    version: str
    size_bytes: int
    needs: tuple[str, ...]
    whole: bool = True


class Tree(NamedTuple):
    """Places in node_modules -> versions, sorted, and what is lacking of what was asked for."""

    versions: dict[str, str]
    lacking: tuple[str, ...] = ()


def row(name: str) -> Row | None:
    """What is known of a package; None for nothing, which is not to say that there is none."""
    text = index.table("javascript")["packages"].get(name)
    if text is not None:
        version, size, *needs = text.split()
        return Row(version, int(size) * 1000, tuple(needs))
    newest = facts.npm(name)
    return Row(newest, _guessed_bytes(name), (), whole=False) if newest else None


def size_bytes(place: str) -> int:
    """What a package takes up on disk, by its name or its place in node_modules."""
    name = name_at(place)
    found = row(name)
    return found.size_bytes if found else _guessed_bytes(name)


def _guessed_bytes(name: str) -> int:
    return _SMALLEST_BYTES + zlib.crc32(name.encode()) % _SPREAD_BYTES


def is_whole(name: str) -> bool:
    """Whether all is known of a package."""
    return name in index.table("javascript")["packages"]


def name_at(place: str) -> str:
    """The name of the package at a place in node_modules, such as a/node_modules/b."""
    return place.rpartition("node_modules/")[2]


def commands_of(name: str) -> tuple[str, ...]:
    """The commands that a package brings: those that are known, else one of its own name, where only its version is known."""
    table = index.table("javascript")
    told = table["programs"].get(name) or table["commands"].get(name)
    if told is not None:
        return tuple(told.split())
    return () if is_whole(name) else (name.rpartition("/")[2],)


def demand_name(name: str, bound: str) -> None:
    """Raise Problem for what no package can be called."""
    if len(name) > _LONGEST_NAME or _NAME.fullmatch(name) is None:
        shown = f'Invalid package name "{name[:80]}" of package "{name[:80]}@{bound[:40]}": name can only contain URL-friendly characters.'
        raise Problem("EINVALIDPACKAGENAME", (shown,))


def resolve(bounds: Mapping[str, str], known: Mapping[str, str], *, late: bool) -> Tree:
    """Names and versions of everything that is needed.

    Args:
        bounds: what is asked for: name -> bound.
        known: versions to be kept where they fit.
        late: whether the facts count, see `facts.count`.

    Raises:
        Problem: a name is none.
    """
    found: dict[str, str] = {}
    lacking: dict[str, None] = {}
    waiting = list(bounds.items())
    if len(waiting) > _MOST:
        raise Problem("", (f"fakedocker: npm: asking for more than {_MOST} packages is not simulated",))
    while waiting:
        name, bound = waiting.pop()
        if name in found:
            continue
        demand_name(name, bound)
        other, bound = _alias(name, bound)
        if bound.startswith(_ELSEWHERE) or re.fullmatch(r"[\w.-]+/[\w.#-]+", bound):
            lacking[f"installing {name} from {bound}"] = None
            continue
        entry = row(other)
        newest = facts.npm(other)
        if late and entry is not None and newest:
            entry = entry._replace(version=newest)
        version = _version(bound, entry, newest, known.get(name, ""))
        if not version:
            lacking[f"the package {other}" if entry is None else f"{other}@{bound} (known is {entry.version})"] = None
            continue
        found[name] = version
        waiting += [(each, "*") for each in entry.needs] if entry is not None else []
    return Tree(dict(sorted(found.items())), tuple(lacking))


def _alias(name: str, bound: str) -> tuple[str, str]:
    """(name, bound) of what is really meant: npm:other@^1 is another package."""
    if not bound.startswith("npm:"):
        return name, bound
    other, _, inner = bound[4:].rpartition("@") if "@" in bound[5:] else (bound[4:], "", "latest")
    return (other, inner) if _NAME.fullmatch(other) else (name, bound)


def _version(bound: str, entry: Row | None, newest: str, known: str) -> str:
    """The version for a bound: the known one, the usual, the newest, or one that the bound names; "" for none that is known."""
    if bound in ("*", "latest", "x", ""):
        return known or (entry.version if entry is not None else "")
    newest = (newest or entry.version) if entry is not None else ""
    candidates = (known, *((entry.version, newest) if entry is not None else ()))
    fitting = next((version for version in candidates if version and npm_versions.contains(bound, version)), "")
    if fitting:
        return fitting
    last = npm_versions.parse(newest)
    for version in npm_versions.named(bound):
        found = npm_versions.parse(version)
        if found is not None and npm_versions.contains(bound, version) and (last is None or found <= last):
            return version
    return ""
