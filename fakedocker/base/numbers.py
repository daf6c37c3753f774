"""Whole numbers as text, as Go's strconv reads them: ASCII digits, 64 bits.

Python's `int` takes more (other scripts' digits, underscores), and refuses thousands of digits with an error of its
own.
"""

from __future__ import annotations

from fakedocker.base.patterns import lazy_pattern

GREATEST = (1 << 63) - 1
_WHOLE = lazy_pattern(r"[+-]?[0-9]+")
_MOST_DIGITS = 4_000


def is_digits(text: str) -> bool:
    """Whether a text is a number without a sign that `int` reads: ASCII digits, at least one, and not too many of them."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def is_too_large(problem: Exception) -> bool:
    """Whether an error says that a number has more digits, or is larger, than Python's conversions take."""
    return isinstance(problem, OverflowError) or (
        isinstance(problem, ValueError) and str(problem).startswith("Exceeds the limit")
    )


def parse_whole(text: str) -> int | None:
    """The number of a text; None where it is none, or none of 64 bits with a sign (strconv.ParseInt)."""
    if _WHOLE.fullmatch(text) is None or len(text) > _MOST_DIGITS:
        return None
    number = int(text)
    return number if -GREATEST - 1 <= number <= GREATEST else None


TRUE_OR_FALSE = frozenset("1 t T TRUE true True 0 f F FALSE false False".split())
"""What Go's strconv.ParseBool reads."""


def parse_digits(text: str) -> int | None:
    """The same without a sign."""
    return parse_whole(text) if is_digits(text[:1]) else None


def problem_of(text: str) -> str:
    """Why a text is no number, as strconv.Atoi says it."""
    reason = "invalid syntax" if _WHOLE.fullmatch(text) is None else "value out of range"
    return f'strconv.Atoi: parsing "{text}": {reason}'
