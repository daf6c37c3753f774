"""Rules of the daemon that few meet: what attach replays, when picked ports change, which filters have no effect."""

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


def run(daemon: Daemon, *command: str, **host: Any) -> None:
    body = {"Image": "busybox", "Cmd": command, "HostConfig": host}
    daemon.good("POST", "/containers/create", {"name": "box"}, body)
    daemon.good("POST", "/containers/box/start")


def frames(data: bytes) -> list[bytes]:
    found = []
    while data:
        size = int.from_bytes(data[4:8], "big")
        found.append(data[8 : 8 + size])
        data = data[8 + size :]
    return found


def test_attach_replays_the_log_and_not_a_line_without_an_end(daemon: Daemon) -> None:
    run(daemon, "sh", "-c", "echo one; echo two; printf part; sleep 5; echo rest; printf last")
    daemon.engine.advance(daemon.engine.now_ns + 2_000_000_000)
    asked = {"logs": "1", "stdout": "1"}
    assert frames(daemon.good("POST", "/containers/box/attach", asked)) == [b"one\n", b"two\n"]
    streamed = daemon.good("POST", "/containers/box/attach", {**asked, "stream": "1"})
    assert frames(streamed) == [b"one\n", b"two\n", b"rest\n", b"last"]
    assert frames(daemon.good("POST", "/containers/box/attach", asked)) == [b"one\n", b"two\n", b"partrest\n", b"last"]


def ports(daemon: Daemon) -> list[str]:
    shown = json.loads(daemon.good("GET", "/containers/box/json"))["NetworkSettings"]["Ports"]
    return [binding["HostPort"] for binding in shown.get("80/tcp") or ()]


def test_a_picked_port_changes_when_the_gateway_moves(daemon: Daemon) -> None:
    run(daemon, "sleep", "1000", PortBindings={"80/tcp": [{}]})
    first = ports(daemon)
    for name in ("alpha", "zeta"):
        daemon.good("POST", "/networks/create", body={"Name": name})
    daemon.good("POST", "/networks/zeta/connect", body={"Container": "box"})
    assert ports(daemon) == first
    daemon.good("POST", "/networks/alpha/connect", body={"Container": "box"})
    second = ports(daemon)
    assert len(second) == 2
    assert second != first
    assert daemon.engine.draft.kernel.router.default_gateway(_id(daemon)) == ("172.18.0.1", "eth2")
    daemon.good("POST", "/networks/zeta/disconnect", body={"Container": "box"})
    assert ports(daemon) == second
    daemon.good("POST", "/networks/alpha/disconnect", body={"Container": "box"})
    assert ports(daemon) not in (first, second)
    daemon.good("POST", "/networks/bridge/disconnect", body={"Container": "box"})
    assert ports(daemon) == []


def test_the_priority_of_a_gateway(daemon: Daemon) -> None:
    run(daemon, "sleep", "1000")
    daemon.good("POST", "/networks/create", body={"Name": "zeta"})
    settings = {"Container": "box", "EndpointConfig": {"GwPriority": 1}}
    daemon.good("POST", "/networks/zeta/connect", body=settings)
    assert daemon.engine.draft.kernel.router.default_gateway(_id(daemon)) == ("172.18.0.1", "eth1")


def _id(daemon: Daemon) -> str:
    return str(json.loads(daemon.good("GET", "/containers/box/json"))["Id"])


def test_labels_do_not_matter_to_pruning_builds(daemon: Daemon) -> None:
    for filters in ({"label": ["x"]}, {"label!": ["x=y"]}):
        assert json.loads(daemon.good("POST", "/build/prune", {"filters": json.dumps(filters)}))["SpaceReclaimed"] == 0
    status, answer = daemon.ask("POST", "/build/prune", {"filters": json.dumps({"mutable": ["true"]})})
    assert (status, json.loads(answer)) == (400, {"message": "invalid filter 'mutable'"})
