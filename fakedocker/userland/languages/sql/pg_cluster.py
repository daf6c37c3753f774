"""Statements about databases, schemas, roles, views, indexes, sequences, types and extensions in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.store import Constraint, Database, Sequence, Table, User, with_table
from fakedocker.userland.languages.sql.tree import Simple
from fakedocker.userland.languages.sql.writing import Writer

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession
    from fakedocker.userland.languages.sql.pg_tables import PgTables


def run_simple(made: PgTables, statement: Simple) -> Result:
    session = made.session
    function = {
        "create database": _create_database, "create schema": _create_schema, "create user": _create_role, "create role": _create_role,
        "alter user": _alter_role, "alter role": _alter_role, "create sequence": _create_sequence, "alter sequence": _alter_sequence, "create type": _create_type,
        "create extension": _create_extension, "rights": _rights, "comment": _comment,
    }.get(statement.verb)  # fmt: skip
    if statement.verb == "create view":
        return _create_view(made, statement)
    if statement.verb == "create index":
        return _create_index(made, statement)
    if function is None:
        raise outside(statement.verb.upper())
    return function(session, statement)


def _create_database(session: PgSession, statement: Simple) -> Result:
    name = statement.names[0].name
    if session.memory["status"] == "T":
        raise SqlError("25001", "CREATE DATABASE cannot run inside a transaction block")
    if name in session.store.databases:
        raise SqlError("42P04", f'database "{name}" already exists')
    made = Database(name, session.memory["user"])
    session.store = replace(session.store, databases=session.store.databases.set(name, made))
    return Result("CREATE DATABASE")


def drop_database(session: PgSession, name: str, missing_ok: bool) -> None:
    if session.memory["status"] == "T":
        raise SqlError("25001", "DROP DATABASE cannot run inside a transaction block")
    if name not in session.store.databases:
        if not missing_ok:
            raise SqlError("3D000", f'database "{name}" does not exist')
        session.notices.append(("NOTICE", f'database "{name}" does not exist, skipping'))
        return
    if name == session.memory["database"]:
        raise SqlError("55006", "cannot drop the currently open database")
    if name in ("template0", "template1"):
        raise SqlError("42809", "cannot drop a template database")
    others = sum(other.get("database") == name for other in session.others)
    if others:
        said = f"There {'is' if others == 1 else 'are'} {others} other session{'' if others == 1 else 's'} using the database."
        raise SqlError("55006", f'database "{name}" is being accessed by other users', detail=said)
    sequences = session.store.sequences
    for key in list(sequences):
        sequences = sequences.delete(key) if key[0] == name else sequences
    session.store = replace(session.store, databases=session.store.databases.delete(name), sequences=sequences)


def _create_schema(session: PgSession, statement: Simple) -> Result:
    name = statement.names[0].name
    if name.startswith("pg_"):
        raise SqlError(
            "42939", f'unacceptable schema name "{name}"', detail='The prefix "pg_" is reserved for system schemas.'
        )
    if name in session.database.schemas:
        if "if not exists" not in statement.flags:
            raise SqlError("42P06", f'schema "{name}" already exists')
        session.notices.append(("NOTICE", f'schema "{name}" already exists, skipping'))
        return Result("CREATE SCHEMA")
    session.database = replace(session.database, schemas=(*session.database.schemas, name))
    return Result("CREATE SCHEMA")


def _create_role(session: PgSession, statement: Simple) -> Result:
    name = statement.names[0].name
    if name in session.store.users:
        raise SqlError("42710", f'role "{name}" already exists')
    flags = set(statement.flags) - {"password"} | ({"login"} if statement.verb == "create user" else set())
    user = User(name, statement.text, attributes=tuple(sorted(flags)))
    session.store = replace(session.store, users=session.store.users.set(name, user))
    return Result("CREATE ROLE")


def _alter_role(session: PgSession, statement: Simple) -> Result:
    name = statement.names[0].name
    user = session.store.users.get(name)
    if user is None:
        raise SqlError("42704", f'role "{name}" does not exist')
    flags = set(user.attributes)
    for flag in statement.flags - {"password"}:
        flags -= {flag.removeprefix("no"), f"no{flag}"}
        flags.add(flag)
    password = statement.text if "password" in statement.flags else user.password
    changed = replace(user, password=password, attributes=tuple(sorted(flags)))
    session.store = replace(session.store, users=session.store.users.set(name, changed))
    return Result("ALTER ROLE")


def _create_sequence(session: PgSession, statement: Simple) -> Result:
    name = statement.names[0]
    if session.memory["status"] == "T":
        raise outside("CREATE SEQUENCE within a transaction")
    key = (session.memory["database"], name.schema or "public", name.name)
    if key in session.store.sequences or session.find(name) is not None:
        if "if not exists" in statement.flags:
            session.notices.append(("NOTICE", f'relation "{name.name}" already exists, skipping'))
            return Result("CREATE SEQUENCE")
        raise SqlError("42P07", f'relation "{name.name}" already exists')
    start, step, kind = statement.words
    session.set_sequence(Sequence(name.schema or "public", name.name, int(start), False, int(step), kind=kind))
    return Result("CREATE SEQUENCE")


def _alter_sequence(session: PgSession, statement: Simple) -> Result:
    name = statement.names[0]
    key = (session.memory["database"], name.schema or "public", name.name)
    sequence = session.store.sequences.get(key)
    if sequence is None:
        raise SqlError("42P01", f'relation "{name.name}" does not exist')
    if statement.words[0] == "owned":
        session.set_sequence(replace(sequence, owner=(statement.words[1], statement.words[2])))
    return Result("ALTER SEQUENCE")


def _create_type(session: PgSession, statement: Simple) -> Result:
    name = statement.names[0].name
    if name in session.database.types or (("public", name) in session.database.tables):
        raise SqlError("42710", f'type "{name}" already exists')
    session.database = replace(session.database, types=session.database.types.set(name, statement.words))
    return Result("CREATE TYPE")


def _create_extension(session: PgSession, statement: Simple) -> Result:
    name = statement.names[0].name
    if name in session.database.extensions:
        if "if not exists" not in statement.flags:
            raise SqlError("42710", f'extension "{name}" already exists')
        session.notices.append(("NOTICE", f'extension "{name}" already exists, skipping'))
        return Result("CREATE EXTENSION")
    session.database = replace(session.database, extensions=(*session.database.extensions, name))
    return Result("CREATE EXTENSION")


def _rights(session: PgSession, statement: Simple) -> Result:
    words = list(statement.words)
    mark = "to" if statement.text == "GRANT" else "from"
    if mark not in words:
        raise outside(f"{statement.text} in such words")
    who = [word for word in words[words.index(mark) + 1 :] if word != ","]
    if who[-3:] == ["with", "grant", "option"]:
        who = who[:-3]
    for name in who:
        if name != "public" and name not in session.store.users:
            raise SqlError("42704", f'role "{name}" does not exist')
    superuser = session.store.users.get(session.memory["user"])
    if superuser is None or "superuser" not in superuser.attributes:
        raise outside(f"{statement.text} by others than the superuser")
    if "on" not in words:
        return Result(f"{statement.text} ROLE")
    target = words[words.index("on") + 1 : words.index(mark)]
    if target[:1] == ["table"]:
        target = target[1:]
    if len(target) == 1:
        from fakedocker.userland.languages.sql.tree import TableName

        if session.find(TableName("", target[0], 0, 0)) is None:
            raise SqlError("42P01", f'relation "{target[0]}" does not exist')
    elif target[0] not in ("database", "schema", "all", "sequence"):
        raise outside(f"{statement.text} on such things")
    return Result(statement.text)


def _comment(session: PgSession, statement: Simple) -> Result:
    kind, *parts = statement.words
    if kind in ("table", "column"):
        from fakedocker.userland.languages.sql.tree import TableName

        name = (
            parts[0]
            if len(parts) == 1 + (kind == "column")
            else parts[1]
            if len(parts) > 2 - (kind == "table")
            else parts[0]
        )
        table = session.find(TableName("", name, 0, 0))
        if table is None:
            raise SqlError("42P01", f'relation "{name}" does not exist')
        if kind == "table":
            session.database = with_table(session.database, replace(table, comment=statement.text))
        else:
            if all(column.name != parts[-1] for column in table.columns):
                raise SqlError("42703", f'column "{parts[-1]}" of relation "{name}" does not exist')
            columns = tuple(replace(c, comment=statement.text) if c.name == parts[-1] else c for c in table.columns)
            session.database = with_table(session.database, replace(table, columns=columns))
        return Result("COMMENT")
    raise outside(f"COMMENT ON {kind.upper()}")


def _create_view(made: PgTables, statement: Simple) -> Result:
    session, name = made.session, statement.names[0]
    assert statement.query is not None
    schema = made._schema(name)
    plan = made.planner.plan(statement.query, None)
    names = statement.words + tuple(column for column, _ in plan.columns[len(statement.words) :])
    for place, column in enumerate(names):
        if column in names[:place]:
            raise SqlError("42701", f'column "{column}" specified more than once')
    known = session.find(name)
    if known is not None:
        if not known.view:
            if "or replace" in statement.flags:
                raise SqlError("42809", f'"{name.name}" is not a view')
            raise SqlError("42P07", f'relation "{name.name}" already exists')
        if "or replace" not in statement.flags:
            raise SqlError("42P07", f'relation "{name.name}" already exists')
        old = known.view_names
        if names[: len(old)] != old:
            if len(names) < len(old):
                raise SqlError("42P16", "cannot drop columns from view")
            raise outside("CREATE OR REPLACE VIEW with other columns")
    text = statement.text
    view = Table(schema, name.name, view=text, view_names=names, owner=session.memory["user"])
    session.database = with_table(session.database, view)
    return Result("CREATE VIEW")


def _create_index(made: PgTables, statement: Simple) -> Result:
    session, key = made.session, statement.key
    assert key is not None
    table = session.find(statement.names[0])
    if table is None:
        raise SqlError("42P01", f'relation "{statement.names[0].name}" does not exist')
    if table.view:
        raise outside("an index of a view")
    for name in key.columns:
        if all(column.name != name for column in table.columns):
            raise SqlError("42703", f'column "{name}" does not exist')
    name = statement.text or made.free_name(
        f"{table.name}_{'_'.join(key.columns)}_idx", table.schema, table.name, "", "idx"
    )
    if made._exists(table.schema, name):
        if "if not exists" in statement.flags:
            session.notices.append(("NOTICE", f'relation "{name}" already exists, skipping'))
            return Result("CREATE INDEX")
        raise SqlError("42P07", f'relation "{name}" already exists')
    made_index = Constraint(name, "index", key.columns, unique=key.kind == "unique")
    changed = counted(replace(table, constraints=(*table.constraints, made_index)))
    if made_index.unique:
        check_unique(session, table, made_index)
    session.database = with_table(session.database, changed)
    return Result("CREATE INDEX")


def counted(table: Table) -> Table:
    """A table of which an index has been made, which counts its rows (index_update_stats)."""
    return replace(table, counted=len(table.rows)) if table.rows and table.counted >= -1 else table


def check_unique(session: PgSession, table: Table, key: Constraint) -> None:
    """Raises SqlError where rows have the same key already."""
    from fakedocker.userland.languages.sql.pg_constraints import Checker

    writer = Writer(session.database, session.context, session.key_of)
    draft = writer.draft(table.schema, table.name)
    for number, row in draft.view.rows.items():
        if writer.conflict(draft, key, row, number) is not None:
            shown = Checker(session, writer)._key(table, key.columns, row)
            raise SqlError("23505", f'could not create unique index "{key.name}"', detail=f"{shown} is duplicated.")
