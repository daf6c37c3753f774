"""What `docker info` shows of the swarm that an engine is in.

Source: docker/cli command/system/info.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakedocker.base.units import human_duration

Part = Mapping[str, Any]


def lines(swarm: Part) -> str:
    """The lines below "Swarm: active"; none where the engine is in no swarm, or its state is locked away."""
    if swarm.get("LocalNodeState") in (None, "", "inactive", "locked"):
        return ""
    text = f"  NodeID: {swarm.get('NodeID', '')}\n"
    text += f"  Error: {swarm['Error']}\n" if swarm.get("Error") else ""
    text += f"  Is Manager: {_flag(swarm.get('ControlAvailable'))}\n"
    cluster = swarm.get("Cluster")
    if cluster and swarm.get("ControlAvailable") and not swarm.get("Error") and swarm["LocalNodeState"] != "error":
        text += _cluster_lines(swarm, cluster)
    text += f"  Node Address: {swarm.get('NodeAddr', '')}\n"
    managers = sorted(manager.get("Addr", "") for manager in swarm.get("RemoteManagers") or [])
    return text + ("  Manager Addresses:\n" + "".join(f"   {address}\n" for address in managers) if managers else "")


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _cluster_lines(swarm: Part, cluster: Part) -> str:
    spec = cluster.get("Spec") or {}
    raft, authority = spec.get("Raft") or {}, spec.get("CAConfig") or {}
    text = f"  ClusterID: {cluster.get('ID', '')}\n  Managers: {swarm.get('Managers', 0)}\n  Nodes: {swarm.get('Nodes', 0)}\n"
    pools = cluster.get("DefaultAddrPool")
    if pools is not None:
        shown = "".join(f"{pool}  " for pool in pools)
        text += f"  Default Address Pool: {shown}\n  SubnetSize: {cluster.get('SubnetSize', 0)}\n"
    text += f"  Data Path Port: {cluster['DataPathPort']}\n" if cluster.get("DataPathPort") else ""
    kept = (spec.get("Orchestration") or {}).get("TaskHistoryRetentionLimit") or 0
    text += f"  Orchestration:\n   Task History Retention Limit: {kept}\n"
    text += f"  Raft:\n   Snapshot Interval: {raft.get('SnapshotInterval', 0)}\n"
    if raft.get("KeepOldSnapshots") is not None:
        text += f"   Number of Old Snapshots to Retain: {raft['KeepOldSnapshots']}\n"
    text += f"   Heartbeat Tick: {raft.get('HeartbeatTick', 0)}\n   Election Tick: {raft.get('ElectionTick', 0)}\n"
    period = human_duration((spec.get("Dispatcher") or {}).get("HeartbeatPeriod", 0))
    text += f"  Dispatcher:\n   Heartbeat Period: {period}\n"
    text += f"  CA Configuration:\n   Expiry Duration: {human_duration(authority.get('NodeCertExpiry', 0))}\n"
    text += f"   Force Rotate: {authority.get('ForceRotate', 0)}\n"
    if certificate := authority.get("SigningCACert", "").strip():
        text += f"   Signing CA Certificate: \n{certificate}\n\n"
    if outside := authority.get("ExternalCAs"):
        text += "   External CAs:\n" + "".join(
            f"     {one.get('Protocol', '')}: {one.get('URL', '')}\n" for one in outside
        )
    locks = (spec.get("EncryptionConfig") or {}).get("AutoLockManagers")
    return text + (
        f"  Autolock Managers: {_flag(locks)}\n"
        f"  Root Rotation In Progress: {_flag(cluster.get('RootRotationInProgress'))}\n"
    )
