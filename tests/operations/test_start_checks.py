"""What is refused of a container only when it starts, and what the real ones take in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakedocker.base.go_addresses import address_problem
from helpers.archive_world import Daemon

RUNC = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
)
INIT = f"{RUNC}unable to start container process: error during container init: "
LIMIT = f"{INIT}error setting rlimits for ready process: error setting rlimit type "
NETWORK = "failed to set up container networking: "
TMPFS = f'{INIT}error mounting "tmpfs" to rootfs at "/t": mount src=tmpfs, dst=/t, dstFd=/proc/thread-self/fd/8, '
NULL = {"PathOnHost": "/dev/null", "PathInContainer": "/dev/x"}


@pytest.fixture(scope="module")
def daemon() -> Daemon:
    found = Daemon()
    found.pull("alpine")
    found.good("POST", "/networks/create", {}, {"Name": "net", "IPAM": {"Config": [{"Subnet": "10.1.0.0/24"}]}})
    found.good("POST", "/containers/create", {"name": "host"}, {"Image": "alpine", "Cmd": ["sleep", "9"], "HostConfig": {"NetworkMode": "host"}})  # fmt: skip
    found.good("POST", "/containers/host/start")
    return found


def started(
    daemon: Daemon, host: dict[str, Any], networks: dict[str, Any] | None = None, **config: Any
) -> tuple[int, str]:
    """The status and the words of a start; a container that could not start is as it was, with the reason."""
    daemon.ask("DELETE", "/containers/box", {"force": "1"})
    body = {"Image": "alpine", "Cmd": ["true"], "HostConfig": host, **config}
    if networks is not None:
        body["NetworkingConfig"] = {"EndpointsConfig": networks}
    daemon.good("POST", "/containers/create", {"name": "box"}, body)
    status, answer = daemon.ask("POST", "/containers/box/start")
    message = json.loads(answer)["message"] if answer else ""
    state = json.loads(daemon.good("GET", "/containers/box/json"))["State"]
    assert (state["Error"], state["Status"] == "created") == (message, status != 204)
    assert status == 204 or state["ExitCode"] == 128
    return status, message.removesuffix(": unknown")


def security(profile: object) -> dict[str, Any]:
    return {"SecurityOpt": [f"seccomp={profile if isinstance(profile, str) else json.dumps(profile)}"]}


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ({"Ulimits": [{"Name": "foo", "Soft": 1, "Hard": 1}]}, f"{RUNC}wrong rlimit value: RLIMIT_FOO"),
        ({"Ulimits": [{"Name": "nofile", "Soft": 3, "Hard": 1}]}, f"{LIMIT}7: invalid argument"),
        ({"Ulimits": [{"Name": "core", "Soft": -1, "Hard": 1}]}, f"{LIMIT}4: invalid argument"),
        ({"Ulimits": [{"Name": "nofile", "Soft": -1, "Hard": -1}]}, f"{LIMIT}7: operation not permitted"),
        ({"Ulimits": [{"Name": "NProc", "Soft": -1, "Hard": -1}]}, ""),
        ({"Sysctls": {"vm.swappiness": "1"}}, f'{RUNC}sysctl "vm.swappiness" is not in a separate kernel namespace'),
        ({"Sysctls": {"vm/swappiness": "1"}}, f'{RUNC}sysctl "vm.swappiness" is not in a separate kernel namespace'),
        ({"Sysctls": {"kernel.hostname": "x"}}, f'{RUNC}sysctl "kernel.hostname" is not allowed as it conflicts with the OCI "hostname" field'),
        ({"Sysctls": {"kernel.hostname": "x"}, "UTSMode": "host"}, f'{RUNC}sysctl "kernel.hostname" is not in a separate kernel namespace'),
        ({"Sysctls": {"net.core.somaxconn": "9"}, "NetworkMode": "host"}, f'{RUNC}sysctl "net.core.somaxconn" not allowed in host network namespace'),
        ({"Sysctls": {"net.core.somaxconn": "9"}, "NetworkMode": "container:host"}, f'{RUNC}sysctl "net.core.somaxconn" not allowed in host network namespace'),
        ({"Sysctls": {"kernel.msgmax": "9"}, "IpcMode": "host"}, f'{RUNC}sysctl "kernel.msgmax" is not allowed in the hosts ipc namespace'),
        ({"Sysctls": {"kernel.msgmax": "9", "net.core.somaxconn": "9", "kernel.domainname": "x"}}, ""),
        ({"Sysctls": {"net.core.somaxconn": "many"}}, f"{INIT}write /proc/sys/net/core/somaxconn: invalid argument"),
        ({"Sysctls": {"net/ipv4/ip_unprivileged_port_start": "65536"}}, f"{INIT}write /proc/sys/net/ipv4/ip_unprivileged_port_start: invalid argument"),
        ({"DeviceCgroupRules": ["x"]}, "invalid device cgroup rule format: 'x'"),
        ({"DeviceCgroupRules": ["c 1:3 rwmx"]}, "invalid device cgroup rule format: 'c 1:3 rwmx'"),
        ({"DeviceCgroupRules": [f"c {'9' * 19}:* r"]}, f"invalid major value in device cgroup rule format: 'c {'9' * 19}:* r'"),
        ({"DeviceCgroupRules": ["a *:* rwm", "b 8:0 r"]}, ""),
        ({"DeviceCgroupRules": ["x"], "Privileged": True}, ""),
        ({"Devices": [{**NULL, "CgroupPermissions": "r"}, NULL]}, f"{RUNC}device access at 17 field cannot be empty"),
        ({"Devices": [{**NULL, "CgroupPermissions": "xyz"}]}, ""),
        (security("/x"), "Decoding seccomp profile failed: invalid character '/' looking for beginning of value"),
        (security('{"a"'), "Decoding seccomp profile failed: unexpected end of JSON input"),
        (security("7"), "Decoding seccomp profile failed: json: cannot unmarshal number into Go value of type seccomp.Seccomp"),
        (security("[" * 100_000), "Decoding seccomp profile failed: exceeded max depth"),
        (security({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"], "archMap": [{}]}), "both 'architectures' and 'archMap' are specified in the seccomp profile, use either 'architectures' or 'archMap'"),
        (security({"syscalls": [{"name": "a", "names": ["b"]}]}), "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'"),
        (security({"defaultAction": "SCMP_ACT_NONE"}), f"{RUNC}string SCMP_ACT_NONE is not a valid action for seccomp"),
        (security({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}), ""),
        (security({}), ""),
        ({"Dns": ["8.8.8"]}, 'bad nameserver address 8.8.8: ParseAddr("8.8.8"): IPv4 address too short'),
        ({"Dns": ["fd00::1", "1.1.1.1"]}, ""),
        ({"Tmpfs": {"/t": "size=-1"}}, f"{TMPFS}flags=0xe, data=size=-1: invalid argument"),
        ({"Mounts": [{"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": -1}}]}, f"{TMPFS}flags=0xe, data=size=-1: invalid argument"),
        ({"Tmpfs": {"/t": "size=50%,mode=700,uid=1,nr_inodes=1k"}}, ""),
        ({"SecurityOpt": ["apparmor=none-such"], "MemorySwap": -2, "UsernsMode": "x"}, ""),
        ({"PortBindings": {"80/icmp": [{}]}}, "unknown protocol"),
        ({"PortBindings": {"0/tcp": [{}]}}, "publishing port 0 of a container is not simulated by fakedocker"),
    ],
)  # fmt: skip
def test_containers_that_cannot_start(daemon: Daemon, host: dict[str, Any], problem: str) -> None:
    status, said = started(daemon, host)
    if said.startswith(NETWORK):
        said = said.removeprefix(NETWORK).rpartition("): ")[2]
    assert said == problem
    assert status == (501 if "not simulated" in problem else 500 if problem else 204)


def test_too_small_a_share_of_a_processor(daemon: Daemon) -> None:
    """moby leaves the least share to the kernel, though its words for the most speak of 0.01."""
    assert started(daemon, {"NanoCpus": 10_000_000}) == started(daemon, {"NanoCpus": 1}) == (204, "")
    status, said = started(daemon, {"NanoCpus": 5_000_000})
    box = json.loads(daemon.good("GET", "/containers/box/json"))["Id"]
    failed = (
        f'failed to write "500 100000": write /sys/fs/cgroup/system.slice/docker-{box}.scope/cpu.max: invalid argument'
    )
    assert (status, said) == (500, f"{INIT}error setting cgroup config for procHooks process: {failed}")
    status, answer = daemon.ask("POST", "/containers/host/update", {}, {"NanoCpus": 5_000_000})
    assert (
        status == 500
        and "runc did not terminate successfully: exit status 1: failed to write" in json.loads(answer)["message"]
    )


def test_names_of_hosts(daemon: Daemon) -> None:
    assert started(daemon, {}, Hostname="a b.c_" * 10) == (204, "")
    assert started(daemon, {}, Hostname="a" * 65) == (500, f"{INIT}sethostname: invalid argument")
    assert started(daemon, {}, Domainname="a" * 65) == (204, "")
    problem = f'{RUNC}sysctl "kernel.domainname" is not in a separate kernel namespace'
    assert started(daemon, {"UTSMode": "host"}, Domainname="x") == (500, problem)


@pytest.mark.parametrize(
    ("endpoint", "status", "problem"),
    [
        ({"DriverOpts": {"com.docker.network.endpoint.ifname": "lo"}}, 500, 'to "lo": file exists'),
        ({"DriverOpts": {"com.docker.network.endpoint.ifname": "a" * 16}}, 500, f'to "{"a" * 16}": numerical result out of range'),
        ({"DriverOpts": {"com.docker.network.endpoint.ifname": "a/b"}}, 500, 'to "a/b": invalid argument'),
        ({"IPAMConfig": {"IPv4Address": "10.1.0.1"}}, 403, f"{NETWORK}Address already in use"),
        ({"IPAMConfig": {"IPv4Address": "10.1.0.0"}}, 403, f"{NETWORK}Address already in use"),
        ({"IPAMConfig": {"IPv4Address": "10.1.0.255"}}, 403, f"{NETWORK}Address already in use"),
    ],
)  # fmt: skip
def test_endpoints_that_cannot_be(daemon: Daemon, endpoint: dict[str, Any], status: int, problem: str) -> None:
    answered, said = started(daemon, {"NetworkMode": "net"}, {"net": endpoint})
    assert (answered, said.endswith(problem)) == (status, True), said


def test_settings_of_an_endpoints_interface(daemon: Daemon) -> None:
    def asked(option: str) -> str:
        endpoint = {"DriverOpts": {"com.docker.network.endpoint.sysctls": option}}
        body = {"Image": "alpine", "NetworkingConfig": {"EndpointsConfig": {"net": endpoint}}}
        return str(json.loads(daemon.ask("POST", "/containers/create", {}, body)[1]).get("message", ""))

    assert asked("net.ipv4.conf.IFNAME.log_martians=1,net.ipv6.conf.ifname.accept_ra=2") == ""
    assert asked("net.ipv4.conf.eth0.log_martians=1") == (
        "invalid config for network net: invalid endpoint settings:\nunrecognised network interface sysctl "
        "'net.ipv4.conf.eth0.log_martians=1'; represent 'net.X.Y.ethN.Z=V' as 'net.X.Y.IFNAME.Z=V', 'X' must be 'ipv4', 'ipv6' or 'mpls'"
    )


def test_an_interface_has_the_name_that_was_asked_for(daemon: Daemon) -> None:
    options = {"com.docker.network.container_iface_prefix": "wan"}
    daemon.good("POST", "/networks/create", {}, {"Name": "wan", "Options": options})
    named = {"DriverOpts": {"com.docker.network.endpoint.ifname": "lan5"}}
    daemon.good("POST", "/containers/create", {"name": "two"}, {
        "Image": "alpine", "Cmd": ["ls", "/sys/class/net"], "HostConfig": {"NetworkMode": "net"},
        "NetworkingConfig": {"EndpointsConfig": {"net": named, "wan": {}}},
    })  # fmt: skip
    daemon.good("POST", "/containers/two/start")
    daemon.good("POST", "/containers/two/wait")
    listed = daemon.good("GET", "/containers/two/logs", {"stdout": "1"})
    assert all(name in listed for name in (b"lan5\n", b"wan0\n")) and b"eth0" not in listed


def test_an_address_of_the_host_that_is_none_counts_as_none_given(daemon: Daemon) -> None:
    host = {"PortBindings": {"80/tcp": [{"HostIp": "nonsense", "HostPort": "8123"}]}}
    daemon.good("POST", "/containers/create", {"name": "web"}, {"Image": "alpine", "Cmd": ["sleep", "9"], "HostConfig": host})  # fmt: skip
    daemon.good("POST", "/containers/web/start")
    shown = json.loads(daemon.good("GET", "/containers/web/json"))
    assert shown["HostConfig"]["PortBindings"]["80/tcp"][0]["HostIp"] == "nonsense"
    published = shown["NetworkSettings"]["Ports"]["80/tcp"]
    assert [(one["HostIp"], one["HostPort"]) for one in published] == [("0.0.0.0", "8123"), ("::", "8123")]


def test_a_bridge_has_a_name_of_its_own(daemon: Daemon) -> None:
    options = {"com.docker.network.bridge.name": "br-mine"}
    daemon.good("POST", "/networks/create", {}, {"Name": "one", "Options": options})
    status, answer = daemon.ask("POST", "/networks/create", {}, {"Name": "other", "Options": options})
    assert status == 403
    assert json.loads(answer)["message"].endswith(" (br-mine): networks have same bridge name")
    assert daemon.ask("GET", "/networks/other")[0] == 404


def test_older_versions_write_settings_of_an_interface_beside(daemon: Daemon) -> None:
    body = {"Image": "alpine", "HostConfig": {"Sysctls": {"net.ipv4.conf.eth0.forwarding": "1"}}}
    answer = json.loads(daemon.good("POST", "/v1.45/containers/create", {"name": "old"}, body))
    assert answer["Warnings"] == [
        'Migrated sysctl "net.ipv4.conf.eth0.forwarding" to '
        'DriverOpts{"com.docker.network.endpoint.sysctls":"net.ipv4.conf.IFNAME.forwarding=1"}.'
    ]
    body["HostConfig"]["Sysctls"] = {"net.ipv4.conf.eth1.forwarding": "1"}  # type: ignore[index]
    assert daemon.ask("POST", "/v1.45/containers/create", {}, body)[0] == 500


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1.2.3.4", ""), ("fd00::1", ""), ("::", ""), ("::ffff:1.2.3.4", ""), ("fe80::1%eth0", ""), ("1:2:3:4:5:6:7:8", ""),
        ("", "unable to parse IP"), ("x", "unable to parse IP"), ("%x", "missing IPv6 address"),
        ("1.2.3", "IPv4 address too short"), ("1.2.3.4.5", "IPv4 address too long"), ("1.2.3.04", "IPv4 field has octet with leading zero"),
        ("1.2.3.256", "IPv4 field has value >255"), ("1..3.4", 'IPv4 field must have at least one digit (at ".3.4")'),
        ("1.2.3.x", 'unexpected character (at "x")'), ("1:2", "address string too short"), ("1::2::3", 'multiple :: in address (at ":3")'),
        ("12345::", 'each group must have 4 or less digits (at "12345::")'), ("1:", 'colon must be followed by more characters (at ":")'),
        ("1:2:3:4:5:6:7:8:9", 'trailing garbage after address (at "9")'), ("fe80::1%", "zone must be a non-empty string"),
    ],
)  # fmt: skip
def test_gos_words_for_what_is_no_address(text: str, problem: str) -> None:
    assert address_problem(text) == (f'ParseAddr("{text}"): {problem}' if problem else "")
