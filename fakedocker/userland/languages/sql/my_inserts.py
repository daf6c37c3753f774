"""INSERT and REPLACE in MariaDB, and what a row goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fakedocker.userland.languages.sql.bound import Bound, Scope, Value, constant
from fakedocker.userland.languages.sql.my_planner import MyPlanner
from fakedocker.userland.languages.sql.my_references import References
from fakedocker.userland.languages.sql.my_types import INTEGERS, stored, to_text
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import Column, Constraint, Database, Table
from fakedocker.userland.languages.sql.tree import (
    Default,
    Delete,
    Expression,
    Insert,
    OnConflict,
    Values,
)
from fakedocker.userland.languages.sql.writing import Draft, Writer

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_access import MySession


Row = tuple[Value, ...]
_MISSING = object()


class _Target(NamedTuple):
    place: int
    column: Column


class MyInserts:
    """Runs one statement that writes."""

    def __init__(self, session: MySession) -> None:
        self.session = session
        self.context = session.context
        self.planner = MyPlanner(session.context, session)

    def _open(self, database: Database, table: Table) -> Draft:
        if table.view:
            raise outside("writing to a view")
        from fakedocker.userland.languages.sql.my_users import may
        from fakedocker.userland.languages.sql.tree import TableName

        may(self.session, database.name, TableName("", table.name, 0, 0), "select")
        self.database = database
        self.writer = Writer(database, self.context, self.session.key_of)
        self.references = References(self.session, self.writer, database.name)
        return self.writer.draft("", table.name)

    def _close(self) -> None:
        self.session.put(self.writer.finish())

    def clause(self, word: str) -> str:
        """Where a column is unknown, in an error's words."""
        return "field list" if self.session.mysql else word

    def _shown(self, table: Table) -> str:
        return f"`{self.database.name}`.`{table.name}`"

    # INSERT

    def insert(self, statement: Insert) -> Result:
        database, table = self.session.table(statement.table)
        draft = self._open(database, table)
        targets = self._targets(table, statement.columns)
        counting = next((n for n, column in enumerate(table.columns) if column.counts), None)
        conflict = _Duplicate(self, table, statement.conflict) if statement.conflict else None
        defaults = self._defaults(table)
        affected = total = duplicates = 0
        first_id = last_id = 0
        rows = list(self._rows(table, targets, statement, defaults))
        numbers = _Numbers(self.session, database.name, table, bool(statement.query and not isinstance(statement.query.body, Values)), len(rows))  # fmt: skip
        returned: list[Row] = []
        for number, (values, given) in enumerate(rows, 1):
            total += 1
            self.context.row_number = number
            row = list(values)
            if counting is not None:
                value = row[counting]
                zero = self.session.memory["variables"].get("@@sql_mode") == "NO_AUTO_VALUE_ON_ZERO"
                if value is None or (value == 0 and not zero):
                    row[counting] = numbers.next()
                    first_id = first_id or row[counting]
                else:
                    numbers.saw(value)
                    last_id = value
            done = self._put(table, draft, tuple(row), number, statement, conflict)
            affected += done
            duplicates += done == 0 or done > 1
            returned.append(tuple(row))
            assert given is not None
        numbers.finish()
        columns, shown = self._returning(table, statement, returned)
        self._close()
        insert_id = first_id
        if first_id:
            self.session.memory["insert_id"] = first_id
        assert last_id >= 0
        note = "" if total < 2 and not (statement.query and not isinstance(statement.query.body, Values)) else f"Records: {total}  Duplicates: {duplicates}  Warnings: {len(self.context.warnings)}"  # fmt: skip
        return Result("INSERT", affected, columns, shown, note, insert_id, warnings=len(self.context.warnings))

    def _returning(self, table: Table, statement: Insert | Delete, rows: list[Row]) -> tuple[Any, Any]:
        if not statement.returning:
            return None, ()
        from fakedocker.userland.languages.sql.my_columns import kind_of
        from fakedocker.userland.languages.sql.tree import Star

        scope = Scope(None, True)
        scope.add(table.name, [(column.name, kind_of(column)) for column in table.columns])
        binder = self.planner.binder(scope)
        binder.clause = "RETURNING"
        columns: list[tuple[str, Type]] = []
        runs: list[Any] = []
        for item in statement.returning:
            if isinstance(item.expression, Star):
                columns += [(column.name, kind_of(column)) for column in table.columns]
                runs += [_slot(place) for place in range(len(table.columns))]
                continue
            bound = binder.bind(item.expression)
            columns.append((item.alias or self.planner.column_name(item, bound), bound.type))
            runs.append(bound.run)
        return tuple(columns), tuple(tuple(run((row, None)) for run in runs) for row in rows)

    def _put(
        self, table: Table, draft: Draft, row: Row, number: int, statement: Insert, conflict: _Duplicate | None
    ) -> int:
        ignores = statement.mode == "ignore"
        try:
            self.check(table, row)
            if statement.mode == "replace":
                return self._replace(table, draft, row)
            for key, other in self._conflicts(table, draft, row):
                if conflict is not None:
                    return conflict.update(draft, other, row)
                raise self._duplicate(table, key, row)
            self.references.refers(table, row)
        except SqlError as problem:
            if not ignores:
                raise
            if not problem.code.startswith(("1062", "1452", "4025")):
                raise outside("INSERT IGNORE of what is wrong otherwise") from None
            self.context.warnings.append(("Warning", int(problem.code.split()[0]), problem.message))
            return 0
        self.writer.insert(draft, row)
        return 1

    def _replace(self, table: Table, draft: Draft, row: Row) -> int:
        gone = {other for _, other in self._conflicts(table, draft, row)}
        for other in sorted(gone):
            old = draft.view.rows[other]
            self.writer.delete(draft, other)
            self.references.deleted(table, old)
        self.references.refers(table, row)
        self.writer.insert(draft, row)
        return 1 + len(gone)

    def _conflicts(self, table: Table, draft: Draft, row: Row, but: int = 0) -> list[tuple[Constraint, int]]:
        found = []
        for key in table.constraints:
            if key.kind == "primary" or key.kind == "unique":
                other = self.writer.conflict(draft, key, row, but)
                if other is not None:
                    found.append((key, other))
        return found

    def _duplicate(self, table: Table, key: Constraint, row: Row) -> SqlError:
        from fakedocker.userland.languages.sql.my_columns import kind_of

        places = self.writer.places(table, key.columns)
        shown = "-".join(to_text(row[place], kind_of(table.columns[place])) for place in places)
        name = "PRIMARY" if key.kind == "primary" else key.name
        name = f"{table.name}.{name}" if self.session.mysql else name
        return SqlError("1062 23000", f"Duplicate entry '{shown}' for key '{name}'")

    def _targets(self, table: Table, columns: tuple[tuple[str, int], ...] | None) -> list[_Target]:
        order = {column.name.lower(): place for place, column in enumerate(table.columns)}
        if columns is None:
            return [_Target(place, column) for place, column in enumerate(table.columns)]
        found: list[_Target] = []
        for name, _ in columns:
            place = order.get(name.lower())
            if place is None:
                raise SqlError("1054 42S22", f"Unknown column '{name}' in '{self.clause('INSERT INTO')}'")
            if any(target.place == place for target in found):
                raise SqlError("1110 42000", f"Column '{name}' specified twice")
            found.append(_Target(place, table.columns[place]))
        return found

    def _defaults(self, table: Table) -> list[Any]:
        """For each column what gives its default; _MISSING where it has none and must have a value."""
        found: list[Any] = []
        for column in table.columns:
            if column.default:
                binder = self.planner.binder(Scope(None, True))
                bound = self.session.bound_text(column.default, binder)
                found.append(self._stored(bound, column, table))
            elif column.counts or not column.not_null:
                found.append(lambda env: None)
            elif column.type == "enum":
                found.append(constant(column.labels[0]))
            else:
                found.append(_MISSING)
        return found

    def _stored(self, bound: Bound, column: Column, table: Table) -> Any:
        run, kind, shown, context = bound.run, bound.type, self._shown(table), self.context

        def keep(env: Any) -> Value:
            value = run(env)
            return None if value is None else stored(value, kind, column, shown, context.row_number)

        return keep

    def _rows(self, table: Table, targets: list[_Target], statement: Insert, defaults: list[Any]) -> Any:
        query = statement.query
        assert query is not None
        if isinstance(query.body, Values):
            binder = self.planner.binder(Scope(None, True))
            binder.clause = "VALUES"
            for number, values in enumerate(query.body.rows, 1):
                if len(values) != len(targets) and not (
                    not values and (statement.columns is None or not statement.columns)
                ):
                    raise SqlError("1136 21S01", f"Column count doesn't match value count at row {number}")
                self.context.row_number = number
                runs = [self._value(value, target, table, binder, defaults) for value, target in zip(values, targets, strict=False)]  # fmt: skip
                yield self._row(table, targets if values else [], runs, defaults, ((), None)), runs
            return
        plan = self.planner.plan_raw(query, None)
        if len(plan.columns) != len(targets):
            raise SqlError("1136 21S01", "Column count doesn't match value count at row 1")
        runs = [self._stored(Bound(kind, _slot(n)), target.column, table) for n, ((_, kind), target) in enumerate(zip(plan.columns, targets, strict=True))]  # fmt: skip
        for number, values in enumerate(plan.rows(None), 1):
            self.context.row_number = number
            yield self._row(table, targets, runs, defaults, (values, None)), runs

    def _value(self, value: Expression, target: _Target, table: Table, binder: Any, defaults: list[Any]) -> Any:
        if isinstance(value, Default):
            return self._default(defaults, target.place, table)
        return self._stored(binder.bind(value), target.column, table)

    def _default(self, defaults: list[Any], place: int, table: Table) -> Any:
        run = defaults[place]
        if run is _MISSING:
            raise SqlError("1364 HY000", f"Field '{table.columns[place].name}' doesn't have a default value")
        return run

    def _row(self, table: Table, targets: list[_Target], runs: list[Any], defaults: list[Any], env: Any) -> Row:
        values: list[Value] = [None] * len(table.columns)
        given = {target.place for target in targets}
        for place in range(len(table.columns)):
            if place not in given:
                values[place] = self._default(defaults, place, table)(((), None))
        for target, run in zip(targets, runs, strict=False):
            values[target.place] = run(env)
            if values[target.place] is None and target.column.not_null and not target.column.counts:
                if target.column.type == "timestamp" and not self.session.mysql:
                    raise outside("null in a TIMESTAMP")
                raise SqlError("1048 23000", f"Column '{target.column.name}' cannot be null")
        return tuple(values)

    def check(self, table: Table, row: Row) -> None:
        """CHECK constraints."""
        for key in table.constraints:
            if key.kind != "check":
                continue
            from fakedocker.userland.languages.sql.my_columns import kind_of

            scope = Scope(None, True)
            scope.add(table.name, [(column.name, kind_of(column)) for column in table.columns])
            binder = self.planner.binder(scope)
            truth = binder.truth(self.session.bound_text(key.check, binder))
            if truth((row, None)) is False:
                if self.session.mysql:
                    raise SqlError("3819 HY000", f"Check constraint '{key.name}' is violated.")
                shown = f"{table.name}.{key.name}" if key.shown == "column" else key.name
                raise SqlError("4025 23000", f"CONSTRAINT `{shown}` failed for {self._shown(table)}")

    def _differs(self, table: Table, key: Constraint, old: Row, new: Row) -> bool:
        return any(old[place] != new[place] for place in self.writer.places(table, key.columns))

    def changed(self, table: Table, draft: Draft, number: int, old: Row, row: list[Value]) -> int:
        """Write a new version of a row; 0 where it is as it was."""
        if tuple(row) == old:
            return 0
        for place, column in enumerate(table.columns):
            if column.on_update_now and row[place] == old[place]:
                row[place] = self.context.now_ns // 1_000_000_000 * 1_000_000
        new = tuple(row)
        self.check(table, new)
        if any(key.kind == "primary" and self._differs(table, key, old, new) for key in table.constraints):
            self.references.held(table, old, new)  # the old row goes before the new one is written
        for key, _ in self._conflicts(table, draft, new, number):
            raise self._duplicate(table, key, new)
        self.references.changes(table, old, new)
        self.writer.change(draft, number, new)
        self.references.changed(table, old, new)
        return 1


