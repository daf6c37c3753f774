"""JavaScript's tokens, and its expressions as nested tuples. See javascript_code for statements.

Expressions: ("value", v), ("name", n), ("template", parts), ("array", items), ("object", pairs), ("member", e, name,
lenient), ("index", e, e), ("call", e, arguments), ("new", e, arguments), ("unary", operator, e), ("binary", operator,
l, r), ("logical", operator, l, r), ("conditional", c, a, b), ("assign", operator, target, e), ("update", step, is
prefix, target), ("function", number), ("spread", e).
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from fakedocker.base.numbers import is_digits

Value = Any
"""A value of the small JavaScript: int, float, str, bool, None, `...` for undefined, list, dict, or one of the tuples below."""
Expression = tuple[Value, ...]
UNDEFINED: Final = ...
"""The value undefined."""


class Complaint(Exception):
    """An error of JavaScript: its class and message. `value` is what was thrown, where that is no error."""

    def __init__(self, kind: str, message: str, value: Value = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.value = value


class Token(NamedTuple):
    kind: str  # name, number, string, template, mark, end
    text: str
    line: int
    after_newline: bool


_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/|^\#![^\n]*)
    | (?P<number>0[xX][0-9a-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?n?)
    | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*') | (?P<template>`(?:[^`\\]|\\.)*`) | (?P<name>[A-Za-z_$][\w$]*)
    | (?P<mark>=>|\.\.\.|===|!==|\*\*=|\?\?=|&&=|\|\|=|==|!=|<=|>=|&&|\|\||\?\?|\?\.(?!\d)|\*\*|\+\+|--|[-+*/%]=|[-+*/%<>=!?:;,.(){}\[\]&|^~])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "0": "\0", "\n": ""}
_LEVELS: Final[tuple[tuple[str, ...], ...]] = (
    ("??",), ("||",), ("&&",), ("===", "!==", "==", "!="), ("<", ">", "<=", ">=", "instanceof", "in"), ("+", "-"), ("*", "/", "%"),
)  # fmt: skip
_ASSIGNING: Final = ("=", "+=", "-=", "*=", "/=", "%=", "**=", "??=", "||=", "&&=")


def tokenize(source: str) -> list[Token]:
    """Raises Complaint."""
    found: list[Token] = []
    at, line, newline = 0, 1, False
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None or match.lastgroup is None:
            raise Complaint("SyntaxError", "Invalid or unexpected token")
        if match.lastgroup == "space":
            newline = newline or "\n" in match[0]
        else:
            found.append(Token(match.lastgroup, match[0], line, newline))
            newline = False
        line += match[0].count("\n")
        at = match.end()
    found.append(Token("end", "", line, True))
    return found


def unescape(text: str) -> str:
    def replaced(match: re.Match[str]) -> str:
        return chr(int(match[1] or match[2], 16)) if match[1] or match[2] else _ESCAPES.get(match[3], match[3])

    return re.sub(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", replaced, text, flags=re.DOTALL)


def number_of(text: str) -> int | float:
    plain = text.replace("_", "")
    if plain[:2].lower() == "0x":
        return int(plain, 16)
    return int(plain) if is_digits(plain) else float(plain)


class ExpressionParser:
    """Goes through tokens. `functions` compiles the body of a function found in an expression, and gives its number."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def function_body(self, name: str, parameters: list[tuple[str, Expression | None]], is_arrow: bool) -> int:
        raise NotImplementedError("javascript_code compiles functions")

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def is_next(self, *texts: str) -> bool:
        return self.token.kind in ("mark", "name") and self.token.text in texts

    def accept(self, *texts: str) -> str:
        """The next token's text where it is one of these, and past it; else ""."""
        if self.is_next(*texts):
            self.at += 1
            return self.tokens[self.at - 1].text
        return ""

    def expect(self, text: str) -> None:
        if not self.accept(text):
            raise self.problem()

    def problem(self) -> Complaint:
        token = self.token
        if token.kind == "end":
            return Complaint("SyntaxError", "Unexpected end of input")
        shown = {"name": "identifier", "number": "number", "string": "string"}.get(token.kind)
        return Complaint("SyntaxError", f"Unexpected {shown}" if shown else f"Unexpected token '{token.text}'")

    def name(self) -> str:
        if self.token.kind != "name":
            raise self.problem()
        self.at += 1
        return self.tokens[self.at - 1].text

    def expression(self) -> Expression:
        """An assignment, or what is less."""
        if self._is_arrow():
            return self._arrow()
        left = self._conditional()
        if self.token.kind == "mark" and self.token.text in _ASSIGNING:
            if left[0] not in ("name", "member", "index", "array", "object"):
                raise Complaint("SyntaxError", "Invalid left-hand side in assignment")
            self.at += 1
            return ("assign", self.tokens[self.at - 1].text[:-1], left, self.expression())
        return left

    def _conditional(self) -> Expression:
        condition = self._level(0)
        if not self.accept("?"):
            return condition
        chosen = self.expression()
        self.expect(":")
        return ("conditional", condition, chosen, self.expression())

    def _level(self, level: int) -> Expression:
        if level == len(_LEVELS):
            return self._power()
        left = self._level(level + 1)
        while self.token.kind in ("mark", "name") and self.token.text in _LEVELS[level]:
            self.at += 1
            operator = self.tokens[self.at - 1].text
            kind = "logical" if operator in ("??", "||", "&&") else "binary"
            left = (kind, operator, left, self._level(level + 1))
        return left

    def _power(self) -> Expression:
        left = self._unary()
        return ("binary", "**", left, self._power()) if self.accept("**") else left

    def _unary(self) -> Expression:
        if operator := self.accept("!", "-", "+", "typeof", "void", "~", "await", "delete"):
            return ("unary", operator, self._unary())
        if step := self.accept("++", "--"):
            return ("update", 1 if step == "++" else -1, True, self._unary())
        found = self._postfix(self._primary())
        if not self.token.after_newline and (step := self.accept("++", "--")):
            return ("update", 1 if step == "++" else -1, False, found)
        return found

    def _postfix(self, found: Expression) -> Expression:
        while True:
            if self.accept("."):
                found = ("member", found, self.name(), False)
            elif self.accept("?."):
                found = ("member", found, self.name(), True)
            elif self.accept("["):
                found = ("index", found, self.expression())
                self.expect("]")
            elif self.accept("("):
                found = ("call", found, self._list(")"))
            else:
                return found

    def _list(self, closing: str) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while not self.accept(closing):
            found.append(("spread", self.expression()) if self.accept("...") else self.expression())
            if not self.accept(","):
                self.expect(closing)
                break
        return tuple(found)

    def _primary(self) -> Expression:
        token = self.token
        self.at += 1
        if token.kind == "number":
            return ("value", number_of(token.text))
        if token.kind == "string":
            return ("value", unescape(token.text[1:-1]))
        if token.kind == "template":
            return self._template(token.text[1:-1])
        if token.kind == "name":
            return self._named(token.text)
        if token.text == "(":
            found = self.expression()
            self.expect(")")
            return found
        if token.text == "[":
            return ("array", self._list("]"))
        if token.text == "{":
            return ("object", self._pairs())
        self.at -= 1
        raise self.problem()

    def _named(self, text: str) -> Expression:
        constants = {"true": True, "false": False, "null": None, "undefined": UNDEFINED}
        if text in constants:
            return ("value", constants[text])
        if text == "function" or (text == "async" and self.is_next("function")):
            if text == "async":
                self.at += 1
            name = self.name() if self.token.kind == "name" else ""
            return ("function", self.function_body(name, self.parameters(), False))
        if text == "async" and self._is_arrow():
            return self._arrow()
        if text == "new":
            target: Expression = ("name", self.name())
            while self.accept("."):
                target = ("member", target, self.name(), False)
            return ("new", target, self._list(")") if self.accept("(") else ())
        return ("name", text)

    def _template(self, text: str) -> Expression:
        """Texts and expressions in turn."""
        parts: list[Expression] = []
        at = 0
        while (start := text.find("${", at)) >= 0:
            end, depth = start + 2, 1
            while end < len(text) and depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            parts.append(("value", unescape(text[at:start])))
            parts.append(self.parse_inner(text[start + 2 : end - 1]))
            at = end
        parts.append(("value", unescape(text[at:])))
        return ("template", tuple(parts))

    def parse_inner(self, source: str) -> Expression:
        """An expression within a template."""
        tokens, at = self.tokens, self.at
        self.tokens, self.at = tokenize(source), 0
        try:
            found = self.expression()
            if self.token.kind != "end":
                raise self.problem()
            return found
        finally:
            self.tokens, self.at = tokens, at

    def _pairs(self) -> tuple[tuple[Expression, Expression], ...]:
        found: list[tuple[Expression, Expression]] = []
        while not self.accept("}"):
            found.append(self._pair())
            if not self.accept(","):
                self.expect("}")
                break
        return tuple(found)

    def _pair(self) -> tuple[Expression, Expression]:
        if self.accept("..."):
            return ("spread",), self.expression()
        if self.accept("["):
            key = self.expression()
            self.expect("]")
        else:
            token = self.token
            self.at += 1
            if token.kind not in ("name", "string", "number"):
                self.at -= 1
                raise self.problem()
            text = unescape(token.text[1:-1]) if token.kind == "string" else token.text
            key = ("value", text)
            if token.kind == "name" and self.is_next("("):
                return key, ("function", self.function_body(text, self.parameters(), False))
            if token.kind == "name" and self.is_next(",", "}"):
                return key, ("name", text)
        self.expect(":")
        return key, self.expression()

    # functions

    def parameters(self) -> list[tuple[str, Expression | None]]:
        """( a, b = 1 )"""
        self.expect("(")
        found: list[tuple[str, Expression | None]] = []
        while not self.accept(")"):
            name = self.name()
            found.append((name, self.expression() if self.accept("=") else None))
            if not self.accept(","):
                self.expect(")")
                break
        return found

    def _is_arrow(self) -> bool:
        """Whether `x =>` or `(a, b) =>` comes next."""
        tokens, at = self.tokens, self.at
        if (tokens[at].text == "async" and tokens[at].kind == "name" and tokens[at + 1].text in ("(",)) or (
            tokens[at].text == "async" and tokens[at + 1].kind == "name"
        ):
            at += 1
        if tokens[at].kind == "name":
            return tokens[at + 1].text == "=>"
        if tokens[at].text != "(" or tokens[at].kind != "mark":
            return False
        depth = 0
        while at < len(tokens) - 1:
            depth += {"(": 1, ")": -1}.get(tokens[at].text, 0) if tokens[at].kind == "mark" else 0
            at += 1
            if depth == 0:
                return tokens[at].text == "=>" and tokens[at].kind == "mark"
        return False

    def _arrow(self) -> Expression:
        self.accept("async")
        parameters = [(self.name(), None)] if self.token.kind == "name" else self.parameters()
        self.expect("=>")
        return ("function", self.function_body("", list(parameters), True))

    def import_clause(self) -> list[tuple[str, str]]:
        """What stands between import and the module's text: what is taken of it, "" for all, and its name here."""
        targets: list[tuple[str, str]] = []
        while self.token.kind != "string":
            if self.accept("{"):
                while not self.accept("}"):
                    name = self.name()
                    targets.append((name, self.name() if self.accept("as") else name))
                    self.accept(",")
            elif self.accept("*"):
                self.expect("as")
                targets.append(("", self.name()))
            else:
                targets.append(("", self.name()))
            self.accept(",")
            self.accept("from")
        return targets
