"""awk's values: numbers, strings, strings from input that look like numbers; fields, records, printf.

It must not know programs.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from fakedocker.base.regex import Pattern
from fakedocker.kernel.program import Unsimulated
from fakedocker.userland.text.awk_lexer import AwkProblem
from fakedocker.userland.text.formatting import format_printf, too_wide
from fakedocker.userland.text.posix_regex import RegexProblem, compile_posix

_NUMBER = re.compile(
    r"\s*[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE
)


_LOOKS_NUMERIC = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")


class Numeric(str):
    """Text from input that looks like a number, and compares as one (POSIX: a numeric string)."""

    __slots__ = ()


Value = float | str
UNSET = Numeric("")  # a variable or element that was never set: both 0 and ""


@lru_cache(512)
def regex_of(source: str, fold: bool = False) -> Pattern:
    try:
        return compile_posix(source, extended=True, fold=fold)
    except RegexProblem as problem:
        raise AwkProblem(f"bad regex '{source}': {problem}") from None


def number_of(value: Value) -> float:
    if isinstance(value, float):
        return value
    match = _NUMBER.match(value)
    if not match:
        return 0.0
    text = match[0].strip()
    if text[:2].lower() == "0x":
        return 0.0
    return float(text)


def sort_key(value: Value) -> tuple[bool, float, str]:
    """Numbers before strings."""
    return not isinstance(value, float | Numeric), number_of(value), str(value)


def from_input(text: str) -> str:
    return Numeric(text) if _LOOKS_NUMERIC.fullmatch(text) else text


def whole_text(value: float) -> str | None:
    return str(int(value)) if math.isfinite(value) and value == int(value) else None


def calculate(operator: str, left: float, right: float, dialect: str) -> float:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if operator == "^":
        try:
            return float(left**right)
        except (OverflowError, ZeroDivisionError):
            return math.inf
    if right == 0:
        if dialect == "mawk":
            return math.copysign(math.inf, left) if left and operator == "/" else math.nan
        said = "fatal: division by zero attempted" if dialect == "gawk" else "Division by zero"
        raise AwkProblem(f"cmd. line:1: {said}")
    return left / right if operator == "/" else math.fmod(left, right)


def split_text(text: str, separator: str, paragraphs: bool = False) -> list[str]:
    """Fields of a text, by awk's rules for FS."""
    if separator == " ":
        return text.split()
    if not text:
        return []
    if separator == "":
        return list(text)
    if len(separator) == 1 and separator not in "\\":
        return re.split(f"[{re.escape(separator)}\n]", text) if paragraphs else text.split(separator)
    return regex_of(separator).split(text)


def split_records(text: str, separator: str) -> list[str]:
    if separator == "\n":
        records = text.split("\n")
    elif separator == "":
        records = re.split(r"\n\n+", text.strip("\n"))
        return records if records != [""] else []
    elif len(separator) == 1:
        records = text.split(separator)
    else:
        records = regex_of(separator).split(text)
    if records and records[-1] in ("", "\n"):
        records.pop()
    return records


_DIRECTIVE = re.compile(r"%[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?([a-zA-Z%])")


def formatted(template: str, words: tuple[str, ...], values: list[Value]) -> str:
    """printf's directives, each with its argument made what it wants."""
    prepared: list[str] = []
    place = 0
    for match in _DIRECTIVE.finditer(template):
        if match[1] == "%":
            continue
        stars = match[0].count("*")
        for _ in range(stars):
            prepared.append(words[place] if place < len(words) else "0")
            place += 1
        word = words[place] if place < len(words) else ""
        value = values[place] if place < len(values) else ""
        if match[1] in "dioxXu":
            number = number_of(value)
            word = str(int(number)) if math.isfinite(number) else "0"
        elif match[1] in "eEfFgG":
            word = repr(number_of(value))
        elif match[1] == "c" and isinstance(value, float):
            word = chr(int(value)) if value else ""
        prepared.append(word)
        place += 1
    escaped = template.replace("\\", "\\\\")
    if not prepared:
        prepared = []
    result = format_printf(escaped, tuple(prepared))
    for kind, word in result.problems:
        if kind == "width":
            raise Unsimulated(too_wide(word), 2)
    return result.text
