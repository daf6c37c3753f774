"""postgres as the official image runs it: initialisation, start-up and shutdown in its log's words, and its SQL.

The data is JSON in the data folder. psql here talks to it as sql_service says, other programs in PostgreSQL's own
protocol.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.sql.store import Database
from fakedocker.userland.packages.releases import is_alpine
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners, serve
from fakedocker.userland.services.postgres_sql import dialect, first_store, run_scripts
from fakedocker.userland.services.postgres_wire import is_spoken, receive as receive_messages
from fakedocker.userland.services.sql_service import load_store, receive, save_store
from fakedocker.userland.tools import Register, stat_or_none
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
VERSION: Final = "16.4"
_PORT: Final = 5432
_DATA: Final = "/var/lib/postgresql/data"
_SECOND_NS: Final = 1_000_000_000
_SHUTDOWNS: Final = {15: "smart", 2: "fast", 3: "immediate"}
_NO_PASSWORD: Final = """Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
"""
_INITDB: Final = """The files belonging to this database system will be owned by user "postgres".
This user must also own the server process.

The database cluster will be initialized with locale "en_US.utf8".
The default database encoding has accordingly been set to "UTF8".
The default text search configuration will be set to "english".

Data page checksums are disabled.

fixing permissions on existing directory {data} ... ok
creating subdirectories ... ok
selecting dynamic shared memory implementation ... posix
selecting default max_connections ... 100
selecting default shared_buffers ... 128MB
selecting default time zone ... Etc/UTC
creating configuration files ... ok
running bootstrap script ... ok
performing post-bootstrap initialization ... ok
syncing data to disk ... ok


Success. You can now start the database server using:

    pg_ctl -D {data} -l logfile start

"""
_COMPILERS: Final = {
    "80": "Debian 4.9.2-10", "90": "Debian 6.3.0-18+deb9u1", "100": "Debian 8.3.0-6", "110": "Debian 10.2.1-6",
    "120": "Debian 12.2.0-14", "130": "Debian 14.2.0-19",
}  # fmt: skip
"""The compilers of Debian's releases, by what a package's version says of the release."""


@PROGRAMS.program("postgres")
def _postgres(system: System, argv: tuple[str, ...], state: State) -> int:
    packaged = version_of(system, "PG_VERSION", VERSION)
    version = packaged.partition("-")[0]
    if argv[1:] in (("--version",), ("-V",)):
        system.put(f"postgres (PostgreSQL) {version}{_label(system, packaged)}\n")
        return 0
    data = system.environment.get("PGDATA", _DATA)
    if "path" not in state:
        state["path"] = f"{data}/base/fakedocker.json"
        state["store"] = load_store(system, state["path"])
        if state["store"] is None and not _may_initialise(system):
            system.put(_NO_PASSWORD, 2)
            return 1
        for number in _SHUTDOWNS:
            system.catch(number, "catch")
        state["step"] = "run" if state["store"] is not None else "initdb"
        state["until_ns"] = system.now_ns
    if state["step"] != "running":
        status = _come_up(system, state, data, version)
        if status is not None:
            return status
    facts = _facts(system, packaged)

    def log(text: str) -> None:
        _log(system, text, system.pid + 60, "FATAL")

    spoken = dialect(log)

    def answer(descriptor: int, connection: Connection) -> bool:
        if is_spoken(connection):
            return receive_messages(system, state, descriptor, connection, spoken, facts)
        return receive(system, state, descriptor, connection, spoken, facts)

    serve(system, state, answer, lambda: _is_over(system, state))
    _log_shutdown(system, state["signal"])
    return 0


def _facts(system: System, packaged: str) -> dict[str, str]:
    collation = "C" if is_alpine(system) else "en_US.utf8"
    return {"version": _about(system, packaged), "pid": str(system.pid), "collation": collation}


def _may_initialise(system: System) -> bool:
    environment = system.environment
    return bool(environment.get("POSTGRES_PASSWORD")) or environment.get("POSTGRES_HOST_AUTH_METHOD") == "trust"


def _label(system: System, packaged: str) -> str:
    """What Debian's packages add to a version; nothing on Alpine, where it is made from its sources."""
    if is_alpine(system):
        return ""
    return f" (Debian {packaged if '-' in packaged else packaged + '-1.pgdg120+1'})"


def _about(system: System, packaged: str) -> str:
    version = packaged.partition("-")[0]
    if is_alpine(system):
        return f"PostgreSQL {version} on x86_64-pc-linux-musl, compiled by gcc (Alpine 13.2.1_git20240309) 13.2.1 20240309, 64-bit"
    compiler = _COMPILERS.get(packaged.rpartition(".pgdg")[2].partition("+")[0], "Debian 12.2.0-14")
    return f"PostgreSQL {version}{_label(system, packaged)} on x86_64-pc-linux-gnu, compiled by gcc ({compiler}) {compiler.partition(' ')[2].partition('-')[0]}, 64-bit"


def _log(system: System, text: str, pid: int = 0, level: str = "LOG") -> None:
    seconds, nanoseconds = divmod(system.now_ns, _SECOND_NS)
    stamp = f"{format_date('%Y-%m-%d %H:%M:%S', seconds)}.{nanoseconds // 1_000_000:03d} UTC"
    system.put(f"{stamp} [{pid or system.pid}] {level}:  {text}\n", 2)


