"""A JavaScript project as npm has it: package.json, package-lock.json, node_modules.

It must not know commands, or what npm says.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from fakedocker.base.json_types import JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.packages import index, lock_files, npm_versions
from fakedocker.userland.packages.lock_files import BadLock, Entry, Graph
from fakedocker.userland.packages.npm_registry import Problem, commands_of, name_at, resolve, row, size_bytes
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
GLOBAL: Final = "/usr/local/lib"
"""The folder whose node_modules has what is installed for all projects."""
_NPM: Final = "10.7.0"
REGISTRY: Final = "https://registry.npmjs.org"


class Project(NamedTuple):
    folder: str
    manifest: JsonObject
    lock: Graph


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
    return Project(
        folder, _json(system, path), locked_graph(system, folder, "package-lock.json", "npm-shrinkwrap.json")
    )


def locked_graph(system: System, folder: str, *names: str) -> Graph:
    """What a lock file has, of the first of some names that is there. Unsimulated for one that cannot be read."""
    for name in names:
        text = read_text_or(system, posixpath.join(folder, name))
        if len(text) > lock_files.LARGEST_BYTES:
            raise Unsimulated(f"so large a file as {name}")
        if text.strip():
            try:
                return _READERS[name](text)
            except BadLock as problem:
                raise Unsimulated(f"{problem} ({name})") from None
    return lock_files.EMPTY


_READERS: Final[dict[str, Callable[[str], Graph]]] = {
    "package-lock.json": lock_files.read_npm,
    "npm-shrinkwrap.json": lock_files.read_npm,
    "yarn.lock": lock_files.read_yarn,
    "pnpm-lock.yaml": lock_files.read_pnpm,
}


def _json(system: System, path: str) -> JsonObject:
    text = read_text_or(system, path)
    if not text:
        return {}
    try:
        found = json.loads(text)
    except RecursionError:
        raise Unsimulated(f"so deeply nested a file as {posixpath.basename(path)}") from None
    except json.JSONDecodeError as problem:
        raise Problem("EJSONPARSE", (f"path {path}", f"JSON.parse {problem.msg} at position {problem.pos}")) from None
    except ValueError:  # a number of thousands of digits
        raise Problem("EJSONPARSE", (f"path {path}", "JSON.parse Invalid number")) from None
    return found if isinstance(found, dict) else {}


def split(word: str) -> tuple[str, str]:
    """(name, bound) of "express@^4"; "latest" where there is none. Raises Unsimulated for what is not of the registry."""
    name, _, bound = word.rpartition("@") if "@" in word[1:] else (word, "", "latest")
    if word.startswith((".", "/", "git+", "http://", "https://")) or "github:" in word:
        raise Unsimulated(f"installing {word}, which is not of the registry,")
    return name, bound or "latest"


def wanted(project: Project, *, lean: bool) -> dict[str, str]:
    """What the manifest asks for: name -> bound. `lean` leaves out what only developers need."""
    kinds = [kind for kind in KINDS if not (lean and kind == "devDependencies")]
    return {name: bound for kind in kinds for name, bound in bounds_of(project.manifest, kind).items()}


def bounds_of(manifest: Mapping[str, object], kind: str) -> dict[str, str]:
    """One of the lists of a manifest, as far as it is one."""
    found = manifest.get(kind)
    return {name: bound for name, bound in found.items() if isinstance(bound, str)} if isinstance(found, dict) else {}


def scripts_of(manifest: Mapping[str, object]) -> dict[str, str]:
    """The scripts of a manifest, as far as they are some."""
    return bounds_of(manifest, "scripts")


class Planned(NamedTuple):
    """What is to be in node_modules, and what is lacking of it.

    Args:
        entries: of the lock file, where it has them.
    """

    tree: dict[str, str]
    lacking: tuple[str, ...]
    entries: dict[str, Entry]


def planned(
    graph: Graph, bounds: Mapping[str, str], known: Mapping[str, str], added: Mapping[str, str], *, late: bool
) -> Planned:
    """What is needed for what is asked for: by the lock file as far as it goes, else by what is known of the registry.

    Args:
        bounds: what the project asks for: name -> bound.
        known: versions that are kept where they fit.
        added: what is asked for besides, whatever the lock file has.
        late: whether the facts count, see `facts.count`.

    Raises:
        Problem: a name is none.
    """
    roots = {**bounds, **{name: bound for name, bound in graph.inner.items() if name not in bounds}}
    found = {name: key for name, bound in roots.items() if name not in added and (key := graph.find(name, bound))}
    fitting = {name: key for name, key in found.items() if _fits(roots[name], graph.entries[key].version)}
    entries: dict[str, Entry] = {}
    for entry in graph.closure((name, roots[name]) for name in fitting):
        place = entry.place
        if place not in entries or graph.find(place, roots.get(place, "")) == f"{place}@{entry.version}":
            entries[place] = entry
    rest = {name: bound for name, bound in bounds.items() if name not in fitting}
    made = resolve({**rest, **added}, known, late=late)
    tree = {**made.versions, **{place: entry.version for place, entry in entries.items()}}
    tree.update({name: made.versions[name] for name in added if name in made.versions})
    return Planned(dict(sorted(tree.items())), made.lacking, entries)


def _fits(bound: str, version: str) -> bool:
    """Whether a locked version is what is asked for, as far as that can be told."""
    return npm_versions.parse(version) is None or not is_digits(bound[:1]) or npm_versions.contains(bound, version)


def locked(project: Project) -> dict[str, str]:
    """The versions that the lock file has."""
    return {entry.place: entry.version for entry in project.lock.entries.values()}


def present(system: System, folder: str) -> dict[str, str]:
    """What is in node_modules: name -> version."""
    base = posixpath.join(folder, "node_modules")
    found = {}
    for name in _names(system, base):
        inner = [f"{name}/{part}" for part in _names(system, f"{base}/{name}")] if name.startswith("@") else [name]
        for each in inner:
            if text := read_text_or(system, f"{base}/{each}/package.json"):
                found[each] = _told_version(text)
    return found


def global_version(system: System, name: str, default: str) -> str:
    """The version of a package that is installed for all projects: npm itself, pnpm, yarn."""
    for folder in (GLOBAL, "/usr/lib"):
        if text := read_text_or(system, f"{folder}/node_modules/{name}/package.json"):
            return _told_version(text) or default
    return default


def npm_version(system: System) -> str:
    """The version that npm and npx tell."""
    return global_version(system, "npm", _NPM)


def _told_version(text: str) -> str:
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(manifest.get("version", "")) if isinstance(manifest, dict) else ""


def _names(system: System, path: str) -> list[str]:
    try:
        return system.list_directory(path)
    except OSError:
        return []


# files


def put(system: System, folder: str, place: str, version: str, commands: tuple[str, ...] = (), link: str = "") -> None:
    """Write a package into node_modules, with the commands it brings.

    Args:
        place: its name, or where else below node_modules it goes.
        commands: those that a lock file tells of.
        link: for a package of the project's own, the folder that it is.
    """
    base = posixpath.join(folder, "node_modules")
    name = name_at(place)
    if link:
        where = posixpath.normpath(posixpath.join(base, place))
        make_directories(system, posixpath.dirname(where))
        remove_quietly(system, where)
        system.symlink(posixpath.relpath(posixpath.join(folder, link), posixpath.dirname(where)), where)
        return
    entry = row(name)
    manifest: JsonObject = {"name": name, "version": version, "main": "index.js"}
    if entry and entry.needs:
        manifest["dependencies"] = {other: f"^{found.version}" for other in entry.needs if (found := row(other))}
    write_text(system, f"{base}/{place}/package.json", json.dumps(manifest, indent=2) + "\n")
    write_filler(system, f"{base}/{place}/index.js", size_bytes(place))
    if "node_modules/" in place:
        return
    target = commands_folder(folder)
    for program in commands or commands_of(name):
        if (
            _COMMAND.fullmatch(program) is None or program == _INTERPRETER
        ):  # the image has it, and scripts would find themselves
            continue
        script = f"{base}/{name}/bin/{program}.js"
        if program in index.table("javascript")["simulated"]["programs"].split():
            write_command(system, script, program)
        else:
            write_text(system, script, f"#!/usr/bin/env node\nrequire('../index.js').{program.replace('-', '_')}()\n")
        make_directories(system, target)
        remove_quietly(system, f"{target}/{program}")
        system.symlink(posixpath.relpath(script, target), f"{target}/{program}")


_INTERPRETER: Final = "node"
_COMMAND: Final = re.compile(r"[\w][\w.+-]*")


def write_command(system: System, path: str, name: str) -> None:
    """A command that is simulated."""
    write_program(system, path, "node", name, 3000)


def commands_folder(folder: str) -> str:
    """Where the commands of the packages in a folder are."""
    return "/usr/local/bin" if folder == GLOBAL else posixpath.join(folder, "node_modules", ".bin")


def commands(system: System, folder: str) -> list[str]:
    """The commands in a project's node_modules."""
    return _names(system, posixpath.join(folder, "node_modules", ".bin"))


