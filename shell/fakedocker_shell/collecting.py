"""When the collector of cycles looks through a process that serves, so that no client waits for it.

What a world is made of lasts, and is in no cycle: it is freed when nothing refers to it. A look through all of it takes as long as
the world is large, so what has outlived a look or two is set aside. Cycles that come to an end there would stay: once much more has
been set aside than when all was looked through last, it all is again.
"""

from __future__ import annotations

import gc

NEW_BETWEEN_LOOKS = (2_000, 2, 1)
"""How many objects are made between two looks through the new ones, and how often those are done before older ones are looked
through too: one look takes a few milliseconds."""
LOOKS_BETWEEN_COUNTS = 100
"""Counting what is set aside takes a tenth as long as looking through it."""
MARGIN = 1_000_000
"""So many objects may be set aside on top of twice as many as there were."""


def begin() -> None:
    """Collect like that from now on, for as long as the process runs."""
    gc.freeze()
    gc.set_threshold(*NEW_BETWEEN_LOOKS)
    gc.callbacks.append(_SettingAside().collected)


class _SettingAside:
    """What the collector calls when it has looked."""

    def __init__(self) -> None:
        self._set_aside = gc.get_freeze_count()
        self._looks = 0

    def collected(self, phase: str, info: dict[str, int]) -> None:
        if phase != "stop" or info["generation"] != 2:
            return
        self._looks += 1
        gc.freeze()
        if self._looks % LOOKS_BETWEEN_COUNTS == 0:
            count = gc.get_freeze_count()
            if count > 2 * self._set_aside + MARGIN:
                gc.unfreeze()  # the next look is through all
                self._set_aside = count
