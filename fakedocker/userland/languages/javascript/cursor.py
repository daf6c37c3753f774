"""The place in the tokens that a parser is at, and what it says of a token that it did not expect."""

from __future__ import annotations

from typing import Final, NoReturn

from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.lexer import INVALID, KEYWORDS, Lexer, Token
from fakedocker.userland.languages.machine.cells import NotSimulated

_MOST_NESTED: Final = 48
_BEFORE_PATTERN: Final = frozenset({")", "]", "}"})
FUTURE_RESERVED: Final = frozenset("implements interface package private protected public".split())
STRICT_RESERVED: Final = frozenset("implements interface let package private protected public static yield".split())
AWAIT_OUTSIDE: Final = "await is only valid in async functions and the top level bodies of modules"
NOT_SIMPLE: Final = "Illegal 'use strict' directive in function with non-simple parameter list"
_ARGUMENTS_BANNED: Final = "'arguments' is not allowed in class field initializer or static initialization block"
_UNEXPECTED: Final = {
    "number": "Unexpected number",
    "bigint": "Unexpected number",
    "text": "Unexpected string",
    "template": "Unexpected template string",
}


class Context:
    """What surrounds the code that is being parsed.

    Attributes:
        home: what a function is the method of, for `super`: "" for none, "method", or "derived", whose parent it may call.
        in_static_block: whether it is that or the value of a static field, where `await` is no name.
        labels: the names that a statement has, and whether it is a loop.
        looked_over: 1 in a function that V8 looks over before it reads it, 2 in what stands in such a one, else 0.
        bans: words that are no names here: `await` in static blocks, `arguments` in those and in fields.
        is_simple: whether all parameters are plain names.
        may_return: whether a statement may return from it, as in arrow functions outside of others, where `new.target` is none.
        in_parameters: whether these are a function's parameters, in which nothing may be waited for.
    """

    __slots__ = (
        "bans",
        "breakable",
        "home",
        "in_async",
        "in_function",
        "in_generator",
        "in_parameters",
        "in_static_block",
        "is_simple",
        "is_strict",
        "labels",
        "looked_over",
        "loops",
        "may_return",
    )

    def __init__(
        self,
        *,
        in_function: bool = False,
        in_async: bool = False,
        in_generator: bool = False,
        is_strict: bool = False,
        home: str = "",
        bans: frozenset[str] = frozenset(),
    ):
        self.in_function = in_function
        self.in_async = in_async
        self.in_generator = in_generator
        self.is_strict = is_strict
        self.home = home
        self.bans = bans
        self.in_parameters = False
        self.in_static_block = False
        self.is_simple = True
        self.may_return = in_function
        self.looked_over = 0
        self.loops = 0
        self.breakable = 0
        self.labels: list[tuple[str, bool]] = []


