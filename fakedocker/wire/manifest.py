"""Manifests and indexes of images as JSON, as far as an engine reads them: docker's schema 2 and OCI's are alike in
that.

Source: OCI image-spec manifest.md and image-index.md; distribution manifest/{schema2,manifestlist}.
"""

from __future__ import annotations

from msgspec import Struct


class Platform(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """For which machines an image is; what is not said is left out."""

    architecture: str = ""
    os: str = ""
    variant: str = ""


class Descriptor(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What is said of a blob or a manifest; what is not said is left out."""

    media_type: str = ""
    digest: str = ""
    size: int = 0
    annotations: dict[str, str] = {}
    platform: Platform = Platform()


class Index(Struct, frozen=True, kw_only=True, rename="camel"):
    """An OCI image index, or docker's manifest list."""

    manifests: tuple[Descriptor, ...] = ()


class ImageManifest(Struct, frozen=True, kw_only=True, rename="camel"):
    """An image's manifest (OCI, or docker's schema 2)."""

    config: Descriptor = Descriptor()
    layers: tuple[Descriptor, ...] = ()
