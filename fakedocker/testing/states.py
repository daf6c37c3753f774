"""Putting a container into a state by the shortest honest way: requests and faults, never by writing into the world."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from fakedocker.containers.model import CREATED, DEAD, EXITED, PAUSED, REMOVING, RESTARTING, RUNNING, Container
from fakedocker.engine.engine import Engine
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker.testing import clock, state_names
from fakedocker.wire.container import HealthConfig
from fakedocker.wire.http import Request

_WITHIN = "10m"


class StateUnreachable(ValueError):
    """A container cannot get into a state; the message says why, and what it would take."""


def put(engine: Engine, name: str, state: str, exit_code: int | None = None) -> None:
    """Bring a container into a state, by requests, by faults, and by letting time pass.

    Args:
        name: or id.
        state: a word of `state_names.State`.
        exit_code: of exited; 0 if nothing is said.

    Raises:
        StateUnreachable: there is no such state or container, or no honest way from where it is.
    """
    try:
        state_names.check(state, exit_code)
    except ValueError as problem:
        raise StateUnreachable(str(problem)) from None
    way = _WAYS.get(state)
    if way is not None:
        way(engine, name)
    else:
        _exit(engine, name, exit_code or 0)


def container_named(engine: Engine, name: str) -> Container:
    """A container by name or by the beginning of its id, at least 12 digits of it.

    Raises:
        StateUnreachable: there is none.
    """
    world = engine.world
    identifier = world.container_names.get(name.removeprefix("/"))
    if identifier is None and len(name) >= 12:
        identifier = next((known for known in world.containers if known.startswith(name)), None)
    if identifier is None:
        known = ", ".join(sorted(world.container_names)) or "none"
        raise StateUnreachable(f"no container {name!r}; there are {known}")
    return world.containers[identifier]


def _ask(engine: Engine, method: str, path: str) -> None:
    exchange = engine.perform(Request(method=method, target=path))
    reply = exchange.reply
    if reply is None or reply.status >= 400:
        told = "the connection has broken" if reply is None else json.loads(reply.body or b"{}").get("message", "")
        raise StateUnreachable(f"{method} {path} was refused: {told}")


def _running(engine: Engine, name: str) -> Container:
    """Let it run: started, unpaused, or waited for."""
    container = container_named(engine, name)
    if container.status == PAUSED:
        _ask(engine, "POST", f"/containers/{container.id}/unpause")
    elif container.status in (CREATED, EXITED):
        _ask(engine, "POST", f"/containers/{container.id}/start")
    elif container.status == RESTARTING:
        _wait(engine, name, lambda found: found.status != RESTARTING, "running")
    elif container.status in (REMOVING, DEAD):
        raise StateUnreachable(
            f"container {container.name} is {container.status}: expected to be removed, and made anew"
        )
    found = container_named(engine, name)
    if found.status != RUNNING:
        raise StateUnreachable(
            f"container {found.name} is {found.status} ({found.exit_code}) as soon as it has started: expected a process that"
            " goes on, such as `sleep infinity`"
        )
    return found


def _wait(engine: Engine, name: str, holds: Callable[[Container], object], state: str) -> None:
    identifier = container_named(engine, name).id

    def reached() -> bool:
        found = engine.world.containers.get(identifier)
        if found is None:
            raise StateUnreachable(f"container {name} was removed before it was {state}")
        return bool(holds(found))

    try:
        clock.run_until(engine, reached, _WITHIN, f"container {name} {state}")
    except (WaitCannotEnd, WaitTooLong) as problem:
        raise StateUnreachable(str(problem)) from None


def _pause(engine: Engine, name: str) -> None:
    container = container_named(engine, name)
    if container.status != PAUSED:
        _ask(engine, "POST", f"/containers/{_running(engine, name).id}/pause")


def _check_of(container: Container) -> HealthConfig:
    check = container.config.healthcheck
    if not isinstance(check, HealthConfig) or container.health is None:
        raise StateUnreachable(
            f"container {container.name} has no health check: expected one in its image, or healthcheck= at its creation"
        )
    return check


def _healthy(engine: Engine, name: str) -> None:
    _check_of(_running(engine, name))
    _wait(engine, name, lambda found: found.health is not None and found.health.status == "healthy", "healthy")


def _unhealthy(engine: Engine, name: str) -> None:
    container = _running(engine, name)
    _check_of(container)
    engine.inject(f"container {container.id} unhealthy")
    _wait(engine, name, lambda found: found.health is not None and found.health.status == "unhealthy", "unhealthy")


def _restarting(engine: Engine, name: str) -> None:
    container = container_named(engine, name)
    if container.host_config.restart_policy.name in ("", "no"):
        raise StateUnreachable(
            f"container {container.name} has no restart policy: expected always, unless-stopped or on-failure"
        )
    if container.status == RESTARTING:
        return
    engine.inject(f"container {_running(engine, name).id} exit 1")
    if container_named(engine, name).status != RESTARTING:
        raise StateUnreachable(f"container {container.name} has used up the restarts that its policy allows")


def _oom_killed(engine: Engine, name: str) -> None:
    engine.inject(f"container {_running(engine, name).id} oom")


def _created(engine: Engine, name: str) -> None:
    container = container_named(engine, name)
    if container.status != CREATED:
        raise StateUnreachable(
            f"container {container.name} has been started: expected one that is made anew, and not started"
        )


def _starting(engine: Engine, name: str) -> None:
    """Its health checks have not said anything yet: it runs anew, if they have."""
    container = container_named(engine, name)
    if container.is_running and container.health is not None and container.health.status != "starting":
        _ask(engine, "POST", f"/containers/{container.id}/restart")
    check = _check_of(_running(engine, name))
    found = container_named(engine, name).health
    if found is None or found.status != "starting":
        raise StateUnreachable(f"container {name} is checked as soon as it has started: {' '.join(check.test or ())}")


def _removing(engine: Engine, name: str) -> None:
    """Its removal is under way, and done in the 5 ms that it takes."""
    container = container_named(engine, name)
    if container.status == REMOVING:
        return
    with engine.lock:
        engine.submit(Request(method="DELETE", target=f"/containers/{container.id}?force=1"))
        while engine.turn():
            continue
    found = engine.world.containers.get(container.id)
    if found is None or found.status != REMOVING:
        raise StateUnreachable(f"container {container.name} is {'gone' if found is None else found.status} at once")


def _exit(engine: Engine, name: str, code: int) -> None:
    container = container_named(engine, name)
    if container.status == EXITED and container.exit_code == code:
        return
    container = _running(engine, name)
    engine.inject(f"container {container.id} exit {code}")
    found = engine.world.containers.get(container.id)
    if found is None or found.status != EXITED:
        policy = container.host_config.restart_policy.name
        is_now = (
            "gone, as it was run with --rm" if found is None else f"{found.status}, as its restart policy is {policy}"
        )
        raise StateUnreachable(
            f"container {container.name} ended with {code} and is {is_now}; use stopped, or another policy"
        )


def _stopped(engine: Engine, name: str) -> None:
    if container_named(engine, name).status != EXITED:
        _ask(engine, "POST", f"/containers/{_running(engine, name).id}/stop")


def _dead(engine: Engine, name: str) -> None:
    container = container_named(engine, name)
    if container.status == DEAD:
        return
    number = engine.inject(f"container {container.id} busy").number
    engine.perform(Request(method="DELETE", target=f"/containers/{container.id}?force=1"))
    engine.clear_faults(number)
    if container_named(engine, name).status != DEAD:
        raise StateUnreachable(f"container {container.name} could be removed")


_WAYS: dict[str, Callable[[Engine, str], Any]] = {
    "created": _created,
    "running": _running,
    "starting": _starting,
    "removing": _removing,
    "paused": _pause,
    "healthy": _healthy,
    "unhealthy": _unhealthy,
    "restarting": _restarting,
    "oom-killed": _oom_killed,
    "dead": _dead,
    "stopped": _stopped,
}
