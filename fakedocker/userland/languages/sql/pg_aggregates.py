"""PostgreSQL's aggregates and window functions: their types, and what they make of the rows they are given.

`finish` of an aggregate gets the arguments' values of its rows. Of a window function it gets them for the rows of a
partition, see windows.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from fakedocker.userland.languages.sql.bound import Bound, Value
from fakedocker.userland.languages.sql.pg_operators import divide_numeric
from fakedocker.userland.languages.sql.pg_types import (
    BOOL,
    EXACT,
    FLOAT4,
    FLOAT8,
    INT4,
    INT8,
    INTEGERS,
    INTERVAL,
    LONGEST_TEXT,
    NUMBERS,
    NUMERIC,
    TEXT,
    Type,
    check_integer,
    shown_type,
    single,
    to_text,
)
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import Call

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_conversions import PgConversions

Rows = list[tuple[Value, ...]]
Finish = Callable[[Rows], Value]
Found = tuple[Type, list[Bound], Finish]


def aggregate_of(binder: PgConversions, call: Call, arguments: list[Bound]) -> Found:
    """(type of the result, arguments coerced, what makes the result). Raises SqlError."""
    name = call.name
    if name == "count":
        if call.star:
            return INT8, [], len
        if len(arguments) != 1:
            if not arguments:
                raise SqlError("42809", "count(*) must be used to call a parameterless aggregate function", call.at)
            raise _missing(call, arguments)
        return INT8, arguments, lambda rows: sum(row[0] is not None for row in rows)
    if name in ("string_agg", "array_agg", "json_agg", "jsonb_agg"):
        return _collect(binder, call, arguments)
    if len(arguments) != 1:
        raise _missing(call, arguments)
    argument = arguments[0]
    if name in ("min", "max"):
        if argument.type.name == "unknown":
            argument = binder.coerced(argument, TEXT)
        if argument.type.name in ("bool", "uuid", "json", "jsonb"):
            raise _missing(call, arguments)
        kind = TEXT if argument.type.name == "varchar" else Type(argument.type.name, (), argument.type.labels)
        key = binder.sort_key(kind)
        choose: Any = min if name == "min" else max
        return kind, [argument], lambda rows: choose(_present(rows), key=key, default=None)
    if name in ("bool_and", "every", "bool_or"):
        argument = binder.coerced(argument, BOOL) if argument.type.name == "unknown" else argument
        if argument.type.name != "bool":
            raise _missing(call, arguments)
        test: Any = any if name == "bool_or" else all
        return BOOL, [argument], lambda rows: test(values) if (values := _present(rows)) else None
    if name in ("sum", "avg"):
        return _sum(call, argument, arguments)
    raise outside(f"the aggregate {name}")


def _present(rows: Rows) -> list[Value]:
    return [row[0] for row in rows if row[0] is not None]


def _total_single(values: list[Value]) -> float:
    """A sum of reals, each step of which is one (float4pl)."""
    total: float = values[0]
    for value in values[1:]:
        total = single(total + value)
    return total


def _missing(call: Call, arguments: list[Bound]) -> SqlError:
    kinds = ", ".join(shown_type(argument.type, False) for argument in arguments)
    hint = "No function matches the given name and argument types. You might need to add explicit type casts."
    return SqlError("42883", f"function {call.name}({kinds}) does not exist", call.at, hint=hint)


def _sum(call: Call, argument: Bound, arguments: list[Bound]) -> Found:
    name = argument.type.name
    if name == "unknown":
        if call.name == "sum":
            raise SqlError("42725", f"function {call.name}(unknown) is not unique", call.at, hint="Could not choose a best candidate function. You might need to add explicit type casts.")  # fmt: skip
        raise outside("avg of a text")
    if name not in NUMBERS and name != "interval":
        raise _missing(call, arguments)
    if name == "interval":
        if call.name == "avg":
            raise outside("avg of intervals")
        return INTERVAL, [argument], lambda rows: _total_interval(_present(rows))
    if call.name == "avg":
        if name in ("float4", "float8"):
            return (
                FLOAT8,
                [argument],
                lambda rows: _total_float(values) / len(values) if (values := _present(rows)) else None,
            )
        return NUMERIC, [argument], lambda rows: divide_numeric(_total(values), Decimal(len(values))) if (values := _present(rows)) else None  # fmt: skip
    if name in ("int2", "int4"):
        return INT8, [argument], lambda rows: check_integer(sum(values), INT8) if (values := _present(rows)) else None
    if name == "float4":
        return FLOAT4, [argument], lambda rows: _total_single(values) if (values := _present(rows)) else None
    if name == "float8":
        return FLOAT8, [argument], lambda rows: _total_float(values) if (values := _present(rows)) else None
    return NUMERIC, [argument], lambda rows: _total(values) if (values := _present(rows)) else None


def _total(values: list[Value]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, Decimal(value))
    return total


def _total_float(values: list[float]) -> float:
    total = 0.0
    for value in values:  # one after the other, not as sum() does it, which differs between Pythons
        total += value
    return total


def _total_interval(values: list[Value]) -> Value:
    if not values:
        return None
    return tuple(sum(value[place] for value in values) for place in range(3))


def _collect(binder: PgConversions, call: Call, arguments: list[Bound]) -> Found:
    name = call.name
    if name == "string_agg":
        if len(arguments) != 2:
            raise _missing(call, arguments)
        from fakedocker.userland.languages.sql.pg_types import TEXTS

        if arguments[0].type.name not in TEXTS:
            raise _missing(call, arguments)
        given = [binder.coerced(argument, TEXT) for argument in arguments]
        return TEXT, given, _string_agg
    argument = arguments[0]
    if argument.type.name == "unknown":
        argument = binder.coerced(argument, TEXT)
    if name == "array_agg":
        if argument.type.name.endswith("[]"):
            raise outside("arrays of arrays")
        return Type(argument.type.name + "[]"), [argument], lambda rows: tuple(row[0] for row in rows) if rows else None
    from fakedocker.userland.languages.sql.pg_json import plain_json
    from fakedocker.userland.languages.sql.pg_types import json_value, shown_jsonb

    kind = argument.type

    def together(rows: Rows) -> Value:
        if not rows:
            return None
        text = "[" + ", ".join(plain_json(row[0], kind, to_text) for row in rows) + "]"
        return text if name == "json_agg" else shown_jsonb(json_value(text))

    return Type(name.removesuffix("_agg")), [argument], together


def _string_agg(rows: Rows) -> Value:
    found: list[str] = []
    for value, separator in rows:
        if value is None:
            continue
        if found:
            found.append(separator or "")
        found.append(value)
    if not found:
        return None
    text = "".join(found)
    if len(text) > LONGEST_TEXT:
        raise outside("so long a text")
    return text


_COUNTS: Final = {
    "row_number": (0, 0), "ntile": (1, 1), "lag": (1, 3), "lead": (1, 3), "first_value": (1, 1), "last_value": (1, 1), "nth_value": (2, 2),
}  # fmt: skip
_NUMBERED: Final = {"ntile": 0, "lag": 1, "lead": 1, "nth_value": 1}
"""Which argument is an int4."""


def takes_arguments(name: str, arguments: list[Bound]) -> bool:
    """Whether a window function is called with as many arguments as it has, and of their types."""
    if name in ("rank", "dense_rank", "percent_rank", "cume_dist") and arguments:
        raise outside(f"{name} of something")
    if name not in _COUNTS:
        return True
    least, most = _COUNTS[name]
    if not least <= len(arguments) <= most:
        return False
    place = _NUMBERED.get(name, len(arguments))
    return place >= len(arguments) or arguments[place].type.name in ("int2", "int4", "unknown")


def window_of(binder: PgConversions, call: Call, arguments: list[Bound]) -> Found:
    """The same for a call with OVER; what ranks, lags and leads is made by windows."""
    name = call.name
    if name in ("row_number", "rank", "dense_rank"):
        return INT8, [], len
    if name in ("percent_rank", "cume_dist"):
        return FLOAT8, [], len
    if name == "ntile":
        return INT4, [binder.coerced(arguments[0], INT4)], len
    if name in ("lag", "lead"):
        first = arguments[0] if arguments[0].type.name != "unknown" else binder.coerced(arguments[0], TEXT)
        given = [first]
        if len(arguments) > 1:
            given.append(binder.coerced(arguments[1], INT4))
        if len(arguments) > 2:
            given.append(binder.coerced(arguments[2], first.type))
        return first.type, given, len
    if name in ("first_value", "last_value"):
        return arguments[0].type, arguments, len
    if name == "nth_value":
        return arguments[0].type, [arguments[0], binder.coerced(arguments[1], INT4)], len
    if not binder.is_aggregate(call):
        raise outside(f"the function {name} over a window")
    return aggregate_of(binder, call, arguments)


def integers() -> tuple[str, ...]:
    return INTEGERS
