"""Where connections to a service go: its tasks that run and are not about to stop, one after the other; and what its
names mean.

Sources: moby libnetwork/service_linux.go (IPVS, round robin), libnetwork/sandbox.go ResolveName,
libnetwork/service_common.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from fakedocker.containers.model import Container
from fakedocker.network.model import Endpoint, Network
from fakedocker.swarm import states
from fakedocker.swarm.services import Service
from fakedocker.wire.network import NetworkService, NetworkTask
from fakedocker.world.draft import Draft

HOLDER = "service:"
"""What a service's id begins with where ports and addresses are held."""
_TASKS = "tasks."
_FIRST_INDEX = 256
"""From where the marks are counted by which connections to services are known."""


def service_of(draft: Draft, holder: str) -> Service | None:
    """The service that holds a port or an address, None where it is no service."""
    return draft.services.get(holder.removeprefix(HOLDER)) if holder.startswith(HOLDER) else None


def backends(draft: Draft, service: Service) -> list[Container]:
    """The containers that serve, in the order their tasks were made."""
    tasks = [
        task
        for task in draft.service_tasks.values()
        if task.service_id == service.id and task.state == states.RUNNING and not task.is_stopping
    ]
    found = (draft.containers.get(task.container_id) for task in sorted(tasks, key=lambda task: task.number))
    return [container for container in found if container is not None and container.has_process]


def endpoints(draft: Draft, service: Service, network_id: str) -> list[Endpoint]:
    """Where the containers that serve are in a network."""
    attached = draft.endpoints[network_id]
    found = (attached.get(container.id) for container in backends(draft, service))
    return [endpoint for endpoint in found if endpoint is not None and endpoint.address]


def next_endpoint(draft: Draft, service: Service, network_id: str) -> Endpoint | None:
    """Where the next connection to a service goes in a network, None while nobody serves."""
    found = endpoints(draft, service, network_id)
    if not found:
        return None
    draft.services[service.id] = replace(service, turn=service.turn + 1)
    return found[service.turn % len(found)]


def resolve(draft: Draft, network_id: str, lowered: str) -> list[str]:
    """What a name means in a network as that of a service: its address, or those of its tasks; nothing for other names."""
    bare = lowered.removeprefix(_TASKS)
    found: list[str] = []
    for service, names in _attached(draft, network_id):
        if bare not in names:
            continue
        address = next((one.address for one in service.addresses if one.network_id == network_id), "")
        if lowered == bare and address:
            found.append(address.partition("/")[0])
        else:
            found += [endpoint.address for endpoint in endpoints(draft, service, network_id)]
    return found


def services_of(draft: Draft, network: Network) -> dict[str, NetworkService] | UnsetType:
    """The services that serve in a network, as it tells of them itself; nothing for a network without any."""
    address = draft.swarm.node.address if draft.swarm is not None else ""
    found = {}
    for service in sorted(draft.services.values(), key=lambda service: service.number):
        own = next((one.address for one in service.addresses if one.network_id == network.id), "")
        serving = endpoints(draft, service, network.id)
        if not own and not serving:
            continue
        ports = service.endpoint.ports if network.ingress and service.endpoint is not None else ()
        shown = tuple(f"Target: {port.target_port}, Publish: {port.published_port}" for port in ports)
        tasks = tuple(
            NetworkTask(
                draft.containers[endpoint.container_id].name, endpoint.id, endpoint.address, {"Host IP": address}
            )
            for endpoint in serving
        )
        name = service.spec.name
        vip = own.partition("/")[0] or "<nil>"
        found[name] = NetworkService(vip=vip, ports=shown, local_lb_index=_FIRST_INDEX + service.number, tasks=tasks)
    return found or UNSET


def _attached(draft: Draft, network_id: str) -> Iterator[tuple[Service, set[str]]]:
    """The services of a network, the eldest first, with what they are called there."""
    for service in sorted(draft.services.values(), key=lambda service: service.number):
        for attachment in service.spec.task_template.networks or service.spec.networks:
            if attachment.target == network_id:
                yield service, {name.lower() for name in (service.spec.name, *attachment.aliases)}
