"""psql's commands with a backslash."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.services.postgres import VERSION
from fakedocker.userland.services.postgres_login import SOCKET, connect
from fakedocker.userland.services.psql_output import table
from fakedocker.userland.services.sql_service import exchange
from fakedocker.userland.services.text_tables import aligned
from fakedocker.userland.versions import version_of

_LISTS: Final = {"d": "tvs", "dt": "t", "dv": "v", "di": "i", "ds": "s"}
_KNOWN: Final = frozenset(
    "a bind C cd copy copyright crosstabview da dA dAc db dc dC dd dD ddp dE des det deu dew dew dF dFd dFp dFt dg df dl dL dm do dO dp dP"
    " drds dRp dRs dx dX dy e ef encoding errverbose ev f g gdesc getenv gexec gset gx h H i if elif else endif ir l lo_list o p"
    " password prompt r s set setenv sf sv T unset w watch z ! ? dtS dT".split()
)


def command(system: System, state: State, words: list[str], place: str) -> int | None:
    """Run a command; an exit status where it ends the session. Blocks."""
    name, arguments = words[0], [word.rstrip(";") for word in words[1:]]
    if name == "\\q":
        return 0
    if name in ("\\c", "\\connect"):
        return change_database(system, state, arguments)
    if name in ("\\x", "\\t", "\\a", "\\pset", "\\f"):
        _set(system, state["settings"], name, arguments)
    elif name in ("\\echo", "\\qecho"):
        system.put(" ".join(word.strip("'") for word in words[1:]) + "\n")
    elif name == "\\conninfo":
        login, target = state["login"], state["target"]
        where = f'on host "{target["host"]}"' if target["host"] else 'via socket in "/var/run/postgresql"'
        system.put(f'You are connected to database "{login["database"]}" as user "{login["user"]}" {where} at port "{target["port"]}".\n')  # fmt: skip
    elif name in ("\\l", "\\list", "\\du", "\\dg", "\\dn", "\\dT") or name[1:] in _LISTS:
        return _list(system, state, name[1:], arguments)
    elif (
        (name.rstrip("+")[1:] in (*_LISTS, "l", "du", "dn") and name.endswith("+"))
        or name[1:] in _KNOWN
        or name == "\\timing"
    ):
        raise Unsimulated(name)
    else:
        prefix = f"psql:{place}: error: " if place else ""
        said = f"{prefix}invalid command {name}\n"
        system.put(said + ("Try \\? for help.\n" if state["interactive"] or not place else ""), 2)
        state["failed"] = 1
        if state["settings"]["stops"]:
            return 3
    return None


def _set(system: System, settings: dict[str, Any], name: str, arguments: list[str]) -> None:
    if name == "\\pset":
        if arguments[:1] == ["null"]:
            settings["null"] = arguments[1].strip("'") if len(arguments) > 1 else ""
            said = f'Null display is "{settings["null"]}".\n'
        elif arguments[:2] in (["format", "unaligned"], ["format", "aligned"], ["format", "csv"]):
            settings["plain"], settings["csv"] = arguments[1] == "unaligned", arguments[1] == "csv"
            said = f"Output format is {arguments[1]}.\n"
        elif arguments[:2] == ["pager", "off"]:
            said = "Pager usage is off.\n"
        else:
            raise Unsimulated("\\pset with such arguments")
    elif name == "\\f":
        raise Unsimulated(name)
    elif name == "\\a":
        settings["plain"] = not settings["plain"]
        said = f"Output format is {'unaligned' if settings['plain'] else 'aligned'}.\n"
    else:
        key = "expanded" if name == "\\x" else "tuples"
        if arguments and arguments[0] not in ("on", "off"):
            raise Unsimulated(f"{name} {arguments[0]}")
        settings[key] = arguments[0] == "on" if arguments else not settings[key]
        what = "Expanded display" if key == "expanded" else "Tuples only"
        said = f"{what} is {'on' if settings[key] else 'off'}.\n"
    system.put("" if settings["quiet"] else said)


def change_database(system: System, state: State, arguments: list[str]) -> int | None:
    """Connect again, to another database; the old connection stays where that fails. Blocks."""
    if not arguments:
        return None
    if len(arguments) > 1:
        raise Unsimulated("\\c with more than a database")
    if "before" not in state:
        state["before"] = (dict(state["login"]), state.pop("socket"))
        state["login"]["database"] = arguments[0].strip('"')
    if "socket" not in state:
        connect(system, state)
    answer = exchange(system, state, {"login": state["login"]})
    login, socket = state.pop("before")
    if answer is None or "error" in answer:
        said = "server closed the connection unexpectedly" if answer is None else answer["error"]
        text = f'connection to server on socket "{SOCKET}.5432" failed: FATAL:  {said}\n'
        system.close(state["socket"])
        if not state["interactive"]:
            system.put(f"\\connect: {text}", 2)
            return 2 if not state["settings"]["stops"] else 3
        system.put(f"{text}Previous connection kept\n", 2)
        state.update(login=login, socket=socket, failed=1)
        return None
    system.close(socket)
    if not state["settings"]["quiet"]:
        system.put(
            f'You are now connected to database "{state["login"]["database"]}" as user "{state["login"]["user"]}".\n'
        )
    return None


def _list(system: System, state: State, name: str, arguments: list[str]) -> int | None:
    settings = state["settings"]
    question, show = _question(system, name, arguments)
    answer = exchange(system, state, {"sql": "", "describe": question})
    if answer is None:
        return 2
    if "unsimulated" in answer:
        raise Unsimulated(answer["unsimulated"])
    if question[0] == "table":
        _show_tables(system, settings, answer["found"], arguments[0])
        return None
    rows = answer["found"]
    if not rows and question[0] == "relations":
        if settings["quiet"] and False:
            return None
        text = f'Did not find any relation named "{arguments[0]}".\n' if arguments else "Did not find any relations.\n"
        system.put(text, 2)
        return None
    columns, made, title = show(answer)
    text = table(columns, made, settings, title)
    if question[0] == "roles" and not settings["plain"] and not settings["tuples"] and not settings["expanded"]:
        text = text[: text.rindex("(")] + "\n"  # it has no count of rows
    system.put(bytes_of(text))
    return None


def _question(system: System, name: str, arguments: list[str]) -> tuple[list[str], Any]:
    """What is asked of the server, and what makes (columns, rows, title) of its answer."""
    version = int(version_of(system, "PG_VERSION", VERSION).partition(".")[0].partition("-")[0] or 16)
    if name in ("l", "list"):
        return ["databases"], lambda answer: _databases(answer, version)
    if name in ("du", "dg"):
        columns = ["Role name", "Attributes"] + (["Member of"] if version < 16 else [])
        return ["roles"], lambda answer: (_texts(columns), [[*row, "{}"][: len(columns)] for row in answer["found"]], "List of roles")  # fmt: skip
    if name == "dn":
        return ["schemas"], lambda answer: (_texts(["Name", "Owner"]), answer["found"], "List of schemas")
    if name == "dT":
        return ["types"], lambda answer: (
            _texts(["Schema", "Name", "Description"]),
            answer["found"],
            "List of data types",
        )
    if name == "d" and arguments:
        return ["table", arguments[0]], None
    columns = ["Schema", "Name", "Type", "Owner"] + (["Table"] if name == "di" else [])
    return ["relations", _LISTS[name], *arguments[:1]], lambda answer: (
        _texts(columns),
        answer["found"],
        "List of relations",
    )


def _texts(names: list[str]) -> list[tuple[str, str]]:
    return [(name, "text") for name in names]


def _databases(answer: dict[str, Any], version: int) -> tuple[Any, Any, str]:
    rows = []
    for name, owner in answer["found"]:
        rights = f"=c/{answer['superuser']}\n{answer['superuser']}=CTc/{answer['superuser']}" if name.startswith("template") else ""  # fmt: skip
        if version >= 17 or version == 16:
            rows.append([name, owner, "UTF8", "libc", "en_US.utf8", "en_US.utf8", "", "", rights])
        elif version == 15:
            rows.append([name, owner, "UTF8", "en_US.utf8", "en_US.utf8", "", "libc", rights])
        else:
            rows.append([name, owner, "UTF8", "en_US.utf8", "en_US.utf8", rights])
    headings = {
        17: "Name Owner Encoding Locale~Provider Collate Ctype Locale ICU~Rules Access~privileges",
        16: "Name Owner Encoding Locale~Provider Collate Ctype ICU~Locale ICU~Rules Access~privileges",
        15: "Name Owner Encoding Collate Ctype ICU~Locale Locale~Provider Access~privileges",
    }.get(min(version, 17), "Name Owner Encoding Collate Ctype Access~privileges")  # fmt: skip
    return _texts([heading.replace("~", " ") for heading in headings.split()]), rows, "List of databases"


def _show_tables(system: System, settings: dict[str, Any], found: list[dict[str, Any]], name: str) -> None:
    if not found:
        system.put(f'Did not find any relation named "{name}".\n', 2)
        return
    if settings["plain"] or settings["expanded"] or settings["tuples"]:
        raise Unsimulated("\\d of a table in such a format")
    columns = _texts(["Column", "Type", "Collation", "Nullable", "Default"])
    for entry in found:
        text = aligned(columns, entry["rows"], title=entry["title"])
        text = text[: text.rindex("(")]
        system.put(bytes_of(text + "".join(line + "\n" for line in entry["footers"]) + "\n"))
