"""PostgreSQL's transaction blocks: BEGIN, COMMIT, savepoints, and the implicit block of a message of several statements.

Source: xact.c; PostgreSQL documentation, "Multiple Statements in a Simple Query".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fakedocker.userland.languages.sql.problems import SqlError
from fakedocker.userland.languages.sql.results import Result
from fakedocker.userland.languages.sql.tree import Simple

if TYPE_CHECKING:
    from fakedocker.userland.languages.sql.pg_access import PgSession

TURNS: Final = frozenset({"begin", "commit", "rollback", "savepoint", "release", "rollback to"})
_NAMES: Final = {"savepoint": "SAVEPOINT", "release": "RELEASE SAVEPOINT", "rollback to": "ROLLBACK TO SAVEPOINT"}


def turn(session: PgSession, statement: Simple) -> Result:
    memory, verb = session.memory, statement.verb
    status = memory["status"]
    if verb == "begin":
        if status == "T" and not memory.pop("implicit", False):
            session.notices.append(("WARNING", "there is already a transaction in progress"))
        elif status == "I":
            _open(session)
        return Result(statement.text)
    if verb in ("commit", "rollback"):
        if status == "I" or memory.get("implicit"):
            session.notices.append(("WARNING", "there is no transaction in progress"))
        return _end(session, verb, status)
    if status == "I" or memory.get("implicit"):
        raise SqlError("25P01", f"{_NAMES[verb]} can only be used in transaction blocks")
    names = [name for name, _ in memory["savepoints"]]
    if verb == "savepoint":
        session.start()
        memory["savepoints"] = [*memory["savepoints"], (statement.text, memory["current"])]
        return Result("SAVEPOINT")
    if statement.text not in names:
        memory["status"] = "E"
        raise SqlError("3B001", f'savepoint "{statement.text}" does not exist')
    place = len(names) - 1 - names[::-1].index(statement.text)
    if verb == "release":
        memory["savepoints"] = memory["savepoints"][:place]
        return Result("RELEASE")
    memory["current"] = memory["savepoints"][place][1]
    memory["savepoints"] = memory["savepoints"][: place + 1]
    memory["status"] = "T"
    return Result("ROLLBACK")


def _open(session: PgSession) -> None:
    committed = session.store.databases[session.memory["database"]]
    session.memory.update(
        status="T", base=committed, current=committed, savepoints=[], started_ns=session.context.now_ns
    )


def open_implicitly(session: PgSession) -> None:
    """Before each statement of a message of several: they share a block until one ends it (xact.c)."""
    if session.memory["status"] == "I":
        _open(session)
        session.memory["implicit"] = True


def close_implicitly(session: PgSession) -> None:
    """Behind the last statement: what no BEGIN has made a block that stays is committed, or undone after an error."""
    if session.memory.get("implicit"):
        _end(session, "commit", session.memory["status"])


def _end(session: PgSession, verb: str, status: str) -> Result:
    memory = session.memory
    if status == "I":
        return Result(verb.upper())
    if status == "T" and verb == "commit":
        session.start()
        session.commit(session.database)
    memory.update(status="I", savepoints=[])
    for key in ("base", "current", "started_ns", "implicit"):
        memory.pop(key, None)
    return Result("ROLLBACK" if status == "E" else verb.upper())
