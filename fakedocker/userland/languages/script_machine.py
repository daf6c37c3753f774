"""Runs small scripts of any language statement by statement, restartable between statements.

A language compiles a source to `Code`: flat operations, whose expressions only the language understands. What lasts is
in `state`: "globals", "frames", and what the language keeps. An expression is atomic: should it have to wait, it is
evaluated again from its start. Lists and dicts are plain data; that two names mean the same list is forgotten at each
wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

from fakedocker.kernel import marks
from fakedocker.kernel.program import Block, System
from fakedocker.kernel.utility import copy_plain
from fakedocker.userland.inputs import State

Value = Any
"""A value of whichever language the machine runs, or a piece of its syntax that the language evaluates: plain data."""

Operation = tuple[Value, ...]
"""("do", e), ("set", target, e), ("call", target or None, e), ("jump", place), ("unless", e, place), ("begin", slot,
e), ("next", slot, target, place), ("return", e or None), ("line", number), ("try", place), ("untry",), ("caught",
target), ("unless_error", e, place), ("raise_again",)."""
_NESTED_STEPS: Final = 200_000
_MOST_SCOPES: Final = 2000
_DEEPEST: Final = 100
_STEPS_PER_REST: Final = 64
_STEP_UNITS: Final = 10
"""What a statement costs, in microseconds: much, so that an endless loop soon costs its time."""


_TRYING: Final = frozenset({"try", "untry", "caught", "unless_error", "raise_again"})


class NotSimulated(Exception):
    """The script needs something that is not simulated; the message names it, `why` is a key of `marks.REASONS`."""

    def __init__(self, what: str, why: str = marks.FEATURE) -> None:
        super().__init__(what)
        self.why = why


class Exit(Exception):
    """The script ends the process."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Function(NamedTuple):
    """A function of the script. `operations` is its body, `names` are its local variables."""

    name: str
    parameters: tuple[str, ...]
    defaults: tuple[Value, ...]
    operations: tuple[Operation, ...]
    names: frozenset[str]


class Code(NamedTuple):
    """A source, compiled. Function 0 is the source itself."""

    functions: tuple[Function, ...]


class FunctionValue(NamedTuple):
    """A function of the script as a value: its number in the code of a source (a prompt has many), and the scope around it."""

    number: int
    source: str
    scope: str = ""


class Language(Protocol):
    """`nothing` is the value of what has none."""

    nothing: Value

    def evaluate(self, expression: Value) -> Value: ...
    def assign(self, target: Value, value: Value) -> None: ...
    def is_true(self, value: Value) -> bool: ...
    def items(self, value: Value) -> list[Value]:
        """What a loop goes through."""

    def prepare_call(self, expression: Value) -> tuple[FunctionValue, list[Value]] | None:
        """Function and arguments where an expression is nothing but a call of a function of the script."""

    def caught(self, problem: Exception) -> Value:
        """What a script gets to see of something raised. Raises it again if no script can catch it."""

    def throw(self, value: Value) -> Value:
        """Raise what was caught."""

    def is_caught_by(self, value: Value, expression: Value) -> bool: ...


