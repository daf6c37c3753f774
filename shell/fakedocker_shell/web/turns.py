"""Sharing one processor among learners: those whose commands are short go first, those that work long take turns.

A command that has worked for a while waits for its turn. Only one such works at a time, for one slice, and before it does those
whose commands have only just begun may go on; but none waits longer than a moment for them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

LONG_SECONDS = 0.05
"""A command that has worked for so long is a long one."""
PATIENCE_SECONDS = 0.1
"""How long a long one waits at most for short ones, once it is its turn."""
LOOK_SECONDS = 0.002


class Turns:
    """Who works when."""

    def __init__(self) -> None:
        self.short = 0
        """How many commands work that are short until now."""
        self._one = asyncio.Lock()

    async def wait(self) -> None:
        """Until it is a long one's turn. Those who wait come in their order."""
        async with self._one:
            began = time.monotonic()
            await asyncio.sleep(LOOK_SECONDS)  # whatever the loop has heard meanwhile goes first
            while self.short and time.monotonic() - began < PATIENCE_SECONDS:
                await asyncio.sleep(LOOK_SECONDS)


class LearnersShare:
    """One learner's part in it; see `page.surroundings.Sharing`.

    Args:
        turns: of all.
        began, ended: told when a slice begins and ends. `began` may raise what ends the session.
    """

    def __init__(self, turns: Turns, began: Callable[[], None], ended: Callable[[], None]) -> None:
        self._turns, self._began, self._ended = turns, began, ended
        self._worked = 0.0
        self._since = 0.0
        self._is_short = False

    def begin(self) -> None:
        """A command begins."""
        self._worked = 0.0
        self._count(True)
        self._begin_slice()

    def end_slice(self) -> None:
        """It works no more for now."""
        self._worked += time.perf_counter() - self._since
        self._ended()
        self._count(False)

    async def next_slice(self) -> None:
        """Until it may go on."""
        if self._worked < LONG_SECONDS:
            self._count(True)
        else:
            await self._turns.wait()
        self._begin_slice()

    def end(self) -> None:
        """It has ended."""
        self._ended()
        self._count(False)

    def _begin_slice(self) -> None:
        self._since = time.perf_counter()
        self._began()

    def _count(self, is_short: bool) -> None:
        self._turns.short += is_short - self._is_short
        self._is_short = is_short
