"""The world: everything the daemon knows, as one frozen value.

Persistent maps throughout, so that a snapshot or a fork is a reference, and a change shares all that it leaves alone.
The maps marked as indices say nothing new; they answer questions without a search, and `check` compares them with what
they index. This module must not contain a rule.
"""

from __future__ import annotations

from msgspec import Struct

from fakedocker.base.history import History
from fakedocker.base.persistent import Map
from fakedocker.base.profiles import STORAGES, UNNAMED
from fakedocker.containers.model import Chunk, Container, Exec
from fakedocker.faults.model import Rule
from fakedocker.images.model import Image, Layer
from fakedocker.kernel.state import KernelState
from fakedocker.network.model import Endpoint, Network, Publication
from fakedocker.recordings.answers import Recorded
from fakedocker.registry.model import OutsideWeb, Registry
from fakedocker.swarm.model import Stored, Swarm
from fakedocker.swarm.services import Service, ServiceTask
from fakedocker.volumes.model import Volume
from fakedocker.world.plugins import Plugin
from fakedocker.world.solves import CacheRecord
from fakedocker.world.tasks import Task

Index = Map[str, Map[str, bool]]
"""From a key to the set of keys that refer to it."""


class Host(Struct, frozen=True, gc=False, kw_only=True):
    """What the daemon's machine is: facts that info and version tell, and limits."""

    hostname: str = "docker-host"
    cpus: int = 2
    memory_bytes: int = 8 << 30
    disk_bytes: int = 64 << 30
    kernel_version: str = "6.12.43"
    operating_system: str = "Debian GNU/Linux 12 (bookworm)"
    os_version: str = "12"
    daemon_id: str = ""
    started_ns: int = 0


class Event(Struct, frozen=True, gc=False, kw_only=True):
    """Something that happened, as docker events tells it."""

    time_ns: int
    type: str
    action: str
    actor_id: str
    attributes: tuple[tuple[str, str], ...]
    """Sorted by name."""
    scope: str = "local"


class World(Struct, frozen=True, kw_only=True):
    """One state of everything."""

    seed: int
    profile: str = UNNAMED
    """Which Docker it is, see `base.profiles`."""
    storage: str = STORAGES[0]
    """In which store it keeps its images."""
    draws: int = 0
    """How many ids and other chance values have been drawn; also numbers what is made."""
    host: Host
    kernel: KernelState

    images: Map[str, Image] = Map()
    layers: Map[str, Layer] = Map()
    tags: Map[str, str] = Map()
    """docker.io/library/alpine:latest, or name@digest, to an image's id."""
    tag_times: Map[str, int] = Map()
    """When an image was last tagged on this engine."""
    registries: Map[str, Registry] = Map()
    web: OutsideWeb = OutsideWeb()
    plugins: tuple[Plugin, ...] = ()
    """In the order in which they were installed."""
    skew_ns: int = 0
    """How far the daemon's clock is ahead of the machine's."""
    has_jumped: bool = False
    """Whether that has ever been another time."""
    assume: bool = False
    """Whether what fails only because it is not simulated is taken to have worked, see `operations.system.assume`."""

    containers: Map[str, Container] = Map()
    execs: Map[str, Exec] = Map()
    outputs: Map[str, History[Chunk]] = Map()
    """Container or exec id to everything it has written."""
    networks: Map[str, Network] = Map()
    endpoints: Map[str, Map[str, Endpoint]] = Map()
    """Network id to container id to endpoint; only running containers have one."""
    ports: Map[tuple[int, str, int], tuple[tuple[str, str], ...]] = Map()
    """(port, protocol, IP version) of the host to who holds it: (host address, container id)."""
    published: Map[str, tuple[Publication, ...]] = Map()
    """Container id to the ports of it that are published now."""
    next_port: int
    volumes: Map[str, Volume] = Map()
    tasks: Map[int, Task] = Map()
    build_cache: Map[str, CacheRecord] = Map()
    """By the keys under which BuildKit looks for them."""
    fault_rules: tuple[Rule, ...] = ()
    """What goes wrong, in the order it was put in; nothing by itself."""
    recorded: Recorded | None = None
    """The recording that it begins from, and how far that has been followed."""
    swarm: Swarm | None = None
    """The swarm that this engine manages, None where it is in none; what follows is empty then."""
    secrets: Map[str, Stored] = Map()
    configs: Map[str, Stored] = Map()
    services: Map[str, Service] = Map()
    service_tasks: Map[str, ServiceTask] = Map()
    events: History[Event]

    # indices
    image_tags: Map[str, tuple[str, ...]] = Map()
    image_containers: Index = Map()
    image_children: Index = Map()
    layer_users: Index = Map()
    """Chain id to its users: image:ID, layer:CHAIN, container:ID or cache:KEY."""
    container_names: Map[str, str] = Map()
    container_prefixes: Map[str, tuple[str, ...]] = Map()
    """The first three digits of an id to the ids that start so."""
    network_names: Map[str, str] = Map()
    addresses: Map[tuple[str, int], str] = Map()
    """(network id, address as a number) to the container that has it."""
    address_hints: Map[tuple[str, int], int] = Map()
    """(network id, IP version) to an address below which none is free."""
    volume_users: Index = Map()
    processes: Map[int, tuple[str, str]] = Map()
    """Host pid to what runs in it: (container | exec | health | solve, id)."""

    @property
    def now_ns(self) -> int:
        """The virtual clock, in nanoseconds since 1970."""
        return self.kernel.now_ns
