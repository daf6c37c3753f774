"""`fakedocker replay --link`: a link's commands, run where nobody sits, and what is wrong with them.

Nothing outside is touched: what the session keeps goes into a folder that is thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from fakedocker_shell.links import Link
from fakedocker_shell.repl import link_running, meta
from fakedocker_shell.repl.console import Console

SIZE = (24, 80)


def check(link: Link, write: Callable[[bytes], object]) -> list[str]:
    """Run a link; gives what is wrong with it, nothing where all went as it should.

    What its commands fail with is shown and not held against it: many a link is made to show a failure.

    Args:
        write: is given all that is shown, the same bytes everywhere.

    Raises:
        LinkProblem: there is no lesson of its name.
    """
    with tempfile.TemporaryDirectory(prefix="fakedocker-link-") as folder:
        environment = {"NO_COLOR": "1", "XDG_STATE_HOME": folder}
        console = Console(
            lambda data: _ignore(write(data)), SIZE, meta.run, link.seed, environment, link.profile, link.date, link.assume,
            link.storage,
        )  # fmt: skip
        console.files = Path(folder)
        if link.lesson:
            link_running.open_lesson(console, link)
        try:
            link_running.drive(link_running.run(console, link), SIZE)
        except link_running.LinkStopped as problem:
            return [str(problem)]
        if console.lesson is not None and not console.lesson.is_solved:
            return [f"the goal of the lesson {link.lesson} is not reached"]
        return []


def _ignore(_: object) -> None:
    """Takes what a file's write gives."""
