"""What a statement of SQLite is by its words: where it ends, whether it begins or ends a transaction, and what in it is too new."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from fakedocker.kernel.program import Unsimulated

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|--[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))|(?P<string>[xX]?'(?:[^']|'')*'?)
    |(?P<name>"(?:[^"]|"")*"?|`(?:[^`]|``)*`?|\[[^\]]*\]?)|(?P<number>\d[\w.]*|\.\d\w*)|(?P<word>[A-Za-z_\x80-\U0010ffff][\w$]*)
    |(?P<mark>->>|->|<=|>=|<>|!=|==|\|\||<<|>>|.)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER: Final = re.compile(r"(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE]\d*)?)\Z")
_NEWER: Final = (
    ("right", "join"), ("right", "outer", "join"), ("full", "join"), ("full", "outer", "join"), ("is", "distinct", "from"),
    ("is", "not", "distinct", "from"), ("deferrable",), ("initially",), ("->",), ("->>",), ("or", "rollback"), ("on", "conflict", "rollback"),
    ("strict",), ("explain",), ("vacuum",), ("reindex",), ("raise",),
)  # fmt: skip
"""What SQLite has since 3.38 or later, and what is not simulated of older ones."""


class Statement(NamedTuple):
    text: str
    words: tuple[str, ...]  # tokens; words in small letters, names and strings in their quotes


class Words(NamedTuple):
    statements: tuple[Statement, ...]

    @property
    def first(self) -> str:
        return self.statements[0].words[0] if self.statements else ""


def words_of(text: str) -> Words:
    """The statements of a text, a trigger's body kept whole. O(length)."""
    found: list[Statement] = []
    words: list[str] = []
    start = 0
    depth = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            continue
        word = match[0].lower() if kind == "word" else match[0]
        if word == ";" and depth == 0:
            if words:
                found.append(Statement(text[start : match.end()].strip(), tuple(words)))
            words, start = [], match.end()
            continue
        if not words and word != ";":
            start = match.start()
        words.append(word)
        if words[0] == "create" and "trigger" in words[:4]:
            depth += (word in ("begin", "case")) - (word == "end" and depth > 0)
    if words:
        found.append(Statement(text[start:].strip(), tuple(words)))
    return Words(tuple(found))


def check_features(words: Words) -> None:
    """Raises Unsimulated for what some versions of SQLite have and others not."""
    tokens = words.statements[0].words
    for phrase in _NEWER:
        size = len(phrase)
        for place in range(len(tokens) - size + 1):
            if tokens[place : place + size] == phrase:
                raise Unsimulated(f"SQLite's {' '.join(phrase).upper()}")
    for token in tokens:
        if token[0] in "0123456789" and not _NUMBER.match(token):
            raise Unsimulated(f"the number {token[:40]} of SQLite")


def transaction_of(words: Words) -> tuple[str, str] | None:
    """(verb, savepoint's name) of a statement about transactions, None for others."""
    tokens = words.statements[0].words
    match tokens:
        case ("begin", *rest) if set(rest) <= {"deferred", "immediate", "exclusive", "transaction"}:
            return "begin", ""
        case ("commit" | "end",) | ("commit" | "end", "transaction"):
            return "commit", ""
        case ("rollback",) | ("rollback", "transaction"):
            return "rollback", ""
        case ("savepoint", name):
            return "savepoint", _plain(name)
        case ("release", name) | ("release", "savepoint", name):
            return "release", _plain(name)
        case (
            ("rollback", "to", name)
            | ("rollback", "to", "savepoint", name)
            | ("rollback", "transaction", "to", name)
            | ("rollback", "transaction", "to", "savepoint", name)
        ):
            return "rollback to", _plain(name)
    if tokens[0] in ("begin", "commit", "end", "rollback", "savepoint", "release"):
        raise Unsimulated("this statement about transactions of SQLite")
    return None


def pragma_of(words: Words) -> tuple[str, str] | None:
    """(name, argument) of a PRAGMA."""
    match words.statements[0].words:
        case ("pragma", name):
            return name, ""
        case ("pragma", name, "=", value) | ("pragma", name, "(", value, ")"):
            return name, _plain(value)
        case ("pragma", name, "=", "-", value):
            return name, "-" + value
        case ("pragma", *_):
            raise Unsimulated("such a PRAGMA")
    return None


def _plain(name: str) -> str:
    if name[:1] in ('"', "'", "`"):
        return name[1:-1].replace(name[0] * 2, name[0])
    return name[1:-1] if name[:1] == "[" else name
