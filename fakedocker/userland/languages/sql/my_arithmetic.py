"""What MariaDB's operators do with numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Protocol

from fakedocker.userland.languages.sql.bound import Bound, Env, Run, Value
from fakedocker.userland.languages.sql.problems import SqlError, outside


class Divides(Protocol):
    """Who knows what a division by nought is."""

    def by_zero(self) -> None: ...


def strict(left: Bound, right: Bound, operation: Callable[[Value, Value], Value]) -> Run:
    """An operation on two values, NULL if one of them is."""
    return strict_runs(left.run, right.run, operation)


def strict_runs(first: Run, second: Run, operation: Callable[[Value, Value], Value]) -> Run:
    """`strict` for what has been bound further."""

    def run(env: Env) -> Value:
        a, b = first(env), second(env)
        return None if a is None or b is None else operation(a, b)

    return run


def whole_result(operator: str, a: int, b: int, binder: Divides, shown: str) -> Value:
    """What an operator gives for whole numbers, which stay within 64 bits.

    Args:
        shown: the expression as the server's error writes it, "" where that is not known.

    Raises:
        SqlError: it does not fit.
    """
    if operator in ("div", "%") and b == 0:
        return binder.by_zero()
    if operator == "+":
        found = a + b
    elif operator == "-":
        found = a - b
    elif operator == "*":
        found = a * b
    else:
        quotient = abs(a) // abs(b)
        quotient = quotient if (a < 0) == (b < 0) else -quotient
        found = quotient if operator == "div" else a - quotient * b
    if not -(1 << 63) <= found < 1 << 63:
        if not shown:
            raise outside("whole numbers beyond 64 bits")
        raise SqlError("1690 22003", f"BIGINT value is out of range in '{shown}'")
    return found


def double_result(operator: str, a: float, b: float, binder: Divides) -> Value:
    """What an operator gives for doubles."""
    if operator in ("/", "%") and b == 0:
        return binder.by_zero()
    found = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a / b,
        "%": lambda: math.fmod(a, b),
    }[operator]()
    if math.isinf(found):
        raise outside("doubles that overflow")
    return found


def bounded(value: Decimal) -> Decimal:
    """An exact number, refused if it has more digits than are computed alike."""
    if value.adjusted() > 60:
        raise outside("numbers with so many digits")
    return value
