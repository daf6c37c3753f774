"""The terminal that a docker command of the real machine was started from: this process's descriptors and signals."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import IO, Any, Protocol

READ_BYTES = 65536
CAUGHT_SIGNALS = ("INT", "TERM", "QUIT", "HUP", "WINCH", "USR1", "USR2", "CONT")


class Input(Protocol):
    """Standard input, read from the first time it is looked at."""

    @property
    def readable(self) -> bool:
        """Whether `take` would give bytes, or the end has been reached."""

    @property
    def ended(self) -> bool:
        """Whether there is nothing left and nothing will come."""

    def take(self) -> bytes:
        """All bytes that are there; empty if there are none."""


class Terminal(Protocol):
    """Standard streams, and the signals that come from whoever sits there."""

    @property
    def stdin(self) -> Input:
        """Standard input."""

    def out(self, data: bytes) -> None:
        """Write to standard output."""

    def err(self, data: bytes) -> None:
        """Write to standard error."""

    def is_terminal(self, descriptor: int) -> bool:
        """Whether descriptor 0, 1 or 2 is a terminal."""

    def window_size(self) -> tuple[int, int]:
        """(rows, columns); (0, 0) without a terminal."""

    def set_raw(self, raw: bool) -> None:
        """Hand keys on one by one, without echo and signals; or no longer."""

    def catch_signals(self, told: Callable[[str], None]) -> None:
        """From now on signals end nothing by themselves: `told` is given their names, "INT" and so on."""

    async def has_room(self) -> None:
        """Until not too much of what was written is still under way."""


class LocalTerminal:
    """That of this process.

    Args:
        changed: called in the loop whenever something has been typed.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.stdin = StandardInput(changed)
        self._mode_before: list[Any] | None = None  # as termios has it

    def out(self, data: bytes) -> None:
        _write(sys.stdout.buffer, data)

    def err(self, data: bytes) -> None:
        _write(sys.stderr.buffer, data)

    def is_terminal(self, descriptor: int) -> bool:
        return os.isatty(descriptor)

    def window_size(self) -> tuple[int, int]:
        for descriptor in (1, 0, 2):
            with contextlib.suppress(OSError):
                size = os.get_terminal_size(descriptor)
                return size.lines, size.columns
        return 0, 0

    def set_raw(self, raw: bool) -> None:
        if not os.isatty(0):
            return
        import termios
        import tty

        if raw and self._mode_before is None:
            self._mode_before = termios.tcgetattr(0)
            tty.setraw(0)
        elif not raw and self._mode_before is not None:
            termios.tcsetattr(0, termios.TCSADRAIN, self._mode_before)
            self._mode_before = None

    def catch_signals(self, told: Callable[[str], None]) -> None:
        loop = asyncio.get_running_loop()
        for name in CAUGHT_SIGNALS:
            number = getattr(signal, f"SIG{name}", None)
            with contextlib.suppress(NotImplementedError, ValueError):  # not every system has them all
                if number is not None:
                    loop.add_signal_handler(number, told, name)

    async def has_room(self) -> None:
        """Writing has waited already."""


def _write(file: IO[bytes], data: bytes) -> None:
    file.write(data)
    file.flush()


class StandardInput:
    """Descriptor 0, read by a thread from the first time it is looked at: it may be a terminal, a pipe or a file."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._data: deque[bytes] = deque()
        self._is_over = False
        self._thread: threading.Thread | None = None

    def _begin(self) -> None:
        if self._thread is None:
            loop = asyncio.get_running_loop()
            self._thread = threading.Thread(target=self._read_all, args=(loop,), daemon=True)
            self._thread.start()

    def _read_all(self, loop: asyncio.AbstractEventLoop) -> None:
        with contextlib.suppress(RuntimeError):  # the command has ended, and its loop with it
            while data := _read_descriptor():
                loop.call_soon_threadsafe(self._came, data)
            loop.call_soon_threadsafe(self._came, b"")

    def _came(self, data: bytes) -> None:
        if data:
            self._data.append(data)
        else:
            self._is_over = True
        self._changed()

    @property
    def readable(self) -> bool:
        self._begin()
        return bool(self._data) or self._is_over

    @property
    def ended(self) -> bool:
        return self._is_over and not self._data

    def take(self) -> bytes:
        self._begin()
        data = b"".join(self._data)
        self._data.clear()
        return data


def _read_descriptor() -> bytes:
    try:
        return os.read(0, READ_BYTES)
    except OSError:
        return b""
