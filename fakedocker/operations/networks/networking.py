"""Putting a starting container into its networks, and taking it out again.

Sources: moby daemon/container_operations.go and libnetwork; texts in recordings ports and networks. Addresses and ports
are held from start to stop only.
"""

from __future__ import annotations

import ipaddress

from msgspec import UNSET

from fakedocker.base import identity, messages
from fakedocker.base.messages import Refusal
from fakedocker.containers.model import Container
from fakedocker.network import model as network_model, pools
from fakedocker.network.hardware_addresses import canonical
from fakedocker.network.model import Endpoint, Network, Pool
from fakedocker.operations.networks import interface_names
from fakedocker.operations.networks.attachments import endpoints_of, networks_of, shared_container
from fakedocker.operations.networks.publishing import publish, unpublish
from fakedocker.operations.system.event_attributes import network_event
from fakedocker.swarm.services import TASK_LABEL
from fakedocker.wire.network import EndpointSettings
from fakedocker.world.draft import Draft


def join_all(draft: Draft, container: Container) -> None:
    """Connect a container to all its networks and publish its ports.

    Raises:
        Refusal: a network is missing, an address or port is taken; what was done so far stays to be released.
    """
    if not container.is_networked:
        return
    try:
        _check_shared(draft, container)
        for name, wanted in container.networks:
            identifier = draft.network_names.get(name) or (name if name in draft.networks else None)
            if identifier is None:
                raise messages.NO_SUCH_NETWORK(name=name)
            if draft.networks[identifier].name == network_model.HOST != container.network_mode:
                raise messages.HOST_MODE_CONNECT()
            connect(draft, container, draft.networks[identifier], wanted)
        publish(draft, container)
    except Refusal as problem:
        raise Refusal(problem.status, messages.NETWORKING_FAILED.format(problem=problem.message)) from None


def _check_shared(draft: Draft, container: Container) -> None:
    """Whose network is shared must be running (moby daemon/container_operations.go getNetworkedContainer)."""
    if not container.network_mode.startswith("container:"):
        return
    other = shared_container(draft, container.network_mode)
    if other is None:
        raise messages.NO_SUCH_CONTAINER(name=container.network_mode.partition(":")[2])
    if other.id == container.id:
        raise messages.JOIN_OWN_NETWORK()
    if not other.has_process:
        raise messages.JOIN_STOPPED_NETWORK(id=other.id)


def leave_all(draft: Draft, container: Container) -> None:
    """Release every address and port of a container."""
    unpublish(draft, container)
    for network in networks_of(draft, container):
        endpoint = draft.endpoints[network.id].get(container.id)
        if endpoint is not None:
            disconnect(draft, container, network, endpoint)


def connect(draft: Draft, container: Container, network: Network, wanted: EndpointSettings) -> Endpoint:
    """Give a container its place in a network.

    Raises:
        Refusal: an address is taken, or the network is a swarm's and for services only.
    """
    if (
        network.scope == network_model.SWARM
        and not network.attachable
        and _task_id(container) not in draft.service_tasks
    ):
        raise messages.NOT_ATTACHABLE(network=network.name)
    attached = draft.endpoints[network.id]
    pool4 = next((pool for pool in network.pools if "." in pool.subnet), None)
    pool6 = next((pool for pool in network.pools if ":" in pool.subnet), None)
    asked = wanted.ipam_config
    link_local = tuple(asked.link_local_ips or ()) if asked else ()
    for text in link_local:
        if not ipaddress.ip_address(text).is_link_local:
            raise messages.NOT_LINK_LOCAL(address=text)
    on_host = f"veth{identity.digest(draft.seed, f'link {network.id}', container.number)[:7]}"
    interface = interface_names.choose(
        network.options or {},
        wanted.driver_opts or {},
        {other.interface for other in endpoints_of(draft, container)},
        on_host,
    )
    if link_local:
        link_local = _settable(link_local, pool6 is not None, on_host)
    address = _take(draft, container, network, pool4, asked.ipv4_address if asked else UNSET)
    try:
        address6 = _take(draft, container, network, pool6, asked.ipv6_address if asked else UNSET)
    except Refusal:
        if address:
            free(draft, network, address)
        raise
    number = draft.draw()
    endpoint = Endpoint(
        id=identity.digest(draft.seed, "endpoint", number),
        network_id=network.id,
        container_id=container.id,
        address=address,
        prefix_length=pools.prefix_length(pool4.subnet) if pool4 else 0,
        address_v6=address6,
        prefix_length_v6=pools.prefix_length(pool6.subnet) if pool6 else 0,
        gateway=pool4.gateway if pool4 and not network.internal and network.scope != network_model.SWARM else "",
        gateway_v6=pool6.gateway if pool6 and not network.internal else "",
        mac_address=(canonical(wanted.mac_address) or identity.mac_address(draft.seed, number))
        if network.pools
        else "",
        names=dns_names(container, network, wanted),
        links=dns_links(network, wanted),
        interface=interface,
        number=number,
        link_local=link_local,
    )
    draft.endpoints[network.id] = attached.set(container.id, endpoint)
    network_event(draft, network, "connect", container=container.id)
    return endpoint


