"""A JavaScript project as npm has it: package.json, package-lock.json, node_modules.

It must not know commands, or what npm says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple

from fakedocker.base.json_types import JsonObject
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.packages import index
from fakedocker.userland.packages.unpack import (
    make_directories,
    read_text_or,
    remove_quietly,
    remove_tree,
    write_filler,
    write_program,
    write_text,
)
from fakedocker.userland.tools import stat_or_none

KINDS: Final = ("dependencies", "devDependencies", "optionalDependencies")
_SMALLEST_BYTES: Final = 8_000
_SPREAD_BYTES: Final = 400_000
REGISTRY: Final = "https://registry.npmjs.org"


class Problem(Exception):
    """npm cannot go on.

    Args:
        code: such as E404, "" for none.
        lines: what is said of it.
    """

    def __init__(self, code: str, lines: tuple[str, ...], status: int = 1) -> None:
        super().__init__(code)
        self.code = code
        self.lines = lines
        self.status = status


class Project(NamedTuple):
    folder: str
    manifest: JsonObject
    lock: JsonObject


def read(system: System, *, must_exist: bool = False) -> Project:
    """The project of the working directory, or of the nearest directory above with a package.json or node_modules.

    Raises:
        Problem: a file is no JSON, or there must be one and is none.
    """
    folder = system.directory
    while stat_or_none(system, posixpath.join(folder, "package.json")) is None:
        if folder == "/" or stat_or_none(system, posixpath.join(folder, "node_modules")) is not None:
            folder = system.directory
            break
        folder = posixpath.dirname(folder)
    path = posixpath.join(folder, "package.json")
    if must_exist and stat_or_none(system, path) is None:
        told = f"Could not read package.json: Error: ENOENT: no such file or directory, open '{path}'"
        raise Problem("ENOENT", ("syscall open", f"path {path}", "errno -2", f"enoent {told}", "enoent"), 254)
    return Project(folder, _json(system, path), _json(system, posixpath.join(folder, "package-lock.json")))


def _json(system: System, path: str) -> JsonObject:
    text = read_text_or(system, path)
    if not text:
        return {}
    try:
        found = json.loads(text)
    except json.JSONDecodeError as problem:
        raise Problem("EJSONPARSE", (f"path {path}", f"JSON.parse {problem.msg} at position {problem.pos}")) from None
    return found if isinstance(found, dict) else {}


def split(word: str) -> tuple[str, str]:
    """(name, bound) of "express@^4"; "latest" where there is none. Raises Problem."""
    name, _, bound = word.rpartition("@") if "@" in word[1:] else (word, "", "latest")
    if word.startswith((".", "/", "git+", "http")) or "github:" in word:
        raise Unsimulated(f"installing {word}, which is not of the registry,")
    return name, bound or "latest"


def wanted(project: Project, *, lean: bool) -> dict[str, str]:
    """What the manifest asks for: name -> bound. `lean` leaves out what only developers need."""
    kinds = [kind for kind in KINDS if not (lean and kind == "devDependencies")]
    return {name: bound for kind in kinds for name, bound in project.manifest.get(kind, {}).items()}


def locked(project: Project) -> dict[str, str]:
    """The versions that the lock file has."""
    return {
        path.removeprefix("node_modules/"): entry.get("version", "")
        for path, entry in project.lock.get("packages", {}).items()
        if path.startswith("node_modules/")
    }


def present(system: System, folder: str) -> dict[str, str]:
    """What is in node_modules: name -> version."""
    base = posixpath.join(folder, "node_modules")
    found = {}
    for name in _names(system, base):
        inner = [f"{name}/{part}" for part in _names(system, f"{base}/{name}")] if name.startswith("@") else [name]
        for each in inner:
            if text := read_text_or(system, f"{base}/{each}/package.json"):
                found[each] = str(json.loads(text).get("version", ""))
    return found


def _names(system: System, path: str) -> list[str]:
    try:
        return system.list_directory(path)
    except OSError:
        return []


# the registry


class Row(NamedTuple):
    version: str
    size_bytes: int
    needs: tuple[str, ...]


def row(name: str) -> Row | None:
    """What the registry has of a package."""
    text = index.table("javascript")["packages"].get(name)
    if text is None:
        return None
    version, size, *needs = text.split()
    return Row(version, int(size) * 1000, tuple(needs))


def size_bytes(name: str) -> int:
    """What a package takes up on disk."""
    found = row(name)
    return found.size_bytes if found else _SMALLEST_BYTES + zlib.crc32(name.encode()) % _SPREAD_BYTES


def resolve(bounds: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Names and versions of everything that is needed, sorted.

    Args:
        bounds: what is asked for: name -> bound.
        known: versions to be kept where they fit.

    Raises:
        Problem: the registry has no such package or version.
    """
    found: dict[str, str] = {}
    waiting = list(bounds.items())
    while waiting:
        name, bound = waiting.pop()
        if name in found:
            continue
        entry = row(name)
        if entry is None:
            found[name] = _unknown_version(name, bound)
            continue
        found[name] = _version(name, bound, entry.version, known.get(name, ""))
        waiting += [(other, "*") for other in entry.needs]
    return dict(sorted(found.items()))


def _unknown_version(name: str, bound: str) -> str:
    """Of a package that the table lacks: a project that says which version it needs is believed. Raises Problem."""
    lowest = re.search(r"\d+(\.\d+)*(-[\w.]+)?", bound)
    if lowest is None or re.fullmatch(r"(@[a-z0-9][\w.-]*/)?[a-z0-9][\w.-]*", name) is None:
        raise _not_found(name, bound)
    parts = lowest[0].split(".")
    return ".".join([*parts, "0", "0"][: max(3, len(parts))])


