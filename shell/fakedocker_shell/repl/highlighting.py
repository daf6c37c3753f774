"""Colours for what is being typed, from the shell's own parser: unknown commands and flags red, missing names
underlined.

`spans` says what is what and can be tested alone; `ShellLexer` turns it into prompt_toolkit's fragments. The names are
those of the world of the moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer

from fakedocker.userland.sh import nodes
from fakedocker.userland.sh.builtins import builtins_of
from fakedocker.userland.sh.dialect import BASH
from fakedocker_shell.repl import docker_tables, docker_words, host_files, names, reading, swarm_names
from fakedocker_shell.repl.completion import LONGEST_LINE, place_of
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.docker_completion import Place, argument_kind, flag_kind
from fakedocker_shell.repl.docker_words import Role

_PIECES = re.compile(
    r"(?P<string>'[^']*'?|\$'(?:[^'\\]|\\.)*'?)|(?P<variable>\$(?:\{[^}]*\}?|[A-Za-z_]\w*|[0-9@*#?$!-]))|(?P<quote>\"(?:[^\"\\$]|\\.)*)",
    re.DOTALL,
)
_ROLE_STYLES = {
    docker_words.COMMAND: "verb",
    docker_words.UNKNOWN_COMMAND: "unknown",
    docker_words.FLAG: "flag",
    docker_words.UNKNOWN_FLAG: "unknown",
}
_TOKEN_STYLES = {
    "keyword": "keyword",
    "operator": "operator",
    "comment": "comment",
    "redirection": "operator",
    "assignment": "variable",
}
STYLES = {
    "program": "ansigreen",
    "verb": "ansicyan",
    "flag": "ansiblue",
    "unknown": "ansired",
    "missing": "underline",
    "string": "ansiyellow",
    "variable": "ansimagenta",
    "operator": "bold",
    "keyword": "bold",
    "comment": "ansibrightblack",
    "meta": "ansicyan",
}
"""The class of a span to a style; unknown and missing also show without colours (see `app`)."""


class Span(NamedTuple):
    """A stretch of the text and what it is, a key of STYLES."""

    start: int
    end: int
    kind: str


class ShellLexer(Lexer):
    """Colours a document as its text is edited.

    Args:
        failed: told once of an error of ours.
    """

    def __init__(self, console: Console, failed: Callable[[], None]) -> None:
        self._console = console
        self._failed = failed
        self._broken = False

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        text = document.text
        found: list[Span] = []
        if len(text) <= LONGEST_LINE and not self._broken:
            try:
                found = spans(self._console, text)
            except Exception:
                self._broken = True
                self._failed()
        lines = _lines(text, found)
        return lambda number: lines[number] if number < len(lines) else []


def spans(console: Console, text: str) -> list[Span]:
    """What is what in a text, later ones over earlier ones. Time is linear in the text and constant in the world."""
    if text.lstrip().startswith(":") and re.match(r"\s*:[A-Za-z?]", text):
        return [*_meta(text)]
    place = place_of(console)
    typed = reading.read(text)
    found = [
        Span(token.start, token.end, _TOKEN_STYLES[token.kind]) for token in typed.tokens if token.kind in _TOKEN_STYLES
    ]
    for command in typed.commands:
        if command.words:
            found += _command(console, place, command)
    for command in typed.commands:
        for word in command.words:
            found += _pieces(text, word)
    if typed.problem_at is not None:
        found.append(Span(typed.problem_at, len(text), "unknown"))
    return found


def _meta(text: str) -> Iterator[Span]:
    from fakedocker_shell.repl import meta

    match = re.match(r"\s*:(\S*)", text)
    assert match is not None
    yield Span(match.start(1) - 1, match.end(1), "meta" if match[1] in meta.TABLE or match[1] == "?" else "unknown")


def _command(console: Console, place: Place, command: nodes.Simple) -> Iterator[Span]:
    first = command.words[0]
    name = reading.plain(first.parts)
    if name is None:
        return
    yield Span(first.start, first.end, "program" if _is_known(console, place, name) else "unknown")
    if name in ("docker", "/usr/bin/docker"):
        release = console.engine.draft.profile.client.release
        walked = docker_words.roles((reading.plain(word.parts) for word in command.words[1:]), release)
        for word, role in zip(command.words[1:], walked, strict=True):
            kind = _ROLE_STYLES.get(role.kind, "")
            value = reading.plain(word.parts)
            if not kind and value is not None and _is_missing(place, role, value):
                kind = "missing"
            if kind:
                yield Span(word.start, word.end, kind)


def _is_known(console: Console, place: Place, name: str) -> bool:
    if "/" in name:
        return host_files.exists(place.draft, name if name.startswith("/") else f"{place.directory}/{name}")
    shell = console.session.shell
    if name in builtins_of(BASH) or name in host_files.programs(place.draft, place.environment.get("PATH", "")):
        return True
    return shell is not None and (name in shell.functions or name in dict(shell.aliases))


def _is_missing(place: Place, role: Role, value: str) -> bool:
    """Whether a name that has to exist does not."""
    command = role.command.canonical
    if role.kind == docker_words.ARGUMENT:
        kind = argument_kind(docker_tables.ARGUMENTS.get(command, ()), role.place)
        if (command, role.place) in docker_tables.MADE_BY_COMMAND:
            return False
    elif role.kind == docker_words.VALUE and role.flag is not None and role.flag.name != "tag":
        kind = flag_kind(command, role.flag)
        value = value.partition(":")[0] if kind == "container" else value
    else:
        return False
    if kind not in docker_tables.MUST_EXIST or not value:
        return False
    if kind in ("image", "image or offered"):
        return not names.has_image(place.draft, value, or_offered=kind != "image")
    if kind in ("network", "own network"):
        return not names.has_network(place.draft, value)
    if kind == "volume":
        return not names.has_volume(place.draft, value)
    if kind in swarm_names.KINDS:
        return not swarm_names.has(place.world, kind, value.partition("=")[0])
    return not names.has_container(place.draft, value)


def _pieces(text: str, word: nodes.Word) -> Iterator[Span]:
    """Strings and variables inside a word."""
    for match in _PIECES.finditer(text, word.start, min(word.end, len(text))):
        yield Span(match.start(), match.end(), "variable" if match.lastgroup == "variable" else "string")


def _lines(text: str, found: list[Span]) -> list[StyleAndTextTuples]:
    """Fragments line by line."""
    styles = [""] * len(text)
    for span in found:
        for place in range(span.start, min(span.end, len(text))):
            styles[place] = f"class:{span.kind}"
    lines: list[StyleAndTextTuples] = [[]]
    start = 0
    for place, character in enumerate(text):
        if character == "\n":
            _close(lines[-1], text, styles, start, place)
            lines.append([])
            start = place + 1
    _close(lines[-1], text, styles, start, len(text))
    return lines


def _close(line: StyleAndTextTuples, text: str, styles: list[str], start: int, end: int) -> None:
    """Append the fragments of text[start:end], neighbours of one style together."""
    while start < end:
        stop = start + 1
        while stop < end and styles[stop] == styles[start]:
            stop += 1
        line.append((styles[start], text[start:stop]))
        start = stop
