"""The swarm itself: beginning one, what is said of it, changing and leaving it, its keys; and joining another, which is
never there.

Sources: moby daemon/cluster/{swarm,noderunner}.go, daemon/cluster/convert/swarm.go, swarmkit
manager/controlapi/cluster.go. This engine is the one manager of a swarm without other nodes.
"""

from __future__ import annotations

import ipaddress

from msgspec.structs import replace

from fakedocker.base import clock, messages
from fakedocker.base.json_types import JsonObject
from fakedocker.operations.swarm import addresses, nodes, overlays, store
from fakedocker.swarm import certificates, identifiers
from fakedocker.swarm.model import ACTIVE, MANAGER, Node, Root, Swarm
from fakedocker.wire.omitting import plain
from fakedocker.wire.swarm import (
    CAConfig,
    Dispatcher,
    NodeSpec,
    Orchestration,
    Raft,
    SwarmInit,
    SwarmJoin,
    SwarmSpec,
    SwarmUnlock,
)
from fakedocker.world.draft import Draft

NAME = "default"
_FIRST_INDEX = 10
"""So many changes a store has seen when a swarm has begun."""
_HOUR_NS = 60 * clock.MINUTE_NS
_DEFAULT_POOLS = ("10.0.0.0/8",)
_DEFAULT_SUBNET_SIZE = 24
_DEFAULT_SPEC = SwarmSpec(
    name=NAME,
    orchestration=Orchestration(task_history_retention_limit=5),
    raft=Raft(
        snapshot_interval=10_000, keep_old_snapshots=0, log_entries_for_slow_followers=500, election_tick=10, heartbeat_tick=1
    ),
    dispatcher=Dispatcher(heartbeat_period=5 * clock.SECOND_NS),
    ca_config=CAConfig(node_cert_expiry=90 * 24 * _HOUR_NS),
)  # fmt: skip
"""What swarmkit's managers begin with (manager/manager.go defaultClusterObject, api/defaults)."""


def init(draft: Draft, request: SwarmInit) -> str:
    """Begin a swarm, with this engine as its manager.

    Returns:
        the node's id.

    Raises:
        Refusal: there is one already, or a setting is wrong.
    """
    if draft.swarm is not None:
        if not request.force_new_cluster:
            raise messages.SWARM_EXISTS()
        return draft.swarm.node.id  # the one manager is all that a new cluster would keep
    listen = addresses.complete(request.listen_addr, "ListenAddr")
    _check_name(request.spec)
    listening = addresses.listening(draft, listen)
    advertised = addresses.advertised(draft, request.advertise_addr, listening.port)
    addresses.data_path(draft, request.data_path_addr)
    pools = _checked_pools(request)
    port = request.data_path_port or 4789
    if not 1024 <= port <= 49151:
        raise messages.SWARM_DATA_PORT(port=port)
    spec = _merged(request.spec, _DEFAULT_SPEC)
    _check(spec)
    now_ns = draft.wall_ns
    node = Node(
        id=store.new_id(draft, "node"), version=_FIRST_INDEX - 1, spec=NodeSpec(role=MANAGER, availability=request.availability or ACTIVE),
        address=advertised.host, created_ns=now_ns, updated_ns=now_ns,
    )  # fmt: skip
    draft.swarm = Swarm(
        id=store.new_id(draft, "swarm"), version=_FIRST_INDEX, index=_FIRST_INDEX, spec=spec, root=_root(draft), address_pools=pools,
        unlock_key=_unlock_key(draft) if spec.encryption_config.auto_lock_managers else "", data_path_port=port,
        subnet_size=request.subnet_size or _DEFAULT_SUBNET_SIZE, port=int(advertised.port), node=node, created_ns=now_ns,
        updated_ns=now_ns,
    )  # fmt: skip
    overlays.begin(draft)
    store.event(draft, "node", "create", node.id, draft.host.hostname)
    changes = {"state.old": "unknown", "state.new": "ready"}
    store.event(draft, "node", "update", node.id, draft.host.hostname, **changes)
    return node.id


def _check_name(spec: SwarmSpec) -> None:
    if spec.name not in ("", NAME):
        raise messages.SWARM_NAME()


