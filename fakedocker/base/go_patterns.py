"""Go's patterns of paths (path.Match, filepath.Match) and moby's with **, as expressions that are matched in bounded time."""

from __future__ import annotations

import re

from fakedocker.base.regex import Pattern, PatternProblem, compile_pattern


def path_match(pattern: str, text: str) -> bool:
    """path.Match: * and ? do not cross a slash. A pattern that is not well formed matches nothing."""
    try:
        return _compiled(pattern, crossing=False).fullmatch(text) is not None
    except PatternProblem:
        return False


def crossing_pattern(pattern: str) -> Pattern:
    """A pattern in which ** crosses directories (moby patternmatcher). Raises PatternProblem."""
    return _compiled(pattern, crossing=True)


def _compiled(pattern: str, *, crossing: bool) -> Pattern:
    parts = []
    index = 0
    while index < len(pattern):
        character = pattern[index]
        if crossing and pattern.startswith("**", index):
            index += 2
            if pattern.startswith("/", index):
                index += 1
                parts.append("(?:.*/)?")
            else:
                parts.append(".*")
            continue
        if character == "*":
            parts.append("[^/]*")
        elif character == "?":
            parts.append("[^/]")
        elif character == "[" and "]" in pattern[index + 1 :]:
            end = pattern.index("]", index + 1)
            inside = pattern[index + 1 : end]
            negated = inside.startswith("^")
            parts.append(f"[{'^' if negated else ''}{_members(inside[negated:])}]")
            index = end
        elif character == "\\" and index + 1 < len(pattern):
            index += 1
            parts.append(re.escape(pattern[index]))
        else:
            parts.append(re.escape(character))
        index += 1
    return compile_pattern("".join(parts), int(re.DOTALL))


def _members(inside: str) -> str:
    return re.sub(r"[\[\]^&|~]", lambda match: "\\" + match[0], inside.replace("\\", "\\\\"))
