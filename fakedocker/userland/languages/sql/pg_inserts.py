"""INSERT in PostgreSQL, and what is given back of rows that were written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from fakedocker.userland.languages.sql import pg_casts
from fakedocker.userland.languages.sql.bound import Bound, Scope, Value
from fakedocker.userland.languages.sql.pg_constraints import Checker
from fakedocker.userland.languages.sql.pg_planner import PgPlanner, first_of
from fakedocker.userland.languages.sql.pg_types import Type, shown_type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import Column, Table
from fakedocker.userland.languages.sql.tree import (
    Core,
    Default,
    Expression,
    Insert,
    Item,
    OnConflict,
    Query,
    Values,
)
from fakedocker.userland.languages.sql.writing import Draft, Writer

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession


Row = tuple[Value, ...]


class _Target(NamedTuple):
    place: int
    column: Column
    at: int


class PgInserts:
    """Runs one statement that writes."""

    def __init__(self, session: PgSession) -> None:
        self.session = session
        self.context = session.context
        self.planner = PgPlanner(session.context, session)
        self.writer = Writer(session.database, session.context, session.key_of)
        self.checker = Checker(session, self.writer)
        self.given = 0  # how many rows are written

    # INSERT

    def insert(self, statement: Insert) -> Result:
        table = self.session.writable(statement.table)
        if statement.ctes:
            self.planner.ctes.append({})
            for cte in statement.ctes:
                self.planner._add_cte(cte, statement.recursive, None)
        targets = self._targets(table, statement.columns)
        draft = self.writer.draft(table.schema, table.name)
        conflict = _Conflict(self, table, statement.conflict, statement.alias) if statement.conflict else None
        returned: list[Row] = []
        count = 0
        with self.doubting():
            for row in self._new_rows(table, targets, statement):
                self.checker.row(table, row)
                found = self._put(table, draft, row, conflict)
                if found is not None:
                    count += 1
                    returned.append(found)
            self.checker.references()
        columns, rows = self._returning(table, statement.alias, statement.returning, returned)
        self.session.database = self.writer.finish()
        return Result("INSERT", count, columns, rows)

    @contextmanager
    def doubting(self) -> Iterator[None]:
        """An error of one of several rows is refused where it is not known which of them comes first."""
        try:
            yield
        except SqlError:
            if self.given > 1 and self.context.doubts:
                raise outside("an error of rows whose order is not known") from None
            raise

    def _put(self, table: Table, draft: Draft, row: Row, conflict: _Conflict | None) -> Row | None:
        if conflict is not None:
            other = conflict.row_of(draft, row)
            if other is not None:
                return conflict.update(draft, other, row)
        self.checker.unique(table, draft, row)
        number = self.writer.insert(draft, row)
        if conflict is not None:
            conflict.made.add(number)
        self.checker.refers(table, row)
        return row

    def _targets(self, table: Table, columns: tuple[tuple[str, int], ...] | None) -> list[_Target]:
        order = {column.name: place for place, column in enumerate(table.columns)}
        if columns is None:
            return [_Target(place, column, 0) for place, column in enumerate(table.columns)]
        found: list[_Target] = []
        for name, at in columns:
            if name not in order:
                raise SqlError("42703", f'column "{name}" of relation "{table.name}" does not exist', at)
            if any(target.column.name == name for target in found):
                raise SqlError("42701", f'column "{name}" specified more than once', at)
            found.append(_Target(order[name], table.columns[order[name]], at))
        return found

    def _new_rows(self, table: Table, targets: list[_Target], statement: Insert) -> Any:
        """The rows to be inserted, one by one, defaults filled in."""
        given = statement.columns is not None
        defaults = self.session.defaults(table, self.planner)
        query = statement.query
        if query is None:
            yield tuple(self._default(table, defaults, place) for place in range(len(table.columns)))
            return
        if isinstance(query.body, Values) and not query.order and query.limit is None:
            yield from self._values(table, targets, query.body, given, defaults)
            return
        self.planner.keeps_unknown = isinstance(query.body, Core)
        plan = self.planner.ready(query)
        self.planner.keeps_unknown = False
        self._check_count(len(plan.columns), targets, given, query)
        binder = self.planner.binder(Scope())
        bounds = [Bound(kind, _slot(n), at=first_of(query, n)) for n, (_, kind) in enumerate(plan.columns)]
        runs = [self.assigned(bound, target.column, binder) for bound, target in zip(bounds, targets, strict=False)]
        rows = plan.rows(None)
        given_places = {target.place for target in targets}
        if (
            len(rows) > 1
            and self.context.doubts
            and any(
                run is not None
                for place, run in enumerate(defaults)
                if place not in given_places and table.columns[place].shown_default.startswith("nextval")
            )
        ):
            raise outside("numbers given to rows whose order is not known")
        self.given = len(rows)
        for values in rows:
            yield self._row(table, targets, runs, defaults, (values, None))

    def _values(self, table: Table, targets: list[_Target], body: Values, given: bool, defaults: Any) -> Any:
        binder = self.planner.binder(Scope())
        binder.clause = "VALUES"
        rows = []
        if any(len(values) != len(body.rows[0]) for values in body.rows):
            place = next(values for values in body.rows if len(values) != len(body.rows[0]))
            raise SqlError("42601", "VALUES lists must all be the same length", getattr(place[0], "start", place[0].at))
        for values in body.rows:
            self._check_values(values, targets, given)
            runs: list[Any] = []
            for value, target in zip(values, targets, strict=False):
                if isinstance(value, Default):
                    runs.append(None)
                    continue
                if target.column.identity == "always":
                    raise SqlError("428C9", f'cannot insert a non-DEFAULT value into column "{target.column.name}"', detail=f'Column "{target.column.name}" is an identity column defined as GENERATED ALWAYS.', hint="Use OVERRIDING SYSTEM VALUE to override.")  # fmt: skip
                runs.append(self.assigned(binder.bind(value), target.column, binder))
            rows.append(runs)
        for runs in rows:
            yield self._row(table, targets, runs, defaults, ((), None))

    def _check_values(self, values: tuple[Expression, ...], targets: list[_Target], given: bool) -> None:
        if len(values) > len(targets):
            extra = values[len(targets)]
            raise SqlError(
                "42601", "INSERT has more expressions than target columns", getattr(extra, "start", extra.at)
            )
        if given and len(values) < len(targets):
            raise SqlError("42601", "INSERT has more target columns than expressions", targets[len(values)].at)

    def _check_count(self, count: int, targets: list[_Target], given: bool, query: Query) -> None:
        if count > len(targets):
            raise SqlError("42601", "INSERT has more expressions than target columns", first_of(query, len(targets)))
        if given and count < len(targets):
            raise SqlError("42601", "INSERT has more target columns than expressions", targets[count].at)

    def _row(self, table: Table, targets: list[_Target], runs: list[Any], defaults: Any, env: Any) -> Row:
        values: list[Value] = [None] * len(table.columns)
        given = set()
        for target, run in zip(targets, runs, strict=False):
            if run is None:
                continue
            values[target.place] = run(env)
            given.add(target.place)
        for place in range(len(table.columns)):
            if place not in given:
                values[place] = self._default(table, defaults, place)
        return tuple(values)

    def _default(self, table: Table, defaults: Any, place: int) -> Value:
        run = defaults[place]
        return None if run is None else run(((), None))

    def assigned(
        self, bound: Bound, column: Column, binder: Any
    ) -> Any:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """What gives a value as a column keeps it. Raises SqlError."""
        kind = column.kind
        if bound.type.name == "unknown":
            bound = binder.coerced(bound, Type(kind.name, (), kind.labels))
        elif bound.type.name != kind.name:
            if pg_casts.level(bound.type, kind) not in ("same", "implicit", "assignment"):
                said = f'column "{column.name}" is of type {shown_type(kind, False)} but expression is of type {shown_type(bound.type, False)}'
                raise SqlError("42804", said, bound.at, hint="You will need to rewrite or cast the expression.")
            bound = binder._converted(bound, Type(kind.name, (), kind.labels))
        fit = pg_casts.fitted(kind, explicit=False)
        if fit is None:
            return bound.run
        run = bound.run
        return lambda env: None if (value := run(env)) is None else fit(value)

    # what is given back

    def _returning(self, table: Table, alias: str, items: tuple[Item, ...], rows: list[Row]) -> tuple[Any, Any]:
        if not items:
            return None, ()
        scope = Scope()
        scope.add(alias, [(column.name, column.kind) for column in table.columns], (table.schema, table.name))
        binder = self.planner.binder(scope)
        binder.clause = "RETURNING"
        columns: list[tuple[str, Type]] = []
        runs: list[Any] = []
        from fakedocker.userland.languages.sql.tree import Star

        for item in items:
            if isinstance(item.expression, Star):
                if item.expression.parts and item.expression.parts[-1] != alias:
                    raise SqlError("42P01", f'missing FROM-clause entry for table "{item.expression.parts[-1]}"', item.expression.at)  # fmt: skip
                for place, column in enumerate(table.columns):
                    columns.append((column.name, column.kind))
                    runs.append(_slot(place))
                continue
            bound = self.planner.final(binder.bind(item.expression), binder)
            columns.append((item.alias or self.planner.column_name(item, bound), bound.type))
            runs.append(bound.run)
        return tuple(columns), tuple(tuple(run((row, None)) for run in runs) for row in rows)


class _Conflict:
    """ON CONFLICT of an INSERT."""

    def __init__(self, writes: PgInserts, table: Table, clause: OnConflict, alias: str) -> None:
        self.writes, self.table, self.clause = writes, table, clause
        self.made: set[int] = set()
        self.keys = [c for c in table.constraints if c.kind in ("primary", "unique") or c.unique]
        if clause.columns is not None:
            for name in clause.columns:
                if all(column.name != name for column in table.columns):
                    raise SqlError("42703", f'column "{name}" does not exist', None)
            self.keys = [key for key in self.keys if set(key.columns) == set(clause.columns)]
            if not self.keys:
                raise SqlError(
                    "42P10", "there is no unique or exclusion constraint matching the ON CONFLICT specification"
                )
        elif clause.constraint:
            self.keys = [key for key in self.keys if key.name == clause.constraint]
            if not self.keys:
                raise SqlError("42704", f'constraint "{clause.constraint}" for table "{table.name}" does not exist')
        elif clause.assignments is not None:
            raise SqlError("42601", "ON CONFLICT DO UPDATE requires inference specification or constraint name", clause.at, hint="For example, ON CONFLICT (column_name).")  # fmt: skip
        self.changes: list[tuple[int, Any]] = []
        self.where: Any = None
        if clause.assignments is not None:
            self._bind(alias)

    def _bind(self, alias: str) -> None:
        scope = Scope()
        columns = [(column.name, column.kind) for column in self.table.columns]
        scope.add(alias, columns, (self.table.schema, self.table.name))
        scope.add("excluded", columns)
        binder = self.writes.planner.binder(scope)
        binder.clause = "UPDATE"
        order = {column.name: place for place, column in enumerate(self.table.columns)}
        defaults = self.writes.session.defaults(self.table, self.writes.planner)
        for name, value, at in self.clause.assignments or ():
            if name not in order:
                raise SqlError("42703", f'column "{name}" of relation "{self.table.name}" does not exist', at)
            if isinstance(value, Default):
                self.changes.append((order[name], defaults[order[name]] or (lambda env: None)))
            else:
                self.changes.append((order[name], self.writes.assigned(binder.bind(value), self.table.columns[order[name]], binder)))  # fmt: skip
        if self.clause.where is not None:
            self.where = binder.condition(binder.bind(self.clause.where), "WHERE").run

    def row_of(self, draft: Draft, row: Row) -> int | None:
        for key in self.keys:
            found = self.writes.writer.conflict(draft, key, row)
            if found is not None:
                return found
        return None

    def update(self, draft: Draft, number: int, row: Row) -> Row | None:
        if self.clause.assignments is None:
            return None
        if number in self.made:
            hint = (
                "Ensure that no rows proposed for insertion within the same command have duplicate constrained values."
            )
            raise SqlError("21000", "ON CONFLICT DO UPDATE command cannot affect row a second time", hint=hint)
        old = draft.view.rows[number]
        env = (old + row, None)
        if self.where is not None and self.where(env) is not True:
            return None
        new = list(old)
        for place, run in self.changes:
            new[place] = run(env)
        before = draft.next_row
        found = self.writes.checker.changed(self.table, draft, number, tuple(new))
        self.made.add(before)
        return found


def _slot(place: int) -> Any:
    return lambda env: env[0][place]
