"""Starting a container: its networks, its files and mounts, its process 1; and what a failed start leaves.

Source: moby daemon/start.go, container_operations_unix.go; texts in recordings run-basics, ports, networks.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.containers import lifecycle
from fakedocker.containers.model import DEAD, PAUSED, REMOVING, RESTARTING, Container
from fakedocker.kernel.kernel import ExecError
from fakedocker.operations.containers import (
    device_nodes,
    health,
    links,
    log_options,
    mount_options,
    mount_points,
    namespaces,
    process_spec,
    remove,
    rootfs,
    runtime_checks,
    stand_ins,
    stdio,
    users,
)
from fakedocker.operations.networks import networking
from fakedocker.operations.system.event_attributes import container_event, volume_mounts
from fakedocker.world.draft import Draft


def start(draft: Draft, container: Container) -> bool:
    """Start a container.

    Returns:
        False when it was running already.

    Raises:
        Refusal: it cannot be started. What docker keeps of the attempt (error, exit code) is kept.
    """
    if container.removing or container.status in (REMOVING, DEAD):
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
    container = replace(container, prepared=True, error="", oom_killed=False, stand_in=False)
    draft.containers[container.id] = container
    try:
        pid = _launch(draft, container)
    except Refusal as refusal:
        problem = draft.words.reword(refusal)
        _fail(draft, container, problem)
        raise Refusal(problem.status, problem.message, commits_partial=True) from None
    container = replace(
        draft.containers[container.id], status=lifecycle.after("start", container.status), pid=pid, exit_code=0, started_ns=draft.wall_ns,
    )  # fmt: skip
    draft.containers[container.id] = container
    draft.processes[pid] = ("container", container.id)
    health.begin(draft, container)
    volume_mounts(draft, container)
    container_event(draft, draft.containers[container.id], "start")
    draft.notify("state", container.id)


def _launch(draft: Draft, container: Container) -> int:
    runtime_checks.check_name_servers(container)
    networking.join_all(draft, container)
    if container.is_networked:
        links.check_running(draft, container)
    namespaces.check(draft, container)
    device_nodes.check_requests(container)
    log_options.check_start(container.host_config.log_config)
    mount_options.check_subpaths(draft, container)
    mount_options.check_tmpfs(container)
    mount_points.check(draft, container)
    try:
        rootfs.prepare(draft, container)
    except OSError as problem:
        raise Refusal(500, str(problem.strerror).lower()) from None
    for holder in links.holders(draft, container):
        if holder.has_process:  # who links to it finds it at its new address
            rootfs.write_daemon_files(draft, holder)
    try:
        user = users.resolve(draft, container.id, container.config.user, container.host_config.group_add or ())
    except Refusal:
        if not stand_ins.stands_in_for(draft, container):
            raise
        user = users.resolve(draft, container.id, "0")
    device_nodes.make(draft, container)
    runtime_checks.check(draft, container)
    rootfs.create_namespace(draft, container)
    try:
        return draft.kernel.start(
            container.id,
            container.command_line,
            process_spec.environment(draft, container, user.home, container.config.tty),
            container.config.working_dir or "/",
            user.ids,
            stdio.of_container(container),
        )
    except ExecError as problem:
        if stand_ins.stands_in_for(draft, container):
            draft.containers[container.id] = replace(draft.containers[container.id], stand_in=True)
            return stand_ins.start(draft, container)
        raise messages.START_FAILED(problem=process_spec.exec_problem(problem)) from None


def _fail(draft: Draft, container: Container, problem: Refusal) -> None:
    """What is left of a failed start: the error and a code; with --rm, nothing."""
    networking.leave_all(draft, draft.containers[container.id])
    draft.kernel.destroy_namespace(container.id)
    code = process_spec.exit_code_of(problem.message) if "OCI runtime" in problem.message else process_spec.FAILED
    status = "exited" if container.status == RESTARTING else container.status
    container = replace(draft.containers[container.id], status=status, error=problem.message, exit_code=code, pid=0)
    draft.containers[container.id] = container
    draft.notify("state", container.id)
    if container.host_config.auto_remove:
        remove.discard(draft, container, with_volumes=True)
