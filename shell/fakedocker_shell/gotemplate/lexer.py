"""The words of a template: text, delimiters with their trim markers, and what stands between them.

Owns the lexical rules of Go's text/template. It must not know the grammar.
"""

from __future__ import annotations

from msgspec import Struct

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker_shell.gotemplate.printing import quote

KEYWORDS = frozenset(
    {"block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with"},
)
_SPACES = " \t\r\n"
_NUMBER = lazy_pattern(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]+)?|0[oO][0-7_]*|0[bB][01_]*"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]+)?)i?"
)
_STRING = lazy_pattern(r'"(?:[^"\\\n]|\\[^\n])*"')
_CHARACTER = lazy_pattern(r"'(?:[^'\\\n]|\\[^\n])*'")


class Token(Struct, frozen=True):
    """A word.

    Args:
        kind: text, eof, error, a keyword, or left, right, space, string, raw, character, number, bool, field, variable,
            dot, identifier, pipe, declare, assign, open, close, char.
        position: its offset.
        line: its line, from 1.
    """

    kind: str
    position: int
    text: str
    line: int

    def __str__(self) -> str:
        if self.kind == "eof":
            return "EOF"
        if self.kind == "error":
            return self.text
        if self.kind in KEYWORDS:
            return f"<{self.text}>"
        if len(self.text) > 10:
            return quote(self.text[:10]) + "..."
        return quote(self.text)


def _rune(character: str) -> str:
    """A character as Go's %#U shows it."""
    shown = f" '{character}'" if character.isprintable() else ""
    return f"U+{ord(character):04X}{shown}"


class Lexer:
    """Cuts a template into tokens. `tokens` ends with an eof or an error token."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self._position = 0
        self._depth = 0
        self._run()

    def _line(self, position: int) -> int:
        return 1 + self.text.count("\n", 0, position)

    def _add(self, kind: str, start: int, end: int) -> None:
        self.tokens.append(Token(kind, start, self.text[start:end], self._line(start)))
        self._position = end

    def _fail(self, message: str, start: int) -> bool:
        self.tokens.append(Token("error", start, message, self._line(start)))
        return False

    def _run(self) -> None:
        while True:
            start = self.text.find("{{", self._position)
            if start < 0:
                if self._position < len(self.text):
                    self._add("text", self._position, len(self.text))
                self._add("eof", len(self.text), len(self.text))
                return
            trimmed = self.text.startswith("-", start + 2) and self.text[start + 3 : start + 4] in tuple(_SPACES)
            end_of_text = len(self.text[:start].rstrip(_SPACES)) if trimmed else start
            if end_of_text > self._position:
                self._add("text", self._position, end_of_text)
            self._position = start + (4 if trimmed else 2)
            if self.text.startswith("/*", self._position):
                if not self._comment():
                    return
                continue
            self.tokens.append(Token("left", start, "{{", self._line(start)))
            self._depth = 0
            if not self._action():
                return

    def _comment(self) -> bool:
        start = self._position
        end = self.text.find("*/", start)
        if end < 0:
            return self._fail("unclosed comment", start)
        self._position = end + 2
        if not self._at_right():
            return self._fail("comment ends before closing delimiter", start)
        self._leave()
        return True

    def _at_right(self) -> str:
        """The closing delimiter here, with its trim marker; empty if there is none."""
        if self.text[self._position : self._position + 1] in tuple(_SPACES) and self.text.startswith(
            "-}}", self._position + 1
        ):
            return self.text[self._position : self._position + 4]
        return "}}" if self.text.startswith("}}", self._position) else ""

    def _leave(self) -> None:
        """Pass the closing delimiter, and blanks after it if it trims them."""
        right = self._at_right()
        self._position += len(right)
        if len(right) == 4:
            while self._position < len(self.text) and self.text[self._position] in _SPACES:
                self._position += 1

    def _action(self) -> bool:
        while True:
            start = self._position
            if self._at_right():
                if self._depth:
                    return self._fail("unclosed left paren", start)
                self.tokens.append(Token("right", start, "}}", self._line(start)))
                self._leave()
                return True
            if start >= len(self.text):
                return self._fail("unclosed action", start)
            if not self._word(self.text[start], start):
                return False

    def _word(self, character: str, start: int) -> bool:
        following = self.text[start + 1 : start + 2]
        if character in _SPACES:
            return self._blank(start)
        if character == "=":
            self._add("assign", start, start + 1)
        elif character == ":":
            if following != "=":
                return self._fail("expected :=", start)
            self._add("declare", start, start + 2)
        elif character == "|":
            self._add("pipe", start, start + 1)
        elif character in "\"'`":
            return self._quoted(character, start)
        elif character == "$" or (character == "." and not is_digits(following)):
            return self._field_or_variable("variable" if character == "$" else "field", start)
        elif character in "+-." or is_digits(character):
            return self._number(start)
        elif character == "_" or character.isalnum():
            return self._identifier(start)
        elif character == "(":
            self._depth += 1
            self._add("open", start, start + 1)
        elif character == ")":
            self._depth -= 1
            if self._depth < 0:
                return self._fail("unexpected right paren", start)
            self._add("close", start, start + 1)
        elif " " <= character < "\x7f":
            self._add("char", start, start + 1)
        else:
            return self._fail(f"unrecognized character in action: {_rune(character)}", start)
        return True

    def _blank(self, start: int) -> bool:
        end = start
        while end < len(self.text) and self.text[end] in _SPACES:
            end += 1
        if self.text.startswith("-}}", end):
            end -= 1  # the last blank belongs to the trim marker
        if end > start:
            self._add("space", start, end)
        return True

    def _quoted(self, mark: str, start: int) -> bool:
        if mark == "`":
            end = self.text.find("`", start + 1)
            if end < 0:
                return self._fail("unterminated raw quoted string", start)
            self._add("raw", start, end + 1)
            return True
        match = (_STRING if mark == '"' else _CHARACTER).match(self.text, start)
        if match is None:
            what = "quoted string" if mark == '"' else "character constant"
            return self._fail(f"unterminated {what}", start)
        self._add("string" if mark == '"' else "character", start, match.end())
        return True

    def _at_terminator(self, position: int) -> bool:
        return (
            position >= len(self.text)
            or self.text[position] in _SPACES + ".,|:)("
            or self.text.startswith("}}", position)
        )

    def _word_end(self, start: int) -> int:
        end = start
        while end < len(self.text) and (self.text[end] == "_" or self.text[end].isalnum()):
            end += 1
        return end

    def _field_or_variable(self, kind: str, start: int) -> bool:
        if self._at_terminator(start + 1):
            self._add("dot" if kind == "field" else "variable", start, start + 1)
            return True
        end = self._word_end(start + 1)
        if not self._at_terminator(end):
            return self._fail(f"bad character {_rune(self.text[end])}", start)
        self._add(kind, start, end)
        return True

    def _number(self, start: int) -> bool:
        match = _NUMBER.match(self.text, start)
        end = match.end() if match else start
        if end == start or (end < len(self.text) and (self.text[end] == "_" or self.text[end].isalnum())):
            end = min(end + 1, len(self.text))
            return self._fail(f"bad number syntax: {quote(self.text[start:end])}", start)
        self._add("number", start, end)
        return True

    def _identifier(self, start: int) -> bool:
        end = self._word_end(start)
        if not self._at_terminator(end):
            return self._fail(f"bad character {_rune(self.text[end])}", start)
        word = self.text[start:end]
        self._add(word if word in KEYWORDS else "bool" if word in ("true", "false") else "identifier", start, end)
        return True
