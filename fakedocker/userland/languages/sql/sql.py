"""A small SQL database: tables of plain data, and the statements of sql_parser run on them.

A store is {"databases": {name: {table's name: table}}, "roles": {name: password}}; a table is {"columns": [[name, type,
needed, key, default, counts]], "rows": [[value]], "next": number}. It must not know connections or wordings.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cmp_to_key
from typing import Final

from fakedocker.userland.languages.sql.definitions import (
    alter_table,
    begin,
    commit,
    create_database,
    create_role,
    create_table,
    drop_database,
    drop_role,
    drop_table,
    initial,
    rollback,
)
from fakedocker.userland.languages.sql.sql_expressions import Row, evaluate, has_aggregate, is_true
from fakedocker.userland.languages.sql.sql_parser import Column, Parser, Select, Source, Statement
from fakedocker.userland.languages.sql.sql_session import Result, Session, Table
from fakedocker.userland.languages.sql.sql_tokens import Expression, SqlProblem, Value
from fakedocker.userland.languages.sql.sql_values import compare, convert, family, shown

_MAXIMUM_ROWS: Final = 200_000


# select


def _select(session: Session, statement: Statement) -> Result:
    select: Select = statement.parts["select"]
    rows, shape = _joined(session, select.sources)
    if select.where is not None:
        rows = [row for row in rows if is_true(select.where, row, session.facts)]
    items = _items(select.items, shape)
    names = {name: expression for expression, name, _ in items}
    order = tuple((_named(expression, names, items), descends) for expression, descends in select.order)
    grouped = bool(select.groups) or any(has_aggregate(expression) for expression, _, _ in items)
    groups = _groups(session, select, rows) if grouped else [[row] for row in rows]
    if select.having is not None:
        groups = [group for group in groups if _value(session, select.having, group, grouped)]
    if order:

        def compare_groups(left: list[Row], right: list[Row]) -> int:
            return _order(session, order, left, right, grouped)

        groups.sort(key=cmp_to_key(compare_groups))
    found = [tuple(_value(session, expression, group, grouped) for expression, _, _ in items) for group in groups]
    if select.distinct:
        found = list(dict.fromkeys(found))
    end = None if select.limit is None else select.skip + select.limit
    found = found[select.skip : end]
    kinds = [_kind(expression, shape, [row[place] for row in found]) for place, (expression, _, _) in enumerate(items)]
    columns = tuple((name, kind) for (_, name, _), kind in zip(items, kinds, strict=True))
    return Result("SELECT", len(found), columns, tuple(found))


def _joined(session: Session, sources: tuple[Source, ...]) -> tuple[list[Row], dict[tuple[str, str], str]]:
    """The rows of FROM, and the type of each of their columns."""
    rows: list[Row] = [{}]
    shape: dict[tuple[str, str], str] = {}
    for source in sources:
        table = session.table(source.table, source.at)
        keys = [(source.alias, column.name) for column in session.columns(table)]
        shape |= {key: column.type for key, column in zip(keys, session.columns(table), strict=True)}
        new = [dict(zip(keys, values, strict=True)) for values in table["rows"]]
        if len(rows) * max(1, len(new)) > _MAXIMUM_ROWS:
            raise SqlProblem("too large")
        joined: list[Row] = []
        for row in rows:
            pairs = [row | other for other in new]
            if source.condition is not None:
                pairs = [pair for pair in pairs if is_true(source.condition, pair, session.facts)]
            joined += pairs or ([row | dict.fromkeys(keys)] if source.join == "left" else [])
        rows = joined
    return rows, shape


def _items(
    items: tuple[tuple[Expression, str], ...], shape: dict[tuple[str, str], str]
) -> list[tuple[Expression, str, int]]:
    """(expression, heading, place) of each column of the result, stars opened."""
    found: list[tuple[Expression, str, int]] = []
    for expression, name in items:
        if expression[0] == "star":
            keys = [key for key in shape if expression[1] in ("", key[0])]
            found += [(("column", table, column, 0), column, len(found)) for table, column in keys]
        else:
            found.append((expression, name or _heading(expression), len(found)))
    return found


def _heading(expression: Expression) -> str:
    """What PostgreSQL calls a column that has no name."""
    if expression[0] == "column":
        return str(expression[2])
    if expression[0] == "call":
        return str(expression[1])
    return _heading(expression[1]) if expression[0] == "cast" else "?column?"


def _named(
    expression: Expression, names: dict[str, Expression], items: list[tuple[Expression, str, int]]
) -> Expression:
    """What ORDER BY means by a name or a number."""
    if expression[0] == "value" and isinstance(expression[1], int) and 0 < expression[1] <= len(items):
        return items[expression[1] - 1][0]
    if expression[0] == "column" and not expression[1] and expression[2] in names:
        return names[expression[2]]
    return expression


def _groups(session: Session, select: Select, rows: list[Row]) -> list[list[Row]]:
    if not select.groups:
        return [rows]
    found: dict[tuple[Value, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(evaluate(part, row, session.facts) for part in select.groups), []).append(row)
    return list(found.values())


def _value(session: Session, expression: Expression, group: list[Row], grouped: bool) -> Value:
    if not group and not has_aggregate(expression) and expression[0] == "column":
        return None
    return evaluate(expression, group[0] if group else {}, session.facts, group if grouped else None)


def _order(
    session: Session, order: tuple[tuple[Expression, bool], ...], left: list[Row], right: list[Row], grouped: bool
) -> int:
    """PostgreSQL puts nulls last, MySQL first; the other way round with DESC."""
    for expression, descends in order:
        first, second = (_value(session, expression, group, grouped) for group in (left, right))
        if first is None or second is None:
            found = ((first is None) - (second is None)) * (1 if session.facts["dialect"] == "postgres" else -1)
        else:
            found = compare(first, second)
        if found:
            return -found if descends else found
    return 0


def _kind(expression: Expression, shape: dict[tuple[str, str], str], values: list[Value]) -> str:
    """The family of a column's type, on which alignment depends."""
    if expression[0] == "column":
        found = [
            kind for (table, name), kind in shape.items() if name == expression[2] and expression[1] in ("", table)
        ]
        return family(found[0]) if found else "text"
    if has_aggregate(expression) and expression[1] in ("count", "sum", "avg"):
        return "numeric"
    known = [value for value in values if value is not None]
    if known and isinstance(known[0], bool):
        return "boolean"
    return "integer" if known and isinstance(known[0], int | float) else "text"


