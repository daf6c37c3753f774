"""Patterns of a .dockerignore: which files of a build context stay at home.

The client leaves them out of the archive; the engine asks only about the Dockerfile and the .dockerignore themselves.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from fakedocker.base.go_patterns import crossing_pattern
from fakedocker.base.paths import clean


def read_patterns(text: str) -> list[str]:
    """The patterns of a .dockerignore, comments left out and paths made plain."""
    patterns = []
    for line in text.removeprefix("\ufeff").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        invert = line.startswith("!")
        body = line[1:].strip() if invert else line
        if body:
            body = clean(body)
            if len(body) > 1 and body.startswith("/"):
                body = body.lstrip("/")
        patterns.append(("!" if invert else "") + body)
    return patterns


class IgnoreRules:
    """Decides about paths. The last pattern that fits a path, or a directory above it, counts."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._rules = [
            (pattern.startswith("!"), crossing_pattern(pattern.removeprefix("!"))) for pattern in patterns if pattern
        ]
        self.given = bool(self._rules)
        self.has_exceptions = any(invert for invert, _ in self._rules)

    def excludes(self, path: str) -> bool:
        """Whether a path, relative to the context, is left out."""
        excluded = False
        parents = [path]
        while "/" in parents[-1]:
            parents.append(posixpath.dirname(parents[-1]))
        for invert, expression in self._rules:
            if any(expression.fullmatch(candidate) for candidate in parents):
                excluded = not invert
        return excluded
