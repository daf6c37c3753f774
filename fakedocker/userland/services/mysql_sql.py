"""The SQL of the mysql and mariadb images' servers: their first databases, logins, and the scripts of their folder."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.base.persistent import Map
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.languages.sql.my_answers import answer
from fakedocker.userland.languages.sql.my_users import is_root, user_for
from fakedocker.userland.languages.sql.splitting import is_open, sent, split_mysql
from fakedocker.userland.languages.sql.store import Database, Store, User
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.services.mysql_output import batch, error_text
from fakedocker.userland.services.sql_service import Answer, Dialect, context_of

_SYSTEM: Final = ("information_schema", "mysql", "performance_schema", "sys")


def first_store(root: str, database: str, user: str, password: str) -> Store:
    """What the entrypoint makes."""
    databases = {name: Database(name, "root") for name in (*_SYSTEM, *([database] if database else []))}
    users = {"root": User("root", root), "root@localhost": User("root", root, "localhost")}
    if user:
        rights = (f"all on {database}.*",) if database else ()
        users[user] = User(user, password, "%", (), rights)
    return Store(Map(databases), Map(users))


def login(system: System, state: State, connection: Connection, asked: dict[str, str]) -> Answer | None:
    local = connection["peer"][0].startswith("127.")
    host = "localhost" if local else connection["peer"][0]
    store: Store = state["store"]
    user = user_for(store, asked["user"], local)
    if user is None or user.password != asked["password"]:
        used = "YES" if asked["password"] else "NO"
        said = f"Access denied for user '{asked['user']}'@'{host}' (using password: {used})"
        return {"fatal": True, "error": said, "number": 1045, "state": "28000"}
    database = asked["database"]
    if database and not is_root(user) and not any(right.endswith(f" on {database}.*") for right in user.rights):
        said = f"Access denied for user '{asked['user']}'@'{user.host}' to database '{database}'"
        return {"fatal": True, "error": said, "number": 1044, "state": "42000"}
    if database and database not in store.databases:
        return {"fatal": True, "error": f"Unknown database '{database}'", "number": 1049, "state": "42000"}
    return None


def run_script(system: System, state: State, path: str, database: str, facts: dict[str, str]) -> int:
    """One script as the entrypoint runs it; 1 where a statement fails."""
    memory: dict[str, Any] = {"user": "root", "database": database, "number": 0}
    split = split_mysql(text_of(system.read_file(path)))
    statements = split.statements
    if is_open(split.rest, nested=False):
        statements.append((sent(split.rest.strip()), "", 1))
    for text, _, line in statements:
        context = context_of(system, memory, facts, "mysql")
        try:
            state["store"], found = answer(state["store"], memory, context, [], {"sql": text})
        except Unsimulated as problem:
            system.unsimulated(problem.what, program="mysql")
            continue
        if "error" in found:
            system.put(error_text(found, line), 2)
            return 1
        if found["columns"] is not None:
            system.put(batch(found["columns"], found["rows"], True))
    return 0


DIALECT: Final = Dialect("mysql", login, answer)
