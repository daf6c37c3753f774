"""Assertions that explain themselves: what was found instead, what is near to it, and what led there."""

from __future__ import annotations

import difflib
import json
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from fakedocker.containers.logs import lines
from fakedocker.containers.model import Container
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange
from fakedocker.faults.requests import asked
from fakedocker.testing import state_names
from fakedocker.wire.endpoints import OPERATIONS, operation_named
from fakedocker.world import boundaries

_SHOWN = 10
BODIES_KEPT_BYTES = 1 << 26


class Call(NamedTuple):
    """A request that the engine was asked.

    Args:
        operation: its name, as in the rules of faults: "create", "start", "network connect".
        name: of the container, image, network or volume it was about; "" for none.
        fields: its JSON, empty without.
        status: of the answer; 0 while there is none, or where the connection has broken.
    """

    operation: str
    name: str
    method: str
    target: str
    fields: dict[str, Any]
    status: int

    def __str__(self) -> str:
        outcome = str(self.status) if self.status else "no answer"
        return f"{self.operation or f'{self.method} {self.target}'}{f' {self.name}' if self.name else ''} -> {outcome}"


class CallLog:
    """What an engine is asked, request by request: the last ones of them.

    Args:
        engine: from now on.
        limit: how many are kept.
        limit_bytes: how many bytes of their bodies are kept, but for the last one's.
    """

    def __init__(self, engine: Engine, limit: int, limit_bytes: int = BODIES_KEPT_BYTES) -> None:
        self._engine = engine
        self._limit, self._limit_bytes = limit, limit_bytes
        self.exchanges: deque[Exchange] = deque()
        self._body_bytes = 0
        self._calls: dict[int, Call] = {}
        self._names: dict[str, str] = {}
        engine.on_submit.append(self._keep)

    def _keep(self, exchange: Exchange) -> None:
        kept = self.exchanges
        kept.append(exchange)
        self._body_bytes += len(exchange.request.body)
        while len(kept) > self._limit or (self._body_bytes > self._limit_bytes and len(kept) > 1):
            gone = kept.popleft()
            self._body_bytes -= len(gone.request.body)
            self._calls.pop(gone.number, None)

    def calls(self) -> list[Call]:
        """All that are kept, in order. Each is looked at once it has been answered."""
        containers = self._engine.world.containers.values()
        self._names.update((container.id, container.name) for container in containers)
        return [self._call(exchange) for exchange in self.exchanges]

    def _call(self, exchange: Exchange) -> Call:
        known = self._calls.get(exchange.number)
        if known is not None:
            return known
        call = call_of(exchange, self._names)
        reply = exchange.reply
        if reply is not None or exchange.broken:
            self._calls[exchange.number] = call
        if call.operation == "create" and call.name and reply is not None and reply.status == 201:
            self._names[str(json.loads(reply.body or b"{}").get("Id", ""))] = call.name  # for when it is gone
        return call


def call_of(exchange: Exchange, names: Mapping[str, str]) -> Call:
    """What an exchange was about.

    Args:
        names: ids of containers to their names: a call by id counts for the name.
    """
    request = exchange.request
    operation, name = asked(request)
    fields: dict[str, Any] = {}
    if request.body[:1] == b"{":
        try:
            fields = json.loads(request.body)
        except ValueError:
            fields = {}
    if not name and operation in ("network create", "volume create"):
        name = str(fields.get("Name", ""))
    status = exchange.reply.status if exchange.reply is not None else 0
    return Call(operation, names.get(name, name), request.method, request.target, fields, status)


def assert_asked(
    calls: Iterable[Call],
    operation: str,
    name: str = "",
    times: int | None = None,
    **fields: Any,  # Any: values of JSON
) -> None:
    """Fail unless the engine was asked for something.

    Args:
        times: how often exactly, None for at least once.
        fields: of the request's JSON; HostConfig's count too.

    Raises:
        AssertionError: it was not; with what was asked instead, the nearest first.
        ValueError: no operation has that name.
    """
    named = operation_named(operation)
    if named is None:
        near = difflib.get_close_matches(operation, OPERATIONS, 3) or OPERATIONS
        raise ValueError(f"no operation {operation!r}; expected one such as {', '.join(near)}")
    operation = named
    told = list(calls)
    found = [call for call in told if call.operation == operation and (not name or call.name == name)]
    matching = [call for call in found if not _misses(call, fields)]
    if len(matching) == times or (times is None and matching):
        return
    wanted = f"`{operation}{f' {name}' if name else ''}`" + "".join(
        f" {key}={value!r}" for key, value in fields.items()
    )
    often = f"{len(matching)} times, not {times}" if times is not None else "never"
    others = _unique([*(call for call in found if call not in matching), *_nearest(told, operation, name)])
    shown = ["".join([f"  {call}", *(f"; {miss}" for miss in _misses(call, fields))]) for call in others[:_SHOWN]]
    headline = f"the engine was asked for {wanted} {often}; what it was asked, nearest first:"
    raise AssertionError("\n".join([headline, *(shown or ["  nothing"])]))


