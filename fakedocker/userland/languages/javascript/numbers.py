"""Numbers as text and text as numbers, as ECMA-262 has them (Number::toString, StringToNumber, toFixed and its like)."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.machine.cells import NotSimulated

_SPACE: Final = " \t\n\r\v\f\xa0\ufeff\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_DECIMAL: Final = re.compile(r"[+-]?(?:Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST_TEXT: Final = 4000
_EXACT: Final = Context(prec=1200)


def number_text(number: float) -> str:
    """A number as JavaScript writes it, in the shortest way that reads back as the same."""
    if number != number:
        return "NaN"
    if number in (math.inf, -math.inf):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    if fraction == "0":
        fraction = ""
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    """Digits with a point after the first `point` of them."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"0.{'0' * -point}{digits}"
    exponent = point - 1
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{digits[0]}{rest}e{'+' if exponent >= 0 else '-'}{abs(exponent)}"


def text_number(text: str) -> float:
    """The number that a whole text means, NaN if none."""
    text = text.strip(_SPACE)
    if not text:
        return 0.0
    if text[:2] in ("0x", "0X", "0o", "0O", "0b", "0B"):
        try:
            return (
                float(int(text[2:], {"x": 16, "o": 8, "b": 2}[text[1].lower()]))
                if text[2:3] not in ("+", "-", "_", " ") and "_" not in text
                else math.nan
            )
        except (ValueError, OverflowError):
            return math.nan
    if not _DECIMAL.fullmatch(text) or len(text) > _LONGEST_TEXT:
        return math.nan
    return float(text)


def parse_float(text: str) -> float:
    """The number that a text begins with."""
    found = _DECIMAL.match(text.lstrip(_SPACE)[:_LONGEST_TEXT])
    return float(found[0]) if found else math.nan


def parse_int(text: str, radix: int) -> float:
    """The whole number that a text begins with, in a radix of 2 to 36, or 0 for what the text says."""
    text = text.lstrip(_SPACE)[:_LONGEST_TEXT]
    sign = -1 if text.startswith("-") else 1
    text = text.lstrip("+-") if text[:1] in ("+", "-") and text[1:2] not in ("+", "-") else text
    if radix in (0, 16) and text[:2] in ("0x", "0X"):
        text, radix = text[2:], 16
    radix = radix or 10
    if not 2 <= radix <= 36:
        return math.nan
    allowed = _DIGITS[:radix]
    end = 0
    while end < len(text) and text[end].lower() in allowed:
        end += 1
    if not end:
        return math.nan
    return sign * float(int(text[:end], radix))


def to_fixed(number: float, digits: int) -> str:
    """With so many digits after the point."""
    if number != number or abs(number) >= 1e21:
        return number_text(number)
    rounded = Decimal(abs(number)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)
    text = f"{rounded:f}"
    return f"-{text}" if number < 0 and (rounded or number < 0) and not _is_minus_zero(number) else text


def _is_minus_zero(number: float) -> bool:
    return number == 0


def to_precision(number: float, digits: int) -> str:
    """With so many digits that count."""
    if not math.isfinite(number):
        return number_text(number)
    sign = "-" if number < 0 else ""
    if number == 0:
        return sign + ("0" if digits == 1 else f"0.{'0' * (digits - 1)}")
    significant, exponent = _rounded(abs(number), digits)
    if exponent < -6 or exponent >= digits:
        rest = f".{significant[1:]}" if digits > 1 else ""
        return f"{sign}{significant[0]}{rest}e{'+' if exponent >= 0 else '-'}{abs(exponent)}"
    if exponent == digits - 1:
        return sign + significant
    if exponent >= 0:
        return f"{sign}{significant[: exponent + 1]}.{significant[exponent + 1 :]}"
    return f"{sign}0.{'0' * -(exponent + 1)}{significant}"


