"""PostgreSQL's hash functions, and the order in which its hash tables give what has been put into them.

Sources: hashfn.c, hashfunc.c, numeric.c (hash_numeric), timestamp.c, execGrouping.c (TupleHashTableHash), simplehash.h.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from fakedocker.userland.languages.sql.bound import Value
from fakedocker.userland.languages.sql.pg_types import Type

_MASK: Final = 0xFFFFFFFF
_START: Final = 0x9E3779B9 + 3923095
_FILL: Final = 0.9
_LEAST_FILL: Final = 0.1
_FARTHEST: Final = 25
_MOST_MOVED: Final = 150


def _rotated(value: int, count: int) -> int:
    return ((value << count) | (value >> (32 - count))) & _MASK


def _finished(a: int, b: int, c: int) -> int:
    c = ((c ^ b) - _rotated(b, 14)) & _MASK
    a = ((a ^ c) - _rotated(c, 11)) & _MASK
    b = ((b ^ a) - _rotated(a, 25)) & _MASK
    c = ((c ^ b) - _rotated(b, 16)) & _MASK
    a = ((a ^ c) - _rotated(c, 4)) & _MASK
    b = ((b ^ a) - _rotated(a, 14)) & _MASK
    return ((c ^ b) - _rotated(b, 24)) & _MASK


def hash_bytes(data: bytes) -> int:
    """hash_bytes on a machine that has the lowest byte first. O(length)."""
    a = b = c = (_START + len(data)) & _MASK
    at = 0
    while len(data) - at >= 12:
        x, y, z = struct.unpack_from("<III", data, at)
        a, b, c = (a + x) & _MASK, (b + y) & _MASK, (c + z) & _MASK
        for first, second, third in ((4, 6, 8), (16, 19, 4)):
            a = (a - c) & _MASK ^ _rotated(c, first)
            c = (c + b) & _MASK
            b = (b - a) & _MASK ^ _rotated(a, second)
            a = (a + c) & _MASK
            c = (c - b) & _MASK ^ _rotated(b, third)
            b = (b + a) & _MASK
        at += 12
    rest = data[at:]
    a += int.from_bytes(rest[:4], "little")
    b += int.from_bytes(rest[4:8], "little")
    c += int.from_bytes(rest[8:], "little") << 8  # the lowest byte is kept for the length
    return _finished(a & _MASK, b & _MASK, c & _MASK)


def _hash_int4(value: int) -> int:
    start = (_START + 4) & _MASK
    return _finished((start + value) & _MASK, start, start)


def _hash_int8(value: int) -> int:
    low, high = value & _MASK, (value >> 32) & _MASK
    return _hash_int4(low ^ (high if value >= 0 else ~high & _MASK))


def _hash_numeric(value: Decimal) -> int:
    _, figures, exponent = value.as_tuple()
    text = "".join(map(str, figures)).lstrip("0")
    if not text or not isinstance(exponent, int):
        return _MASK  # of nought
    if exponent % 4:
        text += "0" * (exponent % 4)
        exponent -= exponent % 4
    text = text.zfill(-(-len(text) // 4) * 4)
    groups = [int(text[at : at + 4]) for at in range(0, len(text), 4)]
    weight = len(groups) + exponent // 4 - 1
    while groups[-1] == 0:
        groups.pop()
    return hash_bytes(struct.pack(f"<{len(groups)}h", *groups)) ^ weight & _MASK


def _hash_float(value: float) -> int:
    return 0 if value == 0 else hash_bytes(struct.pack("<d", value))


_OF_TYPES: Final[dict[str, Callable[[Value], int]]] = {
    **dict.fromkeys(("int2", "int4", "date"), _hash_int4),
    **dict.fromkeys(("int8", "timestamp", "timestamptz", "time"), _hash_int8),
    **dict.fromkeys(("float4", "float8"), _hash_float),
    **dict.fromkeys(("text", "varchar", "name"), lambda text: hash_bytes(text.encode())),
    "bpchar": lambda text: hash_bytes(text.rstrip(" ").encode()),
    "bool": lambda value: _hash_int4(int(value)),
    "numeric": _hash_numeric,
    "uuid": lambda text: hash_bytes(bytes.fromhex(text.replace("-", ""))),
}
_EPOCH_DAYS: Final = 10957
"""Days from 1970 to 2000, from which PostgreSQL counts."""
_SHIFTS: Final = {"date": _EPOCH_DAYS, **dict.fromkeys(("timestamp", "timestamptz"), _EPOCH_DAYS * 86_400_000_000)}


def hasher_of(kind: Type) -> Callable[[Value], int] | None:
    """A type's hash function; None where it is not known."""
    function, shift = _OF_TYPES.get(kind.name), _SHIFTS.get(kind.name, 0)
    if function is None or not shift:
        return function
    return lambda value: function(value - shift)


