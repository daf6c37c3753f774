"""set and frozenset: tables that are filled, probed and enlarged as CPython's are, so that their order is the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value, cell
from fakedocker.userland.languages.python.errors import OBJECT
from fakedocker.userland.languages.python.hashing import hash_frozenset
from fakedocker.userland.languages.python.types import OF_HOST
from fakedocker.userland.languages.python.values import ACTIVE, BuiltinClass, Sign

SET: Final = BuiltinClass("set", OBJECT, kind="set")
FROZENSET: Final = BuiltinClass("frozenset", OBJECT, kind="frozenset")
_DUMMY: Final = Sign("dummy")
_FREE: Final = Sign("free")
_PROBES: Final = 9
_SMALLEST: Final = 8
_REUSING: Final = 10
_MASK64: Final = (1 << 64) - 1


@cell
class SetValue:
    """A set. `items` finds a member; `table` and `hashes` are what its order comes from."""

    __slots__ = ("cls", "fill", "finger", "hashes", "items", "table")

    def __init__(self, cls: BuiltinClass = SET) -> None:
        self.cls = cls
        self.items: dict[Value, None] = {}
        self.table: list[Value] = [_FREE] * _SMALLEST
        self.hashes: list[int] = [0] * _SMALLEST
        self.fill = 0
        self.finger = 0

    def __len__(self) -> int:
        return len(self.items)

    def __contains__(self, value: object) -> bool:
        return value in self.items

    def __iter__(self) -> Iterator[Value]:
        return iter(self.ordered())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SetValue) and self.items.keys() == other.items.keys()

    def __hash__(self) -> int:
        if self.cls is SET:
            raise TypeError("unhashable type: 'set'")
        if ACTIVE.machine is None:
            return len(self.items)
        return hash_frozenset([ACTIVE.machine.hash_of(each) for each in self.items])

    def ordered(self) -> list[Value]:
        """The members in the order in which they are gone through."""
        return [key for key in self.table if key is not _FREE and key is not _DUMMY]

    def add(self, value: Value) -> None:
        """Raises TypeError for what has no hash."""
        if value in self.items:
            return
        hashed = ACTIVE.machine.hash_of(value)
        self.items[value] = None
        if self._insert(value, hashed):
            return
        self.fill += 1
        if self.fill * 5 >= (len(self.table) - 1) * 3:
            used = len(self.items)
            self._resize(used * 2 if used > 50000 else used * 4)

    def _insert(self, value: Value, hashed: int) -> bool:
        """Put a member that is not there into the table; whether it took the place of one that was removed.

        Since 3.10 it takes the last such place on its way (set_add_entry of Objects/setobject.c), before that none.
        """
        table = self.table
        mask = len(table) - 1
        perturb = hashed & _MASK64
        place = perturb & mask
        left = -1
        while True:
            last = place + _PROBES if place + _PROBES <= mask else place
            for index in range(place, last + 1):
                key = table[index]
                if key is _FREE:
                    if left >= 0 and ACTIVE.machine.minor >= _REUSING:
                        index = left
                    else:
                        left = -1
                    table[index] = value
                    self.hashes[index] = hashed
                    return left >= 0
                if key is _DUMMY:
                    left = index
            perturb >>= 5
            place = (place * 5 + 1 + perturb) & mask

    def _resize(self, least: int) -> None:
        size = _SMALLEST
        while size <= least:
            size <<= 1
        entries = [
            (key, hashed)
            for key, hashed in zip(self.table, self.hashes, strict=True)
            if key is not _FREE and key is not _DUMMY
        ]
        self.table = [_FREE] * size
        self.hashes = [0] * size
        self.fill = len(entries)
        for key, hashed in entries:
            self._insert(key, hashed)

    def _place_of(self, value: Value) -> int:
        hashed = ACTIVE.machine.hash_of(value)
        mask = len(self.table) - 1
        perturb = hashed & _MASK64
        place = perturb & mask
        while True:
            last = place + _PROBES if place + _PROBES <= mask else place
            for index in range(place, last + 1):
                key = self.table[index]
                if (
                    key is not _FREE
                    and key is not _DUMMY
                    and self.hashes[index] == hashed
                    and (key is value or key == value)
                ):
                    return index
                if key is _FREE:
                    raise KeyError(value)
            perturb >>= 5
            place = (place * 5 + 1 + perturb) & mask

    def remove(self, value: Value) -> None:
        """Raises KeyError."""
        if value not in self.items:
            raise KeyError(value)
        self.table[self._place_of(value)] = _DUMMY
        del self.items[value]

    def discard(self, value: Value) -> bool:
        """Whether it was there."""
        if value not in self.items:
            return False
        self.remove(value)
        return True

    def pop(self) -> Value:
        """Some member, which is removed. Raises KeyError."""
        if not self.items:
            raise KeyError("pop from an empty set")
        mask = len(self.table) - 1
        place = self.finger & mask
        while self.table[place] is _FREE or self.table[place] is _DUMMY:
            place = (place + 1) & mask
        value = self.table[place]
        self.table[place] = _DUMMY
        del self.items[value]
        self.finger = place + 1
        return value

    def clear(self) -> None:
        fresh = SetValue(self.cls)
        self.items, self.table, self.hashes, self.fill, self.finger = fresh.items, fresh.table, fresh.hashes, 0, 0

    def update(self, values: Iterable[Value]) -> None:
        """Add all of something, as CPython does it for sets, dicts and others."""
        if isinstance(values, SetValue):
            self._merge(values)
            return
        if isinstance(values, dict):
            count = len(values)
            if (self.fill + count) * 5 >= (len(self.table) - 1) * 3:
                self._resize((len(self.items) + count) * 2)
        for value in values:
            self.add(value)

    def _merge(self, other: SetValue) -> None:
        if other is self or not other.items:
            return
        if (self.fill + len(other.items)) * 5 >= (len(self.table) - 1) * 3:
            self._resize((len(self.items) + len(other.items)) * 2)
        if self.fill == 0 and len(self.table) == len(other.table) and other.fill == len(other.items):
            self.table, self.hashes = list(other.table), list(other.hashes)
            self.fill = other.fill
            self.items = dict(other.items)
            return
        entries = [
            (key, hashed)
            for key, hashed in zip(other.table, other.hashes, strict=True)
            if key is not _FREE and key is not _DUMMY
        ]
        if self.fill == 0:
            self.fill = len(other.items)
            self.items = dict.fromkeys(key for key, _ in entries)
            for key, hashed in entries:
                self._insert(key, hashed)
            return
        for key, _ in entries:
            self.add(key)

    def copied(self, cls: BuiltinClass | None = None) -> SetValue:
        made = SetValue(cls or self.cls)
        made._merge(self)
        return made

    def twin(self) -> SetValue:
        """Another one with the very same table, so in the same order. O(table), without a hash computed."""
        fresh = SetValue(self.cls)
        fresh.items, fresh.table, fresh.hashes, fresh.fill = (
            dict(self.items),
            list(self.table),
            list(self.hashes),
            self.fill,
        )
        return fresh


def set_of(values: Iterable[Value], cls: BuiltinClass = SET) -> SetValue:
    """A set of some values."""
    made = SetValue(cls)
    made.update(values)
    return made


OF_HOST[SetValue] = SET


def intersection(a: SetValue, other: Iterable[Value]) -> SetValue:
    made = SetValue(a.cls)
    if isinstance(other, SetValue):
        if other is a:
            return a.copied()
        if len(other) > len(a):
            a, other = other, a
    for value in other:
        if value in a.items:
            made.add(value)
    return made


def difference(a: SetValue, other: Iterable[Value]) -> SetValue:
    if isinstance(other, SetValue | dict) and (len(a) >> 2) <= len(other):
        made = SetValue(a.cls)
        for value in a.ordered():
            if value not in other:
                made.add(value)
        return made
    made = a.copied()
    for value in other:
        made.discard(value)
    return made


def symmetric_difference(a: SetValue, other: Iterable[Value]) -> SetValue:
    made = set_of(other, a.cls)
    for value in a.ordered():
        if not made.discard(value):
            made.add(value)
    return made


def frozen_constant(values: Iterable[Value], hidden: str = "") -> SetValue:
    """The constant that the compiler makes of a set of constants.

    It makes it twice, the second time of the members of the first one (merge_consts_recursive of Python/compile.c); and
    once more if one of the texts in it that could be names was known before by another object (intern_constants of
    Objects/codeobject.c). Where that would show, it is not simulated, but for the library's own.
    """
    values = list(values)
    twice = set_of(set_of(values, FROZENSET).ordered(), FROZENSET)
    if any(_may_be_known(each) for each in values) and not hidden:
        again = set_of(twice.ordered(), FROZENSET)
        if again.ordered() != twice.ordered():
            raise NotSimulated("the order of this set of constants")
    return twice


def _may_be_known(value: Value) -> bool:
    """Whether a constant is a text of more than a character that could be a name."""
    if type(value) is tuple:
        return any(_may_be_known(each) for each in value)
    return type(value) is str and len(value) > 1 and value.isascii() and value.replace("_", "a").isalnum()
