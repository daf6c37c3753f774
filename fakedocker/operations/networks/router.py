"""The world as the kernel asks for it: who has which address, what names mean, where published ports lead, files of the
daemon."""

from __future__ import annotations

import errno

from msgspec.structs import replace

from fakedocker.containers.model import Container
from fakedocker.faults import matching
from fakedocker.faults.model import DNS
from fakedocker.filesystem.walk import FileTree
from fakedocker.kernel.router import Interface, InterfaceAddress, NoSuchName, Route, is_public, loopback
from fakedocker.network import pools
from fakedocker.network.model import HOST, SWARM, Endpoint, Publication
from fakedocker.operations.networks import attachments, networking, partitions, publishing
from fakedocker.operations.swarm import balancing
from fakedocker.operations.system import overlay_directories
from fakedocker.operations.system.overlay_directories import OverlayDirectories
from fakedocker.swarm.services import Service
from fakedocker.world.draft import Draft

_HOST_ADDRESS = "192.168.65.3"
_HOST_GATEWAY = "192.168.65.1"
_BRIDGE_MAC = "02:42:00:00:00:01"


class WorldRouter:
    """Answers the kernel's questions from a draft."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def tree(self, filesystem: str) -> FileTree | None:
        """The files that the daemon keeps in a tree of its own; None where there is none of that id."""
        return OverlayDirectories(self._draft) if filesystem == overlay_directories.FILES else None

    def _container(self, network: str) -> Container | None:
        return self._draft.containers.get(network)

    def _endpoints(self, network: str) -> list[Endpoint]:
        container = self._container(network)
        return attachments.endpoints_of(self._draft, container) if container is not None else []

    def resolve(self, network: str, name: str) -> list[str]:
        """Docker's DNS: the names in the networks that a container shares with others; IP addresses are themselves.

        A name that the container has by a link goes before all others (moby libnetwork/sandbox.go ResolveName). NoSuchName where
        a rule of faults says so.
        """
        lowered = name.rstrip(".").lower()
        if self._draft.fault_rules and self._is_denied(lowered):
            raise NoSuchName(name)
        endpoints = [
            endpoint
            for endpoint in self._endpoints(network)
            if self._draft.networks[endpoint.network_id].resolves_names
        ]
        linked = [
            address
            for endpoint in endpoints
            for alias, meant in endpoint.links
            if alias.lower() == lowered
            for address in self._named(endpoint.network_id, meant.lower())
        ]
        found = linked or [address for endpoint in endpoints for address in self._named(endpoint.network_id, lowered)]
        if not found and lowered in ("host.docker.internal", "gateway.docker.internal") and network != HOST:
            return []
        return list(dict.fromkeys(found))

    def _is_denied(self, lowered: str) -> bool:
        draft = self._draft
        draft.fault_rules, struck = matching.strike(
            draft.fault_rules,
            draft.seed,
            draft.now_ns,
            lambda rule: rule.target == DNS and rule.name.lower() == lowered,
        )
        return bool(struck)

    def _named(self, network_id: str, lowered: str) -> list[str]:
        """The addresses of those that have a name in a network, alone or before the network's own name, the eldest first."""
        lowered = lowered.removesuffix(f".{self._draft.networks[network_id].name.lower()}")
        peers = sorted(
            self._draft.endpoints[network_id].values(),
            key=lambda peer: self._draft.containers[peer.container_id].number,
        )
        named = [peer for peer in peers if lowered in (own.lower() for own in peer.names)]
        found = [address for peer in named for address in (peer.address, peer.address_v6) if address]
        found.sort(key=lambda address: ":" in address)  # as who asks for both tries them
        if self._draft.services:
            found = balancing.resolve(self._draft, network_id, lowered) or found
        return found

    def route(self, network: str, address: str, port: int, protocol: str) -> Route | int:
        """The way from a network namespace to an address."""
        if address.startswith("127.") or address == "::1":
            if network == HOST:
                published = self.published(address, port, protocol)
                if published is not None:
                    return published
            return Route(network, address, port, address)
        if network == HOST:
            return self._from_host(address, port, protocol)
        own = self._endpoints(network)
        if not own:
            return errno.ENETUNREACH
        for endpoint in own:
            if address in (endpoint.address, endpoint.address_v6, *endpoint.link_local):
                return Route(network, address, port, address)
        for endpoint in own:
            route = self._to(endpoint.network_id, address, port, endpoint.address)
            if route is not None:
                return self._through(network, endpoint.network_id, route)
            local = self._to_link_local(endpoint, address, port)
            if local is not None:
                return local
            if address in (endpoint.gateway, endpoint.gateway_v6):
                published = self.published(address, port, protocol)
                return published if published is not None else Route(HOST, address, port, endpoint.address)
        if any(self._in_subnet(endpoint, address) for endpoint in own):
            return errno.EHOSTUNREACH
        return errno.ETIMEDOUT if any(self._leads_outside(endpoint) for endpoint in own) else errno.ENETUNREACH

    def _through(self, network: str, network_id: str, route: Route | int) -> Route | int:
        """The same route with what rules of faults make of its way. ETIMEDOUT for one that is down."""
        if isinstance(route, int) or not self._draft.fault_rules:
            return route
        if partitions.are_parted(self._draft, network, route.network, network_id):
            return errno.ETIMEDOUT
        way = partitions.way(self._draft, network, route.network, network_id)
        return route if way is None else replace(route, way=way)

    def _leads_outside(self, endpoint: Endpoint) -> bool:
        """Whether a network has a way out: its own gateway, or the bridge that goes with a swarm's networks."""
        network = self._draft.networks[endpoint.network_id]
        return bool(endpoint.gateway) or (network.scope == SWARM and not network.internal)

    def _to(self, network_id: str, address: str, port: int, source: str) -> Route | int | None:
        """The way to an address of a network: a container's, or a service's, behind which its tasks are."""
        target = self._owner(network_id, address)
        if target is None:
            return None
        service = balancing.service_of(self._draft, target)
        if service is not None:
            endpoint = balancing.next_endpoint(self._draft, service, network_id)
            if endpoint is None:
                return errno.ECONNREFUSED
            return Route(endpoint.container_id, endpoint.address, port, source)
        return Route(target, address, port, source) if target in self._draft.containers else errno.EHOSTUNREACH

    def _to_link_local(self, endpoint: Endpoint, address: str, port: int) -> Route | int | None:
        """The way to a link-local address of IPv4, for who has one in the same network; None for all others."""
        source = next((own for own in endpoint.link_local if ":" not in own), "")
        if not source or not address.startswith("169.254."):
            return None
        peers = self._draft.endpoints[endpoint.network_id].values()
        holders = [peer.container_id for peer in peers if address in peer.link_local]
        return Route(min(holders), address, port, source) if holders else errno.EHOSTUNREACH

    def _from_host(self, address: str, port: int, protocol: str) -> Route | int:
        published = self.published(address, port, protocol)
        if published is not None:
            return published
        if address == _HOST_ADDRESS:
            return Route(HOST, address, port, address)
        for network in self._draft.networks.values():
            for pool in network.pools:
                if address == pool.gateway:
                    return Route(HOST, address, port, address)
                if pools.contains(pool.subnet, address) and network.scope != SWARM:  # the host is in none of a swarm's
                    route = self._to(network.id, address, port, pool.gateway)
                    return errno.EHOSTUNREACH if route is None else self._through(HOST, network.id, route)
        return errno.ETIMEDOUT

    def _owner(self, network_id: str, address: str) -> str | None:
        try:
            return self._draft.addresses.get((network_id, pools.to_number(address)))
        except ValueError:
            return None

    def _in_subnet(self, endpoint: Endpoint, address: str) -> bool:
        network = self._draft.networks[endpoint.network_id]
        return any(pools.contains(pool.subnet, address) for pool in network.pools)

    def published(self, address: str, port: int, protocol: str) -> Route | None:
        """Where a port of the host leads that docker has published on this address."""
        version = 6 if ":" in address else 4
        for held, identifier in self._draft.ports.get((port, protocol, version), ()):
            if held in (address, publishing.ANY_V4, publishing.ANY_V6) or (
                held == "127.0.0.1" and address.startswith("127.")
            ):
                return self._inside(identifier, held, port, protocol)
        return None

    def _inside(self, identifier: str, held: str, port: int, protocol: str) -> Route | None:
        service = balancing.service_of(self._draft, identifier)
        if service is not None:
            return self._through_ingress(service, port, protocol)
        for publication in self._draft.published.get(identifier, ()):
            if _is(publication, held, port, protocol):
                endpoint = next((endpoint for endpoint in self._endpoints(identifier) if endpoint.address), None)
                if endpoint is None:
                    return None
                return Route(
                    identifier, endpoint.address, publication.container_port, endpoint.gateway, proxied=True,
                    way=partitions.way(self._draft, HOST, identifier, endpoint.network_id, is_hidden=True),
                )  # fmt: skip
        return None

    def _through_ingress(self, service: Service, port: int, protocol: str) -> Route | None:
        """From a port of the host to one of the tasks that serve, through the ingress network."""
        ingress = next((network for network in self._draft.networks.values() if network.ingress), None)
        published = service.endpoint.ports if service.endpoint is not None else ()
        inside = next(
            (one.target_port for one in published if (one.published_port, one.protocol) == (port, protocol)), 0
        )
        endpoint = balancing.next_endpoint(self._draft, service, ingress.id) if ingress is not None and inside else None
        if endpoint is None or ingress is None:
            return None
        source = next((own.address for own in ingress.own), "")
        return Route(endpoint.container_id, endpoint.address, inside, source, proxied=True)

    def interfaces(self, network: str) -> list[Interface]:
        """lo, then one interface per network."""
        if network == HOST:
            held = [("eth0", "02:50:00:00:00:01", (InterfaceAddress(_HOST_ADDRESS, 24),)), *self._bridges()]
        else:
            endpoints = [endpoint for endpoint in self._endpoints(network) if endpoint.address or endpoint.address_v6]
            endpoints.sort(key=lambda endpoint: endpoint.number)
            held = [(endpoint.interface, endpoint.mac_address, _addresses(endpoint)) for endpoint in endpoints]
        with_v6 = any(address.version == 6 for _, _, addresses in held for address in addresses)
        return [loopback(with_v6), *(Interface(number, *entry) for number, entry in enumerate(held, 2))]

    def _bridges(self) -> list[tuple[str, str, tuple[InterfaceAddress, ...]]]:
        """The host's ends of its networks, with the addresses of their gateways."""
        found = []
        for bridge in sorted(self._draft.networks.values(), key=lambda item: item.number):
            if bridge.driver == "bridge" and bridge.pools:
                name = (bridge.options or {}).get("com.docker.network.bridge.name") or f"br-{bridge.id[:12]}"
                gateways = [
                    (pool.gateway, pools.prefix_length(pool.subnet)) for pool in bridge.pools if "." in pool.gateway
                ]
                own = tuple(InterfaceAddress(*gateway) for gateway in gateways)
                v6 = [(pool.gateway, pools.prefix_length(pool.subnet)) for pool in bridge.pools if ":" in pool.gateway]
                has_carrier = bool(self._draft.endpoints[bridge.id])  # without, the kernel adds no address of its own
                found.append((name, _BRIDGE_MAC, (*own, *_with_local(v6, (), _BRIDGE_MAC if has_carrier else ""))))
        return found

    def default_gateway(self, network: str, version: int = 4) -> tuple[str, str] | None:
        """That of the network that leads outside: internal networks have none."""
        if network == HOST:
            return (_HOST_GATEWAY, "eth0") if version == 4 else None
        container = self._container(network)
        endpoint = attachments.gateway_endpoint(self._draft, container, version) if container is not None else None
        return (attachments.gateway_of(endpoint, version), endpoint.interface) if endpoint is not None else None

    def is_outside(self, network: str, host: str) -> bool:
        """Whether it is the Internet's, and not what a name in a network of one's own would be, with a way out to it."""
        if not is_public(host) or self.default_gateway(network) is None:
            return False
        last = host.rstrip(".").lower().rpartition(".")[2]
        return all(self._draft.networks[own.network_id].name.lower() != last for own in self._endpoints(network))

    def may_listen(self, network: str, port: int, protocol: str) -> bool:
        """On the host, a port that docker publishes is taken."""
        return network != HOST or not any(self._draft.ports.get((port, protocol, version)) for version in (4, 6))

    def held_ports(self, network: str) -> list[tuple[str, str, int]]:
        """On the host, the ports that docker publishes, as its proxies hold them."""
        if network != HOST:
            return []
        return sorted(
            (protocol, address, port)
            for (port, protocol, _), holders in self._draft.ports.items()
            for address, _ in holders
        )


