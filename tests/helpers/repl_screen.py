"""A screen for tests of the terminal: keys come from a list, output goes to one, and the wall's clock is a number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fakedocker.base.profiles import DEFAULT
from fakedocker_shell.repl import meta
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.opening import begin_terminal, open_with
from fakedocker_shell.repl.session_journal import SessionJournal
from fakedocker_shell.repl.tty import Tty

IDLE_LOOKS = 20_000
_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class TypedScreen:
    """A screen whose keys are scripted: each is typed when there is nothing left to do, and the wall's clock goes on meanwhile."""

    def __init__(self, rows: int = 24, columns: int = 120) -> None:
        self.keys: list[bytes] = []
        self.written = bytearray()
        self.now_ns = 0
        self.looks = 0
        self.dimensions = (rows, columns)

    @contextmanager
    def raw(self) -> Iterator[None]:
        yield

    def read(self, seconds: float) -> bytes:
        self.now_ns += int(seconds * 1e9)
        self.looks = 0 if self.keys else self.looks + 1
        assert self.looks < IDLE_LOOKS, "a command waits for keys that nobody types"
        return self.keys.pop(0) if seconds and self.keys else b""

    def write(self, data: bytes) -> None:
        self.written += data

    def size(self) -> tuple[int, int]:
        return self.dimensions


class Terminal:
    """A console on such a screen."""

    def __init__(
        self, state: Path, environment: Mapping[str, str] | None = None, seed: int = 0, profile: str = DEFAULT
    ) -> None:
        self.state = state
        self.screen = TypedScreen()
        variables = {"XDG_STATE_HOME": str(state), "NO_COLOR": "1", **(environment or {})}
        self.console = Console(self.screen.write, self.screen.size(), meta.run, seed, variables, profile)
        begun = begin_terminal(seed, variables, self.screen.size(), profile=profile)
        self.tty = Tty(self.console, self.screen, lambda: self.screen.now_ns // 10**6 * 10**6, SessionJournal(begun))
        open_with(self.console, None)

    def run(self, text: str, *keys: bytes) -> str:
        """Run one input and give what was shown, without control sequences."""
        self.screen.keys = list(keys)
        before = len(self.screen.written)
        self.tty.run(text)
        shown = bytes(self.screen.written[before:]).decode("utf-8", "replace")
        return _SEQUENCE.sub("", shown).replace("\r\n", "\n")

    @property
    def status(self) -> int:
        return self.console.status

    def reports(self) -> list[str]:
        """The texts of all reports of errors of ours."""
        return [path.read_text() for path in sorted(self.state.glob("fakedocker/report-*.txt"))]

    def journal(self) -> bytes:
        """The journal of the whole session, ended now."""
        kept = self.tty.journal
        assert kept is not None
        kept.end(self.console.shown_sum, self.console.exit_status)
        return kept.text()
