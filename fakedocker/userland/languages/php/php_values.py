"""PHP's values, which are Python's own (an array is a dict, an object of a package's a `Thing`), and what ends a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from fakedocker.kernel.program import System

Value = Any
"""A value of the small PHP: None, bool, int, float, str, or a dict for an array."""


class Thing(NamedTuple):
    """A connection, or the rows of an answer; `number` is where it is kept."""

    kind: str
    number: int


class Exit(Exception):
    pass


class Raised(Exception):
    """An exception of PHP's that nobody catches here."""


class NotSimulated(Exception):
    """The page needs something that is not simulated."""


class Running(Protocol):
    """A page on its way, as the functions that it calls see it."""

    system: System
    memory: dict[str, Value]
    path: str
    facts: dict[str, Value]
    constants: dict[str, Value]
    things: list[Value]
    headers: dict[str, str]
    status: int

    @property
    def version(self) -> str: ...
    def write(self, shown: str) -> None: ...
    def ask(self, message: dict[str, Value]) -> dict[str, Value] | None: ...
    def keep(self, kind: str, held: dict[str, Value]) -> Thing: ...
    def rows(self, thing: Thing) -> list[dict[str, Value]]: ...


def text(value: Value) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return "Array" if isinstance(value, dict) else str(value)


def truth(value: Value) -> bool:
    return bool(value) and value != "0"


def number(value: Value) -> int | float:
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, int | float):
        return value
    match = re.match(r"\s*[-+]?\d+(\.\d+)?", text(value))
    return 0 if match is None else float(match[0]) if match[1] else int(match[0])


def calculate(operator: str, left: Value, right: Value) -> Value:
    if operator == ".":
        return text(left) + text(right)
    if operator in ("===", "!=="):
        return (type(left) is type(right) and left == right) == (operator == "===")
    if operator in ("==", "!=", "<>"):
        loose = (
            left == right
            if type(left) is type(right)
            else truth(left) == truth(right)
            if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None
            else number(left) == number(right)
        )
        return loose == (operator == "==")
    a, b = number(left), number(right)
    if operator in ("/", "%") and b == 0:
        raise Raised(
            "DivisionByZeroError: Division by zero" if operator == "/" else "DivisionByZeroError: Modulo by zero"
        )
    if operator == "/":
        return a // b if isinstance(a, int) and isinstance(b, int) and a % b == 0 else a / b
    results: dict[str, Callable[[], Value]] = {
        "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "%": lambda: int(a) % int(b), "<": lambda: a < b,
        ">": lambda: a > b, "<=": lambda: a <= b, ">=": lambda: a >= b,
    }  # fmt: skip
    return results[operator]()


def next_key(array: dict[Value, Value]) -> int:
    return max((key for key in array if isinstance(key, int)), default=-1) + 1


def plain(value: Value) -> Value:
    """An array as JSON has it: a list where its keys are 0, 1, 2 ..."""
    if not isinstance(value, dict):
        return value
    found = {key: plain(each) for key, each in value.items()}
    return list(found.values()) if list(found) == list(range(len(found))) else found
