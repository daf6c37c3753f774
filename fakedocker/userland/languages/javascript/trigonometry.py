"""Sines, tangents and their inverses, as V8 has them to the last digit.

Source: the algorithms of Sun's fdlibm, which V8 follows (base/ieee754) and the machine's library does not.
"""

from __future__ import annotations

import math
from typing import Final

from fakedocker.userland.languages.javascript.doubles import coarse, high_word, of_high_word, polynomial
from fakedocker.userland.languages.machine.cells import NotSimulated

_SIN_TERMS: Final = (
    1.58969099521155010221e-10, -2.50507602534068634195e-08, 2.75573137070700676789e-06, -1.98412698298579493134e-04, 8.33333333332248946124e-03,
)  # fmt: skip
_SIN_FIRST: Final = -1.66666666666666324348e-01
_COS_TERMS: Final = (
    -1.13596475577881948265e-11, 2.08757232129817482790e-09, -2.75573143513906633035e-07, 2.48015872894767294178e-05, -1.38888888888741095749e-03,
    4.16666666666666019037e-02,
)  # fmt: skip
_TAN_TERMS: Final = (
    2.59073051863633712884e-05, -1.85586374855275456654e-05, 7.14072491382608190305e-05, 7.81794442939557092300e-05, 2.46463134818469906812e-04,
    5.88041240820264096874e-04, 1.45620945432529025516e-03, 3.59207910759131235356e-03, 8.86323982359930005737e-03, 2.18694882948595424599e-02,
    5.39682539762260521377e-02, 1.33333333333201242699e-01,
)  # fmt: skip
_TAN_FIRST: Final = 3.33333333333334091986e-01
_ATAN_TERMS: Final = (
    1.62858201153657823623e-02, -3.65315727442169155270e-02, 4.97687799461593236017e-02, -5.83357013379057348645e-02, 6.66107313738753120669e-02,
    -7.69187620504482999495e-02, 9.09088713343650656196e-02, -1.11111104054623557880e-01, 1.42857142725034663711e-01, -1.99999999998764832476e-01,
    3.33333333333329318027e-01,
)  # fmt: skip
_ATAN_HIGH: Final = (
    4.63647609000806093515e-01,
    7.85398163397448278999e-01,
    9.82793723247329054082e-01,
    1.57079632679489655800e00,
)
_ATAN_LOW: Final = (
    2.26987774529616870924e-17,
    3.06161699786838301793e-17,
    1.39033110312309984516e-17,
    6.12323399573676603587e-17,
)
_ASIN_ABOVE: Final = (
    3.47933107596021167570e-05, 7.91534994289814532176e-04, -4.00555345006794114027e-02, 2.01212532134862925881e-01, -3.25565818622400915405e-01,
    1.66666666666666657415e-01,
)  # fmt: skip
_ASIN_BELOW: Final = (
    7.70381505559019352791e-02, -6.88283971605453293030e-01, 2.02094576023350569471e00, -2.40339491173441421878e00, 1.0
)  # fmt: skip
_HALF_PI: Final = 1.57079632679489655800e00
_HALF_PI_LOW: Final = 6.12323399573676603587e-17
_QUARTER_PI: Final = 7.85398163397448278999e-01
_QUARTER_PI_LOW: Final = 3.06161699786838301793e-17
_PARTS_OF_HALF_PI: Final = (
    (1.57079632673412561417e00, 6.07710050650619224932e-11),
    (6.07710050630396597660e-11, 2.02226624879595063154e-21),
    (2.02226624871116645580e-21, 8.47842766036889956997e-32),
)
"""Three beginnings of pi/2, of 33 bits each, and what follows each of them."""


_FARTHEST: Final = (1 << 19) * _HALF_PI


def sin(x: float) -> float:
    if not math.isfinite(x):
        return math.nan
    if _size(x) <= 0x3FE921FB:
        return _sin(x, 0.0, is_exact=True)
    quarter, high, low = _reduced(x)
    found = _cos(high, low) if quarter & 1 else _sin(high, low)
    return -found if quarter & 2 else found


def cos(x: float) -> float:
    if not math.isfinite(x):
        return math.nan
    if _size(x) <= 0x3FE921FB:
        return _cos(x, 0.0)
    quarter, high, low = _reduced(x)
    found = _sin(high, low) if quarter & 1 else _cos(high, low)
    return -found if quarter in (1, 2) else found


def tan(x: float) -> float:
    if not math.isfinite(x):
        return math.nan
    if _size(x) <= 0x3FE921FB:
        return _tan(x, 0.0, is_inverse=False)
    quarter, high, low = _reduced(x)
    return _tan(high, low, is_inverse=bool(quarter & 1))


def _size(x: float) -> int:
    return high_word(x) & 0x7FFFFFFF


def _reduced(x: float) -> tuple[int, float, float]:
    """In which quarter of the circle it is, and how far from its middle, in two parts."""
    size = abs(x)
    if size > _FARTHEST:
        raise NotSimulated(f"the sine, cosine or tangent of an angle beyond {_FARTHEST:.0f} to the last digit")
    quarter = 1 if _size(x) < 0x4002D97C else int(size * 6.36619772367581382433e-01 + 0.5)
    high, low = _less(size, quarter)
    return (quarter & 3, high, low) if x > 0 else (-quarter & 3, -high, -low)


