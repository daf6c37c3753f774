"""In which order PostgreSQL gives rows that it has put into groups, made distinct or united, where nothing orders them.

Where the plan is not known here, that is noted (`Context.doubts`), and the rows come as they were made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fakedocker.userland.languages.sql.bound import Bound, Value
from fakedocker.userland.languages.sql.pg_estimates import (
    Key,
    Size,
    groups_of,
    is_hashed,
    rows_of,
    scan_cost,
    size_of,
    sort_cost,
)
from fakedocker.userland.languages.sql.pg_hashing import HashTable, row_hasher
from fakedocker.userland.languages.sql.pg_sorting import quick_places
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.sorting import SortKey
from fakedocker.userland.languages.sql.sources import split
from fakedocker.userland.languages.sql.tree import Column, Expression, Query, Subquery

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.planner_core import CorePlanner

DOUBT: Final = "the order of rows that no ORDER BY gives"
_FEW: Final = 50
Places = Callable[[Sequence[Sequence[Value]], bool], list[int]]
"""The order of rows with these keys, each of which is another; whether more rows with one of them come last."""


class Shape(NamedTuple):
    """What the planner thinks of what a SELECT reads.

    Args:
        total: how many rows come; None for those of a join.
        cost: what getting them costs.
    """

    sizes: dict[str, Size]
    rows: dict[str, float]
    total: float | None
    cost: float


class Arrangement(NamedTuple):
    """How groups are made: by sorting, or in a hash table for so many; `places` gives their order."""

    is_sorted: bool
    expected: float
    places: Places


def shape_of(made: CorePlanner) -> Shape | None:
    """What is known of a SELECT's tables; None where one is no table, or a condition is not understood."""
    planner: Any = made.planner  # PostgreSQL's
    tables = made.loader.tables
    if made.core.source is None or set(made.scope.relations) != set(tables):
        return None
    sizes: dict[str, Size] = {}
    for alias, name in tables.items():
        table = planner.session.find(name)
        size = size_of(table) if table is not None else None
        if size is None:
            return None
        sizes[alias] = size
    conditions: dict[str, list[Expression]] = {alias: [] for alias in sizes}
    for part in split(made.core.where) if made.core.where is not None else []:
        found = columns_of(made, part)
        if found is None:
            return None
        relations = {relation for relation, _ in found}
        if len(relations) == 1:
            conditions[relations.pop()].append(part)
        elif len(sizes) < 2:
            return None
    rows: dict[str, float] = {}
    for alias, size in sizes.items():
        count = rows_of(size, conditions[alias])
        if count is None or (len(sizes) > 1 and count < _FEW):
            return None
        rows[alias] = count
    cost = sum(scan_cost(size, len(conditions[alias])) for alias, size in sizes.items())
    return Shape(sizes, rows, next(iter(rows.values())) if len(rows) == 1 else None, cost)


def columns_of(made: CorePlanner, part: Any) -> frozenset[tuple[str, str]] | None:  # Any: a part of a statement
    """The columns that an expression reads: (relation, name); None where it asks a query or reads what is not known."""
    if isinstance(part, Column):
        found = made.binder.find(made.scope, part)
        return frozenset({(found[0].relation, found[0].name)}) if len(found) == 1 else None
    if isinstance(part, Query | Subquery):
        return None
    columns = frozenset[tuple[str, str]]()
    for item in part if isinstance(part, tuple) else ():
        if isinstance(item, tuple):
            inner = columns_of(made, item)
            if inner is None:
                return None
            columns |= inner
    return columns


def arrangement_of(made: CorePlanner, parts: Sequence[tuple[Expression | None, Bound]], aggregates: int, must_sort: bool) -> Arrangement | None:  # fmt: skip
    """How a SELECT's rows are put into groups by these keys; None where that is not known."""
    kinds = [bound.type for _, bound in parts]
    if must_sort:
        return Arrangement(True, 0, sorter(made.binder, kinds))
    hasher = row_hasher(kinds)
    shape = shape_of(made)
    if shape is None or hasher is None:
        return None
    keys = []
    for expression, bound in parts:
        columns = columns_of(made, expression) if expression is not None else None
        if columns is None:
            return None
        keys.append(Key(columns, bound.type.name == "bool"))
    expected = groups_of(keys, shape.sizes, shape.rows, shape.total)
    if shape.total is not None and not is_hashed(shape.cost, shape.total, len(parts), aggregates, expected):
        return Arrangement(True, expected, sorter(made.binder, kinds))
    return Arrangement(False, expected, hashed_places(hasher, expected))


def needed(made: CorePlanner) -> list[int]:
    """Which of GROUP BY's parts count: none of a table whose primary key is among them, beside the key."""
    columns = [columns_of(made, expression) if isinstance(expression, Column) else None for expression, _ in made.group_parts]  # fmt: skip
    known = frozenset().union(*(found for found in columns if found is not None))
    found = []
    for place, own in enumerate(columns):
        relation, name = next(iter(own)) if own else ("", "")
        keys = made.loader.keyed.get(relation, ())
        if keys and name not in keys and all((relation, key) in known for key in keys):
            continue
        found.append(place)
    return found


def sorter(binder: Any, kinds: Sequence[Type]) -> Places:  # Any: a binder of PostgreSQL's
    keys = [SortKey(binder.sort_key(kind), False, False) for kind in kinds]
    return lambda rows, again: quick_places(keys, rows)


def hashed_places(hasher: Callable[[Sequence[Value]], int], expected: float) -> Places:
    return lambda rows, again: HashTable(expected).order([hasher(row) for row in rows], again)


def distinct_of(made: CorePlanner, parts: Sequence[tuple[Expression | None, Bound]]) -> Arrangement | None:
    """How a SELECT's rows are made distinct: by what they are ordered by first, and then by the rest of their columns."""
    order = made.query.order
    keys = [made.binder.key(expression) for expression, _ in parts]
    ordered: list[int] = []
    for ordering in order:
        place = made.planner._position(ordering.expression, len(parts))
        wanted = keys[place] if place is not None else made.binder.key(ordering.expression)
        name = ordering.expression.parts[0] if isinstance(ordering.expression, Column) and len(ordering.expression.parts) == 1 else None  # fmt: skip
        place = next((n for n, output in enumerate(made.outputs) if output.name == name or keys[n] == wanted), None)
        if place is not None and place not in ordered:
            ordered.append(place)
    turn = [*ordered, *(place for place in range(len(parts)) if place not in ordered)]
    found = arrangement_of(made, [parts[place] for place in turn], 0, False)
    if found is None:
        return None
    if order and not found.is_sorted and _is_sorted_first(made, len(parts), found.expected):
        sorts = [SortKey(made.binder.sort_key(parts[place][1].type), False, False) for place in turn]
        for number, ordering in enumerate(order[: len(ordered)]):
            first = ordering.nulls_first if ordering.nulls_first is not None else ordering.descending
            sorts[number] = sorts[number]._replace(descending=ordering.descending, nulls_first=first)
        found = Arrangement(True, found.expected, lambda rows, again: quick_places(sorts, rows))
    inner = found.places
    return found._replace(places=lambda rows, again: inner([[row[place] for place in turn] for row in rows], again))


def _is_sorted_first(made: CorePlanner, keys: int, groups: float) -> bool:
    shape = shape_of(made)
    if shape is None or shape.total is None:
        return False
    return sort_cost(shape.total) < sort_cost(groups) + 0.01 * groups
