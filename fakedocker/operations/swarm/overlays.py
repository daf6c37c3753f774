"""Networks that a swarm manages: overlay networks, the one through which published ports are reached, and the bridge to
the outside.

Sources: moby daemon/cluster/networks.go, daemon/cluster/convert/network.go, swarmkit manager/controlapi/network.go,
manager/allocator; libnetwork/default_gateway.go. On this one node an overlay network carries what a bridge would.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from msgspec.structs import replace

from fakedocker.base import clock, identity, messages
from fakedocker.base.json_types import JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker.network import model as network_model, pools
from fakedocker.network.model import INGRESS, LOCAL, OVERLAY, SWARM, Network, OwnEndpoint, Pool
from fakedocker.operations.networks import network_checks, networking, networks
from fakedocker.operations.swarm import store
from fakedocker.operations.system import filters as filtering
from fakedocker.operations.system.filters import Filters
from fakedocker.swarm import identifiers, states, validation
from fakedocker.swarm.services import TASK_LABEL
from fakedocker.wire.network import NetworkCreate
from fakedocker.world.draft import Draft

GATEWAY_BRIDGE = network_model.GATEWAY_BRIDGE
_GATEWAY_OPTIONS = {
    "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.name": GATEWAY_BRIDGE,
}
_SANDBOX = "ingress-sbox"
_FIRST_VXLAN = 4096
_LONGEST_VXLAN = 9


def begin(draft: Draft) -> None:
    """A new swarm's own networks: the ingress network, and the bridge through which overlay networks lead outside."""
    ingress = _add(draft, NetworkCreate(name=INGRESS, ingress=True))
    _put_own(draft, ingress, _SANDBOX, f"{INGRESS}-endpoint")
    identifier = draft.network_names.get(GATEWAY_BRIDGE)
    if identifier is None:
        request = NetworkCreate(name=GATEWAY_BRIDGE, driver="bridge", options=_GATEWAY_OPTIONS)
        bridge = networks.create_network(draft, request)
    else:
        bridge = draft.networks[identifier]
    _put_own(draft, bridge, _SANDBOX, f"gateway_{_SANDBOX}")


def end(draft: Draft) -> None:
    """The swarm is over: its networks go, whoever is in them; the bridge stays, empty."""
    for network in sorted(draft.networks.values(), key=lambda network: network.number):
        if network.scope == SWARM:
            _clear(draft, network)
        elif network.own:
            _drop_own(draft, network)


def is_asked_for(request: NetworkCreate) -> bool:
    """Whether a new network is to be a swarm's."""
    return request.driver == OVERLAY or request.scope == SWARM


def create(draft: Draft, request: NetworkCreate) -> Network:
    """Make an overlay network.

    Raises:
        Refusal: this engine is in no swarm, or the network cannot be as it is wished.
    """
    _finish(draft, request.name)
    networks.check_name(draft, request)
    if request.driver and request.driver != OVERLAY and request.driver not in networks.DRIVERS:
        raise messages.NO_SUCH_PLUGIN(name=request.driver)
    if request.driver == OVERLAY and request.scope == LOCAL:
        raise messages.SCOPE_DOWNGRADE(driver=OVERLAY)
    store.swarm(draft)
    if request.attachable and request.ingress:
        raise messages.INVALID_ARGUMENT(problem=messages.INGRESS_ATTACHABLE)
    validation.check_name(request.name)
    if request.ingress:
        present = next((network for network in draft.networks.values() if network.ingress), None)
        if present is not None:
            raise messages.INGRESS_EXISTS(id=present.id)
    network = _add(draft, request)
    if network.ingress:
        network = _put_own(draft, network, _SANDBOX, f"{network.name}-endpoint")
    return network


def _finish(draft: Draft, name: str) -> None:
    """A network that is only there for tasks that are leaving it makes room for another of its name."""
    network = draft.networks.get(draft.network_names.get(name, ""))
    if network is not None and network.ending:
        _clear(draft, network)


