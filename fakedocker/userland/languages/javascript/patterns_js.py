"""JavaScript's regular expressions, as those of `fakedocker.base.regex`, which matches them in bounded time.

What the two do not share, or share in looks only, is refused: NotSimulated.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import IGNORECASE, MULTILINE, Found, LimitExceeded, Pattern, PatternProblem, compile_pattern
from fakedocker.userland.languages.javascript import categories
from fakedocker.userland.languages.javascript.units import to_units
from fakedocker.userland.languages.machine.cells import NotSimulated

FLAGS: Final = "dgimsuvy"
_WORD: Final = "A-Za-z0-9_"
_SPACE: Final = r"\t\n\v\f\r \xa0\ufeff\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CLASSES: Final = {"d": "0-9", "w": _WORD, "s": _SPACE}
_NEGATED: Final = {"D": "0-9", "W": _WORD, "S": _SPACE}
_CONTROLS: Final = {"t": r"\t", "n": r"\n", "v": r"\v", "f": r"\f", "r": r"\r"}
_ANY: Final = r"[^\n\r\u2028\u2029]"
_COUNT: Final = re.compile(r"\{(\d+)(,?)(\d*)\}")
_SET: Final = "\U0010ffff"
"""Marks a set within a class while it is translated; no pattern of UTF-16 code units holds it."""
_NAME: Final = re.compile(r"[\w$]+")
_NAMED: Final = re.compile(r"\(\?<(?![=!])")
_CODE_POINT: Final = re.compile(r"\{0*([0-9a-fA-F]{1,6})\}")
_MOST_CODE: Final = 0x10FFFF
_MAY_BE_ESCAPED: Final = frozenset("^$\\.*+?()[]{}|/")
_SET_ESCAPE: Final = re.compile(r"\\[dDwWsS]")
_NOTHING: Final = "Nothing to repeat"


class Malformed(Exception):
    """The pattern is none: V8's word for it."""


class Translated(NamedTuple):
    """A pattern for this engine, the names of its groups, and how many there are."""

    pattern: Pattern
    names: tuple[tuple[str, int], ...]
    groups: int


