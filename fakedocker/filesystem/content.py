"""What a file holds: plain bytes, or a rope of bytes, zero runs, recipes, slices of a kept archive and parts of the
real machine's files.

A small file is `bytes`. Anything else is a `Rope`, whose pieces need not exist as bytes: a gigabyte of zeros costs one
piece, and a large file of an image is a recipe that is carried out only by whoever reads it. All are immutable, and
`len()` of either is O(1). This module must not know inodes, paths or archives' formats.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from fakedocker.filesystem import windows
from fakedocker.filesystem.windows import Outside

MIB = 1 << 20
SMALL_BYTES = 4096
"""Contents up to this size are always plain bytes."""
MERGED_BYTES = 256 << 10
"""Appended pieces are merged up to this size, so that a file written line by line has few pieces."""


class Zeros(Struct, frozen=True, gc=False, tag="zeros"):
    """A run of null bytes."""

    size: int


class Recipe(Struct, frozen=True, gc=False, tag="recipe"):
    """A window on the endless bytes of a seed: SHAKE-128 of (seed, index of the MiB), MiB by MiB."""

    seed: str
    offset: int
    size: int


class Slice(Struct, frozen=True, gc=False, tag="slice"):
    """A part of bytes that are kept anyway, an archive's for instance."""

    source: bytes
    offset: int
    size: int


Piece: TypeAlias = bytes | Zeros | Recipe | Slice | Outside


