"""Lock files of npm (of all versions), yarn (1 and later) and pnpm, as one graph of packages.

They are read as far as versions, dependencies and platforms go, in time that grows with their size. What is too large,
nested too deep or no lock file at all is refused. It must not know projects or commands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

LARGEST_BYTES: Final = 32 << 20
_MOST_ENTRIES: Final = 50_000
_DEEPEST: Final = 60
_LONGEST_LINE: Final = 10_000
"""Lines that are longer are none of a lock file's."""
_HERE: Final = {"os": "linux", "cpu": "x64"}
_OTHER_PLATFORMS: Final = re.compile(
    r"(^|[-/])(darwin|win32|windows|freebsd|openbsd|netbsd|sunos|aix|android|openharmony|arm64|arm|ia32|ppc64|ppc64le|riscv64|s390x|loong64|mips64el|musl|wasm32-wasi)($|[-.])"
)
_BINARIES: Final = re.compile(
    r"^@(esbuild|rollup|swc|next|img|parcel|tailwindcss|napi-rs|biomejs|lmdb|unrs|oxc-\w+|rspack|nx|emnapi|msgpackr-extract)/"
)


class BadLock(ValueError):
    """A file is no lock file, or one that is not simulated; the message says why."""


class Entry(NamedTuple):
    """A package in a lock file.

    Args:
        place: where in node_modules it goes, a name, or a/node_modules/b.
        needs: the keys of what it needs.
        link: what it is a link to, for packages of the project's own.
        commands: that it brings, where the file says so.
    """

    place: str
    version: str
    needs: tuple[str, ...] = ()
    link: str = ""
    commands: tuple[str, ...] = ()


class Graph(NamedTuple):
    """A lock file: its entries by key, and which of them are meant by what a project asks for."""

    entries: Mapping[str, Entry]
    find: Callable[[str, str], str]
    """The key for (name, bound), "" for none."""
    inner: Mapping[str, str] = {}
    """What packages of the project's own ask for: name -> bound."""

    def closure(self, wanted: Iterable[tuple[str, str]]) -> list[Entry]:
        """What is asked for, and all that it needs, each once."""
        found: dict[str, Entry] = {}
        waiting = [key for name, bound in wanted if (key := self.find(name, bound))]
        while waiting:
            key = waiting.pop()
            if key not in found and key in self.entries:
                found[key] = self.entries[key]
                waiting += found[key].needs
        return list(found.values())


EMPTY: Final = Graph({}, lambda name, bound: "")


def _is_here(name: str, told: Mapping[str, Any]) -> bool:
    """Whether a package is for this platform: as its entry says, or its name."""
    for field, own in _HERE.items():
        wanted = told.get(field)
        if isinstance(wanted, list) and wanted:
            refused = [each[1:] for each in wanted if isinstance(each, str) and each.startswith("!")]
            if own in refused or (not refused and own not in wanted):
                return False
    return not (_BINARIES.match(name) and _OTHER_PLATFORMS.search(name))


# npm


def read_npm(text: str) -> Graph:
    """package-lock.json, npm-shrinkwrap.json: versions 1, 2 and 3. Raises BadLock."""
    try:
        lock = json.loads(text)
    except RecursionError:
        raise BadLock("so deeply nested a lock file") from None
    except ValueError as problem:
        raise BadLock(f"a lock file that is no JSON ({problem})") from None
    if not isinstance(lock, dict):
        raise BadLock("a lock file that is no object")
    packages = lock.get("packages")
    if not isinstance(packages, dict):
        packages = _flattened(lock)
    if len(packages) > _MOST_ENTRIES:
        raise BadLock(f"a lock file of more than {_MOST_ENTRIES} packages")
    found: dict[str, Entry] = {}
    inner: dict[str, str] = {}
    for path, told in packages.items():
        if not isinstance(told, dict):
            continue
        place = path.removeprefix("node_modules/") if path.startswith("node_modules/") else ""
        if not place:
            if path:
                inner.update(_bounds(told, "dependencies", "devDependencies"))
            continue
        name = place.rpartition("node_modules/")[2]
        if not _is_here(name, told):
            continue
        needs = (
            _place_of(packages, path, each)
            for each in _bounds(told, "dependencies", "optionalDependencies", "peerDependencies")
        )
        commands = told.get("bin")
        found[path] = Entry(
            place,
            str(told.get("version", "")),
            tuple(key for key in needs if key),
            str(told.get("resolved", "")) if told.get("link") is True else "",
            tuple(map(str, commands)) if isinstance(commands, dict) else (),
        )
    return Graph(found, lambda name, bound: key if (key := f"node_modules/{name}") in found else "", inner)


