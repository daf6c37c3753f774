"""What a builder attests of an image: a manifest of its own in the image's index, with a statement of where it comes from.

Sources: buildkit docs/attestations/attestation-storage.md; in-toto Statement v0.1. This module must not know where
manifests are kept.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Struct

from fakedocker.images.model import content_digest
from fakedocker.images.targets import ATTESTS, CONFIG_TYPE, MANIFEST_TYPE
from fakedocker.wire.manifest import Descriptor, Platform

STATEMENT_TYPE: Final = "application/vnd.in-toto+json"
PREDICATE: Final = "https://slsa.dev/provenance/v1"
_EMPTY_TYPE: Final = "application/vnd.oci.empty.v1+json"
_KIND: Final = "vnd.docker.reference.type"
_UNKNOWN: Final = Platform(os="unknown", architecture="unknown")


class Attestation(Struct, frozen=True, kw_only=True):
    """An attestation: its manifest, its configuration, and its statements."""

    subject: str
    """The digest of the manifest that it is about."""
    raw: bytes
    config: bytes
    statements: tuple[bytes, ...]

    @property
    def descriptor(self) -> Descriptor:
        """What an index says of it."""
        return Descriptor(
            media_type=MANIFEST_TYPE, digest=content_digest(self.raw), size=len(self.raw),
            annotations={ATTESTS: self.subject, _KIND: "attestation-manifest"}, platform=_UNKNOWN,
        )  # fmt: skip


def provenance(subject: str, name: str, started: str, finished: str, *, is_artifact: bool = False) -> Attestation:
    """The statement that BuildKit makes of a build without being asked: when it was, and that it was by BuildKit.

    Args:
        subject: the digest of the image's manifest.
        name: what the image is called, as a package URL.
        started, finished: as RFC 3339 has times.
        is_artifact: whether its configuration is OCI's empty one, as newer builders have it, which lay the manifest out in lines.
    """
    statement = msgspec.json.encode(
        {
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": PREDICATE,
            "subject": [{"name": name, "digest": {"sha256": subject.removeprefix("sha256:")}}],
            "predicate": {
                "buildDefinition": {
                    "buildType": "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md",
                },
                "runDetails": {"builder": {"id": ""}, "metadata": {"startedOn": started, "finishedOn": finished}},
            },
        }
    )
    digest = content_digest(statement)
    image = {"architecture": "unknown", "os": "unknown", "config": {}}
    config = (
        b"{}" if is_artifact else msgspec.json.encode({**image, "rootfs": {"type": "layers", "diff_ids": [digest]}})
    )
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": {
            "mediaType": _EMPTY_TYPE if is_artifact else CONFIG_TYPE,
            "digest": content_digest(config),
            "size": len(config),
        },
        "layers": [
            {
                "mediaType": STATEMENT_TYPE,
                "digest": digest,
                "size": len(statement),
                "annotations": {"in-toto.io/predicate-type": PREDICATE},
            }
        ],
    }
    raw = msgspec.json.encode(manifest)
    laid_out = msgspec.json.format(raw, indent=2) if is_artifact else raw
    return Attestation(subject=subject, raw=laid_out, config=config, statements=(statement,))
