"""Addresses in the bodies of requests, which Docker 29 reads as such where its JSON is read.

Source: moby api/types/network, api/types/container of engine 29.7.2, whose fields are of Go's net/netip; its decoder answers with
the words of that. An empty text is no address, and none that is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from fakedocker.base import netip
from fakedocker.wire.container import CreateRequest
from fakedocker.wire.network import EndpointSettings, NetworkConnect, NetworkCreate

_Read = Callable[[str], str]


def problem(message: object) -> str:
    """What is wrong with the first text in a message that should be an address; "" for nothing."""
    for read, text in _KINDS.get(type(message), lambda _: ())(message):
        try:
            if isinstance(text, str) and text:
                read(text)
        except ValueError as wrong:
            return str(wrong)
    return ""


def _of_network(request: NetworkCreate) -> Iterator[tuple[_Read, object]]:
    for pool in (request.ipam.config if request.ipam else None) or ():
        yield netip.parse_prefix, pool.subnet
        yield netip.parse_prefix, pool.ip_range
        yield netip.parse_address, pool.gateway
        yield from _each(pool.auxiliary_addresses or {})


def _of_container(request: CreateRequest) -> Iterator[tuple[_Read, object]]:
    host = request.host_config
    if host is not None:
        for bindings in (host.port_bindings or {}).values():
            yield from ((netip.parse_address, binding.host_ip) for binding in bindings or ())
        yield from ((netip.parse_address, text) for text in host.dns or ())
    networking = request.networking_config
    for endpoint in ((networking.endpoints_config if networking else None) or {}).values():
        yield from _of_endpoint(endpoint)


def _of_endpoint(endpoint: EndpointSettings | None) -> Iterator[tuple[_Read, object]]:
    if endpoint is None:
        return
    asked = endpoint.ipam_config
    if asked is not None:
        yield netip.parse_address, asked.ipv4_address
        yield netip.parse_address, asked.ipv6_address
        yield from ((netip.parse_address, text) for text in asked.link_local_ips or ())
    for text in (endpoint.gateway, endpoint.ip_address, endpoint.ipv6_gateway, endpoint.global_ipv6_address):
        yield netip.parse_address, text


def _each(named: dict[str, str]) -> Iterator[tuple[_Read, object]]:
    return ((netip.parse_address, text) for text in named.values())


_KINDS: Final[dict[type, Callable[[Any], Iterable[tuple[_Read, object]]]]] = {
    NetworkCreate: _of_network,
    NetworkConnect: lambda request: _of_endpoint(request.endpoint_config),
    CreateRequest: _of_container,
}
