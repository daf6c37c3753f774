"""What a build loads before its graph is made, and what of that it asks its client for.

Source: buildkit frontend/dockerui/{config,context,namedcontext}.go.
"""

from __future__ import annotations

import posixpath

from fakedocker.base.clock import MILLISECOND_NS
from fakedocker.build import git_urls
from fakedocker.build.ignore import read_patterns
from fakedocker.filesystem import archive, content as contents
from fakedocker.filesystem.compression import decompressed
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.operations.buildkit import progress, remotes, session_requests
from fakedocker.operations.buildkit.needs import Needs, full_name
from fakedocker.operations.buildkit.progress import OpeningFailure, SolveFailure, Teller
from fakedocker.operations.buildkit.solve import WHOLE, Solve
from fakedocker.operations.classic_builder import downloads
from fakedocker.operations.classic_builder.downloads import Outcome
from fakedocker.world import asks
from fakedocker.world.asks import Answer, Ask
from fakedocker.world.builds import Download
from fakedocker.world.solves import DIRECTORY_PREFIX

DEFAULT_FILE = "Dockerfile"
IGNORE_FILE = ".dockerignore"
LOAD_NS = 5 * MILLISECOND_NS
"""How long something that is on this machine takes to load."""
DEFINITION, METADATA, IGNORE, REMOTE, IMPORT, NAMED = "definition", "metadata", "ignore", "remote", "import", "named"
"""The Dockerfile, an image's configuration, the context's .dockerignore; an archive with all of it; another cache; a
named context."""
_UPLOADED = "context"
"""What a file is called that a client has uploaded."""


def teller_of(solve: Solve) -> Teller:
    kind, argument = solve.task.opening[0]
    name = {
        DEFINITION: f"[internal] load build definition from {solve.task.dockerfile}",
        METADATA: _metadata_name(solve, argument),
        NAMED: f"[context {argument}] load {IGNORE_FILE}",
        IGNORE: "[internal] load .dockerignore",
        REMOTE: f"[internal] load git source {argument}"
        if git_urls.parse(argument)
        else "[internal] load remote build context",
        IMPORT: f"importing cache manifest from {argument}",
    }[kind]
    return Teller(progress.internal_digest(solve.task, name), name)


def _metadata_name(solve: Solve, image: str) -> str:
    """An image that a named context is, by that name."""
    for name, meaning in solve.task.options.named if solve.task.opening[0][0] == METADATA else ():
        if not meaning.startswith(DIRECTORY_PREFIX) and full_name(meaning) == image:
            return f"[context {name}] load metadata for {image}"
    return f"[internal] load metadata for {image}"


def needs_of(solve: Solve) -> Needs:
    task = solve.task
    assert task.plan is not None
    return Needs(task.plan, task.arguments, task.target, task.options.named)


def read(context: Tree, path: str) -> bytes | None:
    """A file of the context, one symbolic link followed; None where there is none."""
    inode = context.find(path.lstrip("/"))
    node = context.nodes[inode] if inode is not None else None
    if node is not None and node.kind == "link":
        inode = context.find(node.target.lstrip("/"))
        node = context.nodes[inode] if inode is not None else None
    return contents.read(node.content, 0, len(node.content)) if node is not None and node.kind == "file" else None


def definition_in(tree: Tree, directory: str, name: str) -> tuple[bytes | None, bytes | None]:
    """The Dockerfile of that name, which may be spelled in lower case, and its own .dockerignore."""
    text = read(tree, posixpath.join(directory, name))
    if text is None and posixpath.basename(name) == DEFAULT_FILE:
        text = read(tree, posixpath.join(directory, posixpath.dirname(name), DEFAULT_FILE.lower()))
    return text, read(tree, posixpath.join(directory, f"{name}{IGNORE_FILE}"))


