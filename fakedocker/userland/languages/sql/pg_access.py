"""What the parts that run PostgreSQL's statements may ask of the session that runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fakedocker.userland.languages.sql.bound import Bound, Context, Value
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.sources import Relation
from fakedocker.userland.languages.sql.store import Database, Sequence, Store, Table
from fakedocker.userland.languages.sql.tree import TableName, TypeName

Memory = dict[str, Any]
"""A connection's memory; plain data."""
Binder = Any
"""What understands expressions, see pg_binder."""
Default = Callable[[Any], Value] | None


class PgSession(Protocol):
    """See pg_session."""

    store: Store
    memory: Memory
    context: Context
    others: list[Memory]
    notices: list[tuple[str, str]]
    numbered: TableName | None
    database: Database

    def equip(self, binder: Binder, /) -> None:
        """Tell a binder of the database."""

    def start(self) -> Database: ...
    def commit(self, database: Database) -> None: ...
    def find(self, name: TableName) -> Table | None: ...
    def relation(self, name: TableName) -> Relation: ...
    def writable(self, name: TableName) -> Table: ...
    def bound_text(self, text: str, binder: Binder, clause: str) -> Bound: ...
    def defaults(self, table: Table, planner: Binder) -> list[Default]: ...
    def key_of(self, table: Table, name: str) -> Callable[[Value], Value] | None: ...
    def type_of(self, name: TypeName) -> Type: ...
    def set_sequence(self, sequence: Sequence) -> None: ...
    def restart(self, table: Table) -> None: ...
