"""The vertices of a build: each begins as soon as what it needs is there, and is taken from the cache where that has it."""

from __future__ import annotations

from fakedocker.base import messages
from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.build import mounts
from fakedocker.build.graph import ContextOp, CopyOp, DirectoryOp, ExecOp, GitOp, HttpOp, ImageOp, InlineOp
from fakedocker.filesystem.tree import Tree
from fakedocker.kernel.events import Exited
from fakedocker.kernel.kernel import ExecError
from fakedocker.operations.buildkit import (
    arrivals,
    ending,
    exporting,
    filework,
    records,
    sandbox,
)
from fakedocker.operations.buildkit.progress import SolveFailure
from fakedocker.operations.buildkit.solve import Solve
from fakedocker.operations.classic_builder import downloads, placeholders
from fakedocker.operations.images import images
from fakedocker.operations.system import assume
from fakedocker.world.asks import Answer, Ask
from fakedocker.world.solves import DONE, EXPORTED, RUNNING, SOLVED, WAITING

_LOAD_NS = 5 * MILLISECOND_NS
_FILE_NS = 10 * MILLISECOND_NS
"""How long copying takes."""
_EXEC_NS = 60 * MILLISECOND_NS
"""How long a process takes to start."""


def hold(solve: Solve, reached: int) -> None:
    """The build has come as far as it was to go."""
    solve.change(held=True)
    solve.draft.notify("reached", solve.task.id, reached)
    solve.save()


def advance(solve: Solve) -> None:
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
                except (SolveFailure, OSError) as problem:
                    ending.fail(solve, index, problem)
                    return
    if all(state.status == DONE for state in solve.states):
        if solve.task.goal < EXPORTED:
            hold(solve, SOLVED)
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
            wait(solve, index, _LOAD_NS)
    elif isinstance(op, InlineOp):
        solve.tell(solve.teller(index).started(solve.draft.now_ns))
        solve.change_state(index, key=filework.key_of(solve, index))
        complete(solve, index)
    elif isinstance(op, HttpOp | GitOp):
        solve.tell(solve.teller(index).started(solve.draft.now_ns))
        name = sandbox.name_of(solve.task.id, index)
        solve.change_state(index, sandbox=name)
        solve.save()
        downloads.start(solve.draft, "solve", name, op.url)
    else:
        _begin_step(solve, index, op)


def wait(solve: Solve, index: int, for_ns: int) -> None:
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
    wait(solve, index, _EXEC_NS if isinstance(op, ExecOp) else _FILE_NS)


def vertex_answered(solve: Solve, wanted: Ask, answer: Answer) -> None:
    """What a vertex has asked for has come, or will not."""
    index = wanted.vertex
    op = solve.vertex(index).op
    try:
        if isinstance(op, ContextOp):
            arrivals.take_context(solve, index, wanted, answer)
            wait(solve, index, _LOAD_NS)
        elif isinstance(op, ExecOp):
            sandbox.take_answer(solve, index, wanted, answer)
            if not any(one.vertex == index for one in solve.task.asks):
                _execute(solve, index, op)
    except (SolveFailure, OSError) as problem:
        ending.fail(solve, index, problem)
        return
    solve.save()


def _may_use_cache(solve: Solve, index: int) -> bool:
    options = solve.task.options
    return options.use_cache and solve.vertex(index).stage not in options.uncached_stages


def vertex_due(solve: Solve, index: int) -> None:
    """The time of a vertex has come."""
    op = solve.vertex(index).op
    solve.change_state(index, timer=0)
    try:
        if isinstance(op, ImageOp):
            if _told_all(solve, index):
                _image_arrived(solve, index, op)
        elif isinstance(op, ContextOp):
            arrivals.receive_context(solve, index, op)
            complete(solve, index)
        elif isinstance(op, ExecOp):
            if not sandbox.ask_client(solve, index, op):
                _execute(solve, index, op)
        elif isinstance(op, DirectoryOp | CopyOp):
            layer = filework.make(solve, index, op)
            chain = solve.chain(solve.vertex(index).inputs[0])
            if layer is not None:
                images.add_layers(solve.draft, [layer])
            _keep(solve, index, layer.chain_id if layer is not None else chain, layer is not None)
            complete(solve, index)
    except (SolveFailure, OSError) as problem:
        ending.fail(solve, index, problem)
        return
    advance(solve)


