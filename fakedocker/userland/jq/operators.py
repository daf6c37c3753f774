"""jq's operators: arithmetic, comparison. Source: jq's src/builtin.c and its messages."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fakedocker.userland.jq import texts
from fakedocker.userland.jq.texts import MOST_ITEMS, MOST_TEXT, described
from fakedocker.userland.jq.values import JqError, OutOfMemory, Value, compare, is_number


def _cannot(left: Value, right: Value, what: str) -> JqError:
    return JqError(f"{described(left)} and {described(right)} cannot be {what}")


def _plus(left: Value, right: Value) -> Value:
    if left is None:
        return right
    if right is None:
        return left
    if is_number(left) and is_number(right):
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
    if is_number(left) and is_number(right):
        return float(left) - float(right)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) * len(right) > 4_000_000:
            raise OutOfMemory
        return [item for item in left if not any(compare(item, other) == 0 for other in right)]
    raise _cannot(left, right, "subtracted")


def _times(left: Value, right: Value) -> Value:
    if is_number(left) and is_number(right):
        return float(left) * float(right)
    if (isinstance(left, str) and is_number(right)) or (isinstance(right, str) and is_number(left)):
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
    if is_number(left) and is_number(right):
        if right == 0:
            raise JqError(f"{described(left)} and {described(right)} cannot be divided because the divisor is zero")
        return float(left) / float(right)
    if isinstance(left, str) and isinstance(right, str):
        return texts.split(left, right)
    raise _cannot(left, right, "divided")


def _remainder(left: Value, right: Value) -> Value:
    if is_number(left) and is_number(right):
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
