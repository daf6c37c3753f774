"""Values into rows, a bounded number at a time, see `rows`.

The values are not changed meanwhile: they are the world's, or copies. Maps and sets are written in the order of their
keys, so that the same world gives the same bytes in every process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import UnsetType

from fakedocker.base.persistent import Map
from fakedocker.durability import rows
from fakedocker.durability.problems import Unstorable
from fakedocker.durability.registry import layout_of
from fakedocker.durability.rows import Row

SLICE_CELLS = 10_000
"""How many cells are filled between two pauses: some milliseconds."""
_LOWEST, _HIGHEST = -(2**61), 2**61

Cells = tuple[int, Any]
"""The tag of a row, and the values that it is made of."""


class _Part:
    """Some items of a large container, which has a row of its own."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Any, ...]) -> None:
        self.items = items


class Writer:
    """Writes one value.

    Usage: exhaust `write`, taking the rows with `take` whenever it pauses.
    """

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._numbers: dict[int, int] = {}  # id of a value -> twice the number of its row, or that of a part
        self._alive: list[Any] = []  # so that no id is given twice
        self._texts: dict[str, int] = {}
        self._classes: dict[type, tuple[int, Callable[[Any], Any]]] = {}
        self._count = 0
        self._parts = 0

    def take(self) -> bytes:
        """The rows that have come since."""
        taken, self._rows = self._rows, []
        return rows.pack(taken)

    def write(self, root: Any) -> Iterator[None]:  # Any: whatever a world holds
        """Write a value, pausing after a bounded number of steps.

        Raises:
            Unstorable: something in it is no plain data, or holds itself.
        """
        yield from self._write_below(root)
        end: Row = [rows.END]
        self._fill(end, (root,), [], [])
        self._rows.append(end)

    def _write_below(self, root: Any) -> Iterator[None]:
        """Write all that a value is made of, and it itself, unless it stands where it is used."""
        numbers, fill = self._numbers, self._fill
        opened: dict[int, tuple[Row, list[int], list[Any]]] = {}  # rows that wait for others, and where in them
        pending: list[Any] = []
        fill([], (root,), [], pending)
        cells = 0
        while pending:
            cells += 1
            if cells > SLICE_CELLS:
                cells = 0
                yield
            value = pending[-1]
            key = id(value)
            if key in numbers:
                pending.pop()
                continue
            waiting = opened.pop(key, None)
            if waiting is not None:
                row, places, missing = waiting
                cells += len(places)
                for place, part in zip(places, missing, strict=True):
                    number = numbers.get(id(part))
                    if number is None:
                        raise Unstorable(f"a {type(part).__name__} holds itself, which cannot be kept")
                    row[place] = number
                pending.pop()
                self._put(value, row)
                continue
            tag, values = self._cells(value)
            row, places, missing = [tag], [], []
            fill(row, values, places, missing)
            cells += len(row)
            if not places:
                pending.pop()
                self._put(value, row)
                continue
            opened[key] = (row, places, missing)
            pending += missing

    def _put(self, value: Any, row: Row) -> None:
        if row[0] == rows.PART:
            self._numbers[id(value)] = self._parts
            self._parts += 1
        else:
            self._numbers[id(value)] = self._count
            self._count += 2
        self._alive.append(value)
        self._rows.append(row)

    def _fill(self, row: Row, values: Iterable[Any], places: list[int], missing: list[Any]) -> None:
        """Put values into a row; those that have no row yet are `missing`, and `places` says where."""
        numbers, texts, append = self._numbers, self._texts, row.append
        for value in values:
            kind = type(value)
            if kind is str:
                number = texts.get(value)
                append(self._text(value) if number is None else number)
            elif kind is int and _LOWEST <= value <= _HIGHEST:
                append(2 * value + 1)
            elif kind in _INLINE or (kind is bytes and len(value) <= rows.INLINE_BYTES):
                append(value)
            else:
                number = numbers.get(id(value))
                if number is None and kind in _SINGLE:
                    number = self._single(value)
                if number is None:
                    places.append(len(row))
                    missing.append(value)
                    append(None)
                else:
                    append(number)

    def _single(self, value: Any) -> int:
        """The number of the row of a value that is made of no others, written now."""
        kind = type(value)
        if kind is bytes:
            row: Row = [rows.BYTES, value]
        elif kind is int:
            row = [rows.NUMBER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)]
        elif kind is bytearray:
            row = [rows.BYTE_ARRAY, bytes(value)]
        else:
            row = [rows.UNSET]
        self._put(value, row)
        return self._numbers[id(value)]

    def _text(self, text: str) -> int:
        try:
            row: Row = [rows.TEXT, text if text.isascii() else text.encode().decode()]
        except UnicodeEncodeError:
            row = [rows.TEXT, text.encode("utf-8", "surrogatepass")]
        number = self._texts[text] = self._count
        self._count += 2
        self._rows.append(row)
        return number

    def _cells(self, value: Any) -> Cells:
        """What a value is made of."""
        kind = type(value)
        if kind is _Part:
            return rows.PART, value.items
        tag = _CONTAINERS.get(kind)
        if tag is None:
            known = self._classes.get(kind)
            tag, parts = known if known is not None else self._declare(kind)
            return tag, parts(value)
        items = _items_of(value, tag)
        if len(items) > rows.PART_ITEMS:
            size = rows.PART_ITEMS
            pieces = [_Part(items[start : start + size]) for start in range(0, len(items), size)]
            self._alive.append(pieces)
            return rows.JOINED, (tag, *pieces)
        return tag, items

    def _declare(self, kind: type) -> tuple[int, Callable[[Any], Any]]:
        layout = layout_of(kind)
        self._rows.append([rows.CLASS, layout.name, *layout.fields])
        declared = self._classes[kind] = (rows.FIRST_CLASS + len(self._classes), layout.parts)
        return declared


_INLINE = frozenset({bool, float, type(None)})
_SINGLE = frozenset({bytes, int, bytearray, UnsetType})
_CONTAINERS: dict[type, int] = {
    tuple: rows.TUPLE, list: rows.LIST, dict: rows.DICT, set: rows.SET, frozenset: rows.FROZEN_SET, Map: rows.MAP, deque: rows.QUEUE,
}  # fmt: skip


def _items_of(value: Any, tag: int) -> tuple[Any, ...]:
    if tag == rows.DICT:
        return tuple(part for entry in value.items() for part in entry)
    if tag == rows.MAP:
        return tuple(part for key in _in_order(value) for part in (key, value[key]))
    return tuple(_in_order(value)) if tag in (rows.SET, rows.FROZEN_SET) else tuple(value)


def _in_order(keys: Iterable[Any]) -> list[Any]:
    try:
        return sorted(keys)
    except TypeError:  # of several kinds
        return sorted(keys, key=lambda key: (type(key).__name__, repr(key)))


def dumps(value: Any) -> bytes:  # Any: whatever a world holds
    """A value as bytes.

    Raises:
        Unstorable: something in it is no plain data.
    """
    writer = Writer()
    for _ in writer.write(value):
        continue
    return writer.take()
