"""Go's literals: texts, characters and numbers."""

from __future__ import annotations

import re

from fakedocker.base.patterns import lazy_pattern
from fakedocker_shell.gotemplate import nodes
from fakedocker_shell.gotemplate.lexer import Token
from fakedocker_shell.gotemplate.printing import quote

_ESCAPE = lazy_pattern(
    r"\\(?:([abfnrtv\\'\"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.S
)
_SIMPLE = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"',
}  # fmt: skip


def unquote(literal: str) -> str | None:
    """The text of a Go string or character literal, or None if it has an escape that does not exist."""
    if literal[0] == "`":
        return literal[1:-1].replace("\r", "")
    valid = True

    def replace(match: re.Match[str]) -> str:
        nonlocal valid
        simple, hexadecimal, short, long, octal, other = match.groups()
        if simple:
            if simple in "'\"" and simple != literal[0]:
                valid = False
            return _SIMPLE[simple]
        if other:
            valid = False
            return ""
        return chr(int(octal, 8) if octal else int(hexadecimal or short or long, 16))

    text = _ESCAPE.sub(replace, literal[1:-1])
    return text if valid else None


def _integer(text: str) -> int | None:
    """Go's base-0 integer: 0x, 0o, 0b and a leading 0 for octal."""
    if re.fullmatch(r"[+-]?0[0-7_]+", text):
        text = re.sub("0", "0o", text, count=1)
    try:
        number = int(text, 0)
    except ValueError:
        return None
    return number if -(1 << 63) <= number < 1 << 64 else None


def number(token: Token) -> nodes.Number:
    """A number or a character. Raises ValueError with Go's complaint."""
    text = token.text
    if token.kind == "character":
        character = unquote(text)
        if character is None or len(character) != 1:
            raise ValueError(f"malformed character constant: {text}")
        return nodes.Number(token.position, text, ord(character), float(ord(character)), True)
    integer = _integer(text)
    if integer is not None:
        return nodes.Number(token.position, text, integer, float(integer))
    try:
        real = float.fromhex(text) if "0x" in text.lower() else float(text)
    except ValueError:
        raise ValueError(f"illegal number syntax: {quote(text)}") from None
    if "." not in text and "e" not in text.lower() and "p" not in text.lower():
        raise ValueError(f"integer overflow: {quote(text)}")
    whole = int(real) if real.is_integer() and abs(real) < 1 << 63 else None
    return nodes.Number(token.position, text, whole, real)
