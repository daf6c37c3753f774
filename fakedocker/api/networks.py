"""Requests about networks."""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.api.call import Call
from fakedocker.api.swarm import flag
from fakedocker.base import messages
from fakedocker.network.model import SWARM
from fakedocker.operations.networks import ipam_status, networks
from fakedocker.operations.swarm import attaching, balancing, overlays
from fakedocker.operations.system import lookup
from fakedocker.wire.http import Reply, json_reply
from fakedocker.wire.network import NetworkConnect, NetworkCreate, NetworkDisconnect


def list_(call: Call) -> Reply:
    found = networks.select(call.draft, call.filters(networks.LIST_FILTERS))
    listed = [networks.inspect(call.draft, network, with_containers=call.version < (1, 28)) for network in found]
    if call.draft.profile.slim:
        listed = [replace(shown, containers=UNSET) for shown in listed]
    return json_reply(listed)


def create(call: Call) -> Reply:
    request = call.body(NetworkCreate)
    make = overlays.create if overlays.is_asked_for(request) else networks.create_network
    network = make(call.draft, request)
    return json_reply({"Id": network.id, "Warning": ""}, 201)


def inspect(call: Call) -> Reply:
    """A network; with verbose=1 also the services that are in it, with scope= only where it is of that scope.

    A swarm knows networks bridge and host of its own, which stand for every node's.
    """
    verbose, draft = flag(call, "verbose"), call.draft
    network = lookup.network(draft, call.names["id"])
    scope, is_stand_in = call.query.text("scope"), draft.swarm is not None and network.name in attaching.STAND_INS
    if scope not in ("", network.scope) and not (scope == SWARM and is_stand_in):
        raise messages.NO_SUCH_NETWORK(name=call.names["id"])
    shown = networks.inspect(draft, network)
    if call.version >= (1, 52):
        shown = replace(shown, status=ipam_status.status(draft, network))
    return json_reply(replace(shown, services=balancing.services_of(draft, network)) if verbose else shown)


def remove(call: Call) -> Reply:
    network = lookup.network(call.draft, call.names["id"])
    take_away = overlays.remove if network.scope == SWARM else networks.remove
    take_away(call.draft, network)
    return Reply(status=204)


def connect(call: Call) -> Reply:
    networks.connect(call.draft, call.names["id"], call.body(NetworkConnect))
    return Reply()


def disconnect(call: Call) -> Reply:
    networks.disconnect(call.draft, call.names["id"], call.body(NetworkDisconnect))
    return Reply()


def prune(call: Call) -> Reply:
    filters = call.filters(networks.PRUNE_FILTERS)
    removed = overlays.prune(call.draft, filters) + networks.prune(call.draft, filters)
    return json_reply({"NetworksDeleted": removed or None})
