"""Repositories that the simulated web has: what `git clone` and builds find at some addresses, where nothing else is found.

Each is of this project's own, and stands in the place of one that tutorials use. Its files are in the folder `shipped`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from fakedocker.userland.git.objects import Files, Repository

_FOLDERS: Final[dict[str, str]] = {"github.com/docker/getting-started-app": "getting-started-app"}
"""Address, without scheme and suffix, to folder."""
BRANCH: Final = "main"
_WHO: Final = "fakedocker <fakedocker@localhost> 1704103200 +0000"
_MESSAGE: Final = "Begin with a to-do list"


def folder_at(url: str) -> str:
    """The folder of a repository, "" where there is none at that address."""
    scheme, _, rest = url.partition("://")
    plain = rest.rstrip("/").removesuffix(".git").removeprefix("www.").lower()
    return _FOLDERS.get(plain, "") if scheme in ("http", "https") else ""


def put(repository: Repository, folder: str) -> str:
    """Store a shipped repository's objects in an empty one; gives the name of its commit."""
    files: Files = {}
    for path, place in _walk(resources.files("fakedocker.userland.git").joinpath("shipped", folder), ""):
        files[path] = ("100644", repository.store("blob", place.read_bytes()))
    tree = repository.store_tree(files)
    return repository.store("commit", f"tree {tree}\nauthor {_WHO}\ncommitter {_WHO}\n\n{_MESSAGE}\n".encode())


def note(url: str) -> str:
    """What is said once of what has come from there."""
    return f"fakedocker: {url} is an application of fakedocker's own here, with the same files and lines to change\n"


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for place in sorted(folder.iterdir(), key=lambda place: place.name):
        if place.is_dir():
            yield from _walk(place, f"{prefix}{place.name}/")
        else:
            yield prefix + place.name, place
