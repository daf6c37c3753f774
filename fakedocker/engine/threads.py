"""Several threads that drive one engine: who holds it, who else may act, who waits for what another one does."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet

CLIENTS_PATIENCE_SECONDS = 60.0
"""How long a driver waits, by the wall's clock, for what only another driver can bring about, where all of them wait;
as long as docker's clients do."""
LOOK_SECONDS = 0.1
"""How often a thread that waits looks whether the others still live, and whether they work."""

_WAITING_CODE = {
    (threading.__file__, "wait"),
    (threading.__file__, "join"),
    (threading.__file__, "_wait_for_tstate_lock"),
}
"""Where a thread stands that does nothing before another one has done something: events, conditions, queues, results of
futures, and ends of threads."""
_POOLS = "concurrent.futures.thread"
"""Whose idle workers wait as well. Where nobody has imported it there are none, and it takes as long to import as the engine."""


class Threads:
    """See the module's docstring.

    Attributes:
        lock: held by a driver for a turn.
    """

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self._users: WeakSet[threading.Thread] = WeakSet([threading.current_thread()])
        self._servers: set[threading.Thread] = set()
        self._waiting: set[threading.Thread] = set()
        self._changes = 0

    def note_user(self) -> None:
        """The present thread has asked something. The lock must be held."""
        self._users.add(threading.current_thread())

    @contextmanager
    def served_by(self, thread: threading.Thread) -> Iterator[None]:
        """A thread serves clients outside: what nothing under way can end, they may."""
        self._servers.add(thread)
        try:
            yield
        finally:
            self._servers.discard(thread)

    @property
    def has_others(self) -> bool:
        """Whether another thread may act here: a server, or one that has made this or asked something before."""
        return bool(self._servers) or bool(self._others())

    @property
    def others_work(self) -> bool:
        """Whether another thread is at work of its own, or sleeps, and so may ask something at any time; neither a server, nor one
        that waits for an answer, an event, a queue, or the end of a thread. The lock must be held."""
        free = [thread for thread in self._others() if thread not in self._servers and thread not in self._waiting]
        if not free:
            return False
        frames = sys._current_frames()
        places = [frames[thread.ident].f_code for thread in free if thread.ident in frames]
        waiting = _WAITING_CODE | ({(sys.modules[_POOLS].__file__, "_worker")} if _POOLS in sys.modules else set())
        return any((code.co_filename, code.co_name) not in waiting for code in places)

    def _others(self) -> list[threading.Thread]:
        own = threading.current_thread()
        return [thread for thread in self._users if thread is not own and thread.is_alive()]

    def wait_for_others(self, seconds: float) -> bool:
        """Let other threads act; whether one has changed something. The lock must be held."""
        own, before = threading.current_thread(), self._changes
        self._waiting.add(own)
        try:
            self.lock.wait(seconds)
        finally:
            self._waiting.discard(own)
        return self._changes != before  # also where it has changed while the lock was asked for again

    def await_others(self, timeout_seconds: float | None) -> bool:
        """Wait until another thread has changed something. The lock must be held.

        Args:
            timeout_seconds: of the client; None for one that waits for as long as somebody may act.

        Returns:
            whether it has; False where there is no other, where the time is over, or where all have waited for each
            other as long as clients do.
        """
        began = idle_since = time.monotonic()
        while self.has_others:
            if self.wait_for_others(LOOK_SECONDS):
                return True
            now = time.monotonic()
            if timeout_seconds is not None and now - began >= timeout_seconds:
                return False
            if self.others_work:
                idle_since = now
            elif now - idle_since >= CLIENTS_PATIENCE_SECONDS:
                return False
        return False

    def changed(self) -> None:
        """The world has changed: those that wait look again. The lock must be held where others may wait."""
        self._changes += 1
        if self._waiting:
            with self.lock:
                self.lock.notify_all()

    def turned(self) -> None:
        """A driver has made a turn: those that wait in other threads look again. The lock must be held."""
        if self._servers:
            self._changes += 1
            self.lock.notify_all()


class Pace:
    """The wall's pace, for a thread that watches while others are at work: time is theirs to move, and without them it
    passes no faster than on a machine.

    Args:
        now_ns: of the engine's clock.
    """

    def __init__(self, now_ns: int) -> None:
        self._begin(now_ns)

    def _begin(self, now_ns: int) -> None:
        self._at_ns = now_ns
        self._began = time.monotonic()

    def has_come(self, now_ns: int, due_ns: int) -> bool:
        """Whether an instant of the engine's clock has come by the wall's."""
        wall_ns = self._at_ns + int((time.monotonic() - self._began) * 1e9)
        if now_ns > wall_ns:  # somebody has moved the clock: it goes on from there
            self._begin(now_ns)
            wall_ns = now_ns
        return due_ns <= wall_ns
