"""The persistent map, and the table that changes one.

This is the only module that names the map library. A `Map` is an immutable hash map: setting a key gives a new map that
shares nearly everything with the old one. A `Table` collects changes over a `Map` in a plain dict, so that a busy turn
works at dict speed and pays for persistence once, when it is frozen. It must not know what is stored in it.

Map order follows the hashes of its keys, which for str differ from process to process: whoever shows entries sorts
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

import immutables

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")

Map = immutables.Map


class _Gone:
    """Marks a key that was deleted since the last freeze."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<gone>"


GONE: Any = _Gone()
_MISSING: Any = object()
_EMPTY: Any = Map()
_FEW = 3
"""Up to this many changes are made one by one, which is then cheaper than a mutation."""


class Table(Generic[K, V]):
    """A persistent map in the middle of being changed.

    Reading sees the changes. `freeze` folds them into a new map (time grows with the number of changes) and is free
    when there are none; `rollback` forgets them. Values must be treated as immutable once frozen: to change one, put a
    new one.

    Args:
        base: the map to start from.
        dirty: where the table puts its name at the first change after a freeze or rollback; None for nowhere.
        name: what that is.

    Attributes:
        size: how many keys it has.
    """

    __slots__ = ("_base", "_changes", "_dirty", "_name", "size")

    def __init__(self, base: Map[K, V] = _EMPTY, dirty: list[str] | None = None, name: str = "") -> None:
        self._base = base
        self._changes: dict[K, V] = {}
        self.size = len(base)
        self._dirty = dirty
        self._name = name

    @overload
    def get(self, key: K) -> V | None: ...
    @overload
    def get(self, key: K, default: D) -> V | D: ...
    def get(self, key: K, default: Any = None) -> Any:  # Any: see the overloads
        value = self._changes.get(key, _MISSING)
        if value is _MISSING:
            return self._base.get(key, default)
        return default if value is GONE else value

    def __getitem__(self, key: K) -> V:
        value: Any = self._changes.get(key, _MISSING)
        if value is _MISSING:
            return self._base[key]
        if value is GONE:
            raise KeyError(key)
        return value  # type: ignore[no-any-return]  # what is neither mark is a value

    def __contains__(self, key: object) -> bool:
        value = self._changes.get(key, _MISSING)  # type: ignore[arg-type]  # any object may be asked for
        if value is _MISSING:
            return key in self._base
        return value is not GONE

    def __setitem__(self, key: K, value: V) -> None:
        changes = self._changes
        held: Any = changes.get(key, _MISSING)
        if held is GONE or (held is _MISSING and key not in self._base):
            self.size += 1
        if not changes and self._dirty is not None:
            self._dirty.append(self._name)
        changes[key] = value

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        if not self._changes and self._dirty is not None:
            self._dirty.append(self._name)
        self.size -= 1
        if key in self._base:
            self._changes[key] = GONE
        else:
            del self._changes[key]

    def pop(self, key: K) -> V | None:
        """Remove a key and give its value, or None where there is none."""
        value = self.get(key)
        if key in self:
            del self[key]
        return value

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        return self.size > 0

    def __iter__(self) -> Iterator[K]:
        return (key for key, _ in self.items())

    def items(self) -> Iterator[tuple[K, V]]:
        """All entries, in no order that may be shown. Time grows with the size of the map."""
        changes = self._changes
        if not changes:
            yield from self._base.items()
            return
        for key, value in self._base.items():
            if key not in changes:
                yield key, value
        for key, value in list(changes.items()):
            if value is not GONE:
                yield key, value

    def values(self) -> Iterator[V]:
        return (value for _, value in self.items()) if self._changes else iter(self._base.values())

    def freeze(self) -> Map[K, V]:
        """The map with all changes in it; the table goes on from there."""
        changes = self._changes
        if changes:
            if len(changes) <= _FEW:
                base = self._base
                for key, value in changes.items():
                    base = base.delete(key) if value is GONE else base.set(key, value)
                self._base = base
            else:
                self._base = self._many_changed(changes)
            self._changes = {}
        return self._base

    def _many_changed(self, changes: dict[K, V]) -> Map[K, V]:
        mutation = self._base.mutate()
        for key, value in changes.items():
            if value is GONE:
                del mutation[key]
            else:
                mutation[key] = value
        return mutation.finish()

    def rollback(self) -> None:
        """Forget every change since the last freeze."""
        self._changes = {}
        self.size = len(self._base)

    def reset(self, base: Map[K, V]) -> None:
        """Start again from another map."""
        self._base, self._changes, self.size = base, {}, len(base)
