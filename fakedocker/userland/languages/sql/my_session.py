"""One statement on MariaDB: transactions, names, and which part runs it.

What lives between statements is in the connection's memory: `status` (I or T), `base` and `current` (the database at the
transaction's begin, and with its changes), `savepoints`, `variables`, `insert_id`, `row_count`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from fakedocker.userland.languages.sql.bound import Bound, Context, Scope, Value
from fakedocker.userland.languages.sql.my_binder import MyBinder
from fakedocker.userland.languages.sql.my_columns import indexed_of, is_myisam, kind_of
from fakedocker.userland.languages.sql.my_conversions import key_of_labels
from fakedocker.userland.languages.sql.my_definitions import MyDefinitions
from fakedocker.userland.languages.sql.my_planner import MyPlanner
from fakedocker.userland.languages.sql.my_scans import check_kept, in_order, is_told_at_once
from fakedocker.userland.languages.sql.my_settings import NAMED, SQL_MODES
from fakedocker.userland.languages.sql.my_show import run_show
from fakedocker.userland.languages.sql.my_types import TEXTS
from fakedocker.userland.languages.sql.my_users import may, run_users
from fakedocker.userland.languages.sql.my_writes import MyWrites
from fakedocker.userland.languages.sql.parser import parse
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.sources import Relation
from fakedocker.userland.languages.sql.store import Database, Sequence, Store, Table
from fakedocker.userland.languages.sql.tokens import MARIADB, MYSQL
from fakedocker.userland.languages.sql.transactions import merged, rows_in_common
from fakedocker.userland.languages.sql.tree import (
    AlterTable,
    Core,
    CreateTable,
    Delete,
    Drop,
    Expression,
    Insert,
    Query,
    Simple,
    Statement,
    TableName,
    Update,
)
from fakedocker.userland.languages.sql.tree_leaves import Column

Memory = dict[str, Any]
_SYSTEM: Final = ("information_schema", "mysql", "performance_schema", "sys")


class MySession:
    """Runs statements of one connection; see PgSession."""

    def __init__(self, store: Store, memory: Memory, context: Context, others: list[Memory]) -> None:
        self.store = store
        self.memory = memory
        self.context = context
        self.others = others
        self.shutdown = False
        self.numbered: TableName | None = None
        memory.setdefault("status", "I")
        memory.setdefault("variables", {})
        self.database_name: str = memory.get("database", "")

    @property
    def dialect(self) -> str:
        return MYSQL if self.mysql else MARIADB

    @property
    def mysql(self) -> bool:
        return self.context.facts.get("product") == "MySQL"

    def execute(self, text: str) -> Result | None:
        """One statement; None for an empty one. Raises SqlError or Unsimulated."""
        statement = parse(text, self.dialect)
        if statement is None:
            return None
        before = self.store
        try:
            return self._run(statement)
        except SqlError:
            if self.context.row_number > 1 and self._is_kept(statement):
                raise outside("an error of a statement that has written to a MyISAM table") from None
            if self.store is not before:  # what was written is gone, what was counted stays
                self.store = replace(before, sequences=self.store.sequences)
            raise

    def _run(self, statement: Statement) -> Result:
        if isinstance(statement, Query):
            return self._query(statement)
        if isinstance(statement, Insert | Update | Delete):
            return self._write(statement)
        if isinstance(statement, CreateTable | AlterTable | Drop):
            self._end("commit")
            if isinstance(statement, Drop) and statement.kind == "user":
                return run_users(self, statement)
            return MyDefinitions(self).run(statement)
        verb = statement.verb
        if verb in ("begin", "commit", "rollback", "savepoint", "release", "rollback to"):
            return self._turn(statement)
        if verb == "set":
            return self._set(statement)
        if verb == "use":
            return self._use(statement.text)
        if verb in ("show", "describe"):
            return run_show(self, statement)
        if verb in ("create user", "alter user", "rights", "flush"):
            return run_users(self, statement)
        if verb in ("lock", "unlock"):
            return Result("LOCK")
        if verb == "shutdown":
            self.shutdown = True
            return Result("SHUTDOWN")
        self._end("commit")
        return MyDefinitions(self).simple(statement)

    def _query(self, statement: Query) -> Result:
        self._begin_if_asked()
        planner = MyPlanner(self.context, self)
        plan = planner.plan(statement, None)
        try:
            rows = plan.rows(None)
        except SqlError as problem:
            problem.late = is_told_at_once(statement, self.place)
            raise
        self.memory["row_count"] = -1
        nullable = tuple(name not in plan.sure for name, _ in plan.columns)
        if isinstance(statement.body, Core):
            nullable = planner.nullable
        return Result(
            "SELECT",
            len(rows),
            tuple(plan.columns),
            tuple(rows),
            warnings=len(self.context.warnings),
            nullable=nullable,
        )

    # transactions

    def current(self, name: str) -> Database:
        """A database as this session sees it. Raises SqlError."""
        if not name:
            raise SqlError("1046 3D000", "No database selected")
        if self.memory["status"] == "T" and name in self.memory["current"]:
            found: Database = self.memory["current"][name]
            return found
        database = self.store.databases.get(name)
        if database is None:
            raise SqlError("1049 42000", f"Unknown database '{name}'")
        return database

    def put(self, database: Database) -> None:
        """A database as it is from now on."""
        for other in self.others:
            if other.get("status") == "T" and database.name in other.get("current", {}):
                before = self.current(database.name)
                if rows_in_common(other["base"][database.name], other["current"][database.name], before, database):
                    raise outside("waiting for another transaction's lock")
        if self.memory["status"] == "T":
            self.memory["current"] = {**self.memory["current"], database.name: database}
        else:
            self.store = replace(self.store, databases=self.store.databases.set(database.name, database))

    def _begin_if_asked(self) -> None:
        if self.memory["status"] == "I" and self.memory["variables"].get("@@autocommit") == 0:
            self._open()

    def _open(self) -> None:
        known = {name: database for name, database in sorted(self.store.databases.items()) if name not in _SYSTEM}
        self.memory.update(status="T", base=known, current=dict(known), savepoints=[], started_ns=self.context.now_ns)

    def _end(self, verb: str) -> None:
        memory = self.memory
        if memory["status"] == "T" and verb == "commit":
            for name, database in sorted(memory["current"].items()):
                base, committed = memory["base"][name], self.store.databases.get(name)
                if database is base:
                    continue
                if committed is None:
                    raise outside("a database dropped under a transaction")
                found = database if committed is base else merged(base, database, committed)
                self.store = replace(self.store, databases=self.store.databases.set(name, found))
        memory.update(status="I", savepoints=[])
        for key in ("base", "current", "started_ns"):
            memory.pop(key, None)

    def _turn(self, statement: Simple) -> Result:
        memory, verb = self.memory, statement.verb
        if verb == "begin":
            self._end("commit")
            self._open()
        elif verb in ("commit", "rollback"):
            self._end(verb)
        elif verb == "savepoint":
            if memory["status"] == "T":
                kept = [entry for entry in memory["savepoints"] if entry[0].lower() != statement.text.lower()]
                memory["savepoints"] = [*kept, (statement.text, memory["current"])]
        else:
            names = [name.lower() for name, _ in memory.get("savepoints", [])]
            if statement.text.lower() not in names:
                raise SqlError("1305 42000", f"SAVEPOINT {statement.text} does not exist")
            place = names.index(statement.text.lower())
            if verb == "rollback to":
                memory["current"] = memory["savepoints"][place][1]
                memory["savepoints"] = memory["savepoints"][: place + 1]
            else:
                memory["savepoints"] = memory["savepoints"][:place]
        memory["row_count"] = 0
        return Result(verb.upper())

    def _is_kept(self, statement: Statement) -> bool:
        """Whether a statement writes to a table that has no transactions."""
        if not isinstance(statement, Insert | Update | Delete):
            return False
        _, table = self.place(statement.table)
        return table is not None and is_myisam(table)

    def _write(self, statement: Insert | Update | Delete) -> Result:
        self._begin_if_asked()
        if self._is_kept(statement):
            check_kept(self.table(statement.table)[1], statement, self.memory["status"] == "T")
        writes = MyWrites(self)
        self.context.strict = True
        if isinstance(statement, Insert):
            result = writes.insert(statement)
        elif isinstance(statement, Update):
            result = writes.update(statement)
        else:
            result = writes.delete(statement)
        self.memory["row_count"] = result.affected
        return result

    # settings

    def _set(self, statement: Simple) -> Result:
        planner = MyPlanner(self.context, self)
        binder = planner.binder(Scope())
        for name, expression in statement.items:
            short = name.removeprefix("@@session.").removeprefix("@@local.").removeprefix("@@")
            if (
                name.startswith("@@")
                and short in NAMED
                and isinstance(expression, Column)
                and len(expression.parts) == 1
            ):
                self._system_set(short, expression.parts[0])  # a character set by its bare name
                continue
            bound = binder.bind(expression)
            value = bound.run(((), None))
            if name.startswith("@@"):
                self._system_set(short, value)
            else:
                from fakedocker.userland.languages.sql.store import kept

                kind = bound.type
                if kind.name == "decimal":
                    raise outside("decimals in variables")
                variables = {**self.memory["variables"], name: (kind.name, kept(value))}
                self.memory["variables"] = variables
                self.equip(binder)
        return Result("SET")

    def _system_set(self, name: str, value: Value) -> None:
        if name == "autocommit":
            if value in (1, "ON", "on"):
                self._end("commit")
            self.memory["variables"] = {
                **self.memory["variables"],
                "@@autocommit": 0 if value in (0, "OFF", "off") else 1,
            }
        elif name in ("foreign_key_checks", "unique_checks"):
            self.memory["variables"] = {**self.memory["variables"], f"@@{name}": 0 if value in (0, "OFF", "off") else 1}
        elif name in (*NAMED, "sql_notes", "time_zone"):
            if name == "time_zone" and value not in (None, "+00:00", "SYSTEM", "UTC"):
                raise outside("SET time_zone")
        elif name == "sql_mode" and value == "NO_AUTO_VALUE_ON_ZERO":
            self.memory["variables"] = {**self.memory["variables"], "@@sql_mode": value}
        elif name == "sql_mode" and value == SQL_MODES[self.mysql]:
            kept = {key: each for key, each in self.memory["variables"].items() if key != "@@sql_mode"}
            self.memory["variables"] = kept
        else:
            raise outside(f"SET {name}")

    def checks_references(self) -> bool:
        return bool(self.memory["variables"].get("@@foreign_key_checks", 1))

    def _use(self, name: str) -> Result:
        found = next((n for n in self.store.databases if n == name), None)
        if found is None:
            raise SqlError("1049 42000", f"Unknown database '{name}'")
        may(self, name, TableName("", "", 0, 0), "use")
        self.memory["database"] = self.database_name = name
        return Result("USE")

    def system_variable(self, name: str) -> Value:
        short = name.removeprefix("@@global.").removeprefix("@@session.").removeprefix("@@local.").removeprefix("@@")
        own = self.memory["variables"].get(f"@@{short}")
        if own is not None:
            return own
        known: dict[str, Value] = {
            "version": self.context.facts["version"], "autocommit": 1, "hostname": self.context.facts.get("hostname", "localhost"), "port": 3306,
            "foreign_key_checks": 1, "unique_checks": 1, "character_set_server": "utf8mb4", "max_connections": 151, "datadir": "/var/lib/mysql/",
            "time_zone": "SYSTEM", "tx_isolation": "REPEATABLE-READ", "transaction_isolation": "REPEATABLE-READ", "last_insert_id": self.memory.get("insert_id", 0),
            "sql_mode": SQL_MODES[self.mysql],
            "character_set_client": "utf8mb4", "character_set_results": "utf8mb4", "sql_notes": 1, "collation_connection": "utf8mb4_general_ci",
        }  # fmt: skip
        if short not in known:
            raise outside(f"the variable {name}")
        return known[short]

    # names

    def equip(self, binder: MyBinder) -> None:
        binder.variables = {name: (Type(value[0]), value[1]) for name, value in self.memory["variables"].items() if not name.startswith("@@")}  # fmt: skip
        binder.system_variable = self.system_variable  # type: ignore[method-assign]
        facts = self.context.facts
        facts.update(
            insert_id=str(self.memory.get("insert_id", 0)), row_count=str(self.memory.get("row_count", 0)),
            number=str(self.memory.get("number", 3) + 5), database=self.database_name,
        )  # fmt: skip

    def place(self, name: TableName) -> tuple[Database, Table | None]:
        database = self.current(name.schema or self.database_name)
        return database, database.tables.get(("", name.name))

    def table(self, name: TableName) -> tuple[Database, Table]:
        database, table = self.place(name)
        if table is None or (table.temporary and table.temporary != self.memory.get("number", 0)):
            raise SqlError("1146 42S02", f"Table '{database.name}.{name.name}' doesn't exist")
        return database, table

    def relation(self, name: TableName, used: set[str] | None) -> Relation:
        schema = (name.schema or self.database_name).lower()
        if schema in _SYSTEM:
            from fakedocker.userland.languages.sql.my_show import system_relation

            return system_relation(self, schema, name.name)
        database, table = self.table(name)
        may(self, database.name, name, "select")
        if table.view:
            query = parse(table.view, self.dialect)
            assert isinstance(query, Query)
            return Relation(database.name, table.name, [], None, query, table.view_names)
        columns = [(column.name, kind_of(column)) for column in table.columns]
        keys = next((c.columns for c in table.constraints if c.kind == "primary"), ())
        if name is self.numbered:
            return Relation(
                database.name,
                table.name,
                [*columns, ("\0row", Type("bigint"))],
                lambda: [(*row, n) for n, row in self.in_order(table, None)],
            )
        return Relation(
            database.name,
            table.name,
            columns,
            lambda: [row for _, row in self.in_order(table, used)],
            None,
            (),
            keys,
            False,
            frozenset(c.name for c in table.columns if c.not_null),
            indexed_of(table),
        )

    def in_order(self, table: Table, used: set[str] | None) -> list[tuple[int, tuple[Value, ...]]]:
        return in_order(MyPlanner(self.context, self).binder(Scope()), table, used)

    def key_of(
        self, table: Table, name: str
    ) -> Callable[[Value], Any] | None:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        column = next(column for column in table.columns if column.name == name)
        if column.type in TEXTS:
            return key_of_labels((column.collation,))
        return None

    def bound_text(self, text: str, binder: MyBinder) -> Bound:
        query = parse(f"SELECT {text}", self.dialect)
        assert isinstance(query, Query)
        expression: Expression = query.body.items[0].expression  # type: ignore[union-attr]
        return binder.bind(expression)

    # counters

    def counter(self, database: str, table: str) -> int:
        found = self.store.sequences.get((database, "", table))
        return 1 if found is None else found.last

    def set_counter(self, database: str, table: str, following: int) -> None:
        sequence = Sequence("", table, following)
        self.store = replace(self.store, sequences=self.store.sequences.set((database, "", table), sequence))
