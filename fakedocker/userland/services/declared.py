"""A process that does what was declared of it: prints, becomes ready, answers on ports, and ends.

The declaration is a file of the image, so that such an image is like any other: saved, pushed, built upon. Whether it
is ready is a file too, which the image's health check looks for. Who declares is not known here.
"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Final

import msgspec
from msgspec import Struct

from fakedocker.base import signals
from fakedocker.filesystem.program_files import HEADER_BYTES
from fakedocker.kernel.program import Program, System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.services import server_apis
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.tools import Register

PROGRAMS = Register()
FAMILY: Final = "fakedocker"
NAME: Final = "declared"
FOLDER: Final = server_apis.FOLDER
READY: Final = server_apis.READY
DECLARATION: Final = f"{FOLDER}/declaration.json"
CHECK: Final = "--check"
"""The argument that makes the program a health check: 0 while the process is ready."""
STYLE: Final = Style(server="fakedocker", reasons=tuple((status.value, status.phrase) for status in HTTPStatus))


class Line(Struct, frozen=True):
    """Something printed, so long after the start."""

    after_ns: int
    text: str
    fd: int = 1


class Answer(Struct, frozen=True):
    """What is answered at a path of a port; the path "" stands for every other."""

    path: str
    status: int
    body: str
    content_type: str = "text/plain; charset=utf-8"


class Declaration(Struct, frozen=True, kw_only=True):
    """What a process does."""

    lines: tuple[Line, ...] = ()
    ready_ns: int = 0
    """When it is ready: it listens, and its health check succeeds."""
    unready_ns: int = -1
    """When it stops being so; -1 for never."""
    exit_ns: int = -1
    """When it ends by itself; -1 for never."""
    exit_code: int = 0
    ports: dict[str, tuple[Answer, ...]] = {}
    stop_ns: int = 0
    """How long it takes to end after the stop signal; -1 for one that ignores it."""
    stop_code: int = 0
    stop_signals: tuple[int, ...] = (signals.TERM, signals.INT, signals.QUIT)
    """What ends it."""
    commands: dict[str, str] = {}
    """What is printed instead, for some arguments: {"--version": "server 1.0\\n"}."""
    api: str = ""
    """The server whose answers these are, by the name of its table in `server_apis`; `ports` then says where it listens."""
    version: str = ""
    """Of that server."""


@PROGRAMS.program(NAME)
def _declared(system: System, argv: tuple[str, ...], state: State) -> int:
    if argv[1:] == (CHECK,):
        return 0 if any(_exists(system, path) for path in READY) else 1
    return _run(system, argv, state, msgspec.json.decode(system.read_file(DECLARATION), type=Declaration))


def service(declaration: Declaration) -> Program:
    """A program that does what is declared here, whatever its image says."""

    def run(system: System, argv: tuple[str, ...], state: State) -> int:
        if argv[1:] == (CHECK,):
            return 0 if any(_exists(system, path) for path in READY) else 1
        return _run(system, argv, state, declaration)

    return run


def _run(system: System, argv: tuple[str, ...], state: State, declaration: Declaration) -> int:
    said = declaration.commands.get(" ".join(argv[1:]))
    if said is not None:
        system.put(said)
        return 0
    if "started_ns" not in state:
        state.update(started_ns=system.now_ns, printed=0, ready=False, stopping_ns=-1, listeners={}, connections={})
        _remove(system)
        if declaration.stop_ns >= 0:
            for number in declaration.stop_signals:
                system.catch(number, "catch")

    api = server_apis.load(declaration.api) if declaration.api else None
    style = STYLE if api is None else Style(api.server, api.order, reasons=STYLE.reasons, date=api.date)

    def handle(request: Request, connection: Connection) -> Response:
        if api is not None:
            return server_apis.answer(api, system, request, declaration.version)
        return _answer(declaration.ports[str(request.port)], request)

    def elsewhere(descriptor: int, connection: Connection) -> bool | None:
        port = connection["port"]
        if api is None or not server_apis.is_silent(api, system, port, declaration.version):
            return None
        system.unsimulated(f"what is spoken on port {port}")
        return False

    while True:
        code = _step(system, state, declaration)
        if code is not None:
            return code
        serve(
            system, state, handle, style, elsewhere=elsewhere,
            wakes=lambda: system.signals_pending() or system.now_ns >= _next_ns(state, declaration, system.now_ns),
            until_ns=lambda: _until_ns(state, declaration, system.now_ns),
        )  # fmt: skip


_TOLD_BYTES: Final = 65_536


@PROGRAMS.program("tells")
def _tells(system: System, argv: tuple[str, ...], state: State) -> int:
    """A program that only prints: its own file says what, for which arguments."""
    descriptor = system.open("/proc/self/exe")
    try:
        text = system.read(descriptor, HEADER_BYTES + _TOLD_BYTES)[HEADER_BYTES:]
        said = msgspec.json.decode(text, type=dict[str, str]).get(" ".join(argv[1:]))
    except (msgspec.MsgspecError, RecursionError):
        said = None  # a file that somebody has changed
    finally:
        system.close(descriptor)
    if said is None:
        raise Unsimulated(" ".join(argv[1:]) or "what it does", status=126)
    system.put(said)
    return 0


def _exists(system: System, path: str) -> bool:
    try:
        system.stat(path)
    except OSError:
        return False
    return True


def _remove(system: System) -> None:
    for path in READY:
        with suppress(OSError):
            system.remove_file(path)


def _step(system: System, state: State, declaration: Declaration) -> int | None:
    """Do everything that is due; the exit code at the end."""
    if system.take_signal() is not None and state["stopping_ns"] < 0:
        state["stopping_ns"] = system.now_ns + declaration.stop_ns
    if 0 <= state["stopping_ns"] <= system.now_ns:
        return declaration.stop_code
    passed_ns = system.now_ns - state["started_ns"]
    while state["printed"] < len(declaration.lines) and declaration.lines[state["printed"]].after_ns <= passed_ns:
        line = declaration.lines[state["printed"]]
        state["printed"] += 1
        system.put(f"{line.text}\n", line.fd)
    if 0 <= declaration.exit_ns <= passed_ns:
        return declaration.exit_code
    ready = declaration.ready_ns <= passed_ns and not 0 <= declaration.unready_ns <= passed_ns
    if ready != state["ready"]:
        state["ready"] = ready
        problem = _set_ready(system, state, declaration) if ready else _set_unready(system, state)
        if problem:
            system.put(problem, 2)
            return 1
    return None


def _set_ready(system: System, state: State, declaration: Declaration) -> str:
    problem = open_listeners(system, state, [int(port) for port in declaration.ports])
    if problem is not None:
        return f"listen tcp :{problem.filename}: {str(problem.strerror).lower()}\n"
    for path in READY:
        with suppress(OSError):
            system.write_file(path, b"")
            break
    return ""


def _set_unready(system: System, state: State) -> str:
    for descriptor in (*state["listeners"], *state["connections"]):
        system.close(descriptor)
    state.update(listeners={}, connections={})
    _remove(system)
    return ""


def _times(state: State, declaration: Declaration) -> list[int]:
    """The instants at which something is due."""
    moments = [declaration.ready_ns, declaration.unready_ns, declaration.exit_ns]
    moments += [line.after_ns for line in declaration.lines[state["printed"] : state["printed"] + 1]]
    times = [state["started_ns"] + moment for moment in moments if moment >= 0]
    return [*times, state["stopping_ns"]] if state["stopping_ns"] >= 0 else times


def _until_ns(state: State, declaration: Declaration, now_ns: int) -> int | None:
    return min((time_ns for time_ns in _times(state, declaration) if time_ns > now_ns), default=None)


def _next_ns(state: State, declaration: Declaration, now_ns: int) -> int:
    """The first instant at which something is due that has not been done."""
    passed_ns = now_ns - state["started_ns"]
    ready = declaration.ready_ns <= passed_ns and not 0 <= declaration.unready_ns <= passed_ns
    undone = [state["started_ns"] + line.after_ns for line in declaration.lines[state["printed"] :][:1]]
    if declaration.exit_ns >= 0:
        undone.append(state["started_ns"] + declaration.exit_ns)
    if state["stopping_ns"] >= 0:
        undone.append(state["stopping_ns"])
    if ready != state["ready"]:
        undone.append(now_ns)
    return min(undone, default=now_ns + 1)


def _answer(answers: tuple[Answer, ...], request: Request) -> Response:
    found = next((answer for answer in answers if answer.path == request.path), None)
    found = found or next((answer for answer in answers if not answer.path), Answer("", 404, "404 not found\n"))
    return Response(found.status, found.body.encode(), (("Content-Type", found.content_type),))


def declaration_file(declaration: Declaration) -> bytes:
    """The file of an image that says what its process does."""
    return msgspec.json.encode(declaration)
