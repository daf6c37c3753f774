"""Blocks of deflated data: the trees of a block and how it is written, as zlib decides it (RFC 1951; the order of ties is zlib's)."""

from __future__ import annotations

from typing import Final

MOST_BITS: Final = 15
_LITERALS: Final = 286
_DISTANCES: Final = 30
_LENGTH_CODES: Final = 19
_END_OF_BLOCK: Final = 256
_LENGTH_EXTRA: Final = (0,) * 8 + (1,) * 4 + (2,) * 4 + (3,) * 4 + (4,) * 4 + (5,) * 4 + (0,)
_DISTANCE_EXTRA: Final = (0, 0, 0, 0, *(extra for extra in range(1, 14) for _ in range(2)))
_RUN_EXTRA: Final = (0,) * 16 + (2, 3, 7)
_ORDER: Final = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
STORED_MOST: Final = 0xFFFF


def _bases(extras: tuple[int, ...], first: int) -> list[int]:
    found, base = [], first
    for extra in extras:
        found.append(base)
        base += 1 << extra
    return found


_LENGTH_BASE: Final = [*_bases(_LENGTH_EXTRA[:-1], 0), 255]
_DISTANCE_BASE: Final = _bases(_DISTANCE_EXTRA, 0)


def _codes_of(bases: list[int], most: int) -> list[int]:
    """The code of each value from 0 on, by the least value of each code."""
    found, code = [], 0
    for value in range(most):
        while code + 1 < len(bases) and bases[code + 1] <= value:
            code += 1
        found.append(code)
    return found


_LENGTH_CODE: Final = _codes_of(_LENGTH_BASE, 256)
_DISTANCE_CODE: Final = _codes_of(_DISTANCE_BASE, 1 << 15)


def _reversed_codes(lengths: list[int]) -> list[int]:
    """The code of each symbol, its first bit last, from how many bits each has."""
    count = [0] * (MOST_BITS + 2)
    for length in lengths:
        count[length] += 1
    count[0] = 0
    following, code = [0] * (MOST_BITS + 2), 0
    for bits in range(1, MOST_BITS + 1):
        code = (code + count[bits - 1]) << 1
        following[bits] = code
    found = []
    for length in lengths:
        if length == 0:
            found.append(0)
            continue
        found.append(int(f"{following[length]:0{length}b}"[::-1], 2))
        following[length] += 1
    return found


_STATIC_LENGTHS: Final = [8] * 144 + [9] * 112 + [7] * 24 + [8] * 8
_STATIC_CODES: Final = _reversed_codes(_STATIC_LENGTHS)
_STATIC_DISTANCES: Final = [int(f"{code:05b}"[::-1], 2) for code in range(_DISTANCES)]


class BitWriter:
    """Bits that become bytes, the first one lowest."""

    def __init__(self) -> None:
        self.out = bytearray()
        self._held = 0
        self._count = 0

    def put(self, value: int, bits: int) -> None:
        """Add some bits."""
        self._held |= value << self._count
        self._count += bits
        while self._count >= 8:
            self.out.append(self._held & 255)
            self._held >>= 8
            self._count -= 8

    def align(self) -> None:
        """Fill the byte that is begun."""
        if self._count:
            self.out.append(self._held & 255)
        self._held = self._count = 0


def _tree(frequencies: list[int], extras: tuple[int, ...], extra_base: int, most_bits: int) -> tuple[list[int], int]:
    """How many bits each symbol has, and the last symbol that is there. Two at least have a code."""
    size = len(frequencies)
    counts = [*frequencies, *([0] * (size + 2))]
    depth = [0] * len(counts)
    heap = [symbol for symbol in range(size) if counts[symbol]]
    last = heap[-1] if heap else -1
    while len(heap) < 2:
        symbol = last + 1 if last < 2 else 0
        last = symbol if last < 2 else last
        heap.append(symbol)
        counts[symbol] = 1
    order = _merged(counts, depth, heap, size)
    return _lengths(order, size, most_bits), last


