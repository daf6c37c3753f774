"""Assignments to members and patterns, whose parts wait for nothing."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cells import JsArray, JsObject, Slot, Value
from fakedocker.userland.languages.javascript.emitting import Emitter, Evaluate
from fakedocker.userland.languages.javascript.functions import named
from fakedocker.userland.languages.javascript.operators import to_key
from fakedocker.userland.languages.javascript.places import UNKNOWN_AT, place_of_item
from fakedocker.userland.languages.javascript.properties import MISSING
from fakedocker.userland.languages.javascript.rendering import UNSEEN, UNSURE
from fakedocker.userland.languages.javascript.shared import NULL
from fakedocker.userland.languages.javascript.syntax import Node
from fakedocker.userland.languages.javascript.variables import Store, read, read_this
from fakedocker.userland.languages.machine.code import Frame, Runner

Direct = Callable[[Emitter, Node], Evaluate]
WriteName = Callable[[Emitter, str, int], Store]
Change = Callable[[Frame, Runner, Value], tuple[Value, Value]]


def member_store(
    emitter: Emitter,
    node: syntax.Member,
    direct: Direct,
    value: Evaluate | None,
    put_at: int,
    *,
    wanted: Callable[[Value], bool] | None = None,
    change: Change | None = None,
) -> Evaluate:
    """An assignment to a member: of a value, of a value if the old one is such that it is wanted, or of what `change` makes
    of the old one (the new value, and that of the expression). `put_at`: where the operator stands."""
    target, key = member_parts(emitter, node, direct)
    at, strict = emitter.analysis.noted_places.get(id(node), node.target.at), emitter.code.is_strict
    setter = setter_of(node)

    if value is not None and wanted is None:
        return _plain_store(node, target, key, value, strict, put_at)
    getter = getter_of(node)

    def modify(frame: Frame, machine: Runner) -> Value:
        where, index = target(frame, machine), key(frame, machine)
        if not isinstance(node.key, syntax.PrivateName):
            index = to_key(machine.language, index)
        old = getter(machine, where, index, at)
        if change is not None:
            new, shown = change(frame, machine, old)
        else:
            assert wanted is not None and value is not None
            if not wanted(old):
                return old
            new = shown = value(frame, machine)
        setter(machine, where, index, new, strict, put_at)
        return shown

    return modify


def _plain_store(
    node: syntax.Member, target: Evaluate, key: Evaluate, value: Evaluate, strict: bool, at: int
) -> Evaluate:
    """`target[key] = value`, quick for what is usual."""
    setter = setter_of(node)
    if not node.computed and isinstance(node.key, syntax.Literal) and not isinstance(node.target, syntax.Super):
        name = node.key.value

        def plain(frame: Frame, machine: Runner) -> Value:
            where = target(frame, machine)
            found = value(frame, machine)
            if type(where) is JsObject and type(where.props.get(name, MISSING)) not in (Slot, object):
                where.props[name] = found
            else:
                setter(machine, where, name, found, strict, at)
            return found

        return plain

    def assign(frame: Frame, machine: Runner) -> Value:
        where, index = target(frame, machine), key(frame, machine)
        found = value(frame, machine)
        if (
            type(where) is JsArray
            and type(index) is float
            and 0.0 <= index < len(where.items)
            and not where.fixed
            and where.extensible
            and index == int(index)
        ):
            where.items[int(index)] = found
        else:
            setter(machine, where, index, found, strict, at)
        return found

    return assign


def member_parts(emitter: Emitter, node: syntax.Member, direct: Direct) -> tuple[Evaluate, Evaluate]:
    """What a member is of, and its key; a private name's is its mark."""
    is_super = isinstance(node.target, syntax.Super)
    target = read_this(emitter, node.target) if is_super else direct(emitter, node.target)
    if isinstance(node.key, syntax.PrivateName):
        return target, read(emitter, f"#{node.key.name}", node.at)
    return target, direct(emitter, node.key)


def setter_of(node: syntax.Member) -> Callable[[Runner, Value, Value, Value, bool, int], None]:
    """What sets a member of such a form: machine, object, key, value, strict, at."""
    if isinstance(node.key, syntax.PrivateName):
        return lambda machine, where, key, value, strict, at: machine.language.set_private(where, key, value, at)
    return lambda machine, where, key, value, strict, at: machine.language.set_member(where, key, value, strict, at)


def getter_of(node: syntax.Member) -> Callable[[Runner, Value, Value, int], Value]:
    """What reads a member of such a form: machine, object, key, at."""
    if isinstance(node.key, syntax.PrivateName):
        return lambda machine, where, key, at: machine.language.get_private(where, key, at)
    return lambda machine, where, key, at: machine.language.get_computed(where, key, at)


# patterns


