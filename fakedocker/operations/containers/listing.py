"""The list of containers: its filters, and what it says of each.

Source: moby daemon/list.go; texts and orders in recording ps-filters.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable
from operator import attrgetter

from msgspec import UNSET, Struct, UnsetType

from fakedocker.base import clock, messages
from fakedocker.base.numbers import parse_whole, problem_of
from fakedocker.base.units import human_duration, same_words_ns
from fakedocker.containers.model import CREATED, DEAD, EXITED, PAUSED, REMOVING, RESTARTING, RUNNING, Container
from fakedocker.network.ports import port_range, split_port
from fakedocker.operations.containers.inspect import (
    endpoint_settings,
    manifest_descriptor,
    mount_points,
    published_ports,
    sizes,
)
from fakedocker.operations.system import filters as filtering, lookup
from fakedocker.operations.system.filters import Filters
from fakedocker.wire.container import Labels, ListedPort, MountPoint
from fakedocker.wire.manifest import Descriptor
from fakedocker.wire.naming import pascal
from fakedocker.wire.network import EndpointSettings
from fakedocker.world.draft import Draft

LIST_FILTERS = (
    "ancestor", "annotation", "before", "exited", "expose", "health", "id", "is-task", "isolation", "label", "name", "network", "publish",
    "since", "status", "volume",
)  # fmt: skip
_STATES = (CREATED, RUNNING, PAUSED, RESTARTING, REMOVING, EXITED, DEAD)
_HEALTHS = ("none", "starting", "healthy", "unhealthy")
Test = Callable[[Container], bool]


class ListedHostConfig(Struct, frozen=True, rename=pascal()):
    network_mode: str
    annotations: dict[str, str] | UnsetType | None = UNSET


class ListedHealth(Struct, frozen=True, rename=pascal()):
    status: str
    failing_streak: int


class ListedNetworks(Struct, frozen=True, rename=pascal()):
    networks: dict[str, EndpointSettings]


class ContainerSummary(Struct, frozen=True, kw_only=True, rename=pascal(id="Id", size_rw="SizeRw")):
    """An element of GET /containers/json."""

    id: str
    names: tuple[str, ...]
    image: str
    image_id: str
    command: str
    created: int
    ports: tuple[ListedPort, ...]
    size_rw: int | UnsetType = UNSET
    size_root_fs: int | UnsetType = UNSET
    labels: Labels
    state: str
    status: str
    health: ListedHealth | UnsetType = UNSET
    host_config: ListedHostConfig
    network_settings: ListedNetworks
    mounts: tuple[MountPoint, ...]
    image_manifest_descriptor: Descriptor | UnsetType = UNSET


class Told(Struct, frozen=True):
    """What newer versions of the API tell in a list."""

    health: bool
    manifest: bool


_OLDEST = Told(health=False, manifest=False)
_NUMBER = attrgetter("number")


def select(draft: Draft, filters: Filters, everything: bool, limit: int) -> list[Container]:
    """The containers that pass the filters, newest first.

    Args:
        everything: also those that are not running.
        limit: how many at most; with one, those that are not running count too. 0 and less: no limit.

    Raises:
        Refusal: a filter's value makes no sense.
    """
    tests = _tests(draft, filters)
    everything = everything or limit > 0 or bool(filters.get("status"))  # that filter alone (moby daemon/list.go)
    found: Iterable[Container] = draft.containers.values()
    if not everything:
        found = [container for container in found if container.is_running]
    for test in tests:
        found = [container for container in found if test(container)]
    if limit > 0:
        return heapq.nlargest(limit, found, key=_NUMBER)
    return sorted(found, key=_NUMBER, reverse=True)


def _tests(draft: Draft, filters: Filters) -> list[Test]:
    tests: list[Test] = []
    for value in filters.get("status", ()):
        if value not in _STATES:
            reason = messages.FILTER_STATE.format(value=value)
            raise messages.INVALID_FILTER_REASON(name="status", value=value, reason=reason)
    for value in filters.get("health", ()):
        if value not in _HEALTHS:
            raise messages.INVALID_FILTER_REASON(
                name="health",
                value=value,
                reason=messages.FILTER_HEALTH.format(value=value),
            )
    if filters.get("status"):
        wanted = set(filters["status"])
        tests.append(lambda container: container.status in wanted)
    if filters.get("health"):
        healths = set(filters["health"])
        tests.append(lambda container: (container.health.status if container.health else "none") in healths)
    if filters.get("exited"):
        codes = {_number(value) for value in filters["exited"]}
        tests.append(lambda container: container.status == EXITED and container.exit_code in codes)
    for name, newer in (("since", True), ("before", False)):
        for value in filters.get(name, ()):
            number = lookup.container(draft, value).number
            tests.append(lambda container, n=number, up=newer: container.number > n if up else container.number < n)  # type: ignore[misc]
    if filtering.boolean(filters, "is-task"):
        tests.append(lambda container: False)
    tests += _attribute_tests(draft, filters)
    return tests


def _number(value: str) -> int:
    number = parse_whole(value)
    if number is None:
        raise messages.INVALID_FILTER_REASON(name="exited", value=value, reason=problem_of(value))
    return number


def _attribute_tests(draft: Draft, filters: Filters) -> list[Test]:
    tests: list[Test] = []
    if filters.get("name"):
        patterns = filters["name"]
        tests.append(
            lambda container: filtering.name_matches(
                patterns, *(form for name in (container.name, *container.link_names) for form in (f"/{name}", name))
            )
        )
    if filters.get("id"):
        ids = filters["id"]
        tests.append(lambda container: any(container.id.startswith(value) for value in ids))
    if filters.get("label"):
        tests.append(lambda container: filtering.labels_match(filters, container.config.labels))
    if filters.get("ancestor"):
        images = _descendants(draft, filters["ancestor"])
        tests.append(lambda container: container.image_id in images)
    if filters.get("network"):
        networks = filters["network"]
        tests.append(lambda container: _joins(draft, container, networks))
    if filters.get("volume"):
        volumes = set(filters["volume"])
        tests.append(
            lambda container: any(mount.source in volumes or mount.target in volumes for mount in container.mounts)
        )
    exposed = _ports(filters.get("expose", ()), "expose")
    published = _ports(filters.get("publish", ()), "publish")
    if exposed or published:
        tests.append(
            lambda container: any(
                (port.public_port, port.type) in published or (port.private_port, port.type) in exposed
                for port in listed_ports(draft, container)
            )
        )
    return tests


def _joins(draft: Draft, container: Container, wanted: tuple[str, ...]) -> bool:
    """Whether a container is in a network by that name, or whose id begins so."""
    for name, _ in container.networks:
        identifier = draft.network_names.get(name, name)
        found = draft.networks.get(identifier)
        shown = found.name if found is not None else name
        if any(value == shown or (value and identifier.startswith(value)) for value in wanted):
            return True
    return False


def _ports(values: tuple[str, ...], name: str) -> set[tuple[int | UnsetType, str]]:
    found: set[tuple[int | UnsetType, str]] = set()
    for value in values:
        port, protocol = split_port(value)
        bounds = port_range(port)
        if bounds is None:
            raise messages.INVALID_FILTER_REASON(
                name=name, value=value, reason=messages.FILTER_PORT.format(value=value)
            )
        found.update((number, protocol) for number in range(bounds[0], bounds[1] + 1))
    return found


def _descendants(draft: Draft, names: tuple[str, ...]) -> set[str]:
    """The images named, and all that were built on them."""
    pending = [image.id for image in (lookup.find_image(draft, name) for name in names) if image is not None]
    found: set[str] = set()
    while pending:
        identifier = pending.pop()
        if identifier not in found:
            found.add(identifier)
            pending.extend(draft.image_children.get(identifier) or ())
    return found


def told_in(version: tuple[int, int]) -> Told:
    """What the list of a version of the API says."""
    return Told(health=version >= (1, 52), manifest=version >= (1, 48))


def summary(draft: Draft, container: Container, with_size: bool = False, told: Told = _OLDEST) -> ContainerSummary:
    """What a list says of a container."""
    size_rw, size_root = sizes(draft, container) if with_size else (UNSET, UNSET)
    return ContainerSummary(
        id=container.id,
        names=(f"/{container.name}", *(f"/{name}" for name in container.link_names)),
        image=_image_name(draft, container),
        image_id=container.image_id,
        command=command(container),
        created=container.created_ns // clock.SECOND_NS,
        ports=listed_ports(draft, container),
        size_rw=size_rw or UNSET,
        size_root_fs=size_root or UNSET,
        labels=container.config.labels or {},
        state=container.status,
        status=status(container, draft.wall_ns),
        health=_health(container) if told.health else UNSET,
        host_config=ListedHostConfig(container.network_mode, container.host_config.annotations),
        network_settings=ListedNetworks(endpoint_settings(draft, container, in_list=True)),
        mounts=mount_points(draft, container),
        image_manifest_descriptor=manifest_descriptor(draft, container) if told.manifest else UNSET,
    )


def _health(container: Container) -> ListedHealth:
    health = container.health
    return ListedHealth("none", 0) if health is None else ListedHealth(health.status, health.failing_streak)


def _image_name(draft: Draft, container: Container) -> str:
    """The name the container was made with, as long as it still means that image; else the image's id."""
    found = lookup.find_image(draft, container.image_name)
    return container.image_name if found is not None and found.id == container.image_id else container.image_id


