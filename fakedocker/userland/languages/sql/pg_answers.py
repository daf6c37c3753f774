"""Statements in, answers out, in the form that clients are told: see services.sql_service."""

from __future__ import annotations

from typing import Any

from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.languages.sql.bound import Context
from fakedocker.userland.languages.sql.parser import parse
from fakedocker.userland.languages.sql.pg_blocks import close_implicitly, open_implicitly
from fakedocker.userland.languages.sql.pg_session import PgSession
from fakedocker.userland.languages.sql.pg_types import to_text
from fakedocker.userland.languages.sql.problems import SqlError, outside
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.splitting import is_open, split_postgres
from fakedocker.userland.languages.sql.store import Store
from fakedocker.userland.languages.sql.tokens import POSTGRES
from fakedocker.userland.languages.sql.tree import Simple

Answer = dict[str, Any]
Memory = dict[str, Any]


def answer(store: Store, memory: Memory, context: Context, others: list[Memory], asked: Answer) -> tuple[Store, Answer]:
    """Run a statement. Raises Unsimulated."""
    if "describe" in asked:
        from fakedocker.userland.languages.sql.pg_describe import described

        return store, described(store, memory, context, asked["describe"])
    if asked.get("whole"):
        after, answers = answer_all(store, memory, context, others, asked["sql"])
        return after, {"answers": answers}
    session = PgSession(store, memory, context, others)
    try:
        if "data" in asked:
            result: Result | None = session.copy_in(asked["sql"], asked["data"])
        else:
            result = session.execute(asked["sql"])
    except SqlError as problem:
        return session.store, error_of(problem) | {"notices": session.shown_notices(), "status": memory["status"]}
    except RecursionError:
        raise outside("so deep a statement") from None
    if result is None:
        return store, {"tag": "", "affected": 0, "columns": None, "rows": [], "notices": [], "note": "", "status": memory["status"]}  # fmt: skip
    columns = None if result.columns is None else [[name, kind.name] for name, kind in result.columns]
    kinds = [kind for _, kind in result.columns or ()]
    rows = [[None if value is None else to_text(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in result.rows]  # fmt: skip
    found = {"tag": result.tag, "affected": result.affected, "columns": columns, "rows": rows, "doubts": context.doubted(len(rows))}  # fmt: skip
    return session.store, found | {"notices": session.shown_notices(), "note": result.note, "status": memory["status"]}


def answer_all(
    store: Store, memory: Memory, context: Context, others: list[Memory], text: str
) -> tuple[Store, list[Answer]]:
    """The statements of one message, within an implicit block. Raises Unsimulated."""
    split = split_postgres(text)
    texts = split.statements + ([split.rest] if is_open(split.rest) else [])
    if len(texts) <= 1:
        after, found = answer(store, memory, context, others, {"sql": text})
        return after, [found]
    for statement in texts:
        try:
            parsed = parse(statement, POSTGRES)
        except SqlError as problem:
            where = text.index(statement)
            return store, [error_of(SqlError(problem.code, problem.message, None if problem.at is None else problem.at + where, hint=problem.hint)) | {"notices": [], "status": memory.get("status", "I")}]  # fmt: skip
        if isinstance(parsed, Simple) and parsed.verb == "copy":
            raise outside("COPY among other statements in one message")
    found_all: list[Answer] = []
    at = 0
    for statement in texts:
        at = text.index(statement, at)
        open_implicitly(PgSession(store, memory, context, others))
        try:
            store, found = answer(store, memory, context, others, {"sql": statement})
        except Unsimulated:
            memory["status"] = "E"
            close_implicitly(PgSession(store, memory, context, others))
            raise
        if "error" in found and found["at"] is not None:
            found["at"] += at
        found_all.append(found)
        if "error" in found:
            break
    session = PgSession(store, memory, context, others)
    close_implicitly(session)
    for found in found_all:
        found["status"] = memory["status"]
    return session.store, found_all


def error_of(problem: SqlError) -> Answer:
    return {
        "error": problem.message, "code": problem.code, "detail": problem.detail, "hint": problem.hint, "at": problem.at,
        "where": problem.where,
    }  # fmt: skip
