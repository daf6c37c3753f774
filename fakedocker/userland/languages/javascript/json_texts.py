"""JSON.parse and JSON.stringify, with V8's words for what is wrong."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.javascript.cells import JsArray, JsObject, Proxy, Symbol, Value, Wrapper, is_callable
from fakedocker.userland.languages.javascript.numbers import number_text
from fakedocker.userland.languages.javascript.operators import to_number, to_text
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.property_keys import enumerable_keys
from fakedocker.userland.languages.javascript.shared import NULL, Host, Native, WellKnown
from fakedocker.userland.languages.machine.cells import NotSimulated

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PLAIN: Final = re.compile(r'[^"\\\x00-\x1f]*')
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WRITTEN: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL: Final = re.compile(r'["\\\x00-\x1f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]')
_MOST_ITEMS: Final = 1 << 20
_DEEPEST: Final = 150


class _Reader:
    def __init__(self, realm: Host, text: str) -> None:
        self.realm = realm
        self.text = text
        self.place = 0
        self.depth = 0

    def whole(self) -> Value:
        value = self.value()
        self.skip()
        if self.place < len(self.text):
            raise self.problem("Unexpected non-whitespace character after JSON at position {place}")
        return value

    def skip(self) -> None:
        found = _SPACE.match(self.text, self.place)
        assert found is not None
        self.place = found.end()

    def problem(self, message: str = "") -> Exception:
        """What V8 says of the place, and the line that it shows if nobody catches that."""
        place, text = self.place, self.text
        found = self.realm.error("SyntaxError", self._said(message))
        start = text.rfind("\n", 0, place) + 1
        line = text[start:].partition("\n")[0]
        pointed = " " * (place - start) + ("^" if place < len(text) else "")
        if not text:
            line = pointed = ""
        found.value.private["thrown at"] = (
            f"<anonymous_script>:{text.count(chr(10), 0, place) + 1}",
            line,
            *([pointed] if line and (place - start < len(line) or place >= len(text)) else []),
        )
        return found

    def _said(self, message: str) -> str:
        place, text = self.place, self.text
        if message:
            return message.replace("{place}", str(place))
        if place >= len(text):
            return "Unexpected end of JSON input"
        if text in ("undefined", "NaN", "Infinity", "[object Object]"):
            return f'"{text}" is not valid JSON'
        character = text[place]
        if len(text) < 21:
            shown = f'"{text}" is not valid JSON'
        else:
            begin, end = max(0, place - 10), min(len(text), place + 10)
            before, behind = "..." if place >= 10 else "", "... " if place < len(text) - 10 else " "
            shown = f'{before}"{text[begin:end]}"{behind}is not valid JSON'
        return f"Unexpected token '{character}', {shown}"

    def value(self) -> Value:
        self.skip()
        text, place = self.text, self.place
        character = text[place : place + 1]
        if character == '"':
            return self.string()
        if character == "{":
            return self.nested(self.object)
        if character == "[":
            return self.nested(self.array)
        for word, meant in (("true", True), ("false", False), ("null", NULL)):
            if character == word[0]:
                for offset, letter in enumerate(word):
                    self.place = place + offset
                    if text[self.place : self.place + 1] != letter:
                        raise self.problem()
                self.place = place + len(word)
                return meant
        return self.number()

    def nested(self, read: Callable[[], Value]) -> Value:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotSimulated("JSON that is so deep")
        try:
            return read()
        finally:
            self.depth -= 1

    def number(self) -> float:
        found = _NUMBER.match(self.text, self.place)
        if not found:
            if self.text[self.place : self.place + 1] == "-":
                self.place += 1
                if self.place >= len(self.text):
                    raise self.problem("No number after minus sign in JSON at position {place}")
                raise self.problem("No number after minus sign in JSON at position {place}")
            raise self.problem()
        self.place = found.end()
        rest = self.text[self.place : self.place + 1]
        if found[0] in ("0", "-0") and is_digits(rest):
            raise self.problem("Unexpected number in JSON at position {place}")
        if rest in (".", "e", "E") and rest:
            self.place += 1
            if rest == ".":
                raise self.problem("Unterminated fractional number in JSON at position {place}")
            raise self.problem("Exponent part is missing a number in JSON at position {place}")
        return float(found[0])

    def string(self) -> str:
        text = self.text
        parts: list[str] = []
        self.place += 1
        while True:
            found = _PLAIN.match(text, self.place)
            assert found is not None
            parts.append(found[0])
            self.place = found.end()
            character = text[self.place : self.place + 1]
            if character == '"':
                self.place += 1
                return "".join(parts)
            if not character:
                raise self.problem("Unterminated string in JSON at position {place}")
            if character != "\\":
                raise self.problem("Bad control character in string literal in JSON at position {place}")
            kind = text[self.place + 1 : self.place + 2]
            if kind == "u":
                digits = text[self.place + 2 : self.place + 6]
                if not re.fullmatch("[0-9a-fA-F]{4}", digits):
                    self.place += 2 + len(re.match("[0-9a-fA-F]*", digits)[0])  # type: ignore[index]
                    raise self.problem("Bad Unicode escape in JSON at position {place}")
                parts.append(chr(int(digits, 16)))
                self.place += 6
            elif kind in _ESCAPES and kind:
                parts.append(_ESCAPES[kind])
                self.place += 2
            else:
                self.place += 1
                if not kind:
                    raise self.problem("Unterminated string in JSON at position {place}")
                raise self.problem("Bad escaped character in JSON at position {place}")

    def array(self) -> JsArray:
        items: list[Value] = []
        self.place += 1
        self.skip()
        if self.text[self.place : self.place + 1] == "]":
            self.place += 1
            return self.realm.array(items)
        while True:
            items.append(self.value())
            self.skip()
            character = self.text[self.place : self.place + 1]
            if character == "]":
                self.place += 1
                return self.realm.array(items)
            if character != ",":
                raise self.problem("Expected ',' or ']' after array element in JSON at position {place}")
            self.place += 1

    def object(self) -> JsObject:
        made = self.realm.new_object()
        self.place += 1
        self.skip()
        if self.text[self.place : self.place + 1] == "}":
            self.place += 1
            return made
        first = True
        while True:
            self.skip()
            character = self.text[self.place : self.place + 1]
            if character != '"':
                if not character:
                    raise self.problem(
                        "Expected property name or '}' in JSON at position {place}"
                        if first
                        else "Expected double-quoted property name in JSON at position {place}"
                    )
                said = "Expected property name or '}'" if first else "Expected double-quoted property name"
                raise self.problem(f"{said} in JSON at position {{place}}")
            key = self.string()
            self.skip()
            if self.text[self.place : self.place + 1] != ":":
                raise self.problem("Expected ':' after property name in JSON at position {place}")
            self.place += 1
            made.props[key] = self.value()
            self.skip()
            character = self.text[self.place : self.place + 1]
            first = False
            if character == "}":
                self.place += 1
                return made
            if character != ",":
                raise self.problem("Expected ',' or '}' after property value in JSON at position {place}")
            self.place += 1


def parse(realm: Host, text: str) -> Value:
    """The value of a text. Thrown (SyntaxError) if it is no JSON. O(length)."""
    return _Reader(realm, text).whole()


class _Writer:
    def __init__(self, realm: Host, replacer: Value, allowed: list[str] | None, gap: str) -> None:
        self.realm = realm
        self.replacer = replacer
        self.allowed = allowed
        self.gap = gap
        self.around: list[Value] = []
        self.keys: list[str] = []
        self.size = 0

    def property(self, holder: Value, key: str, value: Value, indent: str) -> str | None:
        realm = self.realm
        if isinstance(value, JsObject) or type(value) is int:
            method = get(realm, value, "toJSON")
            if is_callable(method):
                value = realm.call(method, value, [key])
        if self.replacer is not None:
            value = realm.call(self.replacer, holder if holder is not None else self._wrapped(key, value), [key, value])
        if isinstance(value, Wrapper):
            value = (
                to_number(realm, value)
                if value.kind == "Number"
                else to_text(realm, value)
                if value.kind == "String"
                else value.value
            )
        if value is NULL:
            return "null"
        if type(value) is bool:
            return "true" if value else "false"
        if type(value) is float:
            return number_text(value) if math.isfinite(value) else "null"
        if type(value) is str:
            self.size += len(value)
            realm.check_length(self.size)
            return quoted(value)
        if type(value) is int:
            raise realm.error("TypeError", "Do not know how to serialize a BigInt")
        if value is None or isinstance(value, Symbol | WellKnown | Native) or is_callable(value):
            return None
        return self.object(value, key, indent)

    def _wrapped(self, key: str, value: Value) -> Value:
        made = self.realm.new_object()
        made.props[key] = value
        return made

    def object(self, value: JsObject, key: str, indent: str) -> str:
        if any(value is other for other in self.around):
            raise self.circular(value, key)
        if len(self.around) >= _DEEPEST:
            raise NotSimulated("JSON that is so deep")
        self.around.append(value)
        self.keys.append(key)
        inner = indent + self.gap
        held = value
        while type(held) is Proxy:
            held = held.target
        if type(held) is JsArray:
            length = (
                float(len(held.items)) if held is value else to_number(self.realm, get(self.realm, value, "length"))
            )
            if not 0 <= length <= _MOST_ITEMS:
                raise NotSimulated("JSON of such a proxy")
            parts = [
                self.property(value, str(place), get(self.realm, value, str(place)), inner) or "null"
                for place in range(int(length))
            ]
            begin, end = "[", "]"
        else:
            parts = []
            for name in self.allowed if self.allowed is not None else enumerable_keys(self.realm, value):
                shown = self.property(value, name, get(self.realm, value, name), inner)
                if shown is not None:
                    parts.append(f"{quoted(name)}:{' ' if self.gap else ''}{shown}")
            begin, end = "{", "}"
        self.around.pop()
        self.keys.pop()
        self.size += 16 * len(parts)
        self.realm.check_length(self.size)
        if not parts:
            return begin + end
        if not self.gap:
            return begin + ",".join(parts) + end
        joint = f",\n{inner}"
        return f"{begin}\n{inner}{joint.join(parts)}\n{indent}{end}"

    def circular(self, value: Value, key: str) -> Exception:
        from fakedocker.userland.languages.javascript.inspecting_properties import constructor_name

        realm = self.realm
        start = next(place for place, other in enumerate(self.around) if other is value)
        lines = [f"\n    --> starting at object with constructor '{constructor_name(realm, value)}'"]
        between = list(zip(self.around[start + 1 :], self.keys[start + 1 :], strict=True))
        for place, (other, name) in enumerate(between):
            if place == 0 or place == len(between) - 1:
                lines.append(
                    f"\n    |     {self._step(name, self.around[start + place])} -> object with constructor '{constructor_name(realm, other)}'"
                )
            elif place == 1:
                lines.append("\n    |     ...")
        lines.append(f"\n    --- {self._step(key, self.around[-1])} closes the circle")
        return realm.error("TypeError", f"Converting circular structure to JSON{''.join(lines)}")

    def _step(self, key: str, holder: Value) -> str:
        return f"index {key}" if type(holder) is JsArray else f"property '{key}'"


def quoted(text: str) -> str:
    """Text in JSON's quotes."""
    if not _SPECIAL.search(text):
        return f'"{text}"'
    return '"' + _SPECIAL.sub(lambda found: _WRITTEN.get(found[0]) or f"\\u{ord(found[0]):04x}", text) + '"'


def stringify(realm: Host, value: Value, replacer: Value = None, space: Value = None) -> str | None:
    """The text of a value, None where it has none. Thrown (TypeError) if it holds itself."""
    if type(space) is float:
        gap = " " * int(min(10, max(0, space if space == space else 0)))
    else:
        gap = space[:10] if type(space) is str else ""
    allowed = None
    if type(replacer) is JsArray:
        allowed = list(dict.fromkeys(to_text(realm, item) for item in replacer.items if type(item) in (str, float)))
    function = replacer if is_callable(replacer) else None
    return _Writer(realm, function, allowed, gap).property(None, "", value, "")
