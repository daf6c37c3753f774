"""Successors of tasks that have ended: whether there is one, when it starts, how often there was one.

Source: swarmkit manager/orchestrator/restart/restart.go.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.operations.swarm import store, tasks
from fakedocker.swarm import states
from fakedocker.swarm.model import DRAIN
from fakedocker.swarm.normalizing import DEFAULT_DELAY_NS
from fakedocker.swarm.services import RestartHistory, Service, ServiceTask
from fakedocker.wire.service import RestartPolicy
from fakedocker.world.draft import Draft

_ANY = RestartPolicy(condition="any")


def restart(draft: Draft, service: Service, task: ServiceTask) -> None:
    """Shut a task down for good, and make its successor where the policy wants one.

    One whose own start is still put off is looked at when it is due, so that nothing is tried faster than its delay.
    """
    if task.waits_to_start:
        return
    task = tasks.set_desired(draft, task, states.SHUTDOWN)
    if not should_restart(service, task):
        return
    node_id = task.node_id if service.spec.mode.is_global else ""
    successor = tasks.create(draft, service, task.slot, states.READY, node_id)
    _record(draft, service, successor)
    is_gone = store.swarm(draft).node.is_down and bool(task.node_id)  # so that nobody will tell that it has stopped
    tasks.put_off_start(draft, successor, _delay(draft, task), None if is_gone else task)


def _delay(draft: Draft, task: ServiceTask) -> int:
    """How long a successor waits; not at all where the node is being emptied."""
    if store.swarm(draft).node.spec.availability == DRAIN and task.node_id:
        return 0
    policy = task.spec.restart_policy
    return DEFAULT_DELAY_NS if policy is None or policy.delay is None else policy.delay


def should_restart(service: Service, task: ServiceTask) -> bool:
    """Whether a task that has ended gets a successor."""
    policy = task.spec.restart_policy or _ANY
    if policy.condition == "none":
        return False
    ended_well = task.state == states.COMPLETE
    if ended_well and (policy.condition == "on-failure" or service.spec.mode.is_job):
        return False
    limit = policy.max_attempts or 0
    if not limit:
        return True
    history = service.restarts.get(task.slot)
    if history is None or history.spec_version != task.spec_version:
        return True
    if not policy.window:
        return history.total < limit
    since = task.at_ns - policy.window
    return sum(since < at_ns < task.at_ns for at_ns in history.times_ns) < limit


def _record(draft: Draft, service: Service, successor: ServiceTask) -> None:
    """Count a restart, where restarts are counted."""
    policy = successor.spec.restart_policy
    if policy is None or not policy.max_attempts:
        return
    current = draft.services[service.id]
    history = current.restarts.get(successor.slot)
    if history is None or history.spec_version != successor.spec_version:
        history = RestartHistory(spec_version=successor.spec_version)
    times_ns = (*history.times_ns, draft.wall_ns)[-policy.max_attempts :] if policy.window else ()
    history = replace(history, total=history.total + 1, times_ns=times_ns)
    draft.services[service.id] = replace(current, restarts=current.restarts.set(successor.slot, history))


def updatable(service: Service, slot: list[ServiceTask]) -> list[ServiceTask]:
    """The tasks of a slot that an update has to look at, none for a slot that is dead (UpdatableTasksInSlot)."""
    alive = [task for task in slot if task.desired <= (states.COMPLETE if service.spec.mode.is_job else states.RUNNING)]
    if alive:
        return alive
    if service.update_status is not None and service.update_status.state == "rollback_started":
        return []
    newest = max(slot, key=lambda task: (task.at_ns, task.number))
    return [] if should_restart(service, newest) else [newest]
