"""Natives of decimal: sums of numbers in decimal digits, which are given and told as text."""

from __future__ import annotations

import decimal
import re
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native

_LONGEST: Final = 5_000
_MOST_DIGITS: Final = 2_000


def _number(text: str) -> decimal.Decimal:
    if len(text) > _LONGEST:
        raise NotSimulated("so long a decimal number")
    found = decimal.Decimal(text)
    if found.is_finite() and abs(found.adjusted()) > _LONGEST:
        raise NotSimulated("so large a decimal number")
    return found


def _context(precision: int, rounding: str) -> decimal.Context:
    if not 1 <= precision <= _MOST_DIGITS:
        raise NotSimulated("so many digits of decimal numbers")
    return decimal.Context(precision, rounding, Emin=-999999, Emax=999999, traps=[])


def _signal(context: decimal.Context) -> str:
    for signal in (decimal.DivisionByZero, decimal.InvalidOperation, decimal.Overflow):
        if context.flags[signal]:
            return signal.__name__
    return ""


@native("parsed", module="_decimal_natives")
def _parsed(m: Interpreter, text: Value) -> Value:
    """A number's text as Decimal shows it; None if it is none."""
    if len(text) > _LONGEST:
        raise NotSimulated("so long a decimal number")
    try:
        return str(decimal.Decimal(text))
    except decimal.InvalidOperation:
        return None


@native("of_float", module="_decimal_natives")
def _of_float(m: Interpreter, value: Value) -> Value:
    return str(decimal.Decimal(value))


@native("calculated", module="_decimal_natives")
def _calculated(m: Interpreter, name: Value, first: Value, other: Value, precision: Value, rounding: Value) -> Value:
    """The outcome of an operation of a context, `other` "" where it takes one number: its text, and the signal that it raised."""
    context = _context(precision, rounding)
    arguments = [_number(first), *([_number(other)] if other else [])]
    found = getattr(context, name)(*arguments)
    m.system.charge(1 + precision // 100)
    return (str(found), _signal(context))


@native("compared", module="_decimal_natives")
def _compared(m: Interpreter, first: Value, other: Value) -> Value:
    """-1, 0 or 1; None beside what is no number."""
    found = _number(first), _number(other)
    if any(each.is_nan() for each in found):
        return None
    return (found[0] > found[1]) - (found[0] < found[1])


@native("whole", module="_decimal_natives")
def _whole(m: Interpreter, text: Value) -> Value:
    return int(_number(text))


@native("as_float", module="_decimal_natives")
def _as_float(m: Interpreter, text: Value) -> Value:
    return float(_number(text))


@native("hashed", module="_decimal_natives")
def _hashed(m: Interpreter, text: Value) -> Value:
    return hash(_number(text))


@native("formatted", module="_decimal_natives")
def _formatted(m: Interpreter, text: Value, spec: Value) -> Value:
    if any(int(each) > _LONGEST for each in re.findall("[0-9]{1,9}", spec)):
        raise NotSimulated("so wide a format of a decimal number")
    return format(_number(text), spec)


@native("parts", module="_decimal_natives")
def _parts(m: Interpreter, text: Value) -> Value:
    found = _number(text).as_tuple()
    return (found.sign, found.digits, found.exponent)
