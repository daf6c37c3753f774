"""A registry behind a socket of the loopback interface, for real clients: the distribution protocol over HTTP/1.1.

The rules are in `registry.distribution`; here are the connections, the clock, and blobs in a folder.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from fakedocker.api.request_reader import Head, Refused, RequestReader
from fakedocker.registry.distribution import rules
from fakedocker.registry.distribution.access import Access
from fakedocker.registry.distribution.contents import Contents
from fakedocker.registry.distribution.layout import FolderContents
from fakedocker.wire.http import Reply, Request

REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 413: "Request Entity Too Large", 416: "Requested Range Not Satisfiable",
    429: "Too Many Requests", 431: "Request Header Fields Too Large",
}  # fmt: skip
BODY_LIMIT_BYTES = 4 << 30


class DirectoryFolder:
    """A folder of this machine. A file is there only once all of it is."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def size_bytes(self, path: str) -> int | None:
        try:
            return (self._directory / path).stat().st_size
        except OSError:
            return None

    def read(self, path: str, start: int, end: int) -> bytes:
        with open(self._directory / path, "rb") as file:
            file.seek(start)
            return file.read(end - start)

    def write(self, path: str, data: bytes) -> None:
        target = self._directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(".part")
        partial.write_bytes(data)
        partial.replace(target)

    def remove(self, path: str) -> None:
        """Remove a file, and the directories that it leaves empty."""
        target = self._directory / path
        target.unlink(missing_ok=True)
        for directory in target.parents:
            if directory == self._directory or not directory.is_dir() or any(directory.iterdir()):
                return
            directory.rmdir()

    def names(self, path: str) -> list[str]:
        try:
            return sorted(os.listdir(self._directory / path))
        except OSError:
            return []


class RegistryConnection(asyncio.Protocol):
    """One client."""

    def __init__(self, server: RegistryServer) -> None:
        self._server = server
        self._reader = RequestReader(self._take, self._write, BODY_LIMIT_BYTES)
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.connections.add(self)

    def connection_lost(self, problem: Exception | None) -> None:
        self._server.connections.discard(self)
        self._transport = None

    def data_received(self, data: bytes) -> None:
        try:
            if self._reader.feed(data) is not None:
                self._refuse(400)
        except Refused as refused:
            self._refuse(refused.status)

    def _refuse(self, status: int) -> None:
        if self._transport is not None:
            self._transport.write(head_of(Reply(status=status), 0, keep_alive=False))
            self._transport.close()

    def close(self) -> None:
        """Let go of the client."""
        if self._transport is not None:
            self._transport.close()

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def _take(self, head: Head, body: bytes, keep_alive: bool) -> None:
        """Answer a request that has arrived whole."""
        request = Request(method=head.method, target=head.target, headers=head.headers, body=body)
        reply = self._server.answer(request)
        if self._transport is None:
            return
        answer = reply.body or b""
        self._transport.write(head_of(reply, len(answer), keep_alive))
        if head.method != "HEAD":
            self._transport.write(answer)
        if not keep_alive:
            self._transport.close()


def head_of(reply: Reply, size_bytes: int, keep_alive: bool) -> bytes:
    """The status line and headers of an answer."""
    lines = [f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}"]
    lines += [f"{name}: {value}" for name, value in reply.headers]
    if reply.status != 204:
        lines.append(f"Content-Length: {size_bytes}")
    if not keep_alive:
        lines.append("Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class RegistryServer:
    """A registry and its clients.

    Args:
        log: gets a line for every request.
    """

    def __init__(self, contents: Contents, access: Access, log: Callable[[str], None] | None = None) -> None:
        self.contents = contents
        self.connections: set[RegistryConnection] = set()
        self._access = access
        self._log = log
        self._listener: asyncio.AbstractServer | None = None

    def answer(self, request: Request) -> Reply:
        """Answer a request, and write down what it has changed."""
        reply = rules.handle(self.contents, self._access, request, time.time_ns())
        if isinstance(self.contents, FolderContents):
            self.contents.write()
        if self._log is not None:
            self._log(f"{request.method} {request.target} {reply.status} {len(reply.body or b'')}")
        return reply

    async def listen(self, host: str, port: int) -> int:
        """Listen; gives the port, which is picked for 0. OSError."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: RegistryConnection(self), host, port)
        return int(self._listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening, and let go of every client."""
        if self._listener is not None:
            self._listener.close()
        for connection in list(self.connections):
            connection.close()


def drawn() -> int:
    """128 bits that nobody can guess."""
    return int.from_bytes(os.urandom(16), "big")


def secret() -> bytes:
    """What tokens are signed with, for as long as a server runs."""
    return hashlib.sha256(os.urandom(32)).digest()
