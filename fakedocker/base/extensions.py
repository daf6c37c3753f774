"""Tables that others may add to: where something is looked up that no table of ours has. Who adds is not known here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Extension(Generic[T]):
    """What others bring of one kind, by name: nothing, until somebody fills it in (see `fakedocker.plugins`)."""

    def __init__(self) -> None:
        self._find: Callable[[str], T | None] = lambda name: None
        self._names: Callable[[], tuple[str, ...]] = tuple

    def fill(self, find: Callable[[str], T | None], names: Callable[[], tuple[str, ...]]) -> None:
        """Say where to look from now on."""
        self._find, self._names = find, names

    def find(self, name: str) -> T | None:
        """What is brought by a name; None where nobody brings it."""
        return self._find(name)

    def names(self) -> tuple[str, ...]:
        """The names of all that is brought, sorted."""
        return self._names()
