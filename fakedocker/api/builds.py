"""Builds that gRPC clients have begun: what was asked, what it has told so far, and how it has ended.

A client asks for a build, for its news and for steps of it in calls of their own, in any order. That belongs to the
clients, not to the world, in which a build is a task. What has ended is remembered for a while, as news may be asked
for late.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from fakedocker.api.filesync import Budget
from fakedocker.api.frontend import Target
from fakedocker.engine.engine import Engine
from fakedocker.operations.buildkit.progress import SolveEnd
from fakedocker.wire.buildkit import SolveStatus
from fakedocker.wire.control import SolveRequest
from fakedocker.wire.grpc import Status

_REMEMBERED = 64
"""How many builds that have ended are remembered."""


class Build:
    """A build.

    Args:
        task: the number of its task, which may still be to come.
    """

    def __init__(self, request: SolveRequest, target: Target, task: int) -> None:
        self.request = request
        self.target = target
        self.task = task
        self.begun = False
        """Whether a front end has asked for something, so that there is a task."""
        self.news: list[SolveStatus] = []
        self.end: SolveEnd | None = None
        self.returned: Status | None = None
        """What the client's front end has ended with."""
        self.over = False
        """Whether its client has been told how it has ended, or has gone."""
        self._listeners: list[Callable[[], None]] = []

    @property
    def reference(self) -> str:
        """What its client calls it."""
        return self.request.reference


class Builds:
    """The builds of an engine, by the names that clients give them."""

    def __init__(self) -> None:
        self._builds: dict[str, Build] = {}
        self.budget = Budget()
        """What is held of the files that clients are sending."""

    def find(self, reference: str) -> Build | None:
        """A build that goes on or has ended lately."""
        return self._builds.get(reference)

    def add(self, build: Build) -> None:
        """A build begins."""
        ended = [name for name, known in self._builds.items() if known.over]
        for name in ended[: max(len(ended) - _REMEMBERED, 0)]:
            del self._builds[name]
        self._builds[build.reference] = build

    def forget(self) -> None:
        """Every client is gone."""
        self._builds.clear()


_OF_ENGINES: WeakKeyDictionary[Engine, Builds] = WeakKeyDictionary()


def builds_of(engine: Engine) -> Builds:
    """The builds of an engine's clients. Going back to a snapshot ends them, as it ends every client's connection."""
    found = _OF_ENGINES.get(engine)
    if found is None:
        found = _OF_ENGINES[engine] = Builds()
        engine.on_restore.append(found.forget)
    return found
