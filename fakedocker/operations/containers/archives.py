"""docker cp's two directions, and docker export: files of a container as a tar archive.

Source: moby daemon/archive.go; texts in recording cp and the exchanges. A container need not run: its volumes are there
either way.
"""

from __future__ import annotations

import errno
import posixpath
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base import clock, messages
from fakedocker.base.paths import clean
from fakedocker.containers.model import Container
from fakedocker.filesystem import archive, compression
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry, Node
from fakedocker.operations.containers import rootfs
from fakedocker.operations.system import files
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.world.draft import Draft

_GO_MODE_BITS = {
    "dir": 1 << 31,
    "link": 1 << 27,
    "block": 1 << 26,
    "char": (1 << 26) | (1 << 21),
    "fifo": 1 << 25,
    "socket": 1 << 24,
}


class PathStat(Struct, frozen=True):
    """What the archive's header says of the path. mode is in Go's bits."""

    name: str
    size: int
    mode: int
    mtime: str
    linkTarget: str  # noqa: N815  # the key in the API's JSON


def stat(draft: Draft, container: Container, path: str, asked: str) -> PathStat:
    """What is at a path, links not followed.

    Args:
        asked: the container as the request calls it.

    Raises:
        Refusal: nothing is.
    """
    if not path:
        raise messages.PATH_EMPTY()
    table = rootfs.mount_table(draft, container)
    try:
        node = files.node_at(draft, table, path, follow=path.endswith("/"))
        target = files.locate(draft, table, path).path if node.kind == "link" else ""
    except OSError as problem:
        raise _no_path(path, asked, problem) from None
    return PathStat(
        posixpath.basename(clean(path)) or "/",
        node.size_bytes,
        _go_mode(node),
        clock.rfc3339_nano(node.mtime_ns),
        target,
    )


def _no_path(path: str, asked: str, problem: OSError | None = None) -> messages.Refusal:
    """Why a path cannot be had: there is nothing, or another error, which is the system's (moby daemon/archive.go)."""
    if problem is not None and problem.errno != errno.ENOENT:
        return messages.PATH_FAILED(path=path, problem=(problem.strerror or "").lower())
    return messages.NO_SUCH_PATH(path=path, name=asked)


def _go_mode(node: Node) -> int:
    return node.mode & 0o777 | _GO_MODE_BITS.get(node.kind, 0)


def read(draft: Draft, container: Container, path: str, asked: str) -> tuple[PathStat, Content]:
    """The archive of a path: a directory with all below it, a link as a link.

    Args:
        asked: the container as the request calls it.

    Raises:
        Refusal: there is nothing.
    """
    found = stat(draft, container, path, asked)
    table = rootfs.mount_table(draft, container)
    follows = path.endswith(("/", "/."))
    if path == "/":
        entries: Iterable[LayerEntry] = files.subtree(draft, table, path, "", follow=True)
    else:
        name = posixpath.basename(path.rstrip("/")) or "."
        entries = files.subtree(draft, table, path, name, follow=follows)
    try:
        tar = archive.write_tar(entries)
    except OSError as problem:  # of a disk; the real engine breaks off in the middle of the archive
        raise messages.Refusal(500, f"{problem.strerror}".lower()) from None
    container_event(draft, container, "archive-path")
    return found, tar


def write(
    draft: Draft,
    container: Container,
    path: str,
    data: bytes,
    no_overwrite_dir_non_dir: bool,
    copy_owner: bool,
    asked: str,
) -> None:
    """Unpack an archive into a directory of a container.

    Args:
        asked: the container as the request calls it.
        no_overwrite_dir_non_dir: refuse to replace a directory by a file and the other way round.
        copy_owner: keep the archive's owners; else what arrives belongs to the superuser.

    Raises:
        Refusal: the path is missing or no directory, is mounted read-only, or the archive is broken.
    """
    if not path:
        raise messages.PATH_EMPTY()
    table = rootfs.mount_table(draft, container)
    try:
        place = files.locate(draft, table, path)
    except OSError as problem:
        raise _no_path(path, asked, problem) from None
    if place.inode is None:
        raise _no_path(path, asked)
    if path.endswith("/") and not place.tree.is_directory(place.inode):
        raise messages.PATH_FAILED(path=path, problem=messages.NOT_A_DIRECTORY)
    if not place.tree.is_directory(place.inode):
        raise messages.EXTRACT_NOT_DIRECTORY()
    if place.mount.read_only:
        raise messages.READ_ONLY_ROOT() if place.mount.target == "/" else messages.READ_ONLY_VOLUME()
    try:
        entries = list(archive.read_tar(compression.decompressed(data), in_root=False))
    except archive.BadArchive as problem:
        raise messages.Refusal(500, str(problem)) from None
    for entry in entries:
        if no_overwrite_dir_non_dir:
            _refuse_replacing(draft, container, posixpath.join(place.path, entry.path), entry.kind == "dir")
    try:
        files.unpack(draft, table, place.path, entries)
    except OSError as problem:
        raise messages.Refusal(500, f"{problem.strerror}".lower()) from None
    del copy_owner  # what arrives has the archive's owners in both cases: the client has written the ones it wants
    container_event(draft, container, "extract-to-dir")


def _refuse_replacing(draft: Draft, container: Container, path: str, by_directory: bool) -> None:
    table = rootfs.mount_table(draft, container)
    try:
        node = files.node_at(draft, table, path, follow=False)
    except OSError:
        return
    if (node.kind == "dir") != by_directory:
        kinds = ("non-directory", "directory") if by_directory else ("directory", "non-directory")
        raise messages.OVERWRITE(old=kinds[0], new=kinds[1], path=path)


def export(draft: Draft, container: Container) -> Content:
    """The whole file system of a container, mounts left out, as docker export writes it."""
    entries = files.subtree(draft, files.only(container.id), "/", "", follow=True)
    kept = (entry for entry in entries if entry.path.strip("/"))
    try:
        tar = archive.write_tar(replace(entry, path=entry.path.lstrip("/"), target=entry.target) for entry in kept)
    except OSError as problem:
        raise messages.Refusal(500, f"{problem.strerror}".lower()) from None
    container_event(draft, container, "export")
    return tar
