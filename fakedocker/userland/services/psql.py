"""psql and pg_isready: options, statements from arguments, files and standard input, a few commands with a backslash."""

from __future__ import annotations

import posixpath
from typing import Any, Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.languages.sql.sql_session import Result
from fakedocker.userland.languages.sql.sql_tokens import is_comment, split_statements
from fakedocker.userland.languages.sql.sql_values import postgres_type
from fakedocker.userland.services.line_input import next_line
from fakedocker.userland.services.pg_dump import dump
from fakedocker.userland.services.postgres import VERSION
from fakedocker.userland.services.postgres_login import SOCKET, connect, log_in
from fakedocker.userland.services.postgres_wire import tag_of
from fakedocker.userland.services.sql_service import Answer, exchange
from fakedocker.userland.services.text_tables import aligned, expanded
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
    queue: list[tuple[str, str]] = [(r"\l", "")] if "l" in options else []
    for name, value in options.given:
        if name == "c":
            statements, rest = split_statements(value)
            queue += [(text, "") for text, _ in statements] + ([(rest.strip(), "")] if rest.strip() else [])
        elif name == "f" and value != "-":
            try:
                queue += _from_file(text_of(system.read_file(value)), value)
            except OSError as problem:
                system.put(f"psql: error: {value}: {problem.strerror}\n", 2)
                return 1
    settings = {
        "tuples": "t" in options, "plain": "A" in options, "quiet": "q" in options, "expanded": "x" in options,
        "separator": options.last("F", "|"),
        "stops": "ON_ERROR_STOP=1" in options.values("v") or "ON_ERROR_STOP=on" in options.values("v"),
    }  # fmt: skip
    asked = bool(queue) or "c" in options
    state.update(login=login, target=target, queue=queue, settings=settings, asked=asked, buffer="", failed=0)
    state["interactive"] = not asked and system.is_terminal(0)
    return 0


def _from_file(text: str, name: str) -> list[tuple[str, str]]:
    """(statement, where it is) of a script."""
    found: list[tuple[str, str]] = []
    buffer = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not buffer.strip() and line.startswith("\\"):
            found.append((line.strip(), f"{name}:{number}"))
            continue
        statements, buffer = split_statements(buffer + line + "\n")
        found += [(statement, f"{name}:{number}") for statement, _ in statements]
    return found + ([(buffer.strip(), name)] if buffer.strip() else [])


def _converse(system: System, state: State) -> int:
    """Run what is queued, then what is typed. Blocks."""
    while True:
        if state["queue"]:
            text, place = state["queue"][0]
            status = _run_one(system, state, text, place)
            state["queue"].pop(0)
            if status is not None:
                return status
            continue
        if state["asked"]:
            return 1 if state["failed"] else 0
        if state["interactive"] and not state.get("prompted"):
            system.put(f"{state['login']['database']}{'-' if state['buffer'].strip() else '='}# ")
            state["prompted"] = True
        line = next_line(system, state)
        state["prompted"] = False
        if line is None:
            if state["interactive"]:
                system.put("\\q\n")
            elif state["buffer"].strip():
                state["queue"].append((state["buffer"].strip(), ""))
                state["buffer"], state["asked"] = "", True
                continue
            return 0
        _take_line(system, state, line)


def _take_line(system: System, state: State, line: str) -> None:
    if not state["buffer"].strip():
        if line.strip() == "help" and state["interactive"]:
            system.put(_HELP)
            return
        if line.strip() in ("exit", "quit"):
            state["queue"].append((r"\q", ""))
            return
        if line.lstrip().startswith("\\"):
            state["queue"].append((line.strip(), ""))
            return
    statements, state["buffer"] = split_statements(state["buffer"] + line + "\n")
    state["queue"] += [(text, "") for text, _ in statements]


