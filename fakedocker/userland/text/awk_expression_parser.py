"""awk's expressions (POSIX awk): from tokens to nested tuples, whose first item names the kind.

Each method is a level of the grammar, from the loosest binding to the tightest. It must not know what programs do.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

from fakedocker.userland.text.awk_lexer import AwkProblem, Token, tokens_of

Node = tuple[Any, ...]
_BINARY_LEVELS: Final = (("+", "-"), ("*", "/", "%"))
_ASSIGN: Final = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "^=", "**="})
_STARTS_OPERAND: Final = frozenset({"$", "!", "(", "-", "+", "++", "--"})


class ExpressionParser:
    """A place among the tokens, and what may be read there."""

    def __init__(self, source: str) -> None:
        self.tokens = tokens_of(source)
        self.at = 0
        self.no_in = False
        self.no_output = 0  # > 0 where > redirects instead of comparing
        self.functions: dict[str, tuple[tuple[str, ...], Node]] = {}
        self.commands = self.getlines = False

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def fail(self) -> NoReturn:
        token = self.token
        if token.kind == "end":
            mawk = f"line {token.line}: syntax error at or near end of file"
            raise AwkProblem(f"cmd. line:{token.line}: Unexpected end of string", mawk)
        near = "end of line" if token.kind == "newline" else token.text
        mawk = f"line {token.line}: syntax error at or near {near}"
        raise AwkProblem(f"cmd. line:{token.line}: Unexpected token", mawk)

    def accept(self, *texts: str) -> bool:
        token = self.token
        if token.kind in ("operator", "keyword") and token.text in texts:
            self.at += 1
            return True
        return False

    def is_next(self, *texts: str) -> bool:
        return self.token.kind in ("operator", "keyword") and self.token.text in texts

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail()

    def newlines(self) -> None:
        while self.token.kind == "newline":
            self.at += 1

    def separators(self) -> None:
        while self.token.kind == "newline" or self.is_next(";"):
            self.at += 1

    def expression(self) -> Node:
        left = self.ternary()
        if self.is_next(*_ASSIGN) and left[0] in ("name", "field", "element"):
            operator = self.token.text
            self.at += 1
            self.newlines()
            return ("assign", operator, left, self.expression())
        return left

    def ternary(self) -> Node:
        condition = self.disjunction()
        if not self.accept("?"):
            return condition
        self.newlines()
        yes = self.expression()
        self.newlines()
        self.expect(":")
        self.newlines()
        return ("ternary", condition, yes, self.expression())

    def disjunction(self) -> Node:
        left = self.conjunction()
        while self.accept("||"):
            self.newlines()
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self) -> Node:
        left = self.membership()
        while self.accept("&&"):
            self.newlines()
            left = ("and", left, self.membership())
        return left

    def membership(self) -> Node:
        left = self.matching()
        while not self.no_in and self.accept("in"):
            left = ("in", self.token.text, left)
            self.at += 1
        return left

    def matching(self) -> Node:
        left = self.comparison()
        while self.is_next("~", "!~"):
            negated = self.token.text == "!~"
            self.at += 1
            left = ("match", negated, left, self.comparison())
        return left

    def comparison(self) -> Node:
        left = self.concatenation()
        operators = ("<", "<=", "==", "!=", ">=") if self.no_output else ("<", "<=", "==", "!=", ">", ">=")
        if self.is_next(*operators):
            operator = self.token.text
            self.at += 1
            return ("compare", operator, left, self.concatenation())
        while self.is_next("|") and self.tokens[self.at + 1].text == "getline":
            self.at += 2
            self.commands = True
            left = ("command_getline", left, self.lvalue_or_none())
        return left

    def concatenation(self) -> Node:
        left = self.binary(0)
        while self._operand_follows():
            left = ("concatenate", left, self.binary(0))
        return left

    def _operand_follows(self) -> bool:
        token = self.token
        if token.kind in ("number", "string", "regex", "name", "funcall", "builtin"):
            return True
        return token.kind == "operator" and token.text in _STARTS_OPERAND and token.text not in ("-", "+")

    def binary(self, level: int) -> Node:
        if level == len(_BINARY_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.is_next(*_BINARY_LEVELS[level]):
            operator = self.token.text
            self.at += 1
            left = ("arithmetic", operator, left, self.binary(level + 1))
        return left

    def unary(self) -> Node:
        if self.accept("!"):
            return ("not", self.unary())
        if self.accept("-"):
            return ("negative", self.unary())
        if self.accept("+"):
            return ("positive", self.unary())
        return self.power()

    def power(self) -> Node:
        left = self.step()
        if self.accept("^", "**"):
            return ("arithmetic", "^", left, self.power_operand())
        return left

    def power_operand(self) -> Node:
        return ("negative", self.power_operand()) if self.accept("-") else self.power()

    def step(self) -> Node:
        for operator in ("++", "--"):
            if self.accept(operator):
                return ("before", operator, self.step())
        value = self.primary()
        if value[0] in ("name", "field", "element") and self.is_next("++", "--"):
            operator = self.token.text
            self.at += 1
            return ("after", operator, value)
        return value

    def primary(self) -> Node:
        token = self.token
        self.at += 1
        if token.kind == "number":
            return ("number", float(int(token.text, 16)) if token.text[:2] in ("0x", "0X") else float(token.text))
        if token.kind == "string":
            return ("string", token.text)
        if token.kind == "regex":
            return ("regex", token.text)
        if token.kind == "name":
            if self.accept("["):
                return ("element", token.text, self.subscript())
            return ("name", token.text)
        if token.kind == "funcall":
            self.expect("(")
            return ("call", token.text, tuple(self.grouped(")")))
        if token.kind == "builtin":
            return self.builtin(token.text)
        if token.text == "$" and token.kind == "operator":
            return ("field", self.step())
        if token.text == "(" and token.kind == "operator":
            return self.parenthesis()
        if token.text == "getline":
            return self.plain_getline()
        self.at -= 1
        self.fail()

    def list_until(self, closing: str) -> list[Node]:
        found: list[Node] = []
        self.newlines()
        while not self.accept(closing):
            found.append(self.expression())
            self.newlines()
            if not self.is_next(closing):
                self.expect(",")
                self.newlines()
        return found

    def grouped(self, closing: str) -> list[Node]:
        """A list in which > and in mean themselves again."""
        saved = self.no_output, self.no_in
        self.no_output, self.no_in = 0, False
        found = self.list_until(closing)
        self.no_output, self.no_in = saved
        return found

    def subscript(self) -> Node:
        parts = self.grouped("]")
        return parts[0] if len(parts) == 1 else ("joined", tuple(parts))

    def builtin(self, name: str) -> Node:
        self.commands = self.commands or name == "system"
        if self.accept("("):
            return ("builtin", name, tuple(self.grouped(")")))
        if name == "length":
            return ("builtin", name, ())
        self.fail()

    def parenthesis(self) -> Node:
        parts = self.grouped(")")
        if len(parts) == 1:
            return ("group", parts[0])
        self.expect("in")
        name = self.token.text
        self.at += 1
        return ("in", name, ("joined", tuple(parts)))

    def lvalue_or_none(self) -> Node | None:
        if self.token.kind == "name" or self.is_next("$"):
            return self.primary()
        return None

    def plain_getline(self) -> Node:
        target = self.lvalue_or_none()
        if self.accept("<"):
            return ("file_getline", self.primary(), target)
        self.getlines = True
        return ("getline", target)
