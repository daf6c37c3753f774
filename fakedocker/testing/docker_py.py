"""docker-py in process: no socket, no thread.

A requests adapter hands requests to the engine and drives it in the caller's thread. Streams are file-like objects
whose reading drives the engine on until there are bytes, the end, or proof that nothing can end the read.
"""

from __future__ import annotations

import errno
import io
import os
from http.client import IncompleteRead
from typing import TYPE_CHECKING, Any, NoReturn

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.exceptions import ConnectionError, ReadTimeout
from requests.utils import get_encoding_from_headers
from urllib3.response import HTTPResponse

from fakedocker.api.headers import with_common_headers
from fakedocker.api.service_logs import ServiceLogStream
from fakedocker.api.streams import EventStream, LogStream, StatsStream
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange
from fakedocker.engine.waiting import WaitCannotEnd, WaitTimedOut
from fakedocker.wire.http import Request

if TYPE_CHECKING:
    import docker

BASE_URL = "http://fakedocker.invalid:2375"
CLIENT = "docker-py"


def _drive_to_bytes(engine: Engine, exchange: Exchange, timeout: float | None) -> None:
    """Let the engine go on until there is something to read. What has no end by itself is only watched.

    Raises:
        TimeoutError: nothing came in the time-out that was set.
    """
    stream = exchange.stream
    watches = isinstance(stream, EventStream | LogStream | ServiceLogStream | StatsStream)
    what = f"reading the answer to {exchange.request.method} {exchange.request.target}"
    try:
        engine.drive(
            lambda: exchange.readable or exchange.stalled, what, watches=watches, timeout_seconds=timeout or None
        )
    except WaitTimedOut:
        raise TimeoutError("timed out") from None


