"""redis-server: start-up and shutdown, connections, transactions. The data is in the process's state."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.services import redis_blocking, redis_collections  # noqa: F401  # the latter enters its commands
from fakedocker.userland.services.connections import Connection, open_listeners, serve
from fakedocker.userland.services.redis_administration import SERVER_COMMANDS, protocol_of
from fakedocker.userland.services.redis_blocking import database_of, is_waiting
from fakedocker.userland.services.redis_data import COMMANDS, Refused
from fakedocker.userland.services.redis_storage import append, load, log, paths, save
from fakedocker.userland.services.resp import ErrorReply, Reply, decode, encode
from fakedocker.userland.tools import Register
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
VERSION: Final = "7.4.0"
_DEFAULTS: Final = {
    "port": "6379", "bind": "* -::*", "requirepass": "", "dir": "", "dbfilename": "dump.rdb", "appendonly": "no",
    "save": "3600 1 300 100 60 10000", "maxmemory": "0", "maxmemory-policy": "noeviction", "timeout": "0",
    "loglevel": "notice", "databases": "16", "appendfsync": "everysec", "daemonize": "no", "maxclients": "10000",
}  # fmt: skip
_SIGNALS: Final = {2: "SIGINT", 15: "SIGTERM"}
_WHILE_SUBSCRIBED: Final = ("SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "PING", "QUIT", "RESET")


_ALLOCATORS: Final = (
    ("2.", "3.6.0"),
    ("3.0", "3.6.0"),
    ("3.", "4.0.3"),
    ("4.", "4.0.3"),
    ("5.", "5.1.0"),
    ("6.", "5.1.0"),
    ("7.0", "5.2.1"),
)
"""The jemalloc that comes with a version, by how that begins; later ones have the newest."""


def _allocator(version: str) -> str:
    return next((known for begin, known in _ALLOCATORS if version.startswith(begin)), "5.3.0")


@PROGRAMS.program("redis-server")
def _redis_server(system: System, argv: tuple[str, ...], state: State) -> int:
    version = version_of(system, "REDIS_VERSION", VERSION)
    if argv[1:] in (("--version",), ("-v",)):
        system.put(
            f"Redis server v={version} sha=00000000:0 malloc=jemalloc-{_allocator(version)} bits=64 build=9c3f2e1d5b7a8064\n"
        )
        return 0
    if "settings" not in state:
        status = _start(system, argv[1:], state, version)
        if status:
            return status

    def receive(descriptor: int, connection: Connection) -> bool:
        return _receive(system, state, descriptor, connection)

    def wakes() -> bool:
        number = system.take_signal()
        if number in _SIGNALS:
            seconds = system.now_ns // 1_000_000_000
            said = f"Received {_SIGNALS[number]} scheduling shutdown..."
            system.put(f"{system.pid}:signal-handler ({seconds}) {said}\n")
            state["shutdown"] = "save"
        if state.get("blocked"):
            redis_blocking.serve_waiting(system, state)
        return bool(state["shutdown"])

    serve(system, state, receive, wakes, lambda: redis_blocking.next_deadline(state))
    return _shut_down(system, state)


# start and end


def _start(system: System, words: tuple[str, ...], state: State, version: str) -> int:
    """0 when it listens, else the exit status."""
    try:
        settings = _read_settings(system, words)
    except OSError as problem:
        system.put(f"Fatal error, can't open config file '{words[0]}': {problem.strerror}\n", 2)
        return 1
    except ValueError as problem:
        text = "\n*** FATAL CONFIG FILE ERROR (Redis {}) ***\nReading the configuration file, at line 1\n>>> '{}'\n{}\n"
        system.put(text.format(version, problem, "Bad directive or wrong number of arguments"), 2)
        return 1
    log(system, "*", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo", "C")
    about = f"Redis version={version}, bits=64, commit=00000000, modified=0, pid={system.pid}, just started"
    log(system, "*", about, "C")
    if words:
        log(system, "*", "Configuration loaded", "C")
    else:
        said = "Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf"
        log(system, "#", said, "C")
    log(system, "*", "monotonic clock: POSIX clock_gettime")
    port = int(settings["port"])
    refused = open_listeners(system, state, [port])
    if refused is not None:
        said = f"Warning: Could not create server TCP listening socket *:{port}: bind: {refused.strerror}"
        log(system, "#", said)
        log(system, "#", f"Failed listening on port {port} (tcp), aborting.")
        return 1
    log(system, "*", f"Running mode=standalone, port={port}.")
    log(system, "*", "Server initialized")
    state.update(settings=settings, data={}, expires={}, shutdown="", version=version, started_ns=system.now_ns)
    load(system, state)
    log(system, "*", "Ready to accept connections tcp")
    for number in _SIGNALS:
        system.catch(number, "catch")
    return 0


def _read_settings(system: System, words: tuple[str, ...]) -> dict[str, str]:
    """From a configuration file and --options. Raises OSError, ValueError with the wrong line."""
    settings = dict(_DEFAULTS, dir=system.directory)
    lines: list[list[str]] = []
    rest = list(words)
    if rest and not rest[0].startswith("--"):
        text = text_of(system.read_file(rest.pop(0)))
        lines += [line.split() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for word in rest:
        if word.startswith("--"):
            lines.append([word[2:]])
        elif lines:
            lines[-1].append(word)
    for line in lines:
        if len(line) < 2:
            raise ValueError(" ".join(line))
        settings[line[0].lower()] = " ".join(line[1:]).strip("\"'")
    return settings


def _shut_down(system: System, state: State) -> int:
    log(system, "*", "User requested shutdown...")
    if state["shutdown"] == "save" and state["settings"]["save"]:
        log(system, "*", "Saving the final RDB snapshot before exiting.")
        try:
            save(system, state, paths(state)[0])
        except OSError as problem:
            said = f"Failed opening the temp RDB file temp-{system.pid}.rdb (in server root dir {state['settings']['dir']}) for saving: {problem.strerror}"
            log(system, "#", said)
            log(system, "#", "Error trying to save the DB, but will exit anyway.")
        else:
            log(system, "*", "DB saved on disk")
    log(system, "#", "Redis is now ready to exit, bye bye...")
    return 0


# connections


def _receive(system: System, state: State, descriptor: int, connection: Connection) -> bool:
    """Answer the commands that have come; False where the connection is to be closed."""
    memory: dict[str, Any] = connection["memory"]
    memory.setdefault("database", 0)
    changed = False
    while connection["received"]:
        try:
            found = _next_command(connection["received"])
        except ValueError as problem:
            system.put(encode(ErrorReply(f"ERR Protocol error: {problem}")), descriptor)
            return False
        if found is None:
            break
        words, connection["received"] = found
        if not words:
            continue
        name = words[0].upper()
        if name == "SHUTDOWN":
            state["shutdown"] = "nosave" if "NOSAVE" in [word.upper() for word in words[1:]] else "save"
            return False
        reply = _execute(system, state, descriptor, memory, words)
        if reply is not ...:
            system.put(encode(reply, protocol_of(memory)), descriptor)
        changed = changed or name == "EXEC" or (name in COMMANDS and COMMANDS[name].writes)
        if name == "QUIT":
            return False
        if is_waiting(state, descriptor):
            break
    if redis_blocking.serve_waiting(system, state) or changed:
        append(system, state)
    return True


def _next_command(data: bytes) -> tuple[list[str], bytes] | None:
    """The words of a request, of RESP or of a plain line, and what follows. Raises ValueError."""
    if data[:1] == b"*":
        found = decode(data)
        if found is None:
            return None
        words, end = found
        return [text_of(word or b"") for word in words or ()], data[end:]
    line, newline, rest = data.partition(b"\n")
    return (text_of(line).split(), rest) if newline else None


def _execute(system: System, state: State, descriptor: int, memory: dict[str, Any], words: list[str]) -> Reply:
    """The reply to a command; ... for none (of subscribe, which sends its own)."""
    name, arguments = words[0].upper(), words[1:]
    if state["settings"]["requirepass"] and not memory.get("known") and name not in ("AUTH", "HELLO", "QUIT"):
        return ErrorReply("NOAUTH Authentication required.")
    if memory.get("channels") and protocol_of(memory) == 2 and name not in _WHILE_SUBSCRIBED:
        said = f"ERR Can't execute '{words[0].lower()}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
        return ErrorReply(said)
    if memory.get("queue") is not None and name not in ("EXEC", "DISCARD", "MULTI", "RESET", "QUIT"):
        memory["queue"].append(words)
        return "QUEUED"
    if name in ("MULTI", "EXEC", "DISCARD"):
        return _transaction(system, state, descriptor, memory, name)
    server = SERVER_COMMANDS.get(name)
    if server is not None:
        least, function = server
        if len(arguments) < least:
            return _wrong_number(name)
        try:
            return function(system, state, descriptor, memory, arguments)
        except Refused as refusal:
            return refusal.reply
    command = COMMANDS.get(name)
    if command is None and name in _real_names():
        system.unsimulated(f"redis' command {name}")
        return ErrorReply(f"ERR the command '{words[0]}' is not simulated")
    if command is None:
        shown = "".join(f"'{argument}' " for argument in arguments)
        return ErrorReply(f"ERR unknown command '{words[0]}', with args beginning with: {shown}")
    if not command.least <= len(arguments) <= command.most:
        return _wrong_number(name)
    base = database_of(system, state, memory["database"])
    system.charge(1 + len(base.data) // 1000)
    try:
        return command.run(base, arguments)
    except Refused as refusal:
        return refusal.reply


@cache
def _real_names() -> frozenset[str]:
    """All commands of redis 7."""
    text = resources.files("fakedocker.userland.services").joinpath("redis_names.txt").read_text("utf-8")
    return frozenset(text.split())


def _wrong_number(name: str) -> ErrorReply:
    return ErrorReply(f"ERR wrong number of arguments for '{name.lower()}' command")


def _transaction(system: System, state: State, descriptor: int, memory: dict[str, Any], name: str) -> Reply:
    queue = memory.get("queue")
    if name == "MULTI":
        if queue is not None:
            return ErrorReply("ERR MULTI calls can not be nested")
        memory["queue"] = []
        return "OK"
    if queue is None:
        return ErrorReply(f"ERR {name} without MULTI")
    memory["queue"] = None
    if name == "DISCARD":
        return "OK"
    memory["executing"] = True
    replies = [_execute(system, state, descriptor, memory, words) for words in queue]
    memory["executing"] = False
    return replies
