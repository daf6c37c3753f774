"""Statements in, answers out for MariaDB, in the form that clients are told: see services.sql_service."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.languages.sql.bound import Context
from fakedocker.userland.languages.sql.my_session import MySession
from fakedocker.userland.languages.sql.my_types import to_text
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.store import Store

Answer = dict[str, Any]
Memory = dict[str, Any]


def answer(store: Store, memory: Memory, context: Context, others: list[Memory], asked: Answer) -> tuple[Store, Answer]:
    """Run a statement. Raises Unsimulated."""
    session = MySession(store, memory, context, others)
    if "describe" in asked:
        return store, _table(session, asked["describe"])
    mysql = context.facts.get("product") == "MySQL"
    try:
        result = session.execute(asked["sql"])
    except SqlError as problem:
        number, _, state = problem.code.partition(" ")
        message = problem.message
        if mysql and number not in _SAME_IN_MYSQL:
            raise outside("this error in MySQL's words") from None
        if context.warnings and number != "1064":
            pass
        memory["warnings"] = [("Error", int(number), message)]
        return session.store, {"error": message, "number": int(number), "state": state, "late": problem.late}
    except RecursionError:
        raise outside("so deep a statement") from None
    if result is None:
        return store, {"error": "Query was empty", "number": 1065, "state": "42000"}
    if session.shutdown:
        memory["shutdown"] = True
    if not asked["sql"].lstrip().lower().startswith("show warnings"):
        memory["warnings"] = list(context.warnings)
    columns = None if result.columns is None else [[name, kind.name] for name, kind in result.columns]
    kinds = [kind for _, kind in result.columns or ()]
    rows = [[None if value is None else to_text(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in result.rows]  # fmt: skip
    found = {
        "tag": result.tag,
        "affected": result.affected,
        "columns": columns,
        "rows": rows,
        "note": result.note,
        "nullable": list(result.nullable),
        "doubts": context.doubted(len(rows)),
    }
    return session.store, found | {
        "insert_id": result.insert_id,
        "warnings": result.warnings,
        "status": memory["status"],
    }


_SAME_IN_MYSQL = frozenset(
    "1064 1146 1054 1062 1048 1136 1364 1406 1264 1049 1007 1008 1046 1050 1051 1060 1044 1045 1396 3819 1452 1451 1242 1241 1366".split()
)
"""Numbers of errors that MySQL says in the same words."""


def _table(session: MySession, asked: list[str]) -> Answer:
    """What mysqldump needs: {"create": text, "columns": [[name, type]], "rows": [[text or null]]}, or {"tables": [...]}."""
    from fakedocker.userland.languages.sql.my_columns import kind_of
    from fakedocker.userland.languages.sql.my_show import create_text
    from fakedocker.userland.languages.sql.tree import TableName

    kind, database, *rest = asked
    try:
        if kind == "tables":
            found = session.current(database)
            return {"tables": [table.name for _, table in sorted(found.tables.items()) if not table.temporary], "views": any(t.view for t in found.tables.values())}  # fmt: skip
        _, table = session.table(TableName(database, rest[0], 0, 0))
    except SqlError as problem:
        number, _, state = problem.code.partition(" ")
        return {"error": problem.message, "number": int(number), "state": state}
    text = create_text(session, database, table)
    kinds = [kind_of(column) for column in table.columns]
    rows = [
        [None if v is None else to_text(v, k) for v, k in zip(row, kinds, strict=True)]
        for _, row in session.in_order(table, None)
    ]
    return {"create": text, "columns": [[column.name, column.type] for column in table.columns], "rows": rows}
