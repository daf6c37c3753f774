"""Values as V8's messages tell of them without running any of the program's code (NoSideEffectsToString)."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript.cells import JsFunction, JsObject, is_callable
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.inspecting_errors import is_error
from fakedocker.userland.languages.javascript.operators import type_of
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.shared import NULL, TO_STRING_TAG, Host, Native
from fakedocker.userland.languages.javascript.tracing import header_of
from fakedocker.userland.languages.machine.cells import Value

_TAGGED: Final = frozenset({"Array", "Function", "Error", "Boolean", "Number", "String", "Date", "RegExp", "Arguments"})


def tag_text(realm: Host, held: Value) -> str:
    """An object as Object.prototype.toString shows it: [object Date]."""
    tag = get(realm, held, TO_STRING_TAG)
    if type(tag) is str:
        return f"[object {tag}]"
    if type(held) is JsFunction and isinstance(held.code, JsCode) and (held.code.is_async or held.code.is_generator):
        words = ("Async" if held.code.is_async else "") + ("Generator" if held.code.is_generator else "")
        return f"[object {words}Function]"
    kind = "Function" if is_callable(held) else held.kind
    return f"[object {kind if kind in _TAGGED else 'Object'}]"


def told(realm: Host, value: Value) -> str:
    """A value within a message: by its class where it has the toString of all objects, by its tag where it has another."""
    if type(value) is str:
        return value
    if not isinstance(value, JsObject) or is_callable(value):
        return str(realm.short_text(value))
    if value.kind == "Error" or is_error(realm, value):
        return header_of(realm, value)
    method = get(realm, value, "toString")
    if isinstance(method, Native) and method.path == "Object.prototype.toString":
        constructor = get(realm, value, "constructor")
        name = get(realm, constructor, "name") if is_callable(constructor) else ""
        if type(name) is str and name:
            return f"#<{name}>"
    return tag_text(realm, value)


def told_key(realm: Host, key: Value, act: str) -> str:
    """What is read or set of nothing, as messages tell of it in the end: not at all, if it is shown by its tag alone."""
    shown = told(realm, key)
    return "" if isinstance(key, JsObject) and shown.startswith("[object ") else f" ({act} '{shown}')"


def told_iteration(realm: Host, value: Value, is_async: bool = False) -> str:
    """What V8 says of a value that cannot be gone through where it finds no expression to tell of."""
    plain = ""
    if value is NULL or isinstance(value, str | float | bool):
        plain = f' "{value}"' if type(value) is str else f" {told(realm, value)}"
    word = "Symbol(Symbol.asyncIterator)" if is_async else "Symbol(Symbol.iterator)"
    return f"{type_of(value)}{plain} is not iterable (cannot read property {word})"