def _checked_pools(request: SwarmInit) -> tuple[str, ...]:
    """Where subnets of overlay networks come from (moby listen_addr.go validateDefaultAddrPool)."""
    size = request.subnet_size or _DEFAULT_SUBNET_SIZE
    if size > 29:
        raise messages.SWARM_SUBNET_SIZE(size=size)
    pools = []
    for text in request.default_addr_pool or _DEFAULT_POOLS:
        pool = text.strip()
        try:
            network = ipaddress.ip_network(pool, strict=False)
        except ValueError:
            raise messages.SWARM_POOL(pool=pool) from None
        if "/" not in pool or network.version != 4:
            raise messages.SWARM_POOL(pool=pool)
        if size < network.prefixlen:
            raise messages.SWARM_POOL_SMALL(pool=pool, size=size)
        pools.append(pool)
    return tuple(pools)


def _merged(given: SwarmSpec, base: SwarmSpec) -> SwarmSpec:
    """What was asked for over what there is: nothing and zero leave the latter (moby convert MergeSwarmSpecToGRPC)."""
    raft, own_raft, authority, own_authority = given.raft, base.raft, given.ca_config, base.ca_config
    limit = given.orchestration.task_history_retention_limit
    keep = raft.keep_old_snapshots
    return SwarmSpec(
        name=given.name or base.name,
        labels=given.labels or base.labels,
        orchestration=base.orchestration if limit is None else Orchestration(task_history_retention_limit=limit),
        raft=Raft(
            snapshot_interval=raft.snapshot_interval or own_raft.snapshot_interval,
            keep_old_snapshots=own_raft.keep_old_snapshots if keep is None else keep,
            log_entries_for_slow_followers=raft.log_entries_for_slow_followers or own_raft.log_entries_for_slow_followers,
            election_tick=raft.election_tick or own_raft.election_tick,
            heartbeat_tick=raft.heartbeat_tick or own_raft.heartbeat_tick,
        ),
        dispatcher=given.dispatcher if given.dispatcher.heartbeat_period else base.dispatcher,
        ca_config=CAConfig(
            node_cert_expiry=authority.node_cert_expiry or own_authority.node_cert_expiry,
            external_cas=(*own_authority.external_cas, *authority.external_cas),
            force_rotate=authority.force_rotate,
        ),
        encryption_config=given.encryption_config,
    )  # fmt: skip


def _check(spec: SwarmSpec) -> None:
    """Refuse settings that no swarm can have (swarmkit controlapi/cluster.go validateClusterSpec)."""
    for authority in spec.ca_config.external_cas:
        if authority.protocol.upper() != "CFSSL":
            raise messages.BAD_REQUEST(problem=messages.CA_PROTOCOL.format(protocol=authority.protocol))
    if spec.ca_config.node_cert_expiry and spec.ca_config.node_cert_expiry < _HOUR_NS:
        raise messages.INVALID_ARGUMENT(problem=messages.CLUSTER_EXPIRY)
    if spec.dispatcher.heartbeat_period < 0:
        raise messages.INVALID_ARGUMENT(problem=messages.CLUSTER_HEARTBEAT)


def _root(draft: Draft) -> Root:
    secret = draft.digest("swarm root")
    certificate = certificates.root_certificate(secret, draft.wall_ns)
    return Root(
        certificate=certificate,
        public_key=certificates.public_key(secret),
        worker_token=_token(draft, certificate),
        manager_token=_token(draft, certificate),
    )


def _token(draft: Draft, certificate: str) -> str:
    return identifiers.join_token(certificates.digest(certificate), draft.digest("join token"))


def _unlock_key(draft: Draft) -> str:
    return identifiers.unlock_key(draft.digest("unlock key"))


def update(
    draft: Draft, version: int, given: SwarmSpec, *, worker_token: bool, manager_token: bool, unlock_key: bool
) -> None:
    """Change what is wished of the swarm, all of it; and make new tokens and keys where that is asked for.

    A new root, which is asked for by a higher number in the settings, is there at once, as the one node takes it at
    once.

    Raises:
        Refusal: the swarm has changed meanwhile, or a setting is wrong.
    """
    swarm = store.swarm(draft)
    _check_name(given)
    spec = _merged(
        replace(given, name=NAME),
        SwarmSpec(orchestration=Orchestration(task_history_retention_limit=0), raft=Raft(keep_old_snapshots=0)),
    )
    _check(spec)
    store.check_version(swarm, version)
    root = swarm.root
    if spec.ca_config.force_rotate != swarm.spec.ca_config.force_rotate:
        root = _root(draft)
    if worker_token:
        root = replace(root, worker_token=_token(draft, root.certificate))
    if manager_token:
        root = replace(root, manager_token=_token(draft, root.certificate))
    key = swarm.unlock_key
    if not spec.encryption_config.auto_lock_managers:
        key = ""
    elif not key or unlock_key:
        key = _unlock_key(draft)
    draft.swarm = replace(swarm, spec=spec, root=root, unlock_key=key)
    index = store.next_version(draft)
    draft.swarm = replace(draft.swarm, version=index, index=index, updated_ns=draft.wall_ns)


