"""Rows written to a table: one at a time, keys and references looked up, everything gone back on an error.

A `Writer` holds the changes of one statement over the tables of a database; `finish` gives the database with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from fakedocker.userland.languages.sql.bound import Context
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.store import (
    Constraint,
    Database,
    Table,
    TableView,
    kept,
    note_changes,
    remember,
    view_of,
)

Value = Any
"""A value of SQL's."""
Row = tuple[Value, ...]
Key = tuple[str, str]
_MOST_CASCADES = 100_000


class Draft:
    """One table under change."""

    def __init__(self, table: Table) -> None:
        self.table = table
        base = view_of(table)
        self.view = TableView.__new__(TableView)
        self.view.decimals, self.view.counts = base.decimals, base.counts
        self.view.rows = dict(base.rows)
        self.view.indexes, base.indexes = base.indexes, {}  # what they are of changes; nobody reads them but a draft
        self.changes: dict[int, Row | None] = {}
        self.has_moved = table.moved
        self.next_row = table.next_row
        self.counter = table.counter

    def finish(self) -> Table:
        if not self.changes:
            return replace(self.table, counter=self.counter)
        if len(self.changes) == 1:
            ((number, row),) = self.changes.items()
            rows = self.table.rows.delete(number) if row is None else self.table.rows.set(number, kept(row))
        else:
            with self.table.rows.mutate() as rows_under_change:
                for number, row in self.changes.items():
                    if row is not None:
                        rows_under_change[number] = kept(row)
                    elif number in rows_under_change:
                        del rows_under_change[number]
                rows = rows_under_change.finish()
        table = replace(self.table, rows=rows, next_row=self.next_row, counter=self.counter, moved=self.has_moved)
        remember(table, self.view)
        note_changes(self.table.rows, rows, tuple(self.changes))
        return table


class Writer:
    """The changes of one statement.

    Args:
        key_of: what makes a value of a column comparable to equal ones.
    """

    def __init__(
        self, database: Database, context: Context, key_of: Callable[[Table, str], Callable[[Value], Any] | None]
    ) -> None:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        self.database = database
        self.context = context
        self.key_of = key_of
        self.drafts: dict[Key, Draft] = {}
        self.cascades = 0

    def draft(self, schema: str, name: str) -> Draft:
        found = self.drafts.get((schema, name))
        if found is None:
            found = self.drafts[schema, name] = Draft(self.database.tables[schema, name])
        return found

    def finish(self) -> Database:
        tables = self.database.tables
        for key, draft in self.drafts.items():
            tables = tables.set(key, draft.finish())
        return replace(self.database, tables=tables)

    # rows

    def insert(self, draft: Draft, row: Row) -> int:
        number = draft.next_row
        draft.next_row += 1
        self._put(draft, number, row)
        return number

    def _put(self, draft: Draft, number: int, row: Row) -> None:
        draft.view.rows[number] = row
        draft.changes[number] = row
        self.context.tick()
        self.context.hold(len(row) // 4 + 1)
        for columns, index in draft.view.indexes.items():
            key = self._key(draft, row, columns)
            if key is not None:
                index.setdefault(key, set()).add(number)

    def delete(self, draft: Draft, number: int) -> None:
        row = draft.view.rows.pop(number)
        draft.changes[number] = None
        self.context.tick()
        for columns, index in draft.view.indexes.items():
            key = self._key(draft, row, columns)
            if key is not None:
                index[key].discard(number)

    def move(self, draft: Draft, number: int, row: Row) -> int:
        """A new version of a row, behind all others, as PostgreSQL writes it."""
        draft.has_moved = True
        self.delete(draft, number)
        return self.insert(draft, row)

    def change(self, draft: Draft, number: int, row: Row) -> int:
        """A new version of a row in its place, as MariaDB writes it."""
        self.delete(draft, number)
        self._put(draft, number, row)
        return number

    # keys

    def _key(self, draft: Draft, row: Row, columns: tuple[int, ...]) -> Any:
        values = []
        for place in columns:
            value = row[place]
            if value is None:
                return None
            fold = self.key_of(draft.table, draft.table.columns[place].name)
            values.append(value if fold is None else fold(value))
        return tuple(values)

    def places(self, table: Table, names: tuple[str, ...]) -> tuple[int, ...]:
        order = {column.name: place for place, column in enumerate(table.columns)}
        return tuple(order[name] for name in names)

    def rows_with(self, draft: Draft, columns: tuple[int, ...], row_values: tuple[Value, ...]) -> set[int]:
        """The numbers of the rows that have these values in these columns; none where one is null."""
        index = draft.view.indexes.get(columns)
        if index is None:
            index = draft.view.indexes[columns] = {}
            for number, row in draft.view.rows.items():
                key = self._key(draft, row, columns)
                if key is not None:
                    index.setdefault(key, set()).add(number)
            self.context.tick(len(draft.view.rows) // 8)
        values = []
        for place, value in zip(columns, row_values, strict=True):
            if value is None:
                return set()
            fold = self.key_of(draft.table, draft.table.columns[place].name)
            values.append(value if fold is None else fold(value))
        return index.get(tuple(values), set())

    def conflict(self, draft: Draft, constraint: Constraint, row: Row, but: int = 0) -> int | None:
        """The row that has the key of another one already."""
        columns = self.places(draft.table, constraint.columns)
        found = self.rows_with(draft, columns, tuple(row[place] for place in columns)) - {but}
        return min(found) if found else None

    def count_cascade(self) -> None:
        self.cascades += 1
        if self.cascades > _MOST_CASCADES:
            raise outside("so many rows by ON DELETE and ON UPDATE")

    def referring(self, table: Table) -> list[tuple[Table, Constraint]]:
        """The foreign keys that refer to a table."""
        found = []
        for _, other in sorted(self.database.tables.items()):
            found += [
                (other, c) for c in other.constraints if c.kind == "foreign" and c.target == (table.schema, table.name)
            ]
        return found
