"""What is in an archive of images: docker's manifest.json, or the index of an OCI layout, as places of blobs.

Every path leads to a member of the archive or to nothing; links are followed inside of it only. Nothing here looks at
the world, and nothing is trusted: blobs that bear a digest in their name must have it.
Sources: moby image/tarexport/load.go, OCI image-spec image-layout.md.
"""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from msgspec import Struct

from fakedocker.base import messages, reference
from fakedocker.base.patterns import lazy_pattern
from fakedocker.filesystem import archive, content as contents
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.images.model import content_digest
from fakedocker.images.targets import ATTESTS, INDEX_TYPES
from fakedocker.operations.images import unpacking
from fakedocker.registry.attestations import Attestation
from fakedocker.wire import decode
from fakedocker.wire.manifest import Descriptor, ImageManifest, Index

T = TypeVar("T")

_BLOB = lazy_pattern(r"blobs/sha256/([0-9a-f]{64})")
_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}")
_NAME_ANNOTATION = "io.containerd.image.name"
_TAG_ANNOTATION = "org.opencontainers.image.ref.name"
_LINKS_FOLLOWED = 10
_INDEXES_NESTED = 4


class ArchivedImage(NamedTuple):
    """An image as the archive describes it."""

    config: str
    """Path of its configuration."""
    layers: tuple[str, ...]
    """Paths of its layers, from the base up."""
    tags: tuple[str, ...]
    """NAME:TAG, spelled in full."""
    parent: str = ""
    """The id of the image it was made from, where the archive says so."""
    manifest_path: str = ""
    """Path of its manifest, "" where the archive has none."""
    index_path: str = ""
    """Path of the index that its names mean, "" where they mean the manifest."""
    attestation_path: str = ""
    """Path of the manifest of what is attested of it in that index."""


class DockerManifest(Struct, frozen=True, kw_only=True, rename="pascal"):
    """An entry of manifest.json."""

    config: str = ""
    repo_tags: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    parent: str = ""


