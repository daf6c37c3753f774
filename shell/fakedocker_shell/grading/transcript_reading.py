"""Reading a transcript within limits: it comes from anybody. It is checked whole before anything of it is played."""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from fakedocker.base.profiles import PROFILES, storage_named
from fakedocker_shell.grading.transcript import (
    LARGEST_BYTES,
    VERSION,
    FullNote,
    InputNote,
    LinkNote,
    Note,
    SessionNote,
    SolvedNote,
)
from fakedocker_shell.links import hides
from fakedocker_shell.repl.session_journal import VERSION as JOURNAL_VERSION, Entry, Idle, Input, Keys, Line
from fakedocker_shell.repl.state_directory import program_version
from fakedocker_shell.web.messages import LONGEST_NAME

MOST_SESSIONS = 1_000
MOST_LOOKS = 5_000_000
"""How often commands may look at what is typed, in all: each look goes with a bounded share of work."""
LONGEST_MS = 7 * 24 * 3600 * 1000
"""What a session may take."""
_SLACK_BYTES = 1 << 20
"""The last line of one that is full may be a little longer."""


class TranscriptProblem(Exception):
    """A transcript that is none; the text says why."""


class Played(Struct):
    """A session of a transcript that can be played: what it began with, and its inputs."""

    note: SessionNote
    entries: list[Entry]


class Transcript(Struct):
    """What a transcript says.

    Args:
        learner: the name of whom it is.
        sessions: those that can be played.
        claimed: the lessons that it says were solved.
        remarks: what whoever marks it should know.
    """

    learner: str
    sessions: list[Played]
    claimed: set[str]
    remarks: list[str]


def read_file(path: str) -> Transcript:
    """A transcript's file.

    Raises:
        TranscriptProblem: it cannot be read, is too large, or is no transcript.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            data = file.read(LARGEST_BYTES + _SLACK_BYTES + 1)
    except OSError as problem:
        raise TranscriptProblem(str(problem.strerror)) from None
    if len(data) > LARGEST_BYTES + _SLACK_BYTES:
        raise TranscriptProblem(f"it is larger than {LARGEST_BYTES >> 20} MiB")
    return read(data)


def read(data: bytes) -> Transcript:
    """As `read_file`, of what stands in it."""
    found = Transcript("", [], set(), [])
    decode = msgspec.json.Decoder(Note).decode
    looks = 0
    lines = data.split(b"\n")
    if lines.pop():
        found.remarks.append("it is cut off in its last line")
    for number, line in enumerate(lines, 1):
        try:
            note: Note = decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError) as problem:
            raise TranscriptProblem(f"line {number} is none of a transcript ({problem})") from None
        if isinstance(note, InputNote):
            looks += _add_input(found, note, number)
            if looks > MOST_LOOKS:
                raise TranscriptProblem(f"line {number}: commands look at what is typed more than {MOST_LOOKS} times")
        else:
            _add_note(found, note, number)
    if not found.sessions:
        raise TranscriptProblem("it holds no session that can be played")
    for played in found.sessions:
        _check_time(played.entries)
    return found


def _add_input(found: Transcript, note: InputNote, number: int) -> int:
    """Gives how many looks it stands for."""
    entry = note.entry
    if not found.sessions or isinstance(entry, Input):
        raise TranscriptProblem(f"line {number}: this input does not belong there")
    if getattr(entry, "after_ms", 0) < 0 or getattr(entry, "times", 0) < 0:
        raise TranscriptProblem(f"line {number}: time does not go backwards")
    if isinstance(entry, Line | Keys) and not (0 < entry.rows <= 1000 and 0 < entry.columns <= 2000):
        raise TranscriptProblem(f"line {number}: no window is so large or so small")
    found.sessions[-1].entries.append(entry)
    return entry.times if isinstance(entry, Idle) else 1


def _add_note(found: Transcript, note: Note, number: int) -> None:
    if isinstance(note, SessionNote):
        _check_session(found, note, number)
        found.learner = note.learner
        found.sessions.append(Played(note, []))
        if len(found.sessions) > MOST_SESSIONS:
            raise TranscriptProblem(f"it has more than {MOST_SESSIONS} sessions")
    elif isinstance(note, SolvedNote):
        found.claimed.add(note.id[:64])
    elif isinstance(note, LinkNote):
        found.remarks.append(f"line {number}: what was done after a link's commands is not marked")
    elif isinstance(note, FullNote):
        found.remarks.append("it had become too large: what followed was not kept")


def _check_session(found: Transcript, note: SessionNote, number: int) -> None:
    begun = note.began
    if note.version != VERSION or begun.version != JOURNAL_VERSION:
        raise TranscriptProblem(f"line {number}: its format is not the one that this version knows")
    if begun.program != program_version():
        raise TranscriptProblem(
            f"line {number}: it was made by another fakedocker, and only the same version does the same again"
        )
    if found.sessions and note.learner != found.learner:
        raise TranscriptProblem(f"line {number}: it is of two learners")
    if len(note.learner) > LONGEST_NAME or hides(note.learner) or not note.learner.strip():
        raise TranscriptProblem(f"line {number}: that is no name of a learner")
    if begun.start or begun.size is None or begun.profile not in PROFILES:
        raise TranscriptProblem(f"line {number}: that is no session at a terminal")
    try:
        storage_named(PROFILES[begun.profile], begun.storage)
    except ValueError as problem:
        raise TranscriptProblem(f"line {number}: {problem}") from None


def _check_time(entries: Iterable[Entry]) -> None:
    passed_ms = 0
    for entry in entries:
        times = entry.times if isinstance(entry, Idle) else 1
        passed_ms += getattr(entry, "after_ms", 0) * times
        if passed_ms > LONGEST_MS:
            raise TranscriptProblem("a session takes no longer than a week")
