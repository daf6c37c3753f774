"""postgres and mysqld as far as containers show them: start-up logs, readiness, an open port, shutdown; psql and mysql say
that they are simulated. Their protocols are not spoken."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.dates import format_date
from fakedocker.userland.inputs import State
from fakedocker.userland.tools import Register, base_name

PROGRAMS = Register()
POSTGRES_VERSION: Final = "16.4"
MYSQL_VERSION: Final = "8.4.2"
_STARTUP_NS: Final = 300_000_000


def _stamp(system: System) -> str:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    return f"{format_date('%Y-%m-%d %H:%M:%S', seconds)}.{nanoseconds // 1_000_000:03d} UTC"


@PROGRAMS.program("postgres")
def _postgres(system: System, argv: tuple[str, ...], state: State) -> int:
    if "--version" in argv or "-V" in argv:
        system.put(f"postgres (PostgreSQL) {POSTGRES_VERSION} (Debian {POSTGRES_VERSION}-1.pgdg120+1)\n")
        return 0
    directory = system.environment.get("PGDATA", "/var/lib/postgresql/data")
    if "phase" not in state:
        first = not _exists(system, f"{directory}/PG_VERSION")
        password = system.environment.get("POSTGRES_PASSWORD") or system.environment.get("POSTGRES_HOST_AUTH_METHOD")
        if first and not password:
            system.put(_NO_PASSWORD, 2)
            return 1
        state["phase"] = "starting"
        for number in (15, 2, 3):
            system.catch(number, "catch")
        if first:
            _initialise(system, directory)
        state["ready_ns"] = system.now_ns + (_STARTUP_NS if first else _STARTUP_NS // 3)
    if state["phase"] == "starting":
        system.sleep_until(state["ready_ns"])
        problem = _listen(system, state, 5432)
        if problem is not None:
            system.put(f'{_stamp(system)} [{system.pid}] LOG:  could not bind IPv4 address "0.0.0.0": {problem}\n', 2)
            return 1
        for text in (
            f"starting PostgreSQL {POSTGRES_VERSION} (Debian {POSTGRES_VERSION}-1.pgdg120+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit",
            'listening on IPv4 address "0.0.0.0", port 5432',
            'listening on IPv6 address "::", port 5432',
            'listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"',
            "database system was shut down at " + _stamp(system)[:19] + " UTC",
            "database system is ready to accept connections",
        ):
            system.put(f"{_stamp(system)} [{system.pid}] LOG:  {text}\n", 2)
        state["phase"] = "running"
    _refuse_clients(system, state)
    kind = {15: "smart", 2: "fast", 3: "immediate"}[state["signal"]]
    for text in (
        f"received {kind} shutdown request",
        "aborting any active transactions",
        "shutting down",
        "database system is shut down",
    ):
        system.put(f"{_stamp(system)} [{system.pid}] LOG:  {text}\n", 2)
    return 0


_NO_PASSWORD: Final = """Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
"""


def _exists(system: System, path: str) -> bool:
    try:
        system.stat(path)
    except OSError:
        return False
    return True


def _initialise(system: System, directory: str) -> None:
    system.put(
        'The files belonging to this database system will be owned by user "postgres".\nThis user must also own the server process.\n\n'
    )
    system.put(
        'The database cluster will be initialized with locale "en_US.utf8".\nThe default database encoding has accordingly been set to "UTF8".\n\n'
    )
    for part in ("base", "global", "pg_wal"):
        path = ""
        for name in f"{directory}/{part}".strip("/").split("/"):
            path += f"/{name}"
            if not _exists(system, path):
                system.make_directory(path, 0o700)
    system.write_file(f"{directory}/PG_VERSION", b"16\n")
    system.write_file(f"{directory}/postgresql.conf", b"listen_addresses = '*'\n")
    system.put(
        f"fixing permissions on existing directory {directory} ... ok\ncreating subdirectories ... ok\nselecting dynamic shared memory implementation ... posix\nrunning bootstrap script ... ok\nsyncing data to disk ... ok\n\nSuccess.\n\nPostgreSQL init process complete; ready for start up.\n\n"
    )


def _listen(system: System, state: State, port: int) -> str | None:
    try:
        state["listener"] = system.listen(port)
    except OSError as problem:
        return str(problem.strerror)
    return None


def _refuse_clients(system: System, state: State) -> None:
    """Accept and close connections until a signal comes. Blocks."""
    while True:
        number = system.take_signal()
        if number is not None:
            state["signal"] = number
            return
        if system.poll([state["listener"]]):
            system.close(system.accept(state["listener"]))


@PROGRAMS.program("pg_isready")
def _pg_isready(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    host = words[words.index("-h") + 1] if "-h" in words else ""
    shown = host or "/var/run/postgresql"
    addresses = system.resolve(host) if host and not host[:1].isdigit() else [host or "127.0.0.1"]
    try:
        if not addresses:
            raise OSError(0, "")
        system.close(system.connect(addresses[0], 5432))
    except OSError:
        system.put(f"{shown}:5432 - no response\n")
        return 2
    system.put(f"{shown}:5432 - accepting connections\n")
    return 0


@PROGRAMS.program("mysqld", "mariadbd")
def _mysqld(system: System, argv: tuple[str, ...], state: State) -> int:
    if "--version" in argv:
        system.put(f"/usr/sbin/mysqld  Ver {MYSQL_VERSION} for Linux on x86_64 (MySQL Community Server - GPL)\n")
        return 0
    if "phase" not in state:
        given = (
            "MYSQL_ROOT_PASSWORD",
            "MYSQL_ALLOW_EMPTY_PASSWORD",
            "MYSQL_RANDOM_ROOT_PASSWORD",
            "MARIADB_ROOT_PASSWORD",
        )
        _note(system, f"Entrypoint script for MySQL Server {MYSQL_VERSION}-1.el9 started.")
        if not any(system.environment.get(name) for name in given):
            stamp = format_date("%Y-%m-%d %H:%M:%S+00:00", system.now_ns // 1_000_000_000)
            system.put(
                f"{stamp} [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD\n",
                2,
            )
            return 1
        state["phase"] = "starting"
        for number in (15, 2):
            system.catch(number, "catch")
        state["ready_ns"] = system.now_ns + 2 * _STARTUP_NS
    if state["phase"] == "starting":
        system.sleep_until(state["ready_ns"])
        problem = _listen(system, state, 3306)
        if problem is not None:
            _server_line(system, "ERROR", f"Can't start server: Bind on TCP/IP port: {problem}")
            return 1
        _server_line(system, "System", f"/usr/sbin/mysqld (mysqld {MYSQL_VERSION}) starting as process {system.pid}")
        _server_line(system, "System", "InnoDB initialization has started.")
        _server_line(system, "System", "InnoDB initialization has ended.")
        _server_line(
            system,
            "System",
            f"/usr/sbin/mysqld: ready for connections. Version: '{MYSQL_VERSION}'  socket: '/var/run/mysqld/mysqld.sock'  port: 3306  MySQL Community Server - GPL.",
        )
        state["phase"] = "running"
    _refuse_clients(system, state)
    _server_line(
        system,
        "System",
        "Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: " + MYSQL_VERSION + ").",
    )
    _server_line(
        system, "System", f"/usr/sbin/mysqld: Shutdown complete (mysqld {MYSQL_VERSION})  MySQL Community Server - GPL."
    )
    return 0


def _note(system: System, text: str) -> None:
    system.put(
        f"{format_date('%Y-%m-%d %H:%M:%S+00:00', system.now_ns // 1_000_000_000)} [Note] [Entrypoint]: {text}\n"
    )


def _server_line(system: System, level: str, text: str) -> None:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    system.put(
        f"{format_date('%Y-%m-%dT%H:%M:%S', seconds)}.{nanoseconds // 1000:06d}Z 0 [{level}] [MY-010931] [Server] {text}\n",
        2,
    )


@PROGRAMS.program("psql", "mysql", "mysqladmin", "mariadb", "mongosh", "mongod")
def _client(system: System, argv: tuple[str, ...], state: State) -> int:
    name = base_name(argv[0])
    versions = {
        "psql": f"psql (PostgreSQL) {POSTGRES_VERSION} (Debian {POSTGRES_VERSION}-1.pgdg120+1)",
        "mysql": f"mysql  Ver {MYSQL_VERSION} for Linux on x86_64 (MySQL Community Server - GPL)",
    }
    if ("--version" in argv or "-V" in argv) and name in versions:
        system.put(versions[name] + "\n")
        return 0
    system.put(f"{name}: fakedocker simulates this program only as far as --version; no SQL is run\n", 2)
    return 1
