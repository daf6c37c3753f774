"""Rows in order, and groups of equal rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from fakedocker.userland.languages.sql.bound import Value

Key = Callable[[Value], Any] | None


class SortKey(NamedTuple):
    """One of ORDER BY's.

    Args:
        key: what makes values comparable.
        descending, nulls_first: which way.
    """

    key: Key
    descending: bool
    nulls_first: bool


def sorted_places(keys: Sequence[SortKey], values: Sequence[Sequence[Value]]) -> list[int]:
    """The places of rows in their order; equal ones stay as they are. O(n log n).

    Args:
        values: for each row its values to sort by.
    """
    places = list(range(len(values)))
    for number in range(len(keys) - 1, -1, -1):
        key, descending, nulls_first = keys[number]
        missing = [place for place in places if values[place][number] is None]
        present = [place for place in places if values[place][number] is not None]
        if key is None:
            present.sort(key=lambda place: values[place][number], reverse=descending)
        else:
            made = {place: key(values[place][number]) for place in present}
            present.sort(key=made.__getitem__, reverse=descending)
        places = missing + present if nulls_first else present + missing
    return places


def key_maker(
    keys: Sequence[Key],
) -> Callable[[Sequence[Value]], tuple[Any, ...]]:  # Any: a value of SQL's, what runs it, or a binder of either dialect
    """What makes a key of a row by which equal rows are the same."""
    if all(key is None for key in keys):
        return tuple

    def make(values: Sequence[Value]) -> tuple[Any, ...]:
        return tuple(
            value if key is None or value is None else key(value) for key, value in zip(keys, values, strict=True)
        )

    return make