def _run_one(system: System, state: State, text: str, place: str) -> int | None:
    """Run a statement or a command; an exit status where it ends the session. Blocks."""
    if text.startswith("\\"):
        return _command(system, state, text.split())
    if is_comment(text):
        return None
    answer = exchange(system, state, {"sql": text})
    if answer is None:
        system.put(
            "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\n",
            2,
        )
        return 2
    if "error" in answer:
        system.put(bytes_of((f"psql:{place}: " if place else "") + _error_text(answer, text)), 2)
        state["failed"] = 1
        return 3 if state["settings"]["stops"] else 1 if state["asked"] and not place else None
    _show(system, state, answer)
    return None


def _error_text(answer: Answer, text: str) -> str:
    """An error with the line it is about and a mark below its place."""
    found = f"ERROR:  {answer['error']}\n"
    at = answer.get("at")
    if at is not None:
        start = text.rfind("\n", 0, at) + 1
        line = text[start:].partition("\n")[0]
        label = f"LINE {text.count(chr(10), 0, at) + 1}: "
        found += f"{label}{line}\n{' ' * (len(label) + at - start)}^\n"
    return found + (f"DETAIL:  {answer['detail']}\n" if answer.get("detail") else "")


def _show(system: System, state: State, answer: Answer) -> None:
    settings = state["settings"]
    if answer["columns"] is None:
        if not settings["quiet"] or answer["tag"] in ("SHOW",):
            system.put(tag_of(Result(answer["tag"], answer["affected"])) + "\n")
        return
    _show_table(system, settings, answer["columns"], answer["rows"])
    if answer["tag"] not in ("SELECT", "SHOW") and not settings["quiet"]:
        system.put(tag_of(Result(answer["tag"], answer["affected"])) + "\n")


def _show_table(
    system: System, settings: dict[str, Any], columns: list[Any], rows: list[list[str | None]], title: str = ""
) -> None:
    headings = not settings["tuples"]
    if settings["plain"]:
        lines = [[cell or "" for cell in row] for row in rows]
        if headings:
            lines.insert(0, [name for name, _ in columns])
        text = "".join(settings["separator"].join(line) + "\n" for line in lines)
        text += f"({len(rows)} row{'s' if len(rows) != 1 else ''})\n" if headings else ""
    elif settings["expanded"]:
        text = expanded(columns, rows)
    else:
        text = aligned(columns, rows, title=title, headings=headings)
    system.put(bytes_of(text))


# commands with a backslash


def _command(system: System, state: State, words: list[str]) -> int | None:
    """An exit status where the command ends the session. Blocks."""
    name, arguments = words[0], words[1:]
    settings = state["settings"]
    if name == r"\q":
        return 0
    if name == r"\x":
        settings["expanded"] = not settings["expanded"]
        system.put(f"Expanded display is {'on' if settings['expanded'] else 'off'}.\n")
    elif name == r"\t":
        settings["tuples"] = not settings["tuples"]
        system.put(f"Tuples only is {'on' if settings['tuples'] else 'off'}.\n")
    elif name == r"\echo":
        system.put(" ".join(arguments) + "\n")
    elif name == r"\conninfo":
        login, target = state["login"], state["target"]
        where = f'on host "{target["host"]}"' if target["host"] else 'via socket in "/var/run/postgresql"'
        system.put(
            f'You are connected to database "{login["database"]}" as user "{login["user"]}" {where} at port "{target["port"]}".\n'
        )
    elif name in (r"\c", r"\connect"):
        return _change_database(system, state, arguments)
    elif name.rstrip("+") in (r"\l", r"\list", r"\d", r"\dt", r"\du", r"\dn"):
        answer = exchange(system, state, {"catalogue": True})
        if answer is None:
            return 2
        _show_catalogue(system, state, name.rstrip("+"), arguments, answer["catalogue"])
    elif name not in (r"\timing", r"\pset", r"\set", r"\encoding", r"\?", r"\h"):
        system.put(f"invalid command {name}\nTry \\? for help.\n", 2)
        state["failed"] = 1
    return None


