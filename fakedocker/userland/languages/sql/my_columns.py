"""MariaDB's columns as expressions and indexes see them."""

from __future__ import annotations

from fakedocker.userland.languages.sql.my_types import LATIN, TEXTS
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.store import Column, Table


def kind_of(column: Column) -> Type:
    """A column's type as expressions see it."""
    if column.type == "enum":
        return Type("enum", (-1,), column.labels)
    if column.type in TEXTS and (column.collation.endswith("_bin") or column.collation == LATIN):
        return Type(column.type, column.modifiers, (column.collation,))
    if column.type == "decimal":
        return Type("decimal", (*column.modifiers, 0)[:2] if column.modifiers else (10, 0))
    if column.type == "timestamp":
        return Type("datetime", column.modifiers)
    return Type(column.type, column.modifiers if column.type in ("datetime", "time") else ())


def is_myisam(table: Table) -> bool:
    return dict(table.options).get("engine") == "MyISAM"


def length_of(column: Column) -> int:
    """How long a column is in an index, in bytes."""
    sizes = {"tinyint": 1, "smallint": 2, "mediumint": 3, "int": 4, "bigint": 8, "float": 4, "double": 8, "date": 3, "datetime": 5, "timestamp": 4, "year": 1, "enum": 1}  # fmt: skip
    if column.type in TEXTS and column.type != "enum":
        return (column.modifiers[0] if column.modifiers else 255) * 4 + 2
    return sizes.get(column.type, 8) + (not column.not_null)


def indexed_of(table: Table) -> frozenset[str]:
    """The columns with which indexes but the primary key begin."""
    return frozenset(c.columns[0] for c in table.constraints if c.kind in ("unique", "index", "foreign") and c.columns)
