"""Pulling an image: from the registry's answer to the last layer, with docker's steps and progress on the virtual clock.

Sources: moby distribution/pull_v2.go and pkg/jsonmessage; texts in recordings implicit-pull and registry.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.clock import MILLISECOND_NS, SECOND_NS
from fakedocker.base.reference import Reference
from fakedocker.base.units import human_size
from fakedocker.operations import images
from fakedocker.operations.attributes import image_event
from fakedocker.registry import catalogue
from fakedocker.registry.model import Manifest, RemoteLayer
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import PullStep, PullTask

DOWNLOAD_BYTES_PER_SECOND = 200_000_000
EXTRACT_BYTES_PER_SECOND = 80_000_000
PROGRESS_EVERY_NS = 100 * MILLISECOND_NS
FIRST_ANSWER_NS = 20 * MILLISECOND_NS


def find_manifest(draft: Draft, name: Reference) -> Manifest:
    """What a registry has under a name.

    Raises:
        Refusal: no such registry, repository, tag or digest, in docker's words.
    """
    registry = draft.registries.get(name.domain)
    if registry is None:
        host = name.domain
        raise messages.REGISTRY_LOOKUP(host=host, name=host.partition(":")[0])
    key = (
        f"{name.path}@{name.digest}"
        if name.digest
        else f"{name.path}@{registry.tags.get(f'{name.path}:{name.tag}', '')}"
    )
    found = registry.manifests.get(key)
    if found is None and registry.catalogue:
        found = catalogue.manifest(name.path, name.digest or name.tag)
    if found is not None:
        return found
    if registry.catalogue and not catalogue.has_repository(name.path):
        raise messages.PULL_DENIED(repository=name.familiar_name)
    raise messages.MANIFEST_UNKNOWN(name=name.familiar)


def parse(image: str, tag: str) -> Reference:
    """The name in a pull request.

    Raises:
        Refusal: it is none.
    """
    try:
        name = reference.parse(image)
    except reference.InvalidReference as problem:
        raise messages.INVALID_REFERENCE(problem=problem) from None
    if tag:
        if reference.looks_like_digest(tag):
            name = name._replace(digest=tag, tag="")
        elif reference.is_tag(tag):
            name = name._replace(tag=tag)
        else:
            raise messages.INVALID_REFERENCE(problem="invalid tag format")
    return name.with_default_tag()


def begin(draft: Draft, name: Reference, platform: str = "") -> int:
    """Start a pull; its progress and its end are told as notices of the task.

    Returns:
        the task's number.

    Raises:
        Refusal: the registry has no such image, or none for that platform.
    """
    manifest = find_manifest(draft, name)
    if platform:
        _check_platform(manifest, platform)
    references = [f"{name.name}@{manifest.digest}"]
    if name.tag:
        references.insert(0, f"{name.name}:{name.tag}")
    opening = _line({"status": f"Pulling from {name.path}", "id": name.tag or name.digest})
    known = manifest.image.id in draft.images
    if known and all(draft.tags.get(full) == manifest.image.id for full in references[:1]):
        outcome = f"Status: Image is up to date for {name.familiar}"
    else:
        outcome = f"Status: Downloaded newer image for {name.familiar}"
    closing = (_line({"status": f"Digest: {manifest.digest}"}), _line({"status": outcome}))
    steps = [PullStep(after_ns=FIRST_ANSWER_NS, progress=opening)]
    if not known:
        steps += _layer_steps(draft, manifest)
    task_id = draft.draw()
    task = PullTask(
        id=task_id, started_ns=draft.now_ns, steps=tuple(steps), position=0, image=manifest.image, references=tuple(references),
        event_name=name.familiar, closing=closing,
    )  # fmt: skip
    draft.tasks[task_id] = task
    _schedule(draft, task)
    return task_id


def _check_platform(manifest: Manifest, platform: str) -> None:
    os, _, architecture = platform.partition("/")
    image = manifest.image
    if os != image.os or (architecture and architecture.partition("/")[0] != image.architecture):
        text = f"no matching manifest for {platform} in the manifest list entries: no match for platform in manifest: not found"
        raise messages.Refusal(404, text)


def _layer_steps(draft: Draft, manifest: Manifest) -> list[PullStep]:
    """Every moment of downloading three layers at a time and extracting them one after the other."""
    steps: list[PullStep] = []
    now = FIRST_ANSWER_NS + 5 * MILLISECOND_NS
    wanted = [remote for remote in manifest.layers if remote.layer.chain_id not in draft.layers]
    for remote in manifest.layers:
        status = "Pulling fs layer" if remote in wanted else "Already exists"
        steps.append(
            PullStep(after_ns=now, progress=_line({"status": status, "progressDetail": {}, "id": _short(remote)}))
        )
    lanes = [now, now, now]
    arrived: dict[str, int] = {}
    for index, remote in enumerate(wanted):
        if index >= len(lanes):
            steps.append(
                PullStep(
                    after_ns=now, progress=_line({"status": "Waiting", "progressDetail": {}, "id": _short(remote)})
                )
            )
        lane = lanes.index(min(lanes))
        steps += _moving(remote, "Downloading", lanes[lane], DOWNLOAD_BYTES_PER_SECOND, remote.size_bytes)
        lanes[lane] += _duration(remote.size_bytes, DOWNLOAD_BYTES_PER_SECOND)
        arrived[remote.digest] = lanes[lane]
        for status in ("Verifying Checksum", "Download complete"):
            steps.append(
                PullStep(
                    after_ns=lanes[lane], progress=_line({"status": status, "progressDetail": {}, "id": _short(remote)})
                )
            )
    extracted = 0
    for remote in wanted:
        start = max(extracted, arrived[remote.digest])
        extracted = start + _duration(remote.size_bytes, EXTRACT_BYTES_PER_SECOND)
        steps += _moving(remote, "Extracting", start, EXTRACT_BYTES_PER_SECOND, remote.size_bytes)
        line = _line({"status": "Pull complete", "progressDetail": {}, "id": _short(remote)})
        steps.append(PullStep(after_ns=extracted, progress=line, layer=remote.layer))
    return sorted(steps, key=lambda step: step.after_ns)


def _moving(remote: RemoteLayer, status: str, start_ns: int, rate: int, total: int) -> list[PullStep]:
    steps = []
    duration = _duration(total, rate)
    moments = [moment for moment in range(0, duration, PROGRESS_EVERY_NS) if moment] + [duration]
    for moment in moments:
        current = total * moment // duration
        body: dict[str, object] = {
            "status": status,
            "progressDetail": {"current": current, "total": total},
            "progress": _bar(current, total),
            "id": _short(remote),
        }
        steps.append(PullStep(after_ns=start_ns + moment, progress=_line(body)))
    return steps


def _bar(current: int, total: int) -> str:
    """The bar that goes with a message, for clients that draw none themselves (moby pkg/jsonmessage)."""
    done = min(current * 50 // total, 50) if total else 50
    arrow = "=" * done + ">" + " " * (50 - done)
    return f"[{arrow[:51]}]  {human_size(current):>8}/{human_size(total)}"


def _duration(size: int, rate: int) -> int:
    return max(size * SECOND_NS // rate, MILLISECOND_NS)


def _short(remote: RemoteLayer) -> str:
    return remote.digest.removeprefix("sha256:")[:12]


def _line(body: dict[str, object]) -> bytes:
    return msgspec.json.encode(body) + b"\r\n"


def _schedule(draft: Draft, task: PullTask) -> None:
    after = task.steps[task.position].after_ns if task.position < len(task.steps) else task.steps[-1].after_ns
    timer = draft.kernel.set_timer(task.started_ns + after, ("pull", task.id))
    draft.tasks[task.id] = replace(task, timer=timer)


def due(draft: Draft, task_id: int) -> None:
    """The next moment of a pull has come."""
    task = draft.tasks.get(task_id)
    if not isinstance(task, PullTask):
        return
    position = task.position
    elapsed = draft.now_ns - task.started_ns
    while position < len(task.steps) and task.steps[position].after_ns <= elapsed:
        step = task.steps[position]
        position += 1
        draft.notify("progress", task_id, step.progress)
    task = replace(task, position=position)
    if position < len(task.steps):
        _schedule(draft, task)
        return
    del draft.tasks[task_id]
    _arrive(draft, task)


def _arrive(draft: Draft, task: PullTask) -> None:
    assert task.image is not None
    layers = [step.layer for step in task.steps if step.layer is not None]
    images.add(draft, task.image, layers)
    for name in reversed(task.references):
        images.set_reference(draft, name, task.image.id)
    image_event(draft, task.image.id, "pull", task.event_name)
    for line in task.closing:
        draft.notify("progress", task.id, line)
    draft.notify("done", task.id, None)
