"""Did you mean ...? Words that are close to one that is unknown (buildkit util/suggest)."""

from __future__ import annotations

from collections.abc import Iterable

_FAR = 3


def with_suggestion(problem: str, word: str, known: Iterable[str]) -> str:
    """A problem with the closest known word, if one is less than three changes away."""
    best, best_distance = "", _FAR
    for candidate in sorted(known):
        distance = _distance(word.lower(), candidate.lower())
        if distance < best_distance:
            best, best_distance = candidate, distance
    return f"{problem} (did you mean {best}?)" if best else problem


def _distance(left: str, right: str) -> int:
    """How many letters have to be changed, added or dropped (Levenshtein)."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        above, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (a != b))
    return row[-1]
