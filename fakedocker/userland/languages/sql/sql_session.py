"""Who asks a database, and what is answered."""

from __future__ import annotations

from typing import NamedTuple

from fakedocker.userland.languages.sql.sql_expressions import Facts
from fakedocker.userland.languages.sql.sql_parser import Column
from fakedocker.userland.languages.sql.sql_tokens import SqlProblem, Value

Table = dict[str, Value]


class Result(NamedTuple):
    """What a statement gives: a table (columns with the families of their types), or only a tag and a count."""

    tag: str
    affected: int = 0
    columns: tuple[tuple[str, str], ...] | None = None
    rows: tuple[tuple[Value, ...], ...] = ()


class Session:
    """Who asks, where.

    Args:
        store: all data; changed in place.
        facts: what functions tell; see sql_expressions.
    """

    def __init__(self, store: dict[str, Value], facts: Facts) -> None:
        self.store = store
        self.facts = facts
        self.changed = False

    @property
    def tables(self) -> dict[str, Table]:
        """Those of the database that is used. Raises SqlProblem where there is none."""
        if not self.facts["database"]:
            raise SqlProblem("no database")
        found: dict[str, Table] = self.store["databases"][self.facts["database"]]
        return found

    def table(self, name: str, at: int | None) -> Table:
        found = self.tables.get(name)
        if found is None:
            raise SqlProblem("no table", at, name=name, database=self.facts["database"])
        return found

    def columns(self, table: Table) -> list[Column]:
        return [Column(*fields) for fields in table["columns"]]
