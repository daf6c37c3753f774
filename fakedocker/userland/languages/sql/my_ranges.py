"""Which rows MariaDB looks at for the WHERE of an UPDATE: its errors count them, and not the rows that are written.

With conditions on the primary key these are the rows of its range; where an index of other columns may be used, or the
optimizer may choose not to use the key, nobody knows here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.sql.bound import Bound, Env
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.sources import split
from fakedocker.userland.languages.sql.tree import Between, Binary, Column, Expression, InList, Literal, Unary

_RANGES: Final = frozenset({"=", "<", ">", "<=", ">="})


class UnknownRow(int):
    """The number of a row that only the optimizer knows: it can be counted with and not be told."""

    def __format__(self, spec: str) -> str:
        raise outside("the number of a row that an index gives")

    __str__ = __repr__ = lambda self: self.__format__("")


def ordinals(
    where: Expression | None, keys: tuple[str, ...], indexed: frozenset[str], bind: Callable[[Expression], Bound],
    rows: list[Env],
) -> list[int]:  # fmt: skip
    """The number of each row among those that are looked at.

    Args:
        keys: the columns of the primary key; indexed: those with which other indexes begin.
        rows: all rows, in the order of the primary key.
    """
    parts = split(where) if where is not None else []
    ranges = [part for part in parts if keys and _is_range(part, keys[0])]
    unsure = any(_mentions(part, {*indexed, *keys[:1]}) for part in parts if part not in ranges)
    tests = [bind(part).run for part in ranges]
    found: list[int] = []
    count = 0
    for place, env in enumerate(rows, 1):
        if all(test(env) == 1 for test in tests):
            count += 1
        number = count if ranges else place
        found.append(UnknownRow(number) if unsure and place > 1 else number)
    return found


def _is_range(part: Expression, key: str) -> bool:
    if isinstance(part, Binary) and part.operator in _RANGES:
        return (_is_column(part.left, key) and _is_plain(part.right)) or (_is_plain(part.left) and _is_column(part.right, key))  # fmt: skip
    if isinstance(part, InList) and not part.negated:
        return _is_column(part.argument, key) and all(map(_is_plain, part.items))
    if isinstance(part, Between) and not part.negated:
        return _is_column(part.argument, key) and _is_plain(part.low) and _is_plain(part.high)
    return False


def _is_column(expression: Expression, name: str) -> bool:
    return isinstance(expression, Column) and expression.parts[-1].lower() == name.lower()


def _is_plain(expression: Expression) -> bool:
    return isinstance(expression.argument if isinstance(expression, Unary) else expression, Literal)


def _mentions(part: Any, names: set[str]) -> bool:  # Any: a part of a statement
    if isinstance(part, Column):
        return part.parts[-1].lower() in {name.lower() for name in names}
    return isinstance(part, tuple) and any(_mentions(item, names) for item in part if isinstance(item, tuple))
