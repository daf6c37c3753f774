"""Equal small values that thousands of processes keep, as one value in memory."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

_MOST_NAMES = 32
_MOST_CHARACTERS = 64


def one_set(names: Collection[str]) -> frozenset[str]:
    """A set of texts: the same object as before where it is a small one that was asked for lately."""
    if len(names) > _MOST_NAMES or any(len(name) > _MOST_CHARACTERS for name in names):
        return frozenset(names)
    return _known(frozenset(names))


@lru_cache(maxsize=256)
def _known(names: frozenset[str]) -> frozenset[str]:
    return names
