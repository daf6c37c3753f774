"""Running one command in the terminal: the engine's turns, the keys that are typed meanwhile, and time.

The terminal waits for its foreground command, so time leaps for it, unless a process sits there reading what only the
user can type. What a command shows after a leap is shown at the wall's pace, so that it can be read, and stopped. Turns
are bounded by the work they do, never by a clock, so that a session can be played again.
"""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.engine.clock import Pacer
from fakedocker.engine.core import Pause
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker_shell.repl.interaction import Interaction, Look, Typed
from fakedocker_shell.repl.pager import Pager
from fakedocker_shell.session import Session

SLICES_BETWEEN_KEYS = 100
WORK_BETWEEN_KEYS = 5_000
"""How many system calls are made before somebody looks at the keys again: some hundredths of a second."""
LOOK_SECONDS = 0.25
TYPED_AHEAD_BYTES = 1 << 20


class Foreground:
    """Runs commands of a session whose terminal somebody types at.

    Args:
        session: a session with a terminal.
        now_ns: the wall's clock at the beginning; later it comes with what is typed.
    """

    def __init__(self, session: Session, now_ns: int) -> None:
        self._session = session
        self._keys = b""
        self._begun: list[Exchange] = []
        self.now_ns = now_ns
        self.pager: Pager | None = None
        """Holds back what does not fit on the screen; while it does, the command waits."""
        self.pacer = Pacer(session.engine, lambda: self.now_ns, is_patient=False)

    def run(self, source: str, keys: bytes = b"") -> Interaction[bytes]:
        """Give a fed shell a complete command and stay until it is done.

        Args:
            keys: what was typed already.

        Returns:
            what was typed and not read by anybody.
        """
        self.pacer.catch_up(self.share())
        self.pacer.on_input()
        self._session.execute(source)
        yield from self.drive(lambda: self._session.is_idle, keys)
        self._session.engine.turn(slices=0)  # the echo of the last keys
        return self._session.take_unread() + self._keys

    def drive(self, done: Callable[[], bool], keys: bytes = b"") -> Interaction[None]:
        """Let everything run, keys included, until something is done."""
        session = self._session
        self._keys = keys
        self._begun.clear()
        while not done():
            if self.pager is not None and self.pager.asks:
                yield from self.page()
            elif session.engine.turn(SLICES_BETWEEN_KEYS, self.share()):
                yield from self._look(0.0)
            elif not done():
                delay = self._step()
                yield from self._look(0.0 if delay is None else min(delay, LOOK_SECONDS))
                if delay is not None:
                    self.pacer.catch_up(self.share())

    def page(self) -> Interaction[None]:
        """Ask what the pager shall do, as long as it holds something back."""
        while self.pager is not None and self.pager.asks:
            typed = yield Look(LOOK_SECONDS)
            self.see(typed)
            self.pager.answer(typed.keys, typed.size[0])

    def see(self, typed: Typed) -> None:
        """Take the time, and another size of the window."""
        self.now_ns = typed.now_ns
        if typed.size != self._session.terminal_size:
            self._session.resize(*typed.size)

    def share(self) -> Pause:
        """The share of one turn: says that processes shall wait once they have worked enough."""
        kernel = self._session.engine.draft.kernel
        most = kernel.work + WORK_BETWEEN_KEYS
        return lambda: kernel.work >= most

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

        Not where it reads what only the user can type, and not where it follows something that has no end of its own
        (logs -f, events, stats): that is watched at the wall's pace.
        """
        engine = self._session.engine
        self._begun = [exchange for exchange in self._begun if not exchange.ended]
        streams = [(exchange, exchange.stream) for exchange in self._begun if exchange.stream is not None]
        if streams:
            return all(stream.waits(engine.draft, exchange, engine.mode) for exchange, stream in streams)
        return not self._session.reads_input

    def _look(self, seconds: float) -> Interaction[None]:
        """Pass keys on, as many as the terminal has room for, and notice another size of the window."""
        typed = yield Look(0.0 if self._keys else seconds)
        if typed.keys:
            self.now_ns = typed.now_ns
            self.pacer.on_input()
            self._keys = (self._keys + typed.keys)[:TYPED_AHEAD_BYTES]
        self.see(typed)
        if self._keys:
            self._pass_on()

    def _pass_on(self) -> None:
        urgent = any(byte in self._keys for byte in b"\x03\x1a\x1c")  # signals do not queue behind what nobody reads
        count = len(self._keys) if urgent else self._session.input_room
        if count:
            self._session.feed(self._keys[:count])
            self._keys = self._keys[count:]
