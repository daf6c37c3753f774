"""Rolling updates: slots get tasks of the new specification, some at a time, until all have them or too many have
failed.

Source: swarmkit manager/orchestrator/update/updater.go. Where an update stands is `RollingUpdate`, plain data;
`advance` is called whenever something of a service may have changed, and does what can be done now.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.clock import SECOND_NS
from fakedocker.operations.swarm import scheduling, serving, tasks
from fakedocker.swarm import states
from fakedocker.swarm.normalizing import update_settings
from fakedocker.swarm.services import (
    COMPLETED,
    PAUSED,
    ROLLBACK_COMPLETED,
    ROLLBACK_PAUSED,
    ROLLBACK_STARTED,
    UPDATE_ALARM,
    UPDATING,
    RollingUpdate,
    Service,
    ServiceTask,
    UpdateStatus,
    Worker,
)
from fakedocker.wire.service import UpdateConfig
from fakedocker.world.draft import Draft

Slots = Mapping[int, list[ServiceTask]]


def is_dirty(draft: Draft, service: Service, task: ServiceTask) -> bool:
    """Whether a task is of another specification than its service (orchestrator/task.go IsTaskDirty)."""
    if task.spec_version == service.spec_version:
        return False
    wanted, own = service.spec.task_template, task.spec
    if (
        wanted.placement != own.placement
        and replace(wanted, placement=own.placement) == own
        and task.node_id
        and scheduling.meets_constraints(draft, wanted)
    ):
        return False
    pulled = task.desired <= states.RUNNING and states.READY <= task.state <= states.RUNNING
    if task.auth != service.auth and not pulled:
        return True
    return wanted != own or service.spec.endpoint_spec != task.endpoint


def begin(draft: Draft, service: Service, slots: Slots) -> None:
    """Begin an update where slots have tasks of another specification, unless one works towards this one already."""
    if service.update is not None:
        if service.update.spec == service.spec:
            return
        service = cancel(draft, service)
    status = service.update_status
    if status is not None and status.state in (PAUSED, ROLLBACK_PAUSED):
        return
    dirty = [
        slot
        for slot, members in sorted(slots.items())
        if len(members) > 1 or any(is_dirty(draft, service, task) for task in members)
    ]
    if not dirty:
        if status is not None and status.state in (UPDATING, ROLLBACK_STARTED):
            _complete(draft, service)
        return
    if status is None:
        status = UpdateStatus(state=UPDATING, message=messages.UPDATE_STARTED, started_ns=draft.wall_ns)
        service = serving.put(draft, replace(service, update_status=status))
    update = RollingUpdate(
        spec=service.spec, is_rollback=status.state == ROLLBACK_STARTED, queue=tuple(dirty), total=len(dirty)
    )
    draft.services[service.id] = replace(service, update=update)


def cancel(draft: Draft, service: Service) -> Service:
    """Give an update up; what it has begun stays."""
    if service.update is not None and service.update.timer:
        draft.kernel.cancel_timer(service.update.timer)
    service = replace(service, update=None)
    draft.services[service.id] = service
    return service


def _settings(service: Service, update: RollingUpdate) -> UpdateConfig:
    return update_settings(service.spec.rollback_config if update.is_rollback else service.spec.update_config)


def advance(draft: Draft, service_id: str) -> None:
    """Do what an update can do now, and set its timer for the rest."""
    service = draft.services.get(service_id)
    if service is None or service.update is None:
        return
    update = service.update
    if update.timer:
        draft.kernel.cancel_timer(update.timer)
        update = replace(update, timer=0)
    settings = _settings(service, update)
    update = _look_at_workers(draft, service, update, settings)
    if settings.failure_action != "continue":
        update, offender = _count_failures(draft, update, settings)
        if offender is not None:
            _act_on_failure(draft, replace(service, update=update), offender, settings)
            return
    parallelism = settings.parallelism or update.total
    while update.queue and len(update.workers) < parallelism:
        slot, *rest = update.queue
        update = _take(draft, service, replace(update, queue=tuple(rest)), slot, settings)
    service = draft.services[service_id]
    if not update.queue and not update.workers and not update.ends_ns:
        monitor_ns = settings.delay + SECOND_NS if settings.delay >= settings.monitor else settings.monitor
        update = replace(update, ends_ns=draft.now_ns + monitor_ns)
    if update.ends_ns and draft.now_ns >= update.ends_ns:
        _complete(draft, replace(service, update=None))
        return
    moments = [worker.resting_until_ns for worker in update.workers if worker.resting_until_ns]
    moments += [update.ends_ns] if update.ends_ns else []
    if moments:
        update = replace(update, timer=draft.kernel.set_timer(min(moments), (UPDATE_ALARM, service_id)))
    draft.services[service_id] = replace(service, update=update)


def _look_at_workers(draft: Draft, service: Service, update: RollingUpdate, settings: UpdateConfig) -> RollingUpdate:
    """Let workers whose task runs rest, and those that have rested go."""
    workers, made = [], dict(update.made)
    for worker in update.workers:
        if worker.task:
            task = draft.service_tasks.get(worker.task)
            is_mine = worker.task in made
            if task is not None and (task.waits_to_start or (is_mine and task.state < states.RUNNING)):
                workers.append(worker)
                continue
            if is_mine:
                made[worker.task] = draft.wall_ns
            if task is not None and is_mine and settings.order == "start-first" and task.state == states.RUNNING:
                _shut_down(draft, service, worker.slot, but=task.id)
            worker = replace(worker, task="", resting_until_ns=draft.now_ns + settings.delay)
        if worker.resting_until_ns > draft.now_ns:
            workers.append(worker)
    return replace(update, workers=tuple(workers), made=tuple(made.items()))


def _members(draft: Draft, service: Service, slot: int) -> list[ServiceTask]:
    return [task for task in tasks.of_service(draft, service.id) if task.slot == slot]


def _shut_down(draft: Draft, service: Service, slot: int, but: str = "") -> ServiceTask | None:
    """Shut the tasks of a slot down that are not yet; gives the last one."""
    last = None
    for task in _members(draft, service, slot):
        if task.id != but and task.desired <= states.RUNNING:
            last = tasks.set_desired(draft, task, states.SHUTDOWN)
    return last


def _take(draft: Draft, service: Service, update: RollingUpdate, slot: int, settings: UpdateConfig) -> RollingUpdate:
    """A worker takes a slot: it keeps a task of the new specification, or makes one."""
    clean = [task for task in _members(draft, service, slot) if not is_dirty(draft, service, task)]
    running = next((task for task in clean if task.desired == states.RUNNING), None)
    kept = running or next((task for task in reversed(clean) if task.desired < states.RUNNING), None)
    if kept is not None:
        old = _shut_down(draft, service, slot, but=kept.id)
        if kept.desired < states.RUNNING:
            tasks.put_off_start(draft, draft.service_tasks[kept.id], 0, old)
        return replace(update, workers=(*update.workers, Worker(slot=slot, task=kept.id)))
    node_id = next((task.node_id for task in _members(draft, service, slot)), "") if service.spec.mode.is_global else ""
    made = tasks.create(draft, service, slot, states.READY, node_id)
    old = None if settings.order == "start-first" else _shut_down(draft, service, slot, but=made.id)
    tasks.put_off_start(draft, draft.service_tasks[made.id], 0, old)
    worker = Worker(slot=slot, task=made.id)
    return replace(update, workers=(*update.workers, worker), made=(*update.made, (made.id, 0)))


def _count_failures(
    draft: Draft, update: RollingUpdate, settings: UpdateConfig
) -> tuple[RollingUpdate, ServiceTask | None]:
    """The update with its tasks counted that have ended too early, and the one with which they are too many."""
    for identifier, ran_ns in update.made:
        task = draft.service_tasks.get(identifier)
        if task is None or not task.is_over or identifier in update.failed:
            continue
        if not ran_ns or task.at_ns - ran_ns <= settings.monitor:
            update = replace(update, failed=(*update.failed, identifier))
            if len(update.failed) / update.total > settings.max_failure_ratio:
                return update, task
    return update, None


def _act_on_failure(draft: Draft, service: Service, task: ServiceTask, settings: UpdateConfig) -> None:
    """Too many tasks have failed: pause, or go back to what was before; never back from going back."""
    update, status = service.update, service.update_status
    assert update is not None
    service = cancel(draft, service)
    if status is None:
        return
    if settings.failure_action == "rollback" and not update.is_rollback:
        if service.previous is None:
            return
        status = replace(
            status, state=ROLLBACK_STARTED, message=messages.UPDATE_ROLLED_BACK.format(task=task.id)
        )  # fmt: skip
        serving.put(
            draft,
            replace(
                service, update_status=status, spec=service.previous, spec_version=service.previous_version, auth=service.previous_auth,
                previous=None, previous_version=0, previous_auth="",
            ),
        )  # fmt: skip
        return
    if update.is_rollback:
        status = replace(status, state=ROLLBACK_PAUSED, message=messages.ROLLBACK_STOPPED.format(task=task.id))
    else:
        status = replace(status, state=PAUSED, message=messages.UPDATE_PAUSED.format(task=task.id))
    serving.put(draft, replace(service, update_status=status))


def _complete(draft: Draft, service: Service) -> None:
    status = service.update_status
    if status is None:
        draft.services[service.id] = service
        return
    state, message = COMPLETED, messages.UPDATE_COMPLETED
    if status.state == ROLLBACK_STARTED:
        state, message = ROLLBACK_COMPLETED, messages.ROLLBACK_DONE
    status = replace(status, state=state, message=message, completed_ns=draft.wall_ns)
    serving.put(draft, replace(service, update_status=status))
