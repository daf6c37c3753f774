"""psql and pg_isready: options, statements from arguments, files and standard input, a few commands with a backslash."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from typing import Any, Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.languages.sql.splitting import is_open, open_sign, split_postgres
from fakedocker.userland.network.connecting import connect_by_name
from fakedocker.userland.services.line_input import next_line
from fakedocker.userland.services.pg_dump import dump
from fakedocker.userland.services.postgres import VERSION
from fakedocker.userland.services.postgres_login import connect, log_in
from fakedocker.userland.services.psql_commands import command
from fakedocker.userland.services.psql_output import error_text, notices_text, shown
from fakedocker.userland.services.sql_service import Answer, exchange, tell_doubts
from fakedocker.userland.tools import Options, Register, UsageProblem, parse_options, user_name
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
_NOT_SIMULATED: Final = 126
_WRAPPED: Final = frozenset({"clusterdb", "createdb", "createuser", "dropdb", "dropuser", "vacuumdb"})
_LONG: Final = {
    "command=": "c", "dbname=": "d", "file=": "f", "host=": "h", "port=": "p", "username=": "U", "list": "l",
    "tuples-only": "t", "no-align": "A", "quiet": "q", "version": "V", "no-password": "w", "password": "W", "set=": "v",
    "variable=": "v", "field-separator=": "F", "expanded": "x", "no-psqlrc": "X", "echo-all": "a", "csv": "csv",
    "single-transaction": "1", "pset=": "P", "help": "?", "timeout=": "timeout",
}  # fmt: skip
_ASSISTED: Final = re.compile(r"(?P<word>(?i:help|exit|quit))\s*;?\s*|(?P<quit>\\q).*")
_HELP: Final = "You are using psql, the command-line interface to PostgreSQL.\nType:  \\copyright for distribution terms\n       \\h for help with SQL commands\n       \\? for help with psql commands\n       \\g or terminate with semicolon to execute query\n       \\q to quit\n"


@PROGRAMS.program("psql")
def _psql(system: System, argv: tuple[str, ...], state: State) -> int:
    called = posixpath.basename(argv[0])
    if called == "pg_isready":  # Debian's pg_wrapper is one file for all clients
        return _pg_isready(system, argv, state)
    if called == "pg_dump":
        return dump(system, argv, state)
    if called.startswith("pg_") or called in _WRAPPED:
        raise Unsimulated(status=_NOT_SIMULATED, why=marks.PROGRAM)
    version = version_of(system, "PG_VERSION", VERSION).partition("-")[0]
    try:
        options = parse_options(system, argv, "c:d:f:h:p:U:ltAqVwWv:F:xXa1P:bEneLsST:R:z0o:", _LONG)
    except UsageProblem as problem:
        system.put(f'psql: {problem.message}\npsql: hint: Try "psql --help" for more information.\n', 2)
        return 1
    if "V" in options:
        system.put(f"psql (PostgreSQL) {version} (Debian {version}-1.pgdg120+1)\n")
        return 0
    if "queue" not in state:
        status = _begin(system, state, options)
        if status:
            return status
    if "socket" not in state and not connect(system, state):
        return 2
    if not log_in(system, state):
        return 2
    if not state.get("greeted") and state["interactive"] and "q" not in options:
        system.put(f'psql ({version} (Debian {version}-1.pgdg120+1))\nType "help" for help.\n\n')
    state["greeted"] = True
    return _converse(system, state)


def _begin(system: System, state: State, options: Options) -> int:
    """Read the options into the state; 0, or an exit status."""
    environment = system.environment
    user = options.last("U") or environment.get("PGUSER") or (options.operands[1] if len(options.operands) > 1 else "")
    user = user or user_name(system, system.uid)
    database = (
        options.last("d") or (options.operands[0] if options.operands else "") or environment.get("PGDATABASE", "")
    )
    login = {"user": user, "password": environment.get("PGPASSWORD", ""), "database": database or user}
    target = {
        "host": options.last("h") or environment.get("PGHOST", ""),
        "port": options.last("p") or environment.get("PGPORT", "5432"),
    }
    if database.startswith(("postgres://", "postgresql://")):
        from fakedocker.userland.network.http_client import parse_url

        address = parse_url(database)
        name, _, password = address.user.partition(":")
        login = {
            "user": name or user,
            "password": password or login["password"],
            "database": address.path.strip("/") or name,
        }
        explicit = f":{address.port}/" in database + "/"
        target = {"host": address.host, "port": str(address.port) if explicit else "5432"}
    queue: list[list[Any]] = [["command", r"\l", ""]] if "l" in options else []
    lines: list[list[str]] = []
    for name, value in options.given:
        if name == "c":
            queue.append(["command", value, ""] if value.startswith("\\") else ["whole", value, ""])
        elif name == "f" and value != "-":
            try:
                text = text_of(system.read_file(value))
            except OSError as problem:
                system.put(f"psql: error: {value}: {problem.strerror}\n", 2)
                return 1
            queue.append(["file", value, text.splitlines(), 0])
    given = set(options.values("v"))
    settings = {
        "tuples": "t" in options, "plain": "A" in options, "quiet": "q" in options, "expanded": "x" in options,
        "separator": options.last("F", "|"), "csv": "csv" in options, "null": "",
        "stops": bool(given & {"ON_ERROR_STOP=1", "ON_ERROR_STOP=on", "ON_ERROR_STOP=true"}),
    }  # fmt: skip
    if "1" in options or "o" in options or "P" in options or "R" in options:
        raise Unsimulated("this option of psql")
    asked = bool(queue)
    state.update(
        login=login, target=target, queue=queue, lines=lines, settings=settings, asked=asked, buffer="", failed=0
    )
    state["interactive"] = not asked and system.is_terminal(0)
    return 0


def _converse(system: System, state: State) -> int:
    """Run what is queued, then what is typed. Blocks."""
    while True:
        status = _step(system, state)
        if status is not None:
            return status


def _step(system: System, state: State) -> int | None:
    if state["queue"]:
        entry = state["queue"][0]
        if entry[0] == "file":
            _next_of_file(state, entry)
            return None
        status = _run_one(system, state, entry)
        if status is None:
            state["queue"].pop(0)
        return status
    if state["asked"]:
        return 1 if state["failed"] and not state.get("read_file") else 0
    if state["interactive"] and not state.get("prompted"):
        transaction = {"T": "*", "E": "!"}.get(state.get("status", "I"), "")
        system.put(f"{state['login']['database']}{_ready_sign(state)}{transaction}# ")
        state["prompted"] = True
    line = next_line(system, state)
    state["prompted"] = False
    if line is not None and state["interactive"] and _assist(system, state, line):
        return None
    if line is None:
        if state["interactive"]:
            system.put("\\q\n")
        elif is_open(state["buffer"]):
            state["queue"].append(["sql", _unended(state["buffer"]), ""])
            state["buffer"], state["asked"] = "", True
            state["read_file"] = True
            return None
        return 0
    _take_line(state, line, "")
    return None


def _unended(buffer: str) -> str:
    """What is sent at the end of the input: its last line has no end."""
    return buffer.lstrip().removesuffix("\n")


def _assist(system: System, state: State, line: str) -> bool:
    """Do what psql does at a terminal for people who do not know it (mainloop.c); whether that was all of the line."""
    match = _ASSISTED.fullmatch(line)
    if match is None:
        return False
    word, is_empty = (match["word"] or match["quit"]).lower(), not state["buffer"].strip()
    quoted = not is_empty and _ready_sign(state) not in ("=", "-", "(")
    if word == "help" and not is_empty:
        system.put("Use \\? for help or press control-C to clear the input buffer.\n")
    elif word != "help" and quoted:
        system.put("Use control-D to quit.\n")
    elif word in ("quit", "exit") and not is_empty:
        system.put("Use \\q to quit.\n")
    elif is_empty and word != "\\q":
        state["queue"].insert(0, ["help", "", ""] if word == "help" else ["command", "\\q", ""])
        return True
    return False


def _ready_sign(state: State) -> str:
    """The %R of a prompt: what psql waits for."""
    if not state["buffer"].strip():
        return "="
    at, depth = state.get("looked", (0, 0))
    sign = open_sign(state["buffer"], at)
    return "*" if sign == "/*" else sign or ("(" if depth > 0 else "-")


def _take_line(state: State, line: str, place: str) -> None:
    """Put what a line completes into the queue, before what waits there."""
    found: list[list[Any]] = []
    if not is_open(state["buffer"]):
        state["buffer"] = ""
        state.pop("looked", None)
        if line.lstrip().startswith("\\"):
            state["queue"].insert(0, ["command", line.strip(), place])
            return
    split = split_postgres(state["buffer"] + line + "\n", *state.pop("looked", (0, 0)))
    rest = split.rest
    found = [["sql", text, place] for text in split.statements]
    body = rest.strip()
    if body.startswith("\\"):
        found.append(["command", body, place])
        rest = ""
    elif "\\" in line and not open_sign(split.rest, split.at) and (at := _backslash(rest)) >= 0:
        command, query = rest[at:].strip(), rest[:at]
        if not command.startswith(("\\g", "\\x")) or command.startswith("\\gset"):
            raise Unsimulated(f"{command.split()[0]} behind a query")
        found.append(
            [("sql" if command.startswith("\\g") and command.split()[0] == "\\g" else "gx"), query.strip(), place]
        )
        rest = ""
    state["buffer"] = rest
    if rest:
        state["looked"] = (split.at, split.depth)
    state["queue"][:0] = found


def _backslash(text: str) -> int:
    """Where a command begins behind a query, -1 for nowhere."""
    quoted = False
    for at, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif letter == "\\" and not quoted:
            return at
    return -1


def _run_one(system: System, state: State, entry: list[Any]) -> int | None:
    """Run a statement or a command; an exit status where it ends the session. Blocks."""
    kind, text, place = entry
    if kind == "help":
        system.put(_HELP)
        return None
    if kind == "command":
        return command(system, state, text.split(), place)
    if state.get("copying"):
        _read_copied(system, state)
    message: dict[str, Any] = {"sql": text} | ({"whole": True} if kind == "whole" else {})
    if state.get("copying"):
        message["data"] = state["copied"]
    answer = exchange(system, state, message)
    if answer is None:
        system.put(
            "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\n",
            2,
        )
        return 2
    if "unsimulated" in answer:
        raise Unsimulated(answer["unsimulated"], status=_NOT_SIMULATED)
    if answer.get("tag") == "COPY IN":
        state["copying"], state["copied"], state["copied_whole"] = True, [], False
        return _run_one(system, state, entry)
    state["copying"] = False
    settings = state["settings"] | ({"expanded": True} if kind == "gx" else {})
    for part in answer.get("answers", [answer]):
        status = _show(system, state, part, text, place, settings)
        if status is not None:
            return status
    return None


def _show(system: System, state: State, answer: Answer, text: str, place: str, settings: dict[str, Any]) -> int | None:
    state["status"] = answer.get("status", "I")
    system.put(bytes_of(notices_text(answer, place)), 2)
    if "error" in answer:
        system.put(bytes_of(error_text(answer, text, place)), 2)
        state["failed"] = 1
        if settings["stops"]:
            return 1 if state["asked"] and not place else 3
        return None
    state["failed"] = 0
    tell_doubts(system, answer)
    system.put(bytes_of(shown(answer, settings)))
    return None


def _next_of_file(state: State, entry: list[Any]) -> None:
    """The next line of a file that is read."""
    _, name, lines, number = entry
    state["read_file"] = True
    if number < len(lines):
        entry[3] = number + 1
        _take_line(state, lines[number], f"{name}:{number + 1}")
        return
    state["queue"].pop(0)
    if is_open(state["buffer"]):
        state["queue"].insert(0, ["sql", _unended(state["buffer"]), f"{name}:{number}"])
    state["buffer"] = ""


def _read_copied(system: System, state: State) -> None:
    """The lines up to \\. that follow COPY ... FROM STDIN, as rows. Blocks."""
    while not state["copied_whole"]:
        files = [entry for entry in state["queue"] if entry[0] == "file"]
        if files:
            _, _, lines, number = files[0]
            line = lines[number] if number < len(lines) else None
            files[0][3] = number + 1
        else:
            line = next_line(system, state)
        if line is None or line == "\\.":
            state["copied_whole"] = True
            return
        state["copied"].append([None if cell == "\\N" else _unescaped(cell) for cell in line.split("\t")])


def _unescaped(cell: str) -> str:
    if "\\" not in cell:
        return cell
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t", "r": "\r", "b": "\b"}.get(match[1], match[1]), cell)


# pg_isready


@PROGRAMS.program("pg_isready")
def _pg_isready(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system,
        argv,
        "d:h:p:qt:U:V",
        {"dbname=": "d", "host=": "h", "port=": "p", "quiet": "q", "timeout=": "t", "username=": "U", "version": "V"},
    )
    host = options.last("h") or system.environment.get("PGHOST", "")
    port = options.last("p") or system.environment.get("PGPORT", "5432")
    local = not host or host.startswith("/")
    said, status = "no response", 2
    with suppress(OSError):
        found = connect_by_name(system, state, host, int(port), local=host if local else "")
        if found is not None:
            system.close(found)
            said, status = "accepting connections", 0
    if "q" not in options:
        system.put(f"{host or '/var/run/postgresql'}:{port} - {said}\n")
    return status
