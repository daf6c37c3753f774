"""Rows of values compared in MariaDB: (a, b) = (1, 2), (a, b) < (1, 2), and IN over such (Arg_comparator::compare_row)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from fakedocker.userland.languages.sql.bound import Bound, Env
from fakedocker.userland.languages.sql.my_types import INT
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.tree import Expression, Row

Run = Callable[[Env], Any]
"""Gives a value of SQL's."""
_STRICTLY: Final = {"<": "<", "<=": "<", ">": ">", ">=": ">"}


class Compares(Protocol):
    """What binds two values and compares them."""

    def bind(self, expression: Expression) -> Bound: ...
    def compare(self, operator: str, left: Bound, right: Bound) -> Bound: ...
    def _of(self, kind: Type, run: Any, parts: list[Bound]) -> Bound: ...


def compare_rows(binder: Compares, operator: str, left: Expression, right: Expression) -> Bound:
    """A comparison of two rows with as many values. Raises SqlError where they have not, Outside for what is no row."""
    if not (isinstance(left, Row) and isinstance(right, Row)):
        raise outside("comparing rows with anything else")
    if len(left.items) != len(right.items):
        raise SqlError("1241 21000", f"Operand should contain {len(left.items)} column(s)")
    pairs = list(zip(left.items, right.items, strict=True))
    if any(isinstance(item, Row) for pair in pairs for item in pair):
        raise outside("rows within rows")
    bounds = [(binder.bind(a), binder.bind(b)) for a, b in pairs]
    equal = [binder.compare("<=>" if operator == "<=>" else "=", a, b) for a, b in bounds]
    runs = [found.run for found in equal]
    nullable = operator != "<=>" and any(part.nullable for pair in bounds for part in pair)
    if operator in ("=", "<=>"):
        run = _all_equal(runs)
    elif operator in ("<>", "!="):
        same = _all_equal(runs)
        run = lambda env: None if (value := same(env)) is None else 1 - value  # noqa: E731
    elif operator in _STRICTLY:
        run = _in_order(runs, [binder.compare(_STRICTLY[operator], a, b).run for a, b in bounds], "=" in operator)
    else:
        raise outside(f"{operator} between rows")
    return binder._of(INT, run, equal)._replace(nullable=nullable)


def _all_equal(runs: list[Run]) -> Run:
    """Whether all pairs are equal: no if one is not, unknown if one is unknown."""

    def run(env: Env) -> Any:
        values = [test(env) for test in runs]
        return 0 if 0 in values else None if None in values else 1

    return run


def _in_order(runs: list[Run], strictly: list[Run], or_equal: bool) -> Run:
    """What the first pair says that is not equal; unknown where nobody knows whether it is."""

    def run(env: Env) -> Any:
        for same, before in zip(runs, strictly, strict=True):
            value = same(env)
            if value is None:
                return None
            if not value:
                return before(env)
        return int(or_equal)

    return run
