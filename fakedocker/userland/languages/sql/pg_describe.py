"""What psql's commands with a backslash ask of PostgreSQL's catalogue."""

from __future__ import annotations

import re
from typing import Any

from fakedocker.userland.languages.sql.bound import Context
from fakedocker.userland.languages.sql.pg_keys import foreign_text, names_text
from fakedocker.userland.languages.sql.pg_patterns import is_like, parsed
from fakedocker.userland.languages.sql.pg_planner import PgPlanner
from fakedocker.userland.languages.sql.pg_session import PgSession
from fakedocker.userland.languages.sql.pg_types import shown_type
from fakedocker.userland.languages.sql.problems import outside
from fakedocker.userland.languages.sql.store import Store, Table

Answer = dict[str, Any]


def described(
    store: Store, memory: dict[str, Any], context: Context, asked: list[str]
) -> Answer:  # Any: a value of SQL's, what runs it, or a binder of either dialect
    """Tables to be shown: {"found": [{"title", "columns", "rows", "footers"}]}. Raises Unsimulated.

    Args:
        asked: the command's name without its backslash, and its arguments.
    """
    if memory.get("status") == "E":
        raise outside("commands with a backslash within an aborted transaction")
    session = PgSession(store, memory, context, [])
    session.start()
    name, *arguments = asked
    if name == "databases":
        found = [[d.name, d.owner or "postgres"] for _, d in sorted(store.databases.items())]
        return {"found": found, "superuser": next((u.name for _, u in sorted(store.users.items()) if "superuser" in u.attributes), "")}  # fmt: skip
    if name == "roles":
        return {"found": [[user.name, _attributes(user.attributes)] for _, user in sorted(store.users.items())]}
    if name == "schemas":
        owners = {"public": "pg_database_owner"}
        return {"found": [[schema, owners.get(schema, memory["user"])] for schema in sorted(session.database.schemas)]}
    if name == "relations":
        return {"found": _relations(session, *arguments)}
    if name == "types":
        return {"found": [["public", n, ""] for n in sorted(session.database.types)]}
    if name == "dump":
        from fakedocker.userland.languages.sql.pg_dumping import dumped

        return dumped(session, arguments)
    return {"found": [_table(session, table) for table in _named(session, arguments[0])]}


def _attributes(attributes: tuple[str, ...]) -> str:
    if "superuser" in attributes and "createrole" in attributes:
        return "Superuser, Create role, Create DB, Replication, Bypass RLS"
    words = []
    for flag, word in (
        ("superuser", "Superuser"),
        ("noinherit", "No inheritance"),
        ("createrole", "Create role"),
        ("createdb", "Create DB"),
    ):
        if flag in attributes:
            words.append(word)
    if "login" not in attributes or "nologin" in attributes:
        words.append("Cannot login")
    if "replication" in attributes:
        words.append("Replication")
    if "bypassrls" in attributes:
        words.append("Bypass RLS")
    return ", ".join(words)


def _matches(pattern: str, name: str) -> bool:
    wanted = pattern.removeprefix("public.")
    if any(sign in wanted for sign in '.|()"[]'):
        raise outside("such a pattern")
    if "*" in wanted or "?" in wanted:
        like = wanted.lower().replace("%", "").replace("_", "\\_").replace("*", "%").replace("?", "_")
        return is_like(parsed(like, "\\"), name)
    return wanted.lower() == name


def _tables(session: PgSession) -> list[Table]:
    return [table for _, table in sorted(session.database.tables.items()) if not table.temporary]


def _named(session: PgSession, pattern: str) -> list[Table]:
    return [table for table in _tables(session) if _matches(pattern, table.name) and (table.schema == "public")]


