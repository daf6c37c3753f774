"""File systems over an image: against a plain model, and what a commit of the changes gives."""

from __future__ import annotations

import errno
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from fakedocker.filesystem import diff
from fakedocker.filesystem.node import ROOT, LayerEntry, Node
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer

BASE = apply_layer(
    Tree.empty(),
    [
        LayerEntry("a", "dir", 0o755),
        LayerEntry("a/b", "dir", 0o755),
        LayerEntry("a/b/f", "file", content=b"base f"),
        LayerEntry("a/g", "file", content=b"base g"),
        LayerEntry("h", "file", content=b"base h"),
        LayerEntry("h2", "hardlink", target="h"),
        LayerEntry("c", "dir", 0o755),
    ],
)
Model = dict[str, Any]


def model_of(filesystem: Filesystem, inode: int = ROOT) -> Model:
    """A nested dict: directories are dicts, files their contents."""
    found: Model = {}
    for name in filesystem.names(inode):
        child = filesystem.lookup(inode, name)
        assert child is not None
        found[name] = model_of(filesystem, child) if filesystem.is_directory(child) else filesystem.content(child)
    return found


class Directory:
    """A directory of both, found by the same path."""

    def __init__(self, filesystem: Filesystem, model: Model, path: tuple[str, ...]) -> None:
        self.inode: int | None = ROOT
        self.model: Any = model
        for name in path:
            below = self.inode is not None and filesystem.is_directory(self.inode)
            self.inode = filesystem.lookup(self.inode, name) if below and self.inode is not None else None
            self.model = self.model.get(name) if isinstance(self.model, dict) else None

    @property
    def exists(self) -> bool:
        return isinstance(self.model, dict)


names = st.sampled_from(["a", "b", "c", "f", "g", "h", "h2", "new"])
places = st.lists(names, max_size=2).map(tuple)
operations = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["mkdir", "create", "unlink", "rmdir", "write", "chmod"]), places, names),
        st.tuples(st.just("rename"), places, names, places, names),
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(operations)
def test_it_does_what_a_tree_of_dicts_does(steps: list[tuple[Any, ...]]) -> None:
    filesystem = Filesystem.on(BASE)
    model = model_of(filesystem)
    for number, (name, path, last, *target) in enumerate(steps):
        filesystem = apply(filesystem, model, number, name, path, last, target)
        assert model_of(filesystem) == model
        assert diff_holds(filesystem)
    again = Filesystem.on(apply_layer(BASE, diff.layer_entries(filesystem)))
    assert model_of(again) == model
    files = sum(1 for _ in diff.layer_entries(filesystem))
    assert bool(files) >= bool(diff.changes(filesystem))


def apply(
    filesystem: Filesystem, model: Model, number: int, name: str, path: tuple[str, ...], last: str, target: list[Any]
) -> Filesystem:
    """One operation on both; an error of the file system must be one that the model explains."""
    place = Directory(filesystem, model, path)
    if not place.exists or place.inode is None:
        return filesystem
    here = place.model.get(last)
    data = f"written {number}".encode()
    try:
        if name in ("mkdir", "create"):
            node = Node("dir", 0o755) if name == "mkdir" else Node("file", 0o644, content=data)
            after, _ = filesystem.create(place.inode, last, node, number)
            assert here is None
            place.model[last] = {} if name == "mkdir" else data
            return after
        if name == "unlink":
            after = filesystem.unlink(place.inode, last, number)
            assert isinstance(place.model.pop(last), bytes)
            return after
        if name == "rmdir":
            after = filesystem.rmdir(place.inode, last, number)
            assert place.model.pop(last) == {}
            return after
        if name == "rename":
            return _rename(filesystem, model, number, place, last, target)
        after, inode = filesystem.for_update(place.inode, last)
        if name == "chmod" or isinstance(here, dict):
            return after.with_attributes(inode, mode=0o700)
        place.model[last] = data
        return after.with_content(inode, data, number)
    except OSError as error:
        assert error.errno in (errno.EEXIST, errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY)
        return filesystem


def _rename(
    filesystem: Filesystem, model: Model, number: int, place: Directory, last: str, target: list[Any]
) -> Filesystem:
    goal = Directory(filesystem, model, target[0])
    if not goal.exists or goal.inode is None or place.inode is None:
        return filesystem
    try:
        after = filesystem.rename(place.inode, last, goal.inode, target[1], number)
    except OSError as error:
        expected = (errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENOTEMPTY, errno.EXDEV, errno.EINVAL)
        assert error.errno in expected
        return filesystem
    if filesystem.lookup(place.inode, last) != filesystem.lookup(goal.inode, target[1]):
        goal.model[target[1]] = place.model.pop(last)
    return after


