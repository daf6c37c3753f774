"""Properties of values: finding, setting, defining and deleting them, along prototypes (ECMA-262, ordinary and exotic objects)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.javascript.cells import (
    HostFunction,
    JsArray,
    JsBytes,
    JsFunction,
    JsModule,
    JsObject,
    JsRegExp,
    Proxy,
    Slot,
    Symbol,
    UnreadTrace,
    Value,
    Wrapper,
    hidden,
    is_callable,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.operators import to_boolean
from fakedocker.userland.languages.javascript.shared import (
    HAS_INSTANCE,
    HOLE,
    NULL,
    TO_PRIMITIVE,
    TO_STRING_TAG,
    UNINITIALIZED,
    Getter,
    Host,
    Key,
    Native,
    Since,
    WellKnown,
    Written,
)

MISSING: Final = object()
_PRIMITIVES: Final[dict[type, str]] = {
    str: "String", float: "Number", bool: "Boolean", int: "BigInt", Symbol: "Symbol", WellKnown: "Symbol",
}  # fmt: skip


_MOST_INDEXES: Final = 0xFFFFFFFF
_CONSTANTS: Final = (float, WellKnown, type(None))


def index_of(key: Key) -> int:
    """The index that a key means, -1 if none."""
    if type(key) is str and is_digits(key) and (key[0] != "0" or key == "0") and len(key) < 11:
        found = int(key)
        return found if found < _MOST_INDEXES else -1
    return -1


# own properties


def own(realm: Host, target: JsObject, key: Key) -> Value:
    """An object's own property as it is kept, a value or a `Slot`; MISSING if it has none."""
    found = target.props.get(key, MISSING)
    if found is not MISSING:
        return found
    exotic = _EXOTIC.get(type(target))
    if exotic is not None:
        found = exotic(realm, target, key)
        if found is not MISSING:
            return found
    if target.table is not None:
        found = target.table.entries.get(key, MISSING)
        if type(found) is Since:
            found = entry_since(realm, found)
        if found is not MISSING:
            return _of_table(realm, target, key, found)
    return MISSING


def entry_since(realm: Host, found: Since) -> Value:
    """What such an entry holds, MISSING if this node has it not yet."""
    return found.entry if realm.major >= found.major else MISSING


def _of_table(realm: Host, target: JsObject, key: Key, found: Value) -> Value:
    if type(found) is Written:
        made = target.props[key] = hidden(realm.written(found))
        return made
    return _of_entry(key, found)


def _of_entry(key: Key, found: Value) -> Value:
    """What a table's entry is as a property: numbers and symbols are constants; a `Slot` there is a plain property."""
    kind = type(found)
    if kind is Native:
        if type(key) is WellKnown and key in (HAS_INSTANCE, TO_PRIMITIVE):
            return Slot(found, writable=False, enumerable=False, configurable=key is TO_PRIMITIVE)
        return hidden(found)
    if kind is Getter:
        return Slot(getter=found.native, setter=found.setter, is_accessor=True, enumerable=False)
    if kind is Slot:
        return found.value
    if kind in _CONSTANTS:
        return Slot(found, writable=False, enumerable=False, configurable=False)
    return Slot(found, writable=key is not TO_STRING_TAG, enumerable=False)


def _array_own(realm: Host, target: Value, key: Key) -> Value:
    if key == "length":
        return Slot(float(len(target.items)), enumerable=False, configurable=False, writable=target.fixed != "frozen")
    index = index_of(key)
    if 0 <= index < len(target.items) and target.items[index] is not HOLE:
        if target.fixed:
            return Slot(target.items[index], writable=target.fixed != "frozen", configurable=False)
        return target.items[index]
    return MISSING


def _function_own(realm: Host, target: Value, key: Key) -> Value:
    """name, length and prototype are made when they are asked for."""
    if key == "prototype" and target.code.makes_prototype:
        made = JsObject(realm.protos[target.code.prototype_of])
        if not target.code.is_generator:
            made.props["constructor"] = hidden(target)
        target.props[key] = Slot(made, enumerable=False, configurable=False, writable=not target.class_kind)
        return target.props[key]
    if key == "name":
        return Slot(target.code.name, writable=False, enumerable=False)
    if key == "length":
        return Slot(float(target.code.length), writable=False, enumerable=False)
    if key in ("arguments", "caller") and has_caller(target):
        return Slot(NULL, writable=False, enumerable=False, configurable=False)
    return MISSING


