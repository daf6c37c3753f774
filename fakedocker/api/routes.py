"""Which request means what: the table of routes, and the way through it.

Paths may begin with a version. A name in braces matches one part of a path, one with a star any number of parts, as the
names of images and of links between containers have slashes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from fakedocker.api import (
    containers,
    execs,
    images,
    networks,
    plugins,
    published,
    swarm,
    swarm_services,
    system,
    volumes,
)
from fakedocker.api.call import Call
from fakedocker.api.headers import GRPC_METHOD
from fakedocker.base import messages
from fakedocker.base.numbers import GREATEST, parse_digits
from fakedocker.engine import Engine
from fakedocker.exchanges import Exchange, Stream
from fakedocker.operations.system import API_VERSION, MINIMUM_API_VERSION
from fakedocker.wire.http import Reply, text_error
from fakedocker.world.draft import Draft

Outcome = Reply | Stream
Handler = Callable[[Call], Outcome]
_VERSION = re.compile(r"/v([0-9]+)\.([0-9]+)(?=/)")


class Route(NamedTuple):
    method: str
    path: str
    handler: Handler


def _build(call: Call) -> Outcome:
    from fakedocker.api import (
        build,  # with the parser of Dockerfiles: read when something is built, as start-up time matters
    )

    return build.build(call)


def _grpc(call: Call) -> Outcome:
    from fakedocker.api import grpc  # as those below, read when somebody speaks gRPC

    return grpc.connect(call)


def _grpc_call(call: Call) -> Outcome:
    from fakedocker.api import services

    return services.handle(call)


def _session(call: Call) -> Outcome:
    from fakedocker.api import session

    return session.connect(call)


ROUTES: tuple[Route, ...] = (
    Route("GET", "/_ping", system.ping),
    Route("HEAD", "/_ping", system.ping),
    Route("GET", "/version", system.version),
    Route("GET", "/info", system.info),
    Route("GET", "/events", system.events),
    Route("GET", "/system/df", system.disk_usage),
    Route("POST", "/auth", system.auth),
    Route("GET", "/containers/json", containers.list_),
    Route("POST", "/containers/create", containers.create),
    Route("POST", "/containers/prune", containers.prune),
    Route("GET", "/containers/{id*}/json", containers.inspect),
    Route("GET", "/containers/{id*}/top", containers.top),
    Route("GET", "/containers/{id*}/logs", containers.logs),
    Route("GET", "/containers/{id*}/changes", containers.changes),
    Route("GET", "/containers/{id*}/export", containers.export),
    Route("GET", "/containers/{id*}/stats", containers.stats),
    Route("GET", "/containers/{id*}/archive", containers.archive_get),
    Route("HEAD", "/containers/{id*}/archive", containers.archive_head),
    Route("PUT", "/containers/{id*}/archive", containers.archive_put),
    Route("POST", "/containers/{id*}/start", containers.start),
    Route("POST", "/containers/{id*}/stop", containers.stop),
    Route("POST", "/containers/{id*}/restart", containers.restart),
    Route("POST", "/containers/{id*}/kill", containers.kill),
    Route("POST", "/containers/{id*}/pause", containers.pause),
    Route("POST", "/containers/{id*}/unpause", containers.unpause),
    Route("POST", "/containers/{id*}/rename", containers.rename),
    Route("POST", "/containers/{id*}/update", containers.update),
    Route("POST", "/containers/{id*}/resize", containers.resize),
    Route("POST", "/containers/{id*}/attach", containers.attach),
    Route("GET", "/containers/{id*}/attach/ws", containers.attach_websocket),
    Route("POST", "/containers/{id*}/wait", containers.wait),
    Route("DELETE", "/containers/{id*}", containers.remove),
    Route("POST", "/containers/{id*}/exec", execs.create),
    Route("POST", "/exec/{id}/start", execs.start),
    Route("POST", "/exec/{id}/resize", execs.resize),
    Route("GET", "/exec/{id}/json", execs.inspect),
    Route("POST", "/commit", containers.commit),
    Route("GET", "/images/json", images.list_),
    Route("POST", "/images/create", images.create),
    Route("POST", "/images/prune", images.prune),
    Route("GET", "/images/search", images.search),
    Route("POST", "/images/load", images.load),
    Route("GET", "/images/get", images.save),
    Route("GET", "/images/{name*}/get", images.save),
    Route("POST", "/images/{name*}/push", images.push),
    Route("GET", "/images/{name*}/json", images.inspect),
    Route("GET", "/images/{name*}/history", images.history),
    Route("POST", "/images/{name*}/tag", images.tag),
    Route("DELETE", "/images/{name*}", images.remove),
    Route("GET", "/distribution/{name*}/json", images.distribution),
    Route("GET", "/distribution/{name*}/manifest", images.manifest_get),
    Route("PUT", "/distribution/{name*}/manifest", images.manifest_put),
    Route("POST", "/build", _build),
    Route("POST", "/grpc", _grpc),
    Route("POST", "/session", _session),
    Route("POST", "/build/prune", images.prune_build_cache),
    Route("GET", "/networks", networks.list_),
    Route("GET", "/networks/", networks.list_),
    Route("POST", "/networks/create", networks.create),
    Route("POST", "/networks/prune", networks.prune),
    Route("GET", "/networks/{id}", networks.inspect),
    Route("DELETE", "/networks/{id}", networks.remove),
    Route("POST", "/networks/{id}/connect", networks.connect),
    Route("POST", "/networks/{id}/disconnect", networks.disconnect),
    Route("GET", "/volumes", volumes.list_),
    Route("POST", "/volumes/create", volumes.create),
    Route("POST", "/volumes/prune", volumes.prune),
    Route("GET", "/volumes/{name}", volumes.inspect),
    Route("DELETE", "/volumes/{name}", volumes.remove),
    Route("POST", "/swarm/init", swarm.init),
    Route("POST", "/swarm/join", swarm.join),
    Route("POST", "/swarm/leave", swarm.leave),
    Route("GET", "/swarm", swarm.inspect),
    Route("GET", "/swarm/unlockkey", swarm.unlock_key),
    Route("POST", "/swarm/update", swarm.update),
    Route("POST", "/swarm/unlock", swarm.unlock),
    Route("GET", "/nodes", swarm.nodes_list),
    Route("GET", "/nodes/{id}", swarm.node_inspect),
    Route("DELETE", "/nodes/{id}", swarm.node_remove),
    Route("POST", "/nodes/{id}/update", swarm.node_update),
    *(
        Route(method, f"/{kind}{path}", handler)
        for kind in ("secrets", "configs")
        for method, path, handler in (
            ("GET", "", swarm.stored_list),
            ("POST", "/create", swarm.stored_create),
            ("GET", "/{id}", swarm.stored_inspect),
            ("DELETE", "/{id}", swarm.stored_remove),
            ("POST", "/{id}/update", swarm.stored_update),
        )
    ),
    Route("GET", "/services", swarm_services.list_),
    Route("POST", "/services/create", swarm_services.create),
    Route("GET", "/services/{id}", swarm_services.inspect),
    Route("DELETE", "/services/{id}", swarm_services.remove),
    Route("POST", "/services/{id}/update", swarm_services.update),
    Route("GET", "/services/{id}/logs", swarm_services.logs),
    Route("GET", "/tasks", swarm_services.task_list),
    Route("GET", "/tasks/{id}", swarm_services.task_inspect),
    Route("GET", "/tasks/{id}/logs", swarm_services.task_logs),
    Route("GET", "/plugins", plugins.no_plugins),
    *(Route(method, path, plugins.no_such_plugin) for method, path in plugins.PLUGIN_PATHS),
    *(Route(method, path, plugins.not_simulated) for method, path in plugins.NOT_SIMULATED),
)


def _compile(path: str) -> re.Pattern[str]:
    pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", path)
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))


_EXACT: dict[tuple[str, str], Handler] = {
    (route.method, route.path): route.handler for route in ROUTES if "{" not in route.path
}
_PATTERNS: dict[tuple[str, str], list[tuple[re.Pattern[str], Handler]]] = {}
for _route in ROUTES:
    if "{" in _route.path:
        _PATTERNS.setdefault((_route.method, _route.path.split("/")[1]), []).append(
            (_compile(_route.path), _route.handler)
        )


def _numbers(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return parse_digits(major) or 0, parse_digits(minor) or 0


_NEWEST = _numbers(API_VERSION)
_OLDEST = _numbers(MINIMUM_API_VERSION)


def handle(engine: Engine, draft: Draft, exchange: Exchange) -> Outcome:
    """Find a request's route and let its handler answer.

    Raises:
        Refusal: there is none, or the version is not spoken.
    """
    request = exchange.request
    if request.method == published.METHOD:
        return published.connect(Call(engine, draft, exchange, "", {}, _NEWEST))
    if request.method == GRPC_METHOD and exchange.internal:
        return _grpc_call(Call(engine, draft, exchange, "", {}, _NEWEST))
    path, _, query = request.target.partition("?")
    version = _NEWEST
    match = _VERSION.match(path)
    if match is not None:
        major, minor = (GREATEST if (number := parse_digits(part)) is None else number for part in match.groups())
        version = (major, minor)
        path = path[match.end() :]
        if version < _OLDEST:
            refusal = messages.CLIENT_TOO_OLD(given=f"{match[1]}.{match[2]}", minimum=MINIMUM_API_VERSION)
            return text_error(refusal.message, refusal.status)
        if version > _NEWEST:
            raise messages.CLIENT_TOO_NEW(given=f"{match[1]}.{match[2]}", maximum=API_VERSION)
    if request.method == "OPTIONS":  # whatever the path (moby api/server/router/system optionsHandler)
        return Reply()
    path = unquote(path) if "%" in path else path
    handler = _EXACT.get((request.method, path))
    names: dict[str, str] = {}
    if handler is None:
        first = path[1:].partition("/")[0]
        for pattern, candidate in _PATTERNS.get((request.method, first), ()):
            found = pattern.fullmatch(path)
            if found is not None:
                handler, names = candidate, found.groupdict()
                break
    if handler is None:
        raise messages.PAGE_NOT_FOUND()
    return handler(Call(engine, draft, exchange, query, names, version))
