"""Errands outside of the simulation: what the daemon sends for, from registries and the web, and who fetches it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fakedocker.operations.registry import external
from fakedocker.registry.errands import AnyErrand, Failed, Result
from fakedocker.world.draft import Notice


class Errands:
    """Those that have not been done yet, by the number of their task.

    Attributes:
        performers: who does errands, None for those of another; errands wait without any.
    """

    def __init__(self) -> None:
        self.performers: list[Callable[[AnyErrand], Result | None]] = []
        self._pending: dict[int, AnyErrand] = {}

    def hear(self, notices: Iterable[Notice]) -> None:
        """Take the errands that notices tell of."""
        for notice in notices:
            if notice.kind == external.NOTICE:
                self._pending[int(notice.key)] = notice.value

    def done(self, task: int) -> None:
        """One has been done."""
        self._pending.pop(task, None)

    def perform_next(self) -> tuple[int, Result] | None:
        """Do one that can be done now: the number of its task, and what has come of it."""
        if not self.performers or not self._pending:
            return None
        task, errand = next(iter(self._pending.items()))
        results = (perform(errand) for perform in self.performers)
        found = next((result for result in results if result is not None), None)
        return task, found if found is not None else Failed("nobody reaches that from here")
