"""Transactions side by side: what one has written is put over what others have committed meanwhile."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.store import Database, Table

Changes = dict[int, tuple[Any, ...] | None]
"""Rows by number, None for those that are gone."""


def changes_of(before: Table, after: Table) -> Changes:
    """O(rows) unless nothing has changed."""
    if before.rows is after.rows:
        return {}
    found: Changes = {number: row for number, row in after.rows.items() if before.rows.get(number) is not row and before.rows.get(number) != row}  # fmt: skip
    for number in before.rows:
        if number not in after.rows:
            found[number] = None
    return found


def _definition(table: Table) -> tuple[Any, ...]:
    return table.columns, table.constraints, table.view, table.name


def merged(base: Database, current: Database, committed: Database) -> Database:
    """The committed database with a transaction's own changes. Raises Outside where they touch the same."""
    if current is base:
        return committed
    found = committed
    for key in sorted(set(base.tables) | set(current.tables)):
        before, mine, theirs = base.tables.get(key), current.tables.get(key), committed.tables.get(key)
        if mine is before:
            continue
        if before is None or mine is None or theirs is None or _definition(before) != _definition(mine):
            if theirs is before:
                tables = found.tables.delete(key) if mine is None else found.tables.set(key, mine)
                found = replace(found, tables=tables)
                continue
            raise outside("definitions that change in two transactions at the same time")
        if theirs is before:
            found = replace(found, tables=found.tables.set(key, mine))
            continue
        if _definition(before) != _definition(theirs):
            raise outside("definitions that change in two transactions at the same time")
        found = replace(found, tables=found.tables.set(key, _rows(before, mine, theirs)))
    if current.schemas != base.schemas or current.types is not base.types:
        raise outside("definitions that change in two transactions at the same time")
    return found


def _rows(before: Table, mine: Table, theirs: Table) -> Table:
    own, other = changes_of(before, mine), changes_of(before, theirs)
    if any(number in other for number in own if number in before.rows):
        raise outside("two transactions that write the same rows")
    rows = theirs.rows
    following = theirs.next_row
    for number, row in sorted(own.items()):
        if row is None:
            rows = rows.delete(number)
        elif number in before.rows:
            rows = rows.set(number, row)
        else:
            rows = rows.set(following, row)
            following += 1
    keys = [c.columns for c in before.constraints if c.kind in ("primary", "unique") or c.unique]
    order = {column.name: place for place, column in enumerate(before.columns)}
    for columns in keys:
        seen = set()
        for row in rows.values():
            key = tuple(row[order[name]] for name in columns)
            if None not in key and key in seen:
                raise outside("two transactions that write the same key")
            seen.add(key)
    return replace(theirs, rows=rows, next_row=following, counter=max(mine.counter, theirs.counter))


def rows_in_common(base: Database, current: Database, before: Database, after: Database) -> bool:
    """Whether a statement has changed rows that another transaction has changed, too."""
    for key, theirs in current.tables.items():
        start, mine, mine_before = base.tables.get(key), after.tables.get(key), before.tables.get(key)
        if start is None or mine is None or mine_before is None or theirs is start or mine is mine_before:
            continue
        first, second = changes_of(start, theirs), changes_of(mine_before, mine)
        if any(number in start.rows for number in first.keys() & second.keys()):
            return True
        unique = any(c.kind in ("primary", "unique") or c.unique for c in start.constraints)
        if unique and _same_keys(start, first, second):
            return True
    return False


def _same_keys(table: Table, first: Changes, second: Changes) -> bool:
    order = {column.name: place for place, column in enumerate(table.columns)}
    for constraint in table.constraints:
        if constraint.kind in ("primary", "unique") or constraint.unique:
            places = [order[name] for name in constraint.columns]
            keys = [
                {tuple(row[place] for place in places) for row in changes.values() if row is not None}
                for changes in (first, second)
            ]
            if any(None not in key for key in keys[0] & keys[1]):
                return True
    return False
