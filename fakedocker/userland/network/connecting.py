"""Connecting as Linux does it: what does not answer costs the time it costs there.

The kernel says at once why a connection cannot be made; here that is told only when Linux would have given up.
"""

from __future__ import annotations

import errno
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State

# Linux: three ARP requests a second apart; seven SYNs after 0, 1, 3, 7 ... 63 seconds, the last waited for 64.
_GIVES_UP_AFTER_NS: Final = {errno.EHOSTUNREACH: 3_000_000_000, errno.ETIMEDOUT: 127_000_000_000}


class GaveUp(OSError):
    """The caller's own time was up before Linux's."""


def connect(
    system: System, state: State, address: str, port: int, protocol: str = "tcp", until_ns: int | None = None
) -> int:
    """A connected socket. Blocks; what it waits for stands in `state`, under "refusal" or "connecting".

    Args:
        until_ns: when the caller gives up, None for never.

    Raises:
        GaveUp: at `until_ns`.
        OSError: ECONNREFUSED at once, EHOSTUNREACH and ETIMEDOUT after their time.
    """
    if "connecting" not in state and "refusal" not in state:
        try:
            state["connecting"] = system.connect(address, port, protocol)
        except OSError as problem:
            number = problem.errno or 0
            when_ns = system.now_ns + (_GIVES_UP_AFTER_NS.get(number, 0) if protocol == "tcp" else 0)
            state["refusal"] = (number, str(problem.strerror), when_ns)
    if "connecting" in state:
        return _await(system, state, until_ns)
    number, text, when_ns = state["refusal"]
    if until_ns is not None and until_ns < when_ns:
        system.sleep_until(until_ns)
        del state["refusal"]
        raise GaveUp(errno.ETIMEDOUT, "Connection timed out")
    if when_ns > system.now_ns:
        system.sleep_until(when_ns)
    del state["refusal"]
    raise OSError(number, text)


def connect_by_name(system: System, state: State, name: str, port: int, local: str = "") -> int | None:
    """A connected socket; None where the name has no address. Blocks.

    Args:
        local: a name, or "" for one that is given as none, that means 127.0.0.1.

    Raises:
        OSError: as `connect` does, its file name is the address.
    """
    if "address" not in state.setdefault("reached", {}):
        addresses = ["127.0.0.1"] if name == local else system.resolve(name)
        if not addresses:
            return None
        state["reached"]["address"] = addresses[0]  # a name is asked for once, whatever becomes of it meanwhile
    try:
        descriptor = connect(system, state, state["reached"]["address"], port)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, state.pop("reached")["address"]) from None
    del state["reached"]
    return descriptor


def _await(system: System, state: State, until_ns: int | None) -> int:
    descriptor: int = state["connecting"]
    try:
        stands = system.await_connection(descriptor, until_ns)
    except OSError:
        system.close(state.pop("connecting"))
        raise
    del state["connecting"]
    if not stands:
        system.close(descriptor)
        raise GaveUp(errno.ETIMEDOUT, "Connection timed out")
    return descriptor
