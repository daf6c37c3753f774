"""The SQL of the postgres image's server: its first databases, logins, and the scripts of its folder."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.base.persistent import Map
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.languages.sql.pg_answers import answer
from fakedocker.userland.languages.sql.splitting import is_open, split_postgres
from fakedocker.userland.languages.sql.store import Database, Store, User
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.services.psql_output import error_text, notices_text, shown
from fakedocker.userland.services.sql_service import Answer, Dialect, context_of

SCRIPTS: Final = "/docker-entrypoint-initdb.d"
_SUPERUSER: Final = ("bypassrls", "createdb", "createrole", "login", "replication", "superuser")
_PLAIN: Final = {"quiet": False, "tuples": False, "plain": False, "expanded": False, "separator": "|", "null": ""}


def first_store(user: str, password: str) -> Store:
    """What initdb makes."""
    databases = {name: Database(name, user) for name in ("postgres", "template0", "template1")}
    return Store(Map(databases), Map({user: User(user, password, attributes=_SUPERUSER)}))


def login(
    system: System, state: State, connection: Connection, asked: dict[str, str], log: Any
) -> Answer | None:  # Any: plain data, as clients are told
    store: Store = state["store"]
    known = store.users.get(asked["user"])
    trusted = connection["peer"][0].startswith("127.") or system.environment.get("POSTGRES_HOST_AUTH_METHOD") == "trust"
    said, code = "", "28P01"
    if not trusted and not asked["password"]:
        return {"fatal": True, "error": "fe_sendauth: no password supplied", "code": code, "bare": True}
    if not trusted and (known is None or asked["password"] != known.password or not known.password):
        said = f'password authentication failed for user "{asked["user"]}"'
    elif known is None:
        said, code = f'role "{asked["user"]}" does not exist', "28000"
    elif "login" not in known.attributes or "nologin" in known.attributes:
        said, code = f'role "{asked["user"]}" is not permitted to log in', "28000"
    elif asked["database"] not in store.databases:
        said, code = f'database "{asked["database"]}" does not exist', "3D000"
    if not said:
        return None
    log(said)
    return {"fatal": True, "error": said, "code": code}


def run_scripts(system: System, state: State, user: str, facts: dict[str, str]) -> int:
    """The scripts of the folder, as the image's entrypoint runs them; an exit status, 0 where all went well."""
    database = system.environment.get("POSTGRES_DB") or user
    try:
        names = system.list_directory(SCRIPTS)
    except OSError:
        names = []
    for name in names or ["*"]:
        path = f"{SCRIPTS}/{name}"
        if name.endswith((".sh", ".sql.gz", ".sql.xz", ".sql.zst")):
            system.put(f"/usr/local/bin/docker-entrypoint.sh: running {path}\n")
            system.unsimulated(f"a script such as {path}, which is no .sql,", program="docker-entrypoint.sh")
            continue
        if not name.endswith(".sql"):
            system.put(f"\n/usr/local/bin/docker-entrypoint.sh: ignoring {path}\n")
            continue
        system.put(f"/usr/local/bin/docker-entrypoint.sh: running {path}\n")
        status = _run_script(system, state, path, {"user": user, "database": database, "number": 0}, facts)
        if status:
            return status
        system.put("\n")
    return 0


def _run_script(system: System, state: State, path: str, memory: dict[str, Any], facts: dict[str, str]) -> int:
    """One script as `psql -v ON_ERROR_STOP=1 -f` runs it; 3 where a statement fails."""
    buffer, looked = "", (0, 0)
    lines = text_of(system.read_file(path)).splitlines()
    number = 0
    while number < len(lines) or is_open(buffer):
        line = lines[number] if number < len(lines) else ";"
        number += 1
        place = f"{path}:{number}"
        if not is_open(buffer) and line.lstrip().startswith("\\"):
            if not _command(system, state, line.split(), memory):
                return 3
            continue
        split = split_postgres(buffer + line + "\n", *looked)
        buffer, looked = split.rest, (split.at, split.depth)
        for text in split.statements:
            asked: Answer = {"sql": text}
            found = _answer(system, state, memory, facts, asked)
            if found.get("tag") == "COPY IN":
                rows, number = _copied(lines, number)
                found = _answer(system, state, memory, facts, asked | {"data": rows})
            system.put(notices_text(found, place), 2)
            if "error" in found:
                system.put(error_text(found, text, place), 2)
                return 3
            system.put(shown(found, _PLAIN))
        if number >= len(lines) and line == ";":
            break
    return 0


def _copied(lines: list[str], number: int) -> tuple[list[list[str | None]], int]:
    rows = []
    while number < len(lines) and lines[number] != "\\.":
        rows.append([None if cell == "\\N" else cell for cell in lines[number].split("\t")])
        number += 1
    return rows, number + 1


def _answer(system: System, state: State, memory: dict[str, Any], facts: dict[str, str], asked: Answer) -> Answer:
    context = context_of(system, memory, facts, "postgres")
    try:
        state["store"], found = answer(state["store"], memory, context, [], asked)
    except Unsimulated as problem:
        system.unsimulated(problem.what, program="psql")
        return {"tag": "", "affected": 0, "columns": None, "rows": []}
    return found


def _command(system: System, state: State, words: list[str], memory: dict[str, Any]) -> bool:
    """A command with a backslash in a script; False where it fails."""
    if words[0] in ("\\c", "\\connect") and len(words) == 2:
        name = words[1].rstrip(";").strip('"')
        if name not in state["store"].databases:
            said = f'connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL:  database "{name}" does not exist'
            system.put(f"\\connect: {said}\n", 2)
            return False
        memory.clear()
        memory.update(user=state["user"], database=name, number=0)
        system.put(f'You are now connected to database "{name}" as user "{state["user"]}".\n')
    elif words[0] == "\\echo":
        system.put(" ".join(word.strip("'") for word in words[1:]) + "\n")
    else:
        system.unsimulated(words[0], program="psql")
    return True


def dialect(log: Any) -> Dialect:  # Any: plain data, as clients are told
    """PostgreSQL, with what writes a line of its log."""

    def check(system: System, state: State, connection: Connection, asked: dict[str, str]) -> Answer | None:
        return login(system, state, connection, asked, log)

    return Dialect("postgres", check, answer)
