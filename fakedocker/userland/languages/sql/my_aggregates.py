"""MariaDB's aggregates and window functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fakedocker.userland.languages.sql.bound import Bound, Value
from fakedocker.userland.languages.sql.my_decimals import is_raw, quotient, raw, wider
from fakedocker.userland.languages.sql.my_types import (
    BIGINT,
    INTEGERS,
    TEXTS,
    VARCHAR,
    decimal_type,
    scale_of,
    to_text,
)
from fakedocker.userland.languages.sql.pg_types import EXACT, LONGEST_TEXT, Type
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.tree import Call

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_conversions import MyConversions

_SPREADS: Final = frozenset("std stddev stddev_pop stddev_samp var_pop var_samp variance".split())
Rows = list[tuple[Value, ...]]
Found = tuple[Type, list[Bound], Callable[[Rows], Value]]


def aggregate_of(binder: MyConversions, call: Call, arguments: list[Bound]) -> Found:
    name = call.name
    if name == "count":
        if call.star:
            return BIGINT, [], len
        return BIGINT, arguments, lambda rows: sum(all(value is not None for value in row) for row in rows)
    if name == "group_concat":
        return _concatenated(binder, call, arguments)
    if len(arguments) != 1:
        raise outside(f"{name} with such arguments")
    argument = arguments[0]
    if name in ("min", "max"):
        key = binder.sort_key(argument.type if argument.type.name != "enum" else VARCHAR)
        if argument.type.name == "enum":
            raise outside("MIN and MAX of an ENUM")
        choose: Any = min if name == "min" else max
        return argument.type, [argument], lambda rows: choose(_present(rows), key=key, default=None)
    if name in _SPREADS:
        return _spread(binder, name, argument)
    if name not in ("sum", "avg"):
        raise outside(f"the aggregate {name}")
    if argument.type.name in TEXTS:
        argument = binder.as_double(argument)
    if argument.type.name in ("double", "float"):
        return (
            argument.type if name == "sum" else wider(argument.type),
            [argument],
            lambda rows: (_total_float(v) / (len(v) if name == "avg" else 1)) if (v := _present(rows)) else None,
        )
    if argument.type.name not in (*INTEGERS, "decimal", "null"):
        raise outside(f"{name} of moments")
    scale = scale_of(argument.type)
    if name == "sum":
        kind = raw(decimal_type(scale)) if is_raw(argument.type) else decimal_type(scale)
        return kind, [argument], lambda rows: _total(v) if (v := _present(rows)) else None
    digits = min(38, scale + 4)

    def average(rows: Rows) -> Value:
        values = _present(rows)
        if not values:
            return None
        return quotient(_total(values), len(values))

    return raw(decimal_type(digits)), [argument], average


def _spread(binder: MyConversions, name: str, argument: Bound) -> Found:
    """Variances and standard deviations, computed one row after the other as Stddev in item_sum.cc does."""
    if argument.type.name not in (*INTEGERS, "decimal", "double", "float", "null", *TEXTS):
        raise outside(f"{name} of moments")
    is_sample, is_root = name.endswith("_samp"), name.startswith("std")

    def finish(rows: Rows) -> Value:
        mean, total, count = 0.0, 0.0, 0
        for value in _present(rows):
            count += 1
            off = value - mean
            mean = value if count == 1 else mean + off / count
            total += off * (value - mean)
        if count <= is_sample:
            return None
        found = total / (count - is_sample)
        return math.sqrt(found) if is_root else found

    return wider(argument.type), [binder.as_double(argument)], finish


def _present(rows: Rows) -> list[Value]:
    return [row[0] for row in rows if row[0] is not None]


def _total(values: list[Value]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, Decimal(value))
    return total


def _total_float(values: list[Value]) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


def _concatenated(binder: MyConversions, call: Call, arguments: list[Bound]) -> Found:
    separator = "," if call.separator is None else call.separator
    given = [binder.as_text(argument) for argument in arguments]

    def finish(rows: Rows) -> Value:
        parts = ["".join(row) for row in rows if None not in row]
        if not parts:
            return None
        text = separator.join(parts)
        if len(text) > min(LONGEST_TEXT, 1 << 20):
            raise outside("so long a text")
        return text

    return VARCHAR, given, finish


def window_of(binder: MyConversions, call: Call, arguments: list[Bound]) -> Found:
    name = call.name
    if name in ("row_number", "rank", "dense_rank", "ntile"):
        return BIGINT, arguments, len
    if name in ("percent_rank", "cume_dist"):
        raise outside(name)
    if name in ("lag", "lead"):
        if len(arguments) > 2:
            raise outside("LAG and LEAD with a default")
        return arguments[0].type, arguments, len
    if name in ("first_value", "last_value", "nth_value"):
        return arguments[0].type, arguments, len
    if not binder.is_aggregate(call):
        raise outside(f"{name} over a window")
    return aggregate_of(binder, call, arguments)


def shown(value: Value, kind: Type) -> str:
    return to_text(value, kind)
