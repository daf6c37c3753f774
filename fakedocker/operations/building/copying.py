"""COPY and ADD: a layer made of files from the context, another stage, an image, or the Dockerfile itself.

Source: moby builder/dockerfile/copy.go and internals.go (performCopy); the Dockerfile reference.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from fakedocker.base.messages import Refusal
from fakedocker.build.instructions import Copy
from fakedocker.filesystem import archive, content as contents, diff
from fakedocker.filesystem.archive import BLOCK_BYTES
from fakedocker.filesystem.compression import decompressed
from fakedocker.filesystem.content import Content
from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree
from fakedocker.filesystem.walk import MountTable
from fakedocker.images.model import Layer
from fakedocker.operations import files
from fakedocker.operations.building import bases, cache, sources
from fakedocker.operations.building.session import BuildFailure, Session, needs_buildkit
from fakedocker.operations.building.sources import Source
from fakedocker.operations.commit import make_layer
from fakedocker.world.draft import Draft

_URL_SCHEMES = ("http://", "https://")
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")
_MAGIC, _MAGIC_AT = b"ustar", 257
_CLASSIC_FLAGS = ("chown", "from")
Owner = tuple[int, int]


def copy(session: Session, step: Copy) -> bool:
    """Carry out a COPY or ADD, from the cache if it has it.

    Returns:
        False while the image to copy from is being pulled; this is called again then.

    Raises:
        BuildFailure: a source is missing, the destination cannot take it, or the owner is unknown.
        Refusal: the image to copy from cannot be had.
    """
    for flag in step.flags:
        if flag not in _CLASSIC_FLAGS:
            raise needs_buildkit(flag)
    given = [session.expanded(source) for source in step.sources]
    destination = session.expanded(step.destination)
    owner = session.expanded(step.owner)
    tree = _origin(session, step)
    if tree is None:
        return False
    with _mounted(session.draft, "source", tree) as table:
        found = _find(session, step, table, given)
        documents = {heredoc.name: _document(session, heredoc.content, heredoc.expand) for heredoc in step.heredocs}
        checksums = [source.checksum for source in found]
        checksums += [sources.document_checksum(name, content) for name, content in documents.items()]
        if len(checksums) > 1 and not destination.endswith("/"):
            what = "more than one source file, the destination must be a directory and end with a /"
            raise BuildFailure(f"When using {step.keyword} with {what}")
        checksum = checksums[0] if len(checksums) == 1 else sources.joined("multi", checksums)
        comment = f"#(nop) {step.keyword} {f'--chown={owner} ' if owner else ''}{checksum} in {destination} "
        wanted = cache.comparable(replace(session.stage.config, cmd=(*session.shell(), comment)))
        if cache.probe(session, wanted):
            return True
        target = _absolute(session, destination)
        layer = _make_layer(session, step, table, found, documents, target, owner)
    cache.commit(session, wanted, layer)
    return True


def _origin(session: Session, step: Copy) -> Tree | None:
    """The files to copy from; None while they are being pulled."""
    if not step.stage:
        return session.task.context
    try:
        image = bases.copied_from(session, step.stage)
    except (BuildFailure, Refusal) as problem:
        raise BuildFailure(f"invalid from flag value {step.stage}: {problem.message}") from None
    if image is None:
        return None
    return session.draft.layers[image.top].tree if image.top else Tree.empty()


def _find(session: Session, step: Copy, table: MountTable, given: list[str]) -> list[Source]:
    found: list[Source] = []
    for source in given:
        if source.startswith(_URL_SCHEMES):
            if step.unpacks:
                raise BuildFailure(f"ADD failed: {source}: fetching from outside is not simulated by fakedocker")
            raise BuildFailure("COPY failed: source can't be a URL for COPY")
        try:
            found += sources.find(session.draft, table, source, from_context=not step.stage)
        except BuildFailure as problem:
            raise BuildFailure(f"{step.keyword} failed: {problem.message}") from None
    if not found and not step.heredocs:
        raise BuildFailure(f"{step.keyword} failed: no source files were specified")
    return found


def _document(session: Session, text: str, expands: bool) -> bytes:
    """The content of a here-document; quotes in it are only text, so each line is expanded as if it were quoted."""
    if not expands:
        return text.encode()
    quoted = text.replace('"', f'{session.task.plan.escape}"')
    return session.expanded(f'"{quoted}"').encode()


def _absolute(session: Session, destination: str) -> str:
    """The destination from the root, with its slash at the end if it has one."""
    path = posixpath.normpath(posixpath.join("/", session.stage.config.working_dir, destination))
    return path if path == "/" or not destination.endswith("/") else f"{path}/"


@contextmanager
def _mounted(draft: Draft, name: str, tree: Tree) -> Iterator[MountTable]:
    """A tree as a file system that files can be copied from or into, for as long as a step is looked at."""
    identifier = f"build:{name}"
    draft.kernel_draft.put_filesystem(identifier, Filesystem.on(tree))
    try:
        yield files.only(identifier)
    finally:
        draft.kernel_draft.drop_filesystem(identifier)


def _make_layer(
    session: Session, step: Copy, table: MountTable, found: list[Source], documents: dict[str, bytes], target: str, owner: str
) -> Layer | None:  # fmt: skip
    """The layer that the copies make; None when they change nothing."""
    draft = session.draft
    image = draft.images.get(session.stage.image_id)
    top = image.top if image is not None else ""
    with _mounted(draft, "target", draft.layers[top].tree if top else Tree.empty()) as into:
        root = into.mounts[0].filesystem
        wanted = _owner(draft, root, owner) if owner else None if step.stage else (0, 0)
        try:
            for source in found:
                _copy_one(draft, table, source, into, target, wanted, step.unpacks)
            for name, content in documents.items():
                path = target + name if target.endswith("/") else target
                entry = LayerEntry("", "file", 0o644, mtime_ns=draft.now_ns, content=content)
                _put_file(draft, into, path, entry, wanted)
        except (OSError, archive.BadArchive) as problem:
            text = problem.strerror if isinstance(problem, OSError) else str(problem)
            raise BuildFailure(f"failed to copy files: {str(text).lower()}") from None
        entries = diff.layer_entries(draft.kernel_draft.filesystems[root])
    return make_layer(draft, top, entries) if entries else None


def _owner(draft: Draft, root: str, text: str) -> Owner:
    """USER[:GROUP] of --chown, by the names that the image knows; the group is that of the same number where none is said."""
    user, _, group = text.partition(":")
    return (_number(draft, root, "user", user), _number(draft, root, "group", group or user))


def _number(draft: Draft, root: str, what: str, name: str) -> int:
    if name.isdigit():
        return int(name)
    try:
        table = files.read(draft, root, "/etc/passwd" if what == "user" else "/etc/group")
    except OSError:
        table = b""
    rows = (line.split(":") for line in table.decode("utf-8", "replace").splitlines())
    found = next((row[2] for row in rows if len(row) > 2 and row[0] == name and row[2].isdigit()), "")
    if not found:
        problem = f"can't find {'uid' if what == 'user' else 'gid'} for {what} {name}: no such {what}: {name}"
        raise BuildFailure(f"unable to convert uid/gid chown string to host mapping: {problem}")
    return int(found)


def _copy_one(
    draft: Draft, table: MountTable, source: Source, into: MountTable, target: str, owner: Owner | None, unpacks: bool
) -> None:
    """One source to its place. OSError; BadArchive."""
    place = files.locate(draft, table, source.path)
    node = place.tree.node(place.inode)
    if node.kind == "dir":
        files.make_directories(draft, into, target, owner or (node.uid, node.gid))
        for entry in files.subtree(draft, table, place.path, "", follow=True):
            if entry.path.strip("/"):
                files.put(draft, into, _owned(replace(entry, path=entry.path.lstrip("/")), owner), target)
        return
    if unpacks and (entries := _unpacked(node.content)) is not None:
        files.make_directories(draft, into, target)
        files.unpack(draft, into, target, entries)
        return
    entry = LayerEntry(
        "", node.kind, node.mode, node.uid, node.gid, node.mtime_ns, node.content, node.target, node.rdev
    )
    inside = target.endswith("/") or _is_directory(draft, into, target)
    path = posixpath.join(target, posixpath.basename(source.path)) if inside else target
    _put_file(draft, into, path, entry, owner)


def _put_file(draft: Draft, into: MountTable, path: str, entry: LayerEntry, owner: Owner | None) -> None:
    files.make_directories(draft, into, posixpath.dirname(path), owner or (0, 0))
    files.put(draft, into, _owned(replace(entry, path=path.lstrip("/")), owner))


def _owned(entry: LayerEntry, owner: Owner | None) -> LayerEntry:
    """An entry with another owner. Hard links of a subtree point to each other's names below the same directory."""
    if owner is not None:
        entry = replace(entry, uid=owner[0], gid=owner[1])
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
        return list(archive.read_tar(data)) or None
    except archive.BadArchive:
        return None
