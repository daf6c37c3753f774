"""Powers as V8 has them: to the last digit, which differs from what the machine's own library says in one of ten.

A base is taken as 2 to the sum of a whole number and of a logarithm in two parts, which is multiplied by the exponent and raised again. Source: the algorithm of
Sun's fdlibm (e_pow.c), which V8 follows (base/ieee754) but for the last quotient: what corrects the argument is taken from its divisor, not from the quotient.
"""

from __future__ import annotations

import math
from typing import Final

from fakedocker.userland.languages.javascript.doubles import coarse, high_word, of_high_word, polynomial
from fakedocker.userland.languages.javascript.exponentials import EXP_TERMS

_BASES: Final = (1.0, 1.5)
_LOG_BASES: Final = (0.0, 5.84962487220764160156e-01)
_LOG_BASES_REST: Final = (0.0, 1.35003920212974897128e-08)
_LOG_TERMS: Final = (
    2.06975017800338417784e-01, 2.30660745775561754067e-01, 2.72728123808534006489e-01, 3.33333329818377432918e-01,
    4.28571428578550184252e-01, 5.99999999999994648725e-01,
)  # fmt: skip
"""Of a polynomial for 3/2 (log x - 2s - 2/3 s**3), the highest power first."""
_TWO_THIRDS_LOG2_E: Final = (9.61796693925975554329e-01, 9.61796700954437255859e-01, -7.02846165095275826516e-09)
"""2/3 of the binary logarithm of e: whole, its beginning, and the rest."""
_LOG_2: Final = (6.93147180559945286227e-01, 6.93147182464599609375e-01, -1.90465429995776804525e-09)
_BOUND: Final = float(1 << 12)
"""A binary exponent beyond which everything is infinite or nothing."""


def power(base: float, exponent: float) -> float:
    """`base ** exponent` (ECMA-262 Number::exponentiate)."""
    if exponent == 0:
        return 1.0
    if math.isnan(exponent) or (abs(base) == 1 and math.isinf(exponent)):
        return math.nan
    if not (math.isfinite(base) and math.isfinite(exponent)) or base == 0:
        return _at_the_ends(base, exponent)
    if base < 0 and exponent != math.floor(exponent):
        return math.nan
    is_odd = math.fmod(exponent, 2) != 0
    found = _simple(base, exponent)
    if found is None:
        found = _power(abs(base), exponent)
        found = -found if base < 0 and is_odd else found
    return found


def _at_the_ends(base: float, exponent: float) -> float:
    """Of nothing, of infinity, or as often as that: exact everywhere."""
    try:
        return math.pow(base, exponent)
    except ValueError:  # nothing to a negative power
        is_odd = exponent == math.floor(exponent) and math.fmod(exponent, 2) != 0
        return math.copysign(math.inf, base) if is_odd else math.inf


def _simple(base: float, exponent: float) -> float | None:
    """Those that need no logarithm."""
    if exponent == 1:
        return base
    if exponent == -1:
        return 1.0 / base
    if exponent == 2:
        return base * base
    if exponent == 0.5 and base >= 0:
        return math.sqrt(base)
    return None


def _power(base: float, exponent: float) -> float:
    log, log_rest = _binary_log(base)
    few = coarse(exponent)
    low = (exponent - few) * log + exponent * log_rest
    high = few * log
    if abs(low + high) > _BOUND:
        return math.inf if high > 0 else 0.0
    return _binary_exp(high, low)


def _binary_log(base: float) -> tuple[float, float]:
    """The binary logarithm in two parts, the first of which has few digits."""
    fraction, whole = math.frexp(base)
    fraction, whole = 2 * fraction, whole - 1
    word = high_word(fraction) & 0xFFFFF
    near = 0 if word <= 0x3988E else 1
    if word >= 0xBB67A:
        near, fraction, whole = 0, fraction / 2, whole + 1
    over, divisor = fraction - _BASES[near], 1.0 / (fraction + _BASES[near])
    ratio = over * divisor
    ratio_high = coarse(ratio)
    sum_high = of_high_word(((high_word(fraction) >> 1) | 0x20000000) + 0x80000 + (near << 18))
    sum_low = fraction - (sum_high - _BASES[near])
    ratio_low = divisor * ((over - ratio_high * sum_high) - ratio_high * sum_low)
    square = ratio * ratio
    series = square * square * polynomial(_LOG_TERMS, square) + ratio_low * (ratio_high + ratio)
    square = ratio_high * ratio_high
    sum_high = coarse(3.0 + square + series)
    sum_low = series - ((sum_high - 3.0) - square)
    first, second = ratio_high * sum_high, ratio_low * sum_high + sum_low * ratio
    high = coarse(first + second)
    low = second - (high - first)
    scale, scale_high, scale_low = _TWO_THIRDS_LOG2_E
    high, low = scale_high * high, scale_low * high + low * scale + _LOG_BASES_REST[near]
    log = coarse(((high + low) + _LOG_BASES[near]) + whole)
    return log, low - (((log - whole) - _LOG_BASES[near]) - high)


def _binary_exp(high: float, low: float) -> float:
    """2 to the sum of two parts."""
    whole = 0
    if abs(low + high) > 0.5:
        whole = _nearest(low + high)
        high -= whole
    few = coarse(low + high)
    log_2, log_2_high, log_2_low = _LOG_2
    first, second = few * log_2_high, (low - (few - high)) * log_2 + few * log_2_low
    argument = first + second
    rest = second - (argument - first)
    square = argument * argument
    series = argument - square * polynomial(EXP_TERMS, square)
    quotient = (argument * series) / ((series - 2.0) - (rest + argument * rest))
    try:
        return math.ldexp(1.0 - (quotient - argument), whole)
    except OverflowError:
        return math.inf


def _nearest(value: float) -> int:
    """The whole number nearest to it; of two, the one that is farther from 0."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))