def _come_up(system: System, state: State, data: str, version: str) -> int | None:
    """From the first line to the one that says it is ready; None then, an exit status where it cannot. Blocks."""
    pid = system.pid + 47  # the server that runs during initialisation is another process
    while True:
        system.sleep_until(state["until_ns"])
        if state["step"] == "initdb":
            _initialise(system, state, data)
            _next(system, state, "temporary", 1200)
        elif state["step"] == "temporary":
            system.put("waiting for server to start....")
            _log_start(system, version, pid, temporary=True)
            system.put(" done\nserver started\n")
            status = _run_scripts(system, state, version)
            if status:
                return status
            _next(system, state, "stop", 300)
        elif state["step"] == "stop":
            system.put("\nwaiting for server to shut down....")
            _log_shutdown(system, 2, pid)
            system.put(" done\nserver stopped\n\nPostgreSQL init process complete; ready for start up.\n\n")
            _next(system, state, "run", 100)
        else:
            if not state.get("initialised"):
                state["initialised"] = True
                system.put("\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n")
            problem = open_listeners(system, state, [_PORT])
            if problem is not None:
                _log(system, f'could not bind IPv4 address "0.0.0.0": {problem.strerror}')
                _log(system, "could not create any TCP/IP sockets", level="FATAL")
                return 1
            _log_start(system, version, system.pid, temporary=False)
            state["step"] = "running"
            return None


def _next(system: System, state: State, step: str, milliseconds: int) -> None:
    state.update(step=step, until_ns=system.now_ns + milliseconds * 1_000_000)


def _initialise(system: System, state: State, data: str) -> None:
    """Make the data folder and the first databases."""
    system.put(_INITDB.format(data=data))
    warning = 'initdb: warning: enabling "trust" authentication for local connections\ninitdb: hint: You can change this by editing pg_hba.conf or using the option -A, or --auth-local and --auth-host, the next time you run initdb.\n'
    system.put(warning, 2)
    path = ""
    for part in f"{data}/base".strip("/").split("/"):
        path += f"/{part}"
        if stat_or_none(system, path) is None:
            system.make_directory(path, 0o700)
    system.write_file(f"{data}/PG_VERSION", b"16\n")
    system.write_file(f"{data}/postgresql.conf", b"listen_addresses = '*'\nmax_connections = 100\n")
    trust = system.environment.get("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
    rules = (
        f"local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\nhost all all all {trust}\n"
    )
    system.write_file(f"{data}/pg_hba.conf", rules.encode())
    user = system.environment.get("POSTGRES_USER", "postgres")
    store = first_store(user, system.environment.get("POSTGRES_PASSWORD", ""))
    state.update(store=store, initialised=True, user=user)


def _run_scripts(system: System, state: State, version: str) -> int:
    """What the image's entrypoint does with the temporary server: the database, and the scripts of its folder."""
    user = state["user"]
    database = system.environment.get("POSTGRES_DB") or user
    store = state["store"]
    if database not in store.databases:
        state["store"] = replace(store, databases=store.databases.set(database, Database(database, user)))
        system.put("CREATE DATABASE\n\n")
    status = run_scripts(system, state, user, _facts(system, version))
    save_store(system, state)
    return status


def _log_start(system: System, version: str, pid: int, *, temporary: bool) -> None:
    _log(system, f"starting {_about(system, version)}", pid)
    if not temporary:
        _log(system, f'listening on IPv4 address "0.0.0.0", port {_PORT}', pid)
        _log(system, f'listening on IPv6 address "::", port {_PORT}', pid)
    _log(system, f'listening on Unix socket "/var/run/postgresql/.s.PGSQL.{_PORT}"', pid)
    stamp = format_date("%Y-%m-%d %H:%M:%S UTC", system.now_ns // _SECOND_NS)
    _log(system, f"database system was shut down at {stamp}", pid + 3)
    _log(system, "database system is ready to accept connections", pid)


def _log_shutdown(system: System, number: int, pid: int = 0) -> None:
    own = pid or system.pid
    _log(system, f"received {_SHUTDOWNS[number]} shutdown request", own)
    if number == 3:
        _log(system, "database system is shut down", own)
        return
    if number == 2:
        _log(system, "aborting any active transactions", own)
    _log(system, f'background worker "logical replication launcher" (PID {own + 6}) exited with exit code 1', own)
    _log(system, "shutting down", own + 1)
    _log(system, "checkpoint starting: shutdown immediate", own + 1)
    done = "checkpoint complete: wrote 3 buffers (0.0%); 0 WAL file(s) added, 0 removed, 0 recycled; write=0.001 s, sync=0.001 s, total=0.004 s; sync files=2, longest=0.001 s, average=0.001 s; distance=0 kB, estimate=0 kB"
    _log(system, done, own + 1)
    _log(system, "database system is shut down", own)


def _is_over(system: System, state: State) -> bool:
    """Take signals; whether the server is to end. A smart shutdown waits until the clients have gone."""
    number = system.take_signal()
    if number is not None:
        state["signal"] = number
        for descriptor in state["listeners"]:
            system.close(descriptor)
        state["listeners"] = {}
    return "signal" in state and (state["signal"] != 15 or not state["connections"])
