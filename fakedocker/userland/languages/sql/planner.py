"""Queries made ready to run: FROM, WHERE, groups, windows, what is selected, order and limits; unions and WITH.

The planner knows neither dialect: what differs is asked of its subclasses and of their binders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql.binder import mentions
from fakedocker.userland.languages.sql.bound import Bound, Context, Env, Scope, slot_reader
from fakedocker.userland.languages.sql.plans import Columns, Output, Plan
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.row_lists import first_wanted, limited, unseen
from fakedocker.userland.languages.sql.sorting import SortKey, key_maker, sorted_places
from fakedocker.userland.languages.sql.sources import GetRows, Relation, Rows, SourceLoader
from fakedocker.userland.languages.sql.tree import (
    Call,
    Column,
    Combined,
    Core,
    Cte,
    Expression,
    Item,
    Literal,
    Ordering,
    Query,
    TableName,
    Values,
)


class PlannerBase:
    """Plans queries.

    Args:
        context: of the statement.
    """

    mine = False
    core: Any  # what plans one SELECT, see planner_core

    def __init__(self, context: Context) -> None:
        self.context = context
        self.ctes: list[dict[str, Plan]] = []
        self.depth = 0
        self.parts: tuple[tuple[str, ...], ...] = ()  # the names of the columns of the parts of the union planned last
        self.beside: tuple[tuple[str, ...], ...] = ()  # those of the parts before the one that comes next
        self.nullable: tuple[bool, ...] = ()  # of the columns of the query planned last
        self.folded: list[
            SqlError
        ] = []  # what computing with constants gave, which PostgreSQL does before it runs anything

    # of a dialect

    def binder(self, scope: Scope) -> Any:  # Any: one of either dialect
        raise NotImplementedError

    def relation(self, name: TableName) -> Relation:
        raise NotImplementedError

    def column_name(self, item: Item, bound: Bound) -> str:
        raise NotImplementedError

    def final(
        self, bound: Bound, binder: Any
    ) -> Bound:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """A column of a result, whose type is known at last."""
        return bound

    def places(self, keys: list[SortKey], values: list[list[Any]], wanted: int | None = None) -> list[int]:  # Any: a value of SQL's  # fmt: skip
        """The order of rows that are sorted; the first ones alone where so many are wanted."""
        return sorted_places(keys, values)

    def arranged(self, made: Any, parts: list[Any], aggregates: int, must_sort: bool) -> Any:  # Any: see pg_arrangement
        """How groups are made by these keys; None for in the order of their first rows."""
        return None

    def arranged_scan(self, made: Any) -> Callable[[Rows, Env], list[int]] | None:  # Any: see planner_core
        """What puts a table's rows in the order in which they come; None for as they stand in it."""
        return None

    def doubts_ties(self, made: Any) -> bool:  # Any: see planner_core
        """Whether it is not known in which order equal rows of a SELECT's tables come where only the first are wanted."""
        return self.mine

    def expects(self, made: Any) -> tuple[float, float] | None:  # Any: see planner_core
        return None

    def arranged_join(self, made: Any) -> Callable[[Rows, Env], Rows] | None:  # Any: see planner_core
        """What puts a join's rows in the order in which they come; None for as they are."""
        return None

    def arranged_union(self, body: Combined, left: Plan, right: Plan, columns: Columns) -> Callable[[Rows, bool], Rows]:
        """What puts the rows of a union that are left in the order in which they come; whether others came behind them."""
        return lambda rows, again: rows

    def sorted_by(self, bound: Bound) -> Bound:
        """What rows are ordered by, as it is compared."""
        return bound

    def groups_apart(self, core: Core, order: tuple[Ordering, ...], loader: SourceLoader) -> bool | None:
        raise NotImplementedError

    def plan_source(self, query: Query, parent: Scope | None) -> Plan:
        """The plan of a query in FROM."""
        return self.plan(query, parent)

    def unified(self, left: Plan, right: Plan, body: Combined) -> tuple[Columns, GetRows, GetRows]:
        raise NotImplementedError

    def check_limit(
        self, expression: Expression | None, what: str, binder: Any
    ) -> Callable[[Env], int | None]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        raise NotImplementedError

    def table_function(self, call: Call, scope: Scope, alias: str) -> tuple[Columns, GetRows]:
        raise outside("functions in FROM")

    def check_distinct_order(self, ordering: Ordering) -> None:
        """An order by what is not selected of DISTINCT rows."""

    def place_meant(self, expression: Expression, what: str) -> int | None:
        """The number that a clause gives for a column, None for what is no number of one."""
        if isinstance(expression, Literal) and expression.kind == "number" and is_digits(expression.text):
            return int(expression.text) if len(expression.text) < 20 else None
        return None

    def bad_position(self, number: int, what: str, at: int) -> SqlError:
        raise NotImplementedError

    def default_nulls_first(self, descending: bool) -> bool:
        return descending

    def wrong_counts(self, body: Combined) -> SqlError:
        raise NotImplementedError

    def expand(self, outputs: list[Output]) -> Callable[[Rows], Rows] | None:
        """What makes several rows of one, where something selected is a set."""
        return None

    # names of WITH

    def cte(self, name: str) -> Plan | None:
        for known in reversed(self.ctes):
            if name in known:
                return known[name]
        return None

    # queries

    def plan(self, query: Query, parent: Scope | None) -> Plan:
        self.depth += 1
        if self.depth > 40:
            raise outside("so deep a query")
        try:
            return self._plan(query, parent)
        finally:
            self.depth -= 1

    def _plan(self, query: Query, parent: Scope | None) -> Plan:
        if query.ctes:
            self.ctes.append({})
            for cte in query.ctes:
                self._add_cte(cte, query.recursive, parent, mentions(query, cte.name) == 1)
        try:
            if isinstance(query.body, Core):
                return self._core(query, query.body, parent)
            if isinstance(query.body, Values):
                return self._ordered(self._values(query.body, parent), query, parent)
            return self._ordered(self._combined(query.body, parent), query, parent)
        finally:
            if query.ctes:
                self.ctes.pop()

    def view(self, relation: Relation) -> Plan:
        """The plan of a view, which sees no names around it."""
        kept, self.ctes = self.ctes, []
        try:
            assert relation.query is not None
            return self.plan_source(relation.query, None)
        finally:
            self.ctes = kept

    def _add_cte(self, cte: Cte, recursive: bool, parent: Scope | None, once: bool = False) -> None:
        """Make a name of WITH known; whether it is read `once`, which PostgreSQL makes a query in FROM of."""
        query = cte.statement
        if not isinstance(query, Query):
            raise outside("statements that write within WITH")
        if (
            recursive
            and isinstance(query.body, Combined)
            and query.body.operator == "union"
            and mentions(query, cte.name)
        ):
            self.ctes[-1][cte.name] = self._recursive(cte, query, query.body, parent)
            return
        plan = self.plan_source(query, parent)
        kept: list[Rows] = []

        def rows(env: Env) -> Rows:
            if plan.outer:
                return plan.rows(env)
            if not kept:
                kept.append(plan.rows(env))
            return kept[0]

        sure = plan.sure if not cte.columns else frozenset[str]()
        late = plan.late if once else None
        self.ctes[-1][cte.name] = Plan(self._named(cte, plan.columns), rows, plan.outer, sure, late=late)

    def _named(self, cte: Cte, columns: Columns) -> Columns:
        if len(cte.columns) > len(columns):
            raise outside("so many columns of WITH")
        return [(cte.columns[n] if n < len(cte.columns) else name, kind) for n, (name, kind) in enumerate(columns)]

    def _recursive(self, cte: Cte, query: Query, body: Combined, parent: Scope | None) -> Plan:
        if query.order or query.limit or query.offset:
            raise outside("the order of a recursive WITH")
        base = self.plan(body.left, parent)
        columns = self._named(cte, base.columns)
        working: list[Rows] = [[]]
        self.ctes[-1][cte.name] = Plan(columns, lambda env: working[0])
        step = self.plan(body.right, parent)
        if len(step.columns) != len(columns):
            raise self.wrong_counts(body)
        base, step = self.recursive_types(Plan(columns, base.rows), step, cte)
        binder = self.binder(Scope())
        key = key_maker([binder.group_key(kind) for _, kind in columns])

        def rows(env: Env) -> Rows:
            found: Rows = []
            seen: set[Any] = set()
            fresh = base.rows(env)
            while fresh:
                if not body.every:
                    fresh = unseen(fresh, seen, key)
                found += fresh
                self.context.hold(len(fresh) * len(columns))
                self.context.tick(20 + len(fresh))
                working[0] = fresh
                fresh = step.rows(env)
            return found

        return Plan(columns, rows)

    def recursive_types(self, base: Plan, step: Plan, cte: Cte) -> tuple[Plan, Plan]:
        return base, step

    def _combined(self, body: Combined, parent: Scope | None) -> Plan:
        before = self.beside
        left = self.plan(body.left, parent)
        parts = self._parts(body.left, left)
        self.beside = (*before, *parts)
        right = self.plan(body.right, parent)
        self.parts, self.beside = (*parts, *self._parts(body.right, right)), ()
        if len(left.columns) != len(right.columns):
            raise self.wrong_counts(body)
        if body.operator == "union" and not body.every and left.united is not None:
            left = left._replace(rows=left.united)
        columns, first, second = self.unified(left, right, body)
        arrange = self.arranged_union(body, left, right, columns)
        binder = self.binder(Scope())
        key = key_maker([binder.group_key(kind) for _, kind in columns])
        operator, every = body.operator, body.every
        if every and operator != "union":
            raise outside(f"{operator.upper()} ALL")

        def rows(env: Env) -> Rows:
            a, b = first(env), second(env)
            self.context.tick(len(a) + len(b))
            if operator == "union":
                kept = a + b if every else unseen(a + b, set(), key)
                return arrange(kept, bool(kept) and kept[-1] is not (a + b)[-1])
            others = {key(row) for row in b}
            wanted = operator == "intersect"
            return arrange(unseen([row for row in a if (key(row) in others) == wanted], set(), key), True)

        names = [name for name, _ in columns]
        both = frozenset(
            n for n, (name, _) in zip(names, right.columns, strict=True) if n in left.sure and name in right.sure
        )

        def expected() -> tuple[float, float] | None:
            a, b = left.expected(), right.expected()
            return None if a is None or b is None else (a[0] + b[0], a[0] + b[0])

        united = (lambda env: first(env) + second(env)) if operator == "union" else None
        return Plan(columns, rows, left.outer or right.outer, both, expected if operator == "union" else lambda: None, None, united)  # fmt: skip

    def _parts(self, query: Query, plan: Plan) -> tuple[tuple[str, ...], ...]:
        """The names of the columns of a union's parts, or of a query that is one part."""
        if isinstance(query.body, Combined) and not query.order and query.limit is None and query.offset is None:
            return self.parts
        return (tuple(name for name, _ in plan.columns),)

    def _values(self, body: Values, parent: Scope | None) -> Plan:
        scope = Scope(parent, self.mine)
        binder = self.binder(scope)
        binder.clause = "VALUES"
        bound = [[binder.bind(value) for value in row] for row in body.rows]
        if any(len(row) != len(bound[0]) for row in bound):
            raise SqlError(
                "42601", "VALUES lists must all be the same length", body.rows[1][0].at if body.rows[1] else 0
            )
        columns, runs = self.values_types(bound, binder)
        outer = scope.reads_outer
        return Plan(
            columns,
            lambda env: [tuple(run(((), env)) for run in row) for row in runs],
            outer,
        )

    def values_types(
        self, rows: list[list[Bound]], binder: Any
    ) -> tuple[Columns, list[list[Any]]]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        raise NotImplementedError

    def _ordered(self, plan: Plan, query: Query, parent: Scope | None) -> Plan:
        """ORDER BY and LIMIT of a union or of VALUES: by names and numbers of its columns."""
        if not query.order and query.limit is None and query.offset is None:
            return plan
        scope = Scope(parent, self.mine)
        scope.add("", plan.columns)
        binder = self.binder(scope)
        keys: list[SortKey] = []
        runs: list[Any] = []
        for ordering in query.order:
            place = self._position(ordering.expression, len(plan.columns))
            expression = ordering.expression
            if place is None and isinstance(expression, Column) and len(expression.parts) == 1:
                place = next((n for n, (name, _) in enumerate(plan.columns) if name == expression.parts[0]), None)
            if place is None:
                bound = binder.bind(expression)
                if not isinstance(expression, Column):
                    raise outside("the order of a union by an expression")
            else:
                bound = Bound(plan.columns[place][1], slot_reader(place, 0))
            runs.append(bound.run)
            keys.append(self._sort_key(binder, bound, ordering))
        limit, offset = self.check_limit(query.limit, "LIMIT", binder), self.check_limit(query.offset, "OFFSET", binder)

        def rows(env: Env) -> Rows:
            found = plan.rows(env)
            if keys:
                wanted = first_wanted(limit(env), offset(env))
                order = self.places(keys, [[run((row, env)) for run in runs] for row in found], wanted)
                found = [found[place] for place in order]
            return limited(found, limit(env), offset(env))

        return Plan(plan.columns, rows, plan.outer, plan.sure)

    def _sort_key(self, binder: Any, bound: Bound, ordering: Ordering) -> SortKey:
        first = (
            ordering.nulls_first if ordering.nulls_first is not None else self.default_nulls_first(ordering.descending)
        )
        return SortKey(binder.sort_key(bound.type), ordering.descending, first)

    def _position(self, expression: Expression, count: int, what: str = "ORDER BY") -> int | None:
        """The column that a number in ORDER BY, GROUP BY or DISTINCT ON means."""
        number = self.place_meant(expression, what)
        if number is None:
            return None
        if not 1 <= number <= count:
            raise self.bad_position(number, what, expression.at)
        return number - 1

    # SELECT

    def _core(self, query: Query, core: Core, parent: Scope | None) -> Plan:
        found: Plan = self.core(self, query, core, parent).plan()
        return found

    def loader(
        self, scope: Scope, binder: Any
    ) -> SourceLoader:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        return SourceLoader(self, scope, binder)
