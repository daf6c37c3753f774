"""Where the parser of jq's grammar is: the tokens, and the names that are defined at this place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from fakedocker.userland.jq.lexer import JqSyntaxError, Token, unexpected

Node = tuple[Any, ...]
"""A piece of a program: what it is, then its parts."""
IDENTITY: Final[Node] = ("identity",)


class Cursor:
    """Tokens, one after the other. A syntax error is a JqSyntaxError."""

    def __init__(self, source: str, tokens: tuple[Token, ...], names: frozenset[str]) -> None:
        self.source = source
        self.tokens = tokens
        self.place = 0
        self.names = names  # what is defined here: functions as name/arity, variables as $name, labels as *name

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def take(self) -> Token:
        token = self.token
        self.place += 1
        return token

    def is_mark(self, *marks: str) -> bool:
        return self.token.kind == "mark" and self.token.text in marks

    def is_word(self, word: str) -> bool:
        return self.token.kind == "word" and self.token.text == word

    def expect(self, text: str) -> Token:
        if self.token.text != text or self.token.kind not in ("mark", "word"):
            raise unexpected(self.token)
        return self.take()

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise unexpected(self.token)

    @contextmanager
    def defining(self, *names: str) -> Iterator[None]:
        before = self.names
        self.names = before | set(names)
        yield
        self.names = before

    def known(self, name: str, token: Token) -> None:
        if name not in self.names:
            shown = f"$*label-{name[1:]}" if name[0] == "*" else name
            end = token.end
            raise JqSyntaxError(f"{shown} is not defined", token.at, end)
