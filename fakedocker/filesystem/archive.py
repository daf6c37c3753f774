"""Tar streams: a layer's entries as an archive, and an archive's members as entries.

Archives made here depend on the entries alone, and are ropes: a large file is in them by reference. Archives read here
keep their bytes; large members are slices of them. Compression is somebody else's.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from fakedocker.filesystem import content as contents
from fakedocker.filesystem.content import Content, join, part_of, zeros
from fakedocker.filesystem.node import Kind, LayerEntry

if TYPE_CHECKING:
    import tarfile

BLOCK_BYTES = 512
_SMALL_BYTES = 64 << 10
_GREATEST = 1 << 63
_GREATEST_FILE = 1 << 44
"""What the largest file of ext4 is."""
_TYPE_OF_KIND: dict[str, bytes] = {
    "file": b"0",
    "hardlink": b"1",
    "link": b"2",
    "char": b"3",
    "block": b"4",
    "dir": b"5",
    "fifo": b"6",
}
_KIND_OF_TYPE: dict[bytes, Kind] = {
    b"0": "file",
    b"\0": "file",
    b"7": "file",
    b"2": "link",
    b"3": "char",
    b"4": "block",
    b"5": "dir",
    b"6": "fifo",
}


class BadArchive(ValueError):
    """Bytes that are no tar archive; the message is what Go's reader says."""


def write_tar(entries: Iterable[LayerEntry]) -> Content:
    """The archive of entries, in their order.

    Names that do not fit a ustar header get a pax header, as Go writes them; times are cut to seconds. Sockets cannot
    be in an archive and are left out. Time grows with the number of entries, not with their size.
    """
    return join(*_parts(entries), zeros(2 * BLOCK_BYTES))


def _parts(entries: Iterable[LayerEntry]) -> Iterator[Content]:
    for entry in entries:
        if entry.kind == "socket":
            continue
        size_bytes = len(entry.content) if entry.kind == "file" else 0
        yield _header(entry, size_bytes)
        if size_bytes:
            yield entry.content
            yield bytes(-size_bytes % BLOCK_BYTES)


class Streamed(Struct, frozen=True):
    """A file in an archive whose bytes are made as they are sent, and never all held.

    Args:
        entry: what is said of it; its content is not looked at.
        size_bytes: of what the chunks are together.
        chunks: gives them.
    """

    entry: LayerEntry
    size_bytes: int
    chunks: Callable[[], Iterator[bytes]]


def stream_tar(members: Iterable[LayerEntry | Streamed]) -> Iterator[bytes]:
    """The archive of members, in their order, in chunks that are mostly of a MiB; small ones are sent together."""
    small: list[bytes] = []
    size_bytes = 0
    for chunk in _chunks(members):
        if len(chunk) < _SMALL_BYTES and size_bytes < _SMALL_BYTES:
            small.append(chunk)
            size_bytes += len(chunk)
            continue
        if small:
            yield b"".join(small)
            small, size_bytes = [], 0
        yield chunk
    if small:
        yield b"".join(small)


def _chunks(members: Iterable[LayerEntry | Streamed]) -> Iterator[bytes]:
    before: list[Content] = []
    for member in members:
        if isinstance(member, LayerEntry):
            before += _parts((member,))
            continue
        yield from contents.chunks(join(*before, _header(member.entry, member.size_bytes)))
        yield from member.chunks()
        before = [bytes(-member.size_bytes % BLOCK_BYTES)]
    yield from contents.chunks(join(*before, zeros(2 * BLOCK_BYTES)))


def read_tar(source: bytes, in_root: bool = True) -> Iterator[LayerEntry]:
    """The members of an archive (ustar, gnu or pax), with safe paths.

    As docker does it, a leading slash and `.` parts are dropped, and so is a `..` that leads out of the root. Whatever
    is no file, directory, link or device is skipped.

    Args:
        in_root: whether it is unpacked in a root directory; elsewhere, a name or a hard link's target that leads out is
            an error.

    Raises:
        BadArchive: for bytes that are not an archive, or one that is cut off.
    """
    import tarfile  # costs 10 ms, and most runs read no archive

    if not source[:BLOCK_BYTES].strip(b"\0") and not source.strip(b"\0"):
        if source and len(source) < BLOCK_BYTES:
            raise BadArchive("unexpected EOF")
        return
    padded = source + bytes(-len(source) % BLOCK_BYTES)  # docker's own client leaves out what fills the last block
    try:
        with tarfile.open(fileobj=io.BytesIO(padded), mode="r:", errors="surrogateescape") as archive:
            for member in _members(archive):
                if (entry := _entry(member, archive, source, in_root)) is not None:
                    yield entry
            _check_end(source[archive.offset :])
    except BadArchive:
        raise
    except (
        tarfile.TarError,
        OverflowError,
        ValueError,
    ) as error:  # for sizes of more than 64 bits, and maps of sparse files
        short = len(source) < BLOCK_BYTES or "unexpected end" in str(error) or "truncated" in str(error)
        raise BadArchive("unexpected EOF" if short else "archive/tar: invalid tar header") from error


