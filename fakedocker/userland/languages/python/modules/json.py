"""json: the host's reader and writer, over values of programs."""

from __future__ import annotations

import json
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.operators import check_size
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import class_of, native, payload_of, type_name
from fakedocker.userland.languages.python.values import BuiltinClass, ExceptionValue, Instance

DECODE_ERROR: Final = BuiltinClass("JSONDecodeError", EXCEPTIONS["ValueError"], module="json.decoder")
_MOST_NESTED: Final = 200


def _raise(problem: json.JSONDecodeError) -> Raised:
    value = ExceptionValue(DECODE_ERROR, (str(problem),))
    value.fields.update(msg=problem.msg, doc=problem.doc, pos=problem.pos, lineno=problem.lineno, colno=problem.colno)
    return Raised(value)


@native("parse", module="_json")
def _parse(m: Interpreter, text: Value) -> Value:
    """The value of a JSON text."""
    plain = payload_of(text)
    if isinstance(plain, bytes | bytearray):
        plain = plain.decode(json.detect_encoding(plain))
    if not isinstance(plain, str):
        raise type_error(f"the JSON object must be str, bytes or bytearray, not {type_name(text)}")
    if plain.startswith("\ufeff"):
        raise _raise(json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", plain, 0))
    m.grown(len(plain) >> 6)
    if plain.count("[") + plain.count("{") > 400 and _depth(plain) > _MOST_NESTED:
        raise NotSimulated("so deeply nested JSON")
    try:
        return json.loads(plain)
    except json.JSONDecodeError as problem:
        raise _raise(of_version(problem, m.minor)) from None


_BEFORE_3_13: Final = {"Expecting value": "]", "Expecting property name enclosed in double quotes": "}"}
"""What a reader before 3.13 says where it finds a bracket after a comma."""
_SINCE_3_13: Final = {
    "]": "Illegal trailing comma before end of array",
    "}": "Illegal trailing comma before end of object",
}
"""What a reader says since 3.13; it points at the comma."""


def of_version(problem: json.JSONDecodeError, minor: int) -> json.JSONDecodeError:
    """The mistake as the reader of a version tells it, whichever version read it here."""
    text, position = problem.doc, problem.pos
    if minor < 13 and problem.msg in _SINCE_3_13.values():
        position += 1
        while text[position] in " \t\n\r":
            position += 1
        words = next(words for words, bracket in _BEFORE_3_13.items() if bracket == text[position])
        return json.JSONDecodeError(words, text, position)
    bracket = _BEFORE_3_13.get(problem.msg)
    if minor >= 13 and bracket is not None and text[position : position + 1] == bracket:
        before = text[:position].rstrip(" \t\n\r")
        if before.endswith(","):
            return json.JSONDecodeError(_SINCE_3_13[bracket], text, len(before) - 1)
    return problem


def _depth(text: str) -> int:
    depth = most = 0
    for character in text:
        depth += (character in "[{") - (character in "]}")
        most = max(most, depth)
    return most


class _Writer:
    """Makes JSON of values, with the same shapes as the real writer."""

    def __init__(self, m: Interpreter, options: dict[str, Value]) -> None:
        self.m = m
        self.default = options["default"]
        self.ensure_ascii = m.truth(options["ensure_ascii"])
        self.sort_keys = m.truth(options["sort_keys"])
        self.skipkeys = m.truth(options["skipkeys"])
        self.allow_nan = m.truth(options["allow_nan"])
        indent = options["indent"]
        self.indent: str | None = None if indent is None else indent if isinstance(indent, str) else " " * indent
        separators = options["separators"]
        self.item: str
        self.key: str
        self.item, self.key = separators if separators is not None else (", " if indent is None else ",", ": ")
        self.around: list[Value] = []

    def write(self, value: Value, level: int) -> str:
        """One value."""
        plain = payload_of(value)
        if plain is None or isinstance(plain, bool | int | float | str):
            return self.atom(plain)
        if isinstance(plain, dict | list | tuple):
            if any(each is value for each in self.around):
                raise error("ValueError", "Circular reference detected")
            if level > _MOST_NESTED:
                raise NotSimulated("so deeply nested JSON")
            self.around.append(value)
            found = self._dict(plain, level) if isinstance(plain, dict) else self._list(plain, level)
            self.around.pop()
            return found
        if self.default is not None:
            if any(each is value for each in self.around):
                raise error("ValueError", "Circular reference detected")
            self.around.append(value)
            found = self.write(self.m.call_now(self.default, [value]), level + 1)
            self.around.pop()
            return found
        raise type_error(f"Object of type {class_of(value).name} is not JSON serializable")

    def atom(self, value: Any) -> str:  # Any: a number, text, bool or None
        """A number, text, bool or None."""
        if (
            isinstance(value, float)
            and not self.allow_nan
            and (value != value or value in (float("inf"), float("-inf")))
        ):
            raise error("ValueError", f"Out of range float values are not JSON compliant: {value!r}")
        return json.dumps(value, ensure_ascii=self.ensure_ascii)

    def _lines(self, opening: str, parts: list[str], closing: str, level: int) -> str:
        if not parts:
            return opening + closing
        check_size(self.m, sum(map(len, parts)))
        if self.indent is None:
            return f"{opening}{self.item.join(parts)}{closing}"
        inner = "\n" + self.indent * (level + 1)
        return f"{opening}{inner}{(self.item + inner).join(parts)}\n{self.indent * level}{closing}"

    def _list(self, items: Any, level: int) -> str:  # Any: a list or tuple
        return self._lines("[", [self.write(each, level + 1) for each in items], "]", level)

    def _dict(self, items: dict[Value, Value], level: int) -> str:
        pairs = list(items.items())
        if self.sort_keys:
            pairs.sort(key=lambda pair: pair[0])
        parts = []
        for key, each in pairs:
            name = self._name(key)
            if name is not None:
                parts.append(name + self.key + self.write(each, level + 1))
        return self._lines("{", parts, "}", level)

    def _name(self, key: Value) -> str | None:
        plain = payload_of(key)
        if isinstance(plain, str):
            return self.atom(plain)
        if isinstance(plain, bool | int | float) or plain is None:
            return f'"{self.atom(plain)}"'
        if self.skipkeys:
            return None
        raise type_error(f"keys must be str, int, float, bool or None, not {type_name(key)}")


@native("write", module="_json")
def _write(m: Interpreter, value: Value, options: Value) -> Value:
    """The JSON text of a value."""
    return _Writer(m, options).write(value, 0)


@names_for("_json")
def _names(m: Interpreter) -> dict[str, Value]:
    return {"JSONDecodeError": DECODE_ERROR}


__all__ = ["Instance"]
