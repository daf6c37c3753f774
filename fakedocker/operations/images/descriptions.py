"""What is told of images: an element of a list, inspect, history; and what they take of the disk.

Sources: moby daemon/images/{images,image_inspect,image_history}.go for the classic store,
daemon/containerd/{image_list,image_inspect,image_history}.go for containerd's.
"""

from __future__ import annotations

from collections import Counter

from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.base import clock, messages
from fakedocker.base.platform import Platform
from fakedocker.images import overlay_names
from fakedocker.images.model import Image, content_digest
from fakedocker.images.targets import Part, Target
from fakedocker.operations.images import content_store
from fakedocker.operations.images.images import names
from fakedocker.operations.system import lookup
from fakedocker.registry import indexes
from fakedocker.wire.image import (
    BuiltBy,
    HistoryItem,
    ImageConfig,
    ImageIdentity,
    ImageInspect,
    ImageMetadata,
    ImageSummary,
    ManifestAttestation,
    ManifestImage,
    ManifestSize,
    ManifestSummary,
    PulledFrom,
    RootFS,
    UnpackedSize,
)
from fakedocker.wire.manifest import Descriptor
from fakedocker.wire.storage import GraphDriver
from fakedocker.world.draft import Draft


def summary(
    draft: Draft,
    image: Image,
    tags: tuple[str, ...],
    digests: tuple[str, ...] | None,
    *,
    shared: Counter[str] | None,
    containers: bool,
    manifests: bool = False,
) -> ImageSummary:
    """An image in a list. Counting containers and shared bytes is left to those who ask for it, as are the manifests of
    an index.

    Args:
        shared: how many images keep what each keeps, None where that is not asked for; see `holders`.
    """
    users = draft.image_containers.get(image.id)
    target = image.target
    told: dict[str, str] | None = dict(image.config.labels) if image.config.labels else None
    return ImageSummary(
        containers=(len(users) if users is not None else 0) if containers or target is not None else -1,
        created=image.created_ns // clock.SECOND_NS,
        id=image.id,
        labels=told if target is None else told or {},
        parent_id=image.parent,
        descriptor=descriptor(target) if target is not None else UNSET,
        manifests=manifest_summaries(draft, image) if target is not None and manifests else UNSET,
        repo_digests=digests,
        repo_tags=tags,
        shared_size=-1 if shared is None else _shared_bytes(draft, image, shared),
        size=content_store.usage_bytes(draft, image),
    )


def descriptor(target: Target) -> Descriptor:
    """What is said of the document that a name means."""
    return Descriptor(media_type=target.media_type, digest=content_digest(target.raw), size=len(target.raw))


def manifest_summaries(draft: Draft, image: Image) -> tuple[ManifestSummary, ...]:
    """What an image's index lists, and what of it is here."""
    return tuple(_manifest_summary(draft, image, part) for part in image.target.parts) if image.target else ()


def _manifest_summary(draft: Draft, image: Image, part: Part) -> ManifestSummary:
    unpacked = content_store.unpacked_bytes(draft, part)
    size = ManifestSize(part.content_bytes, part.content_bytes + unpacked)
    base = ManifestSummary(
        id=part.digest, descriptor=part.descriptor, available=part.is_here, size=size, kind="image",
    )  # fmt: skip
    if part.attests:
        return replace(base, kind="attestation", attestation_data=ManifestAttestation(part.attests))
    users = draft.image_containers.get(image.id) or ()
    top = part.chain[-1] if part.chain else ""
    using = sorted(identifier for identifier in users if draft.containers[identifier].top_layer == top)
    platform = part.descriptor.platform if part.descriptor.platform.os else indexes.platform_of(image)
    told = ManifestImage(platform=platform, size=UnpackedSize(unpacked), containers=tuple(using) or None)
    return replace(base, image_data=told)


def holders(draft: Draft) -> Counter[str]:
    """How many images keep each layer and each document; see `content_store.holdings`. Time grows with the layers of all."""
    return Counter(key for image in draft.images.values() for key in content_store.holdings(draft, image))


def _shared_bytes(draft: Draft, image: Image, counted: Counter[str]) -> int:
    """The bytes of what an image keeps that other images keep too."""
    return sum(size for key, size in content_store.holdings(draft, image).items() if counted[key] > 1)


