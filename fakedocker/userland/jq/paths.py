"""jq's indexing and paths: .[key], getpath, setpath, delpaths. Source: jq's src/jv_aux.c and its messages."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fakedocker.userland.jq.context import Context
from fakedocker.userland.jq.texts import MOST_ITEMS, kind_of
from fakedocker.userland.jq.values import JqError, OutOfMemory, Value, as_index, compare, is_number, sorted_by

_MOST_INDEX: Final = 536_870_911


def index(value: Value, key: Value) -> Value:
    """.[key]. Raises JqError."""
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and is_number(key):
        place = as_index(key)
        place += len(value) if place < 0 else 0
        return value[place] if 0 <= place < len(value) else None
    if isinstance(key, dict) and (value is None or isinstance(value, list | str)):
        return _sliced(value, key)
    if isinstance(value, list) and isinstance(key, list):
        return _places_of(value, key)
    if value is None and (isinstance(key, str) or key is None or is_number(key)):
        return None
    if isinstance(key, str) and not isinstance(value, dict):
        raise JqError(f'Cannot index {kind_of(value)} with string "{key}"')
    raise JqError(f"Cannot index {kind_of(value)} with {kind_of(key)}")


def _bounds(size: int, key: dict[str, Value]) -> tuple[int, int]:
    start, end = key.get("start"), key.get("end")
    for bound in (start, end):
        if bound is not None and not is_number(bound):
            raise JqError("Start and end indices of an array slice must be numbers")
    low = 0.0 if start is None else float(start)
    high = float(size) if end is None else float(end)
    low, high = low + size if low < 0 else low, high + size if high < 0 else high
    low, high = min(max(low, 0), size), min(max(high, 0), size)
    first, last = math.floor(low), math.ceil(high)
    return first, max(first, min(last, size))


def _sliced(value: Value, key: dict[str, Value]) -> Value:
    if value is None:
        return None
    first, last = _bounds(len(value), key)
    return value[first:last]


def _places_of(value: list[Value], wanted: list[Value]) -> list[Value]:
    if not wanted:
        return []
    if len(value) * len(wanted) > 4_000_000:
        raise OutOfMemory
    return [
        float(place)
        for place in range(len(value) - len(wanted) + 1)
        if compare(value[place : place + len(wanted)], wanted) == 0
    ]


def get_path(value: Value, path: list[Value]) -> Value:
    for key in path:
        if value is None:
            return None
        value = index(value, key)
    return value


def set_path(value: Value, path: list[Value], new: Value) -> Value:
    chain: list[Value] = []
    for key in path:
        chain.append(value)
        value = _inner(value, key)
    for key, held in zip(reversed(path), reversed(chain), strict=True):
        new = _with_item(held, key, new)
    return new


def _inner(value: Value, key: Value) -> Value:
    if value is None and isinstance(key, dict | str | float | int):
        return None
    return index(value, key)


def _with_item(value: Value, key: Value, new: Value) -> Value:
    if isinstance(key, str) and (value is None or isinstance(value, dict)):
        return {**(value or {}), key: new}
    if is_number(key) and (value is None or isinstance(value, list)):
        items = list(value or ())
        place = as_index(key)
        if place < 0:
            place += len(items)
            if place < 0:
                raise JqError("Out of bounds negative array index")
        if place > _MOST_INDEX:
            raise JqError("Array index too large")
        if place > MOST_ITEMS:
            raise OutOfMemory
        items += [None] * (place + 1 - len(items))
        items[place] = new
        return items
    if isinstance(key, dict) and (value is None or isinstance(value, list)):
        if not isinstance(new, list):
            raise JqError("A slice of an array can only be assigned another array")
        items = list(value or ())
        first, last = _bounds(len(items), key)
        return [*items[:first], *new, *items[last:]]
    if isinstance(key, dict):
        raise JqError(f"Cannot update field at object index of {kind_of(value)}")
    if isinstance(value, list) and isinstance(key, list):
        raise JqError("Cannot update field at array index of array")
    shown = f'string "{key}"' if isinstance(key, str) else kind_of(key)
    raise JqError(f"Cannot index {kind_of(value)} with {shown}")


def _set_path(context: Context, value: Value, path: Value, new: Value) -> Value:
    if not isinstance(path, list):
        raise JqError("Path must be specified as an array")
    return set_path(value, path, new)


def _delete_paths(context: Context, value: Value, paths: Value) -> Value:
    if not isinstance(paths, list):
        raise JqError("Paths must be specified as an array")
    for path in paths:
        if not isinstance(path, list):
            raise JqError("Path must be specified as an array")
    for path, _ in reversed(sorted_by(paths, paths)):
        value = _without(value, path)
    return value


def _without(value: Value, path: list[Value]) -> Value:
    if not path or value is None:
        return None
    key, *rest = path
    if rest:
        inner = index(value, key)
        return value if inner is None else _with_item(value, key, _without(inner, rest))
    if isinstance(value, dict):
        if not isinstance(key, str):
            raise JqError(
                "Cannot delete field at array index of object"
                if is_number(key)
                else f"Cannot delete field at {kind_of(key)} index of object"
            )
        return {name: held for name, held in value.items() if name != key}
    if isinstance(value, list):
        if isinstance(key, dict):
            first, last = _bounds(len(value), key)
            return [*value[:first], *value[last:]]
        if not is_number(key):
            raise JqError(f"Cannot delete field at {'object' if isinstance(key, str) else kind_of(key)} index of array")
        place = as_index(key)
        place += len(value) if place < 0 else 0
        return [*value[:place], *value[place + 1 :]] if 0 <= place < len(value) else value
    raise JqError(f"Cannot delete field at {'object' if isinstance(key, str) else 'array'} index of {kind_of(value)}")


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {"setpath/2": _set_path, "delpaths/1": _delete_paths}
