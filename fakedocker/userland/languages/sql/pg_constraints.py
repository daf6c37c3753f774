"""PostgreSQL's constraints: looked at row by row, references at the end of a statement, in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakedocker.userland.languages.sql.bound import Scope, Value
from fakedocker.userland.languages.sql.pg_planner import PgPlanner
from fakedocker.userland.languages.sql.pg_types import to_text
from fakedocker.userland.languages.sql.problems import SqlError
from fakedocker.userland.languages.sql.store import Constraint, Table
from fakedocker.userland.languages.sql.writing import Draft, Writer

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession

Row = tuple[Value, ...]
_LONGEST_SHOWN = 64


class Checker:
    """The constraints of what one statement writes."""

    def __init__(self, session: PgSession, writer: Writer) -> None:
        self.session = session
        self.writer = writer
        self.checks: dict[tuple[str, str], list[tuple[str, Any]]] = {}
        self.pending: list[tuple[Table, Constraint, tuple[Value, ...]]] = []
        self.freed: list[tuple[Table, Table, Constraint, tuple[Value, ...], tuple[Value, ...] | None]] = []

    def row(self, table: Table, row: Row) -> None:
        """NOT NULL and CHECK."""
        for column, value in zip(table.columns, row, strict=True):
            if column.not_null and value is None:
                said = f'null value in column "{column.name}" of relation "{table.name}" violates not-null constraint'
                raise SqlError("23502", said, detail=f"Failing row contains ({self._shown(table, row)}).")
        for name, test in self._checks(table):
            if test((row, None)) is False:
                said = f'new row for relation "{table.name}" violates check constraint "{name}"'
                raise SqlError("23514", said, detail=f"Failing row contains ({self._shown(table, row)}).")

    def _checks(self, table: Table) -> list[tuple[str, Any]]:
        found = self.checks.get((table.schema, table.name))
        if found is None:
            found = []
            for constraint in sorted(table.constraints, key=lambda constraint: constraint.name):
                if constraint.kind == "check":
                    scope = Scope()
                    scope.add(table.name, [(column.name, column.kind) for column in table.columns])
                    binder = PgPlanner(self.session.context, self.session).binder(scope)
                    binder.clause = "CHECK"
                    found.append((constraint.name, self.session.bound_text(constraint.check, binder, "CHECK").run))
            self.checks[table.schema, table.name] = found
        return found

    def _shown(self, table: Table, row: Row) -> str:
        parts = []
        for column, value in zip(table.columns, row, strict=True):
            text = "null" if value is None else to_text(value, column.kind)
            parts.append(text if len(text.encode()) <= _LONGEST_SHOWN else text.encode()[:_LONGEST_SHOWN].decode("utf-8", "ignore") + "...")  # fmt: skip
        return ", ".join(parts)

    def unique(self, table: Table, draft: Draft, row: Row, but: int = 0) -> None:
        for constraint in table.constraints:
            if constraint.kind in ("primary", "unique") or constraint.unique:
                other = self.writer.conflict(draft, constraint, row, but)
                if other is not None:
                    said = f'duplicate key value violates unique constraint "{constraint.name}"'
                    raise SqlError("23505", said, detail=f"{self._key(table, constraint.columns, row)} already exists.")

    def _key(self, table: Table, names: tuple[str, ...], row: Row, shown: tuple[str, ...] | None = None) -> str:
        places = self.writer.places(table, names)
        values = ", ".join(to_text(row[place], table.columns[place].kind) for place in places)
        return f"Key ({', '.join(shown or names)})=({values})"

    # references

    def refers(self, table: Table, row: Row) -> None:
        """Remember what a new row refers to."""
        for constraint in table.constraints:
            if constraint.kind == "foreign":
                values = tuple(row[place] for place in self.writer.places(table, constraint.columns))
                if None not in values:
                    self.pending.append((table, constraint, values))

    def _referring(self, table: Table) -> list[tuple[Table, Constraint]]:
        """The foreign keys that refer to a table, in the order in which they were made: that of their triggers' numbers."""
        return sorted(self.writer.referring(table), key=lambda entry: entry[1].number)

    def deleted(self, table: Table, row: Row) -> None:
        for other, constraint in self._referring(table):
            places = self.writer.places(table, constraint.target_columns)
            self.freed.append((table, other, constraint, tuple(row[place] for place in places), None))

    def changed(self, table: Table, draft: Draft, number: int, new: Row) -> Row:
        """A row gets a new version; what it was referred to by is remembered."""
        old = draft.view.rows[number]
        self.row(table, new)
        self.unique(table, draft, new, number)
        self.writer.move(draft, number, new)
        for constraint in table.constraints:
            if constraint.kind == "foreign":
                places = self.writer.places(table, constraint.columns)
                values = tuple(new[place] for place in places)
                if None not in values and values != tuple(old[place] for place in places):
                    self.pending.append((table, constraint, values))
        for other, constraint in self._referring(table):
            places = self.writer.places(table, constraint.target_columns)
            before, after = tuple(old[place] for place in places), tuple(new[place] for place in places)
            if before != after:
                self.freed.append((table, other, constraint, before, after))
        return new

    def references(self) -> None:
        """What happens at a statement's end: ON DELETE, ON UPDATE, and whether all that is referred to is there."""
        while self.freed:
            self._free(*self.freed.pop(0))
        for table, constraint, values in self.pending:
            target = self.writer.database.tables[constraint.target]
            draft = self.writer.draft(*constraint.target)
            if not self.writer.rows_with(draft, self.writer.places(target, constraint.target_columns), values):
                shown = ", ".join(to_text(value, self._column(table, name).kind) for name, value in zip(constraint.columns, values, strict=True))  # fmt: skip
                said = f'insert or update on table "{table.name}" violates foreign key constraint "{constraint.name}"'
                detail = f'Key ({", ".join(constraint.columns)})=({shown}) is not present in table "{target.name}".'
                raise SqlError("23503", said, detail=detail)
        self.pending = []

    def _column(self, table: Table, name: str) -> Any:
        return next(column for column in table.columns if column.name == name)

    def _free(self, table: Table, other: Table, constraint: Constraint, before: tuple[Value, ...], after: tuple[Value, ...] | None) -> None:  # fmt: skip
        own = self.writer.draft(table.schema, table.name)
        if self.writer.rows_with(own, self.writer.places(table, constraint.target_columns), before):
            return  # another row has the key now
        draft = self.writer.draft(other.schema, other.name)
        places = self.writer.places(other, constraint.columns)
        numbers = sorted(self.writer.rows_with(draft, places, before))
        if not numbers:
            return
        action = constraint.on_delete if after is None else constraint.on_update
        if action in ("", "no action", "restrict"):
            shown = ", ".join(to_text(value, self._column(table, name).kind) for name, value in zip(constraint.target_columns, before, strict=True))  # fmt: skip
            said = f'update or delete on table "{table.name}" violates foreign key constraint "{constraint.name}" on table "{other.name}"'
            detail = (
                f'Key ({", ".join(constraint.target_columns)})=({shown}) is still referenced from table "{other.name}".'
            )
            raise SqlError("23503", said, detail=detail)
        for number in numbers:
            self.writer.count_cascade()
            row = draft.view.rows[number]
            if action == "cascade" and after is None:
                self.writer.delete(draft, number)
                self.deleted(other, row)
                continue
            new = list(row)
            for position, place in enumerate(places):
                new[place] = after[position] if action == "cascade" and after is not None else None
                if action == "set default":
                    run = self.session.defaults(other, PgPlanner(self.session.context, self.session))[place]
                    new[place] = None if run is None else run(((), None))
            self.changed(other, draft, number, tuple(new))
