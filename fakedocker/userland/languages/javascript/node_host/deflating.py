"""Deflated data as node makes it: zlib's search for matches, with the hash of four bytes that Chromium's zlib has.

What comes out differs from what the classic zlib makes, so the host's library cannot give it. Checked against node 20.20.2.
"""

from __future__ import annotations

from struct import unpack_from
from typing import Final, NamedTuple

from fakedocker.userland.languages.javascript.node_host.huffman import STORED_MOST, BitWriter, Block, write_stored
from fakedocker.userland.languages.machine.cells import NotSimulated

_LEAST_MATCH: Final = 3
_MOST_MATCH: Final = 258
_MOST_BACK: Final = (1 << 15) - (_MOST_MATCH + _LEAST_MATCH + 1)
_TOO_FAR: Final = 4096
_MOST_STEPS: Final = 1_500_000
"""How many places are looked at for matches, at most."""
_MOST_SYMBOLS: Final = (1 << 14) - 1
"""After how many a block ends."""


class _Effort(NamedTuple):
    """How hard a level looks: the match at which it looks less, at which it looks no further on, at which it stops; its most steps."""

    good: int
    lazy: int
    nice: int
    chain: int


_EFFORTS: Final = {
    1: _Effort(4, 4, 8, 4), 2: _Effort(4, 5, 16, 8), 3: _Effort(4, 6, 32, 32), 4: _Effort(4, 4, 16, 16), 5: _Effort(8, 16, 32, 32),
    6: _Effort(8, 16, 128, 128), 7: _Effort(8, 32, 128, 256), 8: _Effort(32, 128, 258, 1024), 9: _Effort(32, 258, 258, 4096),
}  # fmt: skip
_LEAST_LAZY: Final = 4
"""The level from which on a match waits for a better one behind it."""


def deflate(data: bytes, level: int) -> bytes:
    """A whole stream of raw deflated data, of level 0 to 9. O(len(data)), times the steps of the level; NotSimulated for too many."""
    bits = BitWriter()
    if level == 0:
        write_stored(bits, data[:STORED_MOST], is_last=True)
    elif level < _LEAST_LAZY:
        _Search(data, _EFFORTS[level], bits).run_eager()
    else:
        _Search(data, _EFFORTS[level], bits).run_lazy()
    bits.align()
    return bytes(bits.out)


class _Search:
    """The data, where each hash was last, and where it was before that."""

    def __init__(self, data: bytes, effort: _Effort, bits: BitWriter) -> None:
        self.data = data
        self.effort = effort
        self.bits = bits
        self.block = Block()
        self._block_start = 0
        self._steps = 0
        self._heads: dict[int, int] = {}
        self._before = [0] * len(data)
        self._hashes = _hashes_of(data)

    def _insert(self, at: int) -> int:
        """Note a place; gives the last one with the same hash, 0 for none."""
        found = self._heads.get(self._hashes[at], 0)
        self._heads[self._hashes[at]] = at
        self._before[at] = found
        return found

    def _longest(self, at: int, match: int, best: int) -> tuple[int, int]:
        """The longest match that is longer than `best`: its length, and its place or -1."""
        data, before = self.data, self._before
        ahead, limit, start = len(data) - at, max(at - _MOST_BACK, 0), -1
        most, nice = min(_MOST_MATCH, ahead), min(self.effort.nice, ahead)
        chain = self.effort.chain >> 2 if best >= self.effort.good else self.effort.chain
        if best >= most:
            return min(best, ahead), -1
        last = data[at + best - 1 : at + best + 1]
        while True:
            if data[match + best - 1 : match + best + 1] == last and data[match : match + 2] == data[at : at + 2]:
                length = _common(data, match, at, most)
                if length > best:
                    start, best = match, length
                    if length >= nice:
                        break
                    last = data[at + best - 1 : at + best + 1]
            match = before[match]
            chain -= 1
            if match <= limit or chain == 0:
                break
        self._steps += self.effort.chain - chain
        if self._steps > _MOST_STEPS:
            raise NotSimulated("so long a search for what data repeats")
        return min(best, ahead), start

    def _tell(self, distance: int, value: int) -> bool:
        """Add a symbol to the block; whether that is full."""
        self.block.symbols.append((distance, value))
        return len(self.block.symbols) == _MOST_SYMBOLS

    def _end_block(self, at: int, *, is_last: bool = False) -> None:
        self.block.write(self.bits, self.data[self._block_start : at], is_last=is_last)
        self._block_start = at

    def run_eager(self) -> None:
        """Take each match that is found."""
        at, size, most_inserted = 0, len(self.data), self.effort.lazy
        while at < size:
            head = self._insert(at) if size - at >= _LEAST_MATCH else 0
            length, start = _LEAST_MATCH - 1, -1
            if head and at - head <= _MOST_BACK:
                length, start = self._longest(at, head, length)
            if length < _LEAST_MATCH or start < 0:
                is_full = self._tell(0, self.data[at])
                at += 1
            else:
                is_full = self._tell(at - start, length)
                if length <= most_inserted and size - at - length >= _LEAST_MATCH:
                    for place in range(at + 1, at + length):
                        self._insert(place)
                at += length
            if is_full:
                self._end_block(at)
        self._end_block(at, is_last=True)

    def run_lazy(self) -> None:
        """Take a match if the next place has no better one."""
        at, size, lazy = 0, len(self.data), self.effort.lazy
        length, start, is_pending = _LEAST_MATCH - 1, 0, False
        while at < size:
            head = self._insert(at) if size - at >= _LEAST_MATCH else 0
            last_length, last_start, length = length, start, _LEAST_MATCH - 1
            if head and last_length < lazy and at - head <= _MOST_BACK:
                length, found = self._longest(at, head, last_length)
                start = found if found >= 0 else start
                if length == _LEAST_MATCH and at - start > _TOO_FAR:
                    length = _LEAST_MATCH - 1
            is_full = False
            if last_length >= _LEAST_MATCH and length <= last_length:
                is_full = self._tell(at - 1 - last_start, last_length)
                for place in range(at + 1, min(at + last_length - 1, size - _LEAST_MATCH + 1)):
                    self._insert(place)
                at += last_length - 1
                is_pending, length = False, _LEAST_MATCH - 1
                if is_full:
                    self._end_block(at)
                continue
            if is_pending:
                is_full = self._tell(0, self.data[at - 1])
                if is_full:
                    self._end_block(at)
            is_pending = True
            at += 1
        if is_pending:
            self._tell(0, self.data[at - 1])
        self._end_block(at, is_last=True)


def _hashes_of(data: bytes) -> list[int]:
    """The hash of the four bytes at each place; behind the end are zeros."""
    padded, found = data + bytes(7), [0] * len(data)
    for shift in range(min(4, len(data))):
        words = unpack_from(f"<{(len(data) + 3 - shift) // 4}I", padded, shift)
        found[shift::4] = [((word * 66521 + 66521) & 0xFFFFFFFF) >> 16 & 0x7FFF for word in words]
    return found


def _common(data: bytes, match: int, at: int, most: int) -> int:
    """How many bytes two places have in common, up to `most`."""
    low, high = 2, 16
    while high < most and data[match + low : match + high] == data[at + low : at + high]:
        low, high = high, high * 2
    high = min(high, most)
    while low < high and data[match + low] == data[at + low]:
        low += 1
    return low
