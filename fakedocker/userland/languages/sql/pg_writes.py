"""INSERT, UPDATE, DELETE, TRUNCATE and COPY in PostgreSQL, with the constraints in the order in which they are looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from fakedocker.userland.languages.sql.bound import Bound, Scope
from fakedocker.userland.languages.sql.pg_estimates import has_pages
from fakedocker.userland.languages.sql.pg_types import TEXT, Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import Table, with_table
from fakedocker.userland.languages.sql.tree import (
    Default,
    Delete,
    Join,
    Simple,
    Source,
    Update,
)

if TYPE_CHECKING:
    pass

from fakedocker.userland.languages.sql.pg_inserts import PgInserts, Row


class PgWrites(PgInserts):
    """Runs one statement that writes."""

    # UPDATE and DELETE

    def _matched(self, statement: Update | Delete, table: Table) -> tuple[Scope, Any, list[tuple[int, Any]]]:
        """The rows that are meant: (their number, the environment they were found with), each once, in their order."""
        if statement.ctes:
            self.planner.ctes.append({})
            for cte in statement.ctes:
                self.planner._add_cte(cte, statement.recursive, None)
        scope = Scope()
        binder = self.planner.binder(scope)
        target = Source(statement.table, None, None, statement.alias, (), False, statement.table.at)
        self.session.numbered = statement.table
        loader = self.planner.loader(scope, binder)
        from fakedocker.userland.languages.sql.sources import split

        conjuncts = split(statement.where) if statement.where is not None else []
        source = (
            Join("cross", target, statement.source, None, None, False, 0) if statement.source is not None else target
        )
        try:
            loaded = loader.load(source, conjuncts)
        finally:
            self.session.numbered = None
        binder.clause = "WHERE"
        where = binder.condition(binder.bind(statement.where), "WHERE") if statement.where is not None else None
        self.planner.check_folded()
        order = (
            self.planner.scan_order(statement.table, statement.alias, statement.where)
            if statement.source is None
            else None
        )
        slot = len(table.columns)
        found: dict[int, Any] = {}
        for row in loaded.rows(None):
            env = (row, None)
            if row[slot] not in found and (where is None or where.run(env) is True):
                found[row[slot]] = env
        if statement.source is not None:
            return scope, binder, sorted(found.items())
        matched = list(found.items())
        self.given = len(matched)
        if order is not None and len(matched) > 1:
            matched = [matched[place] for place in order([env[0] for _, env in matched], None)]
        return scope, binder, matched

    def update(self, statement: Update) -> Result:
        table = self.session.writable(statement.table)
        _, binder, matched = self._matched(statement, table)
        binder.clause = "UPDATE"
        order = {column.name: place for place, column in enumerate(table.columns)}
        defaults = self.session.defaults(table, self.planner)
        changes: list[tuple[int, Any]] = []
        bounds = [None if isinstance(value, Default) else binder.bind(value) for _, value, _ in statement.assignments]
        self._returning(table, statement.alias, statement.returning, [])
        self.planner.check_folded()
        for (name, _, at), bound in zip(statement.assignments, bounds, strict=True):
            if name not in order:
                raise SqlError("42703", f'column "{name}" of relation "{table.name}" does not exist', at)
            if any(place == order[name] for place, _ in changes):
                raise SqlError("42601", f'multiple assignments to same column "{name}"', at)
            column = table.columns[order[name]]
            if bound is None:
                run = defaults[order[name]] or (lambda env: None)
            else:
                if column.identity == "always":
                    raise SqlError("428C9", f'column "{name}" can only be updated to DEFAULT', detail=f'Column "{name}" is an identity column defined as GENERATED ALWAYS.')  # fmt: skip
                run = self.assigned(bound, column, binder)
            changes.append((order[name], run))
        draft = self.writer.draft(table.schema, table.name)
        returned: list[Row] = []
        with self.doubting():
            for number, env in matched:
                old = draft.view.rows[number]
                new = list(old)
                for place, run in changes:
                    new[place] = run(env)
                returned.append(self.checker.changed(table, draft, number, tuple(new)))
            self.checker.references()
        if statement.returning and statement.source is not None:
            raise outside("RETURNING of UPDATE ... FROM")
        columns, rows = self._returning(table, statement.alias, statement.returning, returned)
        database = self.writer.finish()
        changed = database.tables[table.schema, table.name]
        if matched and not changed.scattered and has_pages(changed):
            database = with_table(database, replace(changed, scattered=True))
        self.session.database = database
        return Result("UPDATE", len(matched), columns, rows)

    def delete(self, statement: Delete) -> Result:
        table = self.session.writable(statement.table)
        _, _, matched = self._matched(statement, table)
        draft = self.writer.draft(table.schema, table.name)
        returned: list[Row] = []
        with self.doubting():
            for number, _ in matched:
                row = draft.view.rows[number]
                returned.append(row)
                self.writer.delete(draft, number)
                self.checker.deleted(table, row)
            self.checker.references()
        if statement.returning and statement.source is not None:
            raise outside("RETURNING of DELETE ... USING")
        columns, rows = self._returning(table, statement.alias, statement.returning, returned)
        self.session.database = self.writer.finish()
        return Result("DELETE", len(matched), columns, rows)

    def truncate(self, statement: Simple) -> Result:
        tables = [self.session.writable(name) for name in statement.names]
        cascade = "cascade" in statement.flags
        names = [table.name for table in tables]
        for table in list(tables):
            for other, constraint in self.writer.referring(table):
                if other.name in names:
                    continue
                if not cascade:
                    raise SqlError("0A000", "cannot truncate a table referenced in a foreign key constraint", detail=f'Table "{other.name}" references "{table.name}".', hint=f'Truncate table "{other.name}" at the same time, or use TRUNCATE ... CASCADE.')  # fmt: skip
                if self.writer.referring(other):
                    raise outside("TRUNCATE ... CASCADE over several steps")
                assert constraint is not None
                self.session.notices.append(("NOTICE", f'truncate cascades to table "{other.name}"'))
                tables.append(other)
                names.append(other.name)
        for table in tables:
            database = self.session.database
            empty = replace(
                database.tables[table.schema, table.name],
                rows=type(table.rows)(),
                counted=-1,
                scattered=False,
                moved=False,
            )
            self.session.database = with_table(database, empty)
            if "restart" in statement.flags:
                self.session.restart(table)
        return Result("TRUNCATE TABLE")

    def copy_in(self, statement: Simple, rows: list[list[str | None]]) -> Result:
        table = self.session.writable(statement.names[0])
        targets = self._targets(table, tuple((name, 0) for name in statement.words) or None)
        draft = self.writer.draft(table.schema, table.name)
        defaults = self.session.defaults(table, self.planner)
        binder = self.planner.binder(Scope())
        for number, cells in enumerate(rows, 1):
            if len(cells) != len(targets):
                raise outside("COPY of rows with more or fewer columns")
            runs = []
            for cell, target in zip(cells, targets, strict=True):
                try:
                    runs.append(self.assigned(binder.coerced(Bound(TEXT, lambda env: None)._replace(type=Type("unknown"), constant=cell, fixed=True), Type(target.column.type, (), target.column.labels)), target.column, binder))  # fmt: skip
                except SqlError as problem:
                    where = f'COPY {table.name}, line {number}, column {target.column.name}: "{cell}"'
                    raise SqlError(problem.code, problem.message, None, where=where) from None
            row = self._row(table, targets, runs, defaults, ((), None))
            try:
                self.checker.row(table, row)
                self.checker.unique(table, draft, row)
            except SqlError:
                raise outside("constraints that COPY violates") from None
            self.writer.insert(draft, row)
            self.checker.refers(table, row)
        self.checker.references()
        self.session.database = self.writer.finish()
        return Result("COPY", len(rows))
