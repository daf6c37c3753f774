"""mysql and mysqladmin, by MariaDB's names too: statements from -e and standard input, tables as they draw them."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.languages.sql.splitting import is_open, open_sign, sent, split_mysql
from fakedocker.userland.network.connecting import connect_by_name
from fakedocker.userland.services import mysql_commands
from fakedocker.userland.services.line_input import next_line
from fakedocker.userland.services.mysql_output import batch, error_text, outcome, table, vertical
from fakedocker.userland.services.mysql_versions import is_mariadb, label_of, server_version, version_text
from fakedocker.userland.services.sql_service import Answer, exchange, tell_doubts
from fakedocker.userland.tools import Options, Register, UsageProblem, base_name, parse_options, strtol, user_name

PROGRAMS = Register()
_LONG: Final = {
    "user=": "u", "password=?": "p", "host=": "h", "port=": "P", "execute=": "e", "database=": "D", "silent": "s",
    "batch": "B", "table": "t", "skip-column-names": "N", "version": "V", "protocol=": "protocol", "connect-timeout=": "ct",
    "force": "f", "raw": "r", "wait=?": "w",
}  # fmt: skip
_INSECURE: Final = "[Warning] Using a password on the command line interface can be insecure."
_ADMINISTRATORS: Final = ("mysqladmin", "mariadb-admin")
_WELCOME: Final = """Welcome to the MySQL monitor.  Commands end with ; or \\g.
Your MySQL connection id is {id}
Server version: {version} MySQL Community Server - GPL

Type 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.

"""
_WELCOME_OF_MARIADB: Final = """Welcome to the MariaDB monitor.  Commands end with ; or \\g.
Your MariaDB connection id is {id}
Server version: {version} mariadb.org binary distribution

Copyright (c) 2000, 2018, Oracle, MariaDB Corporation Ab and others.

Type 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.

"""
Queued = tuple[str, str, int, str]
"""A statement and what ended it, or what follows a command's name and that name; its line, and the file that it is from."""
_MOST_SOURCED: Final = 1000
_USE: Final = re.compile(r"(?i)\s*use\s+`?(\w+)`?\s*;?\s*\Z")


@PROGRAMS.program("mysql", "mariadb", *_ADMINISTRATORS)
def _mysql(system: System, argv: tuple[str, ...], state: State) -> int:
    name = base_name(argv[0])
    version = server_version(system)
    try:
        options = parse_options(system, argv, "u:p::h:P:e:D:sBtNVfrw::", _LONG)
    except UsageProblem as problem:
        system.put(f"{name}: [ERROR] {problem.message}\n", 2)
        return 2
    if "V" in options:
        system.put(version_text(system, name))
        return 0
    said = _port_problem(options.last("P", "0"), name)
    if said:
        system.put(said, 2)
        return 9
    if "login" not in state:
        _begin(system, state, options, name)
    status = log_in(system, state, options, name)
    if status:
        only_pings = name in _ADMINISTRATORS and set(options.operands) == {"ping"}
        return 0 if only_pings and "refused" in state else status  # who is refused has found it alive (mysqladmin.cc)
    if name in _ADMINISTRATORS:
        return _administer(system, state, options, name)
    if state["interactive"] and not state.get("greeted"):
        if is_mariadb(system):
            system.put(_WELCOME_OF_MARIADB.format(id=8, version=label_of(system, version)))
        else:
            system.put(_WELCOME.format(id=8, version=version))
        state["greeted"] = True
    return _converse(system, state, options)


def _port_problem(text: str, name: str) -> str:
    """What is said of a port that is no number, "" for one that is (my_getopt.cc of MySQL)."""
    number, rest = strtol(text)
    if abs(number) >= (1 << 63) - 1:
        said = f"Incorrect unsigned integer value: '{text}'."
    elif rest and rest[0] not in "kKmMgGtTpPeE":
        said = f"Unknown suffix '{rest[0]}' used for variable 'port' (value '{text}')."
    else:
        return ""
    return f"{name}: [ERROR] {said}\n{name}: [ERROR] {name}: Error while setting value '{text}' to 'port'.\n"


def _begin(system: System, state: State, options: Options, name: str) -> None:
    password = options.last("p") if "p" in options else system.environment.get("MYSQL_PWD", "")
    if password and "p" in options:
        warn_of_password(system, name)
    database = options.last("D") or (options.operands[0] if options.operands and name not in _ADMINISTRATORS else "")
    state["login"] = {
        "user": options.last("u") or user_name(system, system.uid),
        "password": password,
        "database": database,
    }
    state.update(queue=[], buffer="", delimiter=";", interactive="e" not in options and system.is_terminal(0))
    for text in options.values("e"):
        state["line"] = 1
        state["queue"] += _statements(state, text)
    state["line"] = 1
    state["asking"] = "p" in options and not password and system.is_terminal(0)


