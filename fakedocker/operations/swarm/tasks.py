"""Tasks of services as records: made, changed, found, told of; what their agent does with containers is in `agent`.

Sources: swarmkit manager/orchestrator/task.go NewTask, manager/controlapi/task.go, moby daemon/cluster/convert/task.go.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import clock, messages
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.json_types import JsonObject
from fakedocker.containers.model import Container
from fakedocker.operations.containers import remove as removing
from fakedocker.operations.swarm import attaching, nodes, overlays, store
from fakedocker.operations.system.filters import Filters
from fakedocker.swarm import states
from fakedocker.swarm.services import START_ALARM, TASK_ALARM, TASK_LABEL, Service, ServiceTask
from fakedocker.wire.omitting import plain
from fakedocker.world.draft import Draft

LIST_FILTERS = ("name", "id", "label", "service", "node", "desired-state", "_up-to-date", "runtime")
"""Kinds of timers: an agent's next step; a start that was put off."""
STEP_NS = 10 * MILLISECOND_NS
"""How long a step takes that is done at once, with the managers hearing of it."""


def of_service(draft: Draft, service_id: str) -> list[ServiceTask]:
    """A service's tasks, in the order they were made. Linear in all tasks."""
    found = [task for task in draft.service_tasks.values() if task.service_id == service_id]
    return sorted(found, key=lambda task: task.number)


def of_container(draft: Draft, container: Container) -> ServiceTask | None:
    """The task that a container is of, None for other containers."""
    identifier = (container.config.labels or {}).get(TASK_LABEL)
    task = draft.service_tasks.get(identifier) if identifier else None
    return task if task is not None and task.container_id == container.id else None


def create(draft: Draft, service: Service, slot: int, desired: int, node_id: str = "") -> ServiceTask:
    """A new task of a service, whose agent will look at it.

    Args:
        node_id: where it must run, as those of global services.
    """
    spec = service.spec
    task = ServiceTask(
        id=store.new_id(draft, "task"), number=draft.draw(), version=store.next_version(draft), created_ns=draft.wall_ns,
        updated_ns=draft.wall_ns, service_id=service.id, service_name=spec.name, service_labels=spec.labels, slot=slot, node_id=node_id,
        spec=spec.task_template, spec_version=service.spec_version, endpoint=spec.endpoint_spec, auth=service.auth, desired=desired,
        ports=service.endpoint.ports if service.endpoint is not None else (), at_ns=draft.wall_ns,
        job_iteration=service.job_iteration if spec.mode.is_job else None, networks=spec.task_template.networks or spec.networks,
    )  # fmt: skip
    draft.service_tasks[task.id] = task
    wake(draft, task)
    return draft.service_tasks[task.id]


def put(draft: Draft, task: ServiceTask) -> ServiceTask:
    """Keep a task that has changed, as a new version of it."""
    task = store.changed(draft, task)
    draft.service_tasks[task.id] = task
    return task


def set_desired(draft: Draft, task: ServiceTask, desired: int) -> ServiceTask:
    """Wish another state of a task, which never is an earlier one; its agent will look at it."""
    if task.desired >= desired:
        return task
    task = put(draft, replace(task, desired=desired))
    wake(draft, task)
    return draft.service_tasks[task.id]


def set_state(draft: Draft, task: ServiceTask, state: int, message: str = "", problem: str = "") -> ServiceTask:
    """A task has come to a state; "" keeps the message it had."""
    changed = replace(task, state=state, message=message or task.message, problem=problem, at_ns=draft.wall_ns)
    task = put(draft, changed)
    if task.is_over and task.attachments:
        attaching.detach(draft, task)
    draft.notify("service", task.service_id)
    return task


def wake(draft: Draft, task: ServiceTask, after_ns: int = STEP_NS) -> None:
    """Let a task's agent look at it, unless it is about to do so."""
    if not task.timer:
        timer = draft.kernel.set_timer(draft.now_ns + after_ns, (TASK_ALARM, task.id))
        draft.service_tasks[task.id] = replace(task, timer=timer)


def delete(draft: Draft, task: ServiceTask) -> None:
    """Forget a task, and remove its container (moby daemon/cluster/executor/container/controller.go Remove)."""
    for timer in (task.timer, task.start_timer):
        if timer:
            draft.kernel.cancel_timer(timer)
    del draft.service_tasks[task.id]
    if not task.is_over:
        attaching.detach(draft, task)
    container = draft.containers.get(task.container_id)
    if container is None or container.removing:
        return
    if container.is_running:
        removing.remove(draft, container, force=True, with_volumes=True)
    else:
        removing.discard(draft, container, with_volumes=True)


