"""Assignments that are evaluated in one go."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.assigning import member_store, pattern_store
from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.direct import KINDS, combine, direct
from fakedocker.userland.languages.javascript.emitting import Emitter, Evaluate
from fakedocker.userland.languages.javascript.functions import named
from fakedocker.userland.languages.javascript.operators import (
    BINARY,
    to_boolean,
    to_numeric,
)
from fakedocker.userland.languages.javascript.shared import NULL
from fakedocker.userland.languages.javascript.variables import write
from fakedocker.userland.languages.machine.code import Frame, Runner


def assign(emitter: Emitter, node: syntax.Assign) -> Evaluate:
    target, operator = node.target, node.operator
    if operator == "=":
        name = target.name if isinstance(target, syntax.Name) else ""
        value = named(emitter, node.value, name, direct)
        if isinstance(target, syntax.Member):
            return member_store(emitter, target, direct, value, node.at)
        is_name = isinstance(target, syntax.Name)
        store = write(emitter, name, node.at) if is_name else pattern_store(emitter, target, direct, write)

        def run(frame: Frame, machine: Runner) -> Value:
            found = value(frame, machine)
            store(frame, machine, found)
            return found

        return run
    if operator in ("&&=", "||=", "??="):
        return _logical_assign(emitter, node)
    return _compound(emitter, node)


def _logical_assign(emitter: Emitter, node: syntax.Assign) -> Evaluate:
    operator = node.operator[:2]
    name = node.target.name if isinstance(node.target, syntax.Name) else ""
    value = named(emitter, node.value, name, direct)

    def wanted(old: Value) -> bool:
        if operator == "??":
            return old is None or old is NULL
        return to_boolean(old) == (operator == "&&")

    if isinstance(node.target, syntax.Member):
        return member_store(emitter, node.target, direct, value, node.at, wanted=wanted)
    reading, store = direct(emitter, node.target), write(emitter, name, node.at)

    def run(frame: Frame, machine: Runner) -> Value:
        old = reading(frame, machine)
        if not wanted(old):
            return old
        found = value(frame, machine)
        store(frame, machine, found)
        return found

    return run


def _compound(emitter: Emitter, node: syntax.Assign) -> Evaluate:
    operator, at = node.operator[:-1], emitter.analysis.noted_places.get(id(node), node.at)
    value = direct(emitter, node.value)
    apply = BINARY[operator]
    if isinstance(node.target, syntax.Member):

        def change(frame: Frame, machine: Runner, old: Value) -> tuple[Value, Value]:
            added = value(frame, machine)
            machine.language.position = at
            found = apply(machine.language, old, added)
            machine.language.position = -1
            return found, found

        return member_store(emitter, node.target, direct, None, node.at, change=change)
    assert isinstance(node.target, syntax.Name)
    combined = combine(operator, at, direct(emitter, node.target), value)
    store = write(emitter, node.target.name, node.at)

    def run(frame: Frame, machine: Runner) -> Value:
        found = combined(frame, machine)
        store(frame, machine, found)
        return found

    return run


def update(emitter: Emitter, node: syntax.Update) -> Evaluate:
    step = 1 if node.operator == "++" else -1
    is_prefix, at = node.is_prefix, emitter.analysis.noted_places.get(id(node), node.at)

    def numeric(machine: Runner, old: Value) -> float | int:
        machine.language.position = at
        found = to_numeric(machine.language, old)
        machine.language.position = -1
        return found

    if isinstance(node.target, syntax.Member):

        def change(frame: Frame, machine: Runner, old: Value) -> tuple[Value, Value]:
            number = numeric(machine, old)
            return number + step, number + step if is_prefix else number

        return member_store(emitter, node.target, direct, None, node.at, change=change)
    assert isinstance(node.target, syntax.Name)
    reading, store = direct(emitter, node.target), write(emitter, node.target.name, node.at)

    def run(frame: Frame, machine: Runner) -> Value:
        old = reading(frame, machine)
        if type(old) is not float:
            old = numeric(machine, old)
        new = old + step
        store(frame, machine, new)
        return new if is_prefix else old

    return run


KINDS[syntax.Assign] = assign
KINDS[syntax.Update] = update
