"""Members and chains that are evaluated in one go."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cells import JsArray, JsObject, Slot, Value
from fakedocker.userland.languages.javascript.direct import KINDS, direct
from fakedocker.userland.languages.javascript.emitting import Emitter, Evaluate
from fakedocker.userland.languages.javascript.operators import (
    to_key,
)
from fakedocker.userland.languages.javascript.properties import MISSING
from fakedocker.userland.languages.javascript.shared import HOLE, NULL
from fakedocker.userland.languages.javascript.variables import read
from fakedocker.userland.languages.machine.code import Frame, Runner


class Shortcut(Exception):
    """A `?.` found nothing: the whole chain is undefined."""


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
    this = read(emitter, "this", node.at)
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


KINDS[syntax.Member] = member
KINDS[syntax.Chain] = chain
