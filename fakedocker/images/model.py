"""Layers and images as values.

A layer is known by its chain id, the hash of its own diff id and everything below it, as in docker's layer store: two
images share a layer only where they share all layers under it too. This module must not know where images come from.
"""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from fakedocker.base import clock
from fakedocker.filesystem.archive import write_tar
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree
from fakedocker.images.targets import Target
from fakedocker.wire.container import Config
from fakedocker.wire.image import ImageConfig


class Blob(Struct, frozen=True, gc=False, kw_only=True):
    """A layer as containerd's store has it: compressed, and unpacked into a snapshot.

    Args:
        digest, size_bytes: of the compressed archive.
        content_bytes: how much of the disk it counts for; holes in an image by rule count as if they were in the archive.
        snapshot_bytes: of the snapshot on the disk, in whole blocks.
        original: the compressed archive as it came, where compressing it here would give other bytes; else None.
    """

    digest: str
    size_bytes: int
    content_bytes: int
    snapshot_bytes: int
    original: Content | None = None


class Layer(Struct, frozen=True, gc=False, kw_only=True):
    """A layer in its place: on top of its parent chain."""

    chain_id: str
    parent: str
    """The chain id below, or "" for a base layer."""
    diff_id: str
    size_bytes: int
    """Sum of the sizes of the regular files in it, as docker counts."""
    entries: tuple[LayerEntry, ...]
    tree: Tree
    """The file tree of the whole chain."""
    original: Content | None = None
    """The archive it came as, where one written of the entries would have other bytes; else None."""
    assumed: bool = False
    """Whether it is what a step left that failed and was taken to have worked, or all that is known of an image."""
    blob: Blob | None = None
    """How containerd's store has it; None in the classic store."""

    def archive(self) -> Content:
        """The layer as a tar archive, whose digest is the diff id. Time grows with the number of entries."""
        return write_tar(self.entries) if self.original is None else self.original


class HistoryEntry(Struct, frozen=True, gc=False, kw_only=True):
    """A line of an image's history, as `docker history` has it: one for each instruction."""

    created_ns: int
    created_by: str
    comment: str = ""
    author: str = ""
    empty_layer: bool = False


class Image(Struct, frozen=True, gc=False, kw_only=True):
    """An image: a configuration over a chain of layers."""

    id: str
    """sha256: and the digest of its configuration's JSON; in containerd's store that of its manifest or index."""
    created_ns: int
    config: ImageConfig
    architecture: str = "amd64"
    os: str = "linux"
    variant: str = ""
    author: str = ""
    comment: str = ""
    docker_version: str = ""
    parent: str = ""
    """The image it was committed or built from on this engine; "" for one that was pulled or loaded."""
    layers: tuple[str, ...] = ()
    """Chain ids from the base up."""
    diff_ids: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    size_bytes: int = 0
    raw_config: bytes = b""
    """The configuration's JSON."""
    container_id: str = ""
    """The container it was committed from, "" for one that was not."""
    container_config: ImageConfig | Config | None = None
    """What the container of its last build step, or the one committed, was made with; the cache compares it. None for others."""
    target: Target | None = None
    """In containerd's store the document that its names mean, of which this is the image for this machine."""

    @property
    def top(self) -> str:
        """The chain id of the uppermost layer, "" for an image without layers."""
        return self.layers[-1] if self.layers else ""

    @property
    def tops(self) -> tuple[str, ...]:
        """The uppermost layers of all that is here of it."""
        own = (self.top,) if self.top else ()
        return own if self.target is None else tuple(dict.fromkeys((*own, *self.target.tops)))

    @property
    def config_digest(self) -> str:
        """The digest of the configuration's JSON."""
        return content_digest(self.raw_config)


def chain_id(parent: str, diff_id: str) -> str:
    """The chain id of a layer over a parent chain (OCI image spec, "Layer ChainID")."""
    return diff_id if not parent else "sha256:" + hashlib.sha256(f"{parent} {diff_id}".encode()).hexdigest()


def content_digest(data: bytes | memoryview) -> str:
    """sha256:HEX of bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def make_image(
    *,
    created_ns: int,
    config: ImageConfig,
    layers: tuple[Layer, ...],
    history: tuple[HistoryEntry, ...],
    architecture: str = "amd64",
    os: str = "linux",
    variant: str = "",
    author: str = "",
    comment: str = "",
    docker_version: str = "",
    parent: str = "",
    container_id: str = "",
    container_config: ImageConfig | Config | None = None,
) -> Image:
    """An image with its configuration written out and hashed, so that its id is real."""
    document = {
        "architecture": architecture,
        **({"variant": variant} if variant else {}),
        **({"author": author} if author else {}),
        **({"comment": comment} if comment else {}),
        "config": msgspec.to_builtins(config),
        **({"container": container_id} if container_id else {}),
        **({"container_config": msgspec.to_builtins(container_config)} if container_config is not None else {}),
        "created": clock.rfc3339_nano(created_ns),
        **({"docker_version": docker_version} if docker_version else {}),
        "history": [_history_document(entry) for entry in history],
        "os": os,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    raw = msgspec.json.encode(document)
    return Image(
        id=content_digest(raw),
        created_ns=created_ns,
        config=config,
        architecture=architecture,
        os=os,
        variant=variant,
        author=author,
        comment=comment,
        docker_version=docker_version,
        parent=parent,
        layers=tuple(layer.chain_id for layer in layers),
        diff_ids=tuple(layer.diff_id for layer in layers),
        history=history,
        size_bytes=sum(layer.size_bytes for layer in layers),
        raw_config=raw,
        container_id=container_id,
        container_config=container_config,
    )


def _history_document(entry: HistoryEntry) -> dict[str, object]:
    return {
        "created": clock.rfc3339_nano(entry.created_ns),
        **({"created_by": entry.created_by} if entry.created_by else {}),
        **({"author": entry.author} if entry.author else {}),
        **({"comment": entry.comment} if entry.comment else {}),
        **({"empty_layer": True} if entry.empty_layer else {}),
    }
