"""One inode, and the entry of a layer that describes one. No directory contents, no paths of its own."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from fakedocker.filesystem.content import Content

Kind: TypeAlias = Literal["file", "dir", "link", "fifo", "char", "block", "socket"]

ROOT = 1
"""The inode of every file system's root directory."""
DIRECTORY_BYTES = 4096
"""The size that stat tells of a directory, as ext4 does."""


OUTSIDE_LISTENS = (0, 1)


class Node(Struct, frozen=True, gc=False):
    """What an inode is.

    `links` counts names; a directory's is computed when somebody asks (see `Filesystem.links`). `content` is a file's,
    `target` a symbolic link's, `rdev` (major, minor) a device's; a socket's is `OUTSIDE_LISTENS` where no process
    listens at it, but the daemon.
    """

    kind: Kind
    mode: int
    uid: int = 0
    gid: int = 0
    mtime_ns: int = 0
    links: int = 1
    content: Content = b""
    target: str = ""
    rdev: tuple[int, int] = (0, 0)

    @property
    def size_bytes(self) -> int:
        if self.kind == "file":
            return len(self.content)
        return DIRECTORY_BYTES if self.kind == "dir" else len(self.target.encode("utf-8", "surrogateescape"))


class LayerEntry(Struct, frozen=True, gc=False):
    """One member of a layer's archive.

    `path` is relative, with no leading or trailing slash; a base name of `.wh.NAME` deletes NAME from the layers below
    and `.wh..wh..opq` hides all that its directory has there (OCI image layer specification). kind is a node's, or
    "hardlink" with `target` the path of the other name within the layer's tree.
    """

    path: str
    kind: Kind | Literal["hardlink"]
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime_ns: int = 0
    content: Content = b""
    target: str = ""
    rdev: tuple[int, int] = (0, 0)


WHITEOUT_PREFIX = ".wh."
OPAQUE_MARKER = ".wh..wh..opq"
