"""The network as the kernel asks for it: who has which address, what names mean, where published ports lead."""

from __future__ import annotations

import errno

from fakedocker.containers.model import Container
from fakedocker.kernel.router import Route
from fakedocker.network import pools
from fakedocker.network.model import HOST, SWARM, Endpoint, Publication
from fakedocker.operations.networks import networking
from fakedocker.operations.swarm import balancing
from fakedocker.swarm.services import Service
from fakedocker.world.draft import Draft

_HOST_ADDRESS = "192.168.65.3"
_HOST_GATEWAY = "192.168.65.1"


class WorldRouter:
    """Answers the kernel's questions from a draft."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft

    def _container(self, network: str) -> Container | None:
        return self._draft.containers.get(network)

    def _endpoints(self, network: str) -> list[Endpoint]:
        container = self._container(network)
        return networking.endpoints_of(self._draft, container) if container is not None else []

    def resolve(self, network: str, name: str) -> list[str]:
        """Docker's DNS: the names in the networks that a container shares with others; IP addresses are themselves.

        A name that the container has by a link goes before all others (moby libnetwork/sandbox.go ResolveName).
        """
        lowered = name.rstrip(".").lower()
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
            if address in (endpoint.address, endpoint.address_v6):
                return Route(network, address, port, address)
        for endpoint in own:
            route = self._to(endpoint.network_id, address, port, endpoint.address)
            if route is not None:
                return route
            if address in (endpoint.gateway, endpoint.gateway_v6):
                published = self.published(address, port, protocol)
                return published if published is not None else Route(HOST, address, port, endpoint.address)
        if any(self._in_subnet(endpoint, address) for endpoint in own):
            return errno.EHOSTUNREACH
        return errno.ETIMEDOUT if any(self._leads_outside(endpoint) for endpoint in own) else errno.ENETUNREACH

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
                    return errno.EHOSTUNREACH if route is None else route
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
            if held in (address, networking.ANY_V4, networking.ANY_V6) or (
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
                return Route(identifier, endpoint.address, publication.container_port, endpoint.gateway, proxied=True)
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

    def interfaces(self, network: str) -> list[tuple[str, str, int, str]]:
        """lo, then one interface per network."""
        found = [("lo", "127.0.0.1", 8, "00:00:00:00:00:00")]
        if network == HOST:
            found.append(("eth0", _HOST_ADDRESS, 24, "02:50:00:00:00:01"))
            for bridge in sorted(self._draft.networks.values(), key=lambda item: item.number):
                if bridge.driver == "bridge" and bridge.pools:
                    name = (bridge.options or {}).get("com.docker.network.bridge.name") or f"br-{bridge.id[:12]}"
                    pool = bridge.pools[0]
                    found.append((name, pool.gateway, pools.prefix_length(pool.subnet), "02:42:00:00:00:01"))
            return found
        endpoints = sorted(self._endpoints(network), key=lambda endpoint: endpoint.interface)
        found += [
            (endpoint.interface, endpoint.address, endpoint.prefix_length, endpoint.mac_address)
            for endpoint in endpoints
            if endpoint.address
        ]
        return found

    def interfaces_v6(self, network: str) -> list[tuple[str, str, int]]:
        """Those of the endpoints that have one."""
        return (
            [
                (endpoint.interface, endpoint.address_v6, endpoint.prefix_length_v6)
                for endpoint in sorted(self._endpoints(network), key=lambda endpoint: endpoint.interface)
                if endpoint.address_v6
            ]
            if network != HOST
            else []
        )

    def default_gateway(self, network: str) -> tuple[str, str] | None:
        """That of the network that leads outside: internal networks have none."""
        if network == HOST:
            return _HOST_GATEWAY, "eth0"
        container = self._container(network)
        endpoint = networking.gateway_endpoint(self._draft, container) if container is not None else None
        return (endpoint.gateway, endpoint.interface) if endpoint is not None else None

    def reachable(self, network: str, address: str) -> bool:
        """Whether a ping is answered: by oneself, by a container of a shared network, by a gateway."""
        route = self.route(network, address, 0, "icmp")
        return isinstance(route, Route)

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


def _is(publication: Publication, held: str, port: int, protocol: str) -> bool:
    return (publication.host_ip, publication.host_port, publication.protocol) == (held, port, protocol)
