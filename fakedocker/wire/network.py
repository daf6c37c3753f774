"""Messages about networks and endpoints."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from fakedocker.wire.naming import pascal


class PortBinding(Struct, frozen=True, gc=False, rename=pascal(host_ip="HostIp")):
    """A port of the host, in HostConfig.PortBindings and NetworkSettings.Ports."""

    host_ip: str = ""
    host_port: str = ""


class EndpointIPAMConfig(Struct, frozen=True, gc=False, kw_only=True, rename=pascal(link_local_ips="LinkLocalIPs")):
    """EndpointSettings.IPAMConfig: the addresses that are asked for."""

    ipv4_address: str | UnsetType = UNSET
    ipv6_address: str | UnsetType = UNSET
    link_local_ips: tuple[str, ...] | UnsetType | None = UNSET


class EndpointSettings(Struct, frozen=True, gc=False, kw_only=True, rename=pascal()):
    """A container's place in a network: what was asked for, and what it got."""

    ipam_config: EndpointIPAMConfig | None = None
    links: tuple[str, ...] | None = None
    aliases: tuple[str, ...] | None = None
    mac_address: str = ""
    driver_opts: dict[str, str] | None = None
    gw_priority: int = 0
    network_id: str = ""
    endpoint_id: str = ""
    gateway: str = ""
    ip_address: str = ""
    ip_prefix_len: int = 0
    ipv6_gateway: str = ""
    global_ipv6_address: str = ""
    global_ipv6_prefix_len: int = 0
    dns_names: tuple[str, ...] | None = None


class NetworkingConfig(Struct, frozen=True, gc=False, rename=pascal()):
    """NetworkingConfig of POST /containers/create."""

    endpoints_config: dict[str, EndpointSettings | None] | None = None


class IPAMPool(Struct, frozen=True, gc=False, kw_only=True, rename=pascal(auxiliary_addresses="AuxiliaryAddresses")):
    """An element of IPAM.Config."""

    subnet: str | UnsetType = UNSET
    ip_range: str | UnsetType = UNSET
    gateway: str | UnsetType = UNSET
    auxiliary_addresses: dict[str, str] | UnsetType | None = UNSET


class IPAM(Struct, frozen=True, gc=False, rename=pascal()):
    """How a network gives out addresses."""

    driver: str = ""
    options: dict[str, str] | None = None
    config: tuple[IPAMPool, ...] | None = None


class ConfigReference(Struct, frozen=True, gc=False, rename=pascal()):
    """NetworkCreate.ConfigFrom: the network whose configuration is used."""

    network: str = ""


class NetworkCreate(Struct, frozen=True, gc=False, kw_only=True, rename=pascal()):
    """The body of POST /networks/create."""

    name: str = ""
    driver: str = ""
    scope: str = ""
    enable_ipv4: bool | None = None
    enable_ipv6: bool | None = None
    ipam: IPAM | None = None
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    config_only: bool = False
    config_from: ConfigReference | None = None
    options: dict[str, str] | None = None
    labels: dict[str, str] | None = None


class NetworkConnect(Struct, frozen=True, gc=False, rename=pascal()):
    """The body of POST /networks/ID/connect."""

    container: str = ""
    endpoint_config: EndpointSettings | None = None


class NetworkDisconnect(Struct, frozen=True, gc=False, rename=pascal()):
    """The body of POST /networks/ID/disconnect."""

    container: str = ""
    force: bool = False


class AttachedEndpoint(
    Struct, frozen=True, rename=pascal(endpoint_id="EndpointID", ipv4_address="IPv4Address", ipv6_address="IPv6Address")
):
    """A running container, as network inspect lists it."""

    name: str
    endpoint_id: str
    mac_address: str
    ipv4_address: str
    ipv6_address: str


class NetworkPeer(Struct, frozen=True, gc=False, rename=pascal()):
    """A node that is in an overlay network."""

    name: str
    ip: str


class NetworkTask(Struct, frozen=True, gc=False, rename=pascal(endpoint_ip="EndpointIP", endpoint_id="EndpointID")):
    """A task of a service, as the network that it is in tells of it."""

    name: str
    endpoint_id: str
    endpoint_ip: str
    info: dict[str, str]


class NetworkService(
    Struct, frozen=True, gc=False, kw_only=True, rename=pascal(vip="VIP", local_lb_index="LocalLBIndex")
):
    """A service in a network."""

    vip: str
    ports: tuple[str, ...] = ()
    local_lb_index: int
    tasks: tuple[NetworkTask, ...]


class SubnetStatus(
    Struct, frozen=True, rename=pascal(ips_in_use="IPsInUse", dynamic_ips_available="DynamicIPsAvailable")
):
    """How full a subnet is."""

    ips_in_use: int
    dynamic_ips_available: int


class IPAMStatus(Struct, frozen=True, gc=False, rename=pascal()):
    """Status.IPAM of GET /networks/ID."""

    subnets: dict[str, SubnetStatus]


class NetworkStatus(Struct, frozen=True, gc=False, rename=pascal()):
    """Status of GET /networks/ID."""

    ipam: IPAMStatus


class NetworkInspect(Struct, frozen=True, gc=False, kw_only=True, rename=pascal(id="Id")):
    """The answer of GET /networks/ID, and an element of GET /networks."""

    name: str
    id: str
    created: str
    scope: str
    driver: str
    enable_ipv4: bool
    enable_ipv6: bool
    ipam: IPAM
    internal: bool
    attachable: bool
    ingress: bool
    config_from: ConfigReference
    config_only: bool
    containers: dict[str, AttachedEndpoint] | UnsetType | None
    options: dict[str, str] | None
    labels: dict[str, str] | None
    peers: tuple[NetworkPeer, ...] | UnsetType = UNSET
    services: dict[str, NetworkService] | UnsetType = UNSET
    status: NetworkStatus | UnsetType = UNSET
