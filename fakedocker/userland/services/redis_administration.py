"""redis's commands about the server and its connections: passwords, databases, settings, statistics, channels."""

from __future__ import annotations

from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.services.redis_data import bulk, integer
from fakedocker.userland.services.redis_storage import append, log, paths, save
from fakedocker.userland.services.resp import PROTOCOLS, ErrorReply, MapReply, PushReply, Reply, VerbatimReply, encode
from fakedocker.userland.sh.patterns import matches

_DATABASES: Final = 16
_HELLO_OPTIONS: Final = {"AUTH": 2, "SETNAME": 1}
_NO_DATABASE: Final = ErrorReply("ERR DB index is out of range")


def protocol_of(memory: State) -> int:
    """Which version of RESP a connection speaks."""
    return int(memory.get("protocol", 2))


def _auth(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    password = state["settings"]["requirepass"]
    if not password and len(words) == 1:
        return ErrorReply(
            "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"
        )
    if words[-1] != password or (len(words) > 1 and words[0] != "default"):
        return ErrorReply("WRONGPASS invalid username-password pair or user is disabled.")
    memory["known"] = True
    return "OK"


def _ping(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    if memory.get("channels") and protocol_of(memory) == 2:
        return [b"pong", bytes_of(words[0] if words else "")]
    return bulk(words[0]) if words else "PONG"


def _echo(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    return bulk(words[0])


def _select(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    number = integer(words[0])
    if not 0 <= number < _DATABASES:
        return _NO_DATABASE
    memory["database"] = number
    return "OK"


def _flush_all(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    state["data"], state["expires"] = {}, {}
    append(system, state)
    return "OK"


def _save_now(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    try:
        save(system, state, paths(state)[0])
    except OSError:
        return ErrorReply("ERR")
    log(system, "*", "DB saved on disk")
    return "OK"


def _save_behind(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    reply = _save_now(system, state, descriptor, memory, words)
    return "Background saving started" if reply == "OK" else reply


def _hello(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    """Greet, and go over to the version of RESP that is asked for."""
    protocol = protocol_of(memory)
    if words:
        if not is_digits(words[0].lstrip("-")):
            return ErrorReply("ERR Protocol version is not an integer or out of range")
        protocol = integer(words[0])
        if protocol not in PROTOCOLS:
            return ErrorReply("NOPROTO unsupported protocol version")
    rest, options = words[1:], {}
    while rest:
        name = rest.pop(0)
        count = _HELLO_OPTIONS.get(name.upper(), len(rest) + 1)
        if count > len(rest):
            return ErrorReply(f"ERR Syntax error in HELLO option '{name}'")
        options[name.upper()], rest = rest[:count], rest[count:]
    if "AUTH" in options:
        answer = _auth(system, state, descriptor, memory, options["AUTH"])
        if answer != "OK":
            return answer
    if state["settings"]["requirepass"] and not memory.get("known"):
        return ErrorReply(
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to"
            " authenticate the client and select the RESP protocol version at the same time"
        )
    memory["protocol"] = protocol
    if "SETNAME" in options:
        memory["name"] = options["SETNAME"][0]
    facts = {
        "server": b"redis", "version": state["version"].encode(), "proto": protocol, "id": descriptor,
        "mode": b"standalone", "role": b"master", "modules": [],
    }  # fmt: skip
    return MapReply(part for name, value in facts.items() for part in (name.encode(), value))


def _reset(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    """The connection is as when it was new."""
    memory.clear()
    memory["database"] = 0
    return "RESET"


def _config(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    settings: dict[str, str] = state["settings"]
    action = words[0].upper()
    if action == "GET" and len(words) > 1:
        found = sorted(name for name in settings if matches(words[1].lower(), name))
        return MapReply(bytes_of(part) for name in found for part in (name, settings[name]))
    if action == "SET" and len(words) > 2:
        if words[1].lower() not in settings:
            return ErrorReply(f"ERR Unknown option or number of arguments for CONFIG SET - '{words[1]}'")
        settings[words[1].lower()] = words[2]
        return "OK"
    return (
        "OK"
        if action in ("RESETSTAT", "REWRITE")
        else ErrorReply(f"ERR unknown subcommand '{words[0]}'. Try CONFIG HELP.")
    )


def _info(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    seconds = (system.now_ns - state["started_ns"]) // 1_000_000_000
    sections = {
        "server": {
            "redis_version": state["version"], "redis_mode": "standalone", "os": "Linux 6.12.9 x86_64", "arch_bits": "64",
            "process_id": system.pid, "tcp_port": state["settings"]["port"], "uptime_in_seconds": seconds,
            "uptime_in_days": seconds // 86400, "executable": "/usr/local/bin/redis-server",
        },
        "clients": {"connected_clients": len(state["connections"]), "blocked_clients": 0},
        "memory": {"used_memory": 1_048_576, "used_memory_human": "1.00M", "maxmemory": state["settings"]["maxmemory"]},
        "persistence": {"loading": 0, "aof_enabled": int(state["settings"]["appendonly"] == "yes")},
        "stats": {"total_connections_received": state["accepted"]},
        "replication": {"role": "master", "connected_slaves": 0},
        "keyspace": {
            f"db{number}": f"keys={len(base)},expires={len(state['expires'].get(number, ()))},avg_ttl=0"
            for number, base in sorted(state["data"].items(), key=lambda entry: int(entry[0]))
            if base
        },
    }  # fmt: skip
    wanted = [word.lower() for word in words] or list(sections)
    texts = [
        f"# {name.capitalize()}\r\n" + "".join(f"{key}:{value}\r\n" for key, value in sections[name].items())
        for name in wanted
        if name in sections
    ]
    return VerbatimReply(bytes_of("\r\n".join(texts)))


def _client(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    action = words[0].upper()
    if action == "ID":
        return descriptor
    if action == "GETNAME":
        return bulk(memory.get("name"))
    if action == "SETNAME" and len(words) > 1:
        memory["name"] = words[1]
    if action == "LIST":
        lines = [
            f"id={number} addr={connection['peer'][0]}:{connection['peer'][1]} name={connection['memory'].get('name', '')} db={connection['memory'].get('database', 0)}\n"
            for number, connection in sorted(state["connections"].items())
        ]
        return VerbatimReply(bytes_of("".join(lines)))
    return "OK"


def _push(system: System, descriptor: int, memory: State, parts: list[Reply]) -> None:
    system.put(encode(PushReply(parts), protocol_of(memory)), descriptor)


def _subscribe(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    channels: list[str] = memory.setdefault("channels", [])
    for channel in words:
        if channel not in channels:
            channels.append(channel)
        _push(system, descriptor, memory, [b"subscribe", bytes_of(channel), len(channels)])
    return ...


def _unsubscribe(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    channels: list[str] = memory.setdefault("channels", [])
    leaving: list[str | None] = [*(words or channels)]
    for channel in leaving or [None]:
        if channel in channels:
            channels.remove(channel)
        _push(system, descriptor, memory, [b"unsubscribe", bulk(channel), len(channels)])
    return ...


def _publish(system: System, state: State, descriptor: int, memory: State, words: list[str]) -> Reply:
    channel, text = words[:2]
    count = 0
    for number, connection in sorted(state["connections"].items()):
        if channel in connection["memory"].get("channels", ()):
            _push(system, number, connection["memory"], [b"message", bytes_of(channel), bytes_of(text)])
            count += 1
    return count


SERVER_COMMANDS: Final = {
    "AUTH": (1, _auth),
    "PING": (0, _ping),
    "ECHO": (1, _echo),
    "SELECT": (1, _select),
    "FLUSHALL": (0, _flush_all),
    "SAVE": (0, _save_now),
    "BGSAVE": (0, _save_behind),
    "CONFIG": (1, _config),
    "INFO": (0, _info),
    "HELLO": (0, _hello),
    "CLIENT": (1, _client),
    "SUBSCRIBE": (1, _subscribe),
    "UNSUBSCRIBE": (0, _unsubscribe),
    "PUBLISH": (2, _publish),
    "RESET": (0, _reset),
    "QUIT": (0, lambda *_: "OK"),
    "COMMAND": (0, lambda *_: []),
    "TIME": (0, lambda system, *_: [str(system.now_ns // 1_000_000_000).encode(), b"0"]),
}
