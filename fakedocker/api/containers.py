"""Requests about containers."""

from __future__ import annotations

import base64
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fakedocker.api import attach as attaching, creation, version_adapters
from fakedocker.api.call import Call
from fakedocker.api.streams import LogStream, RemovalReply, StatsReply, StatsStream, TaskReply, WaitStream
from fakedocker.base import clock, messages
from fakedocker.base.numbers import parse_digits, parse_whole
from fakedocker.containers.logs import READABLE_DRIVERS, Selection, attributes as log_attributes
from fakedocker.containers.model import PAUSED, RESTARTING, Container
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Stream, TimeMode
from fakedocker.filesystem import diff
from fakedocker.operations.containers import (
    archives,
    commit as committing,
    create as creating,
    device_nodes,
    inspect as inspecting,
    links,
    listing,
    remove as removing,
    rootfs,
    settings,
    start as starting,
    stats as measuring,
    stop as stopping,
    top as processes,
    update as updating,
)
from fakedocker.operations.containers.list_cache import ListedContainers
from fakedocker.operations.system import lookup
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.wire.container import Config, CreateRequest, UpdateRequest
from fakedocker.wire.http import JSON, RAW_STREAM, TAR, Reply, json_reply

_LISTED: WeakKeyDictionary[Engine, dict[listing.Told, ListedContainers]] = WeakKeyDictionary()
_NO_CONTENT = Reply(status=204)
_NOT_MODIFIED = Reply(status=304)
START_COST_NS = 100 * clock.MILLISECOND_NS
"""A start takes a tenth of a second, as on a real machine: a server is ready when `docker run -d` returns."""
_LONGEST_START_BODY = 7
"""So long a body of a start may be without saying anything, in the daemon's eyes."""
_WAIT_CONDITIONS = ("", "not-running", "next-exit", "removed")


def _container(call: Call) -> Container:
    return lookup.container(call.draft, call.names["id"])


def list_(call: Call) -> Reply:
    draft, query = call.draft, call.query
    limit = call.integer("limit") or 0
    found = listing.select(draft, call.filters(listing.LIST_FILTERS), query.flag("all"), limit)
    told = listing.told_in(call.version)
    if query.flag("size"):
        return json_reply([listing.summary(draft, container, with_size=True, told=told) for container in found])
    listed = _listed(call.engine, told)
    return Reply(headers=(("Content-Type", JSON),), body=listed.encode(call.engine.world, draft, found))


def _listed(engine: Engine, told: listing.Told) -> ListedContainers:
    known = _LISTED.setdefault(engine, {})
    if told not in known:
        known[told] = ListedContainers(told)
    return known[told]


def create(call: Call) -> Reply:
    query = call.query
    request = call.body(CreateRequest, required=True)
    if not creation.has_config(call.request.body):
        raise messages.EMPTY_CONFIG()
    adapted = creation.adapt(request, call.version)
    platform = query.text("platform") if call.version >= (1, 41) else ""
    container = creating.create_asked(call.draft, query.text("name"), adapted.request, platform)
    warnings = (*settings.warnings(adapted.request.host_config), *adapted.warnings)
    if links.are_deprecated(call.draft, adapted.request.host_config):
        warnings = (*warnings, messages.LINKS_DEPRECATED)
    return json_reply({"Id": container.id, "Warnings": warnings}, 201)


def inspect(call: Call) -> Reply:
    return json_reply(
        version_adapters.container(
            inspecting.inspect(call.draft, _container(call), call.query.flag("size")),
            call.version,
            call.draft.profile.slim,
            call.draft.storage,
        )
    )


def top(call: Call) -> Reply:
    titles, rows = processes.top(call.draft, _container(call), call.query.text("ps_args"))
    return json_reply({"Processes": rows, "Titles": titles})


def logs(call: Call) -> Stream:
    container, query = _container(call), call.query
    stdout, stderr = query.flag("stdout"), query.flag("stderr")
    if not stdout and not stderr:
        raise messages.NO_STREAMS()
    if container.host_config.log_config.type not in READABLE_DRIVERS:
        raise messages.LOGS_UNREADABLE()
    tail = parse_whole(query.text("tail"))
    selection = Selection(
        stdout=stdout,
        stderr=stderr,
        since_ns=_instant(call, "since"),
        until_ns=_instant(call, "until"),
        tail=tail if tail is not None and tail >= 0 else None,
        timestamps=query.flag("timestamps"),
        details=log_attributes(container.config, container.host_config.log_config) if query.flag("details") else None,
    )
    return LogStream(
        container.id, selection, query.flag("follow"), attaching.media_type(call, not container.config.tty)
    )


