"""One client's connection: HTTP requests one after the other, or the connection itself once it is taken over.

attach and exec take it over (101, then raw bytes both ways, each side closed by itself), which servers built on a
request-response interface cannot do. What a request means is not known here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import time
from collections.abc import Callable
from typing import Protocol, cast

from fakedocker.api.headers import head_bytes
from fakedocker.api.request_reader import HEAD_LIMIT_BYTES, Head, Refused, RequestReader
from fakedocker.api.tunnels import RawTunnel, Tunnel, WebSocketTunnel
from fakedocker.api.unread import can_tell, is_unread
from fakedocker.base.numbers import is_digits
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange
from fakedocker.wire.endpoints import GRPC_METHOD, PORT_METHOD
from fakedocker.wire.http import Reply, Request

BODY_LIMIT_BYTES = 1 << 30
REQUEST_PATIENCE_SECONDS = 300.0
"""How long a request may be on its way with nothing of it arriving; as long as the real daemon waits for a head."""
SEND_BUFFER_BYTES = 1 << 20
JOINED_BYTES = 16 << 10
"""Up to this size head and body go out in one write; copying a larger body would cost more than a second one."""
UNREAD_LIMIT_BYTES = 1 << 20
"""How much a process may leave unread of what a client sends before the client is made to wait."""
PIPELINED_LIMIT = 16
"""How many requests a client may send ahead of their answers before it is made to wait."""


QUICK_LOOKS = 100
"""How often is looked at once whether the head has been read, which for most clients it soon has, before looks are spaced."""
HEAD_ALONE_SECONDS = 0.001
OTHERS_SECONDS = 0.01
"""How long a start waits for what its client may be saying on another connection."""
HEAD_ALONE_LIMIT_SECONDS = 0.1
HEAD_ALONE_BLIND_SECONDS = 0.02
"""How long the head of a stream goes alone: between two looks, for a client that does not read it, and where nobody can look."""


_WAIT = re.compile(r"(?:/v[\d.]+)?/containers/[^/?]+/wait(?:\?|$)")
"""The target of a request that is answered when a container ends."""
_START = re.compile(r"(?:/v[\d.]+)?/containers/[^/?]+/start(?:\?|$)")
"""The target of a request that starts a container."""


class Owner(Protocol):
    """What a connection needs of the server it belongs to."""

    engine: Engine
    body_bytes: int
    """How many bytes of bodies are held for requests that have not yet arrived whole, over all connections."""

    def joined(self, connection: Connection) -> None: ...

    def left(self, connection: Connection) -> None: ...

    def may_hear_more(self, besides: Connection) -> bool: ...

    def wake(self) -> None: ...

    def set_hearing(self, is_hearing: bool) -> None: ...

    def has_room(self) -> None: ...

    def in_engine_time(self, request: Request) -> Request: ...

    def told(self, body: bytes) -> None: ...

    def noticed(self, connection: Connection) -> Callable[[], None]: ...


class Connection(asyncio.Protocol):
    """One client.

    Args:
        owner: the server.
    """

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._transport: asyncio.Transport | None = None
        self._reader = RequestReader(self._take, self._write, BODY_LIMIT_BYTES, self._hold)
        self._held_bytes = 0
        self._arriving_since: float | None = None
        self._exchange: Exchange | None = None
        self._head_sent = False
        self._head_alone = False
        self._keep_alive = True
        self._head_only = False
        self._paused = False
        self._pipelined: list[tuple[Request, bool]] = []
        self._tunnel: Tunnel | None = None
        self._tunnel_body = b""
        self._tunnel_body_bytes = 0
        self._tunnel_answers = b""

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._owner.joined(self)

    def data_received(self, data: bytes) -> None:
        self._owner.set_hearing(True)
        try:
            if self._tunnel is None:
                self._arriving_since = time.monotonic()
                rest = self._reader.feed(data)
                if rest is None:
                    return
                self._begin_tunnel()
                data = rest
            self._through_tunnel(data)
        except Refused as refused:
            self._refuse(refused.status, str(refused))
        finally:
            self._owner.set_hearing(False)

    def eof_received(self) -> bool:
        """The client sends no more: on a connection that was taken over the end of a process's input, else it has gone.

        As in Go's server, one that has gone gets the answer to what it asked, but nothing that goes on after that.
        """
        self._begin_next()
        if self._exchange is None:
            return False
        if self._tunnel is None:
            self._keep_alive = False
            self._pipelined.clear()
            return not (
                self._exchange.answered and self._exchange.reply is not None and self._exchange.reply.body is None
            )
        self._owner.engine.half_close(self._exchange)
        self._owner.wake()
        return True

    def connection_lost(self, problem: Exception | None) -> None:
        self._begin_next()
        self._owner.left(self)
        self._release()
        if self._exchange is not None and not self._exchange.drained:
            self._owner.engine.disconnect(self._exchange)
            self._owner.wake()
        self._transport = None

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self.pump()

    def close(self) -> None:
        """Let go of the client, once what has been written has been taken."""
        if self._transport is not None:
            self._transport.close()

    def close_if_stalled(self, now_seconds: float) -> None:
        """Let go of a client that has begun a request and does not go on with it."""
        began = self._arriving_since
        if began is not None and self._exchange is None and now_seconds - began > REQUEST_PATIENCE_SECONDS:
            self.close()

    # bodies

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _hold(self, size_bytes: int) -> None:
        """Count bytes of a body that has not yet arrived whole."""
        self._held_bytes += size_bytes
        self._owner.body_bytes += size_bytes
        if self._owner.body_bytes > BODY_LIMIT_BYTES:
            raise Refused(413, "request body too large")

    def _release(self) -> None:
        self._owner.body_bytes -= self._held_bytes
        self._held_bytes = 0

    # requests

    def _take(self, head: Head, body: bytes, keep_alive: bool) -> None:
        """A request has arrived whole."""
        self._release()
        self._arriving_since = None
        if head.method in (PORT_METHOD, GRPC_METHOD):
            raise Refused(404, "page not found")
        request = Request(method=head.method, target=head.target, headers=head.headers, body=body)
        if self._exchange is None and not self._pipelined and not self._waits_for_others(request):
            self._begin(request, keep_alive)
            return
        self._pipelined.append((request, keep_alive))
        if len(self._pipelined) == PIPELINED_LIMIT and self._transport is not None:
            self._transport.pause_reading()

    def _waits_for_others(self, request: Request) -> bool:
        """Whether a request is held back a little, because the client may be saying something on another connection.

        Starting a container takes a real daemon a tenth of a second, in which it hears what was sent with it: compose
        asks for events while it starts what may end at once. Here a start takes no time, so it waits, if there is
        another connection to say it on.
        """
        is_start = request.method == "POST" and _START.match(request.target) is not None
        if not is_start or not self._owner.may_hear_more(self):
            return False
        asyncio.get_running_loop().call_later(OTHERS_SECONDS, self._begin_next)
        return True

    @property
    def may_speak(self) -> bool:
        """Whether the client can say something new here at once: nothing is under way, or nothing that lasts."""
        return self._tunnel is None and (self._exchange is None or self._exchange.stream is None)

    def _begin_next(self) -> None:
        """Go on with the first request that waits, unless one is under way."""
        if self._exchange is None and self._pipelined:
            self._begin(*self._pipelined.pop(0))

    def _begin(self, request: Request, keep_alive: bool) -> None:
        self._keep_alive = keep_alive
        self._head_only = request.method == "HEAD"
        self._head_sent = False
        self._exchange = self._owner.engine.submit(self._owner.in_engine_time(request))
        self._exchange.listen(self._owner.noticed(self))
        self._owner.wake()

    def _refuse(self, status: int, message: str) -> None:
        self._release()
        if self._transport is not None:
            body = b'{"message":"%s"}\n' % message.encode()
            reply = Reply(status=status, headers=(("Content-Type", "application/json"),), body=body)
            self._transport.write(head_bytes(reply, self._owner.engine.profile, False, False) + body)
            self._transport.close()

    # a connection that is taken over

    def _begin_tunnel(self) -> None:
        """The body of a request that upgrades is what follows its head, by its length; the rest is the stream's."""
        self._head_sent = False
        headers = self._reader.head.headers
        length = headers.get("content-length", "0")
        self._tunnel_body_bytes = int(length) if is_digits(length) else 0
        if self._tunnel_body_bytes > HEAD_LIMIT_BYTES:
            raise Refused(413, "request body too large")
        self._tunnel = WebSocketTunnel() if headers.get("upgrade", "").lower() == "websocket" else RawTunnel()

    def _through_tunnel(self, data: bytes) -> None:
        assert self._tunnel is not None
        if self._exchange is None:
            if self._head_sent:
                return  # the exchange is over, and what the client still sends is for nobody
            self._tunnel_body += data
            if len(self._tunnel_body) < self._tunnel_body_bytes:
                return
            whole, self._tunnel_body = self._tunnel_body, b""
            self._take(self._reader.head, whole[: self._tunnel_body_bytes], keep_alive=False)
            data = whole[self._tunnel_body_bytes :]
        received = self._tunnel.receive(data)
        if received.answer:
            self._answer_tunnel(received.answer)
        assert self._exchange is not None
        self._owner.engine.feed(self._exchange, received.data)
        if received.closed:
            self._owner.engine.half_close(self._exchange)
        self._owner.wake()

    def _answer_tunnel(self, data: bytes) -> None:
        """What the tunnel's protocol says by itself; before the head it waits for that."""
        if self._head_sent and self._transport is not None:
            self._transport.write(data)
        else:
            self._tunnel_answers += data

    # answers

    @property
    def goes_on(self) -> bool:
        """Whether what is answered now is not at its end."""
        return self._exchange is not None and not self._exchange.ended

    @property
    def tells_an_end(self) -> bool:
        """Whether what it has to say is that a container has ended."""
        exchange = self._exchange
        if exchange is None or not (self._head_sent and exchange.ended):
            return False
        return _WAIT.match(exchange.request.target) is not None

    def watched(self) -> socket.socket | None:
        """Another descriptor of a connection that carries output, to see by it what of that is read; None where nobody
        can tell."""
        sock = None if self._transport is None else self._transport.get_extra_info("socket")
        if self._tunnel is None or sock is None or not can_tell(sock) or sock.fileno() < 0:
            return None
        return socket.socket(fileno=os.dup(sock.fileno()))

    def pump(self) -> None:
        """Send what there is to send, as far as the client takes it."""
        exchange, transport = self._exchange, self._transport
        if exchange is not None and transport is not None and exchange.broken and exchange.reply is None:
            transport.abort()
        if exchange is None or transport is None or exchange.reply is None or transport.is_closing():
            return
        reply = exchange.reply
        chunked = reply.body is None and not reply.hijacked
        if not self._head_sent:
            self._head_sent = True
            if reply.hijacked and self._tunnel is None:
                self._tunnel = RawTunnel()  # as the real daemon does, also for a client that has not asked for it
            head = head_bytes(reply, self._owner.engine.profile, chunked, self._keep_alive)
            body = b"" if self._head_only or not reply.body else reply.body
            if exchange.request.target.endswith("/info"):
                self._owner.told(body)
            if len(body) <= JOINED_BYTES:
                transport.write(head + body)
            else:
                transport.write(head)
                transport.write(body)
            if reply.hijacked:
                transport.write(self._tunnel_answers)
                self._send_head_alone(transport)
        while not (self._paused or self._head_alone or transport.is_closing()):
            if chunked:  # each message is a chunk of its own: there are clients that parse chunk by chunk
                data = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in exchange.take_messages())
            else:
                data = exchange.take(1 << 16)
                if data and self._tunnel is not None:
                    data = self._tunnel.send(data)
            if not data:
                break
            transport.write(data)
        if exchange.behind and exchange.has_room:
            self._owner.has_room()
        if exchange.drained and not self._head_alone:
            broken = bool(exchange.broken)
            self._finish(chunked and not broken, reply.hijacked or exchange.lagging or broken)
        elif exchange.unread_bytes > UNREAD_LIMIT_BYTES:
            transport.pause_reading()
        elif self._tunnel is not None:
            transport.resume_reading()

    def _send_head_alone(self, transport: asyncio.Transport) -> None:
        """Hold the stream back until the client has read the head.

        docker-py takes the bare socket from under its HTTP library once that has given it the head: what the library
        had read beyond would be lost. The real daemon is never so fast.
        """
        loop = asyncio.get_running_loop()
        sock = transport.get_extra_info("socket")
        limit_seconds = loop.time() + HEAD_ALONE_LIMIT_SECONDS
        self._head_alone = True

        def look(tries: int) -> None:
            if is_unread(sock) and loop.time() < limit_seconds:
                if tries < QUICK_LOOKS:
                    loop.call_soon(look, tries + 1)
                else:
                    loop.call_later(HEAD_ALONE_SECONDS, look, tries)
                return
            self._head_alone = False
            self.pump()

        if can_tell(sock):
            loop.call_soon(look, 0)
        else:
            loop.call_later(HEAD_ALONE_BLIND_SECONDS, look, QUICK_LOOKS)

    def _finish(self, chunked: bool, close: bool) -> None:
        transport = self._transport
        assert transport is not None
        is_hijacked = self._exchange is not None and self._exchange.reply is not None and self._exchange.reply.hijacked
        self._exchange = None
        if chunked:
            transport.write(b"0\r\n\r\n")
        if self._tunnel is not None and is_hijacked:
            transport.write(self._tunnel.end())
        if close or not self._keep_alive:
            transport.close()
            return
        if self._pipelined:
            if len(self._pipelined) == PIPELINED_LIMIT:
                transport.resume_reading()
            self._begin(*self._pipelined.pop(0))
