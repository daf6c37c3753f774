"""PHP's functions on texts, numbers and arrays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from fakedocker.userland.languages.php.php_values import (
    NotSimulated,
    Running,
    Value,
    calculate,
    length,
    number,
    plain,
    text,
    truth,
    whole,
)

_CONVERSION: Final = re.compile(r"%(?:%|s|(0?\d{0,3})d|(?:\.(\d{1,2}))?f)")
ASCII_UPPER: Final = {number: number - 32 for number in range(ord("a"), ord("z") + 1)}
ASCII_LOWER: Final = {number: number + 32 for number in range(ord("A"), ord("Z") + 1)}
BLANK: Final = " \n\r\t\v\0"
_MARKED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#039;"}


def formatted(own: Running, form: Value, *given: Value) -> str:
    """As sprintf has it, for the plain forms of %s, %d and %f."""
    rest = list(given)
    if "%" in _CONVERSION.sub("", text(form)):
        raise NotSimulated("such a form of numbers and texts")

    def filled(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        if not rest:
            raise NotSimulated("the error of too few arguments")
        value = rest.pop(0)
        if match[0] == "%s":
            return text(value)
        if match[0].endswith("f"):
            return f"{float(number(value)):.{match[2] or 6}f}"
        shown, width = str(whole(value)), match[1] or ""
        return shown.zfill(int(width)) if width.startswith("0") and width != "0" else shown.rjust(int(width or 0))

    return _CONVERSION.sub(filled, text(form))


def print_formatted(own: Running, *given: Value) -> int:
    shown = formatted(own, *given)
    own.write(shown)
    return length(shown)


def rounded(own: Running, value: Value, places: Value = 0) -> float:
    found = number(value)
    if abs(found) >= 1e14 or not 0 <= int(places) <= 10:
        raise NotSimulated("rounding such a number")
    unit = Decimal(1).scaleb(-int(places))
    return float(Decimal(repr(found)).quantize(unit, ROUND_HALF_UP))


def special(own: Running, value: Value) -> str:
    """htmlspecialchars, which leaves single quotes before PHP 8.1."""
    shown = text(value)
    if "'" in shown and tuple(int(part) for part in own.version.split(".")[:2]) < (8, 1):
        raise NotSimulated("single quotes in htmlspecialchars() before PHP 8.1")
    return "".join(_MARKED.get(letter, letter) for letter in shown)


def explode(own: Running, by: Value, value: Value) -> Value:
    if not text(by):
        raise NotSimulated("an error that nobody catches (ValueError)")
    return dict(enumerate(text(value).split(text(by))))


def implode(own: Running, by: Value, values: Value) -> str:
    if not isinstance(values, dict) or isinstance(by, dict):
        raise NotSimulated("implode() of that")
    return text(by).join(text(each) for each in values.values())


def of_array(function: Callable[[dict[Value, Value]], Value]) -> Callable[..., Value]:
    """A function of one array."""

    def called(own: Running, values: Value) -> Value:
        if not isinstance(values, dict):
            raise NotSimulated("an error that nobody catches (TypeError)")
        return function(values)

    return called


def in_array(own: Running, wanted: Value, values: Value, strict: Value = False) -> bool:
    return any(calculate("===" if truth(strict) else "==", each, wanted) for each in values.values())


def as_json(own: Running, value: Value) -> str:
    return json.dumps(plain(value), separators=(",", ":"), allow_nan=False).replace("/", "\\/")


def replace(own: Running, old: Value, new: Value, value: Value) -> str:
    if not text(old):
        return text(value)
    return text(value).replace(text(old), text(new))


def with_breaks(own: Running, value: Value) -> str:
    if "\r" in text(value):
        raise NotSimulated("such ends of lines")
    return text(value).replace("\n", "<br />\n")


def first_upper(own: Running, value: Value) -> str:
    shown = text(value)
    return shown[:1].translate(ASCII_UPPER) + shown[1:]
