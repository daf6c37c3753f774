"""Members of values as expressions use them: read, set and deleted with V8's words for what goes wrong; private names, classes'
methods and fields, copies for spread and rest, and elements of typed arrays."""

from __future__ import annotations

import math
import struct
from typing import Final

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.cells import (
    JsArray,
    JsBytes,
    JsFunction,
    JsObject,
    PrivateMark,
    Slot,
    Value,
    hidden,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.numbers import to_uint32
from fakedocker.userland.languages.javascript.operators import to_key, to_number
from fakedocker.userland.languages.javascript.properties import MISSING, get, get_from, prototype_of
from fakedocker.userland.languages.javascript.property_changes import define, delete, put, put_item
from fakedocker.userland.languages.javascript.property_keys import is_enumerable, own_keys
from fakedocker.userland.languages.javascript.rendering import UNSEEN
from fakedocker.userland.languages.javascript.shared import HOLE, ITERATOR, NULL, Host, Key, Native
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import Source


def get_member(realm: Host, target: Value, key: Key, at: int) -> Value:
    """target.key."""
    if target is None or target is NULL:
        raise realm.error_at(
            at,
            "TypeError",
            f"Cannot read properties of {'null' if target is NULL else 'undefined'} (reading '{realm.key_text(key)}')",
        )
    return get_at(realm, target, key, at)


def get_at(realm: Host, target: Value, key: Key, at: int) -> Value:
    """A property; what it is asked of is told to be called there."""
    realm.position = at
    try:
        return get(realm, target, key)
    finally:
        realm.position = -1


def get_result(realm: Host, target: Value, key: Key, at: int) -> Value:
    """A member of what an iterator gave. TypeError if that is no object."""
    if not isinstance(target, JsObject | Native):
        raise realm.error_at(at, "TypeError", f"Iterator result {realm.told(target)} is not an object")
    return get(realm, target, key)


def get_computed(realm: Host, target: Value, key: Value, at: int) -> Value:
    """target[key]."""
    if type(key) is float:
        if type(target) is JsArray:
            if 0 <= key < len(target.items) and key == int(key):
                found = target.items[int(key)]
                if found is not HOLE:
                    return found
        elif type(target) is str and 0 <= key < len(target) and key == int(key):
            return target[int(key)]
        elif type(target) is JsBytes and 0 <= key < target.length and key == int(key):
            return element(realm, target, int(key))
    if target is None or target is NULL:
        if key is ITERATOR:
            raise realm.error_at(at, "TypeError", realm.told_iteration(target))
        nothing = "null" if target is NULL else "undefined"
        raise realm.error_at(at, "TypeError", f"Cannot read properties of {nothing}{realm.told_key(key, 'reading')}")
    return get_at(realm, target, to_key(realm, key), at)


def set_member(realm: Host, target: Value, key: Value, value: Value, strict: bool, at: int) -> None:
    """target[key] = value."""
    if target is None or target is NULL:
        nothing = "null" if target is NULL else "undefined"
        raise realm.error_at(at, "TypeError", f"Cannot set properties of {nothing}{realm.told_key(key, 'setting')}")
    realm.position = at
    if type(target) is JsArray and type(key) is float and key >= 0 and key == math.floor(key) and key < 0xFFFFFFFF:
        put_item(realm, target, int(key), value, strict)
    else:
        put(realm, target, to_key(realm, key), value, strict)
        if key in ("message", "name") and type(target) is JsObject and target.kind == "Error":
            realm.renew_header(target)
    realm.position = -1


def delete_member(realm: Host, target: Value, key: Value, strict: bool, at: int) -> bool:
    """delete target[key]."""
    if target is None or target is NULL:
        raise realm.error_at(at, "TypeError", "Cannot convert undefined or null to object")
    realm.position = at
    gone = delete(realm, target, to_key(realm, key), strict)
    realm.position = -1
    return gone


def super_get(realm: Host, function: JsFunction, this: Value, key: Key) -> Value:
    """super.key."""
    home = function.home
    above = prototype_of(realm, home) if home is not None else None
    return None if above is None else get_from(realm, above, key, this)


# private names


def _no_member(realm: Host, target: Value, mark: PrivateMark, at: int, act: str) -> Exception:
    """A value lacks a private name; of methods and accessors V8 says whose they are, of fields what is wrong with them."""
    is_static = mark.owner.startswith("static ")
    if (target is None or target is NULL) and not is_static:
        nothing = "null" if target is NULL else "undefined"
        verb = f"{act} properties of {nothing} ({'reading' if act == 'read' or mark.owner else 'setting'}"
        verb = verb.replace("set ", "read ", 1) if mark.owner else verb
        return realm.error_at(at, "TypeError", f"Cannot {verb} '{mark.owner or mark.name}')")
    if is_static:
        return realm.error_at(at, "TypeError", f"Receiver must be class {mark.owner.removeprefix('static ')}")
    if mark.owner:
        return realm.error_at(at, "TypeError", f"Receiver must be an instance of class {mark.owner}")
    verb, where = ("read", "from") if act == "read" else ("write", "to")
    return realm.error_at(
        at, "TypeError", f"Cannot {verb} private member {mark.name} {where} an object whose class did not declare it"
    )


def get_private(realm: Host, target: Value, mark: PrivateMark, at: int) -> Value:
    """target.#name."""
    found = MISSING
    if isinstance(target, JsObject) and target.private is not None:
        found = target.private.get(mark, MISSING)
    if found is MISSING:
        raise _no_member(realm, target, mark, at, "read")
    if type(found) is Slot:
        if found.is_accessor:
            if found.getter is None:
                raise realm.error_at(at, "TypeError", f"'{mark.name}' was defined without a getter")
            return realm.call(found.getter, target, [])
        return found.value
    return found


def set_private(realm: Host, target: Value, mark: PrivateMark, value: Value, at: int) -> None:
    """target.#name = value."""
    private = target.private if isinstance(target, JsObject) else None
    found = MISSING if private is None else private.get(mark, MISSING)
    if private is None or found is MISSING:
        raise _no_member(realm, target, mark, at, "set")
    if type(found) is Slot:
        if found.setter is None:
            said = (
                f"'{mark.name}' was defined without a setter"
                if found.is_accessor
                else f"Private method '{mark.name}' is not writable"
            )
            raise realm.error_at(at, "TypeError", said)
        realm.call(found.setter, target, [value])
        return
    private[mark] = value


def has_private(realm: Host, target: Value, mark: PrivateMark) -> bool:
    """#name in target."""
    return isinstance(target, JsObject) and target.private is not None and mark in target.private


# literals and classes


def add_accessor(realm: Host, target: JsObject, key: Key, kind: str, function: Value) -> None:
    """A getter or setter of an object literal."""
    existing = target.props.get(key)
    slot = existing if type(existing) is Slot and existing.is_accessor else Slot(is_accessor=True)
    _set_accessor(slot, kind, function)
    give_name(realm, function, key, f"{kind} ")
    target.props[key] = slot


def _set_accessor(slot: Slot, kind: str, function: Value) -> None:
    if kind == "get":
        slot.getter = function
    else:
        slot.setter = function


def add_class_method(
    realm: Host,
    prototype: JsObject,
    constructor: JsFunction,
    key: Value,
    kind: str,
    function: JsFunction,
    is_static: bool,
) -> None:
    """A method of a class; a private one is put on each object, as a field that cannot be set."""
    target: JsObject = constructor if is_static else prototype
    if type(key) is PrivateMark:
        if kind != "method":
            give_name(realm, function, key.name, f"{kind} ")
        if is_static:
            _add_private(constructor, key, kind, function)
        else:
            constructor.fields.insert(0, ((key, kind, function), None))
        return
    give_name(realm, function, key, {"get": "get ", "set": "set "}.get(kind, ""))
    if kind == "method":
        target.props[key] = hidden(function)
        return
    existing = target.props.get(key)
    slot = existing if type(existing) is Slot and existing.is_accessor else Slot(is_accessor=True, enumerable=False)
    _set_accessor(slot, kind, function)
    target.props[key] = slot


def _add_private(target: JsObject, mark: PrivateMark, kind: str, function: Value) -> None:
    if target.private is None:
        target.private = {}
    if kind == "method":
        target.private[mark] = Slot(function, writable=False)
        return
    existing = target.private.get(mark)
    slot = existing if type(existing) is Slot else Slot(is_accessor=True)
    _set_accessor(slot, kind, function)
    target.private[mark] = slot


def define_field(realm: Host, this: JsObject, key: Value, value: Value) -> None:
    """A field of a new object: (mark, kind, function) is a private method, a mark a private field."""
    if type(key) is tuple:
        _add_private(this, *key)
    elif type(key) is PrivateMark:
        if this.private is None:
            this.private = {}
        if key in this.private:
            raise realm.error("TypeError", "Cannot initialize " + key.name + " twice on the same object")
        this.private[key] = value
    else:
        define(realm, this, key, value)


def method_of(realm: Host, home: JsObject, function: Value) -> Value:
    """A method of an object literal, which finds `super` through it."""
    if type(function) is JsFunction:
        function.home = home
    return function


def give_name(realm: Host, function: Value, key: Key, prefix: str = "") -> None:
    """Call a function after the key under which it is kept, unless it has a name."""
    if type(function) is not JsFunction or "name" in function.props:
        return
    code = function.code
    assert isinstance(code, JsCode)
    name = key if type(key) is str else f"[{key.description}]" if key.description is not None else ""
    if code.name != prefix + name and (not code.name or prefix or code.name == name):
        function.props["name"] = Slot(prefix + name, writable=False, enumerable=False)


def set_proto(realm: Host, target: JsObject, value: Value) -> None:
    """`__proto__` in a literal."""
    if value is NULL:
        target.proto = None
    elif isinstance(value, JsObject):
        target.proto = value


def copy_into(realm: Host, target: JsObject, source: Value) -> None:
    """{...source}."""
    if source is None or source is NULL:
        return
    if type(source) is JsObject:
        for key, value in source.props.items():
            if type(value) is Slot:
                break
            target.props[key] = value
        else:
            return
    held = realm.to_object(source)
    for key in own_keys(realm, held):
        if is_enumerable(realm, held, key):
            target.props[key] = get(realm, source, key)


def copy_at(realm: Host, target: JsObject, source: Value, at: int) -> None:
    """The same where getters are told to be called from a place."""
    realm.position = at
    try:
        copy_into(realm, target, source)
    finally:
        realm.position = -1


def copy_without(realm: Host, source: Value, taken: list[Key]) -> JsObject:
    """What `...rest` gets of an object."""
    made = realm.new_object()
    held = realm.to_object(source)
    for key in own_keys(realm, held):
        if key not in taken and is_enumerable(realm, held, key):
            made.props[key] = get(realm, source, key)
    return made


def cannot_destructure(realm: Host, value: Value, pattern: syntax.ObjectPattern, at: int) -> Exception:
    """Nothing cannot be taken apart."""
    said = "null" if value is NULL else "undefined"
    text = pattern.said or ("object null" if value is NULL else said)
    if text == UNSEEN:
        read = f" (reading '{pattern.first}')" if pattern.first else ""
        return realm.error_at(at, "TypeError", f"Cannot read properties of {said}{read}")
    first = pattern.pairs[0][2] if pattern.pairs else None
    if isinstance(first, syntax.WithDefault) and isinstance(first.target, syntax.ObjectPattern):
        raise NotSimulated("what V8 says of nothing that is taken apart by a pattern with a default")
    if not pattern.first:
        return realm.error_at(at, "TypeError", f"Cannot destructure '{text}' as it is {said}.")
    if pattern.is_inner or pattern.reads_first:
        return realm.error_at(at, "TypeError", f"Cannot read properties of {said} (reading '{pattern.first}')")
    return realm.error_at(
        at, "TypeError", f"Cannot destructure property '{pattern.first}' of '{text}' as it is {said}."
    )


def template_object(
    realm: Host, source: Source, key: Value, texts: tuple[str | None, ...], raws: tuple[str, ...]
) -> JsArray:
    """The array that a tag gets, the same at each evaluation."""
    place = (source, *key)
    found = realm.state.templates.get(place)
    if found is None:
        found = realm.state.templates[place] = realm.array(list(texts))
        raw = realm.array(list(raws))
        raw.fixed = found.fixed = "frozen"
        raw.extensible = found.extensible = False
        found.props["raw"] = Slot(raw, writable=False, enumerable=False, configurable=False)
    return found


# elements of typed arrays

FORMATS: Final = {
    "Int8Array": "b", "Uint8Array": "B", "Uint8ClampedArray": "B", "Buffer": "B", "Int16Array": "h", "Uint16Array": "H", "Int32Array": "i",
    "Uint32Array": "I", "Float32Array": "f", "Float64Array": "d", "BigInt64Array": "q", "BigUint64Array": "Q",
}  # fmt: skip


def element(realm: Host, target: JsBytes, index: int) -> Value:
    """An element of a typed array; MISSING beyond its end."""
    if index >= target.length:
        return MISSING
    code = FORMATS[target.kind]
    if code == "B":
        return float(target.buffer[target.offset + index])
    size = struct.calcsize(code)
    (found,) = struct.unpack_from(f"<{code}", target.buffer, target.offset + index * size)
    return found if code in "qQ" else float(found)


def put_element(realm: Host, target: JsBytes, index: int, value: Value) -> None:
    """Set an element; beyond the end nothing happens."""
    code = FORMATS[target.kind]
    if code in "qQ":
        if type(value) is not int:
            raise realm.error("TypeError", f"Cannot convert {realm.told(value)} to a BigInt")
        number: float | int = value & 0xFFFFFFFFFFFFFFFF
        if code == "q" and number >= 1 << 63:
            number -= 1 << 64
    else:
        number = to_number(realm, value)
    if index >= target.length:
        return
    size = struct.calcsize(code)
    if code == "B":
        byte = (
            int(min(255, max(0, round(number))))
            if target.kind == "Uint8ClampedArray" and number == number
            else to_uint32(float(number)) & 255
        )
        target.buffer[target.offset + index] = byte
        return
    if code in "bhi" or code in "HI":
        bits = size * 8
        number = to_uint32(float(number)) & ((1 << bits) - 1)
        if code in "bhi" and number >= 1 << (bits - 1):
            number -= 1 << bits
    elif code == "f":
        try:
            struct.pack("<f", number)
        except OverflowError:
            number = math.copysign(math.inf, number)
    struct.pack_into(f"<{code}", target.buffer, target.offset + index * size, number)
