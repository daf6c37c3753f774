"""The prompt: a statement at a time; a block ends with an empty line."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.machine import Thrown
from fakedocker.userland.languages.python import files, importing, lexer, running, startup, syntax as s, tracebacks
from fakedocker.userland.languages.python.errors import EXCEPTIONS
from fakedocker.userland.languages.python.interpreter import Interpreter
from fakedocker.userland.languages.python.parsing import parse
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.values import ACTIVE
from fakedocker.userland.services.line_input import next_line

_COMPOUND = (s.If, s.While, s.For, s.With, s.Try, s.FunctionDef, s.ClassDef, s.Match)


def session(system: System, state: State, version: tuple[int, int, int], shown: str, executable: str) -> int:
    """Ask for statements until the end of input; the exit status. Blocks."""
    state.setdefault("buffer", "")
    if "greeted" not in state:
        state["greeted"] = True
        system.put(
            f'Python {shown} (main, Sep 27 2024, 04:10:18) [GCC 12.2.0] on linux\nType "help", "copyright", "credits" or "license" for more information.\n'
        )
    m = (
        startup.begin(system, version, [""], "", False, executable)
        if "session" not in state
        else Interpreter(system, state["session"], version)
    )
    state["session"] = m.memory
    while not state.get("leaving"):
        if not state.get("running"):
            if not state.get("prompted"):
                system.put("... " if state["buffer"] else ">>> ")
                state["prompted"] = True
            if _is_interrupted(system, state):
                continue
            line = next_line(system, state)
            state["prompted"] = False
            if line is None:
                system.put("\n")
                m.state["status"] = 0
                break
            source = f"{state['buffer']}{line}\n"
            if _is_incomplete(source, version[1]):
                state["buffer"] = source
                continue
            state["buffer"] = ""
            if not source.strip() or not _begin(m, source):
                continue
            state["running"] = True
        status = _go_on(m)
        state["running"] = False
        if status is not None:
            m.state["status"] = status
            break
    state["leaving"] = True
    return running.run(m)


def _begin(m: Interpreter, source: str) -> bool:
    """Begin with a statement; False if it cannot be compiled."""
    try:
        startup.enter_source(m, source, "<stdin>", True)
    except SourceError as problem:
        ACTIVE.machine = m
        m.system.put(tracebacks.format_exception(m, importing.syntax_error(m, problem, "<stdin>").value), 2)
        return False
    except NotSimulated as missing:
        running.refuse(m, missing)
        return False
    return True


def _go_on(m: Interpreter) -> int | None:
    """Run what was begun; the exit status if that ends the session. Blocks."""
    try:
        m.run_slice()
    except Thrown as thrown:
        ACTIVE.machine = m
        m.memory.roots["top"] = m.top = None
        if EXCEPTIONS["SystemExit"] in thrown.value.cls.mro:
            return running.exit_status(m, thrown.value)
        files.flush_all(m)
        try:
            m.system.put(tracebacks.format_exception(m, thrown.value).encode("utf-8", "backslashreplace"), 2)
        except NotSimulated as missing:
            running.refuse(m, missing)
    except NotSimulated as missing:
        running.refuse(m, missing)
    ACTIVE.machine = m
    files.flush_all(m)
    ACTIVE.machine = None
    return None


def _is_interrupted(system: System, state: State) -> bool:
    """Whether Ctrl-C was typed at the prompt, which begins a new one. Blocks until there is something to read."""
    if b"\n" in state.get("typed", b""):
        return False
    system.catch(2, "catch")
    system.poll([0])
    interrupted = system.take_signal() == 2
    system.catch(2, "default")
    if interrupted:
        system.put("\nKeyboardInterrupt\n")
        state.update(buffer="", typed=b"", prompted=False)
    return interrupted


def _is_incomplete(source: str, minor: int) -> bool:
    """Whether more lines are to come: an open bracket, or a block that no empty line has ended."""
    reading = lexer.Lexer(source, minor)
    try:
        reading.run()
    except SourceError as problem:
        return "triple-quoted" in problem.words or problem.words == "unexpected EOF while parsing"
    except NotSimulated:
        return False
    if reading.brackets:
        return True
    try:
        body = parse(source, minor).body
    except SourceError as problem:
        at_end = problem.start[1] < 0 or problem.start[0] > source.count("\n")
        return at_end and problem.words != "unexpected indent" and not source.endswith("\n\n")
    except NotSimulated:
        return False
    return bool(body) and isinstance(body[-1], _COMPOUND) and not source.endswith("\n\n") and "\n" in source
