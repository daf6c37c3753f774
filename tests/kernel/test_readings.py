"""What programs read back of the kernel: control groups, /proc/PID/status, descriptors, binaries made elsewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest

from helpers.archive_world import Daemon
from helpers.container_world import create, daemon, inspect, output, start
from helpers.userland_world import Machine

__all__ = ["daemon"]

RATE = [{"Path": "/dev/vda", "Rate": 1_048_576}]


@pytest.mark.parametrize(
    ("host", "file", "text"),
    [
        ({}, "cpu.weight", "100"),
        ({"CpuShares": 1024}, "cpu.weight", "39"),
        ({"CpuShares": 2}, "cpu.weight", "1"),
        ({"CpuShares": 262144}, "cpu.weight", "10000"),
        ({}, "cpuset.cpus", ""),
        ({}, "cpuset.cpus.effective", "0-1"),
        ({"CpusetCpus": "0,1"}, "cpuset.cpus", "0-1"),
        ({"CpusetCpus": "1"}, "cpuset.cpus.effective", "1"),
        ({"CpusetMems": "0"}, "cpuset.mems", "0"),
        ({"NanoCpus": 500_000_000}, "cpu.max", "50000 100000"),
        ({"Memory": 10_000_000}, "memory.max", "9998336"),
        ({"Memory": 33_554_432, "MemorySwap": 67_108_864}, "memory.swap.max", "33554432"),
        ({"Memory": 33_554_432, "MemoryReservation": 16_777_216}, "memory.low", "16777216"),
        ({}, "memory.high", "max"),
        ({}, "memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0"),
        ({"PidsLimit": 77}, "pids.max", "77"),
        ({"BlkioWeight": 300}, "io.weight", "default 2930"),
        ({}, "io.weight", "default 100"),
        ({}, "io.max", ""),
        ({"BlkioDeviceReadBps": RATE}, "io.max", "254:0 rbps=1048576 wbps=max riops=max wiops=max"),
        ({}, "cgroup.events", "populated 1\nfrozen 0"),
        ({}, "cgroup.procs", "1"),
    ],
)  # fmt: skip
def test_a_limit_is_in_the_file_of_its_control_group(
    daemon: Daemon, host: dict[str, Any], file: str, text: str
) -> None:
    assert output(daemon, f"cat /sys/fs/cgroup/{file}", **host).strip().splitlines()[:1] == text.splitlines()[:1]
    assert output(daemon, f"wc -l </sys/fs/cgroup/{file}", **host) == f"{text.count(chr(10)) + (file != 'io.max' or bool(text))}\n"  # fmt: skip


def test_an_update_shows_in_the_files(daemon: Daemon) -> None:
    assert create(daemon)[0] == 201
    assert start(daemon) == (204, "")
    daemon.good("POST", "/containers/box/update", body={"CpuShares": 512, "CpusetCpus": "0", "BlkioWeight": 10})
    namespace = next(value for key, value in daemon.engine.world.kernel.namespaces.items() if len(key) == 64)
    assert dict(namespace.resources) == {"cpu.weight": "20", "cpuset.cpus": "0", "io.weight": "default 1"}


@pytest.mark.parametrize(
    ("host", "privileges", "seccomp"),
    [
        ({}, "0", "2"),
        ({"Privileged": True}, "0", "0"),
        ({"SecurityOpt": ["seccomp=unconfined"]}, "0", "0"),
        ({"SecurityOpt": ["no-new-privileges"]}, "1", "2"),
        ({"SecurityOpt": ["no-new-privileges=true", "seccomp:unconfined"]}, "1", "0"),
        ({"SecurityOpt": ["no-new-privileges=false"]}, "0", "2"),
    ],
)
def test_the_state_of_a_process(daemon: Daemon, host: dict[str, Any], privileges: str, seccomp: str) -> None:
    shown = output(daemon, "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status", **host)
    assert shown == f"NoNewPrivs:\t{privileges}\nSeccomp:\t{seccomp}\n"


def test_processors_that_may_be_used(daemon: Daemon) -> None:
    script = "nproc; nproc --all; grep ^Cpus_allowed /proc/self/status"
    assert output(daemon, script, CpusetCpus="1") == "1\n2\nCpus_allowed:\t2\nCpus_allowed_list:\t1\n"


@pytest.mark.parametrize("family", ["busybox", "gnu"])
def test_the_descriptor_of_a_directory_that_is_read(family: str) -> None:
    machine = Machine(family)
    assert machine.run("ls", "/proc/self/fd").stdout.split() == ["0", "1", "2", "3"]
    last = machine.run("sh", "-c", "ls -l /proc/self/fd").stdout.splitlines()[-1]
    assert " 3 -> /proc/" in last
    assert last.endswith("/fd")
    assert machine.run("sh", "-c", "ls / >/dev/null; cat /proc/self/fd/3").status == 1


@pytest.mark.parametrize("name", ["ls", "busybox", "sh", "redis-server", "compiled-program"])
def test_a_binary_made_elsewhere_is_never_the_program_of_its_name(name: str) -> None:
    machine = Machine("gnu", files={f"opt/{name}": b"\x7fELF\x02\x01\x01" + bytes(2_000)})
    result = machine.run("sh", "-c", f"chmod +x /opt/{name}; /opt/{name} -c 'echo hi'")
    assert (result.stdout, result.status) == ("", 126)
    assert result.stderr == f"fakedocker: {name}: this program is not simulated\n"


def test_the_hosts_processes_are_seen_and_killed(daemon: Daemon) -> None:
    assert create(daemon, "sleep", "600", name="other")[0] == 201
    assert start(daemon, "other") == (204, "")
    pid = inspect(daemon, "other")["State"]["Pid"]
    shown = output(daemon, "ps; echo $$; grep ^NSpid /proc/self/status; readlink /proc/self/ns/pid", PidMode="host")
    assert f"{pid} root" in shown
    assert "sleep 600" in shown
    own = shown.splitlines()[-3]
    assert int(own) > pid
    assert shown.endswith("pid:[4026531836]\n")
    assert output(daemon, f"kill -9 {pid}; sleep 1", name="third", PidMode="host") == ""
    assert inspect(daemon, "other")["State"]["ExitCode"] == 137


def test_processes_of_another_container_are_seen_both_ways(daemon: Daemon) -> None:
    created = create(daemon, "sleep", "600", name="other")
    assert created[0] == 201
    assert start(daemon, "other") == (204, "")
    assert (
        create(daemon, "sh", "-c", "sleep 700; true", name="guest", PidMode=f"container:{created[1]['Id']}")[0] == 201
    )
    assert start(daemon, "guest") == (204, "")
    script = "ps; readlink /proc/self/ns/pid /proc/1/ns/pid; kill -0 1 && echo there"
    shown = output(daemon, script, name="third", PidMode="container:other").splitlines()
    assert shown[1].split() == ["1", "root", "sleep", "600"]
    assert shown[2].split()[2:] == ["sh", "-c", "sleep", "700;", "true"]
    assert shown[3].split()[2:] == ["sleep", "700"]
    assert shown[-1] == "there"
    assert shown[-2] == shown[-3]
    daemon.good("POST", "/containers/other/kill")
    daemon.good("POST", "/containers/guest/wait")
    assert inspect(daemon, "guest")["State"]["ExitCode"] == 137


def test_a_container_with_the_hosts_pids_takes_its_processes_with_it(daemon: Daemon) -> None:
    assert output(daemon, "sleep 500 & sleep 0.1", PidMode="host") == ""
    assert "sleep 500" not in output(daemon, "ps", PidMode="host")


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ({}, "/"),
        ({"CgroupnsMode": "host"}, "/system.slice/docker-ID.scope"),
        ({"Privileged": True}, "/system.slice/docker-ID.scope"),
        ({"CgroupnsMode": "host", "CgroupParent": "a-b.slice"}, "/a.slice/a-b.slice/docker-ID.scope"),
    ],
)
def test_the_control_group_of_a_process(daemon: Daemon, host: dict[str, Any], path: str) -> None:
    shown = output(daemon, "cat /proc/self/cgroup", **host).strip()
    assert re.sub("[0-9a-f]{64}", "ID", shown) == f"0::{path}"


def test_namespaces_that_are_shared_have_one_number(daemon: Daemon) -> None:
    script = "for n in ipc uts net cgroup mnt user; do readlink /proc/self/ns/$n; done"
    own = output(daemon, script).split()
    shared = output(daemon, script, IpcMode="host", UTSMode="host", NetworkMode="host", CgroupnsMode="host").split()
    assert shared[:4] == ["ipc:[4026531839]", "uts:[4026531838]", "net:[4026531840]", "cgroup:[4026531835]"]
    assert not set(own[:5]) & set(shared[:5])
    assert own[5] == shared[5] == "user:[4026531837]"


def test_sys_can_be_written_with_all_privileges_only(daemon: Daemon) -> None:
    script = "touch /sys/kernel/profiling 2>&1; echo $?; mount | grep -E ' /sys(/fs/cgroup)? ' | grep -c '(rw'"
    assert output(daemon, script) == "touch: /sys/kernel/profiling: Read-only file system\n1\n0\n"
    assert output(daemon, script, Privileged=True) == "0\n2\n"


def test_a_device_through_links(daemon: Daemon) -> None:
    output(daemon, "ln -s /dev/zero /h/one; ln -s one /h/two", Binds=["/opt:/h"])
    for path in ("/opt/one", "/opt/two"):
        device = {"PathOnHost": path, "PathInContainer": "/dev/symzero", "CgroupPermissions": "rwm"}
        assert output(daemon, "stat -c '%t,%T' /dev/symzero", Devices=[device]) == "1,5\n"
