"""Image manifests as JSON: docker's schema 2, laid out as docker itself writes it, or OCI's, so that digests and sizes
are real.

Sources: distribution manifest/schema2; OCI image-spec manifest.md. This module must not know where manifests are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from fakedocker.images import targets
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


def make_manifest(
    image: Image, layers: Sequence[RemoteLayer], media_type: str = MANIFEST_TYPE, indent: int = 0
) -> Manifest:
    """The manifest of an image, with its JSON written out and hashed.

    Args:
        media_type: docker's, or `targets.MANIFEST_TYPE`.
        indent: how many spaces the JSON is indented by; 0 for three in docker's, and for all in one line in another.
    """
    is_docker = media_type == MANIFEST_TYPE
    config_type, layer_type = (CONFIG_TYPE, LAYER_TYPE) if is_docker else (targets.CONFIG_TYPE, targets.LAYER_TYPE)
    document = ManifestDocument(
        2,
        media_type,
        Descriptor(config_type, len(image.raw_config), image.config_digest),
        tuple(Descriptor(layer_type, remote.size_bytes, remote.digest) for remote in layers),
    )
    raw = msgspec.json.encode(document)
    if is_docker or indent:
        raw = msgspec.json.format(raw, indent=indent or 3)
    return Manifest(digest=content_digest(raw), image=image, layers=tuple(layers), raw=raw)


def read_manifest(raw: bytes) -> ManifestDocument:
    """The manifest in a JSON text.

    Raises:
        msgspec.ValidationError, msgspec.DecodeError: it is none.
    """
    return msgspec.json.decode(raw, type=ManifestDocument)
