"""SQL's statements about tables, databases, roles and transactions."""

from __future__ import annotations

from fakedocker.kernel.utility import copy_plain
from fakedocker.userland.languages.sql.sql_expressions import evaluate
from fakedocker.userland.languages.sql.sql_parser import Column, Statement
from fakedocker.userland.languages.sql.sql_session import Result, Session, Table
from fakedocker.userland.languages.sql.sql_tokens import Expression, SqlProblem, Value
from fakedocker.userland.languages.sql.sql_values import convert


def create_table(session: Session, statement: Statement) -> Result:
    if statement.name in session.tables:
        if statement.parts["lenient"]:
            return Result("CREATE TABLE")
        raise SqlProblem("table exists", None, name=statement.name)
    columns = [list(column) for column in statement.parts["columns"]]
    session.tables[statement.name] = {"columns": columns, "rows": [], "next": 1}
    session.changed = True
    return Result("CREATE TABLE")


def drop_table(session: Session, statement: Statement) -> Result:
    for name in statement.parts["names"]:
        if name not in session.tables and not statement.parts["lenient"]:
            raise SqlProblem("no table to drop", None, name=name, database=session.facts["database"])
        session.tables.pop(name, None)
    session.changed = True
    return Result("DROP TABLE")


def alter_table(session: Session, statement: Statement) -> Result:
    table = session.table(statement.name, statement.parts["table_at"])
    names = [column.name for column in session.columns(table)]
    if "add" in statement.parts:
        column: Column = statement.parts["add"]
        if column.name in names:
            raise SqlProblem("column exists", None, name=column.name, table=statement.name)
        table["columns"] = [*table["columns"], list(column)]
        table["rows"] = [[*row, initial(session, table, column, None)] for row in table["rows"]]
    elif "drop" in statement.parts:
        name = statement.parts["drop"]
        if name not in names:
            raise SqlProblem("no column of", None, name=name, table=statement.name)
        place = names.index(name)
        table["columns"] = [fields for fields in table["columns"] if fields[0] != name]
        table["rows"] = [row[:place] + row[place + 1 :] for row in table["rows"]]
    session.changed = True
    return Result("ALTER TABLE")


def create_database(session: Session, statement: Statement) -> Result:
    databases = session.store["databases"]
    if statement.name in databases:
        if not statement.parts["lenient"]:
            raise SqlProblem("database exists", None, name=statement.name)
        return Result("CREATE DATABASE", 1)
    databases[statement.name] = {}
    session.changed = True
    return Result("CREATE DATABASE", 1)


def drop_database(session: Session, statement: Statement) -> Result:
    databases = session.store["databases"]
    if statement.name not in databases and not statement.parts["lenient"]:
        raise SqlProblem("no database to drop", None, name=statement.name)
    if session.facts["dialect"] == "postgres" and statement.name == session.facts["database"]:
        raise SqlProblem("database in use", None, name=statement.name)
    databases.pop(statement.name, None)
    if session.facts["database"] == statement.name:
        session.facts["database"] = ""
    session.changed = True
    return Result("DROP DATABASE")


def create_role(session: Session, statement: Statement) -> Result:
    roles = session.store["roles"]
    if statement.kind == "create role" and statement.name in roles and not statement.parts["lenient"]:
        raise SqlProblem("role exists", None, name=statement.name)
    roles[statement.name] = statement.parts["password"]
    session.changed = True
    return Result(statement.kind.upper())


def drop_role(session: Session, statement: Statement) -> Result:
    if statement.name not in session.store["roles"] and not statement.parts["lenient"]:
        raise SqlProblem("no role", None, name=statement.name)
    session.store["roles"].pop(statement.name, None)
    session.changed = True
    return Result("DROP ROLE")


def begin(session: Session, statement: Statement) -> Result:
    session.store["before"] = copy_plain(session.store["databases"])
    return Result("BEGIN")


def commit(session: Session, statement: Statement) -> Result:
    session.store.pop("before", None)
    session.changed = True
    return Result("COMMIT")


def rollback(session: Session, statement: Statement) -> Result:
    before = session.store.pop("before", None)
    if before is not None:
        session.store["databases"] = before
    session.changed = True
    return Result("ROLLBACK")


def initial(session: Session, table: Table, column: Column, expression: Expression | None) -> Value:
    """A column's value in a new row."""
    if expression is not None:
        value = convert(evaluate(expression, {}, session.facts), column.type)
        if not (value is None and column.counts and session.facts["dialect"] == "mysql"):
            if column.counts and isinstance(value, int) and session.facts["dialect"] == "mysql":
                table["next"] = max(table["next"], value + 1)
            return value
    if column.counts:
        table["next"] += 1
        return table["next"] - 1
    return None if column.default is None else convert(evaluate(tuples(column.default), {}, session.facts), column.type)


def tuples(value: Value) -> Value:
    """An expression that was kept as JSON."""
    return tuple(tuples(part) for part in value) if isinstance(value, list | tuple) else value
