"""What each kind of node of a program does, and the functions that need the machine itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.jq import natives, texts
from fakedocker.userland.jq.context import Halt
from fakedocker.userland.jq.cursor import IDENTITY, Node
from fakedocker.userland.jq.json_text import ParseProblem
from fakedocker.userland.jq.json_writing import to_text
from fakedocker.userland.jq.machine import (
    EVALUATE,
    Break,
    Environment,
    Machine,
    give_each,
    limited,
    lost,
    next_argument,
    next_pair,
    next_parameter,
    next_part,
    then_index,
)
from fakedocker.userland.jq.values import JqError, Value


def _identity(machine: Machine, node: Node) -> None:
    machine.node = None


def _constant(machine: Machine, node: Node) -> None:
    machine.give(node[1], lost(machine.path), machine.frame)


def _variable(machine: Machine, node: Node) -> None:
    environment = machine.environment
    while environment is not None:
        if environment[0] == "variable" and environment[1] == node[1]:
            machine.give(environment[2], lost(machine.path), machine.frame)
            return
        environment = environment[3]
    machine.give(machine.context.variables[node[1]], lost(machine.path), machine.frame)


def _pipe(machine: Machine, node: Node) -> None:
    frame = machine.push("then", (node[2], machine.environment), machine.frame)
    machine.evaluate(node[1], machine.environment, machine.value, machine.path, frame)


def _comma(machine: Machine, node: Node) -> None:
    machine.choose("evaluate", node[2], machine.environment, machine.value, machine.path, machine.frame)
    machine.node = node[1]


def _index(machine: Machine, node: Node) -> None:
    """The key first, over the input; then what is indexed."""
    _, target, key = node
    if key[0] == "constant":
        then_index(machine, key[1], target, machine.environment, machine.value, machine.path, machine.frame)
        return
    data = (target, machine.environment, machine.value, machine.path)
    machine.evaluate(key, machine.environment, machine.value, None, machine.push("key", data, machine.frame))


def _slice(machine: Machine, node: Node) -> None:
    _, target, start, end = node
    data = (target, start, machine.environment, machine.value, machine.path)
    frame = machine.push("slice_end", data, machine.frame)
    if end is None:
        machine.give(None, None, frame)
    else:
        machine.evaluate(end, machine.environment, machine.value, None, frame)


def _each(machine: Machine, node: Node) -> None:
    if node[1] is IDENTITY:
        give_each(machine, machine.value, machine.path, machine.frame)
    else:
        frame = machine.push("each", None, machine.frame)
        machine.evaluate(node[1], machine.environment, machine.value, machine.path, frame)


def _negate(machine: Machine, node: Node) -> None:
    frame = machine.push("negate", lost(machine.path), machine.frame)
    machine.evaluate(node[1], machine.environment, machine.value, None, frame)


def _binary(machine: Machine, node: Node) -> None:
    _, operator, left, right = node
    data = (operator, left, machine.environment, machine.value, lost(machine.path))
    frame = machine.push("right", data, machine.frame)
    machine.evaluate(right, machine.environment, machine.value, None, frame)


def _logic(machine: Machine, node: Node) -> None:
    operator, left, right = node
    data = (operator == "or", right, machine.environment, machine.value, lost(machine.path))
    machine.evaluate(left, machine.environment, machine.value, None, machine.push("logic", data, machine.frame))


def _alternative(machine: Machine, node: Node) -> None:
    _, left, right = node
    found = [False]
    machine.label += 1
    machine.choose(
        "alternative", found, right, machine.environment, machine.value, machine.path, machine.frame, machine.label
    )
    frame = machine.push("found", (found, machine.label), machine.frame)
    machine.evaluate(left, machine.environment, machine.value, machine.path, frame)


def _array(machine: Machine, node: Node) -> None:
    cell: list[Value] = [[]]
    machine.choose("cell", cell, lost(machine.path), machine.frame)
    frame = machine.push("collect", cell, machine.frame)
    machine.evaluate(node[1], machine.environment, machine.value, None, frame)


def _object(machine: Machine, node: Node) -> None:
    data: Any = (node[1], 0, {}, machine.environment, machine.value, lost(machine.path))
    next_pair(machine, data, machine.frame)


def _string(machine: Machine, node: Node) -> None:
    _, form, parts = node
    data = (form, parts, len(parts) - 1, "", machine.environment, machine.value, lost(machine.path))
    next_part(machine, data, machine.frame)


def _format(machine: Machine, node: Node) -> None:
    machine.give(texts.formatted(node[1], machine.value), lost(machine.path), machine.frame)


def _if(machine: Machine, node: Node) -> None:
    data = (node[2], node[3], machine.environment, machine.value, machine.path)
    machine.evaluate(node[1], machine.environment, machine.value, None, machine.push("if", data, machine.frame))


def _try(machine: Machine, node: Node) -> None:
    _, body, handler = node
    machine.label += 1
    machine.choose("try", machine.label, handler, machine.environment, machine.path, machine.frame)
    frame = machine.push("leave", machine.label, machine.frame)
    machine.evaluate(body, machine.environment, machine.value, machine.path, frame)


def _label(machine: Machine, node: Node) -> None:
    machine.label += 1
    environment = ("label", node[1], machine.label, machine.environment)
    machine.choose("label", machine.label)
    machine.evaluate(node[2], environment, machine.value, machine.path, machine.frame)


def _break(machine: Machine, node: Node) -> None:
    environment = machine.environment
    while environment is not None:
        if environment[0] == "label" and environment[1] == node[1]:
            raise Break(environment[2])
        environment = environment[3]
    raise JqError("break")


def _define(machine: Machine, node: Node) -> None:
    _, (_, name, parameters, body), rest = node
    environment = ("function", f"{name}/{len(parameters)}", (parameters, body), machine.environment)
    machine.evaluate(rest, environment, machine.value, machine.path, machine.frame)


def _as(machine: Machine, node: Node) -> None:
    _, source, patterns, names, body = node
    data = (patterns, names, body, machine.environment, machine.value, machine.path)
    machine.evaluate(source, machine.environment, machine.value, None, machine.push("as", data, machine.frame))


def _reduce(machine: Machine, node: Node) -> None:
    _, source, patterns, names, first, update, _ = node
    data = (source, patterns, names, update, machine.environment, machine.value)
    frame = machine.push("reduce_first", data, machine.frame)
    machine.evaluate(first, machine.environment, machine.value, machine.path, frame)


def _foreach(machine: Machine, node: Node) -> None:
    _, source, patterns, names, first, update, extract = node
    data = (source, patterns, names, update, extract, machine.environment, machine.value)
    frame = machine.push("foreach_first", data, machine.frame)
    machine.evaluate(first, machine.environment, machine.value, machine.path, frame)


def _assign(machine: Machine, node: Node) -> None:
    """Assignments are calls of functions made of their sides."""
    _, operator, left, right = node
    environment = machine.environment
    if operator == "|=":
        call: Node = ("call", "_modify", (left, right), 0)
        machine.evaluate(call, environment, machine.value, machine.path, machine.frame)
        return
    data = (operator, left, environment, machine.value, machine.path)
    machine.evaluate(right, environment, machine.value, None, machine.push("assign", data, machine.frame))


def _call(machine: Machine, node: Node) -> None:
    _, name, arguments, _ = node
    key = f"{name}/{len(arguments)}"
    environment = machine.environment
    while environment is not None:
        if environment[1] == key:
            if environment[0] == "closure":
                body, inner = environment[2]
                machine.evaluate(body, inner, machine.value, machine.path, machine.frame)
                return
            if environment[0] == "function":
                _enter(machine, environment[2], environment, arguments)
                return
        environment = environment[3]
    special = SPECIAL.get(key)
    if special is not None:
        special(machine, arguments)
        return
    function = natives.FUNCTIONS.get(key)
    if function is not None:
        _native(machine, function, arguments)
        return
    _, _, parameters, body = machine.functions[key]
    _enter(machine, (parameters, body), None, arguments)


def _enter(machine: Machine, function: tuple[Any, ...], environment: Environment, arguments: tuple[Node, ...]) -> None:
    parameters, body = function
    caller = machine.environment
    values: list[tuple[str, Node]] = []
    for parameter, argument in zip(parameters, arguments, strict=True):
        name = parameter.lstrip("$")
        environment = ("closure", f"{name}/0", (argument, caller), environment)
        if parameter[0] == "$":
            values.append((name, argument))
    data = (tuple(values), 0, body, environment, caller, machine.value, machine.path)
    next_parameter(machine, data, machine.frame)


def _native(machine: Machine, function: Callable[..., Value], arguments: tuple[Node, ...]) -> None:
    data = (function, arguments, len(arguments) - 1, (), machine.environment, machine.value, lost(machine.path))
    next_argument(machine, data, machine.frame)


def _empty(machine: Machine, arguments: tuple[Node, ...]) -> None:
    machine.back()


def _error(machine: Machine, arguments: tuple[Node, ...]) -> None:
    raise JqError(machine.value)


def _path_of(machine: Machine, arguments: tuple[Node, ...]) -> None:
    frame = machine.push("path", lost(machine.path), machine.frame)
    machine.evaluate(arguments[0], machine.environment, machine.value, (), frame)


def _get_path(machine: Machine, arguments: tuple[Node, ...]) -> None:
    data = (machine.value, machine.path)
    frame = machine.push("get_path", data, machine.frame)
    machine.evaluate(arguments[0], machine.environment, machine.value, None, frame)


def _range_of(machine: Machine, arguments: tuple[Node, ...]) -> None:
    data = (arguments[1], machine.environment, machine.value, lost(machine.path))
    frame = machine.push("range_from", data, machine.frame)
    machine.evaluate(arguments[0], machine.environment, machine.value, None, frame)


def _limit(machine: Machine, arguments: tuple[Node, ...]) -> None:
    data = (arguments[1], machine.environment, machine.value, machine.path)
    machine.evaluate(arguments[0], machine.environment, machine.value, None, machine.push("limit", data, machine.frame))


def _first(machine: Machine, arguments: tuple[Node, ...]) -> None:
    limited(machine, 1.0, (arguments[0], machine.environment, machine.value, machine.path), machine.frame)


def _input(machine: Machine, arguments: tuple[Node, ...]) -> None:
    try:
        value = _read(machine)
    except StopIteration:
        raise JqError("No more inputs") from None
    machine.give(value, lost(machine.path), machine.frame)


def _input_or_end(machine: Machine, arguments: tuple[Node, ...]) -> None:
    try:
        value = _read(machine)
    except StopIteration:
        machine.back()
        return
    machine.give(value, lost(machine.path), machine.frame)


def _read(machine: Machine) -> Value:
    try:
        return machine.context.reader.next()
    except ParseProblem as problem:
        raise JqError(str(problem)) from None


def _debug(machine: Machine, arguments: tuple[Node, ...]) -> None:
    machine.context.tell(to_text(["DEBUG:", machine.value]) + "\n")
    machine.node = None


def _stderr(machine: Machine, arguments: tuple[Node, ...]) -> None:
    machine.context.tell(to_text(machine.value))
    machine.node = None


def _halt(machine: Machine, arguments: tuple[Node, ...]) -> None:
    raise Halt(0, "")


def _builtins(machine: Machine, arguments: tuple[Node, ...]) -> None:
    names = {*machine.functions, *natives.FUNCTIONS, *SPECIAL}
    machine.give([name for name in sorted(names) if name[0] != "_"], lost(machine.path), machine.frame)


def _foreach_body(machine: Machine, node: Node) -> None:
    _, update, extract, cell = node
    frame = machine.push("foreach_store", (extract, machine.environment, cell), machine.frame)
    machine.evaluate(update, machine.environment, machine.value, machine.path, frame)


SPECIAL: Final[dict[str, Callable[[Machine, tuple[Node, ...]], None]]] = {
    "empty/0": _empty, "error/0": _error, "path/1": _path_of, "getpath/1": _get_path, "range/2": _range_of, "input/0": _input,
    "_input_or_end/0": _input_or_end, "limit/2": _limit, "first/1": _first, "debug/0": _debug, "stderr/0": _stderr, "halt/0": _halt, "builtins/0": _builtins,
}  # fmt: skip

EVALUATE.update({
    "identity": _identity, "constant": _constant, "variable": _variable, "pipe": _pipe, "comma": _comma, "index": _index,
    "slice": _slice, "each": _each, "negate": _negate, "binary": _binary, "and": _logic, "or": _logic, "alternative": _alternative,
    "array": _array, "object": _object, "string": _string, "format": _format, "if": _if, "try": _try, "label": _label,
    "break": _break, "def": _define, "as": _as, "reduce": _reduce, "foreach": _foreach, "assign": _assign, "call": _call,
    "foreach_body": _foreach_body,
})  # fmt: skip
