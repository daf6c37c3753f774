"""PostgreSQL's sorts, with the order that they give to rows that are equal: quicksort, and a heap where few are wanted.

Sources: sort_template.h, tuplesort.c (puttuple_common, make_bounded_heap, sort_bounded_heap).
"""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker.userland.languages.sql.bound import Value
from fakedocker.userland.languages.sql.sorting import SortKey, sorted_places


def quick_places(keys: Sequence[SortKey], values: Sequence[Sequence[Value]], wanted: int | None = None) -> list[int]:
    """The places of rows in their order as the server gives it. O(n log n) comparisons of small numbers.

    Args:
        values: for each row its values to sort by.
        wanted: how many of the first are looked at, None for all.
    """
    order = sorted_places(keys, values)
    ranks = [0] * len(order)
    rank = 0
    for number, place in enumerate(order):
        if number and _differ(keys, values[order[number - 1]], values[place]):
            rank += 1
        ranks[place] = rank
    if rank == len(order) - 1:
        return order  # no two are equal
    if wanted is not None and len(order) > 2 * wanted:
        return _heap_places(ranks, wanted)
    places = list(range(len(ranks)))
    _quicksort(places, ranks)
    return places


def _differ(keys: Sequence[SortKey], a: Sequence[Value], b: Sequence[Value]) -> bool:
    for key, x, y in zip(keys, a, b, strict=False):
        if x is None or y is None:
            if x is not y:
                return True
        elif (x != y) if key.key is None else (key.key(x) != key.key(y)):
            return True
    return False


def _middle(places: list[int], ranks: list[int], a: int, b: int, c: int) -> int:
    x, y, z = ranks[places[a]], ranks[places[b]], ranks[places[c]]
    if x < y:
        return b if y < z else c if x < z else a
    return b if y > z else a if x < z else c


def _pivot(places: list[int], ranks: list[int], low: int, count: int) -> int:
    middle = low + count // 2
    if count > 7:
        first, last = low, low + count - 1
        if count > 40:
            step = count // 8
            first = _middle(places, ranks, first, first + step, first + 2 * step)
            middle = _middle(places, ranks, middle - step, middle, middle + step)
            last = _middle(places, ranks, last - 2 * step, last - step, last)
        middle = _middle(places, ranks, first, middle, last)
    return middle


def _swapped(places: list[int], a: int, b: int, count: int) -> None:
    for step in range(count):
        places[a + step], places[b + step] = places[b + step], places[a + step]


def _quicksort(places: list[int], ranks: list[int]) -> None:
    pending = [(0, len(places))]
    while pending:
        low, count = pending.pop()
        if count < 7:
            _insertion(places, ranks, low, count)
            continue
        if all(ranks[places[at - 1]] <= ranks[places[at]] for at in range(low + 1, low + count)):
            continue
        below, above = _partitioned(places, ranks, low, count)
        pending += [part for part in ((low, below), (low + count - above, above)) if part[1] > 1]


def _insertion(places: list[int], ranks: list[int], low: int, count: int) -> None:
    for start in range(low + 1, low + count):
        at = start
        while at > low and ranks[places[at - 1]] > ranks[places[at]]:
            places[at - 1], places[at] = places[at], places[at - 1]
            at -= 1


def _partitioned(places: list[int], ranks: list[int], low: int, count: int) -> tuple[int, int]:
    """Divide a part around a pivot; how many are below it and above it."""
    pivot = _pivot(places, ranks, low, count)
    places[low], places[pivot] = places[pivot], places[low]
    wanted = ranks[places[low]]
    a = b = low + 1
    c = d = low + count - 1
    while True:
        while b <= c and (rank := ranks[places[b]]) <= wanted:
            if rank == wanted:
                places[a], places[b] = places[b], places[a]
                a += 1
            b += 1
        while b <= c and (rank := ranks[places[c]]) >= wanted:
            if rank == wanted:
                places[c], places[d] = places[d], places[c]
                d -= 1
            c -= 1
        if b > c:
            break
        places[b], places[c] = places[c], places[b]
        b, c = b + 1, c - 1
    end = low + count
    size = min(a - low, b - a)
    _swapped(places, low, b - size, size)
    size = min(d - c, end - d - 1)
    _swapped(places, b, end - size, size)
    return b - a, d - c


def _heap_places(ranks: list[int], wanted: int) -> list[int]:
    """The first ones: a heap of as many as are wanted, with the last of them on top."""
    heap: list[int] = []
    for place, rank in enumerate(ranks):
        if len(heap) < wanted:
            _inserted(heap, ranks, place)
        elif wanted and rank < ranks[heap[0]]:
            _sifted(heap, ranks, place, len(heap))
    for count in range(len(heap) - 1, 0, -1):
        top = heap[0]
        _sifted(heap, ranks, heap[count], count)
        heap[count] = top
    return heap


def _inserted(heap: list[int], ranks: list[int], place: int) -> None:
    heap.append(place)
    at = len(heap) - 1
    while at and ranks[place] > ranks[heap[(at - 1) >> 1]]:
        heap[at] = heap[(at - 1) >> 1]
        at = (at - 1) >> 1
    heap[at] = place


def _sifted(heap: list[int], ranks: list[int], place: int, count: int) -> None:
    """Put a row on top of the first `count` of a heap, and let it sink."""
    at = 0
    while (child := 2 * at + 1) < count:
        if child + 1 < count and ranks[heap[child]] < ranks[heap[child + 1]]:
            child += 1
        if ranks[place] >= ranks[heap[child]]:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = place
