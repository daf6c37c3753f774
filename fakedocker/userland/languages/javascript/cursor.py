"""The place in the tokens that a parser is at, and what it says of a token that it did not expect."""

from __future__ import annotations

from typing import Final, NoReturn

from fakedocker.userland.languages.javascript.lexer import Lexer, Refused, Token
from fakedocker.userland.languages.machine.cells import NotSimulated

_MOST_NESTED: Final = 48
_BEFORE_PATTERN: Final = frozenset({")", "]", "}"})
_STRICT_RESERVED: Final = frozenset("implements interface let package private protected public static yield".split())


class Context:
    """What surrounds the code that is being parsed."""

    __slots__ = ("breakable", "in_async", "in_function", "in_generator", "is_strict", "labels", "loops")

    def __init__(
        self, *, in_function: bool = False, in_async: bool = False, in_generator: bool = False, is_strict: bool = False
    ):
        self.in_function = in_function
        self.in_async = in_async
        self.in_generator = in_generator
        self.is_strict = is_strict
        self.loops = 0
        self.breakable = 0
        self.labels: list[str] = []


class Cursor:
    """The token that is next, and the way on from it.

    Attributes:
        token: the next one.
        last_end: where the one before it ended.
        context: of the function that is being parsed.
    """

    def __init__(self, source: str, context: Context) -> None:
        self._lexer = Lexer(source)
        self._arrows: dict[int, bool] = {}
        self.source = source
        self.context = context
        self.last_end = 0
        self._depth = 0
        self.token = self._lexer.next(True)

    # tokens

    def advance(self, pattern_allowed: bool = False) -> Token:
        """Take the next token. `pattern_allowed`: whether a slash after it begins a pattern."""
        taken = self.token
        self.last_end = taken.end
        self.token = self._lexer.next(pattern_allowed or _begins_operand_after(taken))
        return taken

    def is_at(self, text: str) -> bool:
        """Whether the next token is this punctuator or keyword."""
        return self.token.value == text and self.token.kind in ("punctuator", "keyword")

    def is_word(self, text: str) -> bool:
        """Whether it is this name, which means something here only, such as `of`."""
        return self.token.kind == "name" and self.token.value == text and not self.token.escaped

    def takes(self, text: str) -> bool:
        """Take a punctuator or keyword if it is next."""
        if self.is_at(text):
            self.advance()
            return True
        return False

    def expect(self, text: str) -> Token:
        """Take a punctuator or keyword. Refused if another token is next."""
        if not self.is_at(text):
            self.unexpected()
        return self.advance()

    def template_part(self) -> Token:
        """The text of a template that follows a closing brace, which is the next token."""
        if not self.is_at("}"):
            self.unexpected()
        self._lexer.place = self.token.end
        self.token = self._lexer.template()
        return self.token

    def end_statement(self) -> None:
        """Take a semicolon, or nothing where none is needed."""
        if self.takes(";"):
            return
        if self.token.kind == "end" or self.token.line_before or self.is_at("}"):
            return
        self.unexpected()

    # looking ahead

    def peek(self) -> Token:
        """The token after the next one."""
        place, token, last = self._lexer.place, self.token, self.last_end
        try:
            self.advance()
            return self.token
        finally:
            self._lexer.place, self.token, self.last_end = place, token, last

    def is_arrow_ahead(self) -> bool:
        """Whether the parenthesis that is next closes before `=>`. O(1) after a first look at all that is inside."""
        at = self.token.at
        if at not in self._arrows:
            self._look_at_parentheses()
        return self._arrows.get(at, False)

    def _look_at_parentheses(self) -> None:
        lexer = Lexer(self.source)
        lexer.place = self.token.at
        opened: list[tuple[str, int]] = []
        before = self.token
        try:
            while True:
                token = lexer.next(
                    _begins_operand_after(before) and not (before.value == ")" and before.kind == "punctuator")
                )
                before = token
                if token.kind == "template" and token.flags != "end":
                    opened.append(("${", token.at))
                elif token.kind == "punctuator" and token.value in ("(", "[", "{"):
                    opened.append((str(token.value), token.at))
                elif token.kind == "punctuator" and token.value in _BEFORE_PATTERN:
                    kind, at = opened.pop()
                    if kind == "${":
                        part = lexer.template()
                        if part.flags != "end":
                            opened.append((kind, at))
                        before = part
                    elif kind == "(":
                        place = lexer.place
                        following = lexer.next(False)
                        lexer.place = place
                        self._arrows[at] = following.value == "=>" and not following.line_before
                elif token.kind == "end":
                    return
                if not opened:
                    return
        except (Refused, IndexError):  # the parser comes there, and says so
            return

    # nesting

    def __enter__(self) -> Cursor:
        self._depth += 1
        if self._depth > _MOST_NESTED:
            raise NotSimulated("so deep a nesting of expressions and statements")
        return self

    def __exit__(self, *problem: object) -> None:
        self._depth -= 1

    # complaints

    def unexpected(self, token: Token | None = None) -> NoReturn:
        """Refuse a token in V8's words."""
        found = token or self.token
        if found.kind == "end":
            raise Refused("Unexpected end of input", found.at, is_end=True)
        said = {
            "number": "Unexpected number",
            "bigint": "Unexpected number",
            "text": "Unexpected string",
            "template": "Unexpected template string",
            "name": f"Unexpected identifier '{found.value}'",
        }.get(found.kind, f"Unexpected token '{self.source[found.at : found.end]}'")
        if found.kind == "name" and self.context.is_strict and found.value in _STRICT_RESERVED:
            said = "Unexpected strict mode reserved word"
        raise Refused(said, found.at, found.end)

    def fail(self, message: str, at: int, end: int = 0) -> NoReturn:
        """Refuse the source at an offset."""
        raise Refused(message, at, end)


def _begins_operand_after(token: Token) -> bool:
    """Whether an operand, and so a pattern, may begin behind a token."""
    if token.kind == "punctuator":
        return token.value not in (")", "]", "}", "++", "--")
    return token.kind == "keyword" and token.value not in ("this", "super", "null", "true", "false")
