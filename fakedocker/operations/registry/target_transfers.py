"""What pulls and pushes tell in containerd's store: layers and other blobs by the digests of their compressed content.

Manifests, indexes and configurations are small and are not told of. Source: moby daemon/containerd/{progress,image_pull,
image_push}.go; recordings of 29.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fakedocker.base import messages
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.reference import Reference
from fakedocker.images.model import Image, content_digest
from fakedocker.images.targets import Part, Target
from fakedocker.operations.images import content_store
from fakedocker.operations.registry import transfer_schedule
from fakedocker.operations.registry.transfer_schedule import state
from fakedocker.operations.system import lookup
from fakedocker.registry.attestations import Attestation
from fakedocker.registry.model import Manifest
from fakedocker.wire.manifest import Descriptor
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import TransferStep

_LANES = 3
_SECOND_NS = 1000 * MILLISECOND_NS


def refusal(name: Reference, problem: messages.Refusal) -> messages.Refusal:
    """What containerd's resolver says where a registry refuses a pull."""
    shown = f"{name.name}@{name.digest}" if name.digest else f"{name.name}:{name.tag or 'latest'}"
    text = problem.message
    words, own, more = text.partition("\nfakedocker: ")
    if words == messages.MANIFEST_UNKNOWN.text.format(name=name.familiar):
        words = messages.RESOLVE_NOT_FOUND.format(name=shown)
    elif words == messages.PULL_DENIED.text.format(repository=name.familiar_name):
        words = messages.TARGET_PULL_DENIED.format(repository=name.familiar_name)
    elif words.startswith("failed to authorize: "):
        words = messages.RESOLVE_UNAUTHORIZED.format(name=shown, problem=words)
    elif words.startswith('Get "') and ": dial tcp" in words:
        reference = name.digest or name.tag or "latest"
        url, _, rest = words.removeprefix('Get "').partition('"')
        host = url.removesuffix("/v2/").partition("://")[2]
        asked = f"https://{host}/v2/{name.path}/manifests/{reference}"
        words = messages.RESOLVE_FAILED.format(name=shown, url=asked, problem=rest.removeprefix(": "))
    return messages.Refusal(problem.status, words + own + more, commits_partial=problem.commits_partial)


def is_complete(draft: Draft, manifest: Manifest) -> bool:
    """Whether all of an image is here, by whichever name. Time grows with the number of images."""
    own = content_digest(manifest.raw)
    return any(
        part.is_here and part.digest in (own, manifest.digest)
        for image in draft.images.values()
        if image.target is not None
        for part in image.target.parts
    )


