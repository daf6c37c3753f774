"""When the server takes a step: at once for a client that is alone, else when everybody has been heard who has something to say."""

from __future__ import annotations

import asyncio
from typing import Any

from fakedocker.api.connection import Connection
from fakedocker.api.server import Server
from fakedocker.assembly import create_engine

PING = b"GET /_ping HTTP/1.1\r\nHost: docker\r\n\r\n"


class Wire(asyncio.Transport):
    """The other side of a connection: what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # Any: as asyncio has it
        return default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True


def connected(server: Server) -> tuple[Connection, Wire]:
    connection, wire = Connection(server), Wire()
    connection.connection_made(wire)
    return connection, wire


def test_one_that_is_alone_is_answered_at_once_in_one_piece() -> None:
    async def talk() -> list[bytes]:
        server = Server(create_engine(1))
        connection, wire = connected(server)
        connection.data_received(PING[:20])
        assert wire.written == []
        connection.data_received(PING[20:])
        return wire.written

    (answer,) = asyncio.run(talk())
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\nOK")


def test_requests_ahead_of_their_answers_are_answered_in_their_order() -> None:
    async def talk() -> bytes:
        server = Server(create_engine(1))
        connection, wire = connected(server)
        connection.data_received(PING + PING.replace(b"/_ping", b"/nowhere") + PING)
        for _ in range(20):
            await asyncio.sleep(0)
        return b"".join(wire.written)

    answered = asyncio.run(talk()).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answered] == [b"200", b"404", b"200"]


def test_of_several_none_is_answered_before_the_others_have_been_heard() -> None:
    async def talk() -> tuple[list[bytes], list[list[bytes]]]:
        server = Server(create_engine(1))
        both = [connected(server), connected(server)]
        for connection, _ in both:
            connection.data_received(PING)
        first = [data for _, wire in both for data in wire.written]
        await asyncio.sleep(0)
        return first, [wire.written for _, wire in both]

    first, then = asyncio.run(talk())
    assert first == []
    assert [len(written) for written in then] == [1, 1]
