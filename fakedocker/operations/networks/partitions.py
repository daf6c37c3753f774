"""Networks and links that are down by rule: no way for new connections, and what stands stands still until it ends.

What a socket sends into it waits, as what TCP sends again and again does; docker's DNS is the daemon's and goes on. The host reaches
containers as before: it is in none of the networks.
"""

from __future__ import annotations

from fakedocker.faults import model
from fakedocker.faults.model import Rule
from fakedocker.kernel import sockets
from fakedocker.kernel.records import Socket
from fakedocker.operations.containers import container_faults
from fakedocker.world.draft import Draft

TARGETS = frozenset({model.LINK, model.NETWORK})


def are_parted(draft: Draft, one: str, other: str, network_id: str) -> bool:
    """Whether nothing comes from one container to another, by their ids, through a network. Linear in the number of rules."""
    return any(
        rule.target in TARGETS and rule.struck and _parts(draft, rule, one, other, network_id)
        for rule in draft.fault_rules
    )


def _parts(draft: Draft, rule: Rule, one: str, other: str, network_id: str) -> bool:
    if rule.target == model.NETWORK:
        network = draft.networks.get(network_id)
        return one != other and network is not None and rule.name in (network.name, network.id)
    ends = [draft.containers.get(one), draft.containers.get(other)]
    if ends[0] is None or ends[1] is None:
        return False
    return any(
        container_faults.is_named(first, rule.name) and container_faults.is_named(second, rule.other)
        for first, second in ((ends[0], ends[1]), (ends[1], ends[0]))
    )


def settle(draft: Draft) -> None:
    """Let the connections that stand hear of rules that have begun or ended. Linear in the number of sockets."""
    kernel = draft.kernel_draft
    by_reader = {socket.reader: socket for socket in kernel.sockets.values() if socket.reader}
    for number in sorted(kernel.sockets):
        socket = kernel.sockets[number]
        peer = by_reader.get(socket.writer) if socket.writer else None
        if peer is not None and socket.network != peer.network:
            network_id = _network_of(draft, socket)
            sockets.hold(kernel, number, are_parted(draft, socket.network, peer.network, network_id))


def _network_of(draft: Draft, socket: Socket) -> str:
    """The network that a connection of a container goes through."""
    for network_id in draft.networks:
        endpoint = draft.endpoints[network_id].get(socket.network)
        if endpoint is not None and socket.local[0] in (endpoint.address, endpoint.address_v6):
            return network_id
    return ""
