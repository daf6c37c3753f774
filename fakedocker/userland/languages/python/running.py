"""Running a program to its end: slices, what an uncaught exception prints, the exit status."""

from __future__ import annotations

from contextlib import suppress

from fakedocker.kernel.program import System
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.machine import Thrown
from fakedocker.userland.languages.python import files, finalizing, importing, main_module, startup, threads, tracebacks
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised
from fakedocker.userland.languages.python.interpreter import Interpreter
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.values import ACTIVE, ExceptionValue

INTERRUPTED = 130


def run_text(
    system: System, version: tuple[int, int, int], text: str, name: str, arguments: list[str], first_path: str
) -> int:
    """Run a source that needs no waiting, from its beginning to its end; the exit status."""
    m = startup.begin(system, version, arguments, first_path, False, "/usr/local/bin/python")
    m.modules["__main__"].names["__file__"] = name
    status = enter(m, text, name)
    return run(m) if status is None else status


def enter(m: Interpreter, text: str, name: str, shows: bool = False) -> int | None:
    """Begin with a source; the exit status if it cannot be compiled."""
    try:
        startup.enter_source(m, text, name, shows)
    except SourceError as problem:
        m.state["sources"][name] = text
        importing.warn(m, name, problem.warnings, text)
        m.system.put(tracebacks.format_exception(m, importing.syntax_error(m, problem, name).value), 2)
        return 1
    except NotSimulated as missing:
        return refuse(m, missing)
    return None


def refuse(m: Interpreter, missing: NotSimulated) -> int:
    """Say what is not simulated."""
    m.memory.roots["top"] = m.top = None
    with suppress(Raised):
        files.flush_all(m)
    m.system.unsimulated(str(missing), missing.why)
    return 1


def run(m: Interpreter) -> int:
    """Go on with a program until it ends; the exit status. Blocks."""
    try:
        while True:
            try:
                m.run_slice()
            except Thrown as thrown:
                m.memory.roots["top"] = m.top = None
                m.state["status"] = uncaught(m, thrown.value)
            if finalizing.is_exiting(m) or not threads.end_main(m):
                finish(m, 0)
                if not _next_at_exit(m):
                    return finish(m, m.state.get("status", 0))
    except NotSimulated as missing:
        return refuse(m, missing)


def _next_at_exit(m: Interpreter) -> bool:
    ACTIVE.machine = m
    try:
        return finalizing.next_at_exit(m)
    finally:
        ACTIVE.machine = None


def finish(m: Interpreter, status: int) -> int:
    """Flush what was written; the exit status."""
    ACTIVE.machine = m
    try:
        files.flush_all(m)
    except Raised:
        return 120
    finally:
        ACTIVE.machine = None
    return status


def uncaught(m: Interpreter, value: ExceptionValue) -> int:
    """Print what nothing has caught; the exit status."""
    ACTIVE.machine = m
    try:
        if EXCEPTIONS["SystemExit"] in value.cls.mro:
            return finish(m, exit_status(m, value))
        try:
            text = tracebacks.format_exception(m, value)
        except NotSimulated as missing:
            return refuse(m, missing)
        files.flush_all(m)
        m.system.put(text.encode("utf-8", "backslashreplace"), 2)
        return INTERRUPTED if EXCEPTIONS["KeyboardInterrupt"] in value.cls.mro else 1
    finally:
        ACTIVE.machine = None


def exit_status(m: Interpreter, value: ExceptionValue) -> int:
    """The status that a SystemExit asks for."""
    from fakedocker.userland.languages.python.exceptions import exit_code

    code: Value = exit_code(m, value)
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    files.flush_all(m)
    m.system.put(f"{m.text(code)}\n".encode("utf-8", "backslashreplace"), 2)
    return 1


def enter_module(m: Interpreter, name: str) -> int | None:
    """Put the frame of `-m name` on top; the exit status if there is no such module."""
    try:
        found = main_module.find_main(m, name)
    except Raised as raised:
        return uncaught(m, raised.value)
    except NotSimulated as missing:
        return refuse(m, missing)
    if isinstance(found, str):
        m.system.put(f"{m.state['executable']}: {found}\n", 2)
        return 1
    path, package, parents = found
    names = m.modules["__main__"].names
    names["__file__"] = path
    names["__package__"] = package
    m.state["argv"][0] = path
    m.modules["sys"].names["argv"][0] = path
    status = enter(m, m.system.read_file(path).decode("utf-8", "surrogateescape"), path)
    if status is None and parents:
        main_module.enter_parents(m, parents)
    return status
