"""RESP2, redis's wire protocol: replies and requests as bytes, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ErrorReply(str):
    """An error as a reply."""

    __slots__ = ()


Reply = Any
"""str for a status, bytes or None for a string, int, a sequence of replies, or an ErrorReply."""


def encode(reply: Reply) -> bytes:
    if isinstance(reply, ErrorReply):
        return f"-{reply}\r\n".encode("utf-8", "surrogateescape")
    if isinstance(reply, str):
        return f"+{reply}\r\n".encode("utf-8", "surrogateescape")
    if isinstance(reply, int):
        return f":{reply}\r\n".encode()
    if reply is None:
        return b"$-1\r\n"
    if isinstance(reply, bytes):
        return b"$%d\r\n%s\r\n" % (len(reply), reply)
    return b"*%d\r\n" % len(reply) + b"".join(encode(part) for part in reply)


def encode_command(words: Sequence[str]) -> bytes:
    return encode([word.encode("utf-8", "surrogateescape") for word in words])


def decode(data: bytes, at: int = 0) -> tuple[Reply, int] | None:
    """The reply at an offset and where it ends; None while it is not whole.

    Raises:
        ValueError: it is no RESP.
    """
    end = data.find(b"\r\n", at)
    if end < 0:
        return None
    kind, text, at = data[at : at + 1], data[at + 1 : end], end + 2
    if kind == b"+":
        return text.decode("utf-8", "surrogateescape"), at
    if kind == b"-":
        return ErrorReply(text.decode("utf-8", "surrogateescape")), at
    if kind == b":":
        return int(text), at
    size = int(text)
    if kind == b"$":
        if size < 0:
            return None, at
        return (data[at : at + size], at + size + 2) if len(data) >= at + size + 2 else None
    if kind != b"*":
        raise ValueError(f"expected '$', got '{kind.decode('latin-1')}'")
    if size < 0:
        return None, at
    items = []
    for _ in range(size):
        found = decode(data, at)
        if found is None:
            return None
        item, at = found
        items.append(item)
    return items, at
