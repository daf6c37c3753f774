"""Copying files into a layer: what COPY and ADD come to, whichever builder does it.

Source: moby builder/dockerfile/copy.go and internals.go (performCopy), buildkit solver/llbsolver/file; the Dockerfile
reference.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.numbers import is_digits
from fakedocker.base.paths import clean
from fakedocker.build.ignore import IgnoreRules
from fakedocker.build.lines import Heredoc
from fakedocker.filesystem import archive, content as contents, diff
from fakedocker.filesystem.archive import BLOCK_BYTES
from fakedocker.filesystem.compression import decompressed
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree
from fakedocker.filesystem.walk import MountTable
from fakedocker.images.model import Layer
from fakedocker.operations.classic_builder.configuring import Editor
from fakedocker.operations.classic_builder.session import BuildFailure
from fakedocker.operations.classic_builder.sources import Source
from fakedocker.operations.containers import commit
from fakedocker.operations.system import assume, files
from fakedocker.world.draft import Draft

_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")
_MAGIC, _MAGIC_AT = b"ustar", 257
_PIVOT = "/./"
Owner = tuple[int, int]


class Transfer(Struct, frozen=True, kw_only=True):
    """What an instruction copies.

    Args:
        documents: files whose content is in the Dockerfile, by name.
        target: absolute, with a slash at its end where it must be a directory.
        owner: USER[:GROUP], "" for none given.
        keeps_owners: whether files without a given owner keep theirs; else they become root's.
        unpacks: whether archives are taken apart.
        mode: of what is copied, None to keep each its own.
        parents: whether the directories above a source are copied too, up to a /./ in it.
        excludes: patterns of what is left out.
    """

    documents: tuple[tuple[str, bytes], ...] = ()
    target: str
    owner: str = ""
    keeps_owners: bool = False
    unpacks: bool = False
    mode: int | None = None
    parents: bool = False
    excludes: tuple[str, ...] = ()


def absolute(directory: str, destination: str) -> str:
    """A destination from the root, with a slash at its end where it says that it is a directory."""
    path = clean(posixpath.join("/", directory, destination))
    return f"{path}/" if path != "/" and destination.endswith("/") else path


def document(editor: Editor, heredoc: Heredoc, escape: str) -> bytes:
    """The content of a here-document; quotes in it are only text, so it is expanded as if it were quoted. BuildFailure."""
    if not heredoc.expand:
        return heredoc.content.encode()
    quoted = heredoc.content.replace('"', f'{escape}"')
    return editor.expanded(f'"{quoted}"').encode()


@contextmanager
def mounted(draft: Draft, name: str, tree: Tree) -> Iterator[MountTable]:
    """A tree as a file system that files can be copied from or into, for as long as a step is looked at."""
    identifier = f"build:{name}"
    draft.kernel_draft.put_filesystem(identifier, Filesystem.on(tree))
    try:
        yield files.only(identifier)
    finally:
        draft.kernel_draft.drop_filesystem(identifier)


def make_layer(draft: Draft, top: str, placed: Iterable[tuple[MountTable, Source]], transfer: Transfer) -> Layer | None:
    """The layer that copies make on a chain; None when they change nothing.

    Args:
        top: the chain, "" for nothing.
        placed: what is copied, each with the files that it is among.

    Raises:
        BuildFailure: the destination cannot take it, or there is no such owner.
    """
    with mounted(draft, "target", draft.layers[top].tree if top else Tree.empty()) as into:
        root = into.mounts[0].filesystem
        wanted = (
            _owner(draft, root, transfer.owner, top) if transfer.owner else None if transfer.keeps_owners else (0, 0)
        )
        try:
            for table, source in placed:
                _copy_one(draft, table, source, into, transfer, wanted)
            for name, content in transfer.documents:
                target = transfer.target
                entry = LayerEntry("", "file", 0o644, mtime_ns=draft.now_ns, content=content)
                path = target + name if target.endswith("/") else target
                _put_file(draft, into, path, _changed(entry, transfer, wanted), wanted)
        except (OSError, archive.BadArchive) as problem:
            text = str(problem.strerror).lower() if isinstance(problem, OSError) else str(problem)
            raise BuildFailure(f"failed to copy files: {text}") from None
        entries = diff.layer_entries(draft.kernel_draft.filesystems[root])
    return commit.make_layer(draft, top, entries) if entries else None


def _owner(draft: Draft, root: str, text: str, chain: str) -> Owner:
    """USER[:GROUP] of --chown, by the names that the image knows; the group is that of the same number where none is said."""
    user, _, group = text.partition(":")
    return (_number(draft, root, "user", user, chain), _number(draft, root, "group", group or user, chain))


def _number(draft: Draft, root: str, what: str, name: str, chain: str) -> int:
    if is_digits(name):
        return int(name)
    try:
        table = files.read(draft, root, "/etc/passwd" if what == "user" else "/etc/group")
    except OSError:
        table = b""
    rows = (line.split(":") for line in table.decode("utf-8", "replace").splitlines())
    found = next((row[2] for row in rows if len(row) > 2 and row[0] == name and is_digits(row[2])), "")
    if not found and draft.assume and assume.is_tainted(draft, chain):  # a step would have made it; root stands for it
        return 0
    if not found:
        problem = f"can't find {'uid' if what == 'user' else 'gid'} for {what} {name}: no such {what}: {name}"
        raise BuildFailure(f"unable to convert uid/gid chown string to host mapping: {problem}")
    return int(found)


def _copy_one(
    draft: Draft, table: MountTable, source: Source, into: MountTable, transfer: Transfer, owner: Owner | None
) -> None:
    """One source to its place. OSError; BadArchive."""
    place = files.locate(draft, table, source.path)
    node = place.tree.node(place.inode)
    target = _below_parents(source.path, transfer) if transfer.parents else transfer.target
    rules = IgnoreRules(transfer.excludes)
    if node.kind == "dir":
        files.make_directories(draft, into, target, owner or (node.uid, node.gid))
        for entry in files.subtree(draft, table, place.path, "", follow=True):
            path = entry.path.lstrip("/")
            if path and not rules.excludes(path):
                files.put(draft, into, _changed(replace(entry, path=path), transfer, owner), target)
        return
    if rules.excludes(posixpath.basename(source.path)):
        return
    if transfer.unpacks and not source.remote and (entries := _unpacked(node.content)) is not None:
        files.make_directories(draft, into, target)
        files.unpack(draft, into, target, entries)
        return
    entry = LayerEntry(
        "", node.kind, node.mode, node.uid, node.gid, node.mtime_ns, node.content, node.target, node.rdev
    )
    inside = target.endswith("/") or _is_directory(draft, into, target)
    path = posixpath.join(target, posixpath.basename(source.path)) if inside else target
    _put_file(draft, into, path, _changed(entry, transfer, owner), owner)


def _below_parents(path: str, transfer: Transfer) -> str:
    """Where a source goes with --parents: below the target, in the directories that it is in itself."""
    pivot = path.find(_PIVOT)
    kept = path[pivot + len(_PIVOT) :] if pivot >= 0 else path.lstrip("/")
    return posixpath.join(transfer.target, kept)


def _put_file(draft: Draft, into: MountTable, path: str, entry: LayerEntry, owner: Owner | None) -> None:
    files.make_directories(draft, into, posixpath.dirname(path), owner or (0, 0))
    files.put(draft, into, replace(entry, path=path.lstrip("/")))


def _changed(entry: LayerEntry, transfer: Transfer, owner: Owner | None) -> LayerEntry:
    """An entry with the owner and mode it gets. Hard links of a subtree point to names below the same directory."""
    if owner is not None:
        entry = replace(entry, uid=owner[0], gid=owner[1])
    if transfer.mode is not None and entry.kind != "link":
        entry = replace(entry, mode=transfer.mode)
    return replace(entry, target=entry.target.lstrip("/")) if entry.kind == "hardlink" else entry


def _is_directory(draft: Draft, table: MountTable, path: str) -> bool:
    try:
        place = files.locate(draft, table, path)
    except OSError:
        return False
    return place.inode is not None and place.tree.is_directory(place.inode)


def _unpacked(content: Content) -> list[LayerEntry] | None:
    """The members of an archive, compressed or not; None for a file that is none."""
    beginning = contents.read(content, 0, BLOCK_BYTES)
    if not beginning.startswith(_COMPRESSED) and beginning[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] != _MAGIC:
        return None
    try:
        data = decompressed(contents.read(content, 0, len(content)))
    except archive.BadArchive:
        return None
    members = archive.read_tar(data)
    try:
        first = next(members)
    except (StopIteration, archive.BadArchive):
        return None
    return [first, *members]
