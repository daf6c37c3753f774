"""The timers: a persistent heap of plain tuples.

A pairing heap whose nodes are `(at_ns, sequence, kind, key, children)`, children being a chain `(node, rest)` or ().
Adding makes one node and shares the rest, so any older heap stays what it was. Who cancels an entry leaves it in and
lets it be found stale when it is due; the queue drops stale entries from its top, and is rebuilt when most are stale.

This module must not know what the entries wake.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, TypeAlias

Heap: TypeAlias = tuple[Any, ...]
"""A node, or () for a heap with nothing in it."""
Entry: TypeAlias = tuple[int, int, str, Any]
"""(at_ns, sequence, kind, key); sequence is unique, so that kinds and keys are never compared."""


def meld(one: Heap, other: Heap) -> Heap:
    """Both heaps as one. O(1)."""
    if not one:
        return other
    if not other:
        return one
    if (one[0], one[1]) > (other[0], other[1]):
        one, other = other, one
    return (one[0], one[1], one[2], one[3], (other, one[4]))


def without_first(heap: Heap) -> Heap:
    """The heap less its first entry. Amortised O(log n)."""
    pairs: list[Heap] = []
    chain = heap[4]
    while chain:
        first, chain = chain
        if chain:
            second, chain = chain
            first = meld(first, second)
        pairs.append(first)
    merged: Heap = ()
    for pair in reversed(pairs):
        merged = meld(merged, pair)
    return merged


def entries(heap: Heap) -> list[Entry]:
    """All entries, in order; for saving and for looking. O(n log n)."""
    found: list[Entry] = []
    pending = [heap] if heap else []
    while pending:
        node = pending.pop()
        found.append(node[:4])
        chain = node[4]
        while chain:
            child, chain = chain
            pending.append(child)
    return sorted(found, key=lambda entry: entry[:2])


def build(saved: list[Entry]) -> Heap:
    """The heap of entries in order, as `entries` gave them."""
    heap: Heap = ()
    for entry in reversed(saved):
        heap = meld(heap, (*entry, ()))
    return heap


class TimerQueue:
    """A heap in the middle of being changed: what was added since the last freeze waits in a plain heap.

    Args:
        is_live: tells whether an entry still counts.
    """

    __slots__ = ("_base", "_changed", "_is_live", "_patience", "_recent", "_stale")

    def __init__(self, base: Heap, is_live: Callable[[Entry], bool]) -> None:
        self._base = base
        self._recent: list[Entry] = []
        self._is_live = is_live
        self._stale = 0
        self._patience = 1000
        self._changed = False

    def add(self, entry: Entry) -> None:
        heappush(self._recent, entry)
        self._changed = True

    def cancelled(self) -> None:
        """Say that an entry has become stale. Amortised O(log n): they are swept out together, once most are stale."""
        self._stale += 1
        if self._stale > self._patience:
            live = [entry for entry in self._all() if self._is_live(entry)]
            self._stale, self._patience = 0, max(1000, len(live))
            self._base, self._recent, self._changed = (), live, True

    def first(self) -> Entry | None:
        """The first live entry; stale ones before it are dropped."""
        while True:
            base, recent = self._base, self._recent
            is_recent = bool(recent) and (not base or recent[0][:2] < (base[0], base[1]))
            if is_recent:
                entry = recent[0]
            elif base:
                entry = base[:4]
            else:
                return None
            if self._is_live(entry):
                return entry
            self._drop(is_recent)

    def pop_due(self, now_ns: int) -> Entry | None:
        """Take off the first entry that is due, if any. It may be stale: who cancelled it can tell."""
        base, recent = self._base, self._recent
        is_recent = bool(recent) and (not base or recent[0][:2] < (base[0], base[1]))
        if is_recent:
            entry = recent[0]
        elif base:
            entry = base[:4]
        else:
            return None
        if entry[0] > now_ns:
            return None
        self._drop(is_recent)
        return entry

    def freeze(self) -> Heap:
        """The persistent heap with everything in it. O(entries added since the last freeze)."""
        if self._recent:
            for entry in reversed(self._recent):
                self._base = meld(self._base, (*entry, ()))
            self._recent = []
        self._changed = False
        return self._base

    @property
    def changed(self) -> bool:
        return self._changed

    def reset(self, base: Heap) -> None:
        self._base, self._recent, self._stale, self._changed = base, [], 0, False

    def _drop(self, is_recent: bool) -> None:
        if is_recent:
            heappop(self._recent)
        else:
            self._base = without_first(self._base)
        self._changed = True

    def _all(self) -> list[Entry]:
        return sorted([*self._recent, *entries(self._base)], key=lambda entry: entry[:2])
