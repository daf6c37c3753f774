"""Solving a graph: every vertex as soon as what it needs is there, from the cache where that has it.

Vertices that do not need each other go on at the same time. The first that fails ends the build, and those under way with it.
Source: buildkit solver/{scheduler,edge}.go, as far as a client can tell.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.build.graph import ContextOp, CopyOp, DirectoryOp, ExecOp, GitOp, HttpOp, ImageOp, InlineOp
from fakedocker.kernel.kernel import ExecError
from fakedocker.operations.buildkit import (
    arrivals,
    ending,
    exporting,
    filework,
    loads,
    opening,
    progress,
    records,
    remotes,
    sandbox,
)
from fakedocker.operations.buildkit.progress import OpeningFailure, SolveEnd, SolveFailure
from fakedocker.operations.buildkit.solve import WHOLE, Solve
from fakedocker.operations.classic_builder import downloads
from fakedocker.operations.classic_builder.downloads import Outcome
from fakedocker.operations.images import images
from fakedocker.world.asks import Answer, Ask
from fakedocker.world.draft import Draft
from fakedocker.world.solves import DONE, EXPORTED, OPENED, RUNNING, SOLVED, WAITING, SolveTask

_LOAD_NS = 5 * MILLISECOND_NS
_FILE_NS = 10 * MILLISECOND_NS
"""How long copying takes."""
_EXEC_NS = 60 * MILLISECOND_NS
"""How long a process takes to start."""


# what happens


def due(draft: Draft, task_id: int, index: int) -> None:
    """A timer of a build has run out."""
    task = draft.tasks.get(task_id)
    if not isinstance(task, SolveTask):
        return
    solve = Solve(draft, task)
    if index != WHOLE:
        _vertex_due(solve, index)
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


def process_ended(draft: Draft, name: str, exit_code: int) -> None:
    """A sandbox's process has ended."""
    found = _of_sandbox(draft, name)
    if found is None:
        return
    solve, index = found
    if index == WHOLE:
        assert solve.task.download is not None
        downloaded(draft, name, downloads.of_curl(solve.task.download.url, solve.task.download.data, exit_code))
        return
    op = solve.vertex(index).op
    if isinstance(op, HttpOp | GitOp):
        written = b"".join(data for _, data in solve.state(index).output)
        downloaded(draft, name, downloads.of_curl(op.url, written, exit_code))
    elif isinstance(op, ExecOp):
        _executed(solve, index, op, exit_code)


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
    solve.change_state(index, sandbox="", output=())
    try:
        tree = remotes.tree_of(solve, op, outcome)
    except SolveFailure as problem:
        ending.fail(solve, index, problem)
        return
    solve.change_state(index, tree=tree, key=f"remote:{op.url}")
    _complete(solve, index)
    _advance(solve)


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
        _vertex_answered(solve, wanted, answer)
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
        _advance(solve)
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
        _hold(solve, OPENED)
    else:
        _advance(solve)


def _opening_answered(solve: Solve, wanted: Ask, answer: Answer) -> None:
    try:
        loads.received(solve, wanted, answer)
    except OpeningFailure as problem:
        solve.end(progress.failed(solve.task, problem.message, problem.lines))
        return
    solve.save()


def _hold(solve: Solve, reached: int) -> None:
    """The build has come as far as it was to go."""
    solve.change(held=True)
    solve.draft.notify("reached", solve.task.id, reached)
    solve.save()


# vertices


def _advance(solve: Solve) -> None:
    """Begin every vertex that can; with none left the result is exported."""
    going = True
    while going:
        going = False
        for index, vertex in enumerate(solve.task.vertices):
            ready = all(solve.state(needed).status == DONE for needed in vertex.needs)
            if solve.state(index).status == WAITING and ready:
                going = True
                solve.change_state(index, status=RUNNING, started_ns=solve.draft.now_ns)
                try:
                    _begin(solve, index)
                except SolveFailure as problem:
                    ending.fail(solve, index, problem)
                    return
    if all(state.status == DONE for state in solve.states):
        if solve.task.goal < EXPORTED:
            _hold(solve, SOLVED)
            return
        exporting.begin(solve)
    solve.save()


