"""What of jq's library is not written in jq: collections, sorting, conversions.

A function takes the context, its input and its arguments. Source: jq's src/builtin.c, src/jv_aux.c and their messages.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fakedocker.userland.jq import dates, numbers, paths, texts
from fakedocker.userland.jq.context import Context, Halt
from fakedocker.userland.jq.json_writing import to_text
from fakedocker.userland.jq.paths import index
from fakedocker.userland.jq.texts import MOST_ITEMS, described, kind_of
from fakedocker.userland.jq.values import JqError, OutOfMemory, Value, as_index, compare, is_number, sorted_by, truth


def _length(context: Context, value: Value) -> Value:
    if value is None:
        return 0.0
    if isinstance(value, str | list | dict):
        return float(len(value))
    if is_number(value):
        return abs(value)
    raise JqError(f"{described(value)} has no length")


def _keys(sort: bool) -> Callable[[Context, Value], Value]:
    def keys(context: Context, value: Value) -> Value:
        if isinstance(value, dict):
            return sorted(value) if sort else list(value)
        if isinstance(value, list):
            return [float(place) for place in range(len(value))]
        raise JqError(f"{described(value)} has no keys")

    return keys


def _has(context: Context, value: Value, key: Value) -> Value:
    if isinstance(value, dict) and isinstance(key, str):
        return key in value
    if isinstance(value, list) and is_number(key):
        return 0 <= as_index(key) < len(value)
    raise JqError(
        f"Cannot check whether {kind_of(value)} has a {'string' if isinstance(key, str) else kind_of(key)} key"
    )


def _contains(context: Context, value: Value, other: Value) -> Value:
    if kind_of(value) != kind_of(other):
        raise JqError(f"{described(value)} and {described(other)} cannot have their containment checked")
    return _holds(value, other, [0])


def _holds(value: Value, other: Value, counter: list[int]) -> bool:
    counter[0] += 1
    if counter[0] > 2_000_000:
        raise OutOfMemory
    if isinstance(value, dict) and isinstance(other, dict):
        return all(key in value and _holds(value[key], held, counter) for key, held in other.items())
    if isinstance(value, list) and isinstance(other, list):
        return all(any(_holds(item, wanted, counter) for item in value) for wanted in other)
    if isinstance(value, str) and isinstance(other, str):
        return other in value
    return compare(value, other) == 0


def _items(value: Value, what: str) -> list[Value]:
    if not isinstance(value, list):
        raise JqError(f"{described(value)} cannot be {what}, as it is not an array")
    return value


def _sort(context: Context, value: Value) -> Value:
    items = _items(value, "sorted")
    return [item for _, item in sorted_by(items, items)]


def _keyed(value: Value, keys: Value, what: str) -> list[tuple[Value, Value]]:
    return sorted_by(_items(value, what), keys)


def _group_by(context: Context, value: Value, keys: Value) -> Value:
    groups: list[list[Value]] = []
    last: Value = None
    for key, item in _keyed(value, keys, "grouped"):
        if not groups or compare(key, last) != 0:
            groups.append([])
            last = key
        groups[-1].append(item)
    return groups


def _extreme(value: Value, keys: Value, sign: int) -> Value:
    best: Value = None
    best_key: Value = None
    for place, (key, item) in enumerate(zip(keys, _items(value, "iterated over"), strict=True)):
        order = compare(key, best_key) * sign if place else 1
        if order > 0 or (order == 0 and sign > 0):
            best, best_key = item, key
    return best


def _comparable(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise JqError(f"{described(value)} and {described(value)} cannot be iterated over")
    return value


def _flatten(context: Context, value: Value, depth: Value) -> Value:
    found: list[Value] = []
    pending: list[tuple[Value, float]] = [(item, depth) for item in reversed(_values(value))]
    steps = 0
    while pending:
        item, left = pending.pop()
        steps += 1
        if len(pending) + steps > MOST_ITEMS:
            raise OutOfMemory
        if isinstance(item, list) and left > 0:
            pending += [(inner, left - 1) for inner in reversed(item)]
        else:
            found.append(item)
    return found


def _values(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return list(value.values())
    raise JqError(f"Cannot iterate over {described(value)}")


def _reverse(context: Context, value: Value) -> Value:
    if value is None:
        return []
    if isinstance(value, str | list):
        return value[::-1]
    if is_number(value) and value == 0:
        return []
    return index(value, 0.0)


def _indices(context: Context, value: Value, wanted: Value) -> Value:
    if value is None:
        return None
    if isinstance(value, str) and isinstance(wanted, str):
        return texts.places(value, wanted)
    return index(value, wanted if isinstance(wanted, list) or not isinstance(value, list) else [wanted])


def _bound_index(last: bool) -> Callable[[Context, Value, Value], Value]:
    def bound(context: Context, value: Value, wanted: Value) -> Value:
        found = _indices(context, value, wanted)
        return found[-1 if last else 0] if found else None

    return bound


def _bsearch(context: Context, value: Value, target: Value) -> Value:
    items = _items(value, "searched from")
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        order = compare(items[middle], target)
        if order == 0:
            return float(middle)
        low, high = (middle + 1, high) if order < 0 else (low, middle)
    return float(-1 - low)


def _to_number(context: Context, value: Value) -> Value:
    if is_number(value):
        return value
    if isinstance(value, str):
        return texts.number_of(value)
    raise JqError(f"{described(value)} cannot be parsed as a number")


def _halt_error(context: Context, value: Value, status: Value) -> Value:
    if not is_number(status):
        raise JqError(f"{described(value)} halt_error/1: number required")
    text = "" if value is None else value if isinstance(value, str) else to_text(value) + "\n"
    raise Halt(int(status) & 255, text)


# numbers


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "not/0": lambda context, value: not truth(value),
    "type/0": lambda context, value: kind_of(value),
    "length/0": _length,
    "keys/0": _keys(True),
    "keys_unsorted/0": _keys(False),
    "has/1": _has,
    "contains/1": _contains,
    "sort/0": _sort,
    "_sort_by_impl/1": lambda context, value, keys: [item for _, item in _keyed(value, keys, "sorted")],
    "_group_by_impl/1": _group_by,
    "_unique_by_impl/1": lambda context, value, keys: [group[0] for group in _group_by(context, value, keys)],
    "_max_by_impl/1": lambda context, value, keys: _extreme(value, keys, 1),
    "_min_by_impl/1": lambda context, value, keys: _extreme(value, keys, -1),
    "min/0": lambda context, value: _extreme(value, _comparable(value), -1),
    "max/0": lambda context, value: _extreme(value, _comparable(value), 1),
    "_flatten/1": _flatten,
    "reverse/0": _reverse,
    "indices/1": _indices,
    "_indices/1": _indices,
    "index/1": _bound_index(False),
    "rindex/1": _bound_index(True),
    "bsearch/1": _bsearch,
    "tonumber/0": _to_number,
    "tostring/0": lambda context, value: value if isinstance(value, str) else to_text(value),
    "tojson/0": lambda context, value: to_text(value),
    "infinite/0": lambda context, value: math.inf,
    "nan/0": lambda context, value: math.nan,
    "null/0": lambda context, value: None,
    "true/0": lambda context, value: True,
    "false/0": lambda context, value: False,
    "halt_error/1": _halt_error,
    "now/0": lambda context, value: context.now(),
    "input_filename/0": lambda context, value: context.file_name(),
    "input_line_number/0": lambda context, value: float(context.reader.lines),
    **paths.FUNCTIONS,
    **numbers.FUNCTIONS,
    **texts.FUNCTIONS,
    **dates.FUNCTIONS,
}
