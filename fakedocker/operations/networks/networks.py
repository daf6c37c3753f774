"""Networks: create, list, inspect, remove, prune, connect and disconnect."""

from __future__ import annotations

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from fakedocker.base import clock, messages
from fakedocker.base.persistent import Map
from fakedocker.containers.model import Container
from fakedocker.network import model as network_model, pools
from fakedocker.network.model import Endpoint, Network, Pool
from fakedocker.operations.containers import rootfs
from fakedocker.operations.networks import attachments, endpoint_checks, network_checks, networking, publishing
from fakedocker.operations.system import filters as filtering, lookup, plugins
from fakedocker.operations.system.event_attributes import network_event
from fakedocker.operations.system.filters import Filters
from fakedocker.wire.network import (
    IPAM,
    AttachedEndpoint,
    ConfigReference,
    EndpointSettings,
    IPAMPool,
    NetworkConnect,
    NetworkCreate,
    NetworkDisconnect,
    NetworkInspect,
    NetworkPeer,
)
from fakedocker.world.draft import Draft

LIST_FILTERS = ("driver", "type", "name", "id", "label", "scope", "dangling")
PRUNE_FILTERS = ("label", "label!", "until")
DRIVERS = ("bridge", "host", "null", "ipvlan", "macvlan", "overlay")
_DEFAULT_BRIDGE_OPTIONS = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}


def add_predefined(draft: Draft) -> None:
    """The networks that every daemon has."""
    subnet = "172.17.0.0/16"
    bridge_pool = Pool(subnet=subnet, gateway=pools.first_address(subnet), is_static=True)
    put(draft, network_model.BRIDGE, "bridge", pools_=(bridge_pool,), options=_DEFAULT_BRIDGE_OPTIONS)
    put(draft, network_model.HOST, "host", pools_=(), options={})
    put(draft, network_model.NONE, "null", pools_=(), options={})


def put(
    draft: Draft,
    name: str,
    driver: str,
    *,
    pools_: tuple[Pool, ...],
    options: dict[str, str],
    request: NetworkCreate | None = None,
    identifier: str = "",
    scope: str = network_model.LOCAL,
    version: int = 0,
) -> Network:
    """Put a new network into the world, whose settings have been looked at.

    Args:
        identifier: "" to have one made.
        version: of the swarm's store, for a network that it keeps.
    """
    given = request or NetworkCreate()
    number = draft.draw()
    network = Network(
        id=identifier or draft.given_id("network", draft.networks) or draft.digest("network"), name=name, driver=driver, created_ns=draft.wall_ns, number=number, internal=given.internal,
        attachable=given.attachable, ingress=given.ingress, scope=scope, version=version, enable_ipv4=given.enable_ipv4 is not False, enable_ipv6=given.enable_ipv6 is True, pools=pools_,
        ipam_options=given.ipam.options if given.ipam else None, options=options, labels=given.labels or {},
    )  # fmt: skip
    draft.networks[network.id] = network
    draft.network_names[name] = network.id
    draft.endpoints[network.id] = Map()
    return network


