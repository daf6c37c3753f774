"""What the daemon refuses of a new network, and of some settings of a new container."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakedocker.network.hardware_addresses import canonical, is_hardware_address
from helpers.build_world import Builds


def create(**body: Any) -> tuple[int, str]:
    builds = Builds("28")  # as 29 refuses what is no address before it looks at networks: test_api_versions_29
    before = builds.engine.world
    status, answer = builds.call("POST", "/networks/create", json.dumps({"Name": "net", **body}).encode())
    assert status == 201 or dict(builds.engine.world.networks) == dict(before.networks)
    return status, json.loads(answer).get("message", "").removeprefix("invalid network config:\n")


def subnet(**pool: Any) -> dict[str, Any]:
    return {"IPAM": {"Config": [pool]}}


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (subnet(Subnet="10.0.0.1/24"), 400, "invalid subnet 10.0.0.1/24: it should be 10.0.0.0/24"),
        (subnet(Subnet="10.0.0.0/255.0.0.0"), 400, "invalid subnet 10.0.0.0/255.0.0.0: invalid CIDR block notation"),
        (subnet(Subnet="10.1.0.0/24", Gateway="10.2.0.1"), 400, "invalid gateway 10.2.0.1: parent subnet 10.1.0.0/24 doesn't contain this address"),
        (subnet(Subnet="10.1.0.0/24", Gateway="x"), 400, "invalid gateway x: invalid address"),
        (subnet(Subnet="10.1.0.0/24", Gateway="fd00::1"), 400, "invalid gateway fd00::1: parent subnet is an IPv4 block"),
        (subnet(Subnet="10.1.0.0/24", IPRange="fd00::/64"), 400, "invalid ip-range fd00::/64: parent subnet is an IPv4 block"),
        (subnet(Subnet="10.1.0.0/24", IPRange="10.0.0.0/8"), 400, "invalid ip-range 10.0.0.0/8: CIDR block is bigger than its parent subnet 10.1.0.0/24"),
        (subnet(Subnet="10.1.0.0/24", IPRange="10.1.0.1/25"), 400, "invalid ip-range 10.1.0.1/25: it should be 10.1.0.0/25"),
        (subnet(Subnet="10.1.0.0/24", IPRange="10.2.0.0/25"), 400, "invalid ip-range 10.2.0.0/25: parent subnet 10.1.0.0/24 doesn't contain ip-range"),
        (subnet(Subnet="10.1.0.0/24", AuxiliaryAddresses={"a": "10.9.0.1"}), 400, "invalid auxiliary address a: parent subnet 10.1.0.0/24 doesn't contain this address"),
        (subnet(Subnet="10.1.0.1/24", Gateway="x"), 400, "* invalid subnet 10.1.0.1/24: it should be 10.1.0.0/24\n* invalid gateway x: invalid address"),
        ({"ConfigFrom": {"Network": "x"}}, 404, 'configuration network "x" does not exist'),
        ({"ConfigOnly": True, "Internal": True}, 403, "configuration network can only contain network specific fields. Network operator fields like [ ingress | internal | attachable | scope ] are not supported."),
        ({"ConfigOnly": True, "ConfigFrom": {"Network": "x"}}, 403, "a configuration network cannot depend on another configuration network"),
        ({"ConfigOnly": True}, 501, "a network of configuration alone is not simulated by fakedocker"),
        ({"Ingress": True}, 403, "Ingress network can only be global scope network"),
        ({"EnableIPv4": False}, 400, "IPv4 or IPv6 must be enabled"),
        ({"Options": {"com.docker.network.driver.mtu": "x"}}, 400, 'failed to parse com.docker.network.driver.mtu value: x (strconv.Atoi: parsing "x": invalid syntax)'),
        ({"Options": {"com.docker.network.driver.mtu": "-1"}}, 400, "invalid MTU number: -1"),
        ({"Options": {"com.docker.network.bridge.enable_icc": "x"}}, 400, 'failed to parse com.docker.network.bridge.enable_icc value: x (strconv.ParseBool: parsing "x": invalid syntax)'),
        ({"Options": {"com.docker.network.bridge.host_binding_ipv4": "x"}}, 400, "failed to parse com.docker.network.bridge.host_binding_ipv4 value: x (nil ip)"),
        ({"Options": {"com.docker.network.bridge.gateway_mode_ipv4": "x"}}, 400, "failed to parse com.docker.network.bridge.gateway_mode_ipv4 value: x (unknown gateway mode x)"),
        ({"Options": {"com.docker.network.bridge.gateway_mode_ipv4": "isolated"}}, 500, "gateway mode 'isolated' can only be used for an internal network"),
        ({"Driver": "macvlan", "Options": {"macvlan_mode": "x"}}, 500, "requested macvlan mode 'x' is not valid, 'bridge' mode is the macvlan driver default"),
        ({"Driver": "ipvlan", "Options": {"ipvlan_mode": "x"}}, 500, "requested ipvlan mode 'x' is not valid, 'l2' mode is the ipvlan driver default"),
        ({"Options": {"com.docker.network.driver.mtu": "1400", "com.docker.network.bridge.enable_icc": "0"}}, 201, ""),
        (subnet(Subnet="FD00::/64"), 201, ""),
        ({"Options": {"com.docker.network.bridge.name": "a" * 16}}, 500, "numerical result out of range"),
        ({"Options": {"com.docker.network.bridge.name": "a b"}}, 500, "invalid argument"),
        ({"Options": {"com.docker.network.bridge.name": "a" * 15, "com.docker.network.container_iface_prefix": "x" * 20}}, 201, ""),
        ({"Driver": "overlay", "Scope": "local"}, 403, "cannot downgrade network scope for overlay networks"),
        ({"Scope": "nowhere"}, 201, ""),
    ],
)  # fmt: skip
def test_networks_that_cannot_be(body: dict[str, Any], status: int, problem: str) -> None:
    assert create(**body) == (status, problem)


@pytest.mark.parametrize(
    ("host", "status", "problem"),
    [
        ({"SecurityOpt": ["unknown"]}, 500, 'invalid --security-opt 1: "unknown"'),
        ({"SecurityOpt": ["unknown=x"]}, 500, 'invalid --security-opt 2: "unknown=x"'),
        ({"SecurityOpt": ["no-new-privileges:maybe"]}, 500, 'invalid --security-opt 2: "no-new-privileges:maybe"'),
        ({"SecurityOpt": ["no-new-privileges:true", "seccomp=unconfined", "label:disable", "apparmor=unconfined"]}, 201, ""),
        ({"PortBindings": {"x/tcp": [{"HostPort": "1"}]}}, 400, 'invalid port specification: "x"'),
        ({"PortBindings": {"80-90/tcp": []}}, 400, 'invalid port specification: "80-90"'),
        ({"PortBindings": {"80/tcp": [{"HostPort": "99999"}]}}, 400, 'invalid port specification: "99999"'),
        ({"PortBindings": {"80/tcp": [{"HostPort": "1/tcp"}]}}, 201, ""),
        ({"Sysctls": {"net.ipv4.conf.eth0.forwarding": "1"}}, 500, "interface specific sysctl setting \"net.ipv4.conf.eth0.forwarding\" must be supplied using driver option 'com.docker.network.endpoint.sysctls'"),
    ],
)  # fmt: skip
def test_containers_that_cannot_be(host: dict[str, Any], status: int, problem: str) -> None:
    body = json.dumps({"Image": "alpine", "HostConfig": host}).encode()
    answered, answer = Builds().call("POST", "/containers/create", body)
    assert (answered, json.loads(answer).get("message", "")) == (status, problem)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("02:42:ac:11:00:02", "02:42:ac:11:00:02"), ("0242.AC11.0002", "02:42:ac:11:00:02"), ("02-42-ac-11-00-02", "02:42:ac:11:00:02"),
     ("2:42:ac:11:0:2", None), ("02:42-ac:11:00:02", None), ("zz", None), ("02:42:ac:11:00", None)],
)  # fmt: skip
def test_hardware_addresses(text: str, shown: str | None) -> None:
    assert is_hardware_address(text) == (shown is not None)
    assert shown is None or canonical(text) == shown
