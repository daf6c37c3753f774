"""What a swarm's manager hears: timers, ends and health of containers, images that have arrived; and what it does then.

Here agent and orchestrators come together: something happens to a task, then everything that follows for its service.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.operations.swarm import agent, orchestrating, scheduling, tasks, updating
from fakedocker.swarm import states
from fakedocker.swarm.services import ServiceTask
from fakedocker.world.draft import Draft, Notice

OUTPUT = "service output"
"""The kind of notice that tells of output of a service's tasks; its key is the service, its value the container."""


def due(draft: Draft, kind: str, key: str) -> None:
    """A timer of a task or an update has run out."""
    if kind == updating.ALARM:
        orchestrating.settle(draft, key)
        return
    task = draft.service_tasks.get(key)
    if task is None:
        return
    if kind == tasks.AGENT_ALARM:
        agent.step(draft, task)
        task = draft.service_tasks[key]
        if task.state < states.RUNNING and task.desired <= states.COMPLETE:
            return  # on its way: nothing follows from that
    else:
        tasks.may_start(draft, task)
    _follow(draft, task)


def _follow(draft: Draft, before: ServiceTask) -> None:
    """What follows for a service of what has happened to a task; who waits for room on the node looks again."""
    orchestrating.settle(draft, before.service_id)
    after = draft.service_tasks.get(before.id)
    if after is None or after.is_over:
        scheduling.retry(draft)


def _task_of(draft: Draft, container_id: str) -> ServiceTask | None:
    container = draft.containers.get(container_id)
    return tasks.of_container(draft, container) if container is not None else None


def container_ended(draft: Draft, container_id: str, status: int) -> None:
    """A container has ended."""
    task = _task_of(draft, container_id)
    if task is not None and not task.is_over:
        agent.container_ended(draft, task, status)
        _follow(draft, task)


def health_told(draft: Draft, container_id: str) -> None:
    """A container's health may have changed."""
    task = _task_of(draft, container_id)
    if task is not None:
        agent.health_changed(draft, task, draft.containers[container_id])
        _follow(draft, task)


def output(draft: Draft, stream: str) -> None:
    """Something has been written; if by a task's container, whoever follows its service is told."""
    task = _task_of(draft, stream)
    if task is not None:
        draft.notify(OUTPUT, task.service_id, stream)


def transfers_told(draft: Draft, notices: Iterable[Notice]) -> None:
    """Transfers have told of their progress; some may be over that tasks wait for."""
    done = {notice.key for notice in notices if notice.kind == "done"}
    if done:
        waiting = [task for task in draft.service_tasks.values() if task.pull in done]
        for task in sorted(waiting, key=lambda task: task.number):
            agent.image_arrived(draft, task)
