"""The names of a swarm's nodes, services, secrets, configs and stacks, with a word on each: for completion and
highlighting.

Everything is read from the world of the moment, as in `names`. It must not know command lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from fakedocker.swarm.model import Stored
from fakedocker.world.world import World
from fakedocker_shell.repl.explain_lines import familiar
from fakedocker_shell.repl.names import Named

_NAMESPACE = "com.docker.stack.namespace"


def services(world: World) -> Iterator[Named]:
    """Services by name."""
    for service in sorted(world.services.values(), key=lambda service: service.spec.name):
        container = service.spec.task_template.container_spec
        image = container.image.partition("@")[0] if container is not None else ""
        yield service.spec.name, f"service, {familiar(image)}"


def scales(world: World) -> Iterator[Named]:
    """The beginnings of what `docker service scale` takes, for services whose tasks can be counted."""
    for service in sorted(world.services.values(), key=lambda service: service.spec.name):
        mode = service.spec.mode
        if mode.replicated is not None:
            yield f"{service.spec.name}=", f"service, {mode.replicated.replicas} now"


def nodes(world: World) -> Iterator[Named]:
    """The nodes: this machine, where it is one."""
    if world.swarm is not None:
        yield world.host.hostname, f"node, {world.swarm.node.spec.availability}"
        yield "self", "this node"


def secrets(world: World) -> Iterator[Named]:
    """Secrets by name."""
    return _stored(world.secrets.values(), "secret")


def configs(world: World) -> Iterator[Named]:
    """Configs by name."""
    return _stored(world.configs.values(), "config")


def _stored(records: Iterable[Stored], kind: str) -> Iterator[Named]:
    return iter(sorted((record.spec.name, kind) for record in records))


def stacks(world: World) -> Iterator[Named]:
    """Stacks by name."""
    labels = (service.spec.labels or {} for service in world.services.values())
    counts = Counter(found[_NAMESPACE] for found in labels if _NAMESPACE in found)
    for name, count in sorted(counts.items()):
        yield name, f"stack of {count} service{'s' if count != 1 else ''}"


KINDS: dict[str, Callable[[World], Iterator[Named]]] = {
    "config": configs,
    "node": nodes,
    "secret": secrets,
    "stack": stacks,
    "swarm service": services,
}
"""Kind of name, as `docker_tables` calls it -> the names there are."""


def objects(world: World) -> Iterator[Named]:
    """What of a swarm `docker inspect` knows."""
    for kind in ("config", "node", "secret", "swarm service"):
        yield from KINDS[kind](world)


def has(world: World, kind: str, name: str) -> bool:
    """Whether there is one of a kind, by its name or the beginning of its id; a task may stand for its service."""
    if any(known == name for known, _ in KINDS[kind](world)):
        return True
    ids = {
        "config": world.configs,
        "node": () if world.swarm is None else (world.swarm.node.id,),
        "secret": world.secrets,
        "stack": (),
        "swarm service": (*world.services, *world.service_tasks),
    }[kind]
    return any(identifier.startswith(name) for identifier in ids)
