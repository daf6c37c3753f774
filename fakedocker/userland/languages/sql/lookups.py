"""Rows of a table found by a value of the query around: what makes EXISTS and its like cheap."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.sql.bound import Env
from fakedocker.userland.languages.sql.sources import Rows, split
from fakedocker.userland.languages.sql.tree import Binary, Column, Source


class Lookup:
    """The rows of a table by what one of its columns keeps; they are read once.

    Args:
        equality: what gives the column's value, what gives the value it equals, and what makes values comparable.
    """

    def __init__(self, rows: Any, equality: tuple[Any, Any, Any]) -> None:  # Any: what gives rows, and values
        self._rows = rows
        self._own, self._other, self._key = equality
        self._known: dict[Any, Rows] | None = None

    def rows(self, outer: Env) -> Rows:
        """The rows that may meet the condition; the condition itself is still looked at."""
        if self._known is None:
            self._known = {}
            for row in self._rows(outer):
                value = self._own((row, outer))
                if value is not None:
                    self._known.setdefault(self._marked(value), []).append(row)
        wanted = self._other(((), outer))
        return [] if wanted is None else self._known.get(self._marked(wanted), [])

    def _marked(self, value: Any) -> Any:  # Any: a value of SQL's
        return value if self._key is None else self._key(value)


def lookup_of(made: Any) -> Lookup | None:  # Any: see planner_core
    """What finds a SELECT's rows by a condition of WHERE between its one table and the query around; None for none."""
    source = made.core.source
    if not isinstance(source, Source) or source.alias not in made.loader.scans or made.scope.parent is None:
        return None
    for part in split(made.core.where):
        if not (isinstance(part, Binary) and part.operator == "=" and isinstance(part.left, Column) and isinstance(part.right, Column)):  # fmt: skip
            continue
        left, right = made.binder.bind(part.left), made.binder.bind(part.right)
        if left.outer and not right.outer and not left.uses:
            left, right = right, left
        if not left.outer and right.outer and not right.uses and left.type.name == right.type.name:
            return Lookup(made.loader.scans[source.alias], made.binder.equality(left, right, part.at))
    return None