class Cursor:
    """The token that is next, and the way on from it.

    Attributes:
        token: the next one.
        last: the one before it.
        last_end: where that ended.
        context: of the function that is being parsed.
        is_module: whether the source is a module.
        opened_call: where the last parenthesis of a call is.
    """

    def __init__(self, source: str, context: Context, *, is_module: bool = False) -> None:
        self.is_module = is_module
        self._lexer = Lexer(source, has_html_comments=not is_module)
        self._arrows: dict[int, bool] = {}
        self.source = source
        self.context = context
        self.last_end = 0
        self._depth = 0
        self.opened_call = -1
        self.token = self.last = self._lexer.next(True)

    @property
    def start(self) -> int:
        """Where what comes next begins: a template at its backquote."""
        return self.token.at - (self.token.kind == "template")

    # tokens

    def advance(self, pattern_allowed: bool = False) -> Token:
        """Take the next token. `pattern_allowed`: whether a slash after it begins a pattern."""
        taken = self.last = self.token
        self.last_end = taken.end
        self.token = self._lexer.next(pattern_allowed or _begins_operand_after(taken))
        return taken

    def advance_name(self) -> Token:
        """Take the name of a member, whatever word it is: a slash behind it divides."""
        taken = self.last = self.token
        self.last_end = taken.end
        self.token = self._lexer.next(False)
        return taken

    def rewind(self, token: Token) -> None:
        """Go back to a token, to read it as something else, which will be refused."""
        self._lexer.place = token.end
        self.token = token

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

    def expect(self, text: str, pattern_allowed: bool = False) -> Token:
        """Take a punctuator or keyword. Refused if another token is next."""
        if not self.is_at(text):
            self.unexpected()
        return self.advance(pattern_allowed)

    def template_part(self) -> Token:
        """The text of a template that follows a closing brace, which is the next token."""
        self.last = self.token
        self._lexer.place = self.token.end
        self.token = self._lexer.template()
        return self.token

    def end_statement(self) -> None:
        """Take a semicolon, or nothing where none is needed."""
        if self.takes(";"):
            return
        if self.token.kind == "end" or self.token.line_before or self.is_at("}"):
            return
        last = self.last
        if last.kind == "name" and last.value == "await" and not self.context.in_async:
            self.fail(AWAIT_OUTSIDE, last.at, last.end)
        self.unexpected()

    def begin_operand(self) -> None:
        """A slash that is next begins a pattern: nothing before it is an operand, as a parser alone knows."""
        if self.token.kind == "punctuator" and self.token.value in ("/", "/="):
            self._lexer.place = self.token.at
            self.token = self._lexer.next(True)._replace(line_before=self.token.line_before)

    # names

    def is_name(self) -> bool:
        """Whether the next token is a name, be it one that may not be used here."""
        return self.token.kind == "name"

    def name(self) -> Token:
        """Take a name that something is called by. Refused if it is none here."""
        token = self.token
        if token.kind != "name" or self._is_reserved(token):
            self.unexpected()
        if token.value in self.context.bans:
            self.fail(_ARGUMENTS_BANNED, token.at, token.end)
        return self.advance()

    def check_name(self, token: Token) -> None:
        """Refuse a token that is no name here, and point at the one that was taken last."""
        if token.kind != "name" or self._is_reserved(token):
            try:
                self.unexpected(token)
            except Refused as problem:
                raise Refused(problem.message, self.last.at, self.last.end) from None
        if token.value in self.context.bans:
            self.fail(_ARGUMENTS_BANNED, token.at, token.end)

    def _is_reserved(self, token: Token) -> bool:
        word, context = token.value, self.context
        if word == "await":
            return context.in_async or context.in_static_block or self.is_module
        if word == "yield" and context.in_generator:
            return True
        if token.escaped and word in KEYWORDS:
            return True
        return context.is_strict and word in STRICT_RESERVED

    # looking ahead

    def peek(self) -> Token:
        """The token after the next one."""
        place, octal = self._lexer.place, self._lexer.octal
        try:
            return self._lexer.next(_begins_operand_after(self.token))
        finally:
            self._lexer.place, self._lexer.octal = place, octal

    def peek_second(self) -> Token:
        """The token behind that after the next one."""
        place, octal = self._lexer.place, self._lexer.octal
        try:
            self._lexer.next(False)
            return self._lexer.next(False)
        finally:
            self._lexer.place, self._lexer.octal = place, octal

    def word_behind_labels(self) -> str:
        """The token behind all names with a colon that are next."""
        place, octal, token = self._lexer.place, self._lexer.octal, self.token
        try:
            while token.kind == "name":
                following = self._lexer.next(False)
                if following.value != ":" or following.kind != "punctuator":
                    break
                token = self._lexer.next(True)
            return str(token.value) if token.kind == "keyword" else ""
        finally:
            self._lexer.place, self._lexer.octal = place, octal

    def is_arrow_ahead(self, token: Token | None = None) -> bool:
        """Whether the parenthesis that is next, or is given, closes before `=>`. O(1) after a first look at all that is inside."""
        opening = token or self.token
        if opening.at not in self._arrows:
            self._look_at_parentheses(opening.at)
        return self._arrows.get(opening.at, False)

    def opened_between(self, start: int, end: int) -> list[str]:
        """The brackets since a parenthesis that are open at an offset, that itself first; "${" those of templates."""
        return [kind for kind, _ in self._look_at_parentheses(start, end)]

    def _look_at_parentheses(self, start: int, end: int | None = None) -> list[tuple[str, int]]:
        lexer = Lexer(self.source, has_html_comments=not self.is_module)
        lexer.place = start
        opened: list[tuple[str, int]] = []
        before = self.token
        try:
            while end is None or lexer.place < end:
                token = lexer.next(
                    bool(opened)
                    and _begins_operand_after(before)
                    and not (before.value == ")" and before.kind == "punctuator")
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
                        self._arrows[at] = following.value == "=>" and following.kind == "punctuator"
                if not opened or token.kind in ("end", "illegal"):
                    break
        except IndexError:  # the parser comes there, and says so
            opened.clear()
        return opened

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
        at, end, word = found.at, found.end, found.value
        if found.kind == "illegal":
            raise self._wrong(found)
        if found.kind == "end":
            raise Refused("Unexpected end of input", at, at, is_end=True)
        if found.kind == "pattern":
            slash = "/=" if self.source.startswith("=", at + 1) else "/"
            raise Refused(f"Unexpected token '{slash}'", at, at + len(slash))
        said = _UNEXPECTED.get(found.kind)
        if said is None:
            said = self._unexpected_word(found) if found.kind == "name" else f"Unexpected token '{self.source[at:end]}'"
        if found.kind == "private":
            said = f"Unexpected identifier '#{word}'"
        if word == "enum" and found.kind == "keyword":
            said = "Unexpected reserved word"
        raise Refused(said, at - (found.kind == "template"), end)

    def _wrong(self, found: Token) -> Refused:
        """What is no token. V8 has read the next one by then: if its scanner has a word for what is wrong with that, it says it."""
        assert found.problem is not None
        following = self.peek() if found is self.token and not self._is_told_by_scanner(found) else found
        if following.problem is None or not self._is_told_by_scanner(following):
            return found.problem
        if following is not found:
            following.problem.behind = (found.at, found.problem.end)
        return following.problem

    def _is_told_by_scanner(self, token: Token) -> bool:
        if token.kind != "illegal" or token.problem is None:
            return False
        return token.problem.message != INVALID or self.source.startswith("#", token.at)

    def _unexpected_word(self, found: Token) -> str:
        word = found.value
        if word == "await":
            return "Unexpected reserved word"
        if found.escaped and (word in KEYWORDS or (word in STRICT_RESERVED and word != "yield")):
            return "Keyword must not contain escaped characters"
        if self.context.is_strict and word in STRICT_RESERVED:
            return "Unexpected strict mode reserved word"
        if word in FUTURE_RESERVED:
            return "Unexpected identifier 'undefined'"
        if word in ("async", "get", "set"):
            return f"Unexpected token '{word}'"
        return f"Unexpected identifier '{word}'"

    def fail_at_last(self, message: str) -> NoReturn:
        """Refuse the token that was taken last."""
        raise Refused(message, self.last.at - (self.last.kind == "template"), self.last.end)

    def fail_at_next(self, message: str) -> NoReturn:
        """Refuse the next token, which V8 has only looked at."""
        token, last = self.token, self.last
        problem = Refused(message, token.at - (token.kind == "template"), token.end)
        if self.last_end < problem.at:
            problem.behind = (last.at - (last.kind == "template"), self.last_end)
        raise problem

    def check_octal(self, start: int) -> None:
        """Refuse, at the end of strict code, what is written in it as before ES5."""
        problem = self.told_at_end(None, start)
        if problem is not None:
            raise problem

    def told_at_end(self, problem: Refused | None, start: int) -> Refused | None:
        """What is told at the end of strict code that began at an offset: a problem, or what is written as before ES5."""
        octal = self._lexer.octal
        if octal is None or octal.at < start or octal.end > self.last_end:
            return problem
        return octal if problem is None else problem.overridden(octal)

    def fail(self, message: str, at: int, end: int = -1) -> NoReturn:
        """Refuse the source at an offset."""
        raise Refused(message, at, end)


def _begins_operand_after(token: Token) -> bool:
    """Whether an operand, and so a pattern, may begin behind a token."""
    if token.kind == "punctuator":
        return token.value not in (")", "]", "}", "++", "--")
    return token.kind == "keyword" and token.value not in ("this", "super", "null", "true", "false")
