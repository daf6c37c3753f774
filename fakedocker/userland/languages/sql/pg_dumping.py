"""A database as the statements of pg_dump, its rows as COPY or as INSERTs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fakedocker.userland.languages.sql.pg_functions import quote_identifier, quote_literal
from fakedocker.userland.languages.sql.pg_keys import foreign_text
from fakedocker.userland.languages.sql.pg_types import NUMBERS, Type, shown_type, to_text
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.store import Column, Sequence, Table, view_of

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession

_HEAD = """--
-- PostgreSQL database dump
--

-- Dumped from database version \0version
-- Dumped by pg_dump version \0version

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

"""


def dumped(
    session: PgSession, flags: list[str]
) -> dict[str, Any]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
    """{"text": the dump}, or {"error": ...} where no table is as wanted. Raises Unsimulated for what it cannot write."""
    if {"c", "C"} & set(flags):
        raise outside("pg_dump with --clean or --create")
    wanted = [flag[1:].removeprefix("public.") for flag in flags if flag.startswith("t")]
    tables = [
        t for _, t in sorted(session.database.tables.items()) if not t.temporary and (not wanted or t.name in wanted)
    ]
    if (
        any(table.view or table.schema != "public" for table in tables)
        or session.database.types
        or session.database.extensions
    ):
        raise outside("pg_dump of views, types, extensions and other schemas")
    if wanted and not tables:
        return {"error": "no matching tables were found"}
    text = _HEAD
    user = session.database.owner
    if "a" not in flags:
        text += "SET default_tablespace = '';\n\nSET default_table_access_method = heap;\n\n"
        for table in tables:
            text += _structure(session, table, user if "O" not in flags else "")
        for table in tables:
            for column in table.columns:
                sequence = _sequence_of(session, table, column)
                if sequence is not None and not column.identity:
                    text += _entry(f"{table.name} {column.name}", "DEFAULT", user, f"ALTER TABLE ONLY public.{quote_identifier(table.name)} ALTER COLUMN {quote_identifier(column.name)} SET DEFAULT nextval('public.{sequence.name}'::regclass);\n")  # fmt: skip
    if "s" not in flags:
        for table in tables:
            text += _data(table, user, "1" in flags)
        for table in tables:
            for column in table.columns:
                sequence = _sequence_of(session, table, column)
                if sequence is not None:
                    called = "true" if sequence.called else "false"
                    body = f"SELECT pg_catalog.setval('public.{sequence.name}', {sequence.last}, {called});\n"
                    text += _entry(sequence.name, "SEQUENCE SET", user, body)
    if "a" not in flags:
        text += _keys(tables, user)
    return {"text": text + "--\n-- PostgreSQL database dump complete\n--\n\n"}


def _entry(name: str, kind: str, user: str, body: str) -> str:
    data = "Data for " if kind == "TABLE DATA" else ""
    return f"--\n-- {data}Name: {name}; Type: {kind}; Schema: public; Owner: {user or '-'}\n--\n\n{body}\n\n"


def _sequence_of(session: PgSession, table: Table, column: Column) -> Sequence | None:
    return next((s for (d, _, _), s in sorted(session.store.sequences.items()) if d == session.database.name and s.owner == (table.name, column.name)), None)  # fmt: skip


def _structure(session: PgSession, table: Table, owner: str) -> str:
    lines = []
    after = ""
    for column in table.columns:
        line = f"    {quote_identifier(column.name)} {shown_type(column.kind)}"
        sequence = _sequence_of(session, table, column)
        if column.default and sequence is None:
            if not column.shown_default:
                raise outside("pg_dump of such a default")
            line += f" DEFAULT {column.shown_default}"
        line += " NOT NULL" if column.not_null else ""
        lines.append(line)
        if sequence is not None:
            after += _sequence(table, column, sequence, owner)
    for check in sorted((c for c in table.constraints if c.kind == "check"), key=lambda c: c.name):
        if not check.shown:
            raise outside("pg_dump of such a check")
        lines.append(f"    CONSTRAINT {quote_identifier(check.name)} CHECK ({check.shown})")
    body = f"CREATE TABLE public.{quote_identifier(table.name)} (\n" + ",\n".join(lines) + "\n);\n"
    if owner:
        body += f"\n\nALTER TABLE public.{quote_identifier(table.name)} OWNER TO {owner};\n"
    return _entry(table.name, "TABLE", owner, body) + after


def _sequence(table: Table, column: Column, sequence: Sequence, owner: str) -> str:
    if column.identity:
        how = column.identity.upper()
        body = f"ALTER TABLE public.{table.name} ALTER COLUMN {column.name} ADD GENERATED {how} AS IDENTITY (\n    SEQUENCE NAME public.{sequence.name}\n    START WITH 1\n    INCREMENT BY 1\n    NO MINVALUE\n    NO MAXVALUE\n    CACHE 1\n);\n"  # fmt: skip
        return _entry(sequence.name, "SEQUENCE", owner, body)
    kind = "" if sequence.kind == "int8" else f"    AS {shown_type(Type(sequence.kind))}\n"
    body = f"CREATE SEQUENCE public.{sequence.name}\n{kind}    START WITH 1\n    INCREMENT BY 1\n    NO MINVALUE\n    NO MAXVALUE\n    CACHE 1;\n"
    if owner:
        body += f"\n\nALTER TABLE public.{sequence.name} OWNER TO {owner};\n"
    owned = f"ALTER SEQUENCE public.{sequence.name} OWNED BY public.{quote_identifier(table.name)}.{quote_identifier(column.name)};\n"
    return _entry(sequence.name, "SEQUENCE", owner, body) + _entry(sequence.name, "SEQUENCE OWNED BY", owner, owned)


def _data(table: Table, owner: str, inserts: bool) -> str:
    name = f"public.{quote_identifier(table.name)}"
    rows = view_of(table).rows.values()
    if inserts:
        lines = [f"INSERT INTO {name} VALUES ({', '.join(_literal(v, c) for v, c in zip(row, table.columns, strict=True))});\n" for row in rows]  # fmt: skip
        return _entry(table.name, "TABLE DATA", owner, "".join(lines))
    from fakedocker.userland.services.psql_output import copy_cell

    columns = ", ".join(quote_identifier(column.name) for column in table.columns)
    lines = ["\t".join("\\N" if v is None else copy_cell(to_text(v, c.kind)) for v, c in zip(row, table.columns, strict=True)) + "\n" for row in rows]  # fmt: skip
    return _entry(table.name, "TABLE DATA", owner, f"COPY {name} ({columns}) FROM stdin;\n{''.join(lines)}\\.\n")


def _literal(value: Any, column: Column) -> str:
    if value is None:
        return "NULL"
    if column.type == "bool":
        return "true" if value else "false"
    text = to_text(value, column.kind)
    return text if column.type in NUMBERS else quote_literal(text)


def _keys(tables: list[Table], owner: str) -> str:
    keys, indexes, foreign = [], [], []
    for table in tables:
        name = f"public.{quote_identifier(table.name)}"
        for c in table.constraints:
            columns = ", ".join(quote_identifier(column) for column in c.columns)
            if c.kind in ("primary", "unique"):
                word = "PRIMARY KEY" if c.kind == "primary" else "UNIQUE"
                keys.append((table.name, c.name, _entry(f"{table.name} {c.name}", "CONSTRAINT", owner, f"ALTER TABLE ONLY {name}\n    ADD CONSTRAINT {c.name} {word} ({columns});\n")))  # fmt: skip
            elif c.kind == "index":
                unique = "UNIQUE " if c.unique else ""
                indexes.append((c.name, "", _entry(c.name, "INDEX", owner, f"CREATE {unique}INDEX {c.name} ON {name} USING btree ({columns});\n")))  # fmt: skip
            elif c.kind == "foreign":
                shown = foreign_text(c).replace(" REFERENCES ", " REFERENCES public.")
                foreign.append((table.name, c.name, _entry(f"{table.name} {c.name}", "FK CONSTRAINT", owner, f"ALTER TABLE ONLY {name}\n    ADD CONSTRAINT {c.name} {shown};\n")))  # fmt: skip
    return "".join(text for group in (keys, indexes, foreign) for _, _, text in sorted(group))
