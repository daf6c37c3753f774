"""What a connection that is taken over carries: the bytes as they are, or WebSocket messages.

Source: moby api/server/router/container/container_routes.go (postContainersAttach, wsContainersAttach); the bytes of a
WebSocket are never framed by stream, and go out as binary messages.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from wsproto.connection import Connection

WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""What the key of a handshake is answered with (RFC 6455, 1.3)."""


class Received(Struct, frozen=True):
    """What has come in.

    Args:
        data: bytes for the stream.
        answer: bytes that the protocol itself sends back.
        closed: whether no more will come.
    """

    data: bytes
    answer: bytes = b""
    closed: bool = False


class Tunnel(Protocol):
    """A way to carry a stream over a connection."""

    def receive(self, data: bytes) -> Received:
        """Bytes that came over the connection."""

    def send(self, data: bytes) -> bytes:
        """The stream's bytes as they go over the connection."""

    def end(self) -> bytes:
        """What is said when the stream has ended."""


class RawTunnel:
    """The bytes as they are."""

    def receive(self, data: bytes) -> Received:
        return Received(data)

    def send(self, data: bytes) -> bytes:
        return data

    def end(self) -> bytes:
        return b""


class WebSocketTunnel:
    """Binary messages after the handshake, which is the API's."""

    def __init__(self) -> None:
        from wsproto.connection import Connection, ConnectionType  # only who attaches so pays for it

        self._connection: Connection = Connection(ConnectionType.SERVER)
        self._closing = False

    def receive(self, data: bytes) -> Received:
        from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage
        from wsproto.utilities import RemoteProtocolError

        taken, answer = bytearray(), b""
        try:
            self._connection.receive_data(data)
            for event in self._connection.events():
                if isinstance(event, TextMessage):
                    taken += event.data.encode()
                elif isinstance(event, BytesMessage):
                    taken += event.data
                elif isinstance(event, Ping):
                    answer += self._connection.send(event.response())
                elif isinstance(event, CloseConnection):
                    answer += b"" if self._closing else self._connection.send(event.response())
                    self._closing = True
        except RemoteProtocolError:
            self._closing = True
        return Received(bytes(taken), answer, self._closing)

    def send(self, data: bytes) -> bytes:
        from wsproto.events import BytesMessage

        return b"" if self._closing else self._connection.send(BytesMessage(data=data))

    def end(self) -> bytes:
        from wsproto.events import CloseConnection

        if self._closing:
            return b""
        self._closing = True
        return self._connection.send(CloseConnection(code=1000))


def websocket_accept(key: str) -> str:
    """The answer to a handshake's Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1((key + WEBSOCKET_GUID).encode()).digest()).decode()
