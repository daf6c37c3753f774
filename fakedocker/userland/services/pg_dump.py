"""pg_dump: a database as statements that make it anew, its rows as with --inserts."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.languages.sql.sql_values import postgres_type
from fakedocker.userland.services.postgres import VERSION
from fakedocker.userland.services.postgres_login import connect, log_in
from fakedocker.userland.services.sql_service import exchange
from fakedocker.userland.tools import Register, UsageProblem, parse_options, user_name
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
_LONG: Final = {
    "dbname=": "d", "host=": "h", "port=": "p", "username=": "U", "no-password": "w", "password": "W", "file=": "f",
    "format=": "F", "table=": "t", "schema-only": "s", "data-only": "a", "clean": "c", "create": "C", "no-owner": "O",
    "no-privileges": "x", "no-acl": "x", "inserts": "1", "column-inserts": "1", "if-exists": "1", "version": "V",
    "encoding=": "E", "verbose": "v", "compress=": "Z", "schema=": "n",
}  # fmt: skip
_NUMBERS: Final = ("integer", "smallint", "bigint", "numeric", "real", "double precision", "boolean")


@PROGRAMS.program("pg_dump")
def _pg_dump(system: System, argv: tuple[str, ...], state: State) -> int:
    return dump(system, argv, state)


def dump(system: System, argv: tuple[str, ...], state: State) -> int:
    """pg_dump. Blocks."""
    version = version_of(system, "PG_VERSION", VERSION).partition("-")[0]
    try:
        options = parse_options(system, argv, "d:h:p:U:wWf:F:t:sacCOxE:vZ:n:V", _LONG)
    except UsageProblem as problem:
        system.put(f'pg_dump: {problem.message}\npg_dump: hint: Try "pg_dump --help" for more information.\n', 2)
        return 1
    if "V" in options:
        system.put(f"pg_dump (PostgreSQL) {version} (Debian {version}-1.pgdg120+1)\n")
        return 0
    if options.last("F", "p") not in ("p", "plain"):
        raise Unsimulated("a dump that is not a plain one")
    if "login" not in state:
        environment = system.environment
        user = options.last("U") or environment.get("PGUSER") or user_name(system, system.uid)
        words = options.operands
        database = options.last("d") or (words[0] if words else "") or environment.get("PGDATABASE") or user
        state["login"] = {"user": user, "password": environment.get("PGPASSWORD", ""), "database": database}
        state["target"] = {
            "host": options.last("h") or environment.get("PGHOST", ""),
            "port": options.last("p") or environment.get("PGPORT", "5432"),
        }
        state.update(called="pg_dump", rows={})
    if "socket" not in state and not connect(system, state):
        return 1
    if not log_in(system, state):
        return 1
    if "tables" not in state:
        answer = exchange(system, state, {"catalogue": True})
        state["tables"] = {} if answer is None else answer["catalogue"]["tables"]
    tables: dict[str, list[Any]] = state["tables"]
    wanted = [name.removeprefix("public.") for name in options.values("t")] or sorted(tables)
    if not set(wanted) <= set(tables):
        system.put("pg_dump: error: no matching tables were found\n", 2)
        return 1
    for name in wanted:
        if name not in state["rows"]:
            answer = exchange(system, state, {"sql": f'select * from "{name}"'})
            state["rows"][name] = [] if answer is None or "error" in answer else answer["rows"] or []
    shown = f"{version} (Debian {version}-1.pgdg120+1)"
    text = f"--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version {shown}\n-- Dumped by pg_dump version {shown}\n\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n"
    for name in wanted:
        text += f"DROP TABLE IF EXISTS public.{name};\n" if "c" in options else ""
        text += "" if "a" in options else _structure(name, tables[name], state["login"]["user"], "O" not in options)
    for name in wanted:
        text += "" if "s" in options else _data(name, tables[name], state["rows"][name])
    for name in wanted:
        text += "" if "s" in options else _sequences(name, tables[name], state["rows"][name])
    text += "--\n-- PostgreSQL database dump complete\n--\n\n"
    if "f" in options:
        system.write_file(options.last("f"), bytes_of(text))
    else:
        system.put(bytes_of(text))
    return 0


def _heading(name: str, kind: str) -> str:
    return f"--\n-- {'Data for ' if kind == 'TABLE DATA' else ''}Name: {name}; Type: {kind}; Schema: public; Owner: -\n--\n\n"


def _structure(name: str, columns: list[Any], owner: str, owned: bool) -> str:
    lines = []
    for column, kind, needed, key, default, counts in columns:
        line = f"    {column} {'serial' if counts else postgres_type(kind)}"
        if default and default[0] == "value" and default[1] is not None:
            line += f" DEFAULT {_literal(str(default[1]), postgres_type(kind))}"
        elif default and default[0] == "call":
            line += " DEFAULT now()"
        line += " NOT NULL" if needed else ""
        line += {"primary": " PRIMARY KEY", "unique": " UNIQUE"}.get(key, "")
        lines.append(line)
    text = _heading(name, "TABLE") + f"CREATE TABLE public.{name} (\n" + ",\n".join(lines) + "\n);\n\n"
    return text + (f"ALTER TABLE public.{name} OWNER TO {owner};\n\n" if owned else "")


def _data(name: str, columns: list[Any], rows: list[list[str | None]]) -> str:
    kinds = [postgres_type(column[1]) for column in columns]
    lines = [
        f"INSERT INTO public.{name} VALUES ({', '.join('NULL' if cell is None else _literal(cell, kind) for cell, kind in zip(row, kinds, strict=True))});\n"
        for row in rows
    ]
    return _heading(name, "TABLE DATA") + "".join(lines) + "\n\n"


def _sequences(name: str, columns: list[Any], rows: list[list[str | None]]) -> str:
    """Where the counting columns go on."""
    text = ""
    for place, (column, *_, counts) in enumerate(columns):
        values = [int(row[place] or 0) for row in rows] if counts else []
        if values:
            text += f"SELECT pg_catalog.setval('public.{name}_{column}_seq', {max(values)}, true);\n\n\n"
    return text


def _literal(cell: str, kind: str) -> str:
    if kind.startswith("boolean"):
        return "true" if cell in ("t", "true", "True") else "false"
    return cell if kind.startswith(_NUMBERS) else "'" + cell.replace("'", "''") + "'"
