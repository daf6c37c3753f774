"""A script of node under way in a process: its realm over the process's memory, from its first line to its exit status."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State as ProgramState
from fakedocker.userland.languages.javascript import absent, node_traces
from fakedocker.userland.languages.javascript.builtins import (  # noqa: F401  # each fills the tables
    arrays,
    buffers,
    collections,
    data_views,
    dates,
    errors,
    functions,
    numbers,
    objects,
    others,
    patterns,
    promises,
    reflection,
    symbols,
    text_patterns,
    texts,
)
from fakedocker.userland.languages.javascript.calls import enter, make_frame
from fakedocker.userland.languages.javascript.cells import JsFunction, JsObject, Value, hidden
from fakedocker.userland.languages.javascript.compiler import SCRIPT
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.inspecting_objects import inspect
from fakedocker.userland.languages.javascript.node_host import (  # noqa: F401
    children,
    compression,
    databases,
    ecmascript,
    files,
    network,
    output,
    process,
    scheduling,
)
from fakedocker.userland.languages.javascript.node_host.events import EventLoop, Loop, Rejected
from fakedocker.userland.languages.javascript.node_host.loading import (
    is_module,
    library_source,
    load_library,
    syntax_error,
)
from fakedocker.userland.languages.javascript.node_host.output import encoded
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.realm import Realm
from fakedocker.userland.languages.javascript.realm_state import State
from fakedocker.userland.languages.javascript.units import to_units
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import Source
from fakedocker.userland.languages.machine.machine import Exit, Machine, Thrown
from fakedocker.userland.languages.machine.memory import ScriptMemory

absent.complete()


class _WrittenSources(dict[str, str]):
    """The texts of the library's functions, by file."""

    def __missing__(self, name: str) -> str:
        text = library_source("", name)
        assert text is not None, name
        self[name] = text
        return text


@cache
def written_sources() -> dict[str, str]:
    """The library's functions in JavaScript, by file."""
    return _WrittenSources()


