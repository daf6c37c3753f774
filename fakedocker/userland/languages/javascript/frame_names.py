"""Functions as traces name them: with what they are methods of, and where they stand."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    Invocation,
    JsFunction,
    JsObject,
    Slot,
    Value,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.escapes import LINE_END
from fakedocker.userland.languages.javascript.properties import get, prototype_of
from fakedocker.userland.languages.javascript.shared import NULL, Host, Native
from fakedocker.userland.languages.javascript.units import source_units
from fakedocker.userland.languages.machine.code import Source

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
    """A function as a trace names it: with what it is a method of."""
    name = code.debug_name or code.name
    function = invocation.function
    named = function.props.get("name")
    if named is not None and not code.debug_name:
        held = named.value if type(named) is Slot else named
        name = held if type(held) is str else name
    if invocation.new_target is not None and code.kind not in ("arrow",):
        return f"new {name or '<anonymous>'}"
    this = invocation.this
    if code.kind == "program":
        return "Object.<anonymous>" if code.source.options[0] == "file" else ""
    if this is None or this is NULL or this is realm.globals:
        return name
    if code.kind in ("getter", "setter"):
        plain = name.partition(" ")[2] or name
        return f"{code.kind[:3]} {plain} [as {plain}]"
    if code.kind == "field":
        is_static = isinstance(this, JsFunction)
        return "Function.<static_initializer>" if is_static else "<instance_members_initializer>"
    if name.startswith("#"):
        return name
    kind = type_name(realm, this)
    method = _method_name(realm, this, function)
    if name:
        text = name if not kind or name.startswith(kind) or code.debug_name else f"{kind}.{name}"
        if (
            method
            and method != name
            and not code.debug_name
            and not name.endswith(f".{method}")
            and not name.endswith(f" {method}")
        ):
            text += f" [as {method}]"
        return text
    return f"{kind}.{method or '<anonymous>'}"


def type_name(realm: Host, value: Value) -> str:
    """What an object is an instance of."""
    if isinstance(value, JsFunction | Native):
        found = get(realm, value, "name") if isinstance(value, JsFunction) and value.class_kind else ""
        return found if type(found) is str and found else "Function"
    if not isinstance(value, JsObject):
        return {str: "String", float: "Number", bool: "Boolean", int: "BigInt"}.get(type(value), "Object")
    if value.proto is None:
        return ""
    constructor = get(realm, value, "constructor") if type(value).__name__ != "Proxy" else None
    found = get(realm, constructor, "name") if isinstance(constructor, JsFunction | Native) else None
    return found if type(found) is str and found else "Object"


def _method_name(realm: Host, this: Value, function: JsFunction) -> str:
    place: Value = this
    while isinstance(place, JsObject):
        for key, value in place.props.items():
            held = value.value if type(value) is Slot else value
            if held is function and type(key) is str:
                return key
        place = prototype_of(realm, place)
    return ""


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
    path = native.path.replace(".prototype.", ".").replace(".prototype[", "[")
    owner, _, name = native.path.partition(".")
    if name and not name.startswith("prototype.") and owner in Native.known and Native.known[owner].statics is not None:
        return f"Function.{name}"
    return path if "." in path or not native.construct else f"new {path}"
