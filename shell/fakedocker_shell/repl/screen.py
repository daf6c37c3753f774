"""The real terminal while a command runs: keys go in as bytes, output comes out as bytes, and its size is watched.

At the prompt the terminal belongs to prompt_toolkit; here it is handed over raw, as the simulated terminal has a line
discipline of its own. What is POSIX's alone is imported where it is used.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

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
        sink: where output goes.
    """

    def __init__(self, source: Input, sink: Output) -> None:
        self._source = source
        self._sink = sink

    def raw(self) -> AbstractContextManager[None]:
        return self._source.raw_mode()

    def read(self, seconds: float) -> bytes:
        if sys.platform == "win32":
            return self._read_keys(seconds)
        import select

        try:
            descriptor = self._source.fileno()
            ready, _, _ = select.select([descriptor], [], [], seconds)
            return os.read(descriptor, READ_BYTES) if ready else b""
        except InterruptedError:
            return b""

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
        self._sink.write_raw(data.decode("utf-8", "replace"))
        self._sink.flush()

    def size(self) -> tuple[int, int]:
        found = self._sink.get_size()
        return found.rows, found.columns