def pattern_store(emitter: Emitter, node: Node, direct: Direct, write_name: WriteName) -> Store:
    """What takes a value apart as a pattern says. `write_name` gives what stores into a name."""
    match told_as_seen(emitter, node):
        case syntax.Name(at, name):
            return write_name(emitter, name, at)
        case syntax.Member() as node:
            target, key = member_parts(emitter, node, direct)
            setter, strict, at = setter_of(node), emitter.code.is_strict, place_of_item(node)
            return lambda frame, machine, value: setter(
                machine, target(frame, machine), key(frame, machine), value, strict, at
            )
        case syntax.WithDefault(_, target_node, default_node):
            return _with_default(emitter, target_node, default_node, direct, write_name)
        case syntax.ArrayPattern() as node:
            return _array_store(emitter, node, direct, write_name)
        case syntax.ObjectPattern() as node:
            return _object_store(emitter, node, direct, write_name)
    raise AssertionError(f"{type(node).__name__} is no pattern")


def told_as_seen(emitter: Emitter, node: Node) -> Node:
    """A pattern with what is said of what it takes apart, which is nothing where V8 does not find that."""
    if isinstance(node, syntax.ArrayPattern) and node.said == UNSURE:
        node = node._replace(said=emitter.failing_patterns.get(id(node), UNSURE))
    if not emitter.is_unseen:
        return node
    if isinstance(node, syntax.ArrayPattern):
        return node._replace(said="", held=None)
    return node._replace(said=UNSEEN, is_inner=True) if isinstance(node, syntax.ObjectPattern) else node


def _with_default(emitter: Emitter, target: Node, default: Node, direct: Direct, write_name: WriteName) -> Store:
    value = named(emitter, default, target.name if isinstance(target, syntax.Name) else "", direct)
    store = pattern_store(emitter, target, direct, write_name)

    def run(frame: Frame, machine: Runner, found: Value) -> None:
        store(frame, machine, value(frame, machine) if found is None else found)

    return run


def _array_store(emitter: Emitter, node: syntax.ArrayPattern, direct: Direct, write_name: WriteName) -> Store:
    stores = [None if item is None else pattern_store(emitter, item, direct, write_name) for item in node.items]
    rest = None if node.rest is None else pattern_store(emitter, rest_of(node), direct, write_name)
    at, count, said = node.place if node.place >= 0 else node.at, len(stores), node.held or node.said
    places = places_of_items(node, at)
    are_names = all(item is None or isinstance(item, syntax.Name) for item in node.items)

    def run(frame: Frame, machine: Runner, value: Value) -> None:
        realm = machine.language
        if are_names and type(value) is JsArray and rest is None:
            values = realm.take(value, count, at, said)
            for place, store in enumerate(stores):
                if store is not None:
                    store(frame, machine, values[place] if place < len(values) else None)
            return
        state = realm.begin_taking(value, at, said)
        is_thrown = True
        try:
            for place, store in zip(places, stores, strict=False):
                found = realm.next_taken(state, place)
                if store is not None:
                    store(frame, machine, found)
            if rest is not None:
                rest(frame, machine, realm.rest_taken(state, places[-1]))
            is_thrown = False
        finally:
            realm.end_taking(state, places[-1], is_thrown=is_thrown)

    return run


def rest_of(node: syntax.ArrayPattern) -> Node:
    """What gets the rest: a name is told to be at the dots."""
    assert node.rest is not None
    return node.rest._replace(at=node.rest_at) if isinstance(node.rest, syntax.Name) else node.rest


def places_of_items(node: syntax.ArrayPattern, at: int) -> list[int]:
    """Where it is told that the steps of an iterator are: at the items, of which holes have no place of their own. The rest's is the last."""
    places: list[int] = []
    for item in node.items:
        at = at if item is None else place_of_item(item)
        places.append(at)
    if node.rest is not None:
        at = UNKNOWN_AT if isinstance(node.rest, syntax.Member) else node.rest_at
    return [*places, at]


def _object_store(emitter: Emitter, node: syntax.ObjectPattern, direct: Direct, write_name: WriteName) -> Store:
    parts: list[tuple[Evaluate, Store, int]] = []
    for (key_node, _, _), target in zip(node.pairs, node.targets, strict=True):
        with emitter.unseen():
            key = direct(emitter, key_node)
        parts.append((key, pattern_store(emitter, target, direct, write_name), place_of_item(target)))
    rest = None if node.rest is None else pattern_store(emitter, node.rest, direct, write_name)
    at = node.place

    def run(frame: Frame, machine: Runner, value: Value) -> None:
        realm = machine.language
        if value is None or value is NULL:
            raise realm.cannot_destructure(value, node, at)
        taken: list[Value] = []
        for key, store, place in parts:
            name = to_key(realm, key(frame, machine))
            taken.append(name)
            store(frame, machine, realm.get_at(value, name, place))
        if rest is not None:
            rest(frame, machine, realm.copy_without(value, taken))

    return run
