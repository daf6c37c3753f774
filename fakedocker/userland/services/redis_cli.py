"""redis-cli: one command from its arguments, or many from standard input, and replies as redis-cli shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.network.connecting import connect_by_name
from fakedocker.userland.services.line_input import next_line
from fakedocker.userland.services.redis_server import VERSION
from fakedocker.userland.services.resp import (
    ErrorReply,
    MapReply,
    Reply,
    SetReply,
    VerbatimReply,
    decode,
    encode_command,
    number_text,
)
from fakedocker.userland.tools import Register
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
_TAKE_VALUE: Final = {
    "-h": "host", "-p": "port", "-a": "password", "--pass": "password", "-n": "database", "-u": "url", "--user": "user",
    "-r": "repeat", "-i": "interval", "-t": "timeout",
}  # fmt: skip
_UNSAFE: Final = "Warning: Using a password with '-a' or '-u' option on the command line interface may not be safe.\n"


@PROGRAMS.program("redis-cli")
def _redis_cli(system: System, argv: tuple[str, ...], state: State) -> int:
    if "options" not in state:
        state["options"] = _options(system, argv)
        if state["options"]["problem"]:
            system.put(state["options"]["problem"], 2)
            return 1
    options = state["options"]
    if "version" in options:
        system.put(f"redis-cli {version_of(system, 'REDIS_VERSION', VERSION)}\n")
        return 0
    single = bool(options["words"])
    if options["read_last"] and "last" not in state:
        state["pieces"] = state.get("pieces", b"")
        while data := system.read(0):
            state["pieces"] += data
        state["last"] = True
        options["words"] = [*options["words"], text_of(state["pieces"])]
    if "queue" not in state:
        state["queue"] = _greeting(options) + [[list(options["words"]), True]] * (
            int(options["repeat"]) if single else 0
        )
        state["database"] = options["database"]
    return _converse(system, state, options, single)


def _options(system: System, argv: tuple[str, ...]) -> State:
    """What the arguments say, with `problem` for a complaint."""
    found: State = {"host": "127.0.0.1", "port": "6379", "database": "0", "user": "", "repeat": "1", "problem": ""}
    found |= {
        "password": system.environment.get("REDISCLI_AUTH", ""),
        "read_last": False,
        "warn": True,
        "unsafe": False,
    }
    found["raw"] = not system.is_terminal(1)
    words = list(argv[1:])
    while words and words[0].startswith("-"):
        option = words.pop(0)
        name = _TAKE_VALUE.get(option)
        if name is not None and not words:
            found["problem"] = f"Unrecognized option or bad number of args for: '{option}'\n"
        elif name is not None:
            found[name] = words.pop(0)
            found["unsafe"] = found["unsafe"] or name == "password" or (name == "url" and "@" in found["url"])
        elif option in ("--raw", "--no-raw"):
            found["raw"] = option == "--raw"
        elif option in ("-v", "--version"):
            found["version"] = True
        elif option == "-x":
            found["read_last"] = True
        elif option == "--no-auth-warning":
            found["warn"] = False
        elif option == "-3":
            found["resp3"] = True
        elif option not in ("-c", "-2", "-e", "--csv", "--json"):
            found["problem"] = f"Unrecognized option or bad number of args for: '{option}'\n"
    if "url" in found:
        credentials, _, place = found["url"].partition("://")[2].rpartition("@")
        place, _, database = place.partition("/")
        found["host"], _, port = place.partition(":")
        found |= {"port": port or "6379", "database": database or "0"}
        found["password"] = credentials.rpartition(":")[2] or found["password"]
    found["words"] = words
    return found


def _greeting(options: State) -> list[list[object]]:
    """The commands to send first, whose replies are not shown unless they are errors."""
    found: list[list[object]] = []
    if "resp3" in options:
        found.append([["HELLO", "3"], False])
    if options["password"]:
        user = [options["user"]] if options["user"] else []
        found.append([["AUTH", *user, options["password"]], False])
    if options["database"] != "0":
        found.append([["SELECT", options["database"]], False])
    return found


def _connect(system: System, state: State, options: State) -> bool:
    """Connect unless it is; False after a complaint."""
    if "socket" in state:
        return True
    if options["unsafe"] and options["warn"] and not state.get("warned"):
        state["warned"] = True
        system.put(_UNSAFE, 2)
    said = "Name or service not known"
    try:
        found = connect_by_name(system, state, options["host"], int(options["port"]))
    except OSError as problem:
        said = str(problem.strerror)
    else:
        if found is not None:
            state.update(socket=found, received=b"")
            return True
    system.put(f"Could not connect to Redis at {options['host']}:{options['port']}: {said}\n", 2)
    return False


def _converse(system: System, state: State, options: State, single: bool) -> int:
    """Send what is queued and show the replies; then ask for more, unless there is a command in the arguments. Blocks."""
    while True:
        if "asked" in state:
            if not _show_reply(system, state, options):
                return 1
            if "subscribed" in state:
                continue
        elif state["queue"]:
            if not _connect(system, state, options):
                if single or not system.is_terminal(0):
                    return 1
                state["queue"].clear()
                continue
            words, shown = state["queue"].pop(0)
            system.put(encode_command(words), state["socket"])
            state["asked"] = [words, shown]
            if words[0].upper() == "SUBSCRIBE":
                state["subscribed"] = True
        elif single or not _ask(system, state, options):
            return 0


def _show_reply(system: System, state: State, options: State) -> bool:
    """Wait for the reply to what was asked, and show it; False when the server has gone. Blocks."""
    words, shown = state["asked"]
    while (found := decode(state["received"])) is None:
        data = system.read(state["socket"])
        if not data:
            if words[0].upper() == "SHUTDOWN":
                system.close(state.pop("socket"))
                del state["asked"]
                return True
            system.put("Error: Server closed the connection\n", 2)
            return False
        state["received"] += data
    reply, end = found
    state["received"] = state["received"][end:]
    if "subscribed" not in state:
        del state["asked"]
    if shown:
        system.put(bytes_of(raw_text(reply) if options["raw"] else pretty_text(reply)))
    elif isinstance(reply, ErrorReply):
        system.put(f"{words[0]} failed: {reply}\n", 2)
    if words[0].upper() == "SELECT" and reply == "OK":
        state["database"] = words[1]
    return True


def _ask(system: System, state: State, options: State) -> bool:
    """The next command from standard input into the queue; False at its end. Blocks."""
    terminal = system.is_terminal(0)
    if terminal and not state.get("prompted"):
        connected = _connect(system, state, options)
        number = f"[{state['database']}]" if state["database"] != "0" else ""
        system.put(f"{options['host']}:{options['port']}{number}> " if connected else "not connected> ")
        state["prompted"] = True
    line = next_line(system, state)
    state["prompted"] = False
    if line is None:
        return False
    words = split_words(line)
    if words is None:
        system.put("Invalid argument(s)\n")
        return True
    if words and words[0].lower() in ("exit", "quit"):
        return False
    if words:
        state["queue"].append([words, True])
    return True


_WORD = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+))(?=\s|$)""", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_LETTERS: Final = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b"}


