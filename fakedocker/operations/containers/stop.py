"""Ending and holding containers: stop, kill, restart, pause, unpause.

Source: moby daemon/stop.go, kill.go, restart.go, pause.go; texts and exit codes in recordings lifecycle and signals.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages, signals
from fakedocker.base.clock import SECOND_NS
from fakedocker.containers import lifecycle
from fakedocker.containers.model import PAUSED, RESTARTING, RUNNING, Container
from fakedocker.operations.containers import start
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import StopTask

DEFAULT_GRACE_SECONDS = 10


def stop(draft: Draft, container: Container, grace_seconds: int | None, signal: str = "", then: str = "") -> int | None:
    """Ask process 1 to end, and kill it after the grace.

    Args:
        grace_seconds: None takes the container's own, negative waits for ever.
        signal: "" takes the container's own.
        then: "restart" to start it again afterwards.

    Returns:
        the number of the task to wait for; None when it was not running.

    Raises:
        Refusal: the signal is none.
    """
    number = _stop_signal(container, signal)
    if container.status == RESTARTING:
        draft.kernel.cancel_timer(container.timer)
        draft.containers[container.id] = replace(
            container, status=lifecycle.after("stop", RESTARTING), timer=0, manually_stopped=True
        )
        draft.notify("state", container.id, container.exit_code)
        return None
    if not container.has_process:
        return None
    grace = _grace(container, grace_seconds)
    task_id = draft.draw()
    timer = draft.kernel.set_timer(draft.now_ns + grace * SECOND_NS, ("stop", task_id)) if grace > 0 else 0
    draft.tasks[task_id] = StopTask(id=task_id, container_id=container.id, timer=timer, then=then)
    container = replace(container, manually_stopped=True)
    draft.containers[container.id] = container
    if container.status == PAUSED:
        _resume(draft, container)
    container_event(draft, container, "kill", signal=str(number))
    draft.kernel.kill_from_outside(container.pid, number)
    if grace == 0:
        grace_over(draft, task_id)
    return task_id


def _grace(container: Container, given: int | None) -> int:
    if given is not None:
        return given
    own = container.config.stop_timeout
    return own if isinstance(own, int) else DEFAULT_GRACE_SECONDS


def _stop_signal(container: Container, given: str) -> int:
    text = given or container.config.stop_signal or "SIGTERM"
    number = signals.parse(text)
    if number is None:
        raise messages.INVALID_SIGNAL(signal=text)
    return number


def grace_over(draft: Draft, task_id: int) -> None:
    """The grace of a stop has passed: kill."""
    task = draft.tasks.get(task_id)
    container = draft.containers.get(task.container_id) if isinstance(task, StopTask) else None
    if container is None or not container.has_process:
        return
    container_event(draft, container, "kill", signal=str(signals.KILL))
    draft.kernel.kill_from_outside(container.pid, signals.KILL)


def restart(draft: Draft, container: Container, grace_seconds: int | None, signal: str = "") -> int | None:
    """Stop, then start.

    Returns:
        the task to wait for; None when it is up again already.

    Raises:
        Refusal: the signal is none, or it cannot be started.
    """
    task = stop(draft, container, grace_seconds, signal, then="restart")
    if task is None:
        start.run(draft, replace(draft.containers[container.id], restart_count=0, manually_stopped=False))
        container_event(draft, draft.containers[container.id], "restart")
    return task


def kill(draft: Draft, container: Container, signal: str) -> None:
    """Send a signal to process 1; KILL and the stop signal count as a stop by hand.

    Raises:
        Refusal: the signal is none, or the container is not running.
    """
    number = signals.parse(signal) if signal else signals.KILL
    if number is None or not 0 < number < 65:
        raise messages.INVALID_SIGNAL_KILL(name=container.name, signal=signal)
    if not container.has_process:
        if container.status == RESTARTING:
            stop(draft, container, 0)
            return
        raise messages.NOT_RUNNING_KILL(name=container.name, id=container.id)
    if number in (signals.KILL, _stop_signal(container, "")):
        container = replace(container, manually_stopped=True)
        draft.containers[container.id] = container
    container_event(draft, container, "kill", signal=str(number))
    if container.status == PAUSED and number == signals.KILL:
        _resume(draft, container)
    draft.kernel.kill_from_outside(container.pid, number)


def pause(draft: Draft, container: Container) -> None:
    """Freeze a container's processes.

    Raises:
        Refusal: it is not running, or paused already.
    """
    if container.status == PAUSED:
        raise messages.ALREADY_PAUSED(id=container.id)
    if container.status == RESTARTING:
        raise messages.RESTARTING_PAUSE(id=container.id)
    if container.status != RUNNING:
        raise messages.NOT_RUNNING(id=container.id)
    draft.kernel.freeze_namespace(container.id)
    container = replace(container, status=lifecycle.after("pause", container.status))
    draft.containers[container.id] = container
    container_event(draft, container, "pause")
    draft.notify("state", container.id)


def unpause(draft: Draft, container: Container) -> None:
    """Let them go on.

    Raises:
        Refusal: it is not paused.
    """
    if container.status != PAUSED:
        raise messages.NOT_PAUSED(id=container.id)
    _resume(draft, container)
    container_event(draft, draft.containers[container.id], "unpause")


def _resume(draft: Draft, container: Container) -> None:
    draft.kernel.thaw_namespace(container.id)
    draft.containers[container.id] = replace(draft.containers[container.id], status=lifecycle.after("unpause", PAUSED))
    draft.notify("state", container.id)
