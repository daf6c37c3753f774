"""What a build tells its client: news of its vertices, as lines of a stream of JSON.

Source: moby builder/builder-next/builder.go (the trace in aux messages), buildkit solver/progress.go.
"""

from __future__ import annotations

import base64

import msgspec

from fakedocker.build.graph import Vertex
from fakedocker.build.lines import BadDockerfile
from fakedocker.images.model import content_digest
from fakedocker.wire import buildkit, protobuf
from fakedocker.wire.buildkit import ErrorSource, SolveStatus, SourceInfo, VertexLog, VertexStatus
from fakedocker.world.solves import SolveTask


def line(identifier: str, message: protobuf.Message) -> bytes:
    """A message of the stream that holds one of BuildKit's own."""
    return aux(identifier, base64.b64encode(protobuf.encode(message)).decode())


def aux(identifier: str, value: object) -> bytes:
    """A message of the stream."""
    return msgspec.json.encode({"id": identifier, "aux": value}) + b"\r\n"


def failure(problem: str) -> bytes:
    """The message that ends the stream of a build that has failed."""
    return msgspec.json.encode({"errorDetail": {"message": problem}, "error": problem}) + b"\r\n"


def source(task: SolveTask, lines: tuple[int, int]) -> bytes:
    """Where in the Dockerfile an error lies."""
    info = SourceInfo(filename=task.dockerfile, data=task.text or b"", language="Dockerfile")
    return line(buildkit.SOURCE_ID, ErrorSource(info=info, ranges=buildkit.line_range(lines)))


def trace(status: SolveStatus) -> bytes:
    return line(buildkit.TRACE_ID, status)


def internal_digest(task: SolveTask, name: str) -> str:
    """The digest of a vertex that is no part of the graph: each build has its own."""
    return content_digest(f"{task.id} {name}".encode())


class Teller:
    """News of one vertex.

    Args:
        digest, name: of the vertex.
        inputs: digests of those it needs.
    """

    def __init__(self, digest: str, name: str, inputs: tuple[str, ...] = ()) -> None:
        self._vertex = buildkit.Vertex(digest=digest, name=name, inputs=inputs)

    @classmethod
    def of(cls, task: SolveTask, vertex: Vertex) -> Teller:
        """News of a vertex of the graph."""
        return cls(vertex.digest, vertex.name, tuple(task.vertices[index].digest for index in vertex.needs))

    def started(self, now_ns: int) -> bytes:
        return self._told(started_ns=now_ns)

    def completed(self, started_ns: int, now_ns: int, error: str = "") -> bytes:
        return self._told(started_ns=started_ns, completed_ns=now_ns, error=error)

    def cached(self, now_ns: int) -> bytes:
        return self._told(started_ns=now_ns, completed_ns=now_ns, cached=True)

    def _told(self, **fields: object) -> bytes:
        return trace(SolveStatus(vertexes=(msgspec.structs.replace(self._vertex, **fields),)))

    def status(
        self, name: str, now_ns: int, started_ns: int, current: int = 0, total: int = 0, done: bool = True
    ) -> bytes:
        """How far a part has come."""
        status = VertexStatus(
            id=name, vertex=self._vertex.digest, current=current, total=total, timestamp_ns=now_ns, started_ns=started_ns,
            completed_ns=now_ns if done else 0,
        )  # fmt: skip
        return trace(SolveStatus(statuses=(status,)))

    def log(self, now_ns: int, stream: int, data: bytes) -> bytes:
        """What its process has written."""
        log = VertexLog(vertex=self._vertex.digest, timestamp_ns=now_ns, stream=stream, data=data)
        return trace(SolveStatus(logs=(log,)))


class SolveFailure(Exception):
    """A vertex that fails.

    Args:
        message: what progress shows.
        whole: what the build ends with, where that says more.
    """

    def __init__(self, message: str, whole: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.whole = whole or message


class OpeningFailure(Exception):
    """A build that fails before its graph is there.

    Args:
        lines: of the Dockerfile that are wrong, zeros for none.
        vertex_error: what the vertex under way shows, "" where that is complete.
    """

    def __init__(self, message: str, lines: tuple[int, int] = (0, 0), vertex_error: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.lines = lines
        self.vertex_error = vertex_error

    @classmethod
    def of(cls, problem: BadDockerfile) -> OpeningFailure:
        return cls(str(problem), problem.lines)
