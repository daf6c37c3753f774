"""Exponential functions, logarithms and what is made of them, as V8 has them to the last digit.

Source: the algorithms of Sun's fdlibm, which V8 follows (base/ieee754) and the machine's library does not.
"""

from __future__ import annotations

import math
from typing import Final

from fakedocker.userland.languages.javascript.doubles import coarse, high_word, low_word, of_high_word, polynomial

_LN_2: Final = 6.93147180559945286227e-01
_LN_2_HIGH: Final = 6.93147180369123816490e-01
_LN_2_LOW: Final = 1.90821492927058770002e-10
_LOG2_E: Final = 1.44269504088896338700e00
_GREATEST: Final = 7.09782712893383973096e02
"""Whose exponential is still a number."""
EXP_TERMS: Final = (
    4.13813679705723846039e-08, -1.65339022054652515390e-06, 6.61375632143793436117e-05, -2.77777777770155933842e-03, 1.66666666666666019037e-01,
)  # fmt: skip
"""Of a polynomial for the exponential function, the highest power first."""
_EXPM1_TERMS: Final = (
    -2.01099218183624371326e-07, 4.00821782732936239552e-06, -7.93650757867487942473e-05, 1.58730158725481460165e-03, -3.33333333333331316428e-02,
    1.0,
)  # fmt: skip
_LOG_TERMS: Final = (
    1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01, 2.857142874366239149e-01,
    3.999999999940941908e-01, 6.666666666666735130e-01,
)  # fmt: skip
_LOG_ODD: Final = _LOG_TERMS[0::2]
_LOG_EVEN: Final = _LOG_TERMS[1::2]


def exp(x: float) -> float:
    """E to the power of `x`."""
    if not math.isfinite(x):
        return x if x > 0 else 0.0
    if x > _GREATEST:
        return math.inf
    if x < -7.45133219101941108420e02:
        return 0.0
    if x == 1.0:
        return math.e
    size = high_word(x) & 0x7FFFFFFF
    if size < 0x3E300000:
        return 1.0 + x
    whole, high, low = _reduced(x, size)
    rest = high - low
    square = rest * rest
    series = rest - square * polynomial(EXP_TERMS, square)
    if whole == 0:
        return 1.0 - ((rest * series) / (series - 2.0) - rest)
    return math.ldexp(1.0 - ((low - (rest * series) / (2.0 - series)) - high), whole)


def _reduced(x: float, size: int) -> tuple[int, float, float]:
    """How many times ln 2, and what is left, in two parts."""
    if size <= 0x3FD62E42:
        return 0, x, 0.0
    if size < 0x3FF0A2B2:
        sign = 1 if x > 0 else -1
        return sign, x - sign * _LN_2_HIGH, sign * _LN_2_LOW
    whole = int(_LOG2_E * x + math.copysign(0.5, x))
    return whole, x - whole * _LN_2_HIGH, whole * _LN_2_LOW


def expm1(x: float) -> float:
    """`exp(x) - 1`, exact near 0."""
    if not math.isfinite(x):
        return x if x > 0 else -1.0
    size = high_word(x) & 0x7FFFFFFF
    if x > _GREATEST:
        return math.inf
    if size >= 0x4043687A and x < 0:
        return -1.0
    if size < 0x3C900000:
        return x
    whole, high, low = _reduced(x, size)
    rest = high - low
    lost = (high - rest) - low
    half = 0.5 * rest
    square = rest * half
    series = polynomial(_EXPM1_TERMS, square)
    t = 3.0 - series * half
    error = square * ((series - t) / (6.0 - rest * t))
    if whole == 0:
        return rest - (rest * error - square)
    return _expm1_of_parts(rest, (rest * (error - lost) - lost) - square, whole)


def _expm1_of_parts(rest: float, error: float, whole: int) -> float:
    if whole == -1:
        return 0.5 * (rest - error) - 0.5
    if whole == 1:
        return -2.0 * (error - (rest + 0.5)) if rest < -0.25 else 1.0 + 2.0 * (rest - error)
    if whole <= -2 or whole > 56:
        return math.ldexp(1.0 - (error - rest), whole) - 1.0
    if whole < 20:
        return math.ldexp((1.0 - math.ldexp(1.0, -whole)) - (error - rest), whole)
    return math.ldexp((rest - (error + math.ldexp(1.0, -whole))) + 1.0, whole)


def cosh(x: float) -> float:
    x = abs(x)
    size = high_word(x)
    if size < 0x3FD62E43:
        t = expm1(x)
        above = 1.0 + t
        return above if size < 0x3C800000 else 1.0 + (t * t) / (above + above)
    if size < 0x40360000:
        t = exp(x)
        return 0.5 * t + 0.5 / t
    return _half_exp(0.5, x)


