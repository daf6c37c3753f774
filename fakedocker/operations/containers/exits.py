"""What happens when a container's process 1 has ended: exit code, events, restart or removal, and whoever waited.

Source: moby daemon/monitor.go handleContainerExit; the order of events is in recording events-stats.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.containers import lifecycle, restart
from fakedocker.containers.model import Container
from fakedocker.faults import matching
from fakedocker.kernel.events import Exited
from fakedocker.operations.containers import execs, health, remove, start
from fakedocker.operations.networks import networking
from fakedocker.operations.system.event_attributes import container_event, volume_unmounts
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import StopTask


def container_exited(draft: Draft, identifier: str, exit: Exited) -> None:
    """React to the end of process 1."""
    container = draft.containers.get(identifier)
    if container is None:
        return
    health.end(draft, container)
    networking.leave_all(draft, container)
    draft.kernel.destroy_namespace(container.id)
    volume_unmounts(draft, container)
    ran_ns = draft.wall_ns - container.started_ns
    policy = container.host_config.restart_policy
    again = not matching.daemon_is_down(draft.fault_rules) and restart.restarts(
        policy, exit.status, container.restart_count, container.manually_stopped
    )
    cause = "exit and restart" if again else "exit"
    container = replace(
        draft.containers[container.id], status=lifecycle.after(cause, container.status), pid=0, exit_code=exit.status,
        oom_killed=exit.oom, finished_ns=draft.wall_ns, health=None if container.health is None else replace(container.health, probe_pid=0),
    )  # fmt: skip
    if again:
        delay = restart.next_delay(container.backoff_ns, ran_ns)
        timer = draft.kernel.set_timer(draft.now_ns + delay, ("restart", container.id))
        container = replace(container, backoff_ns=delay, timer=timer)
    container = execs.forget_ended(draft, container)
    if container.removing:
        container = replace(container, status=lifecycle.after("remove", container.status))
    draft.containers[container.id] = container
    if exit.oom:
        container_event(draft, container, "oom")
    container_event(draft, container, "die", execDuration=str(ran_ns // SECOND_NS), exitCode=str(exit.status))
    draft.notify("state", container.id, exit.status)
    _finish_stop(draft, container)
    container = draft.containers.get(container.id, container)
    if (
        container.id in draft.containers
        and container.host_config.auto_remove
        and not again
        and not container.is_running
    ):
        remove.discard(draft, container, with_volumes=True)


def _finish_stop(draft: Draft, container: Container) -> None:
    """Complete the stops, restarts and removals that waited for this end."""
    waiting = [
        task for task in draft.tasks.values() if isinstance(task, StopTask) and task.container_id == container.id
    ]
    for task in sorted(waiting, key=lambda task: task.id):
        draft.kernel.cancel_timer(task.timer)
        del draft.tasks[task.id]
        container_event(draft, draft.containers[container.id], "stop")
        problem: Refusal | None = None
        if task.then == "restart":
            try:
                start.run(draft, replace(draft.containers[container.id], manually_stopped=False, restart_count=0))
                container_event(draft, draft.containers[container.id], "restart")
            except Refusal as refusal:
                problem = refusal
        draft.notify("done", task.id, problem)


def restart_due(draft: Draft, identifier: str) -> None:
    """A restart's delay is over."""
    container = draft.containers.get(identifier)
    if container is None or not container.timer:
        return
    container = replace(container, timer=0, restart_count=container.restart_count + 1)
    draft.containers[identifier] = container
    try:
        start.run(draft, container)
    except Refusal:
        return  # the failed start has recorded its error
