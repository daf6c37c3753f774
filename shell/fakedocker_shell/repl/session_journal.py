"""A session's journal: all that it was given, so that it can be played again byte for byte. A text file, a JSON array a
line.

The first line says what was begun, each that follows what came next, and the last one ends it with a sum of what was
shown. Lines that begin with # are comments: a report of an error is a journal with the error in such lines. What a
reader takes is checked whole before anything is run; see `replaying_session` for running it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

import msgspec
from msgspec import Struct

from fakedocker.base.profiles import PROFILES, UNNAMED, storage_named
from fakedocker_shell.repl.interaction import Typed

VERSION = 1
KEPT_BYTES = 32 << 20
"""How large the journal of a session may become; what a session is given after that is not kept."""
LARGEST_FILE_BYTES = 64 << 20
_NS = 1_000_000
_COMMENT = b"#"


class JournalProblem(Exception):
    """A file that is no whole journal of a session of this version; the text says why."""


class Begin(Struct, frozen=True, array_like=True, tag="fakedocker session", forbid_unknown_fields=True):
    """What was begun.

    Args:
        version: of the format.
        program: the version of fakedocker.
        seed: of the world.
        start: how the shell was started: "" for the terminal, which is given line after line, else as
            `terminal_inputs.Start.kind`.
        source, name, parameters: as `terminal_inputs.Start` has them.
        script: the script's content.
        size: rows and columns of a terminal, None for pipes.
        environment: those variables of the real machine that make a difference.
        progress: the lessons that were solved before, and with how many commands.
        lesson: the one that was opened at once.
        profile: which Docker it was.
        date: the day it began on.
        assume: whether what fails only because it is not simulated was taken to have worked from the beginning.
        storage: in which store its images were, "" for the profile's own.
    """

    version: int
    program: str
    seed: int
    start: str = ""
    source: str = ""
    name: str = ""
    parameters: tuple[str, ...] = ()
    script: bytes = b""
    size: tuple[int, int] | None = None
    environment: dict[str, str] = {}
    progress: dict[str, int] = {}
    lesson: str = ""
    profile: str = UNNAMED
    date: str = ""
    assume: bool = False
    storage: str = ""


class Line(Struct, frozen=True, array_like=True, tag="line", forbid_unknown_fields=True):
    """A complete input at the prompt: milliseconds since the entry before, and what was typed after it already."""

    after_ms: int
    text: str
    keys: bytes
    rows: int
    columns: int


class Keys(Struct, frozen=True, array_like=True, tag="keys", forbid_unknown_fields=True):
    """What was typed while a command runs, or another size of the window."""

    after_ms: int
    keys: bytes
    rows: int
    columns: int


class Idle(Struct, frozen=True, array_like=True, tag="idle", forbid_unknown_fields=True):
    """The terminal was looked at so often while a command runs, that many milliseconds after one another, and nothing
    was typed."""

    after_ms: int
    times: int


class Tick(Struct, frozen=True, array_like=True, tag="tick", forbid_unknown_fields=True):
    """Time passed at the prompt."""

    after_ms: int


class Glance(Struct, frozen=True, array_like=True, tag="glance", forbid_unknown_fields=True):
    """One of the terminal's own commands was looked at between two inputs."""

    after_ms: int
    name: str


class Input(Struct, frozen=True, array_like=True, tag="input", forbid_unknown_fields=True):
    """Bytes of standard input; b"" is its end."""

    data: bytes


class End(Struct, frozen=True, array_like=True, tag="end", forbid_unknown_fields=True):
    """The session has ended: the CRC-32 of what it has shown, and its exit status."""

    shown_sum: int
    status: int


Entry: TypeAlias = Line | Keys | Idle | Tick | Glance | Input | End
_encode = msgspec.json.encode


