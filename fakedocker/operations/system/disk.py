"""The room on the daemon's disk: as much as anybody writes, unless a fault leaves little of it.

What containers and the host write is counted by the kernel; here is what the daemon itself writes.
"""

from __future__ import annotations

from fakedocker.base import messages
from fakedocker.kernel import disks
from fakedocker.world.draft import Draft

BLOCK_BYTES = 4096


def demand(draft: Draft, size_bytes: int, action: str) -> None:
    """Refuse what the disk has no room for.

    Args:
        action: what the daemon cannot do then, in its words: "mkdir /var/lib/docker/overlay2/...".

    Raises:
        Refusal: no space left on device, or an input/output error.
    """
    disk = draft.kernel_draft.disks.get(disks.ALL)
    if disk is not None and disk.fails_writes:
        raise messages.DISK_FAILED(action=action)
    if 0 <= draft.kernel_draft.room_bytes < size_bytes:
        raise messages.DISK_FULL(action=action)


def take(draft: Draft, size_bytes: int) -> None:
    """Let the daemon have written so much."""
    room_bytes = draft.kernel_draft.room_bytes
    if room_bytes > 0:
        draft.kernel_draft.room_bytes = max(room_bytes - size_bytes, 0)


def give_back(draft: Draft, size_bytes: int) -> None:
    """Let so much of what the daemon has written be gone."""
    if draft.kernel_draft.room_bytes >= 0:
        draft.kernel_draft.room_bytes += size_bytes
