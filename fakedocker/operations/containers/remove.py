"""Removing containers, and pruning those that have ended.

Source: moby daemon/delete.go; texts in recording lifecycle. A removal takes a few milliseconds, as in a real daemon: of
two clients that remove one container at the same time, the second is told that a removal is under way.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages, signals
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.containers import lifecycle
from fakedocker.containers.model import PAUSED, RESTARTING, Container
from fakedocker.faults.model import BUSY
from fakedocker.operations.containers import container_faults, inspect, links, rootfs
from fakedocker.operations.images import images
from fakedocker.operations.system import filters as filtering, lookup
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.operations.system.filters import Filters
from fakedocker.operations.volumes import volumes
from fakedocker.world.draft import Draft, remove_from_index

REMOVAL_NS = 5 * MILLISECOND_NS
PRUNE_FILTERS = ("label", "label!", "until")


def remove(draft: Draft, container: Container, force: bool, with_volumes: bool) -> None:
    """Begin to remove a container; it takes a few milliseconds.

    Raises:
        Refusal: it is running (and force was not given), paused, or being removed already.
    """
    if container.removing:
        raise messages.REMOVAL_IN_PROGRESS(name=container.name)
    if container.is_running and not force:
        if container.status == PAUSED:
            raise messages.REMOVE_PAUSED(name=container.name)
        raise messages.REMOVE_RUNNING(name=container.name, state=container.status)
    container = replace(container, removing=True, manually_stopped=True)
    if container.status == RESTARTING:
        draft.kernel.cancel_timer(container.timer)
        container = replace(container, status=lifecycle.after("stop", container.status), timer=0)
    if not container.has_process:
        container = replace(container, status=lifecycle.after("remove", container.status))
    draft.containers[container.id] = container
    draft.kernel.set_timer(draft.now_ns + REMOVAL_NS, ("remove", (container.id, with_volumes)))
    if container.has_process:
        container_event(draft, container, "kill", signal=str(signals.KILL))
        if container.status == PAUSED:
            draft.kernel.thaw_namespace(container.id)
        draft.kernel.kill_from_outside(container.pid, signals.KILL)


def removal_due(draft: Draft, key: tuple[str, bool]) -> None:
    """A removal has taken its time, of a container with its volumes or without; the end of its process has been looked
    at by then."""
    identifier, with_volumes = key
    container = draft.containers.get(identifier)
    if container is None or container.has_process:
        return
    if container_faults.strikes(draft, container, BUSY):
        _fail(draft, container)
        return
    discard(draft, container, with_volumes)


def _fail(draft: Draft, container: Container) -> None:
    """A removal that fails leaves a dead container (moby daemon/delete.go cleanupContainer)."""
    container = replace(container, status=lifecycle.after("remove fails", container.status), removing=False)
    draft.containers[container.id] = container
    draft.notify("state", container.id)
    draft.notify("removal", container.id, messages.REMOVAL_FAILED(id=container.id))


def discard(draft: Draft, container: Container, with_volumes: bool) -> None:
    """Take a container that is not running out of the world.

    Args:
        with_volumes: also the volumes that nobody chose for it and nobody else uses.
    """
    identifier = container.id
    container_event(draft, container, "destroy")
    links.forget(draft, container)
    rootfs.remove_root(draft, container)
    del draft.containers[identifier]
    del draft.container_names[container.name]
    bucket = identifier[: lookup.PREFIX_DIGITS]
    rest = tuple(other for other in draft.container_prefixes[bucket] if other != identifier)
    if rest:
        draft.container_prefixes[bucket] = rest
    else:
        del draft.container_prefixes[bucket]
    draft.outputs.pop(identifier)
    for exec_id in container.exec_ids:
        draft.execs.pop(exec_id)
        draft.outputs.pop(exec_id)
    remove_from_index(draft.image_containers, container.image_id, identifier)
    if container.top_layer:
        remove_from_index(draft.layer_users, container.top_layer, f"container:{identifier}")
        images.release_layer(draft, container.top_layer)
    _release_volumes(draft, container, with_volumes)
    draft.notify("state", identifier)


def _release_volumes(draft: Draft, container: Container, with_volumes: bool) -> None:
    for mount in container.mounts:
        if mount.type == "volume":
            remove_from_index(draft.volume_users, mount.source, container.id)
    for mount in container.mounts:
        volume = draft.volumes.get(mount.source) if mount.type == "volume" and not mount.named else None
        if with_volumes and volume is not None and volume.name not in draft.volume_users:
            volumes.discard(draft, [volume])


def prune(draft: Draft, filters: Filters) -> tuple[list[str], int]:
    """Remove every container that is not running.

    Returns:
        their ids, newest first, and the bytes of their writable layers.
    """
    until = filtering.until(filters, draft.wall_ns)
    removed, freed = [], 0
    for container in sorted(draft.containers.values(), key=lambda container: -container.number):
        if container.is_running or container.removing or (until is not None and container.created_ns > until):
            continue
        if not filtering.prune_labels_match(filters, container.config.labels):
            continue
        freed += inspect.sizes(draft, container)[0]
        discard(draft, container, with_volumes=False)
        removed.append(container.id)
    draft.record_event("container", "prune", "", [("reclaimed", str(freed))])
    return removed, freed