class SessionJournal:
    """Keeps what a session is given, in memory and perhaps in a file.

    Args:
        begin: what was begun.
        write: adds bytes to the journal's file; what it raises is the caller's affair.
        kept_bytes: how much of it is kept in memory.
    """

    def __init__(
        self, begin: Begin, write: Callable[[bytes], object] | None = None, kept_bytes: int = KEPT_BYTES
    ) -> None:
        self._kept_bytes = kept_bytes
        self._write = write
        self._lines: list[bytes] = []
        self._size_bytes = 0
        self._now_ms = 0
        self._size = begin.size or (0, 0)
        self._idle: Idle | None = None
        self._is_full = False
        self._add(begin)

    def text(self) -> bytes:
        """The journal until now; b"" if it has become too large to be kept."""
        self._put_idle()
        return b"" if self._is_full else b"".join(self._lines)

    def flush(self) -> None:
        """Write what was held back, as more of the same might have come."""
        self._put_idle()

    def line(self, text: str, typed: Typed) -> None:
        """A complete input."""
        self._size = typed.size
        self._add(Line(self._passed(typed.now_ns), text, typed.keys, *typed.size))

    def typed(self, typed: Typed) -> None:
        """The terminal was looked at while a command runs."""
        after_ms = self._passed(typed.now_ns)
        if typed.keys or typed.size != self._size:
            self._size = typed.size
            self._add(Keys(after_ms, typed.keys, *typed.size))
        elif self._idle is not None and self._idle.after_ms == after_ms:
            self._idle = Idle(after_ms, self._idle.times + 1)
        else:
            self._put_idle()
            self._idle = Idle(after_ms, 1)

    def tick(self, now_ns: int) -> None:
        """Time passed at the prompt."""
        self._add(Tick(self._passed(now_ns)))

    def glance(self, name: str, now_ns: int) -> None:
        """One of the terminal's own commands was looked at."""
        self._add(Glance(self._passed(now_ns), name))

    def input(self, data: bytes) -> None:
        """Standard input, b"" for its end."""
        self._add(Input(data))

    def end(self, shown_sum: int, status: int) -> None:
        """The session has ended."""
        self._add(End(shown_sum, status))

    def _passed(self, now_ns: int) -> int:
        before_ms, self._now_ms = self._now_ms, now_ns // _NS
        return self._now_ms - before_ms

    def _put_idle(self) -> None:
        idle, self._idle = self._idle, None
        if idle is not None:
            self._keep(idle)

    def _add(self, entry: Begin | Entry) -> None:
        self._put_idle()
        self._keep(entry)

    def _keep(self, entry: Begin | Entry) -> None:
        data = _encode(entry) + b"\n"
        if self._write is not None:
            self._write(data)
        self._size_bytes += len(data)
        self._is_full = self._is_full or self._size_bytes > self._kept_bytes
        if self._is_full:
            self._lines.clear()
        else:
            self._lines.append(data)


# reading


def ending(entries: list[Entry]) -> End | None:
    """How a journal says that its session has ended; None for one that was cut off."""
    last = entries[-1] if entries else None
    return last if isinstance(last, End) else None


def is_journal(data: bytes) -> bool:
    """Whether a file's beginning is a journal's, or a report's."""
    first = next((line for line in data.split(b"\n") if line.strip() and not line.startswith(_COMMENT)), b"")
    return first.startswith(b'["fakedocker session"') or data.startswith(b"# fakedocker ")


def read(data: bytes, program: str, allow_cut: bool = False) -> tuple[Begin, list[Entry]]:
    """The whole journal, checked.

    Args:
        program: this version of fakedocker.
        allow_cut: take one that does not end, as of a session that was killed; a last line that is cut is left out.

    Raises:
        JournalProblem: it is not whole, of another version, or no journal. Nothing of it should be run then.
    """
    if len(data) > LARGEST_FILE_BYTES:
        raise JournalProblem(f"it is larger than {LARGEST_FILE_BYTES >> 20} MiB")
    *lines, rest = data.split(b"\n")
    if rest and not allow_cut:
        raise JournalProblem("it is cut off in the middle of a line; --cut plays what is there")
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line and not line.startswith(_COMMENT)]
    if not numbered:
        raise JournalProblem("it holds no session")
    begin = _begin(numbered[0][1], program)
    entries = list(_entries(numbered[1:]))
    if ending(entries) is None and not allow_cut:
        raise JournalProblem("it is cut off: it does not say how the session ended; --cut plays what is there")
    return begin, entries


def _begin(line: bytes, program: str) -> Begin:
    try:
        begin = msgspec.json.decode(line, type=Begin)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise JournalProblem("it is no journal of a session") from None
    if begin.version != VERSION:
        raise JournalProblem(f"its format is {begin.version}, and this version knows {VERSION}")
    if begin.profile not in PROFILES:
        raise JournalProblem(f"its profile {begin.profile!r} is not known")
    try:
        storage_named(PROFILES[begin.profile], begin.storage)
    except ValueError as problem:
        raise JournalProblem(str(problem)) from None
    if begin.program != program:
        raise JournalProblem(
            f"it was made by fakedocker {begin.program}, and only that version does the same again; this is {program}"
        )
    return begin


def _entries(numbered: list[tuple[int, bytes]]) -> Iterator[Entry]:
    decode = msgspec.json.Decoder(Entry).decode
    ended = False
    for number, line in numbered:
        try:
            entry = decode(line)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as problem:
            raise JournalProblem(f"line {number} is damaged ({problem})") from None
        if ended:
            raise JournalProblem(f"line {number} comes after the end of the session")
        if getattr(entry, "after_ms", 0) < 0 or getattr(entry, "times", 0) < 0:
            raise JournalProblem(f"line {number}: time does not go backwards")
        ended = isinstance(entry, End)
        yield entry


def checked_sum(data: bytes, before: int) -> int:
    """The sum of what was shown, with more of it."""
    return zlib.crc32(data, before)
