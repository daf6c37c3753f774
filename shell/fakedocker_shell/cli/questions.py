"""Asking the user: prune's yes or no, and login's name and password."""

from __future__ import annotations

from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.errors import CliError


async def read_line(context: Context) -> str:
    """A line of standard input without its end; what there is at the end of input. Input beyond the line is lost."""
    line = b""
    while b"\n" not in line:
        chunk = await context.stdin.read()
        if not chunk:
            break
        line += chunk
    return line.partition(b"\n")[0].decode("utf-8", "replace").rstrip("\r")


async def confirm(context: Context, warning: str, separator: str = "\n") -> bool:
    """Ask whether to go on; anything but y or Y is a no.

    Args:
        separator: what stands between the warning and the question.
    """
    context.out(f"{warning}{separator}Are you sure you want to continue? [y/N] ")
    return (await read_line(context)).strip().lower() == "y"


async def read_password(context: Context, prompt: str) -> str:
    """A line that is not shown while it is typed. Raises CliError for Ctrl-C."""
    context.out(prompt)
    context.set_raw(True)
    typed = ""
    try:
        while True:
            chunk = await context.stdin.read()
            if not chunk:
                return typed
            for character in chunk.decode("utf-8", "replace"):
                if character in "\r\n":
                    return typed
                if character == "\x03":
                    raise CliError("", 130)
                typed = typed[:-1] if character in "\x7f\b" else typed + character
    finally:
        context.set_raw(False)
        context.out("\n")
