"""Services as records: kept, found, told of in events.

Sources: swarmkit manager/state/store/services.go, moby daemon/events.go logServiceEvent.
"""

from __future__ import annotations

from fakedocker.operations.swarm import store
from fakedocker.swarm.services import Service
from fakedocker.world.draft import Draft


def put(draft: Draft, service: Service) -> Service:
    """Keep a service that has changed, as a new version of it, and tell what is different."""
    before = draft.services.get(service.id)
    service = store.changed(draft, service)
    draft.services[service.id] = service
    store.event(
        draft, "service", "update", service.id, service.spec.name, **({} if before is None else _changes(before, service))
    )  # fmt: skip
    draft.notify("service", service.id)
    return service


def _changes(before: Service, after: Service) -> dict[str, str]:
    found: dict[str, str] = {}
    old, new = before.spec.task_template.container_spec, after.spec.task_template.container_spec
    if old is not None and new is not None and old.image != new.image:
        found |= {"image.old": old.image, "image.new": new.image}
    if before.spec.mode.replicated is not None and after.spec.mode.replicated is not None:
        replicas = before.spec.mode.replicated.replicas, after.spec.mode.replicated.replicas
        if replicas[0] != replicas[1]:
            found |= {"replicas.old": str(replicas[0]), "replicas.new": str(replicas[1])}
    if after.update_status is not None:
        if before.update_status is None:
            found["updatestate.new"] = after.update_status.state
        elif before.update_status.state != after.update_status.state:
            found |= {"updatestate.old": before.update_status.state, "updatestate.new": after.update_status.state}
    return found


def find(draft: Draft, name: str) -> Service:
    """A service by id, name, or the beginning of its id."""
    store.swarm(draft)
    return store.find("service", draft.services.values(), name, lambda service: service.spec.name == name)
