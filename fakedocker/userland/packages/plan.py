"""A command as a plan: what it will say, wait for and do, in order, decided before the first step.

A plan is a tuple of plain tuples and stands in the program's state with the number of the step that is next, so a
program can be stopped between any two steps. It must not know what is planned.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State

Step: TypeAlias = tuple[Any, ...]
"""("say", text), ("warn", text), ("lack" or "note", what, why), ("wait", nanoseconds), ("charge", units of work), ("exit", status), or (ACTION,
arguments...).

What a command lacks it says, and goes on with the rest; a note is marked only."""
Plan: TypeAlias = tuple[Step, ...]
Action: TypeAlias = Callable[..., int | None]
"""Called with (system, state, *arguments). A status ends the plan. May block: it is then called again."""

DOWNLOAD_BYTES_PER_SECOND: Final = 12_000_000
UNPACK_BYTES_PER_SECOND: Final = 60_000_000
_PER_FILE_NS: Final = 20_000_000
_OUTSIDE: Final = "192.0.2.1"
"""An address that no container has (RFC 5737): whether there is a way to it says whether there is a way out."""


def follow(system: System, state: State, plan: Callable[[], Plan], actions: Mapping[str, Action]) -> int:
    """Carry out a plan, from where it was left. Blocks.

    Args:
        plan: makes the plan, when none has been made yet.
    """
    if "plan" not in state:
        state["plan"] = plan()
        state["step"] = 0
    while state["step"] < len(state["plan"]):
        status = _take(system, state, state["plan"][state["step"]], actions)
        if status is not None:
            return status
        state["step"] += 1
    return 0


def _take(system: System, state: State, step: Step, actions: Mapping[str, Action]) -> int | None:
    verb, *arguments = step
    if verb == "note":
        system.unsimulated(*arguments, quiet=True)
    elif verb == "say":
        system.put(arguments[0])
    elif verb == "warn":
        system.put(arguments[0], 2)
    elif verb == "lack":
        system.unsimulated(*arguments)
    elif verb == "charge":
        system.charge(arguments[0])
    elif verb == "exit":
        return int(arguments[0])
    elif verb == "wait":
        if "until_ns" not in state:
            state["until_ns"] = system.now_ns + arguments[0]
        system.sleep_until(state["until_ns"])
        del state["until_ns"]
    else:
        return actions[verb](system, state, *arguments)
    return None


def download_ns(size_bytes: int) -> int:
    """How long a download takes."""
    return _PER_FILE_NS + size_bytes * 1_000_000_000 // DOWNLOAD_BYTES_PER_SECOND


def unpack_ns(size_bytes: int) -> int:
    """How long it takes to write a package's files."""
    return _PER_FILE_NS + size_bytes * 1_000_000_000 // UNPACK_BYTES_PER_SECOND


def is_online(system: System) -> bool:
    """Whether there is a way out of the container's networks.

    Simulated networks lead to nobody: who has a default route gets no answer, others have no way to go. Blocks.
    """
    try:
        system.close(system.connect(_OUTSIDE, 443))
    except OSError as problem:
        return problem.errno == errno.ETIMEDOUT
    return True
