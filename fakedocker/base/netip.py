"""Addresses and subnets as Go's net/netip reads them, and its words for those that are none.

Docker 29 reads addresses with it, in the client and in the engine. Source: Go net/netip (ParseAddr, ParsePrefix).
"""

from __future__ import annotations

import ipaddress

from fakedocker.base.patterns import lazy_pattern

_BITS = lazy_pattern(r"[1-9][0-9]*|0")


def parse_address(text: str) -> str:
    """The address as Go prints it. Raises ValueError with Go's words."""
    problem = _address_problem(text)
    if problem:
        raise ValueError(f'ParseAddr("{text}"): {problem}')
    address, percent, zone = text.partition("%")
    return str(ipaddress.ip_address(address)) + percent + zone


def parse_prefix(text: str) -> str:
    """The subnet, host bits and all, as Go prints it. Raises ValueError with Go's words."""
    begin = f'netip.ParsePrefix("{text}"): '
    address, slash, bits = text.rpartition("/")
    if not slash:
        raise ValueError(f"{begin}no '/'")
    try:
        shown = parse_address(address)
    except ValueError as problem:
        raise ValueError(f"{begin}{problem}") from None
    if "%" in address:
        raise ValueError(f"{begin}IPv6 zones cannot be present in a prefix")
    if not _BITS.fullmatch(bits):
        raise ValueError(f'{begin}bad bits after slash: "{bits}"')
    if len(bits) > 3 or int(bits) > (128 if ":" in address else 32):
        raise ValueError(f"{begin}prefix length out of range")
    return f"{shown}/{bits}"


def _address_problem(text: str) -> str:
    kind = next((letter for letter in text if letter in ".:%"), "")
    if kind == "%":
        return "missing IPv6 address"
    if kind == ".":
        return _version_4_problem(text)
    try:
        ipaddress.IPv6Address(text.partition("%")[0])
    except ValueError:
        return "unable to parse IP"
    return "zone must be a non-empty string" if text.endswith("%") else ""


def _version_4_problem(text: str) -> str:
    field = ""
    fields = 1
    for at, letter in enumerate(text):
        if letter == ".":
            if not field or at == len(text) - 1:
                return f'IPv4 field must have at least one digit (at "{text[at:]}")'
            if fields == 4:
                return "IPv4 address too long"
            field, fields = "", fields + 1
        elif letter not in "0123456789":
            return f'unexpected character (at "{text[at:]}")'
        elif field == "0":
            return "IPv4 field has octet with leading zero"
        else:
            field += letter
            if int(field) > 255:
                return "IPv4 field has value >255"
    return "" if fields == 4 else "IPv4 address too short"
