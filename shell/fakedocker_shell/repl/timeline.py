"""Going back: the states before each command that changed something, and those that were given a name.

A world is a value and a snapshot a reference to it, so a thousand of them cost what differs between them. This module
must not know engines: it keeps states, and who asks puts them in place.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from fakedocker.world.world import World
from fakedocker_shell.repl.history import Moment

STEPS = 1000


_TABLES = ("images", "tags", "registries", "containers", "execs", "networks", "endpoints", "volumes", "tasks", "swarm",
    "services", "service_tasks", "secrets", "configs")  # fmt: skip


def differs(before: World, after: World) -> bool:
    """Whether there is something to undo between two worlds: what the daemon knows, files, processes. Constant time.

    A command that has only looked (docker ps, ls) changes none of these tables; time and its own process do not count.
    """
    if any(getattr(before, name) is not getattr(after, name) for name in _TABLES):
        return True
    kernels = before.kernel, after.kernel
    return kernels[0].filesystems is not kernels[1].filesystems or len(kernels[0].processes) != len(
        kernels[1].processes
    )


class Step(NamedTuple):
    """A state, and the command that was run in it."""

    command: str
    moment: Moment


class Timeline:
    """What a session can go back to.

    Args:
        first: the state it began with.
    """

    def __init__(self, first: Moment) -> None:
        self.first = first
        self._steps: deque[Step] = deque(maxlen=STEPS)
        self._undone: list[Step] = []
        self._named: dict[str, Moment] = {}
        self._marks: deque[Moment] = deque([first], maxlen=STEPS)

    def __len__(self) -> int:
        return len(self._steps)

    def push(self, command: str, moment: Moment) -> None:
        """Remember the state in which a command is about to run. What was undone cannot be done again from then on."""
        self._undone.clear()
        self._steps.append(Step(command, moment))
        self.mark(moment)

    def commands(self) -> list[str]:
        """What has changed something, oldest first, without what was undone."""
        return [step.command for step in self._steps]

    def before(self, count: int) -> Moment | None:
        """The state before the last `count` commands, or the oldest kept; None where there is none."""
        return self._steps[-min(count, len(self._steps))].moment if self._steps else None

    def mark(self, moment: Moment) -> None:
        """Remember a state by its time, for `at`."""
        self._marks.append(moment)

    def at(self, instant_ns: int) -> Moment | None:
        """The newest state that led to the present one and is no newer than an instant; None where there is none."""
        return next((moment for moment in reversed(self._marks) if moment.world.now_ns <= instant_ns), None)

    def go_on_from(self, moment: Moment) -> None:
        """From now on this is the present: what came after it in time leads to it no more."""
        while self._marks and self._marks[-1].world.now_ns > moment.world.now_ns:
            self._marks.pop()
        self._marks.append(moment)

    def back(self, count: int, present: Moment) -> list[Step]:
        """Take the newest steps off, newest first; fewer when there are not so many.

        Args:
            present: the state to which `forward` leads back.
        """
        taken = []
        for _ in range(min(count, len(self._steps))):
            step = self._steps.pop()
            taken.append(step)
            self._undone.append(Step(step.command, present))
            present = step.moment
        return taken

    def forward(self, present: Moment) -> Step | None:
        """The step that was undone last, with the state it had led to; None where nothing is to be done again."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._steps.append(Step(step.command, present))
        return step

    def save(self, name: str, moment: Moment) -> None:
        """Give a state a name; a second one of that name replaces it."""
        self._named[name] = moment

    def saved(self, name: str) -> Moment | None:
        return self._named.get(name)

    def names(self) -> list[tuple[str, Moment]]:
        """The named states, in the order in which they were made."""
        return list(self._named.items())

    def free_name(self) -> str:
        """s1, s2 ...: the first that is not taken."""
        number = 1
        while f"s{number}" in self._named:
            number += 1
        return f"s{number}"
