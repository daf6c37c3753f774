"""Resolving paths: symbolic links, mounts, permissions."""

from __future__ import annotations

import pytest

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Credentials, FileTree, Location, Mount, MountTable, resolve

ROOT_TREE = apply_layer(
    Tree.empty(),
    [
        LayerEntry("usr/bin/tool", "file", 0o755),
        LayerEntry("bin", "link", target="usr/bin"),
        LayerEntry("abs", "link", target="/usr/bin/tool"),
        LayerEntry("usr/up", "link", target="../data/file"),
        LayerEntry("loop", "link", target="loop2"),
        LayerEntry("loop2", "link", target="loop"),
        LayerEntry("dangling", "link", target="nosuch"),
        LayerEntry("data", "dir", 0o755),
        LayerEntry("secret", "dir", 0o700),
        LayerEntry("secret/file", "file", 0o644),
        LayerEntry("etc/hosts", "file", 0o644, content=b"own"),
    ],
)
VOLUME_TREE = apply_layer(
    Tree.empty(),
    [LayerEntry("file", "file", 0o644), LayerEntry("sub/x", "file", 0o644), LayerEntry("back", "link", target="/usr")],
)
VOLUME = Filesystem.on(VOLUME_TREE)
SYSTEMS: dict[str, FileTree] = {"root": Filesystem.on(ROOT_TREE), "volume": VOLUME}
TABLE = MountTable.of(
    [
        Mount("/", "root"),
        Mount("/data", "volume", read_only=True),
        Mount("/data/sub/deeper", "volume", root=VOLUME_TREE.find("sub") or 0),
        Mount("/etc/hosts", "volume", root=VOLUME_TREE.find("file") or 0),
    ]
)


class View:
    def tree(self, mount: Mount) -> FileTree:
        return SYSTEMS[mount.filesystem]


def walk(path: str, directory: str = "/", follow: bool = True, uid: int = 0) -> Location:
    return resolve(View(), TABLE, path, directory, follow, Credentials(uid, uid))


@pytest.mark.parametrize(
    ("path", "directory", "expected"),
    [
        ("/", "/", "/"),
        ("/usr/./bin//tool", "/", "/usr/bin/tool"),
        ("bin/tool", "/", "/usr/bin/tool"),
        ("tool", "/usr/bin", "/usr/bin/tool"),
        ("../../abs", "/usr/bin", "/usr/bin/tool"),
        ("/../..", "/", "/"),
        ("/bin/..", "/", "/usr"),
        ("/usr/up", "/", "/data/file"),
        ("/data", "/", "/data"),
        ("/data/back/bin", "/", "/usr/bin"),
        ("/data/..", "/", "/"),
        ("/data/sub/x", "/", "/data/sub/x"),
        ("/etc/hosts", "/", "/etc/hosts"),
    ],
)
def test_paths_lead_where_they_say(path: str, directory: str, expected: str) -> None:
    found = walk(path, directory)
    assert (found.path, found.inode is not None) == (expected, True)
    again = walk(found.path)
    assert (again.inode, again.mount) == (found.inode, found.mount)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "No such file"),
        ("/nosuch/x", "No such file"),
        ("/dangling/x", "No such file"),
        ("/usr/bin/tool/x", "Not a directory"),
        ("/usr/bin/tool/", "Not a directory"),
        ("/etc/hosts/x", "Not a directory"),
        ("/loop", "Too many levels"),
        ("/" + "n" * 256, "File name too long"),
        ("/n" * 2048, "File name too long"),
    ],
)
def test_paths_that_lead_nowhere(path: str, message: str) -> None:
    with pytest.raises(OSError, match=message):
        walk(path)


def test_the_last_component_need_not_exist() -> None:
    found = walk("/usr/bin/new")
    assert (found.inode, found.directory, found.name) == (None, ROOT_TREE.find("usr/bin"), "new")
    assert walk("/dangling").path == "/nosuch"


def test_a_link_is_found_itself_when_not_followed() -> None:
    assert walk("/bin", follow=False).inode == ROOT_TREE.find("bin")
    assert walk("/bin/", follow=False).inode == ROOT_TREE.find("usr/bin")


def test_mounts_are_crossed_and_cover_what_is_below() -> None:
    found = walk("/data/file")
    assert (found.mount.filesystem, found.mount.read_only, found.name) == ("volume", True, "file")
    assert walk("/etc/hosts").inode == VOLUME_TREE.find("file")
    assert walk("/data").name == ""


def test_a_user_needs_permission_to_pass_a_directory() -> None:
    with pytest.raises(PermissionError):
        walk("/secret/file", uid=1000)
    assert walk("/secret/file").inode is not None
    assert walk("/usr/bin/tool", uid=1000).inode is not None


def test_another_root_keeps_the_mounts() -> None:
    table = TABLE.with_root(Mount("/", "root", read_only=True))
    assert resolve(View(), table, "/usr").mount.read_only
    assert resolve(View(), table, "/etc/hosts").mount.target == "/etc/hosts"


def test_a_mount_added_later_covers_an_earlier_one() -> None:
    table = TABLE.adding([Mount("/data", "root")])
    assert resolve(View(), table, "/data/usr").path == "/data/usr"
    assert resolve(View(), TABLE, "/data/file").inode is not None
