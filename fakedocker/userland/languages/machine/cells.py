"""Cells: the objects that a script's memory is made of, and copies of graphs of them.

A cell is an object of a class with `__slots__` that `cell` has registered. Its slots hold values: atoms (numbers, text,
bytes, True, None), shared things (`Shared`), other cells, and the host's tuples, lists, dicts, sets and byte arrays of
values. Everything but atoms and shared things has an identity, which a copy keeps: what was one object before is one
object after.
"""

from __future__ import annotations

from collections import deque
from typing import Any, ClassVar, Final, TypeVar

from fakedocker.kernel.marks import FEATURE

Value = Any
"""Whatever a cell holds: a value of whichever language the machine runs."""

Kind = TypeVar("Kind", bound=type)

ATOMS: Final = frozenset({int, float, complex, str, bytes, bool, type(None), range, slice, type(Ellipsis)})
"""Types of values that never change and refer to nothing. A range or slice holds numbers only."""

CELLS: dict[str, type] = {}
"""Every class of cells by the name under which it is stored: that of its module below `languages`, and its own."""

_SLOTS: dict[type, tuple[str, ...]] = {}
_CELL_BYTES: Final = 56
_ITEM_BYTES: Final = 8


class NotSimulated(Exception):
    """The script needs something that is not simulated; the message names it, `why` is a key of `marks.REASONS`.

    It ends the script with a mark: nothing in the script can catch it.
    """

    def __init__(self, what: str, why: str = FEATURE) -> None:
        super().__init__(what)
        self.why = why


class Shared:
    """Something that is the same for every process: code, a function of the host, a part of the library.

    A memory refers to it and never copies it; it must not change. Stored is what `reference` says, from which the
    class's `resolve` finds it again.
    """

    __slots__ = ()
    kinds: ClassVar[dict[str, type[Shared]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        Shared.kinds[stored_name(cls)] = cls

    def reference(self) -> tuple[Value, ...]:
        """Values that name it, cells and shared things among them."""
        raise NotImplementedError

    @classmethod
    def resolve(cls, reference: tuple[Value, ...]) -> Shared:
        """The thing that a reference names. Raises LookupError or ValueError if there is none."""
        raise NotImplementedError


def stored_name(kind: type) -> str:
    """The name of a class of cells or shared things in what is stored."""
    return f"{kind.__module__.rpartition('languages.')[2]}.{kind.__qualname__}"


def cell(kind: Kind) -> Kind:
    """Register a class of cells. Its values are kept in its `__slots__` and those of its bases, and nowhere else."""
    slots: list[str] = []
    for base in reversed(kind.__mro__[:-1]):
        if "__slots__" not in vars(base):
            raise TypeError(f"{base.__name__} has no slots, and cannot be a cell")
        names = vars(base)["__slots__"]
        slots += [name for name in ([names] if isinstance(names, str) else names) if name not in slots]
    CELLS[stored_name(kind)] = kind
    _SLOTS[kind] = tuple(slots)
    return kind


def slots_of(kind: type) -> tuple[str, ...] | None:
    """The slots of a class of cells; None for any other class."""
    return _SLOTS.get(kind)


class _Copying:
    """A copy of a graph on its way. Nothing in it calls itself, however deep the graph is."""

    def __init__(self) -> None:
        self.made: dict[int, Value] = {}
        self.kept: list[Value] = []  # so that no id is given twice
        self.pending: list[tuple[Value, Value]] = []
        self.tables: list[tuple[Value, Value]] = []

    def of(self, value: Value) -> Value:
        """The copy of a value, which may still be empty. Tuples and frozen sets must be whole, so they wait for theirs."""
        kind = type(value)
        if kind in ATOMS or isinstance(value, Shared):
            return value
        found = self.made.get(id(value))
        if found is not None:
            return found
        if kind is tuple or kind is frozenset:
            return self._frozen(value)
        slots = _SLOTS.get(kind)
        if slots is None and kind not in _EMPTY:
            raise TypeError(f"{kind.__module__}.{kind.__name__} is no value that a memory can hold")
        made = object.__new__(kind) if slots is not None else kind()
        self.made[id(value)] = made
        self.kept.append(value)
        self.pending.append((value, made))
        return made

    def _frozen(self, value: Value) -> Value:
        """A tuple or frozen set, whose parts come first."""
        waiting = [value]
        while waiting:
            last = waiting[-1]
            if id(last) in self.made:
                waiting.pop()
                continue
            inner = [part for part in last if type(part) in _FROZEN and part and id(part) not in self.made]
            if inner:
                waiting += inner
                continue
            waiting.pop()
            parts = [self.made[id(part)] if type(part) in _FROZEN and part else self.of(part) for part in last]
            same = all(new is old for new, old in zip(parts, last, strict=True))
            self.made[id(last)] = last if same else type(last)(parts)
            self.kept.append(last)
        return self.made[id(value)]

    def fill(self) -> None:
        """Give every copy its parts; tables last, since their keys may be cells that are hashed by what they hold."""
        self._fill_plain()
        while self.tables:
            old, new = self.tables.pop()
            copied = [self.of(part) for part in old]
            values = [self.of(part) for part in old.values()] if type(old) is dict else copied
            self._fill_plain()
            if type(old) is dict:
                new.update(zip(copied, values, strict=True))
            else:
                new.update(copied)

    def _fill_plain(self) -> None:
        of, atoms, pending = self.of, ATOMS, self.pending
        while pending:
            old, new = pending.pop()
            kind = type(old)
            slots = _SLOTS.get(kind)
            if slots is not None:
                for name in slots:
                    part = getattr(old, name)
                    setattr(new, name, part if type(part) in atoms else of(part))
            elif kind is dict or kind is set:
                self.tables.append((old, new))
            else:
                new.extend(old if kind is bytearray else [part if type(part) in atoms else of(part) for part in old])


_EMPTY: Final = frozenset({list, dict, set, bytearray, deque})
_FROZEN: Final = frozenset({tuple, frozenset})


def copy_graph(root: Value) -> Value:
    """A copy of a value and all that it leads to, which shares nothing that can change. O(number of parts).

    A class of cells that are keys of the host's dicts or sets is hashed by identity, or by slots that hold no such table.
    """
    copying = _Copying()
    copied = copying.of(root)
    copying.fill()
    return copied


def measure(root: Value) -> int:
    """Roughly the memory that a graph takes, in bytes. What is shared counts nothing. O(number of parts)."""
    total = 0
    seen: set[int] = set()
    pending = [root]
    while pending:
        value = pending.pop()
        kind = type(value)
        if kind is str or kind is bytes or kind is bytearray:
            total += _CELL_BYTES + len(value)
        elif kind is int:
            total += 28 + value.bit_length() // 8
        elif kind in ATOMS:
            total += 24
        elif not isinstance(value, Shared) and id(value) not in seen:
            seen.add(id(value))
            total += _CELL_BYTES
            slots = _SLOTS.get(kind)
            if slots is not None:
                parts = [getattr(value, name) for name in slots]
            elif kind is dict:
                parts = [*value, *value.values()]
            else:
                parts = list(value)
            total += _ITEM_BYTES * len(parts)
            pending += parts
    return total
