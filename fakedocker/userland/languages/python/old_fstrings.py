"""f-strings before Python 3.12: any string with fields, which are looked for within it (fstring_find_expr of Parser/string_parser.c)."""

from __future__ import annotations

from typing import Final

_CLOSERS: Final = {"(": ")", "[": "]", "{": "}"}
_OPENERS: Final = {closer: opener for opener, closer in _CLOSERS.items()}
_MOST_NESTED: Final = 200
_ENDS: Final = "!:}=><"
_EXPECTED: Final = "f-string: expecting '}'"


class Wrong(Exception):
    """What is wrong with the text of an f-string."""


class _Text:
    """The text between the quotes, and the expressions that were found in it."""

    def __init__(self, text: str, is_raw: bool) -> None:
        self.text = text
        self.is_raw = is_raw
        self.place = 0
        self.expressions: list[str] = []

    def here(self) -> str:
        if self.place >= len(self.text):
            raise Wrong(_EXPECTED)
        return self.text[self.place]

    def parts(self, level: int) -> None:
        """Literal pieces and fields up to the end, or in a format to its `}`."""
        while self.place < len(self.text):
            character = self.text[self.place]
            if character == "\\" and not self.is_raw:
                self._escape()
            elif character in "{}" and not level and self.text.startswith(character * 2, self.place):
                self.place += 2
            elif character == "{":
                self._field(level)
            elif character == "}":
                if level:
                    return
                raise Wrong("f-string: single '}' is not allowed")
            else:
                self.place += 1

    def _escape(self) -> None:
        follows = self.text[self.place + 1 : self.place + 2]
        if follows == "N":
            self.place += 2
            if self.text.startswith("{", self.place):
                end = self.text.find("}", self.place)
                self.place = len(self.text) if end < 0 else end + 1
            return
        self.place += 1 if follows in ("{", "}") else 2

    def _field(self, level: int) -> None:
        if level >= 2:
            raise Wrong("f-string: expressions nested too deeply")
        self.place += 1
        start = self.place
        self._expression()
        expression = self.text[start : self.place]
        if not expression.strip(" \t\n\f"):
            raise Wrong("f-string: empty expression not allowed")
        self.expressions.append(expression)
        if self.here() == "=":
            self.place += 1
            while self.here() in " \t\n\r\f\v":
                self.place += 1
        if self.here() == "!":
            self.place += 1
            letter = self.here()
            self.place += 1
            if letter not in "sra":
                raise Wrong(f"f-string: invalid conversion character {letter!r}: expected 's', 'r', or 'a'")
        if self.here() == ":":
            self.place += 1
            self.here()
            self.parts(level + 1)
        if self.here() != "}":
            raise Wrong(_EXPECTED)
        self.place += 1

    def _expression(self) -> None:
        """Pass what stands between a field's brace and what ends its expression."""
        text, quote = self.text, ""
        brackets: list[str] = []
        while self.place < len(text):
            character = text[self.place]
            if character == "\\":
                raise Wrong("f-string expression part cannot include a backslash")
            if quote:
                if text.startswith(quote, self.place):
                    self.place += len(quote) - 1
                    quote = ""
            elif character in "'\"":
                quote = character * 3 if text.startswith(character * 3, self.place) else character
                self.place += len(quote) - 1
            elif character in _CLOSERS:
                if len(brackets) >= _MOST_NESTED:
                    raise Wrong("f-string: too many nested parenthesis")
                brackets.append(character)
            elif character == "#":
                raise Wrong("f-string expression part cannot include '#'")
            elif not brackets and character in _ENDS:
                if character in "!=<>" and text.startswith("=", self.place + 1):
                    self.place += 1
                elif character not in "<>":
                    break
            elif character in _OPENERS:
                if not brackets:
                    raise Wrong(f"f-string: unmatched '{character}'")
                opener = brackets.pop()
                if _CLOSERS[opener] != character:
                    words = f"closing parenthesis '{character}' does not match opening parenthesis '{opener}'"
                    raise Wrong(f"f-string: {words}")
            self.place += 1
        if quote:
            raise Wrong("f-string: unterminated string")
        if brackets:
            raise Wrong(f"f-string: unmatched '{brackets[-1]}'")
        self.here()


def mistake_in(text: str, is_raw: bool) -> tuple[str, list[str]]:
    """What is wrong with the text of an f-string, "" for nothing, and the expressions of the fields before. O(length)."""
    reader = _Text(text, is_raw)
    try:
        reader.parts(0)
    except Wrong as wrong:
        return str(wrong), reader.expressions
    return "", reader.expressions
