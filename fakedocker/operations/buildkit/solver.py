"""Solving a graph: every vertex as soon as what it needs is there, from the cache where that has it.

Vertices that do not need each other go on at the same time. The first that fails ends the build, and those under way
with it. Source: buildkit solver/{scheduler,edge}.go, as far as a client can tell.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.build.graph import ExecOp, GitOp, HttpOp
from fakedocker.kernel.events import Exited
from fakedocker.operations.buildkit import (
    ending,
    exporting,
    loads,
    opening,
    progress,
    remotes,
)
from fakedocker.operations.buildkit.progress import OpeningFailure, SolveEnd, SolveFailure
from fakedocker.operations.buildkit.solve import WHOLE, Solve
from fakedocker.operations.buildkit.vertices import advance, complete, executed, hold, vertex_answered, vertex_due
from fakedocker.operations.classic_builder import downloads
from fakedocker.operations.classic_builder.downloads import Outcome
from fakedocker.world.asks import Answer, Ask
from fakedocker.world.draft import Draft
from fakedocker.world.solves import OPENED, SolveTask

# what happens


def due(draft: Draft, key: tuple[int, int]) -> None:
    """A timer of a build has run out: its task, and the vertex, or `WHOLE`."""
    task_id, index = key
    task = draft.tasks.get(task_id)
    if not isinstance(task, SolveTask):
        return
    solve = Solve(draft, task)
    if index != WHOLE:
        vertex_due(solve, index)
    elif task.opening:
        _opening_due(solve)
    else:
        exporting.finish(solve)


def output(draft: Draft, name: str, descriptor: int, data: bytes) -> bool:
    """A sandbox's process has written something. Whether it is one of a build."""
    found = _of_sandbox(draft, name)
    if found is None:
        return False
    solve, index = found
    if solve.task.download is not None and index == WHOLE:
        if descriptor != 2:
            solve.change(download=replace(solve.task.download, data=solve.task.download.data + data))
            solve.save()
        return True
    state = solve.state(index)
    solve.change_state(index, output=(*state.output, (draft.now_ns - state.started_ns, data)))
    if not isinstance(solve.vertex(index).op, HttpOp | GitOp):
        solve.tell(solve.teller(index).log(draft.now_ns, descriptor, data))
    solve.save()
    return True


def process_ended(draft: Draft, name: str, exited: Exited) -> None:
    """A sandbox's process has ended."""
    found = _of_sandbox(draft, name)
    if found is None:
        return
    solve, index = found
    if index == WHOLE:
        assert solve.task.download is not None
        downloaded(draft, name, downloads.of_curl(solve.task.download.url, solve.task.download.data, exited.status))
        return
    op = solve.vertex(index).op
    if isinstance(op, HttpOp | GitOp):
        written = b"".join(data for _, data in solve.state(index).output)
        downloaded(draft, name, downloads.of_curl(op.url, written, exited.status))
    elif isinstance(op, ExecOp):
        executed(solve, index, op, exited)


def downloaded(draft: Draft, name: str, outcome: Outcome) -> None:
    """What a sandbox was to fetch is there, or cannot be had."""
    found = _of_sandbox(draft, name)
    if found is None:
        return
    solve, index = found
    downloads.end(draft, name)
    if index == WHOLE:
        _context_downloaded(solve, outcome)
        return
    op = solve.vertex(index).op
    assert isinstance(op, HttpOp | GitOp)
    if outcome.note:
        solve.tell(solve.teller(index).log(draft.now_ns, 2, outcome.note.encode()))
    solve.change_state(index, sandbox="", output=())
    try:
        tree = remotes.tree_of(solve, op, outcome)
    except SolveFailure as problem:
        ending.fail(solve, index, problem)
        return
    solve.change_state(index, tree=tree, key=f"remote:{op.url}")
    complete(solve, index)
    advance(solve)


def _context_downloaded(solve: Solve, outcome: Outcome) -> None:
    solve.change(download=None)
    try:
        loads.fetched(solve, outcome)
    except OpeningFailure as problem:
        solve.end(progress.failed(solve.task, problem.message, problem.lines))
        return
    solve.save()


def answered(draft: Draft, task_id: int, ask_id: int, answer: Answer) -> None:
    """The client has given what was asked, or cannot."""
    task = draft.tasks.get(task_id)
    found = [one for one in task.asks if one.id == ask_id] if isinstance(task, SolveTask) else []
    if not isinstance(task, SolveTask) or not found:
        return
    solve = Solve(draft, task)
    wanted = found[0]
    solve.change(asks=tuple(one for one in task.asks if one.id != ask_id))
    if wanted.vertex != WHOLE:
        vertex_answered(solve, wanted, answer)
    elif task.opening:
        _opening_answered(solve, wanted, answer)
    else:
        exporting.taken(solve, answer)


def proceed(draft: Draft, task_id: int, goal: int) -> None:
    """Let a build go further than it was to go."""
    task = draft.tasks.get(task_id)
    if not isinstance(task, SolveTask) or goal <= task.goal:
        return
    solve = Solve(draft, task)
    solve.change(goal=goal, held=False)
    if task.held:
        advance(solve)
    else:
        solve.save()


def fail(draft: Draft, task_id: int, problem: str) -> None:
    """A build ends, as its client says so or has gone wrong."""
    task = draft.tasks.get(task_id)
    if isinstance(task, SolveTask):
        solve = Solve(draft, task)
        draft.kernel.cancel_timer(task.timer)
        ending.stop_all(solve)
        solve.end(progress.failed(task, problem, (0, 0)))


def cancel(draft: Draft, task_id: int) -> None:
    """The client has gone: the build ends."""
    task = draft.tasks.get(task_id)
    if isinstance(task, SolveTask):
        solve = Solve(draft, task)
        draft.kernel.cancel_timer(task.timer)
        ending.stop_all(solve)
        solve.end(SolveEnd(canceled=True))


def _of_sandbox(draft: Draft, name: str) -> tuple[Solve, int] | None:
    for task in draft.tasks.values():
        if isinstance(task, SolveTask):
            if task.download is not None and task.download.sandbox == name:
                return Solve(draft, task), WHOLE
            for index, state in enumerate(task.states):
                if state.sandbox == name:
                    return Solve(draft, task), index
    return None


def _opening_due(solve: Solve) -> None:
    try:
        complete = opening.due(solve)
    except OpeningFailure as problem:
        solve.end(progress.failed(solve.task, problem.message, problem.lines))
        return
    if not complete:
        solve.save()
    elif solve.task.goal == OPENED:
        hold(solve, OPENED)
    else:
        advance(solve)


def _opening_answered(solve: Solve, wanted: Ask, answer: Answer) -> None:
    try:
        loads.received(solve, wanted, answer)
    except OpeningFailure as problem:
        solve.end(progress.failed(solve.task, problem.message, problem.lines))
        return
    solve.save()
