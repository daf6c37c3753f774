"""What a server keeps, as plain immutable values: databases, tables with their rows, sequences, users.

A change makes new values that share the rest, so that a transaction's begin is a reference, as is a snapshot. Rows are
tuples of plain values; what is no plain value (numeric) is kept as text, see `TableView`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.persistent import Map
from fakedocker.userland.languages.sql.pg_types import Type

Value = Any
"""A value of SQL's; kept: None, bool, int, float, str, bytes or a tuple of such."""


class Column(Struct, frozen=True):
    """A column.

    Args:
        default: the text of its default, "" for none; `shown_default` as the server shows it.
        counts: whether MariaDB counts it; `identity` PostgreSQL's "always" or "by default".
        generated: the text of what it is computed from.
    """

    name: str
    type: str
    modifiers: tuple[int, ...] = ()
    not_null: bool = False
    default: str = ""
    shown_default: str = ""
    identity: str = ""
    counts: bool = False
    on_update_now: bool = False
    comment: str = ""
    generated: str = ""
    unsigned: bool = False
    labels: tuple[str, ...] = ()
    collation: str = ""

    @property
    def kind(self) -> Type:
        return Type(self.type, self.modifiers, self.labels)


class Constraint(Struct, frozen=True):
    """A constraint or an index.

    Args:
        kind: primary, unique, foreign, check, index (unique or not, which no constraint stands for).
        check: the text of a check; `shown` as the server shows it.
        target: (schema, table) of a foreign key.
        number: tells which was made first, in a database; 0 before it is put into one.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    check: str = ""
    shown: str = ""
    target: tuple[str, str] = ("", "")
    target_columns: tuple[str, ...] = ()
    on_delete: str = ""
    on_update: str = ""
    unique: bool = False
    number: int = 0


class Table(Struct, frozen=True):
    """A table, or a view.

    Args:
        rows: by number, in the order in which they were written.
        view: the text of a view's query.
        counter: MariaDB's next number.
        number: as a constraint's, of a view.
    """

    schema: str
    name: str
    columns: tuple[Column, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    rows: Map[int, tuple[Value, ...]] = Map()
    next_row: int = 1
    view: str = ""
    view_names: tuple[str, ...] = ()
    counter: int = 1
    owner: str = ""
    comment: str = ""
    options: tuple[tuple[str, str], ...] = ()
    temporary: int = 0  # the number of the session that it belongs to
    number: int = 0
    # PostgreSQL's: how many rows it had when an index was made, -1 for never, -2 for what ANALYZE knows
    counted: int = -1
    # PostgreSQL's: whether rows of several pages have been written anew, nobody knows where
    scattered: bool = False
    moved: bool = (
        False  # whether any row of PostgreSQL's has been written anew, of which an index knows the first place
    )


class Sequence(Struct, frozen=True):
    schema: str
    name: str
    last: int = 1
    called: bool = False
    step: int = 1
    owner: tuple[str, str] = ("", "")  # the table and column that it goes with
    kind: str = "int8"


class Database(Struct, frozen=True):
    name: str
    owner: str = ""
    tables: Map[tuple[str, str], Table] = Map()
    schemas: tuple[str, ...] = ("public",)
    types: Map[str, tuple[str, ...]] = Map()
    extensions: tuple[str, ...] = ()
    comment: str = ""


class User(Struct, frozen=True):
    name: str
    password: str = ""
    host: str = "%"
    attributes: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()


class Store(Struct, frozen=True):
    """All of a server's data. Sequences are outside of transactions."""

    databases: Map[str, Database] = Map()
    users: Map[str, User] = Map()
    sequences: Map[tuple[str, str, str], Sequence] = Map()  # database, schema, name


_DECIMALS: Final = frozenset({"numeric", "decimal"})


def kept(value: Value) -> Value:
    """A value as it is kept."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple):
        return tuple(kept(part) for part in value)
    return value


def is_decimal(kind: str) -> bool:
    return kind in _DECIMALS or (kind.endswith("[]") and kind[:-2] in _DECIMALS)


def _revived(value: Value) -> Value:
    if isinstance(value, str):
        return Decimal(value)
    if isinstance(value, tuple):
        return tuple(_revived(part) for part in value)
    return value


class TableView:
    """A table's rows as values to compute with, and its keys looked up fast; a cache, made anew where it is not at hand."""

    def __init__(self, table: Table) -> None:
        self.decimals = [place for place, column in enumerate(table.columns) if is_decimal(column.type)]
        self.rows: dict[int, tuple[Value, ...]] = {
            number: self.revive(row) for number, row in sorted(table.rows.items())
        }
        self.indexes: dict[tuple[int, ...], dict[Any, set[int]]] = {}
        self.counts = len(table.columns)

    def revive(self, row: tuple[Value, ...]) -> tuple[Value, ...]:
        if not self.decimals:
            return row
        found = list(row)
        for place in self.decimals:
            found[place] = _revived(found[place])
        return tuple(found)


_views: dict[int, tuple[Any, TableView]] = {}
_MOST_VIEWS: Final = 256


def view_of(table: Table) -> TableView:
    """The cached view of a table. O(rows) where it must be made."""
    found = _views.get(id(table.rows))
    if found is not None and found[0] is table.rows and found[1].counts == len(table.columns):
        return found[1]
    made = TableView(table)
    remember(table, made)
    return made


def remember(table: Table, view: TableView) -> None:
    while len(_views) >= _MOST_VIEWS:
        _views.pop(next(iter(_views)))
    _views[id(table.rows)] = (table.rows, view)


def forget(table: Table) -> None:
    _views.pop(id(table.rows), None)


Rows = Map[int, tuple[Value, ...]]
_changes: dict[int, tuple[Rows, Rows, tuple[int, ...]]] = {}
_MOST_CHANGES: Final = 4096


def note_changes(before: Rows, after: Rows, numbers: tuple[int, ...]) -> None:
    """Remember which rows may differ between two states of a table; a cache, see `changed_rows`."""
    while len(_changes) >= _MOST_CHANGES:
        _changes.pop(next(iter(_changes)))
    _changes[id(after)] = (after, before, numbers)


def changed_rows(before: Rows, after: Rows) -> list[int]:
    """The numbers of the rows that differ. O(changes) where they are known, O(rows) where not."""
    numbers: set[int] = set()
    found = after
    while found is not before:
        step = _changes.get(id(found))
        if step is None or step[0] is not found:
            numbers = {*before, *after}
            break
        found = step[1]
        numbers.update(step[2])
    return sorted(number for number in numbers if before.get(number) != after.get(number))


def with_table(database: Database, table: Table) -> Database:
    """The database with a table or a view, whose new constraints get their numbers. O(tables) where there are new ones."""
    if (table.view and not table.number) or any(not constraint.number for constraint in table.constraints):
        table = _numbered(table, 1 + max(map(_last_number, [*database.tables.values(), table]), default=0))
    return replace(database, tables=database.tables.set((table.schema, table.name), table))


def _last_number(table: Table) -> int:
    return max([table.number, *(constraint.number for constraint in table.constraints)])


def _numbered(table: Table, number: int) -> Table:
    constraints = tuple(
        constraint if constraint.number else replace(constraint, number=number + place)
        for place, constraint in enumerate(table.constraints)
    )
    return replace(table, constraints=constraints, number=table.number or (number if table.view else 0))


def without_table(database: Database, table: Table) -> Database:
    return replace(database, tables=database.tables.delete((table.schema, table.name)))
