"""Taking archives out of whatever they are compressed with: gzip, bzip2, xz and zstd.

What comes in may be anybody's, so that no stream is followed past a limit. This module must not know what is in an
archive.
"""

from __future__ import annotations

import io
import sys
import zlib
from collections.abc import Callable

from fakedocker.filesystem.archive import BadArchive

LIMIT_BYTES = 2 << 30
USUAL_BYTES = 64 << 20
USUAL_RATIO = 20
"""What is larger than this once decompressed, and so many times as large as before, is refused: a small file can claim
to be endless."""


def _limit(data: bytes | memoryview) -> int:
    return min(LIMIT_BYTES, max(USUAL_BYTES, USUAL_RATIO * len(data)))


def is_compressed(data: bytes | memoryview) -> bool:
    """Whether bytes begin as a compressed stream does."""
    return _unpacker(data) is not None


def _unpacker(data: bytes | memoryview) -> Callable[[bytes | memoryview], bytes] | None:
    head = bytes(data[:_MAGIC_BYTES])
    return next((unpack for magic, unpack in _UNPACKERS if head.startswith(magic)), None)


def decompressed(data: bytes | memoryview) -> bytes:
    """The bytes in a compressed stream, which its first bytes tell; other bytes as they are.

    Raises:
        BadArchive: the stream is broken, cut off or too large.
    """
    unpack = _unpacker(data)
    if unpack is None:
        return bytes(data)
    try:
        plain = unpack(data)
    except EOFError:
        raise BadArchive("unexpected EOF") from None
    except (OSError, ValueError, zlib.error) as problem:
        raise BadArchive(str(problem)) from None
    limit = _limit(data)
    if len(plain) > limit:
        if limit == LIMIT_BYTES:
            raise BadArchive("no space left on device")
        raise BadArchive(
            f"fakedocker: {len(data)} compressed bytes that become more than {limit >> 20} MiB are not simulated"
        )
    return plain


def _gzip(data: bytes | memoryview) -> bytes:
    """Member after member, and zeros that fill up. Python's gzip reads 8 KiB at a time, which takes three times as long."""
    left = _limit(data) + 1
    parts: list[bytes] = []
    while data and left > 0:
        machine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        parts.append(machine.decompress(data, left))
        left -= len(parts[-1])
        if left > 0 and not machine.eof:
            raise EOFError
        data = machine.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _bzip2(data: bytes | memoryview) -> bytes:
    import bz2  # as xz's: most runs read no compressed archive

    with bz2.open(io.BytesIO(data)) as stream:
        return stream.read(_limit(data) + 1)


def _xz(data: bytes | memoryview) -> bytes:
    import lzma

    try:
        with lzma.open(io.BytesIO(data)) as stream:
            return stream.read(_limit(data) + 1)
    except lzma.LZMAError as problem:
        raise ValueError(str(problem)) from None


def _zstd(data: bytes | memoryview) -> bytes:
    """With the module that Python has since 3.14, or the package of the same interface."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    try:
        with zstd.open(io.BytesIO(data)) as stream:
            plain: bytes = stream.read(_limit(data) + 1)
    except zstd.ZstdError as problem:
        raise ValueError(str(problem)) from None
    return plain


_MAGIC_BYTES = 6
_UNPACKERS: tuple[tuple[bytes, Callable[[bytes | memoryview], bytes]], ...] = (
    (b"\x1f\x8b", _gzip),
    (b"BZh", _bzip2),
    (b"\xfd7zXZ\0", _xz),
    (b"\x28\xb5\x2f\xfd", _zstd),
)
