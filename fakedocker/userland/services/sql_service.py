"""What SQL servers and their clients share: data on disk, sessions, and the lines of JSON they speak to each other.

PostgreSQL's own protocol is spoken by postgres_wire, MySQL's is not: others than the clients in this package cannot
talk to that server. A client's first line is a
login, each other a statement or a question about the catalogue; a server answers each with one line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fakedocker.base.json_types import JsonObject
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.sql.sql import execute
from fakedocker.userland.languages.sql.sql_expressions import Facts
from fakedocker.userland.languages.sql.sql_parser import Column
from fakedocker.userland.languages.sql.sql_session import Result, Session
from fakedocker.userland.languages.sql.sql_tokens import SqlProblem
from fakedocker.userland.languages.sql.sql_values import shown
from fakedocker.userland.services.connections import Connection

Answer = dict[str, Any]
_STATEMENT_UNITS: Final = 50


class Dialect(NamedTuple):
    """What makes a server its own.

    Args:
        name: "postgres" or "mysql".
        login: checks a login; gives an error answer, or None for who may come in.
        complain: the error answer to what a statement has done wrong.
        run: what only this server knows (SHOW, USE); None to let the SQL core do it.
    """

    name: str
    login: Callable[[System, State, Connection, dict[str, str]], Answer | None]
    complain: Callable[[SqlProblem, str], Answer]
    run: Callable[[Session, str], Result | None]


def load_store(system: System, path: str) -> JsonObject | None:
    """The data on disk; None where there is none."""
    try:
        found: JsonObject = json.loads(system.read_file(path))
    except (OSError, ValueError):
        return None
    return found


def save_store(system: System, path: str, store: JsonObject) -> None:
    system.write_file(path, json.dumps({key: store[key] for key in ("databases", "roles")}).encode(), mode=0o600)


def receive(
    system: System, state: State, descriptor: int, connection: Connection, dialect: Dialect, facts: Facts
) -> bool:
    """Answer the lines that have come; False where the connection is to be closed.

    `state` has the `store` and the `path` of its file; `facts` the version and the pid.
    """
    *lines, connection["received"] = connection["received"].split(b"\n")
    for line in lines:
        try:
            asked = json.loads(line)
        except ValueError:
            return False
        if "login" in asked:
            answer = dialect.login(system, state, connection, asked["login"])
            if answer is None:
                connection["memory"].update(asked["login"])
                answer = {"welcome": facts["version"]}
        elif "user" not in connection["memory"]:
            return False
        else:
            answer = answer_question(system, state, connection, dialect, facts, asked)
        system.put(json.dumps(answer) + "\n", descriptor)
        if answer.get("fatal"):
            return False
    return True


def answer_question(
    system: System, state: State, connection: Connection, dialect: Dialect, facts: Facts, asked: Answer
) -> Answer:
    """The answer to a statement, or to a question about the catalogue, of somebody who has logged in."""
    memory = connection["memory"]
    own = {
        **facts,
        "dialect": dialect.name,
        "user": memory["user"],
        "database": memory["database"],
        "now_ns": system.now_ns,
    }
    session = Session(state["store"], own)
    if "catalogue" in asked:
        return {"catalogue": describe(session)}
    text: str = asked["sql"]
    system.charge(_STATEMENT_UNITS + len(text) // 10)
    try:
        result = dialect.run(session, text) or execute(session, text)
    except SqlProblem as problem:
        return dialect.complain(problem, text)
    finally:
        if session.changed and "before" not in state["store"]:
            save_store(system, state["path"], state["store"])
    memory["database"] = own["database"]
    system.charge(result.affected // 10)
    return encode_result(result, dialect.name) | {"database": own["database"]}


def encode_result(result: Result, dialect: str) -> Answer:
    """A result with its values as the server prints them."""
    rows = [[None if value is None else shown(value, dialect) for value in row] for row in result.rows]
    return {"tag": result.tag, "affected": result.affected, "columns": result.columns, "rows": rows}


def describe(session: Session) -> Answer:
    """Databases, roles, and the tables of the database in use with their columns."""
    tables = session.tables if session.facts["database"] else {}
    columns = {
        name: [list(Column(*fields))[:6] for fields in table["columns"]] for name, table in sorted(tables.items())
    }
    return {"databases": sorted(session.store["databases"]), "roles": sorted(session.store["roles"]), "tables": columns}


# the client's side


def exchange(system: System, state: State, message: Answer) -> Answer | None:
    """Send a line at the descriptor `state["socket"]` and give the answer; None when the server has gone. Blocks.

    To be called again with the same message until it returns.
    """
    if not state.get("sent"):
        system.put(json.dumps(message) + "\n", state["socket"])
        state["sent"] = True
    while b"\n" not in state.setdefault("received", b""):
        try:
            data = system.read(state["socket"])
        except OSError:
            data = b""
        if not data:
            state["sent"] = False
            return None
        state["received"] += data
    line, _, state["received"] = state["received"].partition(b"\n")
    state["sent"] = False
    found: Answer = json.loads(line)
    return found
