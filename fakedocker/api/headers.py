"""The head of an answer: the daemon's own headers, and the bytes."""

from __future__ import annotations

from http import HTTPStatus

from fakedocker.operations.engine_facts import ENGINE_VERSION
from fakedocker.operations.system import API_VERSION
from fakedocker.wire.http import Reply

COMMON = (
    ("Api-Version", API_VERSION),
    ("Docker-Experimental", "false"),
    ("Ostype", "linux"),
    ("Server", f"Docker/{ENGINE_VERSION} (linux)"),
)


def with_common_headers(reply: Reply) -> dict[str, str]:
    """All headers of an answer by name; a bare one has only its own."""
    return dict(reply.headers) if reply.bare else {**dict(COMMON), **dict(reply.headers)}


def head_bytes(reply: Reply, chunked: bool, keep_alive: bool) -> bytes:
    """The status line and headers of an answer."""
    lines = [f"HTTP/1.1 {reply.status} {reply.reason or _phrase(reply.status)}"]
    if not reply.bare:
        lines += [f"{name}: {value}" for name, value in COMMON]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if not reply.hijacked:
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        elif reply.status not in (204, 304):
            lines.append(f"Content-Length: {len(reply.body or b'')}")
        if not keep_alive:
            lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase
