"""One exchange of a proxy with the server behind it, which does not hold up others meanwhile.

All memory of it is in the connection's memory, under a name. It must not know who proxies.
"""

from __future__ import annotations

import errno
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.network.http_client import Response, parse_response
from fakedocker.userland.services.connections import Connection

_WAITS_NS: Final = {errno.EHOSTUNREACH: 3_000_000_000, errno.ETIMEDOUT: 127_000_000_000}
"""When Linux gives up: after three ARP requests a second apart; after the last of seven SYNs."""


class Problem(Exception):
    """There is no answer.

    Args:
        timed_out: the proxy's own time was up.
        message: as the system calls say it.
    """

    def __init__(self, message: str, *, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


def exchange(
    system: System,
    connection: Connection,
    name: str,
    address: tuple[str, int],
    message: bytes,
    *,
    head_only: bool,
    connect_ns: int,
) -> Response | None:
    """The whole answer, or None where it has not come yet: the connection then says what it waits for.

    Args:
        name: of the exchange; the same one until it has ended.
        connect_ns: how long connecting may take.

    Raises:
        Problem: there is none.
    """
    memory: dict[str, Any] = connection["memory"].setdefault(name, {})
    if "socket" not in memory and "until_ns" not in memory:
        try:
            memory["socket"] = system.connect(*address)
        except OSError as problem:
            number = problem.errno or 0
            waits_ns = _WAITS_NS.get(number, 0)
            memory.update(until_ns=system.now_ns + min(waits_ns, connect_ns), error=str(problem.strerror).lower())
            memory["timed_out"] = waits_ns >= connect_ns or number == errno.ETIMEDOUT
        else:
            system.put(message, memory["socket"])
            memory["received"] = b""
    if "until_ns" in memory:
        if system.now_ns < memory["until_ns"]:
            connection["waits"] = ((), memory["until_ns"])
            return None
        raise Problem(memory["error"], timed_out=memory["timed_out"])
    return _receive(system, connection, memory, head_only)


def _receive(system: System, connection: Connection, memory: dict[str, Any], head_only: bool) -> Response | None:
    descriptor = memory["socket"]
    while True:
        if not system.poll([descriptor], system.now_ns):
            connection["waits"] = ([descriptor], None)
            return None
        try:
            data = system.read(descriptor)
        except OSError as problem:
            system.close(memory.pop("socket"))
            raise Problem(str(problem.strerror).lower()) from None
        memory["received"] += data
        found = parse_response(memory["received"], not data, head_only)
        if found is not None or not data:
            system.close(memory.pop("socket"))
            if found is None:
                raise Problem("EOF")
            return found
