"""Pushing images into a registry of the world: docker's steps and progress on the virtual clock.

Sources: moby distribution/push_v2.go; texts in recording registry and the exchanges.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.reference import Reference
from fakedocker.images.model import Image, Layer, content_digest
from fakedocker.operations.images import content_store, images
from fakedocker.operations.registry import external, pull, registry_faults, target_transfers, transfer_schedule
from fakedocker.operations.registry.transfer_schedule import line, state
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.registry import blobs, catalogue
from fakedocker.registry.manifests import make_manifest
from fakedocker.registry.model import Manifest, Registry, RemoteLayer
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import PushTask, TransferStep

UPLOAD_BYTES_PER_SECOND = 100_000_000
_LANES = 5
"""How many layers are uploaded at a time."""


def parse(text: str, tag: str) -> Reference:
    """The name in a push request; a tag in the name itself means nothing, and without one every tag is meant.

    Raises:
        Refusal: it is none.
    """
    try:
        name = reference.parse(text)
    except reference.InvalidReference as problem:
        raise messages.INVALID_REFERENCE(problem=problem) from None
    if tag and not reference.is_tag(tag):
        raise messages.TAG_FORMAT()
    return replace(name, tag=tag, digest="")


def begin(draft: Draft, name: Reference, credentials: tuple[str, str] = ("", ""), platform: str = "") -> int:
    """Start a push, of every tag of the repository where the name has none. What is wrong is told in its progress.

    Layers that no registry has are compressed and hashed at once, about 100 MB a second.

    Args:
        credentials: name and password of whoever asks; empty for nobody.
        platform: which image of an index alone is pushed, in containerd's store; "" for all that is here.

    Returns:
        the number of the task that tells its progress.
    """
    task = PushTask(
        id=draft.draw(), started_ns=draft.now_ns, steps=(), repository=name.name, event_name=name.familiar, platform=platform
    )  # fmt: skip
    opening = line(status=f"The push refers to repository [{name.name}]")
    try:
        parts = _parts(draft, name, platform)
    except messages.Refusal as refusal:
        step = TransferStep(after_ns=0, progress=opening)
        return transfer_schedule.start(draft, replace(task, steps=(step,), problem=refusal.message))
    steps = [TransferStep(after_ns=0, progress=opening)]
    if external.is_outside(draft, name.domain):
        return external.begin_push(draft, task, tuple((tag, found[0]) for tag, found in parts), credentials)
    problem = _denial(draft, name, credentials)
    if problem:
        steps += _preparing(draft, parts[0][1])
        return transfer_schedule.start(draft, replace(task, steps=transfer_schedule.in_order(steps), problem=problem))
    return transfer_schedule.start(draft, _part(draft, task, parts, steps))


def start_parts(draft: Draft, task: PushTask, parts: tuple[tuple[str, Manifest], ...]) -> None:
    """Tell of a push that has been done outside."""
    opening = line(status=f"The push refers to repository [{task.repository}]")
    each = tuple((tag, (manifest,)) for tag, manifest in parts)
    transfer_schedule.start(draft, _part(draft, task, each, [TransferStep(after_ns=0, progress=opening)]))


def _parts(draft: Draft, name: Reference, platform: str) -> tuple[tuple[str, tuple[Manifest, ...]], ...]:
    """The tags that are pushed, with the manifests they will mean.

    Raises:
        Refusal: there is no such image, tag or registry.
    """
    local = {
        full.rpartition(":")[2]: identifier
        for full, identifier in draft.tags.items()
        if "@" not in full and full.rpartition(":")[0] == name.name
    }
    is_target = content_store.is_used(draft)
    if not local and not (is_target and name.tag):
        raise messages.PUSH_NO_IMAGE(name=name.familiar_name)
    running = pull.find_running(draft, name)
    registry = pull.find_registry(draft, name) if running is None else Registry(host=name.domain)
    if name.tag and name.tag not in local:
        raise messages.PUSH_NO_TAG(name=name.familiar)
    tags = [name.tag] if name.tag else sorted(local)
    if is_target:
        alone = "linux/amd64" if external.is_outside(draft, name.domain) else ""
        return tuple(
            (tag, target_transfers.offered(draft, draft.images[local[tag]], platform or alone)) for tag in tags
        )
    known = {remote.layer.diff_id: remote for manifest in registry.manifests.values() for remote in manifest.layers}
    return tuple((tag, (_manifest(draft, draft.images[local[tag]], known),)) for tag in tags)


def _manifest(draft: Draft, image: Image, known: dict[str, RemoteLayer]) -> Manifest:
    """An image as the registry will offer it: where it comes from on this engine is nobody's business there."""
    layers = [_remote_layer(draft.layers[chain], known) for chain in image.layers]
    return make_manifest(replace(image, parent=""), layers)


def _remote_layer(layer: Layer, known: dict[str, RemoteLayer]) -> RemoteLayer:
    before = known.get(layer.diff_id) or catalogue.remote_layer(layer)
    if before is None:
        found = blobs.layer_sums(layer)
        before = known[layer.diff_id] = RemoteLayer(digest=found.digest, size_bytes=found.size_bytes, layer=layer)
    return replace(before, layer=layer)  # the same bytes may lie on another chain