def _clear(draft: Draft, network: Network) -> None:
    """Take a network away, whoever is in it."""
    if network.own:
        network = _drop_own(draft, network)
    for container_id, endpoint in sorted(draft.endpoints[network.id].items()):
        networking.disconnect(draft, draft.containers[container_id], network, endpoint)
    for key in [key for key, _ in draft.addresses.items() if key[0] == network.id]:
        del draft.addresses[key]  # kept for tasks that have no container yet
    networks.discard(draft, network)


def _add(draft: Draft, request: NetworkCreate) -> Network:
    requested = tuple((request.ipam.config if request.ipam else None) or ())
    chosen = network_checks.checked_pools(requested, request.enable_ipv6 is True)
    taken = [pool.subnet for network in draft.networks.values() if network.scope == SWARM for pool in network.pools]
    for pool in chosen:
        if pools.overlaps(pool.subnet, taken):
            raise messages.POOL_OVERLAP()
    if not any("." in pool.subnet for pool in chosen):
        subnet = _next_subnet(draft, taken)
        chosen = (Pool(subnet=subnet, gateway=pools.first_address(subnet)), *chosen)
    chosen = tuple(sorted(chosen, key=lambda pool: ":" in pool.subnet))  # those of IPv4 first
    numbers = [_vxlan(network) for network in draft.networks.values() if network.scope == SWARM]
    vxlan = max(numbers, default=_FIRST_VXLAN - 1) + 1
    options = {"com.docker.network.driver.overlay.vxlanid_list": str(vxlan), **(request.options or {})}
    identifier = identifiers.object_id(draft.digest("network"))
    version = store.next_version(draft)
    network = networks.put(
        draft, request.name, OVERLAY, pools_=chosen, options=options, request=request, identifier=identifier, scope=SWARM,
        version=version,
    )  # fmt: skip
    store.event(draft, "network", "create", network.id, network.name)
    return network


def _vxlan(network: Network) -> int:
    text = (network.options or {}).get("com.docker.network.driver.overlay.vxlanid_list", "")
    return int(text) if is_digits(text) and len(text) < _LONGEST_VXLAN else 0


def _next_subnet(draft: Draft, taken: Iterable[str]) -> str:
    """The first free part of the swarm's pools."""
    swarm, used = store.swarm(draft), list(taken)
    for pool in swarm.address_pools:
        for subnet in ipaddress.ip_network(pool, strict=False).subnets(new_prefix=swarm.subnet_size):
            if not pools.overlaps(str(subnet), used):
                return str(subnet)
    raise messages.POOLS_EXHAUSTED()


def _put_own(draft: Draft, network: Network, key: str, name: str) -> Network:
    """Give the daemon a place of its own in a network."""
    number = draft.draw()
    address = networking.reserve(draft, network, network_model.DAEMON)
    own = OwnEndpoint(
        key=key, name=name, id=identity.digest(draft.seed, "endpoint", number), mac_address=identity.mac_address(draft.seed, number),
        address=address, prefix_length=pools.prefix_length(network.pools[0].subnet),
    )  # fmt: skip
    network = replace(network, own=(*network.own, own))
    draft.networks[network.id] = network
    return network


def _drop_own(draft: Draft, network: Network) -> Network:
    for own in network.own:
        networking.free(draft, network, own.address)
    network = replace(network, own=())
    draft.networks[network.id] = network
    return network


def load_balance(draft: Draft, network: Network) -> None:
    """A node that has tasks in an overlay network has a place of its own there, from which it spreads connections."""
    if network.scope == SWARM and not network.own:
        _put_own(draft, network, f"lb-{network.name}", f"{network.name}-endpoint")


def unload(draft: Draft, network_id: str) -> None:
    """A network in which nobody is any more is left by the daemon too."""
    network = draft.networks.get(network_id)
    if network is None or network.scope != SWARM or network.ingress or draft.endpoints[network_id]:
        return
    held = any(
        attachment.network_id == network_id
        for task in draft.service_tasks.values()
        if not task.is_over
        for attachment in task.attachments
    )
    if not held and network.own:
        network = _drop_own(draft, network)
    if not held and network.ending:
        networks.discard(draft, network)


