"""Threads that do a server's errands, so that one outside who does not answer holds nobody up but who asked for it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from fakedocker.engine.engine import Engine
from fakedocker.registry.errands import AnyErrand, Failed, Result

MOST_THREADS = 8
"""How many errands are done at once; others wait for their turn."""


class _Asked(NamedTuple):
    task: int
    errand: AnyErrand


class ErrandThreads:
    """Takes errands over from an engine, from now until `close`.

    Args:
        wake: called by a thread that has done one; `deliver` is to be called soon, by whoever drives the engine.
    """

    def __init__(self, engine: Engine, wake: Callable[[], None]) -> None:
        self._engine = engine
        self._wake = wake
        self._lock = threading.Lock()
        self._asked: deque[_Asked] = deque()
        self._done: deque[tuple[_Asked, Result]] = deque()
        self._threads = 0
        engine.errands.hand_over = self._take

    def _take(self, task: int, errand: AnyErrand) -> None:
        with self._lock:
            self._asked.append(_Asked(task, errand))
            if self._threads == MOST_THREADS:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="fakedocker-errand", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._asked:
                    self._threads -= 1
                    return
                asked = self._asked.popleft()
            try:
                result = self._engine.errands.perform(asked.errand)
            except Exception as problem:  # an error of ours must not leave somebody waiting for ever
                result = Failed(f"fakedocker failed: {type(problem).__name__}: {problem}")
            self._done.append((asked, result))
            self._wake()

    def deliver(self) -> None:
        """Give the engine what has come, as inputs of its journal. The engine's lock must be held."""
        while self._done:
            asked, result = self._done.popleft()
            self._engine.deliver(asked.task, asked.errand, result)

    def close(self) -> None:
        """Take no more; what has not come is given up. Threads that still wait for somebody outside end by themselves."""
        with self._lock:
            self._asked.clear()
        with self._engine.lock:
            self.deliver()
            self._engine.errands.take_back(self._take)
