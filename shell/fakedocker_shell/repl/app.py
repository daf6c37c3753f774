"""`fakedocker` on a terminal: a console and its prompt on standard input and output.

At the prompt prompt_toolkit has the terminal, see `own_terminal`; while a command runs it is the simulated terminal's, see
`foreground`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.profiles import DEFAULT
from fakedocker_shell.repl import link_running, meta
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.opening import begin_terminal, open_with
from fakedocker_shell.repl.own_terminal import OwnTerminal
from fakedocker_shell.repl.session_journal import SessionJournal
from fakedocker_shell.repl.tty import Tty, drive, whole_milliseconds

if TYPE_CHECKING:
    from fakedocker.host_dir import Shown
    from fakedocker_shell.grading.transcript_writing import TranscriptWriter
    from fakedocker_shell.links import Link
    from fakedocker_shell.repl.interaction import Interaction
    from fakedocker_shell.scenarios.course import Course
    from fakedocker_shell.scenarios.model import Scenario


class Sitting(NamedTuple):
    """Somebody's learning of a course.

    Args:
        course: whose lessons there are.
        meta: the terminal's own commands.
        writer: keeps account of it.
        seconds: how long it may take; None for any time.
    """

    course: Course
    meta: Callable[[Console, str, str], Interaction[str]]
    writer: TranscriptWriter
    seconds: float | None = None


def sit(sitting: Sitting, lesson: Scenario | None) -> int:
    """Open the terminal with the lessons of a course; gives the exit status of its shell.

    Raises:
        ScenarioProblem: the lesson is broken.
    """
    with OwnTerminal() as terminal:
        console = Console(terminal.write, terminal.size(), sitting.meta, 0, os.environ)
        console.course = sitting.course
        begun = begin_terminal(0, os.environ, terminal.size(), lesson, course=sitting.course)
        journal = sitting.writer.journal(begun)
        open_with(console, lesson)
        ends_ns = None if sitting.seconds is None else int(sitting.seconds * SECOND_NS)
        clock = whole_milliseconds(time.monotonic_ns)
        return terminal.converse(
            console, lambda screen: Tty(console, screen, clock, journal, sitting.writer.ran, ends_ns)
        )


def run(
    seed: int,
    lesson: Scenario | None = None,
    folders: Sequence[Shown] = (),
    journal: str = "",
    profile: str = DEFAULT,
    date: str = "",
    assume: bool = False,
    storage: str = "",
) -> int:
    """Open the terminal on standard input and output; gives the exit status of its shell.

    Args:
        lesson: opened at once, in place of the welcome.
        folders: of the real machine, which the simulated host sees.
        journal: a file that is made and gets the session's journal; "" for none.
        profile: which Docker it is.
        date: the day it begins on, "" for the usual one.
        assume: whether what fails only because it is not simulated is taken to have worked.
        storage: in which store it keeps its images, "" for the profile's own.

    Raises:
        ScenarioProblem: the lesson is broken.
        OSError: the journal's file is there already, or cannot be made.
    """
    with contextlib.ExitStack() as stack:
        write = stack.enter_context(open(journal, "xb", buffering=0)).write if journal else None
        terminal = stack.enter_context(OwnTerminal())
        size = terminal.size()
        console = Console(terminal.write, size, meta.run, seed, os.environ, profile, date, assume, storage)
        begun = begin_terminal(seed, os.environ, size, lesson, profile, date, assume, storage)
        kept = None if folders else SessionJournal(begun, write)
        console.see(folders)
        open_with(console, lesson)
        clock = whole_milliseconds(time.monotonic_ns)
        status = terminal.converse(console, lambda screen: Tty(console, screen, clock, kept))
        if kept is not None:
            kept.end(console.shown_sum, status)
        return status


def run_link(link: Link) -> int:
    """Open the terminal as a link asks for it; its commands are shown, and run if that is wanted. Gives the exit status.

    Raises:
        LinkProblem: there is no lesson of its name.
    """
    is_wanted = _is_wanted(link)
    clock = whole_milliseconds(time.monotonic_ns)
    with OwnTerminal() as terminal:
        write, size = terminal.write, terminal.size()
        options = link.profile, link.date, link.assume, link.storage
        console = Console(write, size, meta.run, link.seed, os.environ, *options)
        if link.lesson:
            link_running.open_lesson(console, link)
        else:
            open_with(console, None)
        if is_wanted:
            try:
                drive(link_running.run(console, link), terminal.screen(), clock)
            except link_running.LinkStopped as problem:
                console.say(str(problem))
        return terminal.converse(console, lambda screen: Tty(console, screen, clock))


def _is_wanted(link: Link) -> bool:
    """Ask whether a link's commands are to be run; they hold no control characters, see `links`."""
    if not link.run.strip():
        return False
    sys.stdout.write("This link runs these commands in the simulation:\n\n")
    sys.stdout.write("".join(f"    {line}\n" for line in link.run.split("\n")) + "\nRun them? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
