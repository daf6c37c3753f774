"""What a registry holds: blobs by digest, and per repository tags, manifests and the blobs that were put there.

Blobs are kept once for all repositories, and a repository shows those that it was given or has mounted. Where blobs lie
is the business of whoever keeps them; the rest is plain data that can be written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol


class Blobs(Protocol):
    """Keeps blobs."""

    def size_bytes(self, digest: str) -> int | None:
        """How large a blob is; None where there is none."""

    def read(self, digest: str, start: int, end: int) -> bytes:
        """A part of a blob that is there."""

    def put(self, digest: str, data: bytes) -> None:
        """Keep a blob whose digest that is."""

    def remove(self, digest: str) -> None:
        """Forget a blob, if there is one."""


class MemoryBlobs:
    """Blobs in memory.

    Args:
        kept: where, by digest.
    """

    def __init__(self, kept: dict[str, bytes] | None = None) -> None:
        self._kept = {} if kept is None else kept

    def size_bytes(self, digest: str) -> int | None:
        data = self._kept.get(digest)
        return None if data is None else len(data)

    def read(self, digest: str, start: int, end: int) -> bytes:
        return self._kept[digest][start:end]

    def put(self, digest: str, data: bytes) -> None:
        self._kept[digest] = data

    def remove(self, digest: str) -> None:
        self._kept.pop(digest, None)


@dataclass
class Repository:
    """A repository.

    Args:
        tags: to manifests' digests.
        manifests: digest to media type.
        blobs: digests of those it shows; the values mean nothing.
    """

    tags: dict[str, str] = field(default_factory=dict)
    manifests: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bool] = field(default_factory=dict)


@dataclass
class Upload:
    """A blob on its way in."""

    repository: str
    parts: list[bytes] = field(default_factory=list)
    size_bytes: int = 0


class Contents:
    """See the module's docstring.

    Args:
        blobs: where blobs are kept; manifests are blobs too.
        draw: gives 128 bits that nothing else has, for the ids of uploads.
    """

    def __init__(self, blobs: Blobs, draw: Callable[[], int]) -> None:
        self.blobs = blobs
        self.repositories: dict[str, Repository] = {}
        self.uploads: dict[str, Upload] = {}
        self._draw = draw

    def begin_upload(self, repository: str) -> str:
        """A new upload; gives its id."""
        digits = f"{self._draw():032x}"
        identifier = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"
        self.uploads[identifier] = Upload(repository)
        return identifier

    def shows(self, repository: str, digest: str) -> bool:
        """Whether a blob is in a repository."""
        found = self.repositories.get(repository)
        return found is not None and digest in found.blobs and self.blobs.size_bytes(digest) is not None

    def add_blob(self, repository: str, digest: str, data: bytes | None) -> None:
        """Put a blob into a repository; without data, one that is here already."""
        if data is not None:
            self.blobs.put(digest, data)
        self.repositories.setdefault(repository, Repository()).blobs[digest] = True

    def remove_blob(self, repository: str, digest: str) -> None:
        """Take a blob out of a repository, and away where no other one shows it."""
        del self.repositories[repository].blobs[digest]
        self._collect(digest)

    def put_manifest(self, repository: str, tag: str, digest: str, media_type: str, raw: bytes) -> None:
        """Put a manifest into a repository, under a tag where one is given."""
        self.blobs.put(digest, raw)
        found = self.repositories.setdefault(repository, Repository())
        found.manifests[digest] = media_type
        if tag:
            found.tags[tag] = digest

    def manifest(self, repository: str, digest: str) -> bytes:
        """The bytes of a manifest that is there."""
        return self.blobs.read(digest, 0, self.blobs.size_bytes(digest) or 0)

    def remove_manifest(self, repository: str, digest: str) -> None:
        """Take a manifest out of a repository, with the tags that mean it."""
        found = self.repositories[repository]
        del found.manifests[digest]
        for tag in [tag for tag, meant in found.tags.items() if meant == digest]:
            del found.tags[tag]
        self._collect(digest)

    def _collect(self, digest: str) -> None:
        repositories = self.repositories.values()
        if not any(digest in found.blobs or digest in found.manifests for found in repositories):
            self.blobs.remove(digest)

    def listed(self, names: list[str], count: int | None, last: str) -> tuple[list[str], bool]:
        """A page of sorted names after one, and whether there are more."""
        after = [name for name in sorted(names) if name > last]
        return (after, False) if count is None else (after[:count], len(after) > count)

    def manifests_of(self, repository: str) -> Iterator[tuple[str, str, bytes]]:
        """Digest, media type and bytes of every manifest of a repository, by digest."""
        found = self.repositories.get(repository)
        for digest, media_type in sorted(found.manifests.items()) if found is not None else ():
            yield digest, media_type, self.manifest(repository, digest)
