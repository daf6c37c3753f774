"""Who reacts to what has happened: tables from the kind of it to the functions that follow, in their order.

A row names its function, which is read when it is first needed, and says in which worlds it is asked at all: start-up
time matters. A feature that brings timers, processes or something that waits for others adds rows here and changes no
other reaction.

A reaction that fails is an error of ours: nobody's request is there to be told of it, and time has passed already. It is
reported as a program's is, what it had done stays, and everything else goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

from fakedocker.faults import model as faults
from fakedocker.swarm.services import START_ALARM, TASK_ALARM, UPDATE_ALARM
from fakedocker.world import builds, solves, tasks
from fakedocker.world.draft import Draft


class Reaction:
    """A function of `operations` that follows from something.

    Args:
        name: MODULE:FUNCTION below fakedocker.operations. It takes the draft and what its table says.
        when: whether it can concern a world; it is not even read otherwise.
    """

    __slots__ = ("_function", "name", "when")

    def __init__(self, name: str, when: Callable[[Draft], object] | None = None) -> None:
        self.name = name
        self.when = when
        self._function: Callable[..., object] | None = None

    def function(self) -> Callable[..., object]:
        """What it names, read now if it has not been."""
        if self._function is None:
            module, _, function = self.name.partition(":")
            self._function = getattr(import_module(f"fakedocker.operations.{module}"), function)
        return self._function


Reactions = tuple[Reaction, ...]


def tell(reactions: Reactions, draft: Draft, *happened: object) -> None:
    """Let all of them react."""
    for reaction in reactions:
        _react(reaction, draft, *happened)


def offer(reactions: Reactions, draft: Draft, *happened: object) -> bool:
    """Let the first one react that says it is its business. Whether it was anybody's."""
    return any(_react(reaction, draft, *happened) for reaction in reactions)


def _react(reaction: Reaction, draft: Draft, *happened: object) -> bool:
    """Let one react where it can concern the world; what it says, False where it failed."""
    try:
        return (reaction.when is None or bool(reaction.when(draft))) and bool(reaction.function()(draft, *happened))
    except Exception:
        import traceback  # seldom needed, and start-up time matters

        draft.faults.append(traceback.format_exc())
        return False


def _has_services(draft: Draft) -> object:
    return draft.service_tasks.size


def _has_tasks(draft: Draft) -> object:
    return draft.tasks.size


def _is_building(draft: Draft) -> bool:
    """Whether the classic builder builds something."""
    return bool(draft.tasks.size) and any(isinstance(task, builds.BuildTask) for task in draft.tasks.values())


def _is_solving(draft: Draft) -> bool:
    """Whether BuildKit builds something."""
    return bool(draft.tasks.size) and any(isinstance(task, solves.SolveTask) for task in draft.tasks.values())


OUTPUT: Final[Reactions] = (
    Reaction("swarm.controller:output", _has_services),
    Reaction("classic_builder.progress:output", _is_building),
)
"""Something was written that is kept: stream, descriptor, bytes."""

STRAY_OUTPUT: Final[Reactions] = (
    Reaction("buildkit.solver:output", _is_solving),
    Reaction("classic_builder.progress:fetched_more", _is_building),
    Reaction("images.fetching:more", _has_tasks),
    Reaction("containers.health:probe_output"),
)
"""Something was written to a stream that only its listener knows: stream, descriptor, bytes. Gives whether it was that
listener's."""

GOES_ON: Final[dict[str, Reactions]] = {
    "container": (Reaction("containers.stand_ins:take_over", lambda draft: draft.assume),),
}
"""Asked before those of `EXITED`, with the same: whether another process goes on in its place, so that nothing has ended."""

EXITED: Final[dict[str, Reactions]] = {
    "container": (
        Reaction("containers.exits:container_exited"),
        Reaction("system.fault_rules:container_ended", lambda draft: draft.fault_rules),
        Reaction("swarm.controller:container_ended", _has_services),
        Reaction("classic_builder.progress:container_ended", _is_building),
    ),
    "exec": (Reaction("containers.execs:exec_exited"),),
    "health": (
        Reaction("containers.health:probe_exited"),
        Reaction("swarm.controller:probe_exited", _has_services),
    ),
    "solve": (
        Reaction("buildkit.solver:process_ended", _is_solving),
        Reaction("classic_builder.progress:fetched", _is_building),
    ),
    tasks.FETCHING: (Reaction("images.fetching:fetched"),),
}
"""By the kind of a process, as `Draft.processes` has it: the name that it has there, and the kernel's `Exited`."""

ALARMS: Final[dict[str, Reactions]] = {
    "stop": (Reaction("containers.stop:grace_over"),),
    "restart": (Reaction("containers.exits:restart_due"),),
    "health": (
        Reaction("containers.health:due"),
        Reaction("swarm.controller:on_health", _has_services),
    ),
    "health-timeout": (
        Reaction("containers.health:timed_out"),
        Reaction("swarm.controller:on_health", _has_services),
    ),
    "remove": (Reaction("containers.remove:removal_due"),),
    faults.ALARM: (Reaction("system.fault_rules:due"),),
    tasks.TRANSFER_ALARM: (Reaction("registry.transfers:due"),),
    builds.ALARM: (Reaction("classic_builder.progress:due"),),
    solves.ALARM: (Reaction("buildkit.solver:due"),),
    UPDATE_ALARM: (Reaction("swarm.controller:update_due"),),
    TASK_ALARM: (Reaction("swarm.controller:step_due"),),
    START_ALARM: (Reaction("swarm.controller:start_due"),),
}
"""By the kind of a timer, the first part of its key: the rest of the key. What is in no row is a notice for its listener."""

DOWNLOADED: Final[Reactions] = (
    Reaction("images.fetching:downloaded"),
    Reaction("buildkit.solver:downloaded", _is_solving),
    Reaction("classic_builder.progress:downloaded", _is_building),
)
"""Something was fetched outside of the simulation: the sandbox that waits for it, and what has come."""

TRANSFERS: Final[Reactions] = (
    Reaction("classic_builder.progress:pull_told", _is_building),
    Reaction("swarm.controller:transfers_told", _has_services),
)
"""Transfers of images have told something: their notices."""
