"""What is different of a swarm between two worlds, for `explain`: the swarm itself, services, secrets and configs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fakedocker.swarm.model import Stored
from fakedocker.swarm.services import Service
from fakedocker.world.world import World
from fakedocker_shell.repl.explain_lines import familiar, made_and_gone


def changes(before: World, after: World) -> Iterator[str]:
    """A line each, as `explain.changes` has them."""
    yield from made_and_gone("swarm", _swarm(before), _swarm(after))
    yield from made_and_gone("secret", _stored(before.secrets), _stored(after.secrets))
    yield from made_and_gone("config", _stored(before.configs), _stored(after.configs))
    if before.services is not after.services:
        old, new = ({one.spec.name: one for one in world.services.values()} for world in (before, after))
        yield from made_and_gone(
            "service", dict.fromkeys(old, ""), {name: f" ({_text(one)})" for name, one in new.items()}
        )
        for name in sorted(old.keys() & new.keys()):
            told = list(_service_changes(old[name], new[name]))
            if told:
                yield f"~ service {name}: {', '.join(told)}"


def _swarm(world: World) -> dict[str, str]:
    return {} if world.swarm is None else {"of this node": ""}


def _stored(records: Mapping[str, Stored]) -> dict[str, str]:
    return {record.spec.name: "" for record in records.values()}


def _image(service: Service) -> str:
    container = service.spec.task_template.container_spec
    return familiar(container.image.partition("@")[0]) if container is not None else ""


def _count(service: Service) -> str:
    """How many tasks there are to be."""
    mode = service.spec.mode
    if mode.replicated is not None:
        count = mode.replicated.replicas or 0
        return f"{count} task{'s' if count != 1 else ''}"
    return "a task on each node" if mode.global_ is not None else "a job"


def _text(service: Service) -> str:
    return f"{_image(service)}, {_count(service)}"


def _service_changes(old: Service, new: Service) -> Iterator[str]:
    for one, other in ((_image(old), _image(new)), (_count(old), _count(new))):
        if one != other:
            yield f"{one} → {other}"
    if old.spec_version != new.spec_version and _text(old) == _text(new):
        yield "other settings"
    was, now = (one.update_status.state if one.update_status is not None else "" for one in (old, new))
    if now and was != now:
        yield now.replace("_", " ")
