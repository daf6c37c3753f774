"""The device files: what every container finds in /dev, and which kind of open file a device number is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from fakedocker.filesystem.node import LayerEntry
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.tree import Tree, apply_layer
from fakedocker.filesystem.walk import Mount, MountTable

KIND_OF_DEVICE: dict[tuple[int, int], str] = {
    (1, 3): "null",
    (1, 5): "zero",
    (1, 7): "full",
    (1, 8): "random",
    (1, 9): "random",
    (5, 0): "tty",
    (5, 1): "console",
    (5, 2): "ptmx",
}
TERMINAL_MAJOR = 136

_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "core": "/proc/kcore",
    "ptmx": "pts/ptmx",
}
_DIRECTORIES = ("mqueue", "pts", "shm")

INITIAL_ENTRIES: tuple[LayerEntry, ...] = (
    *(LayerEntry(path, "dir", 0o755) for path in ("dev", "dev/pts", "dev/shm", "etc", "proc", "sys")),
    LayerEntry("dev/console", "file", 0o755),
    LayerEntry("etc/hostname", "file", 0o755),
    LayerEntry("etc/hosts", "file", 0o755),
    LayerEntry("etc/resolv.conf", "file", 0o755),
    LayerEntry("etc/mtab", "link", 0o777, target="/proc/mounts"),
    LayerEntry(".dockerenv", "file", 0o755),
)
"""What the daemon puts between the image and a container's own layer: mount points, and `.dockerenv`."""


def with_initial_layer(image: Tree) -> Tree:
    """An image's tree with the daemon's own layer on it; what the image has itself stays."""
    return apply_layer(image, [entry for entry in INITIAL_ENTRIES if image.find(entry.path) is None])


@lru_cache(maxsize=1)
def device_files() -> Filesystem:
    """The tmpfs at /dev, as runc makes it; containers that change nothing in it share this one."""
    return device_files_with(())


def device_files_with(more: Iterable[LayerEntry]) -> Filesystem:
    """The same with more devices in it, and their directories; what is there already stays."""
    entries = _device_entries()
    known = {entry.path for entry in entries}
    for entry in more:
        above = entry.path.split("/")[:-1]
        for path in ("/".join(above[: index + 1]) for index in range(len(above))):
            if path not in known:
                entries.append(LayerEntry(path, "dir", 0o755))
                known.add(path)
        if entry.path not in known:
            entries.append(entry)
            known.add(entry.path)
    return Filesystem.on(apply_layer(Tree.empty(), entries), limit_bytes=64 << 20)


def _device_entries() -> list[LayerEntry]:
    entries = [LayerEntry("", "dir", 0o755)]
    entries += [LayerEntry(name, "char", 0o666, rdev=rdev) for name, rdev in _DEVICES.items()]
    entries += [LayerEntry(name, "link", 0o777, target=target) for name, target in _LINKS.items()]
    entries += [LayerEntry(name, "dir", 0o1777 if name == "shm" else 0o755) for name in _DIRECTORIES]
    entries.append(LayerEntry("console", "char", 0o620, rdev=(5, 1)))
    return entries


HOST_DEVICES = "host:/dev"
HOST_SHARED_MEMORY = "host:/dev/shm"
"""The ids of the file systems at the host's /dev and /dev/shm."""


def host_device_files() -> Filesystem:
    """The host's /dev: what containers have, the disk, and what can be given to a container."""
    entries = [LayerEntry(f"loop{number}", "block", 0o660, gid=_DISK, rdev=(7, number)) for number in range(8)]
    entries += [
        LayerEntry("fuse", "char", 0o666, rdev=(10, 229)),
        LayerEntry("kmsg", "char", 0o644, rdev=(1, 11)),
        LayerEntry("loop-control", "char", 0o660, gid=_DISK, rdev=(10, 237)),
        LayerEntry("mem", "char", 0o640, gid=_MEMORY, rdev=(1, 1)),
        LayerEntry("net", "dir", 0o755),
        LayerEntry("net/tun", "char", 0o666, rdev=(10, 200)),
        LayerEntry("tty0", "char", 0o620, gid=_TERMINAL, rdev=(4, 0)),
        LayerEntry("vda", "block", 0o660, gid=_DISK, rdev=(254, 0)),
        LayerEntry("vda1", "block", 0o660, gid=_DISK, rdev=(254, 1)),
    ]
    return Filesystem.on(apply_layer(Tree.empty(), [*_device_entries(), *entries]))


_DISK, _MEMORY, _TERMINAL = 6, 15, 5  # Debian's groups

_STANDARD_MOUNTS = (
    Mount("/proc", "", "proc", "proc", root="", options="nosuid,nodev,noexec,relatime"),
    Mount("/dev", "", "tmpfs", "tmpfs", options="nosuid,size=65536k,mode=755"),
    Mount("/dev/pts", "", "devpts", "devpts", root="", options="nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666"),
    Mount("/sys", "", "sysfs", "sysfs", root="", read_only=True, options="nosuid,nodev,noexec,relatime"),
    Mount(
        "/sys/fs/cgroup",
        "",
        "cgroup2",
        "cgroup",
        root="",
        read_only=True,
        options="nosuid,nodev,noexec,relatime,nsdelegate",
    ),
    Mount("/dev/mqueue", "", "mqueue", "mqueue", options="nosuid,nodev,noexec,relatime"),
    Mount("/dev/shm", "", "tmpfs", "shm", options="nosuid,nodev,noexec,relatime,size=65536k"),
)
_STANDARD = MountTable.of((Mount("/", "", "overlay", "overlay"), *_STANDARD_MOUNTS))


def standard_mounts(root: Mount, more: tuple[Mount, ...] = ()) -> MountTable:
    """The mounts of a container on its root: proc, /dev, /sys and what is in them, then more. O(1) without more."""
    table = _STANDARD.with_root(root)
    return table.adding(more) if more else table
