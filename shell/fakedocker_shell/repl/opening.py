"""How a terminal is opened: its first words, and what of the machine makes a difference to a session, for its journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fakedocker.base.profiles import DEFAULT, profile_named, storage_named
from fakedocker.operations.system import initial_world
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.session_journal import VERSION, Begin
from fakedocker_shell.repl.state_directory import program_version

if TYPE_CHECKING:
    from fakedocker_shell.scenarios.course import Course
    from fakedocker_shell.scenarios.model import Scenario

WELCOME = "A simulated host with docker: nothing touches your machine. F1 helps, :lesson next teaches, Ctrl-D leaves."
VARIABLES = ("NO_COLOR", "TERM", "FAKEDOCKER_PAGER")
"""Those of the real machine that a session's output depends on."""


def begin_terminal(
    seed: int,
    environment: Mapping[str, str],
    size: tuple[int, int],
    lesson: Scenario | None = None,
    profile: str = DEFAULT,
    date: str = "",
    assume: bool = False,
    storage: str = "",
    course: Course | None = None,
) -> Begin:
    """The head of the journal of a terminal."""
    from fakedocker_shell.scenarios.progress import Progress

    return Begin(
        VERSION,
        program_version(),
        seed,
        size=size,
        environment={name: environment[name] for name in VARIABLES if name in environment},
        progress=Progress(environment).solved(),
        lesson=_reference(lesson, course),
        profile=profile,
        date=date or initial_world.DEFAULT_START[:10],
        assume=assume,
        storage=storage_named(profile_named(profile), storage),
    )


def _reference(lesson: Scenario | None, course: Course | None) -> str:
    if lesson is None:
        return ""
    if course is not None:
        return lesson.id
    from fakedocker_shell.scenarios import library

    return library.reference(lesson)


def open_with(console: Console, lesson: Scenario | None) -> None:
    """Say the first words, or open a lesson. Raises ScenarioProblem where the lesson is broken."""
    if lesson is None:
        console.say(WELCOME)
        return
    from fakedocker_shell.scenarios import learning

    console.announce(learning.begin(console, lesson))
