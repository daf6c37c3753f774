"""The 64-bit integers of $(( )): how they are written, and what operators make of them."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Final

from fakedocker.base.numbers import is_digits

MINIMUM: Final = -(1 << 63)
MAXIMUM: Final = (1 << 63) - 1


class ArithmeticProblem(Exception):
    """kind is primary, end, divide, number, exponent or recursion; `rest` is where it was met, on."""

    def __init__(self, kind: str, source: str, rest: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.source = source
        self.rest = rest


def wrap(value: int) -> int:
    """To the range of a signed 64-bit integer, as overflow does it."""
    if MINIMUM <= value <= MAXIMUM:
        return value
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def number(text: str) -> int:
    """A constant: decimal, 0x, octal with 0, or base#digits.

    Raises:
        ArithmeticProblem: it is none.
    """
    digits = text.strip()
    negative = digits.startswith("-")
    digits = digits[1:] if digits[:1] in ("-", "+") else digits
    if not digits or not is_digits(digits[0]) or not digits.isascii() or "_" in digits.partition("#")[0]:
        raise ArithmeticProblem("number", text, text)
    try:
        if "#" in digits:
            base, _, rest = digits.partition("#")
            value = _in_base(rest, int(base))
        elif digits[:2] in ("0x", "0X"):
            value = int(digits[2:] or "0", 16)
        elif digits[0] == "0" and len(digits) > 1:
            value = int(digits, 8)
        else:
            value = int(digits)
    except ValueError:
        raise ArithmeticProblem("number", text, text) from None
    return wrap(-value if negative else value)


def _in_base(digits: str, base: int) -> int:
    """Digits above 9 are letters; past base 36, a-z, A-Z, @ and _ in that order (bash)."""
    value = 0
    for digit in digits:
        if base <= 36:
            worth = int(digit, 36)
        else:
            worth = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_".index(digit)
        if worth >= base:
            raise ValueError(digit)
        value = value * base + worth
    return value


def divide(left: int, right: int) -> int:
    """Towards zero, as C does."""
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def raise_to(left: int, right: int) -> int:
    result = 1
    for _ in range(min(right, 1 << 16)):
        result = wrap(result * left)
    return result


BINARY: Final[dict[str, Callable[[int, int], int]]] = {
    "|": operator.or_,
    "^": operator.xor,
    "&": operator.and_,
    "==": lambda a, b: 1 if a == b else 0,
    "!=": lambda a, b: 1 if a != b else 0,
    "<": lambda a, b: 1 if a < b else 0,
    ">": lambda a, b: 1 if a > b else 0,
    "<=": lambda a, b: 1 if a <= b else 0,
    ">=": lambda a, b: 1 if a >= b else 0,
    "<<": lambda a, b: wrap(a << (b & 63)),
    ">>": lambda a, b: a >> (b & 63),
    "+": lambda a, b: wrap(a + b),
    "-": lambda a, b: wrap(a - b),
    "*": lambda a, b: wrap(a * b),
}
