"""Containers of busybox on an engine in process: made, started, and what they print."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.archive_world import Daemon


@pytest.fixture
def daemon() -> Daemon:
    found = Daemon()
    found.pull("busybox")
    return found


def create(daemon: Daemon, *command: str, name: str = "box", **host: Any) -> tuple[int, Any]:
    body = {"Image": "busybox", "Cmd": command or ("sleep", "1000"), "HostConfig": host}
    status, answer = daemon.ask("POST", "/containers/create", {"name": name}, body)
    return status, json.loads(answer)


def start(daemon: Daemon, name: str = "box") -> tuple[int, str]:
    status, answer = daemon.ask("POST", f"/containers/{name}/start")
    return status, json.loads(answer)["message"] if answer else ""


def output(daemon: Daemon, script: str, name: str = "box", **host: Any) -> str:
    """What a container writes that runs to its end."""
    status, answer = create(daemon, "sh", "-c", script, name=name, **host)
    assert status == 201, answer
    assert start(daemon, name) == (204, "")
    daemon.good("POST", f"/containers/{name}/wait")
    logs, text = daemon.good("GET", f"/containers/{name}/logs", {"stdout": "1", "stderr": "1"}), b""
    while logs:
        size = int.from_bytes(logs[4:8], "big")
        text, logs = text + logs[8 : 8 + size], logs[8 + size :]
    daemon.good("DELETE", f"/containers/{name}", {"force": "1"})
    return text.decode()


def inspect(daemon: Daemon, identifier: str) -> Any:
    return json.loads(daemon.good("GET", f"/containers/{identifier}/json"))
