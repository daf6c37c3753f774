"""A container's limits as the files of its control group have them.

Source: runc 1.2 libcontainer/cgroups (fs2, utils.go: ConvertCPUSharesToCgroupV2Value, ConvertBlkIOToIOWeightValue,
ConvertMemorySwapToCgroupV2Value), moby daemon/daemon_unix.go getCPUResources, getBlkioThrottleDevices.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.control_groups import PAGE_BYTES
from fakedocker.kernel.namespaces import ResourceSettings
from fakedocker.network.model import HOST
from fakedocker.operations.system import files
from fakedocker.wire.container import HostConfig
from fakedocker.world.draft import Draft

_LEAST_QUOTA_US: Final = 1000
_THROTTLES: Final = (
    ("rbps", "blkio_device_read_bps"),
    ("wbps", "blkio_device_write_bps"),
    ("riops", "blkio_device_read_iops"),
    ("wiops", "blkio_device_write_iops"),
)  # fmt: skip


def of_namespace(draft: Draft, host: HostConfig) -> ResourceSettings:
    """The arguments of `create_namespace`, and of `update_namespace`, that are limits."""
    return {
        "memory_limit_bytes": host.memory,
        "pids_limit": max(host.pids_limit or 0, 0),
        "swap_limit_bytes": swap_limit(host),
        "cpu_max": cpu_max(host),
        "resources": tuple(_others(draft, host)),
    }


def swap_limit(host: HostConfig) -> int | None:
    """The swap that a container may have, as memory.swap.max has it; None for any."""
    return host.memory_swap - host.memory if host.memory > 0 and host.memory_swap > 0 else None


def cpu_max(host: HostConfig) -> str:
    """The processor time that a container may have, as cpu.max has it."""
    if host.nano_cpus > 0:
        return f"{host.nano_cpus // 10_000 or 'max'} 100000"
    quota = str(host.cpu_quota) if host.cpu_quota > 0 else "max"
    return f"{quota} {host.cpu_period or 100_000}"


def processor_problem(identifier: str, host: HostConfig) -> str:
    """runc's words where the kernel takes no such share of a processor; "" where it does (Linux tg_set_cfs_bandwidth)."""
    text = cpu_max(host)
    quota, _, _ = text.partition(" ")
    if quota == "max" or int(quota) >= _LEAST_QUOTA_US:
        return ""
    path = f"/sys/fs/cgroup{control_group(identifier, host)}/cpu.max"
    return f'failed to write "{text}": write {path}: invalid argument'


def _others(draft: Draft, host: HostConfig) -> Iterable[tuple[str, str]]:
    """Those that are only shown: (file, text)."""
    if host.cpu_shares:
        shares = min(max(host.cpu_shares, 2), 262_144)
        yield "cpu.weight", str(1 + (shares - 2) * 9999 // 262_142)
    if host.cpuset_cpus:
        yield "cpuset.cpus", _ranges(host.cpuset_cpus)
    if host.cpuset_mems:
        yield "cpuset.mems", _ranges(host.cpuset_mems)
    if host.memory_reservation:
        yield "memory.low", str(host.memory_reservation // PAGE_BYTES * PAGE_BYTES)
    if host.blkio_weight:
        yield "io.weight", f"default {1 + (host.blkio_weight - 10) * 9999 // 990}"
    if throttled := _throttled(draft, host):
        yield "io.max", throttled


def _ranges(text: str) -> str:
    """A list of numbers as the kernel writes it: 0,1,3 is 0-1,3."""
    numbers: set[int] = set()
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if is_digits(first):
            numbers |= set(range(int(first), min(int(last) if is_digits(last) else int(first), 4095) + 1))
    shown: list[list[int]] = []
    for number in sorted(numbers):
        if shown and shown[-1][1] == number - 1:
            shown[-1][1] = number
        else:
            shown.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in shown)


def _throttled(draft: Draft, host: HostConfig) -> str:
    """io.max: a line per device, its numbers in front."""
    lines: dict[tuple[int, int], dict[str, str]] = {}
    machine = draft.kernel_draft.namespaces[HOST].mounts
    for key, field in _THROTTLES:
        for limit in getattr(host, field) or ():
            node = files.node_at(draft, machine, str(limit.get("Path", "")))
            if limit.get("Rate"):
                lines.setdefault(node.rdev, {})[key] = str(limit["Rate"])
    return "\n".join(
        f"{major}:{minor} " + " ".join(f"{key}={rates.get(key, 'max')}" for key, _ in _THROTTLES)
        for (major, minor), rates in sorted(lines.items())
    )


def control_group(identifier: str, host: HostConfig) -> str:
    """The path of a container's control group as the host has it, by systemd's rules (runc ExpandSlice)."""
    parent = host.cgroup_parent or "system.slice"
    above, path = "", ""
    for part in parent.removesuffix(".slice").split("-"):
        above = f"{above}-{part}" if above else part
        path += f"/{above}.slice"
    return f"{path}/docker-{identifier}.scope"
