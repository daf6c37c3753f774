"""Requests about services and their tasks.

Source of what is read from queries, and of the statuses: moby api/server/router/swarm/{cluster_routes,helpers}.go.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.api import attach as attaching
from fakedocker.api.call import Call
from fakedocker.api.service_logs import ServiceLogStream
from fakedocker.api.swarm import flag, unsigned, version_of
from fakedocker.base import clock, messages
from fakedocker.containers.logs import Selection
from fakedocker.engine.inflight import Stream
from fakedocker.operations.swarm import nodes, services, serving, store, tasks, updating
from fakedocker.operations.system.filters import Filters
from fakedocker.swarm.services import ServiceTask
from fakedocker.wire.http import Reply, json_reply
from fakedocker.wire.service import Limits, ServiceSpec

_ASKS_ITSELF = (1, 30)
"""From this version on clients ask registries for digests themselves."""


def list_(call: Call) -> Reply:
    store.swarm(call.draft)
    with_status = flag(call, "status") if call.version >= (1, 41) else False
    found = services.select(call.draft, call.filters(services.LIST_FILTERS))
    return json_reply([services.inspect(call.draft, service, with_status=with_status) for service in found])


def inspect(call: Call) -> Reply:
    with_defaults = flag(call, "insertDefaults")
    return json_reply(services.inspect(call.draft, serving.find(call.draft, call.names["id"]), with_defaults))


def _spec(call: Call) -> ServiceSpec:
    """The body, without what the version asked for does not know (helpers.go adjustForAPIVersion)."""
    spec = call.body(ServiceSpec)
    container, version = spec.task_template.container_spec, call.version
    task = spec.task_template
    if container is not None:
        if version < (1, 40):
            container = replace(container, sysctls=None)
        if version < (1, 41):
            container = replace(container, capability_add=(), capability_drop=(), ulimits=())
        if version < (1, 44) and container.healthcheck is not None:
            container = replace(container, healthcheck=replace(container.healthcheck, start_interval=0))
        task = replace(task, container_spec=container)
    if version < (1, 40) and task.placement is not None:
        task = replace(task, placement=replace(task.placement, max_replicas=0))
    if version < (1, 41):
        if task.resources is not None and task.resources.limits is not None:
            task = replace(task, resources=replace(task.resources, limits=replace(task.resources.limits, pids=0)))
        spec = replace(spec, mode=replace(spec.mode, replicated_job=None, global_job=None))
    if (resources := task.resources) is not None:
        if version < (1, 52):
            task = replace(task, resources=replace(resources, swap_bytes=None, memory_swappiness=None))
        elif resources.swap_bytes is not None and not (resources.limits or Limits()).memory_bytes:
            raise messages.SERVICE_SWAP()
    return replace(spec, task_template=task)


def create(call: Call) -> Reply:
    spec = _spec(call)
    auth = call.request.headers.get("x-registry-auth", "")
    identifier, warning = services.create(call.draft, spec, auth, call.version < _ASKS_ITSELF)
    return json_reply({"ID": identifier, "Warnings": [warning] if warning else None}, 201)


def update(call: Call) -> Reply:
    spec = _spec(call)
    version, query = version_of(call, "service"), call.query
    warning = services.update(
        call.draft,
        call.names["id"],
        version,
        spec,
        auth=call.request.headers.get("x-registry-auth", ""),
        auth_from=query.text("registryAuthFrom"),
        rollback=query.text("rollback"),
        pins_image=call.version < _ASKS_ITSELF,
    )
    return json_reply({"Warnings": [warning] if warning else None})


def remove(call: Call) -> Reply:
    services.remove(call.draft, call.names["id"])
    return Reply()


def logs(call: Call) -> Stream:
    service = serving.find(call.draft, call.names["id"])
    spec = service.spec.task_template.container_spec
    return _logs(call, service.id, "", spec is not None and spec.tty)


def task_list(call: Call) -> Reply:
    draft = call.draft
    store.swarm(draft)
    filters = call.filters(tasks.LIST_FILTERS)
    found = tasks.select(draft, _resolved(call, filters))
    if filters.get("_up-to-date"):
        found = [task for task in found if _is_up_to_date(call, task)]
    return json_reply([tasks.inspect(draft, task) for task in found])


def _resolved(call: Call, filters: Filters) -> Filters:
    """Filters with ids for services and nodes; `self` is this node (moby daemon/cluster/tasks.go GetTasks)."""
    changed = dict(filters)
    if filters.get("service"):
        changed["service"] = tuple(serving.find(call.draft, name).id for name in filters["service"])
    if filters.get("node"):
        own = store.swarm(call.draft).node.id
        changed["node"] = tuple(
            own if name == "self" else nodes.find(call.draft, name).id for name in filters["node"]
        )  # fmt: skip
    if not filters.get("runtime"):
        changed["runtime"] = ("container",)
    return changed


def _is_up_to_date(call: Call, task: ServiceTask) -> bool:
    service = call.draft.services.get(task.service_id)
    return service is not None and not updating.is_dirty(call.draft, service, task)


def task_inspect(call: Call) -> Reply:
    return json_reply(tasks.inspect(call.draft, tasks.find(call.draft, call.names["id"])))


def task_logs(call: Call) -> Stream:
    task = tasks.find(call.draft, call.names["id"])
    spec = task.spec.container_spec
    return _logs(call, task.service_id, task.id, spec is not None and spec.tty)


def _logs(call: Call, service_id: str, task_id: str, tty: bool) -> Stream:
    query = call.query
    stdout, stderr = query.flag("stdout"), query.flag("stderr")
    if not stdout and not stderr:
        raise messages.SERVICE_NO_STREAMS()
    since = query.text("since")
    try:
        since_ns = clock.timestamp(since) if since and since != "0" else None
    except ValueError as problem:
        raise messages.SERVICE_SINCE(problem=problem) from None
    selection = Selection(
        stdout=stdout, stderr=stderr, since_ns=since_ns, tail=_tail(query.text("tail")), timestamps=query.flag("timestamps"),
        details=b"" if query.flag("details") else None,
    )  # fmt: skip
    media_type = attaching.media_type(call, not tty)
    return ServiceLogStream(service_id, task_id, selection, query.flag("follow"), media_type, multiplexed=not tty)


def _tail(text: str) -> int | None:
    if text in ("", "all"):
        return None
    number = unsigned(text.removeprefix("-"))
    if number is None:
        raise messages.SERVICE_TAIL()
    if text.startswith("-"):
        raise messages.SERVICE_TAIL_NEGATIVE()
    return number