# changes


def _insert(session: Session, statement: Statement) -> Result:
    table = session.table(statement.name, statement.parts["table_at"])
    columns = session.columns(table)
    names = statement.parts["columns"]
    targets = [column.name for column in columns] if names is None else names
    for name in targets:
        if name not in {column.name for column in columns}:
            raise SqlProblem("no column of", statement.parts["table_at"], name=name, table=statement.name)
    added: list[list[Value]] = []
    for given in statement.parts["rows"]:
        if len(given) > len(targets) or (names and len(given) < len(targets)):
            raise SqlProblem(
                "count", statement.at, more="expressions" if len(given) > len(targets) else "target columns"
            )
        values = dict(zip(targets, given, strict=False))
        row = [initial(session, table, column, values.get(column.name)) for column in columns]
        problem = _violation(session, statement.name, table, columns, row, [*table["rows"], *added])
        if problem is not None and statement.parts["ignores"]:
            continue
        if problem is not None:
            raise problem
        added.append(row)
    table["rows"] = [*table["rows"], *added]
    session.changed = True
    return _returned(session, "INSERT", statement, columns, added)


def _violation(
    session: Session, name: str, table: Table, columns: list[Column], row: list[Value], others: list[list[Value]]
) -> SqlProblem | None:
    for place, column in enumerate(columns):
        if row[place] is None and column.needed:
            shown_row = ", ".join("null" if value is None else shown(value, "postgres") for value in row)
            return SqlProblem("null", None, column=column.name, table=name, row=shown_row)
        if column.key and row[place] is not None and any(other[place] == row[place] for other in others):
            suffix = "pkey" if column.key == "primary" else f"{column.name}_key"
            key = "PRIMARY" if column.key == "primary" else column.name
            return SqlProblem(
                "duplicate",
                None,
                constraint=f"{name}_{suffix}",
                column=column.name,
                value=shown(row[place], session.facts["dialect"]),
                key=f"{name}.{key}",
            )
    return None


