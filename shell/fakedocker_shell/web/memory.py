"""How much memory each learner takes: by how much the process has grown while the learner's commands worked.

All worlds are in one process, and share what they have in common; what one alone has made of it cannot be counted cheaply. The
process grows only while somebody works, so its growth is whoever's turn it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable

_PAGES = "/proc/self/statm"


class TooMuchMemory(Exception):
    """A learner's world has become too large."""


def resident() -> Callable[[], int]:
    """A function that gives how large the process is, in bytes; always 0 where the system does not say."""
    if not os.path.exists(_PAGES):
        return lambda: 0
    descriptor = os.open(_PAGES, os.O_RDONLY)
    page_bytes = os.sysconf("SC_PAGE_SIZE")
    return lambda: int(os.pread(descriptor, 100, 0).split()[1]) * page_bytes


class Meter:
    """What one learner takes.

    Args:
        most_bytes: what it may take; 0 for any amount.
        measure: how large the process is.
    """

    def __init__(self, most_bytes: int, measure: Callable[[], int]) -> None:
        self._most_bytes, self._measure = most_bytes, measure
        self._before: int | None = None
        self.taken_bytes = 0

    def began(self) -> None:
        """The learner's turn begins. Raises TooMuchMemory."""
        if 0 < self._most_bytes < self.taken_bytes:
            raise TooMuchMemory
        self._before = self._measure()

    def ended(self) -> None:
        """The learner's turn ends, or has ended already."""
        if self._before is not None:
            self.taken_bytes = max(self.taken_bytes + self._measure() - self._before, 0)
            self._before = None
