"""What an endpoint may not ask of its network: addresses, aliases, a MAC address, settings of its interface."""

from __future__ import annotations

import ipaddress
from typing import Final

from msgspec import UNSET, UnsetType

from fakedocker.base import messages
from fakedocker.network import model as network_model, pools
from fakedocker.network.hardware_addresses import is_hardware_address
from fakedocker.network.model import Network
from fakedocker.wire.network import EndpointSettings
from fakedocker.world.draft import Draft

_SYSCTLS: Final = "com.docker.network.endpoint.sysctls"


def check(draft: Draft, name: str, endpoint: EndpointSettings) -> None:
    """Refuse what a network cannot give: addresses, or names on a network without name service.

    Source: moby daemon/container_operations.go validateEndpointSettings and api/types/network/endpoint.go. All problems
    are told, but for a MAC address that is none, which is told alone.

    Raises:
        Refusal: with docker's words.
    """
    identifier = draft.network_names.get(name) or (name if name in draft.networks else None)
    network = draft.networks[identifier] if identifier is not None else None
    asked = endpoint.ipam_config
    problems = []
    if network is not None and network.is_predefined:
        if asked and (_given(asked.ipv4_address) or _given(asked.ipv6_address)):
            problems.append(draft.words.text(messages.PREDEFINED_ADDRESS))
        if endpoint.aliases:
            problems.append(draft.words.text(messages.PREDEFINED_ALIAS))
    for version, address in ((4, asked and asked.ipv4_address), (6, asked and asked.ipv6_address)):
        if isinstance(address, str) and address:
            problems += _address_problems(draft, network, version, address)
    for text in (asked.link_local_ips or ()) if asked else ():
        if not _is_specified(text):
            problems.append(f"invalid link-local IP address: {text}")
    if endpoint.mac_address and not is_hardware_address(endpoint.mac_address):
        text = f"invalid config for network {name}: invalid MAC address {endpoint.mac_address}"
        raise messages.BAD_REQUEST(problem=text)
    problems += _sysctl_problems((endpoint.driver_opts or {}).get(_SYSCTLS))
    if problems:
        raise messages.ENDPOINT_CONFIG(network=name, problem="\n".join(problems))


def _sysctl_problems(option: str | None) -> list[str]:
    """What is wrong with the settings of an endpoint's interface."""
    found = []
    for text in option.split(",") if option is not None else ():
        parts = text.split(".", 4)
        if len(parts) != 5 or parts[1] not in ("ipv4", "ipv6", "mpls") or parts[3] not in ("IFNAME", "ifname"):
            found.append(messages.ENDPOINT_SYSCTL.format(text=text))
    return found


def _is_specified(text: str) -> bool:
    try:
        return not ipaddress.ip_address(text).is_unspecified
    except ValueError:
        return False


def _given(address: str | UnsetType) -> bool:
    return address is not UNSET and bool(address)


def _address_problems(draft: Draft, network: Network | None, version: int, address: str) -> list[str]:
    if (":" in address) != (version == 6):
        return [f"invalid IPv{version} address: {address}"]
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return [f"invalid IPv{version} address: {address}"]
    if given.is_unspecified or (isinstance(given, ipaddress.IPv6Address) and given.ipv4_mapped is not None):
        return [f"invalid IPv{version} address: {address}"]
    if network is None:
        return []
    from_swarm = network.scope == network_model.SWARM  # its managers choose subnets, and let addresses be chosen
    static = [
        pool.subnet
        for pool in network.pools
        if (pool.is_static or from_swarm or draft.profile.any_static_address) and (":" in pool.subnet) == (version == 6)
    ]
    if not static and not draft.profile.any_static_address:
        return [messages.NO_STATIC_SUBNET]
    if any(pools.contains(subnet, address) for subnet in static):
        return []
    return [draft.words.text(messages.OUTSIDE_SUBNETS).format(address=address)]
