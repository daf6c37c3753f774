"""Values as console.log shows them: node's util.inspect, for values that are no objects, and where those begin.

Source of the rules: what node 20 prints, and the documentation of util.inspect.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

from fakedocker.userland.languages.javascript.cells import JsObject, Proxy, Value, is_callable
from fakedocker.userland.languages.javascript.numbers import number_text
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.shared import INSPECT, NULL, Host, Native

STYLES: Final = {
    "number": ("33", "39"), "bigint": ("33", "39"), "boolean": ("33", "39"), "string": ("32", "39"), "symbol": ("32", "39"), "undefined": ("90", "39"),
    "null": ("1", "22"), "special": ("36", "39"), "date": ("35", "39"), "regexp": ("31", "39"), "module": ("4", "24"),
}  # fmt: skip
_MOST_DEPTH: Final = 60


class Options(NamedTuple):
    """Those of util.inspect that are simulated."""

    depth: float = 2
    colors: bool = False
    compact: int = 3
    break_length: float = 80
    show_hidden: bool = False
    most_items: float = 100
    sorted_keys: bool = False
    most_text: float = 10000
    getters: bool = False


ShowObject = Callable[["Inspector", Value, int], str]


class Inspector:
    """One value being shown; `show_object` shows objects.

    Attributes:
        seen: the objects around what is shown.
        circular: numbers of those that hold themselves.
        indentation: how far lines are indented.
        depth: how deep the object that was shown last is.
    """

    def __init__(self, realm: Host, options: Options, show_object: ShowObject) -> None:
        self.realm = realm
        self.show_object = show_object
        self.depth = 0
        self.options = options
        self.seen: list[Value] = []
        self.circular: dict[int, int] = {}
        self.indentation = 0

    def styled(self, text: str, style: str) -> str:
        """Text in the colour of its kind."""
        if not self.options.colors or style not in STYLES:
            return text
        begin, end = STYLES[style]
        return f"\x1b[{begin}m{text}\x1b[{end}m"

    def value(self, value: Value, level: int) -> str:
        """Any value, `level` objects deep."""
        if not isinstance(value, JsObject | Native):
            return self.primitive(value)
        if type(value) is Proxy:
            return self.value(value.target, level)
        custom = get(self.realm, value, INSPECT)
        if is_callable(custom):
            return self._custom(value, custom, level)
        if any(value is other for other in self.seen):
            number = self.circular.setdefault(id(value), len(self.circular) + 1)
            return self.styled(f"[Circular *{number}]", "special")
        if level > _MOST_DEPTH:
            return self.styled("[Object]", "special")
        return self.show_object(self, value, level)

    def _custom(self, value: Value, custom: Value, level: int) -> str:
        realm = self.realm
        given = realm.new_object()
        given.props.update(self._given_options())
        found = realm.call(custom, value, [float(self.options.depth - level), given, realm.globals_inspect()])
        if type(found) is str:
            return found.replace("\n", "\n" + " " * self.indentation)
        return self.value(found, level)

    def _given_options(self) -> dict[str, Value]:
        """What an object that shows itself is told, in node's order."""
        options = self.options
        return {
            "stylize": Native.known["stylizeWithColor" if options.colors else "stylizeNoColor"],
            "showHidden": options.show_hidden,
            "depth": float(options.depth),
            "colors": options.colors,
            "customInspect": True,
            "showProxy": False,
            "maxArrayLength": float(options.most_items),
            "maxStringLength": float(options.most_text),
            "breakLength": float(options.break_length),
            "compact": float(options.compact) if options.compact else False,
            "sorted": options.sorted_keys,
            "getters": options.getters,
            "numericSeparator": False,
        }

    def primitive(self, value: Value) -> str:
        """A value that is no object."""
        if type(value) is str:
            return self._text(value)
        if type(value) is float:
            return self.styled("-0" if value == 0 and math.copysign(1, value) < 0 else number_text(value), "number")
        if type(value) is bool:
            return self.styled("true" if value else "false", "boolean")
        if type(value) is int:
            return self.styled(f"{value}n", "bigint")
        if value is None:
            return self.styled("undefined", "undefined")
        if value is NULL:
            return self.styled("null", "null")
        return self.styled(symbol_text(value), "symbol")

    def _text(self, value: str) -> str:
        """Text in quotes; long ones are broken at their line ends."""
        trailer = ""
        if len(value) > self.options.most_text:
            left = len(value) - int(self.options.most_text)
            value = value[: int(self.options.most_text)]
            trailer = f"... {left} more character{'s' if left > 1 else ''}"
        if len(value) > 16 and len(value) > self.options.break_length - self.indentation - 4 and "\n" in value[:-1]:
            lines = value.splitlines(keepends=True) if "\r" not in value else _lines(value)
            joint = " +\n" + " " * (self.indentation + 2)
            return joint.join(self.styled(quoted(line), "string") for line in lines) + trailer
        return self.styled(quoted(value), "string") + trailer


def _lines(value: str) -> list[str]:
    found = value.split("\n")
    return [f"{line}\n" for line in found[:-1]] + ([found[-1]] if found[-1] else [])


_ESCAPES: Final = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}


def quoted(value: str) -> str:
    """Text in the quotes that it has none of itself."""
    quote = "'"
    if "'" in value:
        if '"' not in value:
            quote = '"'
        elif "`" not in value and "${" not in value:
            quote = "`"
    parts: list[str] = []
    for place, character in enumerate(value):
        if character == quote and quote == "'":
            parts.append("\\'")
        elif character in _ESCAPES:
            parts.append(_ESCAPES[character])
        elif character < " " or "\x7f" <= character <= "\x9f":
            parts.append(f"\\x{ord(character):02X}")
        elif "\ud800" <= character <= "\udfff" and not _is_in_pair(value, place):
            parts.append(f"\\u{ord(character):04x}")
        else:
            parts.append(character)
    return f"{quote}{''.join(parts)}{quote}"


def _is_in_pair(value: str, place: int) -> bool:
    if value[place] < "\udc00":
        return place + 1 < len(value) and "\udc00" <= value[place + 1] <= "\udfff"
    return place > 0 and "\ud800" <= value[place - 1] < "\udc00"


def symbol_text(value: Value) -> str:
    """A symbol as text."""
    return f"Symbol({value.description or ''})"


def _stylize(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """A text in the colour of its kind, which is asked of the options that an object is told."""
    text = arguments[0] if arguments else None
    style = STYLES.get(arguments[1]) if len(arguments) > 1 and type(arguments[1]) is str else None
    return text if style is None else f"\x1b[{style[0]}m{to_text(realm, text)}\x1b[{style[1]}m"


Native("stylizeNoColor", lambda realm, this, arguments: arguments[0] if arguments else None, 2)
Native("stylizeWithColor", _stylize, 2)
