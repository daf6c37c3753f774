"""IPv6 in networks: which addresses are given out, where they are seen, and what leads to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.archive_world import Daemon


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


def run(daemon: Daemon, name: str, *command: str, network: str = "six", image: str = "alpine", **endpoint: Any) -> str:
    body = {
        "Image": image,
        "Cmd": command,
        "HostConfig": {"NetworkMode": network},
        "NetworkingConfig": {"EndpointsConfig": {network: endpoint}},
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


LINK_LOCAL = {"IPAMConfig": {"LinkLocalIPs": ["169.254.8.8", "fe80::77", "169.254.8.9", "fe80::78"]}}
MAC = "02:42:0a:09:00:02"
INSTALL = "apt-get update >/dev/null; apt-get install -y iproute2 net-tools >/dev/null 2>&1; "
FOREVER = "       valid_lft forever preferred_lft forever"


def test_link_local_addresses_are_on_the_interface(daemon: Daemon) -> None:
    """As the kernel lists them when they are set in this order before the link comes up: of IPv6 the newest first."""
    shown = run(daemon, "one", "sh", "-c", "ip addr show eth0; cat /proc/net/if_inet6", MacAddress=MAC, **LINK_LOCAL)
    assert [line.strip() for line in shown.splitlines() if "inet" in line] == [
        "inet 10.9.0.2/24 brd 10.9.0.255 scope global eth0",
        "inet 169.254.8.8/16 brd 169.254.255.255 scope global eth0",
        "inet 169.254.8.9/16 brd 169.254.255.255 scope global secondary eth0",
        "inet6 fd00:1::2/64 scope global flags 02",
        "inet6 fe80::42:aff:fe09:2/64 scope link",
        "inet6 fe80::78/64 scope link",
        "inet6 fe80::77/64 scope link",
    ]
    assert shown.splitlines()[-5:] == [
        "00000000000000000000000000000001 01 80 10 80       lo",
        "fd000001000000000000000000000002 02 40 00 82     eth0",
        "fe8000000000000000420afffe090002 02 40 20 80     eth0",
        "fe800000000000000000000000000078 02 40 20 80     eth0",
        "fe800000000000000000000000000077 02 40 20 80     eth0",
    ]


def test_link_local_addresses_lead_to_their_holder(daemon: Daemon) -> None:
    run(daemon, "one", "sleep", "1000", **LINK_LOCAL)
    other = {"IPAMConfig": {"LinkLocalIPs": ["169.254.9.9"]}}
    assert "1 packets received" in run(daemon, "two", "ping", "-c", "1", "169.254.8.8", **other)
    assert "0 packets received" in run(
        daemon, "two", "ping", "-c", "1", "-W", "1", "169.254.8.8"
    )  # no route but the default


@pytest.mark.parametrize(
    ("addresses", "shown", "reason"),
    [
        (["fe80::5"], "fe80::5/64", "permission denied"),  # IPv6 is switched off on the interface
        (["169.254.8.8", "169.254.8.8"], "169.254.8.8/16 169.254.8.8/16", "file exists"),
    ],
)
def test_what_the_kernel_does_not_set_refuses_the_start(
    daemon: Daemon, addresses: list[str], shown: str, reason: str
) -> None:
    daemon.good("POST", "/networks/create", {}, {"Name": "four"})
    endpoints = {"four": {"IPAMConfig": {"LinkLocalIPs": addresses}}}
    body = {
        "Image": "alpine",
        "HostConfig": {"NetworkMode": "four"},
        "NetworkingConfig": {"EndpointsConfig": endpoints},
    }
    daemon.good("POST", "/containers/create", {"name": "box"}, body)
    status, answer = daemon.ask("POST", "/containers/box/start")
    assert status == 500
    assert json.loads(answer)["message"].endswith(f"link local IPs to [{shown}]: {reason}")


def test_an_interface_without_ipv4_is_shown(daemon: Daemon) -> None:
    only = {"Name": "only", "EnableIPv6": True, "EnableIPv4": False, "IPAM": {"Config": [{"Subnet": "fd00:7::/64"}]}}
    daemon.good("POST", "/networks/create", {}, only)
    script = (
        "ip -4 addr | tail -n +3; ip -6 addr; ip route; ip -6 route; ifconfig eth0 | head -n 4; cat /sys/class/net/eth0/mtu;"
        "grep -c eth0 /proc/net/dev; ping -c 1 fd00:7::1 | grep -c '1 packets received'; ping -c 1 8.8.8.8"
    )
    assert run(daemon, "one", "sh", "-c", script, network="only", MacAddress=MAC).splitlines() == [
        FOREVER,
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN qlen 1000",
        "    inet6 ::1/128 scope host ",
        FOREVER,
        "2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 state UP ",
        "    inet6 fd00:7::2/64 scope global flags 02 ",
        FOREVER,
        "    inet6 fe80::42:aff:fe09:2/64 scope link ",
        FOREVER,
        "fd00:7::/64 dev eth0  metric 256 ",
        "fe80::/64 dev eth0  metric 256 ",
        "default via fd00:7::1 dev eth0  metric 1024 ",
        "multicast ff00::/8 dev eth0  metric 256 ",
        "eth0      Link encap:Ethernet  HWaddr 02:42:0A:09:00:02  ",
        "          inet6 addr: fd00:7::2/64 Scope:Global",
        "          inet6 addr: fe80::42:aff:fe09:2/64 Scope:Link",
        "          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1",
        "1500",
        "1",
        "1",
        "PING 8.8.8.8 (8.8.8.8): 56 data bytes",
        "ping: sendto: Network unreachable",
    ]


# each of these was said by iproute2 6.1 and busybox 1.35 in a namespace with such an interface

IPROUTE = [
    ("ip -6 route", "fd00:1::/64 dev eth0 proto kernel metric 256 pref medium\n"
     "fe80::/64 dev eth0 proto kernel metric 256 pref medium\ndefault via fd00:1::1 dev eth0 metric 1024 pref medium\n"),
    ("ip -6 route list dev eth0", "fd00:1::/64 proto kernel metric 256 pref medium\n"
     "fe80::/64 proto kernel metric 256 pref medium\ndefault via fd00:1::1 metric 1024 pref medium\n"),
    ("ip -6 route show default", "default via fd00:1::1 dev eth0 metric 1024 pref medium\n"),
    ("ip -6 route get fd00:1::9", "fd00:1::9 from :: dev eth0 proto kernel src fd00:1::2 metric 256 pref medium\n"),
    ("ip route get fd00:1::2",
     "local fd00:1::2 from :: dev lo table local proto kernel src fd00:1::2 metric 0 pref medium\n"),
    ("ip -6 route get 2001:db8::1", "2001:db8::1 from :: via fd00:1::1 dev eth0 src fd00:1::2 metric 1024 pref medium\n"),
    ("ip -6 route get 9.9.9.9", 'Error: inet6 prefix is expected rather than "9.9.9.9".\n'),
    ("ip -br addr", "lo               UNKNOWN        127.0.0.1/8 ::1/128 \n"
     "eth0@if7         UP             10.9.0.2/24 fd00:1::2/64 fe80::42:aff:fe09:2/64 \n"),
    ("ip -6 -br addr show dev eth0", "eth0@if7         UP             fd00:1::2/64 fe80::42:aff:fe09:2/64 \n"),
    ("ip -br link show eth0", "eth0@if7         UP             02:42:0a:09:00:02 <BROADCAST,MULTICAST,UP,LOWER_UP> \n"),
    ("ip -6 addr | grep mtu", "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 state UNKNOWN qlen 1000\n"
     "2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP \n"),
    ("ip -f inet6 addr show eth0", "2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default "
     f" link-netnsid 0\n    inet6 fd00:1::2/64 scope global nodad \n{FOREVER}\n"
     f"    inet6 fe80::42:aff:fe09:2/64 scope link \n{FOREVER}\n"),
    ("ip -o -6 addr", f"1: lo    inet6 ::1/128 scope host \\{FOREVER}\n2: eth0    inet6 fd00:1::2/64 scope global nodad \\{FOREVER}\n"
     f"2: eth0    inet6 fe80::42:aff:fe09:2/64 scope link \\{FOREVER}\n"),
    ("ip -6 rule", "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n"),
    ("ip -f foo addr", 'Error: argument "foo" is wrong: invalid protocol family\n'),
    ("ip -j addr", "fakedocker: ip: the option -j is not simulated\n"),
    ("ip -6 route show table all", "fakedocker: ip: choosing routes by table is not simulated\n"),
    ("ifconfig eth0 | grep inet", "        inet 10.9.0.2  netmask 255.255.255.0  broadcast 10.9.0.255\n"
     "        inet6 fd00:1::2  prefixlen 64  scopeid 0x0<global>\n"
     "        inet6 fe80::42:aff:fe09:2  prefixlen 64  scopeid 0x20<link>\n"),
    ("ifconfig lo | grep inet6", "        inet6 ::1  prefixlen 128  scopeid 0x10<host>\n"),
    ("route -6", "fakedocker: route: the table of IPv6 (see `ip -6 route`) is not simulated\n"),
    ("hostname -I", "10.9.0.2 fd00:1::2 \n"),
]  # fmt: skip
BUSYBOX = [
    ("ip -6 route get fd00:1::9", "fd00:1::9 from :: dev eth0  src fd00:1::2  metric 256 \n"),
    ("ip -6 route get fd00:1::2", "local fd00:1::2 from :: dev lo table local  src fd00:1::2  metric 0 \n"),
    ("ip -6 route get 2001:db8::1", "2001:db8::1 from :: via fd00:1::1 dev eth0  src fd00:1::2  metric 1024 \n"),
    ("ip -6 route get foo", "ip: need at least destination address\n"),
    ("ip -o -6 addr show eth0", f"2: eth0    inet6 fd00:1::2/64 scope global flags 02 \\{FOREVER}\n"
     f"2: eth0    inet6 fe80::42:aff:fe09:2/64 scope link \\{FOREVER}\n"),
    ("ip -6 rule", "0:\tfrom all lookup local \n32766:\tfrom all lookup main \n"),
    ("ip -f foo addr", "ip: invalid argument 'foo' to 'family'\n"),
    ("ifconfig lo | grep inet", "          inet addr:127.0.0.1  Mask:255.0.0.0\n          inet6 addr: ::1/128 Scope:Host\n"),
]  # fmt: skip


@pytest.mark.parametrize(("image", "cases"), [("debian", IPROUTE), ("alpine", BUSYBOX)])
def test_the_tools_show_ipv6_as_the_real_ones_do(daemon: Daemon, image: str, cases: list[tuple[str, str]]) -> None:
    daemon.pull(image)
    script = (INSTALL if image == "debian" else "") + "; ".join(
        f"echo; echo '$ {line}'; {line} 2>&1" for line, _ in cases
    )
    shown = run(daemon, "one", "sh", "-c", script, image=image, MacAddress=MAC)
    parts = (part.split("\n", 1) for part in shown.removeprefix("\n$ ").split("\n\n$ "))
    assert {line: answer.removesuffix("\n") for line, answer in parts} == {
        line: answer.removesuffix("\n") for line, answer in cases
    }


def test_without_ipv6_there_are_no_routes_of_it(daemon: Daemon) -> None:
    daemon.good("POST", "/networks/create", {}, {"Name": "four"})
    script = "ip -6 addr; ip -6 route; ip -6 route get fd00:1::9; ip -6 route list dev nix0"
    assert run(daemon, "one", "sh", "-c", script, network="four") == (
        "ip: RTNETLINK answers: Network unreachable\nip: can't find device 'nix0'\n"
    )


def test_interfaces_are_listed_as_they_were_made(daemon: Daemon) -> None:
    run(daemon, "one", "sleep", "1000")
    daemon.good("POST", "/networks/create", {}, {"Name": "early"})
    named = {"DriverOpts": {"com.docker.network.endpoint.ifname": "a0"}}
    daemon.good("POST", "/networks/early/connect", {}, {"Container": "one", "EndpointConfig": named})
    container = json.loads(daemon.good("GET", "/containers/one/json"))["Id"]
    found = daemon.engine.draft.kernel.router.interfaces(container)
    assert [(interface.number, interface.name) for interface in found] == [(1, "lo"), (2, "eth0"), (3, "a0")]
