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
    yield _HEADER
    checksum = size = 0
    pending = b""
    for chunk in chunks:
        checksum = zlib.crc32(chunk, checksum)
        size += len(chunk)
        pending = pending + chunk if pending else chunk
        whole = len(pending) - len(pending) % _BLOCK_BYTES
        if whole:
            view = memoryview(pending)
            parts: list[bytes | memoryview] = []
            for at in range(0, whole, _BLOCK_BYTES):
                parts += (_WHOLE_BLOCK_HEADER, view[at : at + _BLOCK_BYTES])
            yield b"".join(parts)
            pending = pending[whole:]
    if pending:
        yield _block(pending)
    yield _LAST_BLOCK + _TRAILER.pack(checksum, size & 0xFFFFFFFF)


def compressed_size(size_bytes: int) -> int:
    """How long the gzip stream of so many bytes is."""
    blocks = -(-size_bytes // _BLOCK_BYTES)
    return len(_HEADER) + size_bytes + blocks * _BLOCK_HEADER.size + len(_LAST_BLOCK) + _TRAILER.size


def _block(data: bytes) -> bytes:
    return _BLOCK_HEADER.pack(0, len(data), len(data) ^ 0xFFFF) + data
