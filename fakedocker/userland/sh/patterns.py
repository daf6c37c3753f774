"""Shell patterns (POSIX 2.13, and bash's extended ones) as regular expressions.

A pattern is text in which a backslash takes the meaning from the next character; whoever builds one escapes quoted text
with `escape`. It must not know where patterns come from.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from fakedocker.base.patterns import lazy_pattern
from fakedocker.base.regex import Pattern, PatternProblem, compile_pattern

_SPECIAL = lazy_pattern(r"([*?\[\]\\()|!@+])")
WILD: Final = lazy_pattern(r"[*?]|\[.+\]|[@+!]\(", re.DOTALL)
"""What may be a pattern; text without any of it is none."""
_CLASSES: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
_CLASS = lazy_pattern(r"\[:(\w+):\]")


def escape(text: str) -> str:
    """`text` as a pattern that matches only itself."""
    return _SPECIAL.sub(r"\\\1", text)


def unescape(pattern: str) -> str:
    """The text that an escaped pattern stands for."""
    return re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL)


def is_wild(pattern: str) -> bool:
    """Whether a pattern has an active special character."""
    return WILD.search(re.sub(r"\\.", "", pattern, flags=re.DOTALL)) is not None


def bracket(pattern: str, start: int, escapes: bool = True) -> tuple[str, int] | None:
    """The bracket expression at `start` as a regular expression, and where it ends; None where there is none.

    Args:
        escapes: a backslash quotes the next character (in patterns; not in regular expressions).
    """
    at = start + 1
    negated = pattern[at : at + 1] in ("!", "^")
    at += negated
    pieces: list[str] = []
    first = True
    while at < len(pattern):
        character = pattern[at]
        if character == "]" and not first:
            inside = "".join(pieces)
            return f"[{'^' if negated else ''}{inside}]", at + 1
        first = False
        named = _CLASS.match(pattern, at)
        if named:
            if named[1] not in _CLASSES:
                return None
            pieces.append(_CLASSES[named[1]])
            at = named.end()
            continue
        if escapes and character == "\\" and at + 1 < len(pattern):
            at += 1
            pieces.append(re.escape(pattern[at]))
        elif character == "-":
            pieces.append("-" if pieces and pattern[at + 1 : at + 2] != "]" else "\\-")
        else:
            pieces.append(re.escape(character))
        at += 1
    return None


def _translate(pattern: str, at: int, stops: str) -> tuple[str, int]:
    """The pattern from `at` up to one of `stops` as a regular expression, and where it stopped."""
    pieces: list[str] = []
    while at < len(pattern):
        character = pattern[at]
        if character in stops:
            break
        if character == "\\" and at + 1 < len(pattern):
            pieces.append(re.escape(pattern[at + 1]))
            at += 2
        elif character in "@?*+!" and pattern.startswith("(", at + 1):
            piece, at = _extended(pattern, at)
            pieces.append(piece)
        elif character == "[" and (found := bracket(pattern, at)) is not None:
            pieces.append(found[0])
            at = found[1]
        else:
            pieces.append({"*": ".*", "?": "."}.get(character) or re.escape(character))
            at += 1
    return "".join(pieces), at


def _extended(pattern: str, at: int) -> tuple[str, int]:
    """`@(a|b)` and its kind."""
    kind = pattern[at]
    start = at
    at += 2
    branches: list[str] = []
    while True:
        branch, at = _translate(pattern, at, "|)")
        branches.append(branch)
        if at >= len(pattern):
            return re.escape(pattern[start:]), at
        at += 1
        if pattern[at - 1] == ")":
            break
    inside = "|".join(branches)
    if kind == "!":
        rest = _translate(pattern, at, "")[0]
        return f"(?!(?:{inside}){rest}\\Z).*", at
    return f"(?:{inside}){'' if kind == '@' else kind}", at


@lru_cache(4096)
def compiled(pattern: str, fold: bool = False) -> Pattern:
    """A pattern as a regular expression, to be used with fullmatch."""
    expression = re.sub(r"(?:\.\*){2,}", ".*", _translate(pattern, 0, "")[0])
    try:
        return compile_pattern(expression, int(re.DOTALL | (re.IGNORECASE if fold else 0)), longest=True)
    except PatternProblem:  # such as a reversed range: matches only itself
        return compile_pattern(re.escape(unescape(pattern)), int(re.DOTALL), longest=True)


def matches(pattern: str, text: str) -> bool:
    return compiled(pattern).fullmatch(text) is not None


def strip(text: str, pattern: str, operator: str) -> str:
    """${text#pattern} and its kind: without the shortest or (doubled) longest match at the start (#) or the end (%)."""
    rest = compiled(pattern).without(text, end=operator[0] == "%", greedy=len(operator) > 1)
    return text if rest is None else rest


def replace(text: str, pattern: str, replacement: str, operator: str) -> str:
    """${text/pattern/replacement}: the first longest match, all of them (//), one at the start (/#) or the end (/%)."""
    if not pattern and operator in ("/", "//"):
        return text
    if operator in ("/#", "/%"):
        rest = compiled(pattern).without(text, end=operator == "/%", greedy=True)
        if rest is None:
            return text
        return replacement + rest if operator == "/#" else rest + replacement
    return compiled(pattern).sub(lambda _: replacement, text, count=0 if operator == "//" else 1)
