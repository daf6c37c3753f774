"""The headers that the daemon puts on every answer."""

from __future__ import annotations

from fakedocker.operations.system import API_VERSION, ENGINE_VERSION
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
