"""Stand-ins: under assume, a container whose program is not simulated goes on with one in its place.

So wiring, names, ports, order, volumes and configuration of a project can be tried though some of its programs cannot
run. The rules of when are in `operations.system.assume`; the program itself is `userland.services.stand_in`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from fakedocker.containers.model import Container
from fakedocker.kernel.events import Exited
from fakedocker.kernel.kernel import ExecError
from fakedocker.kernel.program import Identity
from fakedocker.operations.containers import process_spec, rootfs, stdio
from fakedocker.operations.system import assume
from fakedocker.world.builds import BuildTask
from fakedocker.world.draft import Draft

IDENTITY: Final = Identity("fakedocker", "stand-in")
"""The program, by the name that the userland knows it by."""
DONE: Final = "done"
"""In place of its ports: it ends at once, as whoever waits for it waits for its end."""
PROJECT: Final = "com.docker.compose.project"
DEPENDS_ON: Final = "com.docker.compose.depends_on"
COMPLETED: Final = "service_completed_successfully"
SERVICE_LABELS: Final = ("com.docker.compose.service", "com.docker.swarm.service.name")


def take_over(draft: Draft, identifier: str, exited: Exited) -> bool:
    """Let a stand-in go on where process 1 has ended, if that is assumed of it.

    Returns:
        whether one does; then nobody is told of an end.
    """
    container = draft.containers.get(identifier)
    if container is None or exited.signal or container.removing:
        return False
    if not assume.forgives(draft, exited.status, exited.marked or assume.is_tainted(draft, container.top_layer)):
        return False
    if _is_step(draft, container) or is_single_command(container):
        return False
    draft.kernel.destroy_namespace(container.id)
    rootfs.create_namespace(draft, container)
    try:
        pid = start(draft, container)
    except ExecError:  # the container's limits leave no room for a process
        return False
    draft.containers[container.id] = replace(draft.containers[container.id], pid=pid, stand_in=True)
    draft.processes[pid] = ("container", container.id)
    draft.notify("state", container.id)
    return True


def is_single_command(container: Container) -> bool:
    """Whether somebody runs one command and waits for its end, who would wait for ever for a stand-in's.

    That is compose's run, and docker's run in the foreground that publishes no port.
    """
    labels = _labels(container)
    if labels.get("com.docker.compose.oneoff") == "True":
        return True
    is_service = any(label in labels for label in SERVICE_LABELS)
    return container.config.attach_stdout is True and not is_service and not container.host_config.port_bindings


def _is_step(draft: Draft, container: Container) -> bool:
    """Whether the classic builder waits for the container's end."""
    tasks = (task for task in draft.tasks.values() if isinstance(task, BuildTask))
    return any(task.running is not None and task.running.container_id == container.id for task in tasks)


def start(draft: Draft, container: Container) -> int:
    """Start a stand-in as process 1 of a container's fresh namespace; its pid. ExecError."""
    listening = DONE if is_awaited(draft, container) else ",".join(map(str, ports(container))) or "-"
    words = ("stand-in", listening, container.image_name, service_of(container))
    environment = process_spec.environment(draft, container, "/", container.config.tty)
    return draft.kernel.start(
        container.id, words, environment, "/", (0, 0, ()), stdio.of_container(container), instead=IDENTITY
    )


def is_awaited(draft: Draft, container: Container) -> bool:
    """Whether another service of its project waits until it has completed: a migration, a set-up."""
    wanted = f"{service_of(container)}:{COMPLETED}"
    own = _labels(container)
    return bool(own.get(PROJECT)) and any(
        labels.get(PROJECT) == own[PROJECT]
        and any(text.startswith(wanted) for text in labels.get(DEPENDS_ON, "").split(","))
        for labels in map(_labels, draft.containers.values())
    )


def _labels(container: Container) -> Mapping[str, str]:
    return container.config.labels if isinstance(container.config.labels, dict) else {}


def stands_in_for(draft: Draft, container: Container) -> bool:
    """Whether a command that cannot be started is taken for one that a step would have made."""
    return draft.assume and not is_single_command(container) and assume.is_tainted(draft, container.top_layer)


def ports(container: Container) -> list[int]:
    """The TCP ports that the image exposes and the container publishes, in order."""
    exposed = container.config.exposed_ports
    named = {*(exposed if isinstance(exposed, dict) else ()), *(container.host_config.port_bindings or ())}
    numbers = {int(name.partition("/")[0]) for name in named if name.partition("/")[2] in ("", "tcp")}
    return sorted(number for number in numbers if number)


def service_of(container: Container) -> str:
    """The service of compose or of a swarm that a container belongs to, "" for none."""
    labels = _labels(container)
    return next((labels[label] for label in SERVICE_LABELS if label in labels), "")
