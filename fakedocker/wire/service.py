"""Messages about services of a swarm and their tasks: as clients send them, and as they are shown by `omitting.plain`.

Source: moby api/types/swarm/{service,container,task,network}.go. Durations are nanoseconds.
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import Struct

from fakedocker.wire.container import HealthConfig, Mount, Ulimit
from fakedocker.wire.naming import pascal
from fakedocker.wire.swarm import Driver, Labels


class Nothing(Struct, frozen=True):
    """What is there or not, and says nothing else."""


class FileTarget(Struct, frozen=True, kw_only=True, rename=pascal(uid="UID", gid="GID")):
    """A file that a secret or config becomes."""

    always: ClassVar = ("name", "uid", "gid", "mode")

    name: str = ""
    uid: str = ""
    gid: str = ""
    mode: int = 0


class SecretReference(Struct, frozen=True, kw_only=True, rename=pascal()):
    """A secret that a task's container finds as a file."""

    always: ClassVar = ("file", "secret_id", "secret_name")

    file: FileTarget | None = None
    secret_id: str = ""
    secret_name: str = ""


class ConfigReference(Struct, frozen=True, kw_only=True, rename=pascal()):
    """A config that a task's container finds as a file, or that its runtime reads."""

    always: ClassVar = ("config_id", "config_name")

    file: FileTarget | None = None
    runtime: Nothing | None = None
    config_id: str = ""
    config_name: str = ""


class DNSConfig(Struct, frozen=True, kw_only=True, rename=pascal()):
    """ContainerSpec.DNSConfig: what is written into resolv.conf."""

    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class CredentialSpec(Struct, frozen=True, kw_only=True, rename=pascal()):
    always: ClassVar = ("config", "file", "registry")

    config: str = ""
    file: str = ""
    registry: str = ""


class Privileges(Struct, frozen=True, kw_only=True, rename=pascal(selinux_context="SELinuxContext")):
    always: ClassVar = ("credential_spec", "selinux_context", "no_new_privileges")

    credential_spec: CredentialSpec | None = None
    selinux_context: dict[str, Any] | None = None
    seccomp: dict[str, Any] | None = None
    app_armor: dict[str, Any] | None = None
    no_new_privileges: bool = False


class ContainerSpec(Struct, frozen=True, kw_only=True, rename=pascal(tty="TTY", oom_score_adj="OomScoreAdj")):
    """What the containers of a service are made of."""

    image: str = ""
    labels: Labels | None = None
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    hostname: str = ""
    env: tuple[str, ...] = ()
    dir: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    privileges: Privileges | None = None
    init: bool | None = None
    stop_signal: str = ""
    tty: bool = False
    open_stdin: bool = False
    read_only: bool = False
    mounts: tuple[Mount, ...] = ()
    stop_grace_period: int | None = None
    healthcheck: HealthConfig | None = None
    hosts: tuple[str, ...] = ()
    dns_config: DNSConfig | None = None
    secrets: tuple[SecretReference, ...] = ()
    configs: tuple[ConfigReference, ...] = ()
    isolation: str = ""
    sysctls: Labels | None = None
    capability_add: tuple[str, ...] = ()
    capability_drop: tuple[str, ...] = ()
    ulimits: tuple[Ulimit, ...] = ()
    oom_score_adj: int = 0


class NamedResource(Struct, frozen=True, kw_only=True, rename=pascal()):
    kind: str = ""
    value: str = ""


class DiscreteResource(Struct, frozen=True, kw_only=True, rename=pascal()):
    kind: str = ""
    value: int = 0


class GenericResource(Struct, frozen=True, kw_only=True, rename=pascal()):
    named_resource_spec: NamedResource | None = None
    discrete_resource_spec: DiscreteResource | None = None


class Reservations(Struct, frozen=True, kw_only=True, rename=pascal(nano_cpus="NanoCPUs")):
    """What a node must have free for a task."""

    nano_cpus: int = 0
    memory_bytes: int = 0
    generic_resources: tuple[GenericResource, ...] = ()


class Limits(Struct, frozen=True, kw_only=True, rename=pascal(nano_cpus="NanoCPUs")):
    """What a task may use."""

    nano_cpus: int = 0
    memory_bytes: int = 0
    pids: int = 0


class Resources(Struct, frozen=True, kw_only=True, rename=pascal()):
    """TaskTemplate.Resources."""

    limits: Limits | None = None
    reservations: Reservations | None = None
    swap_bytes: int | None = None
    memory_swappiness: int | None = None


