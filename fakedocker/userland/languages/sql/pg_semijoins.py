"""In which order PostgreSQL gives the rows of a table that an EXISTS or an IN (SELECT) chooses, where nothing orders them.

They come as the table is scanned, or in the order of a hash table of what the inner query gives, whichever costs less.
Sources: subselect.c (which conditions become joins), pathnode.c (create_unique_path), costsize.c (final_cost_hashjoin),
selfuncs.c (eqjoinsel_semi, estimate_hash_bucket_stats).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fakedocker.userland.languages.sql.binder import has_aggregate, has_window
from fakedocker.userland.languages.sql.bound import Env, Value
from fakedocker.userland.languages.sql.pg_estimates import Key, Size, groups_of, rows_of, scan_cost, size_of
from fakedocker.userland.languages.sql.pg_hashing import HashTable, row_hasher
from fakedocker.userland.languages.sql.sources import split
from fakedocker.userland.languages.sql.store import Table
from fakedocker.userland.languages.sql.tree import (
    Between,
    Binary,
    Column,
    Core,
    Exists,
    Expression,
    InList,
    InQuery,
    Item,
    Query,
    Source,
    Subquery,
)

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession

Rows = Sequence[Sequence[Value]]
Order = Callable[[Rows, Env], list[int]]
"""The places of a table's rows that have been chosen, in the order in which they come."""

_TUPLE: Final = 0.01
_OPERATOR: Final = 0.0025
_FUZZ: Final = 1.01
_DEFAULT: Final = 200.0
_FEW: Final = 20
"""With fewer groups than these the table's own index may be used for each."""


class Unknown(Exception):  # no error: what is asked is not known
    """The plan is not known here."""


class _Link(NamedTuple):
    """A condition that joins: what column of the table equals what column of the inner table, which has conditions of its own."""

    column: Column
    inner: Column
    source: Source
    conditions: list[Expression]


def semijoin_order(
    planner: Any, table: Table, alias: str, where: Expression | None
) -> Order | None:  # Any: PostgreSQL's
    """What orders the rows of a table that meet a condition; None for as they are scanned. Raises Unknown."""
    parts = split(where) if where is not None else []
    links: list[_Link] = []
    rest: list[Expression] = []
    for part in parts:
        if isinstance(part, Exists | InQuery):
            link = _link(planner.session, part, alias, table)
            links += [link] if link is not None else []
        else:
            rest.append(part)
    if not links:
        return None
    if len(links) > 1:
        raise Unknown
    return _planned(planner, table, rest, links[0])


def is_found_by_index(table: Table, where: Expression | None) -> bool:
    """Whether a condition is about what an index begins with, so that rows may come as it knows them and not as they stand."""
    indexed = {
        c.columns[0] for c in table.constraints if c.columns and (c.unique or c.kind in ("primary", "unique", "index"))
    }
    for part in split(where) if where is not None else []:
        if isinstance(part, Binary) and part.operator in ("=", "<", "<=", ">", ">="):
            sides: list[Expression] = [part.left, part.right]
        else:
            sides = [part.argument] if isinstance(part, Between | InList) else []
        if any(isinstance(side, Column) and side.parts[-1] in indexed for side in sides):
            return True
    return False


def _link(session: PgSession, part: Exists | InQuery, alias: str, table: Table) -> _Link | None:
    """How a condition joins; None where it is looked at row by row, or its join leaves the rows as they are scanned."""
    query, body = part.query, part.query.body
    if isinstance(part, InQuery) and part.negated:
        return None
    if not isinstance(body, Core):
        raise Unknown
    if isinstance(part, Exists) and (has_aggregate((body.items, body.having)) or body.having is not None or query.ctes):
        return None
    if body.source is None:
        return None
    plain = body.group is None and not body.distinct and not query.ctes and query.limit is None and query.offset is None
    if not plain or not isinstance(body.source, Source) or body.source.table is None or body.source.columns:
        raise Unknown
    if has_aggregate(body.items) or has_window(body.items):
        raise Unknown
    inner = session.find(body.source.table)
    if inner is None or inner.view:
        raise Unknown
    sides = _Sides(
        body.source.alias, {column.name for column in inner.columns}, alias, {column.name for column in table.columns}
    )
    conditions = split(body.where) if body.where is not None else []
    if isinstance(part, InQuery):
        if any(sides.of(condition) != {"inner"} for condition in conditions):
            return None  # it reads the row around it
        return _joined(
            sides._replace(inner_columns=set()), part.argument, body.items[0].expression, sides, body.source, conditions
        )
    own = [condition for condition in conditions if sides.of(condition) <= {"inner"}]
    others = [condition for condition in conditions if condition not in own]
    if not others:
        return None  # it is asked once
    if len(others) > 1 or not (isinstance(others[0], Binary) and others[0].operator == "="):
        if any(isinstance(other, Binary) and other.operator == "=" for other in others):
            raise Unknown
        return None  # a loop within a loop
    left, right = others[0].left, others[0].right
    if sides.of(left) == {"inner"}:
        left, right = right, left
    return _joined(sides, left, right, sides, body.source, own)


class _Sides(NamedTuple):
    """Which columns are the inner table's, and which those of the one around it."""

    inner: str
    inner_columns: set[str]
    outer: str
    outer_columns: set[str]

    def of(self, part: Any) -> set[str]:  # Any: a part of a statement
        """Which tables an expression reads. Raises Unknown for a query in it."""
        if isinstance(part, Query | Subquery | InQuery | Exists):
            raise Unknown
        if isinstance(part, Column):
            *tables, name = part.parts
            if tables:
                return {"inner"} if tables[-1] == self.inner else {"outer"}
            return {"inner"} if name in self.inner_columns else {"outer"}
        found = set[str]()
        for item in part if isinstance(part, tuple) else ():
            if isinstance(item, tuple):
                found |= self.of(item)
        return found


