"""printf: the format language of the builtin and of the utility (POSIX printf).

It must not know who prints; problems are handed back for the caller to word.
"""

from __future__ import annotations

import re

from msgspec import Struct

from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.text.text_escapes import OutputEnds, decode_escapes

LARGEST_FIELD = 16 << 20
"""How many characters of padding are simulated."""
"""The longest field that is made; there is no memory for longer ones."""
_DIRECTIVE = lazy_pattern(
    r"%(?:%|([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d+)?)?(?:\(([^)]*)\))?(?:hh|ll|[hlLjzt])?(.)?)", re.DOTALL
)
_FORMAT_PIECE = lazy_pattern(r"\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|.)|%", re.DOTALL)
_NUMBER = lazy_pattern(r"\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)")


class Formatted(Struct, frozen=True):
    """The output, the problems as (kind, word), and whether the format itself was wrong.

    kind is number (no number at all), trailing (text after one), range, directive or width (more padding than is
    simulated).
    """

    text: str
    problems: tuple[tuple[str, str], ...]
    broken: bool


class _Arguments:
    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.place = 0
        self.problems: list[tuple[str, str]] = []
        self.padding = 0

    def text(self) -> str:
        self.place += 1
        return self.words[self.place - 1] if self.place <= len(self.words) else ""

    def integer(self) -> int:
        if self.place >= len(self.words):
            self.place += 1
            return 0
        word = self.text()
        if word[:1] in ("'", '"'):
            return ord(word[1]) if len(word) > 1 else 0
        match = _NUMBER.match(word)
        if not match:
            self.problems.append(("number", word))
            return 0
        if match.end() != len(word.rstrip()):
            self.problems.append(("trailing", word))
        digits = match[2]
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits.startswith("0") else 10
        value = int(digits, base)
        return -value if match[1] == "-" else value

    def real(self) -> float:
        word = self.text()
        if not word:
            return 0.0
        if word[:1] in ("'", '"'):
            return float(ord(word[1])) if len(word) > 1 else 0.0
        match = re.match(r"\s*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf|nan)", word)
        if not match:
            self.problems.append(("number", word))
            return 0.0
        if match.end() != len(word):
            self.problems.append(("trailing", word))
        return float(match[0])


def format_printf(
    template: str, words: tuple[str, ...], quote: object = None, now_seconds: int = 0, kept: str = ""
) -> Formatted:
    """Apply a format, again and again while there are arguments.

    Args:
        template: the format, its escapes not yet decoded.
        quote: a function for %q, None where the program has none.
        now_seconds: for %(...)T.
        kept: letters of escapes that the format does not know.
    """
    arguments = _Arguments(words)
    pieces: list[str] = []
    while True:
        before = arguments.place
        try:
            broken = _once(template, arguments, pieces, quote, now_seconds, kept)
        except OutputEnds as end:
            pieces.append(end.text)
            return Formatted("".join(pieces), tuple(arguments.problems), False)
        if broken:
            return Formatted("".join(pieces), tuple(arguments.problems), True)
        if arguments.place >= len(words) or arguments.place == before:
            return Formatted("".join(pieces), tuple(arguments.problems), False)


def _once(template: str, arguments: _Arguments, pieces: list[str], quote: object, now_seconds: int, kept: str) -> bool:
    """One pass over the format; True where a directive is wrong."""
    at = 0
    while True:
        found = _FORMAT_PIECE.search(template, at)
        if not found:
            pieces.append(template[at:])
            return False
        pieces.append(template[at : found.start()])
        if found[0] != "%":
            at = found.end()
            if found[0][1:2] in kept and kept:
                pieces.append(found[0])
                continue
            if found[0] == "\\c":
                raise OutputEnds("")
            pieces.append(decode_escapes(found[0], quote_too=True))
            continue
        directive = _DIRECTIVE.match(template, found.start())
        assert directive is not None
        at = directive.end()
        if directive[0] == "%%":
            pieces.append("%")
            continue
        text = _converted(directive, arguments, quote, now_seconds)
        if text is None:
            if arguments.padding <= LARGEST_FIELD:
                arguments.problems.append(("directive", directive[0]))
            return True
        pieces.append(text)


def _converted(directive: re.Match[str], arguments: _Arguments, quote: object, now_seconds: int) -> str | None:
    flags = directive[1] or ""
    width = arguments.integer() if directive[2] == "*" else int(directive[2] or 0)
    if width < 0:
        flags, width = flags + "-", -width
    has_precision = "." in directive[0].partition("(")[0]
    precision = (arguments.integer() if directive[3] == "*" else int(directive[3] or 0)) if has_precision else None
    if precision is not None and precision < 0:
        precision = None
    arguments.padding += max(width, precision or 0)
    if arguments.padding > LARGEST_FIELD:
        arguments.problems.append(("width", str(max(width, precision or 0))))
        return None
    kind = directive[5] or ""
    text = _body(kind, flags, precision, directive[4], arguments, quote, now_seconds)
    if text is None:
        return None
    if len(text) >= width:
        return text
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and kind in "diouxXeEfFgG" and (precision is None or kind in "eEfFgG"):
        sign = text[:1] if text[:1] in ("-", "+", " ") else ""
        prefix = text[len(sign) : len(sign) + 2] if text[len(sign) : len(sign) + 2] in ("0x", "0X") else ""
        return sign + prefix + text[len(sign + prefix) :].rjust(width - len(sign + prefix), "0")
    return text.rjust(width)


def _body(
    kind: str,
    flags: str,
    precision: int | None,
    date_format: str | None,
    arguments: _Arguments,
    quote: object,
    now_seconds: int,
) -> str | None:
    if kind == "s":
        return arguments.text()[:precision]
    if kind == "b":
        return decode_escapes(arguments.text(), stop=True, echo=True)[:precision]
    if kind == "c":
        return arguments.text()[:1]
    if kind == "q" and callable(quote):
        return str(quote(arguments.text()))
    if kind == "T" and date_format is not None:
        from fakedocker.userland.processes.dates import format_date

        seconds = arguments.integer() if arguments.place < len(arguments.words) else -1
        return format_date(date_format or "%X", now_seconds if seconds < 0 else seconds, 0)
    if kind and kind in "di":
        return _signed(arguments.integer(), flags, precision)
    if kind and kind in "ouxX":
        return _unsigned(arguments.integer(), kind, flags, precision)
    if kind and kind in "eEfFgG":
        sign = "+" if "+" in flags else " " if " " in flags else ""
        alternate = "#" if "#" in flags else ""
        return format(arguments.real(), f"{sign}{alternate}.{6 if precision is None else precision}{kind}")
    return None


def _signed(value: int, flags: str, precision: int | None) -> str:
    digits = str(abs(value)).rjust(precision or 0, "0")
    sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
    return sign + digits


def _unsigned(value: int, kind: str, flags: str, precision: int | None) -> str:
    value %= 1 << 64
    digits = format(value, {"u": "d"}.get(kind, kind)).rjust(precision or 0, "0")
    if "#" in flags and value:
        digits = {"x": "0x", "X": "0X", "o": "0"}.get(kind, "") + digits
    return digits


def too_wide(width: str) -> str:
    """Padding that is not simulated."""
    return f"a field of {width} characters"
