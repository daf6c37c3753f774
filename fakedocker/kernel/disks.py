"""What is wrong with the disks below file systems: how much they still take, what fails, and how long a call takes.

A disk that is slow is so for every call that reads or writes a file's content or changes a directory, as below a file system that is mounted
with `sync`: no write waits in memory, and nothing that was read stays there. What the kernel itself starts is in memory already.
"""

from __future__ import annotations

import errno

from msgspec import Struct

from fakedocker.base.persistent import Table
from fakedocker.filesystem.errors import failure

ALL = ""
"""In place of a file system's id: the disk that all are on but those in memory."""


class Disk(Struct, frozen=True, gc=False):
    """What is wrong below one file system. Without an argument, nothing."""

    room_bytes: int = -1
    """How much it still takes, -1 for as much as anybody writes."""
    fails_reads: bool = False
    fails_writes: bool = False
    latency_ns: int = 0


SOUND = Disk()
Disks = Table[str, Disk]
"""By the id of the file system."""


def left(room_bytes: int, growth_bytes: int) -> int:
    """What is left after something has grown, or is as before; -1 stays. ENOSPC."""
    if room_bytes < 0:
        return room_bytes
    if growth_bytes > room_bytes:
        raise failure(errno.ENOSPC)
    return room_bytes - growth_bytes


def write(disks: Disks, filesystem: str, growth_bytes: int) -> int:
    """Let a file system be changed, which has grown by so much. Gives how long that takes, in ns. ENOSPC, EIO."""
    latency_ns = 0
    below = [key for key in (filesystem, ALL) if key in disks and (key or is_on_disk(filesystem))]
    if any(disks[key].fails_writes for key in below):
        raise failure(errno.EIO)
    for key in below:
        disk = disks[key]
        latency_ns += disk.latency_ns
        if disk.room_bytes >= 0:
            disks[key] = Disk(left(disk.room_bytes, growth_bytes), disk.fails_reads, False, disk.latency_ns)
    return latency_ns


def read(disks: Disks, filesystem: str) -> int:
    """Let a file's content be read. Gives how long that takes, in ns. EIO."""
    below = [disks[key] for key in (filesystem, ALL) if key in disks and (key or is_on_disk(filesystem))]
    if any(disk.fails_reads for disk in below):
        raise failure(errno.EIO)
    return sum(disk.latency_ns for disk in below)


def is_on_disk(filesystem: str) -> bool:
    """Whether a file system takes room on the disk: not those in memory, nor the daemon's few small files for a container."""
    return not filesystem.startswith(("tmpfs:", "etc:"))
