"""Messages about a swarm, its nodes, secrets and configs: as clients send them, and as they are shown.

Source: moby api/types/swarm, the description of the API. Fields that Go shows even when they are empty are named in
`always`; `omitting.plain` makes the JSON.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from fakedocker.wire.naming import pascal

Labels = dict[str, str]

_INIT_NAMES = {"default_addr_pool": "DefaultAddrPool", "auto_lock_managers": "AutoLockManagers"}


class Driver(Struct, frozen=True, kw_only=True, rename=pascal()):
    """A plugin and its options."""

    name: str = ""
    options: Labels | None = None


class Orchestration(Struct, frozen=True, kw_only=True, rename=pascal()):
    """SwarmSpec.Orchestration."""

    task_history_retention_limit: int | None = None


class Raft(Struct, frozen=True, kw_only=True, rename=pascal()):
    """SwarmSpec.Raft; ticks are seconds."""

    always: ClassVar = ("election_tick", "heartbeat_tick")

    snapshot_interval: int = 0
    keep_old_snapshots: int | None = None
    log_entries_for_slow_followers: int = 0
    election_tick: int = 0
    heartbeat_tick: int = 0


class Dispatcher(Struct, frozen=True, kw_only=True, rename=pascal()):
    """SwarmSpec.Dispatcher."""

    heartbeat_period: int = 0
    """Nanoseconds."""


class ExternalCA(Struct, frozen=True, kw_only=True, rename=pascal(url="URL", ca_cert="CACert")):
    always: ClassVar = ("protocol", "url", "ca_cert")

    protocol: str = ""
    url: str = ""
    options: Labels | None = None
    ca_cert: str = ""


class CAConfig(
    Struct,
    frozen=True,
    kw_only=True,
    rename=pascal(external_cas="ExternalCAs", signing_ca_cert="SigningCACert", signing_ca_key="SigningCAKey"),
):
    """SwarmSpec.CAConfig; NodeCertExpiry in nanoseconds."""

    node_cert_expiry: int = 0
    """Nanoseconds."""
    external_cas: tuple[ExternalCA, ...] = ()
    signing_ca_cert: str = ""
    signing_ca_key: str = ""
    force_rotate: int = 0


class TaskDefaults(Struct, frozen=True, kw_only=True, rename=pascal()):
    log_driver: Driver | None = None


class EncryptionConfig(Struct, frozen=True, kw_only=True, rename=pascal()):
    always: ClassVar = ("auto_lock_managers",)

    auto_lock_managers: bool = False


class SwarmSpec(Struct, frozen=True, kw_only=True, rename=pascal(ca_config="CAConfig")):
    """What is wished of a swarm; the body of POST /swarm/update."""

    always: ClassVar = ("labels",)

    name: str = ""
    labels: Labels = {}
    orchestration: Orchestration = Orchestration()
    raft: Raft = Raft()
    dispatcher: Dispatcher = Dispatcher()
    ca_config: CAConfig = CAConfig()
    task_defaults: TaskDefaults = TaskDefaults()
    encryption_config: EncryptionConfig = EncryptionConfig()


class SwarmInit(Struct, frozen=True, kw_only=True, rename=pascal(**_INIT_NAMES)):
    """The body of POST /swarm/init."""

    listen_addr: str = ""
    advertise_addr: str = ""
    data_path_addr: str = ""
    data_path_port: int = 0
    force_new_cluster: bool = False
    spec: SwarmSpec = SwarmSpec()
    auto_lock_managers: bool = False
    availability: str = ""
    default_addr_pool: tuple[str, ...] | None = None
    subnet_size: int = 0


class SwarmJoin(Struct, frozen=True, kw_only=True, rename=pascal()):
    """The body of POST /swarm/join."""

    listen_addr: str = ""
    advertise_addr: str = ""
    data_path_addr: str = ""
    remote_addrs: tuple[str, ...] = ()
    join_token: str = ""
    availability: str = ""


class SwarmUnlock(Struct, frozen=True, kw_only=True, rename=pascal()):
    """The body of POST /swarm/unlock."""

    unlock_key: str = ""


class NodeSpec(Struct, frozen=True, kw_only=True, rename=pascal()):
    """What is wished of a node; the body of POST /nodes/ID/update."""

    always: ClassVar = ("labels",)

    name: str = ""
    labels: Labels = {}
    role: str = ""
    availability: str = ""


class StoredSpec(Struct, frozen=True, kw_only=True, rename=pascal()):
    """What is wished of a secret or a config; the body of what creates or updates one.

    Args:
        data: in base64.
    """

    always: ClassVar = ("labels",)

    name: str = ""
    labels: Labels = {}
    data: str = ""
    driver: Driver | None = None
    templating: Driver | None = None
