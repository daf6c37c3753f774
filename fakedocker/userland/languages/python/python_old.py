"""Scripts that serve by Flask, FastAPI or that ask Redis, as the former small Python runs them."""

from __future__ import annotations

import ast
import warnings
from typing import Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import Block, System, Unsimulated
from fakedocker.userland.inputs import State, bytes_of, read_text, text_of
from fakedocker.userland.languages.python import python_web
from fakedocker.userland.languages.python.python_code import compile_python
from fakedocker.userland.languages.python.python_evaluation import Evaluator
from fakedocker.userland.languages.python.python_http_server import http_server
from fakedocker.userland.languages.python.python_packages import check_import
from fakedocker.userland.languages.python.python_texts import representation, shown
from fakedocker.userland.languages.python.python_values import ScriptError, Serving, Value
from fakedocker.userland.languages.script_machine import Exit, Machine, NotSimulated
from fakedocker.userland.languages.toolchains.versions import version_of
from fakedocker.userland.services.line_input import next_line

VERSION: Final = "3.12.6"
_IGNORED: Final = ("-u", "-B", "-I", "-E", "-s", "-S", "-q", "-O")


def python(system: System, argv: tuple[str, ...], state: State) -> int:
    """Run what such a command line asks for; the exit status. Blocks."""
    version = version_of(system, "PYTHON_VERSION", VERSION)
    words = argv[1:]
    while words and words[0] in _IGNORED:
        if words[0] == "-q":
            state.setdefault("greeted", True)
        words = words[1:]
    match words:
        case ("--version" | "-V", *_):
            system.put(f"Python {version}\n")
            return 0
        case ("-c",):
            system.put("Argument expected for the -c option\n", 2)
            return 2
        case ("-c", source, *rest):
            return _run(system, state, source, ("-c", *rest), "<string>", version)
        case ("-m", "http.server", *rest):
            return http_server(system, state, tuple(rest), version)
        case ("-m", "pip", *rest):
            from fakedocker.userland.packages import pip

            return pip.PROGRAMS["pip"](system, ("pip", *rest), state)
        case ("-m", "venv" | "virtualenv", *rest):
            from fakedocker.userland.packages import venv

            return venv.make(system, state, tuple(rest), version)
        case ("-m", "flask" | "gunicorn" | "uvicorn" | "fastapi" as module, *rest):
            return _run(system, state, f"from {module} import main\nmain()\n", (module, *rest), module, version)
        case ("-m", module, *_):
            return _refuse_module(system, argv[0], module)
        case (name, *_) if not name.startswith("-") and name != "-":
            try:
                source = text_of(system.read_file(name)) if "frames" not in state else state["source"]
            except OSError as problem:
                where = name if name.startswith("/") else f"{system.directory.rstrip('/')}/{name}"
                system.put(f"{argv[0]}: can't open file '{where}': [Errno {problem.errno}] {problem.strerror}\n", 2)
                return 2
            state["source"] = source
            return _run(system, state, source, words, name, version)
        case (name, *_) if name not in ("-", "-i"):
            system.put(
                f"Unknown option: {name}\nusage: {argv[0]} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n",
                2,
            )
            return 2
    if system.is_terminal(0):
        return _session(system, state, version)
    source = read_text(system, state.setdefault("reading", {}), ())
    return _run(system, state, source, ("-",), "<stdin>", version)


def _run(system: System, state: State, source: str, arguments: tuple[str, ...], name: str, version: str) -> int:
    """Run a script to its end, and then what it serves; the exit status. Blocks."""
    try:
        while True:
            if "serving" not in state:
                try:
                    _go_on(system, state, state.get("source", source), arguments, version)
                except Serving as leaving:
                    _prepare(state, leaving.plan)
                    continue
                if "loading" not in state:
                    return 0
                _find_application(system, state)
            evaluator = _evaluator(system, state, state.get("source", source), arguments, version)
            try:
                state.setdefault("frames", [])
                return python_web.serve(
                    system, state, evaluator, lambda problem: _traceback(problem, name, state.get("line", 1))
                )
            except python_web.Reloading:
                _begin_again(system, state)
    except Exit as leaving:
        return leaving.status
    except NotSimulated as missing:
        _tell_missing(system, missing)
        return 1
    except Block:
        raise
    except Exception as problem:  # the script's own: whatever its operations raise
        system.put(bytes_of(_traceback(problem, state.get("loading", {}).get("file", name), state.get("line", 1))), 2)
        return 1


def _prepare(state: State, plan: dict[str, Value]) -> None:
    """What is to be served, or the file to be run that has it."""
    state.pop("frames", None)
    if "load" in plan and "loading" not in state:
        state.update(loading=plan, source=plan["load"], globals={}, scopes={}, things={})
    elif "loading" in state:
        state["serving"] = {**state["loading"], "app": plan["app"]}
    else:
        state["serving"] = plan


