"""What has to be done when a script lets go of a value: files that are closed, destructors, generators that are ended.

A language whose values end as soon as nothing refers to them any more, as those of CPython do, puts a `Token` into each
value whose end can be seen. A token goes with its value, since cells are the host's own objects and the host counts what
refers to them; what the end needs is kept in `Lifetimes.ends`, and so are all values that it leads to. Values in a circle
have no end of their own, as CPython's have not before its collector runs: they are known by `Lifetimes.ends` only.
"""

from __future__ import annotations

import gc
from collections import deque
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import Value, cell

_collecting: Final = [False]
"""Whether the host's collector of circles is under way: when it runs depends on the host, so what it finds is not dropped."""


def _note_collecting(phase: str, info: Any) -> None:  # Any: the host's
    _collecting[0] = phase == "start"


gc.callbacks.append(_note_collecting)


@cell
class Lifetimes:
    """The values of a script whose end is awaited.

    Attributes:
        ends: what is needed for the end of each, by the number of its token, in the order in which they were made.
        dropped: the numbers of those that nothing refers to any more, in that order, before their end has begun.
        waiting: what was dropped together with the one that is first in `dropped`, and comes after it; None for nothing.
        last: the highest number that was given.
    """

    __slots__ = ("dropped", "ends", "last", "waiting")

    def __init__(self) -> None:
        self.ends: dict[int, Value] = {}
        self.dropped: list[int] = []
        self.waiting: deque[int] | None = None
        self.last = 0

    def watch(self, end: Value) -> Token:
        """A token for a value, which alone may hold it. `end` must not lead to the value itself."""
        self.last += 1
        self.ends[self.last] = end
        return Token(self, self.last)

    def begin(self) -> tuple[int, deque[int]]:
        """Take the one that was dropped first: its number, and those that come after it. O(number that was dropped)."""
        number, *others = self.dropped
        self.dropped.clear()
        waiting = self.waiting if self.waiting is not None else deque()
        self.waiting = None
        waiting.extendleft(reversed(others))
        return number, waiting

    def done(self, number: int, waiting: deque[int]) -> None:
        """The end of one is over: first comes what was dropped with it, then those that wait. O(number of the former)."""
        self.ends.pop(number, None)
        waiting.extendleft(reversed(self.dropped))
        self.dropped.clear()
        if waiting:
            self.dropped.append(waiting.popleft())
            self.waiting = waiting

    def forget(self, token: Value) -> None:
        """The end of what holds a token, if it has one, is of no interest any more."""
        if token is not None:
            self.ends.pop(token.number, None)


@cell
class Token:
    """Goes with the value that holds it, and is then noted as dropped."""

    __slots__ = ("home", "number")

    def __init__(self, home: Lifetimes, number: int) -> None:
        self.home = home
        self.number = number

    def __del__(self, collecting: list[bool] = _collecting) -> None:
        home = getattr(self, "home", None)
        if home is not None and not collecting[0] and self.number in home.ends:
            home.dropped.append(self.number)
