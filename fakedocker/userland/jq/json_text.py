"""JSON as jq reads and writes it.

Text is read by Python's own scanner; what that refuses is read again by jq's rules, to say what is wrong and where.
Source: jq's src/jv_parse.c and src/jv_print.c.
"""

from __future__ import annotations

import json
import math
import re
from typing import Final, NamedTuple

from fakedocker.userland.jq.values import OutOfMemory, Value, kind

_DEEPEST: Final = 256
_MOST_TEXT: Final = 64 << 20
_SPACE: Final = re.compile(r"[ \t\r\n\ufeff\x1e]*")
_WORD: Final = re.compile(r"[^\s\[\]{},:\"]+")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MARKS: Final = ("]", "}", ",", ":")
_ESCAPES: Final = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}
_UNSAFE: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_UNSAFE_ASCII: Final = re.compile(r'[\x00-\x1f"\\\x7f]|[^\x00-\x7f]')


class ParseProblem(ValueError):
    """Text is no JSON; the message says where."""


class Incomplete(Exception):
    """The text ends within a value."""


def _decoder(keep_literals: bool) -> json.JSONDecoder:
    def whole(digits: str) -> Value:
        if keep_literals and len(digits) > 15:
            return int(digits) if len(digits) < 4000 else float(digits)
        return float(digits)

    return json.JSONDecoder(parse_int=whole, parse_constant=lambda name: math.nan if name == "NaN" else float(name))


_DECODERS: Final = {True: _decoder(True), False: _decoder(False)}


class Reader:
    """Values of a text that may still grow.

    Args:
        keep_literals: whole numbers beyond a double's precision are kept (jq 1.7).
    """

    def __init__(self, *, keep_literals: bool) -> None:
        self.text = ""
        self.at = 0
        self.finished = False  # whether no more text comes
        self.failed = False
        self.lines_before = 0  # lines that were read before this text
        self.columns_before = 0  # and characters of its first line
        self._keep = keep_literals
        self._tried = 0  # how long the text was when a value was incomplete

    def next(self) -> Value:
        """The next value.

        Raises:
            StopIteration: there is none, as the text is finished.
            Incomplete: the text must grow first.
            ParseProblem: it is no JSON; nothing more can be read.
        """
        if self.failed:
            raise StopIteration
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # always matches
        if self.at >= len(self.text):
            raise StopIteration if self.finished else Incomplete
        rest = len(self.text) - self.at
        if not self.finished and self._tried and rest < 2 * self._tried and self.text[-1] not in ']}\n"':
            raise Incomplete
        try:
            value, end = self._value()
        except ParseProblem:
            self.failed = True
            raise
        except Incomplete:
            self._tried = rest
            raise
        self._tried = 0
        self.at = end
        return value

    def _value(self) -> tuple[Value, int]:
        try:
            value, end = _DECODERS[self._keep].raw_decode(self.text, self.at)
        except (ValueError, RecursionError):
            return self._by_rules()
        if not self.finished and end == len(self.text) and not self.text[end - 1 :].endswith(("]", "}", '"')):
            raise Incomplete  # a number may go on
        if not isinstance(value, str | list | dict) and self.text[end : end + 1] in _MARKS:
            return self._by_rules()
        if (
            self.text[end : end + 1] not in ("", " ", "\t", "\n", "\r", "[", "{", "]", "}", ",", ":", '"')
            or self.text[self.at] in "NI"
        ):
            return self._by_rules()
        return _with_whole_characters(value), end

    def _by_rules(self) -> tuple[Value, int]:
        return _Walker(self).run()

    @property
    def lines(self) -> int:
        """How many lines have been read, which jq does line by line."""
        end = self.text.find("\n", max(self.at - 1, 0))
        return self.lines_before + self.text.count("\n", 0, len(self.text) if end < 0 else end + 1)


def _with_whole_characters(value: Value) -> Value:
    """Halves of surrogate pairs become U+FFFD."""
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in value)
        return value
    if isinstance(value, list):
        return [_with_whole_characters(item) for item in value]
    if isinstance(value, dict):
        return {_with_whole_characters(key): _with_whole_characters(item) for key, item in value.items()}
    return value


class _Frame(NamedTuple):
    opening: str
    items: list[Value]  # of an object, keys and values in turn


