"""Assignments whose parts wait: to names, members and patterns, operation by operation."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.assigning import (
    getter_of,
    pattern_store,
    places_of_items,
    rest_of,
    setter_of,
    told_as_seen,
)
from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.direct import direct
from fakedocker.userland.languages.javascript.emitting import Emitter, Label
from fakedocker.userland.languages.javascript.jumping import THROWN, close_final, drop, open_final
from fakedocker.userland.languages.javascript.operators import BINARY, to_key, to_numeric
from fakedocker.userland.languages.javascript.places import place_of_item
from fakedocker.userland.languages.javascript.shared import NULL
from fakedocker.userland.languages.javascript.stacked import KINDS, keep_unless, note_failing_call, push
from fakedocker.userland.languages.javascript.stacked_calls import push_key
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.javascript.variables import read, read_this, write
from fakedocker.userland.languages.machine.code import Frame, Operation, Runner


def assign(emitter: Emitter, node: syntax.Assign) -> None:
    target, operator = node.target, node.operator
    if isinstance(target, syntax.Member):
        _assign_member(emitter, node, target)
        return
    name = target.name if isinstance(target, syntax.Name) else ""
    if operator == "=":
        if isinstance(target, syntax.ArrayPattern):
            note_failing_call(emitter, node.value)
        push(emitter, node.value, name)
        if isinstance(target, syntax.Name):
            storing = write(emitter, name, node.at)
            emitter.op(lambda frame, machine: storing(frame, machine, frame.stack[-1]), node.at)
            return
        emitter.op(lambda frame, machine: frame.stack.append(frame.stack[-1]), node.at)
        store(emitter, target)
        return
    reading, writing = read(emitter, name, target.at), write(emitter, name, node.at)
    emitter.op(lambda frame, machine: frame.stack.append(reading(frame, machine)), target.at)
    end = Label()
    if operator in ("&&=", "||=", "??="):
        keep_unless(emitter, operator[:-1], end, node.at)
        push(emitter, node.value, name)
    else:
        push(emitter, node.value)
        apply = BINARY[operator[:-1]]

        def combine(frame: Frame, machine: Runner) -> None:
            right = frame.stack.pop()
            frame.stack[-1] = apply(machine.language, frame.stack[-1], right)

        emitter.op(combine, emitter.analysis.noted_places.get(id(node), node.at))
    emitter.op(lambda frame, machine: writing(frame, machine, frame.stack[-1]), node.at)
    emitter.mark(end)


def _assign_member(emitter: Emitter, node: syntax.Assign, target: syntax.Member) -> None:
    places = emitter.analysis.noted_places
    getter, setter, strict = getter_of(target), setter_of(target), emitter.code.is_strict
    at, step_at = places.get(id(target), target.target.at), places.get(id(node), node.at)
    if isinstance(target.target, syntax.Super):
        this = read_this(emitter, target.target)
        emitter.op(lambda frame, machine: frame.stack.append(this(frame, machine)), target.at)
    else:
        push(emitter, target.target)
    push_key(emitter, target)
    end, through = Label(), Label()
    if node.operator != "=":

        def fetch(frame: Frame, machine: Runner) -> None:
            if not isinstance(target.key, syntax.PrivateName):
                frame.stack[-1] = to_key(machine.language, frame.stack[-1])
            frame.stack.append(getter(machine, frame.stack[-2], frame.stack[-1], at))

        emitter.op(fetch, at)
    if node.operator in ("&&=", "||=", "??="):
        keep_unless(emitter, node.operator[:-1], end, node.at)
        push(emitter, node.value)
    elif node.operator == "=":
        push(emitter, node.value)
    else:
        push(emitter, node.value)
        apply = BINARY[node.operator[:-1]]

        def combine(frame: Frame, machine: Runner) -> None:
            right = frame.stack.pop()
            frame.stack[-1] = apply(machine.language, frame.stack[-1], right)

        emitter.op(combine, step_at)

    def assign(frame: Frame, machine: Runner) -> None:
        value, key, where = frame.stack.pop(), frame.stack.pop(), frame.stack.pop()
        setter(machine, where, key, value, strict, node.at)
        frame.stack.append(value)

    emitter.op(assign, node.at)
    emitter.goto(through, node.at)
    emitter.mark(end)

    def drop_below(frame: Frame, machine: Runner) -> None:
        del frame.stack[-3:-1]

    emitter.op(drop_below, node.at)
    emitter.mark(through)


def update(emitter: Emitter, node: syntax.Update) -> None:
    target = node.target
    assert isinstance(target, syntax.Member)
    places = emitter.analysis.noted_places
    getter, setter, strict = getter_of(target), setter_of(target), emitter.code.is_strict
    at, step_at = places.get(id(target), target.target.at), places.get(id(node), node.at)
    push(emitter, target.target)
    push_key(emitter, target)
    step, is_prefix = (1 if node.operator == "++" else -1), node.is_prefix

    def run(frame: Frame, machine: Runner) -> None:
        realm = machine.language
        key, where = frame.stack.pop(), frame.stack.pop()
        if not isinstance(target.key, syntax.PrivateName):
            key = to_key(realm, key)
        found = getter(machine, where, key, at)
        realm.position = step_at
        old = to_numeric(realm, found)
        realm.position = -1
        setter(machine, where, key, old + step, strict, node.at)
        frame.stack.append(old + step if is_prefix else old)

    emitter.op(run, node.at)


def wrong_target(emitter: Emitter, node: syntax.WrongTarget) -> None:
    """Make the call, and refuse to assign to it."""
    push(emitter, node.call)

    def refuse(frame: Frame, machine: Runner) -> None:
        raise machine.language.error("ReferenceError", node.message)

    emitter.op(refuse, node.call.at)


def store(
    emitter: Emitter, target: Node, write_name: Callable[..., Callable[[Frame, Runner, Value], None]] = write
) -> None:
    """Take the value on the stack apart as a pattern says. `write_name` gives what stores into a name."""
    if id(target) not in emitter.analysis.waiting:
        storing = pattern_store(emitter, target, direct, write_name)
        emitter.op(lambda frame, machine: storing(frame, machine, frame.stack.pop()), target.at)
        return
    match told_as_seen(emitter, target):
        case syntax.WithDefault(at, inner, default):
            present = Label()

            def make(place: int) -> Operation:
                def run(frame: Frame, machine: Runner) -> None:
                    if frame.stack[-1] is not None:
                        frame.place = place
                    else:
                        frame.stack.pop()

                return run

            emitter.jump(make, present, at)
            push(emitter, default, inner.name if isinstance(inner, syntax.Name) else "")
            emitter.mark(present)
            store(emitter, inner, write_name)
        case syntax.Member(at, _, _, _, _) as member:
            setter, strict = setter_of(member), emitter.code.is_strict
            push(emitter, member.target)
            push_key(emitter, member)

            def assign(frame: Frame, machine: Runner) -> None:
                key, where, value = frame.stack.pop(), frame.stack.pop(), frame.stack.pop()
                setter(machine, where, key, value, strict, at)

            emitter.op(assign, at)
        case syntax.WrongTarget() as wrong:
            emitter.op(lambda frame, machine: frame.stack.pop(), target.at)
            wrong_target(emitter, wrong)
        case syntax.ArrayPattern() as pattern:
            _store_array(emitter, pattern, write_name)
        case syntax.ObjectPattern() as pattern:
            _store_object(emitter, pattern, write_name)


def _store_array(
    emitter: Emitter, node: syntax.ArrayPattern, write_name: Callable[..., Callable[[Frame, Runner, Value], None]]
) -> None:
    slot, at = emitter.new_slot(), node.at
    place, said = node.place if node.place >= 0 else at, node.held or node.said
    places = places_of_items(node, place)

    def begin(frame: Frame, machine: Runner) -> None:
        frame.slots[slot] = machine.language.begin_taking(frame.stack[-1], place, said)
        frame.stack.pop()

    emitter.op(begin, at)
    final = open_final(emitter, at)
    for item, item_at in zip(node.items, places, strict=False):

        def step(frame: Frame, machine: Runner, at: int = item_at) -> None:
            frame.stack.append(machine.language.next_taken(frame.slots[slot], at))

        emitter.op(step, item_at)
        if item is None:
            emitter.op(drop, at)
        else:
            store(emitter, item, write_name)
    if node.rest is not None:
        emitter.op(
            lambda frame, machine: frame.stack.append(machine.language.rest_taken(frame.slots[slot], places[-1])),
            places[-1],
        )
        store(emitter, rest_of(node), write_name)

    def end(frame: Frame, machine: Runner) -> None:
        state, frame.slots[slot] = frame.slots[slot], None
        machine.language.end_taking(state, places[-1], is_thrown=frame.slots[final.kind_slot] == THROWN)

    close_final(emitter, final, at, lambda: emitter.op(end, at))


def _store_object(
    emitter: Emitter, node: syntax.ObjectPattern, write_name: Callable[..., Callable[[Frame, Runner, Value], None]]
) -> None:
    slot, taken, at = emitter.new_slot(), emitter.new_slot(), node.at

    def begin(frame: Frame, machine: Runner) -> None:
        value = frame.stack[-1]
        if value is None or value is NULL:
            raise machine.language.cannot_destructure(value, node, node.place)
        frame.slots[slot] = frame.stack.pop()
        frame.slots[taken] = []

    emitter.op(begin, at)
    for (key, _, _), target in zip(node.pairs, node.targets, strict=True):
        with emitter.unseen():
            push(emitter, key)

        place = place_of_item(target)

        def fetch(frame: Frame, machine: Runner, place: int = place) -> None:
            realm = machine.language
            found = to_key(realm, frame.stack.pop())
            frame.slots[taken].append(found)
            frame.stack.append(realm.get_at(frame.slots[slot], found, place))

        emitter.op(fetch, place)
        store(emitter, target, write_name)
    if node.rest is not None:
        emitter.op(
            lambda frame, machine: frame.stack.append(
                machine.language.copy_without(frame.slots[slot], frame.slots[taken])
            ),
            at,
        )
        store(emitter, node.rest, write_name)

    def end(frame: Frame, machine: Runner) -> None:
        frame.slots[slot] = frame.slots[taken] = None

    emitter.op(end, at)


KINDS[syntax.Assign] = assign
KINDS[syntax.Update] = update
KINDS[syntax.WrongTarget] = wrong_target
