"""Clients that ask the same thing again and again, waiting for another answer: in a world that is fast, time must pass
for them."""

from __future__ import annotations

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.patterns import lazy_pattern
from fakedocker.engine.inflight import Exchange
from fakedocker.wire.http import Reply

PATIENCE_NS = SECOND_NS
"""How much time is given an answer to change that is being polled."""
POLLED_TIMES = 3
INTERVAL_NS = SECOND_NS // 10
MOST_CLIENTS = 64
"""Of how many clients is known what they have read: those that have read last."""
MOST_TARGETS = 256
"""How many of its last reads of services are known of a client."""
_OF_SERVICES = lazy_pattern(r"(/v[\d.]+)?/(services|tasks|nodes)\b")


class Polling:
    """What clients have read lately.

    Attributes:
        last_reads: client -> target and answer of what it has read last, and how often in a row.
        watched: client -> target -> answer, and when it came: of services, nodes and tasks, what it has read since it
            last asked for anything but reading.
    """

    def __init__(self) -> None:
        self.last_reads: dict[str, tuple[str, bytes, int]] = {}
        self.watched: dict[str, dict[str, tuple[bytes, int]]] = {}

    def forget(self) -> None:
        """Nobody has read anything."""
        self.last_reads.clear()
        self.watched.clear()

    def note(self, exchange: Exchange, reply: Reply, now_ns: int, is_fast: bool) -> bool:
        """Note what a client has read; whether it polls.

        Twice the same is no polling yet: docker-py inspects a container before it attaches to it, whose user may have
        looked just before. Of services a client reads several things in turn (their state, their tasks, the nodes). One
        that lets time pass between its looks needs no help.

        Args:
            is_fast: whether nothing but waiting moves time.
        """
        request = exchange.request
        if request.method != "GET":
            self.watched.pop(request.client, None)
        if request.method != "GET" or reply.body is None or not request.client or not is_fast:
            return False
        target, body, times = self.last_reads.pop(request.client, ("", b"", 0))
        times = times + 1 if (target, body) == (request.target, reply.body) else 1
        self.last_reads[request.client] = (request.target, reply.body, times)
        self._forget_first()
        if _OF_SERVICES.match(request.target) is None:
            return times >= POLLED_TIMES
        watched = self.watched.setdefault(request.client, {})
        known, read_ns = watched.pop(request.target, (b"", 0))
        if len(watched) == MOST_TARGETS:
            del watched[next(iter(watched))]
        watched[request.target] = (reply.body, now_ns)
        return known == reply.body and now_ns - read_ns < INTERVAL_NS

    def _forget_first(self) -> None:
        """Forget whoever has not read anything for longest, if there are too many."""
        if len(self.last_reads) > MOST_CLIENTS:
            client = next(iter(self.last_reads))
            del self.last_reads[client]
            self.watched.pop(client, None)

    def answered(self, exchange: Exchange, reply: Reply, now_ns: int) -> None:
        """A client that polls has been given this answer, after a while."""
        request = exchange.request
        assert reply.body is not None
        self.last_reads[request.client] = (request.target, reply.body, POLLED_TIMES - 1)
        if request.client in self.watched:
            self.watched[request.client][request.target] = (reply.body, now_ns)
