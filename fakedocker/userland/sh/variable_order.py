"""The order in which ash lists its variables, and what of an environment no shell has as a variable."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache


def _bucket(name: str) -> int:
    """Where ash keeps a variable; its listings follow this order."""
    return ((ord(name[0]) << 4) + sum(map(ord, name))) % 39


@lru_cache(1024)
def in_buckets(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(names, key=_bucket))


def foreign(environment: Mapping[str, str]) -> dict[str, str]:
    """What was given under names that no variable can have (`a.b`): bash passes it on, the other shells drop it."""
    return {name: value for name, value in environment.items() if not (name.isidentifier() and name.isascii())}
