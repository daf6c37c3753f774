"""A recording: lines of JSON, each something that was said, in the order in which it was.

It may come from anybody: a line is decoded into one of these kinds or refused, and a file has a limit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final

import msgspec
from msgspec import Struct

FORMAT: Final = 1
LARGEST_BYTES: Final = 512 << 20
LARGEST_LINE_BYTES: Final = 48 << 20
MOST_LINES: Final = 2_000_000
_LATEST_MS: Final = 4_102_444_800_000  # the year 2100


class RecordingProblem(Exception):
    """A file that is no recording, or one that is not read; the text says why and where."""


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The first line.

    Args:
        recording: of which format.
        began_ms: when, since 1970.
    """

    recording: int
    began_ms: int


class Said(Struct, frozen=True, tag_field="kind", kw_only=True):
    """Something that was said.

    Args:
        id: of the request that it belongs to.
        at_ms: since the beginning.
    """

    id: int
    at_ms: int


class Asked(Said, frozen=True, tag="asked", kw_only=True):
    """A whole request.

    Args:
        cut: whether the body was too large to be kept.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    cut: bool = False


class Answered(Said, frozen=True, tag="answered", kw_only=True):
    """The head of an answer."""

    status: int
    headers: dict[str, str]


class Output(Said, frozen=True, tag="output", kw_only=True):
    """A part of an answer's body, or of what came on an upgraded connection."""

    data: bytes


class Input(Said, frozen=True, tag="input", kw_only=True):
    """What a client has sent on an upgraded connection."""

    data: bytes


class InputEnded(Said, frozen=True, tag="input ended", kw_only=True):
    """The client will send no more on an upgraded connection."""


class Ended(Said, frozen=True, tag="ended", kw_only=True):
    """The answer is whole, or the connection has ended.

    Args:
        by_client: whether it was the client who gave it up.
        cut: whether more of it came than was kept.
    """

    by_client: bool = False
    cut: bool = False


Event = Asked | Answered | Output | Input | InputEnded | Ended
_DECODER: Final = msgspec.json.Decoder(Event)
_ENCODER: Final = msgspec.json.Encoder()


class Writer:
    """Writes a recording to a new file.

    Args:
        file: opened for writing.
        began_ms: when it begins, since 1970.
    """

    def __init__(self, file: IO[bytes], began_ms: int) -> None:
        self._file = file
        self._written = 0
        self._put(_ENCODER.encode(Head(FORMAT, began_ms)))

    @property
    def is_full(self) -> bool:
        """Whether no more is kept."""
        return self._written > LARGEST_BYTES // 2

    def write(self, event: Event) -> None:
        """Keep something that was said."""
        self._put(_ENCODER.encode(event))

    def _put(self, line: bytes) -> None:
        self._written += len(line) + 1
        self._file.write(line + b"\n")
        self._file.flush()


class Recording(Struct, frozen=True):
    """What a file holds."""

    began_ms: int
    events: tuple[Event, ...]


def read(file: IO[bytes]) -> Recording:
    """A recording.

    Raises:
        RecordingProblem: with the line. A last line that was cut off counts as not written.
    """
    head = file.readline(LARGEST_LINE_BYTES)
    try:
        known = msgspec.json.decode(head, type=Head)
    except msgspec.MsgspecError:
        raise RecordingProblem("line 1: no recording of `fakedocker record`") from None
    if known.recording != FORMAT:
        raise RecordingProblem(f"line 1: a recording of format {known.recording}, and {FORMAT} is known")
    if not 0 <= known.began_ms < _LATEST_MS:
        raise RecordingProblem("line 1: it begins at no time that is known")
    return Recording(known.began_ms, tuple(_events(file, len(head))))


def _events(file: IO[bytes], total: int) -> Iterator[Event]:
    """What was said, in its order. Raises RecordingProblem."""
    for number in range(2, MOST_LINES):
        line = file.readline(LARGEST_LINE_BYTES)
        total += len(line)
        if not line or not line.endswith(b"\n"):
            if len(line) >= LARGEST_LINE_BYTES:
                raise RecordingProblem(f"line {number}: longer than {LARGEST_LINE_BYTES >> 20} MiB")
            return
        if total > LARGEST_BYTES:
            raise RecordingProblem(f"line {number}: more than {LARGEST_BYTES >> 20} MiB")
        try:
            yield _DECODER.decode(line)
        except msgspec.MsgspecError as problem:
            raise RecordingProblem(f"line {number}: {problem}") from None
    raise RecordingProblem(f"more than {MOST_LINES} lines")
