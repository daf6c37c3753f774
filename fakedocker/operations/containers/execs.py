"""docker exec: making one, starting it, and its end.

Source: moby daemon/exec.go; texts in recording exec and the exchanges.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.history import History
from fakedocker.containers.model import PAUSED, Chunk, Container, Exec
from fakedocker.faults.model import EXEC_HANGS
from fakedocker.kernel import lifecycle, signals
from fakedocker.kernel.events import Exited
from fakedocker.kernel.kernel import ExecError
from fakedocker.operations.containers import container_faults, process_spec, stdio, users
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.wire.execs import ExecRequest
from fakedocker.world.draft import Draft

_NOTHING: History[Chunk] = History()


def create(draft: Draft, container: Container, request: ExecRequest, asked: str = "") -> Exec:
    """Make an exec of a running container.

    Args:
        asked: what the request called the container, which a refusal says again.

    Raises:
        Refusal: the container is not running or paused, there is no command, or no such user.
    """
    if not request.cmd:
        raise messages.EXEC_NO_COMMAND()
    _require_running(container, asked or container.id)
    if request.user:
        users.resolve(draft, container.id, request.user, container.host_config.group_add or ())
    execution = Exec(
        id=draft.given_id("exec", draft.execs) or draft.digest("exec"),
        container_id=container.id,
        argv=request.cmd,
        environment=request.env or (),
        directory=request.working_dir or container.config.working_dir or "/",
        user=request.user or container.config.user,
        privileged=request.privileged,
        terminal=request.tty,
        attach_stdin=request.attach_stdin,
        attach_stdout=request.attach_stdout,
        attach_stderr=request.attach_stderr,
        detach_keys=request.detach_keys,
        console_size=request.console_size,
    )
    draft.execs[execution.id] = execution
    draft.outputs[execution.id] = _NOTHING
    draft.containers[container.id] = replace(container, exec_ids=(*container.exec_ids, execution.id))
    container_event(draft, container, f"exec_create: {' '.join(execution.argv)}", execID=execution.id)
    return execution


def _require_running(container: Container, asked: str) -> None:
    if container.status == PAUSED:
        raise messages.EXEC_PAUSED(name=asked)
    if not container.has_process:
        raise messages.NOT_RUNNING(id=container.id)


def check_startable(draft: Draft, execution: Exec) -> Container:
    """The container of an exec that may be started.

    Raises:
        Refusal: it has run already, or the container does not run.
    """
    if execution.is_running:
        raise messages.EXEC_STARTED(id=execution.id)
    if execution.started:
        raise messages.EXEC_ALREADY_RUN(id=execution.id)
    container = draft.containers.get(execution.container_id)
    if container is None:
        raise messages.NO_SUCH_CONTAINER(name=execution.container_id)
    _require_running(container, container.id)
    return container


def begin(draft: Draft, execution: Exec, console: tuple[int, int] | None) -> str:
    """Start the process of an exec.

    Args:
        console: rows and columns of its terminal, where known.

    Returns:
        "", or docker's words for a command that cannot be executed; those go to the exec's own output.

    Raises:
        Refusal: see `check_startable`, or an unknown user.
    """
    container = check_startable(draft, execution)
    user = users.resolve(draft, container.id, execution.user, container.host_config.group_add or ())
    container_event(draft, container, f"exec_start: {' '.join(execution.argv)}", execID=execution.id)
    streams = stdio.of_exec(execution, console or execution.console_size)
    try:
        pid = draft.kernel.start(
            container.id,
            execution.argv,
            process_spec.environment(draft, container, user.home, execution.terminal, execution.environment),
            execution.directory,
            user.ids,
            streams,
            privileged=execution.privileged,
        )
    except ExecError as problem:
        text = draft.words.text(messages.EXEC_FAILED).format(problem=process_spec.exec_problem(problem))
        code = process_spec.exit_code_of(text)
        draft.execs[execution.id] = replace(execution, started=True, exit_code=code)
        draft.notify("state", execution.id, code)
        return text
    draft.execs[execution.id] = replace(execution, started=True, pid=pid)
    draft.processes[pid] = ("exec", execution.id)
    if container_faults.strikes(draft, container, EXEC_HANGS):
        lifecycle.signal_process(draft.kernel_draft, pid, signals.STOP)  # it does nothing until it is killed
    return ""


def exec_exited(draft: Draft, identifier: str, exited: Exited) -> None:
    """The process of an exec has ended; its container forgets it, it can still be inspected."""
    execution = draft.execs.get(identifier)
    if execution is None:
        return
    draft.execs[identifier] = replace(execution, exit_code=exited.status)
    container = draft.containers.get(execution.container_id)
    if container is not None:
        container_event(draft, container, "exec_die", execID=identifier, exitCode=str(exited.status))
    draft.notify("state", identifier, exited.status)
    if container is not None and not container.has_process:
        draft.containers[container.id] = forget_ended(draft, container)


def forget_ended(draft: Draft, container: Container) -> Container:
    """Let a container that has no process any more forget its execs (moby daemon Cleanup); gives it as it is then.

    Those whose own processes have yet to end are forgotten when they do.
    """
    running = tuple(identifier for identifier in container.exec_ids if draft.execs[identifier].is_running)
    for identifier in container.exec_ids:
        if identifier not in running:
            draft.execs.pop(identifier)
            draft.outputs.pop(identifier)
    return replace(container, exec_ids=running)