def _begin(solve: Solve, index: int) -> None:
    op = solve.vertex(index).op
    if isinstance(op, ImageOp):
        _begin_image(solve, index, op)
    elif isinstance(op, ContextOp):
        solve.tell(solve.teller(index).started(solve.draft.now_ns))
        if solve.task.synced and not solve.task.options.remote:
            arrivals.ask_for_context(solve, index, op)
        else:
            _wait(solve, index, _LOAD_NS)
    elif isinstance(op, InlineOp):
        solve.tell(solve.teller(index).started(solve.draft.now_ns))
        solve.change_state(index, key=filework.key_of(solve, index))
        _complete(solve, index)
    elif isinstance(op, HttpOp | GitOp):
        solve.tell(solve.teller(index).started(solve.draft.now_ns))
        name = sandbox.name_of(solve.task.id, index)
        solve.change_state(index, sandbox=name)
        solve.save()
        downloads.start(solve.draft, "solve", name, op.url)
    else:
        _begin_step(solve, index, op)


def _wait(solve: Solve, index: int, for_ns: int) -> None:
    solve.change_state(index, timer=solve.set_timer(solve.draft.now_ns + for_ns, index))


def _begin_step(solve: Solve, index: int, op: DirectoryOp | CopyOp | ExecOp) -> None:
    """A step that the cache may have."""
    try:
        key = filework.key_of(solve, index)
    except SolveFailure:
        solve.tell(solve.teller(index).started(solve.draft.now_ns))
        raise
    solve.change_state(index, key=key)
    record = records.find(solve.draft, key) if _may_use_cache(solve, index) else None
    if record is not None:
        solve.change_state(index, status=DONE, chain=record.chain, layer=record.layer, created_ns=record.created_ns)
        solve.tell(solve.teller(index).cached(solve.draft.now_ns))
        return
    solve.tell(solve.teller(index).started(solve.draft.now_ns))
    _wait(solve, index, _EXEC_NS if isinstance(op, ExecOp) else _FILE_NS)


def _vertex_answered(solve: Solve, wanted: Ask, answer: Answer) -> None:
    """What a vertex has asked for has come, or will not."""
    index = wanted.vertex
    op = solve.vertex(index).op
    try:
        if isinstance(op, ContextOp):
            arrivals.take_context(solve, index, wanted, answer)
            _wait(solve, index, _LOAD_NS)
        elif isinstance(op, ExecOp):
            sandbox.take_answer(solve, index, wanted, answer)
            if not any(one.vertex == index for one in solve.task.asks):
                _execute(solve, index, op)
    except SolveFailure as problem:
        ending.fail(solve, index, problem)
        return
    solve.save()


def _may_use_cache(solve: Solve, index: int) -> bool:
    options = solve.task.options
    return options.use_cache and solve.vertex(index).stage not in options.uncached_stages


def _vertex_due(solve: Solve, index: int) -> None:
    """The time of a vertex has come."""
    op = solve.vertex(index).op
    solve.change_state(index, timer=0)
    try:
        if isinstance(op, ImageOp):
            if _told_all(solve, index):
                _image_arrived(solve, index, op)
        elif isinstance(op, ContextOp):
            arrivals.receive_context(solve, index, op)
            _complete(solve, index)
        elif isinstance(op, ExecOp):
            if not sandbox.ask_client(solve, index, op):
                _execute(solve, index, op)
        elif isinstance(op, DirectoryOp | CopyOp):
            layer = filework.make(solve, index, op)
            chain = solve.chain(solve.vertex(index).inputs[0])
            if layer is not None:
                images.add_layers(solve.draft, [layer])
            _keep(solve, index, layer.chain_id if layer is not None else chain, layer is not None)
            _complete(solve, index)
    except SolveFailure as problem:
        ending.fail(solve, index, problem)
        return
    _advance(solve)


