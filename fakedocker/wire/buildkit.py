"""What BuildKit tells of a build: vertices of its graph, their statuses, logs and warnings, and where an error lies.

Source: moby/buildkit api/services/control/control.proto (StatusResponse), solver/errdefs/errdefs.proto (Source) and
solver/pb/ops.proto. The daemon sends these, as base64, in the messages of a build's stream.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from fakedocker.wire.protobuf import Row

TRACE_ID = "moby.buildkit.trace"
"""The id of stream messages that hold a SolveStatus."""
IMAGE_ID = "moby.image.id"
"""The id of the stream message that holds the image's id."""
SOURCE_ID = "moby.buildkit.source"
"""The id of stream messages that hold an ErrorSource. BuildKit itself sends it as a detail of the error of a gRPC call."""
FILES_ID = "moby.filesync.FileSend"
"""The id of stream messages that hold a part of the files a build exports. BuildKit sends them over its session."""
CANCELED = "context canceled"
"""The error of a vertex that was given up because another has failed."""


class Vertex(Struct, frozen=True, kw_only=True):
    """A step of a build. Times are nanoseconds since 1970, 0 where it has not come to that."""

    digest: str = ""
    inputs: tuple[str, ...] = ()
    name: str = ""
    cached: bool = False
    started_ns: int = 0
    completed_ns: int = 0
    error: str = ""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "digest", "string"),
        Row(2, "inputs", "string", repeated=True),
        Row(3, "name", "string"),
        Row(4, "cached", "bool"),
        Row(5, "started_ns", "time"),
        Row(6, "completed_ns", "time"),
        Row(7, "error", "string"),
    )


class VertexStatus(Struct, frozen=True, kw_only=True):
    """How far a part of a vertex has come: `current` of `total` bytes, where they count."""

    id: str = ""
    vertex: str = ""
    name: str = ""
    current: int = 0
    total: int = 0
    timestamp_ns: int = 0
    started_ns: int = 0
    completed_ns: int = 0

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "id", "string"),
        Row(2, "vertex", "string"),
        Row(3, "name", "string"),
        Row(4, "current", "int"),
        Row(5, "total", "int"),
        Row(6, "timestamp_ns", "time"),
        Row(7, "started_ns", "time"),
        Row(8, "completed_ns", "time"),
    )


class VertexLog(Struct, frozen=True, kw_only=True):
    """What the process of a vertex has written to stream 1 or 2."""

    vertex: str = ""
    timestamp_ns: int = 0
    stream: int = 0
    data: bytes = b""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "vertex", "string"),
        Row(2, "timestamp_ns", "time"),
        Row(3, "stream", "int"),
        Row(4, "data", "bytes"),
    )


class Position(Struct, frozen=True):
    """A place in a text; lines from 1."""

    line: int = 0
    character: int = 0

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "line", "int"), Row(2, "character", "int"))


class Range(Struct, frozen=True):
    start: Position = Position()
    end: Position = Position()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (Row(1, "start", "message", Position), Row(2, "end", "message", Position))


class SourceInfo(Struct, frozen=True, kw_only=True):
    """A file that a build is described by."""

    filename: str = ""
    data: bytes = b""
    language: str = ""

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "filename", "string"),
        Row(2, "data", "bytes"),
        Row(4, "language", "string"),
    )


class VertexWarning(Struct, frozen=True, kw_only=True):
    """What is doubtful in a file, with where to read more."""

    vertex: str = ""
    level: int = 0
    short: bytes = b""
    detail: tuple[bytes, ...] = ()
    url: str = ""
    info: SourceInfo = SourceInfo()
    ranges: tuple[Range, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "vertex", "string"),
        Row(2, "level", "int"),
        Row(3, "short", "bytes"),
        Row(4, "detail", "bytes", repeated=True),
        Row(5, "url", "string"),
        Row(6, "info", "message", SourceInfo),
        Row(7, "ranges", "message", Range, repeated=True),
    )


class SolveStatus(Struct, frozen=True, kw_only=True):
    """News of a build."""

    vertexes: tuple[Vertex, ...] = ()
    statuses: tuple[VertexStatus, ...] = ()
    logs: tuple[VertexLog, ...] = ()
    warnings: tuple[VertexWarning, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "vertexes", "message", Vertex, repeated=True),
        Row(2, "statuses", "message", VertexStatus, repeated=True),
        Row(3, "logs", "message", VertexLog, repeated=True),
        Row(4, "warnings", "message", VertexWarning, repeated=True),
    )


class ErrorSource(Struct, frozen=True, kw_only=True):
    """Where in a file an error lies."""

    info: SourceInfo = SourceInfo()
    ranges: tuple[Range, ...] = ()

    PROTOBUF: ClassVar[tuple[Row, ...]] = (
        Row(1, "info", "message", SourceInfo),
        Row(2, "ranges", "message", Range, repeated=True),
    )


def line_range(lines: tuple[int, int]) -> tuple[Range, ...]:
    """The range from a first to a last line; none for zeros."""
    return (Range(Position(lines[0]), Position(lines[1])),) if lines[0] else ()
