"""console.log's arguments as one text: node's util.format."""

from __future__ import annotations

import math

from fakedocker.userland.languages.javascript.cells import JsObject, Symbol, Value, is_callable
from fakedocker.userland.languages.javascript.inspecting import Options, symbol_text
from fakedocker.userland.languages.javascript.inspecting_objects import inspect
from fakedocker.userland.languages.javascript.json_texts import stringify
from fakedocker.userland.languages.javascript.numbers import number_text, parse_float, parse_int
from fakedocker.userland.languages.javascript.operators import to_number, to_text
from fakedocker.userland.languages.javascript.shared import Host, Native, WellKnown


def format_arguments(realm: Host, arguments: list[Value], options: Options | None = None) -> str:
    """Texts as they are, all else inspected, with spaces between; `%s` and its like in the first text take an argument."""
    options = options or Options()
    rest = list(arguments)
    parts: list[str] = []
    if rest and type(rest[0]) is str and len(rest) > 1 and "%" in rest[0]:
        parts.append(_filled(realm, rest, options))
    parts += [value if type(value) is str else inspect(realm, value, options) for value in rest]
    return " ".join(parts)


def _filled(realm: Host, rest: list[Value], options: Options) -> str:
    """The first text with its places filled; what they take is taken off the list."""
    text = rest.pop(0)
    found: list[str] = []
    place = 0
    while place < len(text):
        percent = text.find("%", place)
        if percent < 0 or percent + 1 >= len(text):
            break
        kind = text[percent + 1]
        found.append(text[place:percent])
        place = percent + 2
        if kind == "%":
            found.append("%")
        elif kind in "sdifjoOc" and rest:
            found.append(_one(realm, kind, rest.pop(0), options))
        else:
            found.append(f"%{kind}")
    return "".join(found) + str(text[place:])


def _one(realm: Host, kind: str, value: Value, options: Options) -> str:
    if kind == "s":
        return _as_text(realm, value, options)
    if kind == "c":
        return ""
    if kind == "j":
        return stringify(realm, value) or "undefined"
    if kind == "O":
        return inspect(realm, value, options)
    if kind == "o":
        return inspect(realm, value, options._replace(show_hidden=True, depth=4))
    if type(value) is int and kind != "f":
        return f"{value}n"
    if isinstance(value, Symbol | WellKnown):
        return "NaN"
    if kind == "d":
        number = to_number(realm, value)
    else:
        text = to_text(realm, value)
        number = parse_int(text, 0) if kind == "i" else parse_float(text)
    return "-0" if number == 0 and math.copysign(1, number) < 0 else number_text(number)


def _as_text(realm: Host, value: Value, options: Options) -> str:
    if type(value) is float:
        return "-0" if value == 0 and math.copysign(1, value) < 0 else number_text(value)
    if type(value) is int:
        return f"{value}n"
    if isinstance(value, Symbol | WellKnown):
        return symbol_text(value)
    if not isinstance(value, JsObject | Native) or is_callable(value):
        return to_text(realm, value)
    if _has_own_text(realm, value):
        return to_text(realm, value)
    return inspect(realm, value, options._replace(depth=0, colors=False, compact=3))


def _has_own_text(realm: Host, value: Value) -> bool:
    """Whether a toString that is no built-in one is found before those of the built-in classes."""
    method = realm.get(value, "toString")
    return not isinstance(method, Native) or method.path == "Error.prototype.toString"
