"""The progress of a build by BuildKit: what is known of its steps, and its plain and JSON forms.

Source: buildkit util/progress/progressui (init.go, printer.go). How a terminal shows it is in `solve_terminal`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from fakedocker.base.clock import rfc3339_nano
from fakedocker.wire import buildkit
from fakedocker.wire.buildkit import SolveStatus, VertexStatus, VertexWarning

SECOND_NS = 1_000_000_000
_SHOWN_AFTER_S = 0.01
_RETURN = "\r"
_FACTOR = 1000.0
_UNITS = ("B", "kB", "MB", "GB", "TB")


def size_text(size_bytes: int) -> str:
    """A size as BuildKit writes it: 163B, 1.23MB."""
    value, unit = float(size_bytes), 0
    while value >= _FACTOR and unit < len(_UNITS) - 1:
        value /= _FACTOR
        unit += 1
    return f"{size_bytes}B" if not unit else f"{value:.2f}{_UNITS[unit]}"


class Step(Struct):
    """A vertex as it is known by now."""

    vertex: buildkit.Vertex
    index: int = 0
    """The number it is shown under, 0 before it is shown."""
    statuses: dict[str, VertexStatus] = field(default_factory=dict)
    fresh: list[str] = field(default_factory=list)
    """Lines that plain progress has not shown yet."""
    log: str = ""
    """Everything its process has written, each line with its time."""
    partial: str = ""
    announced: bool = False
    reported: bool = False

    @property
    def is_complete(self) -> bool:
        return self.vertex.completed_ns > 0

    @property
    def is_canceled(self) -> bool:
        return self.vertex.error == buildkit.CANCELED

    def seconds(self, now_ns: int) -> float:
        """How long it has been under way."""
        return max((self.vertex.completed_ns or now_ns) - self.vertex.started_ns, 0) / SECOND_NS


def status_text(status: VertexStatus) -> str:
    """A status as a line: what, how much, how long, and whether it is complete."""
    size = ""
    if status.total:
        size = f" {size_text(status.current)} / {size_text(status.total)}"
    elif status.current:
        size = f" {size_text(status.current)}"
    seconds = ((status.completed_ns or status.timestamp_ns) - status.started_ns) / SECOND_NS if status.started_ns else 0
    duration = f" {seconds:.1f}s" if seconds > _SHOWN_AFTER_S else ""
    return f"{status.id}{size}{duration}{' done' if status.completed_ns else ''}"


class Progress:
    """What is known of all steps, in the order they were met."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}
        self.warnings: list[VertexWarning] = []
        self.now_ns = 0
        self.began_ns = 0

    def take(self, news: SolveStatus) -> list[Step]:
        """Take news in; gives the steps that they concern."""
        touched: dict[str, Step] = {}
        for vertex in news.vertexes:
            step = self.steps.setdefault(vertex.digest, Step(vertex))
            step.vertex = vertex
            if vertex.completed_ns and step.partial:
                self._show_log(step, vertex.completed_ns, step.partial)
                step.partial = ""
            touched[vertex.digest] = step
            self._notice(vertex.completed_ns or vertex.started_ns)
        for status in news.statuses:
            step = self.steps[status.vertex]
            step.statuses[status.id] = status
            step.fresh.append(status_text(status))
            touched[status.vertex] = step
            self._notice(status.timestamp_ns)
        for log in news.logs:
            step = self.steps[log.vertex]
            self._notice(log.timestamp_ns)
            self._log(step, log)
            touched[log.vertex] = step
        for warning in news.warnings:
            self.warnings.append(warning)
            step = self.steps[warning.vertex]
            step.fresh.append("WARN: " + warning.short.decode("utf-8", "replace"))
            touched[warning.vertex] = step
        return list(touched.values())

    def _notice(self, at_ns: int) -> None:
        self.began_ns = self.began_ns or at_ns
        self.now_ns = max(self.now_ns, at_ns)

    def _log(self, step: Step, log: buildkit.VertexLog) -> None:
        *lines, step.partial = (step.partial + log.data.decode("utf-8", "replace")).split("\n")
        for line in lines:
            self._show_log(step, log.timestamp_ns, line)

    def _show_log(self, step: Step, at_ns: int, line: str) -> None:
        """A line that a process has written, with its time; what it has overwritten itself is left out."""
        seconds = (at_ns - step.vertex.started_ns) / SECOND_NS
        shown = f"{seconds:.3f} {line.removesuffix(_RETURN).rpartition(_RETURN)[2]}"
        step.fresh.append(shown)
        step.log += shown + "\n"

    def failed(self) -> list[Step]:
        """The steps that have failed by themselves."""
        return [step for step in self.steps.values() if step.vertex.error and not step.is_canceled]


