"""How shells print text so that it can be read back: for set, export -p, alias, trap and set -x.

It must not know who prints.
"""

from __future__ import annotations

import re

from fakedocker.base.patterns import lazy_pattern

_SAFE = lazy_pattern(r"[A-Za-z0-9_./:=@%+,^~-]+")
_SAFE_ASH = lazy_pattern(r"[A-Za-z0-9_./:@%+,^-]+")
_RESERVED = frozenset(
    [
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "do",
        "done",
        "case",
        "esac",
        "while",
        "until",
        "for",
        "in",
        "!",
        "{",
        "}",
        "[",
    ]
)


def quote_single(text: str) -> str:
    """'...' always; an inner quote as '"'"' (dash, busybox)."""
    pieces = re.split(r"('+)", text)
    shown = [f'"{piece}"' if piece.startswith("'") else f"'{piece}'" for piece in pieces if piece]
    return "".join(shown) or "''"


def quote_bash(text: str, always: bool = False) -> str:
    """As bash prints values: bare where safe, $'...' with control characters, else '...' with '\\''."""
    if not text:
        return "''"
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        names = {
            "\n": "\\n",
            "\t": "\\t",
            "\r": "\\r",
            "\x1b": "\\E",
            "\a": "\\a",
            "\b": "\\b",
            "'": "\\'",
            "\\": "\\\\",
        }
        shown = "".join(names.get(c) or (f"\\{ord(c):03o}" if ord(c) < 32 or ord(c) == 127 else c) for c in text)
        return f"$'{shown}'"
    if not always and _SAFE.fullmatch(text) and not text.startswith("~"):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def quote_backslash(text: str) -> str:
    """printf %q of bash: backslashes before what is special."""
    if not text:
        return "''"
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        return quote_bash(text)
    return re.sub(r"([^A-Za-z0-9_./:=@%+-])", r"\\\1", text)


def quote_double(text: str) -> str:
    """ "..." with backslashes, as bash's declare -p does."""
    if any(ord(character) < 32 for character in text):
        return quote_bash(text)
    return '"' + re.sub(r'([$`"\\])', r"\\\1", text) + '"'


def quote_trace(text: str, dialect: str) -> str:
    """A word in the output of set -x."""
    if dialect == "dash":
        return text
    if dialect == "bash":
        if _SAFE.fullmatch(text) or text in ("=", "==", "!="):
            return text
        return quote_bash(text)
    if _SAFE_ASH.fullmatch(text) and text not in _RESERVED:
        return text
    if text in ("]", "]]", "."):
        return text
    return quote_single(text)