def _half_exp(half: float, x: float) -> float:
    """Half of the exponential of what is large, or minus that."""
    if high_word(x) < 0x40862E42:
        return half * exp(x)
    if x <= 710.4758600739439:
        w = exp(0.5 * x)
        return (half * w) * w
    return math.copysign(math.inf, half)


def sinh(x: float) -> float:
    half, size = math.copysign(0.5, x), abs(x)
    if size < 22:
        if size < 3.725290298461914e-9:
            return x
        t = expm1(size)
        return half * (2 * t - t * t / (t + 1)) if size < 1 else half * (t + t / (t + 1))
    if size < 709.7822265625:
        return half * exp(size)
    return _half_exp(half, size)


def tanh(x: float) -> float:
    size = abs(x)
    if size < 2.0**-28:
        return x
    if size >= 22:
        return math.copysign(1.0, x)
    if size >= 1:
        found = 1.0 - 2.0 / (expm1(2.0 * size) + 2.0)
    else:
        t = expm1(-2.0 * size)
        found = -t / (t + 2.0)
    return math.copysign(found, x)


def _parts(x: float) -> tuple[int, float, int]:
    """A binary exponent, a factor near 1, and the upper bits of it before it was brought near."""
    exponent = 0
    if high_word(x) < 0x00100000:
        exponent, x = -54, x * 2.0**54
    word = high_word(x)
    exponent += (word >> 20) - 1023
    word &= 0xFFFFF
    above = (word + 0x95F64) & 0x100000
    return exponent + (above >> 20), of_high_word(word | (above ^ 0x3FF00000), low_word(x)), word


def _end_of_log(x: float) -> float:
    """The logarithm of infinity, of nothing, and of what has none."""
    return x if x > 0 else -math.inf if x == 0 else math.nan


def log(x: float) -> float:
    """The natural logarithm."""
    if x <= 0 or x == math.inf:
        return _end_of_log(x)
    exponent, factor, word = _parts(x)
    f = factor - 1.0
    if (0xFFFFF & (2 + word)) < 3:
        if f == 0:
            return exponent * _LN_2_HIGH + exponent * _LN_2_LOW if exponent else 0.0
        r = f * f * (0.5 - 0.33333333333333333 * f)
        return f - r if exponent == 0 else exponent * _LN_2_HIGH - ((r - exponent * _LN_2_LOW) - f)
    s, r = _log_series(f)
    if ((word - 0x6147A) | (0x6B851 - word)) > 0:
        half = 0.5 * f * f
        if exponent == 0:
            return f - (half - s * (half + r))
        return exponent * _LN_2_HIGH - ((half - (s * (half + r) + exponent * _LN_2_LOW)) - f)
    if exponent == 0:
        return f - s * (f - r)
    return exponent * _LN_2_HIGH - ((s * (f - r) - exponent * _LN_2_LOW) - f)


def _log_series(f: float) -> tuple[float, float]:
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    return s, z * polynomial(_LOG_ODD, w) + w * polynomial(_LOG_EVEN, w)


def log1p(x: float) -> float:
    """`log(1 + x)`, exact near 0."""
    if x <= -1 or x == math.inf:
        return x if x > 0 else -math.inf if x == -1 else math.nan
    if abs(x) < 2.0**-29:
        return x if abs(x) < 2.0**-54 else x - x * x * 0.5
    lost, exponent, word, f = 0.0, 0, 1, x
    if not -0.2928932188134524 < x < 0.41421356237309503:
        exponent, f, word, lost = _parts_of_sum(x)
    half = 0.5 * f * f
    if word == 0:
        if f == 0:
            return exponent * _LN_2_HIGH + (lost + exponent * _LN_2_LOW)
        r = half * (1.0 - 0.66666666666666666 * f)
        return exponent * _LN_2_HIGH - ((r - (exponent * _LN_2_LOW + lost)) - f)
    s = f / (2.0 + f)
    z = s * s
    r = z * polynomial(_LOG_TERMS, z)
    if exponent == 0:
        return f - (half - s * (half + r))
    return exponent * _LN_2_HIGH - ((half - (s * (half + r) + (exponent * _LN_2_LOW + lost))) - f)