def to_exponential(number: float, digits: int | None) -> str:
    """With one digit before the point."""
    if not math.isfinite(number):
        return number_text(number)
    sign = "-" if number < 0 else ""
    if digits is None:
        plain = (
            "".join(character for character in repr(abs(number)).partition("e")[0] if is_digits(character)).strip("0")
            or "0"
        )
        significant, exponent = _rounded(abs(number), len(plain)) if number else ("0", 0)
    else:
        significant, exponent = _rounded(abs(number), digits + 1) if number else ("0" * (digits + 1), 0)
    rest = f".{significant[1:]}" if len(significant) > 1 else ""
    return f"{sign}{significant[0]}{rest}e{'+' if exponent >= 0 else '-'}{abs(exponent)}"


def _rounded(number: float, digits: int) -> tuple[str, int]:
    """The first digits of a positive number, rounded, and the exponent of the first."""
    exact = Decimal(number)
    exponent = exact.adjusted()
    scaled = exact.scaleb(digits - 1 - exponent, _EXACT).quantize(Decimal(1), ROUND_HALF_UP, _EXACT)
    text = f"{scaled:f}"
    if len(text) > digits:
        text, exponent = text[:digits], exponent + 1
    return text, exponent


def in_radix(number: float, radix: int) -> str:
    """In another radix than ten, as V8 writes fractions: as many digits as tell it from its neighbours."""
    if not math.isfinite(number):
        return number_text(number)
    sign = "-" if number < 0 else ""
    number = abs(number)
    whole = int(number)
    if whole >= 1 << 53 and radix & (radix - 1):
        raise NotSimulated(f"so large a number in the radix {radix}")
    fraction = number - whole
    digits: list[int] = []
    delta = max(0.5 * (math.nextafter(number, math.inf) - number), math.nextafter(0.0, 1.0))
    if fraction >= delta:
        while True:
            fraction *= radix
            delta *= radix
            digit = int(fraction)
            digits.append(digit)
            fraction -= digit
            if (fraction > 0.5 or (fraction == 0.5 and digit & 1)) and fraction + delta > 1:
                whole = _carried(digits, whole, radix)
                break
            if fraction < delta:
                break
    text = ""
    while whole:
        whole, digit = divmod(whole, radix)
        text = _DIGITS[digit] + text
    tail = "".join(_DIGITS[digit] for digit in digits)
    return f"{sign}{text or '0'}{'.' + tail if tail else ''}"


def big_in_radix(value: int, radix: int) -> str:
    """A whole number that is not negative, in any radix. O(bits^2 / 1000)."""
    chunk, rows = int(radix**_DIGITS_AT_ONCE), [value]
    while rows[-1] >= chunk:
        rows[-1:] = divmod(rows[-1], chunk)[::-1]
    parts = []
    for row in rows:
        digits = ""
        while row:
            row, digit = divmod(row, radix)
            digits = _DIGITS[digit] + digits
        parts.append(digits.rjust(_DIGITS_AT_ONCE, "0"))
    return "".join(reversed(parts)).lstrip("0") or "0"


_DIGITS_AT_ONCE: Final = 256


def _carried(digits: list[int], whole: int, radix: int) -> int:
    """Round the last digit up; the whole part, which may have grown."""
    while digits:
        digits[-1] += 1
        if digits[-1] < radix:
            return whole
        digits.pop()
    return whole + 1


def to_int32(number: float) -> int:
    """As the operators on bits take numbers."""
    if number != number or number in (math.inf, -math.inf):
        return 0
    value = int(number) & 0xFFFFFFFF
    return value - 0x100000000 if value >= 0x80000000 else value


def to_uint32(number: float) -> int:
    """The same without a sign."""
    if number != number or number in (math.inf, -math.inf):
        return 0
    return int(number) & 0xFFFFFFFF


def to_integer(number: float) -> float:
    """Without its fraction; 0 for NaN."""
    if number != number:
        return 0.0
    if number in (math.inf, -math.inf):
        return number
    return float(int(number))


def big_of_text(value: str | int) -> int | None:
    """A text as a big integer (StringToBigInt), None if it is none; what is one stays."""
    if isinstance(value, int):
        return value
    text = value.strip(_SPACE)
    if len(text) > _LONGEST_TEXT:
        raise NotSimulated("so big an integer as text")
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+", text):
        return int(text, 0)
    return None if text else 0
