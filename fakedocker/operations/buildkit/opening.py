"""The beginning of a build: its Dockerfile, its base images' configurations and its .dockerignore are loaded, and its
graph is made.

Source: buildkit frontend/dockerfile/builder/build.go and frontend/dockerui; the words are those of recording buildkit.
"""

from __future__ import annotations

from collections.abc import Mapping

from fakedocker.base import messages, reference
from fakedocker.build import lint
from fakedocker.build.arguments import Arguments
from fakedocker.build.ignore import IgnoreRules, read_patterns
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.plan import parse_plan
from fakedocker.build.transfers import END_BYTES, transfer_bytes
from fakedocker.filesystem import archive
from fakedocker.filesystem.compression import decompressed
from fakedocker.filesystem.node import ROOT, WHITEOUT_PREFIX, LayerEntry, Node
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.operations.buildkit import progress, records
from fakedocker.operations.buildkit.compilation import Compilation
from fakedocker.operations.buildkit.loads import (
    DEFAULT_FILE,
    DEFINITION,
    IGNORE,
    IGNORE_FILE,
    IMPORT,
    LOAD_NS,
    METADATA,
    NAMED,
    REMOTE,
    ask,
    definition_in,
    needs_of,
    read,
    teller_of,
)
from fakedocker.operations.buildkit.needs import Needs, automatic_arguments, declare_early, full_name, target_index
from fakedocker.operations.buildkit.progress import OpeningFailure, Teller
from fakedocker.operations.buildkit.solve import WHOLE, Solve
from fakedocker.operations.registry import pull, transfer_schedule
from fakedocker.operations.system import lookup
from fakedocker.wire.buildkit import SolveStatus, SourceInfo, VertexWarning, line_range
from fakedocker.world.draft import Draft
from fakedocker.world.solves import DIRECTORIES, SOURCE_LOCAL, Base, SolveOptions, SolveTask, VertexState

_NO_IMPORT = "failed to configure registry cache importer"
_DENIED = (
    "pull access denied, repository does not exist or may require authorization: server message: "
    "insufficient_scope: authorization failed"
)


def begin(
    draft: Draft, data: bytes, *, dockerfile: str, directory: str, arguments: Mapping[str, str | None], options: SolveOptions, session: str = ""
) -> int:  # fmt: skip
    """Begin a build of an archive; its output and its end are told as notices of the task.

    Args:
        data: the context, a tar archive that may be compressed.
        dockerfile: its name, "" for the default.
        directory: of the archive, where the Dockerfile is; it is no part of the context then. "" for the context
            itself.
        session: of the client, "" without one.

    Returns:
        the task's number.

    Raises:
        Refusal: the archive is broken.
    """
    try:
        entries = list(archive.read_tar(decompressed(data)))
    except archive.BadArchive as problem:
        raise messages.CONTEXT_BROKEN(problem=problem) from None
    context = apply_layer(Tree.empty(), entries)
    name = dockerfile or DEFAULT_FILE
    text, ignore = definition_in(context, directory, name)
    if directory:
        context = apply_layer(context, [LayerEntry(f"{WHITEOUT_PREFIX}{directory}", "file", 0)])
    task = SolveTask(
        id=draft.draw(), options=options, session=session, dockerfile=name, text=text, ignore=ignore, context=context,
        arguments=_arguments(arguments, options), opening=((DEFINITION, ""),),
    )  # fmt: skip
    return _start(draft, task)


def begin_synced(
    draft: Draft, task_id: int, *, session: str, dockerfile: str, directories: tuple[str, str] = DIRECTORIES,
    upload: str = "", arguments: Mapping[str, str | None], options: SolveOptions, goal: int,
) -> None:  # fmt: skip
    """Begin a build whose Dockerfile and context come over the client's session.

    Args:
        task_id: the number that the task gets.
        directories: what the client calls those of the Dockerfile and of the context.
        upload: what it calls the archive with both of them, "" for directories.
        goal: how far it goes, see `SolveTask`.
    """
    task = SolveTask(
        id=task_id, options=options, session=session, synced=True, goal=goal, dockerfile=dockerfile or DEFAULT_FILE, directories=directories,
        context=Tree.empty(),
        arguments=_arguments(arguments, options), opening=((REMOTE, upload) if options.remote else (DEFINITION, ""),),
    )  # fmt: skip
    _start(draft, task)


def _start(draft: Draft, task: SolveTask) -> int:
    solve = Solve(draft, task)
    _begin_next(solve)
    solve.save()
    return task.id


def _arguments(given: Mapping[str, str | None], options: SolveOptions) -> Arguments:
    known = Arguments(dict(given))
    for argument, value in automatic_arguments(options.platform).items():
        known = known.declare_early(argument, value)
    return known


# one after the other