def inspect(draft: Draft, image: Image, *, manifests: bool = False, platform: Platform | None = None) -> ImageInspect:
    """What the API says of an image.

    Args:
        manifests: whether with what its index lists.
        platform: which of an index's images, None for this machine's.

    Raises:
        Refusal: the index has none for that platform.
    """
    if image.target is not None:
        return _inspect_target(draft, image, image.target, manifests, platform)
    return replace(
        _inspected(draft, image),
        parent=image.parent,
        size=image.size_bytes,
        graph_driver=GraphDriver(_overlay_paths(image), "overlay2"),
    )


def _inspected(draft: Draft, image: Image) -> ImageInspect:
    """What both stores say."""
    tags, digests = names(draft, image)
    return ImageInspect(
        id=image.id,
        repo_tags=tags,
        repo_digests=digests,
        parent=image.parent,
        comment=image.comment or (image.history[-1].comment if image.history else ""),
        created=clock.rfc3339_nano(image.created_ns),
        docker_version=image.docker_version,
        author=image.author,
        config=image.config,
        architecture=image.architecture,
        variant=image.variant or UNSET,
        os=image.os,
        size=0,
        root_fs=RootFS("layers", image.diff_ids),
        metadata=ImageMetadata(clock.rfc3339_nano(draft.tag_times.get(image.id, 0))),
    )


def _inspect_target(
    draft: Draft, image: Image, target: Target, manifests: bool, platform: Platform | None
) -> ImageInspect:
    part = content_store.part_of(image)
    if platform is not None:
        part = content_store.part_for_platform(image, platform)
        if part is None:
            raise messages.NO_PLATFORM_IN_INDEX(name=lookup.shown_name(draft, image), platform=platform)
    assert part is not None
    index_bytes = len(target.raw) if target.is_index else 0
    own = content_store.image_of_part(draft, image, part) if part.is_here else image
    told = _inspected(draft, own)
    if not part.is_here:  # only the index tells of it
        told = replace(
            told, comment="", created=UNSET, author="", config=ImageConfig(), architecture="", variant=UNSET, os="", root_fs=RootFS(),
        )  # fmt: skip
    return replace(
        told,
        id=part.digest if platform is not None else image.id,
        size=index_bytes + (part.content_bytes if part.is_here else part.descriptor.size),
        docker_version="",
        descriptor=part.descriptor if platform is not None else descriptor(target),
        manifests=manifest_summaries(draft, image) if manifests else UNSET,
        identity=_identity(target) if target.pulled_from or target.builds else UNSET,
    )


def _identity(target: Target) -> ImageIdentity:
    built = tuple(BuiltBy(created_at=when, ref=name) for name, when in target.builds)
    return ImageIdentity(build=built, pull=tuple(map(PulledFrom, target.pulled_from)))


def _overlay_paths(image: Image) -> dict[str, str]:
    if not image.layers:
        return {}
    below = ":".join(f"{overlay_names.path_of_layer(chain)}/diff" for chain in reversed(image.layers[:-1]))
    top = overlay_names.path_of_layer(image.top)
    return {
        **({"LowerDir": below} if below else {}),
        "MergedDir": f"{top}/merged",
        "UpperDir": f"{top}/diff",
        "WorkDir": f"{top}/work",
    }


def history(draft: Draft, image: Image) -> list[HistoryItem]:
    """An image's history, newest first, with the ids of those steps that are images here."""
    known = [image]
    while known[-1].parent and known[-1].parent in draft.images:
        known.append(draft.images[known[-1].parent])
    by_length = {len(ancestor.history): ancestor for ancestor in reversed(known)}
    items: list[HistoryItem] = []
    layer_index = 0
    for position, entry in enumerate(image.history, 1):
        size = 0
        if not entry.empty_layer and layer_index < len(image.layers):
            size = content_store.layer_bytes(draft, image.layers[layer_index])
            layer_index += 1
        step = by_length.get(position)
        items.append(
            HistoryItem(
                comment=entry.comment,
                created=entry.created_ns // clock.SECOND_NS,
                created_by=entry.created_by,
                id=step.id if step is not None else "<missing>",
                size=size,
                tags=(names(draft, step)[0] or None) if step is not None else None,
            )
        )
    items.reverse()
    return items
