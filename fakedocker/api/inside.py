"""The engine's own socket inside the simulation: /var/run/docker.sock of its host, and wherever a container has it
mounted.

A process that connects there is a client like any other. What it sends is a stream of the kernel; here that is parsed,
and each request is put to the engine as one from inside, which is no input of its own, as what the process does follows
from the world. Connections stand outside the world: one that was open before going back or coming back is closed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fakedocker.api.headers import head_bytes
from fakedocker.wire.endpoints import GRPC_METHOD, PORT_METHOD
from fakedocker.wire.http import Reply, Request

if TYPE_CHECKING:
    from fakedocker.api.request_reader import Head, RequestReader
    from fakedocker.engine.engine import Engine
    from fakedocker.engine.inflight import Exchange

BODY_LIMIT_BYTES = 256 << 20
AHEAD_BYTES = 64 << 10
"""How much of an answer is taken before the process has read what came before."""
PIPELINED_LIMIT = 16
"""How many requests a process may send ahead of their answers."""
NO_READER = b"fakedocker: the engine's socket inside is not simulated in this Python, which has no httptools"
_PREFIX = "outward:"


def serve_inside(engine: Engine) -> None:
    """Let an engine answer at the socket that its own host and containers have."""
    connections: dict[str, _Connection] = {}

    def connected(name: str) -> None:
        connection = _Connection(engine, name)
        connections[name] = connection

        def closed(_: object) -> None:
            if name in engine.draft.kernel_draft.streams:
                connection.half_close()
                return
            connections.pop(name).leave()

        connection.observe(closed)

    def lose() -> None:
        for connection in connections.values():
            connection.forget()
        connections.clear()
        streams = engine.draft.kernel_draft.streams
        for name in [name for name, _ in streams.items() if name.startswith(_PREFIX)]:
            engine.draft.kernel.hang_up(name)

    engine.observe(("connected", ""), connected)
    engine.on_restore.append(lose)
    lose()


class _Connection:
    """One process's connection.

    Args:
        name: the kernel's stream.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name
        self._reader = self._new_reader()
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._exchange: Exchange | None = None
        self._keep_alive = True
        self._head_sent = False
        self._pending = b""
        self._upgraded = False
        self._closing = False
        self._subjects: list[tuple[str, str | int]] = []

    def _new_reader(self) -> RequestReader | None:
        """None in a Python that has no httptools, as in a browser: requests are then refused in words."""
        try:
            from fakedocker.api.request_reader import (
                RequestReader,  # when a process first connects: start-up time matters
            )
        except ModuleNotFoundError:
            return None
        return RequestReader(self._take, self._send, BODY_LIMIT_BYTES)

    def observe(self, closed: Callable[[Any], None]) -> None:
        """Hear of what the process sends, reads and closes."""
        hears: dict[str, Callable[[Any], None]] = {
            "bytes": lambda value: self._receive(value[1]),
            "input": lambda _: self._pump(),
            "closed": closed,
        }
        for kind, observer in hears.items():
            self._subjects.append((kind, self._name))
            self._engine.observe((kind, self._name), observer)

    def forget(self) -> None:
        for subject in self._subjects:
            self._engine.observe(subject, None)
        self._exchange = None

    def leave(self) -> None:
        """The process has closed its end."""
        exchange = self._exchange
        self.forget()
        if exchange is not None and not exchange.drained:
            self._engine.disconnect(exchange)

    def half_close(self) -> None:
        """The process sends no more."""
        if self._upgraded and self._exchange is not None:
            self._engine.half_close(self._exchange)

    # what the process sends

    def _receive(self, data: bytes) -> None:
        if self._reader is None:
            if not self._closing:
                self._refuse(501, NO_READER)
            return
        from fakedocker.api.request_reader import Refused

        if self._upgraded:
            if self._exchange is not None:
                self._engine.feed(self._exchange, data)
            return
        if self._closing:
            return
        try:
            rest = self._reader.feed(data)
            if rest is not None:
                self._upgraded = True
                self._take(self._reader.head, b"", False)
                self._receive(rest)
        except Refused:
            self._refuse()

    def _refuse(self, status: int = 400, message: bytes = b"malformed HTTP request") -> None:
        self._closing = True
        body = b'{"message":"%b"}\n' % message
        reply = Reply(status=status, headers=(("Content-Type", "application/json"),), body=body)
        self._send(head_bytes(reply, self._engine.profile, False, False) + body)

    # requests and their answers

    def _take(self, head: Head, body: bytes, keep_alive: bool) -> None:
        """A request has arrived whole."""
        from fakedocker.api.request_reader import Refused

        if head.method in (PORT_METHOD, GRPC_METHOD) or len(self._waiting) >= PIPELINED_LIMIT:
            raise Refused(400, "malformed HTTP request")
        self._waiting.append(
            (Request(method=head.method, target=head.target, headers=head.headers, body=body), keep_alive)
        )
        if self._exchange is None:
            self._begin()

    def _begin(self) -> None:
        request, self._keep_alive = self._waiting.popleft()
        self._head_sent = False
        self._exchange = exchange = self._engine.submit(request, internal=True)
        exchange.listen(lambda: self._pump() if self._exchange is exchange else None)

    def _send(self, data: bytes) -> None:
        self._pending += data
        self._push()

    def _push(self) -> None:
        """Give the process what it has room for; the rest waits until it has read."""
        kernel = self._engine.draft.kernel
        room = kernel.room(self._name)
        if self._pending and room > 0:
            kernel.feed(self._name, self._pending[:room])
            self._pending = self._pending[room:]
        if self._closing and not self._pending and self._exchange is None:
            kernel.hang_up(self._name)

    def _pump(self) -> None:
        """Pass on what there is of an answer, as far as the process takes it."""
        exchange = self._exchange
        self._push()
        if exchange is None or (exchange.reply is None and not exchange.broken):
            return
        chunked = False
        if exchange.reply is not None:
            reply = exchange.reply
            chunked = reply.body is None and not reply.hijacked
            if not self._head_sent:
                self._head_sent = True
                self._send(head_bytes(reply, self._engine.profile, chunked, self._keep_alive))
                if reply.body and exchange.request.method != "HEAD":
                    self._send(reply.body)
            while len(self._pending) < AHEAD_BYTES and (data := exchange.take(AHEAD_BYTES)):
                self._send(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
        if exchange.drained or exchange.broken:
            self._finish(exchange, chunked)

    def _finish(self, exchange: Exchange, chunked: bool) -> None:
        self._exchange = None
        if chunked and not exchange.broken:
            self._send(b"0\r\n\r\n")
        if self._upgraded or exchange.broken or not self._keep_alive:
            self._closing = True
            self._waiting.clear()
            self._push()
        elif self._waiting:
            self._begin()