def _begin_next(solve: Solve) -> None:
    draft = solve.draft
    kind, argument = solve.task.opening[0]
    solve.tell(teller_of(solve).started(draft.now_ns))
    if solve.task.synced and (kind in (DEFINITION, REMOTE, NAMED) or (kind == IGNORE and solve.task.ignore is None)):
        solve.change(opened_ns=draft.now_ns)
        ask(solve, kind, argument)
        return
    far = kind == IMPORT or (kind == METADATA and _local(solve, argument) is None)
    takes_ns = transfer_schedule.FIRST_ANSWER_NS if far else LOAD_NS
    solve.change(opened_ns=draft.now_ns, timer=solve.set_timer(draft.now_ns + takes_ns, WHOLE))


def due(solve: Solve) -> bool:
    """What was being loaded is there.

    Returns:
        whether that was the last, and the graph is made.

    Raises:
        OpeningFailure: the Dockerfile is wrong, or an image is not to be had.
    """
    kind, argument = solve.task.opening[0]
    teller = teller_of(solve)
    try:
        more = _LOADERS[kind](solve, teller, argument)
    except OpeningFailure as problem:
        solve.tell(teller.completed(solve.task.opened_ns, solve.draft.now_ns, problem.vertex_error))
        if kind != IMPORT:
            raise
        more = ()
    else:
        solve.tell(teller.completed(solve.task.opened_ns, solve.draft.now_ns))
    solve.change(opening=(*solve.task.opening[1:], *more), timer=0)
    if solve.task.opening:
        _begin_next(solve)
        return False
    _compile(solve)
    return True


def _transferred(solve: Solve, teller: Teller, what: str, size_bytes: int) -> None:
    """Files have been read of the archive; what comes over a session is told when it comes."""
    if solve.task.synced or solve.task.options.remote:
        return
    now_ns = solve.draft.now_ns
    solve.tell(teller.status(f"transferring {what}:", now_ns, solve.task.opened_ns, current=size_bytes))


def _definition(solve: Solve, teller: Teller, _: str) -> tuple[tuple[str, str], ...]:
    """The Dockerfile: parse it, remark on it, and see which images it needs."""
    task = solve.task
    if task.text is None:
        _transferred(solve, teller, "dockerfile", END_BYTES)
        raise OpeningFailure(f"failed to read dockerfile: open {task.dockerfile}: no such file or directory")
    node = Node("file", 0o644, mtime_ns=solve.draft.now_ns, content=task.text)
    _transferred(solve, teller, "dockerfile", transfer_bytes([(task.dockerfile, node)]))
    if not task.options.remote:
        records.keep(solve.draft, "local:dockerfile", SOURCE_LOCAL, "local source for dockerfile")
    if not task.text:
        raise OpeningFailure("the Dockerfile cannot be empty")
    text = task.text.decode("utf-8", "replace")  # as Go writes it wherever it comes to JSON
    try:
        plan = parse_plan(text)
        arguments = declare_early(plan, task.arguments)
        target = target_index(plan, task.options.target)
        needs = Needs(plan, arguments, target, task.options.named)
        names = [_checked_name(name, lines) for name, lines in needs.images.items()]
    except BadDockerfile as problem:
        raise OpeningFailure.of(problem) from None
    _remark(solve, teller, text)
    solve.change(plan=plan, arguments=arguments, target=target)
    ignore = () if task.options.remote else ((IGNORE, ""),)
    imports = tuple((IMPORT, name) for name in task.options.cache_from)
    named = tuple((NAMED, name) for name in needs.directories)
    return (*((METADATA, name) for name in dict.fromkeys(names)), *named, *ignore, *imports)


def _checked_name(name: str, lines: tuple[int, int]) -> str:
    try:
        return full_name(name)
    except reference.InvalidReference as problem:
        raise BadDockerfile(f'failed to parse stage name "{name}": {problem}', lines) from None


def _remark(solve: Solve, teller: Teller, text: str) -> None:
    info = SourceInfo(filename=solve.task.dockerfile, data=text.encode(), language="Dockerfile")
    digest = progress.internal_digest(solve.task, f"[internal] load build definition from {solve.task.dockerfile}")
    warnings = tuple(
        VertexWarning(
            vertex=digest, level=1, short=warning.message.encode(), detail=(warning.text.encode(),), url=warning.url, info=info,
            ranges=line_range(warning.lines),
        )
        for warning in lint.check(text)
    )  # fmt: skip
    if warnings:
        solve.tell(SolveStatus(warnings=warnings))


def _local(solve: Solve, name: str) -> Base | None:
    """An image that is here, unless the registry is to be asked."""
    image = None if solve.task.options.pull else lookup.find_image(solve.draft, name)
    wanted = solve.task.options.platform
    if image is None or (wanted and not wanted.startswith(f"{image.os}/{image.architecture}")):
        return None
    layers = tuple(solve.draft.layers[chain] for chain in image.layers)
    digest = image.id if image.target is not None else ""
    return Base(name=name, image=image, digest=digest, layers=layers)