def _settable(asked: tuple[str, ...], with_v6: bool, interface: str) -> tuple[str, ...]:
    """Link-local addresses as an interface of a container takes them.

    Sources: moby libnetwork/osl/interface_linux.go setInterfaceLinkLocalIPs; the kernel refuses an address of IPv6
    where that is switched off, as it is in networks without, and an address that is there already.

    Args:
        interface: what its end on the host is called.

    Raises:
        Refusal: with the kernel's reason.
    """
    found = tuple(str(ipaddress.ip_address(text)) for text in asked)
    problem = ""
    if not with_v6 and any(":" in text for text in found):
        problem = "permission denied"
    elif len(set(found)) < len(found):
        problem = "file exists"
    if problem:
        shown = " ".join(f"{text}/{link_local_prefix_length(text)}" for text in found)
        raise messages.LINK_LOCAL_NOT_SET(interface=interface, addresses=shown, problem=problem)
    return found


def link_local_prefix_length(address: str) -> int:
    """Bits (moby libnetwork/endpoint.go linkLocalMask)."""
    return 64 if ":" in address else 16


def dns_names(container: Container, network: Network, wanted: EndpointSettings) -> tuple[str, ...]:
    """What a container answers to in a user-defined network: its name, aliases, short id, and a host name of its own."""
    if not network.resolves_names:
        return ()
    names = [container.name, *(wanted.aliases or ()), container.id[:12], container.config.hostname]
    return tuple(dict.fromkeys(name for name in names if name))


def dns_links(network: Network, wanted: EndpointSettings) -> tuple[tuple[str, str], ...]:
    """The names that a container alone has for others in a user-defined network (moby daemon/network.go buildJoinOptions)."""
    if not network.resolves_names:
        return ()
    split = (text.partition(":") for text in wanted.links or ())
    return tuple((alias or name, name) for name, _, alias in split)


def _take(draft: Draft, container: Container, network: Network, pool: Pool | None, asked: object) -> str:
    if pool is None:
        return ""
    version = 6 if ":" in pool.subnet else 4
    taken = _Taken(draft, network, pool)
    if isinstance(asked, str) and asked:
        number = pools.to_number(asked)
        holder = draft.addresses.get((network.id, number), "")
        low, high = pools.address_bounds(pool.subnet)
        if not low <= number <= high or (
            number in taken and not (holder and holder == reservation(_task_id(container)))
        ):
            raise messages.ADDRESS_IN_USE()
    else:
        number = _lowest_free(draft, network, pool, taken)
    draft.addresses[(network.id, number)] = container.id
    return pools.to_text(number, version)


def _lowest_free(draft: Draft, network: Network, pool: Pool, taken: _Taken) -> int:
    version = 6 if ":" in pool.subnet else 4
    first = int(pools.parse_subnet(pool.ip_range).network_address) if pool.ip_range else 0
    hint = draft.address_hints.get((network.id, version), 0)
    free = pools.lowest_free(pool.subnet, taken, max(first, hint))
    if free is None:
        raise messages.NO_ADDRESS(network=network.name, id=network.id[:12])
    draft.address_hints[(network.id, version)] = free + 1
    return free


def _task_id(container: Container) -> str:
    """The service's task that a container is of, "" for none."""
    return (container.config.labels or {}).get(TASK_LABEL, "")


def reservation(task_id: str) -> str:
    """Who holds the addresses of a service's task that has no container yet; "" for no task."""
    return f"task:{task_id}" if task_id else ""


def reserve(draft: Draft, network: Network, holder: str) -> str:
    """Take an address of a network for what is no container.

    Raises:
        Refusal: there is none left.
    """
    pool = next(pool for pool in network.pools if "." in pool.subnet)
    number = _lowest_free(draft, network, pool, _Taken(draft, network, pool))
    draft.addresses[(network.id, number)] = holder
    return pools.to_text(number)


def free(draft: Draft, network: Network, address: str) -> None:
    """Give an address back that somebody holds."""
    number, version = pools.to_number(address), 6 if ":" in address else 4
    draft.addresses.pop((network.id, number))
    key = (network.id, version)
    draft.address_hints[key] = min(number, draft.address_hints.get(key, 0))


class _Taken:
    """The addresses of a network that may not be given out."""

    __slots__ = ("_addresses", "_network", "_reserved")

    def __init__(self, draft: Draft, network: Network, pool: Pool) -> None:
        self._addresses = draft.addresses
        self._network = network.id
        reserved = [pool.gateway, *(address for _, address in pool.auxiliary)]
        self._reserved = {pools.to_number(address) for address in reserved if address}

    def __contains__(self, number: object) -> bool:
        return number in self._reserved or (self._network, number) in self._addresses


def disconnect(draft: Draft, container: Container, network: Network, endpoint: Endpoint) -> None:
    """Take a container out of a network, and free its addresses."""
    draft.endpoints[network.id] = draft.endpoints[network.id].delete(container.id)
    for address in (endpoint.address, endpoint.address_v6):
        if address:
            free(draft, network, address)
    network_event(draft, network, "disconnect", container=container.id)