def ask(solve: Solve, kind: str, argument: str) -> None:
    """Ask the client for the Dockerfile, for the context's .dockerignore or for both as an archive. Source:
    frontend/dockerui/config.go."""
    name = solve.task.dockerfile
    if kind == REMOTE and solve.task.options.context:
        sandbox = f"sandbox:{solve.task.id}.context"
        solve.change(download=Download(url=argument, sandbox=sandbox))
        solve.save()
        downloads.start(solve.draft, "solve", sandbox, argument)
        return
    if kind == REMOTE:
        session_requests.ask(solve, asks.UPLOAD, WHOLE, name=argument)
        return
    if kind == NAMED:
        directory = needs_of(solve).directories[argument]
        session_requests.ask(
            solve, asks.FILES, WHOLE, name=directory, hint=f"context:{argument}-{IGNORE_FILE}", paths=(IGNORE_FILE,)
        )
        return
    if kind == IGNORE:
        directory = solve.task.directories[1]
        hint = f"{directory}-{IGNORE_FILE}"
        session_requests.ask(solve, asks.FILES, WHOLE, name=directory, hint=hint, paths=(IGNORE_FILE,))
        return
    paths = [name, f"{name}{IGNORE_FILE}"]
    if posixpath.basename(name) == DEFAULT_FILE:
        paths.append(posixpath.join(posixpath.dirname(name), DEFAULT_FILE.lower()))
    directory = solve.task.directories[0]
    session_requests.ask(solve, asks.FILES, WHOLE, name=directory, hint=directory, paths=tuple(paths))


def received(solve: Solve, wanted: Ask, answer: Answer) -> None:
    """What was asked of the client has come.

    Raises:
        OpeningFailure: it has not.
    """
    kind, _ = solve.task.opening[0]
    if kind == REMOTE and not answer.problem:
        _unpack(solve, answer.data)
        solve.change(timer=solve.set_timer(solve.draft.now_ns + LOAD_NS, WHOLE))
        return
    if answer.tree is None:
        now_ns = solve.draft.now_ns
        solve.tell(teller_of(solve).completed(solve.task.opened_ns, now_ns, answer.problem))
        what = f"failed to read {IGNORE_FILE}" if kind in (IGNORE, NAMED) else "failed to read dockerfile"
        raise OpeningFailure(f"{what}: {answer.problem}", (0, 0), answer.problem)
    told = teller_of(solve).status(
        f"transferring {wanted.name}:", solve.draft.now_ns, wanted.taken_ns, current=answer.size_bytes
    )
    solve.tell(told)
    if kind == DEFINITION:
        text, ignore = definition_in(answer.tree, "", solve.task.dockerfile)
        solve.change(text=text, ignore=ignore)
    elif kind == NAMED:
        patterns = read_patterns((read(answer.tree, IGNORE_FILE) or b"").decode("utf-8", "replace"))
        solve.change(excludes=(*solve.task.excludes, (wanted.name, tuple(patterns))))
    else:
        solve.change(context=answer.tree)
    solve.change(timer=solve.set_timer(solve.draft.now_ns + LOAD_NS, WHOLE))


def fetched(solve: Solve, outcome: Outcome) -> None:
    """The context has come from a server.

    Raises:
        OpeningFailure: it has not.
    """
    _, url = solve.task.opening[0]
    git = git_urls.parse(url)
    try:
        if git is None:
            _unpack(solve, remotes.content(url, outcome))
        else:
            context = remotes.repository(git, "", outcome, solve.draft.now_ns)
            if outcome.note:
                solve.tell(teller_of(solve).log(solve.draft.now_ns, 2, outcome.note.encode()))
            text, _ = definition_in(context, "", solve.task.dockerfile)
            solve.change(context=context, text=text)
    except SolveFailure as problem:
        solve.tell(teller_of(solve).completed(solve.task.opened_ns, solve.draft.now_ns, problem.message))
        raise OpeningFailure(problem.whole, (0, 0), problem.message) from None
    solve.change(timer=solve.set_timer(solve.draft.now_ns + LOAD_NS, WHOLE))


def _unpack(solve: Solve, data: bytes) -> None:
    """An archive is the context with its Dockerfile; anything else is the Dockerfile itself. Source:
    frontend/dockerui/context.go."""
    try:
        entries = list(archive.read_tar(decompressed(data)))
    except archive.BadArchive:
        entries = []
    if entries:
        context = apply_layer(Tree.empty(), entries)
        text, _ = definition_in(context, "", solve.task.dockerfile)
        solve.change(context=context, text=text)
        return
    node = LayerEntry(_UPLOADED, "file", 0o600, content=data)
    solve.change(context=apply_layer(Tree.empty(), [node]), text=data, dockerfile=_UPLOADED)