def pull_steps(draft: Draft, manifest: Manifest, download: int, extract: int) -> list[TransferStep]:
    """Every moment of downloading a few blobs at a time and unpacking the layers one after the other.

    Args:
        download, extract: bytes a second.
    """
    now = transfer_schedule.FIRST_ANSWER_NS + 5 * MILLISECOND_NS
    wanted = [remote for remote in manifest.layers if remote.layer.chain_id not in draft.layers]
    steps = [_told(now, remote.digest, "Pulling fs layer") for remote in manifest.layers]
    known = {remote.digest for remote in manifest.layers} - {remote.digest for remote in wanted}
    steps += [_told(now, remote.digest, "Already exists") for remote in manifest.layers if remote.digest in known]
    steps += [_told(now, digest, "Download complete") for digest, _ in other_blobs(manifest.attestation)]
    lanes = [now] * _LANES
    arrived: dict[str, int] = {}
    for remote in wanted:
        lane = lanes.index(min(lanes))
        name = transfer_schedule.short_digest(remote.digest)
        steps += transfer_schedule.moving(name, "Downloading", lanes[lane], download, remote.transfer_bytes)
        lanes[lane] += transfer_schedule.duration_ns(remote.transfer_bytes, download)
        arrived[remote.digest] = lanes[lane]
        steps.append(_told(lanes[lane], remote.digest, "Download complete"))
    done = 0
    for remote in wanted:
        start = max(done, arrived[remote.digest])
        done = start + transfer_schedule.duration_ns(remote.transfer_bytes, extract)
        name = transfer_schedule.short_digest(remote.digest)
        for seconds in range((done - start) // _SECOND_NS + 1):
            told = transfer_schedule.in_seconds(name, "Extracting", seconds + 1)
            steps.append(TransferStep(after_ns=start + seconds * _SECOND_NS, progress=told))
        steps.append(_told(done, remote.digest, "Pull complete"))
    return steps


def other_blobs(attestation: Attestation | None) -> Iterator[tuple[str, int]]:
    """Digests and sizes of what is told of besides layers: an attestation's statements, and its configuration where that is no
    image's."""
    if attestation is None:
        return
    if attestation.config == b"{}":
        yield content_digest(attestation.config), len(attestation.config)
    for statement in attestation.statements:
        yield content_digest(statement), len(statement)


def _told(after_ns: int, digest: str, status: str) -> TransferStep:
    return TransferStep(after_ns=after_ns, progress=state(transfer_schedule.short_digest(digest), status))


# pushing


def offered(draft: Draft, image: Image, platform: str = "") -> tuple[Manifest, ...]:
    """What is pushed of an image: its index with all that is in it where all of it is here, else the manifest for this
    machine alone; or that of a platform which is asked for.

    Returns:
        the manifest for this machine first; with an index each has it.

    Raises:
        Refusal: there is nothing for that platform.
    """
    target = image.target
    assert target is not None
    is_whole = all(part.is_here for part in target.parts)
    if platform or not is_whole:
        part = _chosen(draft, image, platform)
        return (_manifest(draft, image, part),)
    own = content_store.part_of(image)
    parts = sorted(target.images, key=lambda part: part is not own)
    index = target.raw if target.is_index else b""
    made = [_manifest(draft, image, part) for part in parts]
    if not index:
        return tuple(made)
    return tuple(
        _in_index(manifest, target, next((a for a in target.parts if a.attests == manifest.digest), None), image.id)
        for manifest in made
    )


def _in_index(manifest: Manifest, target: Target, attestation: Part | None, digest: str) -> Manifest:
    about = content_store.attestation_of(attestation) if attestation is not None else None
    return Manifest(
        digest=digest,
        image=manifest.image,
        layers=manifest.layers,
        raw=manifest.raw,
        index=target.raw,
        attestation=about,
    )


def _chosen(draft: Draft, image: Image, platform: str) -> Part:
    wanted = content_store.wanted_platform(platform)
    part = content_store.part_for_platform(image, wanted)
    if part is None or not part.is_here:
        raise messages.NO_PLATFORM_IN_INDEX(name=lookup.shown_name(draft, image), platform=wanted)
    return part


def _manifest(draft: Draft, image: Image, part: Part) -> Manifest:
    """An image's manifest as it is here, with its layers."""
    one = content_store.image_of_part(draft, image, part)
    layers = content_store.offered_layers(draft, part)
    return Manifest(digest=part.digest, image=content_store.without_target(one), layers=layers, raw=part.raw)


def instead_of_index(image: Image, manifest: Manifest) -> dict[str, object]:
    """What a push tells where only one image of an index was pushed, as not all of it is here."""
    target = image.target
    assert target is not None
    part = next(part for part in target.parts if part.digest == manifest.digest)
    index = Descriptor(media_type=target.media_type, digest=image.id, size=len(target.raw))
    return {"manifestPushedInsteadOfIndex": True, "originalIndex": index, "selectedManifest": part.descriptor}


def size_of(manifest: Manifest) -> int:
    """The size of what a pushed name means."""
    return len(manifest.index or manifest.raw)


def pushed_blobs(manifests: Sequence[Manifest]) -> Iterator[tuple[str, int, bool]]:
    """Digests and sizes of what a push tells of, each once, and whether it is a layer."""
    seen: set[str] = set()
    for manifest in manifests:
        layers = [(remote.digest, remote.layer.size_bytes, True) for remote in manifest.layers]
        others = [(digest, size, False) for digest, size in other_blobs(manifest.attestation)]
        for digest, size, is_layer in (*layers, *others):
            if digest not in seen:
                seen.add(digest)
                yield digest, size, is_layer
