"""What the parts that run MariaDB's statements may ask of the session that runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from fakedocker.userland.languages.sql.bound import Bound, Context, Value
from fakedocker.userland.languages.sql.sources import Relation
from fakedocker.userland.languages.sql.store import Database, Store, Table
from fakedocker.userland.languages.sql.tree import TableName

Memory = dict[str, Any]
"""A connection's memory; plain data."""
Binder = Any
"""What understands expressions, see my_binder."""


class MySession(Protocol):
    """See my_session."""

    store: Store
    memory: Memory
    context: Context
    others: list[Memory]
    numbered: TableName | None
    database_name: str

    @property
    def mysql(self) -> bool: ...
    def equip(self, binder: Binder, /) -> None:
        """Tell a binder of the session."""

    def current(self, name: str) -> Database: ...
    def put(self, database: Database) -> None: ...
    def place(self, name: TableName) -> tuple[Database, Table | None]: ...
    def table(self, name: TableName) -> tuple[Database, Table]: ...
    def relation(self, name: TableName, used: set[str] | None) -> Relation: ...
    def in_order(self, table: Table, used: set[str] | None) -> list[tuple[int, tuple[Value, ...]]]: ...
    def bound_text(self, text: str, binder: Binder) -> Bound: ...
    def key_of(self, table: Table, name: str) -> Callable[[Value], Value] | None: ...
    def checks_references(self) -> bool: ...
    def counter(self, database: str, table: str) -> int: ...
    def set_counter(self, database: str, table: str, following: int) -> None: ...
