"""CREATE, ALTER and DROP in MariaDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import Database, Table, with_table, without_table
from fakedocker.userland.languages.sql.tree import (
    AlterTable,
    Binary,
    CreateTable,
    Drop,
    Expression,
    Literal,
    Simple,
)

if TYPE_CHECKING:
    pass

from fakedocker.userland.languages.sql.my_tables import MyTables


class MyDefinitions(MyTables):
    """Runs one statement that defines."""

    def run(self, statement: CreateTable | AlterTable | Drop) -> Result:
        if isinstance(statement, CreateTable):
            return self._create_table(statement)
        if isinstance(statement, AlterTable):
            from fakedocker.userland.languages.sql.my_alter import MyAlteration

            return MyAlteration(self, statement).run()
        return self._drop(statement)

    # dropping

    def _drop(self, statement: Drop) -> Result:
        session = self.session
        if statement.kind == "database":
            return self._drop_database(statement)
        if statement.kind == "index":
            from fakedocker.userland.languages.sql.my_alter import MyAlteration
            from fakedocker.userland.languages.sql.tree import AlterAction

            assert statement.table is not None
            action = AlterAction("drop index", statement.names[0].name)
            return MyAlteration(self, AlterTable(statement.table, (action,), False)).run()
        if statement.kind not in ("table", "view"):
            raise outside(f"DROP {statement.kind.upper()}")
        missing = []
        for name in statement.names:
            database, table = session.place(name)
            if table is None or bool(table.view) != (statement.kind == "view"):
                if table is not None:
                    raise outside("DROP TABLE of a view")
                missing.append(f"{database.name}.{name.name}")
                continue
            if session.checks_references():
                order = [other.name for other in statement.names]
                names = set(order)
                for other in database.tables.values():
                    for key in other.constraints:
                        if key.kind == "foreign" and key.target == ("", table.name) and other.name != table.name:
                            if other.name in names and order.index(other.name) < order.index(table.name):  # fmt: skip
                                continue
                            raise SqlError(
                                "1451 23000", "Cannot delete or update a parent row: a foreign key constraint fails"
                            )
            session.put(without_table(session.current(database.name), table))
            session.set_counter(database.name, table.name, 1)
        if missing:
            what = "table" if statement.kind == "table" else "VIEW"
            colon = ":" if what == "VIEW" else ""
            said = f"Unknown {what}{colon} '{','.join(missing)}'"
            if not statement.missing_ok:
                raise SqlError("1051 42S02" if statement.kind == "table" else "4092 42S02", said)
            session.context.warnings += [("Note", 1051, f"Unknown {what} '{name}'") for name in missing]
        return Result(f"DROP {statement.kind.upper()}", warnings=len(missing))

    def _drop_database(self, statement: Drop) -> Result:
        session, name = self.session, statement.names[0].name
        database = session.store.databases.get(name)
        if database is None:
            if statement.missing_ok:
                session.context.warnings.append(("Note", 1008, f"Can't drop database '{name}'; database doesn't exist"))
                return Result("DROP DATABASE", warnings=1)
            raise SqlError("1008 HY000", f"Can't drop database '{name}'; database doesn't exist")
        session.store = replace(session.store, databases=session.store.databases.delete(name))
        if session.database_name == name:
            session.memory["database"] = session.database_name = ""
        return Result("DROP DATABASE", len(database.tables))

    # the rest

    def simple(self, statement: Simple) -> Result:
        session = self.session
        if statement.verb == "create database":
            name = statement.names[0].name
            if name in session.store.databases:
                if "if not exists" in statement.flags:
                    session.context.warnings.append(("Note", 1007, f"Can't create database '{name}'; database exists"))
                    return Result("CREATE DATABASE", 1, warnings=1)
                raise SqlError("1007 HY000", f"Can't create database '{name}'; database exists")
            made = Database(name, session.memory.get("user", "root"))
            session.store = replace(session.store, databases=session.store.databases.set(name, made))
            return Result("CREATE DATABASE", 1)
        if statement.verb == "truncate":
            return self._truncate(statement)
        if statement.verb == "create view":
            return self._create_view(statement)
        if statement.verb == "create index":
            from fakedocker.userland.languages.sql.my_alter import MyAlteration
            from fakedocker.userland.languages.sql.tree import AlterAction

            action = AlterAction("add key", key=statement.key)
            return MyAlteration(self, AlterTable(statement.names[0], (action,), False)).run()
        raise outside(statement.verb.upper())

    def _truncate(self, statement: Simple) -> Result:
        if len(statement.names) > 1 or statement.flags:
            raise outside("TRUNCATE with more words")
        database, table = self.session.table(statement.names[0])
        for other in database.tables.values():
            for key in other.constraints:
                if (
                    key.kind == "foreign"
                    and key.target == ("", table.name)
                    and other.name != table.name
                    and self.session.checks_references()
                ):
                    from fakedocker.userland.languages.sql.my_references import shown

                    text = shown(key, database.name).partition(" ON DELETE")[0].partition(" ON UPDATE")[0]
                    text = text.replace(" REFERENCES `", f" REFERENCES `{database.name}`.`")
                    said = f"Cannot truncate a table referenced in a foreign key constraint (`{database.name}`.`{other.name}`, {text})"
                    raise SqlError("1701 42000", said)
        self.session.put(with_table(database, replace(table, rows=type(table.rows)())))
        self.session.set_counter(database.name, table.name, 1)
        return Result("TRUNCATE")

    def _create_view(self, statement: Simple) -> Result:
        session, name = self.session, statement.names[0]
        assert statement.query is not None
        database, known = session.place(name)
        if known is not None and not (known.view and "or replace" in statement.flags):
            if known.view or "or replace" not in statement.flags:
                raise SqlError("1050 42S01", f"Table '{name.name}' already exists")
            raise outside("CREATE OR REPLACE VIEW of a table")
        plan = self.planner.plan(statement.query, None)
        names = statement.words or tuple(column for column, _ in plan.columns)
        if len({column.lower() for column in names}) < len(names):
            double = next(c for n, c in enumerate(names) if c.lower() in {o.lower() for o in names[:n]})
            raise SqlError("1060 42S21", f"Duplicate column name '{double}'")
        session.put(with_table(database, Table("", name.name, view=statement.text, view_names=names)))
        return Result("CREATE VIEW")


def is_plain(expression: Expression) -> bool:
    return isinstance(expression, Literal | Binary)
