"""What of jq's library is not written in jq: indexing, paths, operators, sorting, numbers.

A function takes the context, its input and its arguments. Source: jq's src/builtin.c, src/jv_aux.c and their messages.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fakedocker.userland.jq import dates, texts
from fakedocker.userland.jq.context import Context, Halt
from fakedocker.userland.jq.json_text import to_text
from fakedocker.userland.jq.texts import MOST_ITEMS, MOST_TEXT, described, formatted, kind_of, shortened
from fakedocker.userland.jq.values import JqError, OutOfMemory, Value, as_index, compare, sorted_by, truth

__all__ = [
    "FUNCTIONS",
    "MOST_ITEMS",
    "MOST_TEXT",
    "OPERATORS",
    "described",
    "formatted",
    "get_path",
    "index",
    "kind_of",
    "shortened",
]
_MOST_INDEX: Final = 536_870_911


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# indexing


def index(value: Value, key: Value) -> Value:
    """.[key]. Raises JqError."""
    if isinstance(value, dict) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and _is_number(key):
        place = as_index(key)
        place += len(value) if place < 0 else 0
        return value[place] if 0 <= place < len(value) else None
    if isinstance(key, dict) and (value is None or isinstance(value, list | str)):
        return _sliced(value, key)
    if isinstance(value, list) and isinstance(key, list):
        return _places_of(value, key)
    if value is None and (isinstance(key, str) or key is None or _is_number(key)):
        return None
    if isinstance(key, str) and not isinstance(value, dict):
        raise JqError(f'Cannot index {kind_of(value)} with string "{key}"')
    raise JqError(f"Cannot index {kind_of(value)} with {kind_of(key)}")


def _bounds(size: int, key: dict[str, Value]) -> tuple[int, int]:
    start, end = key.get("start"), key.get("end")
    for bound in (start, end):
        if bound is not None and not _is_number(bound):
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


# paths


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
    if _is_number(key) and (value is None or isinstance(value, list)):
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
                if _is_number(key)
                else f"Cannot delete field at {kind_of(key)} index of object"
            )
        return {name: held for name, held in value.items() if name != key}
    if isinstance(value, list):
        if isinstance(key, dict):
            first, last = _bounds(len(value), key)
            return [*value[:first], *value[last:]]
        if not _is_number(key):
            raise JqError(f"Cannot delete field at {'object' if isinstance(key, str) else kind_of(key)} index of array")
        place = as_index(key)
        place += len(value) if place < 0 else 0
        return [*value[:place], *value[place + 1 :]] if 0 <= place < len(value) else value
    raise JqError(f"Cannot delete field at {'object' if isinstance(key, str) else 'array'} index of {kind_of(value)}")


# operators


def _cannot(left: Value, right: Value, what: str) -> JqError:
    return JqError(f"{described(left)} and {described(right)} cannot be {what}")


def _plus(left: Value, right: Value) -> Value:
    if left is None:
        return right
    if right is None:
        return left
    if _is_number(left) and _is_number(right):
        return float(left) + float(right)
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MOST_TEXT:
            raise OutOfMemory
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > MOST_ITEMS:
            raise OutOfMemory
        return left + right
    if isinstance(left, dict) and isinstance(right, dict):
        return {**left, **right}
    raise _cannot(left, right, "added")


def _minus(left: Value, right: Value) -> Value:
    if _is_number(left) and _is_number(right):
        return float(left) - float(right)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) * len(right) > 4_000_000:
            raise OutOfMemory
        return [item for item in left if not any(compare(item, other) == 0 for other in right)]
    raise _cannot(left, right, "subtracted")


def _times(left: Value, right: Value) -> Value:
    if _is_number(left) and _is_number(right):
        return float(left) * float(right)
    if (isinstance(left, str) and _is_number(right)) or (isinstance(right, str) and _is_number(left)):
        text, count = (left, right) if isinstance(left, str) else (right, left)
        if not count > 0:
            return None
        times = max(math.ceil(count), 1) if math.isfinite(count) else MOST_TEXT
        if len(text) * times > MOST_TEXT:
            raise OutOfMemory
        return text * times
    if isinstance(left, dict) and isinstance(right, dict):
        return _merged(left, right)
    raise _cannot(left, right, "multiplied")


def _merged(left: dict[str, Value], right: dict[str, Value]) -> dict[str, Value]:
    merged = dict(left)
    for key, value in right.items():
        held = merged.get(key)
        merged[key] = _merged(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return merged


def _divided(left: Value, right: Value) -> Value:
    if _is_number(left) and _is_number(right):
        if right == 0:
            raise JqError(f"{described(left)} and {described(right)} cannot be divided because the divisor is zero")
        return float(left) / float(right)
    if isinstance(left, str) and isinstance(right, str):
        return texts.split(left, right)
    raise _cannot(left, right, "divided")


def _remainder(left: Value, right: Value) -> Value:
    if _is_number(left) and _is_number(right):
        if math.isnan(left) or math.isnan(right):
            return math.nan
        divisor = abs(_whole(right))
        if divisor == 0:
            raise JqError(
                f"{described(left)} and {described(right)} cannot be divided (remainder) because the divisor is zero"
            )
        return math.copysign(1, left) * float(abs(_whole(left)) % divisor) + 0.0
    raise _cannot(left, right, "divided (remainder)")


def _whole(value: float) -> int:
    if math.isinf(value):
        return (1 << 63) - 1 if value > 0 else -(1 << 63)
    return max(min(int(value), (1 << 63) - 1), -(1 << 63))


OPERATORS: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "+": _plus, "-": _minus, "*": _times, "/": _divided, "%": _remainder,
    "==": lambda left, right: compare(left, right) == 0, "!=": lambda left, right: compare(left, right) != 0,
    "<": lambda left, right: compare(left, right) < 0, "<=": lambda left, right: compare(left, right) <= 0,
    ">": lambda left, right: compare(left, right) > 0, ">=": lambda left, right: compare(left, right) >= 0,
}  # fmt: skip


# values and collections


def _length(context: Context, value: Value) -> Value:
    if value is None:
        return 0.0
    if isinstance(value, str | list | dict):
        return float(len(value))
    if _is_number(value):
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
    if isinstance(value, list) and _is_number(key):
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
    if _is_number(value) and value == 0:
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
    if _is_number(value):
        return value
    if isinstance(value, str):
        return texts.number_of(value)
    raise JqError(f"{described(value)} cannot be parsed as a number")


def _halt_error(context: Context, value: Value, status: Value) -> Value:
    if not _is_number(status):
        raise JqError(f"{described(value)} halt_error/1: number required")
    text = "" if value is None else value if isinstance(value, str) else to_text(value) + "\n"
    raise Halt(int(status) & 255, text)


# numbers


def _math(name: str, function: Callable[[float], float]) -> Callable[[Context, Value], Value]:
    def calculate(context: Context, value: Value) -> Value:
        if not _is_number(value):
            raise JqError(f"{described(value)} number required")
        return _calculated(function, float(value))

    return calculate


def _math2(name: str, function: Callable[[float, float], float]) -> Callable[[Context, Value, Value, Value], Value]:
    def calculate(context: Context, value: Value, left: Value, right: Value) -> Value:
        for each in (left, right):
            if not _is_number(each):
                raise JqError(f"{described(each)} number required")
        return _calculated(function, float(left), float(right))

    return calculate


def _calculated(function: Callable[..., float], *values: float) -> float:
    try:
        return float(function(*values))
    except OverflowError:
        return math.inf
    except ZeroDivisionError:
        return math.inf
    except ValueError:
        return values[0] if any(math.isinf(value) for value in values) and len(values) == 1 else math.nan


def _round(value: float) -> float:
    return math.copysign(math.floor(abs(value) + 0.5), value) if math.isfinite(value) else value


def _log(base: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: -math.inf if value == 0 else base(value)


def _integral(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: function(value) if math.isfinite(value) else value


def _exponent(value: float) -> float:
    return (
        float(math.frexp(value)[1] - 1) if value and math.isfinite(value) else -math.inf if value == 0 else abs(value)
    )


_MATH: Final[dict[str, Callable[[float], float]]] = {
    "floor": _integral(math.floor), "ceil": _integral(math.ceil), "trunc": _integral(math.trunc), "round": _round,
    "rint": _integral(round), "nearbyint": _integral(round), "sqrt": math.sqrt, "cbrt": math.cbrt, "fabs": abs, "exp": math.exp,
    "exp2": lambda value: 2.0**value, "exp10": lambda value: 10.0**value, "expm1": math.expm1, "log": _log(math.log),
    "log2": _log(math.log2), "log10": _log(math.log10), "log1p": math.log1p, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "asin": math.asin, "acos": math.acos, "atan": math.atan, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "asinh": math.asinh, "acosh": math.acosh, "atanh": math.atanh, "gamma": math.lgamma, "lgamma": math.lgamma, "tgamma": math.gamma,
    "logb": _exponent, "significand": lambda value: math.frexp(value)[0] * 2 if math.isfinite(value) else value,
}  # fmt: skip
_MATH2: Final[dict[str, Callable[[float, float], float]]] = {
    "pow": math.pow, "atan2": math.atan2, "fmin": min, "fmax": max, "fmod": math.fmod, "hypot": math.hypot, "drem": math.remainder,
    "ldexp": lambda value, power: math.ldexp(value, int(power)), "scalb": lambda value, power: math.ldexp(value, int(power)),
    "scalbln": lambda value, power: math.ldexp(value, int(power)), "copysign": math.copysign, "nextafter": math.nextafter,
}  # fmt: skip


def _frexp(context: Context, value: Value) -> Value:
    part, power = math.frexp(float(value))
    return [part, float(power)]


def _modf(context: Context, value: Value) -> Value:
    part, whole = math.modf(float(value))
    return [part, whole]


def _needs_number(test: Callable[[float], bool]) -> Callable[[Context, Value], Value]:
    def check(context: Context, value: Value) -> Value:
        if not _is_number(value):
            raise JqError(f"{described(value)} number required")
        return test(float(value))

    return check


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "not/0": lambda context, value: not truth(value),
    "type/0": lambda context, value: kind_of(value),
    "length/0": _length,
    "keys/0": _keys(True),
    "keys_unsorted/0": _keys(False),
    "has/1": _has,
    "contains/1": _contains,
    "setpath/2": _set_path,
    "delpaths/1": _delete_paths,
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
    "isinfinite/0": _needs_number(math.isinf),
    "isnan/0": _needs_number(math.isnan),
    "isnormal/0": _needs_number(lambda value: math.isfinite(value) and abs(value) >= 2.2250738585072014e-308),
    "halt_error/1": _halt_error,
    "now/0": lambda context, value: context.now(),
    "input_filename/0": lambda context, value: context.file_name(),
    "input_line_number/0": lambda context, value: float(context.reader.lines),
    "frexp/0": _frexp,
    "modf/0": _modf,
    **{f"{name}/0": _math(name, function) for name, function in _MATH.items()},
    **{f"{name}/2": _math2(name, function2) for name, function2 in _MATH2.items()},
    **texts.FUNCTIONS,
    **dates.FUNCTIONS,
}
