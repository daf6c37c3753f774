"""PostgreSQL's queries: what the planner asks of the dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql import pg_casts
from fakedocker.userland.languages.sql.bound import Bound, Context, Env, Scope, Value
from fakedocker.userland.languages.sql.parser_calls import start_of
from fakedocker.userland.languages.sql.pg_arrangement import (
    DOUBT,
    Arrangement,
    arrangement_of,
    distinct_of,
    hashed_places,
    needed,
    shape_of,
)
from fakedocker.userland.languages.sql.pg_binder import PgBinder
from fakedocker.userland.languages.sql.pg_hashing import row_hasher
from fakedocker.userland.languages.sql.pg_joins import join_order
from fakedocker.userland.languages.sql.pg_labels import label_of
from fakedocker.userland.languages.sql.pg_semijoins import Order, Unknown, is_found_by_index, semijoin_order
from fakedocker.userland.languages.sql.pg_sorting import quick_places
from fakedocker.userland.languages.sql.pg_types import INT4, INT8, INTEGERS, NUMBERS, TEXT, Type, shown_type
from fakedocker.userland.languages.sql.planner import PlannerBase
from fakedocker.userland.languages.sql.planner_core import CorePlanner
from fakedocker.userland.languages.sql.plans import Columns, Output, Plan
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.row_lists import converted
from fakedocker.userland.languages.sql.sorting import SortKey
from fakedocker.userland.languages.sql.sources import GetRows, Relation, Rows
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
    Source,
    TableName,
    Unary,
    Values,
)

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession

_MOST_GENERATED: Final = 1_000_000
_SETS: Final = frozenset({"generate_series", "unnest"})


class PgPlanner(PlannerBase):
    core = CorePlanner

    def __init__(self, context: Context, session: PgSession) -> None:
        super().__init__(context)
        self.session = session
        self.keeps_unknown = False  # whether a query's literals become what a table's columns are

    def binder(self, scope: Scope) -> PgBinder:
        found = PgBinder(self.context, self.plan)
        found.scope, found.folded = scope, self.folded
        self.session.equip(found)
        return found

    def ready(self, query: Query) -> Plan:
        """A plan that is run: what is computed of its constants has been computed. Raises SqlError."""
        plan = self.plan(query, None)
        self.check_folded()
        return plan

    def check_folded(self) -> None:
        if self.folded:
            raise self.folded[0]

    def relation(self, name: TableName) -> Relation:
        return self.session.relation(name)

    def column_name(self, item: Item, bound: Bound) -> str:
        return label_of(item.expression)

    def final(
        self, bound: Bound, binder: Any
    ) -> Bound:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        if self.keeps_unknown and self.depth == 1 and bound.constant is not None:
            return bound
        found: Bound = binder.coerced(bound, TEXT) if bound.type.name == "unknown" else bound
        return found

    def place_meant(self, expression: Expression, what: str) -> int | None:
        """A constant is the number of a column or an error (findTargetlistEntrySQL92 in parse_clause.c), with its sign."""
        sign, constant = 1, expression
        while isinstance(constant, Unary) and constant.operator == "-":
            sign, constant = -sign, constant.argument
        if not isinstance(constant, Literal):
            return None
        if constant.kind == "number" and is_digits(constant.text) and len(constant.text) < 11:
            number = sign * int(constant.text)
            if abs(number) < 1 << 31:
                return number
        raise SqlError("42601", f"non-integer constant in {what}", expression.at)

    def bad_position(self, number: int, what: str, at: int) -> SqlError:
        return SqlError("42P10", f"{what} position {number} is not in select list", at)

    def check_distinct_order(self, ordering: Ordering) -> None:
        raise SqlError("42P10", "for SELECT DISTINCT, ORDER BY expressions must appear in select list", ordering.at)

    # unions

    def wrong_counts(self, body: Combined) -> SqlError:
        said = f"each {body.operator.upper()} query must have the same number of columns"
        selects_nothing = isinstance(body.right.body, Core) and not body.right.body.items
        return SqlError("42601", said, None if selects_nothing else first_of(body.right))

    def unified(self, left: Plan, right: Plan, body: Combined) -> tuple[Columns, GetRows, GetRows]:
        binder = self.binder(Scope())
        columns: Columns = []
        converts: tuple[list[Any], list[Any]] = ([], [])
        for place, ((name, a), (_, b)) in enumerate(zip(left.columns, right.columns, strict=True)):
            kind = pg_casts.common([a, b], body.operator.upper(), [0, first_of(body.right, place)])
            columns.append((name, kind))
            for given, converters in zip((a, b), converts, strict=True):
                converters.append(None if given.name == kind.name else pg_casts.converter(given, kind))
        assert binder is not None
        return columns, converted(left.rows, converts[0]), converted(right.rows, converts[1])

    def recursive_types(self, base: Plan, step: Plan, cte: Cte) -> tuple[Plan, Plan]:
        converters: list[Any] = []
        for place, ((name, a), (_, b)) in enumerate(zip(base.columns, step.columns, strict=True), 1):
            if a.name == b.name and (a.modifiers == b.modifiers or not a.modifiers):
                converters.append(None)
                continue
            kind = pg_casts.common([a, b], "UNION", [0, 0])
            if kind.name != a.name or kind.modifiers != a.modifiers:
                said = f'recursive query "{cte.name}" column {place} has type {shown_type(a)} in non-recursive term but type {shown_type(kind)} overall'
                at = first_of(cte.statement.body.left, place - 1)  # type: ignore[union-attr]
                raise SqlError("42804", said, at, hint="Cast the output of the non-recursive term to the correct type.")
            converters.append(pg_casts.converter(b, a))
            assert name is not None
        return base, step._replace(rows=converted(step.rows, converters))

    def values_types(
        self, rows: list[list[Bound]], binder: Any
    ) -> tuple[Columns, list[list[Any]]]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        columns: Columns = []
        done: list[list[Any]] = [[] for _ in rows]
        for place in range(len(rows[0])):
            bounds = [row[place] for row in rows]
            kind = pg_casts.common([bound.type for bound in bounds], "VALUES", [bound.at for bound in bounds])
            columns.append((f"column{place + 1}", kind))
            for number, bound in enumerate(bounds):
                done[number].append(binder.coerced(bound, kind, "VALUES").run)
        return columns, done

    def _core(self, query: Query, core: Core, parent: Scope | None) -> Plan:
        """A set that is selected without FROM is one in FROM."""
        sets = [
            n
            for n, item in enumerate(core.items)
            if isinstance(item.expression, Call) and item.expression.name in _SETS
        ]
        if sets and core.source is None and len(sets) == 1:
            place = sets[0]
            item = core.items[place]
            assert isinstance(item.expression, Call)
            name = item.alias or item.expression.name
            made = item._replace(expression=Column((name,), item.expression.at, item.expression.end))
            source = Source(None, None, item.expression, name, (), False, item.expression.at)
            core = core._replace(items=(*core.items[:place], made, *core.items[place + 1 :]), source=source)
        return super()._core(query, core, parent)

    # order

    def places(self, keys: list[SortKey], values: list[list[Value]], wanted: int | None = None) -> list[int]:
        return quick_places(keys, values, wanted)

    def arranged(
        self, made: CorePlanner, parts: list[tuple[Expression | None, Bound]], aggregates: int, must_sort: bool
    ) -> Arrangement | None:
        if parts is made.group_parts:
            places = needed(made)
            found = arrangement_of(made, [parts[place] for place in places], aggregates, must_sort)
            if found is not None and len(places) < len(parts):
                inner = found.places
                found = found._replace(places=lambda rows, again: inner([[row[place] for place in places] for row in rows], again))  # fmt: skip
        else:
            found = distinct_of(made, parts)
        if found is None and not made.query.order and self.depth == 1:
            self.context.doubts.add(DOUBT)
        return found

    def arranged_join(self, made: CorePlanner) -> Callable[[Rows, Env], Rows] | None:
        found = join_order(made)
        made.is_unsure = found is None
        if found is None and not made.query.order and self.depth == 1:
            self.context.doubts.add(DOUBT)
        return found

    def arranged_scan(self, made: CorePlanner) -> Order | None:
        source = made.core.source
        if (
            not made.query.order
            and self.depth <= 1
            and not (made.grouped and made.core.group is None)
            and self.doubts_ties(made)
        ):
            self.context.doubts.add(DOUBT)
        if not isinstance(source, Source) or source.table is None or source.alias not in made.loader.tables:
            return None
        return self.scan_order(source.table, source.alias, made.core.where, bool(made.query.order))

    def doubts_ties(self, made: CorePlanner) -> bool:
        tables = [self.session.find(name) for name in made.loader.tables.values()]
        return made.is_unsure or any(table is not None and table.scattered for table in tables)

    def scan_order(self, name: TableName, alias: str, where: Expression | None, ordered: bool = False) -> Order | None:
        """What orders the rows of a table that are chosen; None for as they stand in it, or for what is not known."""
        table = self.session.find(name)
        if table is None or table.view:
            return None
        try:
            if table.moved and table.counted < 0 and is_found_by_index(table, where):
                raise Unknown
            return semijoin_order(self, table, alias, where)
        except Unknown:
            if not ordered and self.depth <= 1:
                self.context.doubts.add(DOUBT)
            return None

    def expects(self, made: CorePlanner) -> tuple[float, float] | None:
        """How many rows, and how many different ones, the server thinks that a SELECT gives."""
        core, query = made.core, made.query
        if core.source is None or (made.grouped and core.group is None):
            return 1.0, 1.0
        if query.limit is not None or query.offset is not None or core.having is not None:
            return None
        shown: list[tuple[Expression | None, Bound]] = [(output.expression, output.bound) for output in made.outputs]
        if core.group is not None or core.distinct:
            found = arrangement_of(made, made.group_parts if core.group is not None else shown, 0, False)
            return None if found is None or (core.group is not None and core.distinct) else (found.expected, found.expected)  # fmt: skip
        shape = shape_of(made)
        if shape is None or shape.total is None:
            return None
        found = arrangement_of(made, shown, 0, False)
        return shape.total, shape.total if found is None else found.expected

    def arranged_union(self, body: Combined, left: Plan, right: Plan, columns: Columns) -> Callable[[Rows, bool], Rows]:
        if body.every:
            return lambda rows, again: rows
        hasher = row_hasher([kind for _, kind in columns])
        a, b = left.expected(), right.expected()
        if hasher is None or a is None or b is None:
            if self.depth == 1:
                self.context.doubts.add(DOUBT)
            return lambda rows, again: rows
        expected = {"union": a[0] + b[0], "except": a[1], "intersect": min(a[1], b[1])}[body.operator]
        places = hashed_places(hasher, expected)
        return lambda rows, again: [rows[place] for place in places(rows, again)]

    # limits

    def check_limit(
        self, expression: Expression | None, what: str, binder: Any
    ) -> Callable[[Env], int | None]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        if expression is None:
            return lambda env: None
        bound = binder.bind(expression)
        if bound.type.name == "unknown":
            bound = binder.coerced(bound, INT8)
        if bound.type.name not in NUMBERS:
            raise SqlError(
                "42804",
                f"argument of {what} must be type bigint, not type {shown_type(bound.type)}",
                start_of(expression),
            )
        if bound.uses:
            raise SqlError("42P10", f"argument of {what} must not contain variables", bound.at)
        run = bound.run

        def number(env: Env) -> int | None:
            value = run(((), env))
            if value is None:
                return None
            found = pg_casts.to_integer(value, INT8)
            if found < 0:
                raise SqlError("2201W" if what == "LIMIT" else "2201X", f"{what} must not be negative")
            return found

        return number

    # sets

    def table_function(self, call: Call, scope: Scope, alias: str) -> tuple[Columns, GetRows]:
        inner = Scope(scope.parent)
        binder = self.binder(inner)
        binder.clause = "FROM"
        arguments = [binder.bind(argument) for argument in call.arguments]
        kind, make = self._set(call, arguments, binder)
        context = self.context

        def rows(env: Env) -> Rows:
            found = make(((), env))
            context.tick(len(found))
            context.hold(len(found))
            return [(value,) for value in found]

        return [(alias, kind)], rows

    def _set(self, call: Call, arguments: list[Bound], binder: Any) -> tuple[Type, Callable[[Env], list[Value]]]:
        if call.name == "unnest" and len(arguments) == 1 and arguments[0].type.name.endswith("[]"):
            run = arguments[0].run
            return arguments[0].type.element, lambda env: list(run(env) or ())
        if call.name == "generate_series":
            return self._series(arguments, binder)
        if call.over is None and not call.star and call.name not in _SETS:
            bound = binder.bind(call)
            if call.name in ("json_each", "jsonb_each", "regexp_matches") or bound.type.name == "record":
                raise outside(f"the function {call.name}")
            return bound.type, lambda env: [bound.run(env)]
        raise outside(f"{call.name} in FROM")

    def _series(self, arguments: list[Bound], binder: Any) -> tuple[Type, Callable[[Env], list[Value]]]:
        if not 2 <= len(arguments) <= 3:
            raise outside("generate_series with such arguments")
        names = [argument.type.name for argument in arguments]
        if names[0] in ("date", "timestamp", "timestamptz"):
            return self._moments(arguments, names, binder)
        if any(name not in (*INTEGERS, "unknown") for name in names):
            raise outside("generate_series of such types")
        kind = INT8 if "int8" in names else INT4
        runs = [binder.coerced(argument, kind).run for argument in arguments]

        def make(env: Env) -> list[Value]:
            values = [run(env) for run in runs]
            if None in values:
                return []
            step = values[2] if len(values) > 2 else 1
            if step == 0:
                raise SqlError("22023", "step size cannot equal zero")
            found = range(values[0], values[1] + (1 if step > 0 else -1), step)
            if len(found) > _MOST_GENERATED:
                raise outside("so long a series")
            return list(found)

        return kind, make

    def _moments(
        self, arguments: list[Bound], names: list[str], binder: Any
    ) -> tuple[Type, Callable[[Env], list[Value]]]:
        from fakedocker.userland.languages.sql import dates

        if len(arguments) != 3:
            raise outside("generate_series with such arguments")
        kind = Type("timestamptz") if "timestamptz" in names[:2] or names[0] == "date" else Type("timestamp")
        start, end = (binder.coerced(argument, kind).run for argument in arguments[:2])
        step = binder.coerced(arguments[2], Type("interval")).run

        def make(env: Env) -> list[Value]:
            now, last, interval = start(env), end(env), step(env)
            if None in (now, last, interval):
                return []
            if dates.interval_length(interval) == 0:
                raise SqlError("22023", "step size cannot equal zero")
            forward = dates.interval_length(interval) > 0
            found = []
            while now <= last if forward else now >= last:
                found.append(now)
                if len(found) > 10_000:
                    raise outside("so long a series")
                now = dates.add_interval(now, interval)
            return found

        return kind, make

    def expand(self, outputs: list[Output]) -> Callable[[Rows], Rows] | None:
        return None


def first_of(query: Query, place: int = 0) -> int:
    """Where a column of a query stands in the statement."""
    body = query.body
    if isinstance(body, Core):
        expression = body.items[min(place, len(body.items) - 1)].expression if body.items else None
    elif isinstance(body, Values):
        expression = body.rows[0][min(place, len(body.rows[0]) - 1)]
    else:
        return first_of(body.left, place)
    return int(getattr(expression, "start", getattr(expression, "at", body.at)))
