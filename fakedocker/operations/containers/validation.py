"""Whether a new container's settings, or those of an update, are acceptable: the daemon's checks in the daemon's order.

Source: moby runconfig (what goes with a network mode), daemon/container.go verifyContainerSettings and
daemon/daemon_unix.go verifyPlatformContainerSettings; texts in recordings run-basics, health, logs. Only the first
problem is told, so that the order matters. What is filled in where nothing was said is `settings`' business.
"""

from __future__ import annotations

import ipaddress

from msgspec import UNSET

from fakedocker.base import messages, signals
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.base.numbers import TRUE_OR_FALSE, is_digits
from fakedocker.base.paths import clean
from fakedocker.containers import restart
from fakedocker.kernel.privileges import CAPABILITIES
from fakedocker.network.ports import port_range, split_port
from fakedocker.operations.containers import log_options
from fakedocker.volumes import specification
from fakedocker.wire.container import Config, HealthConfig, HostConfig, UpdateRequest
from fakedocker.world.draft import Draft

MINIMUM_MEMORY_BYTES = 6 << 20
_LARGEST_CPU = 8192
_RUNTIMES = ("", "runc", "io.containerd.runc.v2")


def check(draft: Draft, config: Config, host: HostConfig) -> None:
    """Refuse settings that the daemon refuses.

    Raises:
        Refusal: with docker's words.
    """
    _check_network_mode(config, host)
    if host.isolation not in ("", "default"):
        raise messages.ISOLATION(isolation=host.isolation)
    if host.io_maximum_bandwidth or host.io_maximum_iops:
        raise messages.QUALITY_OF_SERVICE(what="bandwidth" if host.io_maximum_bandwidth else "IOPs")
    if host.cpu_realtime_period or host.cpu_realtime_runtime:
        raise messages.CPU_REAL_TIME()
    if host.cpu_shares < 0:
        raise messages.CPU_SHARES(value=host.cpu_shares)
    _check_config(config)
    _check_host(host)
    _check_resources(draft, host, host.memory_swap)
    _check_platform_settings(host)
    log_options.check(host.log_config)
    for name in sorted(host.storage_opt or {}):
        raise messages.STORAGE_QUOTA() if name.lower() == "size" else messages.STORAGE_OPTION_UNKNOWN(name=name)
    for option in host.security_opt or ():
        _check_security_option(option)


def _check_security_option(option: str) -> None:
    """Refuse an option that none is called, or whose value says neither yes nor no (moby daemon/daemon_unix.go
    parseSecurityOpt)."""
    if option in ("no-new-privileges", "writable-cgroups", "disable"):
        return
    separator = "=" if "=" in option else ":"
    name, found, value = option.partition(separator)
    if not found:
        raise messages.SECURITY_OPTION(number=1, option=option)
    switch = name in ("no-new-privileges", "writable-cgroups")
    if (switch and value not in TRUE_OR_FALSE) or (not switch and name not in ("label", "apparmor", "seccomp")):
        raise messages.SECURITY_OPTION(number=2, option=option)


def check_update(draft: Draft, request: UpdateRequest) -> None:
    """The same for the limits in an update; swap is compared with the memory that the container has, in `update`."""
    problem = restart.problem(request.restart_policy)
    if problem:
        raise messages.BAD_REQUEST(problem=problem)
    _check_resources(draft, request, 0)


def _check_network_mode(config: Config, host: HostConfig) -> None:
    """What does not go with a network mode (moby runconfig validateNetMode)."""
    kind, colon, name = host.network_mode.partition(":")
    if kind == "container" and not name:
        raise messages.NETWORK_MODE_CONTAINER()
    shared = kind == "container" and bool(colon)
    conflicts = (
        (shared and config.hostname, messages.HOSTNAME_CONFLICT),
        (shared and host.links, messages.LINKS_CONTAINER_NETWORK),
        (shared and host.dns, messages.DNS_CONFLICT),
        (shared and host.extra_hosts, messages.EXTRA_HOSTS_CONFLICT),
        (shared and (host.port_bindings or host.publish_all_ports), messages.PUBLISH_CONFLICT),
        (shared and config.exposed_ports, messages.EXPOSE_CONFLICT),
        (host.uts_mode == "host" and config.hostname, messages.UTS_HOSTNAME_CONFLICT),
        (host.network_mode == "host" and host.links, messages.LINKS_HOST_NETWORK),
    )
    for conflict, refusal in conflicts:
        if conflict:
            raise refusal()


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


def _check_host(host: HostConfig) -> None:
    """Settings that every platform has (moby daemon/container.go validateHostConfig)."""
    if host.auto_remove and host.restart_policy.name not in ("", "no"):
        raise messages.AUTO_REMOVE_RESTART()
    for mount in host.mounts or ():
        specification.parse_mount(mount)
    for entry in host.extra_hosts or ():
        _check_extra_host(entry)
    _check_ports(host)
    problem = restart.problem(host.restart_policy)
    if problem:
        raise messages.BAD_REQUEST(problem=problem)
    for field, names in (("CapAdd", host.cap_add), ("CapDrop", host.cap_drop)):
        for name in names or ():
            plain = name.upper().removeprefix("CAP_")
            if plain not in CAPABILITIES and name.upper() != "ALL":
                raise messages.CAPABILITY(field=field, name=f"CAP_{plain}")
    if host.annotations and "" in host.annotations:
        raise messages.ANNOTATION_EMPTY()


