"""In which order PostgreSQL gives the rows of joins that it makes by hashing, where nothing orders them.

A table whose column is unique is hashed, and the rows of the one that refers to it come in their order; rows of the
hashed one that have found no other come last, as they stand in its buckets. Sources: costsize.c (final_cost_hashjoin),
nodeHashjoin.c, nodeHash.c. Other joins are not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fakedocker.userland.languages.sql.bound import Env, Value
from fakedocker.userland.languages.sql.pg_arrangement import shape_of
from fakedocker.userland.languages.sql.pg_hashing import hasher_of
from fakedocker.userland.languages.sql.sources import Rows, split
from fakedocker.userland.languages.sql.tree import Binary, Column, Expression, From, Join, Source

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.planner_core import CorePlanner

Reorder = Callable[[Rows, Env], Rows]
_LEAST_BUCKETS: Final = 1024


class Part(NamedTuple):
    """One table of a join: its alias, and where its columns stand in the rows."""

    alias: str
    start: int
    end: int


def join_order(made: CorePlanner) -> Reorder | None:
    """What puts a join's rows in order; None where that is not known."""
    source = made.core.source
    shape = shape_of(made)
    if shape is None or not isinstance(source, Join) or any(size.pages > 10 for size in shape.sizes.values()):
        return None
    kinds = _kinds(source)
    parts = {alias: _part(made, alias) for alias in shape.sizes}
    edges = _edges(made, source, {alias: size.unique for alias, size in shape.sizes.items()})
    if edges is None:
        return None
    if kinds <= {"inner", "cross"}:
        roots = [alias for alias in parts if _reached(alias, edges) == set(parts)]
        if len(roots) != 1:
            return None
        return lambda rows, env: _by_part(rows, parts[roots[0]], made.loader.scans[roots[0]](env))
    if kinds == {"left"} and _leads(source, edges):
        return lambda rows, env: rows
    if len(parts) != 2 or not isinstance(source.left, Source) or not isinstance(source.right, Source):
        return None
    return _outer(made, source, parts, edges, dict(shape.rows))


def _kinds(source: From) -> set[str]:
    return _kinds(source.left) | _kinds(source.right) | {source.kind} if isinstance(source, Join) else set()


def _part(made: CorePlanner, alias: str) -> Part:
    slots = [field.slot for field in made.scope.fields if field.relation == alias]
    return Part(alias, min(slots, default=0), max(slots, default=-1) + 1)


def _conditions(source: From) -> list[Expression] | None:
    if not isinstance(source, Join):
        return []
    left, right = _conditions(source.left), _conditions(source.right)
    if left is None or right is None or source.natural or source.using is not None:
        return None
    return left + right + (split(source.condition) if source.condition is not None else [])


def _edges(made: CorePlanner, source: Join, unique: dict[str, frozenset[str]]) -> set[tuple[str, str]] | None:
    """Which table refers to which by a column that is unique there."""
    conditions = _conditions(source)
    if conditions is None:
        return None
    found: set[tuple[str, str]] = set()
    for part in [*conditions, *(split(made.core.where) if made.core.where is not None else [])]:
        if not (isinstance(part, Binary) and part.operator == "=" and isinstance(part.left, Column) and isinstance(part.right, Column)):  # fmt: skip
            continue
        sides = [made.binder.find(made.scope, column) for column in (part.left, part.right)]
        if any(len(side) != 1 for side in sides):
            return None
        (a,), (b,) = sides
        if b.name in unique[b.relation]:
            found.add((a.relation, b.relation))
        if a.name in unique[a.relation]:
            found.add((b.relation, a.relation))
    return found


def _reached(start: str, edges: set[tuple[str, str]]) -> set[str]:
    found = {start}
    while more := {b for a, b in edges if a in found and b not in found}:
        found |= more
    return found


def _leads(source: From, edges: set[tuple[str, str]]) -> bool:
    """Whether each table on the right of a chain is referred to by one on its left."""
    while isinstance(source, Join):
        if not isinstance(source.right, Source):
            return False
        name = source.right.alias
        if not any(b == name and a in _aliases(source.left) for a, b in edges):
            return False
        source = source.left
    return True


def _aliases(source: From) -> set[str]:
    return _aliases(source.left) | _aliases(source.right) if isinstance(source, Join) else {source.alias}


def _by_part(rows: Rows, part: Part, order: Rows) -> Rows:
    places = _places(order)
    return sorted(rows, key=lambda row: places.get(row[part.start : part.end], len(order)))


def _places(rows: Rows) -> dict[tuple[Value, ...], int]:
    found: dict[tuple[Value, ...], int] = {}
    for place, row in enumerate(rows):
        found.setdefault(tuple(row), place)
    return found


def _outer(made: CorePlanner, join: Join, parts: dict[str, Part], edges: set[tuple[str, str]], counts: dict[str, float]) -> Reorder | None:  # fmt: skip
    """Two tables of which one is kept whole, or both: the unique one is hashed."""
    assert isinstance(join.left, Source) and isinstance(join.right, Source)
    pairs = [(a, b) for a, b in ((join.left.alias, join.right.alias), (join.right.alias, join.left.alias)) if (a, b) in edges]  # fmt: skip
    conditions = _conditions(join) or []
    if len(pairs) != 1 or len(conditions) != 1:
        return None
    probe, hashed = (parts[alias] for alias in pairs[0])
    condition = conditions[0]
    assert isinstance(condition, Binary) and isinstance(condition.left, Column) and isinstance(condition.right, Column)
    key = next(field for column in (condition.left, condition.right) for field in made.binder.find(made.scope, column) if field.relation == hashed.alias)  # fmt: skip
    hasher = hasher_of(key.type)
    if hasher is None:
        return None
    buckets = _LEAST_BUCKETS
    while buckets < counts[hashed.alias]:
        buckets *= 2
    slot = key.slot
    scans: dict[str, Any] = made.loader.scans

    def reorder(rows: Rows, env: Env) -> Rows:
        probing, building = _places(scans[probe.alias](env)), _places(scans[hashed.alias](env))

        def rank(row: tuple[Value, ...]) -> tuple[int, int, int]:
            place = probing.get(row[probe.start : probe.end])
            if place is not None:
                return 0, place, 0
            value = row[slot]
            bucket = 0 if value is None else hasher(value) & (buckets - 1)
            return 1, bucket, -building.get(row[hashed.start : hashed.end], 0)

        return sorted(rows, key=rank)

    return reorder
