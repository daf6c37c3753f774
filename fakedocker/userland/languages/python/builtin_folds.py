"""sum, min, max, any and all: what goes through something to one value."""

from __future__ import annotations

import math
from typing import Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import calls
from fakedocker.userland.languages.python.comparisons import order
from fakedocker.userland.languages.python.errors import error, type_error
from fakedocker.userland.languages.python.operators import binary
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, type_name

_NOTHING: Final = object()
_WHOLE, _FLOAT, _ANY = 0, 1, 2
_MOST_WHOLE: Final = 1 << 63


@native("sum", keywords=True)
def _sum(m: Interpreter, iterable: Value, start: Value = 0) -> Value:
    items = m.plain_items(iterable, True) if m.runs_no_code(iterable) else None
    if items is None:
        m.check_iterable(iterable)
    if type(start) is str:
        raise type_error("sum() can't sum strings [use ''.join(seq) instead]")
    if type(start) in (bytes, bytearray):
        raise type_error(f"sum() can't sum {type_name(start)} [use b''.join(seq) instead]")
    state = [start, 0.0, _WHOLE if type(start) is int else _FLOAT if type(start) is float else _ANY]
    if items is None:
        return calls.Tail(m.hidden_function("sum_of"), [iterable, state])
    m.grown(len(items) >> 3)
    if type(start) is int and all(type(each) is int for each in items):
        return sum(items, start)
    for each in items:
        _add_up(m, state, each)
    return _summed(m, state)


@native("add_up", module="_natives")
def _add_up(m: Interpreter, state: list[Value], item: Value) -> Value:
    """Add an item to [the sum, what was rounded off it, how far], as builtin_sum_impl of Python/bltinmodule.c goes on.

    Whole numbers come first, floats behind them, with Neumaier's compensation since 3.12; whatever else comes is added plainly from there.
    """
    total, low, stage = state
    if m.minor >= 12 and stage == _FLOAT and type(item) in (float, int, bool):
        value = float(item)
        if type(item) is not float:
            state[0] = total + value
            return
        added = total + value
        state[:2] = added, low + ((total - added) + value if abs(total) >= abs(value) else (value - added) + total)
        return
    if stage == _FLOAT:
        total = _summed(m, state)
    state[:] = (
        total + item if type(total) is int and type(item) is int else binary(m, "+", total, item),
        0.0,
        _ANY,
    )
    if stage == _WHOLE:
        if type(item) in (int, bool) and -_MOST_WHOLE <= state[0] < _MOST_WHOLE:
            state[2] = _WHOLE
        elif type(state[0]) is float:
            state[2] = _FLOAT


@native("summed", module="_natives")
def _summed(m: Interpreter, state: list[Value]) -> Value:
    total, low, _ = state
    return total + low if low and math.isfinite(low) else total


def _extreme(name: str, m: Interpreter, args: tuple[Value, ...], key: Value, default: Value) -> Value:
    if not args:
        raise type_error(f"{name} expected at least 1 argument, got 0")
    if len(args) > 1 and default is not _NOTHING:
        raise type_error(f"Cannot specify a default for {name}() with multiple positional arguments")
    source = list(args) if len(args) > 1 else args[0]
    words = f"{name}() {'iterable argument is empty' if m.minor >= 12 else 'arg is an empty sequence'}"
    if key is not None or not m.runs_no_code(source):
        m.check_iterable(source)
        given = [source, key, default is not _NOTHING, None if default is _NOTHING else default, words]
        return calls.Tail(m.hidden_function(f"{name}_of"), given)
    items = list(m.plain_items(source, True))
    if not items:
        return _chosen(m, True, None, default is not _NOTHING, default, words)
    op = "<" if name == "min" else ">"
    best = items[0]
    for each in items[1:]:
        if m.truth(order(m, op, each, best)):
            best = each
    return best


@native("chosen", module="_natives")
def _chosen(m: Interpreter, is_empty: Value, best: Value, has_default: Value, default: Value, words: Value) -> Value:
    """What min() and max() give in the end."""
    if not is_empty:
        return best
    if not has_default:
        raise error("ValueError", words)
    return default


@native("min", keywords=True)
def _min(m: Interpreter, *args: Value, key: Value = None, default: Value = _NOTHING) -> Value:
    return _extreme("min", m, args, key, default)


@native("max", keywords=True)
def _max(m: Interpreter, *args: Value, key: Value = None, default: Value = _NOTHING) -> Value:
    return _extreme("max", m, args, key, default)


def _quantifier(name: str, deciding: bool) -> None:
    def function(m: Interpreter, iterable: Value) -> Value:
        if m.runs_no_code(iterable):
            return deciding if any(m.truth(each) is deciding for each in m.items(iterable, None)) else not deciding
        return calls.Tail(m.hidden_function(f"{name}_of"), [iterable])

    native(name)(function)


_quantifier("any", True)
_quantifier("all", False)
