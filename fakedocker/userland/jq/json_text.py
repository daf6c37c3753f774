"""JSON as jq reads and writes it.

Text is read by Python's own scanner; what that refuses is read again by jq's rules, to say what is wrong and where.
Source: jq's src/jv_parse.c and src/jv_print.c.
"""

from __future__ import annotations

import json
import math
import re
from typing import Final, NamedTuple

from fakedocker.userland.jq.values import Value

_DEEPEST: Final = 256
_SPACE: Final = re.compile(r"[ \t\r\n\ufeff\x1e]*")
_WORD: Final = re.compile(r"[^\s\[\]{},:\"]+")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_MARKS: Final = ("]", "}", ",", ":")


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
