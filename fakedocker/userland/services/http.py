"""HTTP/1.1 for servers: requests out of a connection's bytes, responses into bytes, keep-alive.

A server is a `Handler` and a `Style`; this module must not know what is served. No trailers, no pipelined responses out
of order, no upgrade. What a client sends before it is answered is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services import connections
from fakedocker.userland.services.connections import Connection

MAXIMUM_HEAD_BYTES: Final = 32768
MAXIMUM_BODY_BYTES: Final = 8 << 20

REASONS: Final = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently",
    302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Timeout", 409: "Conflict", 411: "Length Required", 413: "Request Entity Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 416: "Requested Range Not Satisfiable", 418: "I'm a teapot",
    422: "Unprocessable Entity", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Gateway Timeout",
}  # fmt: skip

Headers = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """A request as a server in a container gets it. The target is percent-encoded, names of headers are as they were sent."""

    method: str
    target: str
    version: str
    headers: Headers
    body: bytes
    peer: tuple[str, int]
    port: int  # of the listener

    @property
    def path(self) -> str:
        """The target without its query, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def line(self) -> str:
        return f"{self.method} {self.target} {self.version}"

    def header(self, name: str, default: str = "") -> str:
        return header(self.headers, name, default)


class Response(NamedTuple):
    """What a handler gives. With `close` the connection ends after it; a status of 0 ends it without an answer."""

    status: int
    body: bytes = b""
    headers: Headers = ()
    close: bool = False


class Style(NamedTuple):
    """How a kind of server writes its answers.

    Args:
        server: the Server header, "" for none.
        order: names of the headers that come first, in this order; the others follow as the handler gave them.
        keep_alive: headers of an answer after which the connection stays open.
        version: what stands in the status line. HTTP/1.0 ends the connection.
        reasons: phrases that differ from the usual ones.
        date: whether answers have a Date header.
    """

    server: str = ""
    order: tuple[str, ...] = ("Server", "Date", "Content-Type", "Content-Length")
    keep_alive: Headers = ()
    version: str = "HTTP/1.1"
    reasons: tuple[tuple[int, str], ...] = ()
    date: bool = True


Handler = Callable[[Request, Connection], Response | None]
"""From a request to a response. None: not yet; the handler has set the connection's `waits` and is called again, with
the same request and what it has kept in the connection's `memory`."""


class BadRequest(Exception):
    """What a client has sent is no request that can be answered."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def http_date(now_ns: int) -> str:
    """The form of Date and Last-Modified."""
    return format_date("%a, %d %b %Y %H:%M:%S GMT", now_ns // 1_000_000_000)


def header(headers: Headers, name: str, default: str = "") -> str:
    """The first header of a name, in any case."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), default)


def parse_request(
    data: bytes, peer: tuple[str, int], port: int, maximum_body_bytes: int = MAXIMUM_BODY_BYTES
) -> tuple[Request, bytes] | None:
    """The first request in `data` and what follows it; None while it is not whole.

    Raises:
        BadRequest: it is none, or larger than allowed.
    """
    data = data.lstrip(b"\r\n") if data[:1] in b"\r\n" else data
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        if len(data) > MAXIMUM_HEAD_BYTES:
            raise BadRequest(431)
        if b"\n" in data:
            _request_line(data.partition(b"\n")[0].decode("latin-1").rstrip("\r"))
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = _request_line(first)
    headers = tuple((name.strip(), value.strip()) for name, colon, value in (line.partition(":") for line in lines))
    if any(not line.partition(":")[1] for line in lines):
        raise BadRequest(400)
    body = _body(headers, rest, maximum_body_bytes)
    if body is None:
        return None
    content, after = body
    return Request(method, target, version, headers, content, peer, port), after


def _request_line(line: str) -> tuple[str, str, str]:
    words = line.split(" ")
    if len(words) != 3 or not words[0].isalpha() or not words[2].startswith("HTTP/"):
        raise BadRequest(400)
    return words[0], words[1], words[2]


def _body(headers: Headers, rest: bytes, maximum_bytes: int) -> tuple[bytes, bytes] | None:
    """The body at the start of `rest` and what follows; None while it is not whole."""
    if header(headers, "Transfer-Encoding").lower() == "chunked":
        return _chunks(rest, maximum_bytes)
    text = header(headers, "Content-Length", "0")
    if not is_digits(text):
        raise BadRequest(400)
    length = int(text)
    if length > maximum_bytes:
        raise BadRequest(413)
    return (rest[:length], rest[length:]) if len(rest) >= length else None


