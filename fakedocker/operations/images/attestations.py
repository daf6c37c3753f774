"""The attestations of an image that is here: GET /images/NAME/attestations.

Source: moby daemon/containerd/image_attestations.go, daemon/images/image_attestations.go.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from msgspec import UNSET, Struct, UnsetType

from fakedocker.base import messages
from fakedocker.images import targets
from fakedocker.images.model import Image
from fakedocker.operations.images import content_store
from fakedocker.wire import decode
from fakedocker.wire.manifest import Descriptor, ImageManifest
from fakedocker.wire.naming import pascal
from fakedocker.world.draft import Draft

_PREDICATE = "in-toto.io/predicate-type"
"""The annotation of a statement that says of which kind it is."""


class AttestationStatement(Struct, frozen=True, kw_only=True, rename=pascal()):
    """An element of the answer."""

    descriptor: Descriptor
    predicate_type: str
    statement: msgspec.Raw | UnsetType = UNSET


def of_image(
    draft: Draft, image: Image, platform: str, kinds: Collection[str], with_statements: bool
) -> list[AttestationStatement]:
    """The statements about an image for a platform, "" for this machine's.

    Args:
        kinds: of which kinds, none for all.
        with_statements: whether the statements themselves are told.

    Raises:
        Refusal: the image store has none, or not the platform.
    """
    if not content_store.is_used(draft):
        raise messages.NO_ATTESTATIONS()
    target = image.target
    if target is None or not target.is_index:
        return []
    part = targets.part_for(target, content_store.wanted_platform(platform), only_here=False)
    if part is None:
        raise messages.NO_SUCH_PLATFORM(platform=platform or targets.HOST)
    found = []
    for own in target.parts:
        if own.attests != part.digest or not own.is_here:
            continue
        held = {blob.digest: blob.data for blob in own.blobs}
        for layer in decode.decode(own.raw, ImageManifest).layers:
            kind = layer.annotations.get(_PREDICATE, "")
            if kind and (not kinds or kind in kinds):
                text = msgspec.Raw(held[layer.digest]) if with_statements and layer.digest in held else UNSET
                found.append(AttestationStatement(descriptor=layer, predicate_type=kind, statement=text))
    return found
