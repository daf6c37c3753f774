"""Several threads that drive one engine: who holds it, who else may act, who waits for what another one does."""

from __future__ import annotations

import threading


class Threads:
    """See the module's docstring.

    Attributes:
        lock: held by a driver for a turn.
        drivers: how many drivers run in other threads: what nothing under way can end, they may.
    """

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.drivers = 0
        self._users: set[int] = set()
        self._waiters = 0

    def note_user(self) -> None:
        """The present thread has asked something. The lock must be held."""
        self._users.add(threading.get_ident())

    @property
    def has_others(self) -> bool:
        """Whether another thread may act here: a server, or one that has before."""
        if self.drivers:
            return True
        own = threading.get_ident()
        return len(self._users) > (own in self._users) and any(
            thread.ident in self._users and thread.ident != own for thread in threading.enumerate()
        )

    def wait_for_others(self, seconds: float) -> bool:
        """Let other threads act; whether one has changed something. The lock must be held."""
        self._waiters += 1
        try:
            return self.lock.wait(seconds)
        finally:
            self._waiters -= 1

    def changed(self) -> None:
        """The world has changed: those that wait look again."""
        if self._waiters:
            with self.lock:
                self.lock.notify_all()

    def turned(self) -> None:
        """A driver has made a turn: those that wait in other threads look again. The lock must be held."""
        if self.drivers:
            self.lock.notify_all()
