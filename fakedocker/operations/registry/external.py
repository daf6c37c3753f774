"""Registries outside of the simulation, on this machine's loopback interface: what the daemon sends for, and what
follows.

An errand is done by a driver, whose result comes back as an input of the engine, so that a run can be played again
without the registry. Nothing here knows sockets. Off unless an engine is told of a registry (`Registry.outside`).
"""

from __future__ import annotations

from fakedocker.base import messages
from fakedocker.base.reference import Reference, parse
from fakedocker.registry.errands import Errand, LoginErrand, PullErrand, PushErrand
from fakedocker.registry.model import Manifest
from fakedocker.world.builds import BuildTask
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import ErrandTask, FetchTask, PushTask

NOTICE = "errand"
"""The kind of notice by which a driver hears of an errand; its key is the task."""


def is_outside(draft: Draft, domain: str) -> bool:
    """Whether a registry is one of those outside."""
    registry = draft.registries.get(domain)
    return registry is not None and registry.outside


def _send(draft: Draft, task: ErrandTask, errand: Errand) -> int:
    draft.tasks[task.id] = task
    draft.notify(NOTICE, task.id, errand)
    return task.id


def begin_pull(draft: Draft, name: Reference, credentials: tuple[str, str]) -> int:
    """Send for an image; gives the task that tells its progress.

    Raises:
        Refusal: every tag is asked for, which is not simulated.
    """
    if not (name.tag or name.digest):
        raise messages.NOT_SIMULATED(what="pulling every tag of a registry outside of the simulation")
    from fakedocker.operations.images import manifest_parts  # few registries are outside, and start-up time matters

    have = manifest_parts.held(draft)
    errand = PullErrand(
        host=name.domain, username=credentials[0], password=credentials[1], path=name.path, reference=name.digest or name.tag, have=have
    )  # fmt: skip
    return _send(draft, ErrandTask(id=draft.draw(), name=str_of(name)), errand)


def begin_push(
    draft: Draft, task: PushTask, images: tuple[tuple[str, Manifest], ...], credentials: tuple[str, str]
) -> int:
    """Send images there; the push's own progress follows when they have arrived."""
    name = parse(task.repository)
    mounts = sorted(
        {other.path for other in map(parse, draft.tags) if other.domain == name.domain and other.path != name.path}
    )
    errand = PushErrand(
        host=name.domain, username=credentials[0], password=credentials[1], path=name.path, images=images, mounts=tuple(mounts)
    )  # fmt: skip
    return _send(draft, ErrandTask(id=task.id, name=task.repository, push=task, images=images), errand)


def begin_login(draft: Draft, domain: str, credentials: tuple[str, str]) -> int:
    """Ask whether a registry lets somebody in; the task's end tells."""
    errand = LoginErrand(host=domain, username=credentials[0], password=credentials[1])
    return _send(draft, ErrandTask(id=draft.draw(), name=domain), errand)


def is_fetched(draft: Draft, sandbox: str) -> bool:
    """Whether the download of that name is an errand, which no time in the simulation ends."""
    return any(isinstance(task, ErrandTask) and task.sandbox == sandbox for task in draft.tasks.values())


def is_moving(draft: Draft, task_id: int) -> bool:
    """Whether time alone brings a task on: whether it does not wait for an errand."""
    task = draft.tasks.get(task_id)
    if isinstance(task, FetchTask):
        return not is_fetched(draft, task.download.sandbox)
    if isinstance(task, BuildTask):
        if task.download is not None and is_fetched(draft, task.download.sandbox):
            return False
        return not task.pull or is_moving(draft, task.pull)
    return not isinstance(task, ErrandTask)


def str_of(name: Reference) -> str:
    """A name spelled in full."""
    return f"{name.name}@{name.digest}" if name.digest else f"{name.name}:{name.tag}"
