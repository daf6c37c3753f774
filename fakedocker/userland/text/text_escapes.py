"""Backslash escapes, as echo -e, printf, $'...' and tr understand them.

It must not know who asks; what differs between them is an argument.
"""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.patterns import lazy_pattern

_SIMPLE: Final = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}
_ESCAPE = lazy_pattern(r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_ECHO_ESCAPE = lazy_pattern(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(0[0-7]{0,3})|(.))", re.DOTALL
)


class OutputEnds(Exception):
    """\\c was met; `text` is what comes before it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def decode_escapes(text: str, *, quote_too: bool = False, stop: bool = False, echo: bool = False) -> str:
    """`text` with its escapes replaced.

    Args:
        quote_too: also \\' \\" and \\? (as in $'...' and a printf format).
        stop: \\c ends the output.
        echo: octal needs a leading zero, which does not count among its digits.

    Raises:
        OutputEnds: at \\c, where `stop`.
    """
    if "\\" not in text:
        return text
    pieces: list[str] = []
    end = 0
    for match in (_ECHO_ESCAPE if echo else _ESCAPE).finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        if stop and match[5] == "c":
            raise OutputEnds("".join(pieces))
        pieces.append(_decoded(match, quote_too))
    pieces.append(text[end:])
    return "".join(pieces)


def _byte(value: int) -> str:
    """A byte as shell text keeps it: what is not ASCII becomes a surrogate, so that it is written back as that byte."""
    return chr(value) if value < 128 else chr(0xDC00 + value)


def _decoded(match: re.Match[str], quote_too: bool) -> str:
    if match[1]:
        return _byte(int(match[1], 16))
    if match[2] or match[3]:
        return chr(min(int(match[2] or match[3], 16), 0x10FFFF))
    if match[4]:
        return _byte(int(match[4], 8) & 255)
    character = match[5] or ""
    if character in _SIMPLE:
        return _SIMPLE[character]
    return character if quote_too and character in "'\"?" else match[0]
