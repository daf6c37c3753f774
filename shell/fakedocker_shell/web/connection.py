"""One client's connection: a few files by HTTP, or a WebSocket, whose messages are bounded in size and number.

What a client says too fast waits in its socket. One that sends what is no message, or does not read what it is sent, is let
go of with a reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Protocol, cast

from wsproto.connection import Connection as WebSocket, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from fakedocker.api.request_reader import Head, Refused, RequestReader
from fakedocker.api.tunnels import websocket_accept
from fakedocker_shell.web.gate import Denied
from fakedocker_shell.web.messages import LONGEST_BYTES, LONGEST_FIRST_BYTES

POLICY, TOO_LARGE, GOING_AWAY = 1008, 1009, 1001
"""Codes with which a WebSocket is closed (RFC 6455, 7.4.1)."""
LONGEST_REASON_BYTES = 120
MOST_UNSENT_BYTES = 8 << 20
"""What may wait for a client that does not read."""
ALLOWANCE = 4_000.0
ALLOWED_PER_SECOND = 1_000.0
BYTES_PER_ALLOWANCE = 128
"""A message costs one of the allowance, and one more for each so many bytes; what costs more than there is waits."""
QUIET_SECONDS = 90.0
"""A WebSocket from which nothing comes for so long, pings being answered, is dead."""
HEAD_SECONDS = 20.0
"""How long a client may take for a request."""


class Visitor(Protocol):
    """Who is behind a WebSocket."""

    def heard(self, text: str) -> None:
        """A message. Raises Denied, or `ValueError` for what is none; either closes the connection."""

    def lost(self) -> None:
        """The connection is gone."""


class House(Protocol):
    """What connections lead to."""

    def joined(self, connection: Connection) -> None: ...

    def left(self, connection: Connection) -> None: ...

    def answer(self, head: Head) -> tuple[str, bytes]:
        """The type and content of a file. Raises Denied."""

    def open(self, head: Head, connection: Connection) -> Visitor:
        """Somebody opens a WebSocket. Raises Denied."""

    def headers(self) -> bytes:
        """Of every answer."""


class Connection(asyncio.Protocol):
    """See the module's docstring.

    Args:
        house: what it leads to.
        clock: seconds.
    """

    def __init__(self, house: House, clock: Callable[[], float] = time.monotonic) -> None:
        self._house, self._clock = house, clock
        self._transport: asyncio.Transport | None = None
        self._reader = RequestReader(self._take, self._write, 0)
        self._socket: WebSocket | None = None
        self._visitor: Visitor | None = None
        self._text: list[str] = []
        self._text_bytes = 0
        self._longest_bytes = LONGEST_FIRST_BYTES
        self._allowance, self._allowed_at = ALLOWANCE, clock()
        self.heard_at = clock()
        """When something came last."""

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._house.joined(self)

    def connection_lost(self, problem: Exception | None) -> None:
        self._transport = None
        self._house.left(self)
        visitor, self._visitor = self._visitor, None
        if visitor is not None:
            visitor.lost()

    def data_received(self, data: bytes) -> None:
        if self._socket is not None:
            self.heard_at = self._clock()
            self._receive(self._socket, data)
            return
        try:
            rest = self._reader.feed(data)
            if rest is not None:
                self._open(self._reader.head)
                self.heard_at = self._clock()
                if rest and self._socket is not None:
                    self._receive(self._socket, rest)
        except Refused as refused:
            self._answer(refused.status, "text/plain; charset=utf-8", str(refused).encode(), keep_alive=False)
        except Denied as denied:
            self._answer(denied.status, "text/plain; charset=utf-8", f"{denied}\n".encode(), keep_alive=False)

    # HTTP

    def _take(self, head: Head, body: bytes, keep_alive: bool) -> None:
        self.heard_at = self._clock()
        if head.method not in ("GET", "HEAD"):
            raise Refused(405, "only GET is answered here")
        try:
            kind, content = self._house.answer(head)
        except Denied as denied:
            self._answer(denied.status, "text/plain; charset=utf-8", f"{denied}\n".encode(), keep_alive)
            return
        self._answer(200, kind, content, keep_alive, head.method == "HEAD")

    def _answer(self, status: int, kind: str, content: bytes, keep_alive: bool, head_only: bool = False) -> None:
        lines = f"HTTP/1.1 {status} {'OK' if status == 200 else 'No'}\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
        end = b"\r\n" if keep_alive else b"Connection: close\r\n\r\n"
        self._write(lines.encode() + self._house.headers() + end + (b"" if head_only else content))
        if not keep_alive:
            self.close()

    def _open(self, head: Head) -> None:
        key = head.headers.get("sec-websocket-key", "")
        if head.headers.get("upgrade", "").lower() != "websocket" or not key or len(key) > 64:
            raise Denied(400, "only a WebSocket takes a connection over here")
        if head.headers.get("sec-websocket-version") != "13":
            raise Denied(400, "a WebSocket of version 13 was expected")
        self._visitor = self._house.open(head, self)
        self._write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + websocket_accept(key).encode() + b"\r\n\r\n"
        )
        self._socket = WebSocket(ConnectionType.SERVER)

    # WebSocket

    def _receive(self, socket: WebSocket, data: bytes) -> None:
        try:
            socket.receive_data(data)
            for event in socket.events():
                if isinstance(event, TextMessage):
                    self._gather(event.data, event.message_finished)
                elif isinstance(event, BytesMessage):
                    raise Denied(POLICY, "only texts are understood")
                elif isinstance(event, Ping):
                    self._spend(1)
                    self._write(socket.send(event.response()))
                elif isinstance(event, CloseConnection):
                    self._write(socket.send(event.response()))
                    self.close()
                if self._transport is None or self._transport.is_closing():
                    return
        except Denied as denied:
            self.end(str(denied), denied.status if denied.status >= GOING_AWAY else POLICY)
        except (RemoteProtocolError, LocalProtocolError, ValueError):
            self.end("that was no message of the page's")

    def _gather(self, part: str, is_last: bool) -> None:
        """A part of a message; the whole goes to the visitor."""
        self._text_bytes += len(part.encode("utf-8", "replace"))
        if self._text_bytes > self._longest_bytes:
            raise Denied(TOO_LARGE, f"a message has at most {self._longest_bytes >> 10} KiB")
        self._text.append(part)
        if not is_last:
            return
        text = "".join(self._text)
        self._spend(1 + self._text_bytes / BYTES_PER_ALLOWANCE)
        self._text, self._text_bytes, self._longest_bytes = [], 0, LONGEST_BYTES
        if self._visitor is not None:
            self._visitor.heard(text)

    def _spend(self, cost: float) -> None:
        """Let a client that says much wait before more is read."""
        now = self._clock()
        self._allowance = min(ALLOWANCE, self._allowance + (now - self._allowed_at) * ALLOWED_PER_SECOND) - cost
        self._allowed_at = now
        if self._allowance < 0 and self._transport is not None:
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(-self._allowance / ALLOWED_PER_SECOND, self._read_on)

    def _read_on(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    # what is sent

    def send(self, text: str) -> None:
        """A message. A client that does not read what it is sent is let go of."""
        if self._socket is None or self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
            self._transport.abort()
            return
        self._write(self._socket.send(TextMessage(data=text)))

    def ping(self) -> None:
        """Ask whether the client is still there; one that is not heard of is let go of."""
        silent_seconds = self._clock() - self.heard_at
        if self._transport is None:
            return
        if silent_seconds > (QUIET_SECONDS if self._socket is not None else HEAD_SECONDS):
            self._transport.abort()
        elif self._socket is not None and not self._transport.is_closing():
            self._write(self._socket.send(Ping()))

    def end(self, reason: str, code: int = POLICY) -> None:
        """Say why, and close."""
        if self._socket is not None and self._transport is not None and not self._transport.is_closing():
            short = reason.encode()[:LONGEST_REASON_BYTES].decode("utf-8", "ignore")
            with contextlib.suppress(LocalProtocolError):  # it is closing already
                self._write(self._socket.send(CloseConnection(code=code, reason=short)))
        self.close()

    def close(self) -> None:
        """Let go of the client, once what has been written has been taken."""
        if self._transport is not None:
            self._transport.close()

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
