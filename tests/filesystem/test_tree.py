"""Layers on layers: what an image's tree holds after each."""

from __future__ import annotations

import pytest

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.tree import Tree, apply_layer


def entry(path: str, kind: str = "file", **fields: object) -> LayerEntry:
    return LayerEntry(path, kind, **fields)  # type: ignore[arg-type]  # the tests know the kinds


def shown(tree: Tree, inode: int = 1, prefix: str = "") -> dict[str, object]:
    """path -> content, link target, or "dir" for everything in a tree."""
    found: dict[str, object] = {}
    for name, child in tree.dirs[inode].items():
        node = tree.nodes[child]
        found[prefix + name] = {"dir": "dir", "link": f"-> {node.target}"}.get(node.kind, node.content)
        if node.kind == "dir":
            found.update(shown(tree, child, f"{prefix}{name}/"))
    return found


BASE = apply_layer(
    Tree.empty(),
    [
        entry("etc", "dir", mode=0o755),
        entry("etc/a", content=b"1"),
        entry("etc/b", content=b"2"),
        entry("etc/sub/deep", content=b"3"),
        entry("hard", "hardlink", target="etc/a"),
        entry("lib", "link", target="usr/lib"),
    ],
)


def test_missing_directories_are_made() -> None:
    assert shown(BASE) == {
        "etc": "dir", "etc/a": b"1", "etc/b": b"2", "etc/sub": "dir", "etc/sub/deep": b"3", "hard": b"1", "lib": "-> usr/lib",
    }  # fmt: skip


def test_a_hard_link_is_the_same_inode_with_two_names() -> None:
    assert BASE.find("hard") == BASE.find("etc/a")
    assert BASE.nodes[BASE.find("hard") or 0].links == 2
    without = apply_layer(BASE, [entry("etc/.wh.a")])
    assert without.nodes[without.find("hard") or 0].links == 1


@pytest.mark.parametrize(
    ("layer", "gone", "there"),
    [
        ([entry("etc/.wh.a")], ["etc/a"], ["etc/b", "hard"]),
        ([entry(".wh.etc")], ["etc", "etc/a", "etc/sub/deep"], ["hard"]),
        ([entry("etc/.wh..wh..opq")], ["etc/a", "etc/sub"], ["etc"]),
        ([entry("etc/new"), entry("etc/.wh..wh..opq")], ["etc/a"], ["etc/new"]),
        ([entry("etc/sub/new"), entry("etc/.wh..wh..opq")], ["etc/sub/deep"], ["etc/sub/new"]),
        ([entry("etc")], ["etc/a", "etc/sub"], ["etc"]),
        ([entry("etc/a", "dir")], [], ["etc/a", "hard"]),
        ([entry("etc", "dir", mode=0o700)], [], ["etc/a", "etc/sub/deep"]),
        ([entry(".wh.nosuch"), entry("other", "hardlink", target="nosuch")], ["other"], ["etc/a"]),
        ([entry("etc/a/x")], [], ["etc/a/x", "hard"]),
    ],
)
def test_whiteouts_opaque_directories_and_replacements(
    layer: list[LayerEntry], gone: list[str], there: list[str]
) -> None:
    before = shown(BASE)
    tree = apply_layer(BASE, layer)
    assert [path for path in gone if tree.find(path)] == []
    assert [path for path in there if not tree.find(path)] == []
    assert shown(BASE) == before
    assert set(tree.nodes) == {1, *(inode for names in tree.dirs.values() for inode in names.values())}


def test_a_directory_entry_changes_attributes_only() -> None:
    tree = apply_layer(BASE, [entry("etc", "dir", mode=0o700, uid=5)])
    node = tree.nodes[tree.find("etc") or 0]
    assert (node.mode, node.uid) == (0o700, 5)


def test_layers_share_what_they_do_not_touch() -> None:
    tree = apply_layer(BASE, [entry("etc/new")])
    sub = BASE.find("etc/sub") or 0
    assert tree.dirs[sub] is BASE.dirs[sub]
    assert tree.nodes[BASE.find("etc/b") or 0] is BASE.nodes[BASE.find("etc/b") or 0]


def test_an_entry_may_not_leave_the_tree() -> None:
    with pytest.raises(ValueError, match="leaves its tree"):
        apply_layer(BASE, [entry("../x")])
