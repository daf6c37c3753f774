"""Messages about containers: what creates one (Config, HostConfig), and what inspect and lists say of it."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from fakedocker.wire.manifest import Descriptor
from fakedocker.wire.naming import pascal
from fakedocker.wire.network import EndpointSettings, NetworkingConfig, PortBinding
from fakedocker.wire.storage import GraphDriver, Storage

Labels = dict[str, str]
Empty = dict[str, Any]


class HealthConfig(Struct, frozen=True, gc=False, rename=pascal()):
    """A health check; durations in nanoseconds, 0 means inherit or default."""

    test: tuple[str, ...] | UnsetType | None = UNSET
    interval: int | UnsetType = UNSET
    timeout: int | UnsetType = UNSET
    start_period: int | UnsetType = UNSET
    start_interval: int | UnsetType = UNSET
    retries: int | UnsetType = UNSET


class Config(
    Struct, frozen=True, gc=False, kw_only=True, rename=pascal(on_build="OnBuild", network_disabled="NetworkDisabled")
):
    """The portable part of a container: what an image can say too."""

    hostname: str = ""
    domainname: str = ""
    user: str = ""
    attach_stdin: bool = False
    attach_stdout: bool = False
    attach_stderr: bool = False
    exposed_ports: dict[str, Empty] | UnsetType | None = UNSET
    tty: bool = False
    open_stdin: bool = False
    stdin_once: bool = False
    env: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | str | None = None
    healthcheck: HealthConfig | UnsetType | None = UNSET
    args_escaped: bool | UnsetType = UNSET
    image: str = ""
    volumes: dict[str, Empty] | None = None
    working_dir: str = ""
    entrypoint: tuple[str, ...] | str | None = None
    network_disabled: bool | UnsetType = UNSET
    mac_address: str | UnsetType = UNSET
    on_build: tuple[str, ...] | UnsetType | None = None
    labels: Labels | None = None
    stop_signal: str | UnsetType = UNSET
    stop_timeout: int | UnsetType | None = UNSET
    shell: tuple[str, ...] | UnsetType | None = UNSET


class LogConfig(Struct, frozen=True, gc=False, rename=pascal()):
    """HostConfig.LogConfig."""

    type: str = ""
    config: dict[str, str] | None = None


class RestartPolicy(Struct, frozen=True, gc=False, rename=pascal()):
    """HostConfig.RestartPolicy: no, always, unless-stopped or on-failure."""

    name: str = ""
    maximum_retry_count: int = 0


class DeviceMapping(Struct, frozen=True, gc=False, rename=pascal()):
    """An element of HostConfig.Devices."""

    path_on_host: str = ""
    path_in_container: str = ""
    cgroup_permissions: str = ""


class Ulimit(Struct, frozen=True, gc=False, rename=pascal()):
    """An element of HostConfig.Ulimits; -1 for no limit."""

    name: str = ""
    hard: int = 0
    soft: int = 0


class BindOptions(Struct, frozen=True, gc=False, kw_only=True, rename=pascal()):
    """Mount.BindOptions."""

    propagation: str | UnsetType = UNSET
    non_recursive: bool | UnsetType = UNSET
    create_mountpoint: bool | UnsetType = UNSET
    read_only_non_recursive: bool | UnsetType = UNSET
    read_only_force_recursive: bool | UnsetType = UNSET


class DriverConfig(Struct, frozen=True, gc=False, rename=pascal()):
    """Mount.VolumeOptions.DriverConfig."""

    name: str | UnsetType = UNSET
    options: dict[str, str] | UnsetType | None = UNSET


class VolumeOptions(Struct, frozen=True, gc=False, kw_only=True, rename=pascal()):
    """Mount.VolumeOptions."""

    no_copy: bool | UnsetType = UNSET
    labels: Labels | UnsetType | None = UNSET
    subpath: str | UnsetType = UNSET
    driver_config: DriverConfig | UnsetType | None = UNSET


class TmpfsOptions(Struct, frozen=True, gc=False, kw_only=True, rename=pascal()):
    size_bytes: int | UnsetType = UNSET
    mode: int | UnsetType = UNSET
    options: tuple[tuple[str, ...], ...] | UnsetType | None = UNSET


class Mount(Struct, frozen=True, gc=False, kw_only=True, rename=pascal()):
    """A mount asked for with --mount."""

    type: str = ""
    source: str | UnsetType = UNSET
    target: str = ""
    read_only: bool | UnsetType = UNSET
    consistency: str | UnsetType = UNSET
    bind_options: BindOptions | UnsetType | None = UNSET
    volume_options: VolumeOptions | UnsetType | None = UNSET
    image_options: dict[str, Any] | UnsetType | None = UNSET
    tmpfs_options: TmpfsOptions | UnsetType | None = UNSET


_HOST_NAMES = {
    "container_id_file": "ContainerIDFile", "dns": "Dns", "dns_options": "DnsOptions", "dns_search": "DnsSearch", "uts_mode": "UTSMode",
    "oom_score_adj": "OomScoreAdj", "oom_kill_disable": "OomKillDisable", "cpu_shares": "CpuShares", "cpu_period": "CpuPeriod",
    "cpu_quota": "CpuQuota", "cpu_realtime_period": "CpuRealtimePeriod", "cpu_realtime_runtime": "CpuRealtimeRuntime",
    "cpuset_cpus": "CpusetCpus", "cpuset_mems": "CpusetMems", "cpu_count": "CpuCount", "cpu_percent": "CpuPercent",
    "blkio_device_read_iops": "BlkioDeviceReadIOps", "blkio_device_write_iops": "BlkioDeviceWriteIOps",
    "io_maximum_iops": "IOMaximumIOps", "memory_swappiness": "MemorySwappiness", "cgroupns_mode": "CgroupnsMode",
}  # fmt: skip


class HostConfig(Struct, frozen=True, gc=False, kw_only=True, rename=pascal(**_HOST_NAMES)):
    """The part of a container that depends on the host it runs on."""

    binds: tuple[str, ...] | None = None
    container_id_file: str = ""
    log_config: LogConfig = LogConfig()
    network_mode: str = ""
    port_bindings: dict[str, tuple[PortBinding, ...] | None] | None = None
    restart_policy: RestartPolicy = RestartPolicy()
    auto_remove: bool = False
    volume_driver: str = ""
    volumes_from: tuple[str, ...] | None = None
    console_size: tuple[int, int] = (0, 0)
    annotations: dict[str, str] | UnsetType | None = UNSET
    cap_add: tuple[str, ...] | None = None
    cap_drop: tuple[str, ...] | None = None
    cgroupns_mode: str = ""
    dns: tuple[str, ...] | None = None
    dns_options: tuple[str, ...] | None = None
    dns_search: tuple[str, ...] | None = None
    extra_hosts: tuple[str, ...] | None = None
    group_add: tuple[str, ...] | None = None
    ipc_mode: str = ""
    cgroup: str = ""
    links: tuple[str, ...] | None = None
    oom_score_adj: int = 0
    pid_mode: str = ""
    privileged: bool = False
    publish_all_ports: bool = False
    readonly_rootfs: bool = False
    security_opt: tuple[str, ...] | None = None
    storage_opt: dict[str, str] | UnsetType | None = UNSET
    tmpfs: dict[str, str] | UnsetType | None = UNSET
    uts_mode: str = ""
    userns_mode: str = ""
    shm_size: int = 0
    sysctls: dict[str, str] | UnsetType | None = UNSET
    runtime: str = ""
    isolation: str = ""
    cpu_shares: int = 0
    memory: int = 0
    nano_cpus: int = 0
    cgroup_parent: str = ""
    blkio_weight: int = 0
    blkio_weight_device: tuple[dict[str, Any], ...] | None = None
    blkio_device_read_bps: tuple[dict[str, Any], ...] | None = None
    blkio_device_write_bps: tuple[dict[str, Any], ...] | None = None
    blkio_device_read_iops: tuple[dict[str, Any], ...] | None = None
    blkio_device_write_iops: tuple[dict[str, Any], ...] | None = None
    cpu_period: int = 0
    cpu_quota: int = 0
    cpu_realtime_period: int = 0
    cpu_realtime_runtime: int = 0
    cpuset_cpus: str = ""
    cpuset_mems: str = ""
    devices: tuple[DeviceMapping, ...] | None = None
    device_cgroup_rules: tuple[str, ...] | None = None
    device_requests: tuple[dict[str, Any], ...] | None = None
    kernel_memory: int | UnsetType = UNSET
    kernel_memory_tcp: int | UnsetType = UNSET
    memory_reservation: int = 0
    memory_swap: int = 0
    memory_swappiness: int | None = None
    oom_kill_disable: bool | None = None
    pids_limit: int | None = None
    ulimits: tuple[Ulimit, ...] | None = None
    cpu_count: int = 0
    cpu_percent: int = 0
    io_maximum_iops: int = 0
    io_maximum_bandwidth: int = 0
    mounts: tuple[Mount, ...] | UnsetType | None = UNSET
    masked_paths: tuple[str, ...] | None = None
    readonly_paths: tuple[str, ...] | None = None
    init: bool | UnsetType | None = UNSET


class CreateRequest(
    Config,
    frozen=True,
    kw_only=True,
    rename=pascal(cpu_shares="CpuShares", on_build="OnBuild", network_disabled="NetworkDisabled"),
):
    """The body of POST /containers/create: a Config and beside it how to run and where to connect.

    The limits that stood beside the Config long ago are still taken where HostConfig has none (moby runconfig
    getHostConfig).
    """

    host_config: HostConfig | None = None
    networking_config: NetworkingConfig | None = None
    memory: int = 0
    memory_swap: int = 0
    cpu_shares: int = 0
    cpuset_cpus: str = ""
    cpuset: str = ""
    volume_driver: str = ""


class UpdateRequest(Struct, frozen=True, gc=False, kw_only=True, rename=pascal(**_HOST_NAMES)):
    """The body of POST /containers/ID/update; 0 and absent leave a limit as it is."""

    blkio_weight: int = 0
    blkio_weight_device: tuple[dict[str, Any], ...] | None = None
    blkio_device_read_bps: tuple[dict[str, Any], ...] | None = None
    blkio_device_write_bps: tuple[dict[str, Any], ...] | None = None
    blkio_device_read_iops: tuple[dict[str, Any], ...] | None = None
    blkio_device_write_iops: tuple[dict[str, Any], ...] | None = None
    cpu_shares: int = 0
    memory: int = 0
    nano_cpus: int = 0
    cpu_period: int = 0
    cpu_quota: int = 0
    cpu_realtime_period: int = 0
    cpu_realtime_runtime: int = 0
    cpuset_cpus: str = ""
    cpuset_mems: str = ""
    memory_reservation: int = 0
    memory_swap: int = 0
    memory_swappiness: int | None = None
    pids_limit: int | None = None
    restart_policy: RestartPolicy = RestartPolicy()


class HealthResult(Struct, frozen=True, gc=False, rename=pascal()):
    """A check in State.Health.Log."""

    start: str
    end: str
    exit_code: int
    output: str


class Health(Struct, frozen=True, gc=False, rename=pascal()):
    """State.Health."""

    status: str
    failing_streak: int
    log: tuple[HealthResult, ...]


class State(Struct, frozen=True, gc=False, kw_only=True, rename=pascal(oom_killed="OOMKilled")):
    """State of GET /containers/ID/json."""

    status: str
    running: bool
    paused: bool
    restarting: bool
    oom_killed: bool
    dead: bool
    pid: int
    exit_code: int
    error: str
    started_at: str
    finished_at: str
    health: Health | UnsetType = UNSET


class MountPoint(Struct, frozen=True, gc=False, kw_only=True, rename=pascal(rw="RW")):
    """A mount as it is, in inspect and lists."""

    type: str
    name: str | UnsetType = UNSET
    source: str
    destination: str
    driver: str | UnsetType = UNSET
    mode: str
    rw: bool
    propagation: str


class NetworkSettings(
    Struct, frozen=True, kw_only=True, rename=pascal(sandbox_id="SandboxID", endpoint_id="EndpointID")
):
    """NetworkSettings of GET /containers/ID/json."""

    bridge: str | UnsetType = ""
    sandbox_id: str = ""
    sandbox_key: str = ""
    ports: dict[str, tuple[PortBinding, ...] | None] = {}
    hairpin_mode: bool | UnsetType = False
    link_local_ipv6_address: str | UnsetType = ""
    link_local_ipv6_prefix_len: int | UnsetType = 0
    secondary_ip_addresses: UnsetType | None = None
    secondary_ipv6_addresses: UnsetType | None = None
    endpoint_id: str | UnsetType = ""
    gateway: str | UnsetType = ""
    global_ipv6_address: str | UnsetType = ""
    global_ipv6_prefix_len: int | UnsetType = 0
    ip_address: str | UnsetType = ""
    ip_prefix_len: int | UnsetType = 0
    ipv6_gateway: str | UnsetType = ""
    mac_address: str | UnsetType = ""
    networks: dict[str, EndpointSettings] = {}


class ContainerInspect(Struct, frozen=True, gc=False, kw_only=True, rename=pascal(id="Id", size_rw="SizeRw")):
    """The answer of GET /containers/ID/json."""

    id: str
    created: str
    path: str
    args: tuple[str, ...]
    state: State
    image: str
    resolv_conf_path: str
    hostname_path: str
    hosts_path: str
    log_path: str
    name: str
    restart_count: int
    driver: str
    platform: str
    mount_label: str = ""
    process_label: str = ""
    app_armor_profile: str = ""
    exec_ids: tuple[str, ...] | None = None
    host_config: HostConfig
    graph_driver: GraphDriver | UnsetType = UNSET
    storage: Storage | UnsetType = UNSET
    size_rw: int | UnsetType = UNSET
    size_root_fs: int | UnsetType = UNSET
    mounts: tuple[MountPoint, ...]
    config: Config
    network_settings: NetworkSettings
    image_manifest_descriptor: Descriptor | UnsetType = UNSET


class ListedPort(Struct, frozen=True, gc=False, kw_only=True, rename=pascal()):
    """An element of Ports of GET /containers/json."""

    ip: str | UnsetType = UNSET
    private_port: int
    public_port: int | UnsetType = UNSET
    type: str
