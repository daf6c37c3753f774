"""LIKE, in bounded time: text between % is looked for part by part."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.sql.bound import Context
from fakedocker.userland.languages.sql.problems import SqlError

_ANY, _ONE, _LETTER = 0, 1, 2


def like_matcher(ignores_case: bool, escape: str, context: Context) -> Callable[[str, str], bool]:
    """What tells whether a text is like a pattern; patterns are read once."""
    known: dict[str, list[tuple[int, str]]] = {}

    def matches(text: str, pattern: str) -> bool:
        if ignores_case:
            text, pattern = text.lower(), pattern.lower()
        parts = known.get(pattern)
        if parts is None:
            parts = known[pattern] = parsed(pattern, escape)
        context.tick(1 + len(text) * len(parts) // 64)
        return is_like(parts, text)

    return matches


def parsed(pattern: str, escape: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        if escape and letter == escape:
            at += 1
            if at >= len(pattern):
                raise SqlError("22025", "LIKE pattern must not end with escape character")
            found.append((_LETTER, pattern[at]))
        elif letter == "%":
            if not found or found[-1][0] != _ANY:
                found.append((_ANY, ""))
        else:
            found.append((_ONE, "") if letter == "_" else (_LETTER, letter))
        at += 1
    return found


def is_like(parts: list[tuple[int, str]], text: str) -> bool:
    """The last % is gone back to only. O(len(parts) * len(text))."""
    at = place = 0
    back_part, back_text = -1, 0
    count = len(parts)
    while at < len(text):
        if place < count and parts[place][0] == _ANY:
            back_part, back_text = place, at
            place += 1
        elif place < count and (parts[place][0] == _ONE or parts[place][1] == text[at]):
            place += 1
            at += 1
        elif back_part >= 0:
            back_text += 1
            place, at = back_part + 1, back_text
        else:
            return False
    return all(kind == _ANY for kind, _ in parts[place:])
