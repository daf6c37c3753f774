"""For tests: an engine with its clients in one object, fixtures for pytest, and whatever a test says, moves or asks.

Everything here is imported when it is first used: pytest reads this package at every start.
"""

from __future__ import annotations

TYPE_CHECKING = False
"""As typing's, which takes longer to import than all that is here."""

if TYPE_CHECKING:
    from typing import Any

    from fakedocker.engine.inflight import TimeMode
    from fakedocker.faults.model import FaultError, Rule
    from fakedocker.recordings.file import RecordingProblem
    from fakedocker.testing.assertions import Call
    from fakedocker.testing.declaring import NotAnImage
    from fakedocker.testing.docker_py import docker_client
    from fakedocker.testing.fake import FakeDocker, docker
    from fakedocker.testing.guarding import DockerReached, guard
    from fakedocker.testing.patching import patch
    from fakedocker.testing.processes import Process, Stopped
    from fakedocker.testing.state_names import State
    from fakedocker.testing.states import StateUnreachable
    from fakedocker.world.world import World

__all__ = [
    "Call",
    "DockerReached",
    "FakeDocker",
    "FaultError",
    "NotAnImage",
    "Process",
    "RecordingProblem",
    "Rule",
    "State",
    "StateUnreachable",
    "Stopped",
    "TimeMode",
    "World",
    "docker",
    "docker_client",
    "guard",
    "patch",
]

_HOMES = {
    "Call": "fakedocker.testing.assertions",
    "NotAnImage": "fakedocker.testing.declaring",
    "Process": "fakedocker.testing.processes",
    "State": "fakedocker.testing.state_names",
    "StateUnreachable": "fakedocker.testing.states",
    "Stopped": "fakedocker.testing.processes",
    "DockerReached": "fakedocker.testing.guarding",
    "FakeDocker": "fakedocker.testing.fake",
    "FaultError": "fakedocker.faults.model",
    "RecordingProblem": "fakedocker.recordings.file",
    "Rule": "fakedocker.faults.model",
    "TimeMode": "fakedocker.engine.inflight",
    "World": "fakedocker.world.world",
    "docker": "fakedocker.testing.fake",
    "docker_client": "fakedocker.testing.docker_py",
    "guard": "fakedocker.testing.guarding",
    "patch": "fakedocker.testing.patching",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
