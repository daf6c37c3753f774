"""The order in which ash lists its variables."""

from __future__ import annotations

from functools import lru_cache


def _bucket(name: str) -> int:
    """Where ash keeps a variable; its listings follow this order."""
    return ((ord(name[0]) << 4) + sum(map(ord, name))) % 39


@lru_cache(1024)
def in_buckets(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names, key=_bucket))
