"""The terminal of this process: what is on it before its line editor has been read, and then the editor.

prompt_toolkit takes as long to read as all else until the first prompt. So the first words and the first prompt are
written without it, and it is read while somebody looks at them: the terminal is raw from the beginning, so that what is
typed meanwhile waits there unseen, and the editor paints the same prompt over this one and takes those keys. On Windows,
and where sequences mean nothing to the terminal, the editor comes first.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from fakedocker_shell.repl import state_directory
from fakedocker_shell.repl.screen import RealScreen, write_all

if TYPE_CHECKING:
    from prompt_toolkit.history import History

    from fakedocker_shell.repl.console import Console
    from fakedocker_shell.repl.tty import Tty

_PROMPT_ATTRIBUTES = "0;32;1"
"""Of the sequence by which the editor begins the prompt, see `prompt._style`."""


class OwnTerminal:
    """Standard input and output, which are a terminal; to be entered before anything is written.

    Raises:
        OSError: the terminal is gone.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._screen: RealScreen | None = None
        self._is_plain = sys.platform == "win32" or os.environ.get("TERM", "dumb") in ("dumb", "unknown")

    def __enter__(self) -> OwnTerminal:
        if self._is_plain:
            self.screen()
        else:
            self._stack.enter_context(_raw(sys.stdin.fileno()))
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.close()

    def write(self, data: bytes) -> None:
        """Show bytes as they are."""
        if self._screen is not None:
            self._screen.write(data)
        else:
            write_all(sys.stdout.buffer, data)

    def size(self) -> tuple[int, int]:
        """(rows, columns)."""
        if self._screen is not None:
            return self._screen.size()
        try:
            found = os.get_terminal_size(sys.stdout.fileno())
        except OSError:
            return 24, 80
        return found.lines or 24, found.columns or 80

    def screen(self) -> RealScreen:
        """The screen that commands run on; reads the editor, if that has not been done."""
        if self._screen is None:
            self._screen = RealScreen.of_process()
        return self._screen

    def converse(self, console: Console, tty: Callable[[RealScreen], Tty]) -> int:
        """Show the prompt, and ask for one input after the other until the shell is left; gives its status.

        Args:
            tty: the console on a screen.
        """
        painted = self._screen is None and self._paint(console)
        screen = self.screen()
        from fakedocker_shell.repl.prompt import Prompt

        prompt = Prompt(tty(screen), screen.source, screen.sink, _history())
        if painted:
            screen.write(b"\r")
        return prompt.loop()

    def _paint(self, console: Console) -> bool:
        """Write the prompt where the editor will paint it; whether there is the room, so that it can."""
        text = console.prompt
        if len(text) >= self.size()[1]:
            return False
        self.write((f"\x1b[{_PROMPT_ATTRIBUTES}m{text}\x1b[0m" if console.colours else text).encode())
        return True


@contextlib.contextmanager
def _raw(descriptor: int) -> Iterator[None]:
    """Keys come one by one and are not shown, as prompt_toolkit has it; the modes there were are put back at the end."""
    import termios
    import tty

    before = termios.tcgetattr(descriptor)
    modes = termios.tcgetattr(descriptor)
    modes[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    modes[tty.IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    modes[tty.CC][termios.VMIN] = 1
    termios.tcsetattr(descriptor, termios.TCSANOW, modes)
    try:
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSANOW, before)


def _history() -> History:
    from prompt_toolkit.history import InMemoryHistory

    path = state_directory.history_file(os.environ)
    if path is None:
        return InMemoryHistory()
    from fakedocker_shell.repl.prompt import PrivateHistory

    return PrivateHistory(str(path))
