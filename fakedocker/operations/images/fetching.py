"""What the daemon fetches from a server of the simulation, as a build's files are, by a simulated curl: an archive that
becomes an image, or what a build begins with.

Source: moby api/server/router/image/image_routes.go and builder/remotecontext/remote.go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.base.reference import Reference, parse
from fakedocker.build import git_urls
from fakedocker.build.git_urls import GitUrl
from fakedocker.filesystem import archive, content as contents
from fakedocker.filesystem.node import LayerEntry
from fakedocker.kernel.events import Exited
from fakedocker.operations.classic_builder import downloads
from fakedocker.operations.classic_builder.downloads import Outcome
from fakedocker.operations.images import importing
from fakedocker.operations.registry import transfer_schedule
from fakedocker.wire.image import ImageConfig
from fakedocker.world.builds import Download
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import FETCHING, ContextTask, ImportTask

_STDOUT: Final = 1


def host_names(draft: Draft) -> frozenset[str]:
    """The names that the simulation's host knows by itself."""
    lines = (
        line.partition("#")[0].split() for line in downloads.host_names(draft).decode(errors="replace").splitlines()
    )
    return frozenset(name for words in lines for name in words[1:])


def begin(draft: Draft, url: str, target: Reference | None, *, comment: str, platform: str, config: ImageConfig) -> int:
    """Start to fetch an archive; gives the task that tells of it, and makes the image at its end."""
    task_id = draft.draw()
    sandbox = f"sandbox:{task_id}"
    draft.tasks[task_id] = ImportTask(
        id=task_id,
        download=Download(url=url, sandbox=sandbox),
        reference=f"{target.name}:{target.tag}" if target else "",
        comment=comment,
        platform=platform,
        config=config,
    )
    downloads.start(draft, FETCHING, sandbox, url)
    return task_id


def begin_build(draft: Draft, url: str, context: Callable[[int, Download], ContextTask]) -> int:
    """Start to fetch what a build begins with; gives the number of the build."""
    task_id = draft.draw()
    sandbox = f"sandbox:{task_id}"
    draft.tasks[task_id] = context(task_id, Download(url=url, sandbox=sandbox))
    downloads.start(draft, FETCHING, sandbox, url)
    return task_id


def more(draft: Draft, sandbox: str, descriptor: int, data: bytes) -> bool:
    """What fetches an archive has written something. Whether it is one of these."""
    task = _of(draft, sandbox)
    if task is None:
        return False
    if descriptor == _STDOUT:
        download = replace(task.download, data=task.download.data + data)
        draft.tasks[task.id] = replace(task, download=download)
    return True


def fetched(draft: Draft, sandbox: str, exited: Exited) -> None:
    """What fetches an archive has ended."""
    task = _of(draft, sandbox)
    if task is not None:
        downloaded(draft, sandbox, downloads.of_curl(task.download.url, task.download.data, exited.status))


def downloaded(draft: Draft, sandbox: str, outcome: Outcome) -> None:
    """What was to be fetched has been, or cannot be."""
    task = _of(draft, sandbox)
    if task is None:
        return
    downloads.end(draft, sandbox)
    del draft.tasks[task.id]
    try:
        if isinstance(task, ContextTask):
            _begin_build(draft, task, outcome)
            return
        _import(draft, task, outcome)
    except Refusal as refusal:
        draft.notify("done", task.id, refusal)
    else:
        draft.notify("done", task.id, None)


def _begin_build(draft: Draft, task: ContextTask, outcome: Outcome) -> None:
    """Begin a build with what has come: text is a Dockerfile, all else an archive (moby builder/remotecontext/detect.go)."""
    git = git_urls.parse(task.download.url)
    if git is not None:
        _begin_build_of_repository(draft, task, git, outcome)
        return
    from fakedocker.operations.classic_builder import (
        begin as building,  # the parser of Dockerfiles: start-up time matters
    )

    try:
        data = downloads.content_of(task.download.url, outcome)
    except Refusal as refusal:
        problem = messages.CONTEXT_DOWNLOAD.format(url=task.download.url, problem=refusal.message)
        raise Refusal(refusal.status, problem) from None
    if not data:
        raise messages.CONTEXT_EMPTY(url=task.download.url)
    draft.notify(
        "progress",
        task.id,
        transfer_schedule.of_unknown_size("Downloading context", task.download.url, len(data)),
    )
    name = task.dockerfile
    if _is_text(data):
        tar = archive.write_tar([LayerEntry(building.DEFAULT_FILE, "file", content=data)])
        data, name = contents.read(tar, 0, len(tar)), ""
    building.begin(
        draft, data, dockerfile=name, target=task.target, labels=dict(task.labels), arguments=dict(task.arguments), options=task.options,
        task_id=task.id,
    )  # fmt: skip


def _begin_build_of_repository(draft: Draft, task: ContextTask, git: GitUrl, outcome: Outcome) -> None:
    """Begin a build with the files of a repository (moby builder/remotecontext/git)."""
    from fakedocker.operations.classic_builder import begin as building

    if outcome.problem:
        raise messages.GIT_FETCH(problem=outcome.problem)
    place = f"/tmp/docker-build-git{task.id}/{git.directory}"
    try:
        context = downloads.checked_out(outcome, git.directory, draft.now_ns)
    except FileNotFoundError:
        raise messages.PATH_FAILED(path=place, problem=messages.NO_SUCH_FILE) from None
    except NotADirectoryError:
        raise messages.GIT_CONTEXT_FILE(path=place) from None
    if outcome.note:
        draft.notify("progress", task.id, transfer_schedule.line(stream=outcome.note))
    building.begin_with(
        draft, context, dockerfile=task.dockerfile, target=task.target, labels=dict(task.labels), arguments=dict(task.arguments),
        options=task.options, task_id=task.id,
    )  # fmt: skip


def _is_text(data: bytes) -> bool:
    return b"\0" not in data[:100] and not data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"))


def _import(draft: Draft, task: ImportTask, outcome: Outcome) -> None:
    url = task.download.url
    data = downloads.content_of(url, outcome)
    draft.notify("progress", task.id, transfer_schedule.line(status=f"Downloading from {url}"))
    draft.notify("progress", task.id, transfer_schedule.whole("Importing", len(data)))
    target = parse(task.reference) if task.reference else None
    image = importing.import_image(
        draft, data, target, comment=task.comment, platform=task.platform, config=task.config
    )
    draft.notify("progress", task.id, transfer_schedule.line(status=image.id))


def cancel(draft: Draft, task_id: int) -> None:
    """Give up, as the daemon goes down."""
    task = draft.tasks.get(task_id)
    if isinstance(task, ImportTask | ContextTask):
        del draft.tasks[task_id]
        for pid in [pid for pid, owner in draft.processes.items() if owner == (FETCHING, task.download.sandbox)]:
            draft.processes.pop(pid)
        downloads.end(draft, task.download.sandbox)


def _of(draft: Draft, sandbox: str) -> ImportTask | ContextTask | None:
    """What waits for what a sandbox fetches."""
    for task in draft.tasks.values():
        if isinstance(task, ImportTask | ContextTask) and task.download.sandbox == sandbox:
            return task
    return None
