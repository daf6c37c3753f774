"""PostgreSQL's operators: which take which types, what they give, and where they fail."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from fakedocker.userland.languages.sql import dates
from fakedocker.userland.languages.sql.pg_types import (
    DATE,
    EXACT,
    FLOAT8,
    INT4,
    INTEGERS,
    INTERVAL,
    LONGEST_TEXT,
    NUMBERS,
    TEXT,
    TEXTS,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    Type,
    check_integer,
    single,
)
from fakedocker.userland.languages.sql.problems import SqlError, outside

Value = Any
"""A value of SQL's."""
Operation = Callable[[Value, Value], Value]
COMPARISONS: Final = frozenset({"=", "<>", "<", ">", "<=", ">="})
_SIGNIFICANT: Final = 16
_ORDER: Final = {name: place for place, name in enumerate(NUMBERS)}


def by_zero() -> SqlError:
    return SqlError("22012", "division by zero")


def divide_numeric(a: Decimal, b: Decimal) -> Decimal:
    """With as many digits as PostgreSQL chooses (select_div_scale in numeric.c)."""
    if not b:
        raise by_zero()
    return _quotient(a, b, division_scale(a, b))


def _quotient(a: Decimal, b: Decimal, scale: int) -> Decimal:
    found = EXACT.divide(a, b)
    return EXACT.quantize(found, Decimal(1).scaleb(-scale))


def division_scale(a: Decimal, b: Decimal) -> int:
    weight_a, first_a = _weight(a)
    weight_b, first_b = _weight(b)
    quotient = weight_a - weight_b - (first_a <= first_b)
    scale = _SIGNIFICANT - quotient * 4
    return min(max(scale, scale_of(a), scale_of(b), 0), 1000)


def _weight(value: Decimal) -> tuple[int, int]:
    """The weight of the first digit to the base of 10000 that is not nought, and that digit."""
    if not value:
        return 0, 0
    place = value.adjusted()
    weight = place // 4
    digits = value.as_tuple().digits
    count = place - weight * 4 + 1
    first = 0
    for position in range(count):
        first = first * 10 + (digits[position] if position < len(digits) else 0)
    return weight, first