class PlainDisplay:
    """One line after the other: a step keeps the word until it is complete.

    Args:
        write: where to.
    """

    def __init__(self, write: Callable[[str], None], title: str) -> None:
        self._write = write
        self._progress = Progress()
        self._current: Step | None = None
        self._waiting: list[Step] = []
        self._count = 0
        write(f'#0 building with "{title}" instance using docker driver\n')

    @property
    def warnings(self) -> list[VertexWarning]:
        return self._progress.warnings

    def take(self, news: SolveStatus) -> None:
        for step in self._progress.take(news):
            if step is not self._current and step not in self._waiting and not step.reported:
                self._waiting.append(step)
        self._show()

    def _show(self) -> None:
        while True:
            if self._current is None:
                if not self._waiting:
                    return
                self._current = self._waiting.pop(0)
            self._print(self._current)
            if not self._current.is_complete:
                return
            self._current.reported = True
            self._current = None

    def _print(self, step: Step) -> None:
        if not step.announced:
            self._count += 1
            step.index = self._count
            step.announced = True
            self._write(f"\n#{step.index} {step.vertex.name}\n")
        for line in step.fresh:
            self._write(f"#{step.index} {line}\n")
        step.fresh.clear()
        if step.is_complete:
            self._write(f"#{step.index} {self._end(step)}\n")

    def _end(self, step: Step) -> str:
        if step.is_canceled:
            return "CANCELED"
        if step.vertex.error:
            return f"ERROR: {step.vertex.error}"
        return "CACHED" if step.vertex.cached else f"DONE {step.seconds(self._progress.now_ns):.1f}s"

    def close(self) -> None:
        """The build is over."""
        for step in [*([self._current] if self._current else []), *self._waiting]:
            self._print(step)
        self._write(failure_text(self._progress))


def failure_text(progress: Progress) -> str:
    """The logs of the steps that have failed, once more."""
    parts = [f"------\n > {step.vertex.name}:\n{step.log}------\n" for step in progress.failed()]
    return "".join(parts)


class QuietDisplay:
    """Nothing but what failed."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._progress = Progress()
        self.warnings: list[VertexWarning] = []

    def take(self, news: SolveStatus) -> None:
        self._progress.take(news)

    def close(self) -> None:
        self._write(failure_text(self._progress))


class RawDisplay:
    """The news themselves, a line of JSON each."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self.warnings: list[VertexWarning] = []

    def take(self, news: SolveStatus) -> None:
        document = {
            "vertexes": [_vertex_json(vertex) for vertex in news.vertexes],
            "statuses": [_status_json(status) for status in news.statuses],
            "logs": [_log_json(log) for log in news.logs],
            "warnings": [_warning_json(warning) for warning in news.warnings],
        }
        self._write(json.dumps({key: rows for key, rows in document.items() if rows}, separators=(",", ":")) + "\n")

    def close(self) -> None:
        """Nothing is left to say."""


def _given(**fields: Any) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value}


def _time(at_ns: int) -> str:
    return rfc3339_nano(at_ns) if at_ns else ""


def _vertex_json(vertex: buildkit.Vertex) -> dict[str, Any]:
    return _given(
        digest=vertex.digest, inputs=list(vertex.inputs), name=vertex.name, started=_time(vertex.started_ns),
        completed=_time(vertex.completed_ns), cached=vertex.cached, error=vertex.error,
    )  # fmt: skip


def _status_json(status: VertexStatus) -> dict[str, Any]:
    return {
        **_given(id=status.id, vertex=status.vertex, name=status.name, total=status.total),
        "current": status.current,
        **_given(
            timestamp=_time(status.timestamp_ns), started=_time(status.started_ns), completed=_time(status.completed_ns)
        ),
    }


def _log_json(log: buildkit.VertexLog) -> dict[str, Any]:
    return _given(
        vertex=log.vertex,
        stream=log.stream,
        data=base64.b64encode(log.data).decode(),
        timestamp=_time(log.timestamp_ns),
    )


def _warning_json(warning: VertexWarning) -> dict[str, Any]:
    ranges = [
        {"start": {"line": part.start.line, "character": 0}, "end": {"line": part.end.line, "character": 0}}
        for part in warning.ranges
    ]
    encoded = [base64.b64encode(text).decode() for text in warning.detail]
    return _given(
        vertex=warning.vertex, level=warning.level, short=base64.b64encode(warning.short).decode(), detail=encoded, url=warning.url,
        range=ranges,
    )  # fmt: skip