def _parts_of_sum(x: float) -> tuple[int, float, int, float]:
    """Of 1 + x: its binary exponent, what is left less 1, upper bits of it, and what was lost in the sum."""
    u = 1.0 + x if x < 2.0**53 else x
    exponent = (high_word(u) >> 20) - 1023
    lost = 0.0
    if x < 2.0**53:
        lost = (1.0 - (u - x) if exponent > 0 else x - (u - 1.0)) / u
    word = high_word(u) & 0xFFFFF
    if word < 0x6A09E:
        return exponent, of_high_word(word | 0x3FF00000, low_word(u)) - 1.0, word, lost
    return exponent + 1, of_high_word(word | 0x3FE00000, low_word(u)) - 1.0, (0x100000 - word) >> 2, lost


def log2(x: float) -> float:
    if x <= 0 or x == math.inf:
        return _end_of_log(x)
    if x == 1:
        return 0.0
    exponent, factor, _ = _parts(x)
    f = factor - 1.0
    half = 0.5 * f * f
    s, r = _log_series(f)
    r = s * (half + r)
    high = coarse(f - half)
    low = (f - high) - half + r
    found = high * 1.44269504072144627571e00
    rest = (low + high) * 1.67517131648865118353e-10 + low * 1.44269504072144627571e00
    total = exponent + found
    return (rest + ((exponent - total) + found)) + total


def log10(x: float) -> float:
    if x <= 0 or x == math.inf:
        return _end_of_log(x)
    if x == 1:
        return 0.0
    exponent = 0
    if high_word(x) < 0x00100000:
        exponent, x = -54, x * 2.0**54
    word = high_word(x)
    exponent += (word >> 20) - 1023
    below = 1 if exponent < 0 else 0
    factor = of_high_word((word & 0xFFFFF) | (0x3FF - below) << 20, low_word(x))
    y = float(exponent + below)
    return (y * 3.69423907715893078616e-13 + 4.34294481903251816668e-01 * log(factor)) + y * 3.01029995663611771306e-01


def asinh(x: float) -> float:
    size = abs(x)
    if not math.isfinite(x) or size < 2.0**-28:
        return x
    if high_word(size) > 0x41B00000:
        found = log(size) + _LN_2
    elif high_word(size) > 0x40000000:
        found = log(2.0 * size + 1.0 / (math.sqrt(x * x + 1.0) + size))
    else:
        t = x * x
        found = log1p(size + t / (1.0 + math.sqrt(1.0 + t)))
    return math.copysign(found, x)


def acosh(x: float) -> float:
    if x < 1:
        return math.nan
    if high_word(x) >= 0x41B00000:
        return x if x == math.inf else log(x) + _LN_2
    if x == 1:
        return 0.0
    if high_word(x) > 0x40000000:
        return log(2.0 * x - 1.0 / (x + math.sqrt(x * x - 1.0)))
    t = x - 1.0
    return log1p(t + math.sqrt(2.0 * t + t * t))


def atanh(x: float) -> float:
    size = abs(x)
    if size >= 1:
        return math.copysign(math.inf, x) if size == 1 else math.nan
    if size < 2.0**-28:
        return x
    if size < 0.5:
        t = size + size
        return math.copysign(0.5 * log1p(t + t * size / (1.0 - size)), x)
    return math.copysign(0.5 * log1p((size + size) / (1.0 - size)), x)


def cbrt(x: float) -> float:
    if x == 0 or not math.isfinite(x):
        return x
    word = high_word(abs(x))
    if word < 0x00100000:
        t = of_high_word((high_word(abs(x) * 2.0**54) & 0x7FFFFFFF) // 3 + 696219795)
    else:
        t = of_high_word(word // 3 + 715094163)
    size = abs(x)
    r = (t * t) * (t / size)
    t = t * (
        (1.87595182427177009643 + r * (-1.88497979543377169875 + r * 1.621429720105354466140))
        + ((r * r) * r) * (-0.758397934778766047437 + r * 0.145996192886612446982)
    )
    bits = ((high_word(t) << 32 | low_word(t)) + 0x80000000) & 0xFFFFFFFFC0000000
    t = of_high_word(bits >> 32, bits & 0xFFFFFFFF)
    r = size / (t * t)
    r = (r - t) / ((t + t) + r)
    return math.copysign(t + t * r, x)


def hypot(values: list[float]) -> float:
    """The root of the sum of squares, added up as Kahan has it (V8 builtins/math.tq)."""
    sizes = [abs(value) for value in values]
    greatest = max((size for size in sizes if size == size), default=0.0)
    if greatest == math.inf:
        return math.inf
    if any(size != size for size in sizes):
        return math.nan
    if greatest == 0:
        return 0.0
    total = lost = 0.0
    for size in sizes:
        n = size / greatest
        summand = n * n - lost
        found = total + summand
        lost = (found - total) - summand
        total = found
    return math.sqrt(total) * greatest
