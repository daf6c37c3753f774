"""Container output as log lines: split at newlines, with the times at which they were complete.

Source: moby daemon/logger/copier.go and jsonfilelog: a line is stored when its newline comes or its stream ends. The
chunks themselves are kept as they were written.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from msgspec import Struct

from fakedocker.base import clock
from fakedocker.base.history import History
from fakedocker.containers.model import Chunk
from fakedocker.wire.container import Config, LogConfig

LINE_LIMIT_BYTES = 16 * 1024
OUTPUT_LIMIT_BYTES = 64 << 20
"""How much memory the output of a container, or of an exec, may take. (The real daemon fills the disk.)"""
CHUNK_BYTES = 128
"""What a chunk takes besides its bytes."""
READABLE_DRIVERS = ("json-file", "local", "journald")


class Line(Struct, frozen=True):
    """A stored line. text ends with a newline but for parts of a line of more than 16 KiB, and for a last line that has none."""

    at_ns: int
    fd: int
    text: bytes


def with_output(history: History[Chunk], chunks: list[Chunk]) -> History[Chunk]:
    """A container's output with some more of it. What is too much to be held loses its older half. O(chunks), amortised."""
    size_bytes = sum([len(chunk.data) for chunk in chunks]) + len(chunks) * CHUNK_BYTES
    if history.size_bytes + size_bytes <= OUTPUT_LIMIT_BYTES:
        return history.extend(chunks, size_bytes)
    for chunk in chunks:
        history = _with_older_half_dropped(history.append(chunk, len(chunk.data) + CHUNK_BYTES))
    return history


def _with_older_half_dropped(history: History[Chunk]) -> History[Chunk]:
    """The same history if it is not too much to be held."""
    if history.size_bytes <= OUTPUT_LIMIT_BYTES:
        return history
    left_bytes = history.size_bytes
    dropped = 0
    for chunk in history.entries():
        if left_bytes <= OUTPUT_LIMIT_BYTES // 2:
            break
        left_bytes -= len(chunk.data) + CHUNK_BYTES
        dropped += 1
    return history.since(history.start + dropped, left_bytes)


class LineSplitter:
    """Turns chunks into lines, one after the other."""

    def __init__(self) -> None:
        self._partial: dict[int, tuple[int, bytes]] = {}

    def add(self, chunk: Chunk) -> Iterator[Line]:
        """The lines that a chunk completes."""
        _, rest = self._partial.pop(chunk.fd, (0, b""))
        rest += chunk.data
        *lines, rest = rest.split(b"\n")
        for text in lines:
            yield from self._parts(chunk, text + b"\n")
        while len(rest) >= LINE_LIMIT_BYTES:
            yield Line(chunk.at_ns, chunk.fd, rest[:LINE_LIMIT_BYTES])
            rest = rest[LINE_LIMIT_BYTES:]
        if rest:
            self._partial[chunk.fd] = (chunk.at_ns, rest)

    def _parts(self, chunk: Chunk, text: bytes) -> Iterator[Line]:
        for start in range(0, len(text), LINE_LIMIT_BYTES):
            yield Line(chunk.at_ns, chunk.fd, text[start : start + LINE_LIMIT_BYTES])

    def end(self) -> Iterator[Line]:
        """What is left when the streams end: lines without a newline (recording logs)."""
        for fd, (at_ns, text) in sorted(self._partial.items()):
            yield Line(at_ns, fd, text)
        self._partial.clear()


def lines(chunks: Iterable[Chunk], ended: bool) -> Iterator[Line]:
    """All lines of some output; the last ones without a newline only where it has ended."""
    splitter = LineSplitter()
    for chunk in chunks:
        yield from splitter.add(chunk)
    if ended:
        yield from splitter.end()


class Selection(Struct, frozen=True):
    """Which lines a client wants, and how.

    Args:
        tail: how many of the last ones, None for all.
        details: what stands before each line where the log's attributes are asked for, see `attributes`; None where
            not.
    """

    stdout: bool = True
    stderr: bool = True
    since_ns: int | None = None
    until_ns: int | None = None
    tail: int | None = None
    timestamps: bool = False
    details: bytes | None = None

    def takes(self, line: Line) -> bool:
        """Whether a line is wanted, its place from the end aside."""
        return (
            (self.stdout if line.fd == 1 else self.stderr)
            and (self.since_ns is None or line.at_ns >= self.since_ns)
            and (self.until_ns is None or line.at_ns <= self.until_ns)
        )

    def render(self, line: Line, multiplexed: bool) -> bytes:
        """A line as it goes to the client."""
        text = line.text
        if self.details is not None:
            text = self.details + b" " + text
        if self.timestamps:
            text = f"{clock.rfc3339_fixed(line.at_ns)} ".encode() + text
        return frame(line.fd, text) if multiplexed else text


def attributes(config: Config, log: LogConfig) -> bytes:
    """What `logs --details` puts before a line: labels and variables that the log options name, by name.

    Source: moby daemon/logger/loginfo.go ExtraAttributes, api/server/httputils/write_log_stream.go.
    """
    from urllib.parse import quote_plus

    options = log.config or {}
    variables = dict(entry.partition("=")[::2] for entry in config.env or () if "=" in entry)
    found: dict[str, str] = {}
    for option, values in (("labels", config.labels or {}), ("env", variables)):
        for name in options.get(option, "").split(","):
            if name in values:
                found[name] = values[name]
        pattern = options.get(f"{option}-regex", "")
        if pattern:
            from fakedocker.base.regex import compile_pattern  # seldom needed, and start-up time matters

            found |= {name: value for name, value in values.items() if compile_pattern(pattern).finds(name)}
    if "tag" in options and "{{" not in options["tag"]:
        found["tag"] = options["tag"]
    return ",".join(f"{quote_plus(name)}={quote_plus(found[name])}" for name in sorted(found)).encode()


def frame(fd: int, data: bytes) -> bytes:
    """Bytes of one of several streams in a connection that carries them all (moby pkg/stdcopy)."""
    return struct.pack(">BxxxL", fd, len(data)) + data
