"""What a page is shown in: a browser that is all its own, or a server with many of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from fakedocker_shell.repl import meta
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.interaction import Interaction
from fakedocker_shell.repl.session_journal import Begin, SessionJournal
from fakedocker_shell.scenarios.course import Course


class Observer(Protocol):
    """Whoever keeps account of what somebody does in a page."""

    def journal(self, begun: Begin) -> SessionJournal | None:
        """A session begins; gives its journal."""

    def ran(self, console: Console, text: str) -> None:
        """A complete input was run."""


class Sharing(Protocol):
    """Shares a processor among pages. A command works in slices, each ended before something is waited for."""

    def begin(self) -> None:
        """A command begins, and with it a slice."""

    def end_slice(self) -> None:
        """It works no more for now."""

    async def next_slice(self) -> None:
        """Until it may go on."""

    def end(self) -> None:
        """It has ended."""


class Surroundings(NamedTuple):
    """What a page is shown in; a browser of its own unless said otherwise.

    Args:
        course: whose lessons there are; None for those that come with the program.
        meta: the terminal's own commands.
        observer: None where nobody keeps account.
        sharing: where many pages share one processor; None where there is one.
    """

    course: Course | None = None
    meta: Callable[[Console, str, str], Interaction[str]] = meta.run
    observer: Observer | None = None
    sharing: Sharing | None = None


IN_A_BROWSER = Surroundings()
