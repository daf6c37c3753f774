"""Starting a container: its networks, its files and mounts, its process 1; and what a failed start leaves.

Source: moby daemon/start.go, container_operations_unix.go; texts in recordings run-basics, ports, networks.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.containers import lifecycle
from fakedocker.containers.model import PAUSED, REMOVING, RESTARTING, Container
from fakedocker.kernel.kernel import ExecError
from fakedocker.operations import health, networking, rootfs, users
from fakedocker.operations.attributes import container_event
from fakedocker.world.draft import Draft

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FAILED, NOT_EXECUTABLE, NOT_FOUND = 128, 126, 127


def start(draft: Draft, container: Container) -> bool:
    """Start a container.

    Returns:
        False when it was running already.

    Raises:
        Refusal: it cannot be started. What docker keeps of the attempt (error, exit code) is kept.
    """
    if container.removing or container.status == REMOVING:
        raise messages.START_REMOVING()
    if container.status == PAUSED:
        raise messages.START_PAUSED()
    if container.is_running and container.status != RESTARTING:
        return False
    if container.timer:
        draft.kernel.cancel_timer(container.timer)
    container = replace(container, restart_count=0, backoff_ns=0, timer=0, manually_stopped=False)
    run(draft, container)
    return True


def run(draft: Draft, container: Container) -> None:
    """Bring process 1 up, as start and restarts do.

    Raises:
        Refusal: see `start`.
    """
    container = replace(container, prepared=True, error="", oom_killed=False)
    draft.containers[container.id] = container
    try:
        pid = _launch(draft, container)
    except Refusal as problem:
        _fail(draft, container, problem)
        raise Refusal(problem.status, problem.message, keeps=True) from None
    container = replace(
        draft.containers[container.id], status=lifecycle.after("start", container.status), pid=pid, exit_code=0, started_ns=draft.now_ns,
    )  # fmt: skip
    draft.containers[container.id] = container
    draft.processes[pid] = ("container", container.id)
    health.begin(draft, container)
    container_event(draft, draft.containers[container.id], "start")
    draft.notify("state", container.id)


def _launch(draft: Draft, container: Container) -> int:
    networking.join_all(draft, container)
    rootfs.prepare(draft, container)
    user = users.resolve(draft, container.id, container.config.user, container.host_config.group_add or ())
    rootfs.create_namespace(draft, container)
    try:
        return draft.kernel.start(
            container.id,
            container.command_line,
            environment(container, user.home),
            container.config.working_dir or "/",
            user.ids,
            rootfs.stdio(container),
        )
    except ExecError as problem:
        raise Refusal(400, messages.START_FAILED.text.format(problem=exec_problem(problem)), keeps=True) from None


def exec_problem(problem: ExecError) -> str:
    """runc's words for a program that cannot be executed."""
    if problem.reason == "chdir":
        return f'chdir to cwd ("{problem.path}") set in config.json failed: {problem.text}'
    return f'exec: "{problem.path}": {problem.text}'


def exit_code_of(message: str) -> int:
    """The exit code that a failed start leaves (moby daemon/start.go translateContainerdStartErr)."""
    not_found = ("executable file not found", "no such file or directory", "system cannot find the file specified")
    if any(text in message for text in not_found):
        return NOT_FOUND
    if "permission denied" in message or "is a directory" in message or "exec format error" in message:
        return NOT_EXECUTABLE
    return FAILED


def _fail(draft: Draft, container: Container, problem: Refusal) -> None:
    """What is left of a failed start: the error and a code; with --rm, nothing."""
    networking.leave_all(draft, draft.containers[container.id])
    draft.kernel.destroy_namespace(container.id)
    code = exit_code_of(problem.message) if "OCI runtime" in problem.message else FAILED
    status = "exited" if container.status == RESTARTING else container.status
    container = replace(draft.containers[container.id], status=status, error=problem.message, exit_code=code, pid=0)
    draft.containers[container.id] = container
    draft.notify("state", container.id)
    if container.host_config.auto_remove:
        from fakedocker.operations import remove  # remove kills, and killing knows starting

        remove.discard(draft, container, with_volumes=True)


def environment(container: Container, home: str, extra: tuple[str, ...] = ()) -> dict[str, str]:
    """The environment of a process: the daemon's own variables, the container's, and HOME where nobody has set it.

    Source: moby CreateDaemonEnvironment, runc (HOME from the passwd file); recording env.
    """
    variables = {"PATH": DEFAULT_PATH, "HOSTNAME": container.config.hostname}
    if container.config.tty:
        variables["TERM"] = "xterm"
    for entry in (*(container.config.env or ()), *extra):
        name, _, value = entry.partition("=")
        variables[name] = value
    variables.setdefault("HOME", home)
    return variables
