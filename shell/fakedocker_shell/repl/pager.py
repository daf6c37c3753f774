"""A pager that stops after every screenful: space goes on, Enter a line, q leaves the rest out.

It stands between a command's output and the screen, and only where somebody has asked for it. What does not fit is held
until `answer` is given a key. It must not know what is shown; programs that take the terminal over (`docker run -it`)
go past it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

PROMPT = b"\x1b[7m--More--\x1b[m"
_WIPE = b"\r\x1b[K"


class Pager:
    """Pages one command's output.

    Args:
        write: shows bytes.
        rows: of the screen.
    """

    def __init__(self, write: Callable[[bytes], None], rows: int) -> None:
        self._write = write
        self._room = max(rows - 1, 1)
        self._held: deque[bytes] = deque()
        self._left_out = False

    @property
    def asks(self) -> bool:
        """Whether it waits for a key."""
        return bool(self._held)

    def write(self, data: bytes) -> None:
        """Show bytes as far as there is room; the rest waits."""
        if self._left_out:
            return
        lines = data.splitlines(keepends=True)
        if self._held:
            self._held.extend(lines)
        else:
            self._show(deque(lines))

    def answer(self, keys: bytes, rows: int) -> None:
        """Go on as the keys say that were typed; keys that mean nothing to it are dropped."""
        for key in keys:
            if not self._held:
                return
            if key in b"qQ\x03":
                self._write(_WIPE)
                self._held.clear()
                self._left_out = True
            elif key in b" \r\n":
                self._write(_WIPE)
                self._room = max(rows - 1, 1) if key == 0x20 else 1
                self._show(self._held)

    def _show(self, lines: deque[bytes]) -> None:
        while lines and self._room > 0:
            line = lines.popleft()
            self._write(line)
            self._room -= line.endswith(b"\n")
        self._held = lines
        if lines:
            self._write(PROMPT)
