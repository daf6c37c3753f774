"""Expressions of SQL, evaluated on a row or, for aggregates, on a group of rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from fakedocker.base.regex import compile_pattern
from fakedocker.userland.languages.sql.sql_tokens import Expression, SqlProblem, Value
from fakedocker.userland.languages.sql.sql_values import compare, convert, number, shown
from fakedocker.userland.processes.dates import format_date

Row = dict[tuple[str, str], Value]
"""(table's alias, column) -> value."""
Facts = dict[str, Value]
"""What functions tell: version, user, database, dialect, now_ns."""
_AGGREGATES: Final = frozenset({"count", "sum", "min", "max", "avg"})
_LAST_ROW: Final[Row] = {}


def has_aggregate(expression: Value) -> bool:
    """Whether an expression is about a whole group."""
    if not isinstance(expression, tuple):
        return False
    if expression[:1] == ("call",) and expression[1] in _AGGREGATES:
        return True
    return any(has_aggregate(part) for part in expression)


def evaluate(expression: Expression, row: Row, facts: Facts, group: list[Row] | None = None) -> Value:
    """The value. Raises SqlProblem."""
    return _EVALUATORS[expression[0]](expression, row, facts, group)


def is_true(expression: Expression, row: Row, facts: Facts) -> bool:
    """Whether a condition holds; null does not."""
    value = evaluate(expression, row, facts)
    return value is not None and value is not False and value != 0


def _column(expression: Expression, row: Row, facts: Facts, group: list[Row] | None) -> Value:
    _, table, name, at = expression
    found = [key for key in row if key[1] == name and table in ("", key[0])]
    if not found:
        raise SqlProblem("no column", at, name=f"{table}.{name}" if table else name)
    if len(found) > 1:
        raise SqlProblem("ambiguous", at, name=name)
    return row[found[0]]


def _binary(expression: Expression, row: Row, facts: Facts, group: list[Row] | None) -> Value:
    _, operator, first, second = expression
    left = evaluate(first, row, facts, group)
    if operator == "and" and left is not None and not left:
        return False
    if operator == "or" and left:
        return True
    right = evaluate(second, row, facts, group)
    if operator in ("and", "or"):
        if left is None or right is None:
            return (
                False
                if operator == "and" and right is not None and not right
                else True
                if operator == "or" and right
                else None
            )
        return bool(right)
    if left is None or right is None:
        return None
    if operator == "||":
        return (
            shown(left, "postgres") + shown(right, "postgres")
            if facts["dialect"] == "postgres"
            else bool(left or right)
        )
    if operator in ("+", "-", "*", "/", "%"):
        return _calculate(operator, left, right, facts)
    order = compare(left, right)
    return {"=": order == 0, "<>": order != 0, "<": order < 0, ">": order > 0, "<=": order <= 0, ">=": order >= 0}[
        operator
    ]


def _calculate(operator: str, left: Value, right: Value, facts: Facts) -> Value:
    a, b = number(left), number(right)
    if a is None or b is None:
        raise SqlProblem("bad input", type="integer", value=str(left if a is None else right))
    if operator in "/%" and b == 0:
        if facts["dialect"] == "mysql":
            return None
        raise SqlProblem("by zero")
    whole = isinstance(a, int) and isinstance(b, int)
    if operator == "/":
        if whole and facts["dialect"] == "postgres":
            return abs(int(a)) // abs(int(b)) * (1 if (a < 0) == (b < 0) else -1)
        return f"{a / b:.4f}" if whole else a / b
    if operator == "%":
        return a - b * int(a / b)
    return {"+": a + b, "-": a - b, "*": a * b}[operator]


def _like(expression: Expression, row: Row, facts: Facts, group: list[Row] | None) -> Value:
    _, inner, pattern, negated, ignores_case = expression
    value, text = evaluate(inner, row, facts, group), evaluate(pattern, row, facts, group)
    if value is None or text is None:
        return None
    parts = (".*" if letter == "%" else "." if letter == "_" else re.escape(letter) for letter in str(text))
    flags = re.DOTALL | (re.IGNORECASE if ignores_case or facts["dialect"] == "mysql" else 0)
    return (compile_pattern("".join(parts), int(flags)).fullmatch(shown(value, "postgres")) is not None) != negated


def _in(expression: Expression, row: Row, facts: Facts, group: list[Row] | None) -> Value:
    _, inner, items, negated = expression
    value = evaluate(inner, row, facts, group)
    others = [evaluate(item, row, facts, group) for item in items if item is not None]
    if value is None:
        return None
    return any(other is not None and compare(value, other) == 0 for other in others) != negated


def _between(expression: Expression, row: Row, facts: Facts, group: list[Row] | None) -> Value:
    value, low, high = (evaluate(part, row, facts, group) for part in expression[1:4])
    if None in (value, low, high):
        return None
    return (compare(low, value) <= 0 <= compare(high, value)) != expression[4]


def _not(expression: Expression, row: Row, facts: Facts, group: list[Row] | None) -> Value:
    value = evaluate(expression[1], row, facts, group)
    return None if value is None else not value


def _minus(expression: Expression, row: Row, facts: Facts, group: list[Row] | None) -> Value:
    value = number(evaluate(expression[1], row, facts, group))
    return None if value is None else -value


def _call(expression: Expression, row: Row, facts: Facts, group: list[Row] | None) -> Value:
    _, name, arguments, at = expression
    if name in _AGGREGATES:
        return _aggregate(name, arguments, facts, [row] if group is None else group)
    function = _FUNCTIONS.get(name)
    if function is None:
        raise SqlProblem("no function", at, name=name)
    try:
        return function(facts, *(evaluate(argument, row, facts, group) for argument in arguments))
    except TypeError:
        raise SqlProblem("no function", at, name=name) from None


def _aggregate(name: str, arguments: tuple[Expression, ...], facts: Facts, group: list[Row]) -> Value:
    if arguments[:1] == (("star", ""),):
        return len(group)
    found = [evaluate(arguments[0], row, facts) for row in group]
    values = [value for value in found if value is not None]
    if name == "count":
        return len(values)
    if not values:
        return None
    if name in ("min", "max"):
        best = values[0]
        for value in values[1:]:
            if compare(value, best) * (1 if name == "max" else -1) > 0:
                best = value
        return best
    numbers = [number(value) or 0 for value in values]
    if name == "sum":
        return sum(numbers)
    mean = sum(numbers) / len(numbers)
    return f"{mean:.16f}" if facts["dialect"] == "postgres" else f"{mean:.4f}"


def _now(facts: Facts) -> str:
    seconds, nanoseconds = divmod(facts["now_ns"], 1_000_000_000)
    text = format_date("%Y-%m-%d %H:%M:%S", seconds)
    return f"{text}.{nanoseconds // 1000:06d}+00" if facts["dialect"] == "postgres" else text


def _text(value: Value) -> str:
    return "" if value is None else shown(value, "postgres")


_FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "now": _now,
    "current_timestamp": _now,
    "current_date": lambda facts: _now(facts)[:10],
    "version": lambda facts: facts["version"],
    "current_schema": lambda facts: "public" if facts["dialect"] == "postgres" else facts["database"],
    "current_database": lambda facts: facts["database"],
    "database": lambda facts: facts["database"] or None,
    "current_user": lambda facts: facts["user"] if facts["dialect"] == "postgres" else f"{facts['user']}@%",
    "session_user": lambda facts: facts["user"],
    "user": lambda facts: facts["user"] if facts["dialect"] == "postgres" else f"{facts['user']}@localhost",
    "upper": lambda facts, value: None if value is None else _text(value).upper(),
    "lower": lambda facts, value: None if value is None else _text(value).lower(),
    "length": lambda facts, value: None if value is None else len(_text(value)),
    "char_length": lambda facts, value: None if value is None else len(_text(value)),
    "abs": lambda facts, value: None if value is None else abs(number(value) or 0),
    "round": lambda facts, value, digits=0: None if value is None else round(number(value) or 0, digits) if digits else round(number(value) or 0),
    "coalesce": lambda facts, *values: next((value for value in values if value is not None), None),
    "concat": lambda facts, *values: "".join(map(_text, values)),
    "pg_backend_pid": lambda facts: facts["pid"],
    "connection_id": lambda facts: facts["pid"],
}  # fmt: skip
_EVALUATORS: Final[dict[str, Callable[[Expression, Row, Facts, list[Row] | None], Value]]] = {
    "value": lambda expression, row, facts, group: expression[1],
    "column": _column,
    "star": lambda expression, row, facts, group: None,
    "binary": _binary,
    "not": _not,
    "minus": _minus,
    "null?": lambda expression, row, facts, group: (
        (evaluate(expression[1], row, facts, group) is None) != expression[2]
    ),
    "like": _like,
    "in": _in,
    "between": _between,
    "call": _call,
    "cast": lambda expression, row, facts, group: convert(evaluate(expression[1], row, facts, group), expression[2]),
}
