"""Object, Function, Symbol, Boolean, Reflect and Proxy."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cells import (
    JsArray,
    JsBytes,
    JsObject,
    Slot,
    Value,
    is_object,
)
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument, is_nothing
from fakedocker.userland.languages.javascript.operators import same_value, to_key
from fakedocker.userland.languages.javascript.properties import (
    MISSING,
    get,
    has_own,
    native_own,
    own,
    prototype_of,
    slot_of,
)
from fakedocker.userland.languages.javascript.property_changes import define, descriptor_of, put
from fakedocker.userland.languages.javascript.property_keys import enumerable_keys, is_enumerable, own_keys
from fakedocker.userland.languages.javascript.shared import (
    NULL,
    Getter,
    Native,
)
from fakedocker.userland.languages.javascript.telling import tag_text
from fakedocker.userland.languages.machine.cells import NotSimulated

OBJECT = Kind("Object", length=1)
FUNCTION = Kind("Function", length=1)
SYMBOL = Kind("Symbol")
BOOLEAN = Kind("Boolean", length=1)


@OBJECT.call
def _object(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = argument(arguments, 0)
    return realm.new_object() if is_nothing(value) else realm.to_object(value)


@OBJECT.construct
def _new_object(realm: Host, target: Value, arguments: list[Value]) -> Value:
    if target is not OBJECT.native:
        return JsObject(realm.prototype_from(target, "Object"))
    return _object(realm, None, arguments)


@OBJECT.static("keys", 1)
def _keys(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.array(list(enumerable_keys(realm, realm.to_object(argument(arguments, 0)))))


@OBJECT.static("values", 1)
def _values(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = realm.to_object(argument(arguments, 0))
    return realm.array([get(realm, value, key) for key in enumerable_keys(realm, value)])


@OBJECT.static("entries", 1)
def _entries(realm: Host, this: Value, arguments: list[Value]) -> Value:
    value = realm.to_object(argument(arguments, 0))
    return realm.array([realm.array([key, get(realm, value, key)]) for key in enumerable_keys(realm, value)])


@OBJECT.static("assign", 2)
def _assign(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target = realm.to_object(argument(arguments, 0))
    for source in arguments[1:]:
        if is_nothing(source):
            continue
        held = realm.to_object(source)
        for key in own_keys(realm, held):
            if is_enumerable(realm, held, key):
                put(realm, target, key, get(realm, held, key))
                if key in ("name", "message") and isinstance(target, JsObject) and target.kind == "Error":
                    realm.renew_header(target)
    return target


@OBJECT.static("fromEntries", 1)
def _from_entries(realm: Host, this: Value, arguments: list[Value]) -> Value:
    given = argument(arguments, 0)
    if given is None or given is NULL:
        raise realm.error("TypeError", "undefined is not iterable")
    made = realm.new_object()
    for entry in realm.values_of(given):
        if not is_object(entry):
            raise realm.error(
                "TypeError",
                f"Iterator value {realm.told(entry)} is not an entry object",
            )
        made.props[to_key(realm, get(realm, entry, "0"))] = get(realm, entry, "1")
    return made


@OBJECT.static("create", 2)
def _create(realm: Host, this: Value, arguments: list[Value]) -> Value:
    proto = argument(arguments, 0)
    if proto is not NULL and not isinstance(proto, JsObject):
        if isinstance(proto, Native):
            raise NotSimulated("an object that inherits from a function of the engine's")
        raise realm.error("TypeError", f"Object prototype may only be an Object or null: {realm.told(proto)}")
    made = JsObject(proto if isinstance(proto, JsObject) else None)
    if argument(arguments, 1) is not None:
        _define_all(realm, made, realm.to_object(arguments[1]))
    return made


def _define_all(realm: Host, target: Value, descriptions: Value) -> None:
    for key in own_keys(realm, descriptions):
        if is_enumerable(realm, descriptions, key):
            define(realm, target, key, slot_of(realm, get(realm, descriptions, key), own(realm, target, key)))


@OBJECT.static("defineProperty", 3)
def define_property(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target = argument(arguments, 0)
    if not is_object(target):
        raise realm.error("TypeError", "Object.defineProperty called on non-object")
    key = to_key(realm, argument(arguments, 1))
    existing = native_own(realm, target, key) if type(target) is Native else own(realm, target, key)
    define(realm, target, key, slot_of(realm, argument(arguments, 2), existing))
    return target


@OBJECT.static("defineProperties", 2)
def _define_properties(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_object(argument(arguments, 0)):
        raise realm.error("TypeError", "Object.defineProperties called on non-object")
    _define_all(realm, arguments[0], realm.to_object(argument(arguments, 1)))
    return arguments[0]


@OBJECT.static("getOwnPropertyNames", 1)
def _own_names(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.array([key for key in own_keys(realm, realm.to_object(argument(arguments, 0))) if type(key) is str])


@OBJECT.static("getOwnPropertySymbols", 1)
def _own_symbols(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.array(
        [key for key in own_keys(realm, realm.to_object(argument(arguments, 0))) if type(key) is not str]
    )


@OBJECT.static("getOwnPropertyDescriptor", 2)
def own_descriptor(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target = realm.to_object(argument(arguments, 0))
    key = to_key(realm, argument(arguments, 1))
    found = native_own(realm, target, key) if type(target) is Native else own(realm, target, key)
    return None if found is MISSING else descriptor_of(realm, target, found)


@OBJECT.static("getOwnPropertyDescriptors", 1)
def _own_descriptors(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target = realm.to_object(argument(arguments, 0))
    made = realm.new_object()
    for key in own_keys(realm, target):
        made.props[key] = descriptor_of(realm, target, own(realm, target, key))
    return made


@OBJECT.static("getPrototypeOf", 1)
def get_prototype(realm: Host, this: Value, arguments: list[Value]) -> Value:
    found = prototype_of(realm, realm.to_object(argument(arguments, 0)))
    return NULL if found is None else found


@OBJECT.static("setPrototypeOf", 2)
def _set_prototype(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target, proto = argument(arguments, 0), argument(arguments, 1)
    if is_nothing(target):
        raise realm.error("TypeError", "Object.setPrototypeOf called on null or undefined")
    if proto is not NULL and not is_object(proto):
        raise realm.error("TypeError", f"Object prototype may only be an Object or null: {realm.told(proto)}")
    refused = refused_prototype(realm, target, proto)
    if refused:
        raise realm.error("TypeError", refused)
    return target


def refused_prototype(realm: Host, target: Value, proto: Value) -> str:
    """Let an object inherit from another one; what is said if it cannot, else nothing."""
    if not isinstance(target, JsObject):
        return ""
    above = None if proto is NULL else proto
    if target.proto is above:
        return ""
    if target is realm.protos["Object"]:
        return "Immutable prototype object 'Object.prototype' cannot have their prototype set"
    if not target.extensible:
        return f"{realm.told(target)} is not extensible"
    place: Value = above
    while place is not None:
        if place is target:
            return "Cyclic __proto__ value"
        place = prototype_of(realm, place)
    target.proto = above
    return ""


@OBJECT.static("is", 2)
def _is(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return same_value(argument(arguments, 0), argument(arguments, 1))


@OBJECT.static("hasOwn", 2)
def _has_own(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return has_own(realm, realm.to_object(argument(arguments, 0)), to_key(realm, argument(arguments, 1)))


def _fix(realm: Host, target: Value, frozen: bool) -> Value:
    """Let an object get no more properties and lose none; frozen ones cannot change either."""
    if isinstance(target, Native) or not isinstance(target, JsObject):
        return target
    if isinstance(target, JsBytes) and frozen and target.length and target.kind not in ("ArrayBuffer", "DataView"):
        raise realm.error("TypeError", "Cannot freeze array buffer views with elements")
    target.extensible = False
    if isinstance(target, JsArray):
        target.fixed = "frozen" if frozen else target.fixed or "sealed"
    for key in list(target.props):
        held = target.props[key]
        slot = held if type(held) is Slot else Slot(held)
        slot.configurable = False
        if frozen and not slot.is_accessor:
            slot.writable = False
        target.props[key] = slot
    return target


@OBJECT.static("freeze", 1)
def _freeze(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _fix(realm, argument(arguments, 0), True)


@OBJECT.static("seal", 1)
def _seal(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _fix(realm, argument(arguments, 0), False)


@OBJECT.static("preventExtensions", 1)
def _prevent(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target = argument(arguments, 0)
    if isinstance(target, JsObject):
        target.extensible = False
    return target


def _is_fixed(realm: Host, target: Value, frozen: bool) -> bool:
    if not isinstance(target, JsObject):
        return not isinstance(target, Native)
    if target.extensible:
        return False
    for key in own_keys(realm, target):
        found = own(realm, target, key)
        if type(found) is not Slot or found.configurable or (frozen and found.writable and not found.is_accessor):
            return key == "length" and type(target) is JsArray and target.fixed == "frozen"
    return True


@OBJECT.static("isFrozen", 1)
def _is_frozen(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _is_fixed(realm, argument(arguments, 0), True)


@OBJECT.static("isSealed", 1)
def _is_sealed(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _is_fixed(realm, argument(arguments, 0), False)


@OBJECT.static("isExtensible", 1)
def _is_extensible(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target = argument(arguments, 0)
    return isinstance(target, Native) or (isinstance(target, JsObject) and target.extensible)


@OBJECT.method("hasOwnProperty", 1)
def _has_own_property(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return has_own(realm, realm.to_object(this), to_key(realm, argument(arguments, 0)))


@OBJECT.method("isPrototypeOf", 1)
def _is_prototype_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    place = argument(arguments, 0)
    while is_object(place):
        place = prototype_of(realm, place)
        if place is this:
            return True
    return False


@OBJECT.method("propertyIsEnumerable", 1)
def _property_is_enumerable(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return is_enumerable(realm, realm.to_object(this), to_key(realm, argument(arguments, 0)))


@OBJECT.method("toString")
def _object_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if this is None:
        return "[object Undefined]"
    if this is NULL:
        return "[object Null]"
    return tag_text(realm, realm.to_object(this))


@OBJECT.method("toLocaleString")
def _locale_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if is_nothing(this):
        raise realm.error("TypeError", "Object.prototype.toLocaleString called on null or undefined")
    return realm.call(realm.get_member(this, "toString", -1), this, [])


@OBJECT.method("valueOf")
def _value_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.to_object(this)


def _get_proto(realm: Host, this: Value, arguments: list[Value]) -> Value:
    found = prototype_of(realm, realm.to_object(this))
    return NULL if found is None else found


OBJECT.getter("__proto__")(_get_proto)


def _set_proto(realm: Host, this: Value, arguments: list[Value]) -> Value:
    proto = argument(arguments, 0)
    if is_nothing(this):
        raise realm.error("TypeError", "set Object.prototype.__proto__ called on null or undefined")
    refused = refused_prototype(realm, this, proto) if proto is NULL or is_object(proto) else ""
    if refused:
        raise realm.error("TypeError", refused)
    return None


_PROTO = OBJECT.prototype.entries["__proto__"]
assert isinstance(_PROTO, Getter)
_PROTO.setter = Native("set Object.prototype.__proto__", _set_proto, 1, name="set __proto__")
