"""Vertices that make files without a process: WORKDIR's directory, COPY and ADD; and what the cache knows them by.

What is copied counts by its content, so that a COPY is in the cache whatever made the files that it copies.
Source: buildkit solver/llbsolver/{file.go,ops/file.go}, cache/contenthash.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import msgspec

from fakedocker.base.paths import clean
from fakedocker.build.graph import ContextOp, CopyOp, DirectoryOp, ExecOp, GitOp, HttpOp, ImageOp, InlineOp
from fakedocker.build.ignore import IgnoreRules
from fakedocker.filesystem import diff
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import MountTable
from fakedocker.images.model import Layer
from fakedocker.operations.buildkit import records
from fakedocker.operations.buildkit.progress import SolveFailure
from fakedocker.operations.buildkit.solve import Solve
from fakedocker.operations.classic_builder import copies, placeholders, sources
from fakedocker.operations.classic_builder.copies import Transfer
from fakedocker.operations.classic_builder.session import BuildFailure
from fakedocker.operations.classic_builder.sources import Source
from fakedocker.operations.containers import commit
from fakedocker.operations.system import assume, files

_PIVOT = "/./"


def key_of(solve: Solve, index: int) -> str:
    """What the cache knows the result of a vertex by.

    Raises:
        SolveFailure: what it copies is not there.
    """
    vertex = solve.vertex(index)
    op = vertex.op
    if isinstance(op, ImageOp):
        return f"image:{solve.state(index).chain}"
    keyed = msgspec.structs.replace(op, proxies=()) if isinstance(op, ExecOp) else op
    parts = [msgspec.json.encode(keyed).decode()]
    if isinstance(op, DirectoryOp | CopyOp | ExecOp):
        first = vertex.inputs[0]
        parts.append(solve.state(first).key if first >= 0 else "scratch")
    if isinstance(op, CopyOp):
        parts += _checksums(solve, index, op)
    elif isinstance(op, ExecOp):
        for mount, position in op.mounts:
            if position:
                parts.append(_tree_checksum(solve, index, position, mount.source))
    return "step:" + hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _checksums(solve: Solve, index: int, op: CopyOp) -> list[str]:
    found = []
    for position, path in op.sources:
        with _opened(solve, index, position) as table:
            found += [source.checksum for source in _find(solve, index, op, position, path, table, [])]
    return found


def _tree_checksum(solve: Solve, index: int, position: int, path: str) -> str:
    with _opened(solve, index, position) as table:
        relative = clean(f"/{path}")
        try:
            chain = solve.chain(solve.vertex(index).inputs[position])
            return placeholders.find(solve.draft, table, relative, relative, chain, [])[0].checksum
        except (BuildFailure, IndexError):
            raise _missing(solve, relative) from None


@contextmanager
def _opened(solve: Solve, index: int, position: int) -> Iterator[MountTable]:
    """The files of an input, to be read."""
    with copies.mounted(solve.draft, f"input:{position}", input_tree(solve, index, position)) as table:
        yield table


def input_tree(solve: Solve, index: int, position: int) -> Tree:
    """The files of an input of a vertex; those whose content is in the Dockerfile are made here."""
    source = solve.vertex(index).inputs[position]
    op = solve.vertex(source).op if source >= 0 else None
    if isinstance(op, InlineOp):
        now_ns = solve.draft.now_ns
        return apply_layer(
            Tree.empty(),
            [LayerEntry(name, "file", 0o644, mtime_ns=now_ns, content=data) for name, data in op.documents],
        )
    return solve.tree(source)


def _find(
    solve: Solve, index: int, op: CopyOp, position: int, path: str, table: MountTable, made: list[str]
) -> list[Source]:
    """What a source names: several things or nothing for a pattern. SolveFailure.

    Args:
        made: gets the paths of placeholders that were made.
    """
    relative = clean("/" + path.replace(_PIVOT, "/"))
    source_vertex = solve.vertex(index).inputs[position]
    try:
        if isinstance(solve.vertex(source_vertex).op, ContextOp):
            found = sources.find(solve.draft, table, relative, from_context=True)
        else:
            chain = solve.chain(source_vertex)
            found = placeholders.find(solve.draft, table, relative, op.destination, chain, made)
    except BuildFailure:
        raise _missing(solve, relative) from None
    if op.parents and _PIVOT in path:
        pivot = clean("/" + path.partition(_PIVOT)[0])
        found = [
            msgspec.structs.replace(
                source, path=f"{pivot.rstrip('/')}{_PIVOT}{source.path[len(pivot.rstrip('/')) + 1 :]}"
            )
            for source in found
        ]
    if isinstance(solve.vertex(solve.vertex(index).inputs[position]).op, HttpOp | GitOp):
        found = [msgspec.structs.replace(source, remote=True) for source in found]
    rules = IgnoreRules(op.excludes)
    return [source for source in found if not (op.excludes and rules.excludes(posixpath.basename(source.path)))]


def _missing(solve: Solve, path: str) -> SolveFailure:
    reference = f"{records.make_id(solve.draft, path)}::{records.make_id(solve.draft, path)}"
    problem = f'failed to calculate checksum of ref {reference}: "{path}": not found'
    return SolveFailure(problem, f"failed to compute cache key: {problem}")


def make(solve: Solve, index: int, op: CopyOp | DirectoryOp) -> Layer | None:
    """The layer of a vertex on its first input; None when it changes nothing.

    Raises:
        SolveFailure: it cannot be made.
    """
    vertex = solve.vertex(index)
    chain = solve.chain(vertex.inputs[0])
    if isinstance(op, DirectoryOp):
        return _make_directory(solve, chain, op)
    layer: Layer | None = None
    with ExitStack() as stack:
        tables = {
            position: stack.enter_context(_opened(solve, index, position)) for position in range(1, len(vertex.inputs))
        }
        try:
            layer = _copy(solve, index, op, chain, tables)
        except BuildFailure as problem:
            raise SolveFailure(problem.message) from None
    return layer


def _make_directory(solve: Solve, chain: str, op: DirectoryOp) -> Layer | None:
    tree = solve.draft.layers[chain].tree if chain else Tree.empty()
    with copies.mounted(solve.draft, "target", tree) as into:
        try:
            files.make_directories(solve.draft, into, op.path)
        except OSError as problem:
            raise SolveFailure(f"mkdir {op.path}: {str(problem.strerror).lower()}") from None
        entries = diff.layer_entries(solve.draft.kernel_draft.filesystems[into.mounts[0].filesystem])
    return commit.make_layer(solve.draft, chain, entries) if entries else None


def _copy(solve: Solve, index: int, op: CopyOp, chain: str, tables: dict[int, MountTable]) -> Layer | None:
    """Everything that an instruction copies, as one layer. BuildFailure."""
    placed = []
    made: list[str] = []
    doubtful = False
    for position, path in op.sources:
        table = tables[position]
        found = _find(solve, index, op, position, path, table, made)
        placed += [(table, source) for source in found]
        origin = solve.chain(solve.vertex(index).inputs[position])
        doubtful = doubtful or placeholders.are_doubtful(solve.draft, found, origin)
    for path in made:
        solve.tell(solve.teller(index).log(solve.draft.now_ns, 2, assume.placeholder_note(path).encode()))
    transfer = Transfer(
        target=op.destination, owner=op.owner, keeps_owners=op.keeps_owners, unpacks=op.unpacks,
        mode=int(op.mode, 8) if op.mode else None, parents=op.parents, excludes=op.excludes,
    )  # fmt: skip
    layer = copies.make_layer(solve.draft, chain, placed, transfer)
    return layer if layer is None or not (made or doubtful) else msgspec.structs.replace(layer, assumed=True)
