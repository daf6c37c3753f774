"""What a gRPC call is answered with, as the reply of a request: its messages as the body, its status in a header of our own."""

from __future__ import annotations

import msgspec

from fakedocker.base.messages import Refusal
from fakedocker.wire import grpc
from fakedocker.wire.grpc import UNKNOWN, Status
from fakedocker.wire.http import Reply

_STATUS_HEADER = "x-status"


def answer(message: bytes) -> Reply:
    """The answer of a call that says one thing."""
    return Reply(body=grpc.frame(message))


def ended_with(status: Status) -> Reply:
    """The answer of a call that has gone wrong after it was accepted."""
    return Reply(headers=((_STATUS_HEADER, msgspec.json.encode(status).decode()),), body=b"")


def refused(refusal: Refusal) -> Reply:
    """The answer of a call that is refused only now."""
    return ended_with(Status(code=UNKNOWN, message=refusal.message))


def status_of(reply: Reply) -> Status:
    """How a call has ended, by the reply. A refusal has no code of its own, as BuildKit's own errors have none."""
    if reply.status < 400:
        text = dict(reply.headers).get(_STATUS_HEADER)
        return msgspec.json.decode(text, type=Status) if text else Status()
    try:
        message = str(msgspec.json.decode(reply.body or b"")["message"])
    except (msgspec.DecodeError, KeyError, TypeError):
        message = (reply.body or b"").decode("utf-8", "replace").strip()
    return Status(code=UNKNOWN, message=message)