def remove(draft: Draft, network: Network) -> None:
    """Remove a network of the swarm. Tasks that are about to end may still be in it: it goes with the last of them.

    Raises:
        Refusal: a service, a task or a container uses it.
    """
    problem = _use(draft, network)
    if problem:
        raise messages.FAILED_PRECONDITION(problem=problem)
    draft.networks[network.id] = replace(network, ending=True)
    if network.ingress:
        _clear(draft, network)
    else:
        unload(draft, network.id)


def _use(draft: Draft, network: Network) -> str:
    """Who uses a network, as a problem that the managers tell; "" for nobody (controlapi/network.go removeNetwork)."""
    services = sorted(draft.services.values(), key=lambda service: service.id)
    if network.ingress:
        for service in services:
            if service.endpoint is not None and any(port.publish_mode == INGRESS for port in service.endpoint.ports):
                return messages.INGRESS_NEEDED.format(id=service.id)
        return ""
    for service in services:
        spec = service.spec
        if any(one.target == network.id for one in (*spec.networks, *spec.task_template.networks)):
            return messages.NETWORK_OF_SERVICE.format(network=network.id, id=service.id)
    for task in sorted(draft.service_tasks.values(), key=lambda task: task.id):
        uses = any(one.network_id == network.id for one in task.attachments)
        if uses and task.desired <= states.RUNNING and not task.is_over:
            return messages.NETWORK_OF_TASK.format(network=network.id, id=task.id)
    for endpoint in sorted(draft.endpoints[network.id].values(), key=lambda endpoint: endpoint.id):
        if TASK_LABEL not in (draft.containers[endpoint.container_id].config.labels or {}):
            return messages.NETWORK_OF_TASK.format(network=network.id, id=identifiers.object_id(endpoint.id))
    return ""


def prune(draft: Draft, filters: Filters) -> list[str]:
    """Remove the swarm's networks that nobody uses, but for the ingress network; gives their names."""
    removed = []
    for network in sorted(draft.networks.values(), key=lambda network: network.name):
        skipped = network.scope != SWARM or network.ingress or network.ending
        if skipped or not filtering.prune_labels_match(filters, network.labels) or _use(draft, network):
            continue
        remove(draft, network)
        removed.append(network.name)
    return removed


def inspect_of_task(network: Network) -> JsonObject:
    """A network as its tasks tell of it (moby daemon/cluster/convert/network.go networkFromGRPC)."""
    created = clock.rfc3339_nano(network.created_ns)
    spec: JsonObject = {"Name": network.name, "Labels": network.labels or {}}
    spec["DriverConfiguration"] = {"Name": network.driver} if network.scope == SWARM else {}
    for name, value in (
        ("Internal", network.internal),
        ("Attachable", network.attachable),
        ("Ingress", network.ingress),
    ):
        if value:
            spec[name] = True
    configs = [
        {"Subnet": pool.subnet, "Gateway": pool.gateway} | ({"Range": pool.ip_range} if pool.ip_range else {})
        for pool in network.pools
    ]
    asked = [config for config, pool in zip(configs, network.pools, strict=True) if pool.is_static]
    if asked or network.ingress:
        spec["IPAMOptions"] = {"Driver": {"Name": "default"} if asked else {}} | ({"Configs": asked} if asked else {})
    shown: JsonObject = {
        "ID": network.id, "Version": {"Index": network.version}, "CreatedAt": created, "UpdatedAt": created,
        "Spec": {**spec, "Scope": SWARM},
    }  # fmt: skip
    shown["DriverState"] = (
        {"Name": network.driver, "Options": network.options or {}} if network.options else {"Name": network.driver}
    )
    shown["IPAMOptions"] = {"Driver": {"Name": "default"}, "Configs": configs}
    return shown
