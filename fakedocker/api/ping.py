"""The ping, apart from other requests about the daemon: every command begins with it, and start-up time matters."""

from __future__ import annotations

from fakedocker.api.call import Call
from fakedocker.swarm.model import Swarm
from fakedocker.wire.http import Reply

_HEADERS = (
    ("Builder-Version", "2"),
    ("Cache-Control", "no-cache, no-store, must-revalidate"),
    ("Pragma", "no-cache"),
)
_PLAIN_TEXT = ("Content-Type", "text/plain; charset=utf-8")


def ping(call: Call) -> Reply:
    """OK, and what there is to know before anything else is asked."""
    headers = (*_HEADERS, ("Swarm", _status(call.draft.swarm)), _PLAIN_TEXT)
    return Reply(headers=headers, body=b"OK" if call.request.method == "GET" else b"")


def _status(swarm: Swarm | None) -> str:
    if swarm is None:
        return "inactive"
    return "locked" if swarm.locked else "active/manager"
