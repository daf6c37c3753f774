"""Changing containers that exist: rename, and update of limits and restart policy.

Source: moby daemon/rename.go and update.go; texts in recordings names and restart.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.containers.model import RESTARTING, Container
from fakedocker.operations.containers import create, device_nodes, links, resources, validation
from fakedocker.operations.system import lookup
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.wire.container import UpdateRequest
from fakedocker.world.draft import Draft

_LIMITS = (
    "blkio_weight", "cpu_shares", "memory", "nano_cpus", "cpu_period", "cpu_quota", "cpu_realtime_period", "cpu_realtime_runtime", "cpuset_cpus",
    "cpuset_mems", "memory_reservation", "memory_swap",
)  # fmt: skip


def rename(draft: Draft, container: Container, name: str) -> None:
    """Give a container another name.

    Raises:
        Refusal: the name is empty, its own, not allowed, or taken.
    """
    if not name:
        raise messages.RENAME_EMPTY()
    name = name.removeprefix("/")
    if name == container.name:
        raise messages.RENAME_SAME()
    if create.CONTAINER_NAME.fullmatch(name) is None:
        problem = messages.CONTAINER_NAME(name=f"/{name}").message
        raise Refusal(400, messages.RENAME_FAILED.text.format(problem=problem))
    try:
        create.reserve_name(draft, name, container.id, container.number)
    except Refusal as refusal:
        raise messages.RENAME_FAILED(problem=refusal.message) from None
    del draft.container_names[container.name]
    links.renamed(draft, container, name)
    renamed = replace(draft.containers[container.id], name=name)
    draft.containers[container.id] = renamed
    _rename_endpoints(draft, container, name)
    container_event(draft, renamed, "rename", oldName=f"/{container.name}")


def _rename_endpoints(draft: Draft, container: Container, name: str) -> None:
    """A running container is from now on known by its new name in its networks."""
    for network_id, endpoints in list(draft.endpoints.items()):
        endpoint = endpoints.get(container.id)
        if endpoint is not None and endpoint.names:
            names = tuple(name if other == container.name else other for other in endpoint.names)
            draft.endpoints[network_id] = endpoints.set(container.id, replace(endpoint, names=names))


def update(draft: Draft, name: str, request: UpdateRequest) -> None:
    """Change limits and restart policy of a container.

    Source: moby daemon/update.go and container/container_unix.go UpdateContainer: the settings are looked at before the
    container is looked up.

    Raises:
        Refusal: a value is not allowed, or does not go with what the container has.
    """
    validation.check_update(draft, request)
    container = lookup.container(draft, name)
    host = container.host_config
    _check_against(container, request)
    changes: dict[str, object] = {field: value for field in _LIMITS if (value := getattr(request, field))}
    changes |= {field: value for field in device_nodes.DEVICE_LIMITS if (value := getattr(request, field)) is not None}
    if request.pids_limit is not None:
        changes["pids_limit"] = max(request.pids_limit, 0)
    policy = request.restart_policy
    if policy.name:
        if host.auto_remove and policy.name != "no":
            problem = "Restart policy cannot be updated because AutoRemove is enabled for the container"
            raise messages.UPDATE_FAILED(id=container.id, problem=problem)
        changes["restart_policy"] = policy
    updated = replace(container, host_config=replace(host, **changes))
    limits = updated.host_config
    if updated.has_process:
        _check_devices(draft, updated)
    if updated.has_process and 0 < limits.memory_swap < limits.memory:
        raise messages.UPDATE_SWAP(id=container.id)
    if updated.has_process and (problem := resources.processor_problem(container.id, limits)):
        raise messages.UPDATE_RUNC(id=container.id, problem=problem)
    if container.status == RESTARTING and policy.name == "no":
        draft.kernel.cancel_timer(container.timer)
        updated = replace(updated, status="exited", timer=0)
    draft.containers[container.id] = updated
    if updated.has_process:
        draft.kernel.update_namespace(
            container.id,
            **resources.of_namespace(draft, limits),
        )
    container_event(draft, updated, "update")


def _check_devices(draft: Draft, container: Container) -> None:
    try:
        device_nodes.check_limits(draft, container.host_config)
    except Refusal as refusal:
        raise messages.UPDATE_FAILED(id=container.id, problem=refusal.message) from None


def _check_against(container: Container, request: UpdateRequest) -> None:
    """Refuse what does not go with the limits that a container has."""
    host = container.host_config
    conflicts = (
        (request.nano_cpus > 0 and host.cpu_period > 0, "Nano CPUs", "CPU Period"),
        (request.nano_cpus > 0 and host.cpu_quota > 0, "Nano CPUs", "CPU Quota"),
        (request.cpu_period > 0 and host.nano_cpus > 0, "CPU Period", "NanoCPUs"),
        (request.cpu_quota > 0 and host.nano_cpus > 0, "CPU Quota", "NanoCPUs"),
    )
    for conflict, what, other in conflicts:
        if conflict:
            problem = messages.CPU_CONFLICT_UPDATE(what=what, other=other).message
            raise messages.UPDATE_FAILED(id=container.id, problem=problem)
    if request.memory and not request.memory_swap and request.memory > host.memory_swap:
        raise messages.UPDATE_FAILED(id=container.id, problem=messages.MEMORY_SWAP_UPDATE.text)