def take(system: System, folder: str, name: str) -> None:
    """Remove a package from node_modules."""
    base = posixpath.join(folder, "node_modules")
    remove_tree(system, f"{base}/{name}")
    for program in commands_of(name):
        remove_quietly(system, f"{commands_folder(folder)}/{program}")


def clear(system: System, folder: str) -> None:
    """Remove node_modules."""
    remove_tree(system, posixpath.join(folder, "node_modules"))


def save(system: System, folder: str, manifest: JsonObject, tree: Mapping[str, str]) -> None:
    """Write package.json and package-lock.json."""
    head = {key: manifest[key] for key in ("name", "version") if key in manifest}
    bounds = {kind: asked for kind in KINDS if (asked := bounds_of(manifest, kind))}
    packages: JsonObject = {"": {**head, **bounds}}
    for name, version in tree.items():
        known = row(name_at(name))
        integrity = base64.b64encode(hashlib.sha512(f"{name}@{version}".encode()).digest()).decode()
        packages[f"node_modules/{name}"] = {
            "version": version,
            "resolved": f"{REGISTRY}/{name}/-/{name.rpartition('/')[2]}-{version}.tgz",
            "integrity": f"sha512-{integrity}",
        }
        if known is not None and known.needs:
            needs = {other: f"^{found.version}" for other in known.needs if (found := row(other))}
            packages[f"node_modules/{name}"]["dependencies"] = needs
    lock = {
        "name": manifest.get("name", posixpath.basename(folder)), "version": manifest.get("version"),
        "lockfileVersion": 3, "requires": True, "packages": packages,
    }  # fmt: skip
    kept = {key: value for key, value in lock.items() if value is not None}
    write_text(system, posixpath.join(folder, "package.json"), json.dumps(manifest, indent=2) + "\n")
    write_text(system, posixpath.join(folder, "package-lock.json"), json.dumps(kept, indent=2) + "\n")


def counted(*counts: tuple[str, int]) -> str:
    """added 65 packages, removed 2 packages."""
    shown = [f"{verb} {count} package{'s' if count > 1 else ''}" for verb, count in counts if count]
    return ", ".join(shown)
