"""In which order MariaDB goes through a table, and when it tells rows while it still runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.sql.bound import Value
from fakedocker.userland.languages.sql.my_columns import is_myisam, kind_of, length_of
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.sorting import SortKey, sorted_places
from fakedocker.userland.languages.sql.store import Database, Table, view_of
from fakedocker.userland.languages.sql.tree import (
    Column,
    Core,
    Delete,
    Insert,
    Literal,
    Query,
    Source,
    TableName,
    Update,
)

Binder = Any
"""What understands expressions, see my_binder."""


def is_told_at_once(query: Query, place: Callable[[TableName], tuple[Database, Table | None]]) -> bool:
    """Whether rows are sent while the query runs: where nothing is sorted or grouped, or the primary key gives the order."""
    body = query.body
    if not isinstance(body, Core):
        return not query.order
    if body.group or not query.order:
        return not body.group
    first = query.order[0].expression
    if isinstance(first, Literal) and is_digits(first.text) and 0 < int(first.text[:6]) <= len(body.items):
        first = body.items[int(first.text[:6]) - 1].expression
    if (
        not isinstance(first, Column)
        or not isinstance(body.source, Source)
        or body.source.table is None
        or body.distinct
    ):
        return False
    _, table = place(body.source.table)
    keys = next((c.columns for c in table.constraints if c.kind == "primary"), ()) if table is not None else ()
    return [name.lower() for name in keys] == [first.parts[-1].lower()]


def in_order(binder: Binder, table: Table, used: set[str] | None) -> list[tuple[int, tuple[Value, ...]]]:
    """The rows with their numbers as InnoDB goes through them: by the primary key, or by the shortest index that has all."""
    rows = sorted(view_of(table).rows.items())
    order = {column.name: place for place, column in enumerate(table.columns)}
    primary = next((c.columns for c in table.constraints if c.kind == "primary"), ())
    names = () if is_myisam(table) else primary
    kinds = ("unique", "index", "primary") if is_myisam(table) else ("unique", "index")
    covering = [c.columns for c in table.constraints if c.kind in kinds and used is not None and {n.lower() for n in (*c.columns, *primary)} >= (used & {c.name.lower() for c in table.columns})]  # fmt: skip
    if covering:
        names = (
            *min(covering, key=lambda columns: sum(length_of(table.columns[order[n]]) for n in columns)),
            *primary,
        )
    if not names:
        return rows
    keys = [SortKey(binder.sort_key(kind_of(table.columns[order[n]])), False, True) for n in names]
    places = sorted_places(keys, [[row[order[n]] for n in names] for _, row in rows])
    return [rows[place] for place in places]


def check_kept(table: Table, statement: Insert | Update | Delete, is_open: bool) -> None:
    """What is not known of writing to a table of MyISAM's, which has no transactions. Raises Outside."""
    if is_open:
        raise outside("writing to a MyISAM table within a transaction")
    if not isinstance(statement, Insert):
        return
    if len(table.rows) != table.next_row - 1:
        raise outside("rows of a MyISAM table in the places of others that are gone")
    if any(column.counts for column in table.columns) and (statement.mode != "insert" or statement.conflict):
        raise outside("numbers of a MyISAM table")
