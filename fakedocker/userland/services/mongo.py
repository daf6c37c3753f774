"""mongod as far as its log, its port and its end; mongosh as far as pings, versions and names. No documents are kept."""

from __future__ import annotations

import errno
import json
import re
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.network.connecting import connect_by_name
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners, serve
from fakedocker.userland.services.line_input import next_line
from fakedocker.userland.tools import Register, port_number
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
VERSION: Final = "7.0.14"
_SHELL_VERSION: Final = "2.3.1"
_TAKE_VALUE: Final = ("--eval", "--host", "--port", "-u", "-p", "--username", "--password", "--authenticationDatabase")


def _version(system: System) -> str:
    return version_of(system, "MONGO_VERSION", VERSION)


def _log(system: System, part: str, number: int, context: str, text: str, **attributes: object) -> None:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    stamp = f"{format_date('%Y-%m-%dT%H:%M:%S', seconds)}.{nanoseconds // 1_000_000:03d}+00:00"
    head = f'{{"t":{{"$date":"{stamp}"}},"s":"I",  "c":{json.dumps(part)},{" " * (9 - len(part))}"id":{number},'
    tail = f',"attr":{json.dumps(attributes, separators=(",", ":"))}}}' if attributes else "}"
    system.put(f'{head}"ctx":{json.dumps(context)},"msg":{json.dumps(text)}{tail}\n')


@PROGRAMS.program("mongod")
def _mongod(system: System, argv: tuple[str, ...], state: State) -> int:
    if "--version" in argv:
        system.put(f'db version v{_version(system)}\nBuild Info: {{\n    "version": "{_version(system)}"\n}}\n')
        return 0
    port = port_number(argv[argv.index("--port") + 1]) if "--port" in argv[:-1] else 27017
    if "listeners" not in state:
        _log(system, "CONTROL", 23285, "main", "Automatically disabling TLS 1.0, to force-enable TLS 1.0 specify --sslDisabledProtocols 'none'")  # fmt: skip
        _log(system, "CONTROL", 4615611, "initandlisten", "MongoDB starting", pid=system.pid, port=port, dbPath="/data/db", architecture="64-bit", host=system.hostname)  # fmt: skip
        _log(system, "CONTROL", 23403, "initandlisten", "Build Info", buildInfo={"version": _version(system)})
        problem = open_listeners(system, state, [port])
        if problem is not None:
            _log(system, "CONTROL", 20568, "initandlisten", "Error setting up listener", error={"code": 9001, "codeName": "SocketException", "errmsg": str(problem.strerror)})  # fmt: skip
            return 48
        for number in (2, 15):
            system.catch(number, "catch")
        _log(system, "NETWORK", 23015, "listener", "Listening on", address="0.0.0.0")
        _log(system, "NETWORK", 23016, "listener", "Waiting for connections", port=port, ssl="off")

    def receive(descriptor: int, connection: Connection) -> bool:
        """A client of ours asks for the version; all others speak a protocol that is not spoken here."""
        if connection["received"] != b"version\n":
            return False
        connection["received"] = b""
        system.put(f"{_version(system)}\n", descriptor)
        return True

    def wakes() -> bool:
        number = system.take_signal()
        if number is not None:
            _log(system, "CONTROL", 23377, "SignalHandler", "Received signal", signal=number, error="Terminated")
            _log(system, "CONTROL", 23381, "SignalHandler", "will terminate after current cmd ends")
        return number is not None

    serve(system, state, receive, wakes)
    _log(system, "CONTROL", 20565, "SignalHandler", "Now exiting")
    _log(system, "CONTROL", 23138, "SignalHandler", "Shutting down", exitCode=0)
    return 0


# the shell


@PROGRAMS.program("mongosh", "mongo")
def _mongosh(system: System, argv: tuple[str, ...], state: State) -> int:
    if "--version" in argv:
        system.put(f"{_SHELL_VERSION}\n")
        return 0
    if "scripts" not in state:
        _read_options(state, argv)
    if "version" not in state and not _ask_version(system, state):
        return 1
    if state["scripts"]:
        return max(_evaluate(system, state, script) for script in state["scripts"])
    terminal = system.is_terminal(0)
    if terminal and not state.get("greeted"):
        state["greeted"] = True
        system.put(f"Connecting to:\t\tmongodb://{state['host']}:{state['port']}/?directConnection=true\nUsing MongoDB:\t\t{state['version']}\nUsing Mongosh:\t\t{_SHELL_VERSION}\n\n")  # fmt: skip
    while True:
        if terminal and not state.get("prompted"):
            system.put(f"{state['database']}> ")
            state["prompted"] = True
        line = next_line(system, state)
        state["prompted"] = False
        if line is None or line.strip() in ("exit", "quit", "quit()", "exit()"):
            return 0
        if line.strip():
            _evaluate(system, state, line)


def _read_options(state: State, argv: tuple[str, ...]) -> None:
    state.update(host="127.0.0.1", port=27017, database="test", scripts=[])
    words = list(argv[1:])
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if name in _TAKE_VALUE and not equals:
            value = words.pop(0) if words else ""
        if name == "--eval":
            state["scripts"].append(value)
        elif name == "--host":
            state["host"] = value
        elif name == "--port":
            state["port"] = int(value)
        elif not word.startswith("-"):
            match = re.fullmatch(r"(?:mongodb://)?(?:[^@/]*@)?([^:/]*)(?::(\d+))?(?:/(\w*).*)?", word)
            if match is not None and ("/" in word or ":" in word):
                state.update(host=match[1] or state["host"], port=int(match[2] or 27017), database=match[3] or "test")
            else:
                state["database"] = word


def _ask_version(system: System, state: State) -> bool:
    """Whether a server is there; its version. Blocks."""
    if "socket" not in state:
        said = f"getaddrinfo ENOTFOUND {state['host']}"
        try:
            found = connect_by_name(system, state, state["host"], state["port"], local="localhost")
        except OSError as problem:
            found = None
            said = f"connect {errno.errorcode.get(problem.errno or 0, '')} {problem.filename}:{state['port']}"
        if found is None:
            system.put(f"MongoNetworkError: {said}\n", 2)
            return False
        state["socket"] = found
        system.put("version\n", state["socket"])
    state["version"] = text_of(system.read(state["socket"])).strip()
    return True


def _evaluate(system: System, state: State, script: str) -> int:
    text = re.sub(r"\s+", " ", script.strip().rstrip(";").strip())
    text = re.sub(r"^(?:print|printjson|console\.log)\((.*)\)$", r"\1", text).strip("\"' ")
    plain = re.sub(r"[\s'\"]", "", text)
    ping = re.fullmatch(r"db\.(?:runCommand|adminCommand)\((?:\{ping:1\}|ping)\)(\.ok)?", plain)
    if ping is not None:
        system.put("1\n" if ping[1] else "{ ok: 1 }\n")
    elif plain == "db.version()":
        system.put(f"{state['version']}\n")
    elif plain in ("db", "db.getName()"):
        system.put(f"{state['database']}\n")
    elif plain == "showdbs":
        system.put("admin   40.00 KiB\nconfig  12.00 KiB\nlocal   40.00 KiB\n")
    elif plain in ("showcollections", "showtables"):
        return 0
    elif text.startswith("use "):
        state["database"] = text.split()[1]
        system.put(f"switched to db {state['database']}\n")
    else:
        system.unsimulated("more than pings, db.version(), db.getName(), use and show dbs")
        return 1
    return 0