class ImageArchive:
    """An archive of images.

    Args:
        data: the archive, which may be compressed.

    Raises:
        Refusal: it is no archive, is cut off, or names something outside of itself.
    """

    def __init__(self, data: bytes) -> None:
        self._members: dict[str, LayerEntry] = {entry.path: entry for entry in unpacking.members(data)}
        self._data = data

    def images(self, *, by_index: bool = False) -> list[ArchivedImage]:
        """What the archive says is in it.

        Args:
            by_index: whether what an OCI layout says goes before docker's own manifest.json.

        Raises:
            Refusal: it says nothing, or nothing that makes sense.
        """
        if by_index and "index.json" in self._members:
            return list(self._listed(self._decode("index.json", Index), 0))
        if "manifest.json" in self._members:
            documents = self._decode("manifest.json", tuple[DockerManifest, ...])
            return [
                ArchivedImage(entry.config, entry.layers, _parsed_tags(entry.repo_tags), entry.parent)
                for entry in documents
            ]
        if "index.json" in self._members:
            return list(self._listed(self._decode("index.json", Index), 0))
        directories = sorted({path.partition("/")[0] for path, entry in self._members.items() if entry.kind == "dir"})
        raise self._missing(f"{directories[0]}/json" if directories else "repositories")

    def read(self, path: str) -> bytes:
        """The bytes of a member; see `blob`."""
        content = self.blob(path)
        return contents.read(content, 0, len(content))

    def blob(self, path: str) -> Content:
        """A member, whose digest is verified where its name says one.

        Raises:
            Refusal: there is no such file, or it is not what its name says.
        """
        place = self._resolve(path)
        content = self._members[place].content
        named = _BLOB.fullmatch(place)
        if named is not None and (actual := content_digest(contents.view(content))) != f"sha256:{named[1]}":
            raise messages.LOAD_DIGEST(path=place, expected=f"sha256:{named[1]}", actual=actual)
        return content

    def _resolve(self, path: str) -> str:
        """Where the file is that a path leads to."""
        place = path
        for _ in range(_LINKS_FOLLOWED):
            try:
                place = archive.safe_path(place)
            except archive.BadArchive:
                break
            entry = self._members.get(place)
            if entry is None:
                break
            if entry.kind == "file":
                return place
            if entry.kind == "hardlink":
                place = entry.target
            elif entry.kind == "link":
                place = posixpath.join(posixpath.dirname(place), entry.target)
            else:
                break
        raise self._missing(path)

    def _missing(self, path: str) -> messages.Refusal:
        number = zlib.crc32(self._data)  # docker unpacks into a folder with a number, which its errors tell
        return messages.ARCHIVE_NO_FILE(number=number, path=path)

    def _decode(self, path: str, kind: type[T]) -> T:
        try:
            return decode.decode(self.read(path), kind)
        except decode.InvalidJSON as problem:
            raise messages.ARCHIVE_INVALID(problem=problem) from None

    # OCI layouts

    def _listed(self, index: Index, depth: int, path: str = "") -> Iterator[ArchivedImage]:
        attested = {each.annotations[ATTESTS]: each for each in index.manifests if ATTESTS in each.annotations}
        for descriptor in index.manifests:
            if descriptor.platform.os not in ("", "linux") or depth > _INDEXES_NESTED:
                continue  # attestations have the platform unknown/unknown
            if depth and not self._has(descriptor):
                continue  # of an index for several platforms some may be left out
            tags = _annotated_tags(descriptor.annotations)
            if descriptor.media_type in INDEX_TYPES:
                place = self._blob(descriptor)
                for image in self._listed(self._decode(place, Index), depth + 1, place):
                    yield image._replace(tags=tags or image.tags)
                continue
            manifest = self._decode(self._blob(descriptor), ImageManifest)
            layers = tuple(self._blob(layer) for layer in manifest.layers)
            about = attested.get(descriptor.digest)
            yield ArchivedImage(
                self._blob(manifest.config),
                layers,
                tags,
                manifest_path=self._blob(descriptor),
                index_path=path,
                attestation_path=self._blob(about) if about is not None and self._has(about) else "",
            )

    def _has(self, descriptor: Descriptor) -> bool:
        return f"blobs/sha256/{descriptor.digest.removeprefix('sha256:')}" in self._members

    def attestation(self, path: str, subject: str) -> Attestation:
        """What is attested of an image.

        Raises:
            Refusal: something of it is missing.
        """
        raw = self.read(path)
        manifest = self._decode(path, ImageManifest)
        statements = tuple(self.read(self._blob(each)) for each in manifest.layers)
        config = self.read(self._blob(manifest.config))
        return Attestation(subject=subject, raw=raw, config=config, statements=statements)

    def _blob(self, descriptor: Descriptor) -> str:
        """The path of a blob whose size is as described; its digest is looked at when it is read."""
        if _DIGEST.fullmatch(descriptor.digest) is None:
            raise messages.CHECKSUM_FORMAT()
        path = f"blobs/sha256/{descriptor.digest.removeprefix('sha256:')}"
        actual = len(self._members[self._resolve(path)].content)
        if actual != descriptor.size:
            raise messages.LOAD_DIGEST(path=path, expected=f"{descriptor.size} bytes", actual=f"{actual} bytes")
        return path


def _annotated_tags(annotations: dict[str, str]) -> tuple[str, ...]:
    """The name that an index gives an image; a tag alone names nothing."""
    name = annotations.get(_NAME_ANNOTATION) or annotations.get(_TAG_ANNOTATION, "")
    return _parsed_tags((name,)) if ":" in name else ()


def _parsed_tags(texts: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for text in texts:
        try:
            name = reference.parse(text)
        except reference.InvalidReference as problem:
            raise messages.ARCHIVE_INVALID(problem=problem) from None
        if not name.tag:
            raise messages.LOAD_TAG(name=text)
        found.append(f"{name.name}:{name.tag}")
    return tuple(found)
