"""mysqld as the official image runs it: the entrypoint's notes, the server's log, and its SQL.

The data is JSON in the data folder. Other programs than mysql and mysqladmin here cannot talk to it; see sql_service.
"""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.languages.sql.sql import execute
from fakedocker.userland.languages.sql.sql_session import Result, Session
from fakedocker.userland.languages.sql.sql_tokens import SqlProblem, split_statements
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services import mysql_log
from fakedocker.userland.services.connections import Connection, open_listeners, serve
from fakedocker.userland.services.mysql_versions import is_mariadb, server_version, version_text
from fakedocker.userland.services.sql_service import Answer, Dialect, load_store, receive, save_store
from fakedocker.userland.tools import Register, base_name, stat_or_none

PROGRAMS = Register()
_DATA: Final = "/var/lib/mysql"
_SCRIPTS: Final = "/docker-entrypoint-initdb.d"
_NOT_SIMULATED: Final = (".sh", ".sql.gz", ".sql.bz2", ".sql.xz", ".sql.zst")
_PASSWORDS: Final = (
    "MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD",
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD",
)  # fmt: skip
# Kinds of problems -> (number, SQLSTATE, message).
_MESSAGES: Final = {
    "syntax": (1064, "42000", "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '{rest}' at line 1"),
    "no table": (1146, "42S02", "Table '{database}.{name}' doesn't exist"),
    "no table to drop": (1051, "42S02", "Unknown table '{database}.{name}'"),
    "no column": (1054, "42S22", "Unknown column '{name}' in 'field list'"),
    "no column of": (1054, "42S22", "Unknown column '{name}' in 'field list'"),
    "ambiguous": (1052, "23000", "Column '{name}' in field list is ambiguous"),
    "no function": (1305, "42000", "FUNCTION {name} does not exist"),
    "table exists": (1050, "42S01", "Table '{name}' already exists"),
    "column exists": (1060, "42S21", "Duplicate column name '{name}'"),
    "database exists": (1007, "HY000", "Can't create database '{name}'; database exists"),
    "no database to drop": (1008, "HY000", "Can't drop database '{name}'; database doesn't exist"),
    "no database": (1046, "3D000", "No database selected"),
    "unknown database": (1049, "42000", "Unknown database '{name}'"),
    "role exists": (1396, "HY000", "Operation CREATE USER failed for '{name}'@'%'"),
    "no role": (1396, "HY000", "Operation DROP USER failed for '{name}'@'%'"),
    "count": (1136, "21S01", "Column count doesn't match value count at row 1"),
    "bad input": (1366, "HY000", "Incorrect {type} value: '{value}'"),
    "too long": (1406, "22001", "Data too long for column of type {type}"),
    "too large": (1114, "HY000", "The table is full: fakedocker joins no tables as large as these"),
    "null": (1048, "23000", "Column '{column}' cannot be null"),
    "duplicate": (1062, "23000", "Duplicate entry '{value}' for key '{key}'"),
}  # fmt: skip


@PROGRAMS.program("mysqld", "mariadbd")
def _mysqld(system: System, argv: tuple[str, ...], state: State) -> int:
    version = server_version(system)
    if argv[1:] in (("--version",), ("-V",)):
        system.put(version_text(system, base_name(argv[0])))
        return 0
    if "path" not in state:
        state["path"] = f"{_DATA}/fakedocker.json"
        state["store"] = load_store(system, state["path"])
        if state["store"] is None and not any(system.environment.get(name) for name in _PASSWORDS):
            wanted = "".join(f"    - {name}\n" for name in _PASSWORDS[:3])
            said = "Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n"
            _note(system, f"{said}{wanted}".rstrip("\n"), "ERROR")
            return 1
        for number in (15, 2, 3):
            system.catch(number, "catch")
        state.update(step="files" if state["store"] is None else "start", until_ns=system.now_ns)
    if state["step"] != "running":
        status = _come_up(system, state, version)
        if status is not None:
            return status
    facts = {"version": version, "pid": system.pid}

    def answer(descriptor: int, connection: Connection) -> bool:
        return receive(system, state, descriptor, connection, DIALECT, facts)

    serve(system, state, answer, lambda: _is_over(system, state))
    mysql_log.ended(system, version, state["who"], last=True)
    return 0


