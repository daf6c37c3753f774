"""awk's expressions: evaluated over the nested tuples of the parser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import Found, Pattern
from fakedocker.userland.inputs import text_of
from fakedocker.userland.text.awk_expression_parser import Node
from fakedocker.userland.text.awk_functions import FUNCTIONS
from fakedocker.userland.text.awk_lexer import AwkProblem
from fakedocker.userland.text.awk_machine import LARGE_TEXT, Machine
from fakedocker.userland.text.awk_values import (
    UNSET,
    Numeric,
    Value,
    calculate,
    from_input,
    number_of,
    regex_of,
    sort_key,
    split_text,
)

_MAXIMUM_CALLS = 150
TOO_DEEP = "function calls are nested too deeply"


class FunctionReturn(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


Arguments = tuple[Node, ...]


class Evaluator(Machine):
    """A machine that can evaluate; running the body of a function is left to `run`."""

    def run(self, node: Node | None) -> None:
        raise NotImplementedError

    def store(self, target: Node, value: Value) -> None:
        kind = target[0]
        if kind == "name":
            self.set(target[1], value)
        elif kind == "field":
            self.set_field(int(number_of(self.value(target[1]))), value)
        elif kind == "element":
            self.array(target[1])[self.string_of(self.value(target[2]))] = value
        elif kind == "group":
            self.store(target[1], value)
        else:
            raise AwkProblem("assignment to what is no variable")

    def value(self, node: Node) -> Value:
        result: Value = _EXPRESSIONS[node[0]](self, node)
        return result

    def matcher(self, node: Node) -> Pattern:
        """The regular expression that an operand of ~ stands for."""
        source = node[1] if node[0] == "regex" else self.string_of(self.value(node))
        fold = self.dialect == "gawk" and self.truth(self.variables.get("IGNORECASE", UNSET))
        return regex_of(source, fold)


def _arithmetic(self: Evaluator, node: Node) -> Value:
    _, operator, left_node, right_node = node
    return calculate(operator, number_of(self.value(left_node)), number_of(self.value(right_node)), self.dialect)


def _assign(self: Evaluator, node: Node) -> Value:
    _, operator, target, source = node
    if operator == "=" and source[0] == "concatenate" and target[0] == "name":
        first, added = _parts(source)
        if first == target:
            return _append(self, target[1], added)
    value = self.value(source)
    if operator != "=":
        kind = operator.rstrip("=").replace("**", "^")
        value = calculate(kind, number_of(self.value(target)), number_of(value), self.dialect)
    self.store(target, value)
    return value


def _parts(node: Node) -> tuple[Node, list[Node]]:
    """The first of several texts that are put together, and those that come after it."""
    added: list[Node] = []
    while node[0] == "concatenate":
        added.append(node[2])
        node = node[1]
    return node, added[::-1]


def _append(self: Evaluator, name: str, added: list[Node]) -> Value:
    """s = s x: in time that grows with x alone, as long as nobody else has the text."""
    text = self.string_of(self.get(name))
    more = "".join([self.string_of(self.value(node)) for node in added])
    scope = self.scope(name)
    if scope.get(name) is text:
        scope[name] = UNSET  # a text that only one name refers to grows in its place
    text += more
    self.set(name, text)
    self.count(0, len(more))
    return text


def _concatenate(self: Evaluator, node: Node) -> Value:
    text = self.string_of(self.value(node[1])) + self.string_of(self.value(node[2]))
    if len(text) > LARGE_TEXT:
        self.count(0, len(text))
    return text


def _compare(self: Evaluator, node: Node) -> Value:
    _, operator, left_node, right_node = node
    left, right = self.value(left_node), self.value(right_node)
    numeric = isinstance(left, float | Numeric) and isinstance(right, float | Numeric)
    a: Any = number_of(left) if numeric else self.string_of(left)
    b: Any = number_of(right) if numeric else self.string_of(right)
    truth = {"<": a < b, "<=": a <= b, "==": a == b, "!=": a != b, ">": a > b, ">=": a >= b}[operator]
    return 1.0 if truth else 0.0


def _step(self: Evaluator, node: Node) -> Value:
    kind, operator, target = node
    old = number_of(self.value(target))
    new = old + (1.0 if operator == "++" else -1.0)
    self.store(target, new)
    return new if kind == "before" else old


def _call(self: Evaluator, node: Node) -> Value:
    _, name, arguments = node
    if name not in self.program.functions:
        raise AwkProblem(f"Call to undefined function: {name}")
    parameters, body = self.program.functions[name]
    if len(self.locals) >= _MAXIMUM_CALLS:
        raise AwkProblem(TOO_DEEP)
    frame: dict[str, Any] = {}
    backs: list[tuple[str, str]] = []
    for place, parameter in enumerate(parameters):
        if place >= len(arguments):
            frame[parameter] = UNSET
            continue
        argument = arguments[place]
        if argument[0] == "name":
            held = self.scope(argument[1]).get(argument[1], UNSET)
            frame[parameter] = held
            if held == "" and not isinstance(held, dict):
                backs.append((parameter, argument[1]))
        else:
            frame[parameter] = self.value(argument)
    self.locals.append(frame)
    result: Value = UNSET
    try:
        self.run(body)
    except FunctionReturn as returned:
        result = returned.value
    finally:
        self.locals.pop()
    for parameter, name in backs:
        if isinstance(frame[parameter], dict):  # an unset variable that the function made an array of
            self.scope(name)[name] = frame[parameter]
    return result


def _file_getline(self: Evaluator, node: Node) -> Value:
    _, source, target = node
    name = self.string_of(self.value(source))
    if name not in self.readers:
        try:
            self.readers[name] = text_of(self.system.read_file(name)).splitlines()
        except OSError:
            return -1.0
    return _take_line(self, self.readers[name], target)


def _take_line(self: Evaluator, lines: list[str], target: Node | None) -> Value:
    if not lines:
        return 0.0
    line = lines.pop(0)
    if target is None:
        self.set_record(line)
    else:
        self.store(target, from_input(line))
    return 1.0


def _command_getline(self: Evaluator, node: Node) -> Value:
    _, source, target = node
    command = self.string_of(self.value(source))
    if command not in self.readers:
        self.readers[command] = self.command(command, captured=True)[1].splitlines()
    value = _take_line(self, self.readers[command], target)
    if value == 1.0:
        self.variables["NR"] += 1.0
    return value


def _getline(self: Evaluator, node: Node) -> Value:
    line = self.more()
    if line is None:
        return 0.0
    self.variables["NR"] += 1.0
    self.variables["FNR"] += 1.0
    return _take_line(self, [line], node[1])


def _joined(self: Evaluator, node: Node) -> Value:
    return self.string_of(self.variables["SUBSEP"]).join(self.string_of(self.value(part)) for part in node[1])


def _match(self: Evaluator, node: Node) -> Value:
    _, negated, left, right = node
    found = self.matcher(right).finds(self.string_of(self.value(left)))
    return 1.0 if found != negated else 0.0


def _element(self: Evaluator, node: Node) -> Value:
    held = self.array(node[1])
    key = self.string_of(self.value(node[2]))
    if key not in held:
        held[key] = UNSET
    return held[key]


def _builtin(self: Evaluator, node: Node) -> Value:
    _, name, arguments = node
    special = _SPECIAL_FUNCTIONS.get(name)
    if special is not None:
        return special(self, name, arguments)
    function = FUNCTIONS.get(name)
    if function is None:
        raise AwkProblem(f"function {name} is not supported")
    return function(self, [self.value(argument) for argument in arguments])


def _length(self: Evaluator, name: str, arguments: Arguments) -> Value:
    if not arguments:
        return float(len(self.record))
    kind, *rest = arguments[0]
    if kind == "name" and isinstance(self.scope(rest[0]).get(rest[0]), dict):
        return float(len(self.array(rest[0])))
    return float(len(self.string_of(self.value(arguments[0]))))


def _match_function(self: Evaluator, name: str, arguments: Arguments) -> Value:
    found = self.matcher(arguments[1]).search(self.string_of(self.value(arguments[0])))
    self.variables["RSTART"] = float(found.start() + 1) if found else 0.0
    self.variables["RLENGTH"] = float(found.end() - found.start()) if found else -1.0
    if len(arguments) > 2:  # gawk: the groups, too
        held = self.array(arguments[2][1])
        held.clear()
        if found:
            held.update({str(group): from_input(found[group] or "") for group in range(found.re.groups + 1)})
    return float(self.variables["RSTART"])


def _sort_array(self: Evaluator, name: str, arguments: Arguments) -> Value:
    """asort and asorti: the values, or the keys, in order under 1, 2 ... (gawk)."""
    source = self.array(arguments[0][1])
    items: list[Value] = sorted(source) if name == "asorti" else sorted(source.values(), key=sort_key)
    held = self.array(arguments[-1][1])
    held.clear()
    held.update({str(place): item for place, item in enumerate(items, 1)})
    return float(len(items))


def _substitute(self: Evaluator, name: str, arguments: Arguments) -> Value:
    expression = self.matcher(arguments[0])
    template = self.string_of(self.value(arguments[1]))
    target: Node = arguments[2] if len(arguments) > 2 else ("field", ("number", 0.0))
    text = self.string_of(self.value(target))
    count = 0

    def replace(match: Found) -> str:
        nonlocal count
        count += 1
        return re.sub(r"\\\\|\\&|&", lambda part: {"\\\\": "\\", "\\&": "&"}.get(part[0], match[0] or ""), template)

    changed = expression.sub(replace, text, 0 if name == "gsub" else 1, adjacent=self.dialect == "busybox")
    if count:
        self.store(target, changed)
    return float(count)


def _gensub(self: Evaluator, name: str, arguments: Arguments) -> Value:
    expression = self.matcher(arguments[0])
    template = self.string_of(self.value(arguments[1]))
    how = self.string_of(self.value(arguments[2]))
    text = self.string_of(self.value(arguments[3])) if len(arguments) > 3 else self.record
    wanted = int(how) if is_digits(how) else 0
    count = 0

    def replace(match: Found) -> str:
        nonlocal count
        count += 1
        if wanted and count != wanted:
            return match[0] or ""
        return re.sub(
            r"\\(\d)|\\&|&",
            lambda part: (match[int(part[1])] or "") if part[1] else "&" if part[0] == "\\&" else match[0] or "",
            template,
        )

    return expression.sub(replace, text)


def _split(self: Evaluator, name: str, arguments: Arguments) -> Value:
    text = self.string_of(self.value(arguments[0]))
    if len(arguments) < 3:
        pieces = split_text(text, self.string_of(self.variables["FS"]))
    elif arguments[2][0] == "regex":
        pieces = self.matcher(arguments[2]).split(text) if text else []
    else:
        pieces = split_text(text, self.string_of(self.value(arguments[2])))
    held = self.array(arguments[1][1])
    held.clear()
    held.update({str(place): from_input(piece) for place, piece in enumerate(pieces, 1)})
    return float(len(pieces))


# Functions that take more than values: arrays, variables to change, regular expressions.
_SPECIAL_FUNCTIONS: dict[str, Callable[[Evaluator, str, Arguments], Value]] = {
    "sub": _substitute,
    "gsub": _substitute,
    "gensub": _gensub,
    "split": _split,
    "length": _length,
    "match": _match_function,
    "asort": _sort_array,
    "asorti": _sort_array,
}

_EXPRESSIONS: dict[str, Callable[[Evaluator, Node], Value]] = {
    "number": lambda self, node: node[1],
    "string": lambda self, node: node[1],
    "regex": lambda self, node: 1.0 if self.matcher(node).finds(self.record) else 0.0,
    "name": lambda self, node: self.get(node[1]),
    "field": lambda self, node: self.field(int(number_of(self.value(node[1])))),
    "element": _element,
    "group": lambda self, node: self.value(node[1]),
    "joined": _joined,
    "assign": _assign,
    "ternary": lambda self, node: self.value(node[2] if self.truth(self.value(node[1])) else node[3]),
    "or": lambda self, node: 1.0 if self.truth(self.value(node[1])) or self.truth(self.value(node[2])) else 0.0,
    "and": lambda self, node: 1.0 if self.truth(self.value(node[1])) and self.truth(self.value(node[2])) else 0.0,
    "in": lambda self, node: 1.0 if self.string_of(self.value(node[2])) in self.array(node[1]) else 0.0,
    "match": _match,
    "compare": _compare,
    "concatenate": _concatenate,
    "arithmetic": _arithmetic,
    "not": lambda self, node: 0.0 if self.truth(self.value(node[1])) else 1.0,
    "negative": lambda self, node: -number_of(self.value(node[1])),
    "positive": lambda self, node: number_of(self.value(node[1])),
    "before": _step,
    "after": _step,
    "call": _call,
    "builtin": lambda self, node: _builtin(self, node),
    "getline": _getline,
    "file_getline": _file_getline,
    "command_getline": _command_getline,
}
