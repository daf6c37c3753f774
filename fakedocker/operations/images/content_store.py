"""containerd's image store: an image is kept under the digest of the manifest or index that its names mean.

Layers are there twice, as the compressed archives that manifests name and as snapshots on the disk. In the classic
store an image is kept under the digest of its configuration, and nothing here is called.
Source: moby daemon/containerd; what it shows is recorded of 29.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from fakedocker.base import messages, platform as platforms
from fakedocker.base.platform import Platform
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.images import document as documents, targets
from fakedocker.images.model import Blob, Image, Layer, content_digest
from fakedocker.images.targets import INDEX_TYPE, MANIFEST_TYPE, Part, Target
from fakedocker.operations.system import lookup
from fakedocker.operations.system.disk import BLOCK_BYTES
from fakedocker.registry import blobs, indexes
from fakedocker.registry.attestations import Attestation
from fakedocker.registry.manifests import make_manifest
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.wire.manifest import Descriptor
from fakedocker.world.draft import Draft

STORAGE = "overlayfs"
_ENGINE_INDENT, _BUILDKIT_INDENT = 4, 2
"""What the store is called, after its snapshotter."""


def is_used(draft: Draft) -> bool:
    """Whether this engine keeps its images in this store."""
    return draft.storage == STORAGE


# layers


def stored_layer(layer: Layer, remote: RemoteLayer | None = None) -> Layer:
    """A layer as the store has it. Time grows with its bytes where its compressed archive is not known yet.

    Args:
        remote: how a registry has it.
    """
    if layer.blob is not None:
        return layer
    if remote is None:
        from fakedocker.registry import catalogue  # a list of containers needs none of it, and start-up time matters

        remote = catalogue.remote_layer(layer)
    if remote is None:
        sums = blobs.layer_sums(layer)
        remote = RemoteLayer(digest=sums.digest, size_bytes=sums.size_bytes, layer=layer)
    blob = Blob(
        digest=remote.digest, size_bytes=remote.size_bytes, content_bytes=remote.transfer_bytes,
        snapshot_bytes=snapshot_bytes(layer.entries), original=remote.original,
    )  # fmt: skip
    return replace(layer, blob=blob)


def snapshot_bytes(entries: Sequence[LayerEntry]) -> int:
    """The disk that a snapshot takes: its root and every directory in it a block, every file whole blocks."""
    directories = {""}
    total = 0
    for entry in entries:
        parent = entry.path.rpartition("/")[0]
        while parent and parent not in directories:
            directories.add(parent)
            parent = parent.rpartition("/")[0]
        if entry.kind == "dir":
            directories.add(entry.path)
        elif entry.kind == "file":
            total += -(-len(entry.content) // BLOCK_BYTES) * BLOCK_BYTES
    return total + len(directories) * BLOCK_BYTES


def remote_layers(layers: Iterable[Layer]) -> tuple[RemoteLayer, ...]:
    """Layers as a registry will have them."""
    found = []
    for layer in layers:
        blob = stored_layer(layer).blob
        assert blob is not None
        found.append(RemoteLayer(digest=blob.digest, size_bytes=blob.size_bytes, layer=layer, original=blob.original))
    return tuple(found)


def offered_layers(draft: Draft, part: Part) -> tuple[RemoteLayer, ...]:
    """The layers of an image's manifest, each as that names it; two images may have one layer compressed in two ways."""
    others: dict[str, Content] = {blob.digest: blob.data for blob in part.blobs}
    found = []
    named = targets.layer_descriptors(part.raw) if part.chain else ()  # an attestation's are its statements
    for chain, descriptor in zip(part.chain, named, strict=True):
        layer = draft.layers[chain]
        if layer.blob is not None and layer.blob.digest == descriptor.digest:
            original = layer.blob.original
        else:
            original = others.get(descriptor.digest)
        found.append(RemoteLayer(digest=descriptor.digest, size_bytes=descriptor.size, layer=layer, original=original))
    return tuple(found)


def _with_other_blobs(draft: Draft, part: Part, layers: Iterable[RemoteLayer]) -> Part:
    """A part with those blobs of its layers that differ from what the store has of the same layers."""
    others = []
    for remote in layers:
        kept = draft.layers[remote.layer.chain_id].blob
        if remote.original is not None and kept is not None and kept.digest != remote.digest:
            data = contents.read(remote.original, 0, len(remote.original))
            others.append(targets.Blob(digest=remote.digest, data=data))
    return replace(part, blobs=(*part.blobs, *others)) if others else part


# images


