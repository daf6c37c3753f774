"""Indexes of images for several platforms, as the Hub serves official ones: each with its attestation.

This module must not know which images there are, or worlds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base import clock
from fakedocker.images.model import Image, content_digest
from fakedocker.images.targets import INDEX_TYPE, MANIFEST_TYPE
from fakedocker.registry import attestations
from fakedocker.registry.attestations import Attestation
from fakedocker.registry.distribution import manifests as documents
from fakedocker.registry.manifests import make_manifest
from fakedocker.registry.model import Manifest
from fakedocker.wire.manifest import Descriptor, Platform


class OfferedIndex(Struct, frozen=True):
    """An index with all that is in it."""

    raw: bytes
    manifests: tuple[Manifest, ...]
    attestations: tuple[Attestation, ...]

    @property
    def digest(self) -> str:
        return content_digest(self.raw)

    def offer(self, manifest: Manifest) -> Manifest:
        """One of its images as what its name means."""
        about = next((each for each in self.attestations if each.subject == manifest.digest), None)
        return replace(manifest, digest=self.digest, index=self.raw, attestation=about)


def make(name: str, images: Iterable[Manifest]) -> OfferedIndex:
    """The index of an image of the Hub.

    Args:
        name: of the repository, as people write it.
        images: one for each platform; each gets a manifest of OCI's type.
    """
    manifests = tuple(make_manifest(found.image, found.layers, MANIFEST_TYPE) for found in images)
    about = tuple(_attested(name, manifest) for manifest in manifests)
    pairs = zip(map(descriptor_of, manifests), (each.descriptor for each in about), strict=True)
    return OfferedIndex(encoded(itertools.chain.from_iterable(pairs)), manifests, about)


def descriptor_of(manifest: Manifest) -> Descriptor:
    """What an index says of an image's manifest."""
    return Descriptor(
        media_type=documents.read(manifest.raw, "").media_type,
        digest=content_digest(manifest.raw),
        size=len(manifest.raw),
        platform=platform_of(manifest.image),
    )


def platform_of(image: Image) -> Platform:
    """The platform that an image is for, as a descriptor has it."""
    return Platform(os=image.os, architecture=image.architecture, variant=image.variant)


def encoded(listed: Iterable[Descriptor], indent: int = 0) -> bytes:
    """The JSON of an index, indented by so many spaces; 0 for all in one line."""
    raw = msgspec.json.encode({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": list(listed)})
    return msgspec.json.format(raw, indent=indent) if indent else raw


def _attested(name: str, manifest: Manifest) -> Attestation:
    built = clock.rfc3339_nano(manifest.image.created_ns)
    return attestations.provenance(manifest.digest, f"pkg:docker/{name}", built, built)