def _merged(counts: list[int], depth: list[int], given: list[int], size: int) -> list[tuple[int, int]]:
    """The nodes from the root down, each with its parent; ties go to the node that is less deep."""
    heap = [0, *given]

    def before(left: int, right: int) -> bool:
        return counts[left] < counts[right] or (counts[left] == counts[right] and depth[left] <= depth[right])

    def sink(place: int) -> None:
        value, child, end = heap[place], place * 2, len(heap) - 1
        while child <= end:
            if child < end and before(heap[child + 1], heap[child]):
                child += 1
            if before(value, heap[child]):
                break
            heap[place] = heap[child]
            place, child = child, child * 2
        heap[place] = value

    for place in range((len(heap) - 1) // 2, 0, -1):
        sink(place)
    taken: list[int] = []
    parents: dict[int, int] = {}
    node = size
    while len(heap) > 2:
        first = heap[1]
        heap[1] = heap[-1]
        heap.pop()
        sink(1)
        second = heap[1]
        taken += (first, second)
        counts[node] = counts[first] + counts[second]
        depth[node] = max(depth[first], depth[second]) + 1
        parents[first] = parents[second] = node
        heap[1] = node
        node += 1
        sink(1)
    taken.append(heap[1])
    return [(part, parents.get(part, -1)) for part in reversed(taken)]


def _lengths(order: list[tuple[int, int]], size: int, most_bits: int) -> list[int]:
    bits: dict[int, int] = {order[0][0]: 0}
    count = [0] * (most_bits + 1)
    overflow = 0
    for node, parent in order[1:]:
        length = bits[parent] + 1
        if length > most_bits:
            length, overflow = most_bits, overflow + 1
        bits[node] = length
        if node < size:
            count[length] += 1
    found = [bits.get(symbol, 0) for symbol in range(size)]
    if not overflow:
        return found
    while overflow > 0:
        length = most_bits - 1
        while count[length] == 0:
            length -= 1
        count[length] -= 1
        count[length + 1] += 2
        count[most_bits] -= 1
        overflow -= 2
    leaves = [node for node, _ in reversed(order) if node < size]
    place = 0
    for length in range(most_bits, 0, -1):
        for _ in range(count[length]):
            found[leaves[place]] = length
            place += 1
    return found


def _runs(lengths: list[int], last: int) -> list[tuple[int, int, int]]:
    """Lengths of codes as their own code has them: (symbol, extra value, extra bits)."""
    found: list[tuple[int, int, int]] = []
    previous, following, count = -1, lengths[0], 0
    most, least = (138, 3) if following == 0 else (7, 4)
    for place in range(last + 1):
        current = following
        following = lengths[place + 1] if place < last else -1
        count += 1
        if count < most and current == following:
            continue
        if count < least:
            found += [(current, 0, 0)] * count
        elif current != 0:
            if current != previous:
                found.append((current, 0, 0))
                count -= 1
            found.append((16, count - 3, 2))
        elif count <= 10:
            found.append((17, count - 3, 3))
        else:
            found.append((18, count - 11, 7))
        count, previous = 0, current
        most, least = (138, 3) if following == 0 else (6, 3) if current == following else (7, 4)
    return found


class Block:
    """The symbols of a block: literals as (0, byte), matches as (distance, length)."""

    def __init__(self) -> None:
        self.symbols: list[tuple[int, int]] = []

    def write(self, bits: BitWriter, stored: bytes, *, is_last: bool) -> None:
        """Write them in the shortest of the three ways; `stored`: the data itself."""
        literals, distances = [0] * _LITERALS, [0] * _DISTANCES
        literals[_END_OF_BLOCK] = 1
        for distance, value in self.symbols:
            if distance:
                literals[_LENGTH_CODE[value - 3] + 257] += 1
                distances[_DISTANCE_CODE[distance - 1]] += 1
            else:
                literals[value] += 1
        of_literals, last_literal = _tree(literals, _LENGTH_EXTRA, 257, MOST_BITS)
        of_distances, last_distance = _tree(distances, _DISTANCE_EXTRA, 0, MOST_BITS)
        runs = [*_runs(of_literals, last_literal), *_runs(of_distances, last_distance)]
        of_runs, _ = _tree(_counted(runs), _RUN_EXTRA, 0, 7)
        sent = next((place for place in range(_LENGTH_CODES - 1, 2, -1) if of_runs[_ORDER[place]]), 2) + 1
        extra = _extra_bits(literals, distances)
        dynamic_bits = extra + sum(map(_times, literals, of_literals)) + sum(map(_times, distances, of_distances))
        dynamic_bits += 3 * sent + 14 + sum(of_runs[symbol] + more for symbol, _, more in runs)
        static_bits = extra + sum(map(_times, literals, _STATIC_LENGTHS)) + 5 * sum(distances)
        dynamic, static = (dynamic_bits + 10) >> 3, (static_bits + 10) >> 3
        least = min(static, dynamic)
        if len(stored) + 4 <= least:
            write_stored(bits, stored, is_last=is_last)
        elif static == least:
            bits.put(2 + is_last, 3)
            self._write_symbols(bits, _STATIC_LENGTHS, _STATIC_CODES, [5] * _DISTANCES, _STATIC_DISTANCES)
        else:
            bits.put(4 + is_last, 3)
            _write_trees(bits, runs, of_runs, (last_literal, last_distance, sent))
            codes = _reversed_codes(of_literals), _reversed_codes(of_distances)
            self._write_symbols(bits, of_literals, codes[0], of_distances, codes[1])
        self.symbols = []

    def _write_symbols(
        self,
        bits: BitWriter,
        lengths: list[int],
        codes: list[int],
        distance_lengths: list[int],
        distance_codes: list[int],
    ) -> None:
        for distance, value in self.symbols:
            if not distance:
                bits.put(codes[value], lengths[value])
                continue
            code = _LENGTH_CODE[value - 3]
            bits.put(codes[code + 257], lengths[code + 257])
            bits.put(value - 3 - _LENGTH_BASE[code], _LENGTH_EXTRA[code])
            code = _DISTANCE_CODE[distance - 1]
            bits.put(distance_codes[code], distance_lengths[code])
            bits.put(distance - 1 - _DISTANCE_BASE[code], _DISTANCE_EXTRA[code])
        bits.put(codes[_END_OF_BLOCK], lengths[_END_OF_BLOCK])


def _times(count: int, bits: int) -> int:
    return count * bits


def _extra_bits(literals: list[int], distances: list[int]) -> int:
    of_lengths = sum(map(_times, literals[257:], _LENGTH_EXTRA))
    return of_lengths + sum(map(_times, distances, _DISTANCE_EXTRA))


def _counted(runs: list[tuple[int, int, int]]) -> list[int]:
    found = [0] * _LENGTH_CODES
    for symbol, _, _ in runs:
        found[symbol] += 1
    return found


def _write_trees(
    bits: BitWriter, runs: list[tuple[int, int, int]], lengths: list[int], sizes: tuple[int, int, int]
) -> None:
    last_literal, last_distance, sent = sizes
    bits.put(last_literal - 256, 5)
    bits.put(last_distance, 5)
    bits.put(sent - 4, 4)
    for place in range(sent):
        bits.put(lengths[_ORDER[place]], 3)
    codes = _reversed_codes(lengths)
    for symbol, value, extra in runs:
        bits.put(codes[symbol], lengths[symbol])
        bits.put(value, extra)


def write_stored(bits: BitWriter, data: bytes, *, is_last: bool) -> None:
    """A block of the data itself, at most `STORED_MOST` bytes."""
    bits.put(int(is_last), 3)
    bits.align()
    bits.out += len(data).to_bytes(2, "little") + (len(data) ^ 0xFFFF).to_bytes(2, "little") + data
