"""What a build tells whoever listens: news of its vertices, and how it has ended.

How that goes over a wire is the API's business. Source: buildkit solver/progress.go.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from fakedocker.build.graph import Vertex
from fakedocker.build.lines import BadDockerfile
from fakedocker.images.model import content_digest
from fakedocker.wire import buildkit
from fakedocker.wire.buildkit import ErrorSource, SolveStatus, SourceInfo, VertexLog, VertexStatus
from fakedocker.world.solves import SolveTask


class SolveEnd(Struct, frozen=True, kw_only=True):
    """How a build has ended: the value of the notice "done".

    Args:
        problem: what it has failed of, "" if it has not.
        source: where in the Dockerfile that lies.
        canceled: whether it was given up.
        image_id: what was built, "" for no image.
        names: of the image, as it was told to be named.
        response: what the exporter of an archive tells of the image in it.
    """

    problem: str = ""
    source: ErrorSource | None = None
    canceled: bool = False
    image_id: str = ""
    names: tuple[str, ...] = ()
    response: tuple[tuple[str, str], ...] = ()


def failed(task: SolveTask, problem: str, lines: tuple[int, int]) -> SolveEnd:
    """A build has failed, at some lines of its Dockerfile or at none."""
    text = problem.encode("utf-8", "surrogateescape").decode("utf-8", "replace")  # a Dockerfile may be any bytes
    info = SourceInfo(filename=task.dockerfile, data=task.text or b"", language="Dockerfile")
    source = ErrorSource(info=info, ranges=buildkit.line_range(lines))
    return SolveEnd(problem=text, source=source if lines[0] else None)


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

    def started(self, now_ns: int) -> SolveStatus:
        return self._told(started_ns=now_ns)

    def completed(self, started_ns: int, now_ns: int, error: str = "") -> SolveStatus:
        return self._told(started_ns=started_ns, completed_ns=now_ns, error=error)

    def cached(self, now_ns: int) -> SolveStatus:
        return self._told(started_ns=now_ns, completed_ns=now_ns, cached=True)

    def _told(self, **fields: object) -> SolveStatus:
        return SolveStatus(vertexes=(msgspec.structs.replace(self._vertex, **fields),))

    def status(
        self, name: str, now_ns: int, started_ns: int, current: int = 0, total: int = 0, done: bool = True
    ) -> SolveStatus:
        """How far a part has come."""
        status = VertexStatus(
            id=name, vertex=self._vertex.digest, current=current, total=total, timestamp_ns=now_ns, started_ns=started_ns,
            completed_ns=now_ns if done else 0,
        )  # fmt: skip
        return SolveStatus(statuses=(status,))

    def log(self, now_ns: int, stream: int, data: bytes) -> SolveStatus:
        """What its process has written."""
        log = VertexLog(vertex=self._vertex.digest, timestamp_ns=now_ns, stream=stream, data=data)
        return SolveStatus(logs=(log,))


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
