"""The names there are, with a word on each: what completion offers and highlighting looks for.

Everything is read from the world of the moment, so that nothing can go stale. Time grows with what is listed: 1,000
containers take about a millisecond. It must not know command lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fakedocker.base import identity, reference, units
from fakedocker.containers.model import PAUSED, Container
from fakedocker.operations.system import lookup
from fakedocker.registry import catalogue
from fakedocker.registry.hub.lookup import day_of
from fakedocker.world.draft import Draft
from fakedocker.world.world import World
from fakedocker_shell.repl.explain import state_text
from fakedocker_shell.repl.explain_lines import familiar

Named = tuple[str, str]
"""A name and what it is."""
_USUAL_PORTS = ((8080, 80), (8081, 80), (8082, 80), (8443, 443), (3000, 3000), (5432, 5432), (6379, 6379), (9000, 9000))


_STATES: dict[str, Callable[[Container], bool]] = {
    "any": lambda container: True,
    "running": lambda container: container.is_running and container.status != PAUSED,
    "paused": lambda container: container.status == PAUSED,
    "active": lambda container: container.is_running,
    "stopped": lambda container: not container.is_running,
}


def containers(world: World, state: str) -> Iterator[Named]:
    """Containers by name.

    Args:
        state: any, running (and not paused), paused, active (running, paused or not) or stopped.
    """
    is_wanted = _STATES[state]
    for container in sorted(filter(is_wanted, world.containers.values()), key=_name):
        yield container.name, f"{state_text(container)}, {container.image_name}"


def _name(container: Container) -> str:
    return container.name


def images(world: World) -> Iterator[Named]:
    """Images here, by tag; those without one by the short form of their id."""
    for name, identifier in sorted(world.tags.items()):
        if "@" not in name:
            yield (
                familiar(name).removesuffix(":latest"),
                f"image, {units.human_size(world.images[identifier].size_bytes, 3)}",
            )
    for identifier in sorted(world.images):
        if not world.image_tags.get(identifier):
            yield identity.short(identifier), "image without a tag"


def offered(world: World, prefix: str) -> Iterator[Named]:
    """What the catalogue has: repositories, and behind a colon the tags of one."""
    repository, colon, _ = prefix.partition(":")
    if colon:
        path = repository if "/" in repository else f"library/{repository}"
        for tag in catalogue.tags(path, day_of(world.kernel.now_ns)):
            yield f"{repository}:{tag}", "on Docker Hub"
        return
    for result in catalogue.search(""):
        yield str(result["name"]), f"on Docker Hub: {result['description']}"


def networks(world: World) -> Iterator[Named]:
    for network in sorted(world.networks.values(), key=lambda network: network.name):
        yield network.name, ", ".join([f"{network.driver} network", *(pool.subnet for pool in network.pools)])


def own_networks(world: World) -> Iterator[Named]:
    """Networks that were made by somebody."""
    predefined = {network.name for network in world.networks.values() if network.is_predefined}
    return (named for named in networks(world) if named[0] not in predefined)


def volumes(world: World) -> Iterator[Named]:
    for volume in sorted(world.volumes.values(), key=lambda volume: volume.name):
        users = len(world.volume_users.get(volume.name) or ())
        yield volume.name, f"volume, {f'used by {users}' if users else 'unused'}"


def free_ports(world: World) -> Iterator[Named]:
    """Publications whose host port nobody has."""
    taken = {port for port, protocol, _ in world.ports if protocol == "tcp"}
    for host, container in _USUAL_PORTS:
        if host not in taken:
            yield f"{host}:{container}", "free port of the host:port in the container"


def objects(world: World) -> Iterator[Named]:
    """Everything that inspect knows."""
    yield from containers(world, "any")
    yield from images(world)
    yield from networks(world)
    yield from volumes(world)


def has_container(draft: Draft, name: str) -> bool:
    return (
        name in draft.containers
        or name.removeprefix("/") in draft.container_names
        or (bool(name) and bool(lookup.ids_starting_with(draft, name, limit=1)))
    )


def has_image(draft: Draft, name: str, or_offered: bool) -> bool:
    """Whether an image is here, or could be pulled.

    Args:
        or_offered: whether what could be pulled counts; names of other registries then count always, nobody has asked
            them.
    """
    if lookup.find_image(draft, name) is not None:
        return True
    if not or_offered:
        return False
    try:
        parsed = reference.parse(name)
    except reference.InvalidReference:
        return False
    host, _, path = parsed.name.partition("/")
    return host != "docker.io" or catalogue.has_repository(path)


def has_network(draft: Draft, name: str) -> bool:
    if name in draft.networks or name in draft.network_names:
        return True
    return bool(name) and any(identifier.startswith(name) for identifier in draft.networks)


def has_volume(draft: Draft, name: str) -> bool:
    return name in draft.volumes
