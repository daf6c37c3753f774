"""Expressions with their types, ready to run, and what they may refer to.

A row at run time is an environment: (values of this query's row, the environment of the query around it). It is made of
the columns of all tables in FROM one after the other, and behind them what aggregates and windows give.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.problems import SqlError, outside

Value = Any
"""A value of SQL's."""
Env = Any
"""(row, environment around it) or None."""
Run = Callable[[Env], Value]
_MOST_WORK: Final = 4_000_000
_MOST_CELLS: Final = 3_000_000
NOTHING: Final = frozenset[int]()
NO_NAMES: Final = frozenset[str]()


class Bound(NamedTuple):
    """An expression that has been understood.

    Args:
        type: its type.
        run: its value for an environment.
        uses: the places in the row that it reads.
        shown: how the server writes it in its catalogue, "" where that is not known.
        at: where it stands in the statement.
        constant: the text of a literal whose type is still unknown, else None.
        outer: whether it reads a row around this query, or is another at every call.
        fixed: whether it is a literal.
        name: of a column that it is.
        asks: whether a query is asked for it.
    """

    type: Type
    run: Run
    uses: frozenset[int] = NOTHING
    shown: str = ""
    at: int = 0
    constant: str | None = None
    outer: bool = False
    fixed: bool = False
    name: str = ""
    nullable: bool = True
    asks: bool = False


class Context:
    """What one statement may know and use up while it runs.

    Args:
        now_ns: the virtual time.
        transaction_ns: when the transaction began.
        random: from the world's seed.
        charge: told microseconds of CPU.
    """

    def __init__(
        self,
        now_ns: int,
        transaction_ns: int,
        random: Callable[[int], int],
        charge: Callable[[int], None],
        facts: dict[str, str],
    ) -> None:
        self.now_ns = now_ns
        self.transaction_ns = transaction_ns
        self.random = random
        self.charge = charge
        self.facts = facts
        self.work = 0
        self.cells = 0
        self.row_number = 0  # of an INSERT or UPDATE, for MariaDB's errors
        self.strict = False  # whether a row is being written: MariaDB's warnings are errors then
        self.warnings: list[tuple[str, int, str]] = []
        self.doubts: set[str] = set()  # what of the answer may be otherwise on the real server

    def doubted(self, count: int) -> list[str]:
        """What may be otherwise on the real server of an answer with so many rows."""
        return sorted(self.doubts) if count > 1 else []

    def tick(self, amount: int = 1) -> None:
        """Some rows more have been looked at."""
        self.work += amount
        if self.work % 1024 < amount:
            self.charge(amount // 4 + 50)
        if self.work > _MOST_WORK:
            raise outside("a statement that takes so long")

    def hold(self, cells: int) -> None:
        """So many values more are kept."""
        self.cells += cells
        if self.cells > _MOST_CELLS:
            raise outside("so large a result")


class Field(NamedTuple):
    """A column that can be seen."""

    relation: str
    name: str
    type: Type
    slot: int
    hidden: bool = False  # of a join with USING: seen only with its table's name
    origin: tuple[str, str, str] = ("", "", "")  # schema, table, column
    nullable: bool = True


class Scope:
    """What names mean in one query. `parent` is the query around it.

    Args:
        fold: how names of columns and tables are compared.
    """

    def __init__(self, parent: Scope | None = None, fold: bool = False) -> None:
        self.parent = parent
        self.fold = fold
        self.fields: list[Field] = []
        self.relations: list[str] = []
        self.width = 0
        self.reads_outer = False
        self.is_derived = False  # whether it has columns of a query in FROM, which may stand for constants
        self.grouped: set[int] | None = None  # slots that may be read as they are, once rows are grouped
        self.group_keys: set[str] = set()
        self.ungrouped: list[
            tuple[int, SqlError]
        ] = []  # columns that may not: told last, HAVING's (1) behind others (0)
        self.keyed: set[tuple[str, str]] = set()
        self.inside_aggregate = False  # while an aggregate's arguments are understood, which may read any column
        self.partial = False  # whether a relation has columns that are not known here
        self.beside: tuple[tuple[str, ...], ...] = ()  # of a part of a union: the columns of the parts before it
        self.merged: dict[str, list[int]] = {}  # USING of a full join: the slots whose first value counts

    def add(
        self,
        relation: str,
        columns: list[tuple[str, Type]],
        origin: tuple[str, str] = ("", ""),
        sure: frozenset[str] = NO_NAMES,
    ) -> None:
        """Columns of one more relation; those in `sure` are never null."""
        self.relations.append(relation)
        for name, kind in columns:
            self.fields.append(Field(relation, name, kind, self.width, False, (*origin, name), name not in sure))
            self.width += 1

    def make_nullable(self, start: int, end: int) -> None:
        """The columns in these places may be null: of the side of a join that may be missing."""
        self.fields = [field._replace(nullable=True) if start <= field.slot < end else field for field in self.fields]

    def extend(self, amount: int = 1) -> int:
        """A place behind the columns; the first of `amount`."""
        self.width += amount
        return self.width - amount


def slot_reader(slot: int, depth: int) -> Run:
    """What reads a place of the row `depth` queries further out."""
    if depth == 0:
        return lambda env: env[0][slot]
    if depth == 1:
        return lambda env: env[1][0][slot]

    def read(env: Env) -> Value:
        for _ in range(depth):
            env = env[1]
        return env[0][slot]

    return read


def constant(value: Value) -> Run:
    return lambda env: value
