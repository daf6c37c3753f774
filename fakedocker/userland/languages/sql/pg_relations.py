"""What can be asked of PostgreSQL's own catalogue: the names of tables and columns, as far as programs look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakedocker.userland.languages.sql.pg_types import INT4, NAME, TEXT, Type, shown_type
from fakedocker.userland.languages.sql.sources import Relation
from fakedocker.userland.languages.sql.store import Table
from fakedocker.userland.languages.sql.tree import TableName

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession

Rows = list[tuple[Any, ...]]


def system_relation(session: PgSession, name: TableName) -> Relation | None:
    """A relation of the catalogue, None for one that is not known here."""
    table = (name.schema, name.name)
    tables = [t for _, t in sorted(session.database.tables.items(), key=lambda entry: entry[0]) if not t.temporary]
    if table in (("", "pg_tables"), ("pg_catalog", "pg_tables")):
        columns = [("schemaname", NAME), ("tablename", NAME), ("tableowner", NAME), ("tablespace", NAME), ("hasindexes", Type("bool")), ("hasrules", Type("bool")), ("hastriggers", Type("bool")), ("rowsecurity", Type("bool"))]  # fmt: skip
        return _plain(name, columns, [(t.schema, t.name, t.owner, None, any(c.kind != "check" and c.kind != "foreign" for c in t.constraints), False, False, False) for t in tables if not t.view])  # fmt: skip
    if table in (("", "pg_database"), ("pg_catalog", "pg_database")):
        order = ("postgres", "template1", "template0")
        known = [n for n in order if n in session.store.databases]
        rest = sorted(n for n in session.store.databases if n not in order)
        first = [n for n in known if n == "postgres"] + rest + [n for n in known if n != "postgres"]
        return _plain(name, [("datname", NAME), ("datistemplate", Type("bool")), ("datallowconn", Type("bool"))], [(n, n.startswith("template"), n != "template0") for n in first])  # fmt: skip
    if table in (("", "pg_roles"), ("pg_catalog", "pg_roles"), ("", "pg_user"), ("pg_catalog", "pg_user")):
        column = "rolname" if name.name == "pg_roles" else "usename"
        return _plain(name, [(column, NAME)], [(user.name,) for _, user in sorted(session.store.users.items())])
    if table == ("", "pg_type") or table == ("pg_catalog", "pg_type"):
        return _plain(name, [("oid", INT4), ("typarray", INT4), ("typname", NAME), ("typnamespace", INT4)], [])
    if table in (("", "pg_namespace"), ("pg_catalog", "pg_namespace")):
        known = sorted({*session.database.schemas, "pg_catalog", "information_schema"})
        return _plain(name, [("oid", INT4), ("nspname", NAME)], [(2200 + n, schema) for n, schema in enumerate(known)])
    if table == ("information_schema", "tables"):
        columns = [("table_catalog", NAME), ("table_schema", NAME), ("table_name", NAME), ("table_type", TEXT)]
        return _plain(name, columns, [(session.database.name, t.schema, t.name, "VIEW" if t.view else "BASE TABLE") for t in tables])  # fmt: skip
    if table == ("information_schema", "columns"):
        columns = [("table_catalog", NAME), ("table_schema", NAME), ("table_name", NAME), ("column_name", NAME), ("ordinal_position", INT4), ("column_default", TEXT), ("is_nullable", TEXT), ("data_type", TEXT), ("character_maximum_length", INT4)]  # fmt: skip
        return _plain(name, columns, [row for t in tables for row in _columns(session.database.name, t)])
    return None


def _columns(database: str, table: Table) -> Rows:
    found: Rows = []
    for number, column in enumerate(table.columns, 1):
        kind = Type(column.type, (), column.labels)
        shown = "ARRAY" if column.type.endswith("[]") else "USER-DEFINED" if column.labels else shown_type(kind, False)
        length = column.modifiers[0] if column.type in ("varchar", "bpchar") and column.modifiers else None
        found.append((database, table.schema, table.name, column.name, number, column.shown_default or None, "NO" if column.not_null else "YES", shown, length))  # fmt: skip
    return found


def _plain(name: TableName, columns: list[tuple[str, Type]], rows: Rows) -> Relation:
    return Relation(name.schema, name.name, columns, lambda: rows, None, (), (), True)