class Runtime:
    """A script in a process.

    Args:
        system: the system calls.
        state: the program's memory, in which the script's is kept.
        version: node's.
    """

    def __init__(self, system: System, state: ProgramState, version: str) -> None:
        self.system = system
        self.version = version
        fresh = "memory" not in state
        if fresh:
            state["memory"] = ScriptMemory("javascript", {"state": State()})
        memory: ScriptMemory = state["memory"]
        self.machine = Machine(system, memory, None)  # type: ignore[arg-type]
        self.realm = Realm(self.machine, memory.roots["state"], written_sources())
        self.machine.language = self.realm
        self.realm.modules = ecmascript
        self.host = self.realm.state.host
        if fresh:
            self.host["loop"] = Loop()
            self.host["stage"] = "new"
        self.loop = EventLoop(self.realm, self.host["loop"])

    def begin(
        self, main: str, argv: list[str], options: list[str], how: str, text: str = "", requires: Sequence[str] = ()
    ) -> None:
        """Say what is to be run: a file, or a text (`how` is file, eval, print or stdin), after some modules. Only the first
        time does something."""
        if self.host["stage"] != "new":
            return
        self.host.update(
            stage="begun",
            main=to_units(main),
            argv=argv,
            options=options,
            version=self.version,
            how=how,
            text=text,
            requires=list(requires),
        )

    def run(self) -> int:
        """Until the script has ended; its exit status. Blocks."""
        try:
            return self._run()
        except Exit as leaving:
            return leaving.status
        except NotSimulated as missing:
            self.system.unsimulated(str(missing), missing.why)
            return 1

    def _run(self) -> int:
        while True:
            try:
                if self.host["stage"] == "begun":
                    self.load()
                    self._enter_main()
                self.loop.run()
                if self.host["how"] == "print" and self.host["stage"] != "printed":
                    self.host["stage"] = "printed"
                    self._print(self.machine.result)
                callback = self.host.get("on_exit")
                if callback is None:
                    return 0
                self.realm.call(callback, None, [])
                self.host["loop"].phase = "main"
            except Thrown as thrown:
                self._uncaught(thrown.value, "uncaughtException")
            except Rejected as rejected:
                self._uncaught(rejected.value, "unhandledRejection")

    def load(self) -> None:
        """Run what comes before the first line, once."""
        if self.host["stage"] == "begun":
            self.host["stage"] = "loaded"
            load_library(self.realm, "node", "bootstrap")
            if self.host["how"] == "prompt":
                modules = load_library(self.realm, "node", "modules")
                module = self.realm.construct(modules, ["<repl>"])
                self.realm.globals.props["require"] = hidden(
                    self.realm.call(get(self.realm, modules, "makeRequire"), None, [module])
                )

    def _print(self, value: Value) -> None:
        text = value if type(value) is str else inspect(self.realm, value)
        self.system.put(encoded(text + "\n"))

    # the main script

    def _enter_main(self) -> None:
        """Put the main script's first frame on top."""
        how = self.host["how"]
        if how == "test":
            files = load_library(self.realm, "node", "test_files")
            given = self.realm.array([to_units(name) for name in self.host["argv"][1:]])
            enter(self.realm, get(self.realm, files, "main"), None, [given])
            return
        if how not in ("file", "check"):
            self._enter_text(self.host["text"], "[eval]" if how in ("eval", "print") else "[stdin]")
            return
        if how == "file" and is_module(self.realm, self.host["main"]):
            if self.host["requires"]:
                raise NotSimulated("the option --require before a module")
            loader = load_library(self.realm, "node", "esm")
            enter(self.realm, get(self.realm, loader, "runMain"), None, [self.host["main"]])
            self.host["jobs_first"] = True
            return
        modules = load_library(self.realm, "node", "modules")
        if how == "check":
            self.host["below"] = ("checkSyntax (node:internal/main/check_syntax:78:3)",)
            enter(self.realm, get(self.realm, modules, "checkSyntax"), None, [self.host["main"]])
            return
        self.host["below"] = ("node:internal/main/run_main_module:28:49",)
        run_main = get(self.realm, modules, "runMain")
        enter(self.realm, run_main, modules, [self.host["main"]])

    def _enter_text(self, text: str, name: str) -> None:
        """A text that was given in place of a file: it sees `require` and the modules as global names."""
        realm = self.realm
        modules = load_library(realm, "node", "modules")
        make_require = get(realm, modules, "makeRequire")
        module = realm.construct(modules, [name])
        directory = to_units(self.system.directory.rstrip("/"))
        module.props["filename"] = f"{directory}/{name}"
        for key, value in (
            ("require", realm.call(make_require, None, [module])),
            ("module", module),
            ("exports", get(realm, module, "exports")),
            ("__filename", name),
            ("__dirname", "."),
        ):
            realm.globals.props[key] = hidden(value)
        self.host["below"] = EVAL_BELOW if name == "[eval]" else STDIN_BELOW
        source = Source.of("javascript", text, name, SCRIPT)
        try:
            code = source.code()
        except Refused as problem:
            self.host["below"] = (
                "makeContextifyScript (node:internal/vm:185:14)",
                "node:internal/process/execution:107:22",
                *self.host["below"][2:],
            )
            raise syntax_error(realm, problem, text, name) from None
        function = JsFunction(realm.protos["Function"], code, [])
        self.machine.enter(make_frame(realm, function, None, []))

    # what nobody catches

    def _uncaught(self, value: Value, origin: str) -> None:
        """Tell of an error, and end with status 1, unless the script watches for such."""
        self.machine.top = None
        handler, status = self.host.get("on_uncaught"), 1
        if handler is not None:
            handled = self.realm.call(handler, None, [value, origin])
            if handled is True:
                return
            if type(handled) is float:
                status = int(handled) & 255
        self.system.put(encoded(self._told(value, origin)), 2)
        raise Exit(status)

    def _told(self, value: Value, origin: str) -> str:
        realm = self.realm
        ending = f"\n\nNode.js v{self.version}\n"
        is_error = isinstance(value, JsObject) and value.kind == "Error"
        if not is_error and origin == "unhandledRejection":
            return _REJECTED_PLAIN.replace("{shown}", self._plain_text(value)) + ending
        emitted = value.private.get("emitted") if is_error and value.private else None
        if emitted is not None and origin == "uncaughtException":
            value.props["stack"] = hidden(f"{get(realm, value, 'stack')}\n{emitted}")
        shown = inspect(realm, value)
        if not is_error:
            shown = value if type(value) is str else shown
            hint = (
                ""
                if isinstance(value, JsObject)
                else "\n(Use `node --trace-uncaught ...` to show where the exception was thrown)"
            )
            thrown = self.host.get("thrown")
            place = thrown[1] if thrown is not None and thrown[0] is value else None
            return f"\n{self._source_line(place)}{shown}{hint}{ending}"
        before = self._before(value, origin)
        return f"{before}\n{shown}{ending}" if before else f"{shown}{ending}"

    def _plain_text(self, value: Value) -> str:
        """A reason that is no error, as it is told of: objects by their class only."""
        if isinstance(value, JsObject):
            return self.realm.told(value)
        return value if type(value) is str else inspect(self.realm, value)

    def _before(self, value: JsObject, origin: str) -> str:
        """Where an error is pointed at: the line that threw it, or made it."""
        syntax = self.host.get("syntax")
        if syntax is not None and syntax[0] is value:
            return str(syntax[1])
        private = value.private or {}
        is_task = self.host.get("below") == node_traces.called("task")
        thrown = self.host.get("thrown") if origin == "uncaughtException" and not is_task else None
        found = private.get("thrown at") if origin == "uncaughtException" else None
        if found is None:
            is_last = thrown is not None and thrown[0] is value
            found = thrown[1] if thrown is not None and is_last else private.get("shown") or private.get("place")
        if found is not None and (len(found) == 1 or type(found[1]) is not int):
            return "".join(f"{line}\n" for line in found)
        return self._source_line(found)

    def _source_line(self, place: Value) -> str:
        if place is None:
            return "node:internal/process/promises:391\n    triggerUncaughtException(err, true /* fromPromise */);\n    ^\n"
        name, line, column, source = place
        lines = to_units(source.text).split("\n")
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        indent = "".join("\t" if character == "\t" else " " for character in text[: column - 1])
        return f"{name}:{line}\n{text}\n{indent}^\n"


