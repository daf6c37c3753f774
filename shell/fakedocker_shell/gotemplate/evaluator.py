"""Evaluates the expressions of a template: pipelines, variables, fields, calls, arguments and their types.

Owns what an expression's value is, and Go's complaints where it has none. It must not know statements; see `executor`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from fakedocker_shell.gotemplate import nodes
from fakedocker_shell.gotemplate.errors import CallError, TemplateError
from fakedocker_shell.gotemplate.functions import Function, result, truth, zero
from fakedocker_shell.gotemplate.printing import quote
from fakedocker_shell.gotemplate.types import BOOL, FLOAT64, INT, INVALID, STRING, Type, Value, view


class _Missing:
    """Stands for an argument that does not come from a pipeline."""


_MISSING = _Missing()
Final = Value | _Missing


class Evaluator:
    """Expressions in the course of one run.

    Args:
        name: the template's name in errors.
        text: its text, from which errors compute their position.
        templates: what it defines.
        functions: what it may call.
        missing_key_is_error: whether a key that a map lacks is an error instead of `<no value>`.
    """

    def __init__(
        self,
        name: str,
        text: str,
        templates: Mapping[str, nodes.Block],
        functions: Mapping[str, Function],
        missing_key_is_error: bool = False,
    ) -> None:
        self._text = text
        self._name = name
        self._templates = templates
        self._functions = functions
        self._strict = missing_key_is_error
        self._current = name
        self._node: nodes.Node | None = None
        self._scope: list[tuple[str, Value]] = []
        self._depth = 0
        self.parts: list[str] = []
        """What has been printed, also when the run fails halfway."""

    def _fail(self, message: str) -> NoReturn:
        location, context = "", ""
        if self._node is not None:
            before = self._text[: self._node.position]
            line_start = before.rfind("\n") + 1
            column = len(before[line_start:].encode())
            location = f":{before.count(chr(10)) + 1}:{column}"
            context = str(self._node)
        raise TemplateError(
            f"template: {self._name}{location}: executing {quote(self._current)} at <{context}>: {message}",
            "".join(self.parts),
        )

    # variables

    def _assign(self, name: str, value: Value) -> None:
        for index in range(len(self._scope) - 1, -1, -1):
            if self._scope[index][0] == name:
                self._scope[index] = (name, value)
                return
        self._fail(f"undefined variable: {name}")

    def _variable(self, name: str) -> Value:
        for known, value in reversed(self._scope):
            if known == name:
                return value
        self._fail(f"undefined variable: {name}")

    # pipelines

    def _pipeline(self, dot: Value, pipe: nodes.Pipe) -> Value:
        self._node = pipe
        value: Final = _MISSING
        for command in pipe.commands:
            value = self._command(dot, command, value).concrete()
        assert isinstance(value, Value)
        for variable in pipe.variables:
            if pipe.assigns:
                self._assign(variable.names[0], value)
            else:
                self._scope.append((variable.names[0], value))
        return value

    def _command(self, dot: Value, command: nodes.Command, final: Final) -> Value:
        first = command.arguments[0]
        match first:
            case nodes.FieldChain():
                self._node = first
                return self._fields(dot, dot, first, first.names, command.arguments, final)
            case nodes.Chain():
                return self._chain(dot, first, command.arguments, final)
            case nodes.Identifier():
                self._node = first
                return self._function(dot, first, command, command.arguments, final)
            case nodes.Pipe():
                self._not_a_function(command.arguments, final)
                return self._pipeline(dot, first)
            case nodes.Variable():
                return self._variable_node(dot, first, command.arguments, final)
        self._node = first
        self._not_a_function(command.arguments, final)
        match first:
            case nodes.Dot():
                return dot
            case nodes.Nil():
                self._fail("nil is not a command")
            case _:
                return self._literal(first)

    def _not_a_function(self, arguments: Sequence[nodes.Node], final: Final) -> None:
        if len(arguments) > 1 or isinstance(final, Value):
            self._fail(f"can't give argument to non-function {arguments[0]}")

    def _literal(self, node: nodes.Node) -> Value:
        match node:
            case nodes.Bool():
                return Value(BOOL, node.value)
            case nodes.String():
                return Value(STRING, node.text)
            case nodes.Number(character=True):
                return Value(Type("int", "int32"), node.integer)
            case nodes.Number():
                is_real = node.integer is None or (any(c in node.text.lower() for c in ".ep") and "0x" not in node.text)
                if is_real:
                    return Value(FLOAT64, node.real)
                if node.integer is not None and node.integer > (1 << 63) - 1:
                    self._fail(f"{node.text} overflows int")
                return Value(INT, node.integer)
        self._fail(f"can't evaluate command {quote(str(node))}")

    def _chain(self, dot: Value, node: nodes.Chain, arguments: Sequence[nodes.Node], final: Final) -> Value:
        self._node = node
        if isinstance(node.inner, nodes.Nil):
            self._fail(f"indirection through explicit nil in {node}")
        receiver = self._argument(dot, None, node.inner)
        return self._fields(dot, receiver, node, tuple(node.names), arguments, final)

    def _variable_node(self, dot: Value, node: nodes.Variable, arguments: Sequence[nodes.Node], final: Final) -> Value:
        self._node = node
        value = self._variable(node.names[0])
        if len(node.names) == 1:
            self._not_a_function(arguments, final)
            return value
        return self._fields(dot, value, node, node.names[1:], arguments, final)

    # fields and calls

    def _fields(
        self,
        dot: Value,
        receiver: Value,
        node: nodes.Node,
        names: Sequence[str],
        arguments: Sequence[nodes.Node],
        final: Final,
    ) -> Value:
        for name in names[:-1]:
            receiver = self._field(dot, name, node, (), _MISSING, receiver)
        return self._field(dot, names[-1], node, arguments, final, receiver)

    def _field(
        self,
        dot: Value,
        name: str,
        node: nodes.Node,
        arguments: Sequence[nodes.Node],
        final: Final,
        receiver: Value,
    ) -> Value:
        if not receiver.valid:
            if self._strict:
                self._fail(f"nil data; no entry for key {quote(name)}")
            return INVALID
        type_name = receiver.type_name
        receiver, is_nil = receiver.indirect()
        if receiver.kind == "interface" and is_nil:
            self._fail(f"nil pointer evaluating {type_name}.{name}")
        kind = receiver.type
        assert kind is not None
        if name in kind.methods and not is_nil:
            function = Function(*_method(kind.methods[name], receiver.data))
            return self._call(dot, function, node, name, arguments, final)
        has_arguments = len(arguments) > 1 or isinstance(final, Value)
        if kind.kind == "struct":
            own = kind.find(name)
            if own is not None:
                if has_arguments:
                    self._fail(f"{name} has arguments but cannot be invoked as function")
                return receiver.field(own)
        elif kind.kind == "map" and kind.key is STRING:
            if has_arguments:
                self._fail(f"{name} is not a method but has arguments")
            if receiver.data and name in receiver.data:
                return view(kind.element_type, receiver.data[name])
            if self._strict:
                self._fail(f"map has no entry for key {quote(name)}")
            return INVALID
        elif kind.kind == "pointer" and is_nil and kind.element_type.find(name) is not None:
            self._fail(f"nil pointer evaluating {type_name}.{name}")
        self._fail(f"can't evaluate field {name} in type {type_name}")

    def _function(
        self,
        dot: Value,
        node: nodes.Identifier,
        command: nodes.Node,
        arguments: Sequence[nodes.Node],
        final: Final,
    ) -> Value:
        self._node = node
        function = self._functions.get(node.name)
        if function is None:
            self._fail(f"{quote(node.name)} is not a defined function")
        return self._call(dot, function, command, node.name, arguments, final)

    def _call(
        self,
        dot: Value,
        function: Function,
        node: nodes.Node,
        name: str,
        arguments: Sequence[nodes.Node],
        final: Final,
    ) -> Value:
        given = arguments[1:]
        parameters = function.parameters
        count = len(given) + isinstance(final, Value)
        fixed = len(parameters) - 1 if function.variadic else len(parameters)
        if function.variadic and count < fixed:
            self._fail(f"wrong number of args for {name}: want at least {fixed} got {len(given)}")
        if not function.variadic and count != fixed:
            self._fail(f"wrong number of args for {name}: want {fixed} got {count}")
        if name in ("and", "or"):
            return self._short_circuit(dot, name, given, final)
        values = [self._argument(dot, parameters[min(i, len(parameters) - 1)], a) for i, a in enumerate(given)]
        if isinstance(final, Value):
            values.append(self._validated(final, parameters[min(len(given), len(parameters) - 1)]))
        try:
            return result(function.call(*values))
        except CallError as error:
            self._node = node
            if name == "call" and given and values[0].concrete().valid:
                self._fail(f"error calling call: non-function {given[0]} of type {values[0].concrete().type_name}")
            self._fail(f"error calling {name}: {error}")

    def _short_circuit(self, dot: Value, name: str, given: Sequence[nodes.Node], final: Final) -> Value:
        value = INVALID
        for argument in given:
            value = self._argument(dot, None, argument)
            if truth(value) == (name == "or"):
                return value
        return final if isinstance(final, Value) else value

    # arguments

    def _validated(self, value: Value, kind: Type | None) -> Value:
        """The value as an argument of that type; None takes anything."""
        if kind is None:
            return value
        if not value.valid:
            if kind.kind in ("pointer", "interface", "map", "slice"):
                return zero(kind)
            self._fail(f"invalid value; expected {kind.name}")
        if not _assignable(value, kind):
            inner = value.concrete() if value.kind == "interface" else value
            if inner.valid and _assignable(inner, kind):
                return inner
            if inner.kind == "pointer" and inner.data is not None and _assignable(inner.element(), kind):
                return inner.element()
            self._fail(f"wrong type for value; expected {kind.name}; got {inner.type_name}")
        return value

    def _argument(self, dot: Value, kind: Type | None, node: nodes.Node) -> Value:
        self._node = node
        match node:
            case nodes.Dot():
                return self._validated(dot, kind)
            case nodes.Nil():
                if kind is None or kind.kind in ("pointer", "interface", "map", "slice"):
                    return zero(kind) if kind is not None else INVALID
                self._fail(f"cannot assign nil to {kind.name}")
            case nodes.FieldChain():
                return self._validated(self._fields(dot, dot, node, node.names, (node,), _MISSING), kind)
            case nodes.Variable():
                return self._validated(self._variable_node(dot, node, (node,), _MISSING), kind)
            case nodes.Pipe():
                return self._validated(self._pipeline(dot, node), kind)
            case nodes.Identifier():
                return self._validated(self._function(dot, node, node, (node,), _MISSING), kind)
            case nodes.Chain():
                return self._validated(self._chain(dot, node, (node,), _MISSING), kind)
        if kind is None:
            return self._literal(node)
        return self._constant(node, kind)

    def _constant(self, node: nodes.Node, kind: Type) -> Value:
        match kind.kind, node:
            case "bool", nodes.Bool():
                return Value(kind, node.value)
            case "string", nodes.String():
                return Value(kind, node.text)
            case "int", nodes.Number() if node.integer is not None:
                return Value(kind, node.integer)
            case "float", nodes.Number():
                return Value(kind, node.real)
        wanted = {"bool": "bool", "string": "string", "int": "integer", "float": "float"}.get(kind.kind)
        if wanted is not None:
            self._fail(f"expected {wanted}; found {node}")
        self._fail(f"can't handle {node} for arg of type {kind.name}")


def _assignable(value: Value, kind: Type) -> bool:
    if value.type is kind:
        return True
    if value.type is None or value.kind != kind.kind:
        return False
    # A named type is assignable to the unnamed type it is made of, but to no other named one.
    return kind.kind == "slice" and value.type.element is kind.element


def _method(function: Any, data: Any) -> tuple[Any, tuple[Type | None, ...]]:
    """A method's callable and the types of its parameters; methods of docker's types take strings only."""
    parameters = function.__code__.co_argcount - 1

    def call(*values: Value) -> Any:
        return function(data, *(value.data for value in values))

    return call, (STRING,) * parameters
