"""The stored form of values: rows of MessagePack, each a value made of values in rows before it.

Source of the form: none of Docker's. A row is an array that begins with a tag; cells follow. What is no number, flag or
short run of bytes stands in a row of its own and is referred to, so that what is shared stays shared and nothing is
nested: neither writing nor reading calls itself, however deep a value is. A cell that is an even number refers to the
row of half that number; any other stands for itself, a number n as 2n + 1. Text stands in one row however often it
occurs. A class is declared, with the names of its fields, by a row before its first value.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import msgpack

FORMAT: Final = 2
"""Of files, which begin with it. 1 was that of pickles."""

CLASS: Final = 0  # name, names of the fields; the following tags from FIRST_CLASS on are its values
TEXT: Final = 1  # str, or bytes where it is no Unicode text
BYTES: Final = 2
NUMBER: Final = 3  # too large for a cell: bytes, big-endian with a sign
TUPLE: Final = 4
LIST: Final = 5
DICT: Final = 6  # key, value, key, value ...
SET: Final = 7
FROZEN_SET: Final = 8
MAP: Final = 9
BYTE_ARRAY: Final = 10
QUEUE: Final = 11
UNSET: Final = 12
END: Final = 13  # the value that all was written for
PART: Final = 14  # some items of a large container
JOINED: Final = 15  # the tag of a container, and the numbers of its parts, each of which is used once
FIRST_CLASS: Final = 16

PART_ITEMS: Final = 512
"""How many items stand in one row at most, an even number, so that no row takes long."""
INLINE_BYTES: Final = 64
"""Up to this size bytes stand where they are used."""

Row = list[Any]

_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(list[list[Any]])


def pack(rows: list[Row]) -> bytes:
    """Rows as bytes."""
    return _encoder.encode(rows)


def unpack(data: bytes) -> list[Row]:
    """The rows of bytes. ValueError or RecursionError where they are none."""
    return _decoder.decode(data)
