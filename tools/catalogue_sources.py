"""The descriptions of the built-in catalogue, read: TOML files that say what images there are and what is in them.

One file per family of images; sets and images are known by name across files. In a file:

    [repository]            path, description, stars
    [sets.NAME]             entries that layers include
    [layers.NAME]           a layer: created_by (as `docker history` shows it) and entries
    [steps]                 NAME = how an image is made, like a Dockerfile: `LAYER NAME` adds a layer of the same file,
                            all other instructions set the configuration; DEFAULTS gives a base image its PATH
    [[images]]              tags, date, what it is built `from`, variables (`vars`), the name of its `steps`, and
                            style = "classic" where history looks as the builder before BuildKit wrote it;
                            recorded = true where its tags name it on the day of the recordings, whatever the facts say

Entries (of a set or a layer) are texts of lines; `{a b c}` in a path stands for each of the words, over several lines too:

    dirs      PATH [MODE [UID:GID]]
    links     PATH -> TARGET                symbolic links
    hardlinks PATH -> PATH
    programs  PATH FAMILY/NAME SIZE         a simulated program; `*` for NAME is the file's own name
    fillers   PATH SIZE                     a file of that size whose content does not matter
    modes     PATH MODE [UID:GID]           for entries of the same layer; files are 0644, scripts (#!) and programs 0755
    files     a table: path = text
    append    a table: path = text to put at the end of a file of the layers below
    include   a list of sets
    size      what the layer's files amount to; fillers named in `rest` (PATH [WEIGHT]) share what is missing

A size is a number with k, M or G (decimal); `~` before it spreads the sizes of several files around it. `@NAME@` is a
variable of the image.

This module owns that language. It must not know digests, JSON or where results go.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from fakedocker.filesystem.content import append, filler
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.program_files import program_file
from fakedocker.filesystem.tree import Tree
from fakedocker.registry.hub.templates import size_bytes

SECOND_NS = 1_000_000_000
_ENTRY_KEYS = {"dirs", "links", "hardlinks", "programs", "fillers", "modes", "files", "append", "include", "tells"}
_LAYER_KEYS = _ENTRY_KEYS | {"created_by", "size", "rest", "date"}
_IMAGE_KEYS = {"tags", "date", "from", "vars", "steps", "style", "recorded"}
_REPOSITORY_KEYS = {"path", "description", "stars"}


class SourceError(ValueError):
    """A description that makes no sense; the message says where."""


class ImageSource(NamedTuple):
    """One image as it is described."""

    family: str
    tags: tuple[str, ...]
    date: str
    base: str
    style: str
    variables: dict[str, str]
    steps: tuple[tuple[str, str], ...]
    """(keyword, rest)"""
    steps_name: str
    open_steps: tuple[tuple[str, str], ...]
    """`steps` with the variables left open."""
    recorded: bool
    """Whether its tags name it on the day of the recordings, whatever the facts say."""


class RepositorySource(NamedTuple):
    path: str
    description: str
    stars: int


class Sources:
    """All descriptions: `repositories` and `images` by family and by "NAME:TAG", and `layer_entries`.

    Raises:
        SourceError: a file is no TOML, or has a key that is not known.
    """

    def __init__(self, folder: Path) -> None:
        self.repositories: dict[str, RepositorySource] = {}
        self.images: list[ImageSource] = []
        self.roots: list[str] = []
        """Families that have layers and no images: what images by rule stand on."""
        self.rules: dict[str, Mapping[str, Any]] = {}
        self.layers: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._sets: dict[str, Mapping[str, Any]] = {}
        for path in sorted(folder.glob("*.toml")):
            try:
                document = tomllib.loads(path.read_text(encoding="utf-8"))
            except tomllib.TOMLDecodeError as problem:
                raise SourceError(f"{path.name}: {problem}") from problem
            self._read(path.stem, document)

    def _read(self, family: str, document: Mapping[str, Any]) -> None:
        _check_keys(family, document, {"repository", "sets", "layers", "steps", "images", "rule"})
        self.rules[family] = document.get("rule", {})
        for name, entries in document.get("sets", {}).items():
            _check_keys(f"{family}: set {name}", entries, _ENTRY_KEYS)
            self._sets[name] = entries
        for name, layer in document.get("layers", {}).items():
            _check_keys(f"{family}: layer {name}", layer, _LAYER_KEYS)
            self.layers[family, name] = layer
        if "repository" in document:
            _check_keys(f"{family}: repository", document["repository"], _REPOSITORY_KEYS)
            self.repositories[family] = RepositorySource(**document["repository"])
        if "layers" in document and "images" not in document:
            self.roots.append(family)
        for image in document.get("images", ()):
            _check_keys(f"{family}: image {image['tags']}", image, _IMAGE_KEYS)
            if image["steps"] not in document["steps"]:
                raise SourceError(f"{family}: image {image['tags']}: there are no steps {image['steps']}")
            self.images.append(_image(family, image, document["steps"][image["steps"]]))

    def set(self, key: str, where: str) -> Mapping[str, Any]:
        """A set by its name."""
        if key not in self._sets:
            raise SourceError(f"{where}: there is no set {key}")
        return self._sets[key]

    def layer(self, image: ImageSource, name: str, below: Tree) -> tuple[str, str, list[LayerEntry]]:
        """A layer of an image: created_by, date, and its entries in the order of its archive.

        Args:
            below: the tree it goes on top of; directories that are missing there and not described are added.
        """
        described = self.layers.get((image.family, name))
        if described is None:
            raise SourceError(f"{image.family}: there is no layer {name}")
        where = f"{image.family}: layer {name}"
        date = substitute(described.get("date", image.date), image.variables)
        collector = _Entries(where, image.variables, date)
        for key in described.get("include", ()):
            collector.add(self.set(key, where))
        collector.add(described)
        if "size" in described:
            collector.fill_up(substitute(described["size"], image.variables), described.get("rest", ""))
        return substitute(described["created_by"], image.variables), date, collector.finish(below)


def _image(family: str, image: Mapping[str, Any], described_steps: str) -> ImageSource:
    variables = {name: str(value) for name, value in image.get("vars", {}).items()}
    return ImageSource(
        family,
        tuple(substitute(image["tags"], variables).split()),
        substitute(image["date"], variables),
        substitute(image.get("from", ""), variables),
        image.get("style", "buildkit"),
        variables,
        _steps(substitute(described_steps, variables)),
        image["steps"],
        _steps(described_steps),
        bool(image.get("recorded", False)),
    )


def _steps(text: str) -> tuple[tuple[str, str], ...]:
    lines = (line.partition(" ") for line in _logical_lines(text))
    return tuple((keyword, rest.strip()) for keyword, _, rest in lines)


def substitute(text: str, variables: Mapping[str, str]) -> str:
    """The text with `@NAME@` replaced by the variable of that name."""
    for name, value in variables.items():
        text = text.replace(f"@{name}@", value)
    return text


class _Entries:
    """The entries of one layer while they are collected."""

    def __init__(self, where: str, variables: Mapping[str, str], date: str) -> None:
        self._where = where
        self._variables = variables
        self._date = date
        self._entries: dict[str, LayerEntry] = {}
        self._modes: list[tuple[str, str]] = []
        self._append: dict[str, bytes] = {}

    def add(self, described: Mapping[str, Any]) -> None:
        """Add what a set or a layer describes."""
        for kind in ("dirs", "links", "hardlinks", "programs", "fillers"):
            add_one = getattr(self, f"_add_{kind}")
            for path, rest in self._lines(described.get(kind, "")):
                add_one(path, rest)
        for path, text in described.get("files", {}).items():
            content = substitute(text, self._variables)
            mode = 0o755 if content.startswith("#!") else 0o644
            self._put(LayerEntry(substitute(path, self._variables), "file", mode, content=content.encode()))
        for path, text in described.get("append", {}).items():
            self._append[path.strip("/")] = substitute(text, self._variables).encode()
        self._modes += self._lines(described.get("modes", ""))

    def _lines(self, text: str) -> Iterator[tuple[str, str]]:
        for line in _logical_lines(substitute(text, self._variables)):
            yield from _expand(line)

    def _put(self, entry: LayerEntry) -> None:
        path = entry.path.strip("/")
        self._entries[path] = replace(entry, path=path)

    def _change(self, path: str, mode: int, uid: int, gid: int) -> None:
        entry = self._entries.get(path.strip("/"))
        if entry is None:
            raise SourceError(f"{self._where}: modes: nothing is at {path}")
        self._entries[entry.path] = replace(entry, mode=mode, uid=uid, gid=gid)

    def _add_dirs(self, path: str, rest: str) -> None:
        mode, uid, gid = _mode_and_owner(rest or "0755")
        self._put(LayerEntry(path, "dir", mode, uid, gid))

    def _add_links(self, path: str, rest: str) -> None:
        self._put(LayerEntry(path, "link", 0o777, target=self._target(path, rest)))

    def _add_hardlinks(self, path: str, rest: str) -> None:
        self._put(LayerEntry(path, "hardlink", 0o755, target=self._target(path, rest).strip("/")))

    def _target(self, path: str, rest: str) -> str:
        arrow, _, target = rest.partition(" ")
        if arrow != "->" or not target:
            raise SourceError(f"{self._where}: {path}: expected -> and a target, not {rest!r}")
        return target.strip()

    def _add_programs(self, path: str, rest: str) -> None:
        identity, _, size = rest.partition(" ")
        family, _, name = identity.partition("/")
        own_name = path.rpartition("/")[2]
        content = program_file(family, own_name if name == "*" else name, _size(size, path))
        self._put(LayerEntry(path, "file", 0o755, content=content))

    def _add_fillers(self, path: str, rest: str) -> None:
        self._fill(path, _size(rest, path))

    def _fill(self, path: str, size_bytes: int) -> None:
        self._put(LayerEntry(path, "file", 0o644, content=filler(f"{path} of {self._date}", size_bytes)))

    def fill_up(self, size: str, rest: str) -> None:
        """Bring the files to a size altogether, by fillers that share what is missing by weight."""
        missing = _size(size, "") - sum(len(entry.content) for entry in self._entries.values())
        names = [(path, int(weight or 1)) for path, weight in self._lines(rest)]
        if missing < 0 or not names:
            raise SourceError(
                f"{self._where}: {missing} bytes are missing to {size}, to be shared by {len(names)} files"
            )
        left, weights = missing, sum(weight for _, weight in names)
        for path, weight in names:
            share = left * weight // weights
            self._fill(path, share)
            left, weights = left - share, weights - weight

    def finish(self, below: Tree) -> list[LayerEntry]:
        """All entries: directories before what is in them, hard links at the end."""
        for path, text in self._append.items():
            self._entries[path] = self._appended(below, path, text)
        for path, rest in self._modes:
            self._change(path, *_mode_and_owner(rest))
        for path in list(self._entries):
            parent = path.rpartition("/")[0]
            while parent and parent not in self._entries and (inode := below.find(parent)) is None:
                self._entries[parent] = LayerEntry(parent, "dir", 0o755)
                parent = parent.rpartition("/")[0]
            above = self._entries.get(parent) or (below.nodes[inode] if parent and inode else None)
            if above is not None and above.kind != "dir":
                raise SourceError(f"{self._where}: {path}: {parent} is no directory")
        return sorted(self._entries.values(), key=lambda entry: (entry.kind == "hardlink", entry.path))

    def _appended(self, below: Tree, path: str, text: bytes) -> LayerEntry:
        inode = below.find(path)
        if inode is None or below.nodes[inode].kind != "file":
            raise SourceError(f"{self._where}: append: no file of the layers below is at {path}")
        node = below.nodes[inode]
        return LayerEntry(path, "file", node.mode, node.uid, node.gid, content=append(node.content, text))


def _check_keys(where: str, table: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(set(table) - known):
        raise SourceError(f"{where}: unknown key {unknown[0]}; known are {', '.join(sorted(known))}")


def _logical_lines(text: str) -> Iterator[str]:
    """Lines without comments and blanks; one with an open brace goes on to where it is closed."""
    pending = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        pending = f"{pending} {line}" if pending else line
        if pending.count("{") > pending.count("}"):
            continue
        yield pending
        pending = ""
    if pending:
        raise SourceError(f"a brace is not closed: {pending[:60]}")


def _expand(line: str) -> Iterator[tuple[str, str]]:
    """The (path, rest) of a line, once for each word between braces in its path."""
    match = re.match(r"(\S*?)\{([^}]*)\}(\S*)\s*(.*)", line)
    if match is None or " " in match[1]:
        path, _, rest = line.partition(" ")
        yield path, rest.strip()
        return
    for word in match[2].split():
        yield match[1] + word + match[3], match[4]


def rows_of(text: str) -> Iterator[tuple[str, str]]:
    """The (path, rest) of every line, variables left open."""
    for line in _logical_lines(text):
        yield from _expand(line)


def mode_and_owner(text: str) -> tuple[int, str, str]:
    """MODE [UID:GID]; the two may be variables."""
    mode, _, owner = text.partition(" ")
    uid, _, gid = (owner or "0:0").partition(":")
    return int(mode, 8), uid, gid


def _mode_and_owner(text: str) -> tuple[int, int, int]:
    mode, uid, gid = mode_and_owner(text)
    return mode, int(uid), int(gid)


def _size(text: str, path: str) -> int:
    """A size in bytes. Raises SourceError for what is none."""
    try:
        return size_bytes(text, path)
    except ValueError as problem:
        raise SourceError(str(problem)) from None


def words(rest: str) -> tuple[str, ...]:
    """The words of a JSON list, as CMD and ENTRYPOINT have it."""
    found = json.loads(rest)
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise SourceError(f"expected a list of strings: {rest}")
    return tuple(found)
