"""Which gRPC method means what: the table of methods, and the way to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.api import control, gateway
from fakedocker.api.call import Call
from fakedocker.base import messages
from fakedocker.exchanges import Stream
from fakedocker.wire.http import Reply
from fakedocker.wire.protobuf import BadMessage

_CONTROL, _GATEWAY = "/moby.buildkit.v1.Control/", "/moby.buildkit.v1.frontend.LLBBridge/"

METHODS: Final[dict[str, Callable[[Call], Reply | Stream]]] = {
    f"{_CONTROL}ListWorkers": control.list_workers,
    f"{_CONTROL}Info": control.info,
    f"{_CONTROL}DiskUsage": control.disk_usage,
    f"{_CONTROL}Prune": control.prune,
    f"{_CONTROL}Solve": control.solve,
    f"{_CONTROL}Status": control.status,
    f"{_GATEWAY}Ping": gateway.ping,
    f"{_GATEWAY}Solve": gateway.solve,
    f"{_GATEWAY}Evaluate": gateway.evaluate,
    f"{_GATEWAY}Return": gateway.return_,
}


def handle(call: Call) -> Reply | Stream:
    """Answer a call.

    Raises:
        Refusal: it is refused, or its message makes no sense.
    """
    try:
        return METHODS[call.request.target](call)
    except BadMessage as problem:
        raise messages.BAD_CALL(problem=problem) from None
