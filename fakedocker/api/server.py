"""The engine behind a socket: an asyncio protocol of its own, one loop, no threads.

attach and exec take the connection over (101, then raw bytes both ways, each side closed by itself), which servers built
on a request-response interface cannot do. httptools parses; it ends a message at its head when there is an Upgrade, so
the body of such a request arrives as the tail.

The loop also moves time: after every input it lets the engine run, and between inputs it sleeps until the next timer, or
jumps to it where the engine's mode says so.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
import time
from collections.abc import Callable
from typing import Any, cast

import httptools

from fakedocker.api.headers import COMMON
from fakedocker.engine import Engine
from fakedocker.exchanges import Exchange
from fakedocker.pacing import Pacer
from fakedocker.wire.http import Reply, Request

REASONS = {101: "UPGRADED", 200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 403: "Forbidden",
           404: "Not Found", 409: "Conflict", 500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable"}  # fmt: skip
BODY_LIMIT_BYTES = 1 << 30
HEAD_LIMIT_BYTES = 64 << 10
SEND_BUFFER_BYTES = 1 << 20
JOINED_BYTES = 16 << 10
"""Up to this size head and body go out in one write; copying a larger body would cost more than a second one."""


def head_bytes(reply: Reply, chunked: bool, keep_alive: bool) -> bytes:
    """The status line and headers of an answer."""
    lines = [f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}"]
    if not reply.bare:
        lines += [f"{name}: {value}" for name, value in COMMON]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if not reply.hijacked:
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        elif reply.status not in (204, 304):
            lines.append(f"Content-Length: {len(reply.body or b'')}")
        if not keep_alive:
            lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._headers: dict[str, str] = {}
        self._target = b""
        self._body: list[bytes] = []
        self._size = 0
        self._exchange: Exchange | None = None
        self._head_sent = False
        self._keep_alive = True
        self._head_only = False
        self._paused = False
        self._waiting: list[tuple[Request, bool]] = []
        self._upgrading = False

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._server.connections.add(self)

    def data_received(self, data: bytes) -> None:
        if self._upgrading:
            self._raw(data)
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            tail = data[upgrade.args[0] :]
            self._body_after_upgrade(tail)
        except httptools.HttpParserError:
            self._refuse(400, "malformed HTTP request")

    def eof_received(self) -> bool:
        if self._exchange is not None:
            self._server.engine.half_close(self._exchange)
            self._server.wake()
        elif self._transport is not None:
            self._transport.close()
        return True

    def connection_lost(self, problem: Exception | None) -> None:
        self._server.connections.discard(self)
        if self._exchange is not None and not self._exchange.drained:
            self._server.engine.disconnect(self._exchange)
            self._server.wake()
        self._transport = None

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self._pump()

    # httptools

    def on_message_begin(self) -> None:
        self._headers = {}
        self._target = b""
        self._body = []
        self._size = 0

    def on_url(self, url: bytes) -> None:
        self._target += url
        if len(self._target) > HEAD_LIMIT_BYTES:
            raise httptools.HttpParserError("target too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")
        self._size += len(name) + len(value)
        if self._size > HEAD_LIMIT_BYTES:
            raise httptools.HttpParserError("headers too long")

    def on_headers_complete(self) -> None:
        self._size = 0

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > BODY_LIMIT_BYTES:
            raise httptools.HttpParserError("body too large")
        self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._parser.should_upgrade():
            self._submit(b"".join(self._body))

    # requests

    def _body_after_upgrade(self, tail: bytes) -> None:
        """The body of a request that upgrades is what follows its head, by its length; the rest is the stream's."""
        length = int(self._headers.get("content-length", "0") or 0)
        self._upgrading = True
        self._expected = length
        self._tail = b""
        self._raw(tail, first=True)

    def _raw(self, data: bytes, first: bool = False) -> None:
        if self._exchange is None:
            self._tail += data
            if len(self._tail) >= self._expected:
                body, rest = self._tail[: self._expected], self._tail[self._expected :]
                self._submit(body)
                if rest:
                    self._raw(rest)
            return
        self._server.engine.feed(self._exchange, data)
        self._server.wake()

    def _submit(self, body: bytes) -> None:
        request = Request(
            method=self._parser.get_method().decode("latin-1"),
            target=self._target.decode("utf-8", "replace"),
            headers=self._headers,
            body=body,
            client=f"connection/{id(self)}" if self._server.polls_count else "",
        )
        keep_alive = self._parser.should_keep_alive()
        if self._exchange is not None:
            self._waiting.append((request, keep_alive))
            return
        self._begin(request, keep_alive)

    def _begin(self, request: Request, keep_alive: bool) -> None:
        self._keep_alive = keep_alive
        self._head_only = request.method == "HEAD"
        self._head_sent = False
        self._exchange = self._server.engine.submit(request)
        self._exchange.listen(self._server.noticed(self))
        self._server.wake()

    def _refuse(self, status: int, message: str) -> None:
        if self._transport is not None:
            body = b'{"message":"%s"}\n' % message.encode()
            reply = Reply(status=status, headers=(("Content-Type", "application/json"),), body=body)
            self._transport.write(head_bytes(reply, False, False) + body)
            self._transport.close()

    # answers

    def _pump(self) -> None:
        """Send what there is to send, as far as the client takes it."""
        exchange, transport = self._exchange, self._transport
        if exchange is None or transport is None or exchange.reply is None:
            return
        reply = exchange.reply
        chunked = reply.body is None and not reply.hijacked
        if not self._head_sent:
            self._head_sent = True
            head = head_bytes(reply, chunked, self._keep_alive)
            body = b"" if self._head_only or not reply.body else reply.body
            if len(body) <= JOINED_BYTES:
                transport.write(head + body)
            else:
                transport.write(head)
                transport.write(body)
        while not self._paused:
            data = exchange.take(1 << 16)
            if not data:
                break
            transport.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
        if exchange.drained:
            self._finish(chunked, reply.hijacked or exchange.lagging)

    def _finish(self, chunked: bool, close: bool) -> None:
        transport = self._transport
        assert transport is not None
        self._exchange = None
        if chunked:
            transport.write(b"0\r\n\r\n")
        if close or not self._keep_alive:
            transport.close()
            return
        if self._waiting:
            self._begin(*self._waiting.pop(0))


