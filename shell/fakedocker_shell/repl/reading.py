"""What is being typed, complete or not, as the shell's own parser sees it: its commands, words and tokens.

An open quote or bracket is closed for the parser's sake, so that the words inside are words already. This module must
not know what the words mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from fakedocker.userland.sh import nodes
from fakedocker.userland.sh.dialect import BASH, Dialect, Incomplete, SyntaxProblem
from fakedocker.userland.sh.parser import Parser

_CLOSING = {"'": "'", '"': '"', "$(": ")", "${": "}", "`": "`", "((": "))", "(": ")"}
_ROUNDS = 12
"""How many open quotes and brackets are closed."""
MARK = "\ue000"
"""Stands where the cursor is; a private character that the shell takes for a letter."""


class Typed(NamedTuple):
    """What was read; offsets are those of the text.

    `problem_at` is where the parser has given up for good, None when it only lacks an end.
    """

    commands: tuple[nodes.Simple, ...]
    tokens: tuple[nodes.Token, ...]
    problem_at: int | None


class Cursor(NamedTuple):
    """The command that the cursor is in.

    Args:
        before: the words of the command before the cursor's own, None for one whose text is not known yet.
        word: the text of the cursor's own word up to the cursor, without its quotes.
        quote: the quote that is open at the cursor, or "".
        kind: word, redirection or assignment.
    """

    before: tuple[str | None, ...]
    word: str
    quote: str
    kind: str = "word"


class _Recorder(Parser):
    """A parser that remembers its simple commands, also when it does not get to the end."""

    def __init__(
        self,
        source: str,
        position: int = 0,
        dialect: Dialect = BASH,
        final: bool = True,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(source, position, dialect, final, aliases)
        self.found: list[nodes.Simple] = []

    def simple(self) -> nodes.Command:
        command = super().simple()
        if isinstance(command, nodes.Simple):
            self.found.append(command)
        return command


def read(text: str) -> Typed:
    """Read what was typed. Time is linear in its length."""
    closing, _ = _closed(text)
    return closing


def _closed(text: str) -> tuple[Typed, str]:
    """The reading, and the closing characters that were put after the text."""
    closing = ""
    problem_at: int | None = None
    parser = _Recorder(text)
    for _ in range(_ROUNDS):
        parser = _Recorder(text + closing)
        try:
            parser.everything()
        except Incomplete as problem:
            end = _CLOSING.get(problem.token) if problem.kind == "quote" else None
            if end is not None:
                closing += end
                continue
        except SyntaxProblem as problem:
            problem_at = min(problem.offset, len(text))
        except RecursionError:
            problem_at = 0
        break
    return Typed(tuple(parser.found), tuple(parser.tokens), problem_at), closing


def plain(parts: nodes.Parts) -> str | None:
    """The text of a word without its quotes; None when it depends on more than what is typed."""
    texts = []
    for part in parts:
        if isinstance(part, nodes.Literal | nodes.Quoted):
            texts.append(part.text)
        elif isinstance(part, nodes.DoubleQuoted):
            inner = plain(part.parts)
            if inner is None:
                return None
            texts.append(inner)
        else:
            return None
    return "".join(texts)


def at_cursor(before: str) -> Cursor | None:
    """The command at the end of a text.

    Args:
        before: what stands before the cursor.

    Returns:
        None where no word can be: in a comment or a here-document.
    """
    text = before + MARK
    typed, closing = _closed(text)
    quote = (
        next((character for character in reversed(closing) if character in "'\""), "")
        if closing[:1] in ("'", '"')
        else ""
    )
    for command in typed.commands:
        for place, word in enumerate(command.words):
            if MARK in text[word.start : word.end]:
                inner = _nested(word, typed, text)
                if inner:
                    continue
                found = plain(word.parts)
                prefix = found.partition(MARK)[0] if found is not None else text[word.start : len(before)]
                return Cursor(tuple(plain(other.parts) for other in command.words[:place]), prefix, quote)
    for token in typed.tokens:
        if token.start <= len(before) < token.end and token.kind in ("redirection", "assignment"):
            raw = text[token.start : len(before)]
            raw = raw.lstrip("0123456789<>&|") if token.kind == "redirection" else raw.partition("=")[2]
            return Cursor((), raw.strip(" \t").lstrip("'\""), quote, token.kind)
    return None


def _nested(word: nodes.Word, typed: Typed, text: str) -> bool:
    """Whether the cursor is in a command inside this word rather than in the word itself."""
    at = text.index(MARK)
    return any(
        other.start > word.start and other.start <= at < max(other.end, other.start + 1) and other.words
        for other in typed.commands
    )