def _unique(calls: Iterable[Call]) -> list[Call]:
    """Calls without those that read the same."""
    return list({str(call): call for call in calls}.values())


def _misses(call: Call, fields: dict[str, Any]) -> list[str]:
    """Which fields of a call are not as wanted."""
    host = call.fields.get("HostConfig") or {}
    missing = object()
    found = {key: call.fields.get(key, host.get(key, missing)) for key in fields}
    return [
        f"without {key}" if found[key] is missing else f"{key} is {found[key]!r}"
        for key, value in fields.items()
        if found[key] != value
    ]


def _nearest(calls: list[Call], operation: str, name: str) -> list[Call]:
    wanted = f"{operation} {name}"
    return sorted(
        calls, key=lambda call: -difflib.SequenceMatcher(None, f"{call.operation} {call.name}", wanted).ratio()
    )


def state_words(container: Container) -> set[str]:
    """Every word that says what state a container is in."""
    words = {container.status}
    if container.status == "exited":
        words.add("stopped")
    if container.oom_killed:
        words.add("oom-killed")
    if container.health is not None and container.is_running:
        words.add(container.health.status)
    return words


def describe(container: Container) -> str:
    """A container's state in words."""
    if container.status == "exited":
        oom = ", out of memory" if container.oom_killed else ""
        return f"exited ({container.exit_code}{oom})"
    if container.health is not None and container.is_running:
        return f"{container.status} ({container.health.status})"
    return container.status


def assert_container(engine: Engine, name: str, state: str, exit_code: int | None = None) -> None:
    """Fail unless a container is in a state: running, paused, exited, healthy, oom-killed ...

    Args:
        exit_code: of exited; None for any.

    Raises:
        AssertionError: it is not; with its state, its last events and its last lines.
        ValueError: there is no such state.
    """
    state_names.check(state, exit_code)
    container = _find(engine, name)
    if state in state_words(container) and exit_code in (None, container.exit_code):
        return
    events = [event.action for event in engine.world.events.entries() if event.actor_id == container.id]
    wanted = "" if exit_code is None else f" ({exit_code})"
    told = [f"container {container.name} is {describe(container)}, not {state}{wanted}"]
    if container.error:
        told.append(f"  its error: {container.error}")
    told.append(f"  what happened to it: {', '.join(events[-_SHOWN:]) or 'nothing'}")
    told.append(_last_lines(engine, container))
    raise AssertionError("\n".join(told))


def assert_logged(engine: Engine, name: str, text: str) -> None:
    """Fail unless a container has printed a text. Raises AssertionError, with its last lines and the nearest."""
    container = _find(engine, name)
    printed = _lines(engine, container)
    if any(text in line for line in printed):
        return
    near = difflib.get_close_matches(text, printed, 1, 0.4)
    told = [f"container {container.name} has not printed {text!r}"]
    told += [f"  nearest: {near[0]!r}"] if near else []
    raise AssertionError("\n".join([*told, _last_lines(engine, container)]))


def assert_all_simulated(engine: Engine) -> None:
    """Fail if a process has met a boundary of the simulation. Raises AssertionError, with what it was, why and where."""
    found = engine.unsimulated()
    if not found:
        return
    world = engine.world
    shown = [f"  {boundaries.described(world, mark)}" for mark in found[-_SHOWN:]]
    count = world.kernel.marked
    often = "once" if count == 1 else f"{count} times"
    raise AssertionError("\n".join([f"something that is not simulated was needed {often}; the last:", *shown]))


def _find(engine: Engine, name: str) -> Container:
    world = engine.world
    identifier = world.container_names.get(name.removeprefix("/"), name)
    found = world.containers.get(identifier)
    if found is not None:
        return found
    names = sorted(world.container_names)
    near = difflib.get_close_matches(name, names, _SHOWN, 0.3) or names[:_SHOWN]
    shown = ", ".join(f"{other} ({describe(world.containers[world.container_names[other]])})" for other in near)
    raise AssertionError(f"there is no container {name!r}; there are {shown or 'none'}")


def _lines(engine: Engine, container: Container) -> list[str]:
    history = engine.world.outputs.get(container.id)
    if history is None:
        return []
    found = lines(history.entries(), ended=True)
    return [line.text.decode("utf-8", "replace").rstrip("\n") for line in found]


def _last_lines(engine: Engine, container: Container) -> str:
    printed = _lines(engine, container)[-_SHOWN:]
    return (
        "\n".join(["  its last lines:", *(f"    {line}" for line in printed)])
        if printed
        else "  it has printed nothing"
    )