def _keep(solve: Solve, index: int, chain: str, layer: bool) -> None:
    """What a step has made: its state and, for later builds, a record."""
    vertex = solve.vertex(index)
    draft = solve.draft
    first = vertex.inputs[0]
    parent = draft.build_cache.get(solve.state(first).key) if first >= 0 else None
    command = f"mount / from exec {' '.join(vertex.op.words)}" if isinstance(vertex.op, ExecOp) else vertex.name
    records.regular(draft, solve.state(index).key, command, parent, chain, layer)
    solve.change_state(index, chain=chain, layer=layer, created_ns=draft.wall_ns)


def complete(solve: Solve, index: int) -> None:
    solve.change_state(index, status=DONE)
    solve.tell(solve.teller(index).completed(solve.state(index).started_ns, solve.draft.now_ns))


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
    complete(solve, index)


def _execute(solve: Solve, index: int, op: ExecOp) -> None:
    draft, vertex = solve.draft, solve.vertex(index)
    name = sandbox.name_of(solve.task.id, index)
    origins = {position: _origin(solve, index, op, position) for position in range(1, len(vertex.inputs))}
    solve.change_state(index, sandbox=name)
    solve.save()
    tainted = draft.assume and assume.is_tainted(draft, solve.chain(vertex.inputs[0]))
    try:
        tree = solve.tree(vertex.inputs[0])
        state = solve.state(index)
        secrets = {**dict(solve.task.options.secrets), **dict(state.secrets)}
        given = sandbox.Given(secrets, frozenset(state.agents))
        pid = sandbox.begin(draft, name, op, tree, origins, given, solve.task.options.extra_hosts, tainted)
    except (ExecError, messages.Refusal) as problem:
        if tainted:
            _finish(solve, index, op, Exited(name, 0, assume.COMMAND_NOT_FOUND, 0, True, False))
            return
        if isinstance(problem, messages.Refusal):
            raise SolveFailure(problem.message) from None
        text = sandbox.problem_of(problem).encode()
        solve.tell(solve.teller(index).log(draft.now_ns, 2, text))
        solve.change_state(index, output=((draft.now_ns - solve.state(index).started_ns, text),))
        raise SolveFailure(_unsuccessful(op, 1)) from None
    draft.processes[pid] = ("solve", name)


def _origin(solve: Solve, index: int, op: ExecOp, position: int) -> Tree:
    """The files that mounts of a RUN are taken from; what a step would have made that was assumed is made up."""
    tree, draft = filework.input_tree(solve, index, position), solve.draft
    if draft.assume and assume.is_tainted(draft, solve.chain(solve.vertex(index).inputs[position])):
        for mount, origin in op.mounts:
            path = mount.source.strip("/")
            if origin == position and mount.type == mounts.BIND and path not in ("", ".") and tree.find(path) is None:
                tree = placeholders.added(tree, path, mount.target)
                solve.tell(solve.teller(index).log(draft.now_ns, 2, assume.placeholder_note(f"/{path}").encode()))
    return tree


def executed(solve: Solve, index: int, op: ExecOp, exited: Exited) -> None:
    """The process of a RUN has ended: the step is done, or the build has failed."""
    try:
        _finish(solve, index, op, exited)
    except (SolveFailure, OSError) as problem:
        ending.fail(solve, index, problem)
    else:
        advance(solve)


def _finish(solve: Solve, index: int, op: ExecOp, exited: Exited) -> None:
    """Keep what a RUN has made. SolveFailure where it has failed."""
    name, exit_code = solve.state(index).sandbox, exited.status
    chain = solve.chain(solve.vertex(index).inputs[0])
    assumed = assume.forgives_step(solve.draft, chain, exit_code, exited.marked)
    if assumed:
        text = assume.step_note(exit_code).encode()
        solve.tell(solve.teller(index).log(solve.draft.now_ns, 2, text))
    elif exit_code:
        raise SolveFailure(_unsuccessful(op, exit_code))
    tainted = assumed or (solve.draft.assume and exited.bereft)
    layer = sandbox.finish(solve.draft, name, op, chain, assumed=tainted)
    solve.change_state(index, sandbox="")
    if layer is not None:
        images.add_layers(solve.draft, [layer])
    _keep(solve, index, layer.chain_id if layer is not None else chain, layer is not None)
    complete(solve, index)


def _unsuccessful(op: ExecOp, exit_code: int) -> str:
    return f'process "{" ".join(op.words)}" did not complete successfully: exit code: {exit_code}'