def _update(session: Session, statement: Statement) -> Result:
    table = session.table(statement.name, statement.parts["table_at"])
    columns = session.columns(table)
    places = {column.name: place for place, column in enumerate(columns)}
    for name, at, _ in statement.parts["changes"]:
        if name not in places:
            raise SqlProblem("no column of", at, name=name, table=statement.name)
    rows, changed = [list(row) for row in table["rows"]], []
    for place, row in enumerate(rows):
        known = _row(statement.name, columns, row)
        if statement.parts["where"] is not None and not is_true(statement.parts["where"], known, session.facts):
            continue
        new = list(row)
        for name, _, expression in statement.parts["changes"]:
            new[places[name]] = convert(evaluate(expression, known, session.facts), columns[places[name]].type)
        problem = _violation(session, statement.name, table, columns, new, rows[:place] + rows[place + 1 :])
        if problem is not None:
            raise problem
        rows[place] = new
        changed.append(new)
    table["rows"] = rows
    session.changed = True
    return _returned(session, "UPDATE", statement, columns, changed)


def _row(name: str, columns: list[Column], values: list[Value]) -> Row:
    return {(name, column.name): value for column, value in zip(columns, values, strict=True)}


def _delete(session: Session, statement: Statement) -> Result:
    table = session.table(statement.name, statement.parts["table_at"])
    columns = session.columns(table)
    where = statement.parts["where"]
    gone = [where is None or is_true(where, _row(statement.name, columns, row), session.facts) for row in table["rows"]]
    deleted = [row for row, is_gone in zip(table["rows"], gone, strict=True) if is_gone]
    table["rows"] = [row for row, is_gone in zip(table["rows"], gone, strict=True) if not is_gone]
    session.changed = True
    return _returned(session, "DELETE", statement, columns, deleted)


def _returned(
    session: Session, tag: str, statement: Statement, columns: list[Column], rows: list[list[Value]]
) -> Result:
    items = statement.parts["returning"]
    if not items:
        return Result(tag, len(rows))
    shape = {(statement.name, column.name): column.type for column in columns}
    chosen = _items(items, shape)
    found = tuple(
        tuple(evaluate(item[0], _row(statement.name, columns, row), session.facts) for item in chosen) for row in rows
    )
    kinds = [_kind(item[0], shape, [row[place] for row in found]) for place, item in enumerate(chosen)]
    return Result(tag, len(rows), tuple((item[1], kind) for item, kind in zip(chosen, kinds, strict=True)), found)


def _truncate(session: Session, statement: Statement) -> Result:
    session.table(statement.name, statement.parts["table_at"])["rows"] = []
    session.changed = True
    return Result("TRUNCATE TABLE")


# transactions: one at a time, so a copy of the data is all there is to them


_STATEMENTS: Final[dict[str, Callable[[Session, Statement], Result]]] = {
    "select": _select,
    "insert": _insert,
    "update": _update,
    "delete": _delete,
    "truncate": _truncate,
    "create table": create_table,
    "drop table": drop_table,
    "alter table": alter_table,
    "create database": create_database,
    "drop database": drop_database,
    "create role": create_role,
    "alter role": create_role,
    "drop role": drop_role,
    "create other": lambda session, statement: Result(f"CREATE {statement.name.upper()}"),
    "drop index": lambda session, statement: Result("DROP INDEX"),
    "drop view": lambda session, statement: Result("DROP VIEW"),
    "begin": begin,
    "start": begin,
    "commit": commit,
    "end": commit,
    "rollback": rollback,
}


def execute(session: Session, text: str) -> Result:
    """One statement. Raises SqlProblem."""
    statement = Parser(text, "string" if session.facts["dialect"] == "mysql" else "name").statement()
    function = _STATEMENTS.get(statement.kind)
    return Result(statement.kind.upper()) if function is None else function(session, statement)
