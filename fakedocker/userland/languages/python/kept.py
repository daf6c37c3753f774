"""The variables of functions that exceptions keep: of those that they have come through, and of those that have caught them.

A traceback holds the frames of its entries, and each of these the frames below it (`f_back`), so an exception that outlives
the function that has caught it keeps what the variables of that had last, and those of all its callers.
"""

from __future__ import annotations

import sys
from collections import deque

from fakedocker.userland.languages.machine.code import Frame
from fakedocker.userland.languages.python.values import ExceptionValue, PyFrame

_OWN_REFERENCES = 2
"""How often the host counts what a frame alone keeps: its slot, and the argument of the function that counts."""


def carry(frame: PyFrame, value: ExceptionValue) -> None:
    """An exception comes through a frame, or is caught there."""
    if value.carried is None:
        value.carried = deque()
    carried = value.carried
    if frame.handlers:
        if frame.function is None:
            return  # the names of a module or class outlive it
        if frame.kept is None:
            frame.kept = deque()
    elif frame.kept is None:
        carried.append((frame.slots[::-1], frame.boxes))
        return
    else:
        frame.kept.append((frame.slots[::-1], frame.boxes))
    if not carried or carried[-1] is not frame.kept:
        carried.append(frame.kept)


def keep(frame: PyFrame, caller: Frame | None) -> bool:
    """A frame that has caught something is left: leave its variables to what still holds it; False if nothing does."""
    if frame.kept is None or sys.getrefcount(frame.kept) <= _OWN_REFERENCES:
        return False
    frame.kept.append((frame.slots[::-1], frame.boxes))
    if frame.after is None and isinstance(caller, PyFrame) and caller.function is not None:
        if caller.kept is None:
            caller.kept = deque()
        frame.kept.append(caller.kept)
    return True
