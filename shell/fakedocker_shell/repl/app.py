"""`fakedocker` on a terminal: a console and its prompt on standard input and output.

At the prompt prompt_toolkit has the terminal; while a command runs it is the simulated terminal's, see `foreground`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import create_input
from prompt_toolkit.output import create_output

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.profiles import DEFAULT
from fakedocker_shell.repl import link_running, meta, state_directory
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.opening import begin_terminal, open_with
from fakedocker_shell.repl.prompt import Prompt
from fakedocker_shell.repl.screen import RealScreen
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
    source, sink = create_input(sys.stdin), create_output(sys.stdout)
    screen = RealScreen(source, sink, sys.stdout.buffer)
    console = Console(screen.write, screen.size(), sitting.meta, 0, os.environ)
    console.course = sitting.course
    begun = begin_terminal(0, os.environ, screen.size(), lesson, course=sitting.course)
    journal = sitting.writer.journal(begun)
    open_with(console, lesson)
    ends_ns = None if sitting.seconds is None else int(sitting.seconds * SECOND_NS)
    tty = Tty(console, screen, whole_milliseconds(time.monotonic_ns), journal, sitting.writer.ran, ends_ns)
    return Prompt(tty, source, sink, _history()).loop()


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
    source, sink = create_input(sys.stdin), create_output(sys.stdout)
    screen = RealScreen(source, sink, sys.stdout.buffer)
    with contextlib.ExitStack() as open_files:
        write = open_files.enter_context(open(journal, "xb", buffering=0)).write if journal else None
        console = Console(screen.write, screen.size(), meta.run, seed, os.environ, profile, date, assume, storage)
        kept = (
            None
            if folders
            else SessionJournal(
                begin_terminal(seed, os.environ, screen.size(), lesson, profile, date, assume, storage), write
            )
        )
        console.see(folders)
        open_with(console, lesson)
        tty = Tty(console, screen, whole_milliseconds(time.monotonic_ns), kept)
        status = Prompt(tty, source, sink, _history()).loop()
        if kept is not None:
            kept.end(console.shown_sum, status)
        return status


def run_link(link: Link) -> int:
    """Open the terminal as a link asks for it; its commands are shown, and run if that is wanted. Gives the exit status.

    Raises:
        LinkProblem: there is no lesson of its name.
    """
    is_wanted = _is_wanted(link)
    source, sink = create_input(sys.stdin), create_output(sys.stdout)
    screen = RealScreen(source, sink, sys.stdout.buffer)
    console = Console(
        screen.write, screen.size(), meta.run, link.seed, os.environ, link.profile, link.date, link.assume, link.storage
    )
    if link.lesson:
        link_running.open_lesson(console, link)
    else:
        open_with(console, None)
    tty = Tty(console, screen, whole_milliseconds(time.monotonic_ns))
    if is_wanted:
        try:
            drive(link_running.run(console, link), screen, tty.now_ns)
        except link_running.LinkStopped as problem:
            console.say(str(problem))
    return Prompt(tty, source, sink, _history()).loop()


def _is_wanted(link: Link) -> bool:
    """Ask whether a link's commands are to be run; they hold no control characters, see `links`."""
    if not link.run.strip():
        return False
    sys.stdout.write("This link runs these commands in the simulation:\n\n")
    sys.stdout.write("".join(f"    {line}\n" for line in link.run.split("\n")) + "\nRun them? [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _history() -> History:
    path = state_directory.history_file(os.environ)
    return _PrivateHistory(str(path)) if path is not None else InMemoryHistory()


class _PrivateHistory(FileHistory):
    """A history whose file only its owner reads, and that is not lost with a full disk."""

    def store_string(self, string: str) -> None:
        try:
            os.close(os.open(self.filename, os.O_WRONLY | os.O_CREAT, 0o600))
            super().store_string(string)
        except OSError:
            return  # it stays in memory
