"""SHOW and DESCRIBE in MariaDB, and what can be asked of information_schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakedocker.userland.languages.sql.my_columns import is_myisam
from fakedocker.userland.languages.sql.my_references import shown as shown_key
from fakedocker.userland.languages.sql.my_types import BIGINT, TEXTS, VARCHAR, shown_type, to_text
from fakedocker.userland.languages.sql.pg_patterns import is_like, parsed
from fakedocker.userland.languages.sql.pg_types import Type
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.sources import Relation
from fakedocker.userland.languages.sql.store import Column, Table
from fakedocker.userland.languages.sql.tree import Query, Simple, TableName

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.my_access import MySession

_ENGINE = ") ENGINE=InnoDB"
_TAIL = " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"
_TAIL_OF_MYSQL = " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci"


def _result(columns: list[str], rows: list[list[Any]]) -> Result:
    return Result("SHOW", len(rows), tuple((name, VARCHAR) for name in columns), tuple(map(tuple, rows)))


def run_show(session: MySession, statement: Simple) -> Result:
    if statement.verb == "describe":
        return _describe(session, statement.names[0], "")
    words = list(statement.words)
    lower = [word.lower() for word in words]
    match lower:
        case ["databases"] | ["schemas"]:
            return _result(["Database"], [[name] for name in _databases(session)])
        case ["tables"] | ["tables", "from" | "in", _]:
            return _tables(session, words[2] if len(words) > 2 else "", False)
        case ["full", "tables"]:
            return _tables(session, "", True)
        case ["tables", "like", _]:
            found = _tables(session, "", False)
            rows = [list(row) for row in found.rows if _like(words[2].removeprefix("'"), str(row[0]))]
            return _result([f"Tables_in_{session.database_name} ({words[2].removeprefix(chr(39))})"], rows)
        case ["databases", "like", _]:
            pattern = words[2].removeprefix("'")
            return _result([f"Database ({pattern})"], [[name] for name in _databases(session) if _like(pattern, name)])
        case ["columns" | "fields", "from" | "in", _]:
            return _describe(session, TableName("", words[2], 0, 0), "")
        case ["columns" | "fields", "from" | "in", _, "like", _]:
            return _describe(session, TableName("", words[2], 0, 0), words[4].removeprefix("'"))
        case ["index" | "indexes" | "keys", "from" | "in", _]:
            return _indexes(session, words[2])
        case ["create", "table", *_]:
            return _create_table(session, words[2:])
        case ["create", "database" | "schema", _]:
            name = words[2]
            session.current(name)
            if session.mysql:
                raise outside("SHOW CREATE DATABASE")
            text = f"CREATE DATABASE `{name}` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci */"
            return _result(["Database", "Create Database"], [[name, text]])
        case ["warnings"]:
            rows = [list(row) for row in session.memory.get("warnings", [])]
            return Result(
                "SHOW", len(rows), (("Level", VARCHAR), ("Code", BIGINT), ("Message", VARCHAR)), tuple(map(tuple, rows))
            )
        case ["variables", "like", _]:
            return _variables(session, words[2].removeprefix("'"))
    raise outside(f"SHOW {' '.join(lower[:2]).upper()}")


def _like(pattern: str, text: str) -> bool:
    return is_like(parsed(pattern.lower(), "\\"), text.lower())


def _databases(session: MySession) -> list[str]:
    from fakedocker.userland.languages.sql.my_users import is_root, user_for

    user = user_for(session.store, session.memory.get("user", "root"), True)
    if user is not None and not is_root(user):
        own = {right.partition(" on ")[2].partition(".")[0] for right in user.rights}
        return sorted({name for name in session.store.databases if name in own} | {"information_schema"})
    return sorted(session.store.databases)


def _tables(session: MySession, name: str, full: bool) -> Result:
    database = session.current(name or session.database_name)
    tables = [table for _, table in sorted(database.tables.items()) if not table.temporary]
    heading = f"Tables_in_{database.name}"
    if full:
        return _result(
            [heading, "Table_type"], [[table.name, "VIEW" if table.view else "BASE TABLE"] for table in tables]
        )
    return _result([heading], [[table.name] for table in tables])


def _variables(session: MySession, pattern: str) -> Result:
    known = {
        "max_connections": "151",
        "autocommit": "ON",
        "port": "3306",
        "foreign_key_checks": "ON",
        "time_zone": "SYSTEM",
    }
    if "%" in pattern or "_" in pattern.replace("\\_", "").replace("max_connections", "").replace("foreign_key_checks", "").replace("time_zone", ""):  # fmt: skip
        raise outside("SHOW VARIABLES with a pattern")
    if pattern.lower() not in known:
        raise outside(f"the variable {pattern}")
    return _result(["Variable_name", "Value"], [[pattern.lower(), known[pattern.lower()]]])


def _key_of(table: Table, column: Column) -> str:
    for key in table.constraints:
        if key.kind == "primary" and column.name in key.columns:
            return "PRI"
    if any(c.kind == "unique" and c.columns == (column.name,) for c in table.constraints):
        has_primary = any(c.kind == "primary" for c in table.constraints)
        if not has_primary and column.not_null:
            first = next(
                c
                for c in table.constraints
                if c.kind == "unique" and all(x.not_null for x in table.columns if x.name in c.columns)
            )
            if first.columns == (column.name,):
                return "PRI"
        return "UNI"
    return (
        "MUL" if any(c.kind in ("index", "unique") and c.columns[0] == column.name for c in table.constraints) else ""
    )


def default_text(column: Column, session: MySession) -> str | None:
    """A default as DESCRIBE shows it."""
    if not column.default:
        return None
    if column.shown_default.endswith("()"):
        return column.shown_default
    if column.type == "decimal":
        from decimal import Decimal

        return to_text(
            Decimal(column.shown_default), Type("decimal", (*column.modifiers, 0)[:2] if column.modifiers else (10, 0))
        )
    return column.shown_default


def _describe(session: MySession, name: TableName, pattern: str) -> Result:
    _, table = session.table(name)
    if table.view:
        raise outside("DESCRIBE of a view")
    rows = []
    for column in table.columns:
        if pattern and not _like(pattern, column.name):
            continue
        default = default_text(column, session)
        extra = "auto_increment" if column.counts else "on update current_timestamp()" if column.on_update_now else ""
        if session.mysql and default is not None and default.endswith("()"):
            default = "CURRENT_TIMESTAMP"
            extra = f"DEFAULT_GENERATED{' on update CURRENT_TIMESTAMP' if column.on_update_now else ''}"
        rows.append([column.name, shown_type(column, session.mysql), "NO" if column.not_null else "YES", _key_of(table, column), default, extra])  # fmt: skip
    return _result(["Field", "Type", "Null", "Key", "Default", "Extra"], rows)


def _indexes(session: MySession, name: str) -> Result:
    _, table = session.table(TableName("", name, 0, 0))
    if session.mysql or table.rows:
        raise outside("SHOW INDEX with its estimates")
    columns = "Table Non_unique Key_name Seq_in_index Column_name Collation Cardinality Sub_part Packed Null Index_type Comment Index_comment Ignored".split()  # fmt: skip
    order = [c for kind in ("primary", "unique", "index") for c in table.constraints if c.kind == kind]
    by_name = {column.name: column for column in table.columns}
    rows = [
        [table.name, int(c.kind == "index"), c.name, n, column, "A", 0, None, None, "" if by_name[column].not_null else "YES", "BTREE", "", "", "NO"]
        for c in order
        for n, column in enumerate(c.columns, 1)
    ]  # fmt: skip
    kinds = [
        BIGINT if name in ("Non_unique", "Seq_in_index", "Cardinality", "Sub_part") else VARCHAR for name in columns
    ]
    return Result("SHOW", len(rows), tuple(zip(columns, kinds, strict=True)), tuple(map(tuple, rows)))


def _create_table(session: MySession, words: list[str]) -> Result:
    name = TableName(words[0], words[2], 0, 0) if len(words) == 3 and words[1] == "." else TableName("", words[0], 0, 0)
    database, table = session.table(name)
    if table.view:
        raise outside("SHOW CREATE TABLE of a view")
    return _result(["Table", "Create Table"], [[table.name, create_text(session, database.name, table)]])


def create_text(session: MySession, database: str, table: Table) -> str:
    """SHOW CREATE TABLE. Raises Outside for what it cannot write.

    Source for MySQL, which quotes defaults, gives texts none, and has its function's name in capitals: its manual of 8.0,
    the examples of SHOW CREATE TABLE, CREATE TABLE and of initialisation for TIMESTAMP.
    """
    lines = []
    collation = dict(table.options).get("collate", "").lower()
    usual = ("", "utf8mb4_0900_ai_ci" if session.mysql else "utf8mb4_general_ci")
    if session.mysql and any(
        given not in usual for given in (collation, *(column.collation for column in table.columns))
    ):
        raise outside("SHOW CREATE TABLE with collations, in MySQL")
    own_now = "CURRENT_TIMESTAMP" if session.mysql else "current_timestamp()"
    if session.mysql and any(constraint.kind == "check" for constraint in table.constraints):
        raise outside("SHOW CREATE TABLE with checks, in MySQL")
    for column in table.columns:
        line = f"  `{column.name}` {shown_type(column, session.mysql)}"
        own = column.collation or usual[1]
        if column.type in TEXTS and own != (collation or usual[1]):
            line += f" CHARACTER SET {own.partition('_')[0]} COLLATE {own}"
        if column.not_null:
            line += " NOT NULL"
        elif column.type == "timestamp":
            line += " NULL"
        default = default_text(column, session)
        if column.counts:
            line += " AUTO_INCREMENT"
        elif default is not None:
            line += f" DEFAULT {_shown_default(column, default, session, own_now)}"
        elif not column.not_null and not (session.mysql and column.type.endswith(("text", "blob"))):
            line += " DEFAULT NULL"
        line += f" ON UPDATE {own_now}" if column.on_update_now else ""
        line += " COMMENT '" + column.comment.replace("'", "''") + "'" if column.comment else ""
        for check in table.constraints:
            if check.kind == "check" and check.shown == "column" and check.name == column.name:
                line += f" CHECK ({check_text(check.check, table)})"
        lines.append(line)

    def quoted(names: tuple[str, ...]) -> str:
        return ",".join(f"`{n}`" for n in names)

    for kind in ("primary", "unique", "index"):
        for c in table.constraints:
            if c.kind == kind:
                word = {"primary": "PRIMARY KEY", "unique": f"UNIQUE KEY `{c.name}`", "index": f"KEY `{c.name}`"}[kind]
                lines.append(f"  {word} ({quoted(c.columns)})")
    lines += [f"  {shown_key(c, database)}" for c in table.constraints if c.kind == "foreign"]
    lines += [f"  CONSTRAINT `{c.name}` CHECK ({check_text(c.check, table)})" for c in table.constraints if c.kind == "check" and c.shown != "column"]  # fmt: skip
    counter = session.counter(database, table.name)
    number = f" AUTO_INCREMENT={counter}" if any(column.counts for column in table.columns) and counter > 1 else ""
    comment = " COMMENT='" + table.comment.replace("'", "''") + "'" if table.comment else ""
    tail = _TAIL_OF_MYSQL if session.mysql else _TAIL
    if collation not in usual:
        tail = f" DEFAULT CHARSET={collation.partition('_')[0]} COLLATE={collation}"
    return (
        f"CREATE TABLE `{table.name}` (\n"
        + ",\n".join(lines)
        + f"\n{_ENGINE if not is_myisam(table) else ') ENGINE=MyISAM'}{number}{tail}{comment}"
    )


def _shown_default(column: Column, default: str, session: MySession, own_now: str) -> str:
    """A default as SHOW CREATE TABLE has it."""
    if default.endswith("()"):
        if session.mysql and default != "current_timestamp()":
            raise outside("SHOW CREATE TABLE with such a default, in MySQL")
        return own_now
    if not session.mysql and column.type not in (*TEXTS, "date", "datetime", "timestamp", "time"):
        return default
    return "'" + default.replace("'", "''") + "'"


def check_text(text: str, table: Table) -> str:
    """A check as it is shown. Raises Outside but for plain comparisons."""
    import re

    names = {column.name.lower(): column.name for column in table.columns}
    tokens = re.findall(r"'[^']*'|[A-Za-z_]\w*|\d+(?:\.\d+)?|<=|>=|<>|[-+*/%<>=]", text)
    if re.sub(r"\s+", "", text) != "".join(tokens):
        raise outside("showing such a check")
    found = []
    for token in tokens:
        if token.lower() in names:
            found.append(f"`{names[token.lower()]}`")
        elif token.lower() in ("and", "or") or not token[0].isalpha():
            found.append(token.lower())
        else:
            raise outside("showing such a check")
    return " ".join(found)


def system_relation(session: MySession, schema: str, name: str) -> Relation:
    """A table of information_schema, as far as programs look at it."""
    databases = [database for n, database in sorted(session.store.databases.items()) if n not in ("information_schema", "mysql", "performance_schema", "sys")]  # fmt: skip
    if schema == "information_schema" and name.lower() == "tables":
        rows = [
            (d.name, t.name, "VIEW" if t.view else "BASE TABLE")
            for d in databases
            for _, t in sorted(session.current(d.name).tables.items())
        ]
        columns = [("TABLE_SCHEMA", VARCHAR), ("TABLE_NAME", VARCHAR), ("TABLE_TYPE", VARCHAR)]
        return Relation(schema, name, columns, lambda: rows, None, (), (), True)
    if schema == "information_schema" and name.lower() == "columns":
        columns = [("TABLE_SCHEMA", VARCHAR), ("TABLE_NAME", VARCHAR), ("COLUMN_NAME", VARCHAR), ("ORDINAL_POSITION", BIGINT), ("IS_NULLABLE", VARCHAR), ("COLUMN_TYPE", VARCHAR)]  # fmt: skip
        rows_of = [(d.name, t.name, c.name, n, "NO" if c.not_null else "YES", shown_type(c, session.mysql)) for d in databases for _, t in sorted(session.current(d.name).tables.items()) for n, c in enumerate(t.columns, 1)]  # fmt: skip
        return Relation(schema, name, columns, lambda: rows_of, None, (), (), True)
    raise outside(f"the table {schema}.{name}")


def unknown(name: str) -> SqlError:
    return SqlError("1146 42S02", f"Table '{name}' doesn't exist")


__all__ = ["Query", "run_show", "system_relation"]
