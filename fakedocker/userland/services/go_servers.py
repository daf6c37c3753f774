"""Small servers written in Go: traefik's whoami, http-echo, a registry's front door; how Go's server writes answers."""

from __future__ import annotations

import json
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.dates import format_date
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Handler, Request, Response, Style, serve
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_STYLE: Final = Style(order=("Date", "Content-Length", "Content-Type"), reasons=((413, "Request Entity Too Large"),))
_TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")
_REGISTRY_VERSION: Final = "2.8.3"


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
        from fakedocker.userland.machine_info import PROGRAMS as UTILITIES  # the utility that this name stands for else

        return UTILITIES["whoami"](system, argv, state)
    options = _flags(argv)
    port = int(options.get("port") or system.environment.get("WHOAMI_PORT_NUMBER", "80"))
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
    addresses = [address for _, address, *_ in system.interfaces()]
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
    port = int(options.get("listen", ":5678").rpartition(":")[2])
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
        system.put(f'{_stamp(system)} {request.header("Host")} {peer} "{request.line}" {status} {len(response.body)} "{agent}" 10µs\n')  # fmt: skip
        return response

    said = _run(system, state, port, handle)
    if said:
        system.put(f"{_stamp(system)} [ERR] {said}\n", 2)
        return 1
    return 0


# registry


@PROGRAMS.program("registry")
def _registry(system: System, argv: tuple[str, ...], state: State) -> int:
    """distribution's registry with nothing in it: the version check, an empty catalogue, and its errors."""
    if argv[1:] in (("--version",), ("-v",)):
        system.put(f"registry github.com/docker/distribution {_REGISTRY_VERSION}\n")
        return 0
    port = int(system.environment.get("REGISTRY_HTTP_ADDR", ":5000").rpartition(":")[2])
    if "started" not in state:
        state["started"] = True
        unique = f"{system.random(1 << 128):032x}"
        state["instance"] = f"{unique[:8]}-{unique[8:12]}-4{unique[13:16]}-a{unique[17:20]}-{unique[20:]}"
        secret = "No HTTP secret provided - generated random secret. This may cause problems with uploads if multiple registries are behind a load-balancer. To provide a shared secret, fill in http.secret in the configuration file or set the REGISTRY_HTTP_SECRET environment variable."
        if "REGISTRY_HTTP_SECRET" not in system.environment:
            _registry_log(system, state, "warning", secret)
        for text in ("redis not configured", "Starting upload purge in 1m0s", "using inmemory blob descriptor cache", f"listening on [::]:{port}"):  # fmt: skip
            _registry_log(system, state, "info", text)

    def handle(request: Request, connection: Connection) -> Response:
        response = _registry_answer(request)
        stamp = format_date("%d/%b/%Y:%H:%M:%S +0000", system.now_ns // 1_000_000_000)
        agent = request.header("User-Agent")
        system.put(f'{request.peer[0]} - - [{stamp}] "{request.line}" {response.status} {len(response.body)} "" "{agent}"\n')  # fmt: skip
        return response

    said = _run(system, state, port, handle)
    if said:
        _registry_log(system, state, "fatal", said)
        return 1
    return 2


def _registry_log(system: System, state: State, level: str, text: str) -> None:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    stamp = format_date("%Y-%m-%dT%H:%M:%S", seconds)
    system.put(
        f'time="{stamp}.{nanoseconds:09d}Z" level={level} msg="{text}" go.version=go1.20.8 instance.id={state["instance"]}'
        f" service=registry version={_REGISTRY_VERSION} \n",
        2,
    )


def _registry_answer(request: Request) -> Response:
    headers = (
        ("Docker-Distribution-Api-Version", "registry/2.0"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Content-Type-Options", "nosniff"),
    )
    if request.path in ("/", ""):
        return Response(200, b"", (("Cache-Control", "no-cache"),))
    if request.path in ("/v2/", "/v2"):
        return Response(200, b"{}", headers)
    if request.path == "/v2/_catalog":
        return Response(200, b'{"repositories":[]}\n', headers)
    parts = request.path.removeprefix("/v2/").split("/")
    kinds = {"tags": "NAME_UNKNOWN", "manifests": "MANIFEST_UNKNOWN", "blobs": "BLOB_UNKNOWN"}
    code = kinds.get(parts[-2]) if len(parts) > 2 else None
    if code is None or request.method not in ("GET", "HEAD"):
        status = 404 if code is None else 405
        error: dict[str, object] = {"code": "UNSUPPORTED", "message": "The operation is unsupported."}
        return Response(status, _json({"errors": [error]}).encode() + b"\n", headers)
    name = "/".join(parts[:-2])
    message, detail = {
        "NAME_UNKNOWN": ("repository name not known to registry", {"name": name}),
        "MANIFEST_UNKNOWN": ("manifest unknown", {"Tag": parts[-1]}),
        "BLOB_UNKNOWN": ("blob unknown to registry", parts[-1]),
    }[code]
    error = {"code": code, "message": message, "detail": detail}
    return Response(404, _json({"errors": [error]}).encode() + b"\n", headers)
