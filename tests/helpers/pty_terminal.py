"""The real program in a real pseudo-terminal, its screen read by a terminal emulator."""

from __future__ import annotations

import contextlib
import os
import re
import select
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

pyte = pytest.importorskip("pyte")
pty = pytest.importorskip("pty")  # not on Windows
termios = pytest.importorskip("termios")
fcntl = pytest.importorskip("fcntl")

PROGRAM = (sys.executable, "-c", "import sys; from fakedocker_shell.main import main; sys.exit(main())")
PATIENCE_SECONDS = 300.0
PROMPT = "root@docker-host:~# "


class Pty:
    """A program in a pseudo-terminal.

    Args:
        state: the user's state directory.
    """

    def __init__(self, state: Path, *arguments: str, rows: int = 30, columns: int = 100, **environment: str) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        self._resize(rows, columns)
        variables = {**os.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": str(state), **environment}
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments], stdin=slave, stdout=slave, stderr=slave, env=variables, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(slave)
        self.shown = b""
        """All that has come."""

    def _resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows: int, columns: int) -> None:
        self._screen.resize(rows, columns)
        self._resize(rows, columns)

    @property
    def text(self) -> str:
        """The screen, its lines without the blanks at their ends."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux's way of saying that the other end is closed
            return False
        self.shown += data
        self._stream.feed(data)
        if b"\x1b[6n" in data:  # who asks where the cursor is gets an answer
            cursor = self._screen.cursor
            os.write(self._master, f"\x1b[{cursor.y + 1};{cursor.x + 1}R".encode())
        return bool(data)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for_bytes(self, data: bytes, times: int = 1) -> None:
        """Until the program has written these bytes so often."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self.shown.count(data) < times:
            assert time.monotonic() < end, f"not {times} times {data!r} in {self.shown!r}"
            self._read(0.05)

    def wait_for(self, pattern: str) -> None:
        """Until the screen has the pattern."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not re.search(pattern, self.text, re.MULTILINE):
            assert time.monotonic() < end, f"no {pattern!r} on the screen:\n{self.text}"
            self._read(0.05)

    def ended(self) -> int:
        """The exit status, once the program has ended."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.05)
        while self._read(0.05):
            continue
        assert self.process.returncode is not None, f"still running:\n{self.text}"
        return self.process.returncode

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        os.close(self._master)