def diff_holds(filesystem: Filesystem) -> bool:
    """Every path told as changed is where it is told to be."""
    for path, kind in diff.changes(filesystem):
        assert (filesystem.find(path) is None) == (kind == diff.DELETED)
        assert (BASE.find(path) is not None) == (kind != diff.ADDED)
    return True


def test_writing_through_one_name_of_a_hard_link_below_parts_it() -> None:
    filesystem, inode = Filesystem.on(BASE).for_update(ROOT, "h")
    filesystem = filesystem.with_content(inode, b"new", 0)
    assert filesystem.content(filesystem.find("h") or 0) == b"new"
    assert filesystem.content(filesystem.find("h2") or 0) == b"base h"


def test_hard_links_made_above_stay_joined_in_a_commit() -> None:
    filesystem, inode = Filesystem.on(BASE).create(ROOT, "x", Node("file", 0o644, content=b"1"), 0)
    filesystem = filesystem.link(inode, ROOT, "y", 0)
    committed = apply_layer(BASE, diff.layer_entries(filesystem))
    assert committed.find("x") == committed.find("y")
    assert committed.nodes[committed.find("x") or 0].links == 2


def test_a_directory_of_the_image_cannot_be_renamed_and_a_new_one_can() -> None:
    filesystem = Filesystem.on(BASE)
    with pytest.raises(OSError, match="Invalid cross-device link"):
        filesystem.rename(ROOT, "c", ROOT, "d", 0)
    filesystem, _ = filesystem.create(ROOT, "made", Node("dir", 0o755), 0)
    filesystem = filesystem.rename(ROOT, "made", BASE.find("a") or 0, "moved", 0)
    assert model_of(filesystem)["a"]["moved"] == {}
    with pytest.raises(OSError, match="Invalid argument"):
        filesystem.rename(BASE.find("a") or 0, "moved", filesystem.find("a/moved") or 0, "inside", 0)


def test_the_size_limit_counts_what_is_above_and_is_given_back() -> None:
    filesystem = Filesystem.on(BASE, limit_bytes=10)
    filesystem, inode = filesystem.create(ROOT, "x", Node("file", 0o644, content=b"12345"), 0)
    with pytest.raises(OSError, match="No space left on device"):
        filesystem.with_content(inode, b"12345678901", 0)
    with pytest.raises(OSError, match="No space left on device"):
        filesystem.for_update(ROOT, "h")
    filesystem = filesystem.unlink(ROOT, "x", 0)
    assert (filesystem.used_bytes, filesystem.held_bytes) == (0, 0)


def test_links_of_directories_are_counted_as_overlayfs_does() -> None:
    filesystem = Filesystem.on(BASE)
    inode = BASE.find("a") or 0
    assert filesystem.links(inode) == 3
    filesystem, _ = filesystem.create(inode, "x", Node("file", 0o644), 0)
    assert filesystem.links(inode) == 1


def test_changes_are_told_as_docker_diff_does() -> None:
    filesystem = Filesystem.on(BASE)
    filesystem, directory = filesystem.create(ROOT, "srv", Node("dir", 0o755), 0)
    filesystem, _ = filesystem.create(directory, "page", Node("file", 0o644), 0)
    filesystem, inode = filesystem.for_update(BASE.find("a/b") or 0, "f")
    filesystem = filesystem.with_content(inode, b"changed", 0).unlink(ROOT, "h2", 0)
    letters = [f"{'CAD'[kind]} {path}" for path, kind in diff.changes(filesystem)]
    assert letters == ["C /a", "C /a/b", "C /a/b/f", "D /h2", "A /srv", "A /srv/page"]
    assert diff.changes(filesystem, ignore={"/a", "/srv"}) == [("/h2", diff.DELETED)]
    assert diff.changed_bytes(filesystem) == len(b"changed")


def test_a_replaced_directory_is_opaque_in_the_commit() -> None:
    filesystem = Filesystem.on(BASE).rmdir(ROOT, "c", 0)
    filesystem, _ = filesystem.create(ROOT, "c", Node("dir", 0o700), 0)
    assert [entry.path for entry in diff.layer_entries(filesystem)] == ["c", "c/.wh..wh..opq"]


def test_nothing_is_changed_in_a_fresh_file_system() -> None:
    assert diff.changes(Filesystem.on(BASE)) == []
    assert diff.layer_entries(Filesystem.on(BASE)) == ()
