"""What a command of the terminal's own is, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from fakedocker_shell.repl.interaction import Interaction
from fakedocker_shell.repl.terminal_session import TerminalSession

if TYPE_CHECKING:
    from fakedocker_shell.scenarios.lesson import Lesson

NO_LESSON = "no lesson is open; `:lesson list` shows them, `:lesson next` begins the next one"


class MetaProblem(Exception):
    """A command of the terminal's own that cannot be done; the text says why."""


class MetaCommand(NamedTuple):
    """A row of the table. `run` gives what to show; `words` are arguments that completion offers, or a function that
    gives them."""

    usage: str
    description: str
    run: Callable[[TerminalSession, str], str | Interaction[str]]
    words: Iterable[str] | Callable[[], Iterable[str]] = ()


def present_lesson(terminal: TerminalSession, argument: str, usage: str) -> Lesson:
    """The lesson that is open, for commands that take no argument.

    Raises:
        MetaProblem: there is an argument, or no lesson.
    """
    if argument:
        raise MetaProblem(f"usage: {usage}")
    if terminal.lesson is None:
        raise MetaProblem(NO_LESSON)
    return terminal.lesson


def run_command(command: MetaCommand, terminal: TerminalSession, argument: str) -> Interaction[str]:
    """Run a command of the terminal's own; gives what to show. Raises MetaProblem."""
    shown = command.run(terminal, argument)
    return shown if isinstance(shown, str) else (yield from shown)
