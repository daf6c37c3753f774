"""Pushing images into a registry of the world: docker's steps and progress on the virtual clock.

Sources: moby distribution/push_v2.go; texts in recording registry and the exchanges.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.reference import Reference
from fakedocker.images.model import Image, Layer
from fakedocker.operations.images import images
from fakedocker.operations.registry import external, pull, transfer_schedule
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
    return name._replace(tag=tag, digest="")


def begin(draft: Draft, name: Reference, credentials: tuple[str, str] = ("", "")) -> int:
    """Start a push, of every tag of the repository where the name has none. What is wrong is told in its progress.

    Layers that no registry has are compressed and hashed at once, about 100 MB a second.

    Args:
        credentials: name and password of whoever asks; empty for nobody.

    Returns:
        the number of the task that tells its progress.
    """
    task = PushTask(
        id=draft.draw(), started_ns=draft.now_ns, steps=(), repository=name.name, event_name=name.familiar
    )  # fmt: skip
    opening = line(status=f"The push refers to repository [{name.name}]")
    try:
        parts = _parts(draft, name)
    except messages.Refusal as refusal:
        step = TransferStep(after_ns=0, progress=opening)
        return transfer_schedule.start(draft, replace(task, steps=(step,), problem=refusal.message))
    steps = [TransferStep(after_ns=0, progress=opening)]
    if external.is_outside(draft, name.domain):
        return external.begin_push(draft, task, parts, credentials)
    problem = _denial(draft, name, credentials)
    if problem:
        steps += _preparing(parts[0][1])
        return transfer_schedule.start(draft, replace(task, steps=transfer_schedule.in_order(steps), problem=problem))
    return transfer_schedule.start(draft, _part(draft, task, parts, steps))


def start_parts(draft: Draft, task: PushTask, parts: tuple[tuple[str, Manifest], ...]) -> None:
    """Tell of a push that has been done outside."""
    opening = line(status=f"The push refers to repository [{task.repository}]")
    transfer_schedule.start(draft, _part(draft, task, parts, [TransferStep(after_ns=0, progress=opening)]))


def _parts(draft: Draft, name: Reference) -> tuple[tuple[str, Manifest], ...]:
    """The tags that are pushed, with the manifests they will mean.

    Raises:
        Refusal: there is no such image, tag or registry.
    """
    local = {
        full.rpartition(":")[2]: identifier
        for full, identifier in draft.tags.items()
        if "@" not in full and full.rpartition(":")[0] == name.name
    }
    if not local:
        raise messages.PUSH_NO_IMAGE(name=name.familiar_name)
    running = pull.find_running(draft, name)
    registry = pull.find_registry(draft, name) if running is None else Registry(host=name.domain)
    if name.tag and name.tag not in local:
        raise messages.PUSH_NO_TAG(name=name.familiar)
    known = {remote.layer.diff_id: remote for manifest in registry.manifests.values() for remote in manifest.layers}
    return tuple(
        (tag, _manifest(draft, draft.images[local[tag]], known)) for tag in ([name.tag] if name.tag else sorted(local))
    )


def _manifest(draft: Draft, image: Image, known: dict[str, RemoteLayer]) -> Manifest:
    """An image as the registry will offer it: where it comes from on this engine is nobody's business there."""
    layers = [_remote_layer(draft.layers[chain], known) for chain in image.layers]
    return make_manifest(replace(image, parent=""), layers)


def _remote_layer(layer: Layer, known: dict[str, RemoteLayer]) -> RemoteLayer:
    before = known.get(layer.diff_id) or catalogue.remote_layer(layer)
    if before is None:
        found = blobs.archive_sums(layer.archive())
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


def _part(draft: Draft, task: PushTask, parts: tuple[tuple[str, Manifest], ...], steps: list[TransferStep]) -> PushTask:
    """The push of the first of some tags, as the world is now."""
    tag, manifest = parts[0]
    planned = transfer_schedule.in_order([*steps, *_preparing(manifest), *_layer_steps(draft, task, manifest)])
    return replace(
        task, started_ns=draft.now_ns, steps=planned, position=0, tag=tag, manifest=manifest, following=parts[1:]
    )


def _name(remote: RemoteLayer) -> str:
    """A push calls layers by their diff ids."""
    return transfer_schedule.short_digest(remote.layer.diff_id)


def _preparing(manifest: Manifest) -> Iterator[TransferStep]:
    """The top layer comes first."""
    for remote in reversed(manifest.layers):
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


def _store(draft: Draft, name: Reference, tag: str, manifest: Manifest) -> None:
    """Put an image into its registry.

    Raises:
        Refusal: the registry has gone meanwhile.
    """
    running = pull.find_running(draft, name)
    if running is not None:
        running.put(name.path, tag, manifest)
        return
    registry = draft.registries.get(name.domain)
    if registry is None:
        raise messages.REGISTRY_LOOKUP(host=name.domain, name=name.domain.partition(":")[0])
    draft.registries[name.domain] = replace(
        registry,
        tags=registry.tags.set(f"{name.path}:{tag}", manifest.digest),
        manifests=registry.manifests.set(f"{name.path}@{manifest.digest}", manifest),
    )


def arrive(draft: Draft, task: PushTask) -> None:
    """A tag is in the registry, and the next is pushed; or the push has failed."""
    if task.problem or task.manifest is None:
        draft.notify("done", task.id, messages.Refusal(500, task.problem))
        return
    name, manifest = reference.parse(task.repository), task.manifest
    try:
        if task.origins is None:
            _store(draft, name, task.tag, manifest)
    except messages.Refusal as refusal:
        draft.notify("done", task.id, refusal)
        return
    if manifest.image.id in draft.images:
        images.set_reference(draft, f"{task.repository}@{manifest.digest}", manifest.image.id)
    size_bytes = len(manifest.raw)
    text = f"{task.tag}: digest: {manifest.digest} size: {size_bytes}"
    draft.notify("progress", task.id, line(status=text))
    result = {"Tag": task.tag, "Digest": manifest.digest, "Size": size_bytes}
    draft.notify("progress", task.id, line(progressDetail={}, aux=result))
    if task.following:
        transfer_schedule.start(draft, _part(draft, task, task.following, []))
        return
    image_event(draft, manifest.image.id, "push", name.familiar_name, actor=task.event_name)
    draft.notify("done", task.id, None)