def _bounds(told: Mapping[str, Any], *fields: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in fields:
        part = told.get(field)
        if isinstance(part, dict):
            found.update({name: bound for name, bound in part.items() if isinstance(bound, str)})
    return found


def _place_of(packages: Mapping[str, Any], path: str, name: str) -> str:
    """The key of what a package at a path finds by a name, as node looks for it: in its own node_modules, then further up."""
    base = path
    while True:
        key = f"{base}/node_modules/{name}" if base else f"node_modules/{name}"
        if key in packages:
            return key
        if not base:
            return ""
        base = base.rpartition("/node_modules/")[0] if "/node_modules/" in base else ""


def _flattened(lock: Mapping[str, Any]) -> dict[str, Any]:
    """Version 1's nested dependencies as the later ones have them."""
    found: dict[str, Any] = {}
    waiting: list[tuple[str, Any, int]] = [("", lock, 0)]
    while waiting:
        base, told, depth = waiting.pop()
        inner = told.get("dependencies")
        if not isinstance(inner, dict):
            continue
        if depth > _DEEPEST:
            raise BadLock("so deeply nested a lock file")
        for name, entry in inner.items():
            if not isinstance(entry, dict):
                continue
            path = f"{base}/node_modules/{name}" if base else f"node_modules/{name}"
            requires = entry.get("requires")
            found[path] = {**entry, "dependencies": requires if isinstance(requires, dict) else {}}
            if len(found) > _MOST_ENTRIES:
                raise BadLock(f"a lock file of more than {_MOST_ENTRIES} packages")
            waiting.append((path, entry, depth + 1))
    return found


# yarn


def read_yarn(text: str) -> Graph:
    """yarn.lock: that of yarn 1, and of later ones ("berry"). Raises BadLock."""
    entries: dict[str, Entry] = {}
    keys: dict[str, str] = {}
    needs: dict[str, list[str]] = {}
    for names, fields, inner in _blocks(text):
        if "version" not in fields or names[0] == "__metadata":
            continue
        place, _ = _split(names[0])
        conditions = {field: [value] for field, value in re.findall(r"(os|cpu)=([\w-]+)", fields.get("conditions", ""))}
        if "workspace" in fields.get("resolution", "") or not _is_here(place, conditions):
            continue
        key = f"{place}@{fields['version']}"
        entries[key] = Entry(place, fields["version"])
        keys.update(dict.fromkeys((_plain(name) for name in names), key))
        needs[key] = [_plain(f"{name}@{bound}") for name, bound in inner.items()]
    graph = {
        key: entry._replace(needs=tuple(keys[each] for each in needs[key] if each in keys))
        for key, entry in entries.items()
    }
    return Graph(graph, lambda name, bound: keys.get(f"{name}@{bound}", ""))


def _blocks(text: str) -> Iterable[tuple[list[str], dict[str, str], dict[str, str]]]:
    """The blocks of a yarn.lock: names, fields, and dependencies."""
    names: list[str] = []
    fields: dict[str, str] = {}
    inner: dict[str, str] = {}
    section = ""
    count = 0
    for line in [*text.splitlines(), "end:"]:
        if not line.strip() or line.lstrip().startswith("#") or len(line) > _LONGEST_LINE:
            continue
        indent = len(line) - len(line.lstrip(" "))
        if not indent:
            if names:
                yield names, fields, inner
            count += 1
            if count > _MOST_ENTRIES:
                raise BadLock(f"a lock file of more than {_MOST_ENTRIES} packages")
            names = [part.strip().strip('"') for part in line.rstrip(":").strip().strip('"').split(",")]
            fields, inner, section = {}, {}, ""
            continue
        match = re.fullmatch(r'\s+"?([^"\s:]+(?::[^"\s]+)?)"?:?(?:\s+"?(.*?)"?)?', line.rstrip())
        if match is None:
            continue
        if indent == 2:
            section = match[1] if match[2] is None else ""
            fields[match[1]] = match[2] or ""
        elif section in ("dependencies", "optionalDependencies"):
            inner[match[1]] = match[2] or ""


def _split(key: str) -> tuple[str, str]:
    """(name, bound) of a key such as @scope/name@npm:^1."""
    name, _, bound = key[1:].partition("@")
    return key[:1] + name, bound


def _plain(key: str) -> str:
    """A key without the protocol that later yarns write."""
    name, bound = _split(key)
    return f"{name}@{bound.removeprefix('npm:')}"


# pnpm


def read_pnpm(text: str) -> Graph:
    """pnpm-lock.yaml: versions 5 to 9. Raises BadLock."""
    entries: dict[str, Entry] = {}
    needs: dict[str, list[str]] = {}
    roots: dict[str, str] = {}
    lefts: set[str] = set()
    for path, value in _yaml_lines(text):
        if path[0] in ("dependencies", "devDependencies", "optionalDependencies"):
            _add_root(roots, path[1:], value)
        elif path[0] == "importers" and len(path) > 3:
            _add_root(roots, path[3:], value)
        elif path[0] in ("packages", "snapshots") and len(path) > 1:
            key, name, version = _pnpm_key(path[1])
            if not name:
                continue
            entries.setdefault(key, Entry(name, version))
            if len(entries) > _MOST_ENTRIES:
                raise BadLock(f"a lock file of more than {_MOST_ENTRIES} packages")
            if path[2:3] and path[2] in ("dependencies", "optionalDependencies") and len(path) == 4:
                needs.setdefault(key, []).append(_pnpm_need(path[3], value))
            elif path[2:3] and path[2] in _HERE and not _is_here(name, {path[2]: re.findall(r"!?[\w-]+", value)}):
                lefts.add(key)
    kept = {key: entry for key, entry in entries.items() if key not in lefts and _is_here(entry.place, {})}
    graph = {
        key: entry._replace(needs=tuple(each for each in needs.get(key, ()) if each in kept))
        for key, entry in kept.items()
    }
    return Graph(graph, lambda name, bound: key if (key := roots.get(name, "")) in kept else "")


def _add_root(roots: dict[str, str], path: list[str], value: str) -> None:
    """dependencies: {name: version}, or {name: {specifier, version}}."""
    if (len(path) == 1 and value) or (len(path) == 2 and path[1] == "version"):
        roots[path[0]] = _pnpm_need(path[0], value)


def _pnpm_key(text: str) -> tuple[str, str, str]:
    """(key, name, version) of /name/1.2.3_peers, /name@1.2.3(peers) and name@1.2.3(peers)."""
    plain = text.strip("'\"").removeprefix("/").partition("(")[0]
    match = re.fullmatch(r"((?:@[^/@]+/)?[^/@]+)[/@](\d[^_/]*)(?:_.*)?", plain)
    return (f"{match[1]}@{match[2]}", match[1], match[2]) if match is not None else ("", "", "")


def _pnpm_need(name: str, value: str) -> str:
    """The key of a dependency by its version, or by the whole key of another package."""
    plain = value.strip("'\"").partition("(")[0]
    if re.match(r"\d", plain):
        return f"{name}@{plain.partition('_')[0]}"
    return _pnpm_key(plain)[0]


def _yaml_lines(text: str) -> Iterable[tuple[list[str], str]]:
    """The mappings of a YAML file as pnpm writes it: (path of keys, value) for each line. Raises BadLock."""
    path: list[tuple[int, str]] = []
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#") or bare == "---" or len(bare) > _LONGEST_LINE:
            continue
        match = re.fullmatch(r"""('[^']*'|"[^"]*"|[^\s:'"{\[-][^:]*?(?::[^\s:]+)*?):(?:\s+(.*))?""", bare)
        if match is None:
            continue
        indent = len(line) - len(line.lstrip(" "))
        while path and path[-1][0] >= indent:
            path.pop()
        path.append((indent, match[1].strip("'\"")))
        if len(path) > _DEEPEST:
            raise BadLock("so deeply nested a lock file")
        yield [key for _, key in path], match[2] or ""
