"""Requests about the daemon itself."""

from __future__ import annotations

from fakedocker.api import login, version_adapters
from fakedocker.api.call import Call
from fakedocker.api.streams import EventForm, EventStream
from fakedocker.base import clock, messages
from fakedocker.engine.inflight import Stream
from fakedocker.operations.registry import external, pull
from fakedocker.operations.system import disk_groups, event_messages, information
from fakedocker.wire.auth import AuthRequest
from fakedocker.wire.http import JSON, JSON_LINES, JSON_SEQUENCE, NDJSON, Reply, json_reply


def version(call: Call) -> Reply:
    return json_reply(information.version(call.draft))


def info(call: Call) -> Reply:
    return json_reply(version_adapters.info(information.info(call.draft), call.version))


def disk_usage(call: Call) -> Reply:
    types = call.query.all("type") if call.version >= (1, 42) else ()
    for kind in types:
        if kind not in ("container", "image", "volume", "build-cache"):
            raise messages.OBJECT_TYPE(kind=kind)
    found = information.disk_usage(call.draft, types, with_health=call.draft.profile.slim)
    if call.version < (1, 52):
        return json_reply(version_adapters.disk_usage(found, call.version))
    is_verbose = call.query.flag("verbose")
    usage = disk_groups.groups(found)
    found.pop("BuilderSize", None)
    return json_reply(usage if is_verbose else {**found, **usage})


def auth(call: Call) -> Reply | Stream:
    """The simulation's registries let in whoever has a name; one outside, or in a container, is asked."""
    request = call.body(AuthRequest)
    if external.is_outside(call.draft, request.serveraddress):
        task = external.begin_login(call.draft, request.serveraddress, (request.username, request.password))
        return login.LoginStream(task)
    server = request.serveraddress.removeprefix("http://").removeprefix("https://").partition("/")[0]
    if not request.username and not request.identitytoken:
        host = server if server and server not in ("index.docker.io", "docker.io") else "registry-1.docker.io"
        raise messages.LOGIN_FAILED(host=host)
    if ":" in server:
        pull.check_login(call.draft, server, (request.username, request.password))
    return login.succeeded(call.draft)


def events(call: Call) -> Stream:
    bounds: dict[str, int | None] = {}
    for name in ("since", "until"):
        text = call.query.text(name)
        try:
            bounds[name] = clock.timestamp(text) if text else None
        except ValueError as problem:
            raise messages.BAD_REQUEST(problem=problem) from None
    since, until = bounds["since"], bounds["until"]
    if since is not None and until is not None and until < since:
        raise messages.EVENTS_ORDER(since=call.query.text("since"), until=call.query.text("until"))
    form = _event_form(call)
    told = EventForm(form, has_older_fields=call.version < (1, 52), has_created_images=call.version >= (1, 46))
    return EventStream(call.filters(event_messages.EVENT_FILTERS), since, until, told)


def _event_form(call: Call) -> str:
    """The media type of events: what the client accepts by name, as far as the engine has more than one."""
    usual = JSON_LINES if call.version >= (1, 52) else JSON
    if not call.draft.profile.negotiates_events:
        return JSON
    accepted = [part.partition(";") for part in call.request.headers.get("accept", "").split(",")]
    weights = {name.strip(): _weight(rest) for name, _, rest in accepted if _weight(rest) > 0}
    offered = [form for form in (JSON_LINES, NDJSON, JSON_SEQUENCE) if form in weights]
    return max(offered, key=lambda form: weights[form]) if offered else usual


def _weight(parameters: str) -> float:
    text = parameters.partition("q=")[2].strip()
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
