"""A build that ends before its time: a vertex has failed, or the client has gone.

The first vertex that fails ends the build, and those under way with it.
"""

from __future__ import annotations

from fakedocker.operations.buildkit import loads, progress, sandbox
from fakedocker.operations.buildkit.progress import SolveFailure
from fakedocker.operations.buildkit.solve import Solve
from fakedocker.operations.classic_builder import downloads
from fakedocker.wire import buildkit
from fakedocker.world.solves import FAILED, RUNNING


def fail(solve: Solve, index: int, problem: SolveFailure | OSError) -> None:
    """A vertex has failed, by itself or for want of a disk that works: the others are given up, and the build ends."""
    if isinstance(problem, OSError):
        problem = SolveFailure(f"write /var/lib/docker/overlay2: {str(problem.strerror).lower()}")
    draft, state = solve.draft, solve.state(index)
    solve.change_state(index, status=FAILED)
    if state.sandbox:
        _take_down(solve, index)
    solve.tell(solve.teller(index).completed(state.started_ns, draft.now_ns, problem.message))
    stop_all(solve)
    solve.end(progress.failed(solve.task, problem.whole, solve.vertex(index).lines))


def stop_all(solve: Solve) -> None:
    """Give up everything that is under way."""
    if solve.task.download is not None:
        _take_down_named(solve, solve.task.download.sandbox)
        solve.change(download=None)
    if solve.task.opening:
        solve.tell(loads.teller_of(solve).completed(solve.task.opened_ns, solve.draft.now_ns, buildkit.CANCELED))
    for index, state in enumerate(solve.states):
        if state.status != RUNNING:
            continue
        solve.draft.kernel.cancel_timer(state.timer)
        if state.sandbox:
            _take_down(solve, index)
        told = solve.teller(index).completed(state.started_ns, solve.draft.now_ns, buildkit.CANCELED)
        solve.tell(told)


def _take_down(solve: Solve, index: int) -> None:
    _take_down_named(solve, solve.state(index).sandbox)


def _take_down_named(solve: Solve, name: str) -> None:
    for pid in [pid for pid, owner in solve.draft.processes.items() if owner == ("solve", name)]:
        solve.draft.processes.pop(pid)
    sandbox.clear(solve.draft, name)
    downloads.end(solve.draft, name)
