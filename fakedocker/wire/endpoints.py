"""What the engine can be asked, one row each: the only table of its operations.

Routes, rules of faults, assertions about calls, `:explain` and the documentation read it. A row names what answers a
request, which the API floor looks up, so that faults hit also what no handler ever sees. Nothing here knows what an
operation does.

Paths stand without a version. A name in braces matches one part of a path, one with a star any number of parts, as the
names of images and of links between containers have slashes. Source: moby daemon/server/router and the API description.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from fakedocker.base.patterns import lazy_pattern

PORT_METHOD: Final = "CONNECT"
"""The method of a driver's request for a connection to a published port, see `api.published`; no client's."""
GRPC_METHOD: Final = "GRPC"
"""The method of a gRPC call as a request; no client can send one of that name by itself."""
_VERSION: Final = lazy_pattern(r"/v[0-9]+\.[0-9]+(?=/)")


class Endpoint(Struct, frozen=True):
    """A row.

    Args:
        operation: its name, as docker's commands have it: "start" is docker start, "network connect" docker network
            connect.
        method, path: of its requests.
        handler: module and function of the API floor that answer.
        about: what it is done to: "container", "image", "network", "volume", or "" for none or several.
        parameter: of the query, where that and not the path names what it is about.
        since: the first API version that has it, "" where that is older than any that is spoken.
    """

    operation: str
    method: str
    path: str
    handler: str
    about: str = ""
    parameter: str = ""
    since: str = ""


ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    # the engine
    Endpoint("ping", "GET", "/_ping", "ping.ping"),
    Endpoint("ping", "HEAD", "/_ping", "ping.ping"),
    Endpoint("version", "GET", "/version", "system.version"),
    Endpoint("info", "GET", "/info", "system.info"),
    Endpoint("events", "GET", "/events", "system.events"),
    Endpoint("df", "GET", "/system/df", "system.disk_usage"),
    Endpoint("login", "POST", "/auth", "system.auth"),
    # containers
    Endpoint("list", "GET", "/containers/json", "containers.list_"),
    Endpoint("create", "POST", "/containers/create", "containers.create", about="container", parameter="name"),
    Endpoint("prune", "POST", "/containers/prune", "containers.prune", since="1.25"),
    Endpoint("inspect", "GET", "/containers/{id*}/json", "containers.inspect", about="container"),
    Endpoint("top", "GET", "/containers/{id*}/top", "containers.top", about="container"),
    Endpoint("logs", "GET", "/containers/{id*}/logs", "containers.logs", about="container"),
    Endpoint("diff", "GET", "/containers/{id*}/changes", "containers.changes", about="container"),
    Endpoint("export", "GET", "/containers/{id*}/export", "containers.export", about="container"),
    Endpoint("stats", "GET", "/containers/{id*}/stats", "containers.stats", about="container"),
    Endpoint("copy", "GET", "/containers/{id*}/archive", "containers.archive_get", about="container"),
    Endpoint("copy", "HEAD", "/containers/{id*}/archive", "containers.archive_head", about="container"),
    Endpoint("copy", "PUT", "/containers/{id*}/archive", "containers.archive_put", about="container"),
    Endpoint("start", "POST", "/containers/{id*}/start", "containers.start", about="container"),
    Endpoint("stop", "POST", "/containers/{id*}/stop", "containers.stop", about="container"),
    Endpoint("restart", "POST", "/containers/{id*}/restart", "containers.restart", about="container"),
    Endpoint("kill", "POST", "/containers/{id*}/kill", "containers.kill", about="container"),
    Endpoint("pause", "POST", "/containers/{id*}/pause", "containers.pause", about="container"),
    Endpoint("unpause", "POST", "/containers/{id*}/unpause", "containers.unpause", about="container"),
    Endpoint("rename", "POST", "/containers/{id*}/rename", "containers.rename", about="container"),
    Endpoint("update", "POST", "/containers/{id*}/update", "containers.update", about="container"),
    Endpoint("resize", "POST", "/containers/{id*}/resize", "containers.resize", about="container"),
    Endpoint("attach", "POST", "/containers/{id*}/attach", "containers.attach", about="container"),
    Endpoint("attach", "GET", "/containers/{id*}/attach/ws", "containers.attach_websocket", about="container"),
    Endpoint("wait", "POST", "/containers/{id*}/wait", "containers.wait", about="container"),
    Endpoint("remove", "DELETE", "/containers/{id*}", "containers.remove", about="container"),
    Endpoint("exec", "POST", "/containers/{id*}/exec", "execs.create", about="container"),
    # commands in containers
    Endpoint("exec start", "POST", "/exec/{id}/start", "execs.start", about="container"),
    Endpoint("exec resize", "POST", "/exec/{id}/resize", "execs.resize", about="container"),
    Endpoint("exec inspect", "GET", "/exec/{id}/json", "execs.inspect", about="container"),
    # images
    Endpoint("commit", "POST", "/commit", "containers.commit", about="container", parameter="container"),
    Endpoint("images", "GET", "/images/json", "images.list_"),
    Endpoint("pull", "POST", "/images/create", "images.create", about="image", parameter="fromImage"),
    Endpoint("image prune", "POST", "/images/prune", "images.prune", since="1.25"),
    Endpoint("search", "GET", "/images/search", "images.search"),
    Endpoint("load", "POST", "/images/load", "images.load"),
    Endpoint("save", "GET", "/images/get", "images.save", about="image", parameter="names"),
    Endpoint("save", "GET", "/images/{name*}/get", "images.save", about="image"),
    Endpoint("push", "POST", "/images/{name*}/push", "images.push", about="image"),
    Endpoint("image inspect", "GET", "/images/{name*}/json", "images.inspect", about="image"),
    Endpoint(
        "attestations", "GET", "/images/{name*}/attestations", "images.attestations", about="image", since="1.55"
    ),
    Endpoint("history", "GET", "/images/{name*}/history", "images.history", about="image"),
    Endpoint("tag", "POST", "/images/{name*}/tag", "images.tag", about="image"),
    Endpoint("image remove", "DELETE", "/images/{name*}", "images.remove", about="image"),
    Endpoint("distribution", "GET", "/distribution/{name*}/json", "images.distribution", about="image", since="1.30"),
    Endpoint("manifest inspect", "GET", "/distribution/{name*}/manifest", "images.manifest_get"),
    Endpoint("manifest push", "PUT", "/distribution/{name*}/manifest", "images.manifest_put"),
    Endpoint("build", "POST", "/build", "build.build", about="image", parameter="t"),
    Endpoint("grpc", "POST", "/grpc", "grpc.connect"),
    Endpoint("session", "POST", "/session", "session.connect"),
    Endpoint("build prune", "POST", "/build/prune", "images.prune_build_cache", since="1.31"),
    # networks
    Endpoint("network list", "GET", "/networks", "networks.list_"),
    Endpoint("network list", "GET", "/networks/", "networks.list_"),
    Endpoint("network create", "POST", "/networks/create", "networks.create"),
    Endpoint("network prune", "POST", "/networks/prune", "networks.prune", since="1.25"),
    Endpoint("network inspect", "GET", "/networks/{id}", "networks.inspect", about="network"),
    Endpoint("network remove", "DELETE", "/networks/{id}", "networks.remove", about="network"),
    Endpoint("network connect", "POST", "/networks/{id}/connect", "networks.connect", about="network"),
    Endpoint("network disconnect", "POST", "/networks/{id}/disconnect", "networks.disconnect", about="network"),
    # volumes
    Endpoint("volume list", "GET", "/volumes", "volumes.list_"),
    Endpoint("volume create", "POST", "/volumes/create", "volumes.create"),
    Endpoint("volume prune", "POST", "/volumes/prune", "volumes.prune", since="1.25"),
    Endpoint("volume inspect", "GET", "/volumes/{name}", "volumes.inspect", about="volume"),
    Endpoint("volume remove", "DELETE", "/volumes/{name}", "volumes.remove", about="volume"),
    # swarms
    Endpoint("swarm init", "POST", "/swarm/init", "swarm.init"),
    Endpoint("swarm join", "POST", "/swarm/join", "swarm.join"),
    Endpoint("swarm leave", "POST", "/swarm/leave", "swarm.leave"),
    Endpoint("swarm inspect", "GET", "/swarm", "swarm.inspect"),
    Endpoint("swarm unlock key", "GET", "/swarm/unlockkey", "swarm.unlock_key"),
    Endpoint("swarm update", "POST", "/swarm/update", "swarm.update"),
    Endpoint("swarm unlock", "POST", "/swarm/unlock", "swarm.unlock"),
    Endpoint("node list", "GET", "/nodes", "swarm.nodes_list"),
    Endpoint("node inspect", "GET", "/nodes/{id}", "swarm.node_inspect"),
    Endpoint("node remove", "DELETE", "/nodes/{id}", "swarm.node_remove"),
    Endpoint("node update", "POST", "/nodes/{id}/update", "swarm.node_update"),
    # what a swarm keeps
    Endpoint("secret list", "GET", "/secrets", "swarm.stored_list", since="1.25"),
    Endpoint("secret create", "POST", "/secrets/create", "swarm.stored_create", since="1.25"),
    Endpoint("secret inspect", "GET", "/secrets/{id}", "swarm.stored_inspect", since="1.25"),
    Endpoint("secret remove", "DELETE", "/secrets/{id}", "swarm.stored_remove", since="1.25"),
    Endpoint("secret update", "POST", "/secrets/{id}/update", "swarm.stored_update", since="1.25"),
    Endpoint("config list", "GET", "/configs", "swarm.stored_list", since="1.30"),
    Endpoint("config create", "POST", "/configs/create", "swarm.stored_create", since="1.30"),
    Endpoint("config inspect", "GET", "/configs/{id}", "swarm.stored_inspect", since="1.30"),
    Endpoint("config remove", "DELETE", "/configs/{id}", "swarm.stored_remove", since="1.30"),
    Endpoint("config update", "POST", "/configs/{id}/update", "swarm.stored_update", since="1.30"),
    # services and tasks
    Endpoint("service list", "GET", "/services", "swarm_services.list_"),
    Endpoint("service create", "POST", "/services/create", "swarm_services.create"),
    Endpoint("service inspect", "GET", "/services/{id}", "swarm_services.inspect"),
    Endpoint("service remove", "DELETE", "/services/{id}", "swarm_services.remove"),
    Endpoint("service update", "POST", "/services/{id}/update", "swarm_services.update"),
    Endpoint("service logs", "GET", "/services/{id}/logs", "swarm_services.logs"),
    Endpoint("task list", "GET", "/tasks", "swarm_services.task_list"),
    Endpoint("task inspect", "GET", "/tasks/{id}", "swarm_services.task_inspect"),
    Endpoint("task logs", "GET", "/tasks/{id}/logs", "swarm_services.task_logs"),
    # plugins
    Endpoint("plugin list", "GET", "/plugins", "plugins.list_plugins"),
    Endpoint("plugin inspect", "GET", "/plugins/{name*}/json", "plugins.inspect"),
    Endpoint("plugin enable", "POST", "/plugins/{name*}/enable", "plugins.enable"),
    Endpoint("plugin disable", "POST", "/plugins/{name*}/disable", "plugins.disable"),
    Endpoint("plugin upgrade", "POST", "/plugins/{name*}/upgrade", "plugins.not_simulated_of_one", since="1.26"),
    Endpoint("plugin push", "POST", "/plugins/{name*}/push", "plugins.not_simulated_of_one"),
    Endpoint("plugin set", "POST", "/plugins/{name*}/set", "plugins.not_simulated_of_one"),
    Endpoint("plugin remove", "DELETE", "/plugins/{name*}", "plugins.remove"),
    Endpoint("plugin privileges", "GET", "/plugins/privileges", "plugins.not_simulated"),
    Endpoint("plugin pull", "POST", "/plugins/pull", "plugins.not_simulated"),
    Endpoint("plugin create", "POST", "/plugins/create", "plugins.not_simulated"),
    # builds over gRPC: calls within a connection
    Endpoint("build workers", GRPC_METHOD, "/moby.buildkit.v1.Control/ListWorkers", "control.list_workers"),
    Endpoint("build info", GRPC_METHOD, "/moby.buildkit.v1.Control/Info", "control.info"),
    Endpoint("build usage", GRPC_METHOD, "/moby.buildkit.v1.Control/DiskUsage", "control.disk_usage"),
    Endpoint("build prune", GRPC_METHOD, "/moby.buildkit.v1.Control/Prune", "control.prune"),
    Endpoint("build", GRPC_METHOD, "/moby.buildkit.v1.Control/Solve", "control.solve", about="image"),
    Endpoint("build status", GRPC_METHOD, "/moby.buildkit.v1.Control/Status", "control.status"),
    Endpoint("gateway ping", GRPC_METHOD, "/moby.buildkit.v1.frontend.LLBBridge/Ping", "gateway.ping"),
    Endpoint("gateway solve", GRPC_METHOD, "/moby.buildkit.v1.frontend.LLBBridge/Solve", "gateway.solve"),
    Endpoint("gateway evaluate", GRPC_METHOD, "/moby.buildkit.v1.frontend.LLBBridge/Evaluate", "gateway.evaluate"),
    Endpoint("gateway return", GRPC_METHOD, "/moby.buildkit.v1.frontend.LLBBridge/Return", "gateway.return_"),
)  # fmt: skip

OVER_HTTP: Final = tuple(endpoint for endpoint in ENDPOINTS if endpoint.method != GRPC_METHOD)
"""The rows that clients can ask for directly."""
OPERATIONS: Final = tuple(dict.fromkeys(endpoint.operation for endpoint in ENDPOINTS))
"""The names of all operations."""
_LONG_PREFIXES: Final = ("container ", "image ")


def operation_named(text: str) -> str | None:
    """The operation that somebody names, perhaps in docker's long form: "container start" is "start". None for none."""
    if text in OPERATIONS:
        return text
    for prefix in _LONG_PREFIXES:
        if text.startswith(prefix) and text.removeprefix(prefix) in OPERATIONS:
            return text.removeprefix(prefix)
    return None


