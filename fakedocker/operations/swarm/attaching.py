"""What services and tasks have of networks: which they join, their addresses there, the ports that are published for
them.

Sources: moby daemon/cluster/networks.go populateNetworkID, swarmkit manager/allocator/{network.go,cnmallocator}.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.json_types import JsonObject
from fakedocker.base.messages import Refusal
from fakedocker.network import model as network_model, pools
from fakedocker.network.model import INGRESS, SWARM, Network
from fakedocker.operations.networks import networking, publishing
from fakedocker.operations.swarm import overlays
from fakedocker.operations.swarm.balancing import HOLDER
from fakedocker.swarm.services import Service, ServiceTask, VirtualAddress
from fakedocker.wire.network import EndpointIPAMConfig, EndpointSettings
from fakedocker.wire.omitting import plain
from fakedocker.wire.service import EndpointSpec, NetworkAttachment, PortConfig, ServiceSpec
from fakedocker.world.draft import Draft

_FIRST_PORT, _LAST_PORT = 30000, 32767
"""Where ports come from that nobody has chosen (swarmkit cnmallocator/portallocator.go)."""
STAND_INS = (network_model.BRIDGE, network_model.HOST)
"""Networks of every node that services may be in too."""


def resolved(draft: Draft, spec: ServiceSpec) -> ServiceSpec:
    """A specification with the ids of the networks that it names; the older place for them counts where the newer one
    has none.

    Raises:
        Refusal: there is no such network, or it is this engine's alone.
    """
    template = spec.task_template
    if template.networks:
        networks = tuple(_resolved(draft, one) for one in template.networks)
        return replace(spec, task_template=replace(template, networks=networks))
    return replace(spec, networks=tuple(_resolved(draft, one) for one in spec.networks))


def _resolved(draft: Draft, attachment: NetworkAttachment) -> NetworkAttachment:
    network = _find(draft, attachment.target)
    if network is None:
        raise messages.SERVICE_NO_NETWORK(name=attachment.target)
    if network.scope != SWARM and network.name not in STAND_INS:
        if network.is_predefined:
            raise messages.PREDEFINED_NETWORK(name=network.name)
        raise messages.SERVICE_NETWORK(name=network.name)
    return replace(attachment, target=network.id)


def _find(draft: Draft, name: str) -> Network | None:
    found = draft.networks.get(draft.network_names.get(name, name))
    if found is not None or not name:
        return None if found is not None and found.ending else found
    matches = [network for network in draft.networks.values() if network.scope == SWARM and network.id.startswith(name)]
    return matches[0] if len(matches) == 1 else None


def ingress(draft: Draft) -> Network | None:
    """The network through which published ports are reached."""
    return next((network for network in draft.networks.values() if network.ingress), None)


def check(draft: Draft, spec: ServiceSpec) -> None:
    """Refuse a service in the ingress network, or one that needs it where there is none."""
    for attachment in spec.task_template.networks:
        network = draft.networks.get(attachment.target)
        if network is not None and network.ingress:
            raise messages.INVALID_ARGUMENT(problem=messages.INGRESS_ATTACHED.format(name=network.name))


def check_ingress(draft: Draft, spec: ServiceSpec) -> None:
    """Refuse a service that publishes ports through an ingress network that there is not."""
    ports = spec.endpoint_spec.ports if spec.endpoint_spec is not None else ()
    if _through_ingress(ports) and ingress(draft) is None:
        raise messages.FAILED_PRECONDITION(problem=messages.NO_INGRESS)


def _through_ingress(ports: tuple[PortConfig, ...]) -> bool:
    return any(port.publish_mode == INGRESS for port in ports)


def allocate(draft: Draft, service: Service) -> None:
    """Give a service what its specification leaves to be chosen: ports that are published, addresses in its networks."""
    wanted = service.spec.endpoint_spec
    ports = _chosen_ports(draft, service, wanted.ports) if wanted is not None else ()
    before = service.endpoint.ports if service.endpoint is not None else ()
    for port in before:
        if port not in ports:
            _free_port(draft, service, port)
    for port in ports:
        if port not in before:
            _hold_port(draft, service, port)
    networks = [ingress(draft)] if _through_ingress(ports) else []
    networks += [draft.networks.get(one.target) for one in service.spec.task_template.networks or service.spec.networks]
    if wanted is not None and wanted.mode == "dnsrr":
        networks = []
    addresses = _addresses(draft, service, [one for one in networks if one is not None and one.scope == SWARM])
    endpoint = EndpointSpec(mode=wanted.mode, ports=ports) if wanted is not None else None
    draft.services[service.id] = replace(service, endpoint=endpoint, addresses=addresses)


def _chosen_ports(draft: Draft, service: Service, wanted: tuple[PortConfig, ...]) -> tuple[PortConfig, ...]:
    """The ports of a service, with numbers for those that leave them open; what it had it keeps."""
    before = service.endpoint.ports if service.endpoint is not None else ()
    taken = {
        (port.protocol, port.published_port)
        for other in draft.services.values()
        if other.endpoint is not None
        for port in other.endpoint.ports
        if port.publish_mode == INGRESS
    }
    ports = []
    for port in wanted:
        if port.publish_mode == INGRESS and not port.published_port:
            known = next((one for one in before if replace(one, published_port=0) == port), None)
            if known is not None:
                port = known
            else:
                free = next(number for number in range(_FIRST_PORT, _LAST_PORT) if (port.protocol, number) not in taken)
                port = replace(port, published_port=free)
            taken.add((port.protocol, port.published_port))
        ports.append(port)
    return tuple(ports)


def _hold_port(draft: Draft, service: Service, port: PortConfig) -> None:
    """Take a port of the host for a service, unless somebody has it: then the service is not reached there."""
    if port.publish_mode != INGRESS:
        return
    for address, version in ((publishing.ANY_V4, 4), (publishing.ANY_V6, 6)):
        key = (port.published_port, port.protocol, version)
        if not draft.ports.get(key):
            draft.ports[key] = ((address, f"{HOLDER}{service.id}"),)


def _free_port(draft: Draft, service: Service, port: PortConfig) -> None:
    for version in (4, 6):
        key = (port.published_port, port.protocol, version)
        if any(holder == f"{HOLDER}{service.id}" for _, holder in draft.ports.get(key, ())):
            del draft.ports[key]


def _addresses(draft: Draft, service: Service, networks: list[Network]) -> tuple[VirtualAddress, ...]:
    """A service's addresses in networks; those it had it keeps, those in other networks are given back."""
    before = {one.network_id: one for one in service.addresses}
    wanted = {network.id for network in networks}
    for network_id, one in before.items():
        if network_id not in wanted:
            _give_back(draft, one)
    return tuple(before.get(network.id) or _take(draft, network, f"{HOLDER}{service.id}") for network in networks)


