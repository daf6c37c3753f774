"""Mounts at and below each other: what is at a place, and what is left of it."""

from __future__ import annotations

from fakedocker.base.sharing import one_set
from fakedocker.filesystem.walk import Mount, MountTable

_ROOT = Mount("/", "root")


def _points(*targets: str) -> MountTable:
    return MountTable.of([_ROOT, *(Mount(target, target) for target in targets)])


def test_a_mount_below_another_keeps_it_and_one_above_keeps_those_below() -> None:
    below, above = _points("/a", "/a/b"), _points("/a/b", "/a")
    assert below.points == above.points
    assert below.points["a"][""].filesystem == "/a"
    assert below.points["a"]["b"].filesystem == "/a/b"


def test_a_later_mount_at_the_same_place_covers_the_earlier() -> None:
    table = _points("/a").adding([Mount("/a", "other")])
    assert table.points == {"a": Mount("/a", "other")}
    assert _points("/a", "/a/b").adding([Mount("/a", "other")]).points["a"][""].filesystem == "other"


def test_a_mount_taken_away_leaves_those_above_and_below() -> None:
    table = _points("/a", "/a/b", "/c")
    assert table.without(["/a/b"]).points["a"] == {"": Mount("/a", "/a")}
    assert table.without(["/a"]).points["a"] == {"b": Mount("/a/b", "/a/b")}
    assert table.without(["/a", "/a/b"]).points == {"c": Mount("/c", "/c")}
    assert table.without(["/c/d", "/nothing/here"]).points == table.points
    assert table.points["a"]["b"].filesystem == "/a/b"  # the first table is as it was


def test_equal_sets_of_few_names_are_one_object_and_large_ones_are_not_kept() -> None:
    assert one_set({"PATH", "HOME"}) is one_set(["HOME", "PATH"])
    long = {"x" * 1_000_000}
    assert one_set(long) == frozenset(long)
    assert one_set(long) is not one_set(long)
