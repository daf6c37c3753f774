"""Errands outside of the simulation: what the daemon sends for, from registries and the web, and who fetches it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from fakedocker.operations.registry import external
from fakedocker.registry.errands import AnyErrand, Failed, Result
from fakedocker.world.draft import Notice

_LOST = Failed("fakedocker: what fetched it from outside was stopped before it had come")


class Errands:
    """Those that have not been done yet, by the number of their task.

    Attributes:
        performers: who does errands, None for those of another; errands wait without any.
        hand_over: takes an errand and its task's number, to do it outside of turns and bring the result back with
            `Engine.deliver`; where it is None, errands are done in the turn that asks for them.
        is_replaying: whether results come from a journal.
    """

    def __init__(self) -> None:
        self.performers: list[Callable[[AnyErrand], Result | None]] = []
        self.hand_over: Callable[[int, AnyErrand], None] | None = None
        self.is_replaying = False
        self._pending: dict[int, AnyErrand | None] = {}
        self._under_way: dict[int, AnyErrand] = {}

    def hear(self, notices: Iterable[Notice]) -> None:
        """Take the errands that notices tell of."""
        for notice in notices:
            if notice.kind == external.NOTICE:
                self._pending[int(notice.key)] = notice.value

    def begin_again(self, tasks: Iterable[int]) -> None:
        """Go on from a world in which these tasks wait for errands that nobody does any more."""
        self._under_way.clear()
        self._pending = dict.fromkeys(tasks)

    def take_back(self, hand_over: Callable[[int, AnyErrand], None]) -> None:
        """Whoever errands were handed over to has stopped: they fail."""
        if self.hand_over == hand_over:  # and nobody else has taken its place
            self.hand_over = None
        self._pending.update(dict.fromkeys(self._under_way))
        self._under_way.clear()

    def done(self, task: int) -> None:
        """One has been done."""
        self._pending.pop(task, None)
        self._under_way.pop(task, None)

    @property
    def are_under_way(self) -> bool:
        """Whether one is being done outside of turns."""
        return bool(self._under_way)

    def is_under_way(self, task: int, errand: AnyErrand) -> bool:
        """Whether this very errand has been handed over, and its result is still wanted."""
        return self._under_way.get(task) is errand

    def perform_next(self) -> tuple[int, Result] | None:
        """Hand over what can be, or do one: the number of its task, and what has come of it. None when there is no more."""
        if self.is_replaying:
            return None
        for task, errand in list(self._pending.items()):
            if errand is None:
                return task, _LOST
            if not self.performers:
                continue
            if self.hand_over is None:
                return task, self.perform(errand)
            del self._pending[task]
            self._under_way[task] = errand
            self.hand_over(task, errand)
        return None

    def perform(self, errand: AnyErrand) -> Result:
        """Do an errand, in any thread. Takes as long as what is asked outside takes to answer, within the limits of who
        does it."""
        results = (perform(errand) for perform in self.performers)
        found = next((result for result in results if result is not None), None)
        return found if found is not None else Failed("nobody reaches that from here")
