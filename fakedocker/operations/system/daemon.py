"""The daemon going down and coming up again, without live-restore: what becomes of containers and of what takes time.

Source: moby daemon/daemon.go Shutdown and restore, daemon/kill.go (a stop by a daemon that goes down is none by hand),
restartmanager ShouldRestart. This module must not know who brings the daemon down.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base.messages import Refusal
from fakedocker.containers import lifecycle, restart
from fakedocker.containers.model import PAUSED, RESTARTING, Container
from fakedocker.operations.containers import remove, start, stop
from fakedocker.operations.images import fetching
from fakedocker.world.draft import Draft
from fakedocker.world.solves import SolveTask
from fakedocker.world.tasks import ErrandTask, FetchTask, StopTask


def shut_down(draft: Draft) -> None:
    """Ask every container to end, give up every transfer and build, and let go of all clients.

    A container gets its stop signal, and KILL after its grace.
    """
    for task in [task for task in draft.tasks.values() if not isinstance(task, StopTask)]:
        if isinstance(task, SolveTask):
            from fakedocker.operations.buildkit import solver  # read when something is built: start-up time matters

            solver.cancel(draft, task.id)
            continue
        if isinstance(task, FetchTask):
            fetching.cancel(draft, task.id)
            continue
        if not isinstance(task, ErrandTask):
            draft.kernel.cancel_timer(task.timer)
        draft.tasks.pop(task.id)
    for container in _in_order(draft):
        if container.status == RESTARTING:
            draft.kernel.cancel_timer(container.timer)
            draft.containers[container.id] = replace(container, status=lifecycle.after("stop", RESTARTING), timer=0)
        elif container.has_process:
            by_hand = container.manually_stopped
            stop.stop(draft, container, None)
            draft.containers[container.id] = replace(draft.containers[container.id], manually_stopped=by_hand)
    draft.notify("daemon", "down")


def is_quiet(draft: Draft) -> bool:
    """Whether every container has ended."""
    return not any(container.has_process for container in draft.containers.values())


def come_up(draft: Draft) -> None:
    """Start the containers whose restart policy says so, in the order in which they were made; remove those run with --rm."""
    for container in _in_order(draft):
        if container.has_process:
            continue
        if _starts(container):
            try:
                start.run(draft, replace(container, restart_count=0, backoff_ns=0, manually_stopped=False))
            except Refusal:
                continue  # the failed start has recorded its error
        elif container.host_config.auto_remove and container.prepared and not container.removing:
            remove.discard(draft, container, with_volumes=True)
    if draft.swarm is not None:
        from fakedocker.operations.swarm import controller  # read where there is a swarm: start-up time matters

        controller.come_up(draft)


def _in_order(draft: Draft) -> list[Container]:
    return sorted(draft.containers.values(), key=lambda container: container.number)


def _starts(container: Container) -> bool:
    """Whether a daemon that comes up starts a container; one that was never started stays so."""
    if not container.prepared or container.removing or container.status == PAUSED:
        return False
    if container.host_config.restart_policy.name == "always":
        return True
    return restart.restarts(container.host_config.restart_policy, container.exit_code, 0, container.manually_stopped)
