"""Which tasks the one node takes: every reason there is not to, in the scheduler's order.

Source: swarmkit manager/scheduler/{scheduler,filter,pipeline}.go. With one node, the first filter that fails is the
explanation.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.operations.swarm import store, tasks
from fakedocker.operations.system import plugins
from fakedocker.swarm import constraints, states
from fakedocker.swarm.constraints import Place
from fakedocker.swarm.model import ACTIVE, MANAGER
from fakedocker.swarm.services import ServiceTask
from fakedocker.wire.container import DriverConfig, VolumeOptions
from fakedocker.wire.service import Platform, TaskSpec
from fakedocker.world.draft import Draft

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def place(draft: Draft) -> Place:
    """The node as constraints see it."""
    node = store.swarm(draft).node
    return Place(
        id=node.id, hostname=draft.host.hostname, address=node.address, role=MANAGER, system="linux", architecture="x86_64",
        labels=node.spec.labels,
    )  # fmt: skip


def meets_constraints(draft: Draft, spec: TaskSpec) -> bool:
    """Whether the node meets a specification's constraints."""
    return spec.placement is None or constraints.met(spec.placement.constraints, place(draft))


def assign(draft: Draft, task: ServiceTask) -> ServiceTask:
    """Give a task to the node, or say why it is not given to it."""
    if task.node_id:
        reason = _obstacle(draft, task)
        if reason:
            return _held_up(draft, task, reason)
        return tasks.set_state(draft, task, states.ASSIGNED, messages.TASK_CONFIRMED)
    reason = _obstacle(draft, task)
    if reason:
        return _held_up(draft, task, tasks.no_node(reason))
    assigned = replace(task, node_id=store.swarm(draft).node.id)
    return tasks.set_state(draft, assigned, states.ASSIGNED, messages.TASK_ASSIGNED)


def _held_up(draft: Draft, task: ServiceTask, problem: str) -> ServiceTask:
    if task.problem == problem:
        return task
    return tasks.set_state(draft, task, states.PENDING, problem=problem)


def retry(draft: Draft) -> None:
    """Look again at the tasks that have found no place, as something has changed."""
    for task in sorted(draft.service_tasks.values(), key=lambda task: task.number):
        waits = task.state == states.NEW or (task.state == states.PENDING and task.problem)
        if waits and task.desired < states.SHUTDOWN:
            tasks.wake(draft, task)


def _obstacle(draft: Draft, task: ServiceTask) -> str:
    """Why the node cannot take a task, "" where it can."""
    spec = task.spec
    node = store.swarm(draft).node
    if node.spec.availability != ACTIVE or node.is_down:
        return messages.NODE_UNAVAILABLE
    others = [other for other in draft.service_tasks.values() if other.id != task.id and _holds(other)]
    if not _has_resources(draft, spec, others):
        return messages.NODE_RESOURCES
    if not _has_plugins(draft, spec):
        return messages.NODE_PLUGIN
    if not meets_constraints(draft, spec):
        return messages.NODE_CONSTRAINTS
    placement = spec.placement
    if placement is not None and placement.platforms and not any(_is_ours(one) for one in placement.platforms):
        return messages.NODE_PLATFORM
    if not _host_ports(task).isdisjoint(port for other in others for port in _host_ports(other)):
        return messages.NODE_PORT
    limit = placement.max_replicas if placement is not None else 0
    if limit and sum(other.service_id == task.service_id for other in others) >= limit:
        return messages.NODE_REPLICAS
    return ""


def _holds(task: ServiceTask) -> bool:
    """Whether a task takes room on the node."""
    return states.ASSIGNED <= task.state <= states.RUNNING


def _has_resources(draft: Draft, spec: TaskSpec, others: Iterable[ServiceTask]) -> bool:
    wanted = spec.resources.reservations if spec.resources is not None else None
    if wanted is None:
        return True
    if wanted.generic_resources:
        return False  # the node has none
    cpus, memory_bytes = draft.host.cpus * 1_000_000_000, draft.host.memory_bytes
    for other in others:
        reserved = other.spec.resources.reservations if other.spec.resources is not None else None
        if reserved is not None:
            cpus -= reserved.nano_cpus
            memory_bytes -= reserved.memory_bytes
    return wanted.nano_cpus <= cpus and wanted.memory_bytes <= memory_bytes


def _has_plugins(draft: Draft, spec: TaskSpec) -> bool:
    """Whether the node has the volume drivers that mounts ask for."""
    mounts = spec.container_spec.mounts if spec.container_spec is not None else ()
    for mount in mounts:
        options = mount.volume_options
        driver = options.driver_config if isinstance(options, VolumeOptions) else None
        if mount.type != "volume" or not isinstance(driver, DriverConfig) or not driver.name:
            continue
        if not {driver.name, f"{driver.name}:latest"} & set(plugins.names(draft, "volume")):
            return False
    return True


def _is_ours(platform: Platform) -> bool:
    architecture = _ARCHITECTURES.get(platform.architecture, platform.architecture)
    return platform.os in ("", "linux") and architecture in ("", "amd64")


def _host_ports(task: ServiceTask) -> set[tuple[int, str]]:
    return {
        (port.published_port, port.protocol)
        for port in task.ports
        if port.publish_mode == "host" and port.published_port
    }
