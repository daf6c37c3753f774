"""Values as V8's messages tell of them without running any of the program's code (NoSideEffectsToString)."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    FUNCTIONS,
    Bound,
    HostFunction,
    JsFunction,
    JsModule,
    JsObject,
    Proxy,
    Slot,
    Symbol,
    is_callable,
)
from fakedocker.userland.languages.javascript.frame_names import TAGGED, class_of
from fakedocker.userland.languages.javascript.operators import to_text, type_of
from fakedocker.userland.languages.javascript.properties import MISSING, get, native_own, own
from fakedocker.userland.languages.javascript.shared import NULL, TO_STRING_TAG, Host, Key, Native, WellKnown
from fakedocker.userland.languages.javascript.tracing import source_text
from fakedocker.userland.languages.machine.cells import Value

_LONGEST_FUNCTION: Final = 128
_KEPT_OF_FUNCTION: Final = 111


def tag_text(realm: Host, held: Value) -> str:
    """An object as Object.prototype.toString shows it: [object Date]."""
    tag = get(realm, held, TO_STRING_TAG)
    if type(tag) is str:
        return f"[object {tag}]"
    kind = "Function" if is_callable(held) else held.kind
    return f"[object {kind if kind in TAGGED else 'Object'}]"


def _plain_property(realm: Host, target: Value, key: Key) -> Value:
    """A property that needs no code of anybody's; undefined for one that is asked for, and beyond a proxy."""
    place: Value = target
    while place is not None:
        if type(place) is Proxy or (type(place) is JsModule and key is not TO_STRING_TAG):
            return None
        found = native_own(realm, place, key) if type(place) is Native else own(realm, place, key)
        if type(found) is Slot:
            return None if found.is_accessor else found.value
        if found is not MISSING:
            return found
        place = realm.prototype_of(place)
    return None


def told(realm: Host, value: Value) -> str:
    """A value within a message: by its class where it has the toString of all objects, by its tag where it has another."""
    if type(value) is Symbol or type(value) is WellKnown:
        return f"Symbol({value.description or ''})"
    if not isinstance(value, JsObject | Native):
        return to_text(realm, value)
    while type(value) is Proxy:
        value = value.target
    if isinstance(value, FUNCTIONS):
        return _function_text(source_text(value))
    method = _plain_property(realm, value, "toString")
    path = method.path if type(method) is Native else ""
    if value.kind == "Error" or path == "Error.prototype.toString":
        return _error_text(realm, value)
    if path == "Object.prototype.toString":
        name = _name_of(realm, _plain_property(realm, value, "constructor"))
        if name:
            return f"#<{name}>"
    tag = _plain_property(realm, value, TO_STRING_TAG)
    return f"[object {tag if type(tag) is str else class_of(value)}]"


def _function_text(text: str) -> str:
    if len(text) <= _LONGEST_FUNCTION:
        return text
    return f"{text[:_KEPT_OF_FUNCTION]}...<omitted>...{text[-2:]}"


def _error_text(realm: Host, value: JsObject) -> str:
    """What an error says of itself; what is no text counts as none."""
    name, message = (_plain_property(realm, value, key) for key in ("name", "message"))
    parts = [part for part in (name, message) if type(part) is str and part]
    return ": ".join(parts)


def _name_of(realm: Host, constructor: Value) -> str:
    """What a function is called by its code, whatever its `name` has become; "" for what is none."""
    match constructor:
        case JsFunction():
            return str(constructor.code.name)
        case Native():
            return constructor.name
        case HostFunction():
            return constructor.native.name
        case Bound():
            held = constructor.props.get("name")
            return str(held.value) if type(held) is Slot and type(held.value) is str else ""
    return ""


def told_key(realm: Host, key: Value, act: str) -> str:
    """What is read or set of nothing, as messages tell of it in the end: not at all, if it is shown by its tag alone."""
    shown = told(realm, key)
    return "" if isinstance(key, JsObject) and shown.startswith("[object ") else f" ({act} '{shown}')"


def told_with_type(realm: Host, value: Value) -> str:
    """A value where V8 finds no expression to tell of: by its type, and what it is if that says little."""
    if type(value) is str:
        return f'string "{value}"'
    is_shown = value is NULL or isinstance(value, float | bool)
    return f"{type_of(value)} {told(realm, value)}" if is_shown else type_of(value)


def told_iteration(realm: Host, value: Value, is_async: bool = False) -> str:
    """What V8 says of a value that cannot be gone through where it finds no expression to tell of."""
    word = "Symbol(Symbol.asyncIterator)" if is_async else "Symbol(Symbol.iterator)"
    return f"{told_with_type(realm, value)} is not iterable (cannot read property {word})"
