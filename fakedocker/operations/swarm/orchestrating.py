"""Services get the tasks they should have: slots are filled and emptied, ended tasks get successors, history is cut.

Sources: swarmkit manager/orchestrator/{replicated,global,jobs,taskreaper}. `settle` is called when something of a
service has changed, and does everything that follows at once; what takes time is timers of tasks and of updates.
"""

from __future__ import annotations

from fakedocker.operations.swarm import restarting, scheduling, store, tasks, updating
from fakedocker.swarm import states
from fakedocker.swarm.model import ACTIVE, PAUSE
from fakedocker.swarm.services import Service, ServiceTask
from fakedocker.world.draft import Draft

Slots = dict[int, list[ServiceTask]]
MOST_TASKS = 2_000
"""So many tasks there are at most, whatever is wished: the node would have no room for more (a real one tries all the same)."""


def reconcile(draft: Draft, service_id: str) -> None:
    """Do what follows from the state of a service and its tasks."""
    _release(draft, service_id)
    service = draft.services.get(service_id)
    if service is None:
        for task in tasks.of_service(draft, service_id):
            tasks.set_desired(draft, task, states.REMOVE)
        _reap(draft, service_id)
        return
    _restart(draft, service)
    _reconcile(draft, draft.services[service_id])
    updating.advance(draft, service_id)
    service = draft.services[service_id]
    if service.update is None:  # paused, done, or going back: what follows is decided anew
        _reconcile(draft, service)
        updating.advance(draft, service_id)
    _reap(draft, service_id)


def settle_all(draft: Draft) -> None:
    """The same for every service, as the node has changed."""
    for service in sorted(draft.services.values(), key=lambda service: service.number):
        reconcile(draft, service.id)
    scheduling.retry(draft)


def _release(draft: Draft, service_id: str) -> None:
    """Let tasks start whose predecessors have stopped."""
    for task in tasks.of_service(draft, service_id):
        if task.waits_to_start:
            tasks.may_start(draft, task)


def _restart(draft: Draft, service: Service) -> None:
    """Give tasks that have ended, or whose node is to be empty, their successors."""
    is_job = service.spec.mode.is_job
    limit = states.COMPLETE if is_job else states.RUNNING
    drained = store.swarm(draft).node.is_unfit and not service.spec.mode.is_global
    for task in tasks.of_service(draft, service.id):
        if task.desired > limit:
            continue
        ended = task.state > states.COMPLETE if is_job else task.is_over
        if ended or (drained and task.node_id and not task.is_over):
            restarting.restart(draft, draft.services[service.id], task)


def _reconcile(draft: Draft, service: Service) -> None:
    mode = service.spec.mode
    if mode.replicated_job is not None or mode.global_job is not None:
        _reconcile_job(draft, service)
        return
    alive, dead = _slots(draft, service)
    if mode.replicated is not None:
        _reconcile_replicated(draft, service, alive, dead, mode.replicated.replicas or 0)
    else:
        _reconcile_global(draft, service, alive)


def _slots(draft: Draft, service: Service) -> tuple[Slots, Slots]:
    """The slots that an update looks at, and those without a task to be."""
    slots: Slots = {}
    for task in tasks.of_service(draft, service.id):
        if task.desired != states.REMOVE:
            slots.setdefault(task.slot, []).append(task)
    alive, dead = {}, {}
    for slot, members in slots.items():
        found = restarting.updatable(service, members)
        if found:
            alive[slot] = found
        else:
            dead[slot] = members
    return alive, dead


def _reconcile_replicated(draft: Draft, service: Service, alive: Slots, dead: Slots, wanted: int) -> None:
    """As many slots as are wished: missing ones are added, those too many are removed, the rest is updated.

    Removed are slots that do not run, then those of the highest numbers (replicated/slot.go).
    """
    in_order = sorted(alive, key=lambda slot: (not _runs(alive[slot]), slot))
    kept = {slot: alive[slot] for slot in in_order[:wanted]}
    for slot in in_order[wanted:]:
        for task in alive[slot]:
            tasks.set_desired(draft, task, states.REMOVE)
    updating.begin(draft, service, kept)
    service = draft.services[service.id]
    slot = 0
    for _ in range(min(wanted - len(kept), MOST_TASKS - len(draft.service_tasks))):
        slot += 1
        while slot in kept:
            slot += 1
        dead.pop(slot, None)
        tasks.create(draft, service, slot, states.RUNNING)
    for members in dead.values():
        for task in members:
            tasks.delete(draft, task)


def _runs(slot: list[ServiceTask]) -> bool:
    return any(task.state == states.RUNNING for task in slot)


def _reconcile_global(draft: Draft, service: Service, alive: Slots) -> None:
    """One task on every node that may have one."""
    node = store.swarm(draft).node
    members = alive.get(0, [])
    if node.is_unfit or not scheduling.meets_constraints(draft, service.spec.task_template):
        for task in members:
            tasks.set_desired(draft, task, states.SHUTDOWN)
    elif node.spec.availability != PAUSE:
        if members:
            updating.begin(draft, service, {0: members})
        else:
            tasks.create(draft, service, 0, states.RUNNING, node.id)


def _reconcile_job(draft: Draft, service: Service) -> None:
    """As many tasks at a time as are wished, until as many have completed; those of an earlier run are removed."""
    running, taken = 0, set()
    for task in tasks.of_service(draft, service.id):
        if task.job_iteration != service.job_iteration:
            if task.state <= states.RUNNING:
                tasks.set_desired(draft, task, states.REMOVE)
            continue
        taken.add(task.slot)  # also by one that has failed for good
        running += task.state != states.COMPLETE and task.desired <= states.COMPLETE
    job, node = service.spec.mode.replicated_job, store.swarm(draft).node
    if job is None:
        fits = (
            node.spec.availability == ACTIVE
            and not node.is_down
            and scheduling.meets_constraints(draft, service.spec.task_template)
        )
        if fits and not taken:
            tasks.create(draft, service, 0, states.COMPLETE, node.id)
        return
    free = [slot for slot in range(min(job.total_completions or 0, MOST_TASKS)) if slot not in taken]
    for slot in free[: max((job.max_concurrent or 0) - running, 0)]:
        tasks.create(draft, service, slot, states.COMPLETE)


def _reap(draft: Draft, service_id: str) -> None:
    """Forget tasks that are to be removed and have stopped, and those that are too old (taskreaper/task_reaper.go)."""
    service = draft.services.get(service_id)
    slots: Slots = {}
    for task in tasks.of_service(draft, service_id):
        if task.desired == states.REMOVE and (task.state < states.ASSIGNED or task.state >= states.COMPLETE):
            tasks.delete(draft, task)
        else:
            slots.setdefault(task.slot, []).append(task)
    if service is None or service.spec.mode.is_job:
        return
    policy = service.spec.task_template.restart_policy
    limit = store.swarm(draft).spec.orchestration.task_history_retention_limit or 0
    if policy is not None and policy.max_attempts:
        limit = policy.max_attempts + 1
    if limit < 0:
        return
    for members in slots.values():
        excess = len(members) - limit
        for task in sorted(members, key=lambda task: (task.at_ns, task.number)):
            never = task.state < states.ASSIGNED and task.desired > states.RUNNING
            if excess > 0 and (task.is_over or never) and task.desired > states.RUNNING:
                tasks.delete(draft, task)
                excess -= 1


def removed_service(draft: Draft, service: Service) -> None:
    """A service is gone: so are its update and, in time, its tasks."""
    updating.cancel(draft, service)
    del draft.services[service.id]
    reconcile(draft, service.id)
