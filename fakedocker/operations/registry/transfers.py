"""What follows when a transfer's next moment has come, or an errand has been done: the one place that knows them all."""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.base.reference import parse
from fakedocker.operations.images import load, manifest_parts
from fakedocker.operations.registry import pull, push, transfer_schedule
from fakedocker.operations.system import reactions
from fakedocker.registry.errands import Failed, PulledParts, PushedParts, Result
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import ErrandTask, LoadTask, PullTask, PushTask


def due(draft: Draft, task_id: int) -> None:
    """A transfer's timer has run out."""
    told = len(draft.notices)
    task = transfer_schedule.advance(draft, task_id)
    if isinstance(task, PullTask):
        pull.arrive(draft, task)
    elif isinstance(task, PushTask):
        push.arrive(draft, task)
    elif isinstance(task, LoadTask):
        load.arrive(draft, task)
    reactions.tell(reactions.TRANSFERS, draft, draft.notices[told:])


def errand_done(draft: Draft, task_id: int, result: Result) -> None:
    """An errand outside of the simulation has been done: what waited for it goes on. One whose task is gone is forgotten."""
    task = draft.tasks.get(task_id)
    if not isinstance(task, ErrandTask):
        return
    del draft.tasks[task_id]
    told = len(draft.notices)
    try:
        if isinstance(result, Failed):
            raise Refusal(500, result.problem)
        if isinstance(result, PulledParts):
            _pulled(draft, task, result)
        elif isinstance(result, PushedParts):
            assert task.push is not None
            origins = tuple(sorted(result.origins.items()))
            push.start_parts(draft, replace(task.push, origins=origins), task.images)
        else:
            draft.notify("done", task_id, None)
    except Refusal as refusal:
        draft.notify("done", task_id, refusal)
    reactions.tell(reactions.TRANSFERS, draft, draft.notices[told:])


def _pulled(draft: Draft, task: ErrandTask, result: PulledParts) -> None:
    def read(digest: str) -> bytes:
        if digest not in result.blobs:
            raise messages.UNKNOWN_BLOB()
        return result.blobs[digest]

    manifest = manifest_parts.assemble(draft, result.raw, result.media_type, read)
    pull.start_part(draft, task.id, parse(task.name), manifest)
