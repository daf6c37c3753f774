"""A query that has been planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from fakedocker.userland.languages.sql.bound import Bound
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.sources import GetRows
from fakedocker.userland.languages.sql.tree import Expression

Columns = list[tuple[str, Type]]


class Plan(NamedTuple):
    """A query that can be run for an environment around it."""

    columns: Columns
    rows: GetRows
    outer: bool = False
    sure: frozenset[str] = frozenset()  # the columns that are never null
    expected: Callable[[], tuple[float, float] | None] = lambda: (
        None
    )  # how many rows, and different ones, a planner thinks
    late: GetRows | None = None  # its rows, for a query around it that it becomes one with
    united: GetRows | None = None  # of UNION: the rows of all its parts before any is left out


class Output(NamedTuple):
    """One of the result's columns."""

    name: str
    bound: Bound
    alias: str | None
    expression: Expression | None
