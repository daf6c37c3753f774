"""What statements are made of. `at` and `end` are offsets in the text."""

from __future__ import annotations

from typing import NamedTuple, Union

from fakedocker.userland.languages.sql.tree_leaves import (
    Column as Column,
    Default as Default,
    Literal as Literal,
    Star as Star,
    TableName as TableName,
    TypeName as TypeName,
    Variable as Variable,
)


class Ordering(NamedTuple):
    expression: Expression
    descending: bool
    nulls_first: bool | None
    at: int


class Window(NamedTuple):
    base: str
    partition: tuple[Expression, ...]
    order: tuple[Ordering, ...]
    frame: tuple[str, str, int, str, int] | None  # mode, start, start's number, end, end's number
    at: int


class Call(NamedTuple):
    name: str
    arguments: tuple[Expression, ...]
    at: int
    end: int
    star: bool = False
    distinct: bool = False
    order: tuple[Ordering, ...] = ()
    where: Expression | None = None
    over: Window | None = None
    separator: str | None = None
    keyword: bool = False  # written without parentheses, or with a grammar of its own
    written: str = ""  # its name as it is written, in MariaDB
    spaced: bool = False  # for MariaDB no function of its own: a space is before its parenthesis


class Unary(NamedTuple):
    operator: str
    argument: Expression
    at: int
    end: int


class Binary(NamedTuple):
    operator: str
    left: Expression
    right: Expression
    at: int  # where the operator stands
    start: int
    end: int


class Cast(NamedTuple):
    argument: Expression
    type: TypeName
    at: int
    end: int
    style: str  # cast, ::, literal


class Case(NamedTuple):
    operand: Expression | None
    whens: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression | None
    at: int
    end: int


class InList(NamedTuple):
    argument: Expression
    items: tuple[Expression, ...]
    negated: bool
    at: int
    start: int
    end: int


class InQuery(NamedTuple):
    argument: Expression
    query: Query
    negated: bool
    at: int
    start: int
    end: int


class Between(NamedTuple):
    argument: Expression
    low: Expression
    high: Expression
    negated: bool
    at: int
    start: int
    end: int


class Like(NamedTuple):
    argument: Expression
    pattern: Expression
    escape: Expression | None
    negated: bool
    kind: str  # like, ilike, regexp, ~, ~*
    at: int
    start: int
    end: int


class Is(NamedTuple):
    argument: Expression
    what: str  # null, true, false, unknown, distinct
    other: Expression | None
    negated: bool
    at: int  # where it begins
    end: int


class Exists(NamedTuple):
    query: Query
    at: int
    end: int


class Subquery(NamedTuple):
    query: Query
    at: int
    end: int


class Quantified(NamedTuple):
    argument: Expression
    operator: str
    every: bool
    query: Query | None
    array: Expression | None
    at: int
    start: int
    end: int


class Row(NamedTuple):
    items: tuple[Expression, ...]
    at: int
    end: int


class ArrayOf(NamedTuple):
    items: tuple[Expression, ...]
    at: int
    end: int


class Element(NamedTuple):
    argument: Expression
    place: Expression
    at: int
    end: int


class Assigned(NamedTuple):
    name: str
    value: Expression
    at: int
    end: int


class Interval(NamedTuple):  # MariaDB's
    value: Expression
    unit: str
    at: int
    end: int


Expression = Union[  # noqa: UP007  # the names are defined in a ring
    Literal, Column, Star, Call, Unary, Binary, Cast, Case, InList, InQuery, Between, Like, Is, Exists, Subquery,
    Quantified, Row, ArrayOf, Element, Default, Variable, Assigned, Interval]  # fmt: skip


class Item(NamedTuple):  # `written` is the text of the expression
    expression: Expression
    alias: str | None
    written: str


class Source(NamedTuple):
    """A table, query or function in FROM."""

    table: TableName | None
    query: Query | None
    call: Call | None
    alias: str
    columns: tuple[str, ...]
    lateral: bool
    at: int
    ordinality: bool = False


class Join(NamedTuple):
    kind: str  # inner, left, right, full, cross
    left: From
    right: From
    condition: Expression | None
    using: tuple[str, ...] | None
    natural: bool
    at: int


From = Union[Source, Join]  # noqa: UP007


