"""An engine of canned answers about a swarm, for tests of what docker's client asks and shows.

The same answers are given to the real client by tools/record_swarm_requests.py. Nothing here changes: what is created is
the same each time. It must not know who asks.
"""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Mapping
from typing import Any

MOMENT = "2026-11-25T10:00:00.123456789Z"
_META: dict[str, Any] = {"Version": {"Index": 9}, "CreatedAt": MOMENT, "UpdatedAt": MOMENT}
_TLS = {
    "TrustRoot": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "CertIssuerSubject": "MBMx",
    "CertIssuerPublicKey": "MFkw",
}
_PLUGINS = [
    {"Type": "Log", "Name": "json-file"}, {"Type": "Network", "Name": "bridge"}, {"Type": "Network", "Name": "overlay"},
    {"Type": "Volume", "Name": "local"},
]  # fmt: skip
MANAGER: dict[str, Any] = {
    "ID": "n1abcdefghijklmnopqrstuvw", **_META,
    "Spec": {"Labels": {"zone": "a"}, "Role": "manager", "Availability": "active"},
    "Description": {
        "Hostname": "docker-host", "Platform": {"Architecture": "x86_64", "OS": "linux"},
        "Resources": {"NanoCPUs": 2_000_000_000, "MemoryBytes": 4_109_369_344},
        "Engine": {"EngineVersion": "28.2.2", "Labels": {"x": "y"}, "Plugins": _PLUGINS}, "TLSInfo": _TLS,
    },
    "Status": {"State": "ready", "Addr": "10.0.0.1"},
    "ManagerStatus": {"Leader": True, "Reachability": "reachable", "Addr": "10.0.0.1:2377"},
}  # fmt: skip
WORKER = copy.deepcopy(MANAGER) | {
    "ID": "n2abcdefghijklmnopqrstuvw",
    "Spec": {"Labels": {"zone": "a"}, "Role": "worker", "Availability": "drain"},
    "Status": {"State": "ready", "Message": "hello World", "Addr": "10.0.0.2"},
}
WORKER["Description"]["Hostname"] = "worker-1"
del WORKER["ManagerStatus"]