def has_caller(target: JsFunction) -> bool:
    """Whether a function has the properties of old, `arguments` and `caller`: a plain one of code that is not strict."""
    code = target.code
    assert isinstance(code, JsCode)
    return code.makes_prototype and not (code.is_generator or code.is_strict or target.class_kind)


def _host_function_own(realm: Host, target: Value, key: Key) -> Value:
    if key == "name":
        return Slot(target.native.name, writable=False, enumerable=False)
    if key == "length":
        return Slot(float(target.native.length), writable=False, enumerable=False)
    return MISSING


def _bytes_own(realm: Host, target: Value, key: Key) -> Value:
    index = index_of(key)
    if index >= 0 and target.kind not in ("ArrayBuffer", "DataView"):
        return realm.element(target, index)
    return MISSING


def _wrapper_own(realm: Host, target: Value, key: Key) -> Value:
    if target.kind != "String":
        return MISSING
    if key == "length":
        return Slot(float(len(target.value)), writable=False, enumerable=False, configurable=False)
    index = index_of(key)
    return Slot(target.value[index], writable=False, configurable=False) if 0 <= index < len(target.value) else MISSING


def _pattern_own(realm: Host, target: Value, key: Key) -> Value:
    return Slot(target.last_index, enumerable=False, configurable=False) if key == "lastIndex" else MISSING


def _proxy_own(realm: Host, target: Value, key: Key) -> Value:
    trap = realm.get(target.handler, "getOwnPropertyDescriptor")
    if is_callable(trap):
        found = realm.call(trap, target.handler, [target.target, key_value(key)])
        return MISSING if found is None else slot_of(realm, found)
    return own(realm, target.target, key) if isinstance(target.target, JsObject) else MISSING


def _module_own(realm: Host, target: Value, key: Key) -> Value:
    if key == TO_STRING_TAG:
        return Slot("Module", writable=False, enumerable=False, configurable=False)
    box = target.boxes.get(key)
    if box is None:
        return MISSING
    if box.value is UNINITIALIZED:
        raise realm.error("ReferenceError", f"Cannot access '{key}' before initialization")
    return Slot(box.value, configurable=False, writable=False)


def key_value(key: Key) -> Value:
    """A key as the script sees it."""
    return key


_EXOTIC: Final[dict[type, Callable[[Host, Value, Key], Value]]] = {
    JsArray: _array_own, JsFunction: _function_own, HostFunction: _host_function_own, JsBytes: _bytes_own, Wrapper: _wrapper_own,
    JsRegExp: _pattern_own, Proxy: _proxy_own, JsModule: _module_own,
}  # fmt: skip


def native_own(realm: Host, target: Native, key: Key) -> Value:
    """An own property of a function of the host."""
    extra = realm.extras.get(target.path)
    if extra is not None and key in extra.props:
        return extra.props[key]
    if key == "name":
        return Slot(target.name, writable=False, enumerable=False)
    if key == "length":
        return Slot(float(target.length), writable=False, enumerable=False)
    if key == "prototype" and target.path in realm.protos:
        return Slot(realm.protos[target.path], writable=False, enumerable=False, configurable=False)
    if target.statics is not None:
        found = target.statics.entries.get(key, MISSING)
        if type(found) is Since:
            found = entry_since(realm, found)
        if found is not MISSING:
            return hidden(realm.written(found)) if type(found) is Written else _of_entry(key, found)
    return MISSING


# along the prototypes


def start_of(realm: Host, target: Value) -> JsObject | Native:
    """The object that a value's properties are looked for in first. TypeError for undefined and null is the caller's."""
    if isinstance(target, JsObject | Native):
        return target
    return realm.protos[_PRIMITIVES[type(target)]]


def prototype_of(realm: Host, target: Value) -> JsObject | Native | None:
    """The object that another one inherits from."""
    if type(target) is Native:
        extra = realm.extras.get(target.path)
        if extra is not None and extra.proto is not None:
            return extra.proto
        parent = realm.native_parents.get(target.path)
        return parent if parent is not None else realm.protos["Function"]
    if type(target) is Proxy:
        trap = realm.get(target.handler, "getPrototypeOf")
        if is_callable(trap):
            found = realm.call(trap, target.handler, [target.target])
            return None if found is NULL else found
        return prototype_of(realm, target.target)
    return target.proto