class RestartPolicy(Struct, frozen=True, kw_only=True, rename=pascal()):
    """Which ended tasks get a successor."""

    condition: str = ""
    delay: int | None = None
    max_attempts: int | None = None
    window: int | None = None


class SpreadOver(Struct, frozen=True, kw_only=True, rename=pascal()):
    always: ClassVar = ("spread_descriptor",)

    spread_descriptor: str = ""


class Preference(Struct, frozen=True, kw_only=True, rename=pascal()):
    always: ClassVar = ("spread",)

    spread: SpreadOver | None = None


class Platform(Struct, frozen=True, kw_only=True, rename=pascal()):
    """A platform that a task runs on."""

    architecture: str = ""
    os: str = ""


class Placement(Struct, frozen=True, kw_only=True, rename=pascal()):
    """Which nodes may run a task."""

    constraints: tuple[str, ...] = ()
    preferences: tuple[Preference, ...] = ()
    max_replicas: int = 0
    platforms: tuple[Platform, ...] = ()


class NetworkAttachment(Struct, frozen=True, kw_only=True, rename=pascal()):
    """A network that tasks join."""

    target: str = ""
    aliases: tuple[str, ...] = ()
    driver_opts: Labels | None = None


class TaskSpec(Struct, frozen=True, kw_only=True, rename=pascal()):
    """What every task of a service is."""

    always: ClassVar = ("force_update",)

    container_spec: ContainerSpec | None = None
    plugin_spec: dict[str, Any] | None = None
    network_attachment_spec: dict[str, Any] | None = None
    resources: Resources | None = None
    restart_policy: RestartPolicy | None = None
    placement: Placement | None = None
    networks: tuple[NetworkAttachment, ...] = ()
    log_driver: Driver | None = None
    force_update: int = 0
    runtime: str = ""


class Replicated(Struct, frozen=True, kw_only=True, rename=pascal()):
    """Mode.Replicated."""

    replicas: int | None = None


class ReplicatedJob(Struct, frozen=True, kw_only=True, rename=pascal()):
    """Mode.ReplicatedJob."""

    max_concurrent: int | None = None
    total_completions: int | None = None


class Mode(Struct, frozen=True, kw_only=True, rename=pascal()):
    """How many tasks there are: one of these is there."""

    replicated: Replicated | None = None
    global_: Nothing | None = None
    replicated_job: ReplicatedJob | None = None
    global_job: Nothing | None = None

    @property
    def name(self) -> str:
        """As filters call it."""
        if self.global_ is not None:
            return "global"
        if self.replicated_job is not None:
            return "replicated-job"
        return "replicated" if self.global_job is None else "global-job"

    @property
    def is_job(self) -> bool:
        """Whether tasks are to end."""
        return self.replicated_job is not None or self.global_job is not None

    @property
    def is_global(self) -> bool:
        """Whether every node has one task."""
        return self.global_ is not None or self.global_job is not None


class UpdateConfig(Struct, frozen=True, kw_only=True, rename=pascal()):
    """How tasks are replaced by those of another specification."""

    always: ClassVar = ("parallelism", "max_failure_ratio", "order")

    parallelism: int = 0
    delay: int = 0
    failure_action: str = ""
    monitor: int = 0
    max_failure_ratio: float = 0
    order: str = ""


class PortConfig(Struct, frozen=True, kw_only=True, rename=pascal()):
    """A port that is published."""

    name: str = ""
    protocol: str = ""
    target_port: int = 0
    published_port: int = 0
    publish_mode: str = ""


class EndpointSpec(Struct, frozen=True, kw_only=True, rename=pascal()):
    """How a service is reached: vip or dnsrr, and its ports."""

    mode: str = ""
    ports: tuple[PortConfig, ...] = ()


class ServiceSpec(Struct, frozen=True, kw_only=True, rename=pascal()):
    """What is wished of a service; the body of what creates or updates one."""

    always: ClassVar = ("labels",)

    name: str = ""
    labels: Labels = {}
    task_template: TaskSpec = TaskSpec()
    mode: Mode = Mode()
    update_config: UpdateConfig | None = None
    rollback_config: UpdateConfig | None = None
    networks: tuple[NetworkAttachment, ...] = ()
    endpoint_spec: EndpointSpec | None = None
