"""Values and expressions of the small Python of python_code. Values are plain data, so what they do is Python's own.

Modules and builtins are values named by tuples. Sizes are bounded: what would take much memory is not simulated.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.python import python_builtins, python_files, python_packages
from fakedocker.userland.languages.python.python_builtins import LARGEST, LISTS, METHODS, OTHERS, PURE, check_format
from fakedocker.userland.languages.python.python_code import not_simulated
from fakedocker.userland.languages.python.python_files import OpenFile
from fakedocker.userland.languages.python.python_texts import (
    EXCEPTIONS,
    ancestors_of,
    class_name,
    representation,
    shown,
)
from fakedocker.userland.languages.python.python_values import Member, Method, Raised, ScriptError, Thing, Value
from fakedocker.userland.languages.script_machine import FunctionValue, Machine, NotSimulated

_BINARY: Final[dict[type[ast.AST], Callable[[Value, Value], Value]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv, ast.Pow: operator.pow, ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.BitXor: operator.xor, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not, ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
_UNARY: Final[dict[type[ast.AST], Callable[[Value], Value]]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Not: operator.not_, ast.Invert: operator.invert,
}  # fmt: skip
_CONVERSIONS: Final[dict[str, Callable[[Value], str]]] = {
    "r": lambda value: representation(value), "s": lambda value: shown(value), "a": ascii,
}  # fmt: skip


def _check_size(operation: ast.operator, left: Value, right: Value) -> None:
    """Raises NotSimulated where the result would be very large."""
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() + right.bit_length()
        if isinstance(operation, ast.Pow | ast.LShift):
            bits = abs(right) * max(1, left.bit_length())
        if bits > LARGEST:
            raise NotSimulated("so large a number")
    elif isinstance(operation, ast.Mult):
        whole, times = (right, left) if isinstance(left, int) else (left, right)
        if hasattr(whole, "__len__") and isinstance(times, int) and len(whole) * times > LARGEST:
            raise NotSimulated("so large a value")
    elif isinstance(operation, ast.Add) and hasattr(left, "__len__") and hasattr(right, "__len__"):
        if len(left) + len(right) > LARGEST:
            raise NotSimulated("so large a value")
    elif isinstance(operation, ast.Mod) and isinstance(left, str):
        check_format(left)


class Evaluator:
    """The language of a Machine."""

    nothing = None

    def __init__(
        self, system: System, state: State, machine: Machine, arguments: tuple[str, ...], version: str
    ) -> None:
        self.system = system
        self.state = state
        self.machine = machine
        self.arguments = arguments
        self.version = version
        self.name = "__main__"
        state.setdefault("things", {})
        state["kept"] = ["globals", "scopes", "frames", "last", "things"]

    # what the machine asks for

    def is_true(self, value: Value) -> bool:
        return bool(value)

    def items(self, value: Value) -> list[Value]:
        return python_files.lines(self.state, value) if isinstance(value, OpenFile) else list(value)

    def prepare_call(self, expression: Value) -> tuple[FunctionValue, list[Value]] | None:
        if not isinstance(expression, ast.Call):
            return None
        function = self.evaluate(expression.func) if isinstance(expression.func, ast.Name) else None
        if not isinstance(function, FunctionValue):
            return None
        named = {keyword.arg: self.evaluate(keyword.value) for keyword in expression.keywords if keyword.arg}
        return function, self.bound(function, [self.evaluate(argument) for argument in expression.args], named)

    def caught(self, problem: Exception) -> Value:
        if isinstance(problem, ScriptError):
            return problem.raised
        return Raised(type(problem).__name__, (str(problem),) if str(problem) else ())

    def throw(self, value: Value) -> None:
        if isinstance(value, Member):
            value = Raised(class_name(value), ())
        if not isinstance(value, Raised):
            raise TypeError("exceptions must derive from BaseException")
        raise ScriptError(value)

    def is_caught_by(self, value: Value, expression: Value) -> bool:
        if expression is None:
            return True
        classes = self.evaluate(expression)
        wanted = {class_name(each) for each in ((classes,) if isinstance(classes, Member) else classes)}
        return not wanted.isdisjoint(ancestors_of(value.kind))

    # objects of packages

    def make(self, kind: str, **data: Value) -> Thing:
        """A new one."""
        self.state["thing_count"] = number = self.state.get("thing_count", 0) + 1
        self.state["things"][str(number)] = data
        return Thing(kind, str(number))

    def data(self, thing: Thing) -> dict[str, Value]:
        """What an object has."""
        found: dict[str, Value] = self.state["things"][thing.number]
        return found

    def bound(self, function: FunctionValue, arguments: list[Value], named: dict[str, Value]) -> list[Value]:
        """The arguments in the order of the function's parameters. Raises TypeError."""
        code = self.machine.function(function)
        if named:
            order, defaults = code.parameters, dict(zip(code.parameters[::-1], code.defaults[::-1], strict=False))
            for name in named:
                if name not in order:
                    raise TypeError(f"{code.name}() got an unexpected keyword argument '{name}'")
                if name in order[: len(arguments)]:
                    raise TypeError(f"{code.name}() got multiple values for argument '{name}'")
            last = max(order.index(name) for name in named)
            for name in order[len(arguments) : last + 1]:
                if name not in named and name not in defaults:
                    raise TypeError(f"{code.name}() missing 1 required positional argument: '{name}'")
                arguments = [*arguments, named[name] if name in named else defaults[name]]
        missing = [f"'{name}'" for name in code.parameters[len(arguments) : len(code.parameters) - len(code.defaults)]]
        if missing:
            names = " and ".join(missing)
            raise TypeError(
                f"{code.name}() missing {len(missing)} required positional argument{'s' if len(missing) > 1 else ''}: {names}"
            )
        if len(arguments) > len(code.parameters):
            takes = f"takes {len(code.parameters)} positional argument{'s' if len(code.parameters) != 1 else ''}"
            raise TypeError(f"{code.name}() {takes} but {len(arguments)} were given")
        return arguments

    def assign(self, target: Value, value: Value) -> None:
        if isinstance(target, ast.Name):
            own = self.machine.local_names()
            if own is not None and target.id in self.machine.current().names:
                own[target.id] = value
            else:
                (self.machine.names_with(target.id) or self.state["globals"])[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            values = list(value)
            if len(values) != len(target.elts):
                few = "not enough" if len(values) < len(target.elts) else "too many"
                got = f", got {len(values)}" if len(values) < len(target.elts) else ""
                raise ValueError(f"{few} values to unpack (expected {len(target.elts)}{got})")
            for part, item in zip(target.elts, values, strict=True):
                self.assign(part, item)
        elif isinstance(target, ast.Subscript):
            self.evaluate(target.value)[self.evaluate(target.slice)] = value
        else:
            raise not_simulated(target)

    # expressions

    def evaluate(self, expression: Value) -> Value:
        if isinstance(expression, tuple):
            return self._special(expression)
        method = getattr(self, f"on_{type(expression).__name__}", None)
        if method is None:
            raise not_simulated(expression)
        return method(expression)

    def _special(self, expression: tuple[Value, ...]) -> Value:
        """What the compiler has put into operations itself."""
        if expression[0] == "function":
            return self.machine.make_function(expression[1])
        if expression[0] == "raise":
            return self.throw(self.evaluate(expression[1]))
        if expression[0] == "delete":
            return self._delete(expression[1])
        python_packages.check_import(self.system, expression[1])
        return (
            Member(expression[2], "")
            if expression[0] == "module"
            else python_builtins.member(self, expression[1], expression[2])
        )

    def _delete(self, target: ast.expr) -> None:
        if isinstance(target, ast.Subscript):
            del self.evaluate(target.value)[self.evaluate(target.slice)]
        elif isinstance(target, ast.Name):
            self.evaluate(ast.Name(target.id, ast.Load()))
            del (self.machine.names_with(target.id) or self.state["globals"])[target.id]
        else:
            raise not_simulated(target)

    def on_Constant(self, node: ast.Constant) -> Value:  # noqa: N802  # named after the node
        return node.value

    def on_Name(self, node: ast.Name) -> Value:  # noqa: N802  # named after the node
        names = self.machine.names_with(node.id)
        if names is not None:
            return names[node.id]
        if self.machine.local_names() is not None and node.id in self.machine.current().names:
            raise UnboundLocalError(f"cannot access local variable '{node.id}' where it is not associated with a value")
        if node.id in self.state["globals"]:
            return self.state["globals"][node.id]
        if node.id == "__name__":
            return self.name
        if node.id in EXCEPTIONS:
            return Member("", node.id)
        if node.id in PURE or node.id in LISTS or node.id in OTHERS:
            return Member("", node.id)
        raise NameError(f"name '{node.id}' is not defined")

    def on_BinOp(self, node: ast.BinOp) -> Value:  # noqa: N802  # named after the node
        left, right = self.evaluate(node.left), self.evaluate(node.right)
        _check_size(node.op, left, right)
        return _BINARY[type(node.op)](left, right)

    def on_UnaryOp(self, node: ast.UnaryOp) -> Value:  # noqa: N802  # named after the node
        return _UNARY[type(node.op)](self.evaluate(node.operand))

    def on_BoolOp(self, node: ast.BoolOp) -> Value:  # noqa: N802  # named after the node
        stops_at = isinstance(node.op, ast.Or)
        value: Value = None
        for part in node.values:
            value = self.evaluate(part)
            if bool(value) == stops_at:
                return value
        return value

    def on_Compare(self, node: ast.Compare) -> Value:  # noqa: N802  # named after the node
        left = self.evaluate(node.left)
        for comparison, part in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(part)
            if not _BINARY[type(comparison)](left, right):
                return False
            left = right
        return True

    def on_IfExp(self, node: ast.IfExp) -> Value:  # noqa: N802  # named after the node
        return self.evaluate(node.body if self.evaluate(node.test) else node.orelse)

    def on_List(self, node: ast.List) -> Value:  # noqa: N802  # named after the node
        return [self.evaluate(part) for part in node.elts]

    def on_Tuple(self, node: ast.Tuple) -> Value:  # noqa: N802  # named after the node
        return tuple(self.evaluate(part) for part in node.elts)

    def on_Dict(self, node: ast.Dict) -> Value:  # noqa: N802  # named after the node
        if None in node.keys:
            raise NotSimulated("** in a dict")
        return {self.evaluate(key): self.evaluate(value) for key, value in zip(node.keys, node.values, strict=True)}

    def on_ListComp(self, node: ast.ListComp | ast.GeneratorExp) -> Value:  # noqa: N802  # named after the node
        if len(node.generators) != 1:
            raise NotSimulated("a nested comprehension")
        part = node.generators[0]
        found = []
        for value in self.items(self.evaluate(part.iter)):
            self.assign(part.target, value)
            if all(self.evaluate(condition) for condition in part.ifs):
                found.append(self.evaluate(node.elt))
        return found

    def on_GeneratorExp(self, node: ast.GeneratorExp) -> Value:  # noqa: N802  # named after the node
        return self.on_ListComp(node)

    def on_Subscript(self, node: ast.Subscript) -> Value:  # noqa: N802  # named after the node
        value = self.evaluate(node.value)
        if value == Member("os", "environ"):
            return dict(self.system.environment)[self.evaluate(node.slice)]
        return value[self.evaluate(node.slice)]

    def on_Slice(self, node: ast.Slice) -> Value:  # noqa: N802  # named after the node
        parts = (None if part is None else self.evaluate(part) for part in (node.lower, node.upper, node.step))
        return slice(*parts)

    def on_JoinedStr(self, node: ast.JoinedStr) -> Value:  # noqa: N802  # named after the node
        return "".join(self.evaluate(part) for part in node.values)

    def on_FormattedValue(self, node: ast.FormattedValue) -> Value:  # noqa: N802  # named after the node
        value = self.evaluate(node.value)
        if node.conversion != -1:
            value = _CONVERSIONS[chr(node.conversion)](value)
        form = self.evaluate(node.format_spec) if node.format_spec is not None else ""
        value = shown(value) if isinstance(value, Raised | Member | Thing) else value
        check_format(form)
        return format(value, form)

    def on_Lambda(self, node: ast.Lambda) -> Value:  # noqa: N802  # named after the node
        return self.machine.make_function(node.number)  # type: ignore[attr-defined]  # the compiler's

    def on_Await(self, node: ast.Await) -> Value:  # noqa: N802  # named after the node
        return self.evaluate(node.value)

    def on_Attribute(self, node: ast.Attribute) -> Value:  # noqa: N802  # named after the node
        value = self.evaluate(node.value)
        if isinstance(value, Thing):
            return python_packages.attribute(self, value, node.attr)
        if isinstance(value, Raised) and node.attr == "args":
            return value.arguments
        if isinstance(value, Member):
            return python_builtins.member(
                self, f"{value.module}.{value.name}" if value.name else value.module, node.attr
            )
        if node.attr in (python_files.METHODS if isinstance(value, OpenFile) else METHODS.get(type(value), ())):
            return Method(value, node.attr)
        raise AttributeError(f"'{type(value).__name__}' object has no attribute '{node.attr}'")

    def on_Call(self, node: ast.Call) -> Value:  # noqa: N802  # named after the node
        function = self.evaluate(node.func)
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise NotSimulated("* in a call")
        arguments = [self.evaluate(argument) for argument in node.args]
        named = {keyword.arg: self.evaluate(keyword.value) for keyword in node.keywords if keyword.arg}
        return self.call(function, arguments, named)

    def call(self, function: Value, arguments: list[Value], named: dict[str, Value]) -> Value:
        """Call a value."""
        if isinstance(function, FunctionValue):
            return self.machine.call(function, self.bound(function, arguments, named))
        if isinstance(function, Thing):
            return python_packages.method(self, function, "()", arguments, named)
        if isinstance(function, Method):
            return python_builtins.call_method(self, function, arguments, named)
        if isinstance(function, Member):
            return python_builtins.call_builtin(self, function, arguments, named)
        raise TypeError(f"'{type(function).__name__}' object is not callable")
