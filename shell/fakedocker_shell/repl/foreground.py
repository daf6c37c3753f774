"""Running one command in the terminal: the engine's turns, the keys that are typed meanwhile, and time.

The terminal waits for its foreground command, so time leaps for it, unless a process sits there reading what only the
user can type. What a command shows after a leap is shown at the wall's pace, so that it can be read, and stopped.
"""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.exchanges import Exchange, TimeMode
from fakedocker.pacing import Pacer, turn_share
from fakedocker_shell.repl.screen import Screen
from fakedocker_shell.session import Session

SLICES_BETWEEN_KEYS = 500
LOOK_SECONDS = 0.25
TYPED_AHEAD_BYTES = 1 << 20


class Foreground:
    """Runs commands of a session on a screen.

    Args:
        session: a session with a terminal.
        clock: the wall's, in nanoseconds.
    """

    def __init__(self, session: Session, screen: Screen, clock: Callable[[], int]) -> None:
        self._session = session
        self._screen = screen
        self._keys = b""
        self._begun: list[Exchange] = []
        self.pacer = Pacer(session.engine, clock, is_patient=False)

    def run(self, source: str, keys: bytes = b"") -> bytes:
        """Give a fed shell a complete command and stay until it is done.

        Args:
            keys: what was typed already.

        Returns:
            what was typed and not read by anybody.
        """
        self.pacer.catch_up()
        self.pacer.heard()
        self._session.execute(source)
        self.drive(lambda: self._session.is_idle, keys)
        self._session.engine.turn(slices=0)  # the echo of the last keys
        return self._session.take_unread() + self._keys

    def drive(self, done: Callable[[], bool], keys: bytes = b"") -> None:
        """Let everything run, keys included, until something is done."""
        session = self._session
        self._keys = keys
        self._begun.clear()
        self._fit()
        with self._screen.raw():
            while not done():
                if session.engine.turn(SLICES_BETWEEN_KEYS, turn_share()):
                    self._look(0.0)
                    continue
                if done():
                    break
                delay = self._step()
                if delay is not None:
                    self._look(min(delay, LOOK_SECONDS))
                    self.pacer.catch_up()
                else:
                    self._look(0.0)

    def begun(self, exchange: Exchange) -> None:
        """A client of the foreground has sent a request; to be told of each."""
        self._begun.append(exchange)

    def _step(self) -> float | None:
        """As `Pacer.step`; time leaps only for what the foreground waits for."""
        engine = self._session.engine
        if engine.mode is not TimeMode.LEAP or self._waits():
            return self.pacer.step(driver_waits=True)
        engine.mode = TimeMode.WALL
        try:
            return self.pacer.step()
        finally:
            engine.mode = TimeMode.LEAP

    def _waits(self) -> bool:
        """Whether time alone brings the foreground on.

        Not where it reads what only the user can type, and not where it follows something that has no end of its own (logs
        -f, events, stats): that is watched at the wall's pace.
        """
        engine = self._session.engine
        self._begun = [exchange for exchange in self._begun if not exchange.ended]
        streams = [(exchange, exchange.stream) for exchange in self._begun if exchange.stream is not None]
        if streams:
            return all(stream.waits(engine.draft, exchange, engine.mode) for exchange, stream in streams)
        return not self._session.reads_input

    def _look(self, seconds: float) -> None:
        """Pass keys on, as many as the terminal has room for, and notice another size of the window."""
        keys = self._screen.read(0.0 if self._keys else seconds)
        if keys:
            self.pacer.heard()
            self._keys = (self._keys + keys)[:TYPED_AHEAD_BYTES]
        if self._keys:
            self._pass_on()
        self._fit()

    def _fit(self) -> None:
        """Give the simulated terminal the window's size."""
        rows, columns = self._screen.size()
        if (rows, columns) != self._session.terminal_size:
            self._session.resize(rows, columns)

    def _pass_on(self) -> None:
        urgent = any(byte in self._keys for byte in b"\x03\x1a\x1c")  # signals do not queue behind what nobody reads
        count = len(self._keys) if urgent else self._session.input_room
        if count:
            self._session.feed(self._keys[:count])
            self._keys = self._keys[count:]
