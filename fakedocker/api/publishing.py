"""Published ports on the real machine's loopback address: a browser or curl reaches the simulated service.

After each turn the listeners are made what the world's port table says; before it, ports that somebody else has are
passed over where the daemon picks one by itself (`-p 80`), as the real one does. A connection to one is an input of the
engine like any request, see `published`. UDP ports are not opened.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any, cast

from fakedocker.api.server import Server
from fakedocker.engine.inflight import Exchange
from fakedocker.network.ports import EPHEMERAL_LAST
from fakedocker.wire.endpoints import PORT_METHOD
from fakedocker.wire.http import Request

LOOPBACK = {4: "127.0.0.1", 6: "::1"}
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_BACKLOG = 128
OPEN_SECONDS = 10.0
"""How long a thread waits for the server to open its ports, should that have ended."""
KEPT_PORTS = 4
"""How many ports that the daemon might pick next are kept for it: as many as a request usually takes."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, with no time: closing resets."""


class PublishedPorts:
    """The listeners of one server.

    Args:
        server: whose engine's ports are opened.
        report: told, in a line, of a port that cannot be opened.
    """

    def __init__(self, server: Server, report: Callable[[str], None]) -> None:
        self._server = server
        self._report = report
        self._seen: Any = None
        self._listeners: dict[tuple[int, int], asyncio.Task[asyncio.AbstractServer] | None] = {}
        self._connections: set[_PublishedConnection] = set()
        self._looked_from = 0
        self._reserved: dict[int, socket.socket] = {}
        server.after_turn.append(self._look)
        server.before_turn.append(self._look_ahead)
        self._thread = threading.get_ident()
        self._loop = asyncio.get_running_loop()
        server.engine.on_driven.append(self._catch_up)
        self._look()  # what runs already
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Let the daemon pick ports that are free here, and keep them for it, as other doubles of this machine pick in the same order.
        Looked at again once some were picked."""
        engine = self._server.engine
        start = engine.world.next_port
        if start == self._looked_from:
            return
        first = port = start
        while port < first + KEPT_PORTS and port <= EPHEMERAL_LAST:
            port += 1
            if (port - 1, 4) not in self._listeners and not self._reserve(port - 1):
                first = port
        for other in [kept for kept in self._reserved if not first <= kept < port]:
            self._reserved.pop(other).close()
        if first != start and port <= EPHEMERAL_LAST:
            engine.change("ports", first)
        self._looked_from = engine.world.next_port

    def _reserve(self, port: int) -> bool:
        """Hold a port of the loopback address without listening there; whether nobody else has it."""
        if port in self._reserved:
            return True
        held = socket.socket()
        try:
            held.bind((LOOPBACK[4], port))
        except OSError:
            held.close()
            return False
        self._reserved[port] = held
        return True

    def _catch_up(self) -> None:
        """Another thread has driven the engine: what it has published is open before it goes on."""
        if self._server.engine.world.ports is self._seen or threading.get_ident() == self._thread:
            return
        done = threading.Event()

        def look() -> None:
            try:
                with self._server.engine.lock:
                    self._look()
                    self._look_ahead()
            finally:
                done.set()

        self._loop.call_soon_threadsafe(look)
        done.wait(OPEN_SECONDS)

    def _look(self) -> None:
        ports = self._server.engine.world.ports
        if ports is self._seen:
            return
        self._seen = ports
        wanted = {(port, version) for port, protocol, version in ports if protocol == "tcp"}
        for key in sorted(set(self._listeners) - wanted):
            self._close(key)
        for key in sorted(wanted - set(self._listeners)):
            self._open(*key)

    def _open(self, port: int, version: int) -> None:
        """Bound at once, so that who is told of a started container can connect; served as soon as the loop turns."""
        self._listeners[port, version] = None
        reserved = self._reserved.pop(port, None) if version == 4 else None
        listener = reserved or socket.socket(_FAMILIES[version])
        try:
            if reserved is None:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((LOOPBACK[version], port))
            listener.listen(_BACKLOG)
        except OSError as problem:
            listener.close()
            if version == 4:
                self._report(f"port {port} cannot be opened on {LOOPBACK[version]}: {problem.strerror}")
            return
        loop = asyncio.get_running_loop()
        serving = loop.create_server(lambda: _PublishedConnection(self, port, version), sock=listener)
        self._listeners[port, version] = loop.create_task(serving)

    def _close(self, key: tuple[int, int]) -> None:
        task = self._listeners.pop(key)
        if task is None:
            return
        if task.done():
            task.result().close()
        else:
            task.add_done_callback(lambda done: done.result().close())

    def joined(self, connection: _PublishedConnection) -> None:
        """A client has come."""
        self._connections.add(connection)

    def left(self, connection: _PublishedConnection) -> None:
        """A client has gone."""
        self._connections.discard(connection)

    @property
    def server(self) -> Server:
        """Whose ports they are."""
        return self._server

    def close(self) -> None:
        """Close every port and every connection."""
        self._server.engine.on_driven.remove(self._catch_up)
        self._server.after_turn.remove(self._look)
        self._server.before_turn.remove(self._look_ahead)
        for key in list(self._listeners):
            self._close(key)
        for connection in list(self._connections):
            connection.abort()
        for held in self._reserved.values():
            held.close()


class _PublishedConnection(asyncio.Protocol):
    """A client of a simulated service."""

    def __init__(self, ports: PublishedPorts, port: int, version: int) -> None:
        self._ports = ports
        self._server = ports.server
        self._port = port
        self._version = version
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ports.joined(self)
        address = f"[{LOOPBACK[6]}]" if self._version == 6 else LOOPBACK[4]
        request = Request(method=PORT_METHOD, target=f"{address}:{self._port}")
        self._exchange: Exchange = self._server.engine.submit(request)
        self._exchange.listen(self._server.noticed(self))
        self._server.wake()

    def data_received(self, data: bytes) -> None:
        self._server.engine.feed(self._exchange, data)
        self._server.wake()

    def eof_received(self) -> bool:
        self._server.engine.half_close(self._exchange)
        self._server.wake()
        return True

    def connection_lost(self, problem: Exception | None) -> None:
        self._ports.left(self)
        if not self._exchange.drained:
            self._server.engine.disconnect(self._exchange)
            self._server.wake()

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self.pump()

    def abort(self) -> None:
        """Reset the connection."""
        sock = self._transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()

    def pump(self) -> None:
        """Send what there is to send, as far as the client takes it."""
        reply = self._exchange.reply
        if reply is None or self._transport.is_closing():
            return
        if not reply.hijacked:
            self.abort()  # docker's proxy has taken the connection and finds nobody inside
            return
        while not self._paused and (data := self._exchange.take(1 << 16)):
            self._transport.write(data)
        if self._exchange.drained:
            self._transport.close()
        elif self._exchange.unread_bytes:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()
