"""Text as JavaScript has it, a host's string of UTF-16 code units in which a character beyond U+FFFF is two, and as others have it."""

from __future__ import annotations

import re
from functools import lru_cache


def to_units(text: str) -> str:
    """Text with each character beyond U+FFFF as the two code units of UTF-16."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(character if character <= "\uffff" else _pair(ord(character)) for character in text)


@lru_cache(maxsize=16)
def source_units(text: str) -> str:
    """The code units of a source, kept for the next time that something of it is asked for."""
    return to_units(text)


def _pair(code: int) -> str:
    return chr(0xD800 + ((code - 0x10000) >> 10)) + chr(0xDC00 + ((code - 0x10000) & 0x3FF))


def from_units(text: str) -> str:
    """Text of code units with its pairs as characters; lone halves stay."""
    if text.isascii():
        return text
    return (
        text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        if _is_paired(text)
        else _joined(text)
    )


def _is_paired(text: str) -> bool:
    return not re.search(r"[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]", text)


def _joined(text: str) -> str:
    return re.sub(
        r"([\ud800-\udbff])([\udc00-\udfff])",
        lambda found: chr(0x10000 + ((ord(found[1]) - 0xD800) << 10) + ord(found[2]) - 0xDC00),
        text,
    )