def command(container: Container) -> str:
    """The command as lists show it: words with spaces in single quotes (moby daemon/list.go)."""
    if not container.args:
        return container.path
    words = [word if " " not in word else f"'{word}'" for word in container.args]
    return " ".join([container.path, *words])


def listed_ports(draft: Draft, container: Container) -> tuple[ListedPort, ...]:
    found = []
    for text, bindings in published_ports(draft, container).items():
        port, protocol = split_port(text)
        if not bindings:
            found.append(ListedPort(private_port=int(port), type=protocol))
        found.extend(
            ListedPort(ip=binding.host_ip, private_port=int(port), public_port=int(binding.host_port), type=protocol)
            for binding in bindings or ()
        )
    return tuple(found)


_FIXED_WORDS = {CREATED: "Created", REMOVING: "Removal In Progress", DEAD: "Dead"}
_ENDED_WORDS = {RESTARTING: "Restarting", EXITED: "Exited"}


def status(container: Container, now_ns: int) -> str:
    """The state in words: Up 5 minutes (healthy), Exited (0) 2 hours ago (moby container/state.go String)."""
    kind = container.status
    if kind in _FIXED_WORDS:
        return _FIXED_WORDS[kind]
    if kind in _ENDED_WORDS:
        return f"{_ENDED_WORDS[kind]} ({container.exit_code}) {human_duration(now_ns - container.finished_ns)} ago"
    up = f"Up {human_duration(now_ns - container.started_ns)}"
    if kind == PAUSED:
        return f"{up} (Paused)"
    if container.health is not None:
        shown = "health: starting" if container.health.status == "starting" else container.health.status
        return f"{up} ({shown})"
    return up


def status_holds_ns(container: Container, now_ns: int) -> tuple[int, float]:
    """From when and up to when a container that does not change has the status that it has now, at least."""
    kind = container.status
    if kind in _FIXED_WORDS:
        return 0, math.inf
    since_ns = container.finished_ns if kind in _ENDED_WORDS else container.started_ns
    first_ns, end_ns = same_words_ns(now_ns - since_ns)
    return since_ns + first_ns, since_ns + end_ns