def _change_database(system: System, state: State, arguments: list[str]) -> int | None:
    """Connect again, to another database; the old connection stays where that fails. Blocks."""
    if not arguments:
        return None
    if "before" not in state:
        state["before"] = (dict(state["login"]), state.pop("socket"))
        state["login"]["database"] = arguments[0]
    if "socket" not in state:
        connect(system, state)
    answer = exchange(system, state, {"login": state["login"]})
    login, socket = state.pop("before")
    if answer is None or "error" in answer:
        said = "server closed the connection unexpectedly" if answer is None else answer["error"]
        system.put(
            f'connection to server on socket "{SOCKET}.5432" failed: FATAL:  {said}\nPrevious connection kept\n', 2
        )
        system.close(state["socket"])
        state.update(login=login, socket=socket, failed=1)
        return None
    system.close(socket)
    system.put(f'You are now connected to database "{arguments[0]}" as user "{state["login"]["user"]}".\n')
    return None


def _show_catalogue(system: System, state: State, name: str, arguments: list[str], catalogue: dict[str, Any]) -> None:
    settings, user = state["settings"], catalogue["roles"][0] if catalogue["roles"] else "postgres"
    if name in (r"\l", r"\list"):
        headings = "Name Owner Encoding Locale~Provider Collate Ctype ICU~Locale ICU~Rules Access~privileges".split()
        rows: list[list[str | None]] = []
        for database in catalogue["databases"]:
            rights = f"=c/{user}\n{user}=CTc/{user}" if database.startswith("template") else ""
            rows.append([database, user, "UTF8", "libc", "en_US.utf8", "en_US.utf8", "", "", rights])
        columns = [(heading.replace("~", " "), "text") for heading in headings]
        _show_table(system, settings, columns, rows, "List of databases")
    elif name == r"\du":
        rights = "Superuser, Create role, Create DB, Replication, Bypass RLS"
        rows = [[role, rights if role == state["login"]["user"] else ""] for role in catalogue["roles"]]
        _show_table(system, {**settings}, [("Role name", "text"), ("Attributes", "text")], rows, "List of roles")
    elif name == r"\dn":
        _show_table(
            system,
            settings,
            [("Name", "text"), ("Owner", "text")],
            [["public", "pg_database_owner"]],
            "List of schemas",
        )
    elif arguments and name == r"\d":
        _show_one_table(system, settings, arguments[0], catalogue["tables"])
    else:
        tables = [table for table in catalogue["tables"] if not arguments or table == arguments[0]]
        if not tables:
            system.put("Did not find any relations.\n", 2)
            return
        rows = [["public", table, "table", state["login"]["user"]] for table in tables]
        columns = [(heading, "text") for heading in ("Schema", "Name", "Type", "Owner")]
        _show_table(system, settings, columns, rows, "List of relations")


def _show_one_table(system: System, settings: dict[str, Any], name: str, tables: dict[str, Any]) -> None:
    if name not in tables:
        system.put(f'Did not find any relation named "{name}".\n', 2)
        return
    rows: list[list[str | None]] = []
    keys: list[str] = []
    for column, kind, needed, key, default, counts in tables[name]:
        shown = (
            f"nextval('{name}_{column}_seq'::regclass)"
            if counts
            else str(default[1])
            if default and default[0] == "value"
            else ""
        )
        rows.append([column, postgres_type(kind), "", "not null" if needed or counts else "", shown])
        if key:
            label = f'"{name}_pkey" PRIMARY KEY' if key == "primary" else f'"{name}_{column}_key" UNIQUE CONSTRAINT'
            keys.append(f"    {label}, btree ({column})\n")
    columns = [(heading, "text") for heading in ("Column", "Type", "Collation", "Nullable", "Default")]
    text = aligned(columns, rows, title=f'Table "public.{name}"')
    text = text[: text.rindex("(")]
    system.put(bytes_of(text + (f"Indexes:\n{''.join(keys)}" if keys else "") + "\n"))


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
    addresses = ["127.0.0.1"] if local else system.resolve(host)
    said, status = "no response", 2
    if addresses:
        try:
            system.close(system.connect(addresses[0], int(port)))
            said, status = "accepting connections", 0
        except OSError:
            pass
    if "q" not in options:
        system.put(f"{host or '/var/run/postgresql'}:{port} - {said}\n")
    return status
