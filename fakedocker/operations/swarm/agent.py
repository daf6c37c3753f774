"""What a node does with its tasks: images, containers, their start and end, state after state on the virtual clock.

Sources: swarmkit agent/exec/controller.go Do, moby daemon/cluster/executor/container/controller.go. A task goes one
step at a time; its timer says when. What its end leads to is the orchestrators' business.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from fakedocker.base import messages, reference
from fakedocker.base.clock import MILLISECOND_NS, SECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.containers.model import Container
from fakedocker.operations.containers import start, stop
from fakedocker.operations.registry import pull
from fakedocker.operations.swarm import attaching, containers, scheduling, store, tasks
from fakedocker.operations.system import lookup
from fakedocker.swarm import states
from fakedocker.swarm.services import ServiceTask
from fakedocker.wire.service import PortConfig
from fakedocker.world.draft import Draft

SCHEDULING_NS = 50 * MILLISECOND_NS
"""How long the scheduler gathers tasks before it looks for nodes (scheduler.go commitDebounceGap)."""
START_NS = 100 * MILLISECOND_NS
"""How long a container takes to start, as everywhere."""
GOSSIP_NS = 2 * SECOND_NS
"""How long a task is left running once its service's names lead to it no more (controller.go defaultGossipConvergeDelay)."""


def step(draft: Draft, task: ServiceTask) -> None:
    """Take a task's next step."""
    task = replace(task, timer=0)
    draft.service_tasks[task.id] = task
    if task.state >= states.ASSIGNED and store.swarm(draft).node.is_silent:
        return  # it hears of nothing, and goes on when it does
    if task.desired >= states.SHUTDOWN:
        _shut_down(draft, task)
        return
    action = _ACTIONS.get(task.state)
    if action is not None:
        action(draft, task)


def _allocate(draft: Draft, task: ServiceTask) -> None:
    """Addresses are chosen, the scheduler is next. A task for which a network has none left waits for one."""
    try:
        task = attaching.attach(draft, task)
    except Refusal:
        return
    tasks.wake(draft, tasks.set_state(draft, task, states.PENDING, messages.TASK_ALLOCATED), SCHEDULING_NS)


def _schedule(draft: Draft, task: ServiceTask) -> None:
    task = scheduling.assign(draft, task)
    if task.state != states.ASSIGNED:
        return
    try:
        attaching.join(draft, task)
    except Refusal:
        tasks.set_state(draft, task, states.REJECTED, problem=messages.TASK_NO_ADDRESS)
        return
    tasks.wake(draft, task)


def _accept(draft: Draft, task: ServiceTask) -> None:
    tasks.wake(draft, tasks.set_state(draft, task, states.ACCEPTED, "accepted"))


def _begin_preparing(draft: Draft, task: ServiceTask) -> None:
    """Fetch the image where it is not there. That it cannot be fetched matters only if it is not there afterwards either."""
    task = tasks.set_state(draft, task, states.PREPARING, "preparing")
    assert task.spec.container_spec is not None  # as it is normal
    image = task.spec.container_spec.image
    if lookup.find_image(draft, image) is None and not reference.looks_like_digest(image):
        try:
            name = reference.parse(image)
            transfer = pull.begin(draft, name if name.digest else name.with_default_tag())
        except Refusal:
            pass
        else:
            draft.service_tasks[task.id] = replace(task, pull=transfer)
            return
    tasks.wake(draft, task)


def _prepare(draft: Draft, task: ServiceTask) -> None:
    if task.pull:
        return  # it is told when that is done
    try:
        container = containers.create(draft, task)
    except Refusal as problem:
        tasks.set_state(draft, task, states.REJECTED, problem=problem.message)
        return
    task = replace(task, container_id=container.id)
    tasks.wake(draft, tasks.set_state(draft, task, states.READY, "prepared"))


def _begin_starting(draft: Draft, task: ServiceTask) -> None:
    """Start, unless it is not yet to run."""
    if task.desired > states.READY:
        task = tasks.set_state(draft, replace(task, has_container=True), states.STARTING, "starting")
        tasks.wake(draft, task, START_NS)


