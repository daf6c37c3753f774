"""Leaving the swarm, with everything that ran for it.

Source: moby daemon/cluster/swarm.go Leave.
"""

from __future__ import annotations

from fakedocker.operations.containers import remove as removing
from fakedocker.operations.swarm import attaching, cluster, containers, overlays
from fakedocker.world.draft import Draft


def leave(draft: Draft, force: bool) -> None:
    """Leave the swarm, which ends it, as this is its last manager; its containers are removed by force.

    Raises:
        Refusal: there is none, or it was not forced.
    """
    cluster.check_leaving(draft, force)
    tasks = sorted(draft.service_tasks.values(), key=lambda task: task.number)
    left = [containers.of_task(draft, task) for task in tasks]
    for task in tasks:
        for timer in (task.timer, task.start_timer):
            if timer:
                draft.kernel.cancel_timer(timer)
    for service in draft.services.values():
        if service.update is not None and service.update.timer:
            draft.kernel.cancel_timer(service.update.timer)
    for service in draft.services.values():
        attaching.release(draft, service)
    for task in tasks:
        if not task.is_over:
            attaching.detach(draft, task)
    overlays.end(draft)
    services = list(draft.services.values())
    cluster.forget(draft)
    for service in services:
        draft.notify("service", service.id)  # who follows its logs has heard the last of it
    for container in left:
        if container is not None and not container.removing:
            removing.remove(draft, container, force=True, with_volumes=False)