def _is_over(system: System, state: State) -> bool:
    if system.take_signal() is not None:
        state["who"] = "<via user signal>"
    elif state["store"].pop("shutdown", False):
        state["who"] = "root"
    return "who" in state


def _note(system: System, text: str, level: str = "Note") -> None:
    stamp = format_date("%Y-%m-%d %H:%M:%S+00:00", system.now_ns // 1_000_000_000)
    system.put(f"{stamp} [{level}] [Entrypoint]: {text}\n", 2 if level == "ERROR" else 1)


def _come_up(system: System, state: State, version: str) -> int | None:
    """From the first line to the one that says it is ready; None then, an exit status where it cannot. Blocks."""
    while True:
        system.sleep_until(state["until_ns"])
        if state["step"] == "files":
            _note(system, "Initializing database files")
            mysql_log.initializing(system, version, system.pid + 79)
            _next(system, state, "temporary", 2500)
        elif state["step"] == "temporary":
            _note(system, "Database files initialized")
            _note(system, "Starting temporary server")
            mysql_log.started(system, version, system.pid + 122, 0)
            _note(system, "Temporary server started.")
            _initialise(system, state)
            _next(system, state, "stop", 500)
        elif state["step"] == "stop":
            _note(system, "Stopping temporary server")
            mysql_log.ended(system, version, "root", last=False)
            _note(system, "Temporary server stopped")
            system.put("\n")
            _note(system, f"{_product(system)} init process done. Ready for start up.")
            system.put("\n")
            _next(system, state, "start", 800)
        else:
            problem = open_listeners(system, state, [3306])
            if problem is not None:
                mysql_log.cannot_listen(system, version, problem)
                return 1
            mysql_log.started(system, version, system.pid, 3306)
            state["step"] = "running"
            return None


def _product(system: System) -> str:
    return "MariaDB" if is_mariadb(system) else "MySQL"


def _next(system: System, state: State, step: str, milliseconds: int) -> None:
    state.update(step=step, until_ns=system.now_ns + milliseconds * 1_000_000)


def _initialise(system: System, state: State) -> None:
    """What the image's entrypoint does with the temporary server."""
    environment = {name.replace("MARIADB_", "MYSQL_"): value for name, value in system.environment.items()}
    root = environment.get("MYSQL_ROOT_PASSWORD", "")
    if environment.get("MYSQL_RANDOM_ROOT_PASSWORD"):
        letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        root = "".join(letters[system.random(len(letters))] for _ in range(32))
        _note(system, f"GENERATED ROOT PASSWORD: {root}")
    databases: dict[str, Any] = {name: {} for name in ("information_schema", "mysql", "performance_schema", "sys")}
    state["store"] = {"databases": databases, "roles": {"root": root}}
    if database := environment.get("MYSQL_DATABASE"):
        _note(system, f"Creating database {database}")
        databases[database] = {}
    if user := environment.get("MYSQL_USER"):
        _note(system, f"Creating user {user}")
        state["store"]["roles"][user] = environment.get("MYSQL_PASSWORD", "")
        if database:
            _note(system, f"Giving user {user} access to schema {database}")
    if stat_or_none(system, _SCRIPTS) is not None:
        for name in system.list_directory(_SCRIPTS):
            _run_script(system, state, f"{_SCRIPTS}/{name}", database or "")
    _lay_out(system, list(databases))
    save_store(system, state["path"], state["store"])


def _lay_out(system: System, databases: list[str]) -> None:
    """The data directory as it looks from outside: a directory for each database, and InnoDB's own file."""
    folders = [f"{_DATA}/{name}" for name in databases if name != "information_schema"]
    for path in ("/var", "/var/lib", _DATA, *folders):
        if stat_or_none(system, path) is None:
            system.make_directory(path, 0o755)
    system.write_file(f"{_DATA}/ibdata1", b"")


def _run_script(system: System, state: State, path: str, database: str) -> None:
    if path.endswith(_NOT_SIMULATED):
        system.unsimulated(f"a script such as {path}, which is no .sql,", program="docker-entrypoint.sh")
        return
    if not path.endswith(".sql"):
        _note(system, f"/usr/local/bin/docker-entrypoint.sh: ignoring {path}", "Warn")
        return
    _note(system, f"/usr/local/bin/docker-entrypoint.sh: running {path}")
    session = Session(
        state["store"],
        {
            "version": "",
            "pid": system.pid,
            "dialect": "mysql",
            "user": "root",
            "database": database,
            "now_ns": system.now_ns,
        },
    )
    statements, rest = split_statements(text_of(system.read_file(path)))
    for statement in [text for text, _ in statements] + ([rest] if rest.strip() else []):
        try:
            _run(session, statement) or execute(session, statement)
        except SqlProblem as problem:
            system.put(f"{complain(problem, statement)['error']}\n", 2)


# the dialect


def _login(system: System, state: State, connection: Connection, asked: dict[str, str]) -> Answer | None:
    local = connection["peer"][0].startswith("127.")
    host = "localhost" if local else connection["peer"][0]
    if state["store"]["roles"].get(asked["user"]) != asked["password"]:
        used = "YES" if asked["password"] else "NO"
        said = f"ERROR 1045 (28000): Access denied for user '{asked['user']}'@'{host}' (using password: {used})"
        return {"fatal": True, "error": said}
    if asked["database"] and asked["database"] not in state["store"]["databases"]:
        return {"fatal": True, "error": f"ERROR 1049 (42000): Unknown database '{asked['database']}'"}
    return None


def complain(problem: SqlProblem, text: str) -> Answer:
    """The error answer to a statement."""
    number, code, message = _MESSAGES.get(problem.kind.removesuffix(" end"), (1105, "HY000", problem.kind))
    return {"error": f"ERROR {number} ({code}) at line 1: {message.format(**problem.values)}"}


def _run(session: Session, text: str) -> Result | None:
    """USE, SHOW, DESCRIBE, SHUTDOWN, CREATE USER with its host."""
    words = text.strip().rstrip(";").split()
    match [word.lower() for word in words]:
        case ["use", *_] if len(words) > 1:
            name = words[1].strip("`")
            if name not in session.store["databases"]:
                raise SqlProblem("unknown database", name=name)
            session.facts["database"] = name
            return Result("USE")
        case ["show", "databases" | "schemas"]:
            return _names("Database", sorted(session.store["databases"]))
        case ["show", "tables"]:
            return _names(f"Tables_in_{session.facts['database']}", sorted(session.tables))
        case ["show", "variables", "like", _]:
            return Result("SHOW", 0, (("Variable_name", "text"), ("Value", "text")), ())
        case ["describe" | "desc", name] | ["show", "columns", "from", name]:
            return _describe(session, name.strip("`"))
        case ["shutdown"]:
            session.store["shutdown"] = True
            return Result("SHUTDOWN")
        case ["create" | "alter", "user", *_]:
            return execute(session, re.sub(r"('[^']*')\s*@\s*'[^']*'", lambda match: match[1].strip("'"), text))
    if "@@version" in text.lower():
        return Result("SELECT", 1, (("@@version", "text"),), ((session.facts["version"],),))
    return None


_NOW: Final = ("now", "current_timestamp")


def _names(heading: str, names: list[str]) -> Result:
    return Result("SHOW", len(names), ((heading, "text"),), tuple((name,) for name in names))


def _describe(session: Session, name: str) -> Result:
    rows = []
    for column in session.columns(session.table(name, None)):
        key = {"primary": "PRI", "unique": "UNI"}.get(column.key, "")
        stands = column.default is not None and column.default[0] == "value" and column.default[1] is not None
        default = str(column.default[1]) if column.default is not None and stands else None
        extra = "auto_increment" if column.counts else ""
        if column.default is not None and column.default[0] == "call" and column.default[1] in _NOW:
            default, extra = "CURRENT_TIMESTAMP", "DEFAULT_GENERATED"
        rows.append(
            (column.name, column.type.replace("integer", "int"), "NO" if column.needed else "YES", key, default, extra)
        )
    headings = ("Field", "Type", "Null", "Key", "Default", "Extra")
    return Result("SHOW", len(rows), tuple((heading, "text") for heading in headings), tuple(rows))


DIALECT: Final = Dialect("mysql", _login, complain, _run)
