"""The two halves of a double's bits, and polynomials: what `powers`, `exponentials` and `trigonometry` are written with."""

from __future__ import annotations

import struct

_DOUBLE = struct.Struct("<d")
_BITS = struct.Struct("<Q")


def high_word(value: float) -> int:
    """The upper 32 bits, with the sign."""
    bits: int = _BITS.unpack(_DOUBLE.pack(value))[0]
    return bits >> 32


def of_high_word(word: int, low: int = 0) -> float:
    """The number of two halves."""
    value: float = _DOUBLE.unpack(_BITS.pack((word & 0xFFFFFFFF) << 32 | low))[0]
    return value


def low_word(value: float) -> int:
    bits: int = _BITS.unpack(_DOUBLE.pack(value))[0]
    return bits & 0xFFFFFFFF


def coarse(value: float) -> float:
    """With the upper half of its bits only."""
    bits: int = _BITS.unpack(_DOUBLE.pack(value))[0]
    found: float = _DOUBLE.unpack(_BITS.pack(bits & 0xFFFFFFFF00000000))[0]
    return found


def polynomial(terms: tuple[float, ...], value: float) -> float:
    """Of terms for the highest power first, added up from there."""
    result = terms[0]
    for term in terms[1:]:
        result = term + value * result
    return result