class _Numbers:
    """AUTO_INCREMENT: a statement reserves the numbers of its rows at once, INSERT ... SELECT twice as many each time."""

    def __init__(self, session: MySession, database: str, table: Table, doubles: bool, rows: int) -> None:
        self.session, self.database, self.table = session, database, table
        self.following = session.counter(database, table.name)
        self.doubles, self.rows = doubles, rows
        self.reserved = self.following
        self.chunk = 1
        self.counts = any(column.counts for column in table.columns)

    def next(self) -> int:
        if self.doubles:
            if self.following >= self.reserved:
                self.reserved = self.following + self.chunk
                self.chunk *= 2
        elif self.reserved < self.following + 1:
            self.reserved = self.following + self.rows if self.reserved == self.following else self.following + 1
        number = self.following
        self.following += 1
        self._keep()
        return number

    def saw(self, value: int) -> None:
        if value >= self.following:
            self.following = value + 1
            self.reserved = max(self.reserved, self.following)
            self._keep()

    def _keep(self) -> None:
        self.session.set_counter(self.database, self.table.name, max(self.following, self.reserved))

    def finish(self) -> None:
        if self.counts:
            self._keep()


class _Duplicate:
    """ON DUPLICATE KEY UPDATE."""

    def __init__(self, writes: MyInserts, table: Table, clause: OnConflict) -> None:
        from fakedocker.userland.languages.sql.my_columns import kind_of

        self.writes, self.table = writes, table
        scope = Scope(None, True)
        scope.add(table.name, [(column.name, kind_of(column)) for column in table.columns])
        width = scope.width
        scope.extend(width)
        binder = writes.planner.binder(scope)
        binder.clause = "UPDATE"
        binder.values_row = {column.name.lower(): Bound(kind_of(column), _slot(width + place)) for place, column in enumerate(table.columns)}  # fmt: skip
        order = {column.name.lower(): place for place, column in enumerate(table.columns)}
        self.changes = []
        for name, value, _ in clause.assignments or ():
            place = order.get(name.rpartition(".")[2].lower())
            if place is None:
                raise SqlError("1054 42S22", f"Unknown column '{name}' in '{writes.clause('UPDATE')}'")
            self.changes.append((place, writes._stored(binder.bind(value), table.columns[place], table)))

    def update(self, draft: Draft, number: int, row: Row) -> int:
        old = draft.view.rows[number]
        values = list(old)
        for place, run in self.changes:
            values[place] = run((tuple(values) + row, None))
        return 2 * self.writes.changed(self.table, draft, number, old, values)


def _slot(place: int) -> Any:
    return lambda env: env[0][place]


def is_integer(kind: str) -> bool:
    return kind in INTEGERS
