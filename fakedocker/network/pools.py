"""Which subnet a new network gets and which address an endpoint: docker's default pools, lowest free first.

Sources: moby libnetwork/ipamutils (default pools) and libnetwork/ipam; error texts are in recording networks.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Container as Holds, Iterable

IPv4Network = ipaddress.IPv4Network


@functools.cache
def default_subnets() -> tuple[IPv4Network, ...]:
    """The predefined pools in the order they are handed out: 172.17-31.0.0/16, then 192.168.0.0/16 in /20s."""
    wide = [IPv4Network(f"172.{second}.0.0/16") for second in range(17, 32)]
    return (*wide, *IPv4Network("192.168.0.0/16").subnets(new_prefix=20))


@functools.lru_cache(4096)
def parse_subnet(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """A subnet in CIDR form; bits of the host part are dropped.

    Raises:
        ValueError: it is none.
    """
    if "/" not in text:
        raise ValueError(text)
    return ipaddress.ip_network(text, strict=False)


def overlaps(subnet: str, others: Iterable[str]) -> bool:
    """Whether a subnet shares an address with any of the others. Linear in their number."""
    wanted = parse_subnet(subnet)
    for other in others:
        existing = parse_subnet(other)
        if existing.version == wanted.version and wanted.overlaps(existing):
            return True
    return False


def next_default_subnet(taken: Iterable[str]) -> str | None:
    """The first default pool that is free, None when all are used."""
    used = [parse_subnet(text) for text in taken]
    for candidate in default_subnets():
        if not any(isinstance(other, IPv4Network) and candidate.overlaps(other) for other in used):
            return str(candidate)
    return None


@functools.lru_cache(4096)
def first_address(subnet: str) -> str:
    """The address that becomes the gateway when none is given."""
    network = parse_subnet(subnet)
    return str(network.network_address + 1)


@functools.lru_cache(4096)
def address_bounds(subnet: str) -> tuple[int, int]:
    """The lowest and highest address that may be given out, as numbers.

    Source: moby libnetwork/ipams/defaultipam newPoolData: the network's own address is reserved but in the smallest
    ones of IPv4, the last one in those of IPv4.
    """
    network = parse_subnet(subnet)
    low, high = int(network.network_address), int(network.broadcast_address)
    if network.version == 6:
        return low + 1, high
    return (low + 1, high - 1) if network.prefixlen < 31 else (low, high)


@functools.lru_cache(4096)
def prefix_length(subnet: str) -> int:
    """The bits of a subnet's prefix. ValueError for what is none."""
    return parse_subnet(subnet).prefixlen


def contains(subnet: str, address: str) -> bool:
    """Whether an address belongs to a subnet; False for what is no address."""
    try:
        return ipaddress.ip_address(address) in parse_subnet(subnet)
    except ValueError:
        return False


def lowest_free(subnet: str, taken: Holds[int], start: int) -> int | None:
    """The lowest address from `start` on that is not taken, None when the range is full. Linear in the taken ones passed."""
    low, high = address_bounds(subnet)
    for candidate in range(max(low, start), high + 1):
        if candidate not in taken:
            return candidate
    return None


@functools.lru_cache(8192)
def to_number(address: str) -> int:
    """An address of either version as a number. ValueError for what is none."""
    return int(ipaddress.ip_address(address))


def to_text(number: int, version: int = 4) -> str:
    """An address from its number."""
    if version == 4:
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return str(ipaddress.IPv6Address(number))
