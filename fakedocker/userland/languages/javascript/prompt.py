"""node's prompt: a statement at a time. What is declared at it stays for the following ones, as global names."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.javascript.calls import make_frame
from fakedocker.userland.languages.javascript.cells import JsFunction, JsObject
from fakedocker.userland.languages.javascript.compiler import PROMPT
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.inspecting import Options
from fakedocker.userland.languages.javascript.inspecting_objects import inspect
from fakedocker.userland.languages.javascript.node_host.output import encoded, has_colours
from fakedocker.userland.languages.javascript.runtime import Runtime
from fakedocker.userland.languages.javascript.tracing import header_of
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import Source
from fakedocker.userland.languages.machine.machine import Exit, Thrown
from fakedocker.userland.services.line_input import next_line

_HELP: Final = (
    ".break    Sometimes you get stuck, this gets you out\n.clear    Alias for .break\n.exit     Exit the REPL\n"
    ".help     Print this help message\n\nPress Ctrl+C to abort current expression, Ctrl+D to exit the REPL\n"
)


def session(system: System, state: State, version: str) -> int:
    """Statements until the end of input; the exit status. Blocks."""
    if "greeted" not in state:
        state.update(greeted=True, buffer="")
        system.put(f'Welcome to Node.js v{version}.\nType ".help" for more information.\n')
    runtime = Runtime(system, state, version)
    runtime.begin("", ["/usr/local/bin/node"], [], "prompt")
    try:
        while True:
            if not state.get("running"):
                status = _read(system, state)
                if status is not None:
                    return status
            _evaluate(runtime, system, state)
    except Exit as leaving:
        return leaving.status


def _read(system: System, state: State) -> int | None:
    """Read until there is a statement in the buffer; a status at the end. Blocks."""
    while True:
        if not state.get("prompted"):
            system.put("... " if state["buffer"] else "> ")
            state["prompted"] = True
        line = next_line(system, state)
        state["prompted"] = False
        if line is None or (line.strip() == ".exit" and not state["buffer"]):
            system.put("\n" if line is None else "")
            return 0
        if line.strip() in (".help", ".break", ".clear"):
            state["buffer"] = ""
            system.put(_HELP if line.strip() == ".help" else "")
            continue
        source = f"{state['buffer']}{line}\n"
        if source.strip():
            state.update(buffer=source, running="new")
            return None
        state["buffer"] = ""


def _evaluate(runtime: Runtime, system: System, state: State) -> None:
    """Run what is in the buffer and show what it gives. Blocks."""
    try:
        if state["running"] == "new":
            runtime.load()
            text = state["buffer"]
            source = _source(
                f"({text.strip()}\n)" if text.lstrip().startswith("{") and not text.rstrip().endswith(";") else text
            )
            state.update(running="on", buffer="")
            function = JsFunction(runtime.realm.protos["Function"], source.code(), [])
            runtime.machine.enter(make_frame(runtime.realm, function, None, []))
        runtime.loop.run_until_idle()
        value = runtime.machine.result
        shown = inspect(runtime.realm, value, Options(colors=has_colours(runtime.realm, 1)))
        system.put(encoded(f"{shown}\n"))
    except Refused as problem:
        if problem.is_end and state["running"] == "new":
            state["running"] = ""
            return
        state["buffer"] = ""
        system.put(encoded(f"Uncaught SyntaxError: {problem.message}\n"))
    except Thrown as thrown:
        value = thrown.value
        is_error = isinstance(value, JsObject) and value.kind == "Error"
        shown = header_of(runtime.realm, value) if is_error else inspect(runtime.realm, value)
        system.put(encoded(f"Uncaught {shown}\n"))
    except NotSimulated as missing:
        state["buffer"] = ""
        system.unsimulated(str(missing), missing.why)
    runtime.machine.top = None
    state["running"] = ""


def _source(text: str) -> Source:
    source = Source.of("javascript", text, "REPL", PROMPT)
    source.code()
    return source
