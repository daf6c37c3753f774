"""FROM: tables, views, queries and functions, and how they are joined.

A source's rows are flat tuples: the columns of all its tables one after the other, as the scope counts them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from fakedocker.userland.languages.sql.bound import Bound, Context, Env, Scope, Value
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.sorting import key_maker
from fakedocker.userland.languages.sql.tree import (
    Binary,
    Call,
    Column,
    Expression,
    From,
    Join,
    Query,
    Source,
    TableName,
)

Rows = list[tuple[Value, ...]]
GetRows = Callable[[Env], Rows]


class Relation(NamedTuple):
    """A table or view as a source of rows.

    Args:
        columns: names and types.
        rows: its rows; of a view None.
        query: a view's.
        keys: the columns of its primary key.
    """

    schema: str
    name: str
    columns: list[tuple[str, Type]]
    rows: Callable[[], Rows] | None
    query: Query | None = None
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    partial: bool = False  # whether the real one has more columns
    sure: frozenset[str] = frozenset()  # the columns that are never null
    indexed: frozenset[str] = frozenset()  # the columns with which further indexes begin


class Loaded(NamedTuple):
    """A source that has been put into a scope. `visible` is what * shows: (name, slots)."""

    rows: GetRows
    visible: list[tuple[str, tuple[int, ...]]]
    start: int
    end: int


class Planner(Protocol):
    """What plans queries."""

    context: Context
    mine: bool
    folded: list[SqlError]

    def relation(self, name: TableName) -> Relation: ...
    def cte(self, name: str) -> Any: ...  # Any: a value of SQL's, what runs it, or a binder of either dialect
    def plan(
        self, query: Query, parent: Scope | None
    ) -> Any: ...  # Any: a value of SQL's, what runs it, or a binder of either dialect
    def plan_source(self, query: Query, parent: Scope | None) -> Any: ...  # Any: as of plan
    def view(self, relation: Relation) -> Any: ...  # Any: a value of SQL's, what runs it, or a binder of either dialect
    def table_function(self, call: Call, scope: Scope, alias: str) -> tuple[list[tuple[str, Type]], GetRows]: ...


class SourceLoader:
    """Loads FROM into a scope.

    Args:
        binder: understands the joins' conditions.
    """

    def __init__(self, planner: Planner, scope: Scope, binder: Any) -> None:  # Any: one of either dialect
        self.planner = planner
        self.scope = scope
        self.binder = binder
        self.is_patient = False  # whether errors of ON wait until WHERE has been understood
        self.problem: SqlError | None = None
        self.is_alone: bool | None = None  # whether FROM has one source only
        self.keyed: dict[str, tuple[str, ...]] = {}
        self.tables: dict[str, TableName] = {}  # those that are tables, by their aliases
        self.scans: dict[str, GetRows] = {}  # what gives their rows
        self.indexed: frozenset[str] = frozenset()  # the columns of all sources with which indexes begin
        self.sure: frozenset[str] = frozenset()  # the columns of the source loaded last that are never null

    def load(self, source: From, conjuncts: list[Expression] | None = None) -> Loaded:
        if self.is_alone is None:
            self.is_alone = not isinstance(source, Join)
        if isinstance(source, Join):
            return self._join(source, conjuncts)
        return self._single(source)

    def _single(self, source: Source) -> Loaded:
        scope = self.scope
        start = scope.width
        if source.lateral:
            raise outside("LATERAL")
        if source.alias in scope.relations:
            if self.planner.mine:
                raise SqlError("1066 42000", f"Not unique table/alias: '{source.alias}'")
            raise SqlError("42712", f'table name "{source.alias}" specified more than once', source.at if source.query else None)  # fmt: skip
        columns, rows, origin = self._contents(source)
        sure = self.sure
        if source.columns:
            if len(source.columns) > len(columns):
                said = f'table "{source.alias}" has {len(columns)} columns available but {len(source.columns)} columns specified'
                raise SqlError("42P10", said, None if self.planner.mine else source.at) if not self.planner.mine else outside("so many columns of an alias")  # fmt: skip
            columns = [
                (source.columns[place] if place < len(source.columns) else name, kind)
                for place, (name, kind) in enumerate(columns)
            ]
        if len(scope.relations) > 60:
            raise outside("so many tables in a query")
        scope.add(source.alias, columns, origin, sure)
        visible: list[tuple[str, tuple[int, ...]]] = [
            (name, (start + place,)) for place, (name, _) in enumerate(columns)
        ]
        return Loaded(rows, visible, start, scope.width)

    def _contents(self, source: Source) -> tuple[list[tuple[str, Type]], GetRows, tuple[str, str]]:
        planner, scope = self.planner, self.scope
        self.sure = frozenset()
        if source.query is not None:
            plan = planner.plan_source(source.query, scope.parent)
            scope.is_derived = True
            self.sure = plan.sure
            scope.reads_outer = scope.reads_outer or plan.outer
            return list(plan.columns), self._rows_of(plan), ("", "")
        if source.call is not None:
            columns, rows = planner.table_function(source.call, scope, source.alias)
            if source.ordinality:
                columns = [*columns, ("ordinality", Type("int8"))]
                inner = rows
                return columns, (lambda env: [(*row, n) for n, row in enumerate(inner(env), 1)]), ("", "")
            return columns, rows, ("", "")
        assert source.table is not None
        if not source.table.schema:
            known = planner.cte(source.table.name)
            if known is not None:
                self.sure = known.sure
                return list(known.columns), self._rows_of(known), ("", "")
        relation = planner.relation(source.table)
        if relation.query is not None:
            plan = planner.view(relation)
            names = relation.names or tuple(name for name, _ in plan.columns)
            columns = [(name, kind) for name, (_, kind) in zip(names, plan.columns, strict=False)]
            self.sure = frozenset(n for n, (name, _) in zip(names, plan.columns, strict=False) if name in plan.sure)
            rows = self._rows_of(plan)
            return columns, lambda env: rows(None), (relation.schema, relation.name)
        get = relation.rows
        assert get is not None
        self.keyed[source.alias] = relation.keys
        self.tables[source.alias] = source.table
        self.sure = relation.sure
        self.indexed |= relation.indexed
        scope.partial = scope.partial or relation.partial
        context = planner.context

        def scan(env: Env) -> Rows:
            found = get()
            context.tick(len(found))
            return found

        self.scans[source.alias] = scan
        return relation.columns, scan, (relation.schema, relation.name)

    def _rows_of(self, plan: Any) -> GetRows:  # Any: a plan
        """Its rows, computed as they are looked at where it becomes one with the query that reads it and nothing else."""
        found: GetRows = plan.late if self.is_alone and plan.late is not None else plan.rows
        return found

    # joins

    def _join(self, join: Join, conjuncts: list[Expression] | None) -> Loaded:
        left = self.load(join.left, conjuncts if join.kind in ("cross", "inner") else None)
        right = self.load(join.right)
        kind = "inner" if join.kind == "cross" else join.kind
        using = join.using
        if join.natural:
            names = [name for name, _ in left.visible]
            using = tuple(name for name, _ in right.visible if name in names)
        if kind in ("left", "full"):
            self.scope.make_nullable(right.start, right.end)
        if kind in ("right", "full"):
            self.scope.make_nullable(left.start, left.end)
        visible = left.visible + right.visible
        conditions: list[Expression] = []
        pairs: list[tuple[Bound, Bound]] = []
        if using is not None and using:
            pairs, visible = self._using(using, left, right, kind)
        if join.condition is not None:
            conditions = split(join.condition)
        elif join.kind == "cross" and conjuncts:
            conditions = [part for part in conjuncts if self._spans(part, left, right)]
        return Loaded(self._joiner(kind, left, right, conditions, pairs, join.condition is not None), visible, left.start, right.end)  # fmt: skip

    def _spans(self, part: Expression, left: Loaded, right: Loaded) -> bool:
        """Whether a condition of WHERE is an equality between both sides of a join, and can be used there."""
        if not (isinstance(part, Binary) and part.operator == "=" and isinstance(part.left, Column) and isinstance(part.right, Column)):  # fmt: skip
            return False
        places = []
        for column in (part.left, part.right):
            found = self.binder.find(self.scope, column)
            if len(found) != 1:
                return False
            places.append(found[0].slot)
        low, high = sorted(places)
        return bool(left.start <= low < left.end and right.start <= high < right.end)

    def _using(
        self, using: tuple[str, ...], left: Loaded, right: Loaded, kind: str
    ) -> tuple[list[tuple[Bound, Bound]], list[tuple[str, tuple[int, ...]]]]:
        scope = self.scope
        pairs = []
        merged: list[tuple[str, tuple[int, ...]]] = []
        left_seen, right_seen = dict(left.visible), dict(right.visible)
        for name in using:
            for side, seen in (("left", left_seen), ("right", right_seen)):
                if name not in seen:
                    if self.planner.mine:
                        raise SqlError("1054 42S22", f"Unknown column '{name}' in 'from clause'")
                    said = f'column "{name}" specified in USING clause does not exist in {side} table'
                    raise SqlError("42703", said, None)
            first, second = left_seen[name][0], right_seen[name][0]
            pairs.append((self._slot(first), self._slot(second)))
            if kind == "full":
                scope.merged[name] = [first, second]
                merged.append((name, (first, second)))
            else:
                merged.append((name, (second if kind == "right" else first,)))
            hidden = first if kind == "right" else second
            scope.fields = [field._replace(hidden=True) if field.slot == hidden else field for field in scope.fields]
        rest = [entry for entry in left.visible + right.visible if entry[0] not in using]
        return pairs, merged + rest

    def _slot(self, slot: int) -> Bound:
        field = next(field for field in self.scope.fields if field.slot == slot)
        return Bound(field.type, lambda env: env[0][slot], frozenset({slot}), field.name)

    def _joiner(
        self,
        kind: str,
        left: Loaded,
        right: Loaded,
        conditions: list[Expression],
        pairs: list[tuple[Bound, Bound]],
        on: bool,
    ) -> GetRows:
        binder = self.binder
        binder.clause = "JOIN"
        keys: list[tuple[Any, Any, Any]] = []
        tests: list[Any] = []
        for a, b in pairs:
            keys.append(binder.equality(a, b, 0))
        low, high = frozenset(range(left.start, left.end)), frozenset(range(right.start, right.end))
        try:
            for part in conditions:
                whole = binder.condition(binder.bind(part), "JOIN/ON")
                found = self._hashed(part, low, high)
                if found is not None:
                    keys.append(found)
                else:
                    tests.append(whole.run)
        except SqlError as problem:
            if not self.is_patient:
                raise
            self.problem = self.problem or problem
        binder.clause = ""
        return _Joiner(kind, left, right, keys, tests, self.planner.context, self.planner.mine)

    def _hashed(self, part: Expression, low: frozenset[int], high: frozenset[int]) -> tuple[Any, Any, Any] | None:
        if not (isinstance(part, Binary) and part.operator == "="):
            return None
        a, b = self.binder.bind(part.left), self.binder.bind(part.right)
        if a.outer or b.outer or not a.uses or not b.uses:
            return None
        if a.uses <= low and b.uses <= high:
            found: tuple[Any, Any, Any] = self.binder.equality(a, b, part.at)
            return found
        if b.uses <= low and a.uses <= high:
            first, second, key = self.binder.equality(a, b, part.at)
            return second, first, key
        return None


class _Joiner:
    """Joins the rows of two sources when it is called."""

    def __init__(
        self,
        kind: str,
        left: Loaded,
        right: Loaded,
        keys: list[tuple[Any, Any, Any]],
        tests: list[Any],
        context: Context,
        mine: bool,
    ) -> None:
        self.kind = kind
        self.left, self.right = left, right
        self.tests = tests
        self.context = context
        self.left_keys = [a for a, _, _ in keys]
        self.right_keys = [b for _, b, _ in keys]
        self.make = key_maker([key for _, _, key in keys])

    def __call__(self, outer: Env) -> Rows:
        left_rows, right_rows = self.left.rows(outer), self.right.rows(outer)
        left_nulls, right_nulls = (
            (None,) * (self.left.end - self.left.start),
            (None,) * (self.right.end - self.right.start),
        )
        matched = self._matches(left_rows, right_rows, outer, left_nulls, right_nulls)
        found: Rows = []
        if self.kind == "right":
            by_right: dict[int, list[int]] = {}
            for a, places in enumerate(matched):
                for b in places:
                    by_right.setdefault(b, []).append(a)
            for b, row in enumerate(right_rows):
                found += [left_rows[a] + row for a in by_right.get(b, [])] or [left_nulls + row]
            return found
        seen: set[int] = set()
        for a, places in enumerate(matched):
            row = left_rows[a]
            if places:
                found += [row + right_rows[b] for b in places]
                if self.kind == "full":
                    seen.update(places)
            elif self.kind in ("left", "full"):
                found.append(row + right_nulls)
        if self.kind == "full":
            found += [left_nulls + row for b, row in enumerate(right_rows) if b not in seen]
        self.context.hold(len(found) * max(1, len(left_nulls) + len(right_nulls)) // 4)
        return found

    def _matches(self, left_rows: Rows, right_rows: Rows, outer: Env, left_nulls: tuple[Value, ...], right_nulls: tuple[Value, ...]) -> list[list[int]]:  # fmt: skip
        """For each row on the left the places of those on the right that go with it."""
        tick = self.context.tick
        table: dict[Any, list[int]] = {}
        everywhere = range(len(right_rows))
        pad = (None,) * self.left.start
        if self.left_keys:
            for b, row in enumerate(right_rows):
                env = (pad + left_nulls + row, outer)
                values = [run(env) for run in self.right_keys]
                if None not in values:
                    table.setdefault(self.make(values), []).append(b)
        found: list[list[int]] = []
        tests = self.tests
        for row in left_rows:
            if self.left_keys:
                env = (pad + row + right_nulls, outer)
                values = [run(env) for run in self.left_keys]
                candidates: Any = () if None in values else table.get(self.make(values), ())
            else:
                candidates = everywhere
            tick(1 + len(candidates))
            if tests:
                candidates = [
                    b for b in candidates if all(test((pad + row + right_rows[b], outer)) is True for test in tests)
                ]
            found.append(list(candidates))
        return found


def split(condition: Expression) -> list[Expression]:
    """The parts that AND joins."""
    found: list[Expression] = []
    current = condition
    while isinstance(current, Binary) and current.operator == "and":
        found.append(current.right)
        current = current.left
    found.append(current)
    return found[::-1]
