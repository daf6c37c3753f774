"""A server's data as bytes for its data folder, and back."""

from __future__ import annotations

from typing import Any

import msgspec

from fakedocker.base.persistent import Map
from fakedocker.userland.languages.sql.store import Database, Sequence, Store, Table, User


class _Kept(msgspec.Struct):
    databases: list[_KeptDatabase]
    users: list[User]
    sequences: list[tuple[str, Sequence]]


class _KeptTable(msgspec.Struct):
    table: dict[str, Any]
    rows: list[tuple[int, list[Any]]]


class _KeptDatabase(msgspec.Struct):
    name: str
    owner: str
    schemas: tuple[str, ...]
    types: list[tuple[str, tuple[str, ...]]]
    extensions: tuple[str, ...]
    tables: list[_KeptTable]


def dump(store: Store) -> bytes:
    """O(size)."""
    databases = [
        _KeptDatabase(
            database.name, database.owner, database.schemas, sorted(database.types.items()), database.extensions,
            [_table(table) for _, table in sorted(database.tables.items(), key=lambda entry: entry[0])],
        )
        for _, database in sorted(store.databases.items())
    ]  # fmt: skip
    sequences = [(key[0], sequence) for key, sequence in sorted(store.sequences.items(), key=lambda entry: entry[0])]
    return msgspec.json.encode(_Kept(databases, [user for _, user in sorted(store.users.items())], sequences))


def _table(table: Table) -> _KeptTable:
    fields = {name: getattr(table, name) for name in table.__struct_fields__ if name != "rows"}
    return _KeptTable(fields, [(number, _cells(row)) for number, row in sorted(table.rows.items())])


def _cells(row: tuple[Any, ...]) -> list[Any]:
    return [{"hex": value.hex()} if isinstance(value, bytes) else value for value in row]


def load(data: bytes) -> Store:
    """Raises ValueError."""
    kept = msgspec.json.decode(data, type=_Kept)
    databases = {}
    for entry in kept.databases:
        tables = {}
        for item in entry.tables:
            rows = Map({number: tuple(map(_value, row)) for number, row in item.rows})
            table: Table = msgspec.structs.replace(msgspec.convert({**item.table}, _Bare).table(), rows=rows)
            tables[table.schema, table.name] = table
        databases[entry.name] = Database(entry.name, entry.owner, Map(tables), entry.schemas, Map(dict(entry.types)), entry.extensions)  # fmt: skip
    users = Map({user.name if user.host == "%" else f"{user.name}@{user.host}": user for user in kept.users})
    return Store(Map(databases), users, Map({(database, s.schema, s.name): s for database, s in kept.sequences}))


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"])
    return tuple(map(_value, value)) if isinstance(value, list) else value


class _Bare(msgspec.Struct):
    """A table without its rows."""

    schema: str
    name: str
    columns: tuple[_Column, ...]
    constraints: tuple[_Constraint, ...]
    next_row: int
    view: str
    view_names: tuple[str, ...]
    counter: int
    owner: str
    comment: str
    options: tuple[tuple[str, str], ...]
    temporary: int
    number: int = 0

    def table(self) -> Table:
        return Table(**{name: getattr(self, name) for name in self.__struct_fields__})


from fakedocker.userland.languages.sql.store import Column as _Column, Constraint as _Constraint  # noqa: E402
