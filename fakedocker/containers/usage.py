"""What a container is said to use, in place of what its processes are seen to use."""

from __future__ import annotations

from msgspec import Struct

MILLION = 1_000_000
SECOND_NS = 1_000_000_000


class Usage(Struct, frozen=True, kw_only=True):
    """What is said of one container; None for what is measured.

    Args:
        cpu_millionths: of one CPU, all the time since `since_ns`.
        memory_bytes: in use.
        received_bytes, sent_bytes: by its first interface.
        read_bytes, written_bytes: of block devices.
        size_bytes: of its files above the image. Holds for longer than its run.
        run_ns: when the run began that the others are about; they end with it.
        since_ns, cpu_ns: from when the CPU is so busy, and what had been used then.
    """

    cpu_millionths: int | None = None
    memory_bytes: int | None = None
    received_bytes: int | None = None
    sent_bytes: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    size_bytes: int | None = None
    run_ns: int = 0
    since_ns: int = 0
    cpu_ns: int = 0

    def cpu_used_ns(self, now_ns: int) -> int | None:
        """How much CPU time has been used in all."""
        if self.cpu_millionths is None:
            return None
        return self.cpu_ns + (now_ns - self.since_ns) * self.cpu_millionths // MILLION


class SetUsage(Struct, frozen=True, kw_only=True):
    """An input: what is said of a container. None leaves what was said before.

    Args:
        container: its name or id.
    """

    container: str
    usage: Usage
