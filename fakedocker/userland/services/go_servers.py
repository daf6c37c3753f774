"""Small servers written in Go: traefik's whoami, http-echo and echo-server."""

from __future__ import annotations

import json
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Handler, Request, Response, Style, serve
from fakedocker.userland.tools import Register, port_number

PROGRAMS = Register()
_STYLE: Final = Style(order=("Date", "Content-Length", "Content-Type"), reasons=((413, "Request Entity Too Large"),))
_TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _stamp(system: System) -> str:
    return format_date("%Y/%m/%d %H:%M:%S", system.now_ns // 1_000_000_000)


def _run(system: System, state: State, port: int, handle: Handler) -> str:
    """Serve for ever; the complaint where the port cannot be had. Go's default action ends the process on a signal."""
    if "listeners" not in state:
        problem = open_listeners(system, state, [port])
        if problem is not None:
            return f"listen tcp :{port}: bind: {str(problem.strerror).lower()}"
        for number in (2, 15):
            system.catch(number, "catch")
    serve(system, state, handle, _STYLE, lambda: system.take_signal() is not None)
    return ""


# whoami


@PROGRAMS.program("whoami", "traefik-whoami")
def _whoami(system: System, argv: tuple[str, ...], state: State) -> int:
    """traefik/whoami, which tells a request back. Its file has the name of the utility, which all others mean by it."""
    if system.identity.family in ("busybox", "gnu") and system.identity.name == "whoami":
        from fakedocker.userland.processes.machine_info import (
            PROGRAMS as UTILITIES,  # the utility that this name stands for else
        )

        return UTILITIES["whoami"](system, argv, state)
    options = _flags(argv)
    port = port_number(options.get("port") or system.environment.get("WHOAMI_PORT_NUMBER", "80"))
    name = options.get("name") or system.environment.get("WHOAMI_NAME", "")
    if "started" not in state:
        state["started"] = True
        system.put(f"{_stamp(system)} Starting up on port {port}\n", 2)

    def handle(request: Request, connection: Connection) -> Response:
        return _tell_back(system, request, name)

    said = _run(system, state, port, handle)
    if said:
        system.put(f"{_stamp(system)} {said}\n", 2)
        return 1
    return 2


def _flags(argv: tuple[str, ...]) -> dict[str, str]:
    """-name=value, --name value."""
    found: dict[str, str] = {}
    words = list(argv[1:])
    while words:
        name, equals, value = words.pop(0).lstrip("-").partition("=")
        if not equals and words and not words[0].startswith("-"):
            value = words.pop(0)
        found[name] = value
    return found


def _tell_back(system: System, request: Request, name: str) -> Response:
    addresses = [address.text for interface in system.interfaces() for address in interface.addresses]
    headers = sorted(entry for entry in request.headers if entry[0].lower() not in ("host", "user-agent"))
    agent = request.header("User-Agent")
    peer = f"{request.peer[0]}:{request.peer[1]}"
    if request.path == "/health":
        return Response(200)
    if request.path == "/bench":
        return Response(200, b"1", (_TEXT,))
    if request.path == "/api":
        told: dict[str, object] = {"hostname": system.hostname, "ip": addresses}
        told["headers"] = {key: [value] for key, value in sorted(request.headers) if key.lower() != "host"}
        told |= {"url": request.target, "host": request.header("Host"), "method": request.method}
        told |= ({"name": name} if name else {}) | {"remoteAddr": peer}
        return Response(200, _json(told).encode() + b"\n", (("Content-Type", "application/json"),))
    lines = [
        *([f"Name: {name}"] if name else []),
        f"Hostname: {system.hostname}",
        *(f"IP: {address}" for address in addresses),
        f"RemoteAddr: {peer}",
        f"{request.method} {request.target} HTTP/1.1",
        f"Host: {request.header('Host')}",
        *([f"User-Agent: {agent}"] if agent else []),
        *(f"{key}: {value}" for key, value in headers),
    ]
    # The request is written back with its own line ends.
    first = len(lines) - len(headers) - 2 - bool(agent)
    text = "".join(f"{line}\n" for line in lines[:first]) + "".join(f"{line}\r\n" for line in lines[first:]) + "\r\n"
    return Response(200, bytes_of(text) + request.body, (_TEXT,))


# http-echo


@PROGRAMS.program("http-echo")
def _http_echo(system: System, argv: tuple[str, ...], state: State) -> int:
    """hashicorp/http-echo: the same text for every request."""
    options = _flags(argv)
    text = options.get("text") or system.environment.get("ECHO_TEXT", "hello-world")
    port = port_number(options.get("listen", ":5678").rpartition(":")[2])
    if "started" not in state:
        state["started"] = True
        system.put(f"{_stamp(system)} [INFO] server is listening on :{port}\n", 2)

    def handle(request: Request, connection: Connection) -> Response:
        status = 200
        if request.path == "/health":
            response = Response(200, b'{"status":"ok"}\n', (("Content-Type", "application/json; charset=utf-8"),))
        else:
            response = Response(status, bytes_of(f"{text}\n"), (("X-App-Name", "http-echo"), _TEXT))
        peer = f"{request.peer[0]}:{request.peer[1]}"
        agent = request.header("User-Agent")
        system.put(
            f'{_stamp(system)} {request.header("Host")} {peer} "{request.line}" {status} {len(response.body)} "{agent}" 10µs\n'
        )
        return response

    said = _run(system, state, port, handle)
    if said:
        system.put(f"{_stamp(system)} [ERR] {said}\n", 2)
        return 1
    return 0


# echo-server


@PROGRAMS.program("echo-server")
def _echo_server(system: System, argv: tuple[str, ...], state: State) -> int:
    """jmalloc/echo-server 0.3.7: every request is told back, with which server has answered."""
    port = system.environment.get("PORT") or "8080"
    if "started" not in state:
        state["started"] = True
        system.put(f"Echo server listening on port {port}.\n")

    def handle(request: Request, connection: Connection) -> Response:
        return _echo(system, request)

    said = _run(system, state, port_number(port), handle)
    if said:
        system.put(f"panic: {said}\n", 2)
    return 2


def _echo(system: System, request: Request) -> Response:
    peer = f"{request.peer[0]}:{request.peer[1]}"
    headers = sorted((_canonical(name), value) for name, value in request.headers if name.lower() != "host")
    told = [f"{name}: {value}\n" for name, value in headers]
    logs_headers = system.environment.get("LOG_HTTP_HEADERS")
    logs_body = system.environment.get("LOG_HTTP_BODY")
    rule = "--------  " if logs_headers or logs_body else ""
    system.put(f"{rule}{peer} | {request.method} {request.target}\n")
    if logs_headers:
        system.put("Headers\n" + "".join(told))
    if logs_body and request.body:
        system.unsimulated("LOG_HTTP_BODY")
    if request.header("Upgrade").lower() == "websocket" or request.path.rpartition("/")[2] in (".ws", ".sse"):
        system.unsimulated(f"{request.path}: web sockets, the page for them and server-sent events")
        return Response(501)
    named = request.header("X-Send-Server-Hostname") or system.environment.get("SEND_SERVER_HOSTNAME", "")
    server = f"Request served by {system.hostname}\n\n" if named.lower() != "false" else ""
    sent = [
        (name.removeprefix("SEND_HEADER_").replace("_", "-"), value)
        for name, value in system.environment.items()
        if name.startswith("SEND_HEADER_")
    ]
    text = f"{server}{request.line}\n\nHost: {request.header('Host')}\n" + "".join(told)
    body = b"\n" + request.body if request.body else b""
    fixed = [(_canonical(name), value) for name, value in sent]
    return Response(200, bytes_of(text) + body, (*sorted(fixed), ("Content-Type", "text/plain")))


def _canonical(name: str) -> str:
    """A header's name as Go keeps it."""
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))