class Rope(Struct, frozen=True, gc=False):
    """Pieces in a row; `ends[i]` is the offset just after piece i."""

    pieces: tuple[Piece, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return self.ends[-1] if self.ends else 0


Content: TypeAlias = bytes | Rope


def zeros(size_bytes: int) -> Content:
    """A content of null bytes."""
    return bytes(size_bytes) if size_bytes <= SMALL_BYTES else Rope((Zeros(size_bytes),), (size_bytes,))


def filler(seed: str, size_bytes: int) -> Content:
    """Deterministic filler of a given length, which nobody has to hold."""
    return Rope((Recipe(seed, 0, size_bytes),), (size_bytes,)) if size_bytes else b""


def outside(folder: str, path: str, stamp: str, size_bytes: int) -> Content:
    """What a file of the machine holds, see `windows`."""
    return Rope((Outside(folder, path, stamp, 0, size_bytes),), (size_bytes,)) if size_bytes else b""


def part_of(source: bytes, offset: int, size_bytes: int) -> Content:
    """A part of bytes that are kept: copied where it is small, else a slice."""
    if size_bytes <= SMALL_BYTES:
        return source[offset : offset + size_bytes]
    return Rope((Slice(source, offset, size_bytes),), (size_bytes,))


def join(*parts: Content) -> Content:
    """Contents after one another. Time grows with the number of pieces, not with the bytes."""
    pieces: list[Piece] = []
    for part in parts:
        pieces.extend(part.pieces if isinstance(part, Rope) else (part,))
    return _rope(pieces)


def held_bytes(content: Content) -> int:
    """How many bytes of memory a content takes; those of a kept archive are the archive's."""
    if isinstance(content, bytes):
        return len(content)
    return sum(len(piece) for piece in content.pieces if isinstance(piece, bytes))


def read(content: Content, offset: int, size_bytes: int) -> bytes:
    """Up to `size_bytes` from `offset`; b"" past the end."""
    if isinstance(content, bytes):
        return content[offset : offset + size_bytes]
    stop = min(offset + size_bytes, len(content))
    if offset >= stop:
        return b""
    index = bisect_right(content.ends, offset)
    start = content.ends[index - 1] if index else 0
    found = _bytes(content.pieces[index], offset - start, min(stop, content.ends[index]) - offset)
    if content.ends[index] >= stop:
        return found
    parts = [found]
    while content.ends[index] < stop:
        start = content.ends[index]
        index += 1
        parts.append(_bytes(content.pieces[index], 0, min(stop, content.ends[index]) - start))
    return b"".join(parts)


def view(content: Content) -> bytes | memoryview:
    """The bytes in one piece; those of a kept archive are not copied."""
    if isinstance(content, Rope) and len(content.pieces) == 1 and isinstance(part := content.pieces[0], Slice):
        return memoryview(part.source)[part.offset : part.offset + part.size]
    return read(content, 0, len(content))


def is_same(content: Content, data: bytes) -> bool:
    """Whether a content is these bytes. Parts of them are so without a look."""
    if isinstance(content, bytes) or len(content) != len(data):
        return content == data
    start = 0
    for piece, end in zip(content.pieces, content.ends, strict=True):
        is_part = isinstance(piece, Slice) and piece.source is data and piece.offset == start
        if not is_part and _bytes(piece, 0, end - start) != data[start:end]:
            return False
        start = end
    return True


def feed(content: Content, update: Callable[[bytes | memoryview], object]) -> None:
    """Give all bytes to a digest; those that are kept anyway are not copied."""
    for piece in (content,) if isinstance(content, bytes) else content.pieces:
        if isinstance(piece, bytes):
            update(piece)
        elif isinstance(piece, Slice):
            update(memoryview(piece.source)[piece.offset : piece.offset + piece.size])
        else:
            for offset in range(0, piece.size, MIB):
                update(_bytes(piece, offset, min(MIB, piece.size - offset)))


def chunks(content: Content, size_bytes: int = MIB) -> Iterator[bytes]:
    """The bytes in chunks, for hashing or sending."""
    for offset in range(0, len(content), size_bytes):
        yield read(content, offset, size_bytes)


def write(content: Content, offset: int, data: bytes) -> Content:
    """With `data` at `offset`; a gap past the end is filled with zeros. O(pieces + data)."""
    size = len(content)
    if not data:
        return content
    if offset == size:
        return append(content, data)
    stop = offset + len(data)
    if isinstance(content, bytes) and max(size, stop) <= SMALL_BYTES:
        return content[:offset].ljust(offset, b"\0") + data + content[stop:]
    if offset > size:
        return join(content, Rope((Zeros(offset - size),), (offset - size,)), _squeezed(data))
    return join(cut(content, 0, offset), _squeezed(data), cut(content, stop, size))


def append(content: Content, data: bytes) -> Content:
    """With `data` at the end. Amortised O(data), as short pieces at the end are merged."""
    size = len(content) + len(data)
    if isinstance(content, bytes) and size <= SMALL_BYTES:
        return content + data
    last = _squeezed(data)
    if isinstance(last, Rope):
        return join(content, last)
    pieces = content.pieces if isinstance(content, Rope) else (content,)
    keep = len(pieces)
    while keep and isinstance(before := pieces[keep - 1], bytes) and len(before) <= 2 * len(last):
        if len(before) + len(last) > MERGED_BYTES:
            break
        last = before + last
        keep -= 1
    ends = content.ends if isinstance(content, Rope) else (len(content),)
    return Rope((*pieces[:keep], last), (*ends[:keep], size))


def truncate(content: Content, size_bytes: int) -> Content:
    """Cut off at, or filled with zeros up to, a length."""
    size = len(content)
    if size_bytes <= size:
        return content if size_bytes == size else cut(content, 0, size_bytes)
    if size_bytes <= SMALL_BYTES and isinstance(content, bytes):
        return content.ljust(size_bytes, b"\0")
    return join(content, Rope((Zeros(size_bytes - size),), (size_bytes - size,)))


def cut(content: Content, start: int, stop: int) -> Content:
    """The bytes from `start` to before `stop`, without making any. O(pieces)."""
    stop = min(stop, len(content))
    if start >= stop:
        return b""
    if isinstance(content, bytes):
        return content[start:stop]
    pieces: list[Piece] = []
    begin = 0
    for piece, end in zip(content.pieces, content.ends, strict=True):
        low, high = max(start, begin), min(stop, end)
        if low < high:
            pieces.append(_cut_piece(piece, low - begin, high - low))
        begin = end
    return _rope(pieces)


def _rope(pieces: list[Piece]) -> Content:
    """The pieces as a content: neighbours that are alike melt together, and small contents become bytes."""
    merged: list[Piece] = []
    for piece in pieces:
        if not _size(piece):
            continue
        before = merged[-1] if merged else None
        if isinstance(piece, Zeros) and isinstance(before, Zeros):
            merged[-1] = Zeros(before.size + piece.size)
        elif isinstance(piece, bytes) and isinstance(before, bytes) and len(before) + len(piece) <= SMALL_BYTES:
            merged[-1] = before + piece
        else:
            merged.append(piece)
    total = 0
    ends = []
    for piece in merged:
        total += _size(piece)
        ends.append(total)
    if total <= SMALL_BYTES and all(isinstance(piece, bytes) for piece in merged):
        return b"".join(piece for piece in merged if isinstance(piece, bytes))
    return Rope(tuple(merged), tuple(ends))


def _squeezed(data: bytes) -> Content:
    """A long run of nulls becomes a `Zeros` piece; everything else stays as it is."""
    if len(data) >= SMALL_BYTES and not data[0] and not data[-1] and data == bytes(len(data)):
        return Rope((Zeros(len(data)),), (len(data),))
    return data


def _size(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.size


def _cut_piece(piece: Piece, offset: int, size: int) -> Piece:
    if isinstance(piece, bytes):
        return piece[offset : offset + size]
    if isinstance(piece, Zeros):
        return Zeros(size)
    if isinstance(piece, Recipe):
        return Recipe(piece.seed, piece.offset + offset, size)
    if isinstance(piece, Outside):
        return Outside(piece.folder, piece.path, piece.stamp, piece.offset + offset, size)
    return Slice(piece.source, piece.offset + offset, size)


def _bytes(piece: Piece, offset: int, size: int) -> bytes:
    if isinstance(piece, bytes):
        return piece[offset : offset + size]
    if isinstance(piece, Zeros):
        return bytes(size)
    if isinstance(piece, Slice):
        return piece.source[piece.offset + offset : piece.offset + offset + size]
    if isinstance(piece, Outside):
        return windows.read(piece, offset, size)
    start = piece.offset + offset
    parts = []
    while size:
        index, within = divmod(start, MIB)
        part = _filler_block(piece.seed, index)[within : within + size]
        parts.append(part)
        start += len(part)
        size -= len(part)
    return b"".join(parts)


@lru_cache(maxsize=4)
def _filler_block(seed: str, index: int) -> bytes:
    return hashlib.shake_128(f"{seed}\0{index}".encode()).digest(MIB)
