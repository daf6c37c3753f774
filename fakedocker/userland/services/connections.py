"""Listeners and connections: the event loop under every server here, restartable at each wait.

All memory is in the `state` of the calling program: `listeners` (descriptor -> port) and `connections` (descriptor ->
Connection). It must not know any protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State

Connection = dict[str, Any]
"""`received` (bytes not yet used up), `peer` (address, port), `port` (the listener's), `number` (1 for a server's first
connection), `memory` (the protocol's own), and `waits` where it waits for something else than its client: other
descriptors, and a time in nanoseconds or None."""

Receive = Callable[[int, Connection], bool]
"""Called with a descriptor and its connection when there are new bytes, or when what it waits for may have come.

It answers by `system.put` and takes what it has used off `received`. False: the connection is to be closed.
"""

MAXIMUM_CONNECTIONS: Final = 1024


def open_listeners(system: System, state: State, ports: Iterable[int], address: str = "0.0.0.0") -> OSError | None:
    """Listen on ports, all or none; the problem where one cannot be had, its port in `filename`."""
    opened: dict[int, int] = {}
    for port in ports:
        try:
            opened[system.listen(port, address)] = port
        except OSError as problem:
            for descriptor in opened:
                system.close(descriptor)
            problem.filename = str(port)
            return problem
    state.update(listeners=opened, connections={}, accepted=0)
    return None


def serve(
    system: System,
    state: State,
    receive: Receive,
    wakes: Callable[[], bool] = lambda: False,
    until_ns: Callable[[], int | None] = lambda: None,
) -> None:
    """Accept and answer until `wakes` says that it is enough. Blocks.

    Args:
        wakes: asked at every wake-up (a caught signal is one).
        until_ns: when to wake up at the latest.
    """
    connections: dict[int, Connection] = state["connections"]
    while not wakes():
        others = {
            descriptor: number
            for number, connection in connections.items()
            for descriptor in connection.get("waits", ((), None))[0]
        }
        times = [connection["waits"][1] for connection in connections.values() if "waits" in connection]
        times.append(until_ns())
        deadline_ns = min((time_ns for time_ns in times if time_ns is not None), default=None)
        idle = [number for number, connection in connections.items() if "waits" not in connection]
        ready = system.poll([*state["listeners"], *idle, *others], deadline_ns)
        for descriptor in ready:
            if descriptor in state["listeners"]:
                _accept(system, state, descriptor)
            elif descriptor in others:
                _continue(system, connections, others[descriptor], receive)
            elif descriptor in connections:
                _read(system, connections, descriptor, receive)
        for number, connection in list(connections.items()):
            time_ns = connection.get("waits", ((), None))[1]
            if time_ns is not None and system.now_ns >= time_ns:
                _continue(system, connections, number, receive)


def close(system: System, state: State, descriptor: int) -> None:
    """Close a connection and forget it."""
    if state["connections"].pop(descriptor, None) is not None:
        system.close(descriptor)


def _accept(system: System, state: State, listener: int) -> None:
    descriptor = system.accept(listener)
    if len(state["connections"]) >= MAXIMUM_CONNECTIONS:
        system.close(descriptor)
        return
    state["accepted"] += 1
    state["connections"][descriptor] = {
        "received": b"",
        "peer": system.peer(descriptor),
        "port": state["listeners"][listener],
        "number": state["accepted"],
        "memory": {},
    }


def _read(system: System, connections: dict[int, Connection], descriptor: int, receive: Receive) -> None:
    connection = connections[descriptor]
    try:
        data = system.read(descriptor)
    except OSError:
        data = b""
    if data:
        connection["received"] += data
        _continue(system, connections, descriptor, receive)
    else:
        connections.pop(descriptor)
        system.close(descriptor)


def _continue(system: System, connections: dict[int, Connection], descriptor: int, receive: Receive) -> None:
    connection = connections.get(descriptor)
    if connection is None:
        return
    connection.pop("waits", None)
    try:
        wanted = receive(descriptor, connection)
    except OSError:  # the client is gone, and there is nobody to tell
        wanted = False
    if not wanted:
        connections.pop(descriptor)
        system.close(descriptor)
