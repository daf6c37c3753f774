"""The progress of a build on a terminal: the steps with their times, drawn over and over until the build is done.

Source: buildkit util/progress/progressui/display.go.
"""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.wire.buildkit import SolveStatus, VertexWarning
from fakedocker_shell.cli.solve_progress import Progress, Step, failure_text, status_text

_BLUE, _RED, _ORANGE, _PLAIN, _DIM = "\x1b[34m", "\x1b[31m", "\x1b[33m", "\x1b[0m", "\x1b[2m"
_UP, _HIDE, _SHOW = "\x1b[1A", "\x1b[?25l", "\x1b[?25h"
_LOG_LINES = 6
_EVERY_NS = 100_000_000
"""How much time passes at least between two drawings in which no step begins or ends."""


class TerminalDisplay:
    """See the module's docstring.

    Args:
        write: where to.
        size: (rows, columns) of the terminal, asked anew for every drawing.
        title: what is said at the right of the first line.
    """

    def __init__(self, write: Callable[[str], None], size: Callable[[], tuple[int, int]], title: str) -> None:
        self._write = write
        self._size = size
        self._title = title
        self._progress = Progress()
        self._drawn_lines = 0
        self._drawn_ns = -_EVERY_NS
        self._logs: dict[str, list[str]] = {}

    @property
    def warnings(self) -> list[VertexWarning]:
        return self._progress.warnings

    def take(self, news: SolveStatus) -> None:
        for step in self._progress.take(news):
            logged = [line for line in step.fresh if step.log and f"{line}\n" in step.log]
            kept = [*self._logs.get(step.vertex.digest, []), *(line.partition(" ")[2] for line in logged)]
            self._logs[step.vertex.digest] = kept[-_LOG_LINES:]
            step.fresh.clear()
        if news.vertexes or self._progress.now_ns - self._drawn_ns >= _EVERY_NS:
            self._draw(self._lines(finished=False))

    def close(self) -> None:
        """The build is over: draw everything once more, and what has failed after it."""
        self._draw(self._lines(finished=True))
        self._write(failure_text(self._progress))

    def _draw(self, lines: list[str]) -> None:
        """Write lines over those that were drawn before."""
        columns = self._columns
        moved = _UP * self._drawn_lines + "\r"
        body = "".join(f"{_cut(line, columns)}\n" for line in lines)
        rest = max(self._drawn_lines - len(lines), 0)
        cleared = (" " * columns + "\n") * rest + _UP * rest
        self._write(_HIDE + moved + body + cleared + _SHOW)
        self._drawn_lines = len(lines)
        self._drawn_ns = self._progress.now_ns

    @property
    def _columns(self) -> int:
        return self._size()[1] or 80

    def _lines(self, finished: bool) -> list[str]:
        steps = list(self._progress.steps.values())
        complete = sum(step.is_complete for step in steps)
        seconds = (self._progress.now_ns - self._progress.began_ns) / 1e9
        outcome = ""
        if finished:
            outcome = " ERROR" if self._progress.failed() else " FINISHED"
        head = f"[+] Building {seconds:.1f}s ({complete}/{len(steps)}){outcome}"
        rows = [line for step in steps for line in self._step_lines(step, finished)]
        limit = (self._size()[0] or 24) - 2
        if not finished and len(rows) > limit:
            rows = rows[-limit:]
        return [_aligned(head, self._title, self._columns), *rows]

    def _step_lines(self, step: Step, finished: bool) -> list[str]:
        name = step.vertex.name
        if step.is_canceled:
            name = f"CANCELED {name}"
        elif step.vertex.error:
            name = f"ERROR {name}"
        elif step.vertex.cached:
            name = f"CACHED {name}"
        color = (
            _RED
            if step.vertex.error and not step.is_canceled
            else _ORANGE
            if step.is_canceled
            else _BLUE
            if step.is_complete
            else ""
        )
        now_ns = self._progress.now_ns
        lines = [_colored(_aligned(f" => {name}", f"{step.seconds(now_ns):.1f}s", self._columns), color)]
        for status in step.statuses.values():
            seconds = ((status.completed_ns or now_ns) - status.started_ns) / 1e9
            shown = f" => => {_without_time(status_text(status), seconds)}"
            lines.append(
                _colored(_aligned(shown, f"{seconds:.1f}s", self._columns), _BLUE if status.completed_ns else "")
            )
        if not step.is_complete and not finished:
            lines += [_colored(f" => => # {line}", _DIM) for line in self._logs.get(step.vertex.digest, [])]
        return lines


def _without_time(text: str, seconds: float) -> str:
    """A status without what the right column says."""
    return text.removesuffix(" done").removesuffix(f" {seconds:.1f}s")


def _aligned(left: str, right: str, columns: int) -> str:
    """A text at each side of a line."""
    room = max(columns - len(right) - 1, 1)
    left = left if len(left) <= room else left[: max(room - 2, 0)] + ".."
    return f"{left:<{room}} {right}"


def _colored(line: str, color: str) -> str:
    return f"{color}{line}{_PLAIN}" if color else line


def _cut(line: str, columns: int) -> str:
    """A line no wider than the terminal; escape sequences take no room."""
    visible, inside, cut = 0, False, []
    for character in line:
        if character == "\x1b":
            inside = True
        if inside or visible < columns:
            cut.append(character)
        if inside:
            inside = not (character.isalpha())
        else:
            visible += 1
    return "".join(cut) + " " * max(columns - visible, 0)
