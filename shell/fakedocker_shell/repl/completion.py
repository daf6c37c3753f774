"""Completion for prompt_toolkit: finds the word at the cursor and asks whoever knows what it could become.

Docker's words are `docker_completion`'s; the shell's own (programs, builtins, variables, files) and the terminal's
commands are here. It is synchronous, reads the world of the moment, and never raises: an error of ours is told once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from fakedocker.userland.sh.builtins import builtins_of
from fakedocker.userland.sh.dialect import BASH
from fakedocker_shell.repl import docker_completion, host_files, meta, reading
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.docker_completion import Candidate, Place

LONGEST_LINE = 5000
_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)?$")
_META_WORD = re.compile(r"\s*:([a-z]*)$")
_META_ARGUMENT = re.compile(r"\s*:([a-z]+)\s+(\S*)$")
_META_LENGTH = 60


class ShellCompleter(Completer):
    """Completes what is typed at the prompt.

    Args:
        failed: told once of an error of ours.
    """

    def __init__(self, console: Console, failed: Callable[[], None]) -> None:
        self._console = console
        self._failed = failed
        self._broken = False

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        before = document.text_before_cursor
        if self._broken or len(before) > LONGEST_LINE:
            return
        try:
            found = list(candidates(self._console, before, complete_event.completion_requested))
        except Exception:
            self._broken = True
            self._failed()
            return
        for text, about, typed in found:
            short = about if len(about) <= _META_LENGTH else about[: _META_LENGTH - 1] + "…"
            yield Completion(text, -typed, display_meta=short)


def candidates(console: Console, before: str, asked: bool) -> Iterator[Candidate]:
    """What could follow.

    Args:
        before: what stands before the cursor.
        asked: whether Tab was pressed; files and programs are not offered unasked.
    """
    if before.lstrip().startswith(":"):
        yield from _meta(console, before)
        return
    place = place_of(console)
    variable = _VARIABLE.search(before)
    cursor = reading.at_cursor(before[: variable.start()] if variable is not None else before)
    if cursor is None:
        return
    if variable is not None and cursor.quote != "'":
        if asked or variable[1]:
            yield from _variables(console, variable[1] or "")
        return
    if cursor.kind == "word" and not cursor.before:
        if asked:
            yield from _programs(console, place, cursor.word)
    elif cursor.kind == "word" and cursor.before[0] in ("docker", "/usr/bin/docker"):
        yield from docker_completion.complete(place, cursor.before[1:], cursor.word)
    elif asked:
        yield from docker_completion.files(place, cursor.word)


def place_of(console: Console) -> Place:
    """Where names are looked up now."""
    shell = console.session.shell
    variables = {} if shell is None else {name: str(value) for name, value in shell.variables.items()}
    return Place(console.engine.world, console.engine.draft, variables.get("PWD", "/"), variables)


def _variables(console: Console, prefix: str) -> Iterator[Candidate]:
    shell = console.session.shell
    variables = shell.variables if shell is not None else {}
    for name in sorted(variables):
        if name.startswith(prefix):
            yield Candidate(name, f"variable: {str(variables[name])[:40]!r}", len(prefix))


def _programs(console: Console, place: Place, word: str) -> Iterator[Candidate]:
    if "/" in word:
        yield from docker_completion.files(place, word)
        return
    shell = console.session.shell
    known: dict[str, str] = dict.fromkeys(
        host_files.programs(place.draft, place.environment.get("PATH", "")), "program"
    )
    known |= dict.fromkeys(builtins_of(BASH), "builtin")
    if shell is not None:
        known |= dict.fromkeys(shell.functions, "function") | {name: f"alias of {text}" for name, text in shell.aliases}
    for name in sorted(known):
        if name.startswith(word):
            yield Candidate(name, known[name], len(word))


def _meta(console: Console, before: str) -> Iterator[Candidate]:
    word = _META_WORD.match(before)
    if word is not None:
        for name, command in meta.TABLE.items():
            if name.startswith(word[1]):
                yield Candidate(name, command.description, len(word[1]))
        return
    argument = _META_ARGUMENT.match(before)
    if argument is not None and argument[1] in meta.TABLE:
        words = meta.TABLE[argument[1]].words
        for text in words() if callable(words) else words:
            if text.startswith(argument[2]):
                yield Candidate(text, "", len(argument[2]))
    restored = re.match(r"\s*:snapshot\s+restore\s+(\S*)$", before)
    if restored is not None:
        for name, moment in console.timeline.names():
            if name.startswith(restored[1]):
                yield Candidate(name, f"{len(moment.world.containers)} containers", len(restored[1]))
