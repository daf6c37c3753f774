"""Protocol Buffers' wire format, for messages that are Structs: what BuildKit's messages travel in.

A message class has `PROTOBUF`, a row for every field: its number, the attribute's name and how it is written. Fields
that have their default are left out, unknown ones are passed over. A field that comes twice counts as it came last, and
a map is a message of a key and a value for each entry. Source: protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SECOND_NS = 1_000_000_000
_WORD = (1 << 64) - 1


class Row(Struct, frozen=True):
    """A field.

    Args:
        kind: "int", "bool", "string", "path" (a string that may be any bytes), "bytes", "time" (nanoseconds, as a
            Timestamp), or "message".
        message: the class, for a message.
        repeated: whether the attribute is a tuple of such values.
        mapped: whether the attribute is a dict of such values by name.
    """

    number: int
    name: str
    kind: str
    message: Any = None
    repeated: bool = False
    mapped: bool = False


class Message(Protocol):
    """A Struct with a table of its fields; every field has a default."""

    PROTOBUF: ClassVar[tuple[Row, ...]]


M = TypeVar("M", bound=Message)


class BadMessage(ValueError):
    """Bytes that are no message of that kind."""


def encode(message: Message) -> bytes:
    """The bytes of a message."""
    parts: list[bytes] = []
    for row in message.PROTOBUF:
        value = getattr(message, row.name)
        if row.mapped:
            parts += [_entry(row, name, item) for name, item in value.items()]
            continue
        items = value if row.repeated else (value,) if value else ()
        parts += [_field(row, item) for item in items]
    return b"".join(parts)


def _entry(row: Row, name: str, value: Any) -> bytes:
    """An entry of a map: a message of a key and a value."""
    data = _field(Row(1, "", "string"), name) + _field(replace(row, number=2), value)
    return _varint(row.number << 3 | _BYTES) + _varint(len(data)) + data


def _field(row: Row, value: Any) -> bytes:
    if row.kind in ("int", "bool"):
        return _varint(row.number << 3 | _VARINT) + _varint(int(value) & _WORD)
    if row.kind == "time":
        seconds, nanoseconds = divmod(value, _SECOND_NS)
        data = b"".join(_varint(tag) + _varint(part) for tag, part in ((8, seconds), (16, nanoseconds)) if part)
    elif row.kind == "message":
        data = encode(value)
    else:
        data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return _varint(row.number << 3 | _BYTES) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def varint_size(value: int) -> int:
    """How many bytes a number takes."""
    return len(_varint(value & _WORD))


def decode(kind: type[M], data: bytes) -> M:
    """The message in some bytes.

    Raises:
        BadMessage: there is none.
    """
    rows = {row.number: row for row in kind.PROTOBUF}
    found: dict[str, Any] = {}
    for number, value in _fields(data):
        row = rows.get(number)
        if row is None:
            continue
        if row.mapped:
            found.setdefault(row.name, {}).update([_read_entry(row, value)])
        elif row.repeated:
            found.setdefault(row.name, []).append(_value(row, value))
        else:
            found[row.name] = _value(row, value)
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in found.items()})


def _read_entry(row: Row, data: int | bytes) -> tuple[str, Any]:
    if not isinstance(data, bytes):
        raise BadMessage(f"field {row.name} is a number")
    parts = dict(_fields(data))
    empty = 0 if row.kind in ("int", "bool") else b""
    return _value(Row(1, row.name, "string"), parts.get(1, b"")), _value(row, parts.get(2, empty))


def _value(row: Row, value: int | bytes) -> Any:
    if row.kind in ("int", "bool"):
        if not isinstance(value, int):
            raise BadMessage(f"field {row.name} is no number")
        return bool(value) if row.kind == "bool" else value - (1 << 64) if value >> 63 else value
    if not isinstance(value, bytes):
        raise BadMessage(f"field {row.name} is a number")
    if row.kind == "path":
        return value.decode("utf-8", "surrogateescape")
    if row.kind == "string":
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise BadMessage(f"field {row.name} contains invalid UTF-8") from None
    if row.kind == "message":
        return decode(row.message, value)
    if row.kind == "time":
        parts = dict(_fields(value))
        return int(parts.get(1, 0)) * _SECOND_NS + int(parts.get(2, 0))
    return value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    index = 0
    while index < len(data):
        tag, index = _read_varint(data, index)
        kind = tag & 7
        if kind == _VARINT:
            value, index = _read_varint(data, index)
            yield tag >> 3, value
            continue
        if kind == _BYTES:
            size, index = _read_varint(data, index)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise BadMessage(f"wire type {kind} is not in use")
        if index + size > len(data):
            raise BadMessage("unexpected EOF")
        yield tag >> 3, data[index : index + size]
        index += size


def _read_varint(data: bytes, index: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if index >= len(data) or shift > 63:
            raise BadMessage("unexpected EOF")
        byte = data[index]
        index += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, index
        shift += 7
