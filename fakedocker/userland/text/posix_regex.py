"""POSIX regular expressions, basic and extended, as Python's.

Differences that matter: what needs a backslash, bracket expressions with classes, `*` at the beginning, `^` and `$`
inside, and GNU's \\+ \\? \\| \\w \\b \\< \\>. They are matched in bounded time (`fakedocker.base.regex`). It must not
know who searches.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.base.regex import IGNORECASE, MULTILINE, Pattern, PatternProblem, compile_pattern
from fakedocker.userland.sh.patterns import bracket

_INTERVAL = lazy_pattern(r"\{(\d*)(,?)(\d*)\}")
_BASIC_INTERVAL = lazy_pattern(r"\\\{(\d*)(,?)(\d*)\\\}")
_GNU_ESCAPES: Final = {
    "w": r"\w",
    "W": r"\W",
    "s": r"\s",
    "S": r"\S",
    "b": r"\b",
    "B": r"\B",
    "<": r"\b(?=\w)",
    ">": r"\b(?<=\w)",
    "`": r"\A",
    "'": r"\Z",
    "n": "\n",
    "t": "\t",
}


class RegexProblem(ValueError):
    """The message is GNU's: Unmatched ( or \\(, Invalid preceding regular expression ..."""


@lru_cache(1024)
def translate(source: str, *, extended: bool, by_line: bool = False, lenient: bool = False) -> str:
    """A POSIX expression as one for Python's `re`.

    Args:
        extended: an ERE, else a BRE.
        lenient: of an ERE that begins with a repetition, that is left out, as grep does.
        by_line: `$` is meant for re.MULTILINE; else it is the very end, also after a newline.

    Raises:
        RegexProblem: the expression is not well formed.
    """
    return _Translator(source, extended, "$" if by_line else r"\Z", lenient).run()


def compile_posix(source: str, *, extended: bool, fold: bool = False) -> Pattern:
    """A POSIX expression, whose matches are the longest that begin first.

    Raises:
        RegexProblem: the expression is not well formed.
    """
    return compile_translated(translate(source, extended=extended), fold=fold)


def compile_translated(translated: str, *, fold: bool = False, by_line: bool = False) -> Pattern:
    """What `translate` has made of an expression, or of several put together. Raises RegexProblem."""
    flags = re.DOTALL | (IGNORECASE if fold else 0) | (MULTILINE if by_line else 0)
    try:
        return compile_pattern(translated, int(flags), longest=True)
    except PatternProblem as problem:
        raise RegexProblem(str(problem)) from None


class _Translator:
    def __init__(self, source: str, extended: bool, end_anchor: str, lenient: bool) -> None:
        self.lenient = lenient
        self.end_anchor = end_anchor
        self.source = source
        self.extended = extended
        self.at = 0
        self.depth = 0
        self.pieces: list[str] = []

    def run(self) -> str:
        while self.at < len(self.source):
            self._one()
        if self.depth:
            raise RegexProblem("Unmatched ( or \\(")
        return "".join(self.pieces)

    def _begins(self) -> bool:
        """Whether nothing that could be repeated stands before."""
        return not self.pieces or self.pieces[-1] in ("(", "|", "^")

    def _one(self) -> None:
        source, at = self.source, self.at
        character = source[at]
        if character == "\\":
            self._escaped()
        elif character == "[":
            found = bracket(source, at, escapes=False)
            if found is None:
                raise RegexProblem("Unmatched [, [^, [:, [., or [=")
            self.pieces.append(found[0])
            self.at = found[1]
        elif character == "*":
            self._repeat("*")
        elif character in "+?" and self.extended:
            self._repeat(character)
        elif character == "{" and self.extended and (match := _INTERVAL.match(source, at)):
            self._interval(match)
        elif character in "()|" and self.extended:
            self._structure(character)
        elif character == "^":
            anchor = self.extended or self._begins()
            self.pieces.append("^" if anchor else "\\^")
            self.at += 1
        elif character == "$":
            last = (
                self.extended
                or at == len(source) - 1
                or source.startswith("\\)", at + 1)
                or source.startswith("\\|", at + 1)
            )
            self.pieces.append(self.end_anchor if last else "\\$")
            self.at += 1
        else:
            self.pieces.append("." if character == "." else re.escape(character))
            self.at += 1

    def _escaped(self) -> None:
        source, at = self.source, self.at
        following = source[at + 1 : at + 2]
        if not following:
            raise RegexProblem("Trailing backslash")
        if not self.extended and following == "{" and (match := _BASIC_INTERVAL.match(source, at)):
            self._interval(match)
            return
        self.at += 1
        if not self.extended and following in "(){}|+?":
            if following in "()|":
                self._structure(following)
            elif following in "+?":
                self._repeat(following)
            else:
                raise RegexProblem("Unmatched \\{")
            return
        self.at += 1
        if is_digits(following) and following != "0":
            self.pieces.append(f"(?:\\{following})")
        elif following in _GNU_ESCAPES:
            self.pieces.append(_GNU_ESCAPES[following])
        else:
            self.pieces.append(re.escape(following))

    def _structure(self, character: str) -> None:
        self.at += 1
        if character == "(":
            self.depth += 1
        elif character == ")":
            if not self.depth:
                if self.extended:
                    self.pieces.append("\\)")
                    return
                raise RegexProblem("Unmatched ) or \\)")
            self.depth -= 1
        self.pieces.append(character)

    def _repeat(self, character: str) -> None:
        self.at += 1
        if self._begins():
            if not self.extended:
                self.pieces.append("\\" + character)
            elif not self.lenient:
                raise RegexProblem("Invalid preceding regular expression")
        elif self.pieces[-1][-1:] in ("*", "+", "?") and self.pieces[-1] in ("*", "+", "?"):
            self.pieces[-1] = "*"
        else:
            self.pieces.append(character)

    def _interval(self, match: re.Match[str]) -> None:
        self.at = match.end()
        low, comma, high = match.groups()
        if self._begins():
            raise RegexProblem("Invalid preceding regular expression")
        if high and int(high) < int(low or 0):
            raise RegexProblem("Invalid content of \\{\\}")
        self.pieces.append(f"{{{low or '0'}{comma}{high}}}")
