"""Manifests as a registry looks at them: what they need, and whose they are.

Source: OCI image-spec manifest.md and image-index.md; distribution manifest/{schema2,manifestlist,ocischema}.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from fakedocker.base.json_types import JsonObject
from fakedocker.registry.distribution.problems import Problem

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_INDEXES = (OCI_INDEX, DOCKER_LIST)
_KNOWN = (OCI_MANIFEST, DOCKER_MANIFEST, *_INDEXES)
_FOREIGN = ("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "nondistributable")


class _Descriptor(Struct, frozen=True, kw_only=True, rename="camel"):
    media_type: str
    digest: str
    size: int


class _Document(Struct, frozen=True, kw_only=True, rename="camel"):
    schema_version: int
    media_type: str = ""
    artifact_type: str = ""
    config: _Descriptor | None = None
    layers: tuple[_Descriptor, ...] = ()
    manifests: tuple[_Descriptor, ...] = ()
    subject: _Descriptor | None = None
    annotations: dict[str, str] | None = None


class Needs(Struct, frozen=True, kw_only=True):
    """A manifest's type, and the digests of what it needs."""

    media_type: str
    blobs: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    subject: str = ""


def read(raw: bytes, declared: str) -> Needs:
    """What a manifest is.

    Args:
        declared: the media type it came with, "" for none.

    Raises:
        Problem: it is none, or another than it says.
    """
    try:
        document = msgspec.json.decode(raw, type=_Document)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as problem:
        raise Problem("MANIFEST_INVALID", str(problem)) from None
    media_type = document.media_type or declared or (OCI_INDEX if document.manifests else OCI_MANIFEST)
    if document.schema_version != 2 or media_type not in _KNOWN:
        raise Problem("MANIFEST_INVALID", f"unsupported manifest: schema {document.schema_version}, {media_type}")
    if declared and document.media_type and declared != document.media_type:
        raise Problem("MANIFEST_INVALID", f"mediaType in manifest should be '{declared}' not '{document.media_type}'")
    subject_digest = document.subject.digest if document.subject is not None else ""
    if media_type in _INDEXES:
        children = tuple(child.digest for child in document.manifests)
        return Needs(media_type=media_type, manifests=children, subject=subject_digest)
    if document.config is None:
        raise Problem("MANIFEST_INVALID", "the manifest has no configuration")
    local = [layer for layer in document.layers if not any(mark in layer.media_type for mark in _FOREIGN)]
    blobs = tuple(dict.fromkeys((document.config.digest, *(layer.digest for layer in local))))
    return Needs(media_type=media_type, blobs=blobs, subject=subject_digest)


def subject(raw: bytes) -> str:
    """The digest of the manifest that one belongs to; "" for none."""
    document = msgspec.json.decode(raw, type=_Document)
    return document.subject.digest if document.subject is not None else ""


def descriptor(digest: str, media_type: str, raw: bytes) -> JsonObject:
    """A manifest in the list of those that belong to another."""
    document = msgspec.json.decode(raw, type=_Document)
    kind = document.artifact_type or (document.config.media_type if document.config is not None else "")
    return {
        "mediaType": media_type,
        "digest": digest,
        "size": len(raw),
        **({"artifactType": kind} if kind else {}),
        **({"annotations": document.annotations} if document.annotations else {}),
    }