def of_config(
    image: Image,
    layers: Sequence[Layer],
    attestation: Attestation | None = None,
    build: tuple[str, str] | None = None,
) -> Image:
    """An image that was made here, under the digest of a manifest that is written for it.

    Args:
        layers: all of its layers as the store has them, from the base up.
        attestation: what its builder attests; the image is then kept under an index of both.
        build: the name and the time of the build that it came of, where BuildKit made it.
    """
    manifest = manifest_of(image, layers, by_buildkit=build is not None)
    part = image_part(manifest)
    builds = (build,) if build is not None else ()
    if attestation is None:
        plain = replace(part, descriptor=replace(part.descriptor, platform=targets.NO_PLATFORM))
        target = Target(media_type=MANIFEST_TYPE, raw=manifest.raw, parts=(plain,), builds=builds)
        return replace(image, id=manifest.digest, target=target)
    listed = (part.descriptor, attestation.descriptor)
    target = Target(
        media_type=INDEX_TYPE, raw=indexes.encoded(listed, _BUILDKIT_INDENT), parts=(part, attestation_part(attestation)),
        builds=builds,
    )  # fmt: skip
    return replace(image, id=content_digest(target.raw), target=target)


def manifest_of(image: Image, layers: Sequence[Layer], *, by_buildkit: bool) -> Manifest:
    """The manifest of an image that was made here, laid out as who makes it does (buildkit exporter/containerimage/writer.go,
    moby daemon/containerd/image_commit.go)."""
    indent = _BUILDKIT_INDENT if by_buildkit else _ENGINE_INDENT
    return make_manifest(image, remote_layers(layers), MANIFEST_TYPE, indent)


def of_manifest(draft: Draft, manifest: Manifest, source: str = "") -> Image:
    """An image that comes from elsewhere, with what is here already of the same index.

    Args:
        source: the repository that it was pulled from.
    """
    known = draft.images.get(manifest.digest)
    before = known.target if known is not None else None
    own = _with_other_blobs(draft, image_part(manifest), manifest.layers)
    pulled = (source,) if source else ()
    if not manifest.index:
        plain = replace(own, descriptor=replace(own.descriptor, digest=manifest.digest, platform=targets.NO_PLATFORM))
        target = Target(media_type=own.descriptor.media_type, raw=manifest.raw, parts=(plain,))
    else:
        arrived = {own.digest: own}
        if manifest.attestation is not None:
            about = attestation_part(manifest.attestation)
            arrived[about.digest] = about
        listed = targets.descriptors(manifest.index)
        parts = [arrived[each.digest] if each.digest in arrived else Part(descriptor=each) for each in listed]
        parts = [replace(part, descriptor=each) for part, each in zip(parts, listed, strict=True)]
        target = Target(media_type=INDEX_TYPE, raw=manifest.index, parts=tuple(parts))
    if before is not None:
        target = replace(target, parts=targets.merged(before.parts, target.parts))
        pulled = tuple(dict.fromkeys((*before.pulled_from, *pulled)))
    target = replace(target, pulled_from=pulled)
    image = replace(manifest.image, id=manifest.digest, parent="", target=target)
    if known is None or targets.fits(_platform(manifest.image), targets.HOST):
        return image if known is None else replace(image, parent=known.parent)
    return replace(known, target=target)


def image_part(manifest: Manifest) -> Part:
    """An image's manifest, all of which is here."""
    chain = tuple(remote.layer.chain_id for remote in manifest.layers)
    config = manifest.image.raw_config
    held = sum(remote.transfer_bytes for remote in manifest.layers)
    return Part(
        descriptor=indexes.descriptor_of(manifest),
        raw=manifest.raw,
        blobs=(targets.Blob(digest=content_digest(config), data=config),),
        chain=chain,
        content_bytes=len(manifest.raw) + len(config) + held,
    )


def attestation_part(attestation: Attestation) -> Part:
    """An attestation, all of which is here."""
    held = (attestation.config, *attestation.statements)
    return Part(
        descriptor=attestation.descriptor,
        raw=attestation.raw,
        blobs=tuple(targets.Blob(digest=content_digest(data), data=data) for data in held),
        content_bytes=len(attestation.raw) + sum(map(len, held)),
    )


def attestation_of(part: Part) -> Attestation:
    """The other way round."""
    return Attestation(
        subject=part.attests,
        raw=part.raw,
        config=part.config,
        statements=tuple(blob.data for blob in part.blobs[1:]),
    )


def _platform(image: Image) -> Platform:
    return Platform(image.os, image.architecture, image.variant)


def image_for(draft: Draft, image: Image, wanted: Platform) -> Image | None:
    """The image for a platform, where it is here."""
    if targets.fits(_platform(image), wanted):
        return image
    part = targets.part_for(image.target, wanted) if image.target is not None else None
    return image_of_part(draft, image, part) if part is not None else None


