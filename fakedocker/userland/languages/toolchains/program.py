"""A program that was compiled here: its file says what it does, see `reading`.

The file is one of a simulated program, with a line of JSON behind its head and filler up to its size, so that it can be
copied to any image. It must not know languages.
"""

from __future__ import annotations

import json
from typing import Any, Final

from fakedocker.base import signals
from fakedocker.base.numbers import is_digits
from fakedocker.filesystem.program_files import HEADER_BYTES, program_file
from fakedocker.kernel import marks
from fakedocker.kernel.program import READ, WRITE, System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.languages.toolchains.reading import Behaviour
from fakedocker.userland.packages.unpack import make_directories, remove_quietly
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.services.static_files import file_response
from fakedocker.userland.tools import Register, base_name

PROGRAMS = Register()
FAMILY: Final = "compiled"
NAME: Final = "compiled-program"
_STYLE: Final = Style(order=("Content-Type", "Date", "Content-Length"))
_MOST_BYTES: Final = 1 << 20


class NotCompiled(Exception):
    """A file is no program that was compiled here."""


def write(system: System, path: str, behaviour: Behaviour, size_bytes: int, *, executable: bool = True) -> None:
    """A compiled program's file. Raises OSError."""
    make_directories(system, path.rpartition("/")[0] or ".")
    remove_quietly(system, path)
    head = program_file(FAMILY, NAME, HEADER_BYTES)
    text = (json.dumps(behaviour) + "\n").encode()
    system.write_file(path, bytes(_bytes_of_head(head)) + text)
    descriptor = system.open(path, WRITE)
    try:
        system.truncate(descriptor, max(size_bytes, HEADER_BYTES + len(text)))
    finally:
        system.close(descriptor)
    if executable:
        system.change_mode(path, 0o755)


def _bytes_of_head(head: Any) -> bytes:
    from fakedocker.filesystem.content import read

    return read(head, 0, HEADER_BYTES)


def load(system: System, path: str) -> Behaviour:
    """What a compiled file does. Raises OSError, NotCompiled."""
    descriptor = system.open(path, READ)
    try:
        system.seek(descriptor, HEADER_BYTES)
        data = b""
        while b"\n" not in data and len(data) < _MOST_BYTES:
            more = system.read(descriptor)
            if not more:
                break
            data += more
    finally:
        system.close(descriptor)
    try:
        found: Behaviour = json.loads(data.partition(b"\n")[0])
    except ValueError:
        raise NotCompiled(path) from None
    return found


@PROGRAMS.program(NAME)
def _run(system: System, argv: tuple[str, ...], state: State) -> int:
    if "behaviour" not in state:
        try:
            state["behaviour"] = load(system, system.read_link("/proc/self/exe"))
        except NotCompiled:
            raise Unsimulated(status=126, why=marks.BINARY) from None
    return act(system, state, base_name(argv[0]))


def act(system: System, state: State, name: str) -> int:
    """Do what `state["behaviour"]` says; the exit status. Blocks."""
    behaviour = state["behaviour"]
    if "listeners" not in state:
        if not behaviour["port"] and not behaviour.get("is_plain"):
            system.unsimulated("what this program does", marks.BINARY, program=name)
            return 1
        for descriptor, text in behaviour["prints"]:
            system.put(text, descriptor)
        if behaviour["banner"]:
            system.put(bytes_of(_banner(system, behaviour)))
        if not behaviour["port"]:
            return int(behaviour["status"])
        port = system.environment.get("PORT", "") or str(behaviour["port"])
        problem = open_listeners(system, state, [int(port) if is_digits(port) else behaviour["port"]])
        if problem is not None:
            system.put(f"listen tcp :{problem.filename}: bind: {str(problem.strerror).lower()}\n", 2)
            return 1
        system.catch(signals.INT, "catch")
        if behaviour["banner"] or system.pid != 1:
            system.catch(signals.TERM, "catch")

    def handle(request: Request, connection: Connection) -> Response:
        return _answer(system, behaviour, request)

    serve(system, state, handle, _STYLE, wakes=system.signals_pending)
    number = system.take_signal() or signals.TERM
    return 128 + number if behaviour["banner"] else 2 if number == signals.INT else 128 + number


def _banner(system: System, behaviour: Behaviour) -> str:
    stamp = format_date("%Y-%m-%dT%H:%M:%S", system.now_ns // 1_000_000_000) + ".000Z"
    lines = str(behaviour["banner"]).split("\n")
    return "".join(f"{stamp}  INFO {system.pid} --- [           main] {line}\n" for line in lines)


def _answer(system: System, behaviour: Behaviour, request: Request) -> Response:
    """By the whole path, then by the folder that is served, then by what takes all."""
    routes = behaviour["routes"]
    found = routes.get(request.path) or routes.get(request.path.rstrip("/") or "/")
    missing = Response(404, b"404 page not found\n", (("Content-Type", "text/plain; charset=utf-8"),))
    if behaviour["files"] and (found is None or not found[1]):
        return file_response(system, behaviour["files"], request, missing)
    if found is None and behaviour["takes_all"]:
        found = routes.get("/")
    if found is None:
        return missing
    kind, text = found
    return Response(200, bytes_of(text), (("Content-Type", kind),))