def _members(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """The members, as long as each has a size that can be, so that reading gets on.

    Raises:
        BadArchive: a size or a time is none (Go archive/tar takes a negative size for a wrong header).
    """
    for member in archive:
        if (
            not 0 <= member.size < _GREATEST_FILE
            or not -_GREATEST < member.mtime < _GREATEST
            or not 0 <= member.mode < 1 << 32
        ):
            raise BadArchive("archive/tar: invalid tar header")
        yield member


def _check_end(rest: bytes) -> None:
    """Refuse what follows the last member but blocks of zeros, of which there may be none, one, or two and anything.

    Source: Go archive/tar readHeader. Python's reader takes any other block for the end.
    """
    first = rest[:BLOCK_BYTES]
    if 0 < len(first) < BLOCK_BYTES or (not first.strip(b"\0") and BLOCK_BYTES < len(rest) < 2 * BLOCK_BYTES):
        raise BadArchive("unexpected EOF")
    if first.strip(b"\0"):
        raise BadArchive("archive/tar: invalid tar header")


def safe_path(name: str, what: str = "path", in_root: bool = False) -> str:
    """A member's path made relative, without `.` and empty parts.

    Raises:
        BadArchive: when it leads out of the directory it is unpacked in.
    """
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            if not parts and not in_root:
                raise BadArchive(f"{what} {name!r} is outside of the directory it is unpacked in")
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _header(entry: LayerEntry, size_bytes: int) -> bytes:
    import tarfile  # see read_tar

    info = tarfile.TarInfo(entry.path + "/" if entry.kind == "dir" else entry.path)
    info.type = _TYPE_OF_KIND[entry.kind]
    info.mode = entry.mode
    info.uid, info.gid = entry.uid, entry.gid
    info.mtime = entry.mtime_ns // 1_000_000_000
    info.size = size_bytes
    info.linkname = entry.target if entry.kind in ("link", "hardlink") else ""
    info.devmajor, info.devminor = entry.rdev
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _entry(member: tarfile.TarInfo, archive: tarfile.TarFile, source: bytes, in_root: bool) -> LayerEntry | None:
    path = safe_path(member.name, in_root=in_root)
    if member.islnk():
        return LayerEntry(path, "hardlink", member.mode, target=safe_path(member.linkname, "hard link target", in_root))
    kind = "file" if member.issparse() else _KIND_OF_TYPE.get(member.type)
    if kind is None:
        return None
    content: Content = b""
    if member.issparse():
        content = _sparse_content(member, source)
    elif kind == "file":
        if member.offset_data + member.size > len(source):
            raise BadArchive("unexpected EOF")
        content = part_of(source, member.offset_data, member.size)
    return LayerEntry(
        path,
        kind,
        member.mode & 0o7777,
        member.uid,
        member.gid,
        int(member.mtime) * 1_000_000_000,
        content=content,
        target=member.linkname if kind == "link" else "",
        rdev=(member.devmajor, member.devminor) if kind in ("char", "block") else (0, 0),
    )


def _sparse_content(member: tarfile.TarInfo, source: bytes) -> Content:
    """The bytes of a sparse file, whose holes take no memory."""
    parts: list[Content] = []
    pieces: list[tuple[int, int]] = getattr(member, "sparse", None) or []
    end, position = 0, member.offset_data
    for offset, size in pieces:
        if offset < end or size < 0 or offset + size > member.size or position + size > len(source):
            raise BadArchive("archive/tar: invalid tar header")
        parts += [zeros(offset - end), part_of(source, position, size)]
        end, position = offset + size, position + size
    return join(*parts, zeros(member.size - end))
