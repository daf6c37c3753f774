"""Whether a new container's settings are acceptable, and what the daemon fills in where nothing was said.

Source: moby daemon/container.go verifyContainerSettings and daemon_unix.go; texts in recordings run-basics, health, logs.
The order of the checks is the daemon's, as only the first problem is told.
"""

from __future__ import annotations

from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.base import messages, signals
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.containers import restart
from fakedocker.network.ports import PROTOCOLS, port_range, split_port
from fakedocker.wire.container import Config, HealthConfig, HostConfig, LogConfig, RestartPolicy, UpdateRequest
from fakedocker.world.draft import Draft

MINIMUM_MEMORY_BYTES = 6 << 20
DEFAULT_SHM_BYTES = 64 << 20
MASKED_PATHS = (
    "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
)  # fmt: skip
READONLY_PATHS = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")

_LOG_OPTIONS: dict[str, tuple[str, ...]] = {
    "json-file": ("max-file", "max-size", "compress", "labels", "labels-regex", "env", "env-regex", "tag", "mode", "max-buffer-size", "cache-disabled",
                  "cache-max-file", "cache-max-size", "cache-compress"),
    "local": ("max-file", "max-size", "compress", "mode", "max-buffer-size"),
    "none": ("mode", "max-buffer-size"),
}  # fmt: skip
_OTHER_LOG_DRIVERS = ("awslogs", "fluentd", "gcplogs", "gelf", "journald", "splunk", "syslog")


def check(draft: Draft, config: Config, host: HostConfig) -> None:
    """Refuse settings that the daemon refuses.

    Raises:
        Refusal: with docker's words.
    """
    _check_resources(
        draft, host.memory, host.memory_swap, host.memory_reservation, host.nano_cpus, host.cpu_period, host.cpu_quota
    )
    _check_log(host.log_config)
    _check_config(config)
    _check_ports(host)
    problem = restart.problem(host.restart_policy)
    if problem:
        raise messages.BAD_REQUEST(problem=problem)
    if host.auto_remove and host.restart_policy.name not in ("", "no"):
        raise messages.AUTO_REMOVE_RESTART()


def check_update(draft: Draft, request: UpdateRequest) -> None:
    """The same for the limits in an update."""
    _check_resources(
        draft, request.memory, 0, request.memory_reservation, request.nano_cpus, request.cpu_period, request.cpu_quota
    )  # swap is compared with the memory the container has, in `update`
    problem = restart.problem(request.restart_policy)
    if problem:
        raise messages.BAD_REQUEST(problem=problem)


def _check_resources(
    draft: Draft, memory: int, swap: int, reservation: int, nano_cpus: int, period: int, quota: int
) -> None:
    if memory and memory < MINIMUM_MEMORY_BYTES:
        raise messages.MINIMUM_MEMORY()
    if memory > 0 and 0 < swap < memory:
        raise messages.MEMORY_SWAP()
    if not memory and swap > 0:
        raise messages.MEMORY_SWAP_ALONE()
    if memory and reservation and memory < reservation:
        raise messages.MEMORY_RESERVATION()
    if nano_cpus:
        if period:
            raise messages.CPU_CONFLICT(what="Period")
        if quota:
            raise messages.CPU_CONFLICT(what="Quota")
        if nano_cpus < 10**7 or nano_cpus > draft.host.cpus * 10**9:
            raise messages.CPU_RANGE(count=draft.host.cpus)


def _check_log(log: LogConfig) -> None:
    driver = log.type or "json-file"
    if driver in _OTHER_LOG_DRIVERS:
        return
    known = _LOG_OPTIONS.get(driver)
    if known is None:
        raise messages.LOG_DRIVER_UNKNOWN(driver=driver)
    for option in sorted(log.config or {}):
        if option not in known:
            raise messages.LOG_OPTION_UNKNOWN(option=option, driver=driver)


def _check_config(config: Config) -> None:
    if config.working_dir and not config.working_dir.startswith("/"):
        raise messages.WORKING_DIR_RELATIVE(path=config.working_dir)
    if config.stop_signal and signals.parse(config.stop_signal) is None:
        raise messages.INVALID_SIGNAL(signal=config.stop_signal)
    for entry in config.env or ():
        if not entry or entry.startswith("="):
            raise messages.ENV_INVALID(value=entry)
    if isinstance(config.healthcheck, HealthConfig):
        _check_health(config.healthcheck)


def _check_health(health: HealthConfig) -> None:
    durations = (
        ("Interval", health.interval),
        ("Timeout", health.timeout),
        ("StartPeriod", health.start_period),
        ("StartInterval", health.start_interval),
    )
    for what, value in durations:
        if value is not UNSET and value != 0 and value < MILLISECOND_NS:
            raise messages.HEALTH_TOO_SHORT(what=what)
    if health.retries is not UNSET and health.retries < 0:
        raise messages.HEALTH_RETRIES()


def _check_ports(host: HostConfig) -> None:
    for text, bindings in sorted((host.port_bindings or {}).items()):
        port, protocol = split_port(text)
        if port_range(port) is None or protocol not in PROTOCOLS:
            raise messages.INVALID_PORT(text=text)
        for binding in bindings or ():
            if binding.host_port and port_range(binding.host_port) is None:
                raise messages.INVALID_PORT(text=binding.host_port)


def fill_in(host: HostConfig) -> HostConfig:
    """The daemon's own choices for what a request leaves open."""
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
        changes["masked_paths"] = MASKED_PATHS
    if host.readonly_paths is None and not host.privileged:
        changes["readonly_paths"] = READONLY_PATHS
    if host.port_bindings is None:
        changes["port_bindings"] = {}
    if host.memory_swappiness == -1:
        changes["memory_swappiness"] = None
    if host.pids_limit is not None and host.pids_limit <= 0:
        changes["pids_limit"] = None
    return replace(host, **changes)


def warnings(host: HostConfig) -> tuple[str, ...]:
    """What the daemon remarks about settings that it accepts."""
    if host.network_mode == "host" and host.port_bindings:
        return ("Published ports are discarded when using host network mode",)
    return ()