def create_network(draft: Draft, request: NetworkCreate) -> Network:
    """Make a network.

    Raises:
        Refusal: the name, driver or addresses are not allowed or already in use.
    """
    check_name(draft, request)
    requested = tuple((request.ipam.config if request.ipam else None) or ())
    chosen = network_checks.checked_pools(requested, request.enable_ipv6 is True)
    driver = request.driver or "bridge"
    network_checks.check_configuration(request)
    if driver not in DRIVERS:
        driver = plugins.driver(draft, driver, "network").name
    network_checks.check_options(driver, request.options or {}, request.internal)
    network_checks.check_families(request, driver)
    if driver in ("host", "null"):
        raise messages.ONE_NETWORK_OF(driver=driver)
    ipam_driver = (request.ipam.driver if request.ipam else "") or "default"
    if ipam_driver not in ("default", "null"):
        raise messages.NO_SUCH_PLUGIN(name=ipam_driver)
    taken = [pool.subnet for network in draft.networks.values() for pool in network.pools]
    for pool in chosen:
        if pools.overlaps(pool.subnet, taken):
            raise messages.POOL_OVERLAP()
        taken.append(pool.subnet)
    if request.enable_ipv4 is not False and not any("." in pool.subnet for pool in chosen):
        subnet = pools.next_default_subnet(taken)
        if subnet is None:
            raise messages.POOLS_EXHAUSTED()
        chosen = (Pool(subnet=subnet, gateway=pools.first_address(subnet)), *chosen)
    if request.enable_ipv6 and not any(":" in pool.subnet for pool in chosen):
        digits = draft.digest("subnet")
        subnet6 = f"fd{digits[:2]}:{digits[2:6]}:{digits[6:10]}:{digits[10:14]}::/64"
        chosen = (*chosen, Pool(subnet=subnet6, gateway=pools.first_address(subnet6)))
    chosen = tuple(sorted(chosen, key=lambda pool: ":" in pool.subnet))  # those of IPv4 first
    options = request.options or {}
    network_checks.check_bridge_name(draft, driver, options)
    scope = request.scope or network_model.LOCAL  # moby takes any word
    network = put(draft, request.name, driver, pools_=chosen, options=options, request=request, scope=scope)
    network_event(draft, network, "create")
    return network


def check_name(draft: Draft, request: NetworkCreate) -> None:
    """Refuse a name that is none, or taken."""
    if not request.name:
        raise messages.NETWORK_NAME_EMPTY()
    if request.name in (*network_model.PREDEFINED, "default"):
        raise messages.NETWORK_PREDEFINED_CREATE(name=request.name)
    if request.name in draft.network_names:
        raise messages.NETWORK_EXISTS(name=request.name)


def select(draft: Draft, filters: Filters) -> list[Network]:
    """The networks that pass the filters, by name."""
    for wanted in filters.get("type", ()):
        if wanted not in ("custom", "builtin"):
            raise messages.NETWORK_TYPE_FILTER(value=wanted)
    dangling = filtering.boolean(filters, "dangling")
    found = [network for network in draft.networks.values() if _passes(draft, network, filters, dangling)]
    return sorted(found, key=lambda network: network.name)


def _passes(draft: Draft, network: Network, filters: Filters, dangling: bool | None) -> bool:
    kind = "builtin" if network.is_predefined else "custom"
    unused = not network.is_predefined and not is_used(draft, network)
    return (
        (not filters.get("driver") or network.driver in filters["driver"])
        and (not filters.get("type") or kind in filters["type"])
        and (not filters.get("scope") or network.scope in filters["scope"])
        and (not filters.get("id") or any(network.id.startswith(wanted) for wanted in filters["id"]))
        and (not filters.get("name") or any(wanted in network.name for wanted in filters["name"]))
        and filtering.labels_match(filters, network.labels)
        and (dangling is None or dangling == unused)
    )


def is_used(draft: Draft, network: Network) -> bool:
    """Whether containers, the daemon itself or services are in a network."""
    if draft.endpoints[network.id] or network.own:
        return True
    specs = (service.spec for service in draft.services.values())
    return any(one.target == network.id for spec in specs for one in (*spec.networks, *spec.task_template.networks))


