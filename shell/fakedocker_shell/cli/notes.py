"""Notes that the client adds to what the engine says: " Info -> ", or in colours on a terminal.

Source: docker/cli internal/tui/note.go; terminal sessions of 28 and 29.
"""

from __future__ import annotations

from fakedocker_shell.cli.context import Context

INFO = "\x1b[1m\x1b[106m\x1b[30mi\x1b[0m\x1b[0m \x1b[96mInfo → \x1b[0m\x1b[0m"
_PLAIN = " Info -> "
_INDENT = " " * 9


def bold(context: Context, text: str) -> str:
    """A word of a note."""
    return f"\x1b[1m{text}\x1b[0m" if context.is_terminal(1) else text


def red(context: Context, text: str) -> str:
    """What a note says is gone."""
    return f"\x1b[31m{text}\x1b[0m" if context.is_terminal(1) else text


def green(context: Context, text: str) -> str:
    """What a note says is there instead."""
    return f"\x1b[32m{text}\x1b[0m" if context.is_terminal(1) else text


def show(context: Context, lines: list[str]) -> None:
    """Write a note after an empty line, its lines below each other."""
    if context.is_terminal(1):
        shown = f"\n{_INDENT}".join(f"\x1b[3m{line}\x1b[0m" for line in lines)
        context.out(f"\n{INFO}{shown}\n")
    else:
        context.out(f"\n{_PLAIN}" + f"\n{_INDENT}".join(lines) + "\n")
