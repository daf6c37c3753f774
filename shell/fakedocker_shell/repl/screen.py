"""The real terminal while a command runs: keys go in as bytes, output comes out as bytes, and its size is watched.

At the prompt the terminal belongs to prompt_toolkit; here it is handed over raw, as the simulated terminal has a line
discipline of its own. What is POSIX's alone is imported where it is used.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

READ_BYTES = 4096
_POLL_SECONDS = 0.02


class Screen(Protocol):
    """What the loop that runs a command needs of a terminal."""

    def raw(self) -> AbstractContextManager[None]:
        """For as long as keys are to come one by one."""

    def read(self, seconds: float) -> bytes:
        """Keys, as soon as there are any, b"" after that time."""

    def write(self, data: bytes) -> None:
        """Show bytes as they are."""

    def size(self) -> tuple[int, int]:
        """(rows, columns)."""


class RealScreen:
    """A screen over prompt_toolkit's input and output.

    Args:
        source: where keys come from.
        sink: where the prompt is painted, and what knows the window's size.
        bytes_sink: where output goes as it is; None where `sink` has no bytes: they are then decoded for it.
    """

    def __init__(self, source: Input, sink: Output, bytes_sink: BinaryIO | None = None) -> None:
        self.source = source
        self.sink = sink
        self._bytes_sink = bytes_sink
        self._interrupts = 0

    @staticmethod
    def of_process() -> RealScreen:
        """The one on standard input and output. Reads prompt_toolkit."""
        from prompt_toolkit.input import create_input
        from prompt_toolkit.output import create_output

        return RealScreen(create_input(sys.stdin), create_output(sys.stdout), sys.stdout.buffer)

    @contextmanager
    def raw(self) -> Iterator[None]:
        """As `Screen.raw`; an interrupt from outside (kill -INT) is a Ctrl-C typed meanwhile."""
        before = signal.signal(signal.SIGINT, self._interrupted)
        try:
            with self.source.raw_mode():
                yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _interrupted(self, number: int, frame: object) -> None:
        del number, frame  # it can only be the one
        self._interrupts += 1

    def read(self, seconds: float) -> bytes:
        if self._interrupts:
            self._interrupts -= 1
            return b"\x03"
        if sys.platform == "win32":
            return self._read_keys(seconds)
        import select

        try:
            descriptor = self.source.fileno()
            ready, _, _ = select.select([descriptor], [], [], seconds)
            if not ready:
                return b""
            data = os.read(descriptor, READ_BYTES)
        except InterruptedError:
            return b""
        if not data:
            raise EOFError("the terminal is gone")
        return data

    def _read_keys(self, seconds: float) -> bytes:
        """Windows has no descriptor to wait for: look now and then."""
        end = time.monotonic() + seconds
        while True:
            keys = self.source.read_keys()
            if keys:
                return "".join(key.data for key in keys).encode()
            if time.monotonic() >= end:
                return b""
            time.sleep(_POLL_SECONDS)

    def write(self, data: bytes) -> None:
        if self._bytes_sink is None:
            self.sink.write_raw(data.decode("utf-8", "replace"))
            self.sink.flush()
            return
        self.sink.flush()
        write_all(self._bytes_sink, data)

    def size(self) -> tuple[int, int]:
        found = self.sink.get_size()
        return found.rows, found.columns


def write_all(stream: BinaryIO, data: bytes) -> None:
    """Write bytes to a terminal, and wait for one that somebody has made non-blocking."""
    while True:
        try:
            stream.write(data)
            stream.flush()
            return
        except BlockingIOError as problem:
            data = data[problem.characters_written :]
            time.sleep(_POLL_SECONDS)
