"""Map, Set, WeakMap, WeakSet and WeakRef, and the iterators of built-in objects."""

from __future__ import annotations

from fakedocker.userland.languages.javascript import resuming
from fakedocker.userland.languages.javascript.cells import (
    Generator,
    HostObject,
    JsMap,
    ListIterator,
    Symbol,
    Value,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.iteration import advance
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument, is_nothing
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.realm_state import add_prototype
from fakedocker.userland.languages.javascript.shared import (
    ASYNC_ITERATOR,
    ITERATOR,
    SPECIES,
    TO_STRING_TAG,
    Getter,
    Native,
    NativeCall,
    WellKnown,
)
from fakedocker.userland.languages.javascript.species import species_getter
from fakedocker.userland.languages.machine.cells import NotSimulated

MAP = Kind("Map")
SET = Kind("Set")
for _kind in (MAP, SET):
    _kind.statics.entries[SPECIES] = species_getter(_kind.name)
WEAK_MAP = Kind("WeakMap")
WEAK_SET = Kind("WeakSet")
WEAK_REF = Kind("WeakRef", length=1)
ARRAY_ITERATOR = add_prototype("ArrayIterator")
GENERATOR = add_prototype("Generator")
ASYNC_GENERATOR = add_prototype("AsyncGenerator")


def normalized(key: Value) -> Value:
    """A key such that equal ones, as SameValueZero has it, are equal for the host; kinds do not mix."""
    if type(key) is float:
        return ("number", "NaN" if key != key else key + 0.0)
    if type(key) is str or type(key) is int or type(key) is bool:
        return (type(key).__name__, key)
    return ("nothing", None) if key is None else key


def set_entry(table: JsMap, key: Value, value: Value) -> None:
    """Put an entry into a Map or Set."""
    place = normalized(key)
    number = table.entries.get(place)
    if number is not None:
        entry = table.order[number]
        assert entry is not None
        entry[1] = value
        return
    table.entries[place] = len(table.order)
    table.order.append([key + 0.0 if type(key) is float else key, value])


def get_entry(table: JsMap, key: Value) -> list[Value] | None:
    """The key and value of an entry."""
    number = table.entries.get(normalized(key))
    return None if number is None else table.order[number]


def delete_entry(table: JsMap, key: Value) -> bool:
    """Take an entry out; iterators that are under way do not see it."""
    number = table.entries.pop(normalized(key), None)
    if number is None:
        return False
    table.order[number] = None
    return True


def _this(realm: Host, this: Value, kind: str, name: str, act: str = "") -> JsMap:
    if not isinstance(this, JsMap) or this.kind != kind:
        said = f"Method {act}{kind}.prototype.{name} called on incompatible receiver {realm.told(this)}"
        raise realm.error("TypeError", said)
    return this


def _can_be_weak(realm: Host, value: Value) -> bool:
    """Whether a value may be one that nobody else has: an object, or a symbol that Symbol.for does not give."""
    is_symbol = type(value) in (Symbol, WellKnown)
    return is_object(value) or (is_symbol and value not in realm.state.symbols.values())


def _define(kind: Kind) -> None:
    name = kind.name
    is_map = name.endswith("Map")
    adder = "set" if is_map else "add"
    is_weak = name.startswith("Weak")

    @kind.construct
    def construct(realm: Host, target: Value, arguments: list[Value]) -> Value:
        made = JsMap(realm.prototype_from(target, name), name)
        given = argument(arguments, 0)
        if is_nothing(given):
            return made
        add = get(realm, made, adder)
        is_own = add is kind.prototype.entries[adder]
        if not is_callable(add):
            raise realm.error(
                "TypeError",
                f"'{realm.told(add)}' returned for property '{adder}' of object '#<{name}>' is not a function",
            )
        for entry in realm.values_of(given):
            if is_map and not is_object(entry):
                raise realm.error("TypeError", f"Iterator value {realm.told(entry)} is not an entry object")
            pair = [get(realm, entry, "0"), get(realm, entry, "1")] if is_map else [entry]
            if is_own:
                put(realm, made, pair)
            else:
                realm.call(add, made, pair)
        return made

    @kind.method(adder, 2 if is_map else 1)
    def put(realm: Host, this: Value, arguments: list[Value]) -> Value:
        key = argument(arguments, 0)
        _this(realm, this, name, adder)
        if is_weak and not _can_be_weak(realm, key):
            raise realm.error("TypeError", f"Invalid value used {'as weak map key' if is_map else 'in weak set'}")
        set_entry(_this(realm, this, name, adder), key, argument(arguments, 1) if is_map else key)
        return this

    @kind.method("has", 1)
    def has(realm: Host, this: Value, arguments: list[Value]) -> Value:
        return normalized(argument(arguments, 0)) in _this(realm, this, name, "has").entries

    @kind.method("delete", 1)
    def delete(realm: Host, this: Value, arguments: list[Value]) -> Value:
        return delete_entry(_this(realm, this, name, "delete"), argument(arguments, 0))

    if is_map:

        @kind.method("get", 1)
        def find(realm: Host, this: Value, arguments: list[Value]) -> Value:
            entry = get_entry(_this(realm, this, name, "get"), argument(arguments, 0))
            return None if entry is None else entry[1]

    kind.prototype.entries[TO_STRING_TAG] = name
    if not is_weak:
        _define_strong(kind, is_map)


def _define_strong(kind: Kind, is_map: bool) -> None:
    name = kind.name

    @kind.method("clear")
    def clear(realm: Host, this: Value, arguments: list[Value]) -> Value:
        table = _this(realm, this, name, "clear")
        table.entries = {}
        table.order[:] = [None] * len(table.order)
        return None

    @kind.getter("size")
    def size(realm: Host, this: Value, arguments: list[Value]) -> Value:
        return float(len(_this(realm, this, name, "size", "get ").entries))

    def iterator(of: str) -> NativeCall:
        def make(realm: Host, this: Value, arguments: list[Value]) -> Value:
            return ListIterator(realm.protos["ArrayIterator"], f"{name} Iterator", _this(realm, this, name, of), of)

        return make

    for of in ("values", "keys", "entries"):
        kind.method(of)(iterator(of))
    kind.prototype.entries[ITERATOR] = kind.prototype.entries["entries" if is_map else "values"]
    if not is_map:
        kind.prototype.entries["keys"] = kind.prototype.entries["values"]
    kind.written("forEach", "collections")


for _kind in (MAP, SET, WEAK_MAP, WEAK_SET):
    _define(_kind)


@WEAK_REF.construct
def _weak_ref(realm: Host, target: Value, arguments: list[Value]) -> Value:
    if not _can_be_weak(realm, argument(arguments, 0)):
        raise realm.error("TypeError", "WeakRef: invalid target")
    return HostObject(realm.prototype_from(target, "WeakRef"), "WeakRef", {"target": argument(arguments, 0)})


@WEAK_REF.method("deref")
def _deref(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return this.data["target"]


# iterators


def _itself(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return this


def _tag(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return this.kind if isinstance(this, ListIterator) else None


def _next(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not isinstance(this, ListIterator):
        raise realm.error("TypeError", f"next method called on incompatible receiver {realm.told(this)}")
    return realm.iteration(*advance(realm, this))


ARRAY_ITERATOR.entries["next"] = Native("%ArrayIterator.next", _next, name="next")
ARRAY_ITERATOR.entries[TO_STRING_TAG] = Getter(
    Native("get %ArrayIterator[Symbol.toStringTag]", _tag, name="get [Symbol.toStringTag]")
)
ARRAY_ITERATOR.entries[ITERATOR] = Native("%ArrayIterator[Symbol.iterator]", _itself, name="[Symbol.iterator]")


def _resume(kind: str) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        if not isinstance(this, Generator):
            raise realm.error("TypeError", f"{kind} method called on incompatible receiver {realm.told(this)}")
        return resuming.resume(realm, this, kind, argument(arguments, 0))

    return call


def _ask(kind: str) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        if not isinstance(this, Generator) or this.kind != "AsyncGenerator":
            raise NotSimulated("a method of async generators that is called on what is none")
        return resuming.ask_async_generator(realm, this, kind, argument(arguments, 0))

    return call


for _name in ("next", "return", "throw"):
    GENERATOR.entries[_name] = Native(f"Generator.prototype.{_name}", _resume(_name), 1)
    ASYNC_GENERATOR.entries[_name] = Native(f"AsyncGenerator.prototype.{_name}", _ask(_name), 1)
GENERATOR.entries[ITERATOR] = Native("Generator.prototype[Symbol.iterator]", _itself, name="[Symbol.iterator]")
GENERATOR.entries[TO_STRING_TAG] = "Generator"
ASYNC_GENERATOR.entries[ASYNC_ITERATOR] = Native(
    "AsyncGenerator.prototype[Symbol.asyncIterator]", _itself, name="[Symbol.asyncIterator]"
)
ASYNC_GENERATOR.entries[TO_STRING_TAG] = "AsyncGenerator"
