"""One statement on PostgreSQL: transactions, names, and which part runs it.

What lives between statements is in the connection's memory, plain data: `status` (I, T or E), `base` and `current` (the
database at the transaction's begin, and with its changes), `savepoints`, `settings`, `currval`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from fakedocker.userland.languages.sql.bound import Bound, Context, Value
from fakedocker.userland.languages.sql.parser import parse
from fakedocker.userland.languages.sql.pg_binder import PgBinder
from fakedocker.userland.languages.sql.pg_blocks import TURNS, turn
from fakedocker.userland.languages.sql.pg_conversions import resolve_type
from fakedocker.userland.languages.sql.pg_definitions import PgDefinitions
from fakedocker.userland.languages.sql.pg_planner import PgPlanner
from fakedocker.userland.languages.sql.pg_relations import system_relation
from fakedocker.userland.languages.sql.pg_settings import SETTINGS, shown_setting
from fakedocker.userland.languages.sql.pg_types import INT8, TEXT, Type, check_integer
from fakedocker.userland.languages.sql.pg_writes import PgWrites
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.sources import Relation
from fakedocker.userland.languages.sql.store import Database, Sequence, Store, Table, view_of
from fakedocker.userland.languages.sql.tokens import POSTGRES
from fakedocker.userland.languages.sql.transactions import merged, rows_in_common
from fakedocker.userland.languages.sql.tree import (
    AlterTable,
    CreateTable,
    Delete,
    Drop,
    Expression,
    Insert,
    Query,
    Simple,
    Statement,
    TableName,
    TypeName,
    Update,
)

Memory = dict[str, Any]
"""A connection's memory; plain data."""
_ABORTED: Final = "current transaction is aborted, commands ignored until end of transaction block"