def scale_of(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def _limited(value: Decimal) -> Decimal:
    if value.adjusted() > 2000:
        raise outside("numbers with so many digits")
    return value


def numeric_operation(operator: str) -> Operation:
    if operator == "+":
        return lambda a, b: EXACT.add(a, b)
    if operator == "-":
        return lambda a, b: EXACT.subtract(a, b)
    if operator == "*":
        return lambda a, b: _limited(EXACT.multiply(a, b))
    if operator == "/":
        return divide_numeric
    if operator == "%":
        return _numeric_remainder
    if operator == "^":
        raise outside("powers of numeric")
    raise KeyError(operator)


def _numeric_remainder(a: Decimal, b: Decimal) -> Decimal:
    if not b:
        raise by_zero()
    found = EXACT.remainder(a, b)
    return found.quantize(Decimal(1).scaleb(-max(scale_of(a), scale_of(b))), ROUND_DOWN, EXACT)


def integer_operation(operator: str, kind: Type) -> Operation:
    if operator == "+":
        return lambda a, b: check_integer(a + b, kind)
    if operator == "-":
        return lambda a, b: check_integer(a - b, kind)
    if operator == "*":
        return lambda a, b: check_integer(a * b, kind)
    if operator == "/":
        return lambda a, b: check_integer(truncated(a, b), kind)
    if operator == "%":
        return lambda a, b: a - truncated(a, b) * b
    if operator == "&":
        return lambda a, b: a & b
    if operator == "|":
        return lambda a, b: a | b
    if operator == "#":
        return lambda a, b: a ^ b
    raise KeyError(operator)


def truncated(a: int, b: int) -> int:
    if b == 0:
        raise by_zero()
    found = abs(a) // abs(b)
    return found if (a < 0) == (b < 0) else -found


def float_operation(operator: str, kind: Type) -> Operation:
    rounded = single if kind.name == "float4" else (lambda value: value)

    def checked(value: float) -> float:
        if math.isinf(value) or math.isnan(value):
            raise SqlError("22003", "value out of range: overflow")
        return rounded(value)

    def divide(a: float, b: float) -> float:
        if b == 0:
            raise by_zero()
        return checked(a / b)

    def power(a: float, b: float) -> float:
        if a == 0 and b < 0:
            raise SqlError("2201F", "zero raised to a negative power is undefined")
        if a < 0 and b != int(b):
            raise SqlError("2201F", "a negative number raised to a non-integer power yields a complex result")
        try:
            return checked(math.pow(a, b))
        except OverflowError:
            raise SqlError("22003", "value out of range: overflow") from None

    operations: dict[str, Operation] = {
        "+": lambda a, b: checked(a + b), "-": lambda a, b: checked(a - b), "*": lambda a, b: checked(a * b),
        "/": divide, "^": power,
    }  # fmt: skip
    return operations[operator]


def numeric_result(operator: str, left: Type, right: Type) -> tuple[Type, Type] | None:
    """(the type that both sides become, the result's) of arithmetic on numbers; None where there is no such operator."""
    a, b = left.name, right.name
    wider = a if _ORDER[a] >= _ORDER[b] else b
    if operator in ("&", "|", "#"):
        return (Type(wider), Type(wider)) if wider in INTEGERS else None
    if operator == "^":
        if wider == "numeric":
            raise outside("powers of numeric")
        return FLOAT8, FLOAT8
    if operator == "%" and wider in ("float4", "float8"):
        return None
    if operator not in ("+", "-", "*", "/", "%"):
        return None
    if "float4" in (a, b) and a != b:
        wider = "float8"
    return Type(wider), Type(wider)


def number_operation(operator: str, kind: Type) -> Operation:
    if kind.name in INTEGERS:
        return integer_operation(operator, kind)
    if kind.name == "numeric":
        return numeric_operation(operator)
    return float_operation(operator, kind)


def _moment_error(value: int) -> int:
    if not -62135596800000000 <= value < 253402300800000000:
        raise outside("years before 1 or after 9999")
    return value


def _plus_interval(value: int, interval: dates.Interval, sign: int) -> int:
    try:
        return _moment_error(dates.add_interval(value, interval, sign))
    except (ValueError, OverflowError):
        raise outside("years before 1 or after 9999") from None


def _scaled_interval(interval: dates.Interval, factor: float) -> dates.Interval:
    if factor != int(factor):
        raise outside("parts of intervals")
    number = int(factor)
    return interval[0] * number, interval[1] * number, interval[2] * number


def moment_operation(operator: str, left: Type, right: Type) -> tuple[Type, Operation] | None:
    """Arithmetic on dates, times and intervals; None where there is no such operator."""
    a, b = left.name, right.name
    stamps = ("timestamp", "timestamptz")
    sign = 1 if operator == "+" else -1
    if operator in ("+", "-"):
        if a == "date" and b in ("int2", "int4"):
            return DATE, lambda x, y: x + sign * y
        if a == "interval" and b == "interval":
            return INTERVAL, lambda x, y: (x[0] + sign * y[0], x[1] + sign * y[1], x[2] + sign * y[2])
        if a == "date" and b == "interval":
            return TIMESTAMP, lambda x, y: _plus_interval(x * dates.DAY, y, sign)
        if a in stamps and b == "interval":
            return Type(a), lambda x, y: _plus_interval(x, y, sign)
        if a == "time" and b == "interval":
            return TIME, lambda x, y: (x + sign * y[2]) % dates.DAY
    if operator == "+":
        if a in ("int2", "int4") and b == "date":
            return DATE, lambda x, y: x + y
        if a == "interval" and (b == "date" or b in stamps):
            factor = dates.DAY if b == "date" else 1
            return (TIMESTAMP if b == "date" else Type(b)), lambda x, y: _plus_interval(y * factor, x, 1)
        if a == "date" and b == "time":
            return TIMESTAMP, lambda x, y: x * dates.DAY + y
    if operator == "-":
        if a == b == "date":
            return INT4, lambda x, y: x - y
        if (a in stamps or a == "date") and (b in stamps or b == "date"):
            first, second = dates.DAY if a == "date" else 1, dates.DAY if b == "date" else 1
            return INTERVAL, lambda x, y: _difference(x * first - y * second)
        if a == b == "time":
            return INTERVAL, lambda x, y: (0, 0, x - y)
    if operator in ("*", "/"):
        if a == "interval" and b in NUMBERS and operator == "*":
            return INTERVAL, lambda x, y: _scaled_interval(x, float(y))
        if a in NUMBERS and b == "interval" and operator == "*":
            return INTERVAL, lambda x, y: _scaled_interval(y, float(x))
        if a == "interval" and b in NUMBERS:
            raise outside("parts of intervals")
    return None


def _difference(microseconds: int) -> dates.Interval:
    days = abs(microseconds) // dates.DAY
    sign = 1 if microseconds >= 0 else -1
    return 0, sign * days, microseconds - sign * days * dates.DAY


def comparable(left: Type, right: Type) -> Type | None:
    """The type in which two sides are compared, None where they cannot be."""
    a, b = left.name, right.name
    if a in NUMBERS and b in NUMBERS:
        found = numeric_result("+", left, right)
        assert found is not None
        return found[0]
    if a in TEXTS and b in TEXTS:
        return Type("bpchar") if a == b == "bpchar" else TEXT
    if a == b and a in (
        "bool",
        "date",
        "time",
        "timestamp",
        "timestamptz",
        "interval",
        "uuid",
        "bytea",
        "regclass",
        "jsonb",
    ):
        return left
    if a == b and left.labels:
        return left
    moments = ("date", "timestamp", "timestamptz")
    if a in moments and b in moments:
        return TIMESTAMPTZ if "timestamptz" in (a, b) else TIMESTAMP
    if a.endswith("[]") and a == b:
        return left
    return None


def concatenates(left: Type, right: Type) -> bool:
    """Whether || gives a text of these."""
    a, b = left.name, right.name
    return (a in TEXTS or b in TEXTS) and not a.endswith("[]") and not b.endswith("[]")


def joined(a: str, b: str) -> str:
    if len(a) + len(b) > LONGEST_TEXT:
        raise outside("so long a text")
    return a + b
