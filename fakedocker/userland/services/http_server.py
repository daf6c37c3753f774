"""The core of small HTTP servers: an event loop over listeners and connections, restartable at every wait.

A server gives a handler from request to response; this module must not know what it serves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.dates import format_date

_MAXIMUM_HEAD_BYTES: Final = 16384
REASONS: Final = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently", 302: "Found",
    304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 411: "Length Required", 413: "Request Entity Too Large", 416: "Requested Range Not Satisfiable",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out",
}  # fmt: skip


class Request(NamedTuple):
    method: str
    target: str
    version: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    peer: str
    port: int  # of the listener

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), default)


class Response(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    close: bool = False


Handler = Callable[[Request, dict[str, Any]], Response]
"""From a request and a dict to keep things in should it block (and so be called again) to a response."""


def http_date(now_ns: int) -> str:
    return format_date("%a, %d %b %Y %H:%M:%S GMT", now_ns // 1_000_000_000)


def parse_request(data: bytes, peer: str, port: int) -> tuple[Request, bytes] | None:
    """The first request in `data` and what follows it; None while it is not whole.

    Raises:
        ValueError: it is no HTTP request.
    """
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        if len(data) > _MAXIMUM_HEAD_BYTES or (b"\n" in data and len(data.split(b"\n", 1)[0].split()) != 3):
            raise ValueError("bad request")
        return None
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split()
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        raise ValueError("bad request")
    headers = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
    request = Request(words[0], words[1], words[2], headers, b"", peer, port)
    if request.header("Transfer-Encoding").lower() == "chunked":
        from fakedocker.userland.http_client import unchunk

        body = unchunk(rest)
        if body is None:
            return None
        end = rest.find(b"0\r\n\r\n") + 5
        return request._replace(body=body), rest[end:]
    length_text = request.header("Content-Length", "0")
    length = int(length_text) if length_text.isdecimal() else 0
    if len(rest) < length:
        return None
    return request._replace(body=rest[:length]), rest[length:]


def encode(response: Response, request: Request, now_ns: int, server: str) -> bytes:
    """The bytes of a response; headers a server always sends are put in front."""
    given = {name.lower() for name, _ in response.headers}
    headers = []
    if server and "server" not in given:
        headers.append(("Server", server))
    if "date" not in given:
        headers.append(("Date", http_date(now_ns)))
    headers += response.headers
    if "content-length" not in given and response.status not in (204, 304):
        headers.append(("Content-Length", str(len(response.body))))
    keep = not response.close and request.header("Connection").lower() != "close" and request.version != "HTTP/1.0"
    if "connection" not in given:
        headers.append(("Connection", "keep-alive" if keep else "close"))
    lines = [
        f"HTTP/1.1 {response.status} {REASONS.get(response.status, 'Unknown')}",
        *(f"{name}: {value}" for name, value in headers),
    ]
    body = b"" if request.method == "HEAD" or response.status in (204, 304) else response.body
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def open_listeners(system: System, state: dict[str, Any], ports: list[int], address: str = "0.0.0.0") -> OSError | None:
    """Listen on ports, once; the problem where one cannot be."""
    if "listeners" in state:
        return None
    listeners: dict[int, int] = {}
    for port in ports:
        try:
            listeners[system.listen(port, address)] = port
        except OSError as problem:
            problem.filename = str(port)
            return problem
    state["listeners"], state["connections"] = listeners, {}
    return None


def serve(
    system: System, state: dict[str, Any], handle: Handler, server: str, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Answer requests until `stopped` says so; it is asked at each wake-up (after a caught signal, say). Blocks.

    `state["connections"]` maps descriptors to [bytes so far, peer's address, port, the handler's memory].
    """
    connections: dict[int, list[Any]] = state["connections"]
    while not stopped():
        for descriptor in [descriptor for descriptor, connection in connections.items() if connection[0]]:
            _answer(system, connections, descriptor, handle, server)
        for descriptor in system.poll([*state["listeners"], *connections]):
            if descriptor in state["listeners"]:
                _accept(system, state, descriptor)
            elif descriptor in connections:
                _receive(system, connections, descriptor)


def _accept(system: System, state: dict[str, Any], listener: int) -> None:
    descriptor = system.accept(listener)
    try:
        peer = system.peer(descriptor)[0]
    except OSError:
        peer = "127.0.0.1"
    state["connections"][descriptor] = [b"", peer, state["listeners"][listener], {}]


def _receive(system: System, connections: dict[int, list[Any]], descriptor: int) -> None:
    try:
        data = system.read(descriptor)
    except OSError:
        data = b""
    if data:
        connections[descriptor][0] += data
    else:
        _close(system, connections, descriptor)


def _answer(system: System, connections: dict[int, list[Any]], descriptor: int, handle: Handler, server: str) -> None:
    """All whole requests of a connection. One stays in the buffer until it is answered, as its handler may block."""
    connection = connections[descriptor]
    try:
        while (found := parse_request(connection[0], connection[1], connection[2])) is not None:
            request, rest = found
            response = handle(request, connection[3])
            connection[0], connection[3] = rest, {}
            encoded = encode(response, request, system.now_ns, server)
            system.put(encoded, descriptor)
            if b"\r\nConnection: close\r\n" in encoded.partition(b"\r\n\r\n")[0] + b"\r\n":
                _close(system, connections, descriptor)
                return
    except ValueError:
        bad = Request("GET", "/", "HTTP/1.0", (), b"", connection[1], connection[2])
        system.put(encode(Response(400, close=True), bad, system.now_ns, server), descriptor)
        _close(system, connections, descriptor)
    except OSError:
        _close(system, connections, descriptor)


def _close(system: System, connections: dict[int, list[Any]], descriptor: int) -> None:
    connections.pop(descriptor, None)
    system.close(descriptor)
