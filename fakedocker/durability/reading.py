"""Rows into values, see `rows`: every field is checked against its type, and nothing but plain data is made.

What is made takes memory in proportion to the bytes read: rows refer to what was made before, and the parts of a large
container are used once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from msgspec import UNSET, Struct, structs

from fakedocker.base.persistent import Map
from fakedocker.durability import rows
from fakedocker.durability.migrations import MIGRATIONS, Migration
from fakedocker.durability.problems import Unreadable
from fakedocker.durability.registry import Layout, layout_named
from fakedocker.durability.rows import Row
from fakedocker.durability.shapes import Passed

_NOTHING: Any = object()


class _Declared(NamedTuple):
    """A class as a file declares it.

    Args:
        layout: as it is now.
        places: where the row has each field, None for one that it lacks; empty where the fields are the same, in the
            same order.
        change: of the fields by their names, where an older format had others.
        fields: their names in the row.
    """

    layout: Layout
    fields: tuple[str, ...]
    places: tuple[int | None, ...] = ()
    change: Migration | None = None


class Reader:
    """Reads one value from rows that come in pieces.

    Args:
        format: of the file that they are from.
    """

    def __init__(self, format: int = rows.FORMAT) -> None:
        self._values: list[Any] = []
        self._parts: list[list[Any] | None] = []
        self._classes: list[_Declared] = []
        self._migrations = MIGRATIONS.get(format, {})
        self._root: Any = _NOTHING
        self._passed: Passed = set()

    def read(self, data: bytes) -> None:
        """Read on.

        Raises:
            Unreadable: the bytes are no rows, or make something that no world has.
        """
        if self._root is not _NOTHING:
            raise Unreadable("something follows its end")
        try:
            for row in rows.unpack(data):
                self._read(row)
        except (ValueError, TypeError, LookupError, OverflowError, RecursionError, AttributeError) as problem:
            raise Unreadable(
                f"its value {len(self._values)} is damaged ({type(problem).__name__}: {problem})"
            ) from None

    def finish(self) -> Any:  # Any: whatever a world holds
        """The value.

        Raises:
            Unreadable: its end has not come.
        """
        if self._root is _NOTHING:
            raise Unreadable("it is not whole")
        return self._root

    def _read(self, row: Row) -> None:
        tag = row[0]
        if self._root is not _NOTHING:
            raise ValueError("something follows the end")
        if tag >= rows.FIRST_CLASS:
            self._values.append(self._make(self._classes[tag - rows.FIRST_CLASS], self._cells(row)))
        elif tag in _MAKERS:
            self._values.append(_MAKERS[tag](self._cells(row)))
        elif tag == rows.TEXT:
            text = row[1]
            self._values.append(text if type(text) is str else _bytes(row).decode("utf-8", "surrogatepass"))
        elif tag == rows.PART:
            self._parts.append(self._cells(row))
        elif tag == rows.JOINED:
            self._values.append(_MAKERS[row[1] >> 1](self._joined(row[2:])))
        elif tag == rows.CLASS:
            self._classes.append(self._declared(row))
        elif tag in _SCALARS:
            self._values.append(_SCALARS[tag](row))
        elif tag == rows.END:
            (self._root,) = self._cells(row)
        else:
            raise ValueError(f"no row has the tag {tag}")

    def _cells(self, row: Row) -> list[Any]:
        values = self._values
        if not _PLAIN.issuperset(map(type, row)):
            raise ValueError("a cell is no plain value")
        return [cell if type(cell) is not int else cell >> 1 if cell & 1 else values[cell >> 1] for cell in row[1:]]

    def _joined(self, numbers: Iterable[int]) -> list[Any]:
        joined: list[Any] = []
        for number in numbers:
            part = self._parts[number]
            if part is None or number < 0:
                raise ValueError(f"part {number} is used twice")
            joined += part
            self._parts[number] = None
        return joined

    def _declared(self, row: Row) -> _Declared:
        name, *names = row[1:]
        if not all(type(word) is str for word in (name, *names)):
            raise Unreadable("it declares a class whose names are no text")
        change = self._migrations.get(name)
        layout = layout_named(change.name if change is not None else name)
        fields = tuple(names)
        if change is not None or fields == layout.fields:
            return _Declared(layout, fields, (), change.change if change is not None else None)
        lacking = [field for field in layout.fields if field not in fields and field not in layout.defaults]
        unknown = [field for field in fields if field not in layout.fields]
        if lacking or unknown:
            what = f"lacks {lacking[0]}" if lacking else f"has {unknown[0]}"
            raise Unreadable(f"it was written by another version: its {name} {what}")
        return _Declared(
            layout, fields, tuple(fields.index(field) if field in fields else None for field in layout.fields)
        )

    def _make(self, declared: _Declared, cells: list[Any]) -> Any:
        layout = declared.layout
        if len(cells) != len(declared.fields):
            raise Unreadable(f"a {layout.name} of it has {len(cells)} fields")
        if declared.change is not None:
            changed = declared.change(dict(zip(declared.fields, cells, strict=True)))
            cells = [changed[field] if field in changed else layout.defaults[field] for field in layout.fields]
        elif declared.places:
            cells = [
                layout.defaults[field] if place is None else cells[place]
                for field, place in zip(layout.fields, declared.places, strict=True)
            ]
        for shape, cell in zip(layout.shapes, cells, strict=True):
            if type(cell) not in shape.plain and not shape.takes(cell, self._passed):
                field = layout.fields[layout.shapes.index(shape)]
                raise Unreadable(f"the {field} of a {layout.name} of it is of the wrong kind ({type(cell).__name__})")
        return layout.make(cells)


def _pairs(cells: list[Any]) -> zip[tuple[Any, Any]]:
    return zip(_keys(cells[::2]), cells[1::2], strict=True)


def _keys(cells: list[Any]) -> list[Any]:
    """Values that are to be keys: text, numbers, and small records of such, as hashing anything deeper has no bound."""
    if not all(type(cell) in _PLAIN or _is_key(cell, _KEY_DEPTH) for cell in cells):
        raise ValueError("a key is no small value")
    return cells


def _is_key(value: Any, depth: int) -> bool:
    if type(value) in _PLAIN:
        return True
    if isinstance(value, Struct):
        value = structs.astuple(value)
    return depth > 0 and isinstance(value, tuple | frozenset) and all(_is_key(part, depth - 1) for part in value)


def _bytes(row: Row) -> bytes:
    if len(row) != 2 or type(row[1]) is not bytes:
        raise ValueError("a run of bytes is none")
    return row[1]


def _number(row: Row) -> int:
    data = _bytes(row)
    if len(data) > _NUMBER_BYTES:
        raise ValueError(f"a number takes {len(data)} bytes")
    return int.from_bytes(data, "big", signed=True)


_PLAIN = frozenset({str, int, bool, bytes, float, type(None)})
_KEY_DEPTH = 8
_NUMBER_BYTES = 1 << 20
_MAKERS: dict[int, Callable[[list[Any]], Any]] = {
    rows.TUPLE: tuple,
    rows.LIST: list,
    rows.DICT: lambda cells: dict(_pairs(cells)),
    rows.SET: lambda cells: set(_keys(cells)),
    rows.FROZEN_SET: lambda cells: frozenset(_keys(cells)),
    rows.MAP: lambda cells: Map(_pairs(cells)),
    rows.QUEUE: deque,
}
_SCALARS: dict[int, Callable[[Row], Any]] = {
    rows.BYTES: _bytes,
    rows.NUMBER: _number,
    rows.BYTE_ARRAY: lambda row: bytearray(_bytes(row)),
    rows.UNSET: lambda row: UNSET,
}


def loads(data: bytes, format: int = rows.FORMAT) -> Any:  # Any: whatever a world holds
    """The value of bytes.

    Raises:
        Unreadable: they are not what `dumps` gives.
    """
    reader = Reader(format)
    reader.read(data)
    return reader.finish()