def _find_application(system: System, state: State) -> None:
    """What a module that was loaded is to serve. Raises Exit after a complaint."""
    plan = state["loading"]
    app = python_web.application_of(state["globals"], plan)
    if app is None:
        name = plan["file"].removesuffix(".py")
        system.put(f"Error: Failed to find an application in module '{name}'.\n", 2)
        raise Exit(2)
    state["serving"] = {**plan, "app": app}


def _begin_again(system: System, state: State) -> None:
    """The script anew, from its file; what it listens at stays open."""
    state["source"] = text_of(system.read_file(state["serving"]["file"]))
    del state["serving"], state["frames"]
    state.update(globals={}, scopes={}, things={})


def _tell_missing(system: System, missing: NotSimulated) -> None:
    system.unsimulated(str(missing), missing.why)


def _refuse_module(system: System, called: str, module: str) -> int:
    """What -m says of a module that cannot be run."""
    try:
        check_import(system, module)
    except NotSimulated as missing:
        _tell_missing(system, missing)
        return 1
    except ScriptError:
        path = system.find_program(called, system.environment.get("PATH", ""))
        system.put(f"{path}: No module named {module}\n", 2)
        return 1
    raise Unsimulated(f"running the module {module}", why=marks.MODULE)


def _go_on(system: System, state: State, source: str, arguments: tuple[str, ...], version: str) -> Value:
    """Run a source, or go on with it; the value of its last statement."""
    machine = _evaluator(system, state, source, arguments, version).machine
    if "frames" not in state:
        machine.start()
    try:
        return machine.run()
    finally:
        state["line"] = machine.line or state.get("line", 1)


def _evaluator(system: System, state: State, source: str, arguments: tuple[str, ...], version: str) -> Evaluator:
    machine = Machine(system, state, source, compile_python)
    evaluator = Evaluator(system, state, machine, arguments, version)
    if "loading" in state:
        evaluator.name = state["loading"]["file"].removesuffix(".py").replace("/", ".")
    machine.language = evaluator
    return evaluator


def _traceback(problem: Exception, name: str, line: int) -> str:
    """As Python prints it, without the source's lines."""
    if isinstance(problem, SyntaxError):
        text = (problem.text or "").rstrip("\n")
        found = f'  File "{name}", line {problem.lineno}\n'
        if text:
            stripped = text.lstrip()
            column = max(0, (problem.offset or 1) - 1 - (len(text) - len(stripped)))
            marks = (
                max(1, (problem.end_offset or 0) - (problem.offset or 0)) if problem.end_lineno == problem.lineno else 1
            )
            found += f"    {stripped}\n    {' ' * column}{'^' * marks}\n"
        return f"{found}{type(problem).__name__}: {problem.msg}\n"
    found = f'Traceback (most recent call last):\n  File "{name}", line {line}, in <module>\n'
    raised = problem.raised if isinstance(problem, ScriptError) else None
    kind, said = (raised.kind, shown(raised)) if raised else (type(problem).__name__, str(problem))
    return f"{found}{kind}{f': {said}' if said else ''}\n"


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


def _session(system: System, state: State, version: str) -> int:
    """The prompt, a statement at a time; a block ends with an empty line. Blocks."""
    state.setdefault("buffer", "")
    if "greeted" not in state:
        state["greeted"] = True
        system.put(
            f'Python {version} (main, Sep 27 2024, 04:10:18) [GCC 12.2.0] on linux\nType "help", "copyright", "credits" or "license" for more information.\n'
        )
    while True:
        if "source" not in state:
            if not state.get("prompted"):
                system.put("... " if state["buffer"] else ">>> ")
                state["prompted"] = True
            if _is_interrupted(system, state):
                continue
            line = next_line(system, state)
            state["prompted"] = False
            if line is None:
                system.put("\n")
                return 0
            source = f"{state['buffer']}{line}\n"
            if _is_incomplete(source):
                state["buffer"] = source
                continue
            state.update(buffer="", source=source)
        try:
            value = _go_on(system, state, state["source"], ("",), version)
            if value is not None:
                system.put(bytes_of(representation(value) + "\n"))
        except Exit as leaving:
            return leaving.status
        except NotSimulated as missing:
            _tell_missing(system, missing)
        except Block:
            raise
        except Exception as problem:  # the statement's own: whatever its operations raise
            system.put(bytes_of(_traceback(problem, "<stdin>", 1)), 2)
        state.pop("frames", None)
        state.pop("source", None)


def _is_incomplete(source: str) -> bool:
    """Whether more lines are to come: an open bracket, or a block that no empty line has ended."""
    import codeop

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those are for the script's author, not for this process
        try:
            if codeop.compile_command(source) is None:
                return True
            body = ast.parse(source).body
        except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
            return False
    return bool(body) and hasattr(body[-1], "body") and not source.endswith("\n\n")
