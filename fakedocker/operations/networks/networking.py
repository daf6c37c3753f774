"""Putting a starting container into its networks and publishing its ports; and taking it out again.

Sources: moby daemon/container_operations.go and libnetwork; texts in recordings ports and networks. Addresses and ports
are held from start to stop only.
"""

from __future__ import annotations

import ipaddress

from msgspec import UNSET

from fakedocker.base import identity, messages
from fakedocker.base.messages import Refusal
from fakedocker.containers.model import Container
from fakedocker.network import model as network_model, pools, ports
from fakedocker.network.hardware_addresses import canonical
from fakedocker.network.model import Endpoint, Network, Pool, Publication
from fakedocker.operations.networks import interface_names
from fakedocker.operations.system.event_attributes import network_event
from fakedocker.swarm.services import TASK_LABEL
from fakedocker.wire.network import EndpointSettings, PortBinding
from fakedocker.world.draft import Draft

_HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4"
"""A network's option: the address of the host that its ports are published on."""
ANY_V4, ANY_V6 = "0.0.0.0", "::"


def join_all(draft: Draft, container: Container) -> None:
    """Connect a container to all its networks and publish its ports.

    Raises:
        Refusal: a network is missing, an address or port is taken; what was done so far stays to be released.
    """
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
        raise Refusal(problem.status, f"failed to set up container networking: {problem.message}") from None


def shared_container(draft: Draft, mode: str) -> Container | None:
    """The container that a network mode container:NAME names; None where there is none."""
    name = mode.partition(":")[2]
    return draft.containers.get(draft.container_names.get(name, name))


def _check_shared(draft: Draft, container: Container) -> None:
    """Whose network is shared must be running (moby daemon/container_operations.go getNetworkedContainer)."""
    if not container.network_mode.startswith("container:"):
        return
    other = shared_container(draft, container.network_mode)
    if other is None:
        raise messages.NO_SUCH_CONTAINER(name=container.network_mode.partition(":")[2])
    if other.id == container.id:
        raise Refusal(500, "cannot join own network namespace")
    if not other.has_process:
        raise Refusal(409, f"cannot join network of a non running container: {other.id}")


def leave_all(draft: Draft, container: Container) -> None:
    """Release every address and port of a container."""
    unpublish(draft, container)
    for network in networks_of(draft, container):
        endpoint = draft.endpoints[network.id].get(container.id)
        if endpoint is not None:
            disconnect(draft, container, network, endpoint)


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
    """The endpoint that leads outside with a version of IP: that of the highest priority, and of those the first by the network's name.

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


def publish_anew(draft: Draft, container: Container, before: Endpoint | None) -> None:
    """Once networks have come or gone: where another one leads outside now, ports are given up and taken again.

    Source: moby libnetwork/endpoint.go updateExternalConnectivity. A port that docker picked may be another one then.
    """
    after = gateway_endpoint(draft, container)
    if (before.id if before else "") != (after.id if after else ""):
        unpublish(draft, container)
        publish(draft, container)


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

    Sources: moby libnetwork/osl/interface_linux.go setInterfaceLinkLocalIPs; the kernel refuses an address of IPv6 where that is
    switched off, as it is in networks without, and an address that is there already.

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


def publish(draft: Draft, container: Container) -> None:
    """Take the host's ports for a container's bindings.

    Raises:
        Refusal: one is taken. Those taken before it stay with the container until they are released.
    """
    if container.network_mode in (network_model.HOST, network_model.NONE) or container.network_mode.startswith(
        "container:"
    ):
        return
    endpoints = [
        endpoint
        for endpoint in endpoints_of(draft, container)
        if endpoint.address and not draft.networks[endpoint.network_id].internal
    ]  # without one that leads outside, nothing is published
    if not endpoints:
        return
    done: list[Publication] = []
    wanted = wanted_bindings(container)  # who asks for a port of the host gets it before others are given any
    for port, protocol, binding in sorted(wanted, key=lambda entry: entry[2].host_port in ("", "0")):
        if protocol not in ports.PROTOCOLS:
            draft.published[container.id] = tuple(done)
            raise messages.PUBLISHING_FAILED(name=container.name, endpoint=endpoints[0].id, problem="unknown protocol")
        if port == 0:
            draft.published[container.id] = tuple(done)
            raise messages.NOT_SIMULATED(what="publishing port 0 of a container")
        default = (draft.networks[endpoints[0].network_id].options or {}).get(_HOST_BINDING, "")
        host_ip = ports.host_address(binding.host_ip)
        asked = host_ip or default
        addresses = (asked,) if host_ip or asked not in ("", ANY_V4) else (ANY_V4, ANY_V6)
        host_port = _host_port(draft, ports.split_port(binding.host_port)[0], addresses, protocol)
        for address in addresses:
            if _conflict(draft, address, host_port, protocol):
                shown = f"[{address}]" if ":" in address else address
                draft.published[container.id] = tuple(done)
                text = messages.PORT_TAKEN.format(
                    name=container.name, endpoint=endpoints[0].id, address=shown, port=host_port
                )
                raise Refusal(500, text)
            key = _port_key(address, host_port, protocol)
            draft.ports[key] = (*draft.ports.get(key, ()), (address, container.id))
            done.append(Publication(container_port=port, protocol=protocol, host_ip=address, host_port=host_port))
    if done:
        done.sort(key=lambda published: ports.port_key(f"{published.container_port}/{published.protocol}"))
        draft.published[container.id] = tuple(done)


def wanted_bindings(container: Container) -> list[tuple[int, str, PortBinding]]:
    """What is to be published: the bindings asked for, and with -P every exposed port, in docker's order."""
    host = container.host_config
    bindings = dict(host.port_bindings or {})
    if host.publish_all_ports:
        for exposed in container.config.exposed_ports or {}:
            bindings.setdefault(exposed, (PortBinding(),))
    found: list[tuple[int, str, PortBinding]] = []
    for text in sorted(bindings, key=ports.port_key):
        number, protocol = ports.split_port(text)
        found.extend((ports.parse_port(number), protocol, binding) for binding in bindings[text] or (PortBinding(),))
    return found


