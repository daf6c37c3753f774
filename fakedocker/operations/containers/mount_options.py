"""What is asked of a mount: the options of a tmpfs, and the part of a volume. Source: moby pkg/mount, internal/safepath."""

from __future__ import annotations

from fakedocker.base import messages
from fakedocker.base.numbers import is_digits
from fakedocker.containers.model import Container
from fakedocker.filesystem.node import ROOT
from fakedocker.filesystem.walk import LINKS_FOLLOWED
from fakedocker.volumes.model import MountSpec
from fakedocker.world.draft import Draft


def tmpfs_options(asked: list[str]) -> str:
    """How a tmpfs is listed: each flag once, as the kernel has it, then sizes in kilobytes and the like (moby pkg/mount
    MergeTmpfsOptions)."""
    flags = {name: "no" + name not in ("nosuid", "nodev", "noexec") for name in ("suid", "dev", "exec")}
    for option in asked:
        if option.removeprefix("no") in flags:
            flags[option.removeprefix("no")] = not option.startswith("no")
    values = [option for option in asked if "=" in option]
    values = [f"size={size_bytes(value[5:]) // 1024}k" if value.startswith("size=") else value for value in values]
    return ",".join([*(f"no{name}" for name, allowed in flags.items() if not allowed), "relatime", *values])


_TMPFS_FLAGS = frozenset(
    (
        "defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime nodiratime "
        "bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime strictatime nostrictatime"
    ).split()
)
_TMPFS_VALUES = ("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol")


def check_tmpfs(container: Container) -> None:
    """Refuse a start with options that no tmpfs has."""
    for mount in container.mounts:
        for option in mount.options.split(",") if mount.type == "tmpfs" and mount.options else ():
            name, equals, _ = option.partition("=")
            if not (name in _TMPFS_VALUES if equals else option in _TMPFS_FLAGS):
                raise messages.TMPFS_OPTION(option=option)


def check_subpaths(draft: Draft, container: Container) -> None:
    """Refuse a start where a volume has not what is to be mounted of it, or a link in it leads out of it.

    Source: moby internal/safepath.
    """
    for mount in container.mounts:
        if mount.subpath:
            subpath_inode(draft, mount)


def subpath_inode(draft: Draft, mount: MountSpec) -> int:
    """What a subpath leads to in its volume, by links that stay inside."""
    volume = draft.volumes[mount.source]
    tree = draft.kernel_draft.filesystems[volume.file_system]
    inodes, names = [ROOT], [name for name in mount.subpath.split("/") if name not in ("", ".")]
    followed = 0
    while names:
        name = names.pop(0)
        if name == "..":
            if len(inodes) == 1:
                raise messages.SUBPATH_ESCAPES(base=volume.mountpoint, path=mount.subpath)
            inodes.pop()
            continue
        inode = tree.lookup(inodes[-1], name) if tree.is_directory(inodes[-1]) else None
        if inode is None:
            raise messages.SUBPATH_MISSING(path=f"{volume.mountpoint}/{mount.subpath}")
        node = tree.node(inode)
        if node.kind != "link":
            inodes.append(inode)
            continue
        followed += 1
        if node.target.startswith("/") or followed > LINKS_FOLLOWED:
            raise messages.SUBPATH_ESCAPES(base=volume.mountpoint, path=mount.subpath)
        names[:0] = [part for part in node.target.split("/") if part not in ("", ".")]
    return inodes[-1]


def size_bytes(text: str) -> int:
    digits = text.rstrip("kKmMgG")
    if not is_digits(digits):
        return 0
    return int(digits) << {"": 0, "k": 10, "m": 20, "g": 30}[text[len(digits) :].lower()[:1]]