_CONTAINER = {
    "Image": "nginx:1.27@sha256:" + "a" * 64, "Args": ["a", "b c"], "Env": ["A=1", "B=<2>"], "Dir": "/x", "User": "u",
    "Init": False, "Labels": {"cl": "1"}, "StopGracePeriod": 10_000_000_000, "DNSConfig": {"Nameservers": ["1.1.1.1"]},
    "Isolation": "default", "Hosts": ["1.2.3.4 h1", "1.2.3.5 h1 h2"], "Groups": ["g"],
    "Mounts": [
        {"Type": "volume", "Source": "v", "Target": "/v"}, {"Type": "bind", "Source": "/h", "Target": "/b", "ReadOnly": True},
    ],
    "Secrets": [{"File": {"Name": "s1", "UID": "0", "GID": "0", "Mode": 292}, "SecretID": "s1id", "SecretName": "s1"}],
    "Configs": [{"File": {"Name": "c1", "UID": "0", "GID": "0", "Mode": 292}, "ConfigID": "c1id", "ConfigName": "c1"}],
    "CapabilityAdd": ["CAP_NET_ADMIN"], "CapabilityDrop": ["CAP_CHOWN"], "Sysctls": {"net.x": "1"},
    "Ulimits": [{"Name": "nofile", "Hard": 20, "Soft": 10}],
    "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 1_000_000_000, "Retries": 3},
}  # fmt: skip
_PORT = {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"}
_TASK_TEMPLATE = {
    "ContainerSpec": _CONTAINER,
    "Resources": {
        "Limits": {"NanoCPUs": 500_000_000, "MemoryBytes": 67_108_864, "Pids": 5}, "Reservations": {"MemoryBytes": 33_554_432},
    },
    "RestartPolicy": {"Condition": "any", "Delay": 5_000_000_000, "MaxAttempts": 0},
    "Placement": {
        "Constraints": ["node.role==manager"], "Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.zone"}}],
        "MaxReplicas": 2, "Platforms": [{"Architecture": "amd64", "OS": "linux"}],
    },
    "Networks": [{"Target": "net1id"}], "LogDriver": {"Name": "json-file", "Options": {"max-size": "1m"}}, "ForceUpdate": 0,
    "Runtime": "container",
}  # fmt: skip
WEB: dict[str, Any] = {
    "ID": "svc1bcdefghijklmnopqrstuv", **_META,
    "Spec": {
        "Name": "web", "Labels": {"l": "1", "m": ""}, "TaskTemplate": _TASK_TEMPLATE, "Mode": {"Replicated": {"Replicas": 2}},
        "UpdateConfig": {
            "Parallelism": 1, "Delay": 1_000_000_000, "FailureAction": "pause", "Monitor": 1_000_000_000,
            "MaxFailureRatio": 0.5, "Order": "stop-first",
        },
        "RollbackConfig": {
            "Parallelism": 1, "FailureAction": "pause", "Monitor": 5_000_000_000, "MaxFailureRatio": 0, "Order": "stop-first",
        },
        "EndpointSpec": {"Mode": "vip", "Ports": [_PORT]},
    },
    "Endpoint": {
        "Spec": {"Mode": "vip", "Ports": [_PORT]},
        "Ports": [
            _PORT, {**_PORT, "TargetPort": 81, "PublishedPort": 8081},
            {"Protocol": "udp", "TargetPort": 53, "PublishedPort": 53, "PublishMode": "ingress"},
        ],
        "VirtualIPs": [{"NetworkID": "ing", "Addr": "10.0.0.3/24"}],
    },
    "ServiceStatus": {"RunningTasks": 1, "DesiredTasks": 2, "CompletedTasks": 0},
}  # fmt: skip
_PLAIN = {"Labels": {}, "TaskTemplate": {"ContainerSpec": {"Image": "redis"}, "ForceUpdate": 0}}
GLOBAL = {
    **WEB, "ID": "svc2bcdefghijklmnopqrstuv", "Spec": {"Name": "glob", **_PLAIN, "Mode": {"Global": {}}}, "Endpoint": {"Spec": {}},
    "UpdateStatus": {"State": "updating", "StartedAt": MOMENT, "Message": "update in progress"},
}  # fmt: skip
JOB = {
    **WEB, "ID": "svc3bcdefghijklmnopqrstuv", "Endpoint": {"Spec": {}}, "JobStatus": {"JobIteration": {"Index": 5}, "LastExecution": MOMENT},
    "Spec": {"Name": "job", **_PLAIN, "Mode": {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 3}}},
}  # fmt: skip
_STACK_LABELS = {"com.docker.stack.namespace": "stk", "com.docker.stack.image": "nginx:1.27"}
STACK_APP = {
    **WEB, "ID": "svc4bcdefghijklmnopqrstuv",
    "Spec": {**WEB["Spec"], "Name": "stk_app", "Labels": _STACK_LABELS, "TaskTemplate": {**_TASK_TEMPLATE, "Networks": []}},
}  # fmt: skip

