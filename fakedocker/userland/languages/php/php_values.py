"""PHP's values, which are Python's own (an array is a dict, an object of a package's a `Thing`), and what ends a page.

Whatever PHP would warn of, or would convert by rules that are not here, is refused: `NotSimulated`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import bytes_of

Value = Any
"""A value of the small PHP: None, bool, int, float, str, or a dict for an array."""
_WHOLE: Final = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_NUMERIC: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,14})?")
_LEADING: Final = re.compile(r"\s*([-+]?\d{1,18})(?![\d.eE])")
_LARGEST: Final = 1 << 63
_DIGITS: Final = 14
"""How many of a float are shown: the setting `precision`."""
TYPES: Final = {
    "int": int,
    "float": float,
    "string": str,
    "bool": bool,
    "array": dict,
    "mixed": object,
    "void": type(None),
}
_MOST_CELLS: Final = 100_000


class Thing(NamedTuple):
    """A connection, or the rows of an answer; `number` is where it is kept."""

    kind: str
    number: int


class Exit(Exception):
    """The page ends itself.

    Args:
        status: of the process.
    """

    def __init__(self, status: int = 0) -> None:
        super().__init__()
        self.status = status


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
    def has_function(self, name: str) -> bool: ...


def text(value: Value) -> str:
    """As `echo` shows it. Raises NotSimulated for what PHP would warn of."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, float):
        return float_text(value, f"{value:.{_DIGITS}g}")
    if not isinstance(value, int | str):
        raise NotSimulated("an array or an object as a text")
    return str(value)


def float_text(value: float, shown: str) -> str:
    """A float as it is shown, from its digits; refused where PHP would show an exponent."""
    if "e" in shown or "n" in shown:
        raise NotSimulated("how PHP shows such a number")
    return shown.removesuffix(".0")


def plain_text(value: Value) -> str:
    """The same of characters that are a byte each."""
    shown = text(value)
    if not shown.isascii():
        raise NotSimulated("other letters than ASCII's there")
    return shown


def length(value: Value) -> int:
    """In bytes."""
    return len(bytes_of(text(value)))


def truth(value: Value) -> bool:
    return bool(value) and value != "0"


def number(value: Value) -> int | float:
    """A number, or a text that is nothing else. Raises NotSimulated."""
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    if isinstance(value, str) and _NUMERIC.fullmatch(value):
        return float(value)
    raise NotSimulated("arithmetic with what is no number")


def whole(value: Value) -> int:
    """As (int) makes it."""
    if isinstance(value, str):
        match = _LEADING.match(value)
        if match is None and re.match(r"\s*[-+.]?\d", value):
            return int(number(value))
        return int(match[1]) if match else 0
    if isinstance(value, float) and abs(value) >= _LARGEST:
        raise NotSimulated("so large a number")
    return int(number(value))


def key_of(value: Value) -> Value:
    """A value as the key of an array."""
    if isinstance(value, bool) or value is None:
        return int(value) if value is not None else ""
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) and value != "-0" else value
    if not isinstance(value, int):
        raise NotSimulated("such a key of an array")
    return value


def copied(value: Value, budget: list[int] | None = None) -> Value:
    """An array as another variable has it: none of its own is shared."""
    if not isinstance(value, dict):
        return value
    budget = [_MOST_CELLS] if budget is None else budget
    budget[0] -= len(value)
    if budget[0] < 0:
        raise NotSimulated("so large an array")
    return {key: copied(each, budget) for key, each in value.items()}


def _checked(result: int | float) -> int | float:
    if isinstance(result, int) and not -_LARGEST <= result < _LARGEST:
        raise NotSimulated("so large a number")
    return result


def _divided(a: int | float, b: int | float) -> int | float:
    if b == 0:
        raise NotSimulated("an error that nobody catches (DivisionByZeroError: Division by zero)")
    return a // b if isinstance(a, int) and isinstance(b, int) and a % b == 0 else a / b


def _rest(a: int | float, b: int | float) -> int:
    if not isinstance(a, int) or not isinstance(b, int):
        raise NotSimulated("the rest of what is no whole number")
    if b == 0:
        raise NotSimulated("an error that nobody catches (DivisionByZeroError: Modulo by zero)")
    return abs(a) % abs(b) * (1 if a >= 0 else -1)


_ARITHMETIC: Final[dict[str, Callable[[int | float, int | float], int | float]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": _divided, "%": _rest,
}  # fmt: skip
_ORDER: Final[dict[str, Callable[[Value, Value], bool]]] = {
    "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge,
}  # fmt: skip


def calculate(name: str, left: Value, right: Value) -> Value:
    """What an operator gives. Raises NotSimulated for values that PHP would convert otherwise than is known here."""
    if name == ".":
        return text(left) + text(right)
    if name in _ARITHMETIC:
        if isinstance(left, dict | Thing) or isinstance(right, dict | Thing):
            raise NotSimulated("arithmetic with arrays and objects")
        return _checked(_ARITHMETIC[name](number(left), number(right)))
    if isinstance(left, dict | Thing) or isinstance(right, dict | Thing):
        raise NotSimulated("comparing arrays and objects")
    if name in ("===", "!=="):
        return (type(left) is type(right) and left == right) == (name == "===")
    if name in ("==", "!=", "<>"):
        return is_loosely(left, right) == (name == "==")
    return _ORDER[name](*_comparable(left, right))


def is_loosely(left: Value, right: Value) -> bool:
    """`==` of two that are no arrays."""
    if isinstance(left, bool | None) or isinstance(right, bool | None):
        if (isinstance(left, str) and right is None) or (isinstance(right, str) and left is None):
            return left == right or not (left or right)
        return truth(left) == truth(right)
    a, b = _comparable(left, right)
    return bool(a == b)


def _comparable(left: Value, right: Value) -> tuple[Value, Value]:
    """Two values as they are compared: as numbers, or as texts, by their bytes."""
    if isinstance(left, bool | None) or isinstance(right, bool | None):
        raise NotSimulated("such a comparison")
    if isinstance(left, str) and isinstance(right, str):
        if not _may_be_number(left) or not _may_be_number(right):
            return bytes_of(left), bytes_of(right)
        return number(left), number(right)
    return number(left), number(right)


def _may_be_number(value: str) -> bool:
    return bool(re.match(r"\s*[-+.]?\d", value)) or value.strip() != value


def next_key(array: dict[Value, Value]) -> int:
    return max((key for key in array if isinstance(key, int)), default=-1) + 1


def plain(value: Value) -> Value:
    """An array as JSON has it: a list where its keys are 0, 1, 2 ..."""
    if isinstance(value, Thing):
        raise NotSimulated("such an object as JSON")
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else _shown_in_full(value)
    if not isinstance(value, dict):
        return value
    found = {key: plain(each) for key, each in value.items()}
    return list(found.values()) if list(found) == list(range(len(found))) else found


def _shown_in_full(value: float) -> float:
    float_text(value, repr(value))
    return value


def of_type(value: Value, kind: str) -> Value:
    """A value as a parameter or a result of a type has it. Raises NotSimulated where PHP would convert or refuse it."""
    plain = kind.lstrip("?")
    if not kind or plain == "mixed" or (value is None and kind.startswith("?")):
        return copied(value)
    if plain == "float" and type(value) is int:
        return float(value)
    if type(value) is not TYPES.get(plain):
        raise NotSimulated(f"such a value as {plain}")
    return copied(value)
