"""Expressions of the small JavaScript, and what they find of console, process and Math."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.languages.javascript import javascript_values as values
from fakedocker.userland.languages.javascript.javascript_host import Host
from fakedocker.userland.languages.javascript.javascript_natives import (
    ARRAY_METHODS,
    CONSOLE,
    HOST_METHODS,
    MATH,
    NATIVES,
    STRING_METHODS,
)
from fakedocker.userland.languages.javascript.javascript_tokens import UNDEFINED, Complaint, Expression, Value
from fakedocker.userland.languages.javascript.javascript_values import (
    KIND,
    Member,
    Method,
    is_true,
    text_of_value,
    to_number,
    whole,
)
from fakedocker.userland.languages.script_machine import FunctionValue, Machine, NotSimulated

_NAMESPACES: Final = frozenset(
    "console process Math JSON Object Array Number String Boolean Date Promise module exports".split()
)
_GLOBALS: Final = frozenset("require setTimeout setInterval setImmediate clearTimeout clearInterval parseInt parseFloat isNaN throw".split())  # fmt: skip
_ERRORS: Final = frozenset("Error TypeError RangeError SyntaxError ReferenceError".split())


class Evaluator:
    """The language of a Machine."""

    nothing = UNDEFINED

    def __init__(
        self, system: System, state: State, machine: Machine, arguments: tuple[str, ...], version: str
    ) -> None:
        self.system = system
        self.state = state
        self.machine = machine
        self.arguments = arguments
        self.version = version
        self.host = Host(self)
        state.setdefault("timers", [])
        state.setdefault("handlers", {})
        state.setdefault("hosts", {})
        state.setdefault("errands", [])
        state["kept"] = ["globals", "scopes", "frames", "last", "timers", "hosts", "errands", "modules"]
        state.setdefault("modules", {})

    # what the machine asks for

    def is_true(self, value: Value) -> bool:
        return is_true(value)

    def items(self, value: Value) -> list[Value]:
        if isinstance(value, list | str):
            return list(value)
        raise Complaint("TypeError", f"{values.inspect(value)} is not iterable")

    def prepare_call(self, expression: Value) -> tuple[FunctionValue, list[Value]] | None:
        if expression[0] != "call" or expression[1][0] != "name":
            return None
        function = self.evaluate(expression[1])
        return (function, self._arguments(expression[2])) if isinstance(function, FunctionValue) else None

    def caught(self, problem: Exception) -> Value:
        if not isinstance(problem, Complaint):
            raise problem
        if not problem.kind:
            return problem.value
        return {KIND: "error", "name": problem.kind, "message": problem.message}

    def is_caught_by(self, value: Value, expression: Value) -> bool:
        return True

    def throw(self, value: Value) -> None:
        if isinstance(value, dict) and value.get(KIND) == "error":
            raise Complaint(value["name"], value["message"])
        raise Complaint("", values.inspect(value), value)

    def assign(self, target: Value, value: Value) -> None:
        kind = target[0]
        if kind == "name":
            self._variables(target[1])[target[1]] = value
        elif kind in ("member", "index"):
            container = self.evaluate(target[1])
            key = target[2] if kind == "member" else self.evaluate(target[2])
            self._put(container, key, value)
        elif kind == "array":
            for place, part in enumerate(target[1]):
                self.assign(part, value[place] if place < len(value) else UNDEFINED)
        else:
            for key, part in target[1]:
                self.assign(part, self._get(value, key[1]))

    def _variables(self, name: str) -> dict[str, Value]:
        """Where a variable is, or is to be."""
        own = self.machine.local_names()
        if own is not None and name in self.machine.current().names:
            return own
        names: dict[str, Value] = self.machine.names_with(name) or self.state["globals"]
        return names

    def _put(self, container: Value, key: Value, value: Value) -> None:
        if isinstance(container, list) and isinstance(key, int) and 0 <= key <= len(container):
            container[key : key + 1] = [value]
        elif isinstance(container, dict):
            self.held(container)[text_of_value(key)] = value
        elif isinstance(container, Member) and container.module in ("module", "exports", "process"):
            return
        else:
            raise Complaint("TypeError", f"Cannot set properties of {values.text_of_value(container)} (setting '{text_of_value(key)}')")  # fmt: skip

    # objects of the host's: the script has their numbers, so that all its variables mean the same one after a wait

    def hold(self, kind: str, data: dict[str, Value]) -> dict[str, Value]:
        """A new one."""
        self.state["host_count"] = number = self.state.get("host_count", 0) + 1
        self.state["hosts"][str(number)] = data
        return {KIND: kind, "\0number": str(number)}

    def held(self, value: dict[str, Value]) -> dict[str, Value]:
        """What an object has; the object itself for one of the script's."""
        found: dict[str, Value] = self.state["hosts"].get(value["\0number"], {}) if "\0number" in value else value
        return found

    def let_go(self, value: dict[str, Value]) -> None:
        self.state["hosts"].pop(value["\0number"], None)

    # expressions

    def evaluate(self, expression: Expression) -> Value:
        return _EVALUATORS[expression[0]](self, expression)

    def _name(self, expression: Expression) -> Value:
        name = expression[1]
        names = self.machine.names_with(name)
        if names is not None:
            return names[name]
        if name in self.state["globals"]:
            return self.state["globals"][name]
        if name in _NAMESPACES or name in _GLOBALS:
            return Member(name, "") if name in _NAMESPACES else Member("", name)
        if name in ("NaN", "Infinity"):
            return math.nan if name == "NaN" else math.inf
        if name in ("__dirname", "__filename"):
            path = self.host.script()
            return path if name == "__filename" else path.rpartition("/")[0] or "/"
        raise Complaint("ReferenceError", f"{name} is not defined")

    def _array(self, expression: Expression) -> Value:
        return self._arguments(expression[1])

    def _arguments(self, parts: tuple[Expression, ...]) -> list[Value]:
        found: list[Value] = []
        for part in parts:
            if part[0] == "spread":
                found += self.items(self.evaluate(part[1]))
            else:
                found.append(self.evaluate(part))
        return found

    def _object(self, expression: Expression) -> Value:
        found: dict[str, Value] = {}
        for key, part in expression[1]:
            value = self.evaluate(part)
            if key == ("spread",):
                found |= value if isinstance(value, dict) else {}
            else:
                found[text_of_value(self.evaluate(key))] = value
        return found

    def _get(self, container: Value, key: Value) -> Value:
        """A property."""
        if container is None or container is UNDEFINED:
            raise Complaint(
                "TypeError", f"Cannot read properties of {text_of_value(container)} (reading '{text_of_value(key)}')"
            )
        if isinstance(container, Member):
            return self._member(container.module if not container.name else f"{container.module}.{container.name}", text_of_value(key))  # fmt: skip
        if isinstance(container, list | str):
            if key == "length":
                return len(container)
            if isinstance(key, int):
                return container[key] if 0 <= key < len(container) else UNDEFINED
            if (
                (isinstance(container, str) and key in STRING_METHODS)
                or key in ARRAY_METHODS
                or key in ("padStart", "padEnd", "repeat")
            ):
                return Method(container, key)
            return UNDEFINED
        if isinstance(container, dict):
            text = text_of_value(key)
            held = self.held(container)
            if text in held:
                return held[text]
            return Method(container, text) if text in HOST_METHODS.get(container.get(KIND, ""), ()) else UNDEFINED
        if key in ("toFixed", "toString", "toISOString", "getTime"):
            return Method(container, key)
        return UNDEFINED

    def _property(self, expression: Expression) -> Value:
        _, inner, name, lenient = expression
        container = self.evaluate(inner)
        return UNDEFINED if lenient and (container is None or container is UNDEFINED) else self._get(container, name)

    def _binary(self, expression: Expression) -> Value:
        return values.calculate(expression[1], self.evaluate(expression[2]), self.evaluate(expression[3]))

    def _logical(self, expression: Expression) -> Value:
        _, operator, first, second = expression
        left = self.evaluate(first)
        takes_right = {"??": left is None or left is UNDEFINED, "||": not is_true(left), "&&": is_true(left)}[operator]
        return self.evaluate(second) if takes_right else left

    def _unary(self, expression: Expression) -> Value:
        _, operator, inner = expression
        if operator == "typeof" and inner[0] == "name":
            try:
                return values.type_of(self.evaluate(inner))
            except Complaint:
                return "undefined"
        if operator == "delete":
            raise NotSimulated("a delete expression")
        value = self.evaluate(inner)
        if operator == "await":  # everything here has its value at once
            return value
        if operator in ("-", "+"):
            number = to_number(value)
            return whole(-number) if operator == "-" else number
        if operator == "typeof":
            return values.type_of(value)
        if operator == "!":
            return not is_true(value)
        return ~int(to_number(value)) if operator == "~" else UNDEFINED

    def _assign(self, expression: Expression) -> Value:
        _, operator, target, inner = expression
        if operator in ("??", "||", "&&"):
            value = self._logical(("logical", operator, target, inner))
        else:
            value = self.evaluate(inner)
            value = values.calculate(operator, self.evaluate(target), value) if operator else value
        self.assign(target, value)
        return value

    def _update(self, expression: Expression) -> Value:
        _, step, is_prefix, target = expression
        before = to_number(self.evaluate(target))
        after = whole(before + step)
        self.assign(target, after)
        return after if is_prefix else before

    def _template(self, expression: Expression) -> Value:
        return "".join(text_of_value(self.evaluate(part)) for part in expression[1])

    def _new(self, expression: Expression) -> Value:
        name = expression[1][-1] if expression[1][0] != "member" else expression[1][2]
        arguments = self._arguments(expression[2])
        if name in _ERRORS:
            return {KIND: "error", "name": name, "message": text_of_value(arguments[0]) if arguments else ""}
        if name == "Date" and not arguments:
            return {KIND: "date", "ns": self.system.now_ns}
        raise NotSimulated(f"new {name}")

    def _call(self, expression: Expression) -> Value:
        function = self.evaluate(expression[1])
        return self.call(function, self._arguments(expression[2]), expression[1])

    def call(self, function: Value, arguments: list[Value], called: Expression = ("value", "")) -> Value:
        """Call a value."""
        if isinstance(function, FunctionValue):
            return self.machine.call(function, arguments)
        if isinstance(function, Member):
            return self._native(function, arguments)
        if isinstance(function, Method):
            return self._method(function.value, function.name, arguments)
        if function is UNDEFINED and called[0] == "member" and called[3]:
            return UNDEFINED
        raise Complaint("TypeError", f"{_source(called)} is not a function")

    # methods

    def _method(self, value: Value, name: str, arguments: list[Value]) -> Value:
        if isinstance(value, dict):
            return HOST_METHODS[value[KIND]][name](self, value, *arguments)
        if isinstance(value, str) and name in ("padStart", "padEnd", "repeat"):
            count = int(to_number(arguments[0]))
            if count * max(1, len(value)) > 1_000_000:
                raise NotSimulated("so large a value")
            fill = text_of_value(arguments[1])[:1] if len(arguments) > 1 else " "
            return (
                value * count
                if name == "repeat"
                else value.rjust(count, fill)
                if name == "padStart"
                else value.ljust(count, fill)
            )
        if isinstance(value, str):
            try:
                return STRING_METHODS[name](value, *arguments)
            except TypeError:
                raise NotSimulated(f"such an argument of {name}") from None
        if isinstance(value, list):
            return ARRAY_METHODS[name](self, value, *arguments)
        if name == "toFixed":
            return f"{to_number(value):.{int(arguments[0]) if arguments else 0}f}"
        return text_of_value(value)

    # node

    def _member(self, module: str, name: str) -> Value:
        environment = self.system.environment
        if module == "process.env":
            return environment.get(name, UNDEFINED)
        facts: dict[tuple[str, str], Value] = {
            ("process", "version"): f"v{self.version}", ("process", "pid"): self.system.pid, ("process", "platform"): "linux",
            ("process", "arch"): "x64", ("process", "argv"): ["/usr/local/bin/node", *self._argument_list()],
            ("process", "versions"): {"node": self.version, "v8": "11.3.244.8-node.23"}, ("Math", "PI"): math.pi, ("Math", "E"): math.e,
            ("process", "env"): Member("process", "env"), ("process", "stdout"): Member("process", "stdout"), ("os", "EOL"): "\n",
            ("process", "exitCode"): UNDEFINED, ("Number", "MAX_SAFE_INTEGER"): (1 << 53) - 1, ("module", "exports"): {},
        }  # fmt: skip
        if (module, name) in facts:
            return facts[(module, name)]
        if (
            (module == "Math" and name in MATH)
            or (module, name) in NATIVES
            or (module == "console" and name in CONSOLE)
        ):
            return Member(module, name)
        if module in ("process", "exports", "module"):
            return UNDEFINED
        raise NotSimulated(f"{module}.{name}")

    def _argument_list(self) -> list[str]:
        return [self.host.script(), *self.arguments[1:]] if self.arguments else []

    def _native(self, function: Member, arguments: list[Value]) -> Value:
        module, name = function
        if module == "console":
            self.system.put(bytes_of(values.logged(arguments) + "\n"), CONSOLE[name])
            return UNDEFINED
        if module == "Math":
            try:
                return whole(MATH[name](*(to_number(argument) for argument in arguments)))
            except (ValueError, OverflowError):
                return math.nan
        native = NATIVES.get((module, name))
        if native is None:
            if not name and module in ("String", "Number", "Boolean"):
                value = arguments[0] if arguments else ""
                return {"String": text_of_value, "Number": to_number, "Boolean": is_true}[module](value)
            raise Complaint("TypeError", f"{module or name} is not a function")
        return native(self, *arguments)


def _source(expression: Expression) -> str:
    """An expression as messages name it."""
    if expression[0] == "name":
        return str(expression[1])
    if expression[0] == "member":
        return f"{_source(expression[1])}.{expression[2]}"
    return "(intermediate value)"


_EVALUATORS: Final[dict[str, Callable[[Evaluator, Expression], Value]]] = {
    "value": lambda own, expression: expression[1],
    "name": Evaluator._name,
    "template": Evaluator._template,
    "array": Evaluator._array,
    "object": Evaluator._object,
    "member": Evaluator._property,
    "index": lambda own, expression: own._get(own.evaluate(expression[1]), own.evaluate(expression[2])),
    "call": Evaluator._call,
    "new": Evaluator._new,
    "unary": Evaluator._unary,
    "binary": Evaluator._binary,
    "logical": Evaluator._logical,
    "conditional": lambda own, expression: own.evaluate(expression[2 if is_true(own.evaluate(expression[1])) else 3]),
    "assign": Evaluator._assign,
    "update": Evaluator._update,
    "function": lambda own, expression: own.machine.make_function(expression[1]),
}
