"""mysqld as the official image runs it: the entrypoint's notes, the server's log, and its SQL.

The data is JSON in the data folder. Other programs than mysql and mysqladmin here cannot talk to it; see sql_service.
"""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services import mysql_log
from fakedocker.userland.services.connections import Connection, open_listeners, serve
from fakedocker.userland.services.mysql_sql import DIALECT, first_store, run_script
from fakedocker.userland.services.mysql_versions import is_mariadb, label_of, server_version, version_text
from fakedocker.userland.services.sql_service import load_store, receive, save_store
from fakedocker.userland.tools import Register, base_name, stat_or_none

PROGRAMS = Register()
_DATA: Final = "/var/lib/mysql"
_SCRIPTS: Final = "/docker-entrypoint-initdb.d"
_NOT_SIMULATED: Final = (".sh", ".sql.gz", ".sql.bz2", ".sql.xz", ".sql.zst")
_PASSWORDS: Final = (
    "MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD",
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD",
)  # fmt: skip


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
    facts = _facts(system)

    def answer(descriptor: int, connection: Connection) -> bool:
        return receive(system, state, descriptor, connection, DIALECT, facts)

    serve(system, state, answer, lambda: _is_over(system, state))
    mysql_log.ended(system, version, state["who"], last=True)
    return 0


def _is_over(system: System, state: State) -> bool:
    if system.take_signal() is not None:
        state["who"] = "<via user signal>"
    elif any(connection["memory"].pop("shutdown", False) for connection in state.get("connections", {}).values()):
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
            if _initialise(system, state):
                return 1
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


def _facts(system: System) -> dict[str, str]:
    version = server_version(system)
    mariadb = is_mariadb(system)
    return {
        "version": label_of(system, version) if mariadb else version, "pid": str(system.pid), "product": "MariaDB" if mariadb else "MySQL",
        "hostname": system.hostname,
    }  # fmt: skip


def _initialise(system: System, state: State) -> int:
    """What the image's entrypoint does with the temporary server; 1 where a script fails."""
    environment = {name.replace("MARIADB_", "MYSQL_"): value for name, value in system.environment.items()}
    root = environment.get("MYSQL_ROOT_PASSWORD", "")
    if environment.get("MYSQL_RANDOM_ROOT_PASSWORD"):
        letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        root = "".join(letters[system.random(len(letters))] for _ in range(32))
        _note(system, f"GENERATED ROOT PASSWORD: {root}")
    database, user = environment.get("MYSQL_DATABASE", ""), environment.get("MYSQL_USER", "")
    if database:
        _note(system, f"Creating database {database}")
    if user:
        _note(system, f"Creating user {user}")
        if database:
            _note(system, f"Giving user {user} access to schema {database}")
    state["store"] = first_store(root, database, user, environment.get("MYSQL_PASSWORD", ""))
    if stat_or_none(system, _SCRIPTS) is not None:
        for name in system.list_directory(_SCRIPTS):
            if _run_script(system, state, f"{_SCRIPTS}/{name}", database):
                return 1
    _lay_out(system, sorted(state["store"].databases))
    save_store(system, state)
    return 0


def _lay_out(system: System, databases: list[str]) -> None:
    """The data directory as it looks from outside: a directory for each database, and InnoDB's own file."""
    folders = [f"{_DATA}/{name}" for name in databases if name != "information_schema"]
    for path in ("/var", "/var/lib", _DATA, *folders):
        if stat_or_none(system, path) is None:
            system.make_directory(path, 0o755)
    system.write_file(f"{_DATA}/ibdata1", b"")


def _run_script(system: System, state: State, path: str, database: str) -> int:
    if path.endswith(_NOT_SIMULATED):
        system.unsimulated(f"a script such as {path}, which is no .sql,", program="docker-entrypoint.sh")
        return 0
    if not path.endswith(".sql"):
        _note(system, f"/usr/local/bin/docker-entrypoint.sh: ignoring {path}", "Warn")
        return 0
    _note(system, f"/usr/local/bin/docker-entrypoint.sh: running {path}")
    return run_script(system, state, path, database, _facts(system))
