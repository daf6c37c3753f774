"""IPv6 in networks: which addresses are given out, where they are seen, and what leads to them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from archive_world import Daemon


@pytest.fixture
def daemon() -> Daemon:
    found = Daemon()
    for image in ("alpine", "busybox"):
        found.pull(image)
    found.good("POST", "/networks/create", {}, NETWORK)
    return found


NETWORK = {
    "Name": "six",
    "EnableIPv6": True,
    "IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}, {"Subnet": "fd00:1::/64"}]},
}


def run(daemon: Daemon, name: str, *command: str, **endpoint: Any) -> str:
    body = {
        "Image": "alpine",
        "Cmd": command,
        "HostConfig": {"NetworkMode": "six"},
        "NetworkingConfig": {"EndpointsConfig": {"six": endpoint}},
    }
    status, answer = daemon.ask("POST", "/containers/create", {"name": name}, body)
    assert status == 201, answer
    daemon.good("POST", f"/containers/{name}/start")
    if command[0] == "sleep":
        return ""
    daemon.good("POST", f"/containers/{name}/wait")
    data, text = daemon.good("GET", f"/containers/{name}/logs", {"stdout": "1", "stderr": "1"}), b""
    while data:
        size = int.from_bytes(data[4:8], "big")
        text, data = text + data[8 : 8 + size], data[8 + size :]
    daemon.good("DELETE", f"/containers/{name}")
    return text.decode()


def test_the_first_container_has_the_address_after_the_gateway(daemon: Daemon) -> None:
    run(daemon, "one", "sleep", "1000")
    run(daemon, "two", "sleep", "1000")
    told = json.loads(daemon.good("GET", "/networks/six"))["Containers"].values()
    assert sorted(entry["IPv6Address"] for entry in told) == ["fd00:1::2/64", "fd00:1::3/64"]


def test_addresses_are_on_the_interface_and_names_lead_to_them(daemon: Daemon) -> None:
    run(daemon, "one", "sleep", "1000")
    shown = run(daemon, "two", "sh", "-c", "ip addr show eth0; ip -6 addr; cat /proc/net/if_inet6; cat /etc/hosts")
    assert "    inet6 fd00:1::3/64 scope global flags 02 \n" in shown
    assert "    inet6 fe80::" in shown
    assert "fd000001000000000000000000000003 02 40 00 82     eth0\n" in shown
    assert "fd00:1::3\t" in shown
    assert "PING one (fd00:1::2)" in run(daemon, "two", "ping", "-6", "-c", "1", "one")
    assert "1 packets received" in run(daemon, "two", "ping", "-6", "-c", "1", "one")
    assert "1 packets received" in run(daemon, "two", "ping", "-c", "1", "fd00:1::1")
    assert "PING one (10.9.0.2)" in run(daemon, "two", "ping", "-c", "1", "one")
    assert "fd00:1::2" in run(daemon, "two", "nslookup", "one")


@pytest.mark.parametrize("address", ["foobar", "0.0.0.0", "::", ""])
def test_link_local_addresses_are_looked_at(daemon: Daemon, address: str) -> None:
    body = {
        "Image": "alpine",
        "HostConfig": {"NetworkMode": "six"},
        "NetworkingConfig": {"EndpointsConfig": {"six": {"IPAMConfig": {"LinkLocalIPs": [address]}}}},
    }
    status, answer = daemon.ask("POST", "/containers/create", {}, body)
    assert status == 400
    assert f"invalid link-local IP address: {address}" in json.loads(answer)["message"]


def test_nothing_leads_out_of_an_internal_network(daemon: Daemon) -> None:
    daemon.good("POST", "/networks/create", {}, {"Name": "inside", "Internal": True})
    body = {"Image": "alpine", "Cmd": ["ping", "-c", "1", "8.8.8.8"], "HostConfig": {"NetworkMode": "inside"}}
    daemon.good("POST", "/containers/create", {"name": "box"}, body)
    daemon.good("POST", "/containers/box/start")
    daemon.good("POST", "/containers/box/wait")
    assert b"Network unreachable" in daemon.good("GET", "/containers/box/logs", {"stdout": "1", "stderr": "1"})


def test_an_address_that_is_not_link_local_is_refused_when_the_container_starts() -> None:
    daemon = Daemon()
    daemon.good("POST", "/images/create", {"fromImage": "busybox", "tag": "latest"})
    daemon.good("POST", "/networks/create", {}, {"Name": "net"})
    for name, address in (("wrong", "10.9.9.9"), ("right", "169.254.8.8")):
        endpoints = {"net": {"IPAMConfig": {"LinkLocalIPs": [address]}}}
        body = {
            "Image": "busybox",
            "Cmd": ["true"],
            "HostConfig": {"NetworkMode": "net"},
            "NetworkingConfig": {"EndpointsConfig": endpoints},
        }
        daemon.good("POST", "/containers/create", {"name": name}, body)
    status, answer = daemon.ask("POST", "/containers/wrong/start")
    assert (status, json.loads(answer)["message"]) == (
        400,
        "failed to set up container networking: invalid link local IP address: 10.9.9.9",
    )
    daemon.good("POST", "/containers/right/start")
