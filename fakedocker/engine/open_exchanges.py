"""The exchanges that are open: which notices concern them, whose clients lag behind, and whether time alone can end
one.

It tells streams what has happened. Which requests there are and what answers them is the engine's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from fakedocker.engine.inflight import Exchange, Stream, TimeMode
from fakedocker.world.draft import Draft, Notice

Subject = tuple[str, str | int]
"""A kind of notice, and the key that it is about."""


class OpenExchanges:
    """See the module's docstring.

    Args:
        draft: the world in the middle of a change.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._open: dict[int, Exchange] = {}
        self._behind: dict[int, Exchange] = {}
        """Those whose clients have not yet read what could be made for them."""
        self._lingering: dict[int, Exchange] = {}
        """Those that have ended while their clients still read, and may go, which says something to a process."""
        self._subscribers: dict[Subject, dict[int, Exchange]] = {}
        self._observers: dict[Subject, Callable[[Any], None]] = {}

    def is_heard(self, subject: Subject) -> bool:
        """Whether anybody listens to such a notice."""
        return subject in self._subscribers or subject in self._observers

    def observe(
        self, subject: Subject, observer: Callable[[Any], None] | None
    ) -> None:  # Any: what notices of that kind carry
        """Let a driver hear the notices of a kind and key; None ends it."""
        if observer is None:
            self._observers.pop(subject, None)
        else:
            self._observers[subject] = observer

    # opening and closing

    def add(self, exchange: Exchange) -> None:
        """An exchange has a stream from now on."""
        assert exchange.stream is not None
        self._open[exchange.number] = exchange
        for subject in exchange.stream.subjects():
            self._subscribers.setdefault(subject, {})[exchange.number] = exchange

    def linger(self, exchange: Exchange) -> None:
        """An exchange has ended, and its client has not gone yet."""
        self._lingering[exchange.number] = exchange

    def close(self, exchange: Exchange) -> None:
        """An exchange's stream is over."""
        stream = exchange.stream
        if stream is None:
            return
        self._open.pop(exchange.number, None)
        self._behind.pop(exchange.number, None)
        self._lingering = {number: other for number, other in self._lingering.items() if not other.drained}
        if stream.converses and not stream.passive and not exchange.drained:
            self._lingering[exchange.number] = exchange
        for subject in stream.subjects():
            members = self._subscribers.get(subject)
            if members is not None:
                members.pop(exchange.number, None)
                if not members:
                    del self._subscribers[subject]

    def close_all(self) -> list[Exchange]:
        """Close every one; gives those that were open."""
        closed = list(self._open.values())
        for exchange in closed:
            self.close(exchange)
        self._lingering.clear()
        return closed

    def lose_all(self) -> None:
        """The daemon has gone: every connection breaks."""
        for exchange in list(self._open.values()):
            self.close(exchange)
            exchange.break_off("reset")

    def fail(self, exchange: Exchange) -> None:
        """An error of ours in a stream, which ends its client and nothing else."""
        import traceback  # seldom needed, and start-up time matters

        self._draft.faults.append(traceback.format_exc())
        self.close(exchange)
        exchange.break_off("reset")

    # telling

    def tell(self, kind: str, exchange: Exchange, data: bytes | None) -> None:
        """Tell a stream what its client has done: data (of these bytes), end, or gone."""
        stream = exchange.stream
        assert stream is not None
        if kind == "data":
            stream.feed(self._draft, exchange, data or b"")
        elif kind == "end":
            exchange.input_closed = True
            stream.half_close(self._draft, exchange)
        else:
            stream.disconnect(self._draft, exchange)
            self.close(exchange)
            self._lingering.pop(exchange.number, None)
            exchange.finish()

    def begin(self, exchange: Exchange) -> None:
        """Open an exchange and let its stream give what there is. An error in it undoes what it has changed."""
        stream = exchange.stream
        assert stream is not None
        self.add(exchange)
        try:
            stream.pump(self._draft, exchange)
        except Exception:
            self._draft.rollback()
            self.fail(exchange)
        self._look_at(exchange)

    def pump(self, exchange: Exchange) -> None:
        """Let a stream give what there is to give."""
        try:
            if exchange.stream is not None and not exchange.ended:
                exchange.stream.pump(self._draft, exchange)
        except Exception:
            self.fail(exchange)
        self._look_at(exchange)

    def _look_at(self, exchange: Exchange) -> None:
        if exchange.ended:
            self.close(exchange)
        elif exchange.behind:
            self._behind[exchange.number] = exchange

    @property
    def can_go_on(self) -> bool:
        """Whether a client has read what its stream had waited for."""
        return bool(self._behind) and any(exchange.has_room for exchange in self._behind.values())

    def go_on(self) -> None:
        """Let those streams go on that have waited for their clients. They give what they have, and change nothing of
        the world."""
        for exchange in [exchange for exchange in self._behind.values() if exchange.has_room]:
            del self._behind[exchange.number]
            exchange.behind = False
            self.pump(exchange)

    def dispatch(self, notices: Iterable[Notice]) -> bool:
        """Tell whoever listens. False if nobody does, and so nothing can have changed."""
        heard = False
        touched: dict[int, Exchange] = {}
        for notice in notices:
            subject = (notice.kind, notice.key)
            observer = self._observers.get(subject)
            if observer is not None:
                observer(notice.value)
                heard = True
            for number, exchange in list(self._subscribers.get(subject, {}).items()):
                if exchange.stream is None:
                    continue
                try:
                    exchange.stream.notice(self._draft, exchange, notice)
                except Exception:
                    self.fail(exchange)
                touched[number] = exchange
        for exchange in touched.values():
            self.pump(exchange)
        return heard or bool(touched)

    # asking

    def exchanges(self) -> list[Exchange]:
        """Those that are open."""
        return list(self._open.values())

    def active(self) -> list[Exchange]:
        """Those, open or not, whose clients can still change the world."""
        found = (*self._open.values(), *self._lingering.values())
        return [exchange for exchange in found if exchange.stream is not None and not exchange.stream.passive]

    def streams(self) -> list[Stream]:
        """What goes on for clients now."""
        return [exchange.stream for exchange in self._open.values() if exchange.stream is not None]

    def wait(self, mode: TimeMode) -> bool:
        """Whether time alone can end some client's request."""
        return any(
            exchange.stream is not None and exchange.stream.waits(self._draft, exchange, mode)
            for exchange in self._open.values()
        )

    def have_pending_reply(self, mode: TimeMode) -> bool:
        """Whether time alone can end a request whose client has said all there is to say."""
        return any(
            exchange.stream is not None
            and not (exchange.answered and exchange.stream.converses)
            and exchange.stream.waits(self._draft, exchange, mode)
            for exchange in self._open.values()
        )
