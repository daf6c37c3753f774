"""Pulling images: from the registry's answer to the last layer, with docker's steps and progress on the virtual clock.

Sources: moby distribution/pull_v2.go; texts in recordings implicit-pull and registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakedocker.base import messages, platform as platforms, reference
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.numbers import is_digits
from fakedocker.base.reference import Reference
from fakedocker.operations.images import content_store, images, manifest_parts
from fakedocker.operations.registry import (
    external,
    registry_faults,
    target_transfers,
    transfer_schedule,
    unknown_images,
)
from fakedocker.operations.registry.transfer_schedule import line, state
from fakedocker.operations.system import disk
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.registry import catalogue
from fakedocker.registry.hub import kept, lookup, official
from fakedocker.registry.model import Manifest, Registry, RemoteLayer
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import PullTask, TransferStep

if TYPE_CHECKING:
    from fakedocker.operations.registry.container_registry import ContainerRegistry

DOWNLOAD_BYTES_PER_SECOND = 200_000_000
EXTRACT_BYTES_PER_SECOND = 80_000_000
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NO_PLATFORM = (
    "no matching manifest for {platform} in the manifest list entries: no match for platform in manifest: not found"
)
_LANES = 3
"""How many layers are downloaded at a time."""


def find_running(draft: Draft, name: Reference) -> ContainerRegistry | None:
    """The registry that a name is in, if it runs in a container whose published port that is."""
    host, _, port = name.domain.rpartition(":")
    if host not in _LOOPBACK or not is_digits(port) or not draft.ports.get((int(port), "tcp", 4)):
        return None
    from fakedocker.operations.registry import container_registry  # seldom needed, and start-up time matters

    return container_registry.find(draft, int(port))


def check_login(draft: Draft, host: str, credentials: tuple[str, str]) -> None:
    """Ask the registry at an address, if it runs in a container (moby registry/auth.go loginV2).

    Raises:
        Refusal: it does not let these in.
    """
    running = find_running(draft, Reference(host, "library/none", "latest", ""))
    if running is not None:
        try:
            running.check_access(credentials, "")
        except messages.Refusal:
            raise messages.LOGIN_ATTEMPT(url=f"http://{host}/v2/") from None


def find_registry(draft: Draft, name: Reference) -> Registry:
    """The registry that a name is in.

    Raises:
        Refusal: there is no such host, or it does not answer.
    """
    registry = draft.registries.get(name.domain)
    if registry is None and (name.domain in catalogue.hosts() or unknown_images.may_be_a_registry(draft, name.domain)):
        registry = Registry(host=name.domain, catalogue=True)
    if registry is None and name.domain.rpartition(":")[0] in _LOOPBACK:  # this host's, where nobody listens
        address = f"127.0.0.1:{name.domain.rpartition(':')[2]}"
        raise messages.REGISTRY_DOWN(scheme="http", host=name.domain, address=address)
    if registry is None:
        raise registry_faults.unreachable(name.domain)
    registry_faults.answer(draft, name)
    return registry


def find_manifest(draft: Draft, name: Reference, platform: str = "") -> Manifest:
    """What a registry has under a name.

    Args:
        platform: which of an image for several; "" for this engine's.

    Raises:
        Refusal: no such registry, repository, tag or digest, in docker's words.
    """
    running = find_running(draft, name)
    if running is not None:
        manifest = running.manifest(name)
        if manifest is None:
            raise messages.MANIFEST_UNKNOWN(name=name.familiar)
        return manifest
    registry = find_registry(draft, name)
    if registry.outside:
        raise messages.NOT_SIMULATED(what="asking a registry outside of the simulation but by pull and push")
    registry_faults.hide(draft, name)
    digest = name.digest or registry.tags.get(f"{name.path}:{name.tag}", "")
    index = registry.indexes.get(f"{name.path}@{digest}")
    if index is not None:
        return _in_index(registry, name, digest, index, platform)
    found = registry.manifests.get(f"{name.path}@{digest}")
    if found is None and registry.catalogue:
        found = _in_catalogue(draft, registry, name, platform)
    if found is not None:
        return found
    words = _words_for(draft, registry, name)
    if any(full.rpartition(":")[0] == name.path for full in registry.tags):  # all of it was pushed here
        raise messages.Refusal(404, words)
    if draft.assume and registry.catalogue and name.digest and name.tag:  # the image of the tag stands for it
        found = _in_catalogue(draft, registry, replace(name, digest=""), platform)
        if found is not None:
            return replace(found, digest=name.digest)
    return unknown_images.taken_for_granted(draft, name, platform, words)


def _in_index(registry: Registry, name: Reference, digest: str, index: bytes, platform: str) -> Manifest:
    """The image for a platform in an index that a registry has.

    Raises:
        Refusal: the index has none for it.
    """
    wanted = content_store.wanted_platform(platform)
    child = registry.manifests.get(f"{name.path}@{manifest_parts.chosen_of(index, wanted)}")
    if child is None:
        raise messages.Refusal(404, _NO_PLATFORM.format(platform=wanted))
    return replace(child, digest=digest, index=index)


def _words_for(draft: Draft, registry: Registry, name: Reference) -> str:
    """What docker says of a name that a registry does not have."""
    if registry.catalogue and not _has_repository(draft, registry, name.path):
        return messages.PULL_DENIED.text.format(repository=name.familiar_name)
    return messages.MANIFEST_UNKNOWN.text.format(name=name.familiar)


def _in_catalogue(draft: Draft, registry: Registry, name: Reference, platform: str) -> Manifest | None:
    """What the catalogue has on the world's day. One made by rule is kept, so that it is found by its digest from now on.

    Raises:
        Refusal: the image is not for that platform, the platform is none, or the facts about it are damaged.
    """
    path = unknown_images.official_path(name) or catalogue.path_at(registry.host, name.path)
    try:
        wanted = platforms.parse(platform) if platform else official.AMD64
        found = catalogue.manifest(path, name.digest or name.tag, lookup.day_of(draft.now_ns), wanted)
    except platforms.InvalidPlatform as problem:
        raise messages.BAD_REQUEST(problem=problem) from None
    except official.NoSuchPlatform as problem:
        raise messages.Refusal(404, _NO_PLATFORM.format(platform=problem)) from None
    except kept.DamagedFacts as problem:
        raise messages.Refusal(500, str(problem)) from None
    if found is None or name.digest:
        return found
    if draft.profile.serves_indexes:
        return _indexed(draft, registry, name, path, found)
    if not catalogue.manifest(path, found.digest, 0):
        draft.registries[name.domain] = replace(
            registry, manifests=registry.manifests.set(f"{name.path}@{found.digest}", found)
        )
    return found


def _indexed(draft: Draft, registry: Registry, name: Reference, path: str, found: Manifest) -> Manifest:
    """An image of the catalogue with the index that the Hub serves, which is kept, so that it is found by its digest from now on."""
    index = catalogue.index(path, name.tag, lookup.day_of(draft.now_ns))
    if index is None:
        return found
    own = next((each for each in index.manifests if each.image == found.image), None)
    if own is None:
        wanted = platforms.Platform(found.image.os, found.image.architecture, found.image.variant)
        raise messages.Refusal(404, _NO_PLATFORM.format(platform=wanted))
    offered = index.offer(own)
    kept = replace(own, attestation=offered.attestation)
    draft.registries[name.domain] = replace(
        registry,
        manifests=registry.manifests.set(f"{name.path}@{own.digest}", kept),
        indexes=registry.indexes.set(f"{name.path}@{index.digest}", index.raw),
    )
    return offered


def _has_repository(draft: Draft, registry: Registry, path: str) -> bool:
    """Whether anything has a name there; an official repository has, on whichever day."""
    official_name = path.startswith(catalogue.OFFICIAL) and registry.host == "docker.io"
    return (official_name and catalogue.has_repository(path)) or bool(_tags_of(draft, registry, path))


def find_tags(draft: Draft, name: Reference) -> tuple[str, ...]:
    """Every tag of a repository, sorted; at least one. Time grows with the tags of the registry.

    Raises:
        Refusal: no such registry or repository.
    """
    running = find_running(draft, name)
    registry = find_registry(draft, name) if running is None else Registry(host=name.domain)
    found = _tags_of(draft, registry, name.path) if running is None else running.tags(name.path)
    if not found:
        raise (
            messages.PULL_DENIED(repository=name.familiar_name)
            if registry.catalogue
            else messages.NAME_UNKNOWN(repository=name.familiar_name)
        )
    return found


def _tags_of(draft: Draft, registry: Registry, path: str) -> tuple[str, ...]:
    pushed = {full.rpartition(":")[2] for full in registry.tags if full.rpartition(":")[0] == path}
    if registry.catalogue:
        try:
            pushed |= set(catalogue.tags(catalogue.path_at(registry.host, path), lookup.day_of(draft.now_ns)))
        except kept.DamagedFacts as problem:
            raise messages.Refusal(500, str(problem)) from None
    return tuple(sorted(pushed))


def parse(image: str, tag: str) -> Reference:
    """The name in a pull request; without tag and digest it means every tag.

    Raises:
        Refusal: it is none.
    """
    try:
        name = reference.parse(image.removesuffix(":"))
    except reference.InvalidReference as problem:
        raise messages.INVALID_REFERENCE(problem=problem) from None
    if not tag:
        return name
    if reference.looks_like_digest(tag):
        return replace(name, digest=tag, tag="")
    if not reference.is_tag(tag):
        raise messages.TAG_FORMAT()
    return replace(name, tag=tag)


def begin(draft: Draft, name: Reference, platform: str = "", credentials: tuple[str, str] = ("", "")) -> int:
    """Start a pull, of every tag where the name has neither tag nor digest.

    Args:
        credentials: name and password, which registries outside of the simulation and some in containers ask for.

    Returns:
        the number of the task that tells its progress.

    Raises:
        Refusal: the registry has no such image, or none for that platform.
    """
    if external.is_outside(draft, name.domain):
        return external.begin_pull(draft, name, credentials)
    try:
        return _begin(draft, name, platform, credentials)
    except messages.Refusal as problem:
        raise (target_transfers.refusal(name, problem) if content_store.is_used(draft) else problem) from None


def _begin(draft: Draft, name: Reference, platform: str, credentials: tuple[str, str]) -> int:
    running = find_running(draft, name)
    if running is not None:
        url = f"http://{name.domain}/v2/{name.path}/"
        wanted = f"manifests/{name.tag or name.digest}" if name.tag or name.digest else "tags/list"
        running.check_access(credentials, f'{"Head" if "manifests" in wanted else "Get"} "{url}{wanted}"')
    first, *following = (
        [name] if name.tag or name.digest else [replace(name, tag=tag) for tag in find_tags(draft, name)]
    )
    manifest = find_manifest(draft, first, platform)
    if platform:
        check_platform(manifest, platform)
    task_id = draft.draw()
    tags = tuple(other.tag for other in following)
    return transfer_schedule.start(draft, _part(draft, task_id, first, manifest, tags, name.familiar, newer=False))


def start_part(draft: Draft, task_id: int, name: Reference, manifest: Manifest) -> None:
    """Go on with a pull whose image has been fetched from outside."""
    transfer_schedule.start(draft, _part(draft, task_id, name, manifest, (), name.familiar, newer=False))


def _part(
    draft: Draft, task_id: int, name: Reference, manifest: Manifest, following: tuple[str, ...], asked: str, newer: bool
) -> PullTask:
    """The pull of one tag or digest, as the world is now."""
    by_digest = f"{name.name}@{manifest.digest}"
    references = (f"{name.name}:{name.tag}", by_digest) if name.tag else (by_digest,)
    shown = name.tag or name.digest
    if content_store.is_used(draft):
        references, shown = references[:1], name.tag or by_digest
        known, identifier = target_transfers.is_complete(draft, manifest), manifest.digest
    else:
        known, identifier = manifest.image.id in draft.images, manifest.image.id
    newer = newer or draft.tags.get(references[0]) != identifier
    opening = line(status=f"Pulling from {name.path}", id=shown)
    steps = [TransferStep(after_ns=transfer_schedule.FIRST_ANSWER_NS, progress=opening)]
    if not known and content_store.is_used(draft):
        steps += target_transfers.pull_steps(draft, manifest, DOWNLOAD_BYTES_PER_SECOND, EXTRACT_BYTES_PER_SECOND)
    elif not known:
        steps += _layer_steps(draft, manifest)
    planned, problem = registry_faults.spoil(draft, name, manifest, transfer_schedule.in_order(steps))
    return PullTask(
        id=task_id, started_ns=draft.now_ns, steps=planned, repository=name.name, manifest=manifest,
        references=references, following=following, event_name=asked, newer=newer, problem=problem,
    )  # fmt: skip


def check_platform(manifest: Manifest, platform: str) -> None:
    """Refuse what is no platform, and an image that is not for it.

    Raises:
        Refusal: with the words of containerd's platforms, or those of moby distribution/pull_v2.go.
    """
    try:
        wanted = platforms.parse(platform)
    except platforms.InvalidPlatform as problem:
        raise messages.BAD_REQUEST(problem=problem) from None
    image = manifest.image
    if wanted[:2] != (image.os, image.architecture):
        raise messages.Refusal(404, _NO_PLATFORM.format(platform=wanted))


def _layer_steps(draft: Draft, manifest: Manifest) -> list[TransferStep]:
    """Every moment of downloading a few layers at a time and extracting them one after the other."""
    now = transfer_schedule.FIRST_ANSWER_NS + 5 * MILLISECOND_NS
    wanted = [remote for remote in manifest.layers if remote.layer.chain_id not in draft.layers]
    steps = [
        _step(now, remote, "Pulling fs layer" if remote in wanted else "Already exists") for remote in manifest.layers
    ]
    lanes = [now] * _LANES
    arrived: dict[str, int] = {}
    for index, remote in enumerate(wanted):
        if index >= len(lanes):
            steps.append(_step(now, remote, "Waiting"))
        lane = lanes.index(min(lanes))
        name = transfer_schedule.short_digest(remote.digest)
        steps += transfer_schedule.moving(
            name, "Downloading", lanes[lane], DOWNLOAD_BYTES_PER_SECOND, remote.transfer_bytes
        )
        lanes[lane] += transfer_schedule.duration_ns(remote.transfer_bytes, DOWNLOAD_BYTES_PER_SECOND)
        arrived[remote.digest] = lanes[lane]
        steps += [_step(lanes[lane], remote, status) for status in ("Verifying Checksum", "Download complete")]
    extracted = 0
    for remote in wanted:
        start = max(extracted, arrived[remote.digest])
        extracted = start + transfer_schedule.duration_ns(remote.transfer_bytes, EXTRACT_BYTES_PER_SECOND)
        name = transfer_schedule.short_digest(remote.digest)
        steps += transfer_schedule.moving(name, "Extracting", start, EXTRACT_BYTES_PER_SECOND, remote.transfer_bytes)
        steps.append(_step(extracted, remote, "Pull complete"))
    return steps


def _step(after_ns: int, remote: RemoteLayer, status: str) -> TransferStep:
    return TransferStep(after_ns=after_ns, progress=state(transfer_schedule.short_digest(remote.digest), status))


def _no_room(draft: Draft, manifest: Manifest) -> str:
    """The error of layers that the disk has no room for, "" where it has."""
    new = [remote.layer for remote in manifest.layers if remote.layer.chain_id not in draft.layers]
    if new:
        path = next((entry.path for entry in new[-1].entries if len(entry.content)), "")
        try:
            disk.demand(draft, sum(layer.size_bytes for layer in new), f"failed to register layer: write /{path}")
        except messages.Refusal as refusal:
            return refusal.message
    return ""


def arrive(draft: Draft, task: PullTask) -> None:
    """All layers of one image are there: it gets its names, and the next tag is pulled; or the download has failed."""
    problem = task.problem or _no_room(draft, task.manifest)
    if problem:
        draft.notify("done", task.id, messages.Refusal(500, problem))
        return
    image = images.add_offered(draft, task.manifest, task.repository)
    for reference_name in reversed(task.references):
        images.set_reference(draft, reference_name, image.id)
    if image.target is not None:
        draft.tag_times[image.id] = draft.wall_ns
    draft.notify("progress", task.id, line(status=f"Digest: {task.manifest.digest}"))
    for position, tag in enumerate(task.following):
        name = reference.parse(f"{task.repository}:{tag}")
        try:
            manifest = find_manifest(draft, name, f"{image.os}/{image.architecture}")
        except messages.Refusal:
            continue  # it is gone since the pull began
        rest = task.following[position + 1 :]
        transfer_schedule.start(draft, _part(draft, task.id, name, manifest, rest, task.event_name, task.newer))
        return
    outcome = "Downloaded newer image" if task.newer else "Image is up to date"
    draft.notify("progress", task.id, line(status=f"Status: {outcome} for {task.event_name}"))
    repository = reference.parse(task.repository).familiar_name
    image_event(draft, image.id, "pull", repository, actor=task.event_name)
    draft.notify("done", task.id, None)