_TASK: dict[str, Any] = {
    **_META, "Labels": {}, "Spec": _TASK_TEMPLATE, "ServiceID": WEB["ID"], "NodeID": MANAGER["ID"], "DesiredState": "running",
    "Status": {
        "Timestamp": MOMENT, "State": "running", "Message": "started",
        "ContainerStatus": {"ContainerID": "c" * 64, "PID": 77, "ExitCode": 0},
        "PortStatus": {"Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8090, "PublishMode": "host"}]},
    },
    "Volumes": None,
}  # fmt: skip
FIRST = {"ID": "t1abcdefghijklmnopqrstuvw", **_TASK, "Slot": 1}
SECOND = {"ID": "t2abcdefghijklmnopqrstuvw", **_TASK, "Slot": 2}
FAILED = {
    **FIRST, "ID": "t0abcdefghijklmnopqrstuvw", "CreatedAt": "2026-11-25T09:00:00Z", "DesiredState": "shutdown",
    "Status": {
        "Timestamp": "2026-11-25T09:30:00Z", "State": "failed", "Message": "started",
        "Err": "task: non-zero exit (1) and something quite long", "PortStatus": {},
    },
}  # fmt: skip
_SECRETS = [
    {"ID": "s1idbcdefghijklmnopqrstuv", **_META, "Spec": {"Name": "s1", "Labels": {"a": "b"}}},
    {
        "ID": "s2idbcdefghijklmnopqrstuv",
        **_META,
        "Spec": {"Name": "s2", "Labels": {"c": ""}, "Driver": {"Name": "vault"}},
    },
]
_CONFIGS = [
    {
        "ID": "c1idbcdefghijklmnopqrstuv",
        **_META,
        "Spec": {"Name": "c1", "Labels": {"a": "b"}, "Data": "aGVsbG8KPHdvcmxkPgo="},
    }
]
_NETWORK = {
    "Name": "net1", "Id": "net1id", "Created": MOMENT, "Scope": "swarm", "Driver": "overlay", "Labels": {"com.docker.stack.namespace": "stk"},
}  # fmt: skip
_CLUSTER: dict[str, Any] = {
    "ID": "cl1", **_META,
    "Spec": {
        "Name": "default", "Labels": {}, "Orchestration": {"TaskHistoryRetentionLimit": 5},
        "Raft": {
            "SnapshotInterval": 10000, "KeepOldSnapshots": 0, "LogEntriesForSlowFollowers": 500, "ElectionTick": 10,
            "HeartbeatTick": 1,
        },
        "Dispatcher": {"HeartbeatPeriod": 5_000_000_000}, "CAConfig": {"NodeCertExpiry": 7_776_000_000_000_000},
        "TaskDefaults": {}, "EncryptionConfig": {"AutoLockManagers": False},
    },
    "TLSInfo": _TLS, "RootRotationInProgress": False, "DefaultAddrPool": ["10.0.0.0/8"], "SubnetSize": 24, "DataPathPort": 4789,
}  # fmt: skip
_INFO = {
    "ID": "x", "Name": "docker-host", "Containers": 0, "ContainersRunning": 0, "ContainersPaused": 0, "ContainersStopped": 0,
    "Images": 0, "Driver": "", "LoggingDriver": "json-file", "CgroupDriver": "cgroupfs", "KernelVersion": "k",
    "OperatingSystem": "o", "OSType": "linux", "Architecture": "x", "NCPU": 1, "MemTotal": 100, "DockerRootDir": "/d",
    "Debug": False,
    "Swarm": {
        "NodeID": MANAGER["ID"], "NodeAddr": "10.0.0.1", "LocalNodeState": "active", "ControlAvailable": True, "Error": "",
        "RemoteManagers": [{"NodeID": MANAGER["ID"], "Addr": "10.0.0.1:2377"}], "Nodes": 1, "Managers": 1, "Cluster": _CLUSTER,
    },
}  # fmt: skip
_LISTS: dict[str, list[dict[str, Any]]] = {
    "services": [WEB, GLOBAL, JOB, STACK_APP],
    "nodes": [WORKER, MANAGER],
    "tasks": [FAILED, SECOND, FIRST],
    "secrets": _SECRETS,
    "configs": _CONFIGS,
}
_FIXED: dict[str, tuple[int, Any]] = {
    "/info": (200, _INFO),
    "/swarm": (200, {**_CLUSTER, "JoinTokens": {"Worker": "SWMTKN-1-w", "Manager": "SWMTKN-1-m"}}),
    "/swarm/init": (200, MANAGER["ID"]),
    "/swarm/unlockkey": (200, {"UnlockKey": "SWMKEY-1-abc"}),
    "/services/create": (201, {"ID": "newservice", "Warnings": ["careful"]}),
    **dict.fromkeys(("/secrets/create", "/configs/create"), (201, {"ID": "newid"})),
    "/networks/create": (201, {"Id": "newid", "Warning": ""}),
}


def answer(method: str, path: str, query: Mapping[str, Any]) -> tuple[int, Any]:
    """What the engine says: a status, and JSON, bytes or None.

    Args:
        query: the request's parameters; filters as the API has them.
    """
    parts = path.strip("/").split("/")
    filters = json.loads(query.get("filters") or "{}")
    if path in _FIXED:
        return copy.deepcopy(_FIXED[path])
    if parts[0] == "swarm":
        return 200, None
    if parts[0] == "distribution":
        if "missing" in path:
            return 401, {"message": "denied"}
        platforms = [{"architecture": "amd64", "os": "linux"}, {"architecture": "arm", "os": "linux", "variant": "v7"}]
        return 200, {
            "Descriptor": {"mediaType": "x", "digest": "sha256:" + "b" * 64, "size": 1},
            "Platforms": platforms,
        }
    if parts[0] == "networks":
        return _network(method, parts, filters)
    if parts[0] in _LISTS:
        found = _listed(parts[0], query, filters) if len(parts) == 1 else _single(method, parts, query)
        return copy.deepcopy(found)
    return 404, {"message": f"page not found {path}"}


def _network(method: str, parts: list[str], filters: Mapping[str, Any]) -> tuple[int, Any]:
    if len(parts) == 1:
        wanted = [label for label in filters.get("label", {}) if label != "com.docker.stack.namespace=stk"]
        return 200, [] if wanted else [_NETWORK]
    if method == "DELETE":
        return 204, None
    return (200, _NETWORK) if parts[1] in ("net1", "net1id") else (404, {"message": f"network {parts[1]} not found"})


def _listed(kind: str, query: Mapping[str, Any], filters: Mapping[str, Any]) -> tuple[int, Any]:
    found = _LISTS[kind]
    if kind == "tasks":
        return 200, [FIRST, SECOND] if "_up-to-date" in filters else found
    if kind != "nodes":
        if names := filters.get("name"):
            found = [one for one in found if one["Spec"]["Name"] in names]
        if ids := filters.get("id"):
            found = [one for one in found if any(one["ID"].startswith(start) for start in ids)]
        for label in filters.get("label", {}):
            key, equals, value = label.partition("=")
            labelled = [one for one in found if key in one["Spec"]["Labels"]]
            found = [one for one in labelled if not equals or one["Spec"]["Labels"][key] == value]
    if kind == "services" and query.get("status") != "true":
        found = [{key: value for key, value in one.items() if key != "ServiceStatus"} for one in found]
    return 200, found


def _single(method: str, parts: list[str], query: Mapping[str, Any]) -> tuple[int, Any]:
    kind, name = parts[:2]
    found = next((one for one in _LISTS[kind] if name in (one["ID"], _name(kind, one))), None)
    if name == "newservice":
        found = {**WEB, "ID": name}
    if found is None:
        return 404, {"message": f"{kind.removesuffix('s')} {name} not found"}
    if parts[-1] == "logs":
        return 200, _logs(query)
    if method == "DELETE":
        return 204, None
    if parts[-1] == "update":
        return 200, {"Warnings": ["w1"]} if kind == "services" else None
    return 200, found


def _name(kind: str, item: Mapping[str, Any]) -> Any:
    return item["Description"]["Hostname"] if kind == "nodes" else item["Spec"].get("Name")


def _logs(query: Mapping[str, Any]) -> bytes:
    out = b""
    for descriptor, task, more, text in (
        (1, FIRST, ",a=b%3Dc", "hello one"),
        (2, SECOND, "", "to err"),
        (1, FIRST, "", ""),
    ):
        details = (
            f"com.docker.swarm.node.id={task['NodeID']},com.docker.swarm.service.id={task['ServiceID']},"
            f"com.docker.swarm.task.id={task['ID']}{more} "
        )
        line = f"{MOMENT} " if query.get("timestamps") else ""
        line += (details if query.get("details") else "") + text + "\n"
        out += struct.pack(">BxxxI", descriptor, len(line)) + line.encode()
    return out
