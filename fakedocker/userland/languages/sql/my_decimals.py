"""MariaDB's exact numbers have more digits while it computes with them than their types say.

A division gives whole words of nine digits behind the point (do_div_mod in decimal.c), and what is computed further takes
them all. They are cut to the type's digits where a value is shown, compared, sorted by, or kept in a table, a temporary
one too. A type with the label `RAW` is one of values that have not been cut. Doubles that have a number of digits in
their type (of STDDEV, ROUND) are the same: their values have all digits.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from fakedocker.userland.languages.sql.bound import Bound, Env, Value
from fakedocker.userland.languages.sql.my_types import INTEGERS, scale_of
from fakedocker.userland.languages.sql.pg_types import EXACT, Type

RAW: Final = ("raw",)
_WORD: Final = 9
_DIVISION_DIGITS: Final = 4
"""div_precision_increment."""


def is_raw(kind: Type) -> bool:
    return kind.name == "decimal" and kind.labels == RAW


def raw(kind: Type) -> Type:
    """A type whose values may have more digits than it says."""
    return Type("decimal", kind.modifiers, RAW)


def quotient(a: Value, b: Value) -> Decimal:
    """A division's result, with all digits that the server computes. `b` is not nought."""
    x, y = Decimal(a), Decimal(b)
    wide = [-(-_digits_behind(value) // _WORD) * _WORD for value in (x, y)]
    spare = wide[0] - _digits_behind(x) + wide[1] - _digits_behind(y)
    digits = -(-(sum(wide) + max(0, _DIVISION_DIGITS - spare)) // _WORD) * _WORD
    return EXACT.divide(x, y).quantize(Decimal(1).scaleb(-digits), ROUND_DOWN, EXACT)


def _digits_behind(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def settled(bound: Bound) -> Bound:
    """A value cut to the digits of its type."""
    kind, run = bound.type, bound.run
    if kind.name == "double" and kind.modifiers:
        digits = kind.modifiers[0]
        return bound._replace(run=lambda env: None if (v := run(env)) is None else round(v, digits))
    if not is_raw(kind):
        return bound
    unit = Decimal(1).scaleb(-scale_of(kind))

    def cut(env: Env) -> Value:
        value = run(env)
        return None if value is None else Decimal(value).quantize(unit, ROUND_HALF_UP, EXACT)

    return bound._replace(type=Type("decimal", kind.modifiers), run=cut)


def digits_of(kind: Type) -> int | None:
    """How many digits behind the point a number's type has, None for a double that has whatever its value has."""
    if kind.name == "decimal":
        return scale_of(kind)
    if kind.name in INTEGERS or kind.name == "null":
        return 0
    return kind.modifiers[0] if kind.name == "double" and kind.modifiers else None


def wider(kind: Type) -> Type:
    """The type of a number of this type that is divided as a double: four digits more."""
    digits = digits_of(kind)
    return Type("double") if digits is None else Type("double", (digits + _DIVISION_DIGITS,))


def double_of(kinds: list[Type]) -> Type:
    """The type of what is computed with these as doubles."""
    digits = [digits_of(kind) for kind in kinds]
    known = [count for count in digits if count is not None]
    return Type("double", (max(known),)) if len(known) == len(digits) else Type("double")
