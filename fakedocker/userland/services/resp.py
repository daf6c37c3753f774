"""RESP2 and RESP3, redis's wire protocols: replies and requests as bytes, and back.

A reply says what it means; the older protocol has arrays and texts for most of it.

Source: redis.io/docs/reference/protocol-spec; recorded from redis-server by tools/record_resp3.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final


class ErrorReply(str):
    """An error as a reply."""

    __slots__ = ()


class MapReply(list[Any]):
    """Keys and values in turn."""


class SetReply(list[Any]):
    """Members, each once."""


class PairsReply(list[Any]):
    """Members and scores in turn, which RESP3 has as pairs."""


class PushReply(list[Any]):
    """What nobody has asked for now, as a message of a channel."""


class VerbatimReply(bytes):
    """A text to be shown as it is."""


class NoArray:
    """No array, which RESP2 tells from no string."""


NO_ARRAY: Final = NoArray()

Reply = Any
"""str for a status, bytes or None for a string, int, float, a sequence of replies, or one of the classes above."""
PROTOCOLS: Final = (2, 3)
_CRLF: Final = b"\r\n"


def number_text(value: float) -> str:
    """A score as redis writes it."""
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return str(int(value)) if value == int(value) else repr(value)


def encode(reply: Reply, protocol: int = 2) -> bytes:
    """The bytes of a reply."""
    if isinstance(reply, ErrorReply):
        return f"-{reply}\r\n".encode("utf-8", "surrogateescape")
    if isinstance(reply, str):
        return f"+{reply}\r\n".encode("utf-8", "surrogateescape")
    if isinstance(reply, int):
        return f":{reply}\r\n".encode()
    if isinstance(reply, float):
        text = number_text(reply).encode()
        return b",%s\r\n" % text if protocol == 3 else encode(text)
    if reply is None or reply is NO_ARRAY:
        return b"_\r\n" if protocol == 3 else b"$-1\r\n" if reply is None else b"*-1\r\n"
    if isinstance(reply, bytes):
        if protocol == 3 and isinstance(reply, VerbatimReply):
            return b"=%d\r\ntxt:%s\r\n" % (len(reply) + 4, reply)
        return b"$%d\r\n%s\r\n" % (len(reply), reply)
    return _encode_many(reply, protocol)


def _encode_many(reply: Sequence[Reply], protocol: int) -> bytes:
    mark, count = b"*", len(reply)
    if protocol == 3:
        if isinstance(reply, PairsReply):
            pairs = [list(pair) for pair in zip(reply[::2], reply[1::2], strict=True)]
            return _encode_many(pairs, protocol)
        if isinstance(reply, MapReply):
            mark, count = b"%", count // 2
        elif isinstance(reply, SetReply):
            mark = b"~"
        elif isinstance(reply, PushReply):
            mark = b">"
    return b"%b%d\r\n" % (mark, count) + b"".join(encode(part, protocol) for part in reply)


def encode_command(words: Sequence[str]) -> bytes:
    return encode([word.encode("utf-8", "surrogateescape") for word in words])


_AGGREGATES: Final[dict[bytes, type[list[Any]]]] = {b"*": list, b"%": MapReply, b"~": SetReply, b">": PushReply}


def decode(data: bytes, at: int = 0) -> tuple[Reply, int] | None:
    """The reply at an offset and where it ends; None while it is not whole.

    Raises:
        ValueError: it is no RESP.
    """
    end = data.find(_CRLF, at)
    if end < 0:
        return None
    kind, text, at = data[at : at + 1], data[at + 1 : end], end + 2
    if kind == b"+":
        return text.decode("utf-8", "surrogateescape"), at
    if kind == b"-":
        return ErrorReply(text.decode("utf-8", "surrogateescape")), at
    if kind == b":":
        return int(text), at
    if kind == b",":
        return float(text), at
    if kind == b"_":
        return None, at
    size = int(text)
    if kind in (b"$", b"="):
        if size < 0:
            return None, at
        if len(data) < at + size + 2:
            return None
        value = data[at : at + size]
        return (VerbatimReply(value[4:]) if kind == b"=" else value), at + size + 2
    aggregate = _AGGREGATES.get(kind)
    if aggregate is None:
        raise ValueError(f"expected '$', got '{kind.decode('latin-1')}'")
    if size < 0:
        return None, at
    items = aggregate()
    for _ in range(size * 2 if aggregate is MapReply else size):
        found = decode(data, at)
        if found is None:
            return None
        item, at = found
        items.append(item)
    return items, at
