"""The world in the middle of a change.

Operations read and change a `Draft`. It keeps changes in plain dicts over the world's persistent maps; `freeze` makes
the next world of them, `rollback` forgets them. One draft serves an engine for its whole life, so that a request pays
for what it changes and for nothing else. What happened that somebody may be waiting for is told in `notices`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat
from operator import attrgetter
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base import identity
from fakedocker.base.history import History
from fakedocker.base.messages import WORDS
from fakedocker.base.persistent import Map, Table
from fakedocker.base.profiles import profile_named
from fakedocker.containers.model import Container, Exec
from fakedocker.faults.model import Rule
from fakedocker.images.model import Image, Layer
from fakedocker.kernel.kernel import Kernel
from fakedocker.kernel.state import KernelDraft
from fakedocker.network.model import Endpoint, Network, Publication
from fakedocker.recordings.answers import Recorded
from fakedocker.registry.model import OutsideWeb, Registry
from fakedocker.swarm.model import Stored, Swarm
from fakedocker.swarm.services import Service, ServiceTask
from fakedocker.volumes.model import Volume
from fakedocker.world.outputs import Outputs
from fakedocker.world.plugins import Plugin
from fakedocker.world.solves import CacheRecord
from fakedocker.world.tasks import Task
from fakedocker.world.world import Event, Host, World

_TABLES = (
    "images", "layers", "tags", "tag_times", "registries", "containers", "execs", "outputs", "networks", "endpoints", "ports", "published",
    "volumes", "tasks", "build_cache", "image_tags", "image_containers", "image_children", "layer_users", "container_names", "container_prefixes",
    "network_names", "addresses", "address_hints", "volume_users", "processes", "secrets", "configs", "services", "service_tasks",
)  # fmt: skip
HELD_LIMIT_BYTES = 1 << 30
"""How much memory all files of a simulation may really take."""
_SCALARS = (
    "draws",
    "host",
    "next_port",
    "fault_rules",
    "swarm",
    "events",
    "web",
    "assume",
    "recorded",
    "plugins",
    "skew_ns",
    "has_jumped",
)
_scalars_of = attrgetter(*_SCALARS)
_tables_of = attrgetter(*_TABLES)


class Notice(Struct, frozen=True, gc=False):
    """Something that a stream or a waiting request may be interested in.

    kind: output (of a container or exec), state (a container's or exec's changed), event, progress or done (of a task), bind (a
    directory of the host was made, as it was to be mounted).
    """

    kind: str
    key: str | int
    value: Any = None


class Draft:
    """A world being changed.

    Args:
        world: where to start.
    """

    images: Table[str, Image]
    layers: Table[str, Layer]
    tags: Table[str, str]
    tag_times: Table[str, int]
    registries: Table[str, Registry]
    containers: Table[str, Container]
    execs: Table[str, Exec]
    outputs: Outputs
    networks: Table[str, Network]
    endpoints: Table[str, Map[str, Endpoint]]
    ports: Table[tuple[int, str, int], tuple[tuple[str, str], ...]]
    published: Table[str, tuple[Publication, ...]]
    volumes: Table[str, Volume]
    tasks: Table[int, Task]
    build_cache: Table[str, CacheRecord]
    image_tags: Table[str, tuple[str, ...]]
    image_containers: Table[str, Map[str, bool]]
    image_children: Table[str, Map[str, bool]]
    layer_users: Table[str, Map[str, bool]]
    container_names: Table[str, str]
    container_prefixes: Table[str, tuple[str, ...]]
    network_names: Table[str, str]
    addresses: Table[tuple[str, int], str]
    address_hints: Table[tuple[str, int], int]
    volume_users: Table[str, Map[str, bool]]
    processes: Table[int, tuple[str, str]]
    secrets: Table[str, Stored]
    configs: Table[str, Stored]
    services: Table[str, Service]
    service_tasks: Table[str, ServiceTask]
    draws: int
    host: Host
    web: OutsideWeb
    assume: bool
    plugins: tuple[Plugin, ...]
    skew_ns: int
    has_jumped: bool
    next_port: int
    fault_rules: tuple[Rule, ...]
    recorded: Recorded | None
    swarm: Swarm | None
    events: History[Event]

    def __init__(self, world: World) -> None:
        self._world = world
        self._dirty: list[str] = []
        self.seed = world.seed
        self.profile = profile_named(world.profile)
        self.storage = world.storage
        self.words = WORDS[self.profile.words]
        self.kernel_draft = KernelDraft(world.kernel, str(world.seed), HELD_LIMIT_BYTES)
        self.kernel: Kernel
        """Set by whoever runs this draft: the kernel over `kernel_draft`."""
        self.is_heard: Callable[[tuple[str, str | int]], bool] = lambda subject: True
        """Whether anybody listens to the notices of a kind and key; set by whoever tells them."""
        self.notices: list[Notice] = []
        self._outputs_told: dict[str, int] = {}
        self.given_ids: dict[str, str] = {}
        """What the next things that are made are called, by kind, where that is known beforehand; set for one request."""
        self.faults: list[str] = []
        """Reports of errors of ours inside simulated programs; no part of the world, and empty as it should be."""
        self.__dict__.update(zip(_TABLES, map(Table, _tables_of(world), repeat(self._dirty), _TABLES), strict=True))
        self.outputs = Outputs(world.outputs, self._dirty, "outputs")
        self._load_scalars()

    def _load_scalars(self) -> None:
        self.__dict__.update(zip(_SCALARS, _scalars_of(self._world), strict=True))

    @property
    def wall_ns(self) -> int:
        """What the daemon's clock shows, for whatever it writes down and compares with that; timers are of `now_ns`."""
        return self.kernel_draft.now_ns + self.skew_ns

    @property
    def now_ns(self) -> int:
        """The virtual clock."""
        return self.kernel_draft.now_ns

    def freeze(self) -> World:
        """The world with every change in it: the very same object when nothing changed.

        Time grows with the number of changes, not with the size of the world.
        """
        world = self._world
        changes: dict[str, Any] = {name: getattr(self, name).freeze() for name in self._dirty}
        self._dirty.clear()
        scalars = _scalars_of(self)
        if scalars != _scalars_of(world):
            changes.update(zip(_SCALARS, scalars, strict=True))
        kernel = self.kernel_draft.freeze()
        if kernel is not world.kernel:
            changes["kernel"] = kernel
        if changes:
            self._world = world = replace(world, **changes)
        return world

    def rollback(self) -> None:
        """Forget every change since the last freeze."""
        for name in self._dirty:
            getattr(self, name).rollback()
        self._dirty.clear()
        self.kernel_draft.rollback()
        self.take_notices()
        self._load_scalars()

    def restore(self, world: World) -> None:
        """Go on from another world."""
        self._world = world
        self.seed = world.seed
        self.profile = profile_named(world.profile)
        self.storage = world.storage
        self.words = WORDS[self.profile.words]
        for name in _TABLES:
            getattr(self, name).reset(getattr(world, name))
        self._dirty.clear()
        self.kernel_draft.reset(world.kernel)
        self.take_notices()
        self._load_scalars()

    # chance and order

    def draw(self) -> int:
        """The next number of the world's sequence: numbers what is made, and picks what is chosen by chance."""
        self.draws += 1
        return self.draws

    def digest(self, kind: str) -> str:
        """64 digits that nothing else in this world has."""
        return identity.digest(self.seed, kind, self.draw())

    def given_id(self, kind: str, taken: Table[str, Any]) -> str:  # Any: only what it is called is looked at
        """What the next thing of a kind is called where that was said beforehand, "" where it was not, or is taken."""
        given = self.given_ids.pop(kind, "")
        return "" if given in taken else given

    # telling

    def notify(self, kind: str, key: str | int, value: Any = None) -> None:  # Any: what notices of that kind carry
        self._outputs_told.clear()
        self.notices.append(Notice(kind, key, value))

    def notify_output(self, stream: str) -> None:
        """Tell of a stream's output, as it stands now: once, however much comes before anything else is told.

        With its value, as the container may be gone when it is told.
        """
        notice = Notice("output", stream, self.outputs[stream])
        place = self._outputs_told.setdefault(stream, len(self.notices))
        if place == len(self.notices):
            self.notices.append(notice)
        else:
            self.notices[place] = notice

    def take_notices(self) -> list[Notice]:
        """What is to be told, which is then forgotten."""
        notices, self.notices = self.notices, []
        self._outputs_told.clear()
        return notices

    def record_event(
        self, type_: str, action: str, actor_id: str, attributes: Iterable[tuple[str, str]], scope: str = "local"
    ) -> None:
        """Append to the events and tell whoever listens."""
        event = Event(
            time_ns=self.wall_ns, type=type_, action=action, actor_id=actor_id, attributes=tuple(sorted(attributes)), scope=scope,
        )  # fmt: skip
        self.events = self.events.append(event)
        self.notify("event", type_, event)


def add_to_index(table: Table[str, Map[str, bool]], key: str, member: str) -> None:
    """Say that `member` refers to `key`."""
    members = table.get(key)
    table[key] = Map({member: True}) if members is None else members.set(member, True)


def remove_from_index(table: Table[str, Map[str, bool]], key: str, member: str) -> None:
    """Say that it does no longer."""
    members = table.get(key)
    if members is None or member not in members:
        return
    rest = members.delete(member)
    if rest:
        table[key] = rest
    else:
        del table[key]
