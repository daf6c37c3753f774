"""Expressions in which no frame is entered, as functions of the host: they are evaluated in one go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cells import JsObject, Symbol, Value
from fakedocker.userland.languages.javascript.emitting import Emitter, Evaluate
from fakedocker.userland.languages.javascript.functions import function_maker, named, takes_name
from fakedocker.userland.languages.javascript.numbers import number_text
from fakedocker.userland.languages.javascript.operators import (
    BINARY,
    add,
    to_boolean,
    to_key,
    to_text,
    type_of,
    unary,
)
from fakedocker.userland.languages.javascript.places import noted_places
from fakedocker.userland.languages.javascript.rendering import not_iterable, position
from fakedocker.userland.languages.javascript.shared import HOLE, NULL, WellKnown
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.javascript.variables import read, read_this
from fakedocker.userland.languages.machine.code import Frame, Runner


class Shortcut(Exception):
    """A `?.` found nothing: the whole chain is undefined."""


def direct(emitter: Emitter, node: Node) -> Evaluate:
    """An expression as a function of the frame and the machine."""
    return KINDS[type(node)](emitter, node)


def _name(emitter: Emitter, node: syntax.Name) -> Evaluate:
    if node.name == "undefined" and emitter.scope.find("undefined") is None:
        return lambda frame, machine: None
    return read(emitter, node.name, emitter.analysis.noted_places.get(id(node), node.at))


def _literal(emitter: Emitter, node: syntax.Literal) -> Evaluate:
    value: Value = NULL if node.value is None else node.value
    return lambda frame, machine: value


def _pattern(emitter: Emitter, node: syntax.RegExpLiteral) -> Evaluate:
    source, flags, at = node.pattern, node.flags, node.at
    return lambda frame, machine: machine.language.new_pattern(source, flags, at)


def _template(emitter: Emitter, node: syntax.Template) -> Evaluate:
    parts = [(direct(emitter, part), place_of_part(emitter, node, part)) for part in node.parts]
    texts = [text or "" for text in node.texts]

    def run(frame: Frame, machine: Runner) -> Value:
        return join_template(machine, texts, [text_of_part(machine, part(frame, machine), at) for part, at in parts])

    return run


def place_of_part(emitter: Emitter, node: syntax.Template, part: Node) -> Callable[[], int]:
    """What gives the place where it is told that a part of a template is no text, if it is asked for."""
    root = emitter.analysis.roots.get(id(node))
    return lambda: noted_places(root, is_whole=True).get(id(part), part.at) if root is not None else part.at


def text_of_part(machine: Runner, value: Value, at: Callable[[], int]) -> str:
    """A value of a template as text."""
    if type(value) is str:
        return str(value)
    if type(value) is float:
        return number_text(value)
    machine.language.position = at() if isinstance(value, JsObject | Symbol | WellKnown) else -1
    found = to_text(machine.language, value)
    machine.language.position = -1
    return found


def join_template(machine: Runner, texts: list[str], values: list[str]) -> str:
    """The texts of a template around its values."""
    pieces = [texts[0]]
    for text, value in zip(texts[1:], values, strict=True):
        pieces += (value, text)
    joined = "".join(pieces)
    machine.language.check_length(len(joined))
    return joined


def _array(emitter: Emitter, node: syntax.ArrayLiteral) -> Evaluate:
    items: list[tuple[bool, Evaluate]] = []
    for item in node.items:
        if item is None:
            items.append((False, lambda frame, machine: HOLE))
        elif isinstance(item, syntax.Spread):
            items.append((True, direct(emitter, item.value)))
        else:
            items.append((False, direct(emitter, item)))
    texts = [
        (emitter.told(not_iterable(item.value, position(item.value))), position(item.value))
        if isinstance(item, syntax.Spread)
        else None
        for item in node.items
    ]

    def run(frame: Frame, machine: Runner) -> Value:
        found: list[Value] = []
        for (is_spread, item), text in zip(items, texts, strict=True):
            value = item(frame, machine)
            if is_spread and text is not None:
                found += machine.language.take(value, None, text[1], text[0])
            else:
                found.append(value)
        return machine.language.array(found)

    return run


def _object(emitter: Emitter, node: syntax.ObjectLiteral) -> Evaluate:
    makers = [property_maker(emitter, item) for item in node.properties]

    def run(frame: Frame, machine: Runner) -> Value:
        made = machine.language.new_object()
        for maker in makers:
            maker(frame, machine, made)
        return made

    return run


def property_maker(emitter: Emitter, node: syntax.Property) -> Callable[[Frame, Runner, JsObject], None]:
    """What puts a property of a literal into the object. Its parts wait for nothing."""
    if node.kind == "spread":
        value = direct(emitter, node.value)
        at = position(node.value)
        return lambda frame, machine, made: machine.language.copy_at(made, value(frame, machine), at)
    key = _property_key(emitter, node)
    is_method = isinstance(node.value, syntax.Function) and node.value.kind in ("method", "getter", "setter")
    if node.kind in ("get", "set"):
        accessor = direct(emitter, node.value)
        kind = node.kind
        return lambda frame, machine, made: machine.language.add_accessor(
            made, key(frame, machine), kind, machine.language.method_of(made, accessor(frame, machine))
        )
    if not node.computed and isinstance(node.key, syntax.Literal):
        name = _literal_key(node.key)
        value = named(emitter, node.value, name, direct)
        if name == "__proto__" and not is_method and not is_shorthand(node):
            return lambda frame, machine, made: machine.language.set_proto(made, value(frame, machine))
        if is_method:

            def add_method(frame: Frame, machine: Runner, made: JsObject) -> None:
                made.props[name] = machine.language.method_of(made, value(frame, machine))

            return add_method

        def add_plain(frame: Frame, machine: Runner, made: JsObject) -> None:
            made.props[name] = value(frame, machine)

        return add_plain
    plain = direct(emitter, node.value)
    is_named = isinstance(node.value, syntax.Function) or takes_name(node.value)

    def add_computed(frame: Frame, machine: Runner, made: JsObject) -> None:
        computed = key(frame, machine)
        value = plain(frame, machine)
        if is_named:
            machine.language.give_name(value, computed)
        made.props[computed] = machine.language.method_of(made, value) if is_method else value

    return add_computed


def is_shorthand(node: syntax.Property) -> bool:
    """Whether a property is written as its name alone."""
    return isinstance(node.value, syntax.Name) and node.value.at == node.key.at


def _literal_key(node: syntax.Literal) -> str:
    if isinstance(node.value, str):
        return node.value
    return number_text(node.value) if isinstance(node.value, float) else str(node.value)


def _property_key(emitter: Emitter, node: syntax.Property) -> Evaluate:
    if isinstance(node.key, syntax.Literal) and not node.computed:
        name = _literal_key(node.key)
        return lambda frame, machine: name
    with emitter.unseen():
        key = direct(emitter, node.key)
    return lambda frame, machine: to_key(machine.language, key(frame, machine))


def _function(emitter: Emitter, node: syntax.Function) -> Evaluate:
    return function_maker(emitter, node, node.name)


def _this(emitter: Emitter, node: syntax.This) -> Evaluate:
    return read_this(emitter, node)


def _new_target(emitter: Emitter, node: syntax.NewTarget) -> Evaluate:
    return read(emitter, "new.target", node.at)


def _import_meta(emitter: Emitter, node: syntax.ImportMeta) -> Evaluate:
    name = emitter.code.source.name
    return lambda frame, machine: machine.language.import_meta(name)


# members


# operators


def _unary(emitter: Emitter, node: syntax.Unary) -> Evaluate:
    operator, at = node.operator, node.at
    if operator == "typeof" and isinstance(node.value, syntax.Name) and emitter.scope.find(node.value.name) is None:
        name = node.value.name
        return lambda frame, machine: type_of(machine.language.global_or_undefined(name))
    value = direct(emitter, node.value)
    if operator == "!":
        return lambda frame, machine: not to_boolean(value(frame, machine))
    if operator == "-" and isinstance(node.value, syntax.Literal) and isinstance(node.value.value, float):
        number = -node.value.value
        return lambda frame, machine: number

    def run(frame: Frame, machine: Runner) -> Value:
        operand = value(frame, machine)
        machine.language.position = at
        found = unary(machine.language, operator, operand)
        machine.language.position = -1
        return found

    return run


def _binary(emitter: Emitter, node: syntax.Binary) -> Evaluate:
    operator, at = node.operator, node.at
    if isinstance(node.left, syntax.PrivateName):
        mark, target = read(emitter, f"#{node.left.name}", at), direct(emitter, node.right)
        return lambda frame, machine: machine.language.has_private(target(frame, machine), mark(frame, machine))
    return combine(operator, at, direct(emitter, node.left), direct(emitter, node.right))


def combine(operator: str, at: int, left: Evaluate, right: Evaluate) -> Evaluate:
    """A binary operator over two evaluations, quick for numbers."""
    quick = _QUICK.get(operator)
    if quick is not None:
        return quick(left, right, at)
    apply = BINARY[operator]

    def run(frame: Frame, machine: Runner) -> Value:
        first = left(frame, machine)
        second = right(frame, machine)
        machine.language.position = at
        found = apply(machine.language, first, second)
        machine.language.position = -1
        return found

    return run


def _quick_add(left: Evaluate, right: Evaluate, at: int) -> Evaluate:
    def run(frame: Frame, machine: Runner) -> Value:
        first, second = left(frame, machine), right(frame, machine)
        if type(first) is float and type(second) is float:
            return first + second
        machine.language.position = at
        found = add(machine.language, first, second)
        machine.language.position = -1
        return found

    return run


def _quick(operator: str, body: Callable[[float, float], Value]) -> Callable[[Evaluate, Evaluate, int], Evaluate]:
    apply = BINARY[operator]

    def make(left: Evaluate, right: Evaluate, at: int) -> Evaluate:
        def run(frame: Frame, machine: Runner) -> Value:
            first, second = left(frame, machine), right(frame, machine)
            if type(first) is float and type(second) is float:
                return body(first, second)
            machine.language.position = at
            found = apply(machine.language, first, second)
            machine.language.position = -1
            return found

        return run

    return make


_QUICK: Final[dict[str, Callable[[Evaluate, Evaluate, int], Evaluate]]] = {
    "+": _quick_add,
    "-": _quick("-", lambda first, second: first - second),
    "*": _quick("*", lambda first, second: first * second),
    "<": _quick("<", lambda first, second: first < second),
    ">": _quick(">", lambda first, second: first > second),
    "<=": _quick("<=", lambda first, second: first <= second),
    ">=": _quick(">=", lambda first, second: first >= second),
    "===": _quick("===", lambda first, second: first == second),
    "!==": _quick("!==", lambda first, second: first != second),
}


def _logical(emitter: Emitter, node: syntax.Logical) -> Evaluate:
    left, right = direct(emitter, node.left), direct(emitter, node.right)
    if node.operator == "&&":

        def both(frame: Frame, machine: Runner) -> Value:
            value = left(frame, machine)
            return right(frame, machine) if to_boolean(value) else value

        return both
    if node.operator == "||":

        def either(frame: Frame, machine: Runner) -> Value:
            value = left(frame, machine)
            return value if to_boolean(value) else right(frame, machine)

        return either

    def present(frame: Frame, machine: Runner) -> Value:
        value = left(frame, machine)
        return right(frame, machine) if value is None or value is NULL else value

    return present


def _conditional(emitter: Emitter, node: syntax.Conditional) -> Evaluate:
    test, yes, no = (direct(emitter, part) for part in (node.test, node.yes, node.no))

    def run(frame: Frame, machine: Runner) -> Value:
        return yes(frame, machine) if to_boolean(test(frame, machine)) else no(frame, machine)

    return run


def _sequence(emitter: Emitter, node: syntax.Sequence) -> Evaluate:
    parts = [direct(emitter, part) for part in node.parts]

    def run(frame: Frame, machine: Runner) -> Value:
        value: Value = None
        for part in parts:
            value = part(frame, machine)
        return value

    return run


# assignment


KINDS: Final[dict[type, Callable[..., Evaluate]]] = {
    syntax.Name: _name, syntax.Literal: _literal, syntax.RegExpLiteral: _pattern, syntax.Template: _template, syntax.ArrayLiteral: _array,
    syntax.ObjectLiteral: _object, syntax.Function: _function, syntax.This: _this, syntax.NewTarget: _new_target,
    syntax.ImportMeta: _import_meta, syntax.Unary: _unary, syntax.Binary: _binary,
    syntax.Logical: _logical, syntax.Conditional: _conditional, syntax.Sequence: _sequence,
}  # fmt: skip
