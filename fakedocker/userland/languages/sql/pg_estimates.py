"""What PostgreSQL's planner thinks of tables that have never been analyzed: how many rows, how many groups.

The sizes of its hash tables come from these, and so does the order of rows that nothing orders. Sources: plancat.c and
tableam.c (estimates of a table's size), selfuncs.c (estimate_num_groups and what operators let through), costsize.c.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from fakedocker.userland.languages.sql.bound import Value
from fakedocker.userland.languages.sql.sources import split
from fakedocker.userland.languages.sql.store import Column as StoredColumn, Table, view_of
from fakedocker.userland.languages.sql.tree import Between, Binary, Cast, Column, Expression, InList, Is, Literal, Unary

_PAGE: Final = 8168
"""Usable bytes of a page."""
_MOST_IN_PAGE: Final = 291
"""MaxHeapTuplesPerPage."""
_TUPLE: Final = 28
"""What a row takes beside its data: its header and its pointer."""
_LEAST_PAGES: Final = 10
_WIDTHS: Final = {
    "bool": 1, "int2": 2, "int4": 4, "int8": 8, "float4": 4, "float8": 8, "date": 4, "time": 8, "timestamp": 8, "timestamptz": 8,
    "interval": 16, "uuid": 16,
}  # fmt: skip
_DISTINCT: Final = 200.0
_INEQUALITY: Final = 1 / 3
_RANGE: Final = 0.005
_TRUE: Final = 0.5
_UNKNOWN: Final = 0.005
_OPERATOR: Final = 0.0025
_ROW: Final = 0.01
_FUZZ: Final = 1.01


class Size(NamedTuple):
    """A table as the planner sees it.

    Args:
        tuples, pages: how many rows and pages it is thought to have.
        unique: the columns that are unique by themselves; truths: those of booleans.
    """

    tuples: float
    pages: int
    unique: frozenset[str]
    truths: frozenset[str]

    def distinct(self, name: str) -> float:
        """How many values a column is thought to have (get_variable_numdistinct)."""
        if name in self.unique:
            return self.tuples
        return min(self.tuples, _DISTINCT) if name not in self.truths else 2.0


def size_of(table: Table) -> Size | None:
    """A table's size; None where statistics have been collected, which nobody keeps here. O(rows)."""
    if table.counted < -1:
        return None
    pages = _pages(table)
    unique = frozenset(c.columns[0] for c in table.constraints if c.unique or c.kind == "primary" if len(c.columns) == 1)  # fmt: skip
    truths = frozenset(column.name for column in table.columns if column.type == "bool")
    if table.counted >= 0:
        known = pages <= 1 or (len(table.rows) == table.counted and not table.scattered)
        return Size(float(table.counted), pages, unique, truths) if known else None
    width = sum(map(_width, table.columns)) + _TUPLE
    pages = max(pages, _LEAST_PAGES)
    return Size(float(_PAGE // width * pages), pages, unique, truths)


def _width(column: StoredColumn) -> int:
    """get_typavgwidth."""
    fixed = _WIDTHS.get(column.type)
    if fixed is not None:
        return fixed
    if column.type == "numeric" and column.modifiers:
        most = 8 + (column.modifiers[0] + 6) // 4 * 2
    elif column.type in ("varchar", "bpchar") and column.modifiers:
        most = 4 * column.modifiers[0] + 4
        if column.type == "bpchar":
            return most
    else:
        return 32
    return most if most <= 32 else 32 + (min(most, 1000) - 32) // 2


def has_pages(table: Table) -> bool:
    """Whether a table has more pages than one."""
    return len(table.rows) > _MOST_IN_PAGE or _pages(table) > 1


def _pages(table: Table) -> int:
    rows = view_of(table).rows
    if len(rows) * 64 < _PAGE // 2 and all(column.type in _WIDTHS for column in table.columns):
        return 1
    pages, room = 1 if rows else 0, _PAGE
    for row in rows.values():
        taken = _row_bytes(row, table.columns)
        if taken > room:
            pages, room = pages + 1, _PAGE
        room -= taken
    return pages


def _row_bytes(row: Sequence[Value], columns: Sequence[StoredColumn]) -> int:
    header = 23 + (-(-len(columns) // 8) if None in row else 0)
    at = -(-header // 8) * 8
    for value, column in zip(row, columns, strict=False):
        if value is None:
            continue
        fixed = _WIDTHS.get(column.type)
        if fixed is not None:
            step = 1 if column.type in ("bool", "uuid") else min(fixed, 8)
            at = -(-at // step) * step + fixed
            continue
        length = _length(value)
        at = at + 1 + length if length < 127 else -(-at // 4) * 4 + 4 + length
    return -(-at // 8) * 8 + 4


def _length(value: Value) -> int:
    if isinstance(value, Decimal):
        _, digits, exponent = value.as_tuple()
        places = -exponent if isinstance(exponent, int) else 0
        return 2 + 2 * (-(-max(len(digits) - places, 0) // 4) + -(-max(places, 0) // 4))
    return len(value.encode()) if isinstance(value, str) else len(value) * 8 if isinstance(value, bytes | tuple) else 8


# what conditions let through


def rows_of(size: Size, conditions: Sequence[Expression]) -> float | None:
    """How many rows are thought to meet all conditions; None where that is not known here."""
    found = 1.0
    ranged: dict[str, list[str]] = {}
    for part in conditions:
        share = _selectivity(part, size)
        if share is None:
            return None
        if isinstance(part, Binary) and part.operator in ("<", "<=", ">", ">=") and isinstance(part.left, Column) and _is_plain(part.right):  # fmt: skip
            ranged.setdefault(part.left.parts[-1], []).append(part.operator)
        found *= share
    for signs in ranged.values():
        if len(signs) > 1:  # of a range with two ends; of the same end only one counts
            found *= (_RANGE if len({sign[0] for sign in signs}) > 1 else _INEQUALITY) / _INEQUALITY ** len(signs)
    return max(1.0, float(round(size.tuples * found)))


def _selectivity(part: Expression, size: Size) -> float | None:
    if isinstance(part, Column):
        return _TRUE
    if isinstance(part, Unary) and part.operator == "not":
        found = _selectivity(part.argument, size)
        return None if found is None else 1 - found
    if isinstance(part, Binary) and part.operator in ("and", "or"):
        if part.operator == "and":
            shares = [_selectivity(each, size) for each in split(part)]
            return None if None in shares else math.prod(share for share in shares if share is not None)
        a, b = _selectivity(part.left, size), _selectivity(part.right, size)
        return None if a is None or b is None else a + b - a * b
    if isinstance(part, Binary) and part.operator in ("=", "<>"):
        share = _equal(part, size)
        return share if share is None or part.operator == "=" else 1 - share
    if isinstance(part, Binary) and part.operator in ("<", "<=", ">", ">="):
        return _INEQUALITY if _has_one_side(part) else None
    if isinstance(part, Between) and isinstance(part.argument, Column) and _is_plain(part.low) and _is_plain(part.high):
        return None if part.negated else _RANGE
    if isinstance(part, InList) and isinstance(part.argument, Column) and all(map(_is_plain, part.items)) and not part.negated:  # fmt: skip
        return len(part.items) * _one_of(part.argument, size)
    if isinstance(part, Is) and part.what == "null" and isinstance(part.argument, Column):
        return 1 - _UNKNOWN if part.negated else _UNKNOWN
    return None


def _has_one_side(part: Binary) -> bool:
    return isinstance(part.left, Column) != isinstance(part.right, Column) and (_is_plain(part.left) or _is_plain(part.right))  # fmt: skip


def _equal(part: Binary, size: Size) -> float | None:
    for side, other in ((part.left, part.right), (part.right, part.left)):
        if isinstance(side, Column) and _is_plain(other):
            return _one_of(side, size)
    return None


def _one_of(column: Column, size: Size) -> float:
    """The share of the rows that have one value of a column."""
    return 1 / size.distinct(column.parts[-1])


def _is_plain(expression: Expression) -> bool:
    while isinstance(expression, Cast | Unary):
        expression = expression.argument
    return isinstance(expression, Literal)


# groups


class Key(NamedTuple):
    """What rows are grouped by: the columns of which table it reads, or a truth."""

    columns: frozenset[tuple[str, str]]
    is_truth: bool


def groups_of(keys: Sequence[Key], sizes: dict[str, Size], rows: dict[str, float], total: float | None) -> float:
    """How many groups are thought to come of it.

    Args:
        sizes: of the tables, by their aliases; rows: how many of theirs meet the conditions.
        total: how many rows come, None for more than there are groups.
    """
    found = 2.0 ** sum(key.is_truth for key in keys)
    columns = frozenset().union(*(key.columns for key in keys if not key.is_truth))
    for alias, size in sizes.items():
        names = [name for relation, name in columns if relation == alias]
        if not names:
            continue
        each = [size.distinct(name) for name in names]
        most = size.tuples
        if len(names) > 1:
            most = min(size.tuples, max(size.tuples * 0.1, *each))
        distinct = min(math.prod(each), most)
        if rows[alias] < size.tuples:
            distinct *= 1 - ((size.tuples - rows[alias]) / size.tuples) ** (size.tuples / distinct)
        found *= max(1.0, float(round(distinct)))
    found = math.ceil(found)
    return max(1.0, min(found, total) if total is not None else found)


def is_hashed(scan: float, rows: float, keys: int, aggregates: int, groups: float) -> bool:
    """Whether groups are made by hashing and not by sorting, as that costs less by more than nothing.

    Args:
        scan: what getting the rows costs.
    """
    sort = sort_cost(rows)
    hashed = scan + _OPERATOR * rows * (keys + aggregates) + _ROW * groups
    return hashed + sort > hashed * _FUZZ


def sort_cost(rows: float) -> float:
    return 2 * _OPERATOR * rows * math.log2(max(rows, 2.0)) + _OPERATOR * rows


def scan_cost(size: Size, conditions: int) -> float:
    return size.pages + size.tuples * (_ROW + _OPERATOR * conditions)
