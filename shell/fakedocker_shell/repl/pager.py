"""A pager that stops after every screenful: space goes on, Enter a line, q leaves the rest out.

It stands between a command's output and the screen, and only where somebody has asked for it. It must not know what is
shown; programs that take the terminal over (`docker run -it`) go past it.
"""

from __future__ import annotations

from fakedocker_shell.repl.screen import Screen

PROMPT = b"\x1b[7m--More--\x1b[m"
_WIPE = b"\r\x1b[K"
_LOOK_SECONDS = 0.5


class Pager:
    """Pages one command's output.

    Args:
        screen: where it is shown and keys come from; its keys must come one by one.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._room = max(screen.size()[0] - 1, 1)
        self._left_out = False

    def write(self, data: bytes) -> None:
        """Show bytes, asking whenever the screen is full."""
        for line in data.splitlines(keepends=True):
            if self._left_out:
                return
            if self._room <= 0 and not self._ask():
                self._left_out = True
                return
            self._screen.write(line)
            if line.endswith(b"\n"):
                self._room -= 1

    def _ask(self) -> bool:
        self._screen.write(PROMPT)
        while True:
            for key in self._screen.read(_LOOK_SECONDS):
                if key in b"qQ\x03":
                    self._screen.write(_WIPE)
                    return False
                if key in b" \r\n":
                    self._screen.write(_WIPE)
                    self._room = max(self._screen.size()[0] - 1, 1) if key == 0x20 else 1
                    return True
