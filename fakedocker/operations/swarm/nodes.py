"""The swarm's nodes, which are this one: lists, inspect, update; that the last manager stays.

Sources: moby daemon/cluster/{nodes,filters}.go, daemon/cluster/convert/node.go, swarmkit manager/controlapi/node.go.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import clock, messages
from fakedocker.base.json_types import JsonObject
from fakedocker.operations.swarm import store
from fakedocker.operations.system.filters import Filters
from fakedocker.operations.system.plugins import LOG_PLUGINS, names
from fakedocker.swarm import certificates
from fakedocker.swarm.model import ACTIVE, DRAIN, MANAGER, PAUSE, WORKER, Meta, Node, Swarm
from fakedocker.wire.omitting import plain
from fakedocker.wire.swarm import NodeSpec
from fakedocker.world.draft import Draft

LIST_FILTERS = ("name", "id", "label", "role", "membership", "node.label")
_ROLES = {"WORKER": WORKER, "MANAGER": MANAGER}
_AVAILABILITIES = {"ACTIVE": ACTIVE, "PAUSE": PAUSE, "DRAIN": DRAIN}
_MEMBERSHIPS = {"PENDING": "pending", "ACCEPTED": "accepted"}


def meta(record: Meta) -> JsonObject:
    """What every record shows of its history."""
    return {
        "Version": {"Index": record.version},
        "CreatedAt": clock.rfc3339_nano(record.created_ns),
        "UpdatedAt": clock.rfc3339_nano(record.updated_ns),
    }


def tls_info(swarm: Swarm) -> dict[str, str]:
    """What nodes trust."""
    root = swarm.root
    return {
        "TrustRoot": root.certificate,
        "CertIssuerSubject": certificates.SUBJECT,
        "CertIssuerPublicKey": root.public_key,
    }


def select(draft: Draft, filters: Filters) -> list[Node]:
    """The nodes that pass the filters.

    Raises:
        Refusal: a filter has a value that there is not.
    """
    node = store.swarm(draft).node
    roles = store.choice(filters, "role", _ROLES)
    memberships = store.choice(filters, "membership", _MEMBERSHIPS)
    passes = (
        store.begins(draft.host.hostname, filters.get("name", ()))
        and store.begins(node.id, filters.get("id", ()))
        and store.labels_pass(filters.get("label", ()), {})
        and store.labels_pass(filters.get("node.label", ()), node.spec.labels)
        and store.among(MANAGER, roles)
        and store.among("accepted", memberships)
    )
    return [node] if passes else []


def find(draft: Draft, name: str) -> Node:
    """A node by id, host name, or the beginning of its id."""
    return store.find("node", (store.swarm(draft).node,), name, lambda _: name == draft.host.hostname)


def inspect(draft: Draft, node: Node) -> JsonObject:
    """What the API says of a node."""
    swarm, host = store.swarm(draft), draft.host
    plugins = [("Log", name) for name in LOG_PLUGINS] + [("Network", name) for name in names(draft, "network")]
    plugins += [("Volume", name) for name in names(draft, "volume")]
    return {
        "ID": node.id,
        **meta(node),
        "Spec": plain(node.spec),
        "Description": {
            "Hostname": host.hostname,
            "Platform": {"Architecture": "x86_64", "OS": "linux"},
            "Resources": {"NanoCPUs": host.cpus * 1_000_000_000, "MemoryBytes": host.memory_bytes},
            "Engine": {
                "EngineVersion": draft.profile.engine.version,
                "Plugins": [{"Type": kind, "Name": name} for kind, name in plugins],
            },
            "TLSInfo": tls_info(swarm),
        },
        "Status": _status(node),
        "ManagerStatus": {"Leader": True, "Reachability": "reachable", "Addr": f"{node.address}:{swarm.port}"},
    }


def _status(node: Node) -> JsonObject:
    """What the manager thinks of a node (swarmkit manager/dispatcher/dispatcher.go)."""
    if node.is_down:
        return {"State": "down", "Message": "heartbeat failure", "Addr": node.address}
    return {"State": "ready", "Addr": node.address}


def checked(spec: NodeSpec) -> NodeSpec:
    """What is wished of a node, in the words it is shown in.

    Raises:
        Refusal: a word is none that there is.
    """
    role, availability = _ROLES.get(spec.role.upper()), _AVAILABILITIES.get(spec.availability.upper())
    if role is None:
        raise messages.INVALID_ROLE(value=spec.role)
    if availability is None:
        raise messages.INVALID_AVAILABILITY(value=spec.availability)
    return replace(spec, role=role, availability=availability)


def update(draft: Draft, name: str, version: int, spec: NodeSpec) -> None:
    """Change what is wished of a node.

    Raises:
        Refusal: there is no such node, it has changed meanwhile, or it is the last manager and is to be none.
    """
    store.swarm(draft)
    spec = checked(spec)
    node = find(draft, name)
    if spec.role == WORKER:
        raise messages.FAILED_PRECONDITION(problem=messages.LAST_MANAGER)
    store.check_version(node, version)
    changes = {}
    if spec.availability != node.spec.availability:
        changes = {"availability.old": node.spec.availability, "availability.new": spec.availability}
    node = store.changed(draft, replace(node, spec=spec))
    draft.swarm = replace(store.swarm(draft), node=node)
    store.event(draft, "node", "update", node.id, spec.name or draft.host.hostname, **changes)


def remove(draft: Draft, name: str) -> None:
    """Remove a node, which a manager refuses, by force or not."""
    node = find(draft, name)
    raise messages.FAILED_PRECONDITION(problem=messages.NODE_IS_MANAGER.format(id=node.id))