def _keep(solve: Solve, index: int, chain: str, layer: bool) -> None:
    """What a step has made: its state and, for later builds, a record."""
    vertex = solve.vertex(index)
    draft = solve.draft
    first = vertex.inputs[0]
    parent = draft.build_cache.get(solve.state(first).key) if first >= 0 else None
    command = f"mount / from exec {' '.join(vertex.op.words)}" if isinstance(vertex.op, ExecOp) else vertex.name
    records.regular(draft, solve.state(index).key, command, parent, chain, layer)
    solve.change_state(index, chain=chain, layer=layer, created_ns=draft.now_ns)


def _complete(solve: Solve, index: int) -> None:
    solve.change_state(index, status=DONE)
    solve.tell(solve.teller(index).completed(solve.state(index).started_ns, solve.draft.now_ns))


# images and the context


def _begin_image(solve: Solve, index: int, op: ImageOp) -> None:
    moments = arrivals.begin_image(solve, index, op)
    if moments is None:
        _image_arrived(solve, index, op)
    else:
        solve.change_state(index, moments=moments, timer=solve.set_timer(moments[0].at_ns, index))


def _told_all(solve: Solve, index: int) -> bool:
    """Tell what is due of a vertex's moments; whether that was all."""
    pending = solve.state(index).moments
    while pending and pending[0].at_ns <= solve.draft.now_ns:
        solve.tell(pending[0].told)
        pending = pending[1:]
    solve.change_state(index, moments=pending)
    if pending:
        solve.change_state(index, timer=solve.set_timer(pending[0].at_ns, index))
    return not pending


def _image_arrived(solve: Solve, index: int, op: ImageOp) -> None:
    """All layers of an image are there. One that was there before this build is cached."""
    at_once = solve.state(index).started_ns == solve.draft.now_ns
    known = arrivals.keep_image(solve, index, op)
    if at_once and known:
        solve.change_state(index, status=DONE)
        solve.tell(solve.teller(index).cached(solve.draft.now_ns))
        return
    if at_once:
        solve.tell(solve.teller(index).started(solve.draft.now_ns))
    _complete(solve, index)


# processes


def _execute(solve: Solve, index: int, op: ExecOp) -> None:
    draft, vertex = solve.draft, solve.vertex(index)
    name = sandbox.name_of(solve.task.id, index)
    origins = {position: filework.input_tree(solve, index, position) for position in range(1, len(vertex.inputs))}
    solve.change_state(index, sandbox=name)
    solve.save()
    try:
        tree = solve.tree(vertex.inputs[0])
        state = solve.state(index)
        secrets = {**dict(solve.task.options.secrets), **dict(state.secrets)}
        given = sandbox.Given(secrets, frozenset(state.agents))
        pid = sandbox.begin(draft, name, op, tree, origins, given, solve.task.options.extra_hosts)
    except ExecError as problem:
        text = sandbox.problem_of(problem).encode()
        solve.tell(solve.teller(index).log(draft.now_ns, 2, text))
        solve.change_state(index, output=((draft.now_ns - solve.state(index).started_ns, text),))
        raise SolveFailure(_unsuccessful(op, 1)) from None
    except messages.Refusal as problem:
        raise SolveFailure(problem.message) from None
    draft.processes[pid] = ("solve", name)


def _executed(solve: Solve, index: int, op: ExecOp, exit_code: int) -> None:
    """The process of a RUN has ended."""
    name = solve.state(index).sandbox
    if exit_code:
        ending.fail(solve, index, SolveFailure(_unsuccessful(op, exit_code)))
        return
    chain = solve.chain(solve.vertex(index).inputs[0])
    layer = sandbox.finish(solve.draft, name, op, chain)
    solve.change_state(index, sandbox="")
    if layer is not None:
        images.add_layers(solve.draft, [layer])
    _keep(solve, index, layer.chain_id if layer is not None else chain, layer is not None)
    _complete(solve, index)
    _advance(solve)


def _unsuccessful(op: ExecOp, exit_code: int) -> str:
    return f'process "{" ".join(op.words)}" did not complete successfully: exit code: {exit_code}'
