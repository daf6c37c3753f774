"""Containers that were made with NetworkDisabled: a network namespace of their own, and nothing in it but the loopback interface."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.archive_world import Daemon
from helpers.container_world import inspect


@pytest.fixture
def daemon() -> Daemon:
    found = Daemon()
    found.pull("busybox")
    found.good("POST", "/networks/create", {}, {"Name": "net"})
    return found


def run(daemon: Daemon, name: str, *command: str, **body: Any) -> dict[str, Any]:
    status, answer = daemon.ask(
        "POST", "/containers/create", {"name": name}, {"Image": "busybox", "Cmd": command, **body}
    )
    assert status == 201, answer
    daemon.good("POST", f"/containers/{name}/start")
    return dict(inspect(daemon, name))


@pytest.mark.parametrize(
    "host",
    [{"PublishAllPorts": True}, {"NetworkMode": "net"}, {"NetworkMode": "host"}, {"NetworkMode": "container:other"}],
)
def test_whatever_the_mode_there_is_only_the_loopback_interface(daemon: Daemon, host: dict[str, Any]) -> None:
    run(daemon, "other", "sleep", "1000")
    shown = "ls /sys/class/net; wc -c /etc/hosts /etc/resolv.conf | tail -n 1; nslookup other 127.0.0.11 > /dev/null 2>&1 || echo none"
    ports = {} if "NetworkMode" in host else {"ExposedPorts": {"80/tcp": {}}}
    found = run(daemon, "one", "sh", "-c", f"{shown}; sleep 1000", NetworkDisabled=True, HostConfig=host, **ports)
    assert found["Config"]["NetworkDisabled"] is True
    settings = found["NetworkSettings"]
    assert (settings["Networks"], settings["Ports"], settings["SandboxID"], settings["SandboxKey"]) == ({}, {}, "", "")
    assert (found["HostsPath"], found["HostnamePath"], found["ResolvConfPath"]) == ("", "", "")
    daemon.engine.advance(daemon.engine.now_ns + 60 * 10**9)
    assert daemon.logs("one").split() == ["lo", "0", "total", "none"]


def test_it_is_not_refused_for_networks_that_it_does_not_join(daemon: Daemon) -> None:
    assert run(daemon, "gone", "true", NetworkDisabled=True, HostConfig={"NetworkMode": "container:nobody"})
    assert run(daemon, "usual", "sleep", "1000", NetworkDisabled=False)["NetworkSettings"]["Networks"]["bridge"][
        "IPAddress"
    ]


def test_a_network_can_be_put_into_its_settings_and_leads_nowhere(daemon: Daemon) -> None:
    found = run(daemon, "one", "sleep", "1000", NetworkDisabled=True)
    for _ in range(2):
        status, answer = daemon.ask("POST", "/networks/net/connect", {}, {"Container": "one"})
        assert (status, json.loads(answer)["message"]) == (
            404,
            f"network sandbox for container {found['Id']} not found",
        )
        assert list(inspect(daemon, "one")["NetworkSettings"]["Networks"]) == ["net"]
    status, answer = daemon.ask("POST", "/networks/net/disconnect", {}, {"Container": "one"})
    assert (status, json.loads(answer)["message"]) == (403, f"container {found['Id']} is not connected to network net")
    daemon.good("POST", "/containers/one/restart", {"t": "0"})
    [settings] = inspect(daemon, "one")["NetworkSettings"]["Networks"].values()
    assert settings["IPAddress"] == settings["EndpointID"] == ""
    daemon.good("POST", "/containers/one/kill")
    daemon.good("POST", "/networks/net/disconnect", {}, {"Container": "one"})
    assert inspect(daemon, "one")["NetworkSettings"]["Networks"] == {}