def split_words(line: str) -> list[str] | None:
    """The words of a line: "with \\n and \\x41", 'as it is', or plain. None where quotes are unbalanced."""
    words: list[str] = []
    line = line.rstrip()
    at = 0
    while at < len(line):
        match = _WORD.match(line, at)
        if match is None:
            return None
        at = match.end()
        if match[1] is not None:
            words.append(_ESCAPE.sub(_unescaped, match[1]))
        else:
            words.append(match[3] if match[2] is None else match[2].replace("\\'", "'"))
    return words


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return text_of(bytes([int(match[1], 16)]))
    return _LETTERS.get(match[2], match[2])


# how replies are shown


def raw_text(reply: Reply) -> str:
    """As where the output is no terminal."""
    if reply is None:
        return "\n"
    if isinstance(reply, ErrorReply):
        return f"{reply}\n\n"
    if isinstance(reply, bytes):
        return text_of(reply) + "\n"
    if isinstance(reply, float):
        return f"{number_text(reply)}\n"
    if isinstance(reply, MapReply) and reply:
        words = [raw_text(part).removesuffix("\n") for part in reply]
        return "".join(f"{key} {value}\n" for key, value in zip(words[::2], words[1::2], strict=True))
    if isinstance(reply, list | tuple):
        return "".join(raw_text(part) for part in reply) or "\n"
    return f"{reply}\n"


def pretty_text(reply: Reply, indent: str = "") -> str:
    """As on a terminal."""
    if reply is None:
        return "(nil)\n"
    if isinstance(reply, ErrorReply):
        return f"(error) {reply}\n"
    if isinstance(reply, int):
        return f"(integer) {reply}\n"
    if isinstance(reply, float):
        return f"(double) {number_text(reply)}\n"
    if isinstance(reply, bytes):
        return text_of(reply) if isinstance(reply, VerbatimReply) else _quoted(reply) + "\n"
    if isinstance(reply, str):
        return f"{reply}\n"
    return _pretty_many(reply, indent)


def _pretty_many(reply: Sequence[Reply], indent: str) -> str:
    """An array, a map or a set, one part a line."""
    mark, name = (
        ("#", "hash")
        if isinstance(reply, MapReply)
        else ("~", "set")
        if isinstance(reply, SetReply)
        else (")", "array")
    )
    if not reply:
        return f"(empty {name})\n"
    count = len(reply) // 2 if isinstance(reply, MapReply) else len(reply)
    width = len(str(count))
    inner = indent + " " * (width + 2)
    if isinstance(reply, MapReply):
        parts = [
            f"{pretty_text(key, inner).removesuffix(chr(10))} => {pretty_text(value, inner)}"
            for key, value in zip(reply[::2], reply[1::2], strict=True)
        ]
    else:
        parts = [pretty_text(part, inner) for part in reply]
    lines = [f"{place:>{width}}{mark} {part}" for place, part in enumerate(parts, 1)]
    return lines[0] + "".join(indent + line for line in lines[1:])


_ESCAPES: Final = {34: '\\"', 92: "\\\\", 10: "\\n", 13: "\\r", 9: "\\t", 7: "\\a", 8: "\\b"}


def _quoted(data: bytes) -> str:
    parts = (_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}") for byte in data)
    return '"' + "".join(parts) + '"'