class PgSession:
    """Runs statements of one connection.

    Args:
        store: all data; `store` of the session is what it is afterwards.
        memory: the connection's, changed in place.
        others: the memories of the other connections.
    """

    def __init__(self, store: Store, memory: Memory, context: Context, others: list[Memory]) -> None:
        self.store = store
        self.memory = memory
        self.context = context
        self.others = others
        self.notices: list[tuple[str, str]] = []
        self.numbered: TableName | None = None
        memory.setdefault("status", "I")
        memory.setdefault("settings", {})
        self.database: Database = store.databases[memory["database"]]

    # statements

    def execute(self, text: str) -> Result | None:
        """One statement; None for an empty one. Raises SqlError or Unsimulated."""
        try:
            statement = parse(text, POSTGRES)
            if statement is None:
                return None
            return self._execute(statement)
        except SqlError:
            if self.memory["status"] == "T":
                self.memory["status"] = "E"
            raise

    def _execute(self, statement: Statement) -> Result:
        memory = self.memory
        if memory["status"] == "E" and not (
            isinstance(statement, Simple) and statement.verb in ("commit", "rollback", "rollback to")
        ):
            raise SqlError("25P02", _ABORTED)
        if isinstance(statement, Simple) and statement.verb in TURNS:
            return turn(self, statement)
        before = self.start()
        result = self._run(statement)
        self._finish(before)
        return result

    def start(self) -> Database:
        """The database as the statement sees it."""
        memory = self.memory
        committed = self.store.databases[memory["database"]]
        if memory["status"] == "T":
            if memory["base"] is not committed:
                memory["current"] = merged(memory["base"], memory["current"], committed)
                memory["base"] = committed
            self.database = memory["current"]
        else:
            self.database = committed
        return self.database

    def _finish(self, before: Database) -> None:
        if self.database is before:
            return
        for other in self.others:
            beside = other.get("status") == "T" and other.get("database") == self.memory["database"]
            if beside and rows_in_common(other["base"], other["current"], before, self.database):
                raise outside("waiting for another transaction's lock")
        if self.memory["status"] == "T":
            self.memory["current"] = self.database
        else:
            self.commit(self.database)

    def commit(self, database: Database) -> None:
        self.store = replace(self.store, databases=self.store.databases.set(database.name, database))

    def _run(self, statement: Statement) -> Result:
        if isinstance(statement, Query):
            return self._query(statement)
        if isinstance(statement, Insert):
            return PgWrites(self).insert(statement)
        if isinstance(statement, Update):
            return PgWrites(self).update(statement)
        if isinstance(statement, Delete):
            return PgWrites(self).delete(statement)
        if isinstance(statement, CreateTable | AlterTable | Drop):
            return PgDefinitions(self).run(statement)
        if statement.verb == "truncate":
            return PgWrites(self).truncate(statement)
        if statement.verb == "show":
            return self._show(statement)
        if statement.verb in ("set", "reset"):
            return self._set(statement)
        if statement.verb == "copy":
            return self._copy(statement)
        if statement.verb in ("done", "vacuum"):
            if statement.verb == "vacuum" and self.memory["status"] == "T":
                raise SqlError("25001", "VACUUM cannot run inside a transaction block")
            return Result(statement.text)
        return PgDefinitions(self).simple(statement)

    def _query(self, statement: Query) -> Result:
        plan = PgPlanner(self.context, self).ready(statement)
        rows = plan.rows(None)
        return Result("SELECT", len(rows), tuple(plan.columns), tuple(rows))

    def _copy(self, statement: Simple) -> Result:
        if statement.text == "from":
            self.writable(statement.names[0])
            return Result("COPY IN")
        if statement.query is not None:
            found = self._query(statement.query)
        else:
            from fakedocker.userland.languages.sql.tree import Column, Core, Item, Source, Star

            items = tuple(Item(Column((name,), 0, 0), None, name) for name in statement.words) or (
                Item(Star((), 0, 0), None, "*"),
            )
            source = Source(statement.names[0], None, None, statement.names[0].name, (), False, 0)
            found = self._query(Query(Core(items, source, None, None, None, False, (), (), 0)))
        return found._replace(tag="COPY OUT", note=" ".join(sorted(statement.flags)))

    def copy_in(self, text: str, rows: list[list[str | None]]) -> Result:
        """The rows of COPY ... FROM STDIN."""
        statement = parse(text, POSTGRES)
        assert isinstance(statement, Simple)
        before = self.start()
        try:
            result = PgWrites(self).copy_in(statement, rows)
        except SqlError:
            if self.memory["status"] == "T":
                self.memory["status"] = "E"
            raise
        self._finish(before)
        return result

    # settings

    def _show(self, statement: Simple) -> Result:
        name = statement.text
        value = self.memory["settings"].get(name) or shown_setting(name, self.context)
        if value is None:
            if name in SETTINGS:
                raise outside(f"SHOW {name}")
            raise SqlError("42704", f'unrecognized configuration parameter "{name}"')
        return Result("SHOW", 1, ((SETTINGS.get(name, name), TEXT),), ((value,),))

    def shown_notices(self) -> list[tuple[str, str]]:
        """What a client is told beside its answers: what is not below client_min_messages."""
        least = str(self.memory["settings"].get("client_min_messages", "notice")).lower()
        hidden = {"warning": ("NOTICE",), "error": ("NOTICE", "WARNING")}.get(least, ())
        return [(level, text) for level, text in self.notices if level not in hidden]

    def _set(self, statement: Simple) -> Result:
        name, words = statement.text, statement.words
        known = "client_encoding standard_conforming_strings check_function_bodies xmloption client_min_messages row_security lock_timeout statement_timeout idle_in_transaction_session_timeout default_table_access_method default_tablespace application_name search_path timezone datestyle extra_float_digits bytea_output default_with_oids".split()  # fmt: skip
        if name not in known:
            raise outside(f"SET {name}")
        value = ", ".join(words)
        harmless = {"search_path": ("public", "", "default", '"$user", public'), "timezone": ("UTC", "Etc/UTC", "utc"), "datestyle": ("ISO", "ISO, MDY")}  # fmt: skip
        if name in harmless and value not in harmless[name]:
            raise outside(f"SET {name} to {value}")
        if name == "default_with_oids" and value.lower() not in ("false", "off", "0", "no", "default"):
            raise SqlError("0A000", "tables declared WITH OIDS are not supported")
        if name == "client_min_messages" and value.lower() not in ("notice", "warning", "error"):
            raise outside("SET client_min_messages")
        if statement.verb == "reset" or value.lower() == "default":
            self.memory["settings"] = {key: v for key, v in self.memory["settings"].items() if key != name}
            return Result(statement.verb.upper())
        self.memory["settings"] = {**self.memory["settings"], name: value}
        return Result("SET")

    # names

    def equip(self, binder: PgBinder) -> None:
        binder.enumerations = {name: Type(name, (), labels) for name, labels in self.database.types.items()}
        binder.sequence = self._sequence
        binder.collation = self.context.facts.get("collation", "en_US.utf8")
        binder.extensions = frozenset(self.database.extensions)

    def find(self, name: TableName) -> Table | None:
        schema = name.schema or "public"
        found = self.database.tables.get((schema, name.name))
        if found is not None and found.temporary:
            return found if found.temporary == self.memory.get("number", 0) else None
        return found

    def relation(self, name: TableName) -> Relation:
        table = self.find(name)
        if table is None:
            system = system_relation(self, name)
            if system is not None:
                return system
            if name.schema and name.schema not in (*self.database.schemas, "pg_catalog", "information_schema"):
                raise SqlError("42P01", f'relation "{name.schema}.{name.name}" does not exist', name.at)
            if name.schema in ("pg_catalog", "information_schema") or name.name.startswith("pg_"):
                raise outside(f"the relation {name.name}")
            shown = f"{name.schema}.{name.name}" if name.schema else name.name
            raise SqlError("42P01", f'relation "{shown}" does not exist', name.at)
        if table.view:
            query = parse(table.view, POSTGRES)
            assert isinstance(query, Query)
            return Relation(table.schema, table.name, [], None, query, table.view_names)
        columns = [(column.name, column.kind) for column in table.columns]
        keys = next((c.columns for c in table.constraints if c.kind == "primary"), ())
        view = view_of(table)
        if name is self.numbered:
            return Relation(
                table.schema,
                table.name,
                [*columns, ("\0row", INT8)],
                lambda: [(*row, n) for n, row in view.rows.items()],
            )
        return Relation(table.schema, table.name, columns, lambda: list(view.rows.values()), None, (), keys)

    def writable(self, name: TableName) -> Table:
        table = self.find(name)
        if table is None:
            self.relation(name)
            raise outside("writing to the catalogue")
        if table.view:
            raise outside("writing to a view")
        return table

    def bound_text(self, text: str, binder: PgBinder, clause: str) -> Bound:
        """An expression that is kept as text."""
        query = parse(f"SELECT {text}", POSTGRES)
        assert isinstance(query, Query)
        expression: Expression = query.body.items[0].expression  # type: ignore[union-attr]
        return binder.condition(binder.bind(expression), clause) if clause == "CHECK" else binder.bind(expression)

    def defaults(
        self, table: Table, planner: PgPlanner
    ) -> list[Callable[[Any], Value] | None]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        """What gives each column's default, None for null."""
        writes = PgWrites.__new__(PgWrites)
        found: list[Callable[[Any], Value] | None] = []
        from fakedocker.userland.languages.sql.bound import Scope

        for column in table.columns:
            if not column.default:
                found.append(None)
                continue
            binder = planner.binder(Scope())
            bound = self.bound_text(column.default, binder, "DEFAULT")
            found.append(writes.assigned(bound, column, binder))
        return found

    def key_of(
        self, table: Table, name: str
    ) -> Callable[[Value], Any] | None:  # Any: a value of SQL's, what runs it, or a binder of either dialect
        column = next(column for column in table.columns if column.name == name)
        return (lambda value: value.rstrip(" ")) if column.type == "bpchar" else None

    def type_of(self, name: TypeName) -> Type:
        return resolve_type(name, {key: Type(key, (), labels) for key, labels in self.database.types.items()})

    # sequences

    def _sequence(self, what: str, name: str, values: list[Value]) -> Value:
        if what == "lastval":
            if "lastval" not in self.memory:
                raise SqlError("55000", "lastval is not yet defined in this session")
            return self.memory["currval"][self.memory["lastval"]]
        short = name.removeprefix("public.").strip('"')
        key = (self.memory["database"], "public", short)
        sequence = self.store.sequences.get(key)
        if sequence is None:
            raise SqlError("42P01", f'relation "{name}" does not exist')
        if what == "currval":
            if short not in self.memory.get("currval", {}):
                raise SqlError("55000", f'currval of sequence "{short}" is not yet defined in this session')
            return self.memory["currval"][short]
        if what == "setval":
            if values[0] < 1:
                raise outside("setval below the least value")
            sequence = replace(sequence, last=values[0], called=bool(values[1]) if len(values) > 1 else True)
            self.set_sequence(sequence)
            if sequence.called:
                self.memory["currval"] = {**self.memory.get("currval", {}), short: values[0]}
            return values[0]
        value = sequence.last + sequence.step if sequence.called else sequence.last
        limit = check_integer(value, Type("int8")) if sequence.kind == "int8" else value
        if sequence.kind != "int8" and value >= {"int2": 1 << 15, "int4": 1 << 31}[sequence.kind]:
            most = {"int2": 1 << 15, "int4": 1 << 31}[sequence.kind] - 1
            raise SqlError("2200H", f'nextval: reached maximum value of sequence "{short}" ({most})')
        self.set_sequence(replace(sequence, last=limit, called=True))
        self.memory["currval"] = {**self.memory.get("currval", {}), short: value}
        self.memory["lastval"] = short
        return value

    def set_sequence(self, sequence: Sequence) -> None:
        key = (self.memory["database"], sequence.schema, sequence.name)
        self.store = replace(self.store, sequences=self.store.sequences.set(key, sequence))

    def restart(self, table: Table) -> None:
        for (database, _, _), sequence in list(self.store.sequences.items()):
            if database == self.memory["database"] and sequence.owner[0] == table.name:
                self.set_sequence(replace(sequence, last=1, called=False))