def _take(draft: Draft, network: Network, holder: str) -> VirtualAddress:
    address = networking.reserve(draft, network, holder)
    return VirtualAddress(network_id=network.id, address=f"{address}/{pools.prefix_length(network.pools[0].subnet)}")


def _give_back(draft: Draft, one: VirtualAddress) -> None:
    network = draft.networks.get(one.network_id)
    if network is not None:
        networking.free(draft, network, one.address.partition("/")[0])


def release(draft: Draft, service: Service) -> None:
    """Free what a service has that is removed."""
    for port in service.endpoint.ports if service.endpoint is not None else ():
        _free_port(draft, service, port)
    for one in service.addresses:
        _give_back(draft, one)


def attach(draft: Draft, task: ServiceTask) -> ServiceTask:
    """Give a task its addresses: in the ingress network where its ports are reached through it, then in its own
    networks.

    Raises:
        Refusal: a network has no address left.
    """
    networks = [ingress(draft)] if _through_ingress(task.ports) else []
    networks += [draft.networks.get(one.target) for one in task.networks]
    joined = [network for network in networks if network is not None and network.scope == SWARM]
    taken: list[VirtualAddress] = []
    try:
        for network in joined:
            taken.append(_take(draft, network, networking.reservation(task.id)))  # noqa: PERF401  # those before one that fails are given back
    except Refusal:
        for one in taken:
            _give_back(draft, one)
        raise
    return replace(task, attachments=tuple(taken))


def join(draft: Draft, task: ServiceTask) -> None:
    """The node that a task is given to joins its networks.

    Raises:
        Refusal: a network has no address left for it.
    """
    for one in task.attachments:
        network = draft.networks.get(one.network_id)
        if network is not None:
            overlays.load_balance(draft, network)


def detach(draft: Draft, task: ServiceTask) -> None:
    """A task is over: addresses that its container has not given back are free, and networks without tasks are left."""
    for one in task.attachments:
        network = draft.networks.get(one.network_id)
        if network is not None:
            address = one.address.partition("/")[0]
            if draft.addresses.get((network.id, pools.to_number(address))) == networking.reservation(task.id):
                networking.free(draft, network, address)
            overlays.unload(draft, network.id)


def endpoint_settings(draft: Draft, task: ServiceTask) -> dict[str, EndpointSettings | None]:
    """The networks of a task's container by name, with the addresses that were chosen for it."""
    addresses = {one.network_id: one.address.partition("/")[0] for one in task.attachments}
    options = {one.target: one.driver_opts for one in task.networks}
    found: dict[str, EndpointSettings | None] = {}
    for identifier in (*addresses, *(one.target for one in task.networks)):
        network = draft.networks.get(identifier)
        if network is None:
            continue
        address = addresses.get(identifier)
        asked = EndpointIPAMConfig(ipv4_address=address) if address else None
        found[network.name] = EndpointSettings(ipam_config=asked, driver_opts=options.get(identifier))
    return found


def network_mode(draft: Draft, task: ServiceTask) -> str:
    """The network mode of a task's container: a network of the node's own where it is in one, else nothing particular."""
    for one in task.networks:
        network = draft.networks.get(one.target)
        if network is not None and network.name in STAND_INS:
            return network.name
    return ""


def shown(service: Service) -> JsonObject:
    """What inspect tells of a service's endpoint."""
    found: JsonObject = {"Spec": plain(service.spec.endpoint_spec) if service.spec.endpoint_spec is not None else {}}
    if service.endpoint is not None and service.endpoint.ports:
        found["Ports"] = plain(service.endpoint.ports)
    if service.addresses:
        found["VirtualIPs"] = [{"NetworkID": one.network_id, "Addr": one.address} for one in service.addresses]
    return found
