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
        self._source = source
        self._sink = sink
        self._bytes_sink = bytes_sink
        self._interrupts = 0

    @contextmanager
    def raw(self) -> Iterator[None]:
        """As `Screen.raw`; an interrupt from outside (kill -INT) is a Ctrl-C typed meanwhile."""
        before = signal.signal(signal.SIGINT, self._interrupted)
        try:
            with self._source.raw_mode():
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
            descriptor = self._source.fileno()
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
            keys = self._source.read_keys()
            if keys:
                return "".join(key.data for key in keys).encode()
            if time.monotonic() >= end:
                return b""
            time.sleep(_POLL_SECONDS)

    def write(self, data: bytes) -> None:
        if self._bytes_sink is None:
            self._sink.write_raw(data.decode("utf-8", "replace"))
            self._sink.flush()
            return
        self._sink.flush()
        while True:
            try:
                self._bytes_sink.write(data)
                self._bytes_sink.flush()
                return
            except BlockingIOError as problem:  # a terminal that somebody has made non-blocking
                data = data[problem.characters_written :]
                time.sleep(_POLL_SECONDS)

    def size(self) -> tuple[int, int]:
        found = self._sink.get_size()
        return found.rows, found.columns
