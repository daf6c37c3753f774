"""SQL's tokens and expressions, and where statements end. One grammar for PostgreSQL's and MySQL's.

Expressions are nested tuples, the first item being their kind. It must not know tables.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from fakedocker.base.numbers import is_digits

Value = Any
"""A value of the small SQL: None, bool, int, float, Decimal or str."""


Expression = tuple[Value, ...]
"""("value", v), ("column", table or "", name, offset), ("star", table or ""), ("call", name, arguments, offset),
("binary", operator, left, right), ("not", e), ("minus", e), ("null?", e, negated), ("in", e, list, negated),
("like", e, pattern, negated, ignoring case), ("between", e, low, high, negated), ("cast", e, type)."""


class SqlProblem(Exception):
    """What a server complains about. `kind` is a key of the dialects' tables of messages; `at` an offset in the text."""

    def __init__(self, kind: str, at: int | None = None, **values: str) -> None:
        super().__init__(kind)
        self.kind = kind
        self.at = at
        self.values = values


class Token(NamedTuple):
    kind: str  # word, name (quoted), string, number, mark, end
    text: str
    at: int


_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|\#[^\n]*|/\*.*?\*/) | (?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)
    | (?P<string>'(?:[^']|'')*') | (?P<name>"(?:[^"]|"")*"|`[^`]*`) | (?P<word>[A-Za-z_][\w$]*)
    | (?P<mark>::|<>|!=|<=|>=|\|\||[-+*/%(),;=<>.\[\]])""",
    re.VERBOSE | re.DOTALL,
)
RESERVED: Final = frozenset(
    "from where group order limit offset having join inner left on and or not as is in like ilike between union returning set values asc desc cross using".split()
)


def tokenize(text: str, doubled: str = "name") -> list[Token]:
    """Raises SqlProblem.

    Args:
        doubled: what double quotes are round: "name", or MySQL's "string".
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise SqlProblem("syntax", at, near=text[at], rest=text[at:])
        if match.lastgroup != "space":
            shown, kind = match[0], match.lastgroup
            if kind == "string":
                shown = shown[1:-1].replace("''", "'")
            elif kind == "name":
                kind = doubled if shown[0] == '"' else "name"
                shown = shown[1:-1].replace('""', '"')
            found.append(Token(kind, shown, at))
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found


def split_statements(text: str) -> tuple[list[tuple[str, str]], str]:
    """Whole statements of a text with what ended each (; or backslash g), and the rest that no semicolon ends."""
    found: list[tuple[str, str]] = []
    start = at = 0
    quote = ""
    while at < len(text):
        letter = text[at]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        elif text.startswith("--", at) or (letter == "#" and not text[start:at].strip()):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        elif letter == ";":
            found.append((text[start : at + 1].strip(), ";"))
            start = at + 1
        at += 1
    return [entry for entry in found if entry[0] != ";"], text[start:]


def is_comment(text: str) -> bool:
    """Whether there is nothing in a statement but comments."""
    try:
        return all(token.text in ("", ";") and token.kind in ("end", "mark") for token in tokenize(text))
    except SqlProblem:
        return False