def _not_found(name: str, bound: str) -> Problem:
    escaped = name.replace("/", "%2f")
    shown = "*" if bound == "latest" else bound
    return Problem(
        "E404",
        (
            f"404 Not Found - GET {REGISTRY}/{escaped} - Not found", "404", f"404  '{name}@{shown}' is not in this registry.", "404",
            "404 Note that you can also install from a", "404 tarball, folder, http url, or git folder.",
        ),
    )  # fmt: skip


def _version(name: str, bound: str, newest: str, known: str) -> str:
    """The version for a bound: the known one, the newest, or an older one that the bound names."""
    if bound in ("*", "latest", "x", ""):
        return known or newest
    lowest = re.search(r"\d+(\.\d+)*(-[\w.]+)?", bound)
    if lowest is None:
        return newest
    parts = lowest[0].split(".")
    if known and (known == lowest[0] or (bound[0] in "^~>" and known.split(".")[0] == parts[0])):
        return known
    if [int(part) for part in re.findall(r"\d+", lowest[0])][:3] > [int(part) for part in newest.split(".")]:
        lines = (f"No matching version found for {name}@{bound}.", "In most cases you or one of your dependencies are requesting", "a package version that doesn't exist.")  # fmt: skip
        raise Problem("ETARGET", ("notarget " + lines[0], "notarget " + lines[1], "notarget " + lines[2]))
    if bound.startswith(">") or (bound[0] == "^" and parts[0] == newest.split(".")[0]):
        return newest
    if bound[0] == "~" and parts[:2] == newest.split(".")[:2]:
        return newest
    return ".".join([*parts, "0", "0"][: max(3, len(parts))])


# files


def put(system: System, folder: str, name: str, version: str) -> None:
    """Write a package into node_modules, with the commands it brings."""
    base = posixpath.join(folder, "node_modules")
    entry = row(name)
    manifest: JsonObject = {"name": name, "version": version, "main": "index.js"}
    if entry and entry.needs:
        manifest["dependencies"] = {other: f"^{found.version}" for other in entry.needs if (found := row(other))}
    write_text(system, f"{base}/{name}/package.json", json.dumps(manifest, indent=2) + "\n")
    write_filler(system, f"{base}/{name}/index.js", size_bytes(name))
    target = "/usr/local/bin" if folder == "/usr/local/lib" else f"{base}/.bin"
    for program in index.table("javascript")["programs"].get(name, "").split():
        script = f"{base}/{name}/bin/{program}.js"
        if program in index.table("javascript")["simulated"]["programs"].split():
            write_command(system, script, program)
        else:
            write_text(system, script, f"#!/usr/bin/env node\nrequire('../index.js').{program.replace('-', '_')}()\n")
        make_directories(system, target)
        remove_quietly(system, f"{target}/{program}")
        system.symlink(posixpath.relpath(script, target), f"{target}/{program}")


def write_command(system: System, path: str, name: str) -> None:
    """A command that is simulated."""
    write_program(system, path, "node", name, 3000)


def commands(system: System, folder: str) -> list[str]:
    """The commands in a project's node_modules."""
    return _names(system, posixpath.join(folder, "node_modules", ".bin"))


def take(system: System, folder: str, name: str) -> None:
    """Remove a package from node_modules."""
    base = posixpath.join(folder, "node_modules")
    remove_tree(system, f"{base}/{name}")
    for program in index.table("javascript")["programs"].get(name, "").split():
        remove_quietly(system, f"{base}/.bin/{program}")


def clear(system: System, folder: str) -> None:
    """Remove node_modules."""
    remove_tree(system, posixpath.join(folder, "node_modules"))


def save(system: System, folder: str, manifest: JsonObject, tree: Mapping[str, str]) -> None:
    """Write package.json and package-lock.json."""
    head = {key: manifest[key] for key in ("name", "version") if key in manifest}
    bounds = {kind: manifest[kind] for kind in KINDS if manifest.get(kind)}
    packages: JsonObject = {"": {**head, **bounds}}
    for name, version in tree.items():
        entry = row(name)
        integrity = base64.b64encode(hashlib.sha512(f"{name}@{version}".encode()).digest()).decode()
        packages[f"node_modules/{name}"] = {
            "version": version,
            "resolved": f"{REGISTRY}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz",
            "integrity": f"sha512-{integrity}",
        }
        if entry and entry.needs:
            needs = {other: f"^{found.version}" for other in entry.needs if (found := row(other))}
            packages[f"node_modules/{name}"]["dependencies"] = needs
    lock = {"name": manifest.get("name", posixpath.basename(folder)), "version": manifest.get("version"), "lockfileVersion": 3, "requires": True, "packages": packages}  # fmt: skip
    kept = {key: value for key, value in lock.items() if value is not None}
    write_text(system, posixpath.join(folder, "package.json"), json.dumps(manifest, indent=2) + "\n")
    write_text(system, posixpath.join(folder, "package-lock.json"), json.dumps(kept, indent=2) + "\n")


def counted(*counts: tuple[str, int]) -> str:
    """added 65 packages, removed 2 packages."""
    shown = [f"{verb} {count} package{'s' if count > 1 else ''}" for verb, count in counts if count]
    return ", ".join(shown)
