"""Members and chains that are evaluated in one go."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cells import JsArray, JsObject, Slot, Value
from fakedocker.userland.languages.javascript.direct import KINDS, Shortcut, direct
from fakedocker.userland.languages.javascript.emitting import Emitter, Evaluate
from fakedocker.userland.languages.javascript.operators import (
    to_key,
)
from fakedocker.userland.languages.javascript.properties import MISSING
from fakedocker.userland.languages.javascript.shared import HOLE, NULL
from fakedocker.userland.languages.javascript.variables import read, read_this
from fakedocker.userland.languages.machine.code import Frame, Runner


def member(emitter: Emitter, node: syntax.Member) -> Evaluate:
    if isinstance(node.target, syntax.Super):
        return _super_member(emitter, node)
    target = direct(emitter, node.target)
    if node.optional:
        inner = target

        def optional(frame: Frame, machine: Runner) -> Value:
            value = inner(frame, machine)
            if value is None or value is NULL:
                raise Shortcut
            return value

        target = optional
    return member_getter(emitter, node, target)


def member_getter(emitter: Emitter, node: syntax.Member, target: Evaluate) -> Evaluate:
    """The value of a member of what another evaluation gives."""
    at = node.at
    if isinstance(node.key, syntax.PrivateName):
        mark = read(emitter, f"#{node.key.name}", at)
        return lambda frame, machine: machine.language.get_private(target(frame, machine), mark(frame, machine), at)
    if not node.computed and isinstance(node.key, syntax.Literal):
        name = node.key.value

        def plain(frame: Frame, machine: Runner) -> Value:
            value = target(frame, machine)
            if type(value) is JsObject:
                found = value.props.get(name, MISSING)
                if found is not MISSING and type(found) is not Slot:
                    return found
            return machine.language.get_member(value, name, at)

        return plain
    key = direct(emitter, node.key)

    def computed(frame: Frame, machine: Runner) -> Value:
        value = target(frame, machine)
        index = key(frame, machine)
        if type(value) is JsArray and type(index) is float and 0.0 <= index < len(value.items):
            place = int(index)
            if place == index:
                found = value.items[place]
                if found is not HOLE:
                    return found
        return machine.language.get_computed(value, index, at)

    return computed


def _super_member(emitter: Emitter, node: syntax.Member) -> Evaluate:
    function = read(emitter, "%function", node.at)
    this = read_this(emitter, node.target)
    key = direct(emitter, node.key)
    return lambda frame, machine: machine.language.super_get(
        function(frame, machine), this(frame, machine), to_key(machine.language, key(frame, machine))
    )


def chain(emitter: Emitter, node: syntax.Chain) -> Evaluate:
    inner = direct(emitter, node.expression)

    def run(frame: Frame, machine: Runner) -> Value:
        try:
            return inner(frame, machine)
        except Shortcut:
            return None

    return run


def delete(emitter: Emitter, node: syntax.Delete) -> Evaluate:
    """`delete`: true where a chain ends before its member."""
    inner = node.value.expression if isinstance(node.value, syntax.Chain) else node.value
    at, strict = emitter.analysis.noted_places.get(id(node), node.at), emitter.code.is_strict
    if isinstance(inner, syntax.Name):
        return _delete_name(emitter, inner.name, strict, at)
    if not isinstance(inner, syntax.Member):
        value = direct(emitter, node.value)
        return lambda frame, machine: (value(frame, machine), True)[1]
    target, key = direct(emitter, inner.target), direct(emitter, inner.key)
    is_optional = inner.optional

    def run(frame: Frame, machine: Runner) -> Value:
        try:
            where = target(frame, machine)
        except Shortcut:
            return True
        if is_optional and (where is None or where is NULL):
            return True
        return machine.language.delete_member(where, key(frame, machine), strict, at)

    return run


def _delete_name(emitter: Emitter, name: str, strict: bool, at: int) -> Evaluate:
    """A variable stays, a property of the global object goes."""
    if emitter.scope.find(name) is not None:
        return lambda frame, machine: False
    return lambda frame, machine: machine.language.delete_member(machine.language.globals, name, strict, at)


KINDS[syntax.Member] = member
KINDS[syntax.Chain] = chain
KINDS[syntax.Delete] = delete
