"""What both halves of the parser stand on: looking at tokens, going back, and what is raised where it fails.

As CPython does, a source is parsed twice if it is wrong: the second time (`second`) the rules for special words are asked first.
"""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.lexer import END, NAME, OP, Lexer, Token
from fakedocker.userland.languages.python.source_errors import SourceError

_MOST_DEPTH: Final = 420
"""Of this process's stack that parsing may use, roughly in calls."""


class Failed(Exception):
    """No rule fits: invalid syntax at the furthest token."""


class OutOfTokens(Exception):
    """The lexer gave up before the parser did."""


class BaseParser:
    def __init__(self, lexer: Lexer, tokens: list[Token], minor: int, second: bool) -> None:
        self.lexer = lexer
        self.tokens = tokens
        self.minor = minor
        self.second = second
        self.place = 0
        self.furthest = 0
        self.depth = 0
        self.token = tokens[0] if tokens else Token(END, "", (1, 0, 1, 0))
        self.levels: list[int] = []
        self.in_field = False
        self.quiet = 0
        if not tokens:
            raise OutOfTokens
        if second:
            self._count_levels()

    def _count_levels(self) -> None:
        level = 0
        for token in self.tokens:
            if token.kind == OP:
                level += (token.text in "([{") - (token.text in ")]}")
            self.levels.append(level)

    # moving

    def advance(self) -> Token:
        """Pass the token that stands here."""
        token = self.token
        self.place += 1
        if self.place >= len(self.tokens):
            if token.kind == END:
                self.place -= 1
                raise Failed
            raise OutOfTokens
        self.token = self.tokens[self.place]
        if self.place > self.furthest:
            self.furthest = self.place
        return token

    def go_back(self, place: int) -> None:
        self.place = place
        self.token = self.tokens[place]

    @property
    def last(self) -> Token:
        """The token that was passed last."""
        return self.tokens[self.place - 1]

    def peek(self, ahead: int = 1) -> Token:
        """A token further on. It counts as looked at."""
        place = self.place + ahead
        if place >= len(self.tokens):
            if self.tokens[-1].kind == END:
                return self.tokens[-1]
            raise OutOfTokens
        if place > self.furthest:
            self.furthest = place
        return self.tokens[place]

    def is_op(self, text: str) -> bool:
        return self.token.text == text and self.token.kind == OP

    def is_word(self, text: str) -> bool:
        return self.token.text == text and self.token.kind == NAME

    def take_op(self, text: str) -> bool:
        """Pass an operator if it stands here."""
        if self.token.text == text and self.token.kind == OP:
            self.advance()
            return True
        return False

    def take_word(self, text: str) -> bool:
        if self.token.text == text and self.token.kind == NAME:
            self.advance()
            return True
        return False

    def expect_op(self, text: str) -> Token:
        if self.token.text != text or self.token.kind != OP:
            raise Failed
        return self.advance()

    def expect_word(self, text: str) -> Token:
        if self.token.text != text or self.token.kind != NAME:
            raise Failed
        return self.advance()

    def force_op(self, text: str) -> Token:
        """An operator that nothing else can stand for: "expected ':'"."""
        if self.token.text != text or self.token.kind != OP:
            raise self.error_at(f"expected '{text}'", self.token.at)
        return self.advance()

    def span_from(self, start: s.Span) -> s.Span:
        """From a place to the end of what was passed last."""
        end = self.tokens[self.place - 1].at
        return (start[0], start[1], end[2], end[3])

    def enter(self, calls: int) -> None:
        """Count what a nested rule takes of the stack. Raises NotSimulated where it is too much."""
        self.depth += calls
        if self.depth > _MOST_DEPTH:
            raise NotSimulated("so deeply nested a source")

    # what is raised

    def error_at(self, words: str, at: s.Span, end: s.Span | None = None) -> SourceError:
        """A SyntaxError over a range; behind the end of the source it is of the last line, at no place in it."""
        last = end or at
        lines = self.lexer.lines
        if at[0] > len(lines) > 0:
            return SourceError("SyntaxError", words, (len(lines), -1), None, lines[-1])
        text = lines[at[0] - 1] if lines else ""
        return SourceError("SyntaxError", words, (at[0], at[1]), (last[2], last[3]), text)

    def unsupported(self, what: str, minor: int) -> None:
        """Refuse syntax that is newer than the version: what its parser says is not known."""
        if self.minor < minor:
            raise NotSimulated(f"{what}, which Python 3.{self.minor} does not have")


def generic_error(parser: BaseParser) -> SourceError:
    """What is said where no special words fit."""
    token = parser.tokens[parser.furthest]
    lines = parser.lexer.lines
    if token.kind in ("indent", "dedent"):
        row = token.at[0] - 1
        words = "unexpected indent" if token.kind == "indent" else "unexpected unindent"
        text = lines[row] if row < len(lines) else ""
        column = len(token.text) if token.kind == "indent" else token.at[1]
        del column
        return SourceError("IndentationError", words, (token.at[0], -1), None, text)
    if token.kind == "newline":
        line = lines[token.at[0] - 1]
        return SourceError(
            "SyntaxError", "invalid syntax", (token.at[0], token.at[1]), (token.at[0], token.at[1] + 1), line
        )
    text = lines[token.at[0] - 1] if token.at[0] <= len(lines) else ""
    return SourceError("SyntaxError", "invalid syntax", (token.at[0], token.at[1]), (token.at[2], token.at[3]), text)
