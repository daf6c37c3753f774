"""python3 -m http.server: a folder over HTTP, with a listing where a directory has no index.html."""

from __future__ import annotations

import html
from typing import Final
from urllib.parse import quote

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.services.static_files import decode_path, file_response
from fakedocker.userland.tools import UsageProblem, parse_options

_NOT_FOUND: Final = b"""<!DOCTYPE HTML>
<html lang="en">
    <head>
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 404</p>
        <p>Message: File not found.</p>
    </body>
</html>
"""
_LONG: Final = {"bind=": "b", "directory=": "d", "protocol=": "p", "cgi": "c"}
_USAGE: Final = "usage: server.py [-h] [--cgi] [-b ADDRESS] [-d DIRECTORY] [-p VERSION] [port]\n"


def http_server(system: System, state: State, words: tuple[str, ...], version: str) -> int:
    """Serve until it is stopped. Blocks.

    Args:
        words: what stands after the module's name.
        version: Python's.
    """
    try:
        options = parse_options(system, ("server.py", *words), "b:d:p:c", _LONG)
    except UsageProblem as problem:
        system.put(f"{_USAGE}server.py: error: {problem.message}\n", 2)
        return 2
    port = next((int(word) for word in options.operands if is_digits(word)), 8000)
    address, root = options.last("b") or "0.0.0.0", options.last("d") or "."
    if "listeners" not in state:
        problem_found = open_listeners(system, state, [port], address)
        if problem_found is not None:
            system.put(f"OSError: [Errno {problem_found.errno}] {problem_found.strerror}\n", 2)
            return 1
        system.put(f"Serving HTTP on {address} port {port} (http://{address}:{port}/) ...\n")

    def handle(request: Request, connection: Connection) -> Response:
        response = file_response(system, root, request, _listing(system, root, request))
        stamp = format_date("%d/%b/%Y %H:%M:%S", system.now_ns // 1_000_000_000)
        if response.status == 404:
            system.put(f"{request.peer[0]} - - [{stamp}] code 404, message File not found\n", 2)
        system.put(bytes_of(f'{request.peer[0]} - - [{stamp}] "{request.line}" {response.status} -\n'), 2)
        return response

    style = Style(
        f"SimpleHTTP/0.6 Python/{version}", ("Server", "Date"), version="HTTP/1.0", reasons=((404, "File not found"),)
    )
    serve(system, state, handle, style)
    return 0


def _listing(system: System, root: str, request: Request) -> Response:
    """The listing of a directory, or what is said where there is none (Python's SimpleHTTPRequestHandler.list_directory)."""
    shown = decode_path(request.path)
    path = root.rstrip("/") + shown
    try:
        names = system.list_directory(path)
        links = [name + "/" if system.stat(f"{path.rstrip('/')}/{name}").kind == "dir" else name for name in names]
    except OSError:
        return Response(404, _NOT_FOUND, (("Content-Type", "text/html;charset=utf-8"),))
    title = html.escape(f"Directory listing for {shown}", quote=False)
    lines = ["<!DOCTYPE HTML>", '<html lang="en">', "<head>", '<meta charset="utf-8">', f"<title>{title}</title>"]
    lines += ["</head>", "<body>", f"<h1>{title}</h1>", "<hr>", "<ul>"]
    lines += [
        f'<li><a href="{quote(name)}">{html.escape(name, quote=False)}</a></li>'
        for name in sorted(links, key=str.lower)
    ]
    lines += ["</ul>", "<hr>", "</body>", "</html>", ""]
    return Response(200, "\n".join(lines).encode(), (("Content-Type", "text/html; charset=utf-8"),))
