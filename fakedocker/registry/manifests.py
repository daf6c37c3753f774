"""Image manifests as JSON: docker's schema 2, laid out as docker itself writes it, so that digests and sizes are real.

Source: distribution manifest/schema2. This module must not know where manifests are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from fakedocker.images.model import Image, content_digest
from fakedocker.registry.model import Manifest, RemoteLayer

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class Descriptor(Struct, frozen=True, rename="camel"):
    """What a manifest says of a blob. The fields are in the order docker writes them."""

    media_type: str
    size: int
    digest: str


class ManifestDocument(Struct, frozen=True, rename="camel"):
    """A manifest's JSON. The fields are in the order docker writes them."""

    schema_version: int
    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]


def make_manifest(image: Image, layers: Sequence[RemoteLayer]) -> Manifest:
    """The manifest of an image, with its JSON written out and hashed."""
    document = ManifestDocument(
        2,
        MANIFEST_TYPE,
        Descriptor(CONFIG_TYPE, len(image.raw_config), image.id),
        tuple(Descriptor(LAYER_TYPE, remote.size_bytes, remote.digest) for remote in layers),
    )
    raw = msgspec.json.format(msgspec.json.encode(document), indent=3)
    return Manifest(digest=content_digest(raw), image=image, layers=tuple(layers), raw=raw)


def read_manifest(raw: bytes) -> ManifestDocument:
    """The manifest in a JSON text.

    Raises:
        msgspec.ValidationError, msgspec.DecodeError: it is none.
    """
    return msgspec.json.decode(raw, type=ManifestDocument)
