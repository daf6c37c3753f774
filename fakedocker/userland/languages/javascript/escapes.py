"""Escapes in texts, templates and names, and what V8 says of wrong ones and where it points."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.javascript.units import to_units

LINE_END: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_MEANT: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_HEX: Final = re.compile(r"[0-9a-fA-F]*")
_OCTAL: Final = re.compile(r"[0-3][0-7]{0,2}|[4-7][0-7]?")
_MOST: Final = 0x10FFFF


class Refused(Exception):
    """The source is no JavaScript: V8's word for it, and where it points.

    Args:
        message: without the kind, "SyntaxError".
        at: the offset that the caret stands under.
        end: where what is pointed at ends; one character, if it is not said.
        is_end: whether it is the end of the source that was not expected.

    Attributes:
        partial: what stood before it in the statements that hold it, as nodes: V8 has looked at that already.
        behind: where the token is that V8 has read when it tells of something further on, and that it may still tell of.
    """

    def __init__(self, message: str, at: int, end: int = -1, *, is_end: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.end = end if end >= 0 else at + 1
        self.is_end = is_end
        self.partial: tuple[object, ...] = ()
        self.behind: tuple[int, int] | None = None

    def overridden(self, other: Refused) -> Refused:
        """What V8 tells of in the end if it finds another problem on its way out: the one before, if that lies wholly before."""
        if other.end >= self.at:
            return self
        other.partial = self.partial
        return other


class Escape(NamedTuple):
    """What an escape means, where it ends, and what is wrong with it: anywhere, or in strict code and in templates."""

    meant: str
    end: int
    problem: Refused | None = None
    octal: Refused | None = None


def read_escape(source: str, place: int, *, in_template: bool = False) -> Escape:
    """The escape whose backslash stands before a place."""
    character = source[place : place + 1]
    line = LINE_END.match(source, place)
    if line:
        return Escape("", line.end())
    if character == "x":
        return _fixed(source, place, 2, "Invalid hexadecimal escape sequence")
    if character == "u":
        return read_unicode(source, place)
    where = "template strings" if in_template else "strict mode"
    if character in ("8", "9"):
        said = f"\\8 and \\9 are not allowed in {where}."
        return Escape(character, place + 1, octal=Refused(said, place - 1, place))
    if character and character in "01234567" and (character != "0" or is_digits(source[place + 1 : place + 2])):
        found = _OCTAL.match(source, place)
        assert found is not None
        said = f"Octal escape sequences are not allowed in {where}."
        return Escape(chr(int(found[0], 8)), found.end(), octal=Refused(said, place, max(place, found.end() - 1)))
    return Escape(_MEANT.get(character, character), place + 1)


def read_unicode(source: str, place: int) -> Escape:
    """The escape `u1234` or `u{1234}` at a place."""
    if source[place + 1 : place + 2] != "{":
        return _fixed(source, place, 4, "Invalid Unicode escape sequence")
    found = _HEX.match(source, place + 2)
    assert found is not None
    end = found.end()
    code = 0
    for offset, digit in enumerate(found[0]):
        code = code * 16 + int(digit, 16)
        if code > _MOST:
            wrong = Refused("Undefined Unicode code-point", place - 1, place + 3 + offset)
            return Escape("", end, wrong)
    if not found[0] or source[end : end + 1] != "}":
        return Escape("", end, Refused("Invalid Unicode escape sequence", end))
    return Escape(to_units(chr(code)), end + 1)


def _fixed(source: str, place: int, count: int, message: str) -> Escape:
    found = _HEX.match(source, place + 1, place + 1 + count)
    assert found is not None
    if len(found[0]) < count:
        return Escape("", found.end(), Refused(message, place - 1, place + 1 + count))
    return Escape(chr(int(found[0], 16)), found.end())
