"""Which kinds of flags a release of the client has: 29 reads addresses and mounts by itself.

What the kinds that all have look like is in `flag_values`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any, Final

from fakedocker_shell.cli.flag_values import KINDS, Kind, language
from fakedocker_shell.cli.go_values import split_csv
from fakedocker_shell.cli.releases import USUAL
from fakedocker_shell.gotemplate.printing import quote

_NO_QUOTES: Final = str.maketrans("", "", "\"'`")


def _ip(text: str) -> str:
    """An address (pflag ip.go)."""
    if not text:
        return ""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ValueError(f"failed to parse IP: {quote(text)}") from None


def _addresses(text: str) -> list[str]:
    """Addresses with commas between them (pflag ip_slice.go)."""
    found = []
    for part in split_csv(text.translate(_NO_QUOTES)):
        try:
            found.append(str(ipaddress.ip_address(part.strip())))
        except ValueError:
            raise ValueError(f"invalid string being converted to IP address: {part}") from None
    return found


def _subnets(text: str) -> list[str]:
    """Subnets with commas between them, without host bits (pflag ipnet_slice.go)."""
    found = []
    for part in split_csv(text.translate(_NO_QUOTES)):
        try:
            if "/" not in part:
                raise ValueError(part)
            found.append(str(ipaddress.ip_network(part.strip(), strict=False)))
        except ValueError:
            raise ValueError(f"invalid string being converted to CIDR: {part}") from None
    return found


_KINDS_29: Final[Mapping[str, tuple[Any, Kind]]] = {
    **KINDS,
    "ip": ("", lambda _, text, __: _ip(text)),
    "ipSlice": ([], lambda value, text, _: [*value, *_addresses(text)]),
    "ipNetSlice": ([], lambda value, text, _: [*value, *_subnets(text)]),
    "mount": ([], language("parse_mount", "mount_flag_29")),
}
_KINDS: Final[Mapping[str, Mapping[str, tuple[Any, Kind]]]] = {USUAL: KINDS, "29": _KINDS_29}


def kind_of(name: str, release: str) -> tuple[Any, Kind]:  # Any: each kind of flag has its own type
    """The value of such a flag that was not given, and the parser of one that was, in a release of the client."""
    kinds = _KINDS[release]
    return kinds.get(name) or kinds["list"]
