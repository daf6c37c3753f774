"""Classes: their constructor, methods, fields, private names, and `super(...)`."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.calls import construct, enter, enter_fields
from fakedocker.userland.languages.javascript.cells import JsFunction, JsObject, PrivateMark
from fakedocker.userland.languages.javascript.emitting import Emitter, Evaluate
from fakedocker.userland.languages.javascript.functions import closure_maker, function_maker, takes_name
from fakedocker.userland.languages.javascript.operators import to_key
from fakedocker.userland.languages.javascript.rendering import position
from fakedocker.userland.languages.javascript.shared import NULL, UNINITIALIZED, Host, Native
from fakedocker.userland.languages.javascript.variables import open_scope, read, read_variable, store_variable
from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.machine.code import Frame, Operation, Runner

Push = Callable[..., None]


def push_class(emitter: Emitter, node: syntax.Class, name: str, push: Push) -> None:
    """Leave a class on the stack: while it is made, its parts are (prototype, constructor)."""
    outer = emitter.scope
    emitter.scope = emitter.analysis.scopes[id(node)]
    open_scope(emitter, node.at)
    _make_marks(emitter, node)
    if node.parent is None:
        emitter.op(lambda frame, machine: frame.stack.append(UNINITIALIZED), node.at)
    else:
        push(emitter, node.parent)
    keys = _push_keys(emitter, node, push)
    _make_constructor(emitter, node, node.name or name)
    for member in node.members:
        if isinstance(member, syntax.Method):
            _method(emitter, member, _key_of(emitter, member, keys))
        elif not member.is_static:
            _field(emitter, member, _key_of(emitter, member, keys))
    _bind_name(emitter, node)
    at = emitter.analysis.noted_places.get(id(node), node.at)
    for member in node.members:
        if isinstance(member, syntax.Field) and member.is_static:
            _static(emitter, member, None if member.key is None else _key_of(emitter, member, keys), at)

    def end(frame: Frame, machine: Runner) -> None:
        del frame.stack[-2]

    emitter.op(end, node.at)
    emitter.scope = outer


def _make_marks(emitter: Emitter, node: syntax.Class) -> None:
    """The class's private names, new each time that it is made."""
    variables = [variable for variable in emitter.scope.names.values() if variable.kind == "private"]
    if not variables:
        return
    owners = _owners(node)
    stores = [
        (store_variable(emitter, variable), variable.name, owners.get(variable.name, "")) for variable in variables
    ]
    boxed = [variable.slot for variable in variables if variable.boxed]

    def run(frame: Frame, machine: Runner) -> None:
        machine.language.renew_boxes(frame, boxed)
        for store, name, owner in stores:
            store(frame, machine, PrivateMark(name, owner))

    emitter.op(run, node.at)


def _owners(node: syntax.Class) -> dict[str, str]:
    """Whose private methods and accessors are, as messages about them say."""
    name = node.name or "anonymous"
    return {
        f"#{member.key.name}": f"static {node.name or '.'}" if member.is_static else name
        for member in node.members
        if isinstance(member, syntax.Method) and isinstance(member.key, syntax.PrivateName)
    }


def _make_constructor(emitter: Emitter, node: syntax.Class, name: str) -> None:
    if node.constructor is not None:
        code = emitter.code_of(node.constructor)
        maker: Evaluate = closure_maker(emitter, emitter.analysis.functions[id(node.constructor)], code)
    else:
        code = emitter.default_constructor(node)
        maker = lambda frame, machine: JsFunction(machine.language.protos["Function"], code, [])  # noqa: E731
    code.name = name
    code.start, code.end = node.at, node.end
    kind = "base" if node.parent is None else "derived"
    parent_at = node.at if node.parent is None else emitter.analysis.noted_places.get(id(node), position(node.parent))

    def run(frame: Frame, machine: Runner) -> None:
        realm = machine.language
        parent = frame.stack.pop()
        function: JsFunction = maker(frame, machine)
        function.class_kind = kind
        prototype = realm.get(function, "prototype")
        if parent is NULL:
            prototype.proto = None
        elif parent is not UNINITIALIZED:
            if not realm.is_constructor(parent):
                said = f"Class extends value {realm.told(parent)} is not a constructor or null"
                raise realm.error_at(parent_at, "TypeError", said)
            above = realm.get(parent, "prototype")
            if above is not NULL and not isinstance(above, JsObject):
                said = f"Class extends value does not have valid prototype property {realm.told(above)}"
                raise realm.error_at(parent_at, "TypeError", said)
            function.proto = parent
            prototype.proto = above if isinstance(above, JsObject) else None
        function.home = prototype
        frame.stack += (prototype, function)

    emitter.op(run, node.at)


def _push_keys(emitter: Emitter, node: syntax.Class, push: Push) -> dict[int, int]:
    """Evaluate the keys in brackets, which V8 does before it looks at the parent: the slots where they are, by their members' ids."""
    slots: dict[int, int] = {}
    for member in node.members:
        if member.computed and member.key is not None:
            with emitter.unseen():
                push(emitter, member.key)
            slot = slots[id(member)] = emitter.new_slot()
            emitter.op(
                _keep_key(slot, is_static=member.is_static, is_method=isinstance(member, syntax.Method)), member.key.at
            )
    return slots