def unlock_key(draft: Draft) -> str:
    """What unlocks the managers, "" where they are not locked."""
    return store.swarm(draft).unlock_key


def unlock(draft: Draft, request: SwarmUnlock) -> None:
    """Unlock a manager that has come up since it was told to lock itself.

    Raises:
        Refusal: it is not locked, or the key is another one, or none.
    """
    if draft.swarm is None:
        raise messages.NOT_SWARM()
    if not draft.swarm.locked:
        raise messages.SWARM_NOT_LOCKED()
    if not identifiers.is_unlock_key(request.unlock_key):
        raise messages.SWARM_KEY_FORM()
    if request.unlock_key != draft.swarm.unlock_key:
        raise messages.SWARM_KEY()
    draft.swarm = replace(draft.swarm, locked=False)


def join(draft: Draft, request: SwarmJoin) -> messages.Refusal:
    """Join another swarm, of which no manager is ever there.

    Returns:
        what the daemon says after it has tried for a while.

    Raises:
        Refusal: what it says at once.
    """
    if draft.swarm is not None:
        raise messages.SWARM_EXISTS()
    listen = addresses.complete(request.listen_addr, "ListenAddr")
    if not request.remote_addrs:
        raise messages.SWARM_REMOTE()
    remotes = [addresses.complete(address, "remoteAddr") for address in request.remote_addrs]
    addresses.listening(draft, listen)
    addresses.data_path(draft, request.data_path_addr)
    if not identifiers.is_join_token(request.join_token):
        raise messages.SWARM_TOKEN()
    first = addresses.split(remotes[0])
    assert first is not None  # as its port was filled in
    if addresses.reaches_host_network(draft, first.host):
        raise messages.SWARM_JOIN_REFUSED(address=remotes[0])
    return messages.SWARM_JOIN_TIMEOUT()


def check_leaving(draft: Draft, force: bool) -> None:
    """Refuse to leave a swarm that there is not, or that nobody would keep."""
    if draft.swarm is None:
        raise messages.NO_SWARM()
    if not force:
        raise messages.SWARM_LEAVE_LOCKED() if draft.swarm.locked else messages.SWARM_LEAVE()
    draft.swarm = replace(draft.swarm, locked=False)


def forget(draft: Draft) -> None:
    """Take everything of the swarm out of the world but what runs for it."""
    for table in (draft.secrets, draft.configs, draft.services, draft.service_tasks):
        for identifier in list(table):
            table.pop(identifier)
    draft.swarm = None


def cluster_info(swarm: Swarm) -> JsonObject:
    """What GET /info tells of the swarm, and GET /swarm too."""
    spec = plain(swarm.spec)
    return {
        "ID": swarm.id,
        **nodes.meta(swarm),
        "Spec": spec,
        "TLSInfo": nodes.tls_info(swarm),
        "RootRotationInProgress": False,
        "DefaultAddrPool": swarm.address_pools,
        "SubnetSize": swarm.subnet_size,
        "DataPathPort": swarm.data_path_port,
    }


def inspect(draft: Draft) -> JsonObject:
    """The answer of GET /swarm."""
    swarm = store.swarm(draft)
    tokens = {"Worker": swarm.root.worker_token, "Manager": swarm.root.manager_token}
    return {**cluster_info(swarm), "JoinTokens": tokens}


def info(draft: Draft) -> JsonObject:
    """What GET /info says under Swarm."""
    swarm = draft.swarm
    if swarm is None:
        return {"NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": False, "Error": "",
                "RemoteManagers": None}  # fmt: skip
    if swarm.locked:
        return {"NodeID": "", "NodeAddr": "", "LocalNodeState": "locked", "ControlAvailable": False,
                "Error": messages.SWARM_LOCKED().message, "RemoteManagers": None}  # fmt: skip
    node = swarm.node
    peer = {"NodeID": node.id, "Addr": f"{node.address}:{swarm.port}"}
    return {
        "NodeID": node.id, "NodeAddr": node.address, "LocalNodeState": "active", "ControlAvailable": True, "Error": "",
        "RemoteManagers": [peer], "Nodes": 1, "Managers": 1, "Cluster": cluster_info(swarm),
    }  # fmt: skip
