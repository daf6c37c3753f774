"""What a gRPC call is answered with, as the reply of a request: its messages as the body, its status in a header of our own."""

from __future__ import annotations

from typing import Final

import msgspec

from fakedocker.wire import grpc
from fakedocker.wire.grpc import UNKNOWN, Status
from fakedocker.wire.http import Reply

_STATUS_HEADER = "x-status"
_CODES: Final = {404: grpc.NOT_FOUND, 501: grpc.UNIMPLEMENTED}
"""What the statuses of refusals are in gRPC; all others are unknown, as BuildKit's own errors are."""


def answer(message: bytes) -> Reply:
    """The answer of a call that says one thing."""
    return Reply(body=grpc.frame(message))


def ended_with(status: Status) -> Reply:
    """The answer of a call that has gone wrong after it was accepted."""
    return Reply(headers=((_STATUS_HEADER, msgspec.json.encode(status).decode()),), body=b"")


def status_of(reply: Reply) -> Status:
    """How a call has ended, by the reply: a refusal is one of the API like any other."""
    if reply.status < 400:
        text = dict(reply.headers).get(_STATUS_HEADER)
        return msgspec.json.decode(text, type=Status) if text else Status()
    try:
        message = str(msgspec.json.decode(reply.body or b"")["message"])
    except (msgspec.DecodeError, KeyError, TypeError):
        message = (reply.body or b"").decode("utf-8", "replace").strip()
    return Status(code=_CODES.get(reply.status, UNKNOWN), message=message)
