"""The files of a state directory: a line that names the format, a header, then records, each with its length and
checksums.

Source of the form: none of Docker's. A file is named by a number that only grows; `NNNNNNNN.world` is a snapshot, whole
once it has that name, and `NNNNNNNN.journal` what came after it.

A crash can leave a file whose end is missing, or is null bytes where the system had made room and written nothing: such
a file is torn there, and what it lacks was never acknowledged. Anything else that is no record is damage.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct, json

from fakedocker.durability import rows
from fakedocker.durability.problems import Unreadable

WORLD = "world"
JOURNAL = "journal"
UNFINISHED = "unfinished"
MAGIC = b"fakedocker state %d\n" % rows.FORMAT
_ANY_MAGIC = re.compile(rb"fakedocker state (\d{1,9})\n")
_PICKLED = re.compile(rb'.{8}\{"format":1,"version":"([^"]*)"', re.DOTALL)
_LENGTHS = struct.Struct(">III")
_END = b"\n"
"""Ends a record, so that one whose end was never written is told from one that is damaged."""
_NAME = re.compile(rf"(\d{{8}})\.({WORLD}|{JOURNAL}|{UNFINISHED})")


class Name(NamedTuple):
    """The name of a file of a state directory."""

    number: int
    kind: str

    @classmethod
    def of(cls, path: Path) -> Name | None:
        """The name that a path has; None for a file of somebody else's."""
        found = _NAME.fullmatch(path.name)
        return cls(int(found[1]), found[2]) if found is not None else None

    def __str__(self) -> str:
        return f"{self.number:08d}.{self.kind}"


class Header(Struct, frozen=True, kw_only=True):
    """The first record of every file.

    Args:
        version: of the program that wrote it.
        mode: how time passed.
        step: how many slices of processes had run where it begins.
        number: of the file.
        previous: of a journal, the number of the one before it, 0 for none.
        previous_bytes: how far that one goes.
    """

    version: str
    mode: str
    step: int
    number: int
    previous: int = 0
    previous_bytes: int = 0


def record(data: bytes) -> bytes:
    """A record's bytes."""
    lengths = struct.pack(">II", len(data), zlib.crc32(data))
    return b"".join((lengths, struct.pack(">I", zlib.crc32(lengths)), data, _END))


def beginning(header: Header) -> bytes:
    """What a file begins with."""
    return MAGIC + record(json.encode(header))


class RecordFile:
    """A file of records, read from its beginning.

    Args:
        path: where it is.

    Attributes:
        whole_bytes: as far as it has been read, how much of it is whole.
        torn_bytes: once all records have been given, how many bytes at the end belong to no whole one.

    Raises:
        Unreadable: it has no header of this format.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.torn_bytes = 0
        self._data = memoryview(path.read_bytes())
        self._require_format()
        self.whole_bytes = len(MAGIC)
        first = next(self._records(), None)
        if first is None:
            raise Unreadable(f"{path}: it is cut off within its header")
        try:
            self.header = json.decode(first, type=Header)
        except ValueError:
            raise Unreadable(f"{path}: it has no readable header") from None
        named = Name.of(path)
        if named is not None and named.kind != UNFINISHED and named.number != self.header.number:
            raise Unreadable(f"{path}: it was written as number {self.header.number}")

    def _require_format(self) -> None:
        start = bytes(self._data[:256])
        found = _ANY_MAGIC.match(start)
        if found is not None and found[0] == MAGIC:
            return
        if found is not None:
            raise Unreadable(f"{self.path}: it has format {int(found[1])}; this version reads {rows.FORMAT}")
        pickled = _PICKLED.match(start)
        if pickled is not None:
            version = pickled[1].decode("utf-8", "replace")
            raise Unreadable(
                f"{self.path}: it has format 1, of fakedocker {version}, whose files can run code and are not read any more; "
                "begin a new state in an empty directory, with what that version gives out by docker save and docker cp"
            )
        raise Unreadable(f"{self.path}: it does not begin as a file of a state")

    def records(self) -> Iterator[bytes]:
        """What comes after the header.

        Raises:
            Unreadable: it is damaged; the text says at which byte.
        """
        yield from self._records()

    def _records(self) -> Iterator[bytes]:
        while (rest := self._data[self.whole_bytes :]) and not self._is_torn(rest):
            size = _LENGTHS.unpack_from(rest)[0]
            body = bytes(rest[_LENGTHS.size : _LENGTHS.size + size])
            self.whole_bytes += _LENGTHS.size + size + len(_END)
            yield body
        self.torn_bytes = len(rest)

    def _is_torn(self, rest: memoryview) -> bool:
        """Whether what follows is what a crash leaves of a record; Unreadable where it is neither that nor a whole one."""
        if len(rest) < _LENGTHS.size:
            return True
        size, checksum, check = _LENGTHS.unpack_from(rest)
        if zlib.crc32(rest[:8]) != check:
            return self._ends_unwritten(rest, _LENGTHS.size)
        total = _LENGTHS.size + size + len(_END)
        if len(rest) < total:
            return True
        if (
            bytes(rest[total - len(_END) : total]) != _END
            or zlib.crc32(rest[_LENGTHS.size : total - len(_END)]) != checksum
        ):
            return self._ends_unwritten(rest, total)
        return False

    def _ends_unwritten(self, rest: memoryview, size_bytes: int) -> bool:
        """Whether a record that is not right has null bytes from somewhere in it to the end of the file."""
        if any(rest[size_bytes - 1 :]):
            raise Unreadable(f"{self.path}: it is damaged at byte {self.whole_bytes}")
        return True

    def whole(self) -> Iterator[bytes]:
        """All records after the header.

        Raises:
            Unreadable: the file is damaged, or does not end with a whole record.
        """
        yield from self._records()
        if self.torn_bytes:
            raise Unreadable(f"{self.path}: it is cut off at byte {self.whole_bytes}")