def about(kind: str) -> frozenset[str]:
    """The operations that are done to one thing of a kind."""
    return frozenset(endpoint.operation for endpoint in ENDPOINTS if endpoint.about == kind)


def find(method: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
    """The row of a request, and the parts of its path that the row names; None for one that has none.

    Args:
        path: without version and query, unquoted.
    """
    exact = _exact().get((method, path))
    if exact is not None:
        return exact, {}
    for pattern, endpoint in _patterns().get((method, path[1:].partition("/")[0]), ()):
        match = pattern.fullmatch(path)
        if match is not None:
            return endpoint, match.groupdict()
    return None


def path_of(target: str) -> tuple[str, str]:
    """A request's path, without its version and unquoted, and its query."""
    path, _, query = target.partition("?")
    path = _VERSION.sub("", path, count=1)
    return unquote(path) if "%" in path else path, query


@cache
def _exact() -> dict[tuple[str, str], Endpoint]:
    return {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS if "{" not in endpoint.path}


@cache
def _patterns() -> dict[tuple[str, str], list[tuple[re.Pattern[str], Endpoint]]]:
    """By method and first part of the path, in the table's order."""
    found: dict[tuple[str, str], list[tuple[re.Pattern[str], Endpoint]]] = {}
    for endpoint in _with_names(ENDPOINTS):
        pattern = re.sub(r"\{(\w+)\*\}", r"(?P<\1>.+)", endpoint.path)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        key = (endpoint.method, endpoint.path.split("/")[1])
        found.setdefault(key, []).append((re.compile(pattern), endpoint))
    return found


def _with_names(endpoints: Iterable[Endpoint]) -> Iterable[Endpoint]:
    return (endpoint for endpoint in endpoints if "{" in endpoint.path)