def required(draft: Draft, image: Image, platform: str) -> Image:
    """The image for the platform of a request.

    Raises:
        Refusal: it is not here, or the platform is none.
    """
    wanted = wanted_platform(platform)
    found = image_for(draft, image, wanted)
    if found is None:
        raise messages.NO_PLATFORM_IN_INDEX(name=lookup.shown_name(draft, image), platform=wanted)
    return found


def image_of_part(draft: Draft, image: Image, part: Part) -> Image:
    """The image that a manifest of a target is."""
    if part.config == image.raw_config:
        return image
    layers = [draft.layers[chain] for chain in part.chain]
    made = documents.make_loaded_image(documents.read_document(part.config), part.config, layers)
    return replace(made, id=image.id, parent=image.parent, target=image.target)


def part_for_platform(image: Image, wanted: Platform) -> Part | None:
    """The manifest for a platform that an image lists, here or not."""
    if image.target is None or not image.target.is_index:
        return part_of(image) if targets.fits(_platform(image), wanted) else None
    return targets.part_for(image.target, wanted) or targets.part_for(image.target, wanted, only_here=False)


def wanted_platform(text: str) -> Platform:
    """The platform of a request, this machine's where it says none.

    Raises:
        Refusal: it is none.
    """
    try:
        return platforms.parse(text) if text else targets.HOST
    except platforms.InvalidPlatform as problem:
        raise messages.BAD_REQUEST(problem=problem) from None


def without_target(image: Image) -> Image:
    """An image as a registry has it, under the digest of its configuration; where it comes from is nobody's business there."""
    return replace(image, id=image.config_digest, parent="", target=None)


def part_of(image: Image) -> Part | None:
    """The manifest that an image is, None in the classic store."""
    return targets.part_of_top(image.target, image.top) if image.target is not None else None


def descriptor_with_platform(image: Image, part: Part) -> Descriptor:
    """What is said of an image's manifest, with its platform."""
    return replace(part.descriptor, platform=indexes.platform_of(image))


# sizes


def content_bytes(image: Image) -> int:
    """How much of the disk the compressed content of all platforms takes that are here."""
    return sum(part.content_bytes for part in image.target.parts) if image.target is not None else 0


def unpacked_bytes(draft: Draft, part: Part) -> int:
    """How much the snapshots of a platform take."""
    return sum(layer_bytes(draft, chain) for chain in part.chain)


def layer_bytes(draft: Draft, chain: str) -> int:
    """How much a layer takes on the disk: in blocks in this store, its files' bytes in the classic one."""
    layer = draft.layers[chain]
    return layer.blob.snapshot_bytes if layer.blob is not None else layer.size_bytes


def usage_bytes(draft: Draft, image: Image) -> int:
    """What an image takes: in this store its compressed content and its snapshots, of all platforms that are here."""
    if image.target is None:
        return image.size_bytes
    return content_bytes(image) + sum(unpacked_bytes(draft, part) for part in image.target.parts)


def holdings(draft: Draft, image: Image) -> dict[str, int]:
    """What an image keeps on the disk and how much that takes: layers by their chain ids, in this store also everything of
    its platforms' content by its digest."""
    if image.target is None:
        return {f"layer:{chain}": layer_bytes(draft, chain) for chain in image.layers}
    found: dict[str, int] = {}
    for part in image.target.parts:
        found[part.digest] = len(part.raw)
        found |= {blob.digest: len(blob.data) for blob in part.blobs}
        for chain in part.chain:
            found[f"layer:{chain}"] = layer_bytes(draft, chain)
            if (blob_ := draft.layers[chain].blob) is not None:
                found[blob_.digest] = blob_.content_bytes
    return found


def disk_bytes(draft: Draft) -> int:
    """What all images take of the disk, layers that they share counted once. Time grows with the number of layers."""
    layers = sum(layer_bytes(draft, chain) for chain in draft.layers)
    if not is_used(draft):
        return layers
    blobs_ = {layer.blob.digest: layer.blob.content_bytes for layer in draft.layers.values() if layer.blob is not None}
    return layers + sum(blobs_.values()) + sum(map(document_bytes, draft.images.values()))


def document_bytes(image: Image) -> int:
    """What an image's manifests, configurations and statements take, and its index."""
    if image.target is None:
        return 0
    held = sum(len(part.raw) + sum(len(blob.data) for blob in part.blobs) for part in image.target.parts)
    return held + (len(image.target.raw) if image.target.is_index else 0)
