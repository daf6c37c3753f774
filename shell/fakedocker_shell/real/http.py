"""HTTP to a daemon over a real socket, as the docker command line wants it: one connection for each request.

h11 speaks the protocol; after an upgrade the connection is raw bytes both ways.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import quote, urlsplit

import h11
import msgspec

from fakedocker.wire.http import JSON, make_target
from fakedocker_shell.cli.context import Body, ConnectionLost, ConnectionRefused, Query, Response

READ_BYTES = 65536
_API_HOST = "api.moby.localhost"
"""What the real client calls the daemon in requests over a unix socket."""


class Address:
    """A daemon's address: unix:///path or tcp://host:port.

    Args:
        text: as in DOCKER_HOST.
        environment: DOCKER_TLS_VERIFY and DOCKER_CERT_PATH say how to prove oneself over TCP.
    """

    def __init__(self, text: str, environment: Mapping[str, str]) -> None:
        self.text = text
        self._environment = environment
        self._parts = urlsplit(text)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection. Raises ConnectionRefused."""
        try:
            if self._parts.scheme == "unix":
                return await asyncio.open_unix_connection(self._parts.path)
            return await asyncio.open_connection(self._parts.hostname, self._parts.port or 2375, ssl=self._tls())
        except OSError:
            raise ConnectionRefused(self.text) from None

    def url(self, target: str) -> str:
        """As the real client names it in errors."""
        host = quote(self._parts.path, safe="") if self._parts.scheme == "unix" else self._parts.netloc
        return f"http://{host}{target}"

    def _tls(self) -> ssl.SSLContext | None:
        if not self._environment.get("DOCKER_TLS_VERIFY"):
            return None
        folder = self._environment.get("DOCKER_CERT_PATH") or os.path.join(self._environment.get("HOME", ""), ".docker")
        context = ssl.create_default_context(cafile=os.path.join(folder, "ca.pem"))
        context.load_cert_chain(os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem"))
        return context

    @property
    def host_header(self) -> str:
        return _API_HOST if self._parts.scheme == "unix" else self._parts.netloc


class HttpExchange:
    """A request on a connection of its own, and what has come of it so far. Also the stream that its answer may be.

    Args:
        changed: called whenever something has come.
    """

    def __init__(
        self,
        address: Address,
        method: str,
        path: str,
        query: Query | None,
        body: Body,
        headers: Mapping[str, str] | None,
        upgrade: bool,
        changed: Callable[[], None],
    ) -> None:
        self._changed = changed
        self._data = b""
        self._writer: asyncio.StreamWriter | None = None
        self._unsent = b""
        self._closes_writing = False
        self._problem: Exception | None = None
        self.status = 0
        self.headers: Mapping[str, str] = {}
        self.answered = False
        self.finished = False
        self._task = asyncio.create_task(
            self._run(address, method, make_target(path, query), body, headers or {}, upgrade)
        )

    async def _run(
        self, address: Address, method: str, target: str, body: Body, headers: Mapping[str, str], upgrade: bool
    ) -> None:
        try:
            reader, writer = await address.connect()
            try:
                await self._exchange(reader, writer, address, method, target, body, headers, upgrade)
            finally:
                writer.close()
                with contextlib.suppress(OSError, ssl.SSLError):
                    await writer.wait_closed()
        except ConnectionRefused as problem:
            self._problem = problem
        except (OSError, h11.RemoteProtocolError):
            self._problem = ConnectionLost(method, address.url(target))
        finally:
            self.answered = self.finished = True
            self._changed()

    async def _exchange(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        address: Address,
        method: str,
        target: str,
        body: Body,
        headers: Mapping[str, str],
        upgrade: bool,
    ) -> None:
        protocol = h11.Connection(h11.CLIENT)
        sent = {"Host": address.host_header, **headers}
        if isinstance(body, Mapping | list):
            body = msgspec.json.encode(body)
            sent.setdefault("Content-Type", JSON)
        if upgrade:
            sent |= {"Connection": "Upgrade", "Upgrade": "tcp"}
        chunks = [body] if isinstance(body, bytes) else body or ()
        if body is None or isinstance(body, bytes):
            sent["Content-Length"] = str(len(body or b""))
        else:
            sent["Transfer-Encoding"] = "chunked"
        writer.write(protocol.send(h11.Request(method=method, target=target, headers=list(sent.items()))) or b"")
        for chunk in chunks:
            writer.write(protocol.send(h11.Data(data=chunk)) or b"")
            await writer.drain()
        writer.write(protocol.send(h11.EndOfMessage()) or b"")
        while not self.finished:
            event = protocol.next_event()
            if event is h11.NEED_DATA:
                protocol.receive_data(await reader.read(READ_BYTES))
            elif event is h11.PAUSED:
                self._take(protocol.trailing_data[0])
                await self._raw(reader, writer)
            elif isinstance(event, h11.Response | h11.InformationalResponse):
                self.status = event.status_code
                self.headers = {name.decode(): value.decode("latin-1") for name, value in event.headers.raw_items()}
                self.answered = event.status_code == 101 or isinstance(event, h11.Response)
                self._changed()
            elif isinstance(event, h11.Data):
                self._take(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                self.finished = True

    async def _raw(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        writer.write(self._unsent)
        if self._closes_writing:
            writer.write_eof()
        while data := await reader.read(READ_BYTES):
            self._take(data)
        self.finished = True

    def _take(self, data: bytes) -> None:
        self._data += data
        self._changed()

    # as a request

    @property
    def response(self) -> Response:
        self.check()
        return Response(self.status, self.headers, self.take())

    def check(self) -> None:
        """Raise what has gone wrong."""
        if self._problem is not None:
            raise self._problem

    # as a stream

    @property
    def readable(self) -> bool:
        return bool(self._data) or self.finished

    @property
    def ended(self) -> bool:
        return self.finished and not self._data

    def take(self) -> bytes:
        data, self._data = self._data, b""
        return data

    def write(self, data: bytes) -> None:
        if self._writer is None:
            self._unsent += data
        else:
            self._writer.write(data)

    def close_write(self) -> None:
        self._closes_writing = True
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write_eof()

    def close(self) -> None:
        """Give the connection up."""
        self._task.cancel()
