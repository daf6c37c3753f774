"""Unpacking a value to several targets, and what is said of too few or too many."""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python.errors import Raised, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import type_name


def items_to_unpack(m: Interpreter, value: Value) -> list[Value]:
    """All items. Raises TypeError in the program."""
    try:
        return m.items(value)  # type: ignore[no-any-return]
    except Raised as raised:
        if str(raised.value.args[0]).endswith("object is not iterable"):
            raise type_error(f"cannot unpack non-iterable {type_name(value)} object") from None
        raise


def unpacked(m: Interpreter, items: Sequence[Value], before: int, count: int) -> list[Value]:
    """The values of `count` targets; a list for the starred one behind the first `before`, -1 for none."""
    given = len(items)
    if before < 0:
        if given == count:
            return list(items)
        raise wrong_count(m, given, count, isinstance(items, list | tuple))
    if given < count - 1:
        raise error("ValueError", f"not enough values to unpack (expected at least {count - 1}, got {given})")
    after = count - 1 - before
    return [*items[:before], list(items[before : given - after]), *items[given - after :]]


def wrong_count(m: Interpreter, given: int, count: int, is_known: bool) -> Raised:
    """Too few or too many values."""
    if given < count:
        return error("ValueError", f"not enough values to unpack (expected {count}, got {given})")
    got = f", got {given}" if m.minor >= 14 and is_known else ""
    return error("ValueError", f"too many values to unpack (expected {count}{got})")
