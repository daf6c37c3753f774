"""How much the disk, or one file system, still takes."""

from __future__ import annotations

import errno

from fakedocker.filesystem.errors import failure

FAILING = -1
"""In place of how much a file system still takes: no write gets through to it."""


def left(room_bytes: int, growth_bytes: int) -> int:
    """What is left after something has grown, or is as before. ENOSPC, EIO."""
    if room_bytes == FAILING:
        raise failure(errno.EIO)
    if growth_bytes > room_bytes:
        raise failure(errno.ENOSPC)
    return room_bytes - growth_bytes


def is_on_disk(filesystem: str) -> bool:
    """Whether a file system takes room on the disk: not those in memory, nor the daemon's few small files for a container."""
    return not filesystem.startswith(("tmpfs:", "etc:"))