def _denial(draft: Draft, name: Reference, credentials: tuple[str, str]) -> str:
    """What is said to somebody who may not push, "" to one who may."""
    running = pull.find_running(draft, name)
    if running is not None:
        try:
            running.check_access(credentials, "")
        except messages.Refusal as refusal:
            return refusal.message
        return ""
    is_foreign = name.domain not in draft.registries  # one of the catalogue's that is not Docker Hub
    return "" if not is_foreign and _may_push(draft, name, credentials[0]) else messages.PUSH_DENIED().message


def _may_push(draft: Draft, name: Reference, username: str) -> bool:
    """Docker Hub lets people write under their own name; other registries ask for nothing."""
    registry = draft.registries.get(name.domain)
    return registry is None or not registry.catalogue or (bool(username) and name.path.startswith(f"{username}/"))


def _part(
    draft: Draft, task: PushTask, parts: tuple[tuple[str, tuple[Manifest, ...]], ...], steps: list[TransferStep]
) -> PushTask:
    """The push of the first of some tags, as the world is now."""
    tag, manifests = parts[0]
    if content_store.is_used(draft):
        told = list(_blob_steps(draft, task, manifests))
    else:
        told = [*_preparing(draft, manifests), *_layer_steps(draft, task, manifests[0])]
    return replace(
        task, started_ns=draft.now_ns, steps=transfer_schedule.in_order([*steps, *told]), position=0, tag=tag,
        manifest=manifests[0], others=manifests[1:], following=parts[1:],
    )  # fmt: skip


def _blob_steps(draft: Draft, task: PushTask, manifests: tuple[Manifest, ...]) -> Iterator[TransferStep]:
    """What containerd's store tells of sending what the repository lacks: blobs by the digests of their content."""
    name = reference.parse(task.repository)
    now_ns = transfer_schedule.FIRST_ANSWER_NS + 5 * MILLISECOND_NS
    offered = {
        digest: paths for manifest in manifests for digest, paths in _offered(draft, task, name, manifest).items()
    }
    layers = {remote.digest: remote for manifest in manifests for remote in manifest.layers}
    sent = list(target_transfers.pushed_blobs(manifests))
    present = any(name.path in paths for digest, paths in offered.items() if digest in layers)
    for digest, _, _ in () if present else sent:
        yield TransferStep(after_ns=now_ns, progress=state(transfer_schedule.short_digest(digest), "Waiting"))
    for digest, size_bytes, is_layer in sent:
        short = transfer_schedule.short_digest(digest)
        source = _mount_source(draft, name, layers[digest], offered) if is_layer else ""
        if name.path in offered.get(digest, ()) or (present and not is_layer):
            outcome = "Layer already exists" if is_layer else "Already exists"
        elif source:
            outcome = f"Mounted from {source}"
        else:
            outcome = "Pushed"
            yield from transfer_schedule.moving(short, "Pushing", now_ns, UPLOAD_BYTES_PER_SECOND, size_bytes)
            now_ns += transfer_schedule.duration_ns(size_bytes, UPLOAD_BYTES_PER_SECOND)
        now_ns += MILLISECOND_NS
        yield TransferStep(after_ns=now_ns, progress=state(short, outcome))


def _name(remote: RemoteLayer) -> str:
    """A push calls layers by their diff ids."""
    return transfer_schedule.short_digest(remote.layer.diff_id)


def _preparing(draft: Draft, manifests: tuple[Manifest, ...]) -> Iterator[TransferStep]:
    """The top layer comes first; containerd's store prepares nothing."""
    for remote in () if content_store.is_used(draft) else reversed(manifests[0].layers):
        yield TransferStep(after_ns=transfer_schedule.FIRST_ANSWER_NS, progress=state(_name(remote), "Preparing"))


def _layer_steps(draft: Draft, task: PushTask, manifest: Manifest) -> Iterator[TransferStep]:
    """Every moment of sending what the repository lacks, a few layers at a time."""
    name = reference.parse(task.repository)
    offered = _offered(draft, task, name, manifest)
    begin_ns = transfer_schedule.FIRST_ANSWER_NS + 5 * MILLISECOND_NS
    lanes = [begin_ns] * _LANES
    seen: set[str] = set()
    for remote in reversed(manifest.layers):
        if remote.digest in seen:
            continue
        if len(seen) >= _LANES:
            yield TransferStep(after_ns=begin_ns, progress=state(_name(remote), "Waiting"))
        seen.add(remote.digest)
        lane = lanes.index(min(lanes))
        source = _mount_source(draft, name, remote, offered)
        if name.path in offered.get(remote.digest, ()):
            outcome = "Layer already exists"
        elif source:
            outcome = f"Mounted from {source}"
        else:
            outcome = "Pushed"
            yield from transfer_schedule.moving(
                _name(remote), "Pushing", lanes[lane], UPLOAD_BYTES_PER_SECOND, remote.layer.size_bytes
            )
            lanes[lane] += transfer_schedule.duration_ns(remote.layer.size_bytes, UPLOAD_BYTES_PER_SECOND)
        lanes[lane] += MILLISECOND_NS
        yield TransferStep(after_ns=lanes[lane], progress=state(_name(remote), outcome))


