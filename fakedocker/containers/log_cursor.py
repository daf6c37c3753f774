"""A place in a container's output from which lines are read a few at a time, for clients that read slowly.

What a client has not asked for yet costs nothing but the place. Of output that was dropped meanwhile, because there was
too much of it, the client does not hear, as with a log file of the real daemon that was rotated away.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fakedocker.base.history import History
from fakedocker.containers.logs import Line, LineSplitter, Selection
from fakedocker.containers.model import Chunk

CHUNKS_AT_ONCE = 256


class LineCursor:
    """Where in some output a client is; it begins at the oldest line."""

    def __init__(self) -> None:
        self._position = 0
        self._splitter = LineSplitter()
        self._skipped = 0
        """How many lines come before the first one that may be given."""

    def start_at_last(self, history: History[Chunk], selection: Selection, *, ended: bool) -> None:
        """Begin at the last lines, as many as a selection asks for, of which it then takes those that are wanted. Time grows with
        what lies behind them.

        Source: moby daemon/logger/loggerutils/logfile.go, which tails the file first; streams are chosen when its lines are sent.

        Args:
            ended: whether what is left without a newline is a line too.
        """
        assert selection.tail is not None
        self._position = _before_last_lines(history, selection.tail)
        self._splitter = _splitter_at(history, self._position)
        total = sum(1 for _ in self._ahead(history, ended))
        self._skipped = max(0, total - selection.tail)

    def _ahead(self, history: History[Chunk], ended: bool) -> Iterator[Line]:
        splitter = _splitter_at(history, self._position)
        position = self._position
        while chunks := history.entries(position, max(position, history.start) + CHUNKS_AT_ONCE):
            position = max(position, history.start) + len(chunks)
            for chunk in chunks:
                yield from splitter.add(chunk)
        if ended:
            yield from splitter.end()

    def next_lines(self, history: History[Chunk], end: int | None, selection: Selection) -> list[Line] | None:
        """The next few lines that are wanted, maybe none of them; None where no more output is before an end (or now)."""
        start = max(self._position, history.start)
        until = start + CHUNKS_AT_ONCE if end is None else min(start + CHUNKS_AT_ONCE, end)
        chunks = history.entries(start, until)
        if not chunks:
            return None
        self._position = start + len(chunks)
        found = self._without_skipped([line for chunk in chunks for line in self._splitter.add(chunk)])
        return [line for line in found if selection.takes(line)]

    def _without_skipped(self, found: list[Line]) -> list[Line]:
        if not self._skipped:
            return found
        taken = list(islice(found, self._skipped, None))
        self._skipped -= len(found) - len(taken)
        return taken

    def is_at_end(self, history: History[Chunk], end: int | None) -> bool:
        """Whether no output is left before an end, or now."""
        return self._position >= (history.end if end is None else min(end, history.end)) or not len(history)

    def rest(self, selection: Selection) -> list[Line]:
        """What is left without a newline."""
        return [line for line in self._without_skipped(list(self._splitter.end())) if selection.takes(line)]


def _before_last_lines(history: History[Chunk], wanted: int) -> int:
    """The number of a chunk before which none of the last lines is complete."""
    position = history.end
    while position > history.start:
        first = max(history.start, position - CHUNKS_AT_ONCE)
        for chunk in reversed(history.entries(first, position)):
            position -= 1
            wanted -= chunk.data.count(b"\n")
            if wanted <= 0:
                return position
    return history.start


def _splitter_at(history: History[Chunk], position: int) -> LineSplitter:
    """A splitter that knows what was written of unfinished lines before a chunk."""
    splitter = LineSplitter()
    for fd in (1, 2):
        begun: list[Chunk] = []
        at = position
        while at > history.start and not (begun and b"\n" in begun[-1].data):
            first = max(history.start, at - CHUNKS_AT_ONCE)
            for chunk in reversed(history.entries(first, at)):
                if chunk.fd == fd:
                    begun.append(chunk)
                    if b"\n" in chunk.data:
                        break
            at = first
        for chunk in reversed(begun):
            for _ in splitter.add(chunk):
                continue  # complete before that place
    return splitter
