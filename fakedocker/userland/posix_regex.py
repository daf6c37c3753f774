"""POSIX regular expressions, basic and extended, as Python's.

Differences that matter: what needs a backslash, bracket expressions with classes, `*` at the beginning, `^` and `$` inside,
and GNU's \\+ \\? \\| \\w \\b \\< \\>. Alternatives are tried leftmost-first, not longest, as Python does. It must not know who
searches.
"""

from __future__ import annotations

import re
import re._constants as sre_constants  # type: ignore[import-not-found]  # typeshed has it by its old name, which warns
import re._parser as sre_parse  # type: ignore[import-not-found]  # likewise
import warnings
from functools import lru_cache
from typing import Any, Final

from fakedocker.userland.sh.patterns import bracket

_INTERVAL = re.compile(r"\{(\d*)(,?)(\d*)\}")
_BASIC_INTERVAL = re.compile(r"\\\{(\d*)(,?)(\d*)\\\}")
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
def translate(source: str, *, extended: bool, by_line: bool = False) -> str:
    """A POSIX expression as one for Python's `re`.

    Args:
        extended: an ERE, else a BRE.
        by_line: `$` is meant for re.MULTILINE; else it is the very end, also after a newline.

    Raises:
        RegexProblem: the expression is not well formed, or Python would look for it without end.
    """
    translated = _Translator(source, extended, "$" if by_line else r"\Z").run()
    if _is_endless(translated):
        raise RegexProblem("Regular expression too big")
    return translated


_ENDLESS_HINT = re.compile(r"[*+}]\??[^()]*\)(?:[*+]|\{\d+,\})")
_MANY: Final = 20


def _is_endless(translated: str) -> bool:
    """Whether a repetition repeats another with nothing between that must be there, as (a+)+ and (a*b?)* do.

    Python tries every way to share a text among the two, whose number doubles with each letter; a real grep, sed or awk
    does not.
    """
    if _ENDLESS_HINT.search(translated) is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _repeats_a_repetition(sre_parse.parse(translated))
        except (re.error, OverflowError):
            return False


def _repeats_a_repetition(items: Any) -> bool:
    for operation, argument in items:
        if operation in _REPEATS:
            _, most, body = argument
            if most >= _MANY and _is_shared(body):
                return True
            if _repeats_a_repetition(body):
                return True
        elif (operation is sre_constants.SUBPATTERN and _repeats_a_repetition(argument[3])) or (
            operation is sre_constants.BRANCH and any(_repeats_a_repetition(branch) for branch in argument[1])
        ):
            return True
    return False


def _is_shared(body: Any) -> bool:
    """Whether one of a body's parts is a repetition, and all others may be nothing."""
    items = list(body)
    while len(items) == 1 and items[0][0] is sre_constants.SUBPATTERN:
        items = list(items[0][1][3])
    if len(items) == 1 and items[0][0] is sre_constants.BRANCH:
        return any(_is_shared(branch) for branch in items[0][1][1])
    repeated = [each for each in items if each[0] in _REPEATS and each[1][1] >= _MANY]
    return any(all(_may_be_nothing(other) for other in items if other is not each) for each in repeated)


def _may_be_nothing(item: Any) -> bool:
    operation, argument = item
    if operation in _REPEATS:
        return bool(argument[0] == 0) or all(map(_may_be_nothing, argument[2]))
    if operation is sre_constants.SUBPATTERN:
        return all(map(_may_be_nothing, argument[3]))
    return operation is sre_constants.AT


_REPEATS: Final = (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT)


class _Translator:
    def __init__(self, source: str, extended: bool, end_anchor: str) -> None:
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
        if following.isdigit() and following != "0":
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
            self.pieces.append("\\" + character)
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
