"""Hashes as CPython computes them, so that sets are gone through in its order.

Texts are hashed by SipHash under a key; the key is that of PYTHONHASHSEED, or of the world's seed where that is not set.
"""

from __future__ import annotations

from typing import Final

_MASK: Final = (1 << 64) - 1
_MOST_CACHED: Final = 1 << 14
Key = tuple[int, int, int]
"""The two words of the key, and how many rounds a block has."""


def key_of_seed(seed: int, minor: int) -> Key:
    """The key that CPython makes of a number in PYTHONHASHSEED."""
    rounds = 1 if minor >= 11 else 2
    if seed == 0:
        return (0, 0, rounds)
    found = bytearray()
    state = seed
    for _ in range(24):
        state = (state * 214013 + 2531011) & 0xFFFFFFFF
        found.append((state >> 16) & 0xFF)
    return (int.from_bytes(found[:8], "little"), int.from_bytes(found[8:16], "little"), rounds)


def _signed(value: int) -> int:
    value &= _MASK
    return value - (1 << 64) if value >> 63 else value


def sip_hash(key: Key, data: bytes) -> int:
    """SipHash-1-3 (or 2-4) of bytes, as a signed number. O(length)."""
    k0, k1, rounds = key
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    whole = len(data) - len(data) % 8
    for place in range(0, whole, 8):
        block = int.from_bytes(data[place : place + 8], "little")
        v[3] ^= block
        for _ in range(rounds):
            _round(v)
        v[0] ^= block
    last = (len(data) & 0xFF) << 56 | int.from_bytes(data[whole:], "little")
    v[3] ^= last
    for _ in range(rounds):
        _round(v)
    v[0] ^= last
    v[2] ^= 0xFF
    for _ in range(rounds + 2):
        _round(v)
    return _signed(v[0] ^ v[1] ^ v[2] ^ v[3])


def _round(v: list[int]) -> None:
    a, b, c, d = v
    a = (a + b) & _MASK
    b = ((b << 13) | (b >> 51)) & _MASK
    b ^= a
    a = ((a << 32) | (a >> 32)) & _MASK
    c = (c + d) & _MASK
    d = ((d << 16) | (d >> 48)) & _MASK
    d ^= c
    a = (a + d) & _MASK
    d = ((d << 21) | (d >> 43)) & _MASK
    d ^= a
    c = (c + b) & _MASK
    b = ((b << 17) | (b >> 47)) & _MASK
    b ^= c
    c = ((c << 32) | (c >> 32)) & _MASK
    v[:] = (a, b, c, d)


_CACHE: dict[tuple[Key, str | bytes], int] = {}


def hash_text(key: Key, text: str | bytes) -> int:
    """hash() of a str or bytes."""
    if not text:
        return 0
    found = _CACHE.get((key, text))
    if found is None:
        found = sip_hash(key, _buffer(text) if isinstance(text, str) else text)
        if found == -1:
            found = -2
        if len(_CACHE) >= _MOST_CACHED:
            _CACHE.clear()
        _CACHE[(key, text)] = found
    return found


def _buffer(text: str) -> bytes:
    """A text as it lies in CPython's memory: one, two or four bytes a character, as its largest one needs."""
    largest = max(text)
    if largest <= "\xff":
        return text.encode("latin-1")
    if largest <= "\uffff":
        return text.encode("utf-16-le", "surrogatepass")
    return text.encode("utf-32-le", "surrogatepass")


def hash_tuple(hashes: list[int]) -> int:
    """hash() of a tuple by those of its items."""
    first, second, fifth = 11400714785074694791, 14029467366897019727, 2870177450012600261
    found = fifth
    for lane in hashes:
        found = (found + (lane & _MASK) * second) & _MASK
        found = ((found << 31) | (found >> 33)) & _MASK
        found = (found * first) & _MASK
    found = (found + (len(hashes) ^ (fifth ^ 3527539))) & _MASK
    return 1546275796 if found == _MASK else _signed(found)


def hash_frozenset(hashes: list[int]) -> int:
    """hash() of a frozenset by those of its items."""
    found = 0
    for each in hashes:
        value = each & _MASK
        found ^= (((value ^ 89869747) ^ (value << 16)) * 3644798167) & _MASK
    found ^= ((len(hashes) + 1) * 1927868237) & _MASK
    found ^= (found >> 11) ^ (found >> 25)
    found = (found * 69069 + 907133923) & _MASK
    return 590923713 if found == _MASK else _signed(found)
