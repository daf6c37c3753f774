"""Swarm's commands, held against what the real client asks and prints (tools/record_swarm_requests.py).

Both talk to the same canned answers. What differs by nature is masked: times and ages, how often a wait looks, the order of
what Go keeps in maps.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest

from helpers.cli_world import World
from helpers.paths import DATA
from helpers.swarm_answers import answer

CASES = json.loads((DATA / "swarm_requests.json").read_text())
DIRECTORY = "/tmp/swarm-requests"
_MASKS = (
    (r"(?:About |Less than )?\w+ \w+ ago", "AGO"),
    (r'time="[^"]*"', "TIME"),
    (r" +(?= |$)", " "),
)


def masked(text: str) -> list[str]:
    """The lines, what varies masked; of lines that repeat one is left."""
    lines: list[str] = []
    for line in text.splitlines():
        for pattern, replacement in _MASKS:
            line = re.sub(pattern, replacement, line, flags=re.IGNORECASE)
        if not lines or lines[-1] != line:
            lines.append(line)
    return lines


def without_nothing(value: Any) -> Any:
    """JSON without what says nothing: Go's structs and our mappings differ in what of that they send."""
    if isinstance(value, dict):
        made = {key: without_nothing(inner) for key, inner in value.items()}
        return {key: inner for key, inner in made.items() if inner not in (None, [], {}, "", 0, False)}
    if isinstance(value, list):
        return [without_nothing(inner) for inner in value]
    return value


def comparable(asked: list[Any]) -> list[Any]:
    """Requests; what is looked at several times stands there once."""
    made: list[Any] = []
    for method, path, query, body in asked:
        if "filters" in query:
            query = {**query, "filters": json.loads(query["filters"])}
        request = [method, path, query, without_nothing(body)]
        if not (method == "GET" and request in made):
            made.append(request)
    return made


class SwarmWorld(World):
    """A host whose daemon gives the canned answers."""

    def __init__(self, text: str) -> None:
        files = {f"{DIRECTORY}/{name}": content for name, content in CASES["files"].items()}
        environment = {"HOME": "/root", "PWD": DIRECTORY, **CASES["environment"]}
        super().__init__(files={DIRECTORY: None, **files}, stdin=text.encode(), environment=environment, profile="28")
        self.directory = DIRECTORY
        self.client._ask = self._answer  # type: ignore[method-assign]  # the client's own answers are by path alone

    def _answer(self, method: str, path: str, query: Any, body: Any, headers: Any) -> Any:
        path = path.removeprefix("/v1.50")
        if path == "/_ping":
            return 200, b"OK", {"Api-Version": "1.50"}
        if not isinstance(body, bytes | dict | list | None):
            body = b"".join(body)
        self.client.requests.append((f"{method} {path}", dict(query or {}), body))
        return answer(method, path, dict(query or {}))

    @property
    def sent(self) -> list[Any]:
        """All requests: method, path, parameters, body."""
        return [[*request.split(" ", 1), query, body] for request, query, body in self.client.requests]


@pytest.mark.parametrize("case", CASES["commands"], ids=[case["run"] for case in CASES["commands"]])
def test_the_client_asks_and_prints_what_the_real_one_does(case: dict[str, Any]) -> None:
    world = SwarmWorld(case.get("input", ""))
    status = world.run(*shlex.split(case["run"]))
    assert status == case["status"]
    assert masked(world.printed) == masked(case["out"])
    assert masked(world.complaints) == masked(case["err"])
    assert comparable(world.sent) == comparable(case["asked"])
