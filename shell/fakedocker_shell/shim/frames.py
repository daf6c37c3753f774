"""What a client of the shim and its engine say to each other: frames of a kind, a length and a payload.

The client has the same letters of its own (`client.py`), as it imports nothing: a test compares them.
"""

from __future__ import annotations

import asyncio
import os
from typing import Final, NamedTuple

HEAD_BYTES: Final = 5
LARGEST_BYTES: Final = 8 << 20
"""Of a payload; arguments and environment together are at most two million bytes on Linux."""

# from the client
HELLO: Final = b"H"
INPUT: Final = b"D"
INPUT_ENDED: Final = b"E"
SIGNAL: Final = b"S"
SIZE: Final = b"W"
# from the engine
ACCEPTED: Final = b"A"
OUT: Final = b"O"
ERR: Final = b"R"
WANT_INPUT: Final = b"I"
CATCH_SIGNALS: Final = b"C"
RAW: Final = b"T"
ENDED: Final = b"X"


class BadFrame(Exception):
    """What came is no frame of the shim's."""


class Hello(NamedTuple):
    """How a command was started.

    Args:
        directory: the absolute working directory.
        terminals: of descriptors 0, 1 and 2, whether they are terminals.
        rows, columns: of the window, 0 without one.
        arguments: the words after `docker`.
        environment: all variables.
    """

    directory: str
    terminals: tuple[bool, bool, bool]
    rows: int
    columns: int
    arguments: tuple[str, ...]
    environment: dict[str, str]


def pack(kind: bytes, payload: bytes = b"") -> bytes:
    """A frame."""
    return kind + len(payload).to_bytes(4, "big") + payload


async def read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next frame: kind and payload.

    Raises:
        asyncio.IncompleteReadError: the client has gone.
        BadFrame: the frame is longer than any.
    """
    head = await reader.readexactly(HEAD_BYTES)
    length = int.from_bytes(head[1:], "big")
    if length > LARGEST_BYTES:
        raise BadFrame(f"a frame of {length} bytes")
    return head[:1], await reader.readexactly(length)


def read_hello(payload: bytes) -> Hello:
    """How a command was started. Raises BadFrame."""
    fields = [os.fsdecode(field) for field in payload.split(b"\0")]
    try:
        directory, terminals, rows, columns, count, *rest = fields
        arguments, variables = rest[: int(count)], rest[int(count) :]
        seen = tuple(letter == "1" for letter in terminals)
        if len(seen) != 3 or not os.path.isabs(directory):
            raise ValueError(terminals)
        environment = dict(variable.split("=", 1) for variable in variables if "=" in variable)
        return Hello(directory, (seen[0], seen[1], seen[2]), int(rows), int(columns), tuple(arguments), environment)
    except ValueError as problem:
        raise BadFrame(f"no beginning of a command: {problem}") from None


def read_size(payload: bytes) -> tuple[int, int]:
    """(rows, columns). Raises BadFrame."""
    if len(payload) != 4:
        raise BadFrame("no size of a window")
    return int.from_bytes(payload[:2], "big"), int.from_bytes(payload[2:], "big")
