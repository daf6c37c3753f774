"""Networks and links that are down, slow or lossy by rule.

Down is: no way for new connections, and what stands stands still until it ends. What a socket sends into it waits, as what TCP sends again and
again does. What is slow or loses packets is the kernel's `ways`. Docker's DNS is the daemon's and goes on. The host is in none of the networks:
only a rule about all links of a container is about its way there.
"""

from __future__ import annotations

from fakedocker.faults import model
from fakedocker.faults.model import Rule
from fakedocker.kernel import sockets
from fakedocker.kernel.records import Socket
from fakedocker.kernel.ways import Way
from fakedocker.network.model import HOST
from fakedocker.operations.containers import container_faults
from fakedocker.world.draft import Draft

TARGETS = frozenset({model.LINK, model.NETWORK})


def are_parted(draft: Draft, one: str, other: str, network_id: str) -> bool:
    """Whether nothing comes from one container to another, by their ids, through a network. Linear in the number of rules."""
    return any(rule.effect == model.DOWN for rule in _between(draft, one, other, network_id))


def way(draft: Draft, one: str, other: str, network_id: str, is_hidden: bool = False) -> Way | None:
    """What rules do to packets between two containers, or one and the host: they take the time of all such rules together, and what one
    leaves over the next may lose. None for nothing. Linear in the number of rules.

    Args:
        is_hidden: whether it is behind a port of the host: who connects is not told that the way is down, and loses every packet.
    """
    rules = _between(draft, one, other, network_id)
    if is_hidden and any(rule.effect == model.DOWN for rule in rules):
        return Way(0, model.ONE_IN)
    delay_ns = sum(rule.amount for rule in rules if rule.effect == model.LATENCY)
    kept = model.ONE_IN
    for rule in rules:
        if rule.effect == model.LOSS:
            kept = kept * (model.ONE_IN - rule.amount) // model.ONE_IN
    return Way(delay_ns, model.ONE_IN - kept) if delay_ns or kept < model.ONE_IN else None


def _between(draft: Draft, one: str, other: str, network_id: str) -> list[Rule]:
    """The rules in force that are about what goes between two containers."""
    rules = draft.fault_rules
    return [
        rule
        for rule in rules
        if rule.target in TARGETS and rule.struck and _is_about(draft, rule, one, other, network_id)
    ]


def _is_about(draft: Draft, rule: Rule, one: str, other: str, network_id: str) -> bool:
    if one == other:
        return False
    if rule.target == model.NETWORK:
        network = draft.networks.get(network_id)
        return HOST not in (one, other) and network is not None and rule.name in (network.name, network.id)
    return any(
        _is_named(draft, first, rule.name) and (not rule.other or _is_named(draft, second, rule.other))
        for first, second in ((one, other), (other, one))
    )


def _is_named(draft: Draft, container_id: str, name: str) -> bool:
    container = draft.containers.get(container_id)
    return container is not None and container_faults.is_named(container, name)


def settle(draft: Draft) -> None:
    """Let the connections that stand hear of rules that have begun or ended. Linear in the number of sockets."""
    kernel = draft.kernel_draft
    ends = {socket.reader: number for number, socket in kernel.sockets.items() if socket.reader}
    for number in sorted(kernel.sockets):
        socket = kernel.sockets[number]
        peer = ends.get(socket.writer, 0) if socket.writer else 0
        if not peer or socket.network == kernel.sockets[peer].network:
            continue
        other = kernel.sockets[peer].network
        network_id = _network_of(draft, socket) or _network_of(draft, kernel.sockets[peer])
        sockets.hold(kernel, number, are_parted(draft, socket.network, other, network_id))
        sockets.go_by(kernel, number, peer, way(draft, socket.network, other, network_id))


def _network_of(draft: Draft, socket: Socket) -> str:
    """The network that a connection of a container goes through."""
    for network_id in draft.networks:
        endpoint = draft.endpoints[network_id].get(socket.network)
        if endpoint is not None and socket.local[0] in (endpoint.address, endpoint.address_v6):
            return network_id
    return ""
