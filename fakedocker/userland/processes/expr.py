"""expr: expressions whose pieces are arguments."""

from __future__ import annotations

import re
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.text.posix_regex import RegexProblem, compile_posix
from fakedocker.userland.tools import (
    Register,
    UsageProblem,
    is_busybox,
)

PROGRAMS = Register()


class _Expr:
    """expr's grammar, by precedence; values are texts."""

    levels = (("|",), ("&",), ("=", "==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/", "%"), (":",))

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.place = 0

    def peek(self) -> str:
        return self.words[self.place] if self.place < len(self.words) else ""

    def level(self, depth: int) -> str:
        if depth == len(self.levels):
            return self.primary()
        left = self.level(depth + 1)
        while self.place < len(self.words) and self.peek() in self.levels[depth]:
            operator = self.words[self.place]
            self.place += 1
            if self.place >= len(self.words):
                raise UsageProblem(f"syntax error: missing argument after ‘{operator}’", 2, bare=True)
            left = self.apply(operator, left, self.level(depth + 1))
        return left

    def apply(self, operator: str, left: str, right: str) -> str:
        if operator == "|":
            return left if left not in ("", "0") else right if right not in ("", "0") else "0"
        if operator == "&":
            return left if left not in ("", "0") and right not in ("", "0") else "0"
        if operator == ":":
            return _match(left, right)
        numbers = [int(text) if re.fullmatch(r"-?\d+", text) else None for text in (left, right)]
        if operator in ("+", "-", "*", "/", "%"):
            return self.calculate(operator, numbers[0], numbers[1])
        pair: tuple[Any, Any] = (left, right) if None in numbers else (numbers[0], numbers[1])
        a, b = pair
        truth = {"=": a == b, "==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator]
        return "1" if truth else "0"

    def calculate(self, operator: str, left: int | None, right: int | None) -> str:
        if left is None or right is None:
            raise UsageProblem("non-integer argument", 2, bare=True)
        if operator in "/%" and right == 0:
            raise UsageProblem("division by zero", 2, bare=True)
        if operator in "/%":
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return str(quotient if operator == "/" else left - quotient * right)
        return str({"+": left + right, "-": left - right, "*": left * right}[operator])

    def primary(self) -> str:
        word = self.peek()
        self.place += 1
        if word == "(":
            value = self.level(0)
            if self.peek() != ")":
                raise UsageProblem("syntax error: expecting ')'", 2, bare=True)
            self.place += 1
            return value
        if word in ("length", "index", "substr", "match") and self.place < len(self.words):
            return self.function(word)
        return word

    def function(self, name: str) -> str:
        first = self.primary()
        if name == "length":
            return str(len(first))
        second = self.primary()
        if name == "match":
            return _match(first, second)
        if name == "index":
            return str(next((place for place, letter in enumerate(first, 1) if letter in second), 0))
        third = self.primary()
        start = int(second)
        return first[start - 1 : start - 1 + int(third)] if start > 0 else ""


def _match(text: str, pattern: str) -> str:
    try:
        found = compile_posix(pattern, extended=False).match(text)
    except RegexProblem as problem:
        raise UsageProblem(str(problem), 2, bare=True) from None
    if "\\(" in pattern:
        return (found[1] or "") if found else ""
    return str(found.end()) if found else "0"


@PROGRAMS.program("expr")
def _expr(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    if len(argv) < 2:
        raise UsageProblem("too few arguments" if is_busybox(system) else "missing operand", 2, bare=is_busybox(system))
    expression = _Expr(argv[1:])
    value = expression.level(0)
    if expression.place < len(expression.words):
        rest = expression.words[expression.place]
        raise UsageProblem(
            "syntax error" if is_busybox(system) else f"syntax error: unexpected argument ‘{rest}’", 2, bare=True
        )
    system.put(f"{value}\n")
    return 1 if value in ("", "0") else 0
