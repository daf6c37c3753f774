"""Repositories that the simulated web has: what `git clone` and builds find at some addresses, where nothing else is found.

Each is of this project's own, and stands in the place of one that tutorials use. Its files are in the folder `repositories`.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from fakedocker.build.git_reading import Repository
from fakedocker.filesystem.node import LayerEntry

_FOLDERS: Final[dict[str, str]] = {"github.com/docker/getting-started-app": "getting-started-app"}
"""Address, without scheme and suffix, to folder."""
BRANCH: Final = "main"
_WHO: Final = "fakedocker <fakedocker@localhost> 1704103200 +0000"
_MESSAGE: Final = "Begin with a to-do list"
Files = dict[str, tuple[str, str]]
"""Path -> (mode, name of the blob)."""
Store = Callable[[str, bytes], str]
"""Keeps an object, a kind and its bytes; gives its name."""


def object_bytes(kind: str, data: bytes) -> tuple[str, bytes]:
    """The name of an object, and what is kept of it before it is packed (git's gitformat-loose)."""
    whole = f"{kind} {len(data)}\0".encode() + data
    return hashlib.sha1(whole).hexdigest(), whole


def store_tree(files: Files, store: Store) -> str:
    """Keep the tree of some files, with its subtrees; gives its name."""
    folders: dict[str, Files] = {}
    entries: list[tuple[str, str, str]] = []
    for path, (mode, name) in files.items():
        folder, slash, rest = path.partition("/")
        if slash:
            folders.setdefault(folder, {})[rest] = (mode, name)
        else:
            entries.append((path, mode, name))
    entries += [(folder, "40000", store_tree(inner, store)) for folder, inner in folders.items()]
    # git sorts a directory as if its name ended in a slash
    entries.sort(key=lambda entry: (entry[0] + "/" * (entry[1] == "40000")).encode("utf-8", "surrogateescape"))
    return store(
        "tree",
        b"".join(
            f"{mode} {name}".encode("utf-8", "surrogateescape") + b"\0" + bytes.fromhex(entry)
            for name, mode, entry in entries
        ),
    )


def folder_at(url: str) -> str:
    """The folder of a repository, "" where there is none at that address."""
    scheme, _, rest = url.partition("://")
    plain = rest.rstrip("/").removesuffix(".git").removeprefix("www.").lower()
    return _FOLDERS.get(plain, "") if scheme in ("http", "https") else ""


def put(folder: str, store: Store) -> str:
    """Keep a shipped repository's objects; gives the name of its commit."""
    files: Files = {}
    for path, place in _walk(resources.files("fakedocker.build").joinpath("repositories", folder), ""):
        files[path] = ("100644", store("blob", place.read_bytes()))
    tree = store_tree(files, store)
    return store("commit", f"tree {tree}\nauthor {_WHO}\ncommitter {_WHO}\n\n{_MESSAGE}\n".encode())


def checkout(folder: str, reference: str) -> tuple[str, tuple[LayerEntry, ...]]:
    """The name of a commit of a shipped repository and its files. GitProblem where it has no such reference."""
    return Repository(_Source(*_objects(folder))).checkout(reference)


def note(url: str) -> str:
    """What is said once of what has come from there."""
    return f"fakedocker: {url} is an application of fakedocker's own here, with the same files and lines to change\n"


@cache
def _objects(folder: str) -> tuple[Mapping[str, bytes], str]:
    """The objects of a repository by their names, as they are kept, and its commit."""
    found: dict[str, bytes] = {}

    def store(kind: str, data: bytes) -> str:
        name, whole = object_bytes(kind, data)
        found[name] = zlib.compress(whole, 1)
        return name

    commit = put(folder, store)
    return found, commit


class _Source:
    """A shipped repository, as builds read one."""

    def __init__(self, objects: Mapping[str, bytes], commit: str) -> None:
        self._objects = objects
        self._commit = commit

    def references(self) -> tuple[dict[str, str], str]:
        head = f"refs/heads/{BRANCH}"
        return {head: self._commit}, head

    def loose(self, name: str) -> bytes | None:
        return self._objects.get(name)

    def packs(self, wanted: str) -> Iterator[bytes]:
        yield from ()


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for place in sorted(folder.iterdir(), key=lambda place: place.name):
        if place.is_dir():
            yield from _walk(place, f"{prefix}{place.name}/")
        else:
            yield prefix + place.name, place
