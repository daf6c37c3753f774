"""Streams of JSON messages, as pull, push, load, import and build send them: bars on a terminal, plain lines in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fakedocker.base.json_types import Json
from fakedocker.base.units import format_duration, human_size
from fakedocker_shell.cli.api import json_messages
from fakedocker_shell.cli.context import Context, Stream
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.times import nanoseconds_text

_BAR_CELLS = 50
_BAR_NEEDS_COLUMNS = 110
_DEFAULT_COLUMNS = 200
_CLEAR_LINE = "\x1b[2K"
_SECOND_NS = 1_000_000_000


def progress_text(detail: Mapping[str, Json], columns: int, now_ns: int) -> str:
    """The bar, the numbers and the time left; empty if nothing is known yet."""
    current, total, units = detail.get("current", 0), detail.get("total", 0), detail.get("units", "")
    if current <= 0 and total <= 0:
        return ""
    if total <= 0:
        return f"{current} {units}" if units else f"{human_size(current):>8}"
    cells = min(int(current / total * 100) // 2, _BAR_CELLS)
    bar = f"[{'=' * cells}>{' ' * (_BAR_CELLS - cells)}] " if columns > _BAR_NEEDS_COLUMNS else ""
    if detail.get("hidecounts"):
        numbers = ""
    elif units:
        numbers = f"{current}/{total} {units}" if current <= total else f"{current} {units}"
    else:
        shown = f"{human_size(current):>8}"
        numbers = f"{shown}/{human_size(total)}" if current <= total else shown
    left = ""
    start = detail.get("start", 0)
    if current > 0 and start > 0 and cells < _BAR_CELLS and columns > 50:
        each_ns = (now_ns - start * _SECOND_NS) // current
        seconds = ((total - current) * each_ns + _SECOND_NS // 2) // _SECOND_NS
        left = " " + format_duration(seconds * _SECOND_NS)
    return bar + numbers + left


class Display:
    """Shows messages one by one.

    Args:
        write: where to.
        terminal: whether it is one; then lines of the same id are written over each other.
    """

    def __init__(self, context: Context, write: Callable[[str], None], terminal: bool) -> None:
        self._context = context
        self._write = write
        self._terminal = terminal
        self._lines: dict[str, int] = {}

    def show(self, message: Mapping[str, Json]) -> None:
        """Show a message. Raises CliError if it is an error."""
        error = message.get("errorDetail")
        identifier = message.get("id", "")
        distance = 0
        if identifier and (message.get("progressDetail") is not None or message.get("progress")):
            if identifier not in self._lines:
                self._lines[identifier] = len(self._lines)
                if self._terminal:
                    self._write("\n")
            distance = len(self._lines) - self._lines[identifier]
            if self._terminal and distance:
                self._write(f"\x1b[{distance}A")
        else:
            self._lines = {}
        if error is not None or message.get("error"):
            detail = error or {}
            raise CliError(detail.get("message") or message.get("error", ""), detail.get("code") or 1)
        self._write(self._text(message))
        if identifier and self._terminal and distance:
            self._write(f"\x1b[{distance}B")

    def _text(self, message: Mapping[str, Json]) -> str:
        detail = message.get("progressDetail")
        stream = message.get("stream", "")
        columns = (self._context.window_size()[1] if self._terminal else 0) or _DEFAULT_COLUMNS
        bar = progress_text(detail, columns, self._context.now_ns()) if detail is not None else ""
        overwrites = self._terminal and not stream and detail is not None
        if not overwrites and bar:
            return ""
        head = f"{_CLEAR_LINE}\r" if overwrites else ""
        end = "\r" if overwrites else ""
        if message.get("timeNano"):
            head += nanoseconds_text(message["timeNano"]) + " "
        elif message.get("time"):
            head += nanoseconds_text(message["time"] * _SECOND_NS) + " "
        if message.get("id"):
            head += f"{message['id']}: "
        if message.get("from"):
            head += f"(from {message['from']}) "
        status = message.get("status", "")
        if detail is not None and self._terminal:
            return f"{head}{status} {bar}{end}"
        if message.get("progress"):
            return f"{head}{status} {message['progress']}{end}"
        if stream:
            return f"{head}{stream}{end}"
        return f"{head}{status}{end}\n"


async def show_messages(
    context: Context,
    stream: Stream,
    *,
    to_error: bool = False,
    quiet: bool = False,
    on_aux: Callable[[Json], None] | None = None,
) -> None:
    """Show a whole stream.

    Args:
        to_error: write to standard error.
        quiet: show nothing but errors.
        on_aux: gets what messages carry besides, such as the id of a built image.

    Raises:
        CliError: with the message of an error in the stream.
    """
    write: Callable[[str], None] = context.err if to_error else context.out
    display = Display(
        context, (lambda _: None) if quiet else write, context.is_terminal(2 if to_error else 1) and not quiet
    )
    async for message in json_messages(stream):
        if message.get("aux") is not None:
            if on_aux is not None:
                on_aux(message["aux"])
            continue
        display.show(message)
    stream.close()
