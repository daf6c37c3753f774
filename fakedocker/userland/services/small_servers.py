"""Small HTTP services: httpd (Apache's and busybox's), whoami, a registry's front door, http-echo; and hello-world."""

from __future__ import annotations

import posixpath
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.dates import format_date
from fakedocker.userland.http_client import json_text
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.services.http_server import REASONS, Handler, Request, Response, open_listeners, serve
from fakedocker.userland.tools import Register, is_busybox, parse_options, say, stat_or_none

PROGRAMS = Register()
_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "application/javascript", "json": "application/json", "txt": "text/plain", "png": "image/png", "svg": "image/svg+xml"}  # fmt: skip

HELLO: Final = """
Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the "hello-world" image from the Docker Hub.
    (amd64)
 3. The Docker daemon created a new container from that image which runs the
    executable that produces the output you are currently reading.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.

To try something more ambitious, you can run an Ubuntu container with:
 $ docker run -it ubuntu bash

Share images, automate workflows, and more with a free Docker ID:
 https://hub.docker.com/

For more examples and ideas, visit:
 https://docs.docker.com/get-started/

"""


@PROGRAMS.program("hello")
def _hello(system: System, argv: tuple[str, ...], state: State) -> int:
    system.put(HELLO)
    return 0


def run_server(
    system: System, state: State, port: int, handle: Handler, server: str, stops: tuple[int, ...] = (15, 2)
) -> int | None:
    """Serve on a port until one of the signals; None where the port cannot be had, after which the caller complains."""
    if "listeners" not in state:
        problem = open_listeners(system, state, [port])
        if problem is not None:
            state["problem"] = str(problem.strerror)
            return None
        for number in stops:
            system.catch(number, "catch")

    def stopped() -> bool:
        number = system.take_signal()
        state["signal"] = number or state.get("signal", 0)
        return number in stops

    serve(system, state, handle, server, stopped)
    return 0


def file_response(system: System, root: str, request: Request) -> Response:
    """A static file, its directory's index.html, or an error page."""
    path = root.rstrip("/") + posixpath.normpath("/" + request.path.lstrip("/"))
    found = stat_or_none(system, path)
    if found is not None and found.kind == "dir":
        path = path.rstrip("/") + "/index.html"
        found = stat_or_none(system, path)
    if found is None or found.kind != "file":
        return error_page(404)
    kind = _TYPES.get(posixpath.splitext(path)[1][1:], "text/plain")
    return Response(200, system.read_file(path), (("Content-Type", kind),))


def error_page(status: int) -> Response:
    reason = REASONS.get(status, "")
    said = "The requested URL was not found on this server." if status == 404 else reason
    body = f'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>{status} {reason}</title>\n</head><body>\n<h1>{reason}</h1>\n<p>{said}</p>\n</body></html>\n'
    return Response(status, body.encode(), (("Content-Type", "text/html; charset=iso-8859-1"),))