def _start(draft: Draft, task: ServiceTask) -> None:
    container = containers.of_task(draft, task)
    if container is None:
        problem = messages.NO_SUCH_CONTAINER(name=task.name).message
        tasks.set_state(draft, task, states.FAILED, problem=problem)
        return
    if container.status != "created":
        return  # it has been started, and waits for its health
    try:
        start.start(draft, container)
    except Refusal as problem:
        task = replace(task, exit_code=draft.containers[container.id].exit_code)
        tasks.set_state(draft, task, states.FAILED, problem=messages.TASK_START_FAILED.format(problem=problem.message))
        return
    container = draft.containers[container.id]
    if container.health is None:
        _runs(draft, task, container)


def _runs(draft: Draft, task: ServiceTask, container: Container) -> None:
    ports = tuple(
        PortConfig(
            protocol=one.protocol, target_port=one.container_port, published_port=one.host_port, publish_mode="host"
        )
        for one in draft.published.get(container.id, ())
    )
    tasks.set_state(draft, replace(task, pid=container.pid, host_ports=ports), states.RUNNING, "started")


_ACTIONS: dict[int, Callable[[Draft, ServiceTask], None]] = {
    states.NEW: _allocate,
    states.PENDING: _schedule,
    states.ASSIGNED: _accept,
    states.ACCEPTED: _begin_preparing,
    states.PREPARING: _prepare,
    states.READY: _begin_starting,
    states.STARTING: _start,
}
"""What leads from a state to the next, where a task is wished to run."""


def _shut_down(draft: Draft, task: ServiceTask) -> None:
    """Stop a task: at once where nothing runs, else by its container's signal and grace."""
    if task.is_over:
        return
    container = containers.of_task(draft, task)
    if container is None or not container.is_running:
        tasks.set_state(draft, task, states.SHUTDOWN, "shutdown")
    elif not task.is_stopping:
        draft.service_tasks[task.id] = task = replace(task, is_stopping=True)
        if task.attachments:
            tasks.wake(draft, task, GOSSIP_NS)
        else:
            _stop(draft, task, container)
    else:
        _stop(draft, task, container)


def _stop(draft: Draft, task: ServiceTask, container: Container) -> None:
    spec = task.spec.container_spec
    grace_ns = spec.stop_grace_period if spec is not None else None
    stop.stop(draft, container, None if grace_ns is None else grace_ns // SECOND_NS)


def container_ended(draft: Draft, task: ServiceTask, status: int) -> None:
    """A task's container has ended; of one that was to be stopped, how it has is not asked."""
    task = replace(task, pid=0, exit_code=status)
    if task.desired >= states.SHUTDOWN:
        tasks.set_state(draft, task, states.SHUTDOWN, "shutdown")
    elif status:
        problem = messages.TASK_EXIT.format(code=status)
        if task.is_unhealthy:
            problem += f": {messages.TASK_UNHEALTHY}"
        tasks.set_state(draft, task, states.FAILED, problem=problem)
    else:
        tasks.set_state(draft, task, states.COMPLETE, "finished")


def health_changed(draft: Draft, task: ServiceTask, container: Container) -> None:
    """A task runs once its container is healthy, and is stopped when it is unhealthy."""
    status = container.health.status if container.health is not None else ""
    if task.desired >= states.SHUTDOWN or task.is_over:
        return
    if status == "healthy" and task.state == states.STARTING:
        _runs(draft, task, container)
    elif status == "unhealthy" and not task.is_unhealthy:
        task = replace(task, is_unhealthy=True)
        draft.service_tasks[task.id] = task
        _stop(draft, task, container)


def image_arrived(draft: Draft, task: ServiceTask) -> None:
    """The transfer of a task's image is over, well or not."""
    task = replace(task, pull=0)
    draft.service_tasks[task.id] = task
    tasks.wake(draft, task)
