"""Changing properties: setting, defining and deleting them, and descriptors (ECMA-262, ordinary and exotic objects)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    JsArray,
    JsBytes,
    JsObject,
    JsRegExp,
    Proxy,
    Slot,
    UnreadTrace,
    Value,
    is_callable,
)
from fakedocker.userland.languages.javascript.operators import to_boolean, to_number, type_of
from fakedocker.userland.languages.javascript.properties import (
    MISSING,
    index_of,
    native_own,
    own,
    prototype_of,
    start_of,
)
from fakedocker.userland.languages.javascript.shared import (
    HOLE,
    Host,
    Key,
    Native,
)
from fakedocker.userland.languages.machine.cells import NotSimulated

MOST_HOLES: Final = 1 << 20


def put(realm: Host, target: Value, key: Key, value: Value, strict: bool = True) -> None:
    """Set a property of a value that is neither undefined nor null. TypeError, where strict, if it cannot be."""
    if not isinstance(target, JsObject):
        if type(target) is Native:
            _native_put(realm, target, key, value, strict)
        else:
            _put_on_primitive(realm, target, key, value, strict)
        return
    existing = target.props.get(key, MISSING)
    if existing is not MISSING and type(existing) is not Slot:
        target.props[key] = value
        return
    if existing is MISSING and type(target) in _SETTERS and _SETTERS[type(target)](realm, target, key, value, strict):
        return
    place: Value = target
    while place is not None:
        if type(place) is Proxy:
            _proxy_put(realm, place, key, value, strict)
            return
        found = native_own(realm, place, key) if type(place) is Native else own(realm, place, key)
        if type(found) is Slot:
            if _is_settled(realm, target, found, key, value, strict, place):
                return
            if place is target and key in target.props:
                found.value = value
                return
            break
        if found is not MISSING:
            break
        place = prototype_of(realm, place)
    _add(realm, target, key, value, strict)


def _put_on_primitive(realm: Host, target: Value, key: Key, value: Value, strict: bool) -> None:
    """Set a property of what is no object: only a setter can take it."""
    if strict and type(target) is str and (key == "length" or 0 <= index_of(key) < len(target)):
        words = f"Cannot assign to read only property '{key}' of {_primitive_words(realm, target)}"
        raise realm.error("TypeError", words)
    place: Value = start_of(realm, target)
    while place is not None:
        found = own(realm, place, key) if isinstance(place, JsObject) else native_own(realm, place, key)
        if type(found) is Slot and found.is_accessor:
            _is_settled(realm, target, found, key, value, strict, place)
            return
        place = prototype_of(realm, place)
    if not strict:
        return
    words = f"Cannot create property '{realm.key_text(key)}' on {_primitive_words(realm, target)}"
    raise realm.error("TypeError", words)


def _native_put(realm: Host, target: Native, key: Key, value: Value, strict: bool) -> None:
    """Set a property of a function of the host, which is what it was but for its value."""
    found = native_own(realm, target, key)
    kept = value
    if type(found) is Slot:
        if _is_settled(realm, target, found, key, value, strict, target):
            return
        kept = Slot(value, enumerable=found.enumerable, configurable=found.configurable)
    realm.extras.setdefault(target.path, JsObject(None)).props[key] = kept


def _is_settled(realm: Host, target: Value, found: Slot, key: Key, value: Value, strict: bool, holder: Value) -> bool:
    """Whether setting a property that was found is over: its setter was called, or it has none, or cannot be written."""
    if found.is_accessor:
        if found.setter is not None:
            realm.call(found.setter, target, [value])
        elif strict:
            raise _only_getter(realm, holder, key)
        return True
    if not found.writable and strict:
        raise _read_only(realm, target, key)
    return not found.writable


def _only_getter(realm: Host, target: Value, key: Key) -> Exception:
    words = f"Cannot set property {realm.key_text(key)} of {realm.told(target)} which has only a getter"
    return realm.error("TypeError", words)


def _read_only(realm: Host, target: Value, key: Key) -> Exception:
    shown, what = realm.told(target), "function" if is_callable(target) else "object"
    return realm.error("TypeError", f"Cannot assign to read only property '{realm.key_text(key)}' of {what} '{shown}'")


def _add(realm: Host, target: JsObject, key: Key, value: Value, strict: bool) -> None:
    if not target.extensible:
        if strict:
            raise realm.error("TypeError", f"Cannot add property {realm.key_text(key)}, object is not extensible")
        return
    own_slot = own(realm, target, key)
    if type(own_slot) is Slot:  # one of its table's or of those that are made when asked for
        own_slot.value = value
        target.props[key] = own_slot
    else:
        target.props[key] = value


def _primitive_words(realm: Host, target: Value) -> str:
    return f"{type_of(target)} '{realm.told(target)}'"


def _array_put(realm: Host, target: Value, key: Key, value: Value, strict: bool) -> bool:
    if key == "length":
        if target.fixed == "frozen":
            if strict:
                raise _read_only(realm, target, key)
            return True
        if target.fixed and 0 <= to_number(realm, value) < len(target.items):
            _cut_sealed(realm, target, to_number(realm, value), strict)
            return True
        set_length(realm, target, value)
        return True
    index = index_of(key)
    if index < 0:
        return False
    put_item(realm, target, index, value, strict)
    return True


def _cut_sealed(realm: Host, target: JsArray, length: float, strict: bool) -> None:
    """A shorter length of an array whose items stay: holes at its end go."""
    while len(target.items) > length and target.items[-1] is HOLE:
        target.items.pop()
    if strict and len(target.items) > length:
        place = len(target.items) - 1
        raise realm.error("TypeError", f"Cannot delete property '{place}' of {realm.told(target)}")


def set_length(realm: Host, target: JsArray, value: Value) -> None:
    """Set the length of an array, which cuts it or makes holes."""
    length = to_number(realm, value)
    if length < 0 or length != length or length != int(length) or length > 0xFFFFFFFF:
        raise realm.error("RangeError", "Invalid array length")
    if length <= len(target.items):
        del target.items[int(length) :]
    else:
        _grow(realm, target, int(length))


def _grow(realm: Host, target: JsArray, length: int) -> None:
    if length - len(target.items) > MOST_HOLES:
        raise NotSimulated("so sparse an array")
    realm.machine.grown((length - len(target.items)) >> 2)
    target.items += [HOLE] * (length - len(target.items))


def put_item(realm: Host, target: JsArray, index: int, value: Value, strict: bool = True) -> None:
    """Set an item of an array."""
    items = target.items
    if target.fixed or not target.extensible:
        exists = index < len(items) and items[index] is not HOLE
        if target.fixed == "frozen" and exists:
            if strict:
                raise _read_only(realm, target, str(index))
            return
        if not exists:
            if strict:
                raise realm.error("TypeError", f"Cannot add property {index}, object is not extensible")
            return
    if index < len(items):
        items[index] = value
    elif index == len(items):
        items.append(value)
    else:
        _grow(realm, target, index)
        items.append(value)


def _bytes_put(realm: Host, target: Value, key: Key, value: Value, strict: bool) -> bool:
    index = index_of(key)
    if index < 0 or target.kind in ("ArrayBuffer", "DataView"):
        return False
    realm.put_element(target, index, value)
    return True


def _pattern_put(realm: Host, target: Value, key: Key, value: Value, strict: bool) -> bool:
    if key != "lastIndex":
        return False
    target.last_index = value
    return True


def _proxy_put(realm: Host, proxy: Proxy, key: Key, value: Value, strict: bool) -> None:
    trap = realm.get(proxy.handler, "set")
    if not is_callable(trap):
        put(realm, proxy.target, key, value, strict)
        return
    if not to_boolean(realm.call(trap, proxy.handler, [proxy.target, key, value, proxy])) and strict:
        raise realm.error("TypeError", f"'set' on proxy: trap returned falsish for property '{realm.key_text(key)}'")


def _proxy_setter(realm: Host, target: Value, key: Key, value: Value, strict: bool) -> bool:
    _proxy_put(realm, target, key, value, strict)
    return True


_SETTERS: Final[dict[type, Callable[[Host, Value, Key, Value, bool], bool]]] = {
    JsArray: _array_put, JsBytes: _bytes_put, JsRegExp: _pattern_put, Proxy: _proxy_setter,
}  # fmt: skip


def define(realm: Host, target: Value, key: Key, value: Value) -> None:
    """Make a property of an object, whatever its prototypes have; a `Slot` as it is."""
    if type(target) is Native:
        realm.extras.setdefault(target.path, JsObject(None)).props[key] = value
        return
    if type(target) is Proxy:
        trap = realm.get(target.handler, "defineProperty")
        if is_callable(trap):
            realm.call(trap, target.handler, [target.target, key, descriptor_of(realm, target.target, value)])
        else:
            define(realm, target.target, key, value)
        return
    existing = own(realm, target, key)
    if existing is MISSING and not target.extensible:
        raise realm.error("TypeError", f"Cannot define property {realm.key_text(key)}, object is not extensible")
    if type(existing) is Slot and not existing.configurable and _conflicts(existing, value):
        raise realm.error("TypeError", f"Cannot redefine property: {realm.key_text(key)}")
    index = index_of(key) if type(target) is JsArray else -1
    if index >= 0:
        if type(value) is Slot and (
            value.is_accessor or not (value.writable and value.enumerable and value.configurable)
        ):
            raise NotSimulated("an item of an array that is no plain property")
        put_item(realm, target, index, value.value if type(value) is Slot else value)
    elif type(target) is JsArray and key == "length":
        set_length(realm, target, value.value if type(value) is Slot else value)
    elif type(value) is Slot and not value.is_accessor and value.writable and value.enumerable and value.configurable:
        target.props[key] = value.value
    else:
        target.props[key] = value


def _conflicts(existing: Slot, value: Value) -> bool:
    if type(value) is not Slot or value.is_accessor != existing.is_accessor or value.configurable:
        return True
    return not existing.writable and (value.writable or value.value is not existing.value)


def delete(realm: Host, target: Value, key: Key, strict: bool) -> bool:
    """Delete an own property; whether it is gone. TypeError, where strict, if it cannot be deleted."""
    if type(target) is Native:
        return _native_delete(realm, target, key, strict)
    if not isinstance(target, JsObject):
        return type(target) is not str or _delete_of_text(realm, target, key, strict)
    if type(target) is Proxy:
        trap = realm.get(target.handler, "deleteProperty")
        if is_callable(trap):
            return to_boolean(realm.call(trap, target.handler, [target.target, key]))
        return delete(realm, target.target, key, strict)
    found = own(realm, target, key)
    if (type(found) is Slot and not found.configurable) or (type(target) is JsBytes and _is_element(target, key)):
        return _stays(realm, target, key, strict)
    if type(target) is JsArray and 0 <= index_of(key) < len(target.items):
        target.items[index_of(key)] = HOLE
    elif key in target.props:
        del target.props[key]
    elif found is not MISSING:
        raise NotSimulated("deleting a property that every object of its kind has")
    return True


def _is_element(target: JsBytes, key: Key) -> bool:
    return target.kind not in ("ArrayBuffer", "DataView") and 0 <= index_of(key) < target.length


def _stays(realm: Host, target: Value, key: Key, strict: bool) -> bool:
    if strict:
        raise realm.error("TypeError", f"Cannot delete property '{realm.key_text(key)}' of {realm.told(target)}")
    return False


def _native_delete(realm: Host, target: Native, key: Key, strict: bool) -> bool:
    found = native_own(realm, target, key)
    if type(found) is Slot and not found.configurable:
        return _stays(realm, target, key, strict)
    extra = realm.extras.get(target.path)
    if extra is not None:
        extra.props.pop(key, None)
    if native_own(realm, target, key) is not MISSING:
        raise NotSimulated("deleting a property that every object of its kind has")
    return True


def _delete_of_text(realm: Host, target: str, key: Key, strict: bool) -> bool:
    """A text keeps its length and what it is made of."""
    stays = key == "length" or 0 <= index_of(key) < len(target)
    if stays and strict:
        raise realm.error("TypeError", f"Cannot delete property '{realm.key_text(key)}' of [object String]")
    return not stays


def descriptor_of(realm: Host, target: Value, found: Value) -> Value:
    """A property as Object.getOwnPropertyDescriptor describes it."""
    slot = found if type(found) is Slot else Slot(found)
    described = realm.new_object()
    if slot.is_accessor:
        described.props.update(get=slot.getter, set=slot.setter)
    else:
        value = slot.value if type(slot.value) is not UnreadTrace else realm.trace_text(target, slot)
        described.props.update(value=value, writable=slot.writable)
    described.props.update(enumerable=slot.enumerable, configurable=slot.configurable)
    return described