def _less(size: float, quarter: int) -> tuple[float, float]:
    """What is left of it after so many times pi/2: with more parts of pi where much of it goes."""
    exponent = high_word(size) >> 20
    rest = size
    correction = high = 0.0
    for number, (part, following) in enumerate(_PARTS_OF_HALF_PI):
        before, taken = rest, quarter * part
        rest = before - taken
        correction = quarter * following - ((before - rest) - taken if number else 0.0)
        high = rest - correction
        if exponent - (_size(high) >> 20) <= (16, 49, 2048)[number]:
            break
    return high, (rest - high) - correction


def _sin(x: float, low: float, is_exact: bool = False) -> float:
    if _size(x) < 0x3E400000:
        return x
    z = x * x
    v = z * x
    r = polynomial(_SIN_TERMS, z)
    if is_exact:
        return x + v * (_SIN_FIRST + z * r)
    return x - ((z * (0.5 * low - v * r) - low) - v * _SIN_FIRST)


def _cos(x: float, low: float) -> float:
    size = _size(x)
    if size < 0x3E400000:
        return 1.0
    z = x * x
    r = z * polynomial(_COS_TERMS, z)
    if size < 0x3FD33333:
        return 1.0 - (0.5 * z - (z * r - x * low))
    quarter = 0.28125 if size > 0x3FE90000 else of_high_word(size - 0x200000)
    return (1.0 - quarter) - ((0.5 * z - quarter) - (z * r - x * low))


def _tan(x: float, low: float, is_inverse: bool) -> float:
    size = _size(x)
    sign = 1.0 if x >= 0 else -1.0
    if size < 0x3E300000 and not is_inverse:
        return x
    is_far = size >= 0x3FE59428
    if is_far:
        x, low = (_QUARTER_PI - sign * x) + (_QUARTER_PI_LOW - sign * low), 0.0
    z = x * x
    w = z * z
    r = polynomial(_TAN_TERMS[1::2], w)
    v = z * polynomial(_TAN_TERMS[0::2], w)
    s = z * x
    r = low + z * (s * (r + v) + low)
    r += _TAN_FIRST * s
    w = x + r
    if is_far:
        v = -1.0 if is_inverse else 1.0
        return sign * (v - 2.0 * (x - (w * w / (w + v) - r)))
    if not is_inverse:
        return w
    few = coarse(w)
    inverse = -1.0 / w
    few_inverse = coarse(inverse)
    return few_inverse + inverse * ((1.0 + few_inverse * few) + few_inverse * (r - (few - x)))


def atan(x: float) -> float:
    size = abs(x)
    if size >= 2.0**66:
        return math.copysign(_ATAN_HIGH[3] + _ATAN_LOW[3], x)
    if size < 0.4375:
        if size < 2.0**-27:
            return x
        return x - x * _atan_series(x)
    if size < 0.6875:
        place, t = 0, (2.0 * size - 1.0) / (2.0 + size)
    elif size < 1.1875:
        place, t = 1, (size - 1.0) / (size + 1.0)
    elif size < 2.4375:
        place, t = 2, (size - 1.5) / (1.0 + 1.5 * size)
    else:
        place, t = 3, -1.0 / size
    return math.copysign(_ATAN_HIGH[place] - ((t * _atan_series(t) - _ATAN_LOW[place]) - t), x)


def _atan_series(t: float) -> float:
    z = t * t
    w = z * z
    return z * polynomial(_ATAN_TERMS[0::2], w) + w * polynomial(_ATAN_TERMS[1::2], w)


def atan2(y: float, x: float) -> float:
    """The angle of a point."""
    if x != x or y != y:
        return math.nan
    if y == 0 or x == 0 or math.isinf(x) or math.isinf(y):
        return math.atan2(y, x)  # quarters and eighths of a circle
    if x == 1:
        return atan(y)
    exponents = ((_size(y) - _size(x)) >> 20) if _size(y) != _size(x) else 0
    if exponents > 60:
        return math.copysign(_HALF_PI + 0.5 * 1.2246467991473531772e-16, y)
    z = 0.0 if x < 0 and exponents < -60 else atan(abs(y / x))
    if x > 0:
        return math.copysign(z, y)
    return math.copysign(math.pi - (z - 1.2246467991473531772e-16), y)


def asin(x: float) -> float:
    size = abs(x)
    if size >= 1:
        return x * _HALF_PI + x * _HALF_PI_LOW if size == 1 else math.nan
    if size < 0.5:
        return x if size < 2.0**-27 else x + x * _asin_series(x * x)
    t = (1.0 - size) * 0.5
    series, s = _asin_series(t), math.sqrt(t)
    if high_word(size) >= 0x3FEF3333:
        return math.copysign(_HALF_PI - (2.0 * (s + s * series) - _HALF_PI_LOW), x)
    few = coarse(s)
    lost = (t - few * few) / (s + few)
    p = 2.0 * s * series - (_HALF_PI_LOW - 2.0 * lost)
    return math.copysign(_QUARTER_PI - (p - (_QUARTER_PI - 2.0 * few)), x)


def acos(x: float) -> float:
    size = abs(x)
    if size >= 1:
        return math.nan if size > 1 else 0.0 if x > 0 else math.pi
    if size < 0.5:
        return _HALF_PI + _HALF_PI_LOW if size < 2.0**-57 else _HALF_PI - (x - (_HALF_PI_LOW - x * _asin_series(x * x)))
    z = (1.0 - size) * 0.5
    series, s = _asin_series(z), math.sqrt(z)
    if x < 0:
        return math.pi - 2.0 * (s + (series * s - _HALF_PI_LOW))
    few = coarse(s)
    return 2.0 * (few + (series * s + (z - few * few) / (s + few)))


def _asin_series(z: float) -> float:
    return z * polynomial(_ASIN_ABOVE, z) / polynomial(_ASIN_BELOW, z)
