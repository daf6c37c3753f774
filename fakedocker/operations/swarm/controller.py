"""What a swarm's manager hears: timers, ends and health of containers, images that have arrived; and what it does then.

Here agent and orchestrators come together: something happens to a task, then everything that follows for its service.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from fakedocker.faults import matching
from fakedocker.kernel.events import Exited
from fakedocker.operations.swarm import agent, orchestrating, scheduling, tasks
from fakedocker.swarm import states
from fakedocker.swarm.services import ServiceTask
from fakedocker.world.draft import Draft, Notice

OUTPUT = "service output"
"""The kind of notice that tells of output of a service's tasks; its key is the service, its value the container."""


def _is_halted(draft: Draft) -> bool:
    """Whether nobody manages: the daemon is down, or its manager locked. What has happened meanwhile is looked at in `resume`."""
    return draft.swarm is None or draft.swarm.locked or matching.daemon_is_down(draft.fault_rules)


def come_up(draft: Draft) -> None:
    """The daemon has come up: a manager that locks itself waits for its key, any other goes on."""
    assert draft.swarm is not None  # else nobody calls
    if draft.swarm.spec.encryption_config.auto_lock_managers:
        draft.swarm = replace(draft.swarm, locked=True)
    else:
        resume(draft)


def resume(draft: Draft) -> None:
    """Manage again: tasks whose containers have ended meanwhile have ended, and every timer that was missed is set anew."""
    for task in sorted(draft.service_tasks.values(), key=lambda task: task.number):
        if task.is_over:
            continue
        container = draft.containers.get(task.container_id)
        ended = container is not None and container.status != "created" and not container.is_running
        if container is not None and ended and task.state in (states.STARTING, states.RUNNING):
            agent.container_ended(draft, task, container.exit_code)
            continue
        task = replace(draft.service_tasks[task.id], timer=0, pull=task.pull if task.pull in draft.tasks else 0)
        draft.service_tasks[task.id] = task
        if not task.pull:
            tasks.wake(draft, task)
        if task.starts_ns:
            tasks.put_off_start(
                draft,
                draft.service_tasks[task.id],
                max(task.starts_ns - draft.now_ns, 1),
                draft.service_tasks.get(task.follows),
            )
    orchestrating.settle_all(draft)
    for service_id in sorted({task.service_id for task in draft.service_tasks.values()} - set(draft.services)):
        orchestrating.reconcile(draft, service_id)


def update_due(draft: Draft, service_id: str) -> None:
    """An update may go on."""
    if not _is_halted(draft):
        orchestrating.reconcile(draft, service_id)


def step_due(draft: Draft, task_id: str) -> None:
    """A task may take its next step."""
    task = draft.service_tasks.get(task_id)
    if task is None or _is_halted(draft):
        return
    agent.step(draft, task)
    task = draft.service_tasks[task_id]
    if (
        task.state >= states.RUNNING or task.desired > states.COMPLETE
    ):  # else it is on its way: nothing follows from that
        _follow(draft, task)


def start_due(draft: Draft, task_id: str) -> None:
    """A task whose start was put off may start."""
    task = draft.service_tasks.get(task_id)
    if task is not None and not _is_halted(draft):
        tasks.may_start(draft, task)
        _follow(draft, task)


def _follow(draft: Draft, before: ServiceTask) -> None:
    """What follows for a service of what has happened to a task; who waits for room on the node looks again."""
    orchestrating.reconcile(draft, before.service_id)
    after = draft.service_tasks.get(before.id)
    if after is None or after.is_over:
        scheduling.retry(draft)


def _task_of(draft: Draft, container_id: str) -> ServiceTask | None:
    """The task that a container is of, if anybody manages it and hears of it."""
    container = draft.containers.get(container_id)
    if draft.swarm is not None and draft.swarm.node.is_silent:
        return None
    return tasks.of_container(draft, container) if container is not None and not _is_halted(draft) else None


def container_ended(draft: Draft, container_id: str, exited: Exited) -> None:
    """A container has ended."""
    task = _task_of(draft, container_id)
    if task is not None and not task.is_over:
        agent.container_ended(draft, task, exited.status)
        _follow(draft, task)


def probe_exited(draft: Draft, container_id: str, exited: Exited) -> None:
    """A container's health check has ended."""
    on_health(draft, container_id)


def on_health(draft: Draft, container_id: str) -> None:
    """A container's health may have changed."""
    task = _task_of(draft, container_id)
    if task is not None:
        agent.health_changed(draft, task, draft.containers[container_id])
        _follow(draft, task)


def output(draft: Draft, stream: str, descriptor: int, data: bytes) -> None:
    """Something has been written; if by a task's container, whoever follows its service is told."""
    task = _task_of(draft, stream)
    if task is not None:
        draft.notify(OUTPUT, task.service_id, stream)


def transfers_told(draft: Draft, notices: Iterable[Notice]) -> None:
    """Transfers have told of their progress; some may be over that tasks wait for."""
    done = {notice.key for notice in notices if notice.kind == "done"}
    if done and not _is_halted(draft) and draft.swarm is not None and not draft.swarm.node.is_silent:
        waiting = [task for task in draft.service_tasks.values() if task.pull in done]
        for task in sorted(waiting, key=lambda task: task.number):
            agent.image_arrived(draft, task)
