"""Services and their tasks as values, and where a rolling update stands: plain data, so that a snapshot in its middle
goes on.

Source: swarmkit api/objects.proto, manager/orchestrator/update/updater.go, manager/orchestrator/restart/restart.go.
"""

from __future__ import annotations

from msgspec import Struct

from fakedocker.base.persistent import Map
from fakedocker.swarm import states
from fakedocker.swarm.model import Meta
from fakedocker.wire.service import EndpointSpec, NetworkAttachment, PortConfig, ServiceSpec, TaskSpec
from fakedocker.wire.swarm import Labels

UPDATE_ALARM = "swarm update"
TASK_ALARM = "swarm task"
START_ALARM = "swarm start"
"""The kinds of timers: the next step of an update, of a task, and the start of a task that was put off."""
TASK_LABEL = "com.docker.swarm.task.id"
"""What a task's container is known by."""
UPDATING, PAUSED, COMPLETED = "updating", "paused", "completed"
ROLLBACK_STARTED, ROLLBACK_PAUSED, ROLLBACK_COMPLETED = "rollback_started", "rollback_paused", "rollback_completed"


class UpdateStatus(Struct, frozen=True, kw_only=True):
    """What is told of the last update."""

    state: str
    message: str
    started_ns: int
    completed_ns: int = 0


class Worker(Struct, frozen=True, kw_only=True):
    """A part of an update: it replaces the tasks of one slot after the other.

    Args:
        slot: where it is.
        task: what it waits for, "" while it waits for its delay.
        resting_until_ns: when it takes the next slot, 0 while it waits for a task.
    """

    slot: int
    task: str = ""
    resting_until_ns: int = 0


class RollingUpdate(Struct, frozen=True, kw_only=True):
    """An update under way.

    Args:
        spec: what it works towards.
        is_rollback: whose settings hold, and what a failure leads to.
        queue: slots that nobody has taken yet.
        total: how many slots there were.
        made: tasks made by it, with the time at which they ran, 0 for those that have not.
        failed: those of them that have failed.
        ends_ns: when it is over if nothing fails, 0 while there are slots to replace.
    """

    spec: ServiceSpec
    is_rollback: bool
    queue: tuple[int, ...]
    total: int
    workers: tuple[Worker, ...] = ()
    made: tuple[tuple[str, int], ...] = ()
    failed: tuple[str, ...] = ()
    ends_ns: int = 0
    timer: int = 0


class RestartHistory(Struct, frozen=True, kw_only=True):
    """How often a slot's tasks were restarted, of one version of the specification."""

    spec_version: int
    total: int = 0
    times_ns: tuple[int, ...] = ()


class VirtualAddress(Struct, frozen=True, kw_only=True):
    """A service's address in a network, with its prefix: 10.0.0.3/24."""

    network_id: str
    address: str


class Service(Meta, frozen=True, kw_only=True):
    """A service."""

    number: int
    """Services were made in this order."""
    spec: ServiceSpec
    spec_version: int
    previous: ServiceSpec | None = None
    previous_version: int = 0
    auth: str = ""
    """For the registry, as the client sent it: shown to nobody."""
    previous_auth: str = ""
    endpoint: EndpointSpec | None = None
    """What was made of its endpoint: with ports that were chosen."""
    addresses: tuple[VirtualAddress, ...] = ()
    update_status: UpdateStatus | None = None
    update: RollingUpdate | None = None
    restarts: Map[int, RestartHistory] = Map()
    """By slot."""
    job_iteration: int = 0
    last_execution_ns: int = 0
    turn: int = 0
    """How many connections have come to its address: which task gets the next."""


class ServiceTask(Meta, frozen=True, kw_only=True):
    """A task of a service: a container to be, or one that was."""

    number: int
    """Tasks were made in this order."""
    service_id: str
    service_name: str
    service_labels: Labels
    slot: int
    """0 for those of a global service."""
    node_id: str = ""
    spec: TaskSpec
    spec_version: int
    endpoint: EndpointSpec | None = None
    """What was wished of the endpoint."""
    ports: tuple[PortConfig, ...] = ()
    networks: tuple[NetworkAttachment, ...] = ()
    auth: str = ""
    job_iteration: int | None = None
    desired: int = states.RUNNING
    state: int = states.NEW
    at_ns: int
    """When its state was last changed."""
    message: str = "created"
    problem: str = ""
    container_id: str = ""
    pid: int = 0
    exit_code: int = 0
    has_container: bool = False
    """Whether what is told of it tells of its container."""
    host_ports: tuple[PortConfig, ...] = ()
    attachments: tuple[VirtualAddress, ...] = ()
    """Its addresses in networks."""
    timer: int = 0
    """When its agent takes the next step."""
    starts_ns: int = 0
    """Not before this time, where it succeeds another; 0 for at once."""
    follows: str = ""
    """The task that must have stopped before it starts."""
    start_timer: int = 0
    pull: int = 0
    """The transfer that brings its image."""
    is_stopping: bool = False
    """Whether its container was asked to end, or will be in a moment."""
    is_unhealthy: bool = False
    """Whether it ends because its health check has failed."""

    @property
    def name(self) -> str:
        """As its container is called (swarmkit api/naming)."""
        return f"{self.service_name}.{self.slot or self.node_id}.{self.id}"

    @property
    def is_over(self) -> bool:
        """Whether nothing of it runs any more."""
        return self.state > states.RUNNING

    @property
    def waits_to_start(self) -> bool:
        """Whether its start is put off."""
        return bool(self.starts_ns or self.follows)
