"""Writing a learner's transcript while the learner works: a file of its own, to which lines are added.

What is written is safe once a command has ended. A session is noted by whoever runs it calling `journal` when it begins
and `ran` after each input.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from fakedocker.base import clock
from fakedocker_shell.grading.transcript import (
    LARGEST_BYTES,
    SUFFIX,
    VERSION,
    CommandNote,
    FullNote,
    HintNote,
    LessonNote,
    LinkNote,
    Note,
    SessionNote,
    SolvedNote,
)
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.session_journal import Begin, SessionJournal
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.scenarios.lesson import Lesson

KEPT_BYTES = 4 << 20
"""How much of the session's journal is kept in memory, to be downloaded."""
_PLAIN = re.compile(r"[^a-z0-9]+")
_encode = msgspec.json.encode


def file_name(learner: str) -> str:
    """The name of a learner's file: one for each name, and harmless whatever the name is."""
    plain = _PLAIN.sub("-", learner.lower()).strip("-")[:40]
    return f"{plain or 'learner'}-{hashlib.sha256(learner.encode('utf-8', 'replace')).hexdigest()[:8]}{SUFFIX}"


class TranscriptFile:
    """A file to which lines are added; an existing one goes on.

    Raises:
        OSError: it cannot be opened, or is a link.
    """

    def __init__(self, path: str) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        self._file: BinaryIO = os.fdopen(os.open(path, flags, 0o600), "ab")
        self._room = LARGEST_BYTES - os.fstat(self._file.fileno()).st_size
        self._is_full = False

    def add(self, line: bytes) -> None:
        """A line, without its end."""
        if self._is_full:
            return
        self._room -= len(line) + 1
        if self._room < 0:
            self._is_full = True
            line = _encode(FullNote())
        self._file.write(line + b"\n")

    def note(self, note: Note) -> None:
        """A line for people, or the beginning of a session."""
        self.add(_encode(note))

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class TranscriptWriter:
    """Notes a learner's sessions, one after the other.

    Args:
        learner: the name that was given.
        course: None for the one that comes with the program.
        minutes: how long ago the exam began, or the learner first came.
        file: None to keep a journal in memory alone.
    """

    def __init__(
        self,
        learner: str,
        course: Course | None,
        minutes: Callable[[], float],
        file: TranscriptFile | None,
    ) -> None:
        self._learner, self._course, self._minutes, self._file = learner, course, minutes, file
        self._lesson: Lesson | None = None
        self._seen = (False, 0, False)
        self._is_first = False
        self._journal: SessionJournal | None = None

    def journal(self, begun: Begin) -> SessionJournal | None:
        """A session begins; gives its journal."""
        if self._file is None:
            return SessionJournal(begun, kept_bytes=KEPT_BYTES)
        course = self._course
        title, digest, is_exam = (
            (course.title, course.digest, course.is_exam) if course is not None else ("", "", False)
        )
        minutes = round(self._minutes(), 3)
        self._file.note(SessionNote(VERSION, self._learner, title, digest, is_exam, minutes, begun))
        self._lesson = None
        self._is_first = True
        self._journal = SessionJournal(begun, self._add_input, KEPT_BYTES)
        return self._journal

    def link(self, commands: str) -> None:
        """A session begins with the commands of a link."""
        if self._file is not None:
            self._journal = None
            self._file.note(LinkNote(commands))

    def _add_input(self, line: bytes) -> None:
        """A line of the journal; its first is part of the session's own note."""
        if self._is_first:
            self._is_first = False
        elif self._file is not None:
            self._file.add(b'{"kind":"input","entry":' + line.rstrip(b"\n") + b"}")

    def ran(self, console: Console, text: str) -> None:
        """A complete input was run."""
        file = self._file
        if file is None:
            return
        if self._journal is not None:
            self._journal.flush()
        file.note(CommandNote(text, clock.rfc3339_seconds(console.engine.now_ns), console.status))
        lesson = console.lesson
        if lesson is not self._lesson:
            self._lesson, self._seen = lesson, (False, 0, False)
            file.note(LessonNote(lesson.scenario.id if lesson is not None else ""))
        if lesson is not None:
            self._note_lesson(file, lesson, lesson.score(console.moment()))
        file.flush()

    def _note_lesson(self, file: TranscriptFile, lesson: Lesson, score: int) -> None:
        taken = len(lesson.given_hints())
        was_solved, had_taken, had_seen = self._seen
        if (taken, lesson.solution_shown) != (had_taken, had_seen):
            file.note(HintNote(lesson.scenario.id, taken, lesson.solution_shown))
        if lesson.is_solved and not was_solved and not lesson.solution_shown:
            file.note(SolvedNote(lesson.scenario.id, score))
        self._seen = (lesson.is_solved, taken, lesson.solution_shown)