def put_off_start(draft: Draft, task: ServiceTask, delay_ns: int, follows: ServiceTask | None) -> None:
    """Let a task start when a time has passed and the one it follows has stopped.

    Source: swarmkit manager/orchestrator/restart/restart.go DelayStart.
    """
    waits = follows is not None and not follows.is_over
    starts_ns = draft.now_ns + delay_ns if delay_ns else 0
    timer = draft.kernel.set_timer(starts_ns, (START_ALARM, task.id)) if starts_ns else 0
    changed = replace(task, starts_ns=starts_ns, start_timer=timer, follows=follows.id if waits and follows else "")
    draft.service_tasks[task.id] = changed
    may_start(draft, changed)


def may_start(draft: Draft, task: ServiceTask) -> bool:
    """Let a task start if nothing holds it any more; whether it does (restart.go StartNow)."""
    followed = draft.service_tasks.get(task.follows)
    if task.starts_ns > draft.now_ns or (followed is not None and not followed.is_over):
        return False
    task = replace(task, starts_ns=0, start_timer=0, follows="")
    draft.service_tasks[task.id] = task
    set_desired(draft, task, states.RUNNING if task.job_iteration is None else states.COMPLETE)
    return True


def find(draft: Draft, name: str) -> ServiceTask:
    """A task by id, name, or the beginning of its id."""
    store.swarm(draft)
    return store.find("task", draft.service_tasks.values(), name, lambda task: shown_name(task) == name)


def shown_name(task: ServiceTask) -> str:
    """A task's name as filters know it: SERVICE.SLOT.ID."""
    return task.name


def select(draft: Draft, filters: Filters) -> list[ServiceTask]:
    """The tasks that pass the filters, by id; services and nodes are ids here, see `resolved`.

    Raises:
        Refusal: a filter has a state that there is not.
    """
    store.swarm(draft)
    desired = _states(filters)
    found = [
        task
        for task in draft.service_tasks.values()
        if store.begins(shown_name(task), filters.get("name", ()))
        and store.begins(task.id, filters.get("id", ()))
        and store.labels_pass(filters.get("label", ()), task.service_labels)
        and store.among(task.service_id, filters.get("service", ()))
        and store.among(task.node_id, filters.get("node", ()))
        and store.among("container", filters.get("runtime", ()))
        and (not desired or task.desired in desired)
    ]
    return sorted(found, key=lambda task: task.id)


def _states(filters: Filters) -> set[int]:
    known = {name: str(state) for name, state in states.BY_NAME.items()}
    return {int(state) for state in store.choice(filters, "desired-state", known)}


def inspect(draft: Draft, task: ServiceTask) -> JsonObject:
    """What the API says of a task."""
    shown: JsonObject = {
        "ID": task.id, **nodes.meta(task), "Labels": {}, "Spec": plain(replace(task.spec, runtime="")), "ServiceID": task.service_id,
    }  # fmt: skip
    if task.slot:
        shown["Slot"] = task.slot
    if task.node_id:
        shown["NodeID"] = task.node_id
    shown["Status"] = _status(task)
    shown["DesiredState"] = states.NAMES[task.desired]
    attached = [(draft.networks.get(one.network_id), one.address) for one in task.attachments]
    if attached:
        shown["NetworksAttachments"] = [
            {"Network": overlays.inspect_of_task(network), "Addresses": [address]}
            for network, address in attached
            if network is not None
        ]
    if task.job_iteration is not None:
        shown["JobIteration"] = {"Index": task.job_iteration} if task.job_iteration else {}
    shown["Volumes"] = None
    return shown


def _status(task: ServiceTask) -> JsonObject:
    status: JsonObject = {"Timestamp": clock.rfc3339_nano(task.at_ns), "State": states.NAMES[task.state]}
    if task.message:
        status["Message"] = task.message
    if task.problem:
        status["Err"] = task.problem
    if task.has_container:
        status["ContainerStatus"] = {
            "ContainerID": task.container_id, "PID": task.pid, "ExitCode": task.exit_code,
        }  # fmt: skip
    status["PortStatus"] = {"Ports": plain(task.host_ports)} if task.host_ports else {}
    return status


def no_node(reason: str) -> str:
    """Why a task is nowhere."""
    return messages.TASK_NO_NODE.format(reason=reason)
