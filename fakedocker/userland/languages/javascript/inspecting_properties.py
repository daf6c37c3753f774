"""Properties as console.log shows them, and what an object is an instance of."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    Bound,
    HostFunction,
    JsArray,
    JsBytes,
    JsFunction,
    JsObject,
    Slot,
    UnreadTrace,
    Value,
    is_callable,
)
from fakedocker.userland.languages.javascript.inspecting import Inspector, quoted, symbol_text
from fakedocker.userland.languages.javascript.properties import (
    MISSING,
    get,
    has_own,
    index_of,
    native_own,
    own,
    prototype_of,
)
from fakedocker.userland.languages.javascript.property_keys import is_enumerable, own_keys
from fakedocker.userland.languages.javascript.shared import TO_STRING_TAG, Host, Native
from fakedocker.userland.languages.machine.cells import NotSimulated

_PLAIN_KEY: Final = re.compile(r"[a-zA-Z_][a-zA-Z_0-9]*")


_NULL_PROTOTYPE: Final = "null prototype"


def constructor_name(realm: Host, value: Value) -> str:
    """What an object is an instance of; a class without a name is passed over; "" for an object without prototype."""
    place: Value = value
    while place is not None:
        found = native_own(realm, place, "constructor") if type(place) is Native else own(realm, place, "constructor")
        held = found.value if type(found) is Slot else found
        if held is not MISSING and isinstance(held, JsFunction | Native | Bound | HostFunction):
            name = get(realm, held, "name")
            if type(name) is str and name and _is_made_by(realm, value, held):
                return name
        place = prototype_of(realm, place)
    if isinstance(value, JsObject) and prototype_of(realm, value) is not None and type(value) is JsObject:
        raise NotSimulated("showing an object whose prototypes have no constructor")
    return ""


def _is_made_by(realm: Host, value: Value, constructor: Value) -> bool:
    """Whether a value is an instance of what its constructor is said to be."""
    wanted = get(realm, constructor, "prototype")
    place = prototype_of(realm, value)
    while place is not None:
        if place is wanted:
            return True
        place = prototype_of(realm, place)
    return False


def tag_of(realm: Host, value: Value, name: str, *, shows_hidden: bool = False) -> str:
    """The tag of an object, where it is not shown among its properties anyway."""
    found = get(realm, value, TO_STRING_TAG)
    if type(found) is not str or not found or found == name:
        return ""
    is_shown = has_own(realm, value, TO_STRING_TAG) if shows_hidden else is_enumerable(realm, value, TO_STRING_TAG)
    return "" if is_shown else found


def prefix_of(name: str, tag: str, fallback: str, size: str = "") -> str:
    if not name:
        return f"[{fallback}{size}: {_NULL_PROTOTYPE}] {f'[{tag}] ' if tag and tag != fallback else ''}"
    return f"{name}{size} {f'[{tag}] ' if tag else ''}"


def show_properties(inspector: Inspector, value: JsObject, level: int) -> list[str]:
    realm = inspector.realm
    is_list = type(value) in (JsArray, JsBytes) and value.kind != "Arguments"
    keys = [key for key in own_keys(realm, value) if not (is_list and (type(key) is str and index_of(key) >= 0))]
    wanted = [key for key in keys if is_enumerable(realm, value, key)]
    if inspector.options.show_hidden:
        wanted = [key for key in keys if type(key) is str or is_enumerable(realm, value, key)]
    if inspector.options.sorted_keys:
        wanted.sort(key=lambda key: key if type(key) is str else "")
    return [show_property(inspector, value, key, level) for key in wanted]


def show_property(inspector: Inspector, value: Value, key: Value, level: int) -> str:
    realm = inspector.realm
    found = native_own(realm, value, key) if type(value) is Native else own(realm, value, key)
    slot = found if type(found) is Slot else None
    if slot is not None and slot.is_accessor:
        words = (
            "Getter/Setter"
            if slot.getter is not None and slot.setter is not None
            else "Getter"
            if slot.getter is not None
            else "Setter"
        )
        shown = inspector.styled(f"[{words}]", "special")
        if inspector.options.getters and slot.getter is not None:
            shown = _asked(inspector, words, realm.call(slot.getter, value, []), level)
    else:
        inspector.indentation += 2
        held = slot.value if slot is not None else found
        shown = inspector.value(held if type(held) is not UnreadTrace else get(realm, value, key), level + 1)
        inspector.indentation -= 2
    return f"{_key(inspector, key, slot is None or slot.enumerable)}: {shown}"


def _asked(inspector: Inspector, words: str, held: Value, level: int) -> str:
    """A property that is asked for, with what that gives."""
    inspector.indentation += 2
    shown = inspector.value(held, level + 1)
    inspector.indentation -= 2
    if isinstance(held, JsObject) and not is_callable(held):
        return f"{inspector.styled(f'[{words}]', 'special')} {shown}"
    if is_callable(held):
        raise NotSimulated("showing a function that a property gives when it is asked for")
    return f"{inspector.styled(f'[{words}:', 'special')} {shown}{inspector.styled(']', 'special')}"


def _key(inspector: Inspector, key: Value, enumerable: bool) -> str:
    if type(key) is not str:
        return f"[{inspector.styled(symbol_text(key), 'symbol')}]"
    if key == "__proto__":
        return "['__proto__']"
    if not enumerable:
        return f"[{key}]"
    return key if _PLAIN_KEY.fullmatch(key) else inspector.styled(quoted(key), "string")
