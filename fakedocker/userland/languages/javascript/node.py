"""node's command line: -e, -p, scripts, standard input, the prompt; and its event loop of timers, signals, errands and
HTTP requests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fakedocker.kernel.program import Block, System
from fakedocker.userland.inputs import State, bytes_of, read_text, text_of
from fakedocker.userland.languages.javascript.javascript_answers import EXPRESS_STYLE, Answering
from fakedocker.userland.languages.javascript.javascript_code import compile_javascript
from fakedocker.userland.languages.javascript.javascript_evaluation import Evaluator
from fakedocker.userland.languages.javascript.javascript_redis import run_errands
from fakedocker.userland.languages.javascript.javascript_tokens import Complaint, Value
from fakedocker.userland.languages.javascript.javascript_values import inspect, logged
from fakedocker.userland.languages.script_machine import Exit, FunctionValue, Machine, NotSimulated
from fakedocker.userland.languages.toolchains.versions import version_of
from fakedocker.userland.services.connections import open_listeners
from fakedocker.userland.services.http import Style, serve
from fakedocker.userland.services.line_input import next_line
from fakedocker.userland.tools import Register

PROGRAMS = Register()
VERSION: Final = "20.15.0"
_STYLE: Final = Style(
    order=("Date", "Connection", "Keep-Alive", "Content-Length", "Transfer-Encoding"),
    keep_alive=(("Connection", "keep-alive"), ("Keep-Alive", "timeout=5")),
)
_HELP: Final = (
    ".break    Sometimes you get stuck, this gets you out\n.clear    Alias for .break\n.exit     Exit the REPL\n"
    ".help     Print this help message\n\nPress Ctrl+C to abort current expression, Ctrl+D to exit the REPL\n"
)


@PROGRAMS.program("node", "nodejs")
def _node(system: System, argv: tuple[str, ...], state: State) -> int:
    version = version_of(system, "NODE_VERSION", VERSION)
    words = list(argv[1:])
    while words and words[0].startswith("--") and words[0] not in ("--version", "--eval", "--print", "--help", "--"):
        words.pop(0)
    match words:
        case ["--version" | "-v", *_]:
            system.put(f"v{version}\n")
            return 0
        case ["-e" | "--eval" | "-p" | "--print" | "-pe" as option]:
            system.put(f"{argv[0]}: {option} requires an argument\n", 2)
            return 9
        case ["-e" | "--eval" | "-p" | "--print" | "-pe" as option, source, *rest]:
            return _run(system, state, source, tuple(rest), "[eval]", version, shows=option not in ("-e", "--eval"))
        case [name, *_] if not name.startswith("-"):
            if "source" not in state and not _load(system, state, name, version):
                return 1
            return _run(system, state, state["source"], tuple(words), name, version)
        case [name, *_] if name not in ("-", "-i"):
            system.put(f"{argv[0]}: bad option: {name}\n", 2)
            return 9
    if system.is_terminal(0):
        return _session(system, state, version)
    source = read_text(system, state.setdefault("reading", {}), ())
    return _run(system, state, source, (), "[stdin]", version)


def _load(system: System, state: State, name: str, version: str) -> bool:
    """Read a script; False after a complaint."""
    path = name if name.startswith("/") else f"{system.directory.rstrip('/')}/{name.removeprefix('./')}"
    for candidate in (path, f"{path}.js", f"{path}/index.js"):
        try:
            state["source"] = text_of(system.read_file(candidate))
            return True
        except OSError:
            continue
    said = (
        f"Error: Cannot find module '{path}'\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1145:15)"
    )
    system.put(
        f"node:internal/modules/cjs/loader:1148\n  throw err;\n  ^\n\n{said} {{\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}}\n\nNode.js v{version}\n",
        2,
    )
    return False


def _run(
    system: System,
    state: State,
    source: str,
    arguments: tuple[str, ...],
    name: str,
    version: str,
    *,
    shows: bool = False,
) -> int:
    """Run a script and then its events, to their end; the exit status. Blocks."""
    try:
        with _bounded():
            machine, evaluator = _prepare(system, state, source, arguments, version)
            if not state.get("through"):
                if "frames" not in state:
                    machine.start()
                value = machine.run()
                state["through"] = True
                if shows:
                    system.put(bytes_of(logged([value]) + "\n"))
            _run_events(system, state, evaluator)
    except Exit as leaving:
        return leaving.status
    except NotSimulated as missing:
        _tell_missing(system, missing)
        return 1
    except Complaint as problem:
        line = source.splitlines()[state.get("line", 1) - 1] if source else ""
        where = f"{name}:{state.get('line', 1)}\n{line}\n^\n\n"
        said = f"{problem.kind}: {problem.message}\n" if problem.kind else f"Uncaught {problem.message}\n"
        system.put(bytes_of(f"{where}{said}\nNode.js v{version}\n"), 2)
        return 1
    return 0


@contextmanager
def _bounded() -> Iterator[None]:
    """What goes wrong inside an expression of a kind that is not simulated is said to be so."""
    try:
        yield
    except RecursionError:
        raise Complaint("RangeError", "Maximum call stack size exceeded") from None
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, OSError) as problem:
        raise NotSimulated(f"such an expression ({type(problem).__name__})") from None


def _tell_missing(system: System, missing: NotSimulated) -> None:
    system.unsimulated(str(missing), missing.why)


def _prepare(
    system: System, state: State, source: str, arguments: tuple[str, ...], version: str
) -> tuple[Machine, Evaluator]:
    machine = _LineKeeper(system, state, source, compile_javascript)
    evaluator = Evaluator(system, state, machine, arguments, version)
    machine.language = evaluator
    return machine, evaluator


class _LineKeeper(Machine):
    """A machine that keeps the line it is at, for messages."""

    def run(self) -> Value:
        try:
            return super().run()
        finally:
            self.state["line"] = self.line or self.state.get("line", 1)


# events


def _run_events(system: System, state: State, evaluator: Evaluator) -> None:
    """Until there is nothing left to wait for. Blocks."""
    server = state.get("server")
    if server is not None and server["port"] and "connections" not in state:
        problem = open_listeners(system, state, [server["port"]])
        if problem is not None:
            raise Complaint("Error", f"listen EADDRINUSE: address already in use :::{server['port']}")
        if server["listening"] is not None:
            _call(evaluator, server["listening"], [])

    answering = Answering(system, state, evaluator)

    def wakes() -> bool:
        if not answering.is_busy:
            run_errands(evaluator)
            _run_due(system, state, evaluator)
        _take_signals(system, state, evaluator)
        return not state["timers"] and not state.get("listeners")

    def until_ns() -> int | None:
        return min((timer[0] for timer in state["timers"]), default=None)

    state.setdefault("listeners", {})
    state.setdefault("connections", {})
    state.setdefault("accepted", 0)
    style = EXPRESS_STYLE if answering.is_express else _STYLE
    try:
        serve(system, state, answering.handle, style, wakes, until_ns=until_ns)
    except Block:
        evaluator.machine.part_values()
        raise


def _call(evaluator: Evaluator, function: Value, arguments: list[Value]) -> Value:
    """Call back a function when no other statement is being run."""
    evaluator.state["frames"] = []
    return evaluator.call(function, arguments)


def _run_due(system: System, state: State, evaluator: Evaluator) -> None:
    while due := [timer for timer in state["timers"] if timer[0] <= system.now_ns]:
        timer = min(due, key=lambda entry: (entry[0], entry[1]))
        state["timers"].remove(timer)
        if timer[4]:
            state["timers"].append([timer[0] + timer[4], *timer[1:]])
        _call(evaluator, timer[2], list(timer[3]))


def _take_signals(system: System, state: State, evaluator: Evaluator) -> None:
    while (number := system.take_signal()) is not None:
        handler = state["handlers"].get(str(number))
        if isinstance(handler, FunctionValue):
            _call(evaluator, handler, [{1: "SIGHUP", 2: "SIGINT", 15: "SIGTERM"}.get(number, str(number)), number])


# the prompt


def _session(system: System, state: State, version: str) -> int:
    """A statement at a time. Blocks."""
    if "greeted" not in state:
        state.update(greeted=True, buffer="")
        system.put(f'Welcome to Node.js v{version}.\nType ".help" for more information.\n')
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
        source = state["buffer"] + line + "\n"
        state["buffer"] = ""
        if not source.strip():
            continue
        try:
            with _bounded():
                machine, _ = _prepare(system, state, source, (), version)
                machine.start()
                value = machine.run()
            system.put(bytes_of(inspect(value) + "\n"))
        except Exit as leaving:
            return leaving.status
        except NotSimulated as missing:
            _tell_missing(system, missing)
        except Complaint as problem:
            if problem.message == "Unexpected end of input":
                state["buffer"] = source
                continue
            said = f"{problem.kind}: {problem.message}" if problem.kind else problem.message
            system.put(bytes_of(f"Uncaught {said}\n"))
