"""Services: create, list, inspect, update, roll back, remove. What their tasks do is the orchestrators' and the agent's
business.

Sources: moby daemon/cluster/services.go, daemon/cluster/convert/service.go, swarmkit manager/controlapi/service.go.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import clock, identity, messages, reference
from fakedocker.base.json_types import JsonObject
from fakedocker.base.messages import Refusal
from fakedocker.operations.registry import pull
from fakedocker.operations.swarm import attaching, nodes, orchestrating, serving, store, tasks
from fakedocker.operations.system.filters import Filters
from fakedocker.swarm import normalizing, states, validation
from fakedocker.swarm.services import ROLLBACK_STARTED, Service, UpdateStatus
from fakedocker.wire.omitting import plain
from fakedocker.wire.service import PortConfig, ServiceSpec
from fakedocker.world.draft import Draft

LIST_FILTERS = ("name", "id", "label", "mode", "runtime")


def create(draft: Draft, given: ServiceSpec, auth: str = "", pins_image: bool = False) -> tuple[str, str]:
    """Make a service, whose tasks come about in time.

    Args:
        auth: for the registry, as the client sent it.
        pins_image: whether the image's digest is asked for, as clients once could not do it themselves.

    Returns:
        its id, and what the daemon remarks, "" for nothing.

    Raises:
        Refusal: its specification is wrong, uses what there is not, or takes what another service has.
    """
    store.swarm(draft)
    spec = normalizing.normal(attaching.resolved(draft, given))
    if not spec.name:
        spec = replace(spec, name=identity.container_name(draft.seed, draft.draw(), 0))
    spec, warning = _pinned(draft, spec) if pins_image else (spec, "")
    validation.check(spec)
    attaching.check(draft, spec)
    _check_ports(draft, spec, "")
    attaching.check_ingress(draft, spec)
    _check_stored(draft, spec)
    if any(other.spec.name.lower() == spec.name.lower() for other in draft.services.values()):
        raise messages.SERVICE_EXISTS(name=spec.name)
    service = Service(
        id=store.new_id(draft, "service"), version=store.next_version(draft), created_ns=draft.wall_ns, updated_ns=draft.wall_ns,
        number=draft.draw(), spec=spec, spec_version=0, auth=auth, last_execution_ns=draft.wall_ns if spec.mode.is_job else 0,
    )  # fmt: skip
    draft.services[service.id] = service
    store.event(draft, "service", "create", service.id, spec.name)
    attaching.allocate(draft, service)
    orchestrating.reconcile(draft, service.id)
    return service.id, warning


def _pinned(draft: Draft, spec: ServiceSpec) -> tuple[ServiceSpec, str]:
    """A specification whose image has its digest, where the registry knows it."""
    container = spec.task_template.container_spec
    assert container is not None  # as it is normal
    try:
        name = reference.parse(container.image)
        if name.digest:
            return spec, ""
        name = name.with_default_tag()
        digest = pull.find_manifest(draft, name).digest
    except (Refusal, reference.InvalidReference):
        return spec, messages.DIGEST_WARNING.format(image=container.image)
    container = replace(container, image=f"{name.familiar}@{digest}")
    return replace(spec, task_template=replace(spec.task_template, container_spec=container)), ""


def _ports_by_mode(spec: ServiceSpec) -> dict[str, set[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = {"host": set(), "ingress": set()}
    for port in spec.endpoint_spec.ports if spec.endpoint_spec is not None else ():
        if port.published_port:
            found[port.publish_mode].add((port.protocol, port.published_port))
    return found


def _check_ports(draft: Draft, spec: ServiceSpec, own_id: str) -> None:
    """Refuse ports that another service has (controlapi/service.go checkPortConflicts)."""
    wanted = _ports_by_mode(spec)
    if not wanted["host"] and not wanted["ingress"]:
        return
    for service in sorted(draft.services.values(), key=lambda service: service.id):
        if service.id == own_id:
            continue
        taken: list[PortConfig] = [*(service.spec.endpoint_spec.ports if service.spec.endpoint_spec else ())]
        taken += service.endpoint.ports if service.endpoint is not None else ()
        for port in taken:
            key = (port.protocol, port.published_port)
            fields = {"port": port.published_port, "name": service.spec.name, "id": service.id}
            if port.publish_mode == "host" and key in wanted["ingress"]:
                raise messages.INVALID_ARGUMENT(problem=messages.PORT_IN_USE_HOST.format(**fields))
            if port.publish_mode == "ingress" and key in wanted["ingress"] | wanted["host"]:
                raise messages.INVALID_ARGUMENT(problem=messages.PORT_IN_USE_INGRESS.format(**fields))


def _check_stored(draft: Draft, spec: ServiceSpec) -> None:
    """Refuse references to secrets and configs that are not there, or have another name."""
    container = spec.task_template.container_spec
    assert container is not None  # as it is normal
    secrets = [(one.secret_id, one.secret_name) for one in container.secrets]
    configs = [(one.config_id, one.config_name) for one in container.configs]
    for what, table, wanted in (("secret", draft.secrets, secrets), ("config", draft.configs, configs)):
        missing = []
        for identifier, name in wanted:
            record = table.get(identifier)
            if record is None or record.spec.name != name:
                missing.append(name)
        if missing:
            noun = what if len(missing) == 1 else f"{what}s"
            problem = messages.REFERENCE_NOT_FOUND.format(noun=noun, names=", ".join(missing))
            raise messages.INVALID_ARGUMENT(problem=problem)


def update(
    draft: Draft, name: str, version: int, given: ServiceSpec, *, auth: str = "", auth_from: str = "", rollback: str = "",
    pins_image: bool = False,
) -> str:  # fmt: skip
    """Change what is wished of a service, or go back to what was wished before.

    Args:
        auth_from: whose registry's authorisation stays where none is given: "spec" or "previous-spec".
        rollback: "previous" to go back.

    Returns:
        what the daemon remarks, "" for nothing.

    Raises:
        Refusal: as for a new service; it has changed meanwhile; its name or mode would change.
    """
    store.swarm(draft)
    spec = normalizing.normal(attaching.resolved(draft, given))
    service = serving.find(draft, name)
    if not spec.name:
        spec = replace(spec, name=identity.container_name(draft.seed, draft.draw(), 0))
    auth = auth or _kept_auth(service, auth_from)
    spec, warning = _pinned(draft, spec) if pins_image else (spec, "")
    if rollback not in ("", "none", "previous"):
        raise messages.SERVICE_ROLLBACK(value=rollback)
    before = service.spec
    _check_change(draft, service, spec)
    if rollback == "previous" and service.previous is None:
        raise messages.FAILED_PRECONDITION(problem=messages.NO_PREVIOUS_SPEC.format(id=service.id))
    attaching.check_ingress(draft, spec)
    store.check_version(service, version)
    if before.mode.is_job:
        service = replace(service, job_iteration=service.job_iteration + 1, last_execution_ns=draft.wall_ns)
    if rollback == "previous":
        assert service.previous is not None  # as was looked at above
        status = UpdateStatus(
            state=ROLLBACK_STARTED, message=messages.ROLLBACK_REQUESTED, started_ns=draft.wall_ns
        )  # fmt: skip
        service = replace(
            service, spec=service.previous, spec_version=service.previous_version, auth=service.previous_auth, previous=before,
            previous_version=service.spec_version, previous_auth=service.auth, update_status=status,
        )  # fmt: skip
    else:
        service = replace(
            service, spec=spec, spec_version=version, auth=auth, previous=before, previous_version=service.spec_version,
            previous_auth=service.auth, update_status=None,
        )  # fmt: skip
    serving.put(draft, service)
    attaching.allocate(draft, draft.services[service.id])
    orchestrating.reconcile(draft, service.id)
    return warning


def _check_change(draft: Draft, service: Service, spec: ServiceSpec) -> None:
    """Refuse what no service can be, and what this one cannot become."""
    before = service.spec
    validation.check(spec)
    attaching.check(draft, spec)
    if spec.endpoint_spec is not None and spec.endpoint_spec != before.endpoint_spec:
        _check_ports(draft, spec, service.id)
    if spec.networks != before.networks and spec.task_template.networks == before.task_template.networks:
        raise messages.UNIMPLEMENTED(problem=messages.NETWORKS_CHANGE)
    _check_stored(draft, spec)
    if spec.mode.name != before.mode.name:
        raise messages.UNIMPLEMENTED(problem=messages.MODE_CHANGE)
    if spec.name != before.name:
        raise messages.UNIMPLEMENTED(problem=messages.RENAMED_SERVICE)


def _kept_auth(service: Service, auth_from: str) -> str:
    if auth_from in ("", "spec"):
        return service.auth
    if auth_from == "previous-spec":
        if service.previous is None:
            raise messages.SERVICE_NO_PREVIOUS()
        return service.previous_auth
    raise messages.SERVICE_AUTH_FROM()


def remove(draft: Draft, name: str) -> None:
    """Remove a service; its tasks end in time."""
    service = serving.find(draft, name)
    attaching.release(draft, service)
    store.event(draft, "service", "remove", service.id, service.spec.name)
    orchestrating.removed_service(draft, service)


def select(draft: Draft, filters: Filters) -> list[Service]:
    """The services that pass the filters, by id."""
    store.swarm(draft)
    found = [
        service
        for service in draft.services.values()
        if store.begins(service.spec.name, filters.get("name", ()))
        and store.begins(service.id, filters.get("id", ()))
        and store.labels_pass(filters.get("label", ()), service.spec.labels)
        and store.among(service.spec.mode.name, filters.get("mode", ()))
        and store.among("container", filters.get("runtime", ()))
    ]
    return sorted(found, key=lambda service: service.id)


def inspect(draft: Draft, service: Service, with_defaults: bool = False, with_status: bool = False) -> JsonObject:
    """What the API says of a service."""
    spec = normalizing.with_defaults(service.spec) if with_defaults else service.spec
    shown: JsonObject = {"ID": service.id, **nodes.meta(service), "Spec": plain(spec)}
    if service.previous is not None:
        shown["PreviousSpec"] = plain(service.previous)
    shown["Endpoint"] = attaching.shown(service)
    if service.update_status is not None:
        shown["UpdateStatus"] = _update_status(service.update_status)
    if with_status:
        shown["ServiceStatus"] = status(draft, service)
    if service.spec.mode.is_job:
        iteration = {"Index": service.job_iteration} if service.job_iteration else {}
        shown["JobStatus"] = {
            "JobIteration": iteration, "LastExecution": clock.rfc3339_nano(service.last_execution_ns),
        }  # fmt: skip
    return shown


def _update_status(status: UpdateStatus) -> dict[str, str]:
    shown = {"State": status.state, "StartedAt": clock.rfc3339_nano(status.started_ns)}
    if status.completed_ns:
        shown["CompletedAt"] = clock.rfc3339_nano(status.completed_ns)
    return {**shown, "Message": status.message}


def status(draft: Draft, service: Service) -> dict[str, int]:
    """How many tasks run, should run, and have completed (controlapi/service.go ListServiceStatuses)."""
    mode = service.spec.mode
    members = [
        task
        for task in tasks.of_service(draft, service.id)
        if not mode.is_job or task.job_iteration == service.job_iteration
    ]
    running = sum(task.state == states.RUNNING for task in members)
    completed = sum(mode.is_job and task.state == states.COMPLETE for task in members)
    if mode.replicated is not None:
        desired = mode.replicated.replicas or 0
    elif mode.replicated_job is not None:
        desired = mode.replicated_job.max_concurrent or 0
    else:
        desired = sum(
            task.desired == states.RUNNING or (task.desired == states.COMPLETE != task.state) for task in members
        )
    return {"RunningTasks": running, "DesiredTasks": desired, "CompletedTasks": completed}
