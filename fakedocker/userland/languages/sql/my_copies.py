"""The columns that CREATE TABLE ... SELECT makes of another table's, in MariaDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakedocker.userland.languages.sql.binder import has_aggregate, has_window
from fakedocker.userland.languages.sql.store import Column
from fakedocker.userland.languages.sql.tree import Column as ColumnName, Core, Query, Source, Star

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_access import MySession


def copied_columns(session: MySession, query: Query) -> list[Column] | None:
    """The columns of the one table that a query selects as they are; None where it selects anything else."""
    body = query.body
    if not isinstance(body, Core) or not isinstance(body.source, Source) or body.source.table is None or query.ctes:
        return None
    _, table = session.place(body.source.table)
    if table is None or table.view or body.group is not None or has_aggregate(body.items) or has_window(body.items):
        return None
    found: list[Column] = []
    for item in body.items:
        if isinstance(item.expression, Star):
            found += table.columns
            continue
        if not isinstance(item.expression, ColumnName):
            return None
        name = item.expression.parts[-1].lower()
        found += [column for column in table.columns if column.name.lower() == name]
    if any(column.generated or column.on_update_now for column in found):
        return None
    return [_copy(column) for column in found]


def _copy(column: Column) -> Column:
    """A column as another table gets it: one that counts counts no more, and its default is nought."""
    return replace(column, counts=False, default="0", shown_default="0") if column.counts else column