class EngineSocket:
    """The raw bytes of an attached connection, with the methods that docker-py uses of a socket.

    Args:
        timeout: for how many seconds of virtual time a read waits; None for as long as it takes.
    """

    def __init__(self, engine: Engine, exchange: Exchange, timeout: float | None = None) -> None:
        self._engine = engine
        self._exchange = exchange
        self._timeout = timeout
        self._buffer = b""
        self._always_ready: tuple[int, int] | None = None

    def recv(self, size: int = 65536) -> bytes:
        """Up to `size` bytes; drives the engine until there are some. b"" is the end."""
        while not self._buffer and not self._exchange.drained:
            _drive_to_bytes(self._engine, self._exchange, self._timeout)
            self._buffer = self._exchange.take(size)
            if not self._buffer and self._exchange.stalled:
                raise TimeoutError("timed out")
        if not self._buffer and self._exchange.broken:
            raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    read = recv

    def readinto(self, buffer: memoryview) -> int:
        """As recv, into a buffer; gives how many bytes."""
        data = self.recv(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readable(self) -> bool:
        """It is, as io asks."""
        return True

    def sendall(self, data: bytes) -> None:
        """Bytes for the process."""
        with self._engine.lock:
            self._engine.feed(self._exchange, bytes(data))
            while self._engine.turn():
                continue

    def send(self, data: bytes) -> int:
        """As sendall; gives how many bytes, which are all."""
        self.sendall(data)
        return len(data)

    write = send

    def shutdown(self, how: int) -> None:
        """Half-close: the process reads the end of its input."""
        with self._engine.lock:
            self._engine.half_close(self._exchange)

    def fileno(self) -> int:
        """A descriptor that always is ready to be read: docker-py polls before it reads."""
        if self._always_ready is None:
            reader, writer = os.pipe()
            os.close(writer)  # the end of file is readable at once
            self._always_ready = (reader, writer)
        return self._always_ready[0]

    def settimeout(self, timeout: float | None) -> None:
        """How long reading waits, in seconds of virtual time."""
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        """How long reading waits; None for as long as it takes."""
        return self._timeout

    def setblocking(self, flag: bool) -> None:
        """Reading always is."""

    def flush(self) -> None:
        """Nothing is held back."""

    @property
    def _sock(self) -> EngineSocket:
        return self

    def close(self) -> None:
        """Let go of the process: what goes on for this client ends."""
        if not self._exchange.drained:
            with self._engine.lock:
                self._engine.disconnect(self._exchange)
                self._engine.turn()
        if self._always_ready is not None:
            os.close(self._always_ready[0])
            self._always_ready = None

    def __enter__(self) -> EngineSocket:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Body(io.RawIOBase):
    """An answer's bytes as urllib3 reads them.

    docker-py also looks at `chunked` and `chunk_left`, to read a stream piece by piece, and at `fp.raw` for the socket.
    """

    def __init__(self, engine: Engine, exchange: Exchange, whole: bytes | None, timeout: float | None) -> None:
        self._engine = engine
        self._exchange = exchange
        self._buffer = memoryview(whole or b"")
        self._socket = EngineSocket(engine, exchange, timeout)
        self.chunked = whole is None
        self.fp = _Connection(self._socket)

    @property
    def chunk_left(self) -> int:
        return len(self._buffer)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._buffer and not self._exchange.drained:
            _drive_to_bytes(self._engine, self._exchange, self._socket.gettimeout())
            self._buffer = memoryview(self._exchange.take())
            if not self._buffer and self._exchange.stalled:
                raise TimeoutError("timed out")
        if not self._buffer and self._exchange.broken:
            raise IncompleteRead(b"")
        data, self._buffer = self._buffer[: len(buffer)], self._buffer[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed and not self._exchange.drained:
            with self._engine.lock:
                self._engine.disconnect(self._exchange)
                self._engine.turn()
        super().close()


class _Connection:
    """What docker-py looks for under a response when it wants the socket."""

    def __init__(self, socket: EngineSocket) -> None:
        self.raw = socket


class _Hijacked:
    def __init__(self, socket: EngineSocket) -> None:
        self.fp = _Connection(socket)


class EngineAdapter(BaseAdapter):
    """Sends what requests asks to an engine."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    def send(
        self, request: PreparedRequest, *args: Any, **settings: Any
    ) -> Response:  # Any: what requests hands to adapters, and is not looked at
        """Put a request to the engine, and drive it until it has an answer. Headers and body are as requests has
        prepared them."""
        body = request.body
        if body is None:
            data = b""
        elif isinstance(body, str):
            data = body.encode()
        elif isinstance(body, bytes):
            data = body
        else:
            data = body.read() if hasattr(body, "read") else b"".join(body)
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        asked = Request(
            method=request.method or "GET", target=request.path_url, headers=headers, body=data, client=CLIENT
        )
        timeout = settings.get("timeout")
        patience = timeout[1] if isinstance(timeout, tuple) else timeout
        exchange = self._engine.submit(asked)
        what = f"{asked.method} {asked.target}"
        try:
            self._engine.drive(
                lambda: exchange.answered or bool(exchange.broken) or exchange.stalled, what, timeout_seconds=patience
            )
        except WaitTimedOut:
            self._give_up(request, exchange, patience)
        if exchange.reply is None:
            self._fail(request, exchange, patience)
        if patience is not None and exchange.cost_ns > patience * SECOND_NS:  # it was answered to nobody
            self._give_up(request, exchange, patience)
        return self._respond(request, exchange, patience)

    def _fail(self, request: PreparedRequest, exchange: Exchange, patience: float | None) -> None:
        """Raise what requests raises of a connection that breaks, or stands still until the client's patience is over."""
        if exchange.broken == "refused":
            raise ConnectionError(
                "Connection aborted.", ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), request=request
            )
        if exchange.broken:
            raise ConnectionError(
                "Connection aborted.",
                ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
                request=request,
            )
        if patience is None:
            raise WaitCannotEnd(
                f"nothing can end {request.method} {request.path_url}: its answer has stalled by a fault, and the client has no timeout"
            )
        with self._engine.lock:
            self._engine.advance(self._engine.now_ns + int(patience * SECOND_NS))
        self._give_up(request, exchange, patience)

    def _give_up(self, request: PreparedRequest, exchange: Exchange, patience: float | None) -> NoReturn:
        """The client's patience is over: it goes, and says so."""
        with self._engine.lock:
            self._engine.disconnect(exchange)
            self._engine.turn()
        raise ReadTimeout(f"Read timed out. (read timeout={patience})", request=request)

    def _respond(self, request: PreparedRequest, exchange: Exchange, patience: float | None) -> Response:
        reply = exchange.reply
        assert reply is not None
        response = Response()
        response.status_code = reply.status
        response.request = request
        response.url = request.url or ""
        response.reason = ""
        response.connection = self  # type: ignore[assignment]  # requests sets it on every response, to whatever adapter there is
        response.headers.update(with_common_headers(reply, self._engine.profile))
        response.encoding = get_encoding_from_headers(response.headers)
        body = io.BytesIO() if reply.hijacked else _Body(self._engine, exchange, reply.body, patience)
        raw = HTTPResponse(body=body, preload_content=False, status=reply.status, headers=dict(response.headers))
        if reply.hijacked:
            raw._fp = _Hijacked(EngineSocket(self._engine, exchange))  # type: ignore[assignment]  # where docker-py finds the socket
        response.raw = raw
        return response

    def close(self) -> None:
        """Nothing is held open."""


def docker_client(engine: Engine) -> docker.DockerClient:
    """docker-py's client of an engine, as docker.from_env() would give it."""
    import docker

    client = docker.DockerClient(base_url=BASE_URL, version=engine.profile.newest_api)
    client.api.mount(BASE_URL, EngineAdapter(engine))
    client.api.trust_env = False  # neither proxies nor a .netrc of the machine have a part in it
    return client