def warn_of_password(system: System, name: str) -> None:
    """What MySQL's programs say of a password that everybody can see; MariaDB's say nothing."""
    if not is_mariadb(system):
        system.put(f"{name}: {_INSECURE}\n", 2)


def log_in(system: System, state: State, options: Options, name: str) -> int:
    """0 once the server has let this client in, else an exit status. Blocks."""
    if state.get("known"):
        return 0
    if state["asking"]:
        if not state.get("prompted"):
            system.put("Enter password: ")
            system.set_terminal_mode(0, echo=False)
            state["prompted"] = True
        line = next_line(system, state)
        system.set_terminal_mode(0, echo=True)
        system.put("\n")
        state["login"]["password"] = line or ""
        state.update(asking=False, prompted=False)
    said = _connect(system, state, options)
    if not said:
        answer = exchange(system, state, {"login": state["login"]})
        lost = "ERROR 2013 (HY000): Lost connection to MySQL server"
        said = lost if answer is None else error_text(answer).rstrip("\n") if "error" in answer else ""
        if not said:
            state["known"] = True
            return 0
        if answer is not None:
            state["refused"] = True
    if name in _ADMINISTRATORS:
        host = options.last("h", "localhost")
        if "s" not in options:
            system.put(f"{name}: connect to server at '{host}' failed\nerror: '{said.partition(': ')[2]}'\n", 2)
    elif name in ("mysqldump", "mariadb-dump"):
        number, _, text = said.removeprefix("ERROR ").partition(": ")
        system.put(f"{name}: Got error: {number.split()[0]}: {text} when trying to connect\n", 2)
        return 2
    else:
        system.put(f"{said}\n", 2)
    return 1


def _connect(system: System, state: State, options: Options) -> str:
    """Connect unless it is; the complaint where that fails."""
    if "socket" in state:
        return ""
    host, port = options.last("h", "localhost"), options.last("P", "3306")
    try:
        found = connect_by_name(system, state, host, strtol(port)[0] & 0xFFFF or 3306, local="localhost")
    except OSError as problem:
        if host == "localhost":
            return "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)"
        return f"ERROR 2003 (HY000): Can't connect to MySQL server on '{host}:{port}' ({problem.errno})"
    if found is None:
        return f"ERROR 2005 (HY000): Unknown MySQL server host '{host}' (-2)"
    state["socket"] = found
    return ""


def _administer(system: System, state: State, options: Options, name: str) -> int:
    """mysqladmin ping, status, shutdown."""
    command = options.operands[0] if options.operands else ""
    if command == "ping":
        system.put("mysqld is alive\n")
        return 0
    if command == "shutdown":
        exchange(system, state, {"sql": "shutdown"})
        return 0
    if command in ("status", "version"):
        system.put(
            "Uptime: 60  Threads: 2  Questions: 7  Slow queries: 0  Opens: 119  Flush tables: 3  Open tables: 38  Queries per second avg: 0.116\n"
        )
        return 0
    system.put(f"{name}: Unknown command: '{command}'\n", 2)
    return 1


def _prompt(system: System, state: State) -> str:
    return f"MariaDB [{state['login']['database'] or '(none)'}]> " if is_mariadb(system) else "mysql> "


def _converse(system: System, state: State, options: Options) -> int:
    """Run what is queued, then what is typed. Blocks."""
    while True:
        if state["queue"]:
            status = _run(system, state, options)
            if status is not None:
                return status
            continue
        if "e" in options:
            return 0
        if state["interactive"] and not state.get("prompted"):
            sign = open_sign(state["buffer"], state.get("looked", 0)) if state["buffer"] else ""
            more = "   /*> " if sign == "/*" else f"    {sign or '-'}> "
            system.put(more if is_open(state["buffer"], nested=False) else _prompt(system, state))
            state["prompted"] = True
        line = next_line(system, state)
        state["prompted"] = False
        ends = line is None or (
            not is_open(state["buffer"], nested=False) and line.strip().rstrip(";") in ("exit", "quit", "\\q")
        )
        if line is None and is_open(state["buffer"], nested=False):
            state["queue"] += _last_statement(state)
        elif ends:
            system.put("Bye\n" if state["interactive"] else "")
            return 0
        else:
            assert line is not None
            state["queue"] += _take_line(state, line)


