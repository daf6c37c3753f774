"""What a statement gives."""

from __future__ import annotations

from typing import Any, NamedTuple

from fakedocker.userland.languages.sql.pg_types import Type

Value = Any
"""A value of SQL's."""


class Result(NamedTuple):
    """A table, or only a tag and a count.

    Args:
        tag: SELECT, INSERT, CREATE TABLE ...
        affected: rows.
        columns: names and types, None where there is no table.
        note: MariaDB's line of counts.
    """

    tag: str
    affected: int = 0
    columns: tuple[tuple[str, Type], ...] | None = None
    rows: tuple[tuple[Value, ...], ...] = ()
    note: str = ""
    insert_id: int = 0
    matched: int = 0
    warnings: int = 0
    nullable: tuple[bool, ...] = ()
