"""Expressions in which a frame may be entered: their parts are left on the frame's stack, operation by operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.classes import push_class
from fakedocker.userland.languages.javascript.delegations import delegated_pattern, words_of_delegation
from fakedocker.userland.languages.javascript.direct import (
    direct,
    join_template,
    place_of_part,
    property_maker,
    text_of_part,
)
from fakedocker.userland.languages.javascript.emitting import Emitter, Label
from fakedocker.userland.languages.javascript.functions import function_maker, named, takes_name
from fakedocker.userland.languages.javascript.operators import BINARY, to_boolean, to_key, type_of, unary
from fakedocker.userland.languages.javascript.rendering import (
    leading_call,
    not_constructed,
    not_delegated,
    not_iterable,
    not_spread,
    position,
    render,
)
from fakedocker.userland.languages.javascript.resuming import await_value, yield_async, yield_value
from fakedocker.userland.languages.javascript.shared import HOLE, NULL
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.machine.code import Frame, Operation, Runner


def push(emitter: Emitter, node: Node, name: str = "") -> None:
    """Leave the value of an expression on the stack. `name`: what a function or class without one is called."""
    if id(node) not in emitter.analysis.waiting:
        value = named(emitter, node, name, direct) if name else direct(emitter, node)
        emitter.op(lambda frame, machine: frame.stack.append(value(frame, machine)), node.at)
        return
    if isinstance(node, syntax.Class):
        push_class(emitter, node, name, push)
        return
    KINDS[type(node)](emitter, node)


def condition(emitter: Emitter, node: Node, otherwise: Label, *, wanted: bool = True) -> None:
    """Go on at a label unless a condition is `wanted`."""
    if id(node) not in emitter.analysis.waiting:
        test = direct(emitter, node)

        def make(place: int) -> Operation:
            def run(frame: Frame, machine: Runner) -> None:
                value = test(frame, machine)
                if (value if type(value) is bool else to_boolean(value)) is not wanted:
                    frame.place = place

            return run

        emitter.jump(make, otherwise, node.at)
        return
    push(emitter, node)

    def make_popping(place: int) -> Operation:
        def run(frame: Frame, machine: Runner) -> None:
            if to_boolean(frame.stack.pop()) is not wanted:
                frame.place = place

        return run

    emitter.jump(make_popping, otherwise, node.at)


def _combining(
    emitter: Emitter, parts: tuple[Node, ...], combine: Callable[[Frame, Runner, list[Value]], Value], at: int
) -> None:
    """Evaluate the parts in their order and leave what becomes of them."""
    for part in parts:
        push(emitter, part)
    count = len(parts)

    def run(frame: Frame, machine: Runner) -> None:
        stack = frame.stack
        values = stack[len(stack) - count :]
        found = combine(frame, machine, values)
        del stack[len(stack) - count :]
        stack.append(found)

    emitter.op(run, at)


def _template(emitter: Emitter, node: syntax.Template) -> None:
    texts = [text or "" for text in node.texts]
    for part in node.parts:
        push(emitter, part)
        emitter.op(_as_text(place_of_part(emitter, node, part)), part.at)
    count = len(node.parts)

    def join(frame: Frame, machine: Runner) -> None:
        stack = frame.stack
        stack[len(stack) - count :] = [join_template(machine, texts, stack[len(stack) - count :])]

    emitter.op(join, node.at)


def _as_text(at: Callable[[], int]) -> Operation:
    def run(frame: Frame, machine: Runner) -> None:
        frame.stack[-1] = text_of_part(machine, frame.stack[-1], at)

    return run


# arrays, objects, arguments


def push_list(emitter: Emitter, items: tuple[Node | None, ...], at: int, *, is_array: bool = False) -> None:
    """Leave a host's list of items, of which some may be spread; those of calls are told of in other words."""
    emitter.op(lambda frame, machine: frame.stack.append([]), at)
    for number, item in enumerate(items):
        if item is None:
            emitter.op(lambda frame, machine: frame.stack[-1].append(HOLE), at)
        elif isinstance(item, syntax.Spread):
            if is_array:
                note_failing_call(emitter, item.value)
            push(emitter, item.value)
            is_sole = not is_array and number == len(items) - 1
            emitter.op(_spread(emitter, item.value, is_array, is_sole), at if is_sole else position(item.value))
        else:
            push(emitter, item)

            def append(frame: Frame, machine: Runner) -> None:
                value = frame.stack.pop()
                frame.stack[-1].append(value)

            emitter.op(append, item.at)


