"""What SQL servers and their clients share: data on disk, connections, and the lines of JSON that they speak to each other.

PostgreSQL's own protocol is spoken by postgres_wire, MySQL's is not: others than the clients in this package cannot
talk to that server. A client's first line is `{"login": {user, password, database}}`, each other one `{"sql": text}`,
or `{"sql": text, "data": [[cell, ...], ...]}` for the rows of COPY; a server answers each with one line:

    {"tag": "SELECT", "affected": 2, "columns": [["id", "int4"], ...] or null, "rows": [["1", null], ...], "database": "app",
     "notices": [["NOTICE", "..."]], "note": "", "status": "I"}
    {"error": "...", "code": "42P01", "detail": "", "hint": "", "at": 14}    # `at`: an offset in the statement, or null
    {"unsimulated": "..."}                                                   # the statement is outside of the simulation

A column's second part is the name of its type in the server's catalogue; cells are texts as the server prints them.
Programs in containers use `exchange`; see docs/languages.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.sql import store_files
from fakedocker.userland.languages.sql.bound import Context
from fakedocker.userland.languages.sql.store import Store
from fakedocker.userland.services.connections import Connection

Answer = dict[str, Any]
Memory = dict[str, Any]
_STATEMENT_UNITS: Final = 50
_LONGEST_CHANGES_BYTES: Final = 1 << 18
"""Up to this size changes are kept behind a store that is smaller."""
_LONGEST_LINE: Final = 16 << 20


class Dialect(NamedTuple):
    """What makes a server its own.

    Args:
        name: "postgres" or "mysql".
        login: checks a login; gives an error answer, or None for who may come in.
        answer: runs a statement: store, memory, context, other connections' memories, what was asked; gives the store
            afterwards and the answer.
    """

    name: str
    login: Callable[[System, State, Connection, dict[str, str]], Answer | None]
    answer: Callable[[Store, Memory, Context, list[Memory], Answer], tuple[Store, Answer]]


def load_store(system: System, path: str) -> Store | None:
    """The data on disk; None where there is none."""
    try:
        return store_files.load(system.read_file(path))
    except (OSError, ValueError):
        return None


def save_store(system: System, state: State, before: Store | None = None) -> None:
    """Write the data to disk: what has changed behind what is there, or all of it where that is shorter or safer.

    `state["written"]` is how many bytes all of it took when it was written last, and how long the file is.
    """
    path, (whole_bytes, size_bytes) = state["path"], state.get("written", (0, 0))
    changes = store_files.dump_changes(before, state["store"]) if before is not None else None
    if changes is not None and size_bytes - whole_bytes < max(_LONGEST_CHANGES_BYTES, whole_bytes) and _size_of(system, path) == size_bytes:  # fmt: skip
        system.write_file(path, b"\n" + changes, append=True)
        state["written"] = (whole_bytes, size_bytes + 1 + len(changes))
        return
    data = store_files.dump(state["store"])
    system.write_file(path, data, mode=0o600)
    state["written"] = (len(data), len(data))


def _size_of(system: System, path: str) -> int:
    try:
        return system.stat(path).size_bytes
    except OSError:
        return -1


def receive(
    system: System, state: State, descriptor: int, connection: Connection, dialect: Dialect, facts: dict[str, str]
) -> bool:
    """Answer the lines that have come; False where the connection is to be closed.

    `state` has the `store` and the `path` of its file; `facts` the version, the pid and the collation.
    """
    *lines, connection["received"] = connection["received"].split(b"\n")
    if len(connection["received"]) > _LONGEST_LINE:
        return False
    for line in lines:
        try:
            asked = json.loads(line)
        except ValueError:
            return False
        if "login" in asked:
            answer = dialect.login(system, state, connection, asked["login"])
            if answer is None:
                enter(connection, asked["login"])
                answer = {"welcome": facts["version"], "number": connection["number"]}
        elif "user" not in connection["memory"]:
            return False
        else:
            answer = answer_question(system, state, connection, dialect, facts, asked)
        system.put(json.dumps(answer) + "\n", descriptor)
        if answer.get("fatal"):
            return False
    return True


def enter(connection: Connection, login: dict[str, str]) -> None:
    """Somebody has logged in."""
    connection["memory"].update(login, number=connection["number"])


def context_of(system: System, memory: Memory, facts: dict[str, str], dialect: str) -> Context:
    own = {**facts, "dialect": dialect, "user": memory["user"], "database": memory["database"]}
    return Context(system.now_ns, memory.get("started_ns", system.now_ns), system.random, system.charge, own)


def answer_question(
    system: System, state: State, connection: Connection, dialect: Dialect, facts: dict[str, str], asked: Answer
) -> Answer:
    """The answer to a statement of somebody who has logged in."""
    memory = connection["memory"]
    others = [other["memory"] for other in state.get("connections", {}).values() if other is not connection]
    system.charge(_STATEMENT_UNITS + len(asked["sql"]) // 10)
    before = state["store"]
    try:
        store, answer = dialect.answer(before, memory, context_of(system, memory, facts, dialect.name), others, asked)
    except Unsimulated as problem:
        return {"unsimulated": problem.what}
    if store is not before:
        state["store"] = store
        save_store(system, state, before)
    return answer | {"database": memory["database"]}


# the client's side


def tell_doubts(system: System, answer: Answer) -> None:
    """Note quietly what of an answer may be otherwise on the real server."""
    for doubt in answer.get("doubts", ()):
        system.unsimulated(f"SQL: {doubt}", quiet=True)


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