def _host_port(draft: Draft, wanted: str, addresses: tuple[str, ...], protocol: str) -> int:
    """The port a binding gets: the one asked for, the first free one of a range, or the next ephemeral one."""

    def is_free(port: int) -> bool:
        return not any(_conflict(draft, address, port, protocol) for address in addresses)

    if wanted and wanted != "0":
        first, last = ports.port_range(wanted) or (0, 0)
        return next((port for port in range(first, last + 1) if is_free(port)), first)
    chosen = ports.choose_ephemeral(draft.next_port, is_free)
    if chosen is None:
        raise Refusal(500, "all ports are allocated")
    draft.next_port = chosen + 1
    return chosen


def _conflict(draft: Draft, address: str, port: int, protocol: str) -> bool:
    """Whether a port is taken on this address, or on the address that stands for all of its family."""
    everything = ANY_V6 if ":" in address else ANY_V4
    holders = draft.ports.get(_port_key(address, port, protocol), ())
    return any(everything in (address, held) or held == address for held, _ in holders)


def _port_key(address: str, port: int, protocol: str) -> tuple[int, str, int]:
    return (port, protocol, 6 if ":" in address else 4)


def unpublish(draft: Draft, container: Container) -> None:
    """Free a container's host ports."""
    for publication in draft.published.pop(container.id) or ():
        key = _port_key(publication.host_ip, publication.host_port, publication.protocol)
        rest = tuple(holder for holder in draft.ports[key] if holder != (publication.host_ip, container.id))
        if rest:
            draft.ports[key] = rest
        else:
            del draft.ports[key]


def hosts_file(draft: Draft, container: Container, links: list[str]) -> str:
    """What /etc/hosts says in a container: its own names, --add-host, and on the default bridge the lines of its links."""
    lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", "fe00::\tip6-localnet", "ff00::\tip6-mcastprefix",
             "ff02::1\tip6-allnodes", "ff02::2\tip6-allrouters"]  # fmt: skip
    for text in container.host_config.extra_hosts or ():
        name, _, address = text.partition(":")
        lines.append(f"{address if address != 'host-gateway' else '172.17.0.1'}\t{name}")
    lines += links
    hostname = container.config.hostname
    shown = f"{hostname}.{container.config.domainname} {hostname}" if container.config.domainname else hostname
    if not container.config.domainname and "." in hostname:
        shown = f"{hostname} {hostname.partition('.')[0]}"
    for endpoint in endpoints_of(draft, container):
        lines += [f"{address}\t{shown}" for address in (endpoint.address, endpoint.address_v6) if address]
    return "\n".join(lines) + "\n"


def resolver_file(draft: Draft, container: Container) -> str:
    """What /etc/resolv.conf says: docker's own server on user-defined networks, else the host's or --dns."""
    host = container.host_config
    embedded = any(network.resolves_names for network in networks_of(draft, container))
    servers = ["127.0.0.11"] if embedded else list(host.dns or ()) or ["192.168.65.7"]
    lines = [f"nameserver {server}" for server in servers]
    if host.dns_search and tuple(host.dns_search) != (".",):
        lines.append(f"search {' '.join(host.dns_search)}")
    options = [*(["ndots:0"] if embedded else []), *(host.dns_options or ())]
    if options:
        lines.append(f"options {' '.join(options)}")
    return "\n".join(lines) + "\n"