def _keep_key(slot: int, *, is_static: bool, is_method: bool) -> Operation:
    def run(frame: Frame, machine: Runner) -> None:
        key = frame.slots[slot] = to_key(machine.language, frame.stack.pop())
        if is_static and key == "prototype":
            raise machine.language.error("TypeError", "Classes may not have a static property named 'prototype'")

    return run


def _key_of(emitter: Emitter, member: syntax.Field | syntax.Method, slots: dict[int, int]) -> Evaluate:
    """What a member is called."""
    key = member.key
    if isinstance(key, syntax.PrivateName):
        return read(emitter, f"#{key.name}", key.at)
    if id(member) in slots:
        slot = slots[id(member)]
        return lambda frame, machine: frame.slots[slot]
    assert isinstance(key, syntax.Literal)
    value = key.value
    return lambda frame, machine: to_key(machine.language, value)


def _method(emitter: Emitter, node: syntax.Method, key_of: Evaluate) -> None:
    maker = function_maker(emitter, node.function, node.function.name)
    kind, is_static = node.kind, node.is_static

    def run(frame: Frame, machine: Runner) -> None:
        realm = machine.language
        key = key_of(frame, machine)
        prototype, constructor = frame.stack[-2], frame.stack[-1]
        function = maker(frame, machine)
        function.home = constructor if is_static else prototype
        realm.add_class_method(prototype, constructor, key, kind, function, is_static)

    emitter.op(run, node.at)


def _field(emitter: Emitter, node: syntax.Field, key_of: Evaluate) -> None:
    maker = _field_function(emitter, node)

    def run(frame: Frame, machine: Runner) -> None:
        key = key_of(frame, machine)
        prototype, constructor = frame.stack[-2], frame.stack[-1]
        function = None if maker is None else maker(frame, machine)
        if function is not None:
            function.home = prototype
        constructor.fields.append((key, function))

    emitter.op(run, node.at)


def _field_function(emitter: Emitter, node: syntax.Field) -> Evaluate | None:
    if node.value is None:
        return None
    holder = node.value if node.key is None else node
    return closure_maker(emitter, emitter.analysis.functions[id(holder)], emitter.code_of(holder))


def _static(emitter: Emitter, node: syntax.Field, key_of: Evaluate | None, at: int) -> None:
    """A static field or block, which has no key: its function is called with the class as `this`."""
    maker = _field_function(emitter, node)
    names_value = node.computed and node.value is not None and takes_name(node.value)

    def begin(frame: Frame, machine: Runner) -> object:
        constructor = frame.stack[-1]
        if maker is None:
            frame.stack.append(None)
            return False
        function = maker(frame, machine)
        function.home = constructor
        return enter(machine.language, function, constructor, []) is not None

    def end(frame: Frame, machine: Runner) -> None:
        value = frame.stack.pop()
        if key_of is not None:
            key = key_of(frame, machine)
            if names_value:
                machine.language.give_name(value, key)
            machine.language.define_field(frame.stack[-1], key, value)

    emitter.op(begin, at)
    emitter.op(end, at)


def _bind_name(emitter: Emitter, node: syntax.Class) -> None:
    """The class's own name for itself."""
    if not node.name:
        return
    variable = emitter.scope.names[node.name]
    store = store_variable(emitter, variable)
    emitter.op(lambda frame, machine: store(frame, machine, frame.stack[-1]), node.at)
    emitter.known.add(variable)


def parent_of(realm: Host, function: JsFunction) -> Value:
    """What `super(...)` calls: the prototype of the class by now. TypeError if that makes no objects (ThrowNotSuperConstructor)."""
    parent = realm.prototype_of(function)
    if realm.is_constructor(parent):
        return parent
    if isinstance(parent, JsFunction | Native):
        shown = str(parent.code.name if isinstance(parent, JsFunction) else parent.name) or "null"
    else:
        has_no_name = parent is None or parent is realm.protos["Function"]  # that of a class that extends null
        shown = "null" if has_no_name else realm.told(parent)
    of = function.code.name or "anonymous class"
    raise realm.error("TypeError", f"Super constructor {shown} of {of} is not a constructor")


def push_super_call(emitter: Emitter, node: syntax.Call, push_list: Callable[..., None]) -> None:
    """`super(...)`: make the object by the parent's constructor, and its own fields on it."""
    push_list(emitter, node.arguments, node.at)
    function = read(emitter, "%function", node.at)
    target = read(emitter, "new.target", node.at)
    this = emitter.scope.find("this")
    assert this is not None
    old = read_variable(emitter, this, node.at, as_it_is=True)
    store = store_variable(emitter, this)

    def begin(frame: Frame, machine: Runner) -> object:
        realm = machine.language
        parent = parent_of(realm, function(frame, machine))
        return construct(realm, parent, frame.stack.pop(), target(frame, machine), "super")

    def bind(frame: Frame, machine: Runner) -> object:
        realm = machine.language
        made = frame.stack[-1]
        if old(frame, machine) is not UNINITIALIZED:
            raise realm.error("ReferenceError", "Super constructor may only be called once")
        store(frame, machine, made)
        own = function(frame, machine)
        return enter_fields(realm, own, made) if own.fields else False

    emitter.op(begin, node.at)
    emitter.op(bind, node.at)
