"""Layers as blobs: the archive of a layer's entries in gzip with stored blocks, and the digests of both.

This module must not know manifests or where blobs are kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fakedocker.filesystem import content as contents, gzip_stored
from fakedocker.filesystem.archive import write_tar
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.images.model import Layer
from fakedocker.registry.model import RemoteLayer


class Sums(NamedTuple):
    """What a layer's blob is known by."""

    diff_id: str
    """Of the archive."""
    digest: str
    """Of the compressed archive."""
    size_bytes: int
    """Of the compressed archive."""


def sums(entries: Iterable[LayerEntry]) -> Sums:
    """The digests of a layer. Makes the whole blob, chunk by chunk, about 100 MB a second."""
    return archive_sums(write_tar(entries))


def archive_sums(content: Content) -> Sums:
    """The digests of a layer that is an archive already. As fast as `sums`."""
    archive = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for chunk in contents.chunks(content):
            archive.update(chunk)
            yield chunk

    digest, size_bytes = _digest_of(gzip_stored.pieces(hashed()))
    return Sums(f"sha256:{archive.hexdigest()}", digest, size_bytes)


def layer_sums(layer: Layer) -> Sums:
    """The digests of a layer whose own is known: half of the work of `archive_sums`."""
    return Sums(layer.diff_id, *_digest_of(gzip_stored.pieces(contents.chunks(layer.archive()))))


def _digest_of(chunks: Iterable[bytes | memoryview]) -> tuple[str, int]:
    """The digest and the size of what comes."""
    digest, size_bytes = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size_bytes += len(chunk)
    return f"sha256:{digest.hexdigest()}", size_bytes


def chunks_of(remote: RemoteLayer) -> Iterator[bytes]:
    """A layer's blob: as it came where that is kept, plain where its digest is the archive's own, else compressed here."""
    if remote.original is not None:
        return contents.chunks(remote.original)
    archive = contents.chunks(remote.layer.archive())
    return archive if remote.digest == remote.layer.diff_id else gzip_stored.compress(archive)


def bytes_of(remote: RemoteLayer) -> bytes:
    """A layer's blob in one piece. Time and memory grow with its bytes."""
    return b"".join(chunks_of(remote))
