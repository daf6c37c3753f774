"""Asking a build's client for what only it has: files of its directories, secrets, a place for what was built.

Source: buildkit session/{filesync,secrets,sshforward}, source/local, solver/llbsolver/mounts.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from fakedocker.operations.buildkit.solve import Solve
from fakedocker.operations.registry import external
from fakedocker.world.asks import NOTICE, Ask
from fakedocker.world.draft import Draft
from fakedocker.world.solves import RUNNING, SolveTask


def ask(solve: Solve, kind: str, vertex: int, **fields: Any) -> None:  # Any: the fields of Ask
    """Ask for something; `solver.answered` brings it."""
    wanted = Ask(id=solve.draft.draw(), kind=kind, vertex=vertex, **fields)
    solve.change(asks=(*solve.task.asks, wanted))
    solve.draft.notify(NOTICE, solve.task.session, (solve.task.id, wanted))


def waiting_for(draft: Draft, session: str) -> list[tuple[int, Ask]]:
    """What builds have asked of a session that nobody has begun with, as (task, ask)."""
    return [
        (task.id, wanted)
        for task in draft.tasks.values()
        if isinstance(task, SolveTask) and task.session == session
        for wanted in task.asks
        if not wanted.taken_ns
    ]


def take(draft: Draft, task_id: int, ask_id: int) -> bool:
    """Begin with an ask; False for one that somebody else has begun with, or that nobody waits for any more."""
    task = draft.tasks.get(task_id)
    if not isinstance(task, SolveTask) or not any(one.id == ask_id and not one.taken_ns for one in task.asks):
        return False
    asks = tuple(replace(one, taken_ns=draft.now_ns) if one.id == ask_id else one for one in task.asks)
    draft.tasks[task_id] = replace(task, asks=asks)
    return True


def is_moving(draft: Draft, task: SolveTask) -> bool:
    """Whether time alone brings a build on: whether it waits for more than its client, and than errands outside."""
    if task.held:
        return False
    if task.timer or (task.download and not external.is_fetched(draft, task.download.sandbox)):
        return True
    running = [state for state in task.states if state.status == RUNNING]
    return any(state.timer or (state.sandbox and not external.is_fetched(draft, state.sandbox)) for state in running)