class Core(NamedTuple):
    """SELECT without what may follow a union."""

    items: tuple[Item, ...]
    source: From | None
    where: Expression | None
    group: tuple[Expression, ...] | None
    having: Expression | None
    distinct: bool
    distinct_on: tuple[Expression, ...]
    windows: tuple[tuple[str, Window], ...]
    at: int
    rollup: bool = False


class Values(NamedTuple):
    rows: tuple[tuple[Expression, ...], ...]
    at: int


class Combined(NamedTuple):
    operator: str  # union, intersect, except
    every: bool
    left: Query
    right: Query
    at: int


class Cte(NamedTuple):
    name: str
    columns: tuple[str, ...]
    statement: Statement
    at: int


class Query(NamedTuple):
    body: Core | Values | Combined
    ctes: tuple[Cte, ...] = ()
    recursive: bool = False
    order: tuple[Ordering, ...] = ()
    limit: Expression | None = None
    offset: Expression | None = None
    locking: bool = False
    at: int = 0


class OnConflict(NamedTuple):
    columns: tuple[str, ...] | None
    constraint: str
    assignments: tuple[tuple[str, Expression, int], ...] | None  # None: do nothing
    where: Expression | None
    at: int


class Insert(NamedTuple):
    table: TableName
    alias: str
    columns: tuple[tuple[str, int], ...] | None
    query: Query | None  # None: DEFAULT VALUES
    conflict: OnConflict | None
    returning: tuple[Item, ...]
    ctes: tuple[Cte, ...]
    mode: str  # "insert", "replace", "ignore"
    recursive: bool = False


class Update(NamedTuple):
    table: TableName
    alias: str
    assignments: tuple[tuple[str, Expression, int], ...]
    source: From | None
    where: Expression | None
    returning: tuple[Item, ...]
    ctes: tuple[Cte, ...]
    order: tuple[Ordering, ...] = ()
    limit: Expression | None = None
    joined: From | None = None
    recursive: bool = False


class Delete(NamedTuple):
    table: TableName
    alias: str
    source: From | None
    where: Expression | None
    returning: tuple[Item, ...]
    ctes: tuple[Cte, ...]
    order: tuple[Ordering, ...] = ()
    limit: Expression | None = None
    joined: From | None = None
    recursive: bool = False


class KeyDef(NamedTuple):
    """A constraint or an index as written."""

    kind: str  # primary, unique, foreign, check, index
    name: str
    columns: tuple[str, ...]
    check: Expression | None = None
    check_text: str = ""
    target: TableName | None = None
    target_columns: tuple[str, ...] = ()
    on_delete: str = ""
    on_update: str = ""
    at: int = 0


class ColumnDef(NamedTuple):
    name: str
    type: TypeName
    not_null: bool | None
    default: Expression | None
    default_text: str
    keys: tuple[KeyDef, ...]
    identity: str  # "", "always", "by default"
    counts: bool  # auto_increment
    on_update_now: bool
    comment: str
    generated: Expression | None
    at: int
    position: str = ""  # MariaDB: first, after x


class CreateTable(NamedTuple):
    table: TableName
    columns: tuple[ColumnDef, ...]
    keys: tuple[KeyDef, ...]
    if_not_exists: bool
    temporary: bool
    query: Query | None
    options: tuple[tuple[str, str], ...]
    like: TableName | None = None


class AlterAction(NamedTuple):
    kind: str
    name: str = ""
    column: ColumnDef | None = None
    key: KeyDef | None = None
    type: TypeName | None = None
    expression: Expression | None = None
    text: str = ""
    missing_ok: bool = False
    cascade: bool = False
    at: int = 0


class AlterTable(NamedTuple):
    table: TableName
    actions: tuple[AlterAction, ...]
    missing_ok: bool
    kind: str = "table"  # or index, sequence, view


class Drop(NamedTuple):
    kind: str  # table, view, index, schema, sequence, database, role, type, extension
    names: tuple[TableName, ...]
    missing_ok: bool
    cascade: bool
    table: TableName | None = None  # MariaDB: DROP INDEX x ON t


class Simple(NamedTuple):
    """A statement that is its verb and a few words."""

    verb: str
    names: tuple[TableName, ...] = ()
    text: str = ""
    flags: frozenset[str] = frozenset()
    expression: Expression | None = None
    at: int = 0
    query: Query | None = None
    items: tuple[tuple[str, Expression], ...] = ()
    words: tuple[str, ...] = ()
    key: KeyDef | None = None


Statement = Query | Insert | Update | Delete | CreateTable | AlterTable | Drop | Simple
