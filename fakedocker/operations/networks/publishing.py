"""Taking the host's ports for a container, and giving them up. Source: moby libnetwork/portallocator; texts in
recording ports."""

from __future__ import annotations

from fakedocker.base import messages
from fakedocker.containers.model import Container
from fakedocker.network import model as network_model, ports
from fakedocker.network.model import Endpoint, Publication
from fakedocker.operations.networks.attachments import endpoints_of, gateway_endpoint
from fakedocker.wire.network import PortBinding
from fakedocker.world.draft import Draft

_HOST_BINDING = "com.docker.network.bridge.host_binding_ipv4"
"""A network's option: the address of the host that its ports are published on."""
ANY_V4 = "0.0.0.0"
ANY_V6 = "::"


def publish_anew(draft: Draft, container: Container, before: Endpoint | None) -> None:
    """Once networks have come or gone: where another one leads outside now, ports are given up and taken again.

    Source: moby libnetwork/endpoint.go updateExternalConnectivity. A port that docker picked may be another one then.
    """
    after = gateway_endpoint(draft, container)
    if (before.id if before else "") != (after.id if after else ""):
        unpublish(draft, container)
        publish(draft, container)


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
            raise messages.PUBLISHING_FAILED(
                name=container.name, endpoint=endpoints[0].id, problem=messages.UNKNOWN_PROTOCOL
            )
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
                problem = messages.PORT_TAKEN.format(address=shown, port=host_port)
                raise messages.PUBLISHING_FAILED(name=container.name, endpoint=endpoints[0].id, problem=problem)
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
        raise messages.NO_FREE_PORT()
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