def row_hasher(kinds: Sequence[Type]) -> Callable[[Sequence[Value]], int] | None:
    """What hashes a row's keys as a table of groups does; None where a type's hash is not known."""
    parts = [hasher_of(kind) for kind in kinds]
    if None in parts:
        return None

    def hashed(values: Sequence[Value]) -> int:
        found = 0
        for value, function in zip(values, parts, strict=True):
            found = _rotated(found, 1)
            if value is not None and function is not None:
                found ^= function(value)
        found ^= found >> 16
        found = found * 0x85EBCA6B & _MASK
        found ^= found >> 13
        found = found * 0xC2B2AE35 & _MASK
        return found ^ found >> 16

    return hashed


class HashTable:
    """Where things with these hashes stand in a table: only their order comes out.

    Args:
        expected: how many things the planner thinks will come.
    """

    def __init__(self, expected: float) -> None:
        self._resize(max(2, int(min(expected, 1 << 26) / _FILL)))

    def _resize(self, least: int) -> None:
        self.size = 1 << (least - 1).bit_length()
        self.slots: list[tuple[int, int] | None] = [None] * self.size
        self.threshold = int(self.size * _FILL)
        self.count = 0

    def order(self, hashes: Sequence[int], again: bool = False) -> list[int]:
        """The places of things in the order in which the table gives them; they are put into it one after the other.

        O(n) on the average.

        Args:
            again: whether something that is there already is looked for behind the last one; a full table grows then.
        """
        for place, value in enumerate(hashes):
            while not self._put(place, value):
                self._grow()
        if again and self.count >= self.threshold:
            self._grow()
        mask = self.size - 1
        start = next((at for at, slot in enumerate(self.slots) if slot is None), 0)
        slots = (self.slots[(start - step) & mask] for step in range(self.size))
        return [slot[0] for slot in slots if slot is not None]

    def _put(self, place: int, value: int) -> bool:
        """Whether there was room for it."""
        if self.count >= self.threshold:
            return False
        mask, slots = self.size - 1, self.slots
        at, distance = value & mask, 0
        crowded = self.count / self.size >= _LEAST_FILL
        while (slot := slots[at]) is not None:
            if distance > (at - (slot[1] & mask)) & mask:
                end, moved = (at + 1) & mask, 0
                while slots[end] is not None:
                    moved += 1
                    if moved > _MOST_MOVED and crowded:
                        return False
                    end = (end + 1) & mask
                while end != at:
                    slots[end] = slots[(end - 1) & mask]
                    end = (end - 1) & mask
                break
            at, distance = (at + 1) & mask, distance + 1
            if distance > _FARTHEST and crowded:
                return False
        slots[at] = (place, value)
        self.count += 1
        return True

    def _grow(self) -> None:
        old, mask, count = self.slots, self.size - 1, self.count
        start = next((at for at, slot in enumerate(old) if slot is None or slot[1] & mask == at), 0)
        self._resize(self.size * 2)
        self.count = count
        for step in range(len(old)):
            slot = old[(start + step) & mask]
            if slot is None:
                continue
            at = slot[1] & (self.size - 1)
            while self.slots[at] is not None:
                at = (at + 1) & (self.size - 1)
            self.slots[at] = slot