def get(realm: Host, target: Value, key: Key) -> Value:
    """The value of a property, of a value that is neither undefined nor null."""
    if type(target) is str:
        if key == "length":
            return float(len(target))
        index = index_of(key)
        if index >= 0:
            return target[index] if index < len(target) else None
    return get_from(realm, start_of(realm, target), key, target)


def get_from(realm: Host, start: Value, key: Key, receiver: Value) -> Value:
    """The value of a property that is looked for from an object on, for a receiver."""
    found: Value
    place: Value = start
    while place is not None:
        if type(place) is Native:
            found = native_own(realm, place, key)
        elif type(place) is Proxy:
            return _proxy_get(realm, place, key, receiver)
        else:
            found = place.props.get(key, MISSING)
            if found is MISSING and (place.table is not None or type(place) in _EXOTIC):
                found = own(realm, place, key)
        if found is not MISSING:
            if type(found) is not Slot:
                return found
            if not found.is_accessor:
                return found.value if type(found.value) is not UnreadTrace else realm.trace_text(place, found)
            return realm.call(found.getter, receiver, []) if found.getter is not None else None
        place = prototype_of(realm, place)
    return None


def _proxy_get(realm: Host, proxy: Proxy, key: Key, receiver: Value) -> Value:
    trap = realm.get(proxy.handler, "get")
    if is_callable(trap):
        return realm.call(trap, proxy.handler, [proxy.target, key, receiver])
    return get_from(realm, proxy.target, key, receiver)


def has(realm: Host, target: Value, key: Key) -> bool:
    """Whether an object or one of its prototypes has a property."""
    place: Value = target
    while place is not None:
        if type(place) is Proxy:
            trap = realm.get(place.handler, "has")
            if is_callable(trap):
                return to_boolean(realm.call(trap, place.handler, [place.target, key]))
            place = place.target
            continue
        found = native_own(realm, place, key) if type(place) is Native else own(realm, place, key)
        if found is not MISSING:
            return True
        place = prototype_of(realm, place)
    return False


def has_own(realm: Host, target: Value, key: Key) -> bool:
    """Whether an object itself has a property."""
    return (native_own(realm, target, key) if type(target) is Native else own(realm, target, key)) is not MISSING


# setting


# defining and deleting


# descriptors


def slot_of(realm: Host, described: Value, existing: Value = MISSING) -> Slot:
    """The property that a descriptor describes; what it leaves open is as it was, or false."""
    if not isinstance(described, JsObject):
        raise realm.error("TypeError", f"Property description must be an object: {realm.told(described)}")
    before = existing if type(existing) is Slot else None
    plain = existing is not MISSING and before is None

    def flag(name: str) -> bool:
        if has(realm, described, name):
            return to_boolean(get(realm, described, name))
        return plain or (before is not None and bool(getattr(before, name)))

    is_accessor = has(realm, described, "get") or has(realm, described, "set")
    if is_accessor and (has(realm, described, "value") or has(realm, described, "writable")):
        raise realm.error(
            "TypeError",
            "Invalid property descriptor. Cannot both specify accessors and a value or writable attribute,"
            f" {realm.told(described)}",
        )
    if is_accessor or (before is not None and before.is_accessor and not has(realm, described, "value")):
        getter = get(realm, described, "get") if has(realm, described, "get") else before.getter if before else None
        setter = get(realm, described, "set") if has(realm, described, "set") else before.setter if before else None
        for name, function in (("Getter", getter), ("Setter", setter)):
            if function is not None and not is_callable(function):
                raise realm.error("TypeError", f"{name} must be a function: {realm.told(function)}")
        return Slot(
            getter=getter,
            setter=setter,
            is_accessor=True,
            enumerable=flag("enumerable"),
            configurable=flag("configurable"),
        )
    old = before.value if before is not None else existing if plain else None
    value = get(realm, described, "value") if has(realm, described, "value") else old
    return Slot(value, writable=flag("writable"), enumerable=flag("enumerable"), configurable=flag("configurable"))