EVAL_BELOW: Final = (
    "runScriptInThisContext (node:internal/vm:209:10)", "node:internal/process/execution:118:14", "[eval]-wrapper:6:24",
    "runScript (node:internal/process/execution:101:62)", "evalScript (node:internal/process/execution:133:3)", "node:internal/main/eval_string:51:3",
)  # fmt: skip
STDIN_BELOW: Final = (
    *EVAL_BELOW[:2], "[stdin]-wrapper:6:24", *EVAL_BELOW[3:5], "node:internal/main/eval_stdin:32:5",
    "Socket.<anonymous> (node:internal/process/execution:234:5)", "Socket.emit (node:events:536:35)",
    "endReadableNT (node:internal/streams/readable:1698:12)",
)  # fmt: skip
_REJECTED_PLAIN: Final = (
    "node:internal/process/promises:389\n      new UnhandledPromiseRejection(reason);\n      ^\n\n"
    "UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise "
    'which was not handled with .catch(). The promise rejected with the reason "{shown}".\n'
    "    at throwUnhandledRejectionsMode (node:internal/process/promises:389:7)\n"
    "    at processPromiseRejections (node:internal/process/promises:470:17)\n"
    "    at process.processTicksAndRejections (node:internal/process/task_queues:96:32) {\n  code: 'ERR_UNHANDLED_REJECTION'\n}"
)
