"""docker stats: what a container uses, in the shape that cgroup v2 hosts answer with.

Source: moby daemon/stats_unix.go; the exchanges.
"""

from __future__ import annotations

from fakedocker.base import clock
from fakedocker.base.json_types import JsonObject
from fakedocker.containers.model import Container
from fakedocker.operations.containers import usage
from fakedocker.operations.networks import attachments
from fakedocker.world.draft import Draft

_BLOCK_KINDS = ("io_service_bytes_recursive", "io_serviced_recursive", "io_queue_recursive", "io_service_time_recursive",
                "io_wait_time_recursive", "io_merged_recursive", "io_time_recursive", "sectors_recursive")  # fmt: skip


_PACKET_BYTES = 1500


def sample(draft: Draft, container: Container, before: JsonObject | None = None, one_shot: bool = False) -> JsonObject:
    """One sample.

    Args:
        before: the sample that the client got before this one, for differences; None for the first.
        one_shot: leave out what compares with an earlier sample, and, before 29, whose it is (the exchanges).
    """
    cpu = _cpu(draft, container)
    named = draft.profile.names_samples
    body: JsonObject = {} if one_shot and not named else {"name": f"/{container.name}", "id": container.id}
    body |= {"os_type": "linux"} if named else {}
    body |= {
        "read": clock.rfc3339_nano(draft.wall_ns) if container.has_process else clock.ZERO_TIME,
        "preread": before["read"] if before else clock.ZERO_TIME,
        "pids_stats": {"current": draft.kernel.usage(container.id).processes} if container.has_process else {},
        "blkio_stats": {**dict.fromkeys(_BLOCK_KINDS), **_disk(container)},
        "num_procs": 0,
        "storage_stats": {},
        "cpu_stats": cpu,
        "precpu_stats": before["cpu_stats"] if before and not one_shot else _no_cpu(),
        "memory_stats": _memory(draft, container),
    }
    if container.has_process and attachments.endpoints_of(draft, container):
        body["networks"] = _networks(draft, container)
    return body


def _cpu(draft: Draft, container: Container) -> JsonObject:
    if not container.has_process:
        return _no_cpu()
    said_ns = usage.said_of(container).cpu_used_ns(draft.now_ns)
    used = draft.kernel.usage(container.id).cpu_ns if said_ns is None else said_ns
    return {
        "cpu_usage": {"total_usage": used, "usage_in_kernelmode": used // 3, "usage_in_usermode": used - used // 3},
        "system_cpu_usage": (draft.now_ns - draft.host.started_ns) * draft.host.cpus,
        "online_cpus": draft.host.cpus,
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _no_cpu() -> JsonObject:
    return {
        "cpu_usage": {"total_usage": 0, "usage_in_kernelmode": 0, "usage_in_usermode": 0},
        "throttling_data": {"periods": 0, "throttled_periods": 0, "throttled_time": 0},
    }


def _memory(draft: Draft, container: Container) -> JsonObject:
    if not container.has_process:
        return {}
    said_bytes = usage.said_of(container).memory_bytes
    used = draft.kernel.usage(container.id).memory_bytes if said_bytes is None else said_bytes
    limit = container.host_config.memory or draft.host.memory_bytes
    return {
        "usage": used,
        "stats": {"anon": used, "file": 0, "inactive_file": 0, "active_file": 0, "inactive_anon": used, "active_anon": 0, "pgfault": used // 4096},
        "limit": limit,
    }  # fmt: skip


def _disk(container: Container) -> JsonObject:
    """What was read and written, where it is said: nothing counts it. The device is the first disk."""
    said = usage.said_of(container)
    if said.read_bytes is None or said.written_bytes is None:
        return {}
    amounts = (("read", said.read_bytes), ("write", said.written_bytes))
    return {_BLOCK_KINDS[0]: [{"major": 8, "minor": 0, "op": name, "value": value} for name, value in amounts]}


def _networks(draft: Draft, container: Container) -> JsonObject:
    """Traffic is not counted: every interface shows the neighbour discovery of a link that has come up, or what is said."""
    traffic = {
        "rx_bytes": 806,
        "rx_packets": 9,
        "rx_errors": 0,
        "rx_dropped": 0,
        "tx_bytes": 126,
        "tx_packets": 3,
        "tx_errors": 0,
        "tx_dropped": 0,
    }
    shown = {endpoint.interface: dict(traffic) for endpoint in attachments.endpoints_of(draft, container)}
    said = usage.said_of(container)
    if said.received_bytes is not None and said.sent_bytes is not None:
        packets = {
            "rx_packets": -(-said.received_bytes // _PACKET_BYTES),
            "tx_packets": -(-said.sent_bytes // _PACKET_BYTES),
        }
        shown[min(shown)] |= {"rx_bytes": said.received_bytes, "tx_bytes": said.sent_bytes, **packets}
    return shown
