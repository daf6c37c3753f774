"""What is mounted how: volumes by options and subpaths, tmpfs, shared memory; and what containers share or have for themselves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.archive_world import Daemon
from helpers.container_world import create, daemon, output, start

__all__ = ["daemon"]


def volume(subpath: str, target: str = "/v") -> dict[str, Any]:
    return {"Type": "volume", "Source": "data", "Target": target, "VolumeOptions": {"Subpath": subpath}}


def test_a_part_of_a_volume(daemon: Daemon) -> None:
    script = (
        "cd /v; mkdir sub bin hack; echo hi >sub/file; ln -s ../sub hack/good; ln -s / hack/root; ln -s ../.. hack/up"
    )
    output(daemon, script, Binds=["data:/v"])
    assert output(daemon, "ls /v", Mounts=[volume("sub")]) == "file\n"
    assert output(daemon, "ls /v", Mounts=[volume("hack/good")]) == "file\n"
    assert output(daemon, "cat /v", Mounts=[volume("sub/file")]) == "hi\n"
    assert output(daemon, "ls /bin/busybox", Mounts=[volume("bin", "/bin")]) == "/bin/busybox\n"
    base = "/var/lib/docker/volumes/data/_data"
    for number, (subpath, status, problem) in enumerate(
        (
            ("none", 404, f"cannot access path {base}/none: lstat {base}/none: no such file or directory"),
            ("hack/root", 400, f"path concatenation escapes the base directory, base: {base}, subpath: hack/root"),
            ("hack/up", 400, f"path concatenation escapes the base directory, base: {base}, subpath: hack/up"),
        )
    ):
        create(daemon, name=f"refused{number}", Mounts=[volume(subpath)])
        assert start(daemon, f"refused{number}") == (status, problem)


@pytest.mark.parametrize(
    ("mount", "problem"),
    [
        (volume("../x"), "subpath must be a relative path within the volume"),
        (volume("x") | {"Source": ""}, "must not set Subpath when using anonymous volumes"),
        (
            {"Type": "volume", "Target": "/v", "ReadOnly": True},
            "must not set ReadOnly mode when using anonymous volumes",
        ),
    ],
)
def test_mounts_of_volumes_that_are_refused(daemon: Daemon, mount: dict[str, Any], problem: str) -> None:
    wanted = {"message": f'invalid mount config for type "volume": {problem}'}
    assert create(daemon, Mounts=[mount]) == (400, wanted)


def test_volumes_that_a_mount_makes(daemon: Daemon) -> None:
    driver = {"Name": "local", "Options": {"type": "tmpfs", "device": "tmpfs", "o": "size=1"}}
    options = {"DriverConfig": driver, "Labels": {"a": "b"}}
    mount = {"Type": "volume", "Source": "made", "Target": "/v", "VolumeOptions": options}
    assert create(daemon, Mounts=[mount])[0] == 201
    found = json.loads(daemon.good("GET", "/volumes/made"))
    assert (found["Labels"], found["Options"]) == ({"a": "b"}, driver["Options"])
    for given, problem in (
        ({"foobar": "x"}, 'invalid option: "foobar"'),
        ({"type": "tmpfs"}, 'missing required option: "device"'),
        ({"device": "tmpfs"}, 'missing required option: "type"'),
        ({"size": "1g"}, "quota size requested but no quota support"),
    ):
        status, answer = daemon.ask("POST", "/volumes/create", None, {"Name": "bad", "DriverOpts": given})
        assert (status, json.loads(answer)["message"]) == (400, f"create bad: {problem}")


def test_a_source_that_is_made(daemon: Daemon) -> None:
    bind = {"Type": "bind", "Source": "/srv/new", "Target": "/v"}
    assert create(daemon, Mounts=[bind])[0] == 400
    assert output(daemon, "ls -d /v", Mounts=[bind | {"BindOptions": {"CreateMountpoint": True}}]) == "/v\n"
    wrong = {"message": 'invalid mount config for type "bind": invalid propagation mode: x'}
    assert create(daemon, Mounts=[bind | {"BindOptions": {"Propagation": "x"}}]) == (400, wrong)


def test_tmpfs_and_shared_memory(daemon: Daemon) -> None:
    tmpfs = {"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": 4 << 20, "Mode": 0o700}}
    mounted = output(daemon, "mount; grep ' /t ' /proc/self/mountinfo", Mounts=[tmpfs], ShmSize=1 << 30)
    assert "tmpfs on /t type tmpfs (rw,nosuid,nodev,noexec,relatime,mode=700,size=4096k)" in mounted
    assert "shm on /dev/shm type tmpfs (rw,nosuid,nodev,noexec,relatime,size=1048576k)" in mounted
    assert mounted.splitlines()[-1].endswith(
        " / /t rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=700,size=4096k"
    )
    create(daemon, name="odd", Tmpfs={"/run": "size=1m,foobar"})
    assert start(daemon, "odd") == (500, 'Invalid tmpfs option "foobar"')


def test_namespaces_of_others(daemon: Daemon) -> None:
    for field, what in (("PidMode", "PID"), ("IpcMode", "IPC")):
        assert create(daemon, **{field: "container:none"}) == (400, {"message": "No such container: none"})
        _, donor = create(daemon, name=f"donor-{what}", IpcMode="private")
        _, answer = create(daemon, name=f"taker-{what}", **{field: f"container:donor-{what}"})
        host = json.loads(daemon.good("GET", f"/containers/{answer['Id']}/json"))["HostConfig"]
        assert host[field] == f"container:{donor['Id']}"
        problem = f"failed to join {what} namespace: container {donor['Id']} is not running"
        assert start(daemon, f"taker-{what}") == (500, problem)
        start(daemon, f"donor-{what}")
    assert start(daemon, "taker-PID") == (204, "")
    assert start(daemon, "taker-IPC")[1].endswith(
        "non-shareable IPC (hint: use IpcMode:shareable for the donor container)"
    )
    create(daemon, name="selfish", NetworkMode="container:selfish")
    assert start(daemon, "selfish")[1].endswith("cannot join own network namespace")


def test_what_the_kernel_says_in_a_container(daemon: Daemon) -> None:
    script = "cat /proc/sys/net/ipv4/ping_group_range /proc/sys/net/ipv4/ip_forward /proc/self/oom_score_adj; cd /sys/fs/cgroup; cat cpu.max memory.swap.max"
    told = output(
        daemon, script, Sysctls={"net.ipv4.ip_forward": "0"}, OomScoreAdj=642, NanoCpus=500_000_000, Memory=8 << 20
    )
    assert told.split("\n")[:-1] == ["0\t2147483647", "0", "642", "50000 100000", str(8 << 20)]
    create(daemon, CpuQuota=15000)
    start(daemon)
    daemon.good("POST", "/containers/box/update", None, {"CpuQuota": -1, "CpuPeriod": 100000})
    daemon.good("POST", "/containers/box/exec", None, {"Cmd": ["true"]})
    assert (
        daemon.engine.world.kernel.namespaces[json.loads(daemon.good("GET", "/containers/box/json"))["Id"]].cpu_max
        == "max 100000"
    )


def test_names_of_a_container_itself(daemon: Daemon) -> None:
    body = {"Image": "busybox", "Hostname": "a.example.com", "Cmd": ["grep", "-c", "a.example.com a$", "/etc/hosts"]}
    daemon.good("POST", "/containers/create", {"name": "box"}, body)
    start(daemon)
    assert json.loads(daemon.good("POST", "/containers/box/wait"))["StatusCode"] == 0
    body = {"Image": "busybox", "Hostname": "own", "Cmd": ["sh", "-c", "[ $(hostname) = own ]"]}
    daemon.good("POST", "/containers/create", {"name": "net"}, body | {"HostConfig": {"NetworkMode": "host"}})
    start(daemon, "net")
    assert json.loads(daemon.good("POST", "/containers/net/wait"))["StatusCode"] == 0


def test_users_and_groups(daemon: Daemon) -> None:
    body = {"Image": "busybox", "Cmd": ["true"]}
    for user in ("-1", "2147483648"):
        daemon.good("POST", "/containers/create", {"name": f"u{user}"}, body | {"User": user})
        assert start(daemon, f"u{user}") == (400, "uids and gids must be in range 0-2147483647")
    create(daemon, GroupAdd=["audio", "777"])
    start(daemon)
    request = {"User": "root", "AttachStdout": True, "Cmd": ["id", "-G"]}
    identifier = json.loads(daemon.good("POST", "/containers/box/exec", None, request))["Id"]
    assert daemon.good("POST", f"/exec/{identifier}/start", None, {})[8:].split()[-2:] == [b"29", b"777"]
    assert output(daemon, "echo $HOME", name="home") == "/root\n"


def test_networks_that_are_gone_and_modes_that_forbid(daemon: Daemon) -> None:
    daemon.good("POST", "/networks/create", None, {"Name": "gone"})
    create(daemon, NetworkMode="gone")
    daemon.good("DELETE", "/networks/gone")
    daemon.good("POST", "/networks/gone/disconnect", None, {"Container": "box", "Force": True})
    assert json.loads(daemon.good("GET", "/containers/box/json"))["NetworkSettings"]["Networks"] == {}
    create(daemon, name="none", NetworkMode="none")
    status, answer = daemon.ask("POST", "/networks/bridge/connect", None, {"Container": "none"})
    assert (status, json.loads(answer)["message"]) == (
        400,
        "container cannot be connected to multiple networks with one of the networks in private (none) mode",
    )
    daemon.good("POST", "/networks/create", None, {"Name": "mine"})
    settings = {"Container": "box", "EndpointConfig": {"IPAMConfig": {"IPv4Address": "172.18.0.9"}}}
    assert json.loads(daemon.ask("POST", "/networks/mine/connect", None, settings)[1])["message"].endswith(
        "user specified IP address is supported only when connecting to networks with user configured subnets"
    )
    assert len(json.loads(daemon.good("GET", "/networks/"))) == 4


def test_ports_that_are_asked_for_come_first(daemon: Daemon) -> None:
    bindings = {"70/tcp": [{"HostPort": ""}], "80/tcp": [{"HostPort": "32768"}]}
    create(daemon, PortBindings=bindings)
    assert start(daemon) == (204, "")
    ports = json.loads(daemon.good("GET", "/containers/box/json"))["NetworkSettings"]["Ports"]
    assert (list(ports), ports["80/tcp"][0]["HostPort"]) == (["70/tcp", "80/tcp"], "32768")
    options = {"com.docker.network.bridge.host_binding_ipv4": "192.168.10.1"}
    daemon.good("POST", "/networks/create", None, {"Name": "bound", "Options": options})
    create(daemon, name="web", NetworkMode="bound", PortBindings={"80/tcp": [{"HostPort": "81"}]})
    start(daemon, "web")
    ports = json.loads(daemon.good("GET", "/containers/web/json"))["NetworkSettings"]["Ports"]
    assert ports["80/tcp"] == [{"HostIp": "192.168.10.1", "HostPort": "81"}]


def test_detach_keys_are_in_small_letters(daemon: Daemon) -> None:
    create(daemon)
    start(daemon)
    status, answer = daemon.ask("POST", "/containers/box/attach", {"detachKeys": "ctrl-A,a"})
    assert (status, answer) == (400, b"Invalid detach keys (ctrl-A,a) provided\r\n")


def test_volumes_of_an_image_may_be_relative_and_are_no_files(daemon: Daemon) -> None:
    create(daemon)
    daemon.commit("relative", changes=("VOLUME data",))
    daemon.good("POST", "/containers/create", {"name": "made"}, {"Image": "relative", "Cmd": ["true"]})
    (mount,) = json.loads(daemon.good("GET", "/containers/made/json"))["Mounts"]
    assert mount["Destination"] == "/data"
    body = {"Image": "busybox", "Cmd": ["true"], "Volumes": {"/etc/passwd": {}}}
    status, answer = daemon.ask("POST", "/containers/create", None, body)
    assert (status, b"cannot mount volume over existing file, file exists " in answer) == (500, True)


def test_volumes_are_mounted_and_unmounted(daemon: Daemon) -> None:
    output(daemon, "true", Binds=["data:/v:ro"])
    volume_events = [event for event in daemon.engine.world.events.entries() if event.type == "volume"]
    assert [event.action for event in volume_events] == ["create", "mount", "unmount"]
    mounted = dict(volume_events[1].attributes)
    assert (mounted["destination"], mounted["driver"], mounted["read/write"]) == ("/v", "local", "false")


def test_flags_of_the_other_type_of_mount(daemon: Daemon) -> None:
    for text, kind, option in (
        ("data:/v:shared", "volume", "BindOptions"),
        ("/srv:/v:nocopy", "bind", "VolumeOptions"),
    ):
        problem = f'invalid mount config for type "{kind}": field {option} must not be specified'
        assert create(daemon, Binds=[text]) == (400, {"message": f"invalid volume specification: '{text}': {problem}"})
    create(daemon, name="donor", Binds=["data:/v"])
    for mode in ("nocopy", "shared", "copy"):
        assert create(daemon, VolumesFrom=[f"donor:{mode}"]) == (400, {"message": f"invalid mode: {mode}"})


def test_volumes_from_another_get_nothing_of_the_image(daemon: Daemon) -> None:
    daemon.run("mkdir /v; touch /v/file", image="busybox", name="made")
    daemon.commit("filled", container="made")
    create(daemon, name="donor", Binds=["data:/v"])
    body = {"Image": "filled", "Cmd": ["ls", "/v/file"], "HostConfig": {"VolumesFrom": ["donor"]}}
    daemon.good("POST", "/containers/create", {"name": "taker"}, body)
    start(daemon, "taker")
    assert json.loads(daemon.good("POST", "/containers/taker/wait"))["StatusCode"] == 1


def test_a_network_that_leads_outside_brings_the_ports(daemon: Daemon) -> None:
    daemon.good("POST", "/networks/create", None, {"Name": "inner", "Internal": True})
    daemon.good("POST", "/networks/create", None, {"Name": "outer"})
    create(daemon, NetworkMode="inner", PortBindings={"80/tcp": [{"HostPort": "8080"}]})
    start(daemon)
    daemon.good("POST", "/networks/outer/connect", None, {"Container": "box"})
    ports = json.loads(daemon.good("GET", "/containers/box/json"))["NetworkSettings"]["Ports"]
    assert ports["80/tcp"][0]["HostPort"] == "8080"
    daemon.good(
        "POST",
        "/networks/create",
        None,
        {"Name": "six", "EnableIPv6": True, "IPAM": {"Config": [{"Subnet": "fd00:9::/64"}]}},
    )
    settings = {"IPAMConfig": {"IPv6Address": "::ffff:172.28.99.99"}}
    status, answer = daemon.ask("POST", "/networks/six/connect", None, {"Container": "box", "EndpointConfig": settings})
    assert (status, b"invalid IPv6 address" in answer) == (400, True)


def test_devices_of_the_host(daemon: Daemon) -> None:
    """One, a directory of them, one elsewhere than in /dev; all with privileges; and what is none."""

    def device(path: str, target: str) -> dict[str, str]:
        return {"PathOnHost": path, "PathInContainer": target, "CgroupPermissions": "rwm"}

    devices = [device("/dev/zero", "/dev/nulo"), device("/dev/net", "/dev/nets/a"), device("/dev/vda", "/disk")]
    script = "stat -c '%n %t:%T %a %F' /dev/nulo /dev/nets/a/tun /disk; head -c 2 /dev/nulo | od -An -tx1"
    assert output(daemon, script, Devices=devices) == (
        "/dev/nulo 1:5 666 character special file\n/dev/nets/a/tun a:c8 666 character special file\n"
        "/disk fe:0 660 block special file\n 00 00\n"
    )
    assert "loop0\n" in output(daemon, "ls /dev", name="all", Privileged=True)
    assert output(daemon, "ls /dev/fuse", name="none") == "ls: /dev/fuse: No such file or directory\n"
    for number, (path, problem) in enumerate(
        (("/etc", "not a device node"), ("/dev/snd", "no such file or directory"))
    ):
        create(daemon, name=f"bad{number}", Devices=[device(path, "/dev/x")])
        said = f'error gathering device information while adding custom device "{path}": {problem}'
        assert start(daemon, f"bad{number}") == (500, said)
    create(daemon, name="slow", BlkioDeviceReadBps=[{"Path": "/dev/sdx", "Rate": 1}])
    assert start(daemon, "slow") == (500, "stat /dev/sdx: no such file or directory")


def test_what_the_kernel_makes_on_the_host_can_be_mounted(daemon: Daemon) -> None:
    script = "cat /null; ls /cgroup | head -n 1; ls /net; grep -c MemTotal /meminfo; grep ' /null ' /proc/mounts"
    binds = ["/dev/null:/null", "/sys/fs/cgroup:/cgroup:ro", "/sys/class/net:/net", "/proc/meminfo:/meminfo:ro"]
    assert output(daemon, script, Binds=binds) == (
        "cgroup.controllers\neth0\nlo\n1\nudev /null devtmpfs rw,nosuid,relatime,mode=755 0 0\n"
    )


def test_memory_that_is_shared(daemon: Daemon) -> None:
    create(daemon, "sh", "-c", "touch /dev/shm/given; sleep 1000", name="donor", IpcMode="shareable", ShmSize=100 << 20)
    start(daemon, "donor")
    script = "ls /dev/shm; df -m /dev/shm | tail -n 1 | tr -s ' '; grep -c ' /dev/shm ' /proc/mounts"
    taken = output(daemon, script, IpcMode="container:donor")
    assert taken == "given\nshm 100 0 100 0% /dev/shm\n1\n"
    assert output(daemon, "touch /dev/shm/ours; grep -c /dev/shm /proc/mounts", name="host", IpcMode="host") == "1\n"
    assert output(daemon, "ls /dev/shm", name="host2", IpcMode="host") == "ours\n"
    assert output(daemon, "grep -c /dev/shm /proc/mounts", name="without", IpcMode="none") == "0\n"
    create(daemon, "sh", "-c", "sleep 900; test -e /dev/shm/given", name="joiner", IpcMode="container:donor")
    start(daemon, "joiner")
    daemon.good("DELETE", "/containers/donor", {"force": "1"})
    assert json.loads(daemon.good("POST", "/containers/joiner/wait"))["StatusCode"] == 0, "as long as one has it"


def test_mounts_are_where_links_lead_and_in_one_another(daemon: Daemon) -> None:
    daemon.run("ln -s home /bar; ln -s /run /var/run; mkdir /run", image="busybox", name="made")
    daemon.commit("linked", container="made")
    body = {
        "Image": "linked",
        "Cmd": ["sh", "-c", "touch /home/foo/a /run/data/b; test -e /bar/foo/a && test -e /var/run/data/b && test $(grep -cE ' /(home/foo|run/data) ' /proc/mounts) = 2"],
        "Volumes": {"/bar/foo": {}},
        "HostConfig": {"Tmpfs": {"/var/run": ""}, "Binds": ["data:/run/data"]},
    }  # fmt: skip
    daemon.good("POST", "/containers/create", {"name": "box"}, body)
    assert start(daemon) == (204, "")
    assert json.loads(daemon.good("POST", "/containers/box/wait"))["StatusCode"] == 0
    daemon.good("DELETE", "/containers/box")
    assert (
        output(daemon, "ls /run; cat /run/made/b", name="in", Tmpfs={"/run": ""}, Binds=["data:/run/made"]) == "made\n"
    )


@pytest.mark.parametrize(
    ("bind", "reason"),
    [
        ("data:/proc//sys", "it is inside /proc"),
        ("/tmp/x:/proc/5", "it is inside /proc"),
        ("data:/proc", "it is not of type proc"),
        ("/proc:/proc", ""),
        ("/dev/null:/proc/meminfo", ""),
    ],
)
def test_nothing_is_mounted_in_proc(daemon: Daemon, bind: str, reason: str) -> None:
    create(daemon, "true", Binds=[bind])
    status, said = start(daemon)
    assert (status, said) == (204, "") if not reason else (status, reason in said) == (500, True)


def test_a_volume_that_is_a_tmpfs(daemon: Daemon) -> None:
    options = {"type": "tmpfs", "device": "tmpfs", "o": "size=1m,uid=1000"}
    daemon.good("POST", "/volumes/create", None, {"Name": "quick", "DriverOpts": options})
    said = output(daemon, "grep ' /q ' /proc/mounts", Binds=["quick:/q"])
    assert said == "tmpfs /q tmpfs rw,relatime,size=1024k,uid=1000 0 0\n"


def test_volumes_with_names_survive_a_create_that_is_refused(daemon: Daemon) -> None:
    status, answer = create(daemon, Binds=["one:/x", "/anonymous", "two:/x"])
    assert (status, answer["message"]) == (400, "Duplicate mount point: /x")
    mounts = [
        {"Type": "volume", "Source": "three", "Target": "/a"},
        {"Type": "bind", "Source": "/nope", "Target": "/b"},
    ]
    assert create(daemon, Mounts=mounts)[0] == 400  # such a mount is looked at before any volume is made
    volumes = json.loads(daemon.good("GET", "/volumes"))["Volumes"]
    assert [each["Name"] for each in volumes] == ["one"]
    assert json.loads(daemon.good("GET", "/containers/json", {"all": "1"})) == []
    assert create(daemon, Binds=["one:/x"])[0] == 201


def test_a_container_takes_with_it_only_volumes_that_nobody_chose(daemon: Daemon) -> None:
    picked = json.loads(daemon.ask("POST", "/volumes/create", {}, {})[1])["Name"]
    body = {
        "Image": "busybox",
        "Cmd": ["true"],
        "Volumes": {"/anonymous": {}},
        "HostConfig": {
            "Binds": [f"{picked}:/bound"],
            "Mounts": [
                {"Type": "volume", "Source": "chosen", "Target": "/chosen"},
                {"Type": "volume", "Source": picked, "Target": "/again"},
                {"Type": "volume", "Target": "/unnamed"},
            ],
        },
    }
    assert daemon.ask("POST", "/containers/create", {"name": "one"}, body)[0] == 201
    assert create(daemon, "true", name="two", VolumesFrom=["one"])[0] == 201
    volumes = {volume["Name"] for volume in json.loads(daemon.good("GET", "/volumes"))["Volumes"]}
    assert len(volumes) == 4
    daemon.good("DELETE", "/containers/one", {"v": "1"})
    assert {volume["Name"] for volume in json.loads(daemon.good("GET", "/volumes"))["Volumes"]} == volumes
    daemon.good("DELETE", "/containers/two", {"v": "1"})
    left = {volume["Name"] for volume in json.loads(daemon.good("GET", "/volumes"))["Volumes"]}
    assert left == {picked, "chosen"}


def test_a_container_that_removes_itself_leaves_a_volume_whose_name_was_picked(daemon: Daemon) -> None:
    picked = json.loads(daemon.ask("POST", "/volumes/create", {}, {})[1])["Name"]
    status, _ = create(daemon, "sh", "-c", "echo kept > /d/file", AutoRemove=True, Binds=[f"{picked}:/d"])
    assert status == 201
    assert start(daemon) == (204, "")
    daemon.engine.advance(daemon.engine.now_ns + 10**10)
    assert daemon.ask("GET", "/containers/box/json")[0] == 404
    assert output(daemon, "cat /d/file", name="after", Binds=[f"{picked}:/d"]) == "kept\n"
