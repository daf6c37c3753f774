"""The driver of a console on a real terminal: hands it what is typed and the time, and keeps both in a session's journal."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.interaction import Interaction, T, Typed
from fakedocker_shell.repl.screen import Screen
from fakedocker_shell.repl.session_journal import SessionJournal

_MILLISECOND_NS = 1_000_000


def whole_milliseconds(clock: Callable[[], int]) -> Callable[[], int]:
    """A clock of nanoseconds that shows whole milliseconds since now: as exactly as a journal has them."""
    began = clock()
    return lambda: (clock() - began) // _MILLISECOND_NS * _MILLISECOND_NS


def drive(steps: Interaction[T], screen: Screen, clock: Callable[[], int], journal: SessionJournal | None = None) -> T:
    """Run an interaction on a screen.

    Args:
        clock: the wall's, in whole milliseconds, as nanoseconds.
        journal: what is typed is noted there.

    Raises:
        EOFError: the terminal is gone; what was run has ended with it.
    """
    with screen.raw():
        try:
            look = next(steps)
            while True:
                keys = screen.read(look.seconds)
                typed = Typed(keys, screen.size(), clock())
                if journal is not None:
                    journal.typed(typed)
                look = steps.send(typed)
        except StopIteration as end:
            result: T = end.value
            return result
        finally:
            steps.close()


class Tty:
    """A console and the screen it is shown on.

    Args:
        clock: as for `drive`.
        journal: None where nothing is to be kept.
        ran: is told of each complete input once it was run.
        ends_ns: when the session ends whatever is typed, by the clock; None for never.
    """

    def __init__(
        self,
        console: Console,
        screen: Screen,
        clock: Callable[[], int],
        journal: SessionJournal | None = None,
        ran: Callable[[Console, str], None] | None = None,
        ends_ns: int | None = None,
    ) -> None:
        self._ran, self._ends_ns = ran, ends_ns
        self.console = console
        self.screen = screen
        self.journal = journal
        self._clock = clock
        if journal is not None:
            console.journal_text = journal.text

    def run(self, text: str, keys: bytes = b"") -> bytes:
        """Run one complete input; see `Console.run`.

        Args:
            keys: what was typed after it already.
        """
        return drive(self.steps(text, keys), self.screen, self._clock, self.journal)

    def steps(self, text: str, keys: bytes = b"") -> Interaction[bytes]:
        """What `run` runs, for who drives it otherwise, and notes what is typed meanwhile."""
        typed = Typed(keys, self.screen.size(), self.now_ns())
        if self.journal is not None:
            self.journal.line(text, typed)
        unread = yield from self.console.run(text, typed)
        if self._ran is not None:
            self._ran(self.console, text)
        return unread

    @property
    def is_over(self) -> bool:
        """Whether the session's time has come to its end."""
        return self._ends_ns is not None and self._clock() >= self._ends_ns

    def now_ns(self) -> int:
        """The wall's clock."""
        return self._clock()

    def tick(self) -> bytes:
        """Let time at the prompt pass; see `Console.tick`."""
        now_ns = self._clock()
        if self.journal is not None:
            self.journal.tick(now_ns)
        return self.console.tick(now_ns)

    def glance(self, name: str) -> str:
        """What one of the terminal's own commands shows, between two lines; see `Console.glance`."""
        if self.journal is not None:
            self.journal.glance(name, self._clock())
        return self.console.glance(name)