@PROGRAMS.program(
    "httpd",
    "httpd-foreground",
    "apache2",
    "apache2-foreground",
    usage="[-ifv[v]] [-c CONFFILE] [-p [IP:]PORT] [-h HOME]\n",
)
def _httpd(system: System, argv: tuple[str, ...], state: State) -> int:
    if is_busybox(system):
        return _busybox_httpd(system, argv, state)
    if "-v" in argv[1:]:
        system.put("Server version: Apache/2.4.62 (Unix)\nServer built:   Jul 17 2024 18:04:05\n")
        return 0
    if "-t" in argv[1:]:
        system.put("Syntax OK\n", 2)
        return 0
    root = "/usr/local/apache2/htdocs"
    if "started" not in state:
        state["started"] = True
        addresses = [address for name, address, *_ in system.interfaces() if name != "lo"] or ["127.0.0.1"]
        said = f"AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using {addresses[0]}. Set the 'ServerName' directive globally to suppress this message\n"
        system.put(said * 2, 2)
        _apache_log(
            system, "mpm_event:notice", "AH00489: Apache/2.4.62 (Unix) configured -- resuming normal operations"
        )
        _apache_log(system, "core:notice", "AH00094: Command line: 'httpd -D FOREGROUND'")

    def handle(request: Request, memory: dict[str, Any]) -> Response:
        response = file_response(system, root, request)
        stamp = format_date("%d/%b/%Y:%H:%M:%S %z", system.now_ns // 1_000_000_000)
        system.put(
            bytes_of(
                f'{request.peer} - - [{stamp}] "{request.method} {request.target} {request.version}" {response.status} {len(response.body)}\n'
            )
        )
        return response

    if run_server(system, state, 80, handle, "Apache/2.4.62 (Unix)", (15, 2, 28)) is None:
        system.put(
            f"(98){state['problem']}: AH00072: make_sock: could not bind to address [::]:80\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n",
            2,
        )
        return 1
    if state["signal"] == 28:
        _apache_log(system, "mpm_event:notice", "AH00492: caught SIGWINCH, shutting down gracefully")
    else:
        _apache_log(system, "mpm_event:notice", "AH00491: caught SIGTERM, shutting down")
    return 0


def _apache_log(system: System, where: str, text: str) -> None:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    stamp = format_date("%a %b %d %H:%M:%S", seconds) + f".{nanoseconds // 1000:06d} " + format_date("%Y", seconds)
    system.put(f"[{stamp}] [{where}] [pid {system.pid}:tid {system.pid}] {text}\n", 2)


def _busybox_httpd(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "ifvc:p:h:u:r:d:e:m:")
    root = options.last("h", ".")
    port = int(options.last("p", "80").rpartition(":")[2])
    if "f" not in options and "child" not in state:
        state["child"] = system.spawn(
            system.find_program(argv[0], system.environment.get("PATH", "/bin")),
            (argv[0], "-f", *argv[1:]),
            dict(system.environment),
        )
        return 0

    def handle(request: Request, memory: dict[str, Any]) -> Response:
        response = file_response(system, root, request)
        if "v" in options:
            system.put(f"[::ffff:{request.peer}]:40000: response:{response.status}\n", 2)
        return response

    if run_server(system, state, port, handle, "") is None:
        say(system, f"bind: {state['problem']}")
        return 1
    return 143


@PROGRAMS.program("whoami-server", "traefik-whoami")
def _whoami(system: System, argv: tuple[str, ...], state: State) -> int:
    """traefik/whoami: tells the request back. (`whoami` itself is the utility.)"""
    port = (
        int(argv[argv.index("--port") + 1])
        if "--port" in argv
        else int(system.environment.get("WHOAMI_PORT_NUMBER", "80"))
    )
    if "started" not in state:
        state["started"] = True
        system.put(
            f"{format_date('%Y/%m/%d %H:%M:%S', system.now_ns // 1_000_000_000)} Starting up on port {port}\n", 2
        )

    def handle(request: Request, memory: dict[str, Any]) -> Response:
        if request.path == "/health":
            return Response(200)
        addresses = [f"IP: {address}" for _, address, *_ in system.interfaces()]
        lines = [
            f"Hostname: {system.hostname}",
            *addresses,
            f"RemoteAddr: {request.peer}:40000",
            f"{request.method} {request.target} {request.version}",
            *(f"{name}: {value}" for name, value in request.headers),
        ]
        if request.path == "/api":
            body = json_text(
                {
                    "hostname": system.hostname,
                    "ip": [address for _, address, *_ in system.interfaces()],
                    "method": request.method,
                    "url": request.target,
                    "host": request.header("Host"),
                }
            )
            return Response(200, body.encode(), (("Content-Type", "application/json"),))
        return Response(200, bytes_of("\n".join([*lines, "", ""])), (("Content-Type", "text/plain; charset=utf-8"),))

    if run_server(system, state, port, handle, "") is None:
        system.put(f"listen tcp :{port}: bind: {state['problem'].lower()}\n", 2)
        return 1
    return 143


@PROGRAMS.program("registry")
def _registry(system: System, argv: tuple[str, ...], state: State) -> int:
    """distribution's registry, empty: the version check, the catalogue, and what it says to everything else."""
    if "--version" in argv or "-v" in argv:
        system.put("registry github.com/docker/distribution 2.8.3\n")
        return 0
    if "started" not in state:
        state["started"] = True
        stamp = format_date("%Y-%m-%dT%H:%M:%S", system.now_ns // 1_000_000_000)
        for text in (
            "No HTTP secret provided - generated random secret. This may cause problems with uploads if multiple registries are behind a load-balancer.",
            "redis not configured",
            "using inmemory blob descriptor cache",
            "listening on [::]:5000",
        ):
            level = "warning" if text.startswith("No HTTP") else "info"
            system.put(f'time="{stamp}.000000000Z" level={level} msg="{text}" go.version=go1.20.8 version=2.8.3\n', 2)

    def handle(request: Request, memory: dict[str, Any]) -> Response:
        headers = (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Docker-Distribution-Api-Version", "registry/2.0"),
            ("X-Content-Type-Options", "nosniff"),
        )
        if request.path in ("/v2/", "/v2"):
            return Response(200, b"{}", headers)
        if request.path == "/v2/_catalog":
            return Response(200, b'{"repositories":[]}\n', headers)
        name = request.path.removeprefix("/v2/").rpartition("/tags/")[0]
        error = {
            "errors": [
                {"code": "NAME_UNKNOWN", "message": "repository name not known to registry", "detail": {"name": name}}
            ]
        }
        return Response(404, json_text(error).encode() + b"\n", headers)

    if run_server(system, state, 5000, handle, "") is None:
        system.put(f"listen tcp :5000: bind: {state['problem'].lower()}\n", 2)
        return 1
    return 2


@PROGRAMS.program("http-echo")
def _http_echo(system: System, argv: tuple[str, ...], state: State) -> int:
    options = dict(word.lstrip("-").partition("=")[::2] for word in argv[1:])
    text = options.get("text", "hello-world")
    port = int(options.get("listen", ":5678").rpartition(":")[2])
    if "started" not in state:
        state["started"] = True
        system.put(
            f"{format_date('%Y/%m/%d %H:%M:%S', system.now_ns // 1_000_000_000)} [INFO] server is listening on :{port}\n",
            2,
        )

    def handle(request: Request, memory: dict[str, Any]) -> Response:
        return Response(
            200, bytes_of(text + "\n"), (("X-App-Name", "http-echo"), ("Content-Type", "text/plain; charset=utf-8"))
        )

    return 1 if run_server(system, state, port, handle, "") is None else 0
