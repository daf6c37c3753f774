"""What follows when a transfer's next moment has come: the one place that knows pulls, pushes and loads."""

from __future__ import annotations

from fakedocker.operations import load, pull, push, timetable
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import LoadTask, PullTask, PushTask


def due(draft: Draft, task_id: int) -> None:
    """A transfer's timer has run out."""
    task = timetable.advance(draft, task_id)
    if isinstance(task, PullTask):
        pull.arrive(draft, task)
    elif isinstance(task, PushTask):
        push.arrive(draft, task)
    elif isinstance(task, LoadTask):
        load.arrive(draft, task)
