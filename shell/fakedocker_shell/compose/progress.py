"""What compose shows while it works: a line per event, or on a terminal a line per thing that changes.

Source: compose pkg/progress (plain.go, tty.go), and what the command prints.
"""

from __future__ import annotations

from dataclasses import dataclass

from fakedocker.base.clock import SECOND_NS
from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.formatting import display_width

_GREEN, _BLUE, _YELLOW, _RED, _PLAIN = "\x1b[32m", "\x1b[34m", "\x1b[33m", "\x1b[31m", "\x1b[0m"
_DONE, _WORKING = "done", "working"
_SPINNER = "⠿"
_MARKS = {_DONE: ("✔", _GREEN), _WORKING: (_SPINNER, _YELLOW), "warning": ("!", _YELLOW), "error": ("✘", _RED)}


@dataclass(slots=True)
class _Line:
    """Something that changes: what is known of it, and since when."""

    subject: str
    text: str
    kind: str
    began_ns: int
    ended_ns: int = 0


class Progress:
    """Shows events on standard error.

    Args:
        mode: "auto", "plain", "tty" or "quiet".
        title: what is being done, for the head of a terminal's display.
    """

    def __init__(self, context: Context, mode: str = "auto", title: str = "Running") -> None:
        self._context = context
        self._mode = mode
        if mode == "auto":
            self._mode = "tty" if context.is_terminal(2) and context.window_size()[1] else "plain"
        self._title = title
        self._lines: dict[str, _Line] = {}
        self._drawn = 0

    def begin(self, subject: str, text: str, how: str = "") -> None:
        """Something is under way: ("Container app-web-1", "Creating"), perhaps in two parts."""
        self._tell(subject, text, _WORKING, how)

    def end(self, subject: str, text: str, kind: str = _DONE, why: str = "") -> None:
        """It is done, or has failed, and why."""
        self._tell(subject, text, kind, why)

    def detail(self, identifier: str, status: str, shown: str) -> None:
        """Part of something that is under way, such as a layer of an image: lines of their own where there is no terminal."""
        if self._mode == "plain":
            self._context.err(f" {identifier} {status} {shown}\n")

    def _tell(self, subject: str, text: str, kind: str, why: str = "") -> None:
        if self._mode == "quiet":
            return
        if self._mode == "plain":
            self._context.err(f" {subject}  {text}\n" if " " in subject else f" {subject} {text} {why}\n")
            return
        now_ns = self._context.now_ns()
        line = self._lines.get(subject)
        if line is None:
            line = self._lines[subject] = _Line(subject, text, kind, now_ns)
        line.text, line.kind = f"{text} {why}".rstrip(), kind
        line.ended_ns = 0 if kind == _WORKING else now_ns
        self._draw(now_ns)

    def _draw(self, now_ns: int) -> None:
        """All lines again, over those that are there."""
        columns = self._context.window_size()[1]
        done = sum(line.kind != _WORKING for line in self._lines.values())
        count = f"{self._title} {done}/{len(self._lines)}"
        count = f"{_BLUE}[+] {count}{_PLAIN}" if done == len(self._lines) else f"[+] {count}"
        drawn = [f"\x1b[{self._drawn}A" if self._drawn else "", f"\x1b[0G\x1b[?25l{count}\x1b[K\n"]
        width = max(display_width(line.subject) for line in self._lines.values())
        for line in self._lines.values():
            mark, shade = _MARKS[line.kind]
            state = line.text.partition("\n")[0]
            seconds = f"{((line.ended_ns or now_ns) - line.began_ns) / SECOND_NS:.1f}s "
            left = f" {mark} {line.subject:<{width}}  {state}"
            gap = " " * max(1, columns - display_width(left) - len(seconds))
            shown = state if line.kind == _WORKING else f"{shade}{state}{_PLAIN}"
            left = f" {shade}{mark}{_PLAIN} {line.subject:<{width}}  {shown}"
            drawn.append(f"{left}{gap}{_BLUE}{seconds}{_PLAIN}\x1b[K\n")
        drawn.append("\x1b[?25h")
        self._context.err("".join(drawn))
        self._drawn = len(self._lines) + 1