class _Translator:
    def __init__(self, source: str, flags: str, ascii_only: bool) -> None:
        self.source = source
        self.flags = flags
        self.ascii_only = ascii_only
        self.place = 0
        self.names: list[tuple[str, int]] = []
        self.groups = 0
        self.opened: list[tuple[int, bool]] = []  # groups counted before, whether it may be repeated
        self.unknown_name = False  # whether a group is referred to that is not there, which is told in the end
        self.not_repeated = _NOTHING  # what is said of a quantifier that comes next; nothing if one may

    def run(self) -> str:
        parts: list[str] = []
        while self.place < len(self.source):
            parts.append(self._next())
        if self.opened:
            raise Malformed("Unterminated group")
        if self.unknown_name:
            raise Malformed("Invalid named capture referenced")
        return "".join(parts)

    def _next(self) -> str:
        character = self.source[self.place]
        self.place += 1
        if character in "*+?{":
            return self._quantifier(character)
        self.not_repeated = _NOTHING if character in "(|^$" else ""
        if character == "\\":
            return self._escape(in_class=False)
        if character == "[":
            return self._class()
        if character == "(":
            return self._group()
        if character == ")":
            return self._close()
        if character == ".":
            return r"[\s\S]" if "s" in self.flags else _ANY
        if character == "^":
            return "^"
        if character == "$":
            return "$" if "m" in self.flags else r"\Z"
        if character in "]}":
            if "u" in self.flags:
                raise Malformed("Lone quantifier brackets")
            return "\\" + character
        return character if character == "|" else re.escape(character)

    def _quantifier(self, character: str) -> str:
        refusal, quantifier = self.not_repeated, character
        if character == "{":
            found = _COUNT.match(self.source, self.place - 1)
            if not found:
                if "u" in self.flags:
                    raise Malformed("Lone quantifier brackets" if refusal else "Incomplete quantifier")
                self.not_repeated = ""
                return r"\{"
            self.place = found.end()
            low, comma, high = found.groups()
            if not refusal and high and int(high) < int(low):
                raise Malformed("numbers out of order in {} quantifier")
            quantifier = "{" + low + comma + high + "}"
        if refusal:
            raise Malformed(refusal)
        self.not_repeated = _NOTHING
        return self._lazy(quantifier)

    def _lazy(self, quantifier: str) -> str:
        if self.source[self.place : self.place + 1] == "?":
            self.place += 1
            return quantifier + "?"
        return quantifier

    def _group(self) -> str:
        source, place = self.source, self.place
        looks = source.startswith(("?<=", "?<!"), place) or (
            "u" in self.flags and source.startswith(("?=", "?!"), place)
        )
        self.opened.append((self.groups, not looks))
        if not source.startswith("?", place):
            self.groups += 1
            return "("
        for opening in ("?:", "?=", "?!", "?<=", "?<!"):
            if source.startswith(opening, place):
                self.place += len(opening)
                return f"({opening}"
        if source.startswith("?<", place):
            end = source.find(">", place)
            name = source[place + 2 : end]
            if end < 0 or not _NAME.fullmatch(name) or is_digits(name[0]):
                raise Malformed("Invalid capture group name")
            if any(name == other for other, _ in self.names):
                raise Malformed("Duplicate capture group name")
            self.groups += 1
            self.names.append((name, self.groups))
            self.place = end + 1
            return "("
        raise Malformed("Invalid group")

    def _close(self) -> str:
        if not self.opened:
            raise Malformed("Unmatched ')'")
        before, may_repeat = self.opened.pop()
        self.not_repeated = "" if may_repeat else "Invalid quantifier"
        following = self.source[self.place : self.place + 1]
        if self.groups > before and following in ("*", "+", "{") and following and self._has_branches(before):
            raise NotSimulated("a repeated group of a pattern whose inner groups may be left out")
        return ")"

    def _has_branches(self, before: int) -> bool:
        """Whether groups within the group that closes may take no part in its last turn; it itself always does."""
        depth, inner = 0, 0
        for place in range(self.place - 1, -1, -1):
            character = self.source[place]
            if place and self.source[place - 1] == "\\":
                continue
            if character == ")":
                depth += 1
            elif character == "(":
                depth -= 1
                if depth == 0:
                    inside = self.source[place + 1 : self.place - 1]
                    inner = self.groups - before - (0 if inside.startswith("?") and not inside.startswith("?<") else 1)
                    return inner > 0 and (
                        "|" in inside or "?" in inside.removeprefix("?:") or "*" in inside or "{0" in inside
                    )
        return False

    def _class(self) -> str:
        source = self.source
        parts: list[str] = []
        negated = source.startswith("^", self.place)
        if negated:
            self.place += 1
        while True:
            if self.place >= len(source):
                raise Malformed("Unterminated character class")
            character = source[self.place]
            self.place += 1
            if character == "]":
                break
            if character == "\\":
                parts.append(self._escape(in_class=True))
            elif character == "-" and parts and self.place < len(source) and source[self.place] != "]":
                is_of_sets = parts[-1].startswith(_SET) or _SET_ESCAPE.match(source, self.place) is not None
                if is_of_sets and "u" in self.flags:
                    raise Malformed("Invalid character class")
                parts.append(r"\-" if is_of_sets else "-")
            else:
                parts.append(re.escape(character) if character not in "-" else r"\-")
        inside = "".join(parts).replace(_SET, "")
        if not inside:
            return r"[\s\S]" if negated else "(?!)"
        return f"[{'^' if negated else ''}{inside}]"

    def _escape(self, in_class: bool) -> str:
        source = self.source
        if self.place >= len(source):
            raise Malformed("\\ at end of pattern")
        character = source[self.place]
        self.place += 1
        if character in _CLASSES:
            return f"{_SET}{_CLASSES[character]}" if in_class else f"[{_CLASSES[character]}]"
        if character in _NEGATED:
            if in_class:
                return {
                    "D": r"\x00-/:-\uffff",
                    "S": r"\x00-\x08\x0e-\x1f!-\x9f\xa1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ufefe\uff00-\uffff",
                }.get(character, r"\x00-/:-@\[-\^`{-\uffff")
            return f"[^{_NEGATED[character]}]"
        if character in "pP" and "u" in self.flags:
            return self._property(character == "P", in_class)
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character == "b" and in_class:
            return r"\x08"
        if character in "bB" and not in_class:
            self.not_repeated = _NOTHING
            return self._boundary(character == "B")
        if character == "0" and not is_digits(source[self.place : self.place + 1]):
            return r"\x00"
        if "u" in self.flags and is_digits(character) and (in_class or character == "0"):
            raise Malformed("Invalid class escape" if in_class else "Invalid decimal escape")
        if character in "123456789" and not in_class:
            return self._reference(character)
        if character == "k" and not in_class and ("u" in self.flags or _NAMED.search(source)):
            return self._named_reference()
        return self._code(character, in_class)

    def _named_reference(self) -> str:
        end = self.source.find(">", self.place)
        if not self.source.startswith("<", self.place):
            raise Malformed("Invalid named reference")
        name = self.source[self.place + 1 : end]
        if end < 0 or not name.replace("$", "a").isidentifier():
            raise Malformed("Invalid capture group name")
        self.place = end + 1
        number = next((number for other, number in self.names if other == name), 0)
        if number:
            return f"(?:\\{number})"
        if f"(?<{name}>" in self.source:
            raise NotSimulated("a reference to a later group of a pattern")
        self.unknown_name = True
        return ""

    def _property(self, is_negated: bool, in_class: bool) -> str:
        end = self.source.find("}", self.place)
        if not self.source.startswith("{", self.place) or end < 0:
            raise Malformed("Invalid property name" + (" in character class" if in_class else ""))
        if "i" in self.flags:
            raise NotSimulated("a property of Unicode in a pattern with the flag i")
        found = categories.class_of(self.source[self.place + 1 : end], is_negated)
        self.place = end + 1
        return f"{_SET}{found}" if in_class else f"[{found}]"

    def _reference(self, first: str) -> str:
        found = re.compile(r"\d*").match(self.source, self.place)
        assert found is not None
        number = int(first + found[0])
        if number > self.groups:
            if "u" in self.flags and number > self.source.count("("):
                raise Malformed("Invalid escape")
            raise NotSimulated("a reference to a later group of a pattern")
        if any(before < number for before, _ in self.opened) and number > min(before for before, _ in self.opened):
            raise NotSimulated("a reference to a group of a pattern from within it")
        self.place = found.end()
        return f"(?:\\{number})"

    def _boundary(self, negated: bool) -> str:
        if self.ascii_only:
            return r"\B" if negated else r"\b"
        inside = rf"(?<=[{_WORD}])(?![{_WORD}])|(?<![{_WORD}])(?=[{_WORD}])"
        return f"(?!{inside})" if negated else f"(?:{inside})"

    def _code(self, character: str, in_class: bool) -> str:
        """An escape that stands for one character."""
        source = self.source
        if character in "xu":
            if character == "u" and source.startswith("{", self.place) and ("u" in self.flags or "v" in self.flags):
                found = _CODE_POINT.match(source, self.place)
                code = int(found[1], 16) if found else _MOST_CODE + 1
                if found is None or code > _MOST_CODE:
                    raise Malformed("Invalid Unicode escape")
                self.place = found.end()
                if code > 0xFFFF:
                    raise NotSimulated("a pattern with characters beyond U+FFFF")
                return re.escape(chr(code))
            size = 2 if character == "x" else 4
            digits = source[self.place : self.place + size]
            if re.fullmatch(f"[0-9a-fA-F]{{{size}}}", digits):
                self.place += size
                return re.escape(chr(int(digits, 16)))
        if character == "c" and source[self.place : self.place + 1].isalpha():
            self.place += 1
            return re.escape(chr(ord(source[self.place - 1]) % 32))
        if "u" in self.flags and character in "uc":
            raise Malformed("Invalid Unicode escape")
        if "u" in self.flags and character not in _MAY_BE_ESCAPED and not (in_class and character == "-"):
            raise Malformed("Invalid escape")
        return re.escape(character)


