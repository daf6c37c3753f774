"""A script's memory as plain data, and back: what a state on disk holds of it.

A graph becomes a list of rows, one for each thing with an identity. A row begins with its kind, the name of a class or of
one of the host's containers; its parts follow: atoms as they are, all else as `(n,)`, the row of number n. Nothing is
nested, so that neither direction calls itself. Reading believes nothing: only registered classes are made, every
reference must lead to a row, and what must be whole before it is used cannot hold itself.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from fakedocker.userland.languages.machine.cells import CELLS, Shared, Value, slots_of, stored_name
from fakedocker.userland.languages.machine.code import Code, Frame

Row = list[Value]

_OPEN: Final[dict[str, type]] = {kind.__name__: kind for kind in (list, deque, bytearray, dict, set)}
_CLOSED: Final[dict[str, type]] = {kind.__name__: kind for kind in (tuple, frozenset, range, slice, complex)}
_PLAIN: Final = frozenset({int, float, str, bytes, bool, type(None)})
_TABLES: Final = frozenset({"dict", "set"})
_ELLIPSIS: Final = "Ellipsis"


def flatten(root: Value) -> list[Row]:
    """A graph as rows; the first is the root's, which is no atom. The same graph gives the same rows. O(number of parts)."""
    numbers: dict[int, int] = {}
    alive: list[Value] = []
    rows: list[Row] = []

    def refer(value: Value) -> Value:
        if type(value) in _PLAIN:
            return value
        number = numbers.get(id(value))
        if number is None:
            number = numbers[id(value)] = len(alive)
            alive.append(value)  # also so that no id is given twice
        return (number,)

    refer(root)
    while len(rows) < len(alive):
        kind, parts = _parts(alive[len(rows)])
        rows.append([kind, *map(refer, parts)])
    return rows


def _parts(value: Value) -> tuple[str, list[Value]]:
    kind = type(value)
    slots = slots_of(kind)
    if slots is not None:
        return stored_name(kind), [getattr(value, name) for name in slots]
    if isinstance(value, Shared):
        return stored_name(kind), list(value.reference())
    if value is ...:
        return _ELLIPSIS, []
    if kind is dict:
        return "dict", [part for entry in value.items() for part in entry]
    if kind is range or kind is slice:
        return kind.__name__, [value.start, value.stop, value.step]
    if kind is complex:
        return "complex", [value.real, value.imag]
    if kind is bytearray:
        return "bytearray", [bytes(value)]
    if kind is set or kind is frozenset:
        return kind.__name__, sorted(value, key=lambda part: (type(part).__name__, repr(part)))
    return kind.__name__, list(value)


class _Rebuilding:
    """A graph that is made of rows."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.made: list[Value] = [None] * len(rows)
        self.is_made = [False] * len(rows)

    def make(self, number: int) -> Value:
        """The thing of a row; closed ones, whose parts come first, whole, and all others empty."""
        waiting = [number]
        while waiting:
            last = waiting[-1]
            kind, *parts = self.rows[last]
            missing = [] if self._is_open(kind) else [part[0] for part in parts if self._is_missing(part)]
            if not missing:
                if not self.is_made[last]:
                    self.made[last] = self._new(
                        kind, [self.value(part) for part in parts] if kind in _CLOSED or kind in Shared.kinds else []
                    )
                    self.is_made[last] = True
                waiting.pop()
                continue
            if len(waiting) > len(self.rows):
                raise ValueError(f"row {last} holds itself")
            waiting += missing
        return self.made[number]

    def _is_open(self, kind: str) -> bool:
        return kind in _OPEN or kind in CELLS

    def _is_missing(self, part: Value) -> bool:
        return type(part) is tuple and not self.is_made[_number(part, len(self.rows))]

    def value(self, part: Value) -> Value:
        """What a part of a row stands for, made before."""
        if type(part) is tuple:
            return self.made[_number(part, len(self.rows))]
        if type(part) not in _PLAIN:
            raise ValueError(f"a part of a row is a {type(part).__name__}")
        return part

    def _new(self, kind: str, parts: list[Value]) -> Value:
        if kind in Shared.kinds:
            return Shared.kinds[kind].resolve(tuple(parts))
        if kind == "tuple" or kind == "frozenset":
            return _CLOSED[kind](parts)
        if kind in _CLOSED:
            if not all(part is None or type(part) in (int, float) for part in parts):
                raise ValueError(f"a {kind} holds something else than numbers")
            return _CLOSED[kind](*parts)
        if kind == _ELLIPSIS:
            return ...
        if kind in _OPEN:
            return _OPEN[kind]()
        if kind not in CELLS:
            raise ValueError(f"there is no kind {kind!r}")
        return object.__new__(CELLS[kind])

    def fill(self, number: int) -> None:
        """Give an open thing its parts."""
        kind, *parts = self.rows[number]
        made = self.made[number]
        values = [self.value(part) for part in parts]
        slots = slots_of(type(made))
        if slots is not None:
            for name, value in zip(slots, values, strict=True):
                setattr(made, name, value)
        elif kind == "dict":
            made.update(zip(values[::2], values[1::2], strict=True))
        elif kind == "set":
            made.update(values)
        elif kind == "bytearray":
            made.extend(values[0])
        elif kind in _OPEN:
            made.extend(values)


def _number(part: Value, count: int) -> int:
    if len(part) != 1 or type(part[0]) is not int or not 0 <= part[0] < count:
        raise ValueError("a reference leads nowhere")
    number: int = part[0]
    return number


def rebuild(rows: list[Row]) -> Value:
    """The graph of rows. O(number of parts).

    Raises:
        ValueError, TypeError or LookupError: they are none that `flatten` has made.
    """
    if not rows or not all(type(row) is list and row and type(row[0]) is str for row in rows):
        raise ValueError("a memory without rows")
    building = _Rebuilding(rows)
    for number in range(len(rows)):
        building.make(number)
    plain = [number for number, row in enumerate(rows) if row[0] not in _TABLES]
    for number in plain:
        building.fill(number)
    for number, row in enumerate(rows):
        if row[0] in _TABLES:
            building.fill(number)
    for made in building.made:
        if type(made) is Frame:
            _prepare(made)
    return building.made[0]


def _prepare(frame: Frame) -> None:
    """A frame under way goes on without being entered, and traces ask where it is: its code must have its operations."""
    if not isinstance(frame.code, Code):
        raise ValueError("a frame without code")
    if not frame.code.operations:
        frame.code.prepare()
