"""Archives on their way in: their members, and the layers that tars of files become.

Source: moby layer/layer_store.go. This module must not know images, names, or what is
in an archive besides files.
"""

from __future__ import annotations

import hashlib

from fakedocker.base import messages
from fakedocker.filesystem import archive, compression, content as contents, gzip_stored
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.images.model import Layer, chain_id


def unpack_blob(data: bytes | memoryview) -> tuple[bytes, bool]:
    """The archive in a layer's blob, and whether it gives the same blob when it is compressed here, or is it already.

    Raises:
        Refusal: the compressed stream is broken, cut off or too large.
    """
    plain = gzip_stored.decompress(data)
    if plain is not None:
        return plain, True
    return decompress(data), not compression.is_compressed(data)


def decompress(data: bytes | memoryview) -> bytes:
    """The bytes of an archive that may be compressed.

    Raises:
        Refusal: the compressed stream is broken, cut off or too large.
    """
    try:
        return compression.decompressed(data)
    except archive.BadArchive as problem:
        raise messages.ARCHIVE_INVALID(problem=problem) from None


def members(data: bytes) -> list[LayerEntry]:
    """What is in a tar, which may be compressed.

    Raises:
        Refusal: it is none, is cut off, or names something outside of itself.
    """
    try:
        return list(archive.read_tar(decompress(data)))
    except archive.BadArchive as problem:
        raise messages.ARCHIVE_INVALID(problem=problem) from None


def diff_id(tar: bytes) -> str:
    """The digest that a layer of this tar has, about 1 GB a second."""
    return f"sha256:{hashlib.sha256(tar).hexdigest()}"


def make_layer(tar: bytes, digest: str, below: Layer | None) -> Layer:
    """A tar as a layer.

    Args:
        digest: its diff id.
        below: the layer it lies on, None for a base layer.

    Raises:
        Refusal: it is no tar, is cut off, or leads out of the file system.
    """
    entries = tuple(members(tar))
    parent = below.chain_id if below is not None else ""
    return Layer(
        chain_id=chain_id(parent, digest),
        parent=parent,
        diff_id=digest,
        size_bytes=sum(len(entry.content) for entry in entries if entry.kind == "file"),
        entries=entries,
        tree=apply_layer(below.tree if below is not None else Tree.empty(), entries),
        original=_kept(tar, entries),
    )


def _kept(tar: bytes, entries: tuple[LayerEntry, ...]) -> Content | None:
    """The tar itself, where writing its entries would not give the same bytes."""
    return None if contents.is_same(archive.write_tar(entries), tar) else contents.part_of(tar, 0, len(tar))