class ExpressionParser:
    """The tokens of a statement, and the expressions in it."""

    def __init__(self, text: str, doubled: str = "name") -> None:
        self.text = text
        self.doubled = doubled
        self.tokens = tokenize(text, doubled)
        self.at = 0

    # tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def problem(self) -> SqlProblem:
        token = self.token
        if token.kind == "end" or (token.text == ";" and self.at + 2 >= len(self.tokens)):
            return SqlProblem("syntax end", token.at, near=token.text or "", rest="")
        near = f"'{token.text}'" if token.kind == "string" else token.text
        return SqlProblem("syntax", token.at, near=near, rest=self.text[token.at :].rstrip().removesuffix(";"))

    def is_next(self, *words: str) -> bool:
        """Whether these words (or marks) come next."""
        rest = self.tokens[self.at : self.at + len(words)]
        return len(rest) == len(words) and all(
            token.kind in ("word", "mark") and token.text.lower() == word
            for token, word in zip(rest, words, strict=True)
        )

    def accept(self, *words: str) -> bool:
        if self.is_next(*words):
            self.at += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            raise self.problem()

    def name(self) -> str:
        """An identifier, folded to lower case unless it is quoted; of a.b the b."""
        token = self.token
        if token.kind not in ("word", "name"):
            raise self.problem()
        self.at += 1
        if self.token.text == "." and self.token.kind == "mark" and self.tokens[self.at + 1].kind in ("word", "name"):
            self.at += 1
            return self.name()
        return token.text if token.kind == "name" else token.text.lower()

    def names(self) -> list[str]:
        """( a, b, ... )"""
        self.expect("(")
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        self.expect(")")
        return found

    def end(self) -> None:
        self.accept(";")
        if self.token.kind != "end":
            raise self.problem()

    def one_of(self, *words: str) -> str:
        """Whichever of these words comes next."""
        for word in words:
            if self.accept(word):
                return word
        raise self.problem()

    # expressions

    def expression(self) -> Expression:
        left = self._and()
        while self.accept("or"):
            left = ("binary", "or", left, self._and())
        return left

    def _and(self) -> Expression:
        left = self._not()
        while self.accept("and"):
            left = ("binary", "and", left, self._not())
        return left

    def _not(self) -> Expression:
        return ("not", self._not()) if self.accept("not") else self._comparison()

    def _comparison(self) -> Expression:
        left = self._sum()
        while True:
            if self.accept("is"):
                negated = self.accept("not")
                if self.accept("null"):
                    left = ("null?", left, negated)
                else:
                    truth = self.one_of("true", "false") == "true"
                    left = ("binary", "=", left, ("value", truth != negated))
                continue
            negated = self.is_next("not") and self.tokens[self.at + 1].text.lower() in (
                "in",
                "like",
                "ilike",
                "between",
            )
            self.at += negated
            if self.accept("in"):
                left = ("in", left, tuple(self.row()), negated)
            elif self.accept("like"):
                left = ("like", left, self._sum(), negated, False)
            elif self.accept("ilike"):
                left = ("like", left, self._sum(), negated, True)
            elif self.accept("between"):
                low = self._sum()
                self.expect("and")
                left = ("between", left, low, self._sum(), negated)
            else:
                operator = next((mark for mark in ("<=", ">=", "<>", "!=", "=", "<", ">") if self.accept(mark)), None)
                if operator is None:
                    return left
                left = ("binary", "<>" if operator == "!=" else operator, left, self._sum())

    def _sum(self) -> Expression:
        left = self._product()
        while (operator := next((mark for mark in ("+", "-", "||") if self.accept(mark)), None)) is not None:
            left = ("binary", operator, left, self._product())
        return left

    def _product(self) -> Expression:
        left = self._unary()
        while (operator := next((mark for mark in ("*", "/", "%") if self.accept(mark)), None)) is not None:
            left = ("binary", operator, left, self._unary())
        return left

    def _unary(self) -> Expression:
        if self.accept("-"):
            return ("minus", self._unary())
        self.accept("+")
        found = self._primary()
        while self.accept("::"):
            found = ("cast", found, self.name())
        return found

    def _primary(self) -> Expression:
        token = self.token
        if self.accept("("):
            found = self.expression()
            self.expect(")")
            return found
        if token.kind == "number":
            self.at += 1
            return ("value", int(token.text) if is_digits(token.text) else float(token.text))
        if token.kind == "string":
            self.at += 1
            return ("value", token.text)
        if token.kind == "word" and token.text.lower() in ("null", "true", "false"):
            self.at += 1
            return ("value", {"null": None, "true": True, "false": False}[token.text.lower()])
        if token.kind not in ("word", "name") or (token.kind == "word" and token.text.lower() in RESERVED):
            raise self.problem()
        self.at += 1
        name = token.text if token.kind == "name" else token.text.lower()
        if self.accept("."):
            if self.accept("*"):
                return ("star", name)
            return ("column", name, self.name(), token.at)
        if self.accept("("):
            return ("call", name, self._arguments(), token.at)
        if token.kind == "word" and name in (
            "current_user",
            "current_date",
            "current_timestamp",
            "session_user",
            "user",
        ):
            return ("call", name, (), token.at)
        return ("column", "", name, token.at)

    def _arguments(self) -> tuple[Expression, ...]:
        if self.accept(")"):
            return ()
        if self.accept("*"):
            self.expect(")")
            return (("star", ""),)
        self.accept("distinct")
        found = [self.expression()]
        while self.accept(","):
            found.append(self.expression())
        self.expect(")")
        return tuple(found)

    def row(self) -> tuple[Expression | None, ...]:
        """( a, DEFAULT, ... ), the default being None."""
        self.expect("(")
        found: list[Expression | None] = [None if self.accept("default") else self.expression()]
        while self.accept(","):
            found.append(None if self.accept("default") else self.expression())
        self.expect(")")
        return tuple(found)
