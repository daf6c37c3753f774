"""The line at the bottom: virtual time, containers, images, how time passes, and what is under way."""

from __future__ import annotations

from fakedocker.base import clock
from fakedocker.world.tasks import LoadTask, PullTask, PushTask, StopTask
from fakedocker.world.world import World
from fakedocker_shell.repl.console import Console

_KEYS = "F1 help  F2 world"
_LESSON_KEYS = "F1 help  F2 world  F3 hint"
_SHOWN_TASKS = 2


def text(console: Console, columns: int, with_seconds: bool = True) -> str:
    """The line, no wider than the window; what is said last is left out first."""
    world = console.engine.world
    running = sum(container.is_running for container in world.containers.values())
    parts = [] if console.lesson is None else [console.lesson.score_text(console.moment())]
    parts += [
        clock.utc(console.engine.now_ns).strftime("%a %d %b %H:%M:%S" if with_seconds else "%a %d %b %H:%M"),
        f"containers {running}/{len(world.containers)}",
        f"images {len(world.images)}",
        f"time {console.engine.mode.value}",
        *pending(world),
    ]
    if console.explaining:
        parts.append("explain")
    keys = _KEYS if console.lesson is None else _LESSON_KEYS
    parts.append(keys)
    while len(parts) > 1 and len(_joined(parts)) > columns:
        del parts[-2 if parts[-1] == keys and len(parts) > 5 else -1]
    return _joined(parts)[:columns]


def _joined(parts: list[str]) -> str:
    return " " + " │ ".join(parts) + " "


def pending(world: World) -> list[str]:
    """What is under way, a few words each."""
    told = []
    for _, task in sorted(world.tasks.items()):
        if isinstance(task, PullTask):
            told.append(f"pulling {task.event_name}")
        elif isinstance(task, PushTask):
            told.append(f"pushing {task.event_name}")
        elif isinstance(task, LoadTask):
            told.append("loading images")
        elif isinstance(task, StopTask):
            container = world.containers.get(task.container_id)
            told.append(f"stopping {container.name if container else '?'}")
    more = len(told) - _SHOWN_TASKS
    return [*told[:_SHOWN_TASKS], *([f"{more} more"] if more > 0 else [])]
