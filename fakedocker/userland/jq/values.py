"""jq's values and their order: null, booleans, numbers (float, or int where a literal is kept), strings, lists, dicts.

Values are shared and never changed. Comparing counts what it looks at, as values that share parts can be exponentially
large.
"""

from __future__ import annotations

import math
from typing import Any, Final

Value = Any
"""None, bool, float, int, str, list or dict of such."""

MOST_PARTS: Final = 4_000_000
_KINDS: Final = {
    type(None): "null",
    bool: "boolean",
    float: "number",
    int: "number",
    str: "string",
    list: "array",
    dict: "object",
}
_RANKS: Final = {"null": 0, "boolean": 1, "number": 3, "string": 4, "array": 5, "object": 6}


class JqError(Exception):
    """An error that `try` catches. Its value is any JSON value."""

    def __init__(self, value: Value) -> None:
        super().__init__(value)
        self.value = value


class OutOfMemory(Exception):
    """A value has become larger than a real machine should give."""


def kind(value: Value) -> str:
    return _KINDS[type(value)]


def is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def truth(value: Value) -> bool:
    return value is not None and value is not False


class _Comparison:
    def __init__(self) -> None:
        self.parts = 0

    def compare(self, left: Value, right: Value) -> int:
        self.parts += 1
        if self.parts > MOST_PARTS:
            raise OutOfMemory
        if left is right and not isinstance(left, float):
            return 0
        ranks = _rank(left), _rank(right)
        if ranks[0] != ranks[1]:
            return -1 if ranks[0] < ranks[1] else 1
        if ranks[0] == 3:
            return -1 if left < right or left != left else 0 if left == right else 1
        if ranks[0] == 4:
            return int(left > right) - int(left < right)
        if ranks[0] == 5:
            for one, other in zip(left, right, strict=False):
                found = self.compare(one, other)
                if found:
                    return found
            return int(len(left) > len(right)) - int(len(left) < len(right))
        if ranks[0] == 6:
            return self._compare_objects(left, right)
        return 0

    def _compare_objects(self, left: dict[str, Value], right: dict[str, Value]) -> int:
        keys = sorted(left), sorted(right)
        self.parts += len(keys[0])
        if keys[0] != keys[1]:
            return -1 if keys[0] < keys[1] else 1
        for key in keys[0]:
            found = self.compare(left[key], right[key])
            if found:
                return found
        return 0


def _rank(value: Value) -> int:
    if value is True:
        return 2
    return _RANKS[_KINDS[type(value)]]


def compare(left: Value, right: Value) -> int:
    """-1, 0 or 1. Source: jq's manual, sort."""
    return _Comparison().compare(left, right)


class Key:
    """A value as a key for Python's sorting."""

    __slots__ = ("_comparison", "value")

    def __init__(self, value: Value, comparison: _Comparison) -> None:
        self.value = value
        self._comparison = comparison

    def __lt__(self, other: Key) -> bool:
        return self._comparison.compare(self.value, other.value) < 0


def sorted_by(items: list[Value], keys: list[Value]) -> list[tuple[Value, Value]]:
    """Pairs of (key, item), stable."""
    comparison = _Comparison()
    return sorted(zip(keys, items, strict=True), key=lambda pair: Key(pair[0], comparison))


def as_index(value: float) -> int:
    """A number as an index; nonsense is none that exists."""
    return math.floor(value) if math.isfinite(value) else -(1 << 62)
