"""What an engine knows between turns besides its world: open requests whose clients can still change the world, and
polling.

A run that is taken up from a snapshot in their middle needs them, for as long as the journal that follows is played
again; afterwards their clients are gone. Nothing here belongs to the world.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fakedocker.engine.core import Core
from fakedocker.engine.inflight import Cut, Exchange
from fakedocker.wire.http import Reply, Request


class OpenExchange(NamedTuple):
    """A request that is under way, its stream with it; fields as those of `Exchange`."""

    number: int
    request: Request
    reply: Reply | None
    stream: Any
    cost_ns: int
    input_closed: bool
    unread_bytes: int
    ended: bool
    stalled: bool
    cut: Cut | None

    @classmethod
    def of(cls, exchange: Exchange) -> OpenExchange:
        """An exchange as it is now. The stream is the exchange's own, to be copied before anything goes on."""
        return cls(
            exchange.number, exchange.request, exchange.reply, exchange.stream, exchange.cost_ns, exchange.input_closed,
            exchange.unread_bytes, exchange.ended, exchange.stalled, exchange.cut,
        )  # fmt: skip

    def reopened(self) -> Exchange:
        """An exchange that goes on from here, with nobody who reads it."""
        exchange = Exchange(self.number, self.request)
        exchange.reply, exchange.stream = self.reply, self.stream
        exchange.cost_ns, exchange.input_closed, exchange.unread_bytes = (
            self.cost_ns,
            self.input_closed,
            self.unread_bytes,
        )
        exchange.ended, exchange.stalled, exchange.cut = self.ended, self.stalled, self.cut
        return exchange


class Standing(NamedTuple):
    """Everything of it.

    Args:
        exchanges: those that are open and may change the world.
        numbered: how many exchanges there have been.
        owed_ns: up to which instant time is to pass.
        last_reads: client -> target and answer of what it has read last, and how often in a row.
        watched: client -> target -> answer of services, and when it came.
    """

    exchanges: tuple[OpenExchange, ...]
    numbered: int
    owed_ns: int
    last_reads: dict[str, tuple[str, bytes, int]]
    watched: dict[str, dict[str, tuple[bytes, int]]]


def standing_of(core: Core) -> Standing:
    """What there is to know now. Its streams go on: keep a copy of it."""
    active = tuple(map(OpenExchange.of, core.open.active()))
    return Standing(active, core.numbered, core.owed_ns, core.polling.last_reads, core.polling.watched)


def stand(core: Core, standing: Standing) -> dict[int, Exchange]:
    """Go on from what was known; the exchanges that are open then, by their numbers."""
    core.numbered, core.owed_ns = standing.numbered, standing.owed_ns
    core.polling.last_reads, core.polling.watched = dict(standing.last_reads), dict(standing.watched)
    exchanges = {stood.number: stood.reopened() for stood in standing.exchanges}
    for exchange in exchanges.values():
        (core.open.linger if exchange.ended else core.open.add)(exchange)
    return exchanges
