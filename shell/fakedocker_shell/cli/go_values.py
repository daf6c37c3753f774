"""Single values as Go's standard library reads them: booleans, integers, a line of comma-separated values.

It must not know which flags have them.
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.patterns import lazy_pattern
from fakedocker_shell.gotemplate.printing import quote

_INTEGER = lazy_pattern(r"[+-]?(0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+|[1-9][0-9_]*|0)")
_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"0", "f", "F", "FALSE", "false", "False"})


def parse_bool(text: str) -> bool:
    """Go's strconv.ParseBool."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(f"strconv.ParseBool: parsing {quote(text)}: invalid syntax")


def parse_integer(text: str, bits: int = 64, signed: bool = True) -> int:
    """Go's strconv.ParseInt or ParseUint with base 0: 0x, 0o, 0b and underscores are understood."""
    function = "ParseInt" if signed else "ParseUint"
    digits = text if signed else text if text[:1] not in ("+", "-") else "-"
    if not _INTEGER.fullmatch(digits):
        raise ValueError(f"strconv.{function}: parsing {quote(text)}: invalid syntax")
    octal = re.fullmatch(r"([+-]?)0([0-7_]+)", text)
    number = int(octal[1] + octal[2].replace("_", ""), 8) if octal else int(text, 0)
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if not low <= number <= high:
        raise ValueError(f"strconv.{function}: parsing {quote(text)}: value out of range")
    return number


def split_csv(text: str) -> list[str]:
    """One line of comma-separated values. Raises ValueError with the words of Go's encoding/csv."""
    fields: list[str] = []
    position = 0
    while text:
        if text.startswith('"', position):
            field, position = _quoted(text, position + 1)
        else:
            end = text.find(",", position)
            field = text[position:] if end < 0 else text[position:end]
            if '"' in field:
                column = position + field.index('"') + 1
                raise ValueError(f'parse error on line 1, column {column}: bare " in non-quoted-field')
            position += len(field)
        fields.append(field)
        if position >= len(text):
            break
        position += 1
    return fields


def _quoted(text: str, start: int) -> tuple[str, int]:
    """A field in quotes that begins there, and where it ends: a quote is written twice."""
    field = ""
    while (end := text.find('"', start)) >= 0 and text.startswith('""', end):
        field += text[start : end + 1]
        start = end + 2
    if end < 0 or text[end + 1 : end + 2] not in ("", ","):
        column = (len(text) if end < 0 else end) + 1
        raise ValueError(f'parse error on line 1, column {column}: extraneous or missing " in quoted-field')
    return field + text[start:end], end + 1
