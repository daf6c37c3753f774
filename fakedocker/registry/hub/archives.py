"""Archives of layers made by rule: large files in them are holes, so that their digests are real and take no time.

A file with holes is written as GNU tar's pax form 1.0 has it, which every reader of layers knows. This module must not know images.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.filesystem.archive import BLOCK_BYTES, write_tar
from fakedocker.filesystem.content import Content, Zeros, read
from fakedocker.filesystem.node import LayerEntry

_TYPES = {"file": b"0", "hardlink": b"1", "link": b"2", "dir": b"5"}
_LONGEST_NAME = 100
_LEAST_HOLE_BYTES = 4096
_USTAR_SUM = sum(b"ustar\x0000")
_REST = bytes(BLOCK_BYTES - 265)
_PAX = b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"


def write_sparse_tar(entries: Iterable[LayerEntry]) -> bytes:
    """The archive of entries, in their order. Time grows with what the files hold that is no hole."""
    parts: list[bytes] = []
    for entry in entries:
        path = entry.path + "/" if entry.kind == "dir" else entry.path
        target = entry.target.encode()
        if entry.kind == "file" and _holes(entry.content):
            parts += _sparse(entry)
        elif len(path.encode()) > _LONGEST_NAME or len(target) > _LONGEST_NAME:
            whole = write_tar((entry,))
            parts.append(read(whole, 0, len(whole) - 2 * BLOCK_BYTES))
        else:
            size = len(entry.content) if entry.kind == "file" else 0
            parts.append(_header(path.encode(), entry, size, _TYPES[entry.kind], target))
            if size:
                parts.append(_padded(read(entry.content, 0, size)))
    return b"".join(parts) + bytes(2 * BLOCK_BYTES)


def _holes(content: Content) -> bool:
    return not isinstance(content, bytes) and any(
        isinstance(piece, Zeros) and piece.size >= _LEAST_HOLE_BYTES for piece in content.pieces
    )


def _sparse(entry: LayerEntry) -> list[bytes]:
    content = entry.content
    assert not isinstance(content, bytes)
    numbers: list[int] = []
    kept: list[bytes] = []
    start = 0
    for piece, end in zip(content.pieces, content.ends, strict=True):
        if not isinstance(piece, Zeros):
            data = piece if type(piece) is bytes else read(content, start, end - start)
            numbers += (start, len(data))
            kept.append(data)
        elif piece.size < _LEAST_HOLE_BYTES:
            numbers += (start, end - start)
            kept.append(bytes(end - start))
        start = end
    numbers += (start, 0)
    kept.insert(0, _padded(b"%d\n" % (len(numbers) // 2) + b"".join([b"%d\n" % number for number in numbers])))
    body = b"".join(kept)
    path = entry.path.encode()
    records = _PAX + _record(b"GNU.sparse.name=" + path) + _record(b"GNU.sparse.realsize=%d" % start)
    name = b"GNUSparseFile.0/" + path[path.rfind(b"/") + 1 :]
    return [
        _header(b"././@PaxHeader", entry, len(records), b"x"),
        _padded(records),
        _header(name[:_LONGEST_NAME], entry, len(body), b"0"),
        _padded(body),
    ]


def _record(text: bytes) -> bytes:
    """A pax record: its own length in front counts too."""
    size = len(text) + 2
    length = size + len(str(size))
    length = size + len(str(length))
    return b"%d %s\n" % (length, text)


def _header(name: bytes, entry: LayerEntry, size: int, kind: bytes, target: bytes = b"") -> bytes:
    head = b"%s%07o\0%07o\0%07o\0%011o\0%011o\0        %s%s" % (
        name.ljust(100, b"\0"), entry.mode, entry.uid, entry.gid, size, entry.mtime_ns // 1_000_000_000, kind,
        target.ljust(100, b"\0"),
    )  # fmt: skip
    return b"%s%06o\0 %sustar\x0000%s" % (head[:148], sum(head) + _USTAR_SUM, head[156:], _REST)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK_BYTES)