def _joined(around: _Sides, outer: Expression, inner: Expression, sides: _Sides, source: Source, conditions: list[Expression]) -> _Link | None:  # fmt: skip
    if around.of(outer) != {"outer"}:
        return None
    if not isinstance(outer, Column) or not isinstance(inner, Column):
        raise Unknown
    if sides.of(inner) != {"inner"} or outer.parts[-1] not in sides.outer_columns:
        raise Unknown
    return _Link(outer, inner, source, conditions)


def _planned(planner: Any, table: Table, rest: list[Expression], link: _Link) -> Order | None:
    assert link.source.table is not None
    other = planner.session.find(link.source.table)
    size, inner = size_of(table), size_of(other)
    if size is None or inner is None:
        raise Unknown
    rows, inner_rows = rows_of(size, rest), rows_of(inner, link.conditions)
    if rows is None or inner_rows is None:
        raise Unknown
    name, inner_name = link.column.parts[-1], link.inner.parts[-1]
    ours = _Side(rows, scan_cost(size, len(rest)), size, name)
    costs = scan_cost(inner, len(link.conditions))
    groups = inner_rows
    if inner_name not in inner.unique:
        groups = groups_of([Key(frozenset({("", inner_name)}), False)], {"": inner}, {"": inner_rows}, inner_rows)
        costs += _OPERATOR * inner_rows + _TUPLE * groups
    theirs = _Side(groups, costs, inner, inner_name)
    share = _share(ours, inner_rows, inner, inner_name)
    in_turn = min(
        _hash_cost(ours, theirs, share, True),
        _semi_cost(ours, inner_rows, scan_cost(inner, len(link.conditions)), share),
    )
    by_hash = _hash_cost(theirs, ours, share, name in size.unique)
    if by_hash * _FUZZ >= in_turn:
        if by_hash < in_turn and in_turn < by_hash * (_FUZZ - 0.002):
            raise Unknown
        return None
    if by_hash * (_FUZZ + 0.003) > in_turn or (groups < _FEW and inner_name not in inner.unique):
        raise Unknown
    return _by_inner(planner, table, name, other, link, None if inner_name in inner.unique else groups)


class _Side(NamedTuple):
    rows: float
    cost: float
    size: Size
    name: str


def _share(ours: _Side, inner_rows: float, inner: Size, inner_name: str) -> float:
    """Which share of the rows is thought to find another (eqjoinsel_semi)."""
    first, second = ours.size.distinct(ours.name), inner.distinct(inner_name)
    known = [
        name in size.unique or size.tuples < _DEFAULT for name, size in ((ours.name, ours.size), (inner_name, inner))
    ]
    if second >= inner_rows:
        second, known[1] = inner_rows, True
    if not all(known):
        return 0.5
    return 1.0 if first <= second else second / first


def _hash_cost(outer: _Side, inner: _Side, share: float, is_unique: bool) -> float:
    """What a join costs that hashes the second side."""
    found = inner.cost + (_OPERATOR + _TUPLE) * inner.rows + outer.cost + _OPERATOR * outer.rows
    matched = round(outer.rows * share)
    if not is_unique:
        bucket = max(0.1 if inner.size.distinct(inner.name) == _DEFAULT else 0.0, 1 / inner.size.distinct(inner.name))
        matched_rows = outer.rows * inner.rows / max(outer.rows, inner.size.distinct(inner.name))
        return found + _OPERATOR * outer.rows * max(1.0, round(inner.rows * bucket)) * 0.5 + _TUPLE * matched_rows
    return found + _OPERATOR * matched * 0.5 + _OPERATOR * (outer.rows - matched) * 0.05 + _TUPLE * matched


def _semi_cost(outer: _Side, inner_rows: float, inner_cost: float, share: float) -> float:
    """What a semi-join costs that hashes the whole inner table, whose values are thought to be few."""
    found = inner_cost + (_OPERATOR + _TUPLE) * inner_rows + outer.cost + _OPERATOR * outer.rows
    matched = round(outer.rows * share)
    return found + _OPERATOR * matched * max(1.0, round(inner_rows * 0.01)) * 0.5 + _TUPLE * matched


def _by_inner(planner: Any, table: Table, name: str, other: Table, link: _Link, groups: float | None) -> Order:
    """The order of the inner query's values: as they are scanned, or as a hash table of them gives them."""
    kind = next(column.kind for column in other.columns if column.name == link.inner.parts[-1])
    hasher = row_hasher([kind])
    if hasher is None:
        raise Unknown
    where: Expression | None = None
    for condition in link.conditions:
        where = condition if where is None else Binary("and", where, condition, 0, 0, 0)
    core = Core((Item(link.inner, None, ""),), link.source, where, None, None, False, (), (), 0)
    plan = planner.plan(Query(core), None)
    slot = next(place for place, column in enumerate(table.columns) if column.name == name)

    def order(rows: Rows, env: Env) -> list[int]:
        every = [value for (value,) in plan.rows(env)]
        values = list(dict.fromkeys(every))
        again = bool(every) and every.index(values[-1]) < len(every) - 1
        places = (
            range(len(values))
            if groups is None
            else HashTable(groups).order([hasher((value,)) for value in values], again)
        )
        rank = {values[place]: turn for turn, place in enumerate(places)}
        return sorted(range(len(rows)), key=lambda place: (rank.get(rows[place][slot], math.inf), -place))

    return order
