"""Networks and endpoints as values."""

from __future__ import annotations

from msgspec import Struct

BRIDGE, HOST, NONE = "bridge", "host", "none"
PREDEFINED = (BRIDGE, HOST, NONE)
OVERLAY, INGRESS, GATEWAY_BRIDGE = "overlay", "ingress", "docker_gwbridge"
LOCAL, SWARM = "local", "swarm"
"""Scopes: this engine's own networks, and those that a swarm's managers keep."""
DAEMON = "daemon"
"""Who holds the addresses of the daemon's own places in networks."""


class Pool(Struct, frozen=True, gc=False, kw_only=True):
    """A subnet of a network, and what is fixed in it."""

    subnet: str
    gateway: str
    ip_range: str = ""
    auxiliary: tuple[tuple[str, str], ...] = ()
    is_static: bool = False
    """Whether somebody has chosen it: only then may addresses in it be chosen too."""


class OwnEndpoint(Struct, frozen=True, gc=False, kw_only=True):
    """A place that the daemon itself has in a network of a swarm.

    Args:
        key: under which inspect lists it.
    """

    key: str
    name: str
    id: str
    mac_address: str
    address: str
    prefix_length: int


class Network(Struct, frozen=True, gc=False, kw_only=True):
    """A network of containers."""

    id: str
    name: str
    driver: str
    created_ns: int
    number: int
    """Networks were made in this order."""
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    """Whether it is the one through which a swarm's published ports are reached."""
    enable_ipv4: bool = True
    enable_ipv6: bool = False
    pools: tuple[Pool, ...] = ()
    ipam_options: dict[str, str] | None = None
    options: dict[str, str] | None = None
    labels: dict[str, str] | None = None
    scope: str = LOCAL
    version: int = 0
    """Of the swarm's store, for its networks."""
    own: tuple[OwnEndpoint, ...] = ()
    ending: bool = False
    """Whether it was removed while tasks were still leaving it: it goes with the last of them."""

    @property
    def is_predefined(self) -> bool:
        return self.name in PREDEFINED

    @property
    def resolves_names(self) -> bool:
        """User-defined networks have docker's DNS server; the default bridge has not, nor has the ingress network."""
        return not self.is_predefined and not self.ingress


class Endpoint(Struct, frozen=True, gc=False, kw_only=True):
    """A running container's place in a network."""

    id: str
    network_id: str
    container_id: str
    address: str
    """IPv4, "" where the network gives none."""
    prefix_length: int
    address_v6: str = ""
    prefix_length_v6: int = 0
    gateway: str = ""
    gateway_v6: str = ""
    mac_address: str = ""
    names: tuple[str, ...] = ()
    """What it is called in this network: its name, aliases, short id, host name."""
    links: tuple[tuple[str, str], ...] = ()
    """Names of its own for others in this network: alias, and the name it stands for."""
    interface: str = "eth0"
    number: int = 0
    """Endpoints were made in this order, and so are the interfaces of a container."""
    link_local: tuple[str, ...] = ()
    """Further addresses of the interface, of either family, that have no place in the network's subnets."""


class Publication(Struct, frozen=True, gc=False, kw_only=True):
    """A container's port, published on an address of the host."""

    container_port: int
    protocol: str
    host_ip: str
    host_port: int
