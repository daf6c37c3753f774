"""Comparing what a command printed with what a scenario says, wildcards included.

A line `...` is any lines, `[..]` any part of a line. Typed wildcards match one kind of value: `[ID]`, `[HEX]`, `[IP]`,
`[DIGEST]`, `[AGO]`, `[PORT]`; `[ID:name]` also binds it, and where the name stands again the value must be the same (an
id may stand there shortened). Owns the rules of matching; it must not know scenarios.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

ANY_LINES = "..."
_KINDS = {
    "ID": r"(?:[0-9a-f]{64}|[0-9a-f]{12})",
    "HEX": r"[0-9a-f]+",
    "IP": r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})",
    "DIGEST": r"sha256:[0-9a-f]{64}",
    "AGO": r"(?:Less than a second|About an? (?:minute|hour)|\d+ (?:second|minute|hour|day|week|month|year)s?)(?: ago)?",
    "PORT": r"\d{1,5}",
}
_WILDCARD = re.compile(r"\[(?:(\.\.)|(ID|HEX|IP|DIGEST|AGO|PORT)(?::([A-Za-z0-9_-]+))?)\]")
Bindings = Mapping[str, str]


def match(expected: Sequence[str], actual: Sequence[str], bound: Bindings) -> Bindings | None:
    """What is bound after all lines have matched, or None where they do not.

    Time is the product of both lengths for each `...`.

    Args:
        bound: name to value, from the commands before.
    """
    return _match(tuple(expected), 0, tuple(actual), 0, dict(bound))


def _match(
    expected: tuple[str, ...], at: int, actual: tuple[str, ...], position: int, bound: dict[str, str]
) -> dict[str, str] | None:
    while at < len(expected):
        if expected[at] == ANY_LINES:
            if at + 1 == len(expected):
                return bound
            for start in range(position, len(actual)):
                found = _match(expected, at + 1, actual, start, bound)
                if found is not None:
                    return found
            return None
        if position >= len(actual):
            return None
        found = match_line(expected[at], actual[position], bound)
        if found is None:
            return None
        bound = found
        at, position = at + 1, position + 1
    return bound if position == len(actual) else None


def match_line(expected: str, actual: str, bound: Mapping[str, str]) -> dict[str, str] | None:
    """As `match`, of one line; blanks at its end do not count, as editors take them away."""
    expected, actual = expected.rstrip(), actual.rstrip()
    if "[" not in expected:
        return dict(bound) if expected == actual else None
    pattern, names = _pattern(expected)
    found = pattern.fullmatch(actual)
    if found is None:
        return None
    result = dict(bound)
    for index, name in enumerate(names, 1):
        value, before = found[index], result.get(name)
        if before is None or value.startswith(before):
            result[name] = value  # the longest form of an id is remembered
        elif not before.startswith(value):
            return None
    return result


@cache
def _pattern(expected: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """The regular expression of a line, and the names of its groups."""
    parts, names, end = [], [], 0
    for found in _WILDCARD.finditer(expected):
        parts.append(re.escape(expected[end : found.start()]))
        end = found.end()
        kind = ".*?" if found[1] else _KINDS[found[2]]
        if found[3]:
            names.append(found[3])
            kind = f"({kind})"
        parts.append(kind)
    parts.append(re.escape(expected[end:]))
    return re.compile("".join(parts)), tuple(names)


def updated(expected: Sequence[str], actual: Sequence[str]) -> list[str]:
    """The lines that stand in place of `expected` so that `actual` matches; lines with wildcards that still match are
    kept.

    Takes the longest row of lines that match one to one, in quadratic time; between two of them a `...` stays, and
    takes in what changed there.
    """
    kept = _common(expected, actual)
    lines: list[str] = []
    last_expected = last_actual = 0
    for index, position in [*kept, (len(expected), len(actual))]:
        if ANY_LINES in expected[last_expected:index]:
            lines.append(ANY_LINES)
        else:
            lines.extend(actual[last_actual:position])
        if index < len(expected):
            lines.append(expected[index])
        last_expected, last_actual = index + 1, position + 1
    return lines


def _common(expected: Sequence[str], actual: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of indices, both rising, of lines that match: as many as there can be."""
    rows, columns = len(expected), len(actual)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    same = [[line != ANY_LINES and match_line(line, other, {}) is not None for other in actual] for line in expected]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            best[row][column] = (
                best[row + 1][column + 1] + 1
                if same[row][column]
                else max(best[row + 1][column], best[row][column + 1])
            )
    pairs, row, column = [], 0, 0
    while row < rows and column < columns:
        if same[row][column]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif best[row + 1][column] >= best[row][column + 1]:
            row += 1
        else:
            column += 1
    return pairs
