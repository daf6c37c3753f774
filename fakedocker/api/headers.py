"""The head of an answer: the daemon's own headers, and the bytes."""

from __future__ import annotations

from functools import cache

from fakedocker.base.profiles import EngineProfile
from fakedocker.wire.http import Reply


@cache
def common_headers(profile: EngineProfile) -> tuple[tuple[str, str], ...]:
    """What the daemon's answers have."""
    return (
        ("Api-Version", profile.newest_api),
        ("Docker-Experimental", "false"),
        ("Ostype", "linux"),
        ("Server", f"Docker/{profile.engine.version} (linux)"),
    )


def with_common_headers(reply: Reply, profile: EngineProfile) -> dict[str, str]:
    """All headers of an answer by name; a bare one has only its own."""
    return dict(reply.headers) if reply.bare else {**dict(common_headers(profile)), **dict(reply.headers)}


def head_bytes(reply: Reply, profile: EngineProfile, chunked: bool, keep_alive: bool) -> bytes:
    """The status line and headers of an answer."""
    lines = [f"HTTP/1.1 {reply.status} {reply.reason or _phrase(reply.status)}"]
    if not reply.bare:
        lines += [f"{name}: {value}" for name, value in common_headers(profile)]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if not reply.hijacked:
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        elif reply.status not in (204, 304):
            lines.append(f"Content-Length: {len(reply.body or b'')}")
        if not keep_alive:
            lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


@cache
def _phrase(status: int) -> str:
    from http import HTTPStatus  # a hundredth of the time until the first prompt

    return HTTPStatus(status).phrase
