"""What the kernel has to ask about the network; the floors above answer.

The kernel knows sockets by network namespace and port. Which address leads to which namespace, which host port is
published where, and what names mean is the router's business.
"""

from __future__ import annotations

import errno
import ipaddress
from typing import Protocol

from msgspec import Struct

from fakedocker.filesystem.walk import FileTree
from fakedocker.kernel.ways import Way


class Route(Struct, frozen=True):
    """Where a connection ends.

    Args:
        network: the network namespace it arrives in.
        address: the address it arrives at.
        port: the port it arrives at.
        source: the address the other side sees it come from.
        proxied: whether something in between has already accepted it (a published port), so that with nobody listening
            it is reset instead of refused.
        way: what it does to packets, where that is anything.
    """

    network: str
    address: str
    port: int
    source: str
    proxied: bool = False
    way: Way | None = None


class InterfaceAddress(Struct, frozen=True):
    """An address of an interface, of either family.

    Args:
        text: the address as it is written.
        prefix_length: bits.
        nodad: whether an IPv6 address was put there without asking first whether another has it.
        secondary: whether an IPv4 address came after another one of its subnet.
    """

    text: str
    prefix_length: int
    nodad: bool = False
    secondary: bool = False

    @property
    def version(self) -> int:
        return 6 if ":" in self.text else 4

    @property
    def value(self) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface:
        return ipaddress.ip_interface(f"{self.text}/{self.prefix_length}")

    @property
    def scope(self) -> str:
        """global, link or host; libnetwork puts link-local addresses of IPv4 there as global ones."""
        if self.value.is_loopback:
            return "host"
        return "link" if self.version == 6 and self.value.is_link_local else "global"

    def contains(self, address: str) -> bool:
        """Whether an address is in the subnet; False for what is none."""
        try:
            return ipaddress.ip_address(address) in self.value.network
        except ValueError:
            return False


class Interface(Struct, frozen=True):
    """A network interface.

    Args:
        number: its index in the namespace, from 1.
        addresses: in the order of the kernel's list, IPv4 first.
    """

    number: int
    name: str
    mac_address: str
    addresses: tuple[InterfaceAddress, ...]

    @property
    def is_loopback(self) -> bool:
        return self.name == "lo"

    def of_version(self, version: int) -> tuple[InterfaceAddress, ...]:
        return tuple(address for address in self.addresses if address.version == version)


def loopback(with_v6: bool = False) -> Interface:
    """The interface lo."""
    own = (InterfaceAddress("127.0.0.1", 8), *([InterfaceAddress("::1", 128)] if with_v6 else []))
    return Interface(1, "lo", "00:00:00:00:00:00", own)


class NoSuchName(Exception):
    """DNS answers that there is no such name."""


class Router(Protocol):
    """Names and addresses, as seen from a network namespace."""

    def resolve(self, network: str, name: str) -> list[str]:
        """The addresses DNS gives for a name; /etc/hosts has been asked already. NoSuchName for one that it denies."""

    def route(self, network: str, address: str, port: int, protocol: str) -> Route | int:
        """The way to an address, or an errno: ENETUNREACH, EHOSTUNREACH, ETIMEDOUT, ECONNREFUSED."""

    def interfaces(self, network: str) -> list[Interface]:
        """The interfaces of a namespace in the order of their numbers, lo first."""

    def default_gateway(self, network: str, version: int = 4) -> tuple[str, str] | None:
        """(address, interface) of the way to all other networks; None where there is none."""

    def is_outside(self, network: str, host: str) -> bool:
        """Whether a name or an address that leads nowhere is one of the Internet's, to which there would be a way."""

    def may_listen(self, network: str, port: int, protocol: str) -> bool:
        """False where something that is no process has the port (a published port of the host)."""

    def held_ports(self, network: str) -> list[tuple[str, str, int]]:
        """(protocol, address, port) of what is listened at by something that is no process."""

    def tree(self, filesystem: str) -> FileTree | None:
        """The files that the daemon keeps in a tree of its own; None where there is none of that id."""


_NOBODYS = frozenset(
    "alt arpa corp example home internal invalid lan local localdomain localhost onion private test".split()
)
"""Last labels that no name of the Internet has (RFC 2606, 6761, 6762, 9476), or that are used for private networks."""


def is_public(host: str) -> bool:
    """Whether a name could be one of the Internet's, or an address one that is routed there."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    labels = host.rstrip(".").lower().split(".")
    return (
        len(labels) > 1 and all(labels) and labels[-1].isalpha() and len(labels[-1]) > 1 and labels[-1] not in _NOBODYS
    )


class Loopback:
    """A network with nothing but lo: what a kernel has that is given no router."""

    def resolve(self, network: str, name: str) -> list[str]:
        return []

    def route(self, network: str, address: str, port: int, protocol: str) -> Route | int:
        return Route(network, address, port, address) if address.startswith("127.") else errno.ENETUNREACH

    def interfaces(self, network: str) -> list[Interface]:
        return [loopback()]

    def default_gateway(self, network: str, version: int = 4) -> tuple[str, str] | None:
        return None

    def is_outside(self, network: str, host: str) -> bool:
        return False

    def may_listen(self, network: str, port: int, protocol: str) -> bool:
        return True

    def held_ports(self, network: str) -> list[tuple[str, str, int]]:
        return []

    def tree(self, filesystem: str) -> FileTree | None:
        return None
