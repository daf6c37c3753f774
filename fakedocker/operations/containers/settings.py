"""What the daemon fills in where a new container's settings say nothing, and what it remarks about settings it accepts.

Source: moby daemon/daemon_unix.go adaptContainerSettings and daemon/create.go; the recordings show the filled-in
values. Whether settings are acceptable is `verifying`'s business.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.wire.container import HostConfig, LogConfig, RestartPolicy

DEFAULT_SHM_BYTES = 64 << 20
MASKED_PATHS = (
    "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
)  # fmt: skip
_SORTED_PATHS = tuple(sorted(MASKED_PATHS))
READONLY_PATHS = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def fill_in(host: HostConfig, sorts_masked_paths: bool = False) -> HostConfig:
    """The daemon's own choices for what a request leaves open.

    Args:
        sorts_masked_paths: see `base.profiles.EngineProfile`.
    """
    changes: dict[str, object] = {}
    if not host.log_config.type:
        changes["log_config"] = LogConfig("json-file", host.log_config.config or {})
    elif host.log_config.config is None:
        changes["log_config"] = LogConfig(host.log_config.type, {})
    if host.network_mode in ("", "default"):
        changes["network_mode"] = "bridge"
    if not host.restart_policy.name:
        changes["restart_policy"] = RestartPolicy("no", host.restart_policy.maximum_retry_count)
    if host.memory > 0 and host.memory_swap == 0:
        changes["memory_swap"] = host.memory * 2
    if not host.shm_size:
        changes["shm_size"] = DEFAULT_SHM_BYTES
    if not host.runtime:
        changes["runtime"] = "runc"
    if not host.ipc_mode:
        changes["ipc_mode"] = "private"
    if not host.cgroupns_mode:
        changes["cgroupns_mode"] = "host" if host.privileged else "private"
    if host.masked_paths is None and not host.privileged:
        changes["masked_paths"] = _SORTED_PATHS if sorts_masked_paths else MASKED_PATHS
    if host.readonly_paths is None and not host.privileged:
        changes["readonly_paths"] = READONLY_PATHS
    if host.port_bindings is None:
        changes["port_bindings"] = {}
    changes |= {field: value for field, (value, _) in _discarded(host).items()}
    if host.pids_limit is not None and host.pids_limit <= 0:
        changes["pids_limit"] = None
    return replace(host, **changes)


def warnings(host: HostConfig | None) -> tuple[str, ...]:
    """What the daemon remarks about settings that it accepts, in the order of its checks."""
    if host is None:
        return ()
    remarks = [remark for _, remark in _discarded(host).values() if remark]
    if host.network_mode == "host" and host.port_bindings:
        remarks.append("Published ports are discarded when using host network mode")
    return tuple(remarks)


def _discarded(host: HostConfig) -> dict[str, tuple[object, str]]:
    """Fields that the kernel cannot do: what they become, and the remark about that (moby daemon/daemon_unix.go).

    Cgroups of version 2 have neither swappiness nor a switch for the OOM killer.
    """
    found: dict[str, tuple[object, str]] = {}
    if host.memory_swappiness is not None:
        remark = "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded."
        found["memory_swappiness"] = (None, "" if host.memory_swappiness == -1 else remark)
    if host.oom_kill_disable is not None:
        remark = "Your kernel does not support OomKillDisable. OomKillDisable discarded."
        found["oom_kill_disable"] = (None, remark if host.oom_kill_disable else "")
    if host.cpu_percent > 0:
        found["cpu_percent"] = (0, "linux does not support CPU percent. Percent discarded.")
    return found
