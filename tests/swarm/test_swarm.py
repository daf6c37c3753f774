"""The swarm itself: beginning, inspecting, changing and leaving one; its node; joining another."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fakedocker.engine.inflight import TimeMode
from fakedocker.swarm import certificates, identifiers
from helpers.swarm_world import Manager

NOT_A_MANAGER = (
    503,
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
)
INIT = {"ListenAddr": "0.0.0.0:2377"}


@pytest.fixture
def manager() -> Manager:
    return Manager()


def test_an_engine_outside_of_a_swarm_says_so() -> None:
    engine = Manager(begun=False)
    for method, path in (
        ("GET", "/swarm"), ("GET", "/nodes"), ("GET", "/nodes/x"), ("GET", "/secrets"), ("GET", "/configs/x"),
        ("GET", "/services"), ("GET", "/tasks"), ("GET", "/swarm/unlockkey"),
    ):  # fmt: skip
        assert engine.refused(method, path) == NOT_A_MANAGER
    assert engine.refused("POST", "/swarm/leave", force="1") == (503, "This node is not part of a swarm")
    assert engine.refused("POST", "/swarm/unlock", {"UnlockKey": ""}) == NOT_A_MANAGER
    assert engine.get("/info")["Swarm"]["LocalNodeState"] == "inactive"
    assert _header(engine) == "inactive"


def _header(engine: Manager) -> str:
    from fakedocker.wire.http import Request

    exchange = engine.engine.submit(Request(method="GET", target="/_ping"))
    engine.engine.drive(lambda: exchange.ended, "ping")
    assert exchange.reply is not None
    return dict(exchange.reply.headers)["Swarm"]


def test_a_swarm_begins_with_the_settings_of_its_managers(manager: Manager) -> None:
    found = manager.get("/swarm")
    assert re.fullmatch("[0-9a-z]{25}", found["ID"])
    assert found["Spec"] == {
        "Name": "default", "Labels": {}, "Orchestration": {"TaskHistoryRetentionLimit": 5},
        "Raft": {"SnapshotInterval": 10000, "KeepOldSnapshots": 0, "LogEntriesForSlowFollowers": 500, "ElectionTick": 10, "HeartbeatTick": 1},
        "Dispatcher": {"HeartbeatPeriod": 5_000_000_000}, "CAConfig": {"NodeCertExpiry": 7_776_000_000_000_000}, "TaskDefaults": {},
        "EncryptionConfig": {"AutoLockManagers": False},
    }  # fmt: skip
    assert (found["DefaultAddrPool"], found["SubnetSize"], found["DataPathPort"]) == (["10.0.0.0/8"], 24, 4789)
    assert found["RootRotationInProgress"] is False
    digest = certificates.digest(found["TLSInfo"]["TrustRoot"])
    for token in found["JoinTokens"].values():
        assert identifiers.is_join_token(token)
        assert token.split("-")[2] == identifiers.join_token(digest, "0" * 64).split("-")[2]
    assert _header(manager) == "active/manager"


def test_info_tells_of_the_swarm(manager: Manager) -> None:
    info = manager.get("/info")["Swarm"]
    swarm = manager.get("/swarm")
    del swarm["JoinTokens"]
    assert info == {
        "NodeID": manager.node, "NodeAddr": "192.168.65.3", "LocalNodeState": "active", "ControlAvailable": True, "Error": "",
        "RemoteManagers": [{"NodeID": manager.node, "Addr": "192.168.65.3:2377"}], "Nodes": 1, "Managers": 1, "Cluster": swarm,
    }  # fmt: skip


def test_the_same_seed_gives_the_same_swarm(manager: Manager) -> None:
    assert Manager().get("/swarm") == manager.get("/swarm")
    assert Manager(seed=4).get("/swarm")["JoinTokens"] != manager.get("/swarm")["JoinTokens"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"ListenAddr": ""}, (400, 'invalid ListenAddr "": invalid empty address')),
        ({"ListenAddr": "nowhere:2377"}, (400, "listen address must be an IP address or network interface (with optional port number)")),
        ({"AdvertiseAddr": "0.0.0.0"}, (400, "advertise address must be a non-zero IP address or network interface (with optional port number)")),
        ({"AdvertiseAddr": "eth9:1"}, (400, "advertise address must be a non-zero IP address or network interface (with optional port number)")),
        ({"ListenAddr": "0.0.0.0:x"}, (500, "listen tcp: lookup tcp/x: unknown port")),
        ({"AdvertiseAddr": "eth0:70000"}, (500, "listen tcp: lookup tcp/70000: unknown port")),
        ({"DataPathAddr": "x"}, (400, "data path address must be a non-zero IP address or network interface")),
        ({"DataPathPort": 80}, (500, "Datapath port number is not in valid range (1024-49151) : 80")),
        ({"Spec": {"Name": "mine"}}, (400, 'swarm spec must be named "default"')),
        ({"DefaultAddrPool": ["10.0.0.0/8"], "SubnetSize": 30}, (500, "subnet size is out of range: 30")),
        ({"DefaultAddrPool": ["10.1.0.0/28"]}, (500, 'invalid CIDR: "10.1.0.0/28". Subnet size is too small for pool: 24')),
        ({"SubnetSize": 4}, (500, 'invalid CIDR: "10.0.0.0/8". Subnet size is too small for pool: 4')),
        ({"DefaultAddrPool": ["fd00::/8"]}, (500, "invalid base pool fd00::/8: invalid CIDR address: fd00::/8")),
        ({"DefaultAddrPool": ["ten"]}, (500, "invalid base pool ten: invalid CIDR address: ten")),
        ({"Spec": {"CAConfig": {"NodeCertExpiry": 1}}}, (400, "rpc error: code = InvalidArgument desc = minimum certificate expiry time is: 1h0m0s")),
        ({"Spec": {"Dispatcher": {"HeartbeatPeriod": -1}}}, (400, "rpc error: code = InvalidArgument desc = heartbeat time period cannot be a negative duration")),
    ],
)  # fmt: skip
def test_what_no_swarm_can_begin_with(changes: dict[str, object], problem: tuple[int, str]) -> None:
    engine = Manager(begun=False)
    assert engine.refused("POST", "/swarm/init", {**INIT, **changes}) == problem


def test_addresses_may_be_interfaces_and_have_ports() -> None:
    engine = Manager(begun=False)
    engine.post("/swarm/init", {"ListenAddr": "eth0:2400", "AdvertiseAddr": "eth0"})
    assert engine.get("/info")["Swarm"]["RemoteManagers"][0]["Addr"] == "192.168.65.3:2400"
    other = Manager(begun=False)
    other.post("/swarm/init", {"ListenAddr": "0.0.0.0", "AdvertiseAddr": "127.0.0.1:5000"})
    assert other.get("/nodes")[0]["ManagerStatus"]["Addr"] == "127.0.0.1:5000"


def test_a_second_swarm_is_refused_unless_it_is_to_be_new(manager: Manager) -> None:
    words = 'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
    assert manager.refused("POST", "/swarm/init", INIT) == (503, words)
    assert manager.refused("POST", "/swarm/join", {**INIT, "RemoteAddrs": ["10.1.1.1"]}) == (503, words)
    assert manager.post("/swarm/init", {**INIT, "ForceNewCluster": True}) == manager.node


def test_the_last_manager_leaves_by_force_alone(manager: Manager) -> None:
    manager.post("/secrets/create", {"Name": "one", "Data": "YQ=="})
    status, words = manager.refused("POST", "/swarm/leave")
    assert status == 503
    assert words == (
        "You are attempting to leave the swarm on a node that is participating as a manager. "
        "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. "
    )
    manager.post("/swarm/leave", force="1")
    assert manager.refused("GET", "/swarm") == NOT_A_MANAGER
    assert not manager.engine.world.secrets
    manager.post("/swarm/init", INIT)
    assert manager.get("/secrets") == []


def test_an_update_is_whole_and_of_the_newest_version(manager: Manager) -> None:
    before = manager.get("/swarm")
    version = before["Version"]["Index"]
    spec = {"Name": "default", "Labels": {"a": "b"}, "Raft": {"SnapshotInterval": 5}}
    manager.post("/swarm/update", spec, version=version, rotateWorkerToken="true")
    after = manager.get("/swarm")
    assert after["Version"]["Index"] > version
    assert after["Spec"]["Raft"] == {
        "SnapshotInterval": 5,
        "KeepOldSnapshots": 0,
        "ElectionTick": 0,
        "HeartbeatTick": 0,
    }
    assert after["Spec"]["Labels"] == {"a": "b"}
    assert after["Spec"]["Orchestration"] == {"TaskHistoryRetentionLimit": 0}
    assert after["JoinTokens"]["Manager"] == before["JoinTokens"]["Manager"]
    assert after["JoinTokens"]["Worker"] != before["JoinTokens"]["Worker"]
    stale = manager.refused("POST", "/swarm/update", spec, version=version)
    assert stale == (500, "rpc error: code = Unknown desc = update out of sequence")
    assert manager.refused("POST", "/swarm/update", spec, version="x") == (
        400, "invalid swarm version 'x': strconv.ParseUint: parsing \"x\": invalid syntax",
    )  # fmt: skip
    assert manager.refused("POST", "/swarm/update", spec, version="9" * 5000)[0] == 400
    words = "invalid value for rotateManagerToken: maybe"
    assert manager.refused("POST", "/swarm/update", spec, version=1, rotateManagerToken="maybe") == (400, words)


def test_a_new_root_makes_what_rests_on_it_new(manager: Manager) -> None:
    before = manager.get("/swarm")
    spec = {**before["Spec"], "CAConfig": {"NodeCertExpiry": 7_776_000_000_000_000, "ForceRotate": 1}}
    manager.post("/swarm/update", spec, version=before["Version"]["Index"])
    after = manager.get("/swarm")
    assert after["TLSInfo"]["TrustRoot"] != before["TLSInfo"]["TrustRoot"]
    assert after["JoinTokens"] != before["JoinTokens"]
    assert manager.get("/nodes")[0]["Description"]["TLSInfo"] == after["TLSInfo"]


def test_unlock_keys() -> None:
    engine = Manager(begun=False)
    engine.post(
        "/swarm/init", {**INIT, "AutoLockManagers": True, "Spec": {"EncryptionConfig": {"AutoLockManagers": True}}}
    )
    first = engine.get("/swarm/unlockkey")["UnlockKey"]
    assert re.fullmatch(r"SWMKEY-1-[A-Za-z0-9+/]{43}", first)
    assert engine.refused("POST", "/swarm/unlock", {"UnlockKey": first}) == (409, "swarm is not locked")
    swarm = engine.get("/swarm")
    engine.post("/swarm/update", swarm["Spec"], version=swarm["Version"]["Index"], rotateManagerUnlockKey="1")
    second = engine.get("/swarm/unlockkey")["UnlockKey"]
    assert second not in ("", first)
    swarm = engine.get("/swarm")
    spec = {**swarm["Spec"], "EncryptionConfig": {"AutoLockManagers": False}}
    engine.post("/swarm/update", spec, version=swarm["Version"]["Index"])
    assert engine.get("/swarm/unlockkey") == {"UnlockKey": ""}


def test_joining_finds_nobody() -> None:
    engine = Manager(begun=False)
    token = Manager().get("/swarm")["JoinTokens"]["Worker"]
    ask = {**INIT, "RemoteAddrs": ["192.168.65.9"], "JoinToken": token}
    status, words = engine.refused("POST", "/swarm/join", ask)
    assert status == 503
    assert words.endswith('Error while dialing: dial tcp 192.168.65.9:2377: connect: connection refused"')
    assert engine.refused("POST", "/swarm/join", {**ask, "JoinToken": "SWMTKN-1-x"}) == (500, "invalid join token")
    words = "at least 1 RemoteAddr is required to join"
    assert engine.refused("POST", "/swarm/join", {**ask, "RemoteAddrs": []}) == (400, words)
    before = engine.engine.now_ns
    status, words = engine.refused("POST", "/swarm/join", {**ask, "RemoteAddrs": ["10.9.9.9:2377"]})
    assert status == 503
    assert words.startswith("Timeout was reached before node joined.")
    assert engine.engine.now_ns - before == 20 * 10**9


def test_the_node(manager: Manager) -> None:
    (node,) = manager.get("/nodes")
    assert manager.get("/nodes/docker-host") == manager.get(f"/nodes/{manager.node[:5]}") == node
    assert node["Spec"] == {"Labels": {}, "Role": "manager", "Availability": "active"}
    assert node["Status"] == {"State": "ready", "Addr": "192.168.65.3"}
    assert node["Description"]["Resources"] == {"NanoCPUs": 2_000_000_000, "MemoryBytes": 8 << 30}
    assert {"Type": "Network", "Name": "overlay"} in node["Description"]["Engine"]["Plugins"]
    assert manager.refused("GET", "/nodes/other") == (404, "node other not found")


def test_filters_of_nodes(manager: Manager) -> None:
    (node,) = manager.get("/nodes")
    spec = {**node["Spec"], "Labels": {"disk": "ssd"}}
    manager.post(f"/nodes/{manager.node}/update", spec, version=node["Version"]["Index"])
    for filters, count in (
        ({"role": ["manager"]}, 1), ({"role": ["Worker"]}, 0), ({"name": ["docker"]}, 1), ({"name": ["host"]}, 0),
        ({"node.label": ["disk=ssd"]}, 1), ({"node.label": ["disk=hdd"]}, 0), ({"label": ["disk"]}, 0), ({"membership": ["accepted"]}, 1),
        ({"id": [manager.node[:3]]}, 1),
    ):  # fmt: skip
        assert len(manager.get("/nodes", filters=filters)) == count, filters
    assert manager.refused("GET", "/nodes", filters={"role": ["boss"]}) == (500, "Invalid role filter: 'boss'")
    assert manager.refused("GET", "/nodes", filters={"x": ["y"]}) == (400, "invalid filter 'x'")


def test_updates_of_the_node(manager: Manager) -> None:
    (node,) = manager.get("/nodes")
    version = node["Version"]["Index"]
    path = f"/nodes/{manager.node}/update"
    spec = {"Role": "manager", "Availability": "drain"}
    last = "rpc error: code = FailedPrecondition desc = attempting to demote the last manager of the swarm"
    assert manager.refused("POST", path, {**spec, "Role": "worker"}, version=version) == (400, last)
    assert manager.refused("POST", path, {**spec, "Role": "boss"}, version=version) == (400, 'invalid Role: "boss"')
    assert manager.refused("POST", path, {**spec, "Availability": ""}, version=version) == (
        400,
        'invalid Availability: ""',
    )
    manager.post(path, spec, version=version)
    assert manager.refused("POST", path, spec, version=version)[1].endswith("update out of sequence")
    assert manager.get("/nodes")[0]["Spec"]["Availability"] == "drain"
    assert manager.events("node")[-1] == (
        "update", {"name": "docker-host", "availability.old": "active", "availability.new": "drain"},
    )  # fmt: skip
    problem = f"node {manager.node} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal"
    for force in ("0", "1"):
        answer = manager.refused("DELETE", f"/nodes/{manager.node}", force=force)
        assert answer == (400, f"rpc error: code = FailedPrecondition desc = {problem}")


def test_events_of_a_swarm_have_its_scope(manager: Manager) -> None:
    def told(**filters: list[str]) -> list[dict[str, Any]]:
        until = str(manager.engine.now_ns // 10**9 + 1)
        answer = manager.good("GET", "/events", {"since": "0", "until": until, "filters": json.dumps(filters)})
        return [json.loads(line) for line in answer.splitlines()]

    first, second = told(type=["node"])
    assert (first["scope"], first["Action"], first["Actor"]["ID"]) == ("swarm", "create", manager.node)
    assert second["Actor"]["Attributes"] == {"name": "docker-host", "state.old": "unknown", "state.new": "ready"}
    assert told(type=["node"], scope=["local"]) == []


def test_a_restored_world_is_in_its_swarm_again() -> None:
    engine = Manager(begun=False, mode=TimeMode.FAST)
    outside = engine.engine.world
    engine.post("/swarm/init", INIT)
    inside, found = engine.engine.world, engine.get("/swarm")
    engine.engine.restore(outside)
    assert engine.refused("GET", "/swarm") == NOT_A_MANAGER
    engine.engine.restore(inside)
    assert engine.get("/swarm") == found