def _check_extra_host(entry: str) -> None:
    name, colon, address = entry.partition(":")
    if not colon or not name:
        raise messages.EXTRA_HOST(entry=entry)
    if address == "host-gateway":
        return
    try:
        ipaddress.ip_address(address.strip())
    except ValueError:
        raise messages.EXTRA_HOST_ADDRESS(address=address) from None


def _check_ports(host: HostConfig) -> None:
    """Ports must be numbers (moby daemon/container.go validatePortBindings); their protocols, what is exposed, and the
    addresses of the host are not looked at before a start.
    """
    for text, bindings in sorted((host.port_bindings or {}).items()):
        port, _ = split_port(text)
        if port and ("-" in port or port_range(port) is None):
            raise messages.INVALID_PORT(text=port)
        for binding in bindings or ():
            wanted, _ = split_port(binding.host_port)
            if wanted and port_range(wanted) is None:
                raise messages.INVALID_PORT(text=binding.host_port)


def _check_resources(draft: Draft, limits: HostConfig | UpdateRequest, swap: int) -> None:
    """Limits of memory, processor and block I/O (moby daemon/daemon_unix.go verifyPlatformContainerResources)."""
    memory, reservation = limits.memory, limits.memory_reservation
    if memory and memory < MINIMUM_MEMORY_BYTES:
        raise messages.MINIMUM_MEMORY()
    if memory > 0 and 0 < swap < memory:
        raise messages.MEMORY_SWAP()
    if not memory and swap > 0:
        raise messages.MEMORY_SWAP_ALONE()
    if limits.memory_swappiness is not None and not -1 <= limits.memory_swappiness <= 100:
        raise messages.SWAPPINESS(value=limits.memory_swappiness)
    if 0 < reservation < MINIMUM_MEMORY_BYTES:
        raise messages.MINIMUM_RESERVATION()
    if 0 < memory < reservation:
        raise messages.MEMORY_RESERVATION()
    _check_processors(draft, limits)
    if limits.blkio_weight and not 10 <= limits.blkio_weight <= 1000:
        raise messages.BLOCK_WEIGHT()


def _check_processors(draft: Draft, limits: HostConfig | UpdateRequest) -> None:
    count = draft.host.cpus
    if limits.nano_cpus > 0:
        if limits.cpu_period > 0:
            raise messages.CPU_CONFLICT(what="Period")
        if limits.cpu_quota > 0:
            raise messages.CPU_CONFLICT(what="Quota")
    if limits.nano_cpus and (limits.nano_cpus < 0 or limits.nano_cpus > count * 10**9):
        raise messages.CPU_RANGE(count=count)
    if limits.cpu_period and not 1000 <= limits.cpu_period <= 1_000_000:
        raise messages.CPU_PERIOD()
    if 0 < limits.cpu_quota < 1000:
        raise messages.CPU_QUOTA()
    for what, noun, wanted, highest in (
        ("cpus", "CPUs", limits.cpuset_cpus, count - 1),
        ("mems", "memory nodes", limits.cpuset_mems, 0),
    ):
        try:
            numbers = _number_list(wanted)
        except ValueError as problem:
            raise messages.CPUSET(value=wanted, what=what, problem=problem) from None
        if any(number > highest for number in numbers):
            available = f"0-{highest}" if highest else "0"
            raise messages.CPUSET_UNAVAILABLE(what=noun, wanted=wanted, available=available)


def _number_list(text: str) -> set[int]:
    """0-3,7 as numbers (moby pkg/parsers ParseUintListMaximum).

    Raises:
        ValueError: with docker's words.
    """
    numbers: set[int] = set()
    for part in text.split(",") if text else ():
        first, dash, last = part.partition("-")
        ends = (first, last) if dash else (first, first)
        if not all(is_digits(end) for end in ends):
            raise ValueError(f"invalid format: {text}")
        low, high = int(ends[0]), int(ends[1])
        if dash and high < low:
            raise ValueError(f"invalid format: {text}")
        if high > _LARGEST_CPU:
            raise ValueError(f"value of out range, maximum is {_LARGEST_CPU}")
        numbers.update(range(low, high + 1))
    return numbers


def _check_platform_settings(host: HostConfig) -> None:
    """Modes of namespaces and what else is Linux' own."""
    if host.ipc_mode not in ("", "none", "private", "host", "shareable") and not host.ipc_mode.startswith("container:"):
        raise messages.MODE_INVALID(what="IPC", mode=host.ipc_mode)
    kind, _, name = host.pid_mode.partition(":")
    if host.pid_mode not in ("", "host") and not (kind == "container" and name):
        raise messages.MODE_INVALID(what="PID", mode=host.pid_mode)
    if host.shm_size < 0:
        raise messages.SHM_NEGATIVE()
    if host.uts_mode not in ("", "host"):
        raise messages.MODE_INVALID(what="UTS", mode=host.uts_mode)
    if not -1000 <= host.oom_score_adj <= 1000:
        raise messages.OOM_SCORE(value=host.oom_score_adj)
    if host.cgroup_parent and (len(host.cgroup_parent) <= len(".slice") or not host.cgroup_parent.endswith(".slice")):
        raise messages.CGROUP_PARENT()
    if host.runtime not in _RUNTIMES:
        raise messages.RUNTIME_UNKNOWN(name=host.runtime)
    for target in sorted(host.tmpfs or {}):
        if clean(target) == "/":
            raise messages.MOUNT_ROOT()
        if not target.startswith("/"):
            raise messages.MOUNT_RELATIVE(path=target)
    if host.cgroupns_mode not in ("", "private", "host"):
        raise messages.MODE_INVALID(what="cgroup namespace", mode=host.cgroupns_mode)
