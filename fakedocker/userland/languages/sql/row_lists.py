"""Lists of rows: those not seen before, and those that LIMIT and OFFSET leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakedocker.userland.languages.sql.sources import GetRows, Rows


def unseen(rows: Rows, seen: set[Any], key: Callable[[Any], Any]) -> Rows:  # Any: keys
    found = []
    for row in rows:
        mark = key(row)
        if mark not in seen:
            seen.add(mark)
            found.append(row)
    return found


def first_wanted(limit: int | None, offset: int | None) -> int | None:
    """How many of the first rows are looked at, None for all."""
    return None if limit is None else limit + (offset or 0)


def limited(rows: Rows, limit: int | None, offset: int | None) -> Rows:
    start = offset or 0
    return rows[start:] if limit is None else rows[start : start + limit]


def converted(rows: GetRows, converters: list[Any]) -> GetRows:  # Any: what gives a value of another type
    """Rows with their values as other types."""
    if all(convert is None for convert in converters):
        return rows
    return lambda env: [
        tuple(
            value if convert is None or value is None else convert(value)
            for value, convert in zip(row, converters, strict=True)
        )
        for row in rows(env)
    ]