def inspect(draft: Draft, network: Network, with_containers: bool = True) -> NetworkInspect:
    """What the API says of a network; lists leave the containers out."""
    config = tuple(
        IPAMPool(
            subnet=pool.subnet, ip_range=pool.ip_range or UNSET, gateway=pool.gateway or UNSET,
            auxiliary_addresses=dict(pool.auxiliary) if pool.auxiliary else UNSET,
        )
        for pool in network.pools
    )  # fmt: skip
    return NetworkInspect(
        name=network.name,
        id=network.id,
        created=clock.rfc3339_nano(network.created_ns),
        scope=network.scope,
        driver=network.driver,
        enable_ipv4=network.enable_ipv4,
        enable_ipv6=network.enable_ipv6,
        ipam=IPAM("default", network.ipam_options, config or None),
        internal=network.internal,
        attachable=network.attachable,
        ingress=network.ingress,
        config_from=ConfigReference(),
        config_only=False,
        containers=_containers(draft, network) if with_containers else {},
        options=network.options,
        labels=network.labels,
        peers=_peers(draft, network) if with_containers else UNSET,
    )


def _containers(draft: Draft, network: Network) -> dict[str, AttachedEndpoint] | None:
    """Who is in a network. Of one that the swarm's managers keep and nobody here is in, nothing is known."""
    found = {identifier: _attached(draft, endpoint) for identifier, endpoint in draft.endpoints[network.id].items()}
    for own in network.own:
        address = f"{own.address}/{own.prefix_length}"
        found[own.key] = AttachedEndpoint(own.name, own.id, own.mac_address, address, "")
    if not found and network.scope == network_model.SWARM:
        return None
    return dict(sorted(found.items()))


def _peers(draft: Draft, network: Network) -> tuple[NetworkPeer, ...] | UnsetType:
    """The nodes that are in an overlay network: this one, where anybody is."""
    if draft.swarm is None or network.scope != network_model.SWARM or not is_used(draft, network):
        return UNSET
    return (NetworkPeer(network.id[:12], draft.swarm.node.address),)


def _attached(draft: Draft, endpoint: Endpoint) -> AttachedEndpoint:
    return AttachedEndpoint(
        name=draft.containers[endpoint.container_id].name,
        endpoint_id=endpoint.id,
        mac_address=endpoint.mac_address,
        ipv4_address=f"{endpoint.address}/{endpoint.prefix_length}" if endpoint.address else "",
        ipv6_address=f"{endpoint.address_v6}/{endpoint.prefix_length_v6}" if endpoint.address_v6 else "",
    )


def remove(draft: Draft, network: Network) -> None:
    """Remove a network.

    Raises:
        Refusal: it is predefined, or containers are connected.
    """
    if network.is_predefined:
        raise messages.NETWORK_PREDEFINED_REMOVE(name=network.name)
    attached = draft.endpoints[network.id]
    if attached or network.own:
        listed = sorted(attached.values(), key=lambda endpoint: draft.containers[endpoint.container_id].number)
        pairs = [(draft.containers[endpoint.container_id].name, endpoint.id) for endpoint in listed]
        pairs += [(own.name, own.id) for own in network.own]
        names = " ".join(f'name:"{name}" id:"{identifier[:12]}"' for name, identifier in pairs)
        raise messages.NETWORK_ACTIVE(name=network.name, endpoints=names)
    discard(draft, network)


def discard(draft: Draft, network: Network) -> None:
    """Take a network without endpoints out of the world."""
    del draft.networks[network.id]
    del draft.network_names[network.name]
    del draft.endpoints[network.id]
    for version in (4, 6):
        draft.address_hints.pop((network.id, version))
    if network.scope == network_model.SWARM:
        draft.record_event("network", "remove", network.id, [("name", network.name)], scope=network_model.SWARM)
    else:
        network_event(draft, network, "destroy")


def prune(draft: Draft, filters: Filters) -> list[str]:
    """Remove this engine's own networks that no running container is connected to; gives their names."""
    before = filtering.until(filters, draft.wall_ns)
    removed = []
    for network in select(draft, {}):
        if (
            network.is_predefined
            or network.scope != network_model.LOCAL
            or is_used(draft, network)
            or (before is not None and network.created_ns > before)
        ):
            continue
        if not filtering.prune_labels_match(filters, network.labels):
            continue
        discard(draft, network)
        removed.append(network.name)
    draft.record_event("network", "prune", "", [("reclaimed", "0")])
    return removed


