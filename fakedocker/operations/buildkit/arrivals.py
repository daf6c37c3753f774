"""What comes into a build from elsewhere: the layers of images, and the files of the context.

Source: buildkit source/{containerimage,local}, moby builder/builder-next/adapters/containerimage.
"""

from __future__ import annotations

from fakedocker.build.graph import ContextOp, ImageOp
from fakedocker.build.transfers import transfer_bytes
from fakedocker.filesystem.node import ROOT, Node
from fakedocker.filesystem.tree import Tree
from fakedocker.operations.buildkit import records, session_requests
from fakedocker.operations.buildkit.needs import pinned
from fakedocker.operations.buildkit.progress import SolveFailure
from fakedocker.operations.buildkit.solve import Solve
from fakedocker.operations.images import content_store, images
from fakedocker.operations.registry import pull, transfer_schedule
from fakedocker.world import asks
from fakedocker.world.asks import Answer, Ask
from fakedocker.world.solves import SOURCE_LOCAL, Base, Moment

_PATTERN = frozenset("*?[")


def _base(solve: Solve, op: ImageOp) -> Base:
    return next(base for base in solve.task.bases if base.name == op.name)


def begin_image(solve: Solve, index: int, op: ImageOp) -> tuple[Moment, ...] | None:
    """Begin to fetch what is missing of an image; what is told meanwhile, or None where nothing is missing."""
    base, draft = _base(solve, op), solve.draft
    chain = base.image.top
    solve.change_state(index, chain=chain, key=f"image:{chain}", created_ns=base.image.created_ns)
    missing = [remote for remote in base.remote if remote.layer.chain_id not in draft.layers]
    now_ns, teller = draft.now_ns, solve.teller(index)
    if not missing and not content_store.is_used(draft):
        return None
    resolving = f"resolve {pinned(op.name, op.digest)}"
    at_ns = now_ns + transfer_schedule.FIRST_ANSWER_NS
    moments: list[Moment] = []
    if missing:
        solve.tell(teller.started(now_ns), teller.status(resolving, now_ns, now_ns))
    else:  # containerd's store resolves what is here too
        solve.tell(teller.started(now_ns))
        moments.append(Moment(at_ns, teller.status(resolving, at_ns, now_ns)))
    for remote in missing:
        done_ns = at_ns + transfer_schedule.duration_ns(remote.transfer_bytes, pull.DOWNLOAD_BYTES_PER_SECOND)
        told = teller.status(remote.digest, done_ns, at_ns, remote.transfer_bytes, remote.transfer_bytes)
        moments.append(Moment(done_ns, told))
        at_ns = done_ns
    for remote in missing:
        done_ns = at_ns + transfer_schedule.duration_ns(remote.transfer_bytes, pull.EXTRACT_BYTES_PER_SECOND)
        moments.append(Moment(done_ns, teller.status(f"extracting {remote.digest}", done_ns, at_ns)))
        at_ns = done_ns
    return tuple(moments)


def keep_image(solve: Solve, index: int, op: ImageOp) -> bool:
    """Put an image's layers into the world, held by the cache; whether the cache held them before."""
    draft, base = solve.draft, _base(solve, op)
    images.add_layers(draft, base.layers, base.remote)
    chain, key = base.image.top, solve.state(index).key
    if records.find(draft, key) is not None:
        return True
    description = f"pulled from {pinned(op.name, op.digest)}"
    records.regular(draft, key, description, None, chain, bool(chain))
    return False


def ask_for_context(solve: Solve, index: int, op: ContextOp) -> None:
    """Ask the client for the files of the context that are needed."""
    paths = tuple(f"/{path}" for path in op.paths)
    name = op.directory or solve.task.directories[1]
    excludes = dict(solve.task.excludes).get(name, ())
    session_requests.ask(solve, asks.FILES, index, name=name, hint=name, paths=paths, excludes=excludes, keeps=True)


def take_context(solve: Solve, index: int, wanted: Ask, answer: Answer) -> None:
    """The files of the context have come from the client. SolveFailure."""
    if answer.tree is None:
        raise SolveFailure(answer.problem)
    solve.change_state(index, tree=answer.tree)
    told = solve.teller(index).status(
        f"transferring {wanted.name}:", solve.draft.now_ns, wanted.taken_ns, current=answer.size_bytes
    )
    solve.tell(told)
    if answer.key:
        records.renew(solve.draft, answer.key, f"local source for {wanted.name}", answer.tree)


def receive_context(solve: Solve, index: int, op: ContextOp) -> None:
    """The files of the context that are needed have come; those that are as they were the last time were not sent."""
    draft = solve.draft
    solve.change_state(index, key="local:context")
    if solve.task.synced or solve.task.options.remote:
        return
    wanted = _wanted_files(solve.task.context, op.paths)
    record = draft.build_cache.get("local:context")
    known = dict(record.sent) if record is not None else {}
    marks = {path: f"{node.mode:o} {len(node.content)} {node.mtime_ns}" for path, node in wanted}
    unchanged = [path for path, mark in marks.items() if known.get(path) == mark]
    size_bytes = transfer_bytes(wanted, unchanged)
    sent = tuple(sorted({**known, **marks}.items()))
    records.keep(draft, "local:context", SOURCE_LOCAL, "local source for context", sent=sent)
    started_ns = solve.state(index).started_ns
    solve.tell(solve.teller(index).status("transferring context:", draft.now_ns, started_ns, current=size_bytes))


def _wanted_files(tree: Tree, paths: tuple[str, ...]) -> list[tuple[str, Node]]:
    """The files that are sent: those at or below the paths, and the directories above them; all where one is a pattern.

    Time grows with the context.
    """
    if any(_PATTERN & set(path) for path in paths):
        paths = ()
    found: list[tuple[str, Node]] = []
    pending = [("", ROOT)]
    while pending:
        prefix, directory = pending.pop()
        for name, inode in sorted(tree.dirs.get(directory, {}).items()):
            path = prefix + name
            above = any(wanted.startswith(f"{path}/") for wanted in paths)
            if paths and not above and not any(path == wanted or path.startswith(f"{wanted}/") for wanted in paths):
                continue
            found.append((path, tree.nodes[inode]))
            if inode in tree.dirs:
                pending.append((f"{path}/", inode))
    return sorted(found, key=lambda item: item[0])