def _offered(draft: Draft, task: PushTask, name: Reference, manifest: Manifest) -> dict[str, set[str]]:
    """Which repositories of the registry have which of an image's layers."""
    if task.origins is not None:
        return {digest: {origin} for digest, origin in task.origins if origin}
    running = pull.find_running(draft, name)
    if running is not None:
        return running.repositories_with(remote.digest for remote in manifest.layers)
    return _repositories_by_layer(draft.registries[name.domain])


def _repositories_by_layer(registry: Registry) -> dict[str, set[str]]:
    """Which repositories of a registry have a blob. Time grows with all that was pushed there."""
    found: dict[str, set[str]] = {}
    for key, manifest in registry.manifests.items():
        for remote in manifest.layers:
            found.setdefault(remote.digest, set()).add(key.partition("@")[0])
    return found


def _mount_source(draft: Draft, name: Reference, remote: RemoteLayer, offered: dict[str, set[str]]) -> str:
    """A repository of the same registry that this engine knows to have the layer; "" for none.

    Docker remembers where it has pulled each layer from and pushed it to (moby distribution/metadata); here the names
    of the images that have the layer tell the first.
    """
    pushed = sorted(offered.get(remote.digest, set()) - {name.path})
    registry = draft.registries.get(name.domain)
    if pushed or registry is None or not registry.catalogue:
        return pushed[0] if pushed else ""
    pulled = {
        reference.parse(full).path
        for full, identifier in draft.tags.items()
        if full.startswith(f"{name.domain}/") and remote.layer.chain_id in draft.images[identifier].layers
    }
    return min((path for path in pulled if path != name.path and catalogue.has_repository(path)), default="")


def _store(draft: Draft, name: Reference, tag: str, manifest: Manifest, others: tuple[Manifest, ...]) -> None:
    """Put an image into its registry, with its index where that is pushed.

    Raises:
        Refusal: the registry has gone meanwhile.
    """
    running = pull.find_running(draft, name)
    if running is not None:
        running.put(name, tag, (manifest, *others))
        return
    registry = draft.registries.get(name.domain)
    if registry is None:
        raise registry_faults.unreachable(name.domain)
    held, indexes = registry.manifests, registry.indexes
    for each in (manifest, *others):
        plain = replace(each, digest=content_digest(each.raw), index=b"")
        held = held.set(f"{name.path}@{plain.digest}", plain)
    if manifest.index:
        indexes = indexes.set(f"{name.path}@{manifest.digest}", manifest.index)
    draft.registries[name.domain] = replace(
        registry, tags=registry.tags.set(f"{name.path}:{tag}", manifest.digest), manifests=held, indexes=indexes
    )


def arrive(draft: Draft, task: PushTask) -> None:
    """A tag is in the registry, and the next is pushed; or the push has failed."""
    if task.problem or task.manifest is None:
        draft.notify("done", task.id, messages.Refusal(500, task.problem))
        return
    name, manifest = reference.parse(task.repository), task.manifest
    try:
        if task.origins is None:
            _store(draft, name, task.tag, manifest, task.others)
    except messages.Refusal as refusal:
        draft.notify("done", task.id, refusal)
        return
    image_id = manifest.image.id
    if content_store.is_used(draft):
        image_id = draft.tags.get(f"{task.repository}:{task.tag}", "")
        images.note_source(draft, image_id, task.repository)
    elif image_id in draft.images:
        images.set_reference(draft, f"{task.repository}@{manifest.digest}", image_id)
    _tell_result(draft, task, manifest, draft.images.get(image_id))
    if task.following:
        transfer_schedule.start(draft, _part(draft, task, task.following, []))
        return
    image_event(draft, image_id, "push", name.familiar_name, actor=task.event_name)
    draft.notify("done", task.id, None)


def _tell_result(draft: Draft, task: PushTask, manifest: Manifest, image: Image | None) -> None:
    """What was pushed under a tag, and in containerd's store whether that is not all of the index that is here."""
    size_bytes = target_transfers.size_of(manifest)
    if image is None or image.target is None:
        draft.notify("progress", task.id, line(status=f"{task.tag}: digest: {manifest.digest} size: {size_bytes}"))
        result = {"Tag": task.tag, "Digest": manifest.digest, "Size": size_bytes}
        draft.notify("progress", task.id, line(progressDetail={}, aux=result))
        return
    if image.target.is_index and not manifest.index and not task.platform:
        instead = target_transfers.instead_of_index(image, manifest)
        draft.notify("progress", task.id, line(progressDetail={}, aux=instead))
    draft.notify("progress", task.id, line(status=f"{task.tag}: digest: {manifest.digest} size: {size_bytes}"))