def note_failing_call(emitter: Emitter, node: Node, words: str = "") -> None:
    """V8 says the same of an expression that cannot be gone through and of its call of no function; likewise of one with `new`.
    `words`: of `yield*`."""
    call = leading_call(node)
    if isinstance(call, syntax.New):
        emitter.failing_calls[id(call)] = not_constructed(call, words)
    elif call is not None and words:
        said = not_delegated(node, call.at, words)
        is_async = emitter.code.is_async and said.endswith(" iterable")
        emitter.failing_calls[id(call)] = f"{said.removesuffix('iterable')}async iterable" if is_async else said
    elif call is not None:
        emitter.failing_calls[id(call)] = not_iterable(node, call.at)


def _spread(emitter: Emitter, node: Node, is_array: bool, is_sole: bool) -> Operation:
    """Put what an iterator gives to a list. `is_sole`: whether nothing follows it in a call."""
    at = position(node)
    text = emitter.words(render(node))
    said = emitter.told((not_iterable if is_array else not_spread)(node, at))

    def run(frame: Frame, machine: Runner) -> None:
        realm, value = machine.language, frame.stack[-1]
        values = realm.spread(value, text) if is_sole else realm.take(value, None, at, said)
        frame.stack.pop()
        frame.stack[-1] += values

    return run


def _array(emitter: Emitter, node: syntax.ArrayLiteral) -> None:
    push_list(emitter, node.items, node.at, is_array=True)

    def run(frame: Frame, machine: Runner) -> None:
        frame.stack[-1] = machine.language.array(frame.stack[-1])

    emitter.op(run, node.at)


def _object(emitter: Emitter, node: syntax.ObjectLiteral) -> None:
    emitter.op(lambda frame, machine: frame.stack.append(machine.language.new_object()), node.at)
    for item in node.properties:
        if id(item) not in emitter.analysis.waiting:
            _plain_property(emitter, item)
        elif item.kind == "spread":
            push(emitter, item.value)

            def copy(frame: Frame, machine: Runner, at: int = position(item.value)) -> None:
                machine.language.copy_at(frame.stack[-2], frame.stack[-1], at)
                frame.stack.pop()

            emitter.op(copy, item.at)
        else:
            _property(emitter, item)


def _plain_property(emitter: Emitter, node: syntax.Property) -> None:
    maker = property_maker(emitter, node)
    emitter.op(lambda frame, machine: maker(frame, machine, frame.stack[-1]), node.at)


def _property(emitter: Emitter, node: syntax.Property) -> None:
    if not node.computed and isinstance(node.key, syntax.Literal):
        key = node.key
        emitter.op(lambda frame, machine: frame.stack.append(to_key(machine.language, key.value)), node.at)
        push(emitter, node.value, str(key.value))
    else:
        with emitter.unseen():
            push(emitter, node.key)
        push(emitter, node.value)
    kind = node.kind
    is_named = isinstance(node.value, syntax.Function) or takes_name(node.value)
    is_method = isinstance(node.value, syntax.Function) and node.value.kind in ("method", "getter", "setter")

    def add(frame: Frame, machine: Runner) -> None:
        realm = machine.language
        value, key_value = frame.stack.pop(), to_key(realm, frame.stack.pop())
        made = frame.stack[-1]
        if is_method:
            realm.method_of(made, value)
        if is_named:
            realm.give_name(value, key_value)
        if kind in ("get", "set"):
            realm.add_accessor(made, key_value, kind, value)
        elif key_value == "__proto__" and not is_method and not node.computed:
            realm.set_proto(made, value)
        else:
            made.props[key_value] = value

    emitter.op(add, node.at)


# members and calls


# operators


def _unary(emitter: Emitter, node: syntax.Unary) -> None:
    operator = node.operator
    if operator == "typeof":
        _combining(emitter, (node.value,), lambda frame, machine, values: type_of(values[0]), node.at)
        return
    _combining(
        emitter, (node.value,), lambda frame, machine, values: unary(machine.language, operator, values[0]), node.at
    )


def _binary(emitter: Emitter, node: syntax.Binary) -> None:
    apply = BINARY[node.operator]
    _combining(
        emitter,
        (node.left, node.right),
        lambda frame, machine, values: apply(machine.language, values[0], values[1]),
        node.at,
    )


