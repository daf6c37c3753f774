"""The beginning of a build: its archive is read, its Dockerfile parsed, and the task put into the world.

Source: moby api/server/backend/build, builder/remotecontext (detect.go) and builder/dockerfile/builder.go. What is
wrong here is refused before anything is told, so that the answer has a status of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fakedocker.base import messages, reference
from fakedocker.build.arguments import Arguments
from fakedocker.build.ignore import IgnoreRules, read_patterns
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.plan import Plan, parse_dockerfile
from fakedocker.filesystem import archive, content as contents
from fakedocker.filesystem.compression import decompressed
from fakedocker.filesystem.node import WHITEOUT_PREFIX, LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.operations.classic_builder.session import STEP_NS, Session
from fakedocker.world.builds import BuildOptions, BuildTask
from fakedocker.world.draft import Draft

DEFAULT_FILE = "Dockerfile"
_IGNORE_FILE = ".dockerignore"


def begin(
    draft: Draft, data: bytes, *, dockerfile: str, target: str, labels: Mapping[str, str], arguments: Mapping[str, str | None], options: BuildOptions,
    task_id: int = 0
) -> int:  # fmt: skip
    """Begin a build; its output and its end are told as notices of the task.

    Args:
        data: the context, a tar archive that may be compressed.
        dockerfile: its name in the context, "" for the default.
        task_id: the number of the build, 0 to have one drawn.

    Returns:
        the task's number.

    Raises:
        Refusal: the archive or the Dockerfile is not what it should be. Nothing is changed then.
    """
    try:
        entries = list(archive.read_tar(decompressed(data)))
    except archive.BadArchive as problem:
        raise messages.CONTEXT_BROKEN(problem=problem) from None
    context = apply_layer(Tree.empty(), entries)
    return begin_with(
        draft, context, dockerfile=dockerfile, target=target, labels=labels, arguments=arguments, options=options, task_id=task_id
    )  # fmt: skip


def begin_with(
    draft: Draft, context: Tree, *, dockerfile: str, target: str, labels: Mapping[str, str], arguments: Mapping[str, str | None],
    options: BuildOptions, task_id: int = 0
) -> int:  # fmt: skip
    """The same with the context's files. Refusal."""
    name, plan = _plan(context, dockerfile or DEFAULT_FILE)
    if target:
        try:
            plan = plan.until(target)
        except BadDockerfile as problem:
            raise messages.Refusal(400, str(problem)) from None
    task = BuildTask(
        id=task_id or draft.draw(), options=options, plan=plan.with_labels(labels), context=_without_ignored(context, name), arguments=Arguments(dict(arguments)),
    )  # fmt: skip
    Session(draft, task).save(STEP_NS)
    return task.id


def tags(names: Iterable[str]) -> tuple[str, ...]:
    """The names that the image is to get, spelled in full, each once.

    Raises:
        Refusal: one is no name, or has a digest.
    """
    found: dict[str, None] = {}
    for name in filter(None, names):
        try:
            parsed = reference.parse(name)
        except reference.InvalidReference as problem:
            raise messages.Refusal(500, str(problem)) from None
        if parsed.digest:
            raise messages.BUILD_TAG_DIGEST()
        parsed = parsed.with_default_tag()
        found[f"{parsed.name}:{parsed.tag}"] = None
    return tuple(found)


def _plan(context: Tree, name: str) -> tuple[str, Plan]:
    """The name of the Dockerfile as it was found, and what it says. Refusal."""
    text = _read(context, name)
    if text is None and name == DEFAULT_FILE:
        lower = _read(context, name.lower())
        name, text = (name.lower(), lower) if lower is not None else (name, None)
    if text is None:
        raise messages.NO_DOCKERFILE(name=name)
    try:
        return name, parse_dockerfile(text.decode("utf-8", "replace"), name)
    except BadDockerfile as problem:
        raise messages.Refusal(400, str(problem)) from None


def _read(context: Tree, path: str) -> bytes | None:
    """A file of the context, one symbolic link followed; None where there is none."""
    inode = context.find(path.lstrip("/"))
    node = context.nodes[inode] if inode is not None else None
    if node is not None and node.kind == "link":
        inode = context.find(node.target.lstrip("/"))
        node = context.nodes[inode] if inode is not None else None
    return contents.read(node.content, 0, len(node.content)) if node is not None and node.kind == "file" else None


def _without_ignored(context: Tree, dockerfile: str) -> Tree:
    """The context without the Dockerfile and the .dockerignore, where the latter leaves them out: clients send both."""
    patterns = _read(context, _IGNORE_FILE)
    if patterns is None:
        return context
    rules = IgnoreRules(read_patterns(patterns.decode("utf-8", "replace")))
    hidden = []
    for path in (_IGNORE_FILE, dockerfile):
        if rules.excludes(path):
            directory, slash, name = path.rpartition("/")
            hidden.append(LayerEntry(f"{directory}{slash}{WHITEOUT_PREFIX}{name}", "file", 0))
    return apply_layer(context, hidden)
