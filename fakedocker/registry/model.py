"""A registry's contents as values."""

from __future__ import annotations

from msgspec import Struct

from fakedocker.base.persistent import Map
from fakedocker.filesystem.content import Content
from fakedocker.images.model import Image, Layer
from fakedocker.registry.attestations import Attestation


class RemoteLayer(Struct, frozen=True, kw_only=True):
    """A layer as a registry offers it; what is made here is gzip with stored blocks, so a blob is about as large as the tar in it."""

    digest: str
    """Of the compressed blob."""
    size_bytes: int
    """Of the compressed blob."""
    layer: Layer
    original: Content | None = None
    """The blob as it came, where compressing the archive here would give other bytes; else None."""

    @property
    def transfer_bytes(self) -> int:
        """How much a transfer moves in the simulation: holes in the files of an image by rule are not in its blob, and count as if they were."""
        return max(self.size_bytes, self.layer.size_bytes * 2 // 5)


class Manifest(Struct, frozen=True, kw_only=True):
    """An image as a registry offers it. `manifests.make_manifest` makes one."""

    digest: str
    """What its name means: the digest of `raw`, or of the index that it was found in."""
    image: Image
    layers: tuple[RemoteLayer, ...]
    raw: bytes = b""
    """The manifest's JSON as it is served."""
    index: bytes = b""
    """The JSON of the index that it was found in, none where its name means the manifest."""
    attestation: Attestation | None = None
    """What is attested of it in that index."""


class OutsideWeb(Struct, frozen=True, kw_only=True):
    """What of the web a driver can fetch, which is none of the simulation's.

    Args:
        sites: URLs; what is below them is offered too.
        loopback: whether servers on this machine's loopback interface are asked.
    """

    sites: tuple[str, ...] = ()
    loopback: bool = False


class Registry(Struct, frozen=True, kw_only=True):
    """A registry host inside the world.

    `catalogue` says that it also offers what the built-in catalogue holds, as Docker Hub does; `outside` that it is
    none of the simulation's, but one on this machine's loopback interface, which a driver asks.
    """

    host: str
    catalogue: bool = False
    outside: bool = False
    tags: Map[str, str] = Map()
    """path:tag to a manifest's digest."""
    manifests: Map[str, Manifest] = Map()
    """path@digest to the manifest."""
    indexes: Map[str, bytes] = Map()
    """path@digest to a list of manifests, as JSON; the tags may mean these too."""
