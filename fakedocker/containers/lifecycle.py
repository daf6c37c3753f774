"""The life of a container as a table: which state each request and each occurrence leads to, from which states.

The diagrams in the documentation are drawn from this table. What a request is refused with stands in `messages`.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from fakedocker.containers.model import CREATED, DEAD, EXITED, PAUSED, REMOVING, RESTARTING, RUNNING

STATES = (CREATED, RUNNING, PAUSED, RESTARTING, EXITED, DEAD, REMOVING)


class Transition(Struct, frozen=True):
    """What happens, from which state to which."""

    cause: str
    source: str
    target: str


TABLE: tuple[Transition, ...] = (
    Transition("start", CREATED, RUNNING),
    Transition("start", EXITED, RUNNING),
    Transition("start", RESTARTING, RUNNING),
    Transition("pause", RUNNING, PAUSED),
    Transition("unpause", PAUSED, RUNNING),
    Transition("exit", RUNNING, EXITED),
    Transition("exit", PAUSED, EXITED),
    Transition("exit and restart", RUNNING, RESTARTING),
    Transition("exit and restart", PAUSED, RESTARTING),
    Transition("stop", RESTARTING, EXITED),
    Transition("remove", CREATED, REMOVING),
    Transition("remove", EXITED, REMOVING),
    Transition("remove", DEAD, REMOVING),
    Transition("remove fails", REMOVING, DEAD),
)

_BY_CAUSE: dict[tuple[str, str], str] = {(row.cause, row.source): row.target for row in TABLE}


def after(cause: str, state: str) -> str:
    """The state that a cause leads to.

    Raises:
        ValueError: the table has no such transition; callers refuse such requests in docker's words before they get
            here.
    """
    target = _BY_CAUSE.get((cause, state))
    if target is None:
        raise ValueError(f"no transition {cause!r} from {state!r}")
    return target


def graph() -> Any:  # Any: networkx is read here only
    """The table as a networkx MultiDiGraph, for documentation and checks. Imports networkx."""
    import networkx

    drawing: Any = networkx.MultiDiGraph()
    drawing.add_nodes_from(STATES)
    for row in TABLE:
        drawing.add_edge(row.source, row.target, key=row.cause, cause=row.cause)
    return drawing
