"""The routes of a network namespace, as its kernel makes them from the addresses of the interfaces."""

from __future__ import annotations

from typing import NamedTuple

from fakedocker.kernel.program import System
from fakedocker.kernel.router import Interface


class Route(NamedTuple):
    """A way to a subnet.

    Args:
        target: the subnet, "default" for the way to all others.
        prefix_length: bits of the subnet.
        gateway: "" where the interface leads there itself.
        source: the address that packets are sent from, "" where the gateway's route leaves that open.
    """

    target: str
    prefix_length: int
    gateway: str
    interface: Interface
    source: str

    @property
    def subnet(self) -> str:
        return self.target if self.gateway else f"{self.target}/{self.prefix_length}"


def routes_of(system: System, version: int) -> list[Route]:
    """The main table: in the order of the subnets, the default route first with IPv4 and last with IPv6."""
    held = [interface for interface in system.interfaces() if not interface.is_loopback]
    found: dict[tuple[int, int], Route] = {}
    for interface in held:
        for address in interface.of_version(version):
            network = address.value.network
            key = (int(network.network_address), interface.number)
            target = str(network.network_address)
            found.setdefault(key, Route(target, address.prefix_length, "", interface, address.text))
    connected = [found[key] for key in sorted(found)]
    gateway = system.default_gateway(version)
    if gateway is None:
        return connected
    by_name = {interface.name: interface for interface in held}
    default = Route("default", 0, gateway[0], by_name[gateway[1]], "")
    return [default, *connected] if version == 4 else [*connected, default]


def route_to(system: System, address: str) -> Route | None:
    """The route that packets to an address take, with the address they are sent from; None where there is none."""
    version = 6 if ":" in address else 4
    found = routes_of(system, version)
    for route in found:
        own = [held for held in route.interface.of_version(version) if held.text == route.source]
        if own and own[0].contains(address):
            return route
    default = next((route for route in found if route.gateway), None)
    if default is None:
        return None
    own = [held for held in default.interface.of_version(version) if held.contains(default.gateway)]
    return default._replace(source=own[0].text if own else "")


def is_own(system: System, address: str) -> bool:
    """Whether an address leads to oneself; all of 127.0.0.0/8 does."""
    held = [own for interface in system.interfaces() for own in interface.addresses]
    return any(address == own.text or (own.scope == "host" and own.contains(address)) for own in held)


def own_address(system: System) -> str:
    """The first address that is not the loopback's, which a server takes for the machine's."""
    held = [address for interface in system.interfaces() for address in interface.addresses]
    return next((address.text for address in held if address.scope == "global"), "127.0.0.1")
