"""MariaDB's queries: what the planner asks of the dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from fakedocker.userland.languages.sql.binder import has_aggregate, has_window
from fakedocker.userland.languages.sql.bound import Bound, Context, Env, Run, Scope
from fakedocker.userland.languages.sql.my_binder import MyBinder
from fakedocker.userland.languages.sql.my_decimals import settled
from fakedocker.userland.languages.sql.planner import PlannerBase
from fakedocker.userland.languages.sql.planner_core import CorePlanner
from fakedocker.userland.languages.sql.plans import Columns, Plan
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.sources import GetRows, Relation, SourceLoader
from fakedocker.userland.languages.sql.tree import (
    Column,
    Combined,
    Core,
    Expression,
    Item,
    Literal,
    Ordering,
    Query,
    Star,
    TableName,
    Unary,
)

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_access import MySession


DOUBT: Final = "the order of rows that no ORDER BY gives"


class MyPlanner(PlannerBase):
    core = CorePlanner
    mine = True

    def __init__(self, context: Context, session: MySession) -> None:
        super().__init__(context)
        self.session = session
        self.wants_raw = False
        self.raws: list[bool] = []  # of each query under way, whether its values are not cut to their types
        self.used: set[str] | None = None  # the columns that the statement names, None for all

    def binder(self, scope: Scope) -> MyBinder:
        found = MyBinder(self.context, self.plan)
        found.plan_raw = self.plan_raw
        found.scope = scope
        self.session.equip(found)
        return found

    def plan_raw(self, query: Query, parent: Scope | None) -> Plan:
        """A plan of a query whose values are computed with further where it has no table of its own for them."""
        self.wants_raw = True
        return self.plan(query, parent)

    def plan_source(self, query: Query, parent: Scope | None) -> Plan:
        return self.plan_raw(query, parent) if _merges(query) else self.plan(query, parent)

    def final(self, bound: Bound, binder: Any) -> Bound:  # Any: a binder of either dialect
        if self.raws and self.raws[-1]:
            return bound
        return settled(bound)

    def sorted_by(self, bound: Bound) -> Bound:
        return settled(bound)

    def groups_apart(self, core: Core, order: tuple[Ordering, ...], loader: SourceLoader) -> bool | None:
        """Whether groups are made in a temporary table, where what is counted together has been cut; None for unknown."""
        names = [part.parts[-1].lower() for part in core.group or () if isinstance(part, Column)]
        if core.group is None:
            return False
        keys = [tuple(name.lower() for name in columns) for columns in loader.keyed.values()]
        ordered = [entry.expression.parts[-1].lower() for entry in order if isinstance(entry.expression, Column)]
        by_key = len(names) == len(core.group) == 1 and any(columns[:1] == tuple(names) for columns in keys)
        if order and ordered != names:
            return True
        if not by_key and names and names[0] in loader.indexed:
            return None
        return not by_key

    def arranged_join(self, made: CorePlanner) -> None:
        if not made.query.order and len(self.raws) == 1:
            self.context.doubts.add(DOUBT)  # the optimizer chooses where it begins

    def relation(self, name: TableName) -> Relation:
        return self.session.relation(name, self.used)

    def plan(self, query: Query, parent: Scope | None) -> Plan:
        if self.depth == 0:
            names: set[str] = set()
            self.used = names if _names(query, names) else None
        body = query.body
        self.raws.append(self.wants_raw and isinstance(body, Core) and not body.distinct and body.group is None)
        self.wants_raw = False
        try:
            return super().plan(query, parent)
        finally:
            self.raws.pop()

    def column_name(self, item: Item, bound: Bound) -> str:
        expression = item.expression
        while isinstance(expression, Unary) and expression.operator == "+":
            expression = expression.argument  # a sign that is nothing to the grammar
        if isinstance(expression, Column):
            return expression.parts[-1]
        if isinstance(expression, Literal) and expression.kind in ("null", "true", "false"):
            return expression.kind.upper()
        if isinstance(expression, Literal) and expression.kind in ("string", "number"):
            return expression.text
        return item.written.strip()

    def bad_position(self, number: int, what: str, at: int) -> SqlError:
        clause = what
        if self.context.facts.get("product") == "MySQL":
            clause = "order clause" if what == "ORDER BY" else "group statement"
        return SqlError("1054 42S22", f"Unknown column '{number}' in '{clause}'")

    def default_nulls_first(self, descending: bool) -> bool:
        return not descending

    def wrong_counts(self, body: Combined) -> SqlError:
        return SqlError("1222 21000", "The used SELECT statements have a different number of columns")

    def unified(self, left: Plan, right: Plan, body: Combined) -> tuple[Columns, GetRows, GetRows]:
        binder = self.binder(Scope())
        columns: Columns = []
        converts: tuple[list[Any], list[Any]] = ([], [])
        for (name, a), (_, b) in zip(left.columns, right.columns, strict=True):
            cells: list[Any] = [None]
            bound_a, bound_b = Bound(a, _cell(cells)), Bound(b, _cell(cells))
            kind, runs = binder.unify([bound_a, bound_b])
            columns.append((name, kind))
            for run, converters in zip(runs, converts, strict=True):
                converters.append((cells, run))
        return columns, _converted(left.rows, converts[0]), _converted(right.rows, converts[1])

    def recursive_types(
        self, base: Plan, step: Plan, cte: Any
    ) -> tuple[Plan, Plan]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        for (_, a), (_, b) in zip(base.columns, step.columns, strict=True):
            if a.name != b.name and not ({a.name, b.name} <= {"int", "bigint"}) and not ({a.name, b.name} <= {"varchar", "char", "text"}):  # fmt: skip
                raise outside("a recursive WITH of changing types")
            if a.name in ("varchar", "char") and b.name in ("varchar", "char"):
                raise outside("texts that grow in a recursive WITH")  # they are cut at the first one's length
        return base, step

    def values_types(
        self, rows: list[list[Bound]], binder: Any
    ) -> tuple[Columns, list[list[Any]]]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        raise outside("VALUES as a query")

    def check_limit(
        self, expression: Expression | None, what: str, binder: Any
    ) -> Callable[[Env], int | None]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        if expression is None:
            return lambda env: None
        if not isinstance(expression, Literal) or expression.kind != "number" or "." in expression.text:
            raise outside("LIMIT of what is no plain number")
        number = int(expression.text)
        return lambda env: number


def _merges(query: Query) -> bool:
    """Whether a query in FROM becomes part of the one around it, without a table of its own."""
    body = query.body
    if not isinstance(body, Core) or query.limit is not None or query.offset is not None:
        return False
    if body.distinct or body.group is not None or body.having is not None or body.source is None:
        return False
    return not (has_aggregate(body.items) or has_window(body.items))


def _converted(rows: GetRows, converters: list[Any]) -> GetRows:
    def convert(env: Env) -> Any:
        found = []
        for row in rows(env):
            values = []
            for value, (cells, run) in zip(row, converters, strict=True):
                cells[0] = value
                values.append(run(None))
            found.append(tuple(values))
        return found

    return convert


def _names(part: Any, names: set[str]) -> bool:  # Any: a part of a statement
    """Collect the names of columns; False where all of them are meant."""
    if isinstance(part, Column):
        names.add(part.parts[-1].lower())
        return True
    if isinstance(part, Star):
        return False
    if isinstance(part, tuple):
        found = True
        for item in part:
            if isinstance(item, tuple):
                found = _names(item, names) and found
        return found
    return True


def _cell(cells: list[Any]) -> Run:
    """What reads the value that is put there before."""
    return lambda env: cells[0]
