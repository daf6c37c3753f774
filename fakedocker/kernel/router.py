"""What the kernel has to ask about the network; the floors above answer.

The kernel knows sockets by network namespace and port. Which address leads to which namespace, which host port is
published where, and what names mean is the router's business.
"""

from __future__ import annotations

import errno
from typing import NamedTuple, Protocol


class Route(NamedTuple):
    """Where a connection ends.

    Args:
        network: the network namespace it arrives in.
        address: the address it arrives at.
        port: the port it arrives at.
        source: the address the other side sees it come from.
        proxied: whether something in between has already accepted it (a published port), so that with nobody listening
            it is reset instead of refused.
    """

    network: str
    address: str
    port: int
    source: str
    proxied: bool = False


class Router(Protocol):
    """Names and addresses, as seen from a network namespace."""

    def resolve(self, network: str, name: str) -> list[str]:
        """The addresses DNS gives for a name; /etc/hosts has been asked already."""

    def route(self, network: str, address: str, port: int, protocol: str) -> Route | int:
        """The way to an address, or an errno: ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, ECONNREFUSED."""

    def interfaces(self, network: str) -> list[tuple[str, str, int, str]]:
        """(name, address, prefix length, MAC address), lo first."""

    def interfaces_v6(self, network: str) -> list[tuple[str, str, int]]:
        """(name, IPv6 address, prefix length) of interfaces that have one."""

    def default_gateway(self, network: str) -> tuple[str, str] | None:
        """(address, interface) of the way to all other networks; None where there is none."""

    def reachable(self, network: str, address: str) -> bool:
        """Whether an echo request would be answered."""

    def may_listen(self, network: str, port: int, protocol: str) -> bool:
        """False where something that is no process has the port (a published port of the host)."""

    def held_ports(self, network: str) -> list[tuple[str, str, int]]:
        """(protocol, address, port) of what is listened at by something that is no process."""


class Loopback:
    """A network with nothing but lo: what a kernel has that is given no router."""

    def resolve(self, network: str, name: str) -> list[str]:
        return []

    def route(self, network: str, address: str, port: int, protocol: str) -> Route | int:
        return Route(network, address, port, address) if address.startswith("127.") else errno.ENETUNREACH

    def interfaces(self, network: str) -> list[tuple[str, str, int, str]]:
        return [("lo", "127.0.0.1", 8, "00:00:00:00:00:00")]

    def interfaces_v6(self, network: str) -> list[tuple[str, str, int]]:
        return []

    def default_gateway(self, network: str) -> tuple[str, str] | None:
        return None

    def reachable(self, network: str, address: str) -> bool:
        return address.startswith("127.")

    def may_listen(self, network: str, port: int, protocol: str) -> bool:
        return True

    def held_ports(self, network: str) -> list[tuple[str, str, int]]:
        return []
