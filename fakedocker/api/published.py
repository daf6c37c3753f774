"""Connections to published ports from outside the simulation: HTTP's word for a tunnel, `CONNECT address:port`.

Only drivers send it (a server with published ports, a test's own HTTP client); the docker API has no such request, and
the socket server refuses it from clients.
"""

from __future__ import annotations

from typing import Any, ClassVar

from fakedocker.api.attach import Inflow
from fakedocker.api.call import Call
from fakedocker.base.numbers import is_digits
from fakedocker.engine.inflight import Exchange, Stream, TimeMode
from fakedocker.operations.networks.router import WorldRouter
from fakedocker.wire.http import Reply
from fakedocker.world.draft import Draft, Notice

_REFUSED = Reply(status=502)
_FIRST_SOURCE_PORT = 40_000
_SOURCE_PORTS = 20_000


def connect(call: Call) -> Reply | Stream:
    """Connect to a port that docker has published on the host; 502 where nobody answers."""
    address, _, port = call.request.target.rpartition(":")
    if not is_digits(port):
        return Reply(status=400)
    address = address.strip("[]")
    route = WorldRouter(call.draft).published(address, int(port), "tcp")
    if route is None:
        return _REFUSED
    source = (route.source, _FIRST_SOURCE_PORT + call.draft.kernel_draft.new_id() % _SOURCE_PORTS)
    name = call.draft.kernel.connect_from_outside(route.network, route.port, route.address, source)
    return _REFUSED if name is None else ConnectionStream(name)


class ConnectionStream:
    """The outside end of a connection.

    Args:
        name: the kernel's stream.
    """

    __stored__: ClassVar[dict[str, Any]] = {"_name": str, "_input": Inflow, "_over": bool}

    def __init__(self, name: str) -> None:
        self._name = name
        self._input = Inflow(name)
        self._over = False

    passive = False
    converses = True

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        return (("bytes", self._name), ("closed", self._name), ("input", self._name))

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if not exchange.answered:
            exchange.respond(Reply(body=None, hijacked=True, bare=True))
        if self._over:
            exchange.finish()
        else:
            self._input.push(draft, exchange)

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if notice.kind == "bytes":
            exchange.send(notice.value[1])
        elif notice.kind == "closed":
            self._over = True

    def feed(self, draft: Draft, exchange: Exchange, data: bytes) -> None:
        if not self._over:
            self._input.add(draft, exchange, data)

    def half_close(self, draft: Draft, exchange: Exchange) -> None:
        self._input.end(draft, exchange)

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        self._input.end(draft, exchange)

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Time can end it, unless the server inside sits there reading what only this client can send."""
        return not draft.kernel.is_reading(self._name)