def _addresses(endpoint: Endpoint) -> tuple[InterfaceAddress, ...]:
    """The addresses of a container's interface in the order of the kernel's list."""
    found = [InterfaceAddress(endpoint.address, endpoint.prefix_length)] if endpoint.address else []
    for text in (text for text in endpoint.link_local if ":" not in text):
        second = any(own.contains(text) for own in found)
        found.append(InterfaceAddress(text, networking.link_local_prefix_length(text), secondary=second))
    asked = tuple(text for text in endpoint.link_local if ":" in text)
    v6 = [(endpoint.address_v6, endpoint.prefix_length_v6)] if endpoint.address_v6 else []
    return (*found, *_with_local(v6, asked, endpoint.mac_address))


def _made_of(mac_address: str) -> str:
    """The link-local address of IPv6 that the kernel makes of a hardware address (RFC 4291, appendix A)."""
    parts = bytes.fromhex(mac_address.replace(":", ""))
    own = b"\xfe\x80" + bytes(6) + bytes([parts[0] ^ 2]) + parts[1:3] + b"\xff\xfe" + parts[3:6]
    return pools.to_text(int.from_bytes(own), 6)


def _with_local(given: list[tuple[str, int]], asked: tuple[str, ...], mac_address: str) -> tuple[InterfaceAddress, ...]:
    """Addresses of IPv6, set without asking who has them, and after them the link-local ones.

    Of those the kernel has the newest first, and the one that it makes itself comes last, with the link.

    Args:
        given: (address, prefix length) from the network.
        asked: link-local ones, the eldest first.
        mac_address: "" where there is no link yet.
    """
    if not given:
        return ()
    local = dict.fromkeys([*([_made_of(mac_address)] if mac_address else []), *reversed(asked)])
    return (
        *(InterfaceAddress(text, length, nodad=True) for text, length in given),
        *(InterfaceAddress(text, networking.link_local_prefix_length(text)) for text in local),
    )


def _is(publication: Publication, held: str, port: int, protocol: str) -> bool:
    return (publication.host_ip, publication.host_port, publication.protocol) == (held, port, protocol)
