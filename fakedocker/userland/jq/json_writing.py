"""Values written as JSON, as jq writes them: numbers, strings, indents, colours."""

from __future__ import annotations

import math
import re
from typing import Final, NamedTuple

from fakedocker.userland.jq.values import OutOfMemory, Value, kind

_MOST_TEXT: Final = 64 << 20
_ESCAPES: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}
_UNSAFE: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_UNSAFE_ASCII: Final = re.compile(r'[\x00-\x1f"\\\x7f]|[^\x00-\x7f]')


def number_text(value: float) -> str:
    """As jq's own jvp_dtoa_fmt: the shortest digits, an exponent for very large and very small ones."""
    if isinstance(value, int):
        return str(value)
    if value != value:
        return "null"
    if math.isinf(value):
        value = math.copysign(1.7976931348623157e308, value)
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits) if whole == "0" else 0)
    digits = digits.rstrip("0") or "0"
    sign = "-" if value < 0 else ""
    if point <= -4 or point > len(digits) + 15:
        power = point - 1
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{tail}e{'-' if power < 0 else '+'}{abs(power):02d}"
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return sign + digits + "0" * (point - len(digits))
    return f"{sign}{digits[:point]}.{digits[point:]}"


def string_text(text: str, ascii_only: bool = False) -> str:
    def escaped(match: re.Match[str]) -> str:
        character = match[0]
        if character in _ESCAPES:
            return _ESCAPES[character]
        code = ord(character)
        if code > 0xFFFF:
            code -= 0x10000
            return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
        return f"\\u{code:04x}"

    return f'"{(_UNSAFE_ASCII if ascii_only else _UNSAFE).sub(escaped, text)}"'


class Style(NamedTuple):
    """How values are written."""

    indent: str = ""  # "" for all on one line
    sort_keys: bool = False
    ascii_only: bool = False
    coloured: bool = False


_COLOURS: Final = {
    "null": "1;30", "false": "0;39", "true": "0;39", "number": "0;39", "string": "0;32", "array": "1;39", "object": "1;39",
}  # fmt: skip
_KEY_COLOUR: Final = "34;1"


class Writer:
    """Writes one value. Raises OutOfMemory for text without end."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.size = 0

    def text(self, value: Value) -> str:
        pieces: list[str] = []
        self._write(value, 0, pieces)
        return "".join(pieces)

    def _put(self, pieces: list[str], text: str) -> None:
        self.size += len(text)
        if self.size > _MOST_TEXT:
            raise OutOfMemory
        pieces.append(text)

    def _write(self, value: Value, depth: int, pieces: list[str]) -> None:
        style = self.style
        if style.coloured:
            self._write_coloured(value, depth, pieces)
        elif isinstance(value, str):
            self._put(pieces, string_text(value, style.ascii_only))
        elif isinstance(value, list):
            self._write_items(value, depth, pieces)
        elif isinstance(value, dict):
            self._write_members(value, depth, pieces)
        else:
            self._put(pieces, _plain(value))

    def _break(self, depth: int) -> str:
        return "\n" + self.style.indent * depth if self.style.indent else ""

    def _write_items(self, items: list[Value], depth: int, pieces: list[str]) -> None:
        if not items:
            self._put(pieces, "[]")
            return
        self._put(pieces, "[")
        for place, item in enumerate(items):
            self._put(pieces, ("," if place else "") + self._break(depth + 1))
            self._write(item, depth + 1, pieces)
        self._put(pieces, self._break(depth) + "]")

    def _members(self, members: dict[str, Value]) -> list[tuple[str, Value]]:
        return sorted(members.items()) if self.style.sort_keys else list(members.items())

    def _write_members(self, members: dict[str, Value], depth: int, pieces: list[str]) -> None:
        if not members:
            self._put(pieces, "{}")
            return
        self._put(pieces, "{")
        colon = ": " if self.style.indent else ":"
        for place, (key, item) in enumerate(self._members(members)):
            self._put(pieces, ("," if place else "") + self._break(depth + 1))
            self._put(pieces, string_text(key, self.style.ascii_only) + colon)
            self._write(item, depth + 1, pieces)
        self._put(pieces, self._break(depth) + "}")

    def _write_coloured(self, value: Value, depth: int, pieces: list[str]) -> None:
        name = _plain(value) if isinstance(value, bool) else kind(value)
        start, end = f"\x1b[{_COLOURS[name]}m", "\x1b[0m"
        if isinstance(value, list):
            self._coloured_items(value, depth, pieces, start, end)
        elif isinstance(value, dict):
            self._coloured_members(value, depth, pieces, start, end)
        else:
            shown = string_text(value, self.style.ascii_only) if isinstance(value, str) else _plain(value)
            self._put(pieces, f"{start}{shown}{end}")

    def _coloured_items(self, items: list[Value], depth: int, pieces: list[str], start: str, end: str) -> None:
        if not items:
            self._put(pieces, f"{start}[]{end}")
            return
        self._put(pieces, f"{start}[")
        for place, item in enumerate(items):
            self._put(pieces, (f"{start}," if place else "") + self._break(depth + 1))
            self._write(item, depth + 1, pieces)
        self._put(pieces, f"{start}{self._break(depth)}{start}]{end}")

    def _coloured_members(self, members: dict[str, Value], depth: int, pieces: list[str], start: str, end: str) -> None:
        if not members:
            self._put(pieces, f"{start}{{}}{end}")
            return
        self._put(pieces, f"{start}{{")
        colon = ": " if self.style.indent else ":"
        for place, (key, item) in enumerate(self._members(members)):
            self._put(pieces, (f"{start}," if place else "") + self._break(depth + 1) + end)
            name = string_text(key, self.style.ascii_only)
            self._put(pieces, f"\x1b[{_KEY_COLOUR}m{name}{end}{start}{colon[:1]}{colon[1:]}{end}")
            self._write(item, depth + 1, pieces)
        self._put(pieces, f"{start}{self._break(depth)}{start}}}{end}")


def _plain(value: Value) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    return number_text(value)


def to_text(value: Value) -> str:
    """A value on one line (tojson, messages)."""
    return Writer(Style()).text(value)