def _metadata(solve: Solve, teller: Teller, name: str) -> tuple[tuple[str, str], ...]:
    """An image's configuration, from here or from its registry."""
    found = _local(solve, name) or _remote(solve, name)
    solve.change(bases=(*solve.task.bases, found))
    return ()


def _remote(solve: Solve, name: str) -> Base:
    try:
        manifest = pull.find_manifest(solve.draft, reference.parse(name), solve.task.options.platform)
        if solve.task.options.platform:
            pull.check_platform(manifest, solve.task.options.platform)
    except messages.Refusal as refusal:
        problem, own, more = refusal.message.partition("fakedocker: ")
        if "pull access denied" in problem:
            problem = f"{_DENIED}\n" if own else _DENIED
        elif "unknown" in problem:
            problem = f"{name}: not found\n" if own else f"{name}: not found"
        problem += own + more
        asked, lines = _asked(solve, name)
        whole = f"{asked}: failed to resolve source metadata for {name}: {problem}"
        raise OpeningFailure(whole, lines, problem) from None
    layers = tuple(remote.layer for remote in manifest.layers)
    return Base(name=name, image=manifest.image, digest=manifest.digest, layers=layers, remote=manifest.layers)


def _asked(solve: Solve, name: str) -> tuple[str, tuple[int, int]]:
    """What the Dockerfile calls an image, and where."""
    images = needs_of(solve).images
    return next(((asked, lines) for asked, lines in images.items() if full_name(asked) == name), (name, (0, 0)))


def _ignore(solve: Solve, teller: Teller, _: str) -> tuple[tuple[str, str], ...]:
    """The .dockerignore: the Dockerfile's own, or the context's."""
    context = solve.task.context
    name, text = f"{solve.task.dockerfile}{IGNORE_FILE}", solve.task.ignore
    if text is None:
        name, text = IGNORE_FILE, read(context, IGNORE_FILE)
    if text is None:
        _transferred(solve, teller, "context", END_BYTES)
        return ()
    _transferred(
        solve,
        teller,
        "context",
        transfer_bytes([(name, Node("file", 0o644, mtime_ns=solve.draft.now_ns, content=text))]),
    )
    patterns = read_patterns(text.decode("utf-8", "replace"))
    if solve.task.synced:
        solve.change(excludes=(*solve.task.excludes, (solve.task.directories[1], tuple(patterns))))
    else:
        solve.change(context=apply_layer(context, _hidden(context, IgnoreRules(patterns))))
    return ()


def _import(solve: Solve, teller: Teller, name: str) -> tuple[tuple[str, str], ...]:
    """Look for another cache in an image. Without one the build goes on, and so it does without the image."""
    if lookup.find_image(solve.draft, name) is None:
        try:
            _remote(solve, full_name(name))
        except reference.InvalidReference as problem:
            raise OpeningFailure("", (0, 0), f"{_NO_IMPORT}: {problem}") from None
        except OpeningFailure as problem:
            raise OpeningFailure("", (0, 0), f"{_NO_IMPORT}: {problem.vertex_error}") from None
    return ()


def _named(solve: Solve, teller: Teller, name: str) -> tuple[tuple[str, str], ...]:
    """What is not to be sent of a named context is known since it came."""
    return ()


_LOADERS = {
    DEFINITION: _definition,
    REMOTE: _definition,
    METADATA: _metadata,
    IGNORE: _ignore,
    IMPORT: _import,
    NAMED: _named,
}


def _hidden(tree: Tree, rules: IgnoreRules) -> list[LayerEntry]:
    """What takes away the files that rules exclude; a directory stays while something in it does."""
    found: list[LayerEntry] = []

    def visit(directory: int, prefix: str) -> bool:
        """Whether nothing of a directory stays."""
        gone: list[str] = []
        kept = False
        for name, inode in sorted(tree.dirs.get(directory, {}).items()):
            path = prefix + name
            below = len(found)
            empty = visit(inode, f"{path}/") if inode in tree.dirs else True
            if rules.excludes(path) and empty:
                del found[below:]
                gone.append(name)
            else:
                kept = True
        found.extend(LayerEntry(f"{prefix}{WHITEOUT_PREFIX}{name}", "file", 0) for name in gone)
        return not kept

    visit(ROOT, "")
    return found


def _compile(solve: Solve) -> None:
    """Make the graph."""
    task = solve.task
    assert task.plan is not None
    bases = {base.name: base for base in task.bases}
    needs = needs_of(solve)
    by_written = {written: bases[full_name(written)] for written in needs.images}
    compilation = Compilation(
        task.plan, needs, task.arguments, task.options, by_written, automatic_arguments(task.options.platform),
        solve.draft.profile.lists_ports,
    )  # fmt: skip
    try:
        outcome = compilation.outcome(task.target)
    except BadDockerfile as problem:
        raise OpeningFailure.of(problem) from None
    vertices = tuple(compilation.vertices)
    solve.change(vertices=vertices, outcome=outcome)
    solve.states = [VertexState() for _ in vertices]
