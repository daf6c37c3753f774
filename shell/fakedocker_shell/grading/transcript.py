"""A transcript: what a learner did, as JSON lines.

Its first line, and each later one of the kind, begins a session. What follows are the session's inputs, exactly as in a
session's journal, and notes for people: commands with the virtual time, lessons opened and solved, hints taken. Only
the inputs are played again; the notes are claims.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from fakedocker_shell.repl.session_journal import Begin, Entry

VERSION = 1
SUFFIX = ".jsonl"
LARGEST_BYTES = 32 << 20
"""How large one may become; what is done after that is not kept."""


class SessionNote(Struct, frozen=True, tag_field="kind", tag="session", forbid_unknown_fields=True):
    """A session begins.

    Args:
        version: of the format.
        learner: the name that was given.
        course, digest: the title of the course, and a sum of all that it says.
        is_exam: whether an exam was held.
        minutes: since the exam began, or the learner first came.
        began: how the session began, as in its journal.
    """

    version: int
    learner: str
    course: str
    digest: str
    is_exam: bool
    minutes: float
    began: Begin


class InputNote(Struct, frozen=True, tag_field="kind", tag="input", forbid_unknown_fields=True):
    """What the session was given next."""

    entry: Entry


class CommandNote(Struct, frozen=True, tag_field="kind", tag="command", forbid_unknown_fields=True):
    """A command was run: when by the virtual clock, and its exit status."""

    text: str
    virtual: str
    status: int


class LessonNote(Struct, frozen=True, tag_field="kind", tag="lesson", forbid_unknown_fields=True):
    """A lesson was opened."""

    id: str


class SolvedNote(Struct, frozen=True, tag_field="kind", tag="solved", forbid_unknown_fields=True):
    """The goal of a lesson was reached, with so many commands that count."""

    id: str
    commands: int


class HintNote(Struct, frozen=True, tag_field="kind", tag="hint", forbid_unknown_fields=True):
    """A hint was taken, or the solution looked at."""

    id: str
    taken: int
    solution: bool


class LinkNote(Struct, frozen=True, tag_field="kind", tag="link", forbid_unknown_fields=True):
    """A session that begins with the commands of a link: it is not played again."""

    commands: str


class FullNote(Struct, frozen=True, tag_field="kind", tag="full", forbid_unknown_fields=True):
    """The transcript has become too large: what follows was not kept."""


Note: TypeAlias = SessionNote | InputNote | CommandNote | LessonNote | SolvedNote | HintNote | LinkNote | FullNote
