"""pg_dump: a database as statements that make it anew, its rows as with --inserts."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.services.postgres import VERSION
from fakedocker.userland.services.postgres_login import connect, log_in
from fakedocker.userland.services.sql_service import exchange
from fakedocker.userland.tools import Register, UsageProblem, parse_options, user_name
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
_LONG: Final = {
    "dbname=": "d", "host=": "h", "port=": "p", "username=": "U", "no-password": "w", "password": "W", "file=": "f",
    "format=": "F", "table=": "t", "schema-only": "s", "data-only": "a", "clean": "c", "create": "C", "no-owner": "O",
    "no-privileges": "x", "no-acl": "x", "inserts": "1", "column-inserts": "1", "if-exists": "1", "version": "V",
    "encoding=": "E", "verbose": "v", "compress=": "Z", "schema=": "n",
}  # fmt: skip


@PROGRAMS.program("pg_dump")
def _pg_dump(system: System, argv: tuple[str, ...], state: State) -> int:
    return dump(system, argv, state)


def dump(system: System, argv: tuple[str, ...], state: State) -> int:
    """pg_dump. Blocks."""
    version = version_of(system, "PG_VERSION", VERSION).partition("-")[0]
    try:
        options = parse_options(system, argv, "d:h:p:U:wWf:F:t:sacCOxE:vZ:n:V", _LONG)
    except UsageProblem as problem:
        system.put(f'pg_dump: {problem.message}\npg_dump: hint: Try "pg_dump --help" for more information.\n', 2)
        return 1
    if "V" in options:
        system.put(f"pg_dump (PostgreSQL) {version} (Debian {version}-1.pgdg120+1)\n")
        return 0
    if options.last("F", "p") not in ("p", "plain"):
        raise Unsimulated("a dump that is not a plain one")
    if "login" not in state:
        environment = system.environment
        user = options.last("U") or environment.get("PGUSER") or user_name(system, system.uid)
        words = options.operands
        database = options.last("d") or (words[0] if words else "") or environment.get("PGDATABASE") or user
        state["login"] = {"user": user, "password": environment.get("PGPASSWORD", ""), "database": database}
        state["target"] = {
            "host": options.last("h") or environment.get("PGHOST", ""),
            "port": options.last("p") or environment.get("PGPORT", "5432"),
        }
        state.update(called="pg_dump")
    if "socket" not in state and not connect(system, state):
        return 1
    if not log_in(system, state):
        return 1
    flags = [name for name in ("c", "a", "s", "O", "1", "C", "x") if name in options] + [
        f"t{name}" for name in options.values("t")
    ]
    answer = exchange(system, state, {"sql": "", "describe": ["dump", *flags]})
    if answer is None or "error" in answer:
        system.put(
            "pg_dump: error: no matching tables were found\n" if answer else "pg_dump: error: connection lost\n", 2
        )
        return 1
    if "unsimulated" in answer:
        raise Unsimulated(answer["unsimulated"])
    text = answer["text"].replace("\0version", f"{version} (Debian {version}-1.pgdg120+1)")
    if "f" in options:
        system.write_file(options.last("f"), bytes_of(text))
    else:
        system.put(bytes_of(text))
    return 0
