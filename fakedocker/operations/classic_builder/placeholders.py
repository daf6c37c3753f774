"""Placeholders: under assume, what COPY takes from a stage in which a step only was taken to have worked, and is not
there.

Both builders find their sources here. In every other stage, and without assume, what is missing is missing.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from fakedocker.base.paths import clean
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import MountTable
from fakedocker.operations.classic_builder import sources
from fakedocker.operations.classic_builder.session import BuildFailure
from fakedocker.operations.classic_builder.sources import Source
from fakedocker.operations.system import assume, files
from fakedocker.world.draft import Draft

_NAME = "placeholder"
_CLASS = re.compile(r"\[[^\]/]*\]")


def find(draft: Draft, table: MountTable, written: str, destination: str, chain: str, made: list[str]) -> list[Source]:
    """What a source in another stage or image names, as `sources.find`; a placeholder where that may be one.

    Args:
        destination: where it is copied to, as it is written.
        chain: the layers of what is copied from.
        made: gets the path of a placeholder that was made.

    Raises:
        BuildFailure: there is nothing there.
    """
    problem: BuildFailure | None = None
    try:
        found = sources.find(draft, table, written, from_context=False)
    except BuildFailure as error:
        found, problem = [], error
    if found or not draft.assume or not assume.is_tainted(draft, chain):
        if problem is not None:
            raise problem
        return found
    path = _concrete(written)
    try:
        _make(draft, table, path, destination)
    except OSError:
        raise problem or BuildFailure("no source files were specified") from None
    made.append(path)
    return sources.find(draft, table, path, from_context=False)


def are_doubtful(draft: Draft, found: Iterable[Source], chain: str) -> bool:
    """Whether a directory is among what is copied from files that are tainted: something in it may be missing, or be another."""
    return (
        draft.assume and any(source.checksum.startswith("dir:") for source in found) and assume.is_tainted(draft, chain)
    )


def added(tree: Tree, path: str, destination: str) -> Tree:
    """Files with a placeholder among them, and the directories above it.

    Args:
        path: without a slash at its beginning.
        destination: where it will be seen.
    """
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts))]
    entries = [LayerEntry(folder, "dir", 0o755) for folder in above if tree.find(folder) is None]
    if assume.is_program(path) or assume.is_program(destination):
        entries.append(LayerEntry(path, "file", 0o755, content=assume.placeholder_program(path)))
    elif "." in parts[-1].lstrip("."):
        entries.append(LayerEntry(path, "file", 0o644, content=b""))
    else:
        entries.append(LayerEntry(path, "dir", 0o755))
    return apply_layer(tree, entries)


def _concrete(written: str) -> str:
    """A path that fits a pattern."""
    path = _CLASS.sub(_NAME, clean("/" + written.lstrip("/").replace("/./", "/")))
    return path.replace("*", _NAME).replace("?", "x").replace("[", "x")


def _make(draft: Draft, table: MountTable, path: str, destination: str) -> None:
    """A program in a folder of programs, a file where the name has a suffix, else a directory. OSError."""
    name = posixpath.basename(path)
    if assume.is_program(path) or (assume.is_program(destination) and not destination.endswith("/")):
        files.make_directories(draft, table, posixpath.dirname(path))
        content = assume.placeholder_program(path)
        entry = LayerEntry(path.lstrip("/"), "file", 0o755, mtime_ns=draft.now_ns, content=content)
        files.put(draft, table, entry)
    elif "." in name.lstrip(".") and not destination.endswith(f"/{name}/"):
        files.make_file(draft, table, path)
    else:
        files.make_directories(draft, table, path)