def _instant(call: Call, name: str) -> int | None:
    text = call.query.text(name)
    if not text or text == "0":
        return None
    try:
        return clock.timestamp(text)
    except ValueError as problem:
        raise messages.BAD_REQUEST(problem=problem) from None


def changes(call: Call) -> Reply:
    container = _container(call)
    mounted = [mount.target for mount in rootfs.mount_table(call.draft, container).mounts[1:]]
    below = [f"{target}/" for target in mounted]
    found = diff.changes(call.draft.kernel_draft.filesystems[container.id])
    kept = [
        {"Path": path, "Kind": kind} for path, kind in found if not any(path.startswith(prefix) for prefix in below)
    ]
    return json_reply(kept or None)


def export(call: Call) -> Reply:
    return call.content_reply(archives.export(call.draft, _container(call)), "application/octet-stream")


def stats(call: Call) -> Reply | Stream:
    container, query = _container(call), call.query
    if query.flag("stream", default=True):
        return StatsStream(container.id)
    one_shot = query.flag("one-shot") and call.version >= (1, 41)
    if one_shot or not container.has_process or call.engine.mode is TimeMode.MANUAL:
        return json_reply(measuring.sample(call.draft, container, one_shot=one_shot))
    return StatsReply(container.id)


def start(call: Call) -> Reply:
    if len(call.request.body) > _LONGEST_START_BODY:
        raise messages.START_WITH_BODY()
    if not starting.start(call.draft, _container(call)):
        return _NOT_MODIFIED
    call.exchange.cost_ns = START_COST_NS
    return _NO_CONTENT


def stop(call: Call) -> Reply | Stream:
    grace_seconds = call.integer("t")
    container = _container(call)
    if not container.is_running:
        return _NOT_MODIFIED
    task = stopping.stop(call.draft, container, grace_seconds, _stop_signal(call))
    return _NO_CONTENT if task is None else TaskReply(task, _NO_CONTENT)


def _stop_signal(call: Call) -> str:
    """The signal asked for instead of the container's own, which older versions of the API cannot."""
    return call.query.text("signal") if call.version >= (1, 42) else ""


def restart(call: Call) -> Reply | Stream:
    grace_seconds = call.integer("t")
    task = stopping.restart(call.draft, _container(call), grace_seconds, _stop_signal(call))
    return _NO_CONTENT if task is None else TaskReply(task, _NO_CONTENT)


def kill(call: Call) -> Reply:
    stopping.kill(call.draft, _container(call), call.query.text("signal"))
    return _NO_CONTENT


def pause(call: Call) -> Reply:
    stopping.pause(call.draft, _container(call))
    return _NO_CONTENT


def unpause(call: Call) -> Reply:
    stopping.unpause(call.draft, _container(call))
    return _NO_CONTENT


def rename(call: Call) -> Reply:
    updating.rename(call.draft, _container(call), call.query.text("name"))
    return _NO_CONTENT


def update(call: Call) -> Reply:
    request = call.body(UpdateRequest)
    if call.version < (1, 40):
        request = replace(request, pids_limit=None)
    if call.version < (1, 55):
        request = replace(request, **dict.fromkeys(device_nodes.DEVICE_LIMITS))
    updating.update(call.draft, call.names["id"], request)
    return json_reply({"Warnings": None})


def window(call: Call) -> tuple[int, int]:
    """Rows and columns of a resize.

    Raises:
        Refusal: they are no numbers.
    """
    sizes = []
    for name, what in (("h", "height"), ("w", "width")):
        text = call.query.text(name)
        size = parse_digits(text)
        if size is None or size > 0xFFFFFFFF:
            raise messages.RESIZE_VALUE(what=what, value=text)
        sizes.append(size)
    return sizes[0], sizes[1]


def resize(call: Call) -> Reply:
    rows, columns = window(call)
    container = _container(call)
    if not container.has_process:
        raise messages.NOT_RUNNING(id=container.id)
    if container.config.tty:
        call.draft.kernel.resize(container.id, rows, columns)
    container_event(call.draft, container, "resize", height=str(rows), width=str(columns))
    return Reply()


