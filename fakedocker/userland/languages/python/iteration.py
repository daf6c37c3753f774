"""Iterators of the host's own: cells that know how far they are."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value, cell
from fakedocker.userland.languages.python.errors import OBJECT, error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import GENERATORS, OF_HOST
from fakedocker.userland.languages.python.values import END, BuiltinClass, Class

ITERATORS: Final[dict[str, BuiltinClass]] = {
    name: BuiltinClass(name, OBJECT)
    for name in (
        "list_iterator", "tuple_iterator", "str_ascii_iterator", "str_iterator", "range_iterator", "bytes_iterator",
        "bytearray_iterator", "dict_keyiterator", "dict_valueiterator", "dict_itemiterator", "set_iterator",
        "list_reverseiterator", "dict_reversekeyiterator",
    )
}  # fmt: skip
ITERATORS["reversed"] = GENERATORS["reversed"]
DICT_KEYS: Final = BuiltinClass("dict_keys", OBJECT)
DICT_VALUES: Final = BuiltinClass("dict_values", OBJECT)
DICT_ITEMS: Final = BuiltinClass("dict_items", OBJECT)
_OF_SEQUENCE: Final[dict[type, str]] = {
    list: "list_iterator", tuple: "tuple_iterator", str: "str_iterator", range: "range_iterator",
    bytes: "bytes_iterator", bytearray: "bytearray_iterator",
}  # fmt: skip


_MOST_STEPS: Final = 1 << 62


class Iterator:
    """What `for` steps through without running code of the program."""

    __slots__ = ()

    def step(self, m: Interpreter) -> Value:
        """The next item, or END."""
        raise NotImplementedError

    def left(self) -> int:
        """How many items there are still to come."""
        raise NotImplementedError


@cell
class SequenceIterator(Iterator):
    """Over a list, tuple, text, bytes or range; also of a program's list while it changes."""

    __slots__ = ("cls", "items", "place")

    def __init__(self, items: Any, name: str = "") -> None:  # Any: a sequence of the host
        if type(items) is range and items and abs(items[-1] - items[0]) >= _MOST_STEPS:
            raise NotSimulated("going through so long a range")
        self.items = items
        self.place = 0
        self.cls: Class = ITERATORS[
            name or ("str_ascii_iterator" if type(items) is str and items.isascii() else _OF_SEQUENCE[type(items)])
        ]

    def step(self, m: Interpreter) -> Value:
        place = self.place
        items = self.items
        if place < len(items):
            self.place = place + 1
            return items[place]
        self.items = ()
        self.place = 0
        return END

    def left(self) -> int:
        return max(len(self.items) - self.place, 0)


@cell
class ReversedIterator(Iterator):
    __slots__ = ("cls", "items", "place")

    def __init__(self, items: Any) -> None:  # Any: a sequence of the host
        self.items = items
        self.place = len(items)
        self.cls: Class = ITERATORS[
            "list_reverseiterator" if type(items) is list else "range_iterator" if type(items) is range else "reversed"
        ]

    def step(self, m: Interpreter) -> Value:
        if self.place <= 0 or self.place > len(self.items):
            self.place = 0
            return END
        self.place -= 1
        return self.items[self.place]

    def left(self) -> int:
        return self.place if self.place <= len(self.items) else 0


@cell
class DictIterator(Iterator):
    """Over a dict: `what` is keys, values or items."""

    __slots__ = ("cls", "items", "keys", "place", "size", "what")

    def __init__(self, items: dict[Value, Value], what: str, reverse: bool = False) -> None:
        self.items = items
        self.keys = list(items)
        if reverse:
            self.keys.reverse()
        self.size = len(items)
        self.place = 0
        self.what = what
        name = {"keys": "dict_keyiterator", "values": "dict_valueiterator", "items": "dict_itemiterator"}[what]
        self.cls: Class = ITERATORS["dict_reversekeyiterator" if reverse else name]

    def step(self, m: Interpreter) -> Value:
        items = self.items
        place = self.place
        if place < 0:
            return END
        if len(items) != self.size:
            self.size = -1
            raise error("RuntimeError", "dictionary changed size during iteration")
        if place >= len(self.keys):
            self.place = -1
            return END
        key = self.keys[place]
        self.place = place + 1
        if key not in items:
            raise error("RuntimeError", "dictionary keys changed during iteration")
        if self.what == "keys":
            return key
        return items[key] if self.what == "values" else (key, items[key])

    def left(self) -> int:
        return len(self.keys) - self.place if self.place >= 0 and len(self.items) == self.size else 0


