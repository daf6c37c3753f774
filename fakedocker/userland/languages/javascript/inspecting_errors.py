"""Errors as console.log shows them: their trace, under the name of their class, and what else they have."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    JsObject,
    Value,
)
from fakedocker.userland.languages.javascript.inspecting import Inspector
from fakedocker.userland.languages.javascript.inspecting_lines import Shown
from fakedocker.userland.languages.javascript.inspecting_properties import constructor_name, show_property
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.properties import (
    get,
    has_own,
    prototype_of,
)
from fakedocker.userland.languages.javascript.property_keys import is_enumerable, own_keys
from fakedocker.userland.languages.javascript.shared import NULL, Host
from fakedocker.userland.languages.javascript.tracing import header_of


def error(inspector: Inspector, value: JsObject, level: int) -> Shown | str:
    realm = inspector.realm
    held = get(realm, value, "name")
    if held is not None and held is not NULL:
        held = get(realm, value, "name")  # again, as node does
    name = "Error" if held is None or held is NULL else to_text(realm, held)
    stack = get(realm, value, "stack")
    text = stack if type(stack) is str and stack else header_of(realm, value)
    told = text
    text = _without_shared(realm, value, _improved(realm, value, name, text))
    hidden_keys = [
        key for key in ("cause", "errors") if has_own(realm, value, key) and not is_enumerable(realm, value, key)
    ]
    keys = [
        key
        for key in own_keys(realm, value)
        if is_enumerable(realm, value, key) and not is_told(realm, value, key, told)
    ]
    if "\n    at" not in text:
        text = f"[{text}]"
    if inspector.indentation:
        text = text.replace("\n", "\n" + " " * inspector.indentation)
    entries = [show_property(inspector, value, key, level) for key in keys]
    entries += [show_property(inspector, value, key, level) for key in hidden_keys]
    return text if not entries else Shown(("{", "}"), entries, text)


def is_error(realm: Host, value: JsObject) -> bool:
    """Whether it is made of an error's class, though no error was made."""
    place = prototype_of(realm, value)
    while place is not None:
        if place is realm.protos["Error"]:
            return True
        place = prototype_of(realm, place)
    return False


def _without_shared(realm: Host, value: JsObject, text: str) -> str:
    """A trace without the lines that its cause has, too."""
    cause = get(realm, value, "cause")
    held = get(realm, cause, "stack") if isinstance(cause, JsObject) and cause.kind == "Error" else None
    if type(held) is not str or "\n    at" not in held:
        return text
    lines, others = text.split("\n"), held[held.index("\n    at") + 1 :].split("\n")
    start, length = _shared(lines, others)
    if length <= _FEW:
        return text
    told = f"    ... {length - 2} lines matching cause stack trace ..."
    return "\n".join([*lines[: start + 1], told, *lines[start + length - 1 :]])


_FEW: Final = 3


def _shared(lines: list[str], others: list[str]) -> tuple[int, int]:
    """Where the first lines are that both have in the same order, and how many; at least four."""
    for start in range(max(0, len(lines) - _FEW)):
        if lines[start] not in others:
            continue
        place = others.index(lines[start])
        most = min(len(lines) - start, len(others) - place)
        length = next((count for count in range(1, most) if lines[start + count] != others[place + count]), most)
        if len(others) - place > _FEW and length > _FEW:
            return start, length
    return 0, 0


def is_told(realm: Host, value: JsObject, key: Value, text: str) -> bool:
    """Whether the trace already says what a property does."""
    if key not in ("name", "message", "stack"):
        return False
    held = get(realm, value, key)
    return type(held) is not str or held in text


def _improved(realm: Host, value: JsObject, name: str, stack: str) -> str:
    """A trace that names the error by its class, where it does not (improveStack of node's util)."""
    own_class = constructor_name(realm, value)
    length = len(name)
    follows = stack[length : length + 1]
    if own_class and not (name.endswith("Error") and stack.startswith(name) and follows in ("", ":", "\n")):
        return stack
    prefix = own_class
    if not own_class:
        begun = _NAMED.match(stack) or _ALONE.match(stack)
        length = len(begun[1]) if begun else 0
        prefix = f"[{begun[1] if begun else 'Error'}: null prototype]"
    if name == prefix:
        return stack
    if name in prefix:
        return prefix + stack[length:] if length else f"{prefix}: {stack}"
    return f"{prefix} [{name}]{stack[length:]}"


_NAMED: Final = re.compile(r"([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n\s+at)")
_ALONE: Final = re.compile(r"([a-z_A-Z0-9-]*Error)$")
