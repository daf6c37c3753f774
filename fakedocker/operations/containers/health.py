"""Running health checks: a probe now and then beside process 1, its result, and the events of a change.

Source: moby daemon/health.go; recording health. The rules of what a result means are in `containers.health`.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.base.units import format_duration
from fakedocker.containers import health as rules
from fakedocker.containers.model import Container, Health, HealthResult
from fakedocker.faults.model import UNHEALTHY
from fakedocker.kernel.events import Exited
from fakedocker.kernel.kernel import ExecError
from fakedocker.operations.containers import container_faults, process_spec, stdio, users
from fakedocker.operations.system import assume
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.wire.container import HealthConfig
from fakedocker.world.draft import Draft

SHELL = ("/bin/sh", "-c")
_TIMEOUT_SIGNAL = 9
_FORGIVEN = "fakedocker: assume: this check is not simulated; taken to have worked\n"


def begin(draft: Draft, container: Container) -> None:
    """A container has come up: its first check is due after one interval."""
    config = _config(container)
    if config is None:
        if container.health is not None:
            draft.containers[container.id] = replace(container, health=None)
        return
    _schedule(draft, container, Health())


def end(draft: Draft, container: Container) -> None:
    """A container has ended, and with it its checks."""
    current = draft.containers[container.id]
    if current.health is not None and current.health.timer:
        draft.kernel.cancel_timer(current.health.timer)
        draft.processes.pop(current.health.probe_pid)
        draft.containers[container.id] = replace(current, health=replace(current.health, timer=0, probe_pid=0))


def _config(container: Container) -> HealthConfig | None:
    config = container.config.healthcheck
    return config if isinstance(config, HealthConfig) and rules.command(config, SHELL) is not None else None


def _schedule(draft: Draft, container: Container, health: Health) -> None:
    config = _config(container)
    assert config is not None
    at_ns = rules.next_check_ns(config, health, container.started_ns, draft.wall_ns) - draft.skew_ns
    timer = draft.kernel.set_timer(at_ns, ("health", container.id))
    draft.containers[container.id] = replace(container, health=replace(health, timer=timer))


def due(draft: Draft, identifier: str) -> None:
    """It is time for a check."""
    container = draft.containers.get(identifier)
    config = _config(container) if container is not None else None
    if container is None or config is None or container.health is None:
        return
    if container.status != "running":
        _schedule(draft, container, replace(container.health, timer=0))
        return
    command = rules.command(config, _shell(container))
    assert command is not None
    health = replace(container.health, probe_started_ns=draft.wall_ns, probe_output=b"", timer=0)
    container_event(draft, container, f"exec_start: {' '.join(command)}")
    if container_faults.strikes(draft, container, UNHEALTHY):
        _record(draft, replace(container, health=health), config, 1, "the health check fails by a fault rule\n")
        return
    try:
        user = users.resolve(draft, identifier, container.config.user)
        pid = draft.kernel.start(
            identifier, command, process_spec.environment(draft, container, user.home, terminal=False), container.config.working_dir or "/", user.ids,
            stdio.pipes(f"health:{identifier}"),
        )  # fmt: skip
    except (ExecError, Refusal) as problem:
        if container.stand_in and draft.assume:
            _record(draft, replace(container, health=health), config, 0, _FORGIVEN)
            return
        if isinstance(problem, Refusal):
            raise
        text = draft.words.text(messages.EXEC_FAILED).format(problem=process_spec.exec_problem(problem))
        _record(draft, replace(container, health=health), config, -1, text)
        return
    draft.processes[pid] = ("health", identifier)
    timer = draft.kernel.set_timer(draft.now_ns + rules.timeout_ns(config), ("health-timeout", identifier))
    draft.containers[identifier] = replace(container, health=replace(health, probe_pid=pid, timer=timer))


def _shell(container: Container) -> tuple[str, ...]:
    own = container.config.shell
    return own if isinstance(own, tuple) and own else SHELL


def probe_output(draft: Draft, stream: str, descriptor: int, data: bytes) -> bool:
    """Keep the first bytes of what a check prints; False when the stream is no check's."""
    kind, _, identifier = stream.partition(":")
    container = draft.containers.get(identifier) if kind == "health" else None
    if container is None or container.health is None:
        return kind == "health"
    kept = (container.health.probe_output + data)[: rules.KEPT_OUTPUT_BYTES]
    draft.containers[identifier] = replace(container, health=replace(container.health, probe_output=kept))
    return True


def probe_exited(draft: Draft, identifier: str, exited: Exited) -> None:
    """A check has ended."""
    container = draft.containers.get(identifier)
    config = _config(container) if container is not None else None
    if container is None or config is None or container.health is None or container.health.probe_pid != exited.pid:
        return
    draft.kernel.cancel_timer(container.health.timer)
    output = container.health.probe_output.decode("utf-8", "replace")
    if assume.forgives(draft, exited.status, exited.marked or container.stand_in):
        _record(draft, container, config, 0, f"{output}{_FORGIVEN}")
        return
    _record(draft, container, config, exited.status, output)


def timed_out(draft: Draft, identifier: str) -> None:
    """A check has taken too long: it is killed and counts as failed."""
    container = draft.containers.get(identifier)
    config = _config(container) if container is not None else None
    if container is None or config is None or container.health is None or not container.health.probe_pid:
        return
    pid = container.health.probe_pid
    draft.processes.pop(pid)
    draft.kernel.kill_from_outside(pid, _TIMEOUT_SIGNAL)
    said = container.health.probe_output.decode("utf-8", "replace")
    text = f"Health check exceeded timeout ({format_duration(rules.timeout_ns(config))})"
    _record(draft, container, config, rules.TIMED_OUT, f"{text}: {said}" if said else text)


def _record(draft: Draft, container: Container, config: HealthConfig, code: int, output: str) -> None:
    assert container.health is not None
    result = HealthResult(container.health.probe_started_ns, draft.wall_ns, code, output)
    before = container.health.status
    health = rules.record(container.health, config, result, container.started_ns)
    _schedule(draft, container, health)
    if health.status != before:
        container_event(draft, container, f"health_status: {health.status}")
        draft.notify("state", container.id)