def _logical(emitter: Emitter, node: syntax.Logical) -> None:
    push(emitter, node.left)
    end = Label()
    keep_unless(emitter, node.operator, end, node.at)
    push(emitter, node.right)
    emitter.mark(end)


def keep_unless(emitter: Emitter, operator: str, end: Label, at: int) -> None:
    """End a logical expression with what is on the stack, or drop it."""

    def make(place: int) -> Operation:
        def run(frame: Frame, machine: Runner) -> None:
            value = frame.stack[-1]
            if operator == "??":
                keeps = value is not None and value is not NULL
            else:
                keeps = to_boolean(value) == (operator == "||")
            if keeps:
                frame.place = place
            else:
                frame.stack.pop()

        return run

    emitter.jump(make, end, at)


def _conditional(emitter: Emitter, node: syntax.Conditional) -> None:
    no, end = Label(), Label()
    condition(emitter, node.test, no)
    push(emitter, node.yes)
    emitter.goto(end, node.at)
    emitter.mark(no)
    push(emitter, node.no)
    emitter.mark(end)


def _sequence(emitter: Emitter, node: syntax.Sequence) -> None:
    for part in node.parts[:-1]:
        push(emitter, part)
        emitter.op(lambda frame, machine: frame.stack.pop() and None, part.at)
    push(emitter, node.parts[-1])


# assignment


# waiting


def _await(emitter: Emitter, node: syntax.Await) -> None:
    push(emitter, node.value)
    emitter.op(await_value, node.at)


def _yield(emitter: Emitter, node: syntax.Yield) -> None:
    if node.value is None:
        emitter.op(lambda frame, machine: frame.stack.append(None), node.at)
    else:
        words = ""
        if node.delegates:
            words = words_of_delegation(emitter.body, node, is_async=emitter.code.is_async)
            note_failing_call(emitter, node.value, words)
            pattern = delegated_pattern(node.value)
            emitter.failing_patterns[id(pattern)] = not_delegated(node.value, position(node.value), words)
        push(emitter, node.value)
    if node.delegates and node.value is not None:
        place = emitter.analysis.noted_places.get(id(node), node.at)
        _delegate(emitter, node.at, place, emitter.told(not_delegated(node.value, place, words)))
    elif emitter.code.is_async:
        emitter.op(await_value, node.at)
        emitter.op(yield_async, node.at)
    else:
        emitter.op(yield_value, node.at)


def _delegate(emitter: Emitter, at: int, place: int, said: str) -> None:
    """`yield*`: yield all that another iterator gives; the value is its last. `place`, `said`: if it is none."""
    slot = emitter.new_slot()
    is_async = emitter.code.is_async

    def begin(frame: Frame, machine: Runner) -> None:
        frame.slots[slot] = machine.language.iterator(frame.stack[-1], is_async, place, said)
        frame.stack[-1] = None

    emitter.op(begin, place)
    again, end = Label(), Label()
    emitter.mark(again)
    emitter.op(lambda frame, machine: machine.language.enter_next(frame.slots[slot], frame.stack.pop()), at)
    if is_async:
        emitter.op(await_value, at)

    def make(place: int) -> Operation:
        def run(frame: Frame, machine: Runner) -> None:
            realm = machine.language
            result = frame.stack.pop()
            if type(result) is tuple:
                value, done = result
            else:
                done = to_boolean(realm.get_result(result, "done", at))
                value = realm.get_member(result, "value", at)
            frame.stack.append(value)
            if done:
                frame.place = place

        return run

    emitter.jump(make, end, at)
    emitter.op(yield_async if is_async else yield_value, at)
    emitter.goto(again, at)
    emitter.mark(end)


def _function(emitter: Emitter, node: syntax.Function) -> None:
    maker = function_maker(emitter, node, node.name)
    emitter.op(lambda frame, machine: frame.stack.append(maker(frame, machine)), node.at)


KINDS: Final[dict[type, Callable[..., None]]] = {
    syntax.Template: _template, syntax.ArrayLiteral: _array, syntax.ObjectLiteral: _object,
    syntax.Unary: _unary, syntax.Binary: _binary,
    syntax.Logical: _logical, syntax.Conditional: _conditional, syntax.Sequence: _sequence,
    syntax.Await: _await, syntax.Yield: _yield, syntax.Function: _function,
}  # fmt: skip
