"""php's command line: scripts, -r, -S; and pages for a server, see php_pages."""

from __future__ import annotations

import posixpath
from typing import Any, Final
from urllib.parse import parse_qsl

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, read_text, text_of
from fakedocker.userland.languages.php import php_pages
from fakedocker.userland.languages.php.php_extensions import loaded
from fakedocker.userland.languages.toolchains.versions import known_by_version, version_of
from fakedocker.userland.network.routing import own_address
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.services.static_files import decode_path, file_response
from fakedocker.userland.tools import Register, stat_or_none

PROGRAMS = Register()
_NOTHING: Final[dict[str, Any]] = {"server": {}, "get": {}, "post": {}}
_LATER_NS: Final = 1_000_000
_STYLE: Final = Style(order=("Host", "Date", "Connection", "X-Powered-By", "Content-Type"))


@PROGRAMS.program("php")
def _php(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    while words[:1] == ["-d"] or words[:1] == ["-q"]:
        words = words[2 if words[0] == "-d" else 1 :]
    match words:
        case ["-r", source, *_]:
            return _run(system, state, "Command line code", f"<?php {source};")
        case ["-S", place, *rest]:
            root = rest[rest.index("-t") + 1] if "-t" in rest[:-1] else "."
            return _serve(system, state, place, root)
        case ["-m"]:
            system.put("".join(f"{line}\n" for line in ("[PHP Modules]", *loaded(system), "", "[Zend Modules]", "")))
            return 0
        case ["-f", name, *_] | [name, *_] if not name.startswith("-"):
            try:
                source = text_of(system.read_file(name))
            except OSError:
                system.put(f"Could not open input file: {name}\n")
                return 1
            return _run(system, state, posixpath.join(system.directory, name), source)
        case []:
            if system.is_terminal(0):
                return _no_shell(system)
            return _run(system, state, "Standard input code", read_text(system, state.setdefault("reading", {}), ()))
    return known_by_version(system, argv) if words != ["-a"] else _no_shell(system)


def _no_shell(system: System) -> int:
    system.put("Interactive shell\n\n")
    raise Unsimulated("the interactive shell of PHP")


def _run(system: System, state: State, path: str, source: str) -> int:
    page = php_pages.run(system, state, path, source, _NOTHING)
    system.put(bytes_of(page.body))
    return page.exit_status


def answer(
    system: System, state: State, path: str, request: Request, connection: Connection, software: str
) -> Response | None:
    """A page for a request; None while another one is under way. Blocks."""
    if state.get("busy", connection["number"]) != connection["number"]:
        connection["waits"] = ((), system.now_ns + _LATER_NS)
        return None
    state["busy"] = connection["number"]
    connection["waits"] = ((), 0)  # it is to go on as soon as it can
    form = request.header("Content-Type").partition(";")[0] == "application/x-www-form-urlencoded"
    server = {
        "REQUEST_METHOD": request.method, "REQUEST_URI": request.target, "QUERY_STRING": request.query, "SERVER_SOFTWARE": software,
        "HTTP_HOST": request.header("Host"), "HTTP_USER_AGENT": request.header("User-Agent"), "REMOTE_ADDR": request.peer[0],
        "SERVER_NAME": request.header("Host").partition(":")[0], "SERVER_PORT": str(request.port), "SCRIPT_NAME": request.path, "PHP_SELF": request.path,
        "SERVER_ADDR": own_address(system),
    }  # fmt: skip
    facts = {
        "server": server,
        "get": dict(parse_qsl(request.query)),
        "post": dict(parse_qsl(text_of(request.body))) if form else {},
    }
    page = php_pages.run(system, state, path, text_of(system.read_file(path)), facts)
    del state["busy"]
    connection.pop("waits", None)
    version = version_of(system, "PHP_VERSION", "8.3.12")
    headers = {"X-Powered-By": f"PHP/{version}", "Content-Type": "text/html; charset=UTF-8", **page.headers}
    return Response(page.status, bytes_of(page.body), tuple(headers.items()))


def _serve(system: System, state: State, place: str, root: str) -> int:
    """PHP's server for developers. Blocks."""
    port = int(place.rpartition(":")[2])
    stamp = format_date("%a %b %e %H:%M:%S %Y", system.now_ns // 1_000_000_000)
    if "listeners" not in state:
        problem = open_listeners(system, state, [port])
        if problem is not None:
            system.put(f"[{stamp}] Failed to listen on {place} (reason: Address already in use)\n", 2)
            return 1
        system.put(
            f"[{stamp}] PHP {version_of(system, 'PHP_VERSION', '8.3.12')} Development Server (http://{place}) started\n",
            2,
        )

    def handle(request: Request, connection: Connection) -> Response | None:
        path = root.rstrip("/") + decode_path(request.path)
        found = stat_or_none(system, path)
        if found is None or found.kind == "dir":
            index = f"{path.rstrip('/')}/index.php" if found is not None else f"{root.rstrip('/')}/index.php"
            path = index if stat_or_none(system, index) is not None else path
        if path.endswith(".php") and stat_or_none(system, path) is not None:
            response = answer(system, state, path, request, connection, "PHP Development Server")
        else:
            missing = Response(
                404,
                b"<!doctype html><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>",
                (("Content-Type", "text/html; charset=UTF-8"),),
            )
            response = file_response(system, root, request, missing)
        if response is not None:
            when = format_date("%a %b %e %H:%M:%S %Y", system.now_ns // 1_000_000_000)
            system.put(
                f"[{when}] {request.peer[0]}:{request.peer[1]} [{response.status}]: {request.method} {request.target}\n",
                2,
            )
            response = response._replace(close=True)
        return response

    serve(system, state, handle, _STYLE)
    return 0
