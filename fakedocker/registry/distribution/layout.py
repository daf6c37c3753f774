"""A registry's contents in a folder, laid out as distribution's own registry does it, so that either goes on with the
other's.

    docker/registry/v2/blobs/sha256/AB/ABCD.../data
    docker/registry/v2/repositories/NAME/_layers/sha256/ABCD.../link
    docker/registry/v2/repositories/NAME/_manifests/revisions/sha256/ABCD.../link
    docker/registry/v2/repositories/NAME/_manifests/tags/TAG/current/link

A link's content is a digest. Source: distribution registry/storage/paths.go. What a folder is, is the caller's
business.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import Protocol

from fakedocker.registry.distribution import manifests
from fakedocker.registry.distribution.contents import Contents, Repository
from fakedocker.registry.distribution.problems import Problem

ROOT = "docker/registry/v2"
_BLOBS, _REPOSITORIES = f"{ROOT}/blobs", f"{ROOT}/repositories"
_LAYERS, _REVISIONS, _TAGS = "_layers", "_manifests/revisions", "_manifests/tags"


class Folder(Protocol):
    """Files by their paths below a folder. Directories are made as they are needed."""

    def size_bytes(self, path: str) -> int | None:
        """How large a file is; None where there is none."""

    def read(self, path: str, start: int, end: int) -> bytes:
        """A part of a file that is there."""

    def write(self, path: str, data: bytes) -> None:
        """Write a whole file."""

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""

    def names(self, path: str) -> list[str]:
        """What is in a directory, sorted; nothing where there is none."""


class FolderBlobs:
    """Blobs as files of a folder."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def _path(self, digest: str) -> str:
        algorithm, _, digits = digest.partition(":")
        return f"{_BLOBS}/{algorithm}/{digits[:2]}/{digits}/data"

    def size_bytes(self, digest: str) -> int | None:
        return self._folder.size_bytes(self._path(digest))

    def read(self, digest: str, start: int, end: int) -> bytes:
        return self._folder.read(self._path(digest), start, end)

    def put(self, digest: str, data: bytes) -> None:
        self._folder.write(self._path(digest), data)

    def remove(self, digest: str) -> None:
        self._folder.remove(self._path(digest))


class FolderContents(Contents):
    """What is in a folder; `write` puts down what has changed since.

    Time to open grows with the number of repositories, tags and manifests, not with the bytes in blobs.
    """

    def __init__(self, folder: Folder, draw: Callable[[], int]) -> None:
        super().__init__(FolderBlobs(folder), draw)
        self._folder = folder
        for name in self._names_below(_REPOSITORIES, ""):
            self.repositories[name] = self._read_repository(name)
        self._written = self._links()

    def _names_below(self, directory: str, name: str) -> Iterator[str]:
        """The repositories in a directory, and in those below it: names have slashes."""
        found = self._folder.names(directory)
        if name and any(part.startswith("_") for part in found):
            yield name
        for part in found:
            if not part.startswith("_"):
                yield from self._names_below(f"{directory}/{part}", posixpath.join(name, part))

    def _read_repository(self, name: str) -> Repository:
        place = f"{_REPOSITORIES}/{name}"
        found = Repository(blobs=dict.fromkeys(self._linked(f"{place}/{_LAYERS}"), True))
        for digest in self._linked(f"{place}/{_REVISIONS}"):
            size_bytes = self.blobs.size_bytes(digest)
            if size_bytes is None:
                continue
            try:
                found.manifests[digest] = manifests.read(self.blobs.read(digest, 0, size_bytes), "").media_type
            except Problem:
                continue  # of a form that nobody writes any more
        for tag in self._folder.names(f"{place}/{_TAGS}"):
            digest = self._link(f"{place}/{_TAGS}/{tag}/current/link")
            if digest in found.manifests:
                found.tags[tag] = digest
        return found

    def _linked(self, directory: str) -> Iterator[str]:
        for algorithm in self._folder.names(directory):
            for digits in self._folder.names(f"{directory}/{algorithm}"):
                digest = self._link(f"{directory}/{algorithm}/{digits}/link")
                if digest:
                    yield digest

    def _link(self, path: str) -> str:
        size_bytes = self._folder.size_bytes(path)
        return self._folder.read(path, 0, size_bytes).decode().strip() if size_bytes else ""

    def _links(self) -> dict[str, str]:
        """Every link that there should be."""
        links: dict[str, str] = {}
        for name, repository in self.repositories.items():
            place = f"{_REPOSITORIES}/{name}"
            links |= {_linked_path(place, _LAYERS, digest): digest for digest in repository.blobs}
            links |= {_linked_path(place, _REVISIONS, digest): digest for digest in repository.manifests}
            for tag, digest in repository.tags.items():
                links[f"{place}/{_TAGS}/{tag}/current/link"] = digest
                links[_linked_path(f"{place}/{_TAGS}/{tag}", "index", digest)] = digest
        return links

    def write(self) -> None:
        """Put down what has changed besides blobs."""
        links = self._links()
        for path, digest in links.items():
            if self._written.get(path) != digest:
                self._folder.write(path, digest.encode())
        for path in self._written.keys() - links.keys():
            self._folder.remove(path)
        self._written = links


def _linked_path(place: str, kind: str, digest: str) -> str:
    algorithm, _, digits = digest.partition(":")
    return f"{place}/{kind}/{algorithm}/{digits}/link"