class Server:
    """An engine and its clients.

    Args:
        engine: what answers.
        wall: the wall's clock, in nanoseconds since 1970.
    """

    def __init__(self, engine: Engine, wall: Callable[[], int] = time.time_ns) -> None:
        self.engine = engine
        self.connections: set[Connection] = set()
        self.polls_count = False
        self._pacer = Pacer(engine, wall)
        self._woken = asyncio.Event()
        self._changed: dict[Connection, None] = {}
        self._listeners: list[asyncio.AbstractServer] = []
        self._paths: list[str] = []

    def wake(self) -> None:
        """A client has sent something."""
        self._pacer.heard()
        self._woken.set()

    def noticed(self, connection: Connection) -> Callable[[], None]:
        """What an exchange calls when it has changed: its connection is looked at after the turn."""

        def notice() -> None:
            self._changed[connection] = None
            self._woken.set()

        return notice

    async def listen_unix(self, path: str) -> None:
        """Listen on a unix socket of mode 0600. A dead socket there is replaced, anything else is not.

        Raises:
            FileExistsError: the path is in use, or is no socket.
        """
        _clear_dead_socket(path)
        mask = os.umask(0o177)
        try:
            listener = await asyncio.get_running_loop().create_unix_server(lambda: Connection(self), path)
        finally:
            os.umask(mask)
        self._listeners.append(listener)
        self._paths.append(path)

    async def run(self) -> None:
        """Serve until cancelled."""
        while True:
            self._woken.clear()
            self._pacer.catch_up()
            more = self.engine.turn()
            self._flush()
            delay = 0.0 if more else self._pacer.step()
            if delay is None or more:
                await asyncio.sleep(0)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), delay)

    def _flush(self) -> None:
        changed, self._changed = self._changed, {}
        if changed:
            self._pacer.spoke()
        for connection in changed:
            connection._pump()

    async def close(self) -> None:
        """Stop listening, and let go of every client."""
        for listener in self._listeners:
            listener.close()
        for connection in list(self.connections):
            if connection._transport is not None:
                connection._transport.close()
        for path in self._paths:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def _clear_dead_socket(path: str) -> None:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FileExistsError(f"{path} exists and is no socket")
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(path)
    except OSError:
        os.unlink(path)
        return
    finally:
        probe.close()
    raise FileExistsError(f"{path} is in use")


async def serve(engine: Engine, path: str, ready: Callable[[], Any]) -> None:
    """Serve an engine on a unix socket until cancelled.

    Args:
        ready: called once clients can connect.
    """
    server = Server(engine)
    await server.listen_unix(path)
    try:
        ready()
        await server.run()
    finally:
        await server.close()
