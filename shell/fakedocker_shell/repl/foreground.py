"""Running one command in the terminal: the engine's turns, the keys that are typed meanwhile, and time.

The terminal waits for its foreground command, so time leaps for it, unless a process sits there reading what only the
user can type.
"""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.pacing import Pacer
from fakedocker_shell.repl.screen import Screen
from fakedocker_shell.session import Session

SLICES_BETWEEN_KEYS = 500
LOOK_SECONDS = 0.25


class Foreground:
    """Runs commands of a session on a screen.

    Args:
        session: a fed session with a terminal.
        clock: the wall's, in nanoseconds.
    """

    def __init__(self, session: Session, screen: Screen, clock: Callable[[], int]) -> None:
        self._session = session
        self._screen = screen
        self.pacer = Pacer(session.engine, clock, patience_ns=0)

    def run(self, source: str) -> None:
        """Give the shell a complete command and stay until it is done."""
        session = self._session
        self.pacer.catch_up()
        self.pacer.heard()
        session.execute(source)
        with self._screen.raw():
            while not session.is_idle:
                if session.engine.turn(SLICES_BETWEEN_KEYS):
                    self._look(0.0)
                    continue
                if session.is_idle:
                    break
                delay = self.pacer.step(driver_waits=not session.reads_input)
                if delay is not None:
                    self._look(min(delay, LOOK_SECONDS))
                    self.pacer.catch_up()
                else:
                    self._look(0.0)

    def _look(self, seconds: float) -> None:
        """Pass keys on, and notice another size of the window."""
        keys = self._screen.read(seconds)
        if keys:
            self.pacer.heard()
            self._session.feed(keys)
        rows, columns = self._screen.size()
        if (rows, columns) != self._session.terminal_size:
            self._session.resize(rows, columns)
