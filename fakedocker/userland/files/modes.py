"""File modes: octal and symbolic (chmod, umask, mkdir -m), and the letters ls shows."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern

_CLAUSE = lazy_pattern(r"([ugoa]*)([-+=])([ugo]|[rwxXst]*)")
_KIND_LETTERS: Final = {"dir": "d", "link": "l", "fifo": "p", "char": "c", "block": "b", "socket": "s"}


class ModeProblem(ValueError):
    """The text is no mode."""


def parse_mode(text: str, old: int, directory: bool, umask: int) -> int:
    """The mode that `text` makes of `old` (POSIX chmod).

    Raises:
        ModeProblem: it is no mode.
    """
    if is_digits(text):
        if re.search("[89]", text) or int(text, 8) > 0o7777:
            raise ModeProblem(text)
        return int(text, 8)
    mode = old
    for part in text.split(","):
        at = 0
        who = re.match("[ugoa]*", part)[0]  # type: ignore[index]  # always matches
        at = len(who)
        if at == len(part):
            raise ModeProblem(text)
        while at < len(part):
            match = _CLAUSE.match(who + part[at:])
            if not match or match.end() == len(who):
                raise ModeProblem(text)
            mode = _applied(mode, who, match[2], match[3], directory, umask)
            at += match.end() - len(who)
    return mode


def _applied(mode: int, who: str, operator: str, what: str, directory: bool, umask: int) -> int:
    everyone = not who or "a" in who
    mask = 0
    for letter, bits in (("u", 0o4700), ("g", 0o2070), ("o", 0o1007)):
        if everyone or letter in who:
            mask |= bits
    if what in ("u", "g", "o"):
        digit = mode >> {"u": 6, "g": 3, "o": 0}[what] & 7
        bits = digit * 0o111
    else:
        bits = sum({"r": 0o444, "w": 0o222, "x": 0o111}.get(letter, 0) for letter in set(what))
        if "X" in what and (directory or mode & 0o111):
            bits |= 0o111
        bits |= 0o6000 if "s" in what else 0
        bits |= 0o1000 if "t" in what else 0
    bits &= mask | (0o1000 if "t" in what else 0)
    if not who:
        bits &= ~umask
    if operator == "+":
        return mode | bits
    if operator == "-":
        return mode & ~bits
    cleared = mask if not directory else mask & 0o777  # a directory keeps setuid and setgid unless they are named
    return (mode & ~cleared) | bits


def letters(kind: str, mode: int) -> str:
    """As ls -l shows it: -rw-r--r--."""
    shown = [_KIND_LETTERS.get(kind, "-")]
    for shift, special, lower, upper in ((6, 0o4000, "s", "S"), (3, 0o2000, "s", "S"), (0, 0o1000, "t", "T")):
        bits = mode >> shift & 7
        execute = bool(bits & 1)
        last = (lower if execute else upper) if mode & special else ("x" if execute else "-")
        shown.append(("r" if bits & 4 else "-") + ("w" if bits & 2 else "-") + last)
    return "".join(shown)


def symbolic(mode: int) -> str:
    """As umask -S shows it: u=rwx,g=rx,o=rx."""
    parts = []
    for who, shift in (("u", 6), ("g", 3), ("o", 0)):
        bits = mode >> shift & 7
        parts.append(f"{who}={'r' if bits & 4 else ''}{'w' if bits & 2 else ''}{'x' if bits & 1 else ''}")
    return ",".join(parts)