def _statements(state: State, text: str, file: str = "") -> list[Queued]:
    """All of a text, whether its last statement is ended or not."""
    found: list[Queued] = []
    for line in text.split("\n"):
        found += _take_line(state, line, file)
    return found + _last_statement(state, file)


def _take_line(state: State, line: str, file: str = "") -> list[Queued]:
    """A line; gives what can be run now."""
    begins = not is_open(state["buffer"], nested=False)
    command = mysql_commands.read(line) if begins else None
    state["line"] += 1
    if command is not None:
        return [(command.rest, command.name, state["line"] - 1, file)]
    alone = begins and line.lower().startswith("use ") and ";" not in line
    whole = state["buffer"] + line + (";" if alone else "") + "\n"
    first = state["line"] - 1 - state["buffer"].count("\n")
    split = split_mysql(whole, state["delimiter"], state.get("looked", 0))
    state["buffer"], state["delimiter"], state["looked"] = split.rest, split.delimiter, split.at
    return [(text, ended, first + number - 1, file) for text, ended, number in split.statements]


def _last_statement(state: State, file: str = "") -> list[Queued]:
    """What stands at the end without a delimiter."""
    text, state["buffer"], state["looked"] = state["buffer"], "", 0
    return (
        [(sent(text.strip()), ";", state["line"] - text.lstrip().count("\n"), file)]
        if is_open(text, nested=False)
        else []
    )


def _run(system: System, state: State, options: Options) -> int | None:
    """The first of what is queued; an exit status where it ends the session. Blocks."""
    text, ended, line, file = state["queue"][0]
    if ended.isalpha():
        state["queue"].pop(0)
        return _do_command(system, state, options, mysql_commands.Command(ended, text), line)
    answer = exchange(system, state, {"sql": text})
    state["queue"].pop(0)
    if answer is None:
        system.put("ERROR 2013 (HY000) at line 1: Lost connection to MySQL server during query\n", 2)
        return 1
    if "unsimulated" in answer:
        raise Unsimulated(answer["unsimulated"])
    if "error" in answer:
        rule = "-" * 14
        shown = (
            ""
            if state["interactive"] or answer.get("late") or _USE.match(text) or not is_mariadb(system)
            else f"{rule}\n{text}\n{rule}\n\n"
        )
        system.put(bytes_of(shown + error_text(answer, 0 if state["interactive"] and not file else line, file)), 2)
        return 1 if not (state["interactive"] or file or "f" in options) else None
    used = _USE.match(text)
    if used is not None:
        state["login"]["database"] = used[1]
    _show(system, state, options, answer, ended)
    return None


def _do_command(
    system: System, state: State, options: Options, command: mysql_commands.Command, line: int
) -> int | None:
    """A command of the client's own; an exit status where it ends the session."""
    if command.name in mysql_commands.NOTHING:
        return None
    if command.name != "source":
        raise Unsimulated(f"the client's command {command.name}")
    try:
        text = text_of(system.read_file(command.rest))
    except OSError as problem:
        place = "" if state["interactive"] else f" at line {line}"
        system.put(bytes_of(f"ERROR{place}: Failed to open file '{command.rest}', error: {problem.errno}\n"), 2)
        return 1 if not (state["interactive"] or "f" in options) else None
    inner: State = {"buffer": "", "line": 1, "delimiter": state["delimiter"]}
    state["queue"][:0] = _statements(inner, text, command.rest)
    state["sourced"] = state.get("sourced", 0) + 1
    if state["sourced"] > _MOST_SOURCED:
        raise Unsimulated("so many files for source")
    return None


def _show(system: System, state: State, options: Options, answer: Answer, ended: str) -> None:
    tables = "t" in options or (system.is_terminal(1) and "B" not in options and "s" not in options)
    tell_doubts(system, answer)
    if answer["columns"] is None:
        if state["interactive"]:
            system.put(outcome(answer, True))
        return
    columns, rows = answer["columns"], answer["rows"]
    if ended == "\\G":
        system.put(bytes_of(vertical(columns, rows)))
    elif tables:
        system.put(bytes_of(table(answer, "N" not in options)))
    else:
        system.put(bytes_of(batch(columns, rows, "N" not in options, "r" in options)))
    if state["interactive"]:
        count = f"{len(rows)} row{'s' if len(rows) != 1 else ''} in set" if rows else "Empty set"
        warnings = answer.get("warnings", 0)
        more = f", {warnings} warning{'s' if warnings != 1 else ''}" if warnings else ""
        system.put(f"{count}{more} (0.00 sec)\n\n")
