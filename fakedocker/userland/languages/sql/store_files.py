"""A server's data as bytes for its data folder, and back: a line with all of it, and one for each commit behind it."""

from __future__ import annotations

from typing import Any

import msgspec

from fakedocker.base.persistent import Map
from fakedocker.userland.languages.sql.store import Database, Sequence, Store, Table, User, changed_rows


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


class _ChangedTable(msgspec.Struct, omit_defaults=True):
    schema: str
    name: str
    next_row: int
    counter: int
    rows: list[tuple[int, list[Any] | None]]
    moved: bool = False
    scattered: bool = False


class _Changed(msgspec.Struct):
    tables: list[tuple[str, _ChangedTable]]
    sequences: list[tuple[str, Sequence]]


def dump_changes(before: Store, after: Store) -> bytes | None:
    """What has changed, where that is rows and sequences alone, else None. O(changes + tables)."""
    if after.users != before.users or not (_same_keys(after.databases, before.databases) and _same_keys(after.sequences, before.sequences)):  # fmt: skip
        return None
    tables: list[tuple[str, _ChangedTable]] = []
    for name, database in sorted(after.databases.items()):
        old = before.databases[name]
        if old is database:
            continue
        if not _same_keys(old.tables, database.tables) or not _same_but(old, database, _TABLES):
            return None
        for key, table in sorted(database.tables.items(), key=lambda entry: entry[0]):
            known = old.tables[key]
            if known is table:
                continue
            if not _same_but(known, table, _ROWS):
                return None
            rows = [(number, None if (row := table.rows.get(number)) is None else _cells(row)) for number in changed_rows(known.rows, table.rows)]  # fmt: skip
            tables.append(
                (
                    name,
                    _ChangedTable(
                        table.schema, table.name, table.next_row, table.counter, rows, table.moved, table.scattered
                    ),
                )
            )
    sequences = [(key[0], sequence) for key, sequence in sorted(after.sequences.items(), key=lambda entry: entry[0]) if before.sequences[key] != sequence]  # fmt: skip
    return msgspec.json.encode(_Changed(tables, sequences))


_TABLES = frozenset({"tables"})
_ROWS = frozenset({"rows", "next_row", "counter", "moved", "scattered"})


def _same_keys(one: Map[Any, Any], other: Map[Any, Any]) -> bool:
    return len(one) == len(other) and all(key in other for key in one)


def _same_but(one: msgspec.Struct, other: msgspec.Struct, names: frozenset[str]) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in one.__struct_fields__ if name not in names)


def _changed(store: Store, data: bytes) -> Store:
    changed = msgspec.json.decode(data, type=_Changed)
    databases, sequences = store.databases, store.sequences
    for name, entry in changed.tables:
        database = databases[name]
        table = database.tables[entry.schema, entry.name]
        with table.rows.mutate() as rows:
            for number, row in entry.rows:
                if row is not None:
                    rows[number] = tuple(map(_value, row))
                elif number in rows:
                    del rows[number]
            table = msgspec.structs.replace(
                table,
                rows=rows.finish(),
                next_row=entry.next_row,
                counter=entry.counter,
                moved=entry.moved,
                scattered=entry.scattered,
            )
        tables = database.tables.set((entry.schema, entry.name), table)
        databases = databases.set(name, msgspec.structs.replace(database, tables=tables))
    for owner, sequence in changed.sequences:
        sequences = sequences.set((owner, sequence.schema, sequence.name), sequence)
    return msgspec.structs.replace(store, databases=databases, sequences=sequences)


def _table(table: Table) -> _KeptTable:
    fields = {name: getattr(table, name) for name in table.__struct_fields__ if name != "rows"}
    return _KeptTable(fields, [(number, _cells(row)) for number, row in sorted(table.rows.items())])


def _cells(row: tuple[Any, ...]) -> list[Any]:
    return [{"hex": value.hex()} if isinstance(value, bytes) else value for value in row]


def load(data: bytes) -> Store:
    """Raises ValueError. O(size)."""
    whole, *lines = data.split(b"\n")
    try:
        store = _whole(whole)
        for line in lines:
            store = _changed(store, line)
    except KeyError as problem:
        raise ValueError(str(problem)) from None
    return store


def _whole(data: bytes) -> Store:
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
    counted: int = -1
    scattered: bool = False
    moved: bool = False

    def table(self) -> Table:
        return Table(**{name: getattr(self, name) for name in self.__struct_fields__})


from fakedocker.userland.languages.sql.store import Column as _Column, Constraint as _Constraint  # noqa: E402
