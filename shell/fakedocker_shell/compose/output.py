"""Lines of several containers on one screen, each with its container's name in front, in a colour of its own on a
terminal.

Source: compose cmd/formatter/logs.go; the colours are in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fakedocker_shell.cli.context import Context, Exchange, Stream
from fakedocker_shell.cli.demultiplex import Demultiplexer
from fakedocker_shell.compose.existing import Found

_COLORS = ("36", "33", "32", "35", "34", "96", "93", "92", "95", "94")
"""cyan, yellow, green, magenta, blue, and the same in bright."""


def short_name(found: Found, project: str) -> str:
    """A container's name without that of its project: "web-1"."""
    return found.name.removeprefix(f"{project}-")


class Printer:
    """Prints lines.

    Args:
        names: all that may print, so that their columns line up.
        prefix: whether names are printed.
        color: whether to use colours, where standard output is a terminal.
        splits: whether what was written to standard error goes to standard error.
    """

    def __init__(
        self, context: Context, names: Sequence[str], prefix: bool = True, color: bool = True, splits: bool = False
    ) -> None:
        self._context = context
        self._splits = splits
        self._width = max((len(name) for name in names), default=0)
        self._prefix = prefix
        colored = color and context.is_terminal(1)
        self._colors = {name: _COLORS[place % len(_COLORS)] if colored else "" for place, name in enumerate(names)}

    def head(self, name: str) -> str:
        """What stands before a container's lines."""
        if not self._prefix:
            return ""
        text = f"{name:<{self._width}}  | "
        color = self._colors.get(name, "")
        return f"\x1b[{color}m{text}\x1b[0m" if color else text

    def line(self, name: str, text: bytes, error: bool) -> None:
        """One line, without its end."""
        data = self.head(name).encode() + text + b"\n"
        if error and self._splits:
            self._context.err(data)
        else:
            self._context.out(data)

    def say(self, text: str) -> None:
        """A line of compose's own."""
        self._context.out(text + "\n")


class _Lines:
    """Cuts what a stream brings into lines."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._rest = b""

    def feed(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line.removesuffix(b"\r"))

    def end(self) -> None:
        if self._rest:
            self._take(self._rest)
            self._rest = b""


class Follower:
    """A container's output as it comes, and its end.

    Args:
        tty: whether the container has a terminal, so that its stream has no frames.
        waiting: the request that answers when it ends, where that is to be told.
        shown: whether what it prints, and its end, are shown.
    """

    def __init__(
        self,
        printer: Printer,
        found: Found,
        name: str,
        stream: Stream,
        tty: bool,
        waiting: Exchange | None = None,
        shown: bool = True,
    ) -> None:
        self.found = found
        self.name = name
        self.waiting = waiting
        self.stream = stream
        self._exit_code: int | None = None
        self.shown = shown
        self._out = _Lines(lambda line: printer.line(name, line, error=False) if shown else None)
        self._err = _Lines(lambda line: printer.line(name, line, error=True) if shown else None)
        self._feed = self._out.feed if tty else Demultiplexer(self._out.feed, self._err.feed).feed

    def pump(self) -> None:
        """Print what has come."""
        while not self.stream.ended and self.stream.readable:
            data = self.stream.take()
            if not data:
                break
            self._feed(data)
        if self.stream.ended:
            self._out.end()
            self._err.end()

    @property
    def exit_code(self) -> int | None:
        """How the container ended; None while it runs."""
        if self._exit_code is None and self.waiting is not None and self.waiting.finished:
            self._exit_code = int(self.waiting.response.json().get("StatusCode", 0))
        return self._exit_code

    def close(self) -> None:
        """Listen no more."""
        self.stream.close()
        if self.waiting is not None:
            self.waiting.close()