def _chunks(rest: bytes, maximum_bytes: int) -> tuple[bytes, bytes] | None:
    pieces: list[bytes] = []
    at = total = 0
    while True:
        end = rest.find(b"\r\n", at)
        if end < 0:
            return None
        try:
            size = int(rest[at:end].partition(b";")[0], 16)
        except ValueError:
            raise BadRequest(400) from None
        total += size
        if total > maximum_bytes:
            raise BadRequest(413)
        if len(rest) < end + 2 + size + 2:
            return None
        pieces.append(rest[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
        if size == 0:
            return b"".join(pieces), rest[at:]


def stays_open(request: Request, response: Response, style: Style) -> bool:
    """Whether another request may follow on the connection."""
    if response.close or style.version == "HTTP/1.0":
        return False
    wish = request.header("Connection").lower()
    return wish == "keep-alive" if request.version == "HTTP/1.0" else wish != "close"


def encode(response: Response, request: Request, style: Style, now_ns: int) -> bytes:
    """The bytes of a response, with the headers that every answer has."""
    given = {name.lower() for name, _ in response.headers}
    headers: list[tuple[str, str]] = []
    if style.server and "server" not in given:
        headers.append(("Server", style.server))
    if style.date and "date" not in given:
        headers.append(("Date", http_date(now_ns)))
    headers += response.headers
    if not given & {"content-length", "transfer-encoding"} and response.status not in (204, 304):
        headers.append(("Content-Length", str(len(response.body))))
    if "connection" not in given:
        open_after = stays_open(request, response, style)
        headers += style.keep_alive if open_after else () if style.version == "HTTP/1.0" else (("Connection", "close"),)
    rank = {name.lower(): place for place, name in enumerate(style.order)}
    headers.sort(key=lambda entry: rank.get(entry[0].lower(), len(rank)))
    reason = dict(style.reasons).get(response.status) or REASONS.get(response.status, "")
    lines = [f"{style.version} {response.status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    body = b"" if request.method == "HEAD" or response.status in (204, 304) else response.body
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def serve(
    system: System,
    state: State,
    handle: Handler,
    style: Style,
    wakes: Callable[[], bool] = lambda: False,
    *,
    reject: Callable[[int], Response] = lambda status: Response(status, close=True),
    maximum_body_bytes: int = MAXIMUM_BODY_BYTES,
    until_ns: Callable[[], int | None] = lambda: None,
    elsewhere: Callable[[int, Connection], bool | None] = lambda descriptor, connection: None,
) -> None:
    """Answer requests at the listeners of `state` until `wakes` says that it is enough. Blocks.

    Args:
        reject: the response to what is no request; its status is 400, 413 or 431.
        elsewhere: asked first, with what `connections.Receive` is called with; None for a connection that speaks HTTP.
    """

    def receive(descriptor: int, connection: Connection) -> bool:
        stays = elsewhere(descriptor, connection)
        if stays is not None:
            return stays
        while connection["received"]:
            try:
                found = parse_request(
                    connection["received"], connection["peer"], connection["port"], maximum_body_bytes
                )
            except BadRequest as problem:
                nobody = Request("GET", "/", "HTTP/1.0", (), b"", connection["peer"], connection["port"])
                system.put(encode(reject(problem.status), nobody, style, system.now_ns), descriptor)
                return False
            if found is None:
                return _encourage(system, descriptor, connection)
            request, rest = found
            response = handle(request, connection)
            if response is None:
                return True
            connection["received"], connection["memory"] = rest, {}
            if not response.status:
                return False
            system.put(encode(response, request, style, system.now_ns), descriptor)
            if not stays_open(request, response, style):
                return False
        return True

    connections.serve(system, state, receive, wakes, until_ns)


def _encourage(system: System, descriptor: int, connection: dict[str, Any]) -> bool:
    """Tell a client once that waits for it to send its body."""
    head, found, _ = connection["received"].partition(b"\r\n\r\n")
    if found and b"100-continue" in head.lower() and not connection["memory"].get("encouraged"):
        connection["memory"]["encouraged"] = True
        system.put(b"HTTP/1.1 100 Continue\r\n\r\n", descriptor)
    return True
