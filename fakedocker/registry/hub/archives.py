"""Archives of layers made by rule: a large file ends in a hole, so that its digest is real and takes no time.

Such a file is written as GNU tar's pax form 0.1 has it, which every reader of layers knows: the map of what is no hole stands in the header, and the data is
the file's beginning. So the map is true of the whole file too, and an archive is right that somebody copies it into with its header and all its bytes, as
Python's tarfile does; form 1.0, whose map stands before the data, makes such a copy wrong. This module must not know images.
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


def write_sparse_tar(entries: Iterable[LayerEntry]) -> bytes:
    """The archive of entries, in their order. Time grows with what the files hold that is no hole."""
    parts: list[bytes] = []
    for entry in entries:
        path = entry.path + "/" if entry.kind == "dir" else entry.path
        target = entry.target.encode()
        if entry.kind == "file" and (start := _hole_at_end(entry.content)) is not None:
            parts += _sparse(entry, start)
        elif len(path.encode()) > _LONGEST_NAME or len(target) > _LONGEST_NAME:
            whole = write_tar((entry,))
            parts.append(read(whole, 0, len(whole) - 2 * BLOCK_BYTES))
        else:
            size = len(entry.content) if entry.kind == "file" else 0
            parts.append(_header(path.encode(), entry, size, _TYPES[entry.kind], target))
            if size:
                parts.append(_padded(read(entry.content, 0, size)))
    return b"".join(parts) + bytes(2 * BLOCK_BYTES)


def _hole_at_end(content: Content) -> int | None:
    """Where the hole begins that a file ends in; None where it does not end in one."""
    if isinstance(content, bytes) or not content.pieces:
        return None
    last = content.pieces[-1]
    return len(content) - last.size if isinstance(last, Zeros) and last.size >= _LEAST_HOLE_BYTES else None


def _sparse(entry: LayerEntry, hole: int) -> list[bytes]:
    """A file that ends in a hole: its header, and its bytes before the hole."""
    size = len(entry.content)
    data = read(entry.content, 0, hole)
    blocks = (0, hole, size, 0) if hole else (size, 0)
    path = entry.path.encode()
    records = b"".join(
        _record(b"GNU.sparse.%s=%s" % (name, value))
        for name, value in (
            (b"name", path),
            (b"size", b"%d" % size),
            (b"numblocks", b"%d" % (len(blocks) // 2)),
            (b"map", b",".join([b"%d" % number for number in blocks])),
        )
    )
    name = b"GNUSparseFile.0/" + path[path.rfind(b"/") + 1 :]
    return [
        _header(b"././@PaxHeader", entry, len(records), b"x"),
        _padded(records),
        _header(name[:_LONGEST_NAME], entry, len(data), b"0"),
        _padded(data),
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