def connect(draft: Draft, name: str, request: NetworkConnect) -> None:
    """Connect a container to a network, at once if it runs, else when it starts.

    Source: moby daemon/network.go ConnectContainerToNetwork, daemon/container_operations.go: the container is looked up
    before the network.

    Raises:
        Refusal: it is connected already, shares another's network, or the address cannot be given.
    """
    container = lookup.container(draft, request.container)
    network = lookup.network(draft, name)
    if container.network_mode.startswith("container:"):
        raise messages.CONTAINER_HOST_MODE()
    wanted = request.endpoint_config or EndpointSettings()
    endpoint_checks.check(draft, network.name, wanted)
    if network.name == network_model.HOST != container.network_mode:
        raise messages.HOST_MODE_CONNECT()
    if container.network_mode == network_model.HOST != network.name:
        raise messages.CONTAINER_HOST_MODE()
    known = configured_as(container, network)
    if known is not None and (not container.has_process or container.id in draft.endpoints[network.id]):
        raise messages.ENDPOINT_EXISTS(container=container.name, network=network.name)
    joined = {other.name for other in attachments.networks_of(draft, container)}
    if joined and network_model.NONE in (*joined, network.name):
        raise messages.NONE_MODE_CONNECT()
    kept = [entry for entry in container.networks if entry[0] != known]
    container = replace(container, networks=tuple(sorted((*kept, (network.name, wanted)))))
    draft.containers[container.id] = container
    if container.has_process and not container.is_networked:  # its settings have it all the same from then on
        problem = messages.NO_SANDBOX(id=container.id)
        raise messages.Refusal(problem.status, problem.message, commits_partial=True)
    if container.has_process:
        before = attachments.gateway_endpoint(draft, container)
        networking.connect(draft, container, network, wanted)
        publishing.publish_anew(draft, container, before)
        rootfs.write_daemon_files(draft, container)
    else:
        network_event(draft, network, "connect", container=container.id)


def disconnect(draft: Draft, network_name: str, request: NetworkDisconnect) -> None:
    """Disconnect a container from a network; one that does not run, or by force, also from one that is gone.

    Raises:
        Refusal: it is not connected, there is no such network, or it is the host's.
    """
    try:
        container = lookup.container(draft, request.container)
    except messages.Refusal:
        if request.force:
            lookup.network(draft, network_name)
            return
        raise
    try:
        network = lookup.network(draft, network_name)
    except messages.Refusal:
        if container.has_process and not request.force:
            raise
        _forget(draft, container, network_name, network_name)
        return
    if network.name == network_model.HOST == container.network_mode and container.has_process:
        raise messages.HOST_MODE_DISCONNECT()
    before = attachments.gateway_endpoint(draft, container)
    endpoint = draft.endpoints[network.id].get(container.id)
    is_in = endpoint is not None or not container.has_process
    container = _forget(draft, container, configured_as(container, network) if is_in else None, network.name)
    if endpoint is not None:
        networking.disconnect(draft, container, network, endpoint)
        publishing.publish_anew(draft, container, before)
        rootfs.write_daemon_files(draft, container)
    else:
        network_event(draft, network, "disconnect", container=container.id)


def _forget(draft: Draft, container: Container, name: str | None, shown: str) -> Container:
    """Take a network out of a container's settings. Refusal where it is not in them."""
    if name not in dict(container.networks):
        raise messages.NOT_CONNECTED(id=container.id, network=shown)
    kept = tuple(entry for entry in container.networks if entry[0] != name)
    draft.containers[container.id] = container = replace(container, networks=kept)
    return container


def configured_as(container: Container, network: Network) -> str | None:
    """The name or id under which a container's settings have this network; None where they have not."""
    for name, _ in container.networks:
        if name in (network.name, network.id):
            return name
    return None
