"""What is wrong with the text of an IP address, in Go's words.

Source: net/netip/netip.go (ParseAddr, parseIPv4Fields, parseIPv6).
"""

from __future__ import annotations

import json
import string
from typing import Final

_DIGITS: Final = frozenset(string.digits)
_HEX_DIGITS: Final = frozenset(string.hexdigits)
_IPV6_BYTES: Final = 16


class _Problem(Exception):
    """A text that is no address.

    Args:
        text: Go's words.
        at: what is left of the address where it goes wrong; "" where that is not told.
    """

    def __init__(self, text: str, at: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.at = at


def address_problem(text: str) -> str:
    """Go's words for what is no address, "" for one that is."""
    separator = next((character for character in text if character in ".:%"), "")
    try:
        if separator == ".":
            _parse_v4(text)
        elif separator == ":":
            _parse_v6(text)
        else:
            raise _Problem("missing IPv6 address" if separator else "unable to parse IP")
    except _Problem as problem:
        place = f" (at {_quoted(problem.at)})" if problem.at else ""
        return f"ParseAddr({_quoted(text)}): {problem.text}{place}"
    return ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _parse_v4(text: str) -> None:
    value, fields, digits = 0, 0, 0
    for index, character in enumerate(text):
        if character in _DIGITS:
            if digits == 1 and value == 0:
                raise _Problem("IPv4 field has octet with leading zero")
            value, digits = value * 10 + int(character), digits + 1
            if value > 255:
                raise _Problem("IPv4 field has value >255")
        elif character == ".":
            if digits == 0 or index == len(text) - 1:
                raise _Problem("IPv4 field must have at least one digit", text[index:])
            if fields == 3:
                raise _Problem("IPv4 address too long")
            value, fields, digits = 0, fields + 1, 0
        else:
            raise _Problem("unexpected character", text[index:])
    if fields < 3:
        raise _Problem("IPv4 address too short")


def _parse_v6(text: str) -> None:
    rest, percent, zone = text.partition("%")
    if percent and not zone:
        raise _Problem("zone must be a non-empty string")
    read, shortened = 0, rest.startswith("::")
    if shortened:
        rest = rest[2:]
        if not rest:
            return
    while read < _IPV6_BYTES:
        digits = _field(rest)
        if rest[digits : digits + 1] == ".":
            if not shortened and read != 12:
                raise _Problem("embedded IPv4 address must replace the final 2 fields of the address", rest)
            if read > 12:
                raise _Problem("too many hex fields to fit an embedded IPv4 at the end of the address", rest)
            _parse_v4(rest)
            rest, read = "", read + 4
            break
        rest, read = rest[digits:], read + 2
        if not rest:
            break
        if rest[0] != ":":
            raise _Problem("unexpected character, want colon", rest)
        if len(rest) == 1:
            raise _Problem("colon must be followed by more characters", rest)
        rest = rest[1:]
        if rest[0] == ":":
            if shortened:
                raise _Problem("multiple :: in address", rest)
            rest, shortened = rest[1:], True
            if not rest:
                break
    if rest:
        raise _Problem("trailing garbage after address", rest)
    if read < _IPV6_BYTES and not shortened:
        raise _Problem("address string too short")
    if read == _IPV6_BYTES and shortened:
        raise _Problem("the :: must expand to at least one field of zeros")


def _field(rest: str) -> int:
    """How many hexadecimal digits come next."""
    digits = 0
    while rest[digits : digits + 1] in _HEX_DIGITS and digits < len(rest):
        digits += 1
        if digits > 4:
            raise _Problem("each group must have 4 or less digits", rest)
    if digits == 0:
        raise _Problem("each colon-separated field must have at least one digit", rest)
    return digits