def attach(call: Call) -> Stream:
    """Attach; what is wrong is said as text, for the connection is the stream's (moby container_routes.go)."""
    call.exchange.refusal_type = RAW_STREAM
    container = _container(call)
    multiplexed = not container.config.tty
    return _attach(call, container, multiplexed, attaching.hijack_reply(call, multiplexed, bare=True))


def attach_websocket(call: Call) -> Stream:
    return _attach(call, _container(call), multiplexed=False, head=attaching.websocket_reply(call))


def _attach(call: Call, container: Container, multiplexed: bool, head: Reply) -> Stream:
    query = call.query
    if container.status == PAUSED:
        raise messages.ATTACH_PAUSED(name=call.names["id"])
    if container.status == RESTARTING:
        raise messages.ATTACH_RESTARTING(name=call.names["id"])
    detach_keys = attaching.parse_detach_keys(query.text("detachKeys"), "detach")
    history = call.draft.outputs[container.id]
    terminal = container.config.tty
    container_event(call.draft, container, "attach")
    return attaching.ProcessStream(
        container.id,
        terminal=terminal,
        stdin=query.flag("stdin") and query.flag("stream"),
        stdout=query.flag("stdout"),
        stderr=query.flag("stderr"),
        stream=query.flag("stream"),
        closes_stdin=container.config.stdin_once and not terminal,
        detach_keys=detach_keys,
        position=-1 if query.flag("logs") else history.end,
        multiplexed=multiplexed,
        head=head,
    )


def wait(call: Call) -> Stream:
    condition = call.query.text("condition")
    if condition not in _WAIT_CONDITIONS:
        raise messages.WAIT_CONDITION(condition=condition)
    return WaitStream(call.draft, _container(call).id, condition)


def remove(call: Call) -> Reply | Stream:
    query = call.query
    if query.flag("link"):
        links.remove(call.draft, call.names["id"])
        return _NO_CONTENT
    container = _container(call)
    removing.remove(call.draft, container, query.flag("force"), query.flag("v"))
    return RemovalReply(container.id, _NO_CONTENT)


def prune(call: Call) -> Reply:
    removed, freed = removing.prune(call.draft, call.filters(removing.PRUNE_FILTERS))
    return json_reply({"ContainersDeleted": removed or None, "SpaceReclaimed": freed})


def commit(call: Call) -> Reply:
    query = call.query
    from fakedocker.operations.containers import (
        changes as changing,  # with the parser of Dockerfiles, which start-up does without
    )

    config = call.body(Config)
    container = lookup.container(call.draft, query.text("container"))
    given = call.request.body and creation.has_config(call.request.body)
    changed = changing.apply(config if given else container.config, query.all("changes"))
    image = committing.commit(
        call.draft,
        container,
        repository=query.text("repo"),
        tag=query.text("tag"),
        comment=query.text("comment"),
        author=query.text("author"),
        changed=changed,
        pause=query.flag("pause", default=True),
    )
    return json_reply({"Id": image.id}, 201)


class _PathStat(Struct, rename="camel"):
    name: str
    size: int
    mode: int
    mtime: str
    link_target: str


def _stat_header(stat: archives.PathStat) -> tuple[str, str]:
    encoded = msgspec.json.encode(_PathStat(*msgspec.structs.astuple(stat)))
    return ("X-Docker-Container-Path-Stat", base64.b64encode(encoded).decode())


def archive_head(call: Call) -> Reply:
    stat = archives.stat(call.draft, _container(call), call.query.text("path"), call.names["id"])
    return Reply(headers=(_stat_header(stat),))


def archive_get(call: Call) -> Reply:
    stat, content = archives.read(call.draft, _container(call), call.query.text("path"), call.names["id"])
    return call.content_reply(content, TAR, (_stat_header(stat),))


def archive_put(call: Call) -> Reply:
    query = call.query
    no_overwrite = query.flag("noOverwriteDirNonDir")
    path, copies_owner = query.text("path"), query.flag("copyUIDGID")
    archives.write(call.draft, _container(call), path, call.request.body, no_overwrite, copies_owner, call.names["id"])
    return Reply()
