"""gzip without compression: the same bytes everywhere, whatever zlib is in use.

A blob's digest is that of its compressed bytes, and what a compressor makes of them differs from one zlib to the next.
Stored blocks (RFC 1951, 3.2.4) leave no choice, so a digest computed once holds on every machine; the price is that a
blob is a little larger than what it holds. This module must not know layers or digests.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # deflate, no name, no time, no system
_LAST_BLOCK = b"\x01\x00\x00\xff\xff"
_BLOCK_BYTES = 0xFFFF
_BLOCK_HEADER = struct.Struct("<BHH")
_WHOLE_BLOCK_HEADER = _BLOCK_HEADER.pack(0, _BLOCK_BYTES, _BLOCK_BYTES ^ 0xFFFF)
_TRAILER = struct.Struct("<II")


def compress(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The gzip stream of a stream of bytes. However it is cut, the joined result is the same."""
    for pieces in _compressed(chunks):
        yield b"".join(pieces)


def pieces(chunks: Iterable[bytes]) -> Iterator[bytes | memoryview]:
    """The same stream for whoever only looks at it once, such as a digest: the bytes are not copied."""
    for group in _compressed(chunks):
        yield from group


def _compressed(chunks: Iterable[bytes]) -> Iterator[list[bytes | memoryview]]:
    """About as many groups of pieces as there are chunks."""
    yield [_HEADER]
    checksum = size = 0
    pending = b""
    for chunk in chunks:
        checksum = zlib.crc32(chunk, checksum)
        size += len(chunk)
        group: list[bytes | memoryview] = []
        view = memoryview(chunk)
        if pending:
            missing = _BLOCK_BYTES - len(pending)
            pending += view[:missing]
            view = view[missing:]
            if len(pending) < _BLOCK_BYTES:
                continue
            group += (_WHOLE_BLOCK_HEADER, pending)
        whole = len(view) - len(view) % _BLOCK_BYTES
        for at in range(0, whole, _BLOCK_BYTES):
            group += (_WHOLE_BLOCK_HEADER, view[at : at + _BLOCK_BYTES])
        pending = bytes(view[whole:])
        if group:
            yield group
    if pending:
        yield [_BLOCK_HEADER.pack(0, len(pending), len(pending) ^ 0xFFFF), pending]
    yield [_LAST_BLOCK + _TRAILER.pack(checksum, size & 0xFFFFFFFF)]


def decompress(data: bytes | memoryview) -> bytes | None:
    """What was compressed here; None for any other stream, whether of gzip or not. Three times as fast as zlib."""
    view = memoryview(data)
    end = len(view) - len(_LAST_BLOCK) - _TRAILER.size
    if end < len(_HEADER) or view[: len(_HEADER)] != _HEADER or view[end : end + len(_LAST_BLOCK)] != _LAST_BLOCK:
        return None
    checksum, size = _TRAILER.unpack(view[-_TRAILER.size :])
    blocks: list[memoryview] = []
    at = len(_HEADER)
    while at < end:
        length = min(end - at - _BLOCK_HEADER.size, _BLOCK_BYTES)
        if length <= 0 or view[at : at + _BLOCK_HEADER.size] != _BLOCK_HEADER.pack(0, length, length ^ 0xFFFF):
            return None
        at += _BLOCK_HEADER.size
        blocks.append(view[at : at + length])
        at += length
    plain = b"".join(blocks)
    return plain if zlib.crc32(plain) == checksum and len(plain) & 0xFFFFFFFF == size else None


def compressed_size(size_bytes: int) -> int:
    """How long the gzip stream of so many bytes is."""
    blocks = -(-size_bytes // _BLOCK_BYTES)
    return len(_HEADER) + size_bytes + blocks * _BLOCK_HEADER.size + len(_LAST_BLOCK) + _TRAILER.size
