"""What a port specification means, and how ephemeral ports are chosen.

Sources: go-connections nat (ParsePortSpec), moby libnetwork/portallocator; texts in recording ports.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from fakedocker.base.numbers import parse_digits

EPHEMERAL_FIRST, EPHEMERAL_LAST, LAST = 32768, 60999, 65535
PROTOCOLS = ("tcp", "udp", "sctp")


def split_port(text: str) -> tuple[str, str]:
    """80/tcp as port and protocol; tcp where none is given."""
    port, _, protocol = text.partition("/")
    return port, protocol.lower() or "tcp"


def parse_port(text: str) -> int:
    """A port's number; 0 for what is none (nat.Port.Int)."""
    number = parse_digits(text) or 0
    return number if number <= LAST else 0


def port_key(text: str) -> tuple[int, str]:
    """Port number first, then protocol: the order in which docker lists ports."""
    port, protocol = split_port(text)
    return parse_digits(port) or 0, protocol


def port_range(text: str) -> tuple[int, int] | None:
    """First and last of 80 or 80-85; None where it is no range of ports."""
    first, dash, last = text.partition("-")
    low = parse_digits(first)
    high = parse_digits(last) if dash else low
    return (low, high) if low is not None and high is not None and low <= high <= LAST else None


def host_address(text: str) -> str:
    """The address of the host in a binding; what is none counts as none given (net.ParseIP in moby daemon/network.go)."""
    try:
        address = ipaddress.ip_address(text) if "%" not in text else None
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address or "")


def choose_ephemeral(start: int, is_free: Callable[[int], bool]) -> int | None:
    """The next free ephemeral port from `start` on, wrapping around once; None when all are taken."""
    span = EPHEMERAL_LAST - EPHEMERAL_FIRST + 1
    for step in range(span):
        candidate = EPHEMERAL_FIRST + (start - EPHEMERAL_FIRST + step) % span
        if is_free(candidate):
            return candidate
    return None