@cell
class SetIterator(Iterator):
    __slots__ = ("cls", "items", "keys", "place", "size")

    def __init__(self, items: Any) -> None:  # Any: a SetValue
        self.items = items
        self.keys = items.ordered()
        self.size = len(items)
        self.place = 0
        self.cls: Class = ITERATORS["set_iterator"]

    def step(self, m: Interpreter) -> Value:
        if len(self.items) != self.size:
            raise error("RuntimeError", "Set changed size during iteration")
        if self.place >= len(self.keys):
            return END
        self.place += 1
        return self.keys[self.place - 1]

    def left(self) -> int:
        return len(self.keys) - self.place if len(self.items) == self.size else 0


@cell
class EnumerateIterator(Iterator):
    __slots__ = ("cls", "inner", "number")

    def __init__(self, cls: Class, inner: Iterator, number: int) -> None:
        self.cls = cls
        self.inner = inner
        self.number = number

    def step(self, m: Interpreter) -> Value:
        item = self.inner.step(m)
        if item is END:
            return END
        self.number += 1
        return (self.number - 1, item)


@cell
class ZipIterator(Iterator):
    __slots__ = ("cls", "inners", "strict")

    def __init__(self, cls: Class, inners: list[Iterator], strict: bool) -> None:
        self.cls = cls
        self.inners = inners
        self.strict = strict

    def step(self, m: Interpreter) -> Value:
        found = []
        for index, inner in enumerate(self.inners):
            item = inner.step(m)
            if item is END:
                if self.strict:
                    self._check_ends(m, index)
                return END
            found.append(item)
        return tuple(found) if self.inners else END

    def _check_ends(self, m: Interpreter, index: int) -> None:
        if index:
            raise _uneven(index + 1, "shorter", index)
        for other, inner in enumerate(self.inners[1:], 1):
            if inner.step(m) is not END:
                raise _uneven(other + 1, "longer", other)


def _uneven(argument: int, how: str, before: int) -> Exception:
    return error("ValueError", uneven_words(argument, how, before))


def uneven_words(argument: int, how: str, before: int) -> str:
    """What is said of an iterable that ends before or behind the others."""
    than = "argument 1" if before == 1 else f"arguments 1-{before}"
    return f"zip() argument {argument} is {how} than {than}"


@cell
class DictView:
    """d.keys(), d.values(), d.items()."""

    __slots__ = ("cls", "items", "what")

    def __init__(self, items: dict[Value, Value], what: str) -> None:
        self.items = items
        self.what = what
        self.cls: Class = {"keys": DICT_KEYS, "values": DICT_VALUES, "items": DICT_ITEMS}[what]

    def listed(self) -> list[Value]:
        items = self.items
        return (
            list(items)
            if self.what == "keys"
            else list(items.values())
            if self.what == "values"
            else list(items.items())
        )

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if self.what == "values" or not isinstance(other, DictView) or other.what == "values":
            return False
        mine = self.items.keys() if self.what == "keys" else self.items.items()
        return mine == (other.items.keys() if other.what == "keys" else other.items.items())

    __hash__ = None  # type: ignore[assignment]


NATIVE_ITERATORS: Final = frozenset(
    (SequenceIterator, ReversedIterator, DictIterator, SetIterator, EnumerateIterator, ZipIterator)
)
__all__ = ["OF_HOST"]
