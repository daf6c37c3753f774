"""Functions as traces name them: with what they are methods of, and where they stand."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Final, cast

from fakedocker.userland.languages.javascript.calls import MAKER
from fakedocker.userland.languages.javascript.cells import (
    Generator,
    Invocation,
    JsBytes,
    JsFunction,
    JsObject,
    ListIterator,
    Proxy,
    Slot,
    Value,
    Wrapper,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.escapes import LINE_END
from fakedocker.userland.languages.javascript.inferred_names import UNKNOWN_NAME
from fakedocker.userland.languages.javascript.properties import MISSING, index_of, own, prototype_of
from fakedocker.userland.languages.javascript.shared import NULL, TO_STRING_TAG, Host, Key, Native
from fakedocker.userland.languages.javascript.units import from_units, source_units
from fakedocker.userland.languages.machine.code import Source

TAGGED: Final = frozenset({"Array", "Function", "Error", "Boolean", "Number", "String", "Date", "RegExp", "Arguments"})
_CLASSED: Final = TAGGED | {"Map", "Set", "WeakMap", "WeakSet", "Promise", "Generator"}
"""Kinds that are called by their own name where no tag says another."""
Place = tuple[str, int, int, Source]
"""The name of a source, line and column, both from 1, and the source."""


def place_of(code: JsCode, at: int) -> Place:
    """An offset of a source as line and column. O(text) for the first of a source that was not asked for lately, else O(log lines)."""
    starts = _line_starts(code.source.text)
    line = bisect_right(starts, at)
    return code.source.name, line, at - starts[line - 1] + 1, code.source


@lru_cache(maxsize=16)
def _line_starts(text: str) -> list[int]:
    """Where the lines of a source begin, in code units: kept, as a program may make errors by the thousand."""
    return [0, *(found.end() for found in LINE_END.finditer(source_units(text)))]


def frame_name(realm: Host, code: JsCode, invocation: Invocation) -> str:
    """A function as a trace names it (AppendMethodCall): with what it is a method of, where its name is an identifier."""
    function = invocation.function
    name = _own_name(function) or code.debug_name or code.name
    if invocation.new_target is not None and code.kind not in ("arrow",):
        return f"new {name or '<anonymous>'}"
    this = invocation.this
    if code.kind == "program":
        return "Object.<anonymous>" if code.source.options[0] == "file" else ""
    if this is None or this is NULL or this is realm.globals:
        return name
    if code.kind in ("field", "static"):
        return "<static_initializer>" if isinstance(this, JsFunction) else "<instance_members_initializer>"
    method = _method_name(realm, this, function)
    if not name:
        kind = type_name(realm, this)
        return f"{kind}.{method or '<anonymous>'}" if kind else method or "<anonymous>"
    text = f"{type_name(realm, this)}.{name}" if is_identifier(name) else name
    if method and method != name and not name.endswith(f".{method}"):
        text += f" [as {method}]"
    return text


def _own_name(function: JsFunction) -> str:
    """The name that a function has as a property, "" if that is no text."""
    found = function.props.get("name")
    held = found.value if type(found) is Slot else found
    return held if type(held) is str else ""


def is_identifier(text: str) -> bool:
    """Whether a name could stand in a program."""
    return from_units(text).replace("$", "_").isidentifier()


def type_name(realm: Host, value: Value) -> str:
    """What an object is an instance of (GetTypeName and JSReceiver::GetConstructorName)."""
    if isinstance(value, JsFunction | Native):
        return _class_name(value) if isinstance(value, JsFunction) and value.class_kind else "Function"
    if type(value) is Proxy:
        return "Proxy"
    if not isinstance(value, JsObject):
        return {str: "String", float: "Number", bool: "Boolean", int: "BigInt"}.get(type(value), "Object")
    if value.proto is None:
        return "Object"
    if isinstance(value, Generator):
        return generator_name(cast(JsCode, value.frame.code)) if value.frame is not None else UNKNOWN_NAME
    constructor = _own_data(realm, value.proto, "constructor")
    name = _constructor_name((value.private or {}).get(MAKER) or constructor)
    if name and name != "Object":
        return name
    tag = _tag_of(realm, value)
    if tag:
        return tag
    return name or class_of(value)


def generator_name(code: JsCode) -> str:
    """What the generators of a function are called."""
    return code.name or code.debug_name or "Generator"


def _own_data(realm: Host, target: JsObject, key: Key) -> Value:
    """A property of its own that is no accessor, undefined if there is none."""
    found = own(realm, target, key)
    if found is MISSING:
        return None
    if type(found) is Slot:
        return None if found.is_accessor else found.value
    return found


def _constructor_name(constructor: Value) -> str:
    match constructor:
        case JsFunction():
            return _coded_name(constructor)
        case Native():
            return constructor.name
    return ""


def _coded_name(function: JsFunction) -> str:
    """What a function is called by its source."""
    code = function.code
    assert isinstance(code, JsCode)
    return code.name or code.debug_name


def _tag_of(realm: Host, value: JsObject) -> str:
    place: Value = value
    while isinstance(place, JsObject) and type(place) is not Proxy:
        tag = own(realm, place, TO_STRING_TAG)
        if tag is not MISSING:
            held = tag.value if type(tag) is Slot else tag
            return held if type(held) is str else ""
        place = place.proto
    return ""


def _class_name(function: JsFunction) -> str:
    """A class as its static methods are told of: by its name, or that which it was written with where that is no text."""
    return _own_name(function) or _coded_name(function) or "Function"


def _method_name(realm: Host, this: Value, function: JsFunction) -> str:
    """Under which name a function is found at what it is called on, "" where there are more (CallSiteInfo::GetMethodName)."""
    name = function.code.name
    if name and _is_called(realm, this, name, function):
        return str(name)
    result = ""
    place: Value = this
    while isinstance(place, JsObject) and type(place) is not Proxy:
        for key, value in place.props.items():
            if type(key) is not str or not _is_function(value, function) or index_of(key) >= 0:
                continue
            if type(value) is Slot and not value.enumerable:
                continue
            if result:
                return ""
            result = key
        place = prototype_of(realm, place)
    return result


def _is_called(realm: Host, this: Value, name: str, function: JsFunction) -> bool:
    """Whether the property of a name is a function, there or in the nearest prototype that has it."""
    place: Value = this
    while isinstance(place, JsObject) and type(place) is not Proxy:
        if name in place.props:
            return _is_function(place.props[name], function)
        place = prototype_of(realm, place)
    return False


def _is_function(held: Value, function: JsFunction) -> bool:
    if type(held) is Slot:
        return held.getter is function or held.setter is function if held.is_accessor else held.value is function
    return held is function


def class_of(value: JsObject) -> str:
    """What V8 calls the class of an object."""
    if isinstance(value, Wrapper):
        return value.kind
    if isinstance(value, JsBytes):
        return "Uint8Array" if value.kind == "Buffer" else value.kind
    return value.kind if value.kind in _CLASSED and not isinstance(value, ListIterator) else "Object"


SILENT: Final = frozenset(
    {
        "Error",
        "TypeError",
        "RangeError",
        "SyntaxError",
        "ReferenceError",
        "EvalError",
        "URIError",
        "AggregateError",
        "Error.captureStackTrace",
        "Proxy",
        "Reflect.construct",
        "structuredClone",
        "Array",
    }
)


def native_name(native: Native) -> str:
    """A function of the engine's as a trace names it."""
    if "[" in native.path:
        return native.path[native.path.index("[") :]  # no identifier, so that nothing stands before it
    path = native.path.replace(".prototype.", ".")
    owner, _, name = native.path.partition(".")
    if name and not name.startswith("prototype.") and owner in Native.known and Native.known[owner].statics is not None:
        return f"Function.{name}"
    return path if "." in path or not native.construct else f"new {path}"
