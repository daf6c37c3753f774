"""What the daemon fetches from a server of the simulation, as a build's files are, by a simulated curl: an archive that becomes an
image, or what a build begins with.

Source: moby api/server/router/image/image_routes.go and builder/remotecontext/remote.go.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.base.reference import Reference, parse
from fakedocker.filesystem import archive, content as contents
from fakedocker.filesystem.node import LayerEntry
from fakedocker.operations.classic_builder import downloads
from fakedocker.operations.images import importing
from fakedocker.operations.registry import transfer_schedule
from fakedocker.wire.image import ImageConfig
from fakedocker.world.builds import Download
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import ContextTask, ImportTask

_STDOUT: Final = 1
KIND: Final = "fetch"
"""The kind of process that fetches."""
_OPTIONS: Final = ("-sSL", "-w", "\n%{http_code}")
_KEPT: Final = (400, 401, 403, 404)
"""Statuses that the client gets as the server gave them."""
_REASONS: Final = {
    7: "dial tcp {address}: connect: connection refused",
    28: "dial tcp {address}: i/o timeout",
}
"""What curl's exit codes mean, in Go's words."""


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
    draft.processes[downloads.start(draft, sandbox, url, _OPTIONS)] = (KIND, sandbox)
    return task_id


def begin_build(draft: Draft, url: str, context: Callable[[int, Download], ContextTask]) -> int:
    """Start to fetch what a build begins with; gives the number of the build."""
    task_id = draft.draw()
    sandbox = f"sandbox:{task_id}"
    draft.tasks[task_id] = context(task_id, Download(url=url, sandbox=sandbox))
    draft.processes[downloads.start(draft, sandbox, url, _OPTIONS)] = (KIND, sandbox)
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


def fetched(draft: Draft, sandbox: str, exit_code: int) -> None:
    """An archive has been fetched, or cannot be."""
    task = _of(draft, sandbox)
    if task is None:
        return
    downloads.end(draft, sandbox)
    del draft.tasks[task.id]
    try:
        if isinstance(task, ContextTask):
            _begin_build(draft, task, exit_code)
            return
        _import(draft, task, exit_code)
    except Refusal as refusal:
        draft.notify("done", task.id, refusal)
    else:
        draft.notify("done", task.id, None)


def _begin_build(draft: Draft, task: ContextTask, exit_code: int) -> None:
    """Begin a build with what has come: text is a Dockerfile, all else an archive (moby builder/remotecontext/detect.go)."""
    from fakedocker.operations.classic_builder import (
        begin as building,  # the parser of Dockerfiles: start-up time matters
    )

    try:
        data = _content(task, exit_code)
    except Refusal as refusal:
        problem = f"error downloading remote context {task.download.url}: {refusal.message}"
        raise Refusal(refusal.status, problem) from None
    if not data:
        problem = f"error detecting content type for remote {task.download.url}: empty response"
        raise Refusal(500, problem)
    draft.notify(
        "progress",
        task.id,
        transfer_schedule.line(stream=f"Downloading build context from remote url: {task.download.url}"),
    )
    name = task.dockerfile
    if _is_text(data):
        tar = archive.write_tar([LayerEntry(building.DEFAULT_FILE, "file", content=data)])
        data, name = contents.read(tar, 0, len(tar)), ""
    building.begin(
        draft, data, dockerfile=name, target=task.target, labels=dict(task.labels), arguments=dict(task.arguments), options=task.options,
        task_id=task.id,
    )  # fmt: skip


def _is_text(data: bytes) -> bool:
    return b"\0" not in data[:100] and not data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"))


def _content(task: ImportTask | ContextTask, exit_code: int) -> bytes:
    """What the server has sent. Refusal where it has not, or an error."""
    url = task.download.url
    if exit_code:
        raise _unreachable(url, exit_code)
    data, _, code = task.download.data.rpartition(b"\n")
    status = HTTPStatus(int(code))
    if status >= HTTPStatus.BAD_REQUEST:
        body = data.decode(errors="replace").strip()
        problem = messages.FETCH_STATUS(url=url, status=f"{status.value} {status.phrase}", body=body)
        raise Refusal(status.value if status in _KEPT else problem.status, problem.message)
    return data


def _import(draft: Draft, task: ImportTask, exit_code: int) -> None:
    url, data = task.download.url, _content(task, exit_code)
    draft.notify("progress", task.id, transfer_schedule.line(status=f"Downloading from {url}"))
    draft.notify("progress", task.id, transfer_schedule.whole("Importing", len(data)))
    target = parse(task.reference) if task.reference else None
    image = importing.import_image(
        draft, data, target, comment=task.comment, platform=task.platform, config=task.config
    )
    draft.notify("progress", task.id, transfer_schedule.line(status=image.id))


def _unreachable(url: str, exit_code: int) -> Refusal:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if exit_code == 6:
        return messages.FETCH_LOOKUP(url=url, name=host)
    address = f"{'127.0.0.1' if host == 'localhost' else host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    reason = _REASONS.get(exit_code, "EOF").format(address=address)
    return messages.FETCH_FAILED(url=url, reason=reason)


def cancel(draft: Draft, task_id: int) -> None:
    """Give up, as the daemon goes down."""
    task = draft.tasks.get(task_id)
    if isinstance(task, ImportTask | ContextTask):
        del draft.tasks[task_id]
        for pid in [pid for pid, owner in draft.processes.items() if owner == (KIND, task.download.sandbox)]:
            draft.processes.pop(pid)
        downloads.end(draft, task.download.sandbox)


def _of(draft: Draft, sandbox: str) -> ImportTask | ContextTask | None:
    """What waits for what a sandbox fetches."""
    for task in draft.tasks.values():
        if isinstance(task, ImportTask | ContextTask) and task.download.sandbox == sandbox:
            return task
    return None