@lru_cache(512)
def translate(source: str, flags: str, ascii_only: bool) -> Translated:
    """A pattern as this engine's. Malformed if it is none, NotSimulated if it means something else here."""
    if "v" in flags:
        raise NotSimulated("the flag v of a pattern")
    if ("u" in flags) and any("\ud800" <= character <= "\udfff" for character in to_units(source)):
        raise NotSimulated("a pattern with characters beyond U+FFFF")
    translator = _Translator(source, flags, ascii_only)
    text = translator.run()
    numbers = (IGNORECASE if "i" in flags else 0) | (MULTILINE if "m" in flags else 0)
    try:
        return Translated(compile_pattern(text, numbers), tuple(translator.names), translator.groups)
    except PatternProblem as problem:
        if "nothing to repeat" in str(problem) or "multiple repeat" in str(problem):
            raise Malformed("Nothing to repeat") from None
        if "bad character range" in str(problem):
            raise Malformed("Range out of order in character class") from None
        raise NotSimulated(f"such a pattern ({problem})") from None


def malformed(source: str, flags: str) -> str | None:
    """V8's word for what is wrong with a pattern; None if nothing is, or if nobody here can say."""
    try:
        translate(source, flags, True)
    except Malformed as problem:
        return str(problem)
    except NotSimulated:
        return None
    return None


def search(source: str, flags: str, text: str, start: int) -> Found | None:
    """The first match at or after a place; at the place itself where the flags have a y."""
    is_ascii = text.isascii()
    if (
        not is_ascii
        and ("i" in flags or "u" in flags)
        and ("\ud800" <= max(text) <= "\udfff" or any("\ud800" <= part <= "\udfff" for part in text))
        and "u" in flags
    ):
        raise NotSimulated("a pattern with the flag u over characters beyond U+FFFF")
    if "m" in flags and ("\r" in text or "\u2028" in text or "\u2029" in text):
        raise NotSimulated("a pattern with the flag m over line ends other than newlines")
    if "u" in flags and re.search(r"\\[pP]\{", source):
        categories.require_known(text)
    pattern = translate(source, flags, is_ascii).pattern
    try:
        return pattern.match(text, start) if "y" in flags else pattern.search(text, start)
    except LimitExceeded:
        raise NotSimulated("a pattern that takes so many steps") from None
