"""CREATE, ALTER and DROP in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from fakedocker.userland.languages.sql.pg_alter import Alteration
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import (
    Constraint,
    Database,
    Table,
    User,
    with_table,
    without_table,
)
from fakedocker.userland.languages.sql.tree import (
    AlterTable,
    CreateTable,
    Drop,
    Query,
    Simple,
    TableName,
)

if TYPE_CHECKING:
    pass

from fakedocker.userland.languages.sql.pg_tables import PgTables, view_mentions


class PgDefinitions(PgTables):
    """Runs one statement that defines."""

    def run(self, statement: CreateTable | AlterTable | Drop) -> Result:
        if isinstance(statement, CreateTable):
            return self._create_table(statement)
        if isinstance(statement, AlterTable):
            return Alteration(self, statement).run()
        return self._drop(statement)

    # dropping

    def _drop(self, statement: Drop) -> Result:
        kind = statement.kind
        if kind in ("table", "view"):
            return self._drop_tables(statement)
        tag = f"DROP {kind.upper()}"
        for name in statement.names:
            getattr(self, f"_drop_{kind}")(name, statement)
        return Result(tag)

    def _drop_tables(self, statement: Drop) -> Result:
        session, kind = self.session, statement.kind
        gone: list[Table] = []
        for name in statement.names:
            table = session.find(name)
            if table is None:
                if name.schema and name.schema not in session.database.schemas and not statement.missing_ok:
                    raise SqlError("3F000", f'schema "{name.schema}" does not exist')
                if not statement.missing_ok:
                    raise SqlError("42P01", f'{kind} "{name.name}" does not exist')
                session.notices.append(("NOTICE", f'{kind} "{name.name}" does not exist, skipping'))
                continue
            if bool(table.view) != (kind == "view"):
                hint = "Use DROP VIEW to remove a view." if table.view else "Use DROP TABLE to remove a table."
                raise SqlError("42809", f'"{table.name}" is not a {kind}', hint=hint)
            gone.append(table)
        for table in gone:
            self._drop_one(table, gone, statement.cascade)
        return Result(f"DROP {kind.upper()}")

    def _drop_one(self, table: Table, gone: list[Table], cascade: bool) -> None:
        session = self.session
        names = {(t.schema, t.name) for t in gone}
        dependents: list[tuple[str, Table, Constraint | None]] = []
        for key, other in session.database.tables.items():
            if key in names:
                continue
            keys = [c for c in other.constraints if c.kind == "foreign" and c.target == (table.schema, table.name)]
            dependents += [(f"constraint {made.name} on table {other.name}", other, made) for made in keys]
            if other.view and view_mentions(other, table.name):
                dependents.append((f"view {other.name}", other, None))
        dependents.sort(key=lambda entry: entry[1].number if entry[2] is None else entry[2].number)
        what = "view" if table.view else "table"
        if dependents and not cascade:
            detail = "\n".join(f"{text} depends on {what} {table.name}" for text, _, _ in dependents)
            raise SqlError("2BP01", f"cannot drop {what} {table.name} because other objects depend on it", detail=detail, hint="Use DROP ... CASCADE to drop the dependent objects too.")  # fmt: skip
        if len(dependents) > 1:
            raise outside("DROP ... CASCADE of several things")
        for text, other, constraint in dependents:
            session.notices.append(("NOTICE", f"drop cascades to {text}"))
            if constraint is None:
                if any(view_mentions(view, other.name) for view in session.database.tables.values() if view.view and view is not other):  # fmt: skip
                    raise outside("DROP ... CASCADE over several steps")
                session.database = without_table(session.database, other)
            else:
                rest = tuple(c for c in other.constraints if c is not constraint)
                session.database = with_table(session.database, replace(other, constraints=rest))
        session.database = without_table(session.database, session.database.tables[table.schema, table.name])
        self.drop_sequences(table.name)

    def _drop_schema(self, name: TableName, statement: Drop) -> None:
        session = self.session
        database = session.database
        if name.name not in database.schemas:
            if not statement.missing_ok:
                raise SqlError("3F000", f'schema "{name.name}" does not exist')
            session.notices.append(("NOTICE", f'schema "{name.name}" does not exist, skipping'))
            return
        if any(table.schema == name.name for table in database.tables.values()):
            raise outside("DROP SCHEMA of one that is not empty")
        session.database = replace(database, schemas=tuple(s for s in database.schemas if s != name.name))

    def _drop_index(self, name: TableName, statement: Drop) -> None:
        session = self.session
        for table in session.database.tables.values():
            for constraint in table.constraints:
                if constraint.name != name.name or constraint.kind not in ("index", "primary", "unique"):
                    continue
                if constraint.kind != "index":
                    said = f"cannot drop index {name.name} because constraint {name.name} on table {table.name} requires it"
                    raise SqlError(
                        "2BP01", said, hint=f"You can drop constraint {name.name} on table {table.name} instead."
                    )
                rest = tuple(c for c in table.constraints if c is not constraint)
                session.database = with_table(session.database, replace(table, constraints=rest))
                return
        if not statement.missing_ok:
            raise SqlError("42704", f'index "{name.name}" does not exist')
        session.notices.append(("NOTICE", f'index "{name.name}" does not exist, skipping'))

    def _drop_sequence(self, name: TableName, statement: Drop) -> None:
        session = self.session
        key = (session.memory["database"], name.schema or "public", name.name)
        sequence = session.store.sequences.get(key)
        if sequence is None:
            if not statement.missing_ok:
                raise SqlError("42P01", f'sequence "{name.name}" does not exist')
            session.notices.append(("NOTICE", f'sequence "{name.name}" does not exist, skipping'))
            return
        if sequence.owner != ("", "") or session.memory["status"] == "T":
            raise outside("DROP SEQUENCE of one in use")
        session.store = replace(session.store, sequences=session.store.sequences.delete(key))

    def _drop_database(self, name: TableName, statement: Drop) -> None:
        from fakedocker.userland.languages.sql.pg_cluster import drop_database

        drop_database(self.session, name.name, statement.missing_ok)

    def _drop_role(self, name: TableName, statement: Drop) -> None:
        session = self.session
        if name.name not in session.store.users:
            if not statement.missing_ok:
                raise SqlError("42704", f'role "{name.name}" does not exist')
            session.notices.append(("NOTICE", f'role "{name.name}" does not exist, skipping'))
            return
        if name.name == session.memory["user"]:
            raise SqlError("55006", "current user cannot be dropped")
        if any(
            table.owner == name.name
            for database in session.store.databases.values()
            for table in database.tables.values()
        ):
            raise outside("DROP ROLE of an owner")
        session.store = replace(session.store, users=session.store.users.delete(name.name))

    def _drop_type(self, name: TableName, statement: Drop) -> None:
        session = self.session
        if name.name not in session.database.types:
            if not statement.missing_ok:
                raise SqlError("42704", f'type "{name.name}" does not exist')
            session.notices.append(("NOTICE", f'type "{name.name}" does not exist, skipping'))
            return
        if any(column.type.removesuffix("[]") == name.name for table in session.database.tables.values() for column in table.columns):  # fmt: skip
            raise outside("DROP TYPE of one in use")
        session.database = replace(session.database, types=session.database.types.delete(name.name))

    def _drop_extension(self, name: TableName, statement: Drop) -> None:
        raise outside("DROP EXTENSION")

    # the rest

    def simple(self, statement: Simple) -> Result:
        from fakedocker.userland.languages.sql.pg_cluster import run_simple

        return run_simple(self, statement)


__all__ = ["Any", "Database", "PgDefinitions", "Query", "User"]
