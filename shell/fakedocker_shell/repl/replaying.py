"""Playing the journal of a session again: the same program is given the same things, and shows the same.

Nothing outside is touched: what the session writes into files of the machine goes into a folder that is thrown away.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from fakedocker_shell import running
from fakedocker_shell.repl import meta
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.interaction import Interaction, T, Typed
from fakedocker_shell.repl.opening import open_with
from fakedocker_shell.repl.session_journal import (
    Begin,
    End,
    Entry,
    Glance,
    Idle,
    Input,
    JournalProblem,
    Keys,
    Line,
    Tick,
)

if TYPE_CHECKING:
    from fakedocker_shell.scenarios.course import Course
    from fakedocker_shell.scenarios.model import Scenario

_MILLISECOND_NS = 1_000_000
_USUAL_SIZE = (24, 80)


class Played(NamedTuple):
    """What has come of a session: its exit status, and the sum of what it has shown."""

    status: int
    shown_sum: int


class Watcher(Protocol):
    """Whoever looks on while a session is played; what it raises ends that."""

    def looked(self) -> None:
        """A command has looked at what is typed, which each does again and again while it runs."""

    def ran(self, console: Console, text: str) -> None:
        """A complete input was run."""


class Staging(NamedTuple):
    """What a session is played with that is not in its journal.

    Args:
        course: whose lessons there are; None for those that come with the program.
        meta: the terminal's own commands.
        watcher: None where nobody looks on.
    """

    course: Course | None = None
    meta: Callable[[Console, str, str], Interaction[str]] = meta.run
    watcher: Watcher | None = None


UNSTAGED = Staging()


class _Recording:
    """The entries of a journal, taken one after the other, with the time and the size of the window as they were."""

    def __init__(self, entries: Sequence[Entry], size: tuple[int, int], watcher: Watcher | None = None) -> None:
        self._watcher = watcher
        self._entries = [entry for entry in entries if not isinstance(entry, End)]
        self._position = 0
        self._idled = 0
        self.now_ns = 0
        self.size = size

    def next(self) -> Entry | None:
        """The next entry, None at the end; its time has come."""
        if self._position >= len(self._entries):
            return None
        entry = self._entries[self._position]
        self._position += 1
        self._pass(getattr(entry, "after_ms", 0))
        if isinstance(entry, Line | Keys):
            self.size = (entry.rows, entry.columns)
        return entry

    def typed(self) -> Typed | None:
        """What was typed next while a command ran; None where the journal has nothing more of that."""
        if self._watcher is not None:
            self._watcher.looked()
        entry = self._entries[self._position] if self._position < len(self._entries) else None
        if isinstance(entry, Idle) and self._idled < entry.times:
            self._idled += 1
            if self._idled == entry.times:
                self._idled = 0
                self._position += 1
            self._pass(entry.after_ms)
            return Typed(b"", self.size, self.now_ns)
        if isinstance(entry, Keys):
            self.next()
            return Typed(entry.keys, self.size, self.now_ns)
        return None

    def _pass(self, milliseconds: int) -> None:
        self.now_ns += milliseconds * _MILLISECOND_NS


class _CutOff(Exception):
    """The journal ends while a command runs."""


def _drive(steps: Interaction[T], recording: _Recording) -> T:
    """Run an interaction on what was typed. Raises _CutOff where there is no more of that."""
    try:
        next(steps)
        while True:
            typed = recording.typed()
            if typed is None:
                raise _CutOff
            steps.send(typed)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        steps.close()


def play(
    begun: Begin, entries: Sequence[Entry], write: Callable[[bytes], object], staging: Staging = UNSTAGED
) -> Played:
    """Play a session again.

    Args:
        begun, entries: as `session_journal.read` gives them.
        write: is given all that is shown.
        staging: what it is played with, and who looks on.

    Raises:
        JournalProblem: an entry does not belong where it stands.
        ScenarioProblem: the session's lesson is not there.
    """
    if begun.start:
        return _play_run(begun, entries, write)
    with tempfile.TemporaryDirectory(prefix="fakedocker-replay-") as folder:
        return _play_terminal(begun, entries, write, Path(folder), staging)


def _play_terminal(
    begun: Begin, entries: Sequence[Entry], write: Callable[[bytes], object], folder: Path, staging: Staging
) -> Played:
    state = folder / "state" / "fakedocker"
    state.mkdir(parents=True)
    (state / "progress.json").write_text(json.dumps({"format": 1, "solved": begun.progress}))
    environment = {**begun.environment, "XDG_STATE_HOME": str(folder / "state")}
    recording = _Recording(entries, begun.size or _USUAL_SIZE, staging.watcher)
    console = Console(
        lambda data: _ignore(write(data)),
        recording.size,
        staging.meta,
        begun.seed,
        environment,
        begun.profile,
        begun.date,
        begun.assume,
        begun.storage,
    )
    console.files = folder
    console.course = staging.course
    open_with(console, _lesson(begun, staging.course))
    try:
        for entry in _prompted(recording):
            if isinstance(entry, Line):
                typed = Typed(entry.keys, recording.size, recording.now_ns)
                _drive(console.run(entry.text, typed), recording)
                if staging.watcher is not None:
                    staging.watcher.ran(console, entry.text)
            elif isinstance(entry, Tick):
                write(console.tick(recording.now_ns))
            else:
                console.say(console.glance(entry.name))
    except _CutOff:
        pass  # as far as it goes
    return Played(console.exit_status, console.shown_sum)


def _prompted(recording: _Recording) -> Iterator[Line | Tick | Glance]:
    while (entry := recording.next()) is not None:
        if not isinstance(entry, Line | Tick | Glance):
            raise JournalProblem(f"what it says of {entry!r} does not belong there: no command runs")
        yield entry


def _lesson(begun: Begin, course: Course | None) -> Scenario | None:
    if not begun.lesson:
        return None
    from fakedocker_shell.scenarios import learning

    return learning.find(course, begun.lesson)


def _play_run(begun: Begin, entries: Sequence[Entry], write: Callable[[bytes], object]) -> Played:
    """A session that was not typed at the prompt."""
    again = running.Running(begun, None)
    if begun.size is None:
        chunks = iter([entry.data for entry in entries if isinstance(entry, Input)])
        status, _ = running.with_pipes(again, lambda fd, data: _ignore(write(data)), lambda: next(chunks, b""))
        return Played(status, again.shown_sum)
    terminal = running.OnTerminal(again, lambda data: _ignore(write(data)))
    try:
        status = _drive(terminal.steps(), _Recording(entries, begun.size))
    except _CutOff:
        status = 1
    return Played(status, again.shown_sum)


def _ignore(_: object) -> None:
    """Takes what a file's write gives."""
