"""Requests under way: what a driver holds of one, and what keeps an answer going after its head.

Exchanges and streams belong to connections; nothing here is part of the world.
"""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Protocol

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.wire.http import Reply, Request
from fakedocker.world.draft import Draft, Notice

REQUEST_COST_NS = 1_000_000
ROOM_BYTES = 64 << 10
"""How much is made ahead for a client, of what can be made later as well."""
LAGGING_BYTES = 16 << 20
"""How far a client may lag behind before it is cut off."""


class TimeMode(enum.Enum):
    """How time passes."""

    MANUAL = "manual"
    """Only when told."""
    FAST = "fast"
    """While a client waits and no process can run, straight to the next timer."""
    LEAP = "leap"
    """As fast, but never slower than the wall."""
    WALL = "wall"
    """At the wall's pace."""


class Stream(Protocol):
    """What goes on after the head of a reply. Lives in the engine, never in the world."""

    @property
    def passive(self) -> bool:
        """Whether the world is the same without it, so that a run can be taken up where it was open."""

    @property
    def converses(self) -> bool:
        """Whether its client may have more to say."""

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        """The notices that concern it: (kind, key)."""

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        """Give what there is to give; called at the start, and after every turn with such a notice."""

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        """A notice that concerns it."""

    def feed(self, draft: Draft, exchange: Exchange, data: bytes) -> None:
        """Bytes from the client."""

    def half_close(self, draft: Draft, exchange: Exchange) -> None:
        """No more bytes from the client."""

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        """The client is gone."""

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Whether time alone can end the request."""


class Cut(Struct, frozen=True):
    """Where the way back to a client ends, by a fault: after so many bytes of the body, or before the head.

    Args:
        after_bytes: -1 for before the head.
        breaks: whether the connection breaks there, rather than stands still.
    """

    after_bytes: int
    breaks: bool


class Exchange:
    """A request and what has become of it.

    `reply` is None until the head of the answer is there. For a stream, bytes are taken with `take` until `ended`.
    """

    __slots__ = (
        "_chunks",
        "_listeners",
        "behind",
        "broken",
        "cost_ns",
        "cut",
        "ended",
        "input_closed",
        "internal",
        "lagging",
        "number",
        "pending_bytes",
        "refusal_type",
        "reply",
        "request",
        "source",
        "stalled",
        "stream",
        "unread_bytes",
    )

    def __init__(self, number: int, request: Request) -> None:
        self.number = number
        self.request = request
        self.reply: Reply | None = None
        self.stream: Stream | None = None
        self.ended = False
        self.internal = False
        """Whether it comes from a program inside the simulation, whose own inputs are in the journal."""
        self.cost_ns = REQUEST_COST_NS
        """How much virtual time the request takes; a handler may say more."""
        self.refusal_type = ""
        """The media type of a refusal that is said as text; "" for the usual one in JSON."""
        self.input_closed = False
        self.unread_bytes = 0
        """How much of what the client has sent nobody has taken yet; a driver lets a client wait that is far ahead."""
        self.lagging = False
        self.behind = False
        """Whether its stream has more to give than the client has room for, and waits until it has read (`Stream.pump`
        goes on)."""
        self._chunks: deque[bytes] = deque()
        self.pending_bytes = 0
        self.broken = ""
        """How its connection has broken: "refused" before the request was read, "reset" after that; "" if it has not."""
        self.stalled = False
        """Whether nothing more comes, and no end either."""
        self.cut: Cut | None = None
        self.source: Iterator[bytes] | None = None
        """Where further bytes of a large answer come from, made as they are taken."""
        self._listeners: list[Callable[[], None]] = []

    @property
    def answered(self) -> bool:
        return self.reply is not None

    @property
    def drained(self) -> bool:
        """Whether every byte has come and been taken."""
        return self.ended and not self._chunks and self.source is None

    @property
    def readable(self) -> bool:
        """Whether `take` has bytes to give, or the end is reached."""
        return bool(self._chunks) or self.ended or self.source is not None

    @property
    def has_room(self) -> bool:
        """Whether the client has read so much that more may be made for it."""
        return self.pending_bytes < ROOM_BYTES

    def send(self, data: bytes) -> None:
        """Bytes for the client. One that does not take them in time is cut off."""
        if self.ended or self.stalled or not data:
            return
        if self.cut is not None:
            self._send_until(self.cut, data)
            return
        self._send(data)

    def _send_until(self, cut: Cut, data: bytes) -> None:
        """The bytes that still come through, and what happens after them."""
        if data[: cut.after_bytes]:
            self._send(data[: cut.after_bytes])
        self.cut = replace(cut, after_bytes=max(cut.after_bytes - len(data), 0))
        if not self.cut.after_bytes:
            self._end_at_cut(cut)

    def _end_at_cut(self, cut: Cut) -> None:
        self.source = None
        if cut.breaks:
            self.break_off("reset")
        else:
            self.stall()

    def _send(self, data: bytes) -> None:
        self._chunks.append(data)
        self.pending_bytes += len(data)
        if self.pending_bytes > LAGGING_BYTES:
            self.lagging = True
            self.finish()
        self.tell()

    def respond(self, reply: Reply) -> None:
        if self.cut is not None and not self._respond_until(self.cut, reply):
            return
        self.reply = reply
        if reply.body is not None:
            self.finish()
        self.tell()

    def _respond_until(self, cut: Cut, reply: Reply) -> bool:
        """Let an answer come as far as its way back goes; False when that is all that comes of it."""
        if cut.after_bytes < 0:
            self._end_at_cut(cut)
            return False
        if reply.body is None:
            source = self.source
            if source is not None:  # bytes that are made as they are taken are made now
                self.source = None
                self.reply = reply
                for chunk in source:
                    self.send(chunk)
                    if self.ended or self.stalled:
                        return False
                self.finish()
                return False
            return True
        self.reply = replace(reply, body=None)
        self.send(reply.body)
        self.finish()
        return False

    def break_off(self, how: str) -> None:
        """The connection breaks; what was sent before still arrives."""
        self.broken = how
        self.ended = True
        self.tell()

    def stall(self) -> None:
        """Nothing more comes, and no end."""
        self.stalled = True
        self.tell()

    def finish(self) -> None:
        """No more bytes will come."""
        if self.stalled or self.broken:
            return
        if self.cut is not None:
            self._end_at_cut(self.cut)
            return
        self.ended = True
        self.tell()

    def left_unread(self, size_bytes: int) -> None:
        """How much of what the client has sent nobody has taken yet."""
        if size_bytes != self.unread_bytes:
            self.unread_bytes = size_bytes
            self.tell()

    def take(self, limit: int = 1 << 20) -> bytes:
        """Bytes that have come since, b"" when there are none now."""
        taken: list[bytes] = []
        size = 0
        if not self._chunks and self.source is not None:
            self._make_more(self.source)
        while self._chunks and size < limit:
            chunk = self._chunks.popleft()
            if size + len(chunk) > limit:
                self._chunks.appendleft(chunk[limit - size :])
                chunk = chunk[: limit - size]
            taken.append(chunk)
            size += len(chunk)
        self.pending_bytes -= size
        return b"".join(taken)

    def take_messages(self, limit: int = 1 << 16) -> list[bytes]:
        """What has come since as it was sent, message by message; more than one only up to a limit."""
        if not self._chunks and self.source is not None:
            self._make_more(self.source)
        taken: list[bytes] = []
        size = 0
        while self._chunks and (not taken or size + len(self._chunks[0]) <= limit):
            size += len(self._chunks[0])
            taken.append(self._chunks.popleft())
        self.pending_bytes -= size
        return taken

    def _make_more(self, source: Iterator[bytes]) -> None:
        chunk = next(source, b"")
        if chunk:
            self._chunks.append(chunk)
            self.pending_bytes += len(chunk)
        else:
            self.source = None
            self.finish()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call this whenever the exchange changes."""
        self._listeners.append(listener)

    def tell(self) -> None:
        for listener in self._listeners:
            listener()


class OutputOnly:
    """The part of a stream that has nothing to receive, and waits for no notice by itself."""

    passive: bool = True
    converses: bool = False

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        """Looked at when pumped."""

    def feed(self, draft: Draft, exchange: Exchange, data: bytes) -> None:
        """What a client sends here means nothing."""

    def half_close(self, draft: Draft, exchange: Exchange) -> None:
        """Nothing to do."""

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        """Nothing to undo."""


class HeldReply(OutputOnly):
    """An answer that takes its time at the wall's pace, as it would on a real machine.

    Args:
        reply: the answer.
        at_ns: when it is given.
    """

    __stored__: ClassVar[dict[str, Any]] = {"_reply": Reply, "_at_ns": int, "_is_set": bool}
    passive = False

    def __init__(self, reply: Reply, at_ns: int) -> None:
        self._reply = reply
        self._at_ns = at_ns
        self._is_set = False

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        return (("alarm", "held"),)

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if draft.now_ns >= self._at_ns:
            exchange.respond(self._reply)
        elif not self._is_set:
            self._is_set = True
            draft.kernel.set_timer(self._at_ns, ("held", self._at_ns))

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return True
