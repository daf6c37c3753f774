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
from fakedocker.userland.languages.javascript.properties import (
    get,
    has_own,
    prototype_of,
)
from fakedocker.userland.languages.javascript.property_keys import is_enumerable, own_keys
from fakedocker.userland.languages.javascript.shared import Host
from fakedocker.userland.languages.javascript.tracing import header_of


def error(inspector: Inspector, value: JsObject, level: int) -> Shown | str:
    realm = inspector.realm
    stack = get(realm, value, "stack")
    text = stack if type(stack) is str and stack else header_of(realm, value)
    text = _without_shared(realm, value, _improved(realm, value, text))
    hidden_keys = [
        key for key in ("cause", "errors") if has_own(realm, value, key) and not is_enumerable(realm, value, key)
    ]
    keys = [
        key
        for key in own_keys(realm, value)
        if is_enumerable(realm, value, key) and not is_told(realm, value, key, text)
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
    return type(held) is str and held in text


def _improved(realm: Host, value: JsObject, text: str) -> str:
    """A trace that names the error by its class, where it does not."""
    found = get(realm, value, "name")
    name = found if type(found) is str else constructor_name(realm, value)
    own_class = constructor_name(realm, value)
    if has_own(realm, value, "name") or name == "Error":
        name = name if name != "Error" else own_class
    if own_class and name != own_class and own_class not in text and name in ("Error", own_class):
        name = own_class
    first = text.split("\n", 1)[0]
    if not name or name in first:
        return text
    begun = re.match(r"([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n    at)", text) or re.match(r"([a-z_A-Z0-9-]*Error)$", first)
    if begun and begun[1] in text:
        return name + text[len(begun[1]) :]
    return text
