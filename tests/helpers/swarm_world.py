"""An engine in a swarm, for the tests of swarms: requests as JSON, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import base64
import json
from typing import Any

from fakedocker.engine.inflight import TimeMode
from helpers.archive_world import Daemon


class Manager(Daemon):
    """An engine that has begun a swarm; `images` are there."""

    def __init__(
        self, *images: str, seed: int = 3, mode: TimeMode = TimeMode.FAST, begun: bool = True, profile: str = "28"
    ) -> None:
        super().__init__(seed, mode, profile)
        for name in images:
            self.pull(name)
        self.node = ""
        if begun:
            self.node = self.post("/swarm/init", body={"ListenAddr": "0.0.0.0:2377"})

    def get(self, path: str, **query: Any) -> Any:
        """The answer of a GET, with dicts as JSON in the query."""
        shown = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in query.items()}
        return json.loads(self.good("GET", path, shown))

    def post(self, path: str, body: Any = b"", **query: Any) -> Any:
        answer = self.good("POST", path, query, body)
        return json.loads(answer) if answer else None

    def refused(self, method: str, path: str, body: Any = b"", **query: Any) -> tuple[int, str]:
        """The status and words of a refusal, which must leave the very same world."""
        shown = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in query.items()}
        before = self.engine.world
        status, answer = self.ask(method, path, shown, body)
        assert status >= 400, answer
        assert self.engine.world.kernel.now_ns >= before.kernel.now_ns
        for field in before.__struct_fields__:
            if field != "kernel":
                assert getattr(self.engine.world, field) is getattr(before, field), field
        return status, json.loads(answer)["message"]

    def service(self, name: str, *command: str, image: str = "alpine", replicas: int | None = 1, **more: Any) -> str:
        """Make a service of containers that end within a second when asked to; gives its id."""
        identifier: str = self.post(
            "/services/create", service_spec(name, *command, image=image, replicas=replicas, **more)
        )["ID"]
        return identifier

    def update(self, name: str, change: Any = None, **query: Any) -> None:
        """Update a service to what a function makes of its specification."""
        found = self.get(f"/services/{name}")
        spec = found["Spec"]
        if change is not None:
            change(spec)
        self.post(f"/services/{name}/update", spec, version=found["Version"]["Index"], **query)

    def pass_seconds(self, seconds: float) -> None:
        self.engine.advance(self.engine.now_ns + int(seconds * 10**9))
        assert not self.engine.draft.faults, self.engine.draft.faults

    def tasks(self, name: str) -> list[Any]:
        """A service's tasks, the eldest first."""
        found = self.get("/tasks", filters={"service": [name]})
        return sorted(found, key=lambda task: self.engine.world.service_tasks[task["ID"]].number)

    def states(self, name: str) -> list[tuple[int, str, str]]:
        """Slot, state and desired state of a service's tasks, the eldest first."""
        return [(task.get("Slot", 0), task["Status"]["State"], task["DesiredState"]) for task in self.tasks(name)]

    def running(self, name: str) -> list[str]:
        """Images of a service's running tasks, by slot."""
        found = [task for task in self.tasks(name) if task["Status"]["State"] == "running"]
        return [task["Spec"]["ContainerSpec"]["Image"] for task in sorted(found, key=lambda task: task.get("Slot", 0))]

    def events(self, kind: str) -> list[tuple[str, dict[str, str]]]:
        """What has been told of a kind of thing."""
        return [
            (event.action, dict(event.attributes)) for event in self.engine.world.events.entries() if event.type == kind
        ]


def service_spec(
    name: str, *command: str, image: str = "alpine", replicas: int | None = 1, **more: Any
) -> dict[str, Any]:
    """What is wished of a service.

    Args:
        replicas: None for what the other settings say.
        more: settings of the service and its tasks by their names, all others are the container's.
    """
    container = {"Image": image, "Command": command or ("sleep", "1000"), "StopGracePeriod": 10**9}
    spec: dict[str, Any] = {"Name": name, "TaskTemplate": {"ContainerSpec": container}}
    if replicas is not None:
        spec["Mode"] = {"Replicated": {"Replicas": replicas}}
    for key, value in more.items():
        if key in ("Resources", "RestartPolicy", "Placement", "LogDriver", "ForceUpdate"):
            spec["TaskTemplate"][key] = value
        elif key in ("Mode", "UpdateConfig", "RollbackConfig", "EndpointSpec", "Labels", "Networks"):
            spec[key] = value
        else:
            container[key] = value
    return spec


def data(text: str) -> str:
    """A text as the API wants data."""
    return base64.b64encode(text.encode()).decode()
