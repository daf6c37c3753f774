"""The records of a swarm: the swarm itself with its one node, and its secrets and configs. What services have is in
`services`.

Versions are those of the store that managers share: one counter for all records, so that a change is refused that was
made of an older state. Source: swarmkit api/objects.proto.
"""

from __future__ import annotations

from msgspec import Struct

from fakedocker.wire.swarm import NodeSpec, StoredSpec, SwarmSpec

READY, DOWN = "ready", "down"
MANAGER, WORKER = "manager", "worker"
ACTIVE, PAUSE, DRAIN = "active", "pause", "drain"
CONFIG, SECRET = "config", "secret"
"""The kinds of what is stored."""


class Meta(Struct, frozen=True, kw_only=True):
    """What every record has."""

    id: str
    version: int
    created_ns: int
    updated_ns: int


class Node(Meta, frozen=True, kw_only=True):
    """A machine of a swarm: this one."""

    spec: NodeSpec
    address: str
    is_silent: bool = False
    """Whether the manager hears nothing from it, nor it from the manager, by a rule of faults."""
    is_down: bool = False
    """Whether the manager takes it to be down, as it has been silent for too long."""

    @property
    def is_unfit(self) -> bool:
        """Whether nothing of a service is to run there (swarmkit orchestrator.InvalidNode)."""
        return self.is_down or self.spec.availability == DRAIN


class Root(Struct, frozen=True, kw_only=True):
    """What a swarm's nodes trust."""

    certificate: str
    """In PEM."""
    public_key: str
    """In base64."""
    worker_token: str
    manager_token: str


class Swarm(Meta, frozen=True, kw_only=True):
    """A swarm that this engine manages."""

    index: int
    """Changes of the store so far."""
    spec: SwarmSpec
    root: Root
    unlock_key: str = ""
    locked: bool = False
    """Whether the manager waits for its key: it has come up since."""
    address_pools: tuple[str, ...]
    """Where the subnets of overlay networks come from, each of `subnet_size` bits."""
    subnet_size: int
    data_path_port: int = 4789
    port: int = 2377
    """Where managers listen."""
    node: Node


class Stored(Meta, frozen=True, kw_only=True):
    """A secret or a config."""

    spec: StoredSpec
