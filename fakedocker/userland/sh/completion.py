"""Completion: commands for the first word of a command, files for all others."""

from __future__ import annotations

import re

from fakedocker.userland.sh.builtin_table import builtins_of
from fakedocker.userland.sh.commands import search_path
from fakedocker.userland.sh.parameters import text_of
from fakedocker.userland.sh.state import ShellState

_WORD = re.compile(r"(?:[^\s|&;<>()$`\"'\\]|\\.)*$")
_COMMAND_PLACE = re.compile(r"(?:^|[|&;(]|\b(?:then|do|else|exec|sudo|time)\b)\s*$")


def complete(shell: ShellState, head: str) -> tuple[int, list[str]]:
    """Where the word at the end of `head` begins, and what it could become; directories end in a slash."""
    match = _WORD.search(head)
    start = match.start() if match else len(head)
    word = head[start:].replace("\\", "")
    if "/" not in word and _COMMAND_PLACE.search(head[:start]):
        return start, _commands(shell, word)
    return start, _files(shell, word)


def _commands(shell: ShellState, word: str) -> list[str]:
    found = {
        name for name in (*builtins_of(shell.dialect), *shell.functions, *dict(shell.aliases)) if name.startswith(word)
    }
    for directory in search_path(shell).split(":"):
        try:
            names = shell.system.list_directory(directory or ".")
        except OSError:
            continue
        found.update(name for name in names if name.startswith(word))
    return sorted(found)


def _files(shell: ShellState, word: str) -> list[str]:
    directory, slash, prefix = word.rpartition("/")
    directory += slash
    place = directory
    if place.startswith("~/"):
        place = text_of(shell.variables.get("HOME")) + place[1:]
    try:
        names = shell.system.list_directory(place or ".")
    except OSError:
        return []
    return [
        f"{directory}{name}{'/' if _is_directory(shell, (place or './') + name) else ''}"
        for name in names
        if name.startswith(prefix) and (prefix or not name.startswith("."))
    ]


def _is_directory(shell: ShellState, path: str) -> bool:
    try:
        return shell.system.stat(path).kind == "dir"
    except OSError:
        return False
