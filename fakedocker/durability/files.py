"""The files of a state directory: a header, then records, each with its length and checksum.

Source of the form: none of Docker's. A file is named by a number that only grows; `NNNNNNNN.world` is a snapshot, whole once it
has that name, and `NNNNNNNN.journal` what came after it.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, json

from fakedocker.durability.plain import Unreadable

FORMAT = 1
_RECORD = struct.Struct(">II")


class Header(Struct, frozen=True, kw_only=True):
    """The first record of every file.

    Args:
        version: of the program that wrote it.
        mode: how time passed.
        step: how many slices of processes had run where it begins.
    """

    format: int = FORMAT
    version: str
    mode: str
    step: int


def record(data: bytes) -> bytes:
    """A record's bytes."""
    return _RECORD.pack(len(data), zlib.crc32(data)) + data


def header_record(header: Header) -> bytes:
    """The record that a file begins with."""
    return record(json.encode(header))


class RecordFile:
    """A file of records, read from its beginning.

    `torn_bytes` says, once all records have been given, how many bytes at the end belong to no whole one.

    Raises:
        Unreadable: it has no header of this format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.torn_bytes = 0
        self._data = memoryview(path.read_bytes())
        self._position = 0
        first = next(self._records(), None)
        try:
            self.header = json.decode(first or b"", type=Header)
        except ValueError:
            raise Unreadable(f"{path}: it has no readable header") from None
        if self.header.format != FORMAT:
            raise Unreadable(
                f"{path}: it has format {self.header.format}, written by fakedocker {self.header.version}; this one reads {FORMAT}"
            )

    def records(self) -> Iterator[bytes]:
        """What comes after the header."""
        yield from self._records()

    def _records(self) -> Iterator[bytes]:
        while True:
            rest = self._data[self._position :]
            if not rest:
                return
            if len(rest) >= _RECORD.size:
                size, checksum = _RECORD.unpack_from(rest)
                body = bytes(rest[_RECORD.size : _RECORD.size + size])
                if len(body) == size and zlib.crc32(body) == checksum:
                    self._position += _RECORD.size + size
                    yield body
                    continue
            self.torn_bytes = len(rest)
            return

    def whole(self) -> io.BytesIO:
        """All records after the header as one run of bytes.

        Raises:
            Unreadable: the file does not end with a whole record.
        """
        joined = io.BytesIO(b"".join(self.records()))
        if self.torn_bytes:
            raise Unreadable(f"{self.path}: it is damaged {self.torn_bytes} bytes before its end")
        return joined


def sync_directory(path: Path) -> None:
    """Let a new or renamed file survive a loss of power, where the system can say so."""
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
