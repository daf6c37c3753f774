"""What COPY and ADD copy from: the context, another stage or an image; finding sources and their checksums.

Source: moby builder/dockerfile/copy.go and builder/remotecontext: a checksum covers name, mode, owner, kind and content
of a file, and no times.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec import Struct

from fakedocker.base.go_patterns import path_match
from fakedocker.base.paths import clean
from fakedocker.filesystem import content as contents
from fakedocker.filesystem.node import Node
from fakedocker.filesystem.walk import Location, MountTable
from fakedocker.operations.classic_builder.session import BuildFailure
from fakedocker.operations.system import files
from fakedocker.world.draft import Draft

_WILDCARDS = frozenset("*?[")


class Source(Struct, frozen=True):
    """Something to copy.

    Args:
        path: absolute, within what is copied from.
        checksum: file: or dir: and 64 digits.
        remote: whether it comes from a URL; such a one is not taken apart.
    """

    path: str
    checksum: str
    remote: bool = False


def find(draft: Draft, table: MountTable, written: str, from_context: bool) -> list[Source]:
    """What a source of an instruction names; a pattern may name several things, or none.

    Raises:
        BuildFailure: there is nothing there, or the path leads out of the context.
    """
    path = written.removeprefix("/").removeprefix("./")
    if _WILDCARDS & set(path):
        return [
            _source(draft, table, found, from_context) for found in _walk(draft, table, "/") if _matches(path, found)
        ]
    return [_source(draft, table, path, from_context)]


def _matches(pattern: str, path: str) -> bool:
    """Go's filepath.Match: * and ? do not cross a slash."""
    return path_match(clean(pattern), path.lstrip("/"))


def _source(draft: Draft, table: MountTable, path: str, from_context: bool) -> Source:
    relative = clean(path.lstrip("/") or ".")
    if relative == ".." or relative.startswith("../"):
        raise BuildFailure(f"forbidden path outside the build context: {path} ()")
    place = _locate(draft, table, f"/{relative}")
    if place is None:
        missing = f"stat {relative}: file does not exist"
        what = "file not found in build context or excluded by .dockerignore: " if from_context else ""
        raise BuildFailure(f"{what}{missing}")
    if not place.tree.is_directory(place.inode):
        return Source(f"/{relative}", f"file:{_checksum(relative, place.tree.node(place.inode))}")
    below = sorted(
        _checksum(found.lstrip("/"), _node(draft, table, found)) for found in _walk(draft, table, place.path)
    )
    return Source(f"/{relative}", joined("dir", below))


def _locate(draft: Draft, table: MountTable, path: str) -> Location | None:
    try:
        place = files.locate(draft, table, path)
    except OSError:
        return None
    return None if place.inode is None else place


def _node(draft: Draft, table: MountTable, path: str) -> Node:
    return files.node_at(draft, table, path, follow=False)


def _walk(draft: Draft, table: MountTable, directory: str) -> Iterator[str]:
    """The absolute paths of everything below a directory, a directory before what is in it."""
    for entry in files.subtree(draft, table, directory, directory.rstrip("/"), follow=True):
        if entry.path.strip("/") and entry.path != directory:
            yield entry.path


def _checksum(path: str, node: Node) -> str:
    digest = hashlib.sha256(
        f"{path}\0{node.kind}\0{node.mode:o}\0{node.uid}\0{node.gid}\0{node.target}\0{node.rdev}\0".encode(
            "utf-8", "surrogateescape"
        )
    )
    contents.feed(node.content, digest.update)
    return digest.hexdigest()


def joined(kind: str, checksums: list[str]) -> str:
    """One checksum of many."""
    return f"{kind}:{hashlib.sha256(','.join(checksums).encode()).hexdigest()}"


def document_checksum(name: str, content: bytes) -> str:
    """The checksum of a file whose content is in the Dockerfile."""
    return f"file:{_checksum(name, Node('file', 0o644, content=content))}"
