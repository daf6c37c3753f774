"""A container as a value, and its parts."""

from __future__ import annotations

from msgspec import Struct

from fakedocker.containers.usage import Usage
from fakedocker.volumes.model import MountSpec
from fakedocker.wire.container import Config, HostConfig
from fakedocker.wire.network import EndpointSettings

CREATED, RUNNING, PAUSED, RESTARTING, EXITED, DEAD, REMOVING = (
    "created",
    "running",
    "paused",
    "restarting",
    "exited",
    "dead",
    "removing",
)


class Chunk(Struct, frozen=True, gc=False):
    """Bytes that a container wrote, as it wrote them."""

    at_ns: int
    fd: int
    data: bytes


class HealthResult(Struct, frozen=True, gc=False):
    """One run of a health check."""

    started_ns: int
    ended_ns: int
    exit_code: int
    output: str


class Health(Struct, frozen=True, gc=False, kw_only=True):
    """What the health monitor knows of a running container."""

    status: str = "starting"
    failing_streak: int = 0
    log: tuple[HealthResult, ...] = ()
    probe_pid: int = 0
    """Host pid of the check that is running, 0 between checks."""
    probe_started_ns: int = 0
    probe_output: bytes = b""
    timer: int = 0


class Link(Struct, frozen=True, gc=False, kw_only=True):
    """Another container of the default bridge, under a name of one's own."""

    alias: str
    container_id: str
    container_name: str
    """As it was called when the link was made: shown once it is gone."""


class Container(Struct, frozen=True, gc=False, kw_only=True):
    """A container: what it was made of, and the state it is in."""

    id: str
    number: int
    """Containers were made in this order."""
    name: str
    created_ns: int
    image_id: str
    image_name: str
    """As it was written when the container was made."""
    config: Config
    host_config: HostConfig
    path: str
    args: tuple[str, ...]
    mounts: tuple[MountSpec, ...] = ()
    networks: tuple[tuple[str, EndpointSettings], ...] = ()
    """Names of the networks it belongs to, with what was asked for."""
    top_layer: str = ""
    given: tuple[str, ...] = ()
    """Where the files are that the daemon gives it: secrets and configs of a service."""
    links: tuple[Link, ...] = ()
    link_names: tuple[str, ...] = ()
    """Names that others' links give it: their name, a slash, the alias."""

    status: str = CREATED
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    oom_killed: bool = False
    started_ns: int = 0
    finished_ns: int = 0
    restart_count: int = 0
    backoff_ns: int = 0
    timer: int = 0
    """The kernel timer of a restart that is due, 0 without one."""
    manually_stopped: bool = False
    removing: bool = False
    health: Health | None = None
    exec_ids: tuple[str, ...] = ()
    stand_in: bool = False
    """Whether its process 1 is a stand-in for a program that is not simulated."""
    usage: Usage | None = None
    """What it is said to use, in place of what is measured."""
    prepared: bool = False
    """Whether it was ever started, so that its files on the host (hosts, hostname, resolv.conf, log) exist."""

    @property
    def is_running(self) -> bool:
        """Running in docker's sense: a process exists, paused or not, or a restart is under way."""
        return self.status in (RUNNING, PAUSED, RESTARTING)

    @property
    def has_process(self) -> bool:
        return self.status in (RUNNING, PAUSED)

    @property
    def command_line(self) -> tuple[str, ...]:
        return (self.path, *self.args)

    @property
    def network_mode(self) -> str:
        return self.host_config.network_mode

    @property
    def is_networked(self) -> bool:
        """Whether the daemon gives it a network at all: not where it was made with NetworkDisabled.

        Source: moby daemon/container_operations.go, oci_linux.go: such a container has a network namespace of its own with a loopback
        interface, whatever its mode, and none of the files that come with networks.
        """
        return self.config.network_disabled is not True


class Exec(Struct, frozen=True, gc=False, kw_only=True):
    """A docker exec: a process beside process 1."""

    id: str
    container_id: str
    argv: tuple[str, ...]
    environment: tuple[str, ...]
    directory: str
    user: str
    privileged: bool = False
    terminal: bool = False
    attach_stdin: bool = False
    attach_stdout: bool = False
    attach_stderr: bool = False
    detach_keys: str = ""
    console_size: tuple[int, int] | None = None
    """Rows and columns of its terminal, where it was made with them."""
    pid: int = 0
    started: bool = False
    exit_code: int | None = None

    @property
    def is_running(self) -> bool:
        return self.started and self.exit_code is None

    @property
    def has_ended(self) -> bool:
        """Whether its process has ended: its container does not list it any more."""
        return self.exit_code is not None
