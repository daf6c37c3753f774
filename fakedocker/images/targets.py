"""What a name means in containerd's image store: a manifest, or an index of manifests of which some are here.

The digest of that document is the image's id. Each manifest in it is an image for one platform, or an attestation of
another one. Sources: OCI image-spec image-index.md; moby daemon/containerd. This module must not know where layers are
kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from fakedocker.base.platform import DEFAULT_ARCHITECTURE, DEFAULT_OS, Platform
from fakedocker.wire import decode, manifest as wire
from fakedocker.wire.manifest import Descriptor, ImageManifest, Index

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar+gzip"
INDEX_TYPES = (INDEX_TYPE, "application/vnd.docker.distribution.manifest.list.v2+json")
ATTESTS = "vnd.docker.reference.digest"
"""The annotation of an attestation that names the manifest it is about."""
HOST = Platform(DEFAULT_OS, DEFAULT_ARCHITECTURE)
NO_PLATFORM = wire.Platform()
"""What the descriptor of a plain manifest says of its platform: nothing, its configuration does."""


class Blob(Struct, frozen=True, kw_only=True):
    """What a manifest refers to: a configuration, a statement of an attestation, seldom a layer."""

    digest: str
    data: bytes


class Part(Struct, frozen=True, kw_only=True):
    """A manifest of a target.

    Args:
        descriptor: what the index says of it.
        raw: the manifest's bytes; none while it is not here.
        blobs: its configuration, and the statements of an attestation, or blobs of layers that the store has in other blobs.
        chain: chain ids of its layers from the base up, () while it is not here.
        content_bytes: of everything of it that is here, layers compressed.
    """

    descriptor: Descriptor
    raw: bytes = b""
    blobs: tuple[Blob, ...] = ()
    chain: tuple[str, ...] = ()
    content_bytes: int = 0

    @property
    def digest(self) -> str:
        return self.descriptor.digest

    @property
    def is_here(self) -> bool:
        return bool(self.raw)

    @property
    def attests(self) -> str:
        """The digest of the manifest that it is an attestation of, "" for an image."""
        return self.descriptor.annotations.get(ATTESTS, "")

    @property
    def platform(self) -> Platform:
        named = self.descriptor.platform
        return Platform(named.os, named.architecture, named.variant)

    @property
    def config(self) -> bytes:
        """The JSON of its configuration; none while it is not here."""
        return self.blobs[0].data if self.blobs else b""


class Target(Struct, frozen=True, kw_only=True):
    """What a name means.

    Args:
        media_type: of the document, as its descriptor has it.
        raw: the document's bytes, whose digest is the image's id.
        parts: the manifests in it, or the one that it is.
        pulled_from: repositories that it came from, spelled in full.
        builds: builds that it came of: their name, and when it was made.
    """

    media_type: str
    raw: bytes
    parts: tuple[Part, ...]
    pulled_from: tuple[str, ...] = ()
    builds: tuple[tuple[str, str], ...] = ()

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEX_TYPES

    @property
    def images(self) -> Iterator[Part]:
        """The manifests that are images."""
        return (part for part in self.parts if not part.attests)

    @property
    def tops(self) -> Iterator[str]:
        """The uppermost layer of each platform that is here."""
        return (part.chain[-1] for part in self.parts if part.chain)


def fits(platform: Platform, wanted: Platform) -> bool:
    """Whether an image for one platform can be taken for another that was asked for; a variant left open is any."""
    return platform[:2] == wanted[:2] and (not wanted.variant or platform.variant in ("", wanted.variant))


def part_for(target: Target, wanted: Platform, *, only_here: bool = True) -> Part | None:
    """The image for a platform in an index, None where there is none."""
    found = (part for part in target.images if fits(part.platform, wanted) and (part.is_here or not only_here))
    return next(found, None)


def part_of_top(target: Target, top: str) -> Part | None:
    """The image whose uppermost layer is this one, None for one that is not here."""
    return next((part for part in target.images if part.is_here and (part.chain or ("",))[-1] == top), None)


def descriptors(raw: bytes) -> tuple[Descriptor, ...]:
    """What an index says of its manifests.

    Raises:
        decode.InvalidJSON: it is none.
    """
    return decode.decode(raw, Index).manifests


def layer_descriptors(raw: bytes) -> tuple[Descriptor, ...]:
    """What a manifest says of its layers, from the base up."""
    return decode.decode(raw, ImageManifest).layers


def config_descriptor(raw: bytes) -> Descriptor:
    """What a manifest says of its configuration."""
    return decode.decode(raw, ImageManifest).config


def merged(known: Iterable[Part], arriving: Iterable[Part]) -> tuple[Part, ...]:
    """The parts of one index, with what is here by either account."""
    before = {part.digest: part for part in known}
    return tuple(part if part.is_here else before.get(part.digest, part) for part in arriving)
