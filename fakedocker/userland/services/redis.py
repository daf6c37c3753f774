"""redis-server and redis-cli: strings, numbers, lists, hashes, sets, expiry, over RESP.

The data of the server is in its process's state and gone when it ends, unless SAVE or SHUTDOWN wrote /data/dump.rdb, which
here is JSON. It must not know how connections are made.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.dates import format_date
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import Register

PROGRAMS = Register()
VERSION: Final = "7.4.0"
_Reply = Any  # str for simple, bytes or None for bulk, int, list, or _Error


class _Error(str):
    """An error reply."""

    __slots__ = ()


def encode(reply: _Reply) -> bytes:
    """RESP2."""
    if isinstance(reply, _Error):
        return f"-{reply}\r\n".encode()
    if isinstance(reply, str):
        return f"+{reply}\r\n".encode()
    if isinstance(reply, int):
        return f":{reply}\r\n".encode()
    if reply is None:
        return b"$-1\r\n"
    if isinstance(reply, bytes):
        return b"$%d\r\n%s\r\n" % (len(reply), reply)
    return b"*%d\r\n" % len(reply) + b"".join(encode(part) for part in reply)


def decode(data: bytes, at: int = 0) -> tuple[_Reply, int] | None:
    """The reply at an offset and where it ends; None while it is not whole."""
    end = data.find(b"\r\n", at)
    if end < 0:
        return None
    kind, text, at = data[at : at + 1], data[at + 1 : end], end + 2
    if kind == b"+":
        return text.decode(), at
    if kind == b"-":
        return _Error(text.decode()), at
    if kind == b":":
        return int(text), at
    if kind == b"$":
        size = int(text)
        if size < 0:
            return None, at
        return (data[at : at + size], at + size + 2) if len(data) >= at + size + 2 else None
    items = []
    for _ in range(max(0, int(text))):
        found = decode(data, at)
        if found is None:
            return None
        item, at = found
        items.append(item)
    return items, at


def _stamp(system: System) -> str:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    return f"{format_date('%d %b %Y %H:%M:%S', seconds)}.{nanoseconds // 1_000_000:03d}"


def _log(system: System, mark: str, text: str, role: str = "M") -> None:
    system.put(f"{system.pid}:{role} {_stamp(system)} {mark} {text}\n")


@PROGRAMS.program("redis-server")
def _server(system: System, argv: tuple[str, ...], state: State) -> int:
    if "--version" in argv or "-v" in argv:
        system.put(f"Redis server v={VERSION} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=4b3a3d2f1c0e9d8b\n")
        return 0
    if "listener" not in state:
        status = _start(system, argv, state)
        if status is not None:
            return status
    while True:
        number = system.take_signal()
        if number in (15, 2):
            name = "SIGTERM" if number == 15 else "SIGINT"
            system.put(
                f"{system.pid}:signal-handler ({system.now_ns // 1_000_000_000}) Received {name} scheduling shutdown...\n"
            )
            return _shut_down(system, state)
        for descriptor in system.poll([state["listener"], *state["clients"]]):
            if descriptor == state["listener"]:
                state["clients"][system.accept(descriptor)] = b""
            elif _receive(system, state, descriptor):
                return _shut_down(system, state)


def _start(system: System, argv: tuple[str, ...], state: State) -> int | None:
    words = list(argv[1:])
    settings = {words[place][2:]: words[place + 1] for place in range(len(words) - 1) if words[place].startswith("--")}
    port = int(settings.get("port", "6379"))
    system.put(f"{system.pid}:C {_stamp(system)} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n")
    system.put(
        f"{system.pid}:C {_stamp(system)} * Redis version={VERSION}, bits=64, commit=00000000, modified=0, pid={system.pid}, just started\n"
    )
    if words:
        system.put(f"{system.pid}:C {_stamp(system)} * Configuration loaded\n")
    else:
        system.put(
            f"{system.pid}:C {_stamp(system)} # Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf\n"
        )
    _log(system, "*", "monotonic clock: POSIX clock_gettime")
    try:
        state["listener"] = system.listen(port)
    except OSError as problem:
        _log(system, "#", f"Warning: Could not create server TCP listening socket *:{port}: bind: {problem.strerror}")
        _log(system, "#", "Failed listening on port 6379 (tcp), aborting.")
        return 1
    _log(system, "*", f"Running mode=standalone, port={port}.")
    _log(system, "*", "Server initialized")
    state.update(clients={}, data={}, expires={}, password=settings.get("requirepass", ""), known=[])
    try:
        state["data"] = json.loads(system.read_file("dump.rdb"))
        _log(system, "*", "DB loaded from disk: 0.000 seconds")
    except (OSError, ValueError):
        pass
    _log(system, "*", "Ready to accept connections tcp")
    for number in (15, 2):
        system.catch(number, "catch")
    return None


def _save(system: System, state: State) -> None:
    system.write_file("dump.rdb", json.dumps(state["data"]).encode())


def _shut_down(system: System, state: State) -> int:
    _log(system, "*", "User requested shutdown...")
    if state["data"]:
        _log(system, "*", "Saving the final RDB snapshot before exiting.")
        try:
            _save(system, state)
            _log(system, "*", "DB saved on disk")
        except OSError as problem:
            _log(system, "#", f"Error trying to save the DB: {problem.strerror}")
    _log(system, "#", "Redis is now ready to exit, bye bye...")
    return 0


def _receive(system: System, state: State, descriptor: int) -> bool:
    """Bytes from a client; True when it asked for shutdown."""
    try:
        data = system.read(descriptor)
    except OSError:
        data = b""
    if not data:
        state["clients"].pop(descriptor)
        system.close(descriptor)
        return False
    buffer = state["clients"][descriptor] + data
    while buffer:
        if buffer[:1] == b"*":
            found = decode(buffer)
            if found is None:
                break
            words, end = found
            words = [bytes(word or b"") for word in words]
        else:
            line, newline, _ = buffer.partition(b"\n")
            if not newline:
                break
            words, end = line.split(), len(line) + 1
        buffer = buffer[end:]
        if not words:
            continue
        if words[0].upper() == b"SHUTDOWN":
            return True
        system.put(encode(_command(system, state, descriptor, words)), descriptor)
    state["clients"][descriptor] = buffer
    return False


def _command(system: System, state: State, descriptor: int, words: list[bytes]) -> _Reply:
    name = words[0].decode("utf-8", "replace").upper()
    arguments = [word.decode("utf-8", "surrogateescape") for word in words[1:]]
    if name == "AUTH":
        if arguments[-1:] != [state["password"]] or not state["password"]:
            return _Error("WRONGPASS invalid username-password pair or user is disabled.")
        state["known"].append(descriptor)
        return "OK"
    if state["password"] and descriptor not in state["known"]:
        return _Error("NOAUTH Authentication required.")
    entry = _COMMANDS.get(name)
    if entry is None:
        shown = " ".join(f"'{argument}'" for argument in arguments)
        return _Error(
            f"ERR unknown command '{words[0].decode()}', with args beginning with: {shown} ".rstrip(" ")
            + (" " if arguments else "")
        )
    least, function = entry
    if len(arguments) < least:
        return _Error(f"ERR wrong number of arguments for '{name.lower()}' command")
    _expire(system, state)
    try:
        return function(system, state, arguments)
    except _WrongKind:
        return _Error("WRONGTYPE Operation against a key holding the wrong kind of value")
    except ValueError:
        return _Error("ERR value is not an integer or out of range")


class _WrongKind(Exception):
    pass


def _expire(system: System, state: State) -> None:
    for key, at_ns in list(state["expires"].items()):
        if system.now_ns >= at_ns:
            del state["expires"][key]
            state["data"].pop(key, None)


def _held(state: State, key: str, kind: type) -> Any:
    """The value of a key, made where it is missing."""
    value = state["data"].get(key)
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise _WrongKind
    return value


def _store(state: State, key: str, value: Any) -> None:
    if value or isinstance(value, str):
        state["data"][key] = value
    else:
        state["data"].pop(key, None)


def _bulk(text: str | None) -> bytes | None:
    return None if text is None else bytes_of(text)


def _set(system: System, state: State, arguments: list[str]) -> _Reply:
    key, value, *rest = arguments
    options = [word.upper() for word in rest]
    if ("NX" in options and key in state["data"]) or ("XX" in options and key not in state["data"]):
        return None
    state["data"][key] = value
    state["expires"].pop(key, None)
    for unit, factor in (("EX", 1_000_000_000), ("PX", 1_000_000)):
        if unit in options:
            state["expires"][key] = system.now_ns + int(rest[options.index(unit) + 1]) * factor
    return "OK"


def _add(amount: Callable[[list[str]], int]) -> Callable[[System, State, list[str]], _Reply]:
    def add(system: System, state: State, arguments: list[str]) -> _Reply:
        value = int(_held(state, arguments[0], str) or "0") + amount(arguments)
        state["data"][arguments[0]] = str(value)
        return value

    return add


def _push(left: bool) -> Callable[[System, State, list[str]], _Reply]:
    def push(system: System, state: State, arguments: list[str]) -> _Reply:
        items = _held(state, arguments[0], list)
        items = [*reversed(arguments[1:]), *items] if left else [*items, *arguments[1:]]
        state["data"][arguments[0]] = items
        return len(items)

    return push


def _pop(left: bool) -> Callable[[System, State, list[str]], _Reply]:
    def pop(system: System, state: State, arguments: list[str]) -> _Reply:
        items = list(_held(state, arguments[0], list))
        if not items:
            return None
        item = items.pop(0 if left else -1)
        _store(state, arguments[0], items)
        return _bulk(item)

    return pop


def _range(system: System, state: State, arguments: list[str]) -> _Reply:
    items = _held(state, arguments[0], list)
    start, stop = int(arguments[1]), int(arguments[2])
    stop = len(items) + stop if stop < 0 else stop
    return [_bulk(item) for item in items[start if start >= 0 else max(0, len(items) + start) : stop + 1]]


def _hset(system: System, state: State, arguments: list[str]) -> _Reply:
    fields = dict(_held(state, arguments[0], dict))
    pairs = list(zip(arguments[1::2], arguments[2::2], strict=False))
    added = sum(1 for name, _ in pairs if name not in fields)
    fields.update(pairs)
    state["data"][arguments[0]] = fields
    return added


def _sadd(system: System, state: State, arguments: list[str]) -> _Reply:
    members = dict(_held(state, arguments[0], dict))
    added = sum(1 for member in dict.fromkeys(arguments[1:]) if member not in members)
    members.update(dict.fromkeys(arguments[1:], ""))
    state["data"][arguments[0]] = members
    return added


def _delete(system: System, state: State, arguments: list[str]) -> _Reply:
    count = 0
    for key in arguments:
        count += state["data"].pop(key, None) is not None
        state["expires"].pop(key, None)
    return count


def _ttl(system: System, state: State, arguments: list[str]) -> _Reply:
    if arguments[0] not in state["data"]:
        return -2
    at_ns = state["expires"].get(arguments[0])
    return -1 if at_ns is None else -(-(at_ns - system.now_ns) // 1_000_000_000)


def _expire_key(system: System, state: State, arguments: list[str]) -> _Reply:
    if arguments[0] not in state["data"]:
        return 0
    state["expires"][arguments[0]] = system.now_ns + int(arguments[1]) * 1_000_000_000
    return 1


def _info(system: System, state: State, arguments: list[str]) -> _Reply:
    keys = len(state["data"])
    text = f"# Server\r\nredis_version:{VERSION}\r\nredis_mode:standalone\r\nos:Linux 6.12.0 x86_64\r\ntcp_port:6379\r\n\r\n# Clients\r\nconnected_clients:{len(state['clients'])}\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\n"
    return bytes_of(text + (f"db0:keys={keys},expires={len(state['expires'])},avg_ttl=0\r\n" if keys else ""))


def _kind(system: System, state: State, arguments: list[str]) -> _Reply:
    value = state["data"].get(arguments[0])
    return (
        "none"
        if value is None
        else "string"
        if isinstance(value, str)
        else "list"
        if isinstance(value, list)
        else "hash"
    )


def _save_now(system: System, state: State, arguments: list[str]) -> _Reply:
    _save(system, state)
    return "OK"


def _flush(system: System, state: State, arguments: list[str]) -> _Reply:
    state["data"], state["expires"] = {}, {}
    return "OK"


_COMMANDS: Final[dict[str, tuple[int, Callable[[System, State, list[str]], _Reply]]]] = {
    "PING": (0, lambda system, state, arguments: _bulk(arguments[0]) if arguments else "PONG"),
    "ECHO": (1, lambda system, state, arguments: _bulk(arguments[0])),
    "SET": (2, _set),
    "SETEX": (
        3,
        lambda system, state, arguments: _set(system, state, [arguments[0], arguments[2], "EX", arguments[1]]),
    ),
    "SETNX": (2, lambda system, state, arguments: 1 if _set(system, state, [*arguments[:2], "NX"]) else 0),
    "GET": (
        1,
        lambda system, state, arguments: _bulk(
            _held(state, arguments[0], str) if arguments[0] in state["data"] else None
        ),
    ),
    "MGET": (1, lambda system, state, arguments: [_bulk(state["data"].get(key)) for key in arguments]),
    "APPEND": (
        2,
        lambda system, state, arguments: (
            state["data"].__setitem__(arguments[0], _held(state, arguments[0], str) + arguments[1]),
            len(state["data"][arguments[0]]),
        )[1],
    ),
    "STRLEN": (1, lambda system, state, arguments: len(bytes_of(_held(state, arguments[0], str)))),
    "INCR": (1, _add(lambda arguments: 1)),
    "DECR": (1, _add(lambda arguments: -1)),
    "INCRBY": (2, _add(lambda arguments: int(arguments[1]))),
    "DECRBY": (2, _add(lambda arguments: -int(arguments[1]))),
    "DEL": (1, _delete),
    "UNLINK": (1, _delete),
    "EXISTS": (1, lambda system, state, arguments: sum(key in state["data"] for key in arguments)),
    "KEYS": (1, lambda system, state, arguments: [_bulk(key) for key in state["data"] if matches(arguments[0], key)]),
    "SCAN": (1, lambda system, state, arguments: [b"0", [_bulk(key) for key in state["data"]]]),
    "TYPE": (1, _kind),
    "TTL": (1, _ttl),
    "EXPIRE": (2, _expire_key),
    "PERSIST": (1, lambda system, state, arguments: 1 if state["expires"].pop(arguments[0], None) is not None else 0),
    "LPUSH": (2, _push(True)),
    "RPUSH": (2, _push(False)),
    "LPOP": (1, _pop(True)),
    "RPOP": (1, _pop(False)),
    "LLEN": (1, lambda system, state, arguments: len(_held(state, arguments[0], list))),
    "LRANGE": (3, _range),
    "HSET": (3, _hset),
    "HGET": (2, lambda system, state, arguments: _bulk(_held(state, arguments[0], dict).get(arguments[1]))),
    "HGETALL": (
        1,
        lambda system, state, arguments: [
            _bulk(part) for pair in _held(state, arguments[0], dict).items() for part in pair
        ],
    ),
    "SADD": (2, _sadd),
    "SMEMBERS": (1, lambda system, state, arguments: [_bulk(member) for member in _held(state, arguments[0], dict)]),
    "SCARD": (1, lambda system, state, arguments: len(_held(state, arguments[0], dict))),
    "SISMEMBER": (2, lambda system, state, arguments: int(arguments[1] in _held(state, arguments[0], dict))),
    "DBSIZE": (0, lambda system, state, arguments: len(state["data"])),
    "FLUSHALL": (0, _flush),
    "FLUSHDB": (0, _flush),
    "SAVE": (0, _save_now),
    "BGSAVE": (0, lambda system, state, arguments: (_save(system, state), "Background saving started")[1]),
    "INFO": (0, _info),
    "SELECT": (1, lambda system, state, arguments: "OK"),
    "QUIT": (0, lambda system, state, arguments: "OK"),
    "CLIENT": (0, lambda system, state, arguments: "OK"),
    "COMMAND": (0, lambda system, state, arguments: []),
    "CONFIG": (1, lambda system, state, arguments: [] if arguments[0].upper() == "GET" else "OK"),
}


@PROGRAMS.program("redis-cli")
def _client(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    if words[:1] in (["--version"], ["-v"]):
        system.put(f"redis-cli {VERSION}\n")
        return 0
    host, port, raw = "127.0.0.1", 6379, not system.is_terminal(1)
    password = system.environment.get("REDISCLI_AUTH", "")
    while words and words[0].startswith("-"):
        option = words.pop(0)
        if option == "-h":
            host = words.pop(0)
        elif option == "-p":
            port = int(words.pop(0))
        elif option == "-a":
            password = words.pop(0)
        elif option == "-n":
            words.pop(0)
        elif option == "--raw":
            raw = True
    if "socket" not in state:
        addresses = [host] if host[:1].isdigit() else system.resolve(host)
        try:
            if not addresses:
                raise OSError(0, "Name or service not known")
            state["socket"] = system.connect(addresses[0], port)
        except OSError as problem:
            system.put(f"Could not connect to Redis at {host}:{port}: {problem.strerror}\n", 2)
            return 1
        state.update(received=b"", sent=0, queue=[])
        if password:
            state["queue"].append(["AUTH", password])
        if words:
            state["queue"].append(words)
    return _converse(system, state, bool(words), raw, f"{host}:{port}> ")


def _converse(system: System, state: State, single: bool, raw: bool, prompt: str) -> int:
    """Send what is queued, show the replies; without a command on the line read commands from standard input. Blocks."""
    while True:
        if state["sent"]:
            found = decode(state["received"])
            if found is None:
                data = system.read(state["socket"])
                if not data:
                    system.put("Error: Server closed the connection\n", 2)
                    return 1
                state["received"] += data
                continue
            reply, end = found
            state["received"] = state["received"][end:]
            state["sent"] = 0
            if not state.pop("quiet", False):
                system.put(_shown(reply, raw))
            continue
        if state["queue"]:
            words = state["queue"].pop(0)
            state["quiet"] = words[0] == "AUTH" and single
            system.put(encode([bytes_of(word) for word in words]), state["socket"])
            state["sent"] = 1
            continue
        if single:
            return 0
        if system.is_terminal(0) and not state.get("prompted"):
            system.put(prompt)
            state["prompted"] = True
        line = _next_line(system, state)
        if line is None:
            return 0
        state["prompted"] = False
        if line.strip() in ("exit", "quit"):
            return 0
        if line.split():
            state["queue"].append(line.split())


def _next_line(system: System, state: State) -> str | None:
    held: bytes = state.setdefault("typed", b"")
    while b"\n" not in held:
        data = system.read(0)
        if not data:
            state["typed"] = b""
            return held.decode() if held else None
        held += data
        state["typed"] = held
    line, _, state["typed"] = held.partition(b"\n")
    return line.decode("utf-8", "replace")


def _shown(reply: _Reply, raw: bool, indent: str = "") -> str:
    if isinstance(reply, _Error):
        return f"{reply}\n\n" if raw else f"(error) {reply}\n"
    if reply is None:
        return "\n" if raw else "(nil)\n"
    if isinstance(reply, int):
        return f"{reply}\n" if raw else f"(integer) {reply}\n"
    if isinstance(reply, bytes):
        text = reply.decode("utf-8", "replace")
        return f"{text}\n" if raw else json.dumps(text) + "\n"
    if isinstance(reply, str):
        return f"{reply}\n"
    if not reply:
        return "\n" if raw else "(empty array)\n"
    if raw:
        return "".join(_shown(part, raw) for part in reply)
    lines = [f"{place}) {_shown(part, raw, indent + '   ')}" for place, part in enumerate(reply, 1)]
    return lines[0] + "".join(indent + line for line in lines[1:])
