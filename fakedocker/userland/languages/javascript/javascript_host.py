"""What node does for a script: modules that it requires, timers, signals, a server of HTTP."""

from __future__ import annotations

import posixpath
from typing import Final, Protocol

from fakedocker.kernel import marks
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.languages.javascript.javascript_code import MODULE
from fakedocker.userland.languages.javascript.javascript_express import MIDDLEWARE
from fakedocker.userland.languages.javascript.javascript_natives import NATIVES
from fakedocker.userland.languages.javascript.javascript_tokens import UNDEFINED, Complaint, Value
from fakedocker.userland.languages.javascript.javascript_values import KIND, Member, to_number
from fakedocker.userland.languages.script_machine import Exit, FunctionValue, Machine, NotSimulated
from fakedocker.userland.processes.dates import format_date

_MODULES: Final = frozenset("http os fs path process util events".split())
_SIGNALS: Final = {"SIGTERM": 15, "SIGINT": 2, "SIGHUP": 1, "SIGUSR2": 12, "SIGQUIT": 3}


class Evaluator(Protocol):
    """What is asked of the evaluator."""

    system: System
    state: State
    machine: Machine
    arguments: tuple[str, ...]

    def held(self, value: dict[str, Value]) -> dict[str, Value]: ...
    def call(self, function: Value, arguments: list[Value]) -> Value: ...


class Host:
    """Node for one script. What it has lives in the memory of the process."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def script(self) -> str:
        name = self._evaluator.arguments[0] if self._evaluator.arguments else "[eval]"
        return name if name.startswith("/") else f"{self._evaluator.system.directory.rstrip('/')}/{name}"

    def _real_script(self) -> str:
        """The script with links followed, as a module's folder is that of its file."""
        try:
            return self._evaluator.system.real_path(self.script())
        except OSError:
            return self.script()

    def require(self, name: str = "") -> Value:
        plain = name.removeprefix("node:")
        if plain in _MODULES:
            return Member(plain, "")
        if name.startswith(("./", "../", "/")) or name in (".", ".."):
            return self._local_module(name)
        path = f"{self._evaluator.system.directory.rstrip('/')}/node_modules/{name}"
        try:
            self._evaluator.system.stat(path)
        except OSError:
            raise Complaint("Error", f"Cannot find module '{name}'\nRequire stack:\n- {self.script()}") from None
        if name in ("express", "redis") or name in MIDDLEWARE:
            return Member(name, "")
        raise NotSimulated(f"the module {name}", marks.MODULE)

    def _local_module(self, name: str) -> Value:
        """What a file of the script's own exports; it is run once."""
        names = self._evaluator.machine.names_with("__dirname")
        folder = names["__dirname"] if names else posixpath.dirname(self._real_script())
        if "/node_modules/" in folder:
            package = folder.partition("/node_modules/")[2].split("/")[0]
            raise NotSimulated(f"the package {package}", marks.MODULE)
        path = posixpath.normpath(posixpath.join(folder, name))
        loaded = self._evaluator.state["modules"]
        for candidate in (path, f"{path}.js", f"{path}.json", f"{path}/index.js"):
            if candidate in loaded:
                return loaded[candidate]
            try:
                source = text_of(self._evaluator.system.read_file(candidate))
            except OSError:
                continue
            if candidate.endswith(".json"):
                return NATIVES["JSON", "parse"](self._evaluator, source)
            module: dict[str, Value] = {"exports": {}}
            arguments = [module, module["exports"], candidate, posixpath.dirname(candidate)]
            self._evaluator.machine.call(FunctionValue(0, MODULE + source), arguments)
            loaded[candidate] = module["exports"]
            return loaded[candidate]
        raise Complaint("Error", f"Cannot find module '{name}'\nRequire stack:\n- {self.script()}")

    def exit(self, status: Value = 0) -> None:
        raise Exit(int(to_number(status)) & 255 if status is not UNDEFINED else 0)

    def set_timer(self, function: Value, milliseconds: Value, arguments: tuple[Value, ...], repeats: bool) -> int:
        delay_ns = max(1, int(to_number(milliseconds if milliseconds is not UNDEFINED else 0) or 0)) * 1_000_000
        self._evaluator.state["timer_count"] = number = self._evaluator.state.get("timer_count", 0) + 1
        self._evaluator.state["timers"].append(
            [self._evaluator.system.now_ns + delay_ns, number, function, list(arguments), delay_ns if repeats else 0]
        )
        return int(number)

    def clear_timer(self, number: Value = UNDEFINED) -> Value:
        self._evaluator.state["timers"] = [timer for timer in self._evaluator.state["timers"] if timer[1] != number]
        return UNDEFINED

    def on_signal(self, name: str, function: Value) -> Value:
        if name in _SIGNALS:
            self._evaluator.system.catch(_SIGNALS[name], "catch")
            self._evaluator.state["handlers"][str(_SIGNALS[name])] = function
        return UNDEFINED

    # http

    def create_server(self, handler: Value = UNDEFINED) -> Value:
        self._evaluator.state["server"] = {"handler": handler, "port": 0}
        return {KIND: "server"}

    def serve_application(self, app: dict[str, Value], port: Value, rest: tuple[Value, ...]) -> Value:
        """app.listen: with a server of its own."""
        self.create_server(app)
        return self.listen(port, rest)

    def listen(self, port: Value, rest: tuple[Value, ...]) -> Value:
        """Listen as soon as the script is through."""
        self._evaluator.state["server"]["port"] = int(to_number(port))
        callbacks = [part for part in rest if isinstance(part, FunctionValue)]
        self._evaluator.state["server"]["listening"] = callbacks[0] if callbacks else None
        return {KIND: "server"}

    def close_server(self, function: Value = UNDEFINED) -> Value:
        for descriptor in self._evaluator.state.get("listeners", {}):
            self._evaluator.system.close(descriptor)
        self._evaluator.state["listeners"] = {}
        if isinstance(function, FunctionValue):
            self._evaluator.call(function, [])
        return UNDEFINED

    def date_text(self, value: dict[str, Value]) -> str:
        seconds, nanoseconds = divmod(value["ns"], 1_000_000_000)
        return f"{format_date('%Y-%m-%dT%H:%M:%S', seconds)}.{nanoseconds // 1_000_000:03d}Z"
