"""A request on its way to a server, and an answer on its way back, as Go's client and server write them."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.services.http import Request, Response, http_date

HOP_BY_HOP: Final = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization te trailer transfer-encoding upgrade".split()
)
"""What is between two ends of one connection, and is not passed on."""
_FORWARDED: Final = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Real-Ip",
)


def forwarded(system: System, request: Request) -> Request:
    """A request with what a proxy says of its client; what a client says of itself is not trusted."""
    host = request.header("Host")
    port = re.search(r":(\d+)$", host)
    values = (request.peer[0], host, port[1] if port else "80", "http", system.hostname, request.peer[0])
    known = {name.lower() for name in _FORWARDED}
    kept = tuple(entry for entry in request.headers if entry[0].lower() not in known)
    return request._replace(headers=(*kept, *zip(_FORWARDED, values, strict=True)))


def message(request: Request, host: str) -> bytes:
    """The request as Go's client writes it: Host, User-Agent, the length of a body, all others by name."""
    agent = request.header("User-Agent")
    dropped = HOP_BY_HOP | {"host", "user-agent", "content-length", "expect"}
    headers = [(_canonical(name), value) for name, value in request.headers if name.lower() not in dropped]
    if not request.header("Accept-Encoding") and not request.header("Range") and request.method != "HEAD":
        headers.append(("Accept-Encoding", "gzip"))
    lines = [f"{request.method} {request.target} HTTP/1.1", f"Host: {host}"]
    lines += [f"User-Agent: {agent}"] if agent else []
    lines += [f"Content-Length: {len(request.body)}"] if request.body or request.header("Content-Length") else []
    lines += [f"{name}: {value}" for name, value in sorted(headers, key=lambda entry: entry[0])]
    return bytes_of("\r\n".join(lines) + "\r\n\r\n") + request.body


def _canonical(name: str) -> str:
    return "-".join(part[:1].upper() + part[1:].lower() for part in name.split("-"))


def in_order(response: Response, request: Request, now_ns: int) -> Response:
    """With the headers in the order in which Go writes them."""
    headers = [(_canonical(name), value) for name, value in response.headers]
    names = {name for name, _ in headers}
    if "Date" not in names:
        headers.append(("Date", http_date(now_ns)))
    if "Content-Length" not in names and response.status not in (204, 304):
        headers.append(("Content-Length", str(len(response.body))))
    return response._replace(headers=tuple(sorted(headers, key=lambda entry: entry[0])))
