"""A grammar tried on the tokens of a source, as the parser that CPython makes of its grammar tries it (Tools/peg_generator)."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python import grammar
from fakedocker.userland.languages.python.grammar import Action, Item, Way
from fakedocker.userland.languages.python.lexer import (
    DEDENT,
    END,
    FSTRING,
    INDENT,
    KEYWORDS,
    NAME,
    NEWLINE,
    NUMBER,
    OP,
    STRING,
    Lexer,
    Token,
)
from fakedocker.userland.languages.python.source_errors import SourceError

Span = tuple[int, int, int, int]
Found = Any
"""What a rule gives: a token, a node, a list of them; or FAIL."""
FAIL: Final = object()
MOST_TRIED: Final = 1_000_000
"""How many rules are tried on a source, which nothing may interrupt: two or three seconds' worth."""
_BLANK: Final = (NEWLINE, INDENT, DEDENT, END)
_SOFT: Final = frozenset(("_", "case", "match"))
_KINDS: Final = {
    "NEWLINE": NEWLINE, "INDENT": INDENT, "DEDENT": DEDENT, "ENDMARKER": END, "NUMBER": NUMBER,
}  # fmt: skip


class TokensEnd(Exception):
    """The tokenizer has nothing more to give."""


class Trial:
    """One source and its tokens, tried once or twice."""

    def __init__(self, lexer: Lexer) -> None:
        self.lexer = lexer
        self.tokens = lexer.tokens
        self.rules = grammar.rules()
        self.place = 0
        self.known = 0
        self.second = False
        self.tried = 0
        self.memory: dict[tuple[str, int], tuple[Found, int]] = {}
        self.levels: list[int] = []
        level = 0
        for token in self.tokens:
            if token.kind == OP:
                level += (token.text in "([{") - (token.text in ")]}")
            self.levels.append(level)

    def token(self) -> Token:
        """The token that stands here, which is known from now on."""
        if self.place >= self.known:
            if self.place >= len(self.tokens):
                raise TokensEnd
            self.known = self.place + 1
        return self.tokens[self.place]

    # trying

    def rule(self, name: str) -> Found:
        """What a rule finds here; the place is behind it then."""
        key = (name, self.place)
        remembered = self.memory.get(key)
        if remembered is not None:
            found, self.place = remembered
            return found
        self.tried += 1
        if self.tried > MOST_TRIED:
            raise NotSimulated("finding what is wrong in so long a source")
        if name in grammar.LEFT_RECURSIVE:
            return self._growing(name, key)
        second = self.second
        if name == "expression_without_invalid":
            self.second = False
        found = self.ways(self.rules[name])
        self.second = second
        if name in grammar.REMEMBERED:  # no others: what was found without looking for mistakes is not looked at again
            self.memory[key] = found, self.place
        return found

    def _growing(self, name: str, key: tuple[str, int]) -> Found:
        start = end = self.place
        found: Found = FAIL
        while True:
            self.memory[key] = found, end
            self.place = start
            more = self.ways(self.rules[name])
            if more is FAIL or self.place <= end:
                break
            found, end = more, self.place
        self.place = end
        return found

    def ways(self, ways: tuple[Way, ...]) -> Found:
        start = self.place
        for way in ways:
            if way.is_search and not self.second:
                continue
            self.place = start
            parts: dict[str, Found] = {}
            values: list[Found] = []
            for item in way.items:
                if item.kind == "cut":
                    values.append(item)
                    continue
                found = self.rule(item.text) if item.kind == "rule" else self.item(item)
                if found is FAIL:
                    break
                if item.label:
                    parts[item.label] = found
                if item.kind not in ("and", "not"):
                    values.append(found)
            else:
                if way.action is not None:
                    return self.result(way.action, start, parts)
                return values[0] if len(values) == 1 else values
            if any(isinstance(each, Item) for each in values):
                break
        return FAIL

    def item(self, item: Item) -> Found:
        """What any step but a rule finds here."""
        kind = item.kind
        if kind in ("literal", "soft", "token"):
            return self.terminal(kind, item.text)
        start = self.place
        if kind == "optional":
            found = self._step(item.inner[0])
            if found is FAIL:
                self.place = start
                return None
            return found
        if kind == "many":
            return self._many(item)
        if kind == "demand":
            token = self.token()
            if token.kind != OP or token.text != item.text:
                raise self.over(f"expected '{item.text}'", token.at, token.at)
            self.place += 1
            return token
        found = self._step(item.inner[0])
        self.place = start
        return None if (found is FAIL) is (kind == "not") else FAIL

    def _step(self, item: Item) -> Found:
        return self.rule(item.text) if item.kind == "rule" else self.item(item)

    def _many(self, item: Item) -> Found:
        values: list[Found] = []
        while True:
            start = self.place
            if values and len(item.inner) > 1 and self._step(item.inner[1]) is FAIL:
                self.place = start
                break
            found = self._step(item.inner[0])
            if found is FAIL:
                self.place = start
                break
            values.append(found)
        return values if len(values) >= item.least else FAIL

    def terminal(self, kind: str, text: str) -> Found:
        token = self.token()
        if kind == "token":
            fits = self._is_kind(token, text)
        elif kind == "soft":
            fits = token.kind == NAME and token.text == text
        else:
            fits = token.text == text and (token.kind == OP or (token.kind == NAME and text in KEYWORDS))
        if not fits:
            return FAIL
        self.place += 1
        return token

    def _is_kind(self, token: Token, name: str) -> bool:
        if name == "NAME":
            return token.kind == NAME and token.text not in KEYWORDS
        if name == "STRING":
            return token.kind in (STRING, FSTRING)
        if name in ("ASYNC", "AWAIT"):
            return token.kind == NAME and token.text == name.lower()
        if name == "SOFT_KEYWORD":  # or what one begins with, for so many letters are compared
            return token.kind == NAME and any(each.startswith(token.text) for each in _SOFT)
        return token.kind == _KINDS[name]

    def result(self, action: Action, start: int, parts: dict[str, Found]) -> Found:
        """What comes of a way that fits, or FAIL. Raises SourceError."""
        raise NotImplementedError

    def over(self, words: str, start: Span, end: Span | None) -> SourceError:
        """A SyntaxError over a range of the source."""
        raise NotImplementedError

    def span(self, start: int) -> Span:
        """From a token to the last one that was passed and is no blank."""
        end = self.place - 1
        while end > start and self.tokens[end].kind in _BLANK:
            end -= 1
        first, last = self.tokens[start].at, self.tokens[end].at
        return (first[0], first[1], last[2], last[3])
