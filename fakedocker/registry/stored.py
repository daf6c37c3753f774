"""How the package keeps the catalogue: one JSON file per layer, the images' own JSON, and an index of names.

    index.json            repositories and their tags
    blobs/HEX.json        manifests and image configurations, under the sha256 of their bytes
    layers/HEX.json       layers, under their diff ids

A layer's file lists what is in its archive; large contents are recipes. This module owns these forms and must not know
files, names of images or who reads them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from fakedocker.base.patterns import lazy_pattern
from fakedocker.filesystem.content import Content, Recipe, Zeros, filler, join, zeros
from fakedocker.filesystem.node import Kind, LayerEntry

SECOND_NS = 1_000_000_000
_NULLS = "\0\0\0\0"
_RUNS = lazy_pattern(f"({_NULLS}+)")  # shorter runs of nulls stay in their text

StoredContent: TypeAlias = str | tuple[str | int | tuple[str, int], ...]
"""A text, or pieces in a row: a text, a number of null bytes, or the seed and size of filler."""


class StoredEntry(Struct, frozen=True, array_like=True, gc=False):
    """An entry of a layer; `body` is a file's content or a link's target."""

    path: str
    kind: Kind | Literal["hardlink"]
    mode: int
    uid: int
    gid: int
    body: StoredContent


class StoredLayer(Struct, frozen=True):
    """A layer: the digests of its archive and what is in it. All entries have the same time."""

    diff_id: str
    digest: str
    """Of the archive in gzip with stored blocks."""
    size_bytes: int
    """Of the same."""
    modified_s: int
    entries: tuple[StoredEntry, ...]


class Repository(Struct, frozen=True, omit_defaults=True):
    """A repository as a search shows it, and its tags with the digests of their manifests, newest tags first."""

    description: str
    stars: int
    official: bool
    tags: dict[str, str]
    recorded: dict[str, str] = {}
    """Those of its tags that name their image on the day of the recordings, whatever the facts say."""


class Index(Struct, frozen=True):
    repositories: dict[str, Repository]


def blob_file(digest: str) -> str:
    """Where a manifest or configuration is kept."""
    return f"blobs/{digest.removeprefix('sha256:')}.json"


def layer_file(diff_id: str) -> str:
    """Where a layer is kept."""
    return f"layers/{diff_id.removeprefix('sha256:')}.json"


def store_entry(entry: LayerEntry) -> StoredEntry:
    """An entry as it is kept; its time is the layer's."""
    body: StoredContent = store_content(entry.content) if entry.kind == "file" else entry.target
    return StoredEntry(entry.path, entry.kind, entry.mode, entry.uid, entry.gid, body)


def restore_entries(layer: StoredLayer) -> tuple[LayerEntry, ...]:
    """The entries of a kept layer."""
    time_ns = layer.modified_s * SECOND_NS
    return tuple(_restore_entry(entry, time_ns) for entry in layer.entries)


def _restore_entry(entry: StoredEntry, time_ns: int) -> LayerEntry:
    path, kind, mode, uid, gid, body = entry.path, entry.kind, entry.mode, entry.uid, entry.gid, entry.body
    if kind == "file":
        return LayerEntry(path, kind, mode, uid, gid, time_ns, content=restore_content(body))
    assert isinstance(body, str)
    return LayerEntry(path, kind, mode, uid, gid, time_ns, target=body)


def store_content(content: Content) -> StoredContent:
    """A content as it is kept.

    Raises:
        ValueError: it holds bytes that are neither text nor null, or a piece that is no whole recipe.
    """
    pieces: list[str | int | tuple[str, int]] = []
    for piece in (content,) if isinstance(content, bytes) else content.pieces:
        if isinstance(piece, bytes):
            pieces += [len(part) if part.startswith(_NULLS) else part for part in _RUNS.split(piece.decode()) if part]
        elif isinstance(piece, Zeros):
            pieces.append(piece.size)
        elif isinstance(piece, Recipe) and not piece.offset:
            pieces.append((piece.seed, piece.size))
        else:
            raise ValueError(f"cannot be kept: {piece!r:.80}")
    if not pieces:
        return ""
    return pieces[0] if len(pieces) == 1 and isinstance(pieces[0], str) else tuple(pieces)


def restore_content(stored: StoredContent) -> Content:
    """The content that was kept."""
    if isinstance(stored, str):
        return stored.encode()
    return join(*(_restore_piece(piece) for piece in stored))


def _restore_piece(piece: str | int | tuple[str, int]) -> Content:
    if isinstance(piece, str):
        return piece.encode()
    return zeros(piece) if isinstance(piece, int) else filler(*piece)
