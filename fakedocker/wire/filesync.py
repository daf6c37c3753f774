"""What goes over a client's session: packets of files, secrets, bytes, and the headers that say which files.

Source: tonistiigi/fsutil types/{wire,stat}.proto; moby/buildkit session/{filesync,secrets,sshforward}, encodeOpts of
session/filesync/filesync.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final
from urllib.parse import quote_plus

from msgspec import Struct

from fakedocker.wire.protobuf import Row

STAT, REQUEST, DATA, FINISH, ERROR = range(5)
"""Kinds of packets: what a file is, which one is wanted, a part of it, the end, and that something is wrong."""

DIRECTORY, SYMLINK, DEVICE, FIFO, SOCKET, CHARACTERS = 1 << 31, 1 << 27, 1 << 26, 1 << 25, 1 << 24, 1 << 21
"""Bits of Go's file modes."""
_TYPE_BITS = DIRECTORY | SYMLINK | DEVICE | FIFO | SOCKET | CHARACTERS | 1 << 19
_SPECIAL: Final = ((1 << 23, 0o4000), (1 << 22, 0o2000), (1 << 20, 0o1000))
"""Go's bits for set-user-id, set-group-id and sticky, and Unix's."""
_KIND_BITS: Final[dict[str, int]] = {
    "dir": DIRECTORY,
    "link": SYMLINK,
    "block": DEVICE,
    "char": DEVICE | CHARACTERS,
    "fifo": FIFO,
    "socket": SOCKET,
    "file": 0,
    "hardlink": 0,
}


class Stat(Struct, frozen=True, kw_only=True):
    """What a file is. `link` is a symbolic link's target, or the first name of a file that has several."""

    path: str = ""
    mode: int = 0
    uid: int = 0
    gid: int = 0
    size_bytes: int = 0
    modified_ns: int = 0
    link: str = ""
    major: int = 0
    minor: int = 0

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "path", "path"),
        Row(2, "mode", "int"),
        Row(3, "uid", "int"),
        Row(4, "gid", "int"),
        Row(5, "size_bytes", "int"),
        Row(6, "modified_ns", "int"),
        Row(7, "link", "path"),
        Row(8, "major", "int"),
        Row(9, "minor", "int"),
    )

    @property
    def is_file(self) -> bool:
        """Whether it has contents that can be asked for."""
        return not self.mode & _TYPE_BITS

    @property
    def kind(self) -> str:
        """What our file systems call it; "" for what they do not have."""
        bits = self.mode & _TYPE_BITS
        return next((kind for kind, kind_bits in _KIND_BITS.items() if kind_bits == bits), "")

    @property
    def permissions(self) -> int:
        """The mode's bits as Unix has them."""
        return self.mode & 0o777 | sum(unix for go, unix in _SPECIAL if self.mode & go)


def go_mode(kind: str, permissions: int) -> int:
    """A mode as Go has it."""
    return permissions & 0o777 | _KIND_BITS[kind] | sum(go for go, unix in _SPECIAL if permissions & unix)


class Packet(Struct, frozen=True, kw_only=True):
    """A part of a transfer of files. The last of the STATs has no stat; a file's last DATA is empty."""

    kind: int = STAT
    stat: Stat | None = None
    id: int = 0
    data: bytes = b""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "kind", "int"),
        Row(2, "stat", "message", Stat),
        Row(3, "id", "int"),
        Row(4, "data", "bytes"),
    )


class Bytes(Struct, frozen=True, kw_only=True):
    """A piece of a stream of bytes; also what a secret is answered with."""

    data: bytes = b""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "data", "bytes"),)


class Named(Struct, frozen=True, kw_only=True):
    """A secret or an agent that is asked for by name."""

    id: str = ""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "id", "string"),)


def headers(values: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Lists of names as headers; where one is not ASCII all of its list are encoded, and another header says so."""
    found: list[tuple[str, str]] = []
    for name, items in values.items():
        texts = list(items)
        encoded = not all(text.isascii() for text in texts)
        found += [(name, quote_plus(text) if encoded else text) for text in texts]
        if encoded:
            found.append((f"{name}-encoded", "1"))
    return found