class Machine:
    """A script on its way."""

    def __init__(self, system: System, state: State, source: str, compile_source: Callable[[str], Code]) -> None:
        self.system = system
        self.state = state
        self.source = source
        self.compile_source = compile_source
        self.code = compile_source(source)
        self.language: Language | None = None
        self.nested = 0
        self.steps = 0
        self.nested_steps = 0
        self.line = 0
        state.setdefault("globals", {})
        state.setdefault("scopes", {})
        state.setdefault("kept", ["globals", "scopes", "frames", "last"])

    def function(self, value: FunctionValue) -> Function:
        return self.compile_source(value.source).functions[value.number]

    def current(self) -> Function:
        """The function of the frame on top."""
        return self.function(self.frame["function"])

    def nothing(self) -> Value:
        assert self.language is not None
        return self.language.nothing

    @property
    def frame(self) -> dict[str, Value]:
        found: dict[str, Value] = self.state["frames"][-1]
        return found

    # scopes: the variables of functions that are under way, and of those that other functions were made in

    def local_names(self) -> dict[str, Value] | None:
        """The variables of the function on top; None at the top of a script."""
        scope = self.state["frames"][-1]["scope"] if self.state["frames"] else ""
        return self.state["scopes"][scope]["names"] if scope else None

    def names_with(self, name: str) -> dict[str, Value] | None:
        """The variables, of the function on top or of one around it, in which there is one of that name."""
        scope = self.state["frames"][-1]["scope"] if self.state["frames"] else ""
        while scope:
            found: dict[str, Value] = self.state["scopes"][scope]
            if name in found["names"]:
                names: dict[str, Value] = found["names"]
                return names
            scope = found["outer"]
        return None

    def make_function(self, number: int) -> FunctionValue:
        """A function made where the script is; it sees the variables there as long as it lives."""
        frame = self.frame
        if frame["scope"]:
            self.state["scopes"][frame["scope"]]["seen"] = True
        return FunctionValue(number, frame["function"].source, frame["scope"])

    def _new_scope(self, names: dict[str, Value], outer: str) -> str:
        scopes = self.state["scopes"]
        if len(scopes) >= _MOST_SCOPES:
            kept = self._scopes_in_use()
            if len(kept) >= _MOST_SCOPES // 2:
                raise NotSimulated("a function so deep within functions")
            self.state["scopes"] = scopes = {name: scope for name, scope in scopes.items() if name in kept}
        self.state["scope_count"] = number = self.state.get("scope_count", 0) + 1
        scopes[str(number)] = {"names": names, "outer": outer, "seen": False}
        return str(number)

    def _scopes_in_use(self) -> set[str]:
        """Those that a value in the memory leads to."""
        found: set[str] = set()
        pending = [value for key, value in self.state.items() if key != "scopes"]
        while pending:
            value = pending.pop()
            if isinstance(value, dict):
                pending += value.values()
                value = value.get("scope", "")
            elif isinstance(value, FunctionValue):
                value = value.scope
            elif isinstance(value, list | tuple):
                pending += value
            while isinstance(value, str) and value and value not in found and value in self.state["scopes"]:
                found.add(value)
                pending.append(self.state["scopes"][value]["names"])
                value = self.state["scopes"][value]["outer"]
        return found

    def begin_call(self, function: FunctionValue, arguments: Sequence[Value]) -> None:
        """Let `run` call a function of the script next; it may wait, and its value is in `state["returned"]` then."""
        self.state["frames"] = [self._new_frame(function, arguments, None)]

    def start(self) -> None:
        """Begin at the top of the source."""
        self.state["frames"] = [self._new_frame(FunctionValue(0, self.source), (), None)]
        self.state["last"] = self.nothing()

    def run(self) -> Value:
        """Until the first frame is through; the value of the last statement. Blocks. Raises NotSimulated, Exit, and
        what evaluation raises."""
        try:
            while self.state["frames"]:
                self._guarded_step(0)
                self.steps += 1
                if self.steps % _STEPS_PER_REST == 0:
                    self.system.charge(_STEPS_PER_REST * _STEP_UNITS)
                    self.system.drain()
        except Block:
            self.part_values()
            raise
        return self.state["last"]

    def part_values(self) -> None:
        """Let no two places of the memory share a value, as after a copy of it: at every wait, so that copies change nothing."""
        for key in self.state["kept"]:
            self.state[key] = copy_plain(self.state[key])

    def _guarded_step(self, floor: int) -> None:
        """One operation; what it raises goes to the nearest `try` of the frames above the floor."""
        try:
            self._step(floor)
        except (Block, Exit, NotSimulated):
            raise
        except Exception as problem:  # the script's own: whatever its operations raise
            frames = self.state["frames"]
            place = next((place for place in range(len(frames) - 1, floor - 1, -1) if frames[place]["tries"]), None)
            if place is None:
                raise
            assert self.language is not None
            self.state["error"] = self.language.caught(problem)
            while len(frames) > place + 1:
                self._forget(frames.pop())
            frames[place]["place"] = frames[place]["tries"].pop()

    def _forget(self, frame: dict[str, Value]) -> None:
        """A function is through: its variables go, unless a function made in it sees them."""
        scope = frame["scope"]
        if scope and not self.state["scopes"][scope]["seen"]:
            del self.state["scopes"][scope]

    def call(self, function: FunctionValue, arguments: Sequence[Value]) -> Value:
        """Run a function of the script from within an expression; it must not wait."""
        depth = len(self.state["frames"])
        if self.nested >= _DEEPEST:
            raise RecursionError("maximum recursion depth exceeded")
        self.state["frames"].append(self._new_frame(function, arguments, None))
        self.nested_steps = self.nested_steps if self.nested else 0
        self.nested += 1
        try:
            while len(self.state["frames"]) > depth:
                self._guarded_step(depth)
                self.nested_steps += 1
                if self.nested_steps > _NESTED_STEPS:
                    raise NotSimulated("so long a calculation within an expression")
            return self.state["returned"]
        except Block:
            raise NotSimulated("waiting within an expression") from None
        finally:
            self.nested -= 1
            self.system.charge(self.nested_steps // _STEPS_PER_REST)
            while len(self.state["frames"]) > depth:
                self._forget(self.state["frames"].pop())

    def _new_frame(self, called: FunctionValue, arguments: Sequence[Value], target: Value) -> dict[str, Value]:
        function = self.function(called)
        first_default = len(function.parameters) - len(function.defaults)
        values = dict(zip(function.parameters[first_default:], function.defaults, strict=True))
        values |= dict(zip(function.parameters, arguments, strict=False))
        scope = self._new_scope(values, called.scope) if called.number or function.names else ""
        return {"function": called, "place": 0, "scope": scope, "loops": {}, "tries": [], "target": target}

    def _step(self, floor: int) -> None:
        """One operation of the frame on top."""
        frame = self.frame
        operations = self.current().operations
        if frame["place"] >= len(operations):
            self._leave(self.nothing(), floor)
            return
        operation = operations[frame["place"]]
        language = self.language
        assert language is not None
        kind = operation[0]
        following = frame["place"] + 1
        if kind == "do":
            self.state["last"] = language.evaluate(operation[1])
        elif kind == "set":
            language.assign(operation[1], language.evaluate(operation[2]))
            self.state["last"] = language.nothing
        elif kind == "call":
            self._call_statement(frame, operation, following)
            return
        elif kind == "jump":
            following = operation[1]
        elif kind == "unless":
            following = following if language.is_true(language.evaluate(operation[1])) else operation[2]
        elif kind == "begin":
            frame["loops"][operation[1]] = language.items(language.evaluate(operation[2]))[::-1]
        elif kind == "next":
            left = frame["loops"][operation[1]]
            if left:
                language.assign(operation[2], left.pop())
            else:
                following = operation[3]
        elif kind == "line":
            self.line = operation[1]
        elif kind in _TRYING:
            following = self._step_of_try(frame, operation, following)
        elif kind == "return":
            self._leave(language.nothing if operation[1] is None else language.evaluate(operation[1]), floor)
            return
        frame["place"] = following

    def _step_of_try(self, frame: dict[str, Value], operation: Operation, following: int) -> int:
        """An operation about what may be raised; the place to go on at."""
        language = self.language
        assert language is not None
        kind = operation[0]
        if kind == "try":
            frame["tries"].append(operation[1])
        elif kind == "untry":
            frame["tries"].pop()
        elif kind == "caught":
            language.assign(operation[1], self.state["error"])
        elif kind == "unless_error":
            return following if language.is_caught_by(self.state["error"], operation[1]) else int(operation[2])
        else:
            language.throw(self.state["error"])
        return following

    def _call_statement(self, frame: dict[str, Value], operation: Operation, following: int) -> None:
        """A statement that is a call: a function of the script gets a frame, so that it may wait."""
        _, target, expression = operation
        language = self.language
        assert language is not None
        prepared = None if self.nested else language.prepare_call(expression)
        if prepared is None:
            value = language.evaluate(expression)
            frame["place"] = following
            self.state["last"] = language.nothing if target is not None else value
            if target is not None:
                language.assign(target, value)
            return
        frame["place"] = following
        function, arguments = prepared
        if len(self.state["frames"]) >= _DEEPEST * 10:
            raise RecursionError("maximum recursion depth exceeded")
        self.state["frames"].append(self._new_frame(function, arguments, target))

    def _leave(self, value: Value, floor: int) -> None:
        """Back to who has called, with a value."""
        frame = self.state["frames"].pop()
        self._forget(frame)
        self.state["returned"] = value
        if len(self.state["frames"]) > floor or (not self.nested and self.state["frames"]):
            assert self.language is not None
            if frame["target"] is not None:
                self.language.assign(frame["target"], value)
            elif frame["function"].number:
                self.state["last"] = value