class _Walker:
    """Reads one value token by token, as jq does."""

    def __init__(self, reader: Reader) -> None:
        self.text = reader.text
        self.at = reader.at
        self.finished = reader.finished
        self.before = reader.lines_before, reader.columns_before
        self.stack: list[_Frame] = []
        self.next: list[Value] = []  # the value that waits for what follows it
        self.pending_key = False

    def problem(self, message: str, at: int) -> ParseProblem:
        line = self.text.count("\n", 0, at)
        column = at - (self.text.rfind("\n", 0, at) + 1) + (0 if line else self.before[1])
        return ParseProblem(f"{message} at line {line + self.before[0] + 1}, column {column}")

    def run(self) -> tuple[Value, int]:
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # always matches
            if self.at >= len(self.text):
                if not self.stack and self.next:
                    return self.next[0], self.at
                if not self.finished:
                    raise Incomplete
                raise self.problem("Unfinished JSON term at EOF", self.at)
            character = self.text[self.at]
            if not self.stack and self.next and character not in "]},:":
                return self.next[0], self.at
            if character in "[{]},:":
                self.at += 1
                self._mark(character)
            elif character == '"':
                self._string()
            else:
                self._word()
                if self.text[self.at : self.at + 1] in _MARKS:
                    continue
            if not self.stack and self.next:
                return self.next[0], self.at

    def _string(self) -> None:
        found = _STRING.match(self.text, self.at)
        if found is None:
            if not self.finished:
                raise Incomplete
            raise self.problem("Unfinished string at EOF", len(self.text))
        try:
            value = json.loads(found[0], strict=False)
        except ValueError:
            raise self.problem("Invalid escape", found.end()) from None
        self.at = found.end()
        self._take(_with_whole_characters(value), self.at)

    def _word(self) -> None:
        found = _WORD.match(self.text, self.at)
        word = found[0] if found is not None else self.text[self.at]
        end = self.at + len(word)
        if end == len(self.text) and not self.finished:
            raise Incomplete
        literal = {"t": "true", "f": "false", "n": "null", "'": ""}.get(word[0])
        if word == "nan":
            value: Value = math.nan
        elif literal is not None and (word[0] != "n" or len(word) == 4):
            if word != literal:
                message = f"Invalid {'numeric ' if word[0] == chr(39) else ''}literal"
                raise self.problem(message + (" at EOF" if end == len(self.text) else ""), end + (end < len(self.text)))
            value = {"true": True, "false": False, "null": None}[literal]
        else:
            value = _number(word)
            if value is None:
                ended = end == len(self.text)
                raise self.problem("Invalid numeric literal" + (" at EOF" if ended else ""), end + (not ended))
        self.at = end
        self._take(value, end + (end < len(self.text)))

    def _take(self, value: Value, seen: int) -> None:
        if self.next:
            raise self.problem("Expected separator between values", seen)
        self.next.append(value)

    def _mark(self, mark: str) -> None:
        at = self.at
        if mark in "[{":
            if len(self.stack) >= _DEEPEST:
                raise self.problem("Exceeds depth limit for parsing", at)
            if self.next:
                raise self.problem("Expected separator between values", at)
            self.stack.append(_Frame(mark, []))
            return
        frame = self.stack[-1] if self.stack else _Frame("", [])
        keyed = len(frame.items) % 2 == 1
        if mark == ":":
            self._colon(frame, keyed, at)
        elif mark == ",":
            if not self.next or not frame.opening:
                raise self.problem("Expected value before ','", at)
            if frame.opening == "{" and not keyed:
                raise self.problem("Objects must consist of key:value pairs", at)
            frame.items.append(self.next.pop())
        elif mark == "]":
            self._close_array(frame, at)
        else:
            self._close_object(frame, keyed, at)

    def _colon(self, frame: _Frame, keyed: bool, at: int) -> None:
        if not self.next:
            raise self.problem("Expected string key before ':'", at)
        if frame.opening != "{" or keyed:
            raise self.problem("':' not as part of an object", at)
        if not isinstance(self.next[0], str):
            raise self.problem("Object keys must be strings", at)
        frame.items.append(self.next.pop())

    def _close_array(self, frame: _Frame, at: int) -> None:
        if frame.opening != "[":
            raise self.problem("Unmatched ']'", at)
        if not self.next and frame.items:
            raise self.problem("Expected another array element", at)
        self.stack.pop()
        self.next = [[*frame.items, *self.next]]

    def _close_object(self, frame: _Frame, keyed: bool, at: int) -> None:
        if not frame.opening or (not self.next and (frame.opening != "{" or keyed)):
            raise self.problem("Unmatched '}'", at)
        if self.next:
            if frame.opening != "{" or not keyed:
                raise self.problem("Objects must consist of key:value pairs", at)
            frame.items.append(self.next.pop())
        elif frame.items:
            raise self.problem("Expected another key-value pair", at)
        self.stack.pop()
        self.next = [dict(zip(frame.items[::2], frame.items[1::2], strict=True))]


def _number(word: str) -> float | None:
    if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", word) is None:
        return None
    return float(word)


def parse_all(text: str) -> Value:
    """The one value of a text (fromjson, --argjson). Raises ParseProblem; without any value, None."""
    reader = Reader(keep_literals=False)
    reader.text, reader.finished = text, True
    try:
        value = reader.next()
    except StopIteration:
        return None
    try:
        reader.next()
    except StopIteration:
        return value
    raise ParseProblem("Unexpected extra JSON values")


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
