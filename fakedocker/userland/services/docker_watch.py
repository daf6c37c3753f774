"""A program's view of the containers of the engine it runs under: what is listed and inspected over a mounted socket, kept up by events.

Two connections of the program's own event loop: one asks (version, list, inspect), one hears events; both stand in its
`connections` under ports that no listener has. All memory is in `state["docker"]`. The module must not know what
containers are looked at for.
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.network.http_client import parse_response
from fakedocker.userland.services.connections import Connection

ASKS: Final = -1
HEARS: Final = -2
"""What the two connections have in place of a listener's port."""
_FILTERS: Final = quote('{"type":["container"]}')
_ACTIONS: Final = ("start", "die", "health_status", "connect", "disconnect")
_MOST_BYTES: Final = 16 << 20
_MOST_HEARD: Final = 100
"""How many events, (action, container) under `heard`, are kept for who looks at them."""


class Unreachable(Exception):
    """The engine cannot be asked; the message is in a docker client's words."""


def begin(system: System, state: State, path: str, version: str, filters: str = _FILTERS) -> None:
    """Connect, and ask for everything.

    Args:
        version: of the API, as "1.24"; "" to take the engine's own.
        filters: of the events that are heard, percent-encoded.

    Raises:
        Unreachable: the socket is not there, or nobody listens.
    """
    connections: dict[int, Connection] = state["connections"]
    try:
        asks = system.connect_path(path)
    except PermissionError:
        raise Unreachable(
            f"permission denied while trying to connect to the Docker daemon socket at unix://{path}: "
            f'Get "http://%2Fvar%2Frun%2Fdocker.sock/v{version or "1.24"}/version": '
            f"dial unix {path}: connect: permission denied"
        ) from None
    except OSError:
        raise Unreachable(
            f"Cannot connect to the Docker daemon at unix://{path}. Is the docker daemon running?"
        ) from None
    connections[asks] = _connection(ASKS)
    state["docker"] = {
        "path": path, "version": version, "filters": filters, "asks": asks, "hears": -1, "phase": "", "queue": [],
        "found": [], "again": False, "containers": None, "generation": state.get("docker", {}).get("generation", 0),
        "problem": "", "engine": "",
    }  # fmt: skip
    _ask(system, state, "ping" if not version else "version")


def is_lost(state: State) -> bool:
    """Whether a connection has ended that should not have."""
    docker = state.get("docker")
    if docker is None:
        return True
    open_now = state["connections"]
    return docker["asks"] not in open_now or (docker["hears"] >= 0 and docker["hears"] not in open_now)


def let_go(system: System, state: State) -> None:
    """Close what is open; `begin` may follow."""
    docker = state.get("docker") or {}
    for name in ("asks", "hears"):
        if state["connections"].pop(docker.get(name, -1), None) is not None:
            system.close(docker[name])


def receive(system: System, state: State, connection: Connection) -> bool:
    """Take what has come on one of the two connections; False where it is to be closed."""
    if len(connection["received"]) > _MOST_BYTES:
        return False
    if connection["port"] == HEARS:
        return _hear(system, state, connection)
    response = parse_response(connection["received"], False, False)
    if response is None:
        return True
    connection["received"] = b""
    docker = state["docker"]
    body: Any = None
    if "json" in response.header("Content-Type"):
        body = json.loads(response.body or b"null")
    if response.status == 404 and docker["phase"] == "inspect":
        body = None  # it has gone meanwhile
    elif response.status >= 400:
        text = response.body.decode("utf-8", "replace").strip()
        message = body.get("message", "") if isinstance(body, dict) else text
        docker["problem"] = f"Error response from daemon: {message}"
        return False
    _answered(system, state, body, response.header("Api-Version"))
    return True


def _answered(system: System, state: State, body: Any, api_version: str) -> None:
    docker = state["docker"]
    match docker["phase"]:
        case "ping":
            docker["version"] = api_version
            _ask(system, state, "version")
        case "version":
            docker["engine"] = f"{body.get('Version', '')} (API {body.get('ApiVersion', '')})"
            _listen(system, state)
            _ask(system, state, "list")
        case "list":
            docker["queue"] = [entry["Id"] for entry in body]
            docker["found"] = []
            _next(system, state)
        case "inspect":
            if body is not None:
                docker["found"].append(body)
            _next(system, state)


def _next(system: System, state: State) -> None:
    """Inspect the next container, or be done."""
    docker = state["docker"]
    if docker["queue"]:
        docker["asked"] = docker["queue"].pop(0)
        _ask(system, state, "inspect")
        return
    docker["containers"], docker["found"], docker["phase"] = docker["found"], [], ""
    docker["generation"] += 1
    if docker["again"]:
        docker["again"] = False
        _ask(system, state, "list")


def _ask(system: System, state: State, phase: str) -> None:
    docker = state["docker"]
    docker["phase"] = phase
    prefix = f"/v{docker['version']}"
    target = {
        "ping": "/_ping", "version": f"{prefix}/version", "list": f"{prefix}/containers/json",
        "inspect": f"{prefix}/containers/{docker.get('asked', '')}/json",
    }[phase]  # fmt: skip
    system.put(f"GET {target} HTTP/1.1\r\nHost: docker\r\n\r\n", docker["asks"])


def _listen(system: System, state: State) -> None:
    docker = state["docker"]
    hears = system.connect_path(docker["path"])
    state["connections"][hears] = _connection(HEARS)
    docker["hears"] = hears
    target = f"/v{docker['version']}/events?filters={docker['filters']}"
    system.put(f"GET {target} HTTP/1.1\r\nHost: docker\r\n\r\n", hears)


def _hear(system: System, state: State, connection: Connection) -> bool:
    """Each event is an object on a line of its own; sizes of chunks stand between them."""
    docker = state["docker"]
    *lines, connection["received"] = connection["received"].split(b"\n")
    for line in lines:
        if not line.startswith(b"{"):
            continue
        try:
            event = json.loads(line)
        except ValueError:
            continue
        action = str(event.get("Action", ""))
        if len(heard := docker.setdefault("heard", [])) < _MOST_HEARD:
            heard.append((action, str(event.get("Actor", {}).get("ID", ""))))
        if action.startswith(_ACTIONS):
            if docker["phase"]:
                docker["again"] = True
            else:
                _ask(system, state, "list")
    return True


def _connection(port: int) -> Connection:
    return {"received": b"", "peer": ("", 0), "port": port, "number": 0, "memory": {}}
