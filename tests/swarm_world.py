"""An engine in a swarm, for the tests of swarms: requests as JSON, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import base64
import json
from typing import Any

from archive_world import Daemon

from fakedocker.exchanges import TimeMode


class Manager(Daemon):
    """An engine that has begun a swarm; `images` are there."""

    def __init__(self, *images: str, seed: int = 3, mode: TimeMode = TimeMode.FAST, begun: bool = True) -> None:
        super().__init__(seed, mode)
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

    def events(self, kind: str) -> list[tuple[str, dict[str, str]]]:
        """What has been told of a kind of thing."""
        return [
            (event.action, dict(event.attributes)) for event in self.engine.world.events.entries() if event.type == kind
        ]


def data(text: str) -> str:
    """A text as the API wants data."""
    return base64.b64encode(text.encode()).decode()
