"""What the daemon refuses of a new container's settings, and what older versions of the API make of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.archive_world import Daemon
from helpers.container_world import inspect


@pytest.fixture(scope="module")
def daemon() -> Daemon:
    found = Daemon()
    found.pull("busybox")
    return found


def create(daemon: Daemon, body: dict[str, Any], version: str = "1.50", **query: str) -> tuple[int, str]:
    """The status and the message or id of a creation."""
    status, answer = daemon.ask("POST", f"/v{version}/containers/create", query, {"Image": "busybox", **body})
    found = json.loads(answer)
    return status, found["message"] if "message" in found else found["Id"]


@pytest.mark.parametrize(
    ("host", "problem"),
    [
        ({"IpcMode": "invalid"}, "invalid IPC mode: invalid"),
        ({"PidMode": "container"}, "invalid PID mode: container"),
        ({"UTSMode": "invalid"}, "invalid UTS mode: invalid"),
        ({"CgroupnsMode": "x"}, "invalid cgroup namespace mode: x"),
        ({"Annotations": {"": "a"}}, "invalid Annotations: the empty string is not permitted as an annotation key"),
        ({"ShmSize": -1}, "SHM size can not be less than 0"),
        ({"OomScoreAdj": 1001}, "Invalid value 1001, range for oom score adj is [-1000, 1000]"),
        ({"CpusetCpus": "1-42,,"}, "Invalid value 1-42,, for cpuset cpus: invalid format: 1-42,,"),
        ({"CpusetCpus": "0-9000"}, "Invalid value 0-9000 for cpuset cpus: value of out range, maximum is 8192"),
        ({"CpusetMems": "7"}, "Requested memory nodes are not available - requested 7, available: 0"),
        ({"MemorySwappiness": 101}, "Invalid value: 101, valid memory swappiness range is 0-100"),
        ({"MemoryReservation": 1}, "Minimum memory reservation allowed is 6MB"),
        ({"Memory": -1}, "Minimum memory limit allowed is 6MB"),
        ({"CpuQuota": 10}, "CPU cfs quota can not be less than 1ms (i.e. 1000)"),
        ({"BlkioWeight": 5}, "Range of blkio weight is from 10 to 1000"),
        ({"CapAdd": ["CHPWN"]}, 'invalid CapAdd: unknown capability: "CAP_CHPWN"'),
        ({"ExtraHosts": ["x"]}, 'bad format for add-host: "x"'),
        ({"ExtraHosts": ["x:y"]}, 'invalid IP address in add-host: "y"'),
        ({"Runtime": "runc2"}, "unknown or invalid runtime name: runc2"),
        ({"CgroupParent": "x"}, 'cgroup-parent for systemd cgroup should be a valid slice named as "xxx.slice"'),
        ({"Tmpfs": {"foo": ""}}, "invalid mount path: 'foo' mount path must be absolute"),
        ({"Tmpfs": {"//": ""}}, "invalid specification: destination can't be '/'"),
        ({"NetworkMode": "container:"}, "Invalid network mode: invalid container format container:<name|id>"),
        ({"NetworkMode": "container:x", "Dns": ["1.1.1.1"]}, "conflicting options: dns and the network mode"),
        ({"Isolation": "hyperv"}, "invalid isolation (hyperv): linux only supports 'default'"),
    ],
)
def test_settings_that_are_refused(daemon: Daemon, host: dict[str, Any], problem: str) -> None:
    before = daemon.engine.world
    assert create(daemon, {"HostConfig": host}) == (400, problem)
    assert daemon.engine.world.containers is before.containers


def test_a_config_of_nothing_has_no_command_and_none_at_all_is_no_config(daemon: Daemon) -> None:
    refused = {
        b"{}": "config cannot be empty in order to create a container",
        b'{"HostConfig": {}}': "config cannot be empty in order to create a container",
        b'{"Image": ""}': "no command specified",
        b"": "invalid JSON: got EOF while reading request body",
        b"{} trailing": "unexpected content after JSON",
    }
    for body, problem in refused.items():
        status, answer = daemon.ask("POST", "/containers/create", body=body, content_type="application/json")
        assert (status, json.loads(answer)["message"]) == (400, problem)


@pytest.mark.parametrize("path", ["/commit", "/containers/none/update", "/containers/none/exec", "/exec/none/start"])
def test_a_body_is_read_before_anything_is_looked_up(daemon: Daemon, path: str) -> None:
    status, answer = daemon.ask("POST", path, body=b"{}", content_type="text/plain")
    assert (status, json.loads(answer)["message"]) == (
        400,
        "unsupported Content-Type header (text/plain): must be 'application/json'",
    )
    status, answer = daemon.ask("POST", path, body=b"{} x", content_type="application/json")
    assert (status, json.loads(answer)["message"]) == (400, "unexpected content after JSON")


def test_limits_may_stand_beside_the_config(daemon: Daemon) -> None:
    assert create(daemon, {"Memory": 524287}) == (400, "Minimum memory limit allowed is 6MB")
    _, identifier = create(daemon, {"CpuShares": 100, "Cpuset": "0", "HostConfig": {"Memory": 8 << 20}})
    host = inspect(daemon, identifier)["HostConfig"]
    assert (host["CpuShares"], host["CpusetCpus"], host["Memory"]) == (100, "0", 8 << 20)


def test_older_versions_of_the_api(daemon: Daemon) -> None:
    two = {"NetworkingConfig": {"EndpointsConfig": {"a": {}, "b": {}}}}
    assert create(daemon, two, "1.43") == (400, "Container cannot be created with multiple network endpoints: a, b")
    volume = {"Type": "volume", "Source": "v", "Target": "/v", "VolumeOptions": {"Subpath": "x"}}
    assert create(daemon, {"HostConfig": {"Mounts": [volume]}}, "1.44") == (
        400,
        "VolumeOptions.Subpath needs API v1.45 or newer",
    )
    odd = {"HostConfig": {"Mounts": [{"Type": "tmpfs", "Target": "/t", "BindOptions": {"Propagation": "shared"}}]}}
    assert create(daemon, odd) == (400, 'BindOptions must not be specified on mount type "tmpfs"')
    _, identifier = create(daemon, {"HostConfig": {"Annotations": {"a": "b"}}}, "1.39")
    found = inspect(daemon, identifier)["HostConfig"]
    assert found["IpcMode"] == "shareable"
    assert "Annotations" not in found


def test_the_containers_own_mac_address_becomes_its_networks(daemon: Daemon) -> None:
    body = {"Image": "busybox", "MacAddress": "02:42:ac:11:00:07", "Cmd": ["top"]}
    answer = json.loads(daemon.good("POST", "/containers/create", {"name": "mac"}, body))
    assert answer["Warnings"] == [
        "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead."
    ]
    daemon.good("POST", "/containers/mac/start")
    assert inspect(daemon, "mac")["NetworkSettings"]["MacAddress"] == "02:42:ac:11:00:07"
    other = {"MacAddress": "02:42:ac:11:00:07", "HostConfig": {"NetworkMode": "x"}}
    status, problem = create(daemon, {**other, "NetworkingConfig": {"EndpointsConfig": {"y": {}}}})
    assert (status, problem.partition(",")[0]) == (400, "if a container-wide MAC address is supplied")


def test_what_the_kernel_cannot_do_is_remarked_and_dropped(daemon: Daemon) -> None:
    body = {"Image": "busybox", "HostConfig": {"OomKillDisable": True, "MemorySwappiness": 50}}
    answer = json.loads(daemon.good("POST", "/containers/create", None, body))
    assert [remark.partition(" ")[0] for remark in answer["Warnings"]] == ["Your", "Your"]
    host = inspect(daemon, answer["Id"])["HostConfig"]
    assert (host["OomKillDisable"], host["MemorySwappiness"]) == (None, None)


def test_platforms(daemon: Daemon) -> None:
    assert create(daemon, {}, platform="linux/arm64/v8") == (
        404,
        "image with reference busybox was found but its platform (linux/amd64) does not match the specified platform (linux/arm64/v8)",
    )
    assert create(daemon, {}, platform="linux/x86_64")[0] == 201
    status, problem = create(daemon, {}, platform="nintendo64")
    assert (status, problem) == (400, '"nintendo64": unknown operating system or architecture: invalid argument')
    refused = daemon.ask("POST", "/images/create", {"fromImage": "busybox", "tag": "latest", "platform": "foobar"})
    assert (refused[0], b"unknown operating system or architecture" in refused[1]) == (400, True)
    refused = daemon.ask("POST", "/images/create", {"fromSrc": "-", "platform": "/"}, bytes(1024))
    assert (refused[0], b"is an invalid OS component of" in refused[1]) == (400, True)


def test_the_working_directory_is_cleaned(daemon: Daemon) -> None:
    _, identifier = create(daemon, {"WorkingDir": "/tmp//a/"})
    assert inspect(daemon, identifier)["Config"]["WorkingDir"] == "/tmp/a"


def test_updates(daemon: Daemon) -> None:
    _, identifier = create(daemon, {"HostConfig": {"PidsLimit": 32, "NanoCpus": 10**9}})

    def update(version: str = "1.50", **fields: int) -> tuple[int, str]:
        status, answer = daemon.ask("POST", f"/v{version}/containers/{identifier}/update", None, fields)
        return status, json.loads(answer).get("message", "")

    assert update("1.39", PidsLimit=16)[0] == 200
    assert inspect(daemon, identifier)["HostConfig"]["PidsLimit"] == 32
    assert update(PidsLimit=-2)[0] == 200
    assert inspect(daemon, identifier)["HostConfig"]["PidsLimit"] == 0
    assert update(CpuPeriod=5000) == (
        409,
        f"Cannot update container {identifier}: Conflicting options: CPU Period cannot be updated as NanoCPUs has already been set",
    )
    assert update(Memory=1)[1] == "Minimum memory limit allowed is 6MB"