def _relations(session: PgSession, kinds: str, pattern: str = "") -> list[list[str]]:
    found = []
    for table in _tables(session):
        if table.schema != "public":
            continue
        if ("v" if table.view else "t") in kinds:
            found.append([table.schema, table.name, "view" if table.view else "table", table.owner])
        keys = (
            [key.name for key in table.constraints if key.kind in ("primary", "unique", "index")]
            if "i" in kinds
            else []
        )
        found += [[table.schema, key, "index", table.owner, table.name] for key in keys]
    for (database, schema, name), _ in sorted(session.store.sequences.items()) if "s" in kinds else ():
        if database == session.memory["database"]:
            found.append([schema, name, "sequence", session.memory["user"]])
    found = [row for row in found if not pattern or _matches(pattern, row[1])]
    return sorted(found, key=lambda row: (row[0], row[1].encode()))


def _table(session: PgSession, table: Table) -> Answer:
    if table.view:
        from fakedocker.userland.languages.sql.parser import parse
        from fakedocker.userland.languages.sql.tokens import POSTGRES
        from fakedocker.userland.languages.sql.tree import Query

        query = parse(table.view, POSTGRES)
        assert isinstance(query, Query)
        plan = PgPlanner(session.context, session).plan(query, None)
        rows = [
            [name, shown_type(kind), "", "", ""]
            for name, (_, kind) in zip(table.view_names, plan.columns, strict=False)
        ]
        return {"title": f'View "{table.schema}.{table.name}"', "rows": rows, "footers": []}
    rows = []
    for column in table.columns:
        if column.default and not column.shown_default:
            raise outside("showing such a default")
        rows.append(
            [column.name, shown_type(column.kind), "", "not null" if column.not_null else "", column.shown_default]
        )
    return {"title": f'Table "{table.schema}.{table.name}"', "rows": rows, "footers": footers(session, table)}


def footers(session: PgSession, table: Table) -> list[str]:
    found = []
    keys = [c for c in table.constraints if c.kind in ("primary", "unique", "index")]
    keys.sort(key=lambda c: (c.kind != "primary", not c.unique, c.name))
    if keys:
        found.append("Indexes:")
        for key in keys:
            label = {"primary": " PRIMARY KEY,", "unique": " UNIQUE CONSTRAINT,"}.get(
                key.kind, " UNIQUE," if key.unique else ""
            )
            found.append(f'    "{key.name}"{label} btree ({names_text(key.columns)})')
    checks = sorted((c for c in table.constraints if c.kind == "check"), key=lambda c: c.name)
    if checks:
        found.append("Check constraints:")
        found += [f'    "{check.name}" CHECK ({pretty(check.shown)})' for check in checks]
    foreign = sorted((c for c in table.constraints if c.kind == "foreign"), key=lambda c: c.name)
    if foreign:
        found.append("Foreign-key constraints:")
        found += [f'    "{key.name}" {foreign_text(key)}' for key in foreign]
    referring = [(other, key) for other in _tables(session) for key in other.constraints if key.kind == "foreign" and key.target == (table.schema, table.name)]  # fmt: skip
    if referring:
        found.append("Referenced by:")
        found += [f'    TABLE "{other.name}" CONSTRAINT "{key.name}" {foreign_text(key)}' for other, key in sorted(referring, key=lambda e: e[1].name)]  # fmt: skip
    return found


def pretty(shown: str) -> str:
    """A check as \\d writes it, with few parentheses. Raises Outside where that is not known."""
    if not shown:
        raise outside("showing such a check")
    text = shown[1:-1] if shown.startswith("(") and _closes(shown, 0) == len(shown) - 1 else shown
    while True:
        fewer = re.sub(
            r"(?<![A-Za-z0-9_])\(((?:[A-Za-z_0-9.\"]+|'[^']*'|ARRAY\[[^][]*\])(?:::[a-z ]+)?)\)::", r"\1::", text
        )
        if fewer == text:
            break
        text = fewer
    if re.search(r"(?<![A-Za-z0-9_ ])\(|[^YL] \(", text.replace("ANY (", "ANY@").replace("ALL (", "ALL@")):
        parts = re.fullmatch(r"\(([^()]*)\) (AND|OR) \(([^()]*)\)", text)
        if parts is None:
            raise outside("showing such a check")
        return f"{parts[1]} {parts[2]} {parts[3]}"
    return text


def _closes(text: str, at: int) -> int:
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    return -1
