"""Small services of protocols of their own: memcached, testcontainers' ryuk; and hello-world, which only greets."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners, serve
from fakedocker.userland.tools import Register, port_number
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
_HELLO: Final = """
Hello from Docker!
This message shows that your installation appears to be working correctly.

What has happened to bring it to you:
 1. The docker client asked the daemon to run a container.
 2. The daemon had no "hello-world" image, so it pulled it from Docker Hub.
    (amd64)
 3. The daemon made a container from the image and started the program in
    it, whose output you are reading.
 4. The daemon sent that output to the client, and the client to your
    terminal.

A container with more in it:
 $ docker run -it ubuntu bash

Images of other people, and a place for yours:
 https://hub.docker.com/

Documentation:
 https://docs.docker.com/get-started/

"""


@PROGRAMS.program("hello")
def _hello(system: System, argv: tuple[str, ...], state: State) -> int:
    system.put(_HELLO)
    return 0


# ryuk


@PROGRAMS.program("ryuk")
def _ryuk(system: System, argv: tuple[str, ...], state: State) -> int:
    """Takes filters and acknowledges them. It cannot reach the engine, so it removes nothing and stays."""
    port = int(system.environment.get("RYUK_PORT", "8080"))

    def log(text: str) -> None:
        system.put(f"{format_date('%Y/%m/%d %H:%M:%S', system.now_ns // 1_000_000_000)} {text}\n", 2)

    if "listeners" not in state:
        log("Pinging Docker...")
        log("Docker daemon is available!")
        log(f"Starting on port {port}...")
        problem = open_listeners(system, state, [port])
        if problem is not None:
            log(f"listen tcp :{port}: bind: {str(problem.strerror).lower()}")
            return 1
        for number in (2, 15):
            system.catch(number, "catch")
        log("Started!")

    def receive(descriptor: int, connection: Connection) -> bool:
        if not connection["memory"].get("greeted"):
            connection["memory"]["greeted"] = True
            log(f"New client connected: {connection['peer'][0]}:{connection['peer'][1]}")
        *lines, connection["received"] = connection["received"].split(b"\n")
        for line in lines:
            if line.strip():
                log(f"Adding {text_of(line).strip()}")
                system.put("ACK\n", descriptor)
        return True

    serve(system, state, receive, lambda: system.take_signal() is not None)
    log("Signal received")
    return 0


# memcached


@PROGRAMS.program("memcached")
def _memcached(system: System, argv: tuple[str, ...], state: State) -> int:
    """The text protocol: storage, retrieval, numbers, expiry, statistics. Nothing is evicted."""
    version = version_of(system, "MEMCACHED_VERSION", "1.6.31")
    if argv[1:2] in (("-V",), ("--version",)):
        system.put(f"memcached {version}\n")
        return 0
    words = list(argv[1:])
    port = port_number(words[words.index("-p") + 1]) if "-p" in words[:-1] else 11211
    if "listeners" not in state:
        problem = open_listeners(system, state, [port])
        if problem is not None:
            system.put(f"bind(): {problem.strerror}\nfailed to listen on TCP port {port}: {problem.strerror}\n", 2)
            return 71
        state.update(items={}, counts={"get": 0, "set": 0, "hits": 0})
        for number in (2, 15):
            system.catch(number, "catch")

    def receive(descriptor: int, connection: Connection) -> bool:
        while (request := _next_request(connection)) is not None:
            line, block = request
            if line[:1] == ["quit"]:
                return False
            reply = _memcached_reply(system, state, line, block, version)
            if line[-1:] != ["noreply"]:
                system.put(reply, descriptor)
        return True

    def wakes() -> bool:
        number = system.take_signal()
        if number is not None:
            name = "Interrupt(2)" if number == 2 else "Terminated(15)"
            system.put(f"Signal handled: {name}.\n", 2)
        return number is not None

    serve(system, state, receive, wakes)
    return 0


_STORING: Final = ("set", "add", "replace", "append", "prepend")


def _next_request(connection: Connection) -> tuple[list[str], bytes] | None:
    """The words of a command and its data block, taken off the connection; None while it is not whole."""
    line, newline, rest = connection["received"].partition(b"\n")
    if not newline:
        return None
    words = text_of(line).split()
    block = b""
    if words[:1] and words[0] in _STORING and len(words) >= 5 and is_digits(words[4]):
        size = int(words[4])
        if len(rest) < size + 2:
            return None
        block, rest = rest[:size], rest[size + 2 :]
    connection["received"] = rest
    return words, block


def _memcached_reply(system: System, state: State, words: list[str], block: bytes, version: str) -> bytes:
    items: dict[str, Any] = state["items"]
    for key in [key for key, (_, _, until_ns) in items.items() if until_ns and system.now_ns >= until_ns]:
        del items[key]
    match words:
        case ["get" | "gets", *keys] if keys:
            state["counts"]["get"] += len(keys)
            state["counts"]["hits"] += sum(key in items for key in keys)
            found = [(key, *items[key]) for key in keys if key in items]
            return (
                b"".join(
                    b"VALUE %s %d %d\r\n%s\r\n" % (key.encode(), flags, len(data), data)
                    for key, flags, data, _ in found
                )
                + b"END\r\n"
            )
        case [name, key, flags, seconds, _, *_] if name in _STORING:
            return _memcached_store(system, state, name, key, (int(flags), block, _until_ns(system, int(seconds))))
        case ["delete", key, *_]:
            return b"DELETED\r\n" if items.pop(key, None) is not None else b"NOT_FOUND\r\n"
        case ["incr" | "decr", key, amount, *_]:
            return _memcached_add(items, key, int(amount) if words[0] == "incr" else -int(amount))
        case ["touch", key, seconds, *_] if key in items:
            items[key] = (*items[key][:2], _until_ns(system, int(seconds)))
            return b"TOUCHED\r\n"
        case ["touch", *_]:
            return b"NOT_FOUND\r\n"
        case ["flush_all", *_]:
            items.clear()
            return b"OK\r\n"
        case ["version"]:
            return f"VERSION {version}\r\n".encode()
        case ["stats", *_]:
            counts = state["counts"]
            shown = {
                "pid": system.pid, "time": system.now_ns // 1_000_000_000, "version": version,
                "curr_connections": len(state["connections"]), "total_connections": state["accepted"],
                "cmd_get": counts["get"], "cmd_set": counts["set"], "get_hits": counts["hits"],
                "get_misses": counts["get"] - counts["hits"], "curr_items": len(items),
            }  # fmt: skip
            return "".join(f"STAT {name} {value}\r\n" for name, value in shown.items()).encode() + b"END\r\n"
    return b"ERROR\r\n"


def _until_ns(system: System, seconds: int) -> int:
    """When an item ends, 0 for never; more than 30 days is a time since 1970."""
    if not seconds:
        return 0
    return seconds * 1_000_000_000 + (system.now_ns if seconds <= 2_592_000 else 0)


def _memcached_store(system: System, state: State, name: str, key: str, item: tuple[int, bytes, int]) -> bytes:
    items = state["items"]
    if (name == "add" and key in items) or (name in ("replace", "append", "prepend") and key not in items):
        return b"NOT_STORED\r\n"
    if name in ("append", "prepend"):
        flags, data, until_ns = items[key]
        item = (flags, data + item[1] if name == "append" else item[1] + data, until_ns)
    items[key] = item
    state["counts"]["set"] += 1
    return b"STORED\r\n"


def _memcached_add(items: dict[str, Any], key: str, amount: int) -> bytes:
    if key not in items:
        return b"NOT_FOUND\r\n"
    flags, data, until_ns = items[key]
    if not is_digits(data):
        return b"CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"
    value = b"%d" % max(0, int(data) + amount)
    items[key] = (flags, value, until_ns)
    return value + b"\r\n"
