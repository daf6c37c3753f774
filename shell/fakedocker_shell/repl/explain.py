"""What a command did: the calls its clients made to the engine, and what is different in the world.

Owns comparing two worlds by what a user knows of them. It must not know terminals: it gives lines of text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from fakedocker.base.identity import short
from fakedocker.containers.model import EXITED, Container
from fakedocker.engine.inflight import Exchange
from fakedocker.world.world import World
from fakedocker_shell.repl import swarm_changes
from fakedocker_shell.repl.explain_lines import familiar, made_and_gone

_QUERY_LIMIT = 90
_ID = re.compile(r"\b[0-9a-f]{64}\b")


def calls(exchanges: Iterable[Exchange]) -> list[str]:
    """A line for each call to the engine: method, path and query as they are read, and the status."""
    lines = []
    for exchange in exchanges:
        path, question, query = exchange.request.target.partition("?")
        query = unquote(query)
        if len(query) > _QUERY_LIMIT:
            query = query[:_QUERY_LIMIT] + "…"
        path = _ID.sub(lambda match: short(match[0]), path)
        status = "no answer yet" if exchange.reply is None else str(exchange.reply.status)
        lines.append(f"{exchange.request.method} {path}{question}{query} → {status}")
    return lines


def changes(before: World, after: World) -> list[str]:
    """What is different, a line each: `+` made, `~` changed, `-` gone, `·` made and gone. Time grows with the tables
    that differ."""
    return [
        *_containers(before, after),
        *_images(before, after),
        *made_and_gone("network", _networks(before), _networks(after)),
        *_addresses(before, after),
        *made_and_gone("volume", _volumes(before), _volumes(after)),
        *made_and_gone("port", _ports(before), _ports(after)),
        *swarm_changes.changes(before, after),
    ]


def state_text(container: Container) -> str:
    """The state in words, with what belongs to it."""
    if container.status == EXITED:
        return f"exited ({container.exit_code})"
    if container.health is not None and container.is_running:
        return f"{container.status} ({container.health.status})"
    return container.status


def _containers(before: World, after: World) -> Iterator[str]:
    if before.containers is after.containers:
        return
    for container in sorted(after.containers.values(), key=lambda container: container.number):
        old = before.containers.get(container.id)
        if old is container:
            continue
        if old is None:
            yield f"+ container {container.name} from {container.image_name}, {state_text(container)}"
            continue
        told = list(_container_changes(old, container))
        if told:
            yield f"~ container {container.name}: {', '.join(told)}"
    for container in sorted(before.containers.values(), key=lambda container: container.number):
        if container.id not in after.containers:
            yield f"- container {container.name}"
    yield from _passing_containers(before, after)


def _passing_containers(before: World, after: World) -> Iterator[str]:
    """Those that came and went in between, such as with --rm: only the events still tell of them."""
    stories: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for event in after.events.entries(before.events.end):
        if (
            event.type == "container"
            and event.actor_id not in before.containers
            and event.actor_id not in after.containers
        ):
            stories.setdefault(event.actor_id, []).append(event.action)
            names[event.actor_id] = dict(event.attributes).get("name", short(event.actor_id))
    for identifier, actions in stories.items():
        yield f"· container {names[identifier]} came and went: {', '.join(actions)}"


def _container_changes(old: Container, new: Container) -> Iterator[str]:
    if old.name != new.name:
        yield f"renamed, was {old.name}"
    if state_text(old) != state_text(new):
        yield f"{state_text(old)} → {state_text(new)}"
    elif old.started_ns != new.started_ns:
        yield f"started again, {state_text(new)}"
    if old.restart_count < new.restart_count:
        yield f"restarted by its policy ({new.restart_count})"
    if old.host_config != new.host_config:
        yield "other settings"
    if [name for name, _ in old.networks] != [name for name, _ in new.networks]:
        yield f"networks {', '.join(name for name, _ in new.networks) or 'none'}"


def _images(before: World, after: World) -> Iterator[str]:
    if before.tags is not after.tags:
        old, new = _tags(before), _tags(after)
        yield from made_and_gone("image", old, new)
        for name in sorted(old.keys() & new.keys()):
            if old[name] != new[name]:
                yield f"~ image {name} is another one now{new[name]}"
    if before.images is not after.images:
        for identifier in sorted(set(after.images) - set(before.images)):
            if not after.image_tags.get(identifier):
                yield f"+ image without a tag {short(identifier)}"
        for identifier in sorted(set(before.images) - set(after.images)):
            if not before.image_tags.get(identifier):
                yield f"- image without a tag {short(identifier)}"


def _tags(world: World) -> dict[str, str]:
    return {familiar(name): f" ({short(identifier)})" for name, identifier in world.tags.items() if "@" not in name}


def _networks(world: World) -> dict[str, str]:
    return {
        network.name: f" ({', '.join([network.driver, *(pool.subnet for pool in network.pools)])})"
        for network in world.networks.values()
    }


def _addresses(before: World, after: World) -> Iterator[str]:
    if before.endpoints is after.endpoints:
        return
    old, new = _endpoints(before), _endpoints(after)
    yield from (f"+ address {new[key]}" for key in sorted(new.keys() - old.keys()) if new[key])
    yield from (f"- address {old[key]}" for key in sorted(old.keys() - new.keys()) if old[key])


def _endpoints(world: World) -> dict[tuple[str, str], str]:
    """(network name, container name) to a sentence about the address; "" where there is none."""
    found = {}
    for network_id, members in world.endpoints.items():
        network = world.networks.get(network_id)
        for container_id, endpoint in members.items():
            container = world.containers.get(container_id)
            if network is not None and container is not None:
                address = endpoint.address or endpoint.address_v6
                text = f"{address} of {container.name} in {network.name}" if address else ""
                found[network.name, container.name] = text
    return found


def _volumes(world: World) -> dict[str, str]:
    return {
        short(volume.name) if volume.anonymous else volume.name: " (anonymous)" if volume.anonymous else ""
        for volume in world.volumes.values()
    }


def _ports(world: World) -> dict[str, str]:
    found = {}
    for container_id, entries in world.published.items():
        container = world.containers.get(container_id)
        for entry in entries:
            host = f"[{entry.host_ip}]" if ":" in entry.host_ip else entry.host_ip
            name = f"{host}:{entry.host_port}/{entry.protocol}"
            found[name] = f" → {container.name if container else '?'}:{entry.container_port}"
    return found
