"""Append-only sequences whose versions share their memory: container output and the list of events.

A `History` is (a list shared by all its versions, where this version ends): appending to the newest version is one list
append, and an old version still sees exactly its own entries. When a second branch appends to an old version, that
version copies what it sees first.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")


class History(Generic[T]):
    """An immutable sequence that grows cheaply and may forget its oldest entries.

    Entries are numbered from 0 for ever; `start` is the number of the oldest one still held, `end` of the next to come.

    Args:
        limit: how many entries are held at least; 0 holds all of them.
    """

    __slots__ = ("_items", "_offset", "end", "limit", "size_bytes")
    __stored__: ClassVar[dict[str, Any]] = {"end": int, "limit": int, "size_bytes": int, "held": list}

    def __init__(self, limit: int = 0) -> None:
        self._items: list[T] = []
        self._offset = 0  # the number of the first entry in _items
        self.end = 0
        self.limit = limit
        self.size_bytes = 0
        """What its entries take, as far as whoever appends them says so."""

    @classmethod
    def restored(cls, end: int, limit: int, size_bytes: int, held: list[T]) -> History[T]:
        """A history of what `__stored__` names. ValueError where it holds more than it has ever had."""
        made: History[T] = cls(limit)
        made._items, made._offset, made.end, made.size_bytes = held, end - len(held), end, size_bytes
        if made._offset < 0:
            raise ValueError(f"{len(held)} entries of {end}")
        return made

    @property
    def held(self) -> list[T]:
        """The entries that are held, as a list of its own. Time grows with what is returned."""
        return self.entries(self.start)

    @property
    def start(self) -> int:
        """The number of the oldest entry that is held."""
        return max(self._offset, self.end - self.limit) if self.limit else self._offset

    def append(self, item: T, size_bytes: int = 0) -> History[T]:
        """This history with one more entry. Constant time, amortised, on the newest version."""
        return self.extend([item], size_bytes)

    def extend(self, added: list[T], size_bytes: int = 0) -> History[T]:
        """This history with more entries. O(added), amortised, on the newest version."""
        items, offset = self._items, self._offset
        if len(items) != self.end - offset or (self.limit and len(items) >= 4 * self.limit):
            items, offset = self.entries(self.start), self.start
        items.extend(added)
        grown: History[T] = History.__new__(History)
        grown._items, grown._offset, grown.end, grown.limit = items, offset, self.end + len(added), self.limit
        grown.size_bytes = self.size_bytes + size_bytes
        return grown

    def since(self, number: int, size_bytes: int = 0) -> History[T]:
        """This history without the entries before a number; the others take that much. Time grows with what is left."""
        rest: History[T] = History.__new__(History)
        rest._items, rest.end, rest.limit = self.entries(number), self.end, self.limit
        rest._offset = self.end - len(rest._items)
        rest.size_bytes = size_bytes
        return rest

    def entries(self, since: int = 0, until: int | None = None) -> list[T]:
        """The entries from number `since` on (and before `until`) that are still held. Time grows with what is returned."""
        first = max(since, self.start)
        last = self.end if until is None else max(first, min(until, self.end))
        return self._items[first - self._offset : last - self._offset]

    def __len__(self) -> int:
        return self.end - self.start
