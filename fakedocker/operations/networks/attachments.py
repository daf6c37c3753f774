"""The networks that a container is in, and which of its endpoints leads outside."""

from __future__ import annotations

from fakedocker.containers.model import Container
from fakedocker.network.model import Endpoint, Network
from fakedocker.world.draft import Draft


def shared_container(draft: Draft, mode: str) -> Container | None:
    """The container that a network mode container:NAME names; None where there is none."""
    name = mode.partition(":")[2]
    return draft.containers.get(draft.container_names.get(name, name))


def networks_of(draft: Draft, container: Container) -> list[Network]:
    """The networks in a container's settings that exist, in the order of its settings."""
    found = []
    for name, _ in container.networks:
        identifier = draft.network_names.get(name) or name
        network = draft.networks.get(identifier)
        if network is not None:
            found.append(network)
    return found


def endpoints_of(draft: Draft, container: Container) -> list[Endpoint]:
    """A running container's endpoints, in the order of its settings."""
    endpoints = (draft.endpoints[network.id].get(container.id) for network in networks_of(draft, container))
    return [endpoint for endpoint in endpoints if endpoint is not None]


def gateway_endpoint(draft: Draft, container: Container, version: int = 4) -> Endpoint | None:
    """The endpoint that leads outside with a version of IP: that of the highest priority, and of those the first by the
    network's name.

    Source: moby libnetwork/endpoint.go Less, docs of `docker network connect --gw-priority`.
    """
    found: list[tuple[int, str, Endpoint]] = []
    for name, wanted in container.networks:
        network = draft.networks.get(draft.network_names.get(name) or name)
        endpoint = draft.endpoints[network.id].get(container.id) if network is not None else None
        if network is not None and endpoint is not None and gateway_of(endpoint, version):
            found.append((-wanted.gw_priority, network.name, endpoint))
    return min(found, key=lambda entry: entry[:2])[2] if found else None


def gateway_of(endpoint: Endpoint, version: int) -> str:
    """ "" for none."""
    return endpoint.gateway_v6 if version == 6 else endpoint.gateway
