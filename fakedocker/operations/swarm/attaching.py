"""What services have of networks: which they join, the ports that are published for them, their addresses.

Sources: moby daemon/cluster/networks.go populateNetworkID, swarmkit manager/allocator.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.swarm.services import Service
from fakedocker.wire.omitting import plain
from fakedocker.wire.service import EndpointSpec, NetworkAttachment, ServiceSpec
from fakedocker.world.draft import Draft

_FIRST_PORT, _LAST_PORT = 30000, 32767
"""Where ports come from that nobody has chosen (swarmkit manager/allocator/cnmallocator/portallocator.go)."""


def resolved(draft: Draft, spec: ServiceSpec) -> ServiceSpec:
    """A specification with the ids of the networks that it names; the older place for them counts where the newer one has none.

    Raises:
        Refusal: there is no such network, or it is this engine's alone.
    """
    template = spec.task_template
    if template.networks:
        networks = tuple(_resolved(draft, one) for one in template.networks)
        return replace(spec, task_template=replace(template, networks=networks))
    return replace(spec, networks=tuple(_resolved(draft, one) for one in spec.networks))


def _resolved(draft: Draft, attachment: NetworkAttachment) -> NetworkAttachment:
    identifier = draft.network_names.get(attachment.target, attachment.target)
    network = draft.networks.get(identifier)
    if network is None:
        raise messages.SERVICE_NO_NETWORK(name=attachment.target)
    raise messages.SERVICE_NETWORK(name=network.name)


def allocate(draft: Draft, service: Service) -> Service:
    """Give a service what its specification leaves to be chosen: ports that are published."""
    wanted = service.spec.endpoint_spec
    if wanted is None:
        return service
    before = service.endpoint.ports if service.endpoint is not None else ()
    taken = {
        (port.protocol, port.published_port)
        for other in draft.services.values()
        if other.endpoint is not None
        for port in other.endpoint.ports
        if port.publish_mode == "ingress"
    }
    ports = []
    for port in wanted.ports:
        if port.publish_mode == "ingress" and not port.published_port:
            known = next((one for one in before if replace(one, published_port=0) == port), None)
            if known is not None:
                port = known
            else:
                free = next(number for number in range(_FIRST_PORT, _LAST_PORT) if (port.protocol, number) not in taken)
                port = replace(port, published_port=free)
            taken.add((port.protocol, port.published_port))
        ports.append(port)
    service = replace(service, endpoint=EndpointSpec(mode=wanted.mode, ports=tuple(ports)))
    draft.services[service.id] = service
    return service


def release(draft: Draft, service: Service) -> None:
    """Free what a service has that is removed."""


def shown(service: Service) -> dict[str, Any]:
    """What inspect tells of a service's endpoint."""
    if service.endpoint is None:
        return {"Spec": {}}
    found: dict[str, Any] = {"Spec": plain(service.spec.endpoint_spec)}
    if service.endpoint.ports:
        found["Ports"] = plain(service.endpoint.ports)
    if service.addresses:
        found["VirtualIPs"] = [{"NetworkID": one.network_id, "Addr": one.address} for one in service.addresses]
    return found
