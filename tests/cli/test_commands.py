"""Flags, create requests, and the commands that do one thing: what is asked of the daemon and what is said."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from fakedocker.base.profiles import PROFILES
from fakedocker_shell.cli.table import command_names, find
from fakedocker_shell.cli.usage import help_text
from helpers.cli_world import World, messages

NO_CONTAINER = (404, {"message": "No such container: nosuch"})


def created(
    *argv: str, files: dict[str, Any] | None = None, environment: dict[str, str] | None = None
) -> dict[str, Any]:
    """The body of a create request."""
    world = World({"POST /containers/create": (201, {"Id": "c" * 64})}, files=files, environment=environment)
    assert world.run("create", *argv) == 0, world.complaints
    body: dict[str, Any] = world.body("POST /containers/create")
    return body


def refused(*argv: str) -> str:
    """What is said of a create command that does not get to the daemon."""
    world = World()
    assert world.run("create", *argv) in (1, 125)
    assert world.asked == []
    return world.complaints.partition("\n")[0].removeprefix("docker: ")


# flags


def test_flags_may_be_combined_and_negated_and_end_at_the_image() -> None:
    body = created("-it", "--name=x", "--init=false", "-eA=1", "-e", "B=2", "--rm=0", "alpine", "ls", "-la", "--rm")
    assert (body["Tty"], body["OpenStdin"], body["Env"], body["Cmd"]) == (
        True,
        True,
        ["A=1", "B=2"],
        ["ls", "-la", "--rm"],
    )
    assert (body["HostConfig"]["Init"], body["HostConfig"]["AutoRemove"]) == (False, False)


def test_flags_may_follow_arguments_where_no_command_follows() -> None:
    world = World({"DELETE /containers/a": (204, None), "DELETE /containers/b": (204, None)})
    assert world.run("rm", "a", "-f", "b", "-v") == 0
    assert world.query("DELETE /containers/b") == {"v": "1", "force": "1"}


def test_after_two_dashes_everything_is_an_argument() -> None:
    world = World({"DELETE /containers/-f": (204, None)})
    assert world.run("rm", "--", "-f") == 0
    assert world.asked == ["DELETE /containers/-f"]


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (("ps", "--all=maybe"), 'invalid argument "maybe" for "-a, --all" flag: strconv.ParseBool: parsing "maybe": invalid syntax'),
        (("ps", "-nx"), 'invalid argument "x" for "-n, --last" flag: strconv.ParseInt: parsing "x": invalid syntax'),
        (("ps", "-n"), "flag needs an argument: 'n' in -n"),
        (("ps", "-qz"), "unknown shorthand flag: 'z' in -z"),
        (("ps", "--=3"), "bad flag syntax: --=3"),
        (("ps", "-f", "wat"), 'invalid argument "wat" for "-f, --filter" flag: bad format of filter (expected name=value)'),
        (("run", "--blkio-weight", "99999", "a"), 'invalid argument "99999" for "--blkio-weight" flag: strconv.ParseUint: parsing "99999": value out of range'),
        (("run", "--cpus", "wat", "a"), 'invalid argument "wat" for "--cpus" flag: failed to parse wat as a rational number'),
        (("run", "--ulimit", "nofile=20:10", "a"), 'invalid argument "nofile=20:10" for "--ulimit" flag: ulimit soft limit must be less than or equal to hard limit: 20 > 10'),
        (("run", "--add-host", "foo", "a"), 'invalid argument "foo" for "--add-host" flag: bad format for add-host: "foo"'),
        (("run", "--mount", "foo=bar,dst=/m", "a"), "invalid argument \"foo=bar,dst=/m\" for \"--mount\" flag: unknown option 'foo' in 'foo=bar'"),
        (("run", "--network", "name=a,zzz=1", "a"), 'invalid argument "name=a,zzz=1" for "--network" flag: invalid field key zzz'),
    ],
)  # fmt: skip
def test_flags_that_are_refused(argv: tuple[str, ...], complaint: str) -> None:
    world = World()
    assert world.run(*argv) == 125
    usage = find(argv[0]).usage  # type: ignore[union-attr]  # all of them exist
    assert world.complaints == f"{complaint}\n\nUsage:  {usage}\n\nRun 'docker {argv[0]} --help' for more information\n"


def test_flags_that_are_no_longer_liked_say_so_on_standard_output() -> None:
    world = World({"POST /containers/a/stop": (204, None)})
    assert world.run("stop", "--time", "3", "a") == 0
    assert world.printed == "Flag --time has been deprecated, use --timeout instead\na\n"
    assert world.query("POST /containers/a/stop") == {"t": "3"}


def test_second_names_of_commands() -> None:
    world = World({"GET /volumes": (200, {"Volumes": None}), "GET /containers/json": (200, [])})
    assert world.run("volume", "list") == 0
    assert world.run("container", "ps", "-q") == 0
    assert world.run("container", "ls", "-q") == 0


# help


@pytest.mark.parametrize(
    ("profile", "name"), [(profile, name) for profile in PROFILES for name in ("", *command_names(profile))]
)
def test_every_command_has_help(profile: str, name: str) -> None:
    command = find(name, profile)
    assert command is not None
    text = help_text(command)
    assert text.startswith(f"Usage:  {command.path}")
    assert max(map(len, text.splitlines())) < 110
    world = World(profile=profile)
    assert world.run(*name.split(), "--help") == 0
    assert world.printed.startswith("Usage:  ")


def test_the_layout_of_help() -> None:
    command = find("container rm")
    assert command is not None
    assert help_text(command) == (
        "Usage:  docker container rm [OPTIONS] CONTAINER [CONTAINER...]\n\nRemove containers\n\nAliases:\n"
        "  docker container rm, docker container remove, docker rm\n\nOptions:\n"
        "  -f, --force     Also remove a container that runs (it is killed)\n"
        "  -l, --link      Remove only the link\n"
        "  -v, --volumes   Remove volumes without a name, too\n"
    )


def test_help_is_wrapped_to_the_terminal() -> None:
    world = World(terminal=True, size=(24, 60))
    world.run("ps", "--help")
    options = world.printed.partition("Options:\n")[2]
    assert max(map(len, options.splitlines())) <= 60
    assert len(options.splitlines()) > 8


def test_a_group_alone_shows_its_help_as_an_error_stream() -> None:
    world = World()
    assert world.run("network") == 0
    assert world.printed == ""
    assert "\nCommands:\n  connect     Connect a container to a network\n" in world.complaints


def test_version_flag_and_help_command() -> None:
    world, older = World(), World(profile="28")
    assert (world.run("--version"), older.run("--version")) == (0, 0)
    assert world.printed == "Docker version 29.7.2, build a7dcaa6\n"
    assert older.printed == "Docker version 28.2.2, build e6534b4\n"
    assert world.run("help", "nosuch") == 1
    assert world.complaints == "unknown help topic: nosuch\n"


def test_starting_up_imports_no_command() -> None:
    code = (
        "import sys; import fakedocker_shell.cli.main; "
        "print([m for m in sys.modules if 'cli.commands.' in m or m in ('asyncio', 'prompt_toolkit', 'networkx', 'tarfile')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout == "[]\n"


# making containers


def test_a_plain_create() -> None:
    body = created("alpine")
    assert (body["Image"], body["Cmd"], body["Env"], body["Labels"], body["Volumes"]) == ("alpine", None, None, {}, {})
    host = body["HostConfig"]
    assert (host["NetworkMode"], host["Binds"], host["PortBindings"], host["MemorySwappiness"]) == (
        "default",
        None,
        {},
        -1,
    )
    assert body["NetworkingConfig"]["EndpointsConfig"]["default"]["Aliases"] is None
    assert "Healthcheck" not in body


@pytest.mark.parametrize(
    ("published", "bindings"),
    [
        ("8080:80", {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}),
        ("80", {"80/tcp": [{"HostIp": "", "HostPort": ""}]}),
        ("127.0.0.1::53/udp", {"53/udp": [{"HostIp": "127.0.0.1", "HostPort": ""}]}),
        ("[::1]:5:6", {"6/tcp": [{"HostIp": "::1", "HostPort": "5"}]}),
        ("9000-9001:80-81", {"80/tcp": [{"HostIp": "", "HostPort": "9000"}], "81/tcp": [{"HostIp": "", "HostPort": "9001"}]}),
        ("8000-8010:99", {"99/tcp": [{"HostIp": "", "HostPort": "8000-8010"}]}),
        ("target=80,published=81,protocol=udp", {"80/udp": [{"HostIp": "", "HostPort": "81"}]}),
    ],
)  # fmt: skip
def test_ports_are_published(published: str, bindings: dict[str, Any]) -> None:
    body = created("-p", published, "alpine")
    assert body["HostConfig"]["PortBindings"] == bindings
    assert set(body["ExposedPorts"]) == set(bindings)


def test_volumes_binds_and_mounts() -> None:
    body = created(
        "-v",
        "data:/d",
        "-v",
        "/anon",
        "-v",
        "./x:/x:ro",
        "-v",
        "y:/z",
        "--tmpfs",
        "/t:size=1m",
        "--mount",
        "type=bind,src=.,dst=/m,ro",
        "alpine",
    )
    # a single letter before the colon is a drive of Windows to docker's client
    assert body["Volumes"] == {"/anon": {}, "y:/z": {}}
    host = body["HostConfig"]
    assert host["Binds"] == ["data:/d", "/work/x:/x:ro"]
    assert host["Tmpfs"] == {"/t": "size=1m"}
    assert host["Mounts"] == [{"Type": "bind", "Source": "/work", "Target": "/m", "ReadOnly": True}]


def test_environment_and_labels_come_from_files_too() -> None:
    files = {"/work/env": 'A=1\n# c\n\nFROM_HOME\nUNSET\nQ="x"\n', "/work/labels": "x=1\ny\n"}
    body = created("--env-file", "env", "-e", "B", "-e", "NOPE", "--label-file", "labels", "-l", "t=a", "alpine", files=files, environment={"B": "2", "FROM_HOME": "h"})  # fmt: skip
    assert body["Env"] == ["A=1", "FROM_HOME=h", 'Q="x"', "B=2", "NOPE"]
    assert body["Labels"] == {"x": "1", "t": "a"}


def test_limits_and_health() -> None:
    body = created("-m", "64m", "--cpus", "1.5", "--pids-limit", "10", "--ulimit", "nofile=10:20", "--device", "/dev/null:/dev/x:r", "--health-cmd", "true", "--health-interval", "5s", "--restart", "on-failure:3", "--stop-timeout", "3", "alpine")  # fmt: skip
    host = body["HostConfig"]
    assert (host["Memory"], host["NanoCpus"], host["PidsLimit"]) == (64 << 20, 1_500_000_000, 10)
    assert host["Ulimits"] == [{"Name": "nofile", "Hard": 20, "Soft": 10}]
    assert host["Devices"] == [{"PathOnHost": "/dev/null", "PathInContainer": "/dev/x", "CgroupPermissions": "r"}]
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert body["Healthcheck"] == {"Test": ["CMD-SHELL", "true"], "Interval": 5_000_000_000}
    assert body["StopTimeout"] == 3


def test_networks() -> None:
    body = created(
        "--network",
        "a",
        "--network",
        "name=b,alias=x,ip=10.0.0.2",
        "--network-alias",
        "db",
        "--ip",
        "10.1.0.2",
        "--link",
        "c:d",
        "alpine",
    )
    assert body["HostConfig"]["NetworkMode"] == "a"
    first, second = (body["NetworkingConfig"]["EndpointsConfig"][name] for name in ("a", "b"))
    assert (first["Aliases"], first["IPAMConfig"], first["Links"]) == (["db"], {"IPv4Address": "10.1.0.2"}, ["c:d"])
    assert (second["Aliases"], second["IPAMConfig"]) == (["x"], {"IPv4Address": "10.0.0.2"})


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (("--network", "a", "--network", "bridge", "alpine"), "conflicting options: cannot attach both user-defined and non-user-defined network-modes"),
        (("--mac-address", "zz", "alpine"), "zz is not a valid mac address"),
        (("--network", "name=a,mac-address=2:42:ac:11:0:2", "alpine"), "2:42:ac:11:0:2 is not a valid mac address"),
        (("--mac-address", "02:42:ac:11:00:02", "--network", "name=a,mac-address=02:42:ac:11:00:03", "alpine"), "conflicting options: cannot specify both --mac-address and per-network MAC address"),
        (("--network-alias", "x", "alpine"), "network-scoped aliases are only supported for user-defined networks"),
        (("--network", "name=bridge,alias=x", "alpine"), "network-scoped aliases are only supported for user-defined networks"),
        (("--network", "a", "--network", "a", "alpine"), 'network "a" is specified multiple times'),
        (("--network", "name=a,ip=1.2.3.4", "--ip", "1.2.3.5", "alpine"), "conflicting options: cannot specify both --ip and per-network IPv4 address"),
        (("--restart", ":3", "alpine"), "invalid restart policy format: no policy provided before colon"),
        (("--pid", "bad", "alpine"), "--pid: invalid PID mode"),
        (("--log-driver", "none", "--log-opt", "a=b", "alpine"), "invalid logging opts for driver none"),
        (("-p", "80:99999", "alpine"), "invalid containerPort: 99999"),
        (("--expose", "80:90", "alpine"), "invalid port format for --expose: 80:90"),
        (("-v", "aa::b", "alpine"), "invalid spec: aa::b: empty section between colons"),
        (("--device", "wat", "alpine"), "wat is not an absolute path"),
        (("--security-opt", "wat", "alpine"), 'invalid --security-opt: "wat"'),
    ],
)  # fmt: skip
def test_containers_that_cannot_be(argv: tuple[str, ...], complaint: str) -> None:
    assert refused(*argv) == complaint


def test_the_id_goes_into_a_file_that_must_not_be_there() -> None:
    world = World({"POST /containers/create": (201, {"Id": "c" * 64, "Warnings": ["mind the gap"]})})
    assert world.run("create", "--cidfile", "cid", "alpine") == 0
    assert world.files.text("/work/cid") == "c" * 64
    assert world.complaints == "WARNING: mind the gap\n"
    assert world.run("create", "--cidfile", "cid", "alpine") == 1
    assert world.complaints.endswith(
        "container ID file found, make sure the other container isn't running or delete cid\n"
    )


# one thing at a time


def test_stop_asks_for_all_at_once_and_answers_in_order() -> None:
    world = World(
        {
            "POST /containers/a/stop": (204, None),
            "POST /containers/nosuch/stop": NO_CONTAINER,
            "POST /containers/b/stop": (304, None),
        }
    )
    assert world.run("stop", "-s", "INT", "a", "nosuch", "b") == 1
    assert world.printed == "a\nb\n"
    assert world.complaints == "Error response from daemon: No such container: nosuch\n"
    assert world.query("POST /containers/a/stop") == {"signal": "INT"}


def test_rm_by_force_is_content_with_nothing_to_do() -> None:
    world = World({"DELETE /containers/nosuch": NO_CONTAINER})
    assert world.run("rm", "-f", "nosuch") == 0
    assert world.run("rm", "nosuch") == 1
    said = "Error response from daemon: No such container: nosuch\n"
    assert world.complaints == said
    older = World({"DELETE /containers/nosuch": NO_CONTAINER}, profile="28")
    assert older.run("rm", "-f", "nosuch") == 0
    assert older.complaints == said


def test_rename_says_who_could_not_be_renamed() -> None:
    world = World({"POST /containers/nosuch/rename": NO_CONTAINER})
    assert world.run("rename", "nosuch", "x") == 1
    said = "Error response from daemon: No such container: nosuch\n"
    assert world.complaints == f"failed to rename container: {said}"
    older = World({"POST /containers/nosuch/rename": NO_CONTAINER}, profile="28")
    assert older.run("rename", "nosuch", "x") == 1
    assert older.complaints == f"{said}Error: failed to rename container named nosuch\n"


def test_network_rm_goes_on_and_says_how_it_ended() -> None:
    world = World({"DELETE /networks/a": (204, None), "DELETE /networks/x": (404, {"message": "network x not found"})})
    assert world.run("network", "rm", "x", "a") == 1
    assert (world.printed, world.complaints) == (
        "a\n",
        "Error response from daemon: network x not found\nexit status 1\n",
    )


def test_port_shows_all_or_one() -> None:
    ports = {"443/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8443"}], "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8082"}, {"HostIp": "::", "HostPort": "8082"}], "9/udp": None}  # fmt: skip
    world = World({"GET /containers/c/json": (200, {"NetworkSettings": {"Ports": ports}})})
    world.run("port", "c")
    assert world.printed == "80/tcp -> 0.0.0.0:8082\n80/tcp -> [::]:8082\n443/tcp -> 0.0.0.0:8443\n"
    assert world.run("port", "c", "81") == 1
    assert world.complaints == "no public port '81' published for c\n"


def test_update_and_top_and_diff_and_wait() -> None:
    world = World(
        {
            "POST /containers/c/update": (200, {"Warnings": None}),
            "GET /containers/c/top": (200, {"Titles": ["PID", "CMD"], "Processes": [["1", "sleep 300"]]}),
            "GET /containers/c/changes": (
                200,
                [{"Path": "/a", "Kind": 1}, {"Path": "/b", "Kind": 0}, {"Path": "/c", "Kind": 2}],
            ),
            "POST /containers/c/wait": (200, {"StatusCode": 4}),
        }
    )
    for argv in (("update", "-m", "32m", "c"), ("top", "c", "-o", "pid,args"), ("diff", "c"), ("wait", "c")):
        assert world.run(*argv) == 0
    assert world.printed == "c\nPID                 CMD\n1                   sleep 300\nA /a\nC /b\nD /c\n4\n"
    assert world.body("POST /containers/c/update")["Memory"] == 32 << 20
    assert world.query("GET /containers/c/top") == {"ps_args": "-o pid,args"}


@pytest.mark.parametrize(
    ("typed", "pruned"), [(b"y\n", True), (b"Y\n", True), (b"n\n", False), (b"", False), (b"yes\n", False)]
)
def test_prune_asks(typed: bytes, pruned: bool) -> None:
    world = World({"POST /containers/prune": (200, {"ContainersDeleted": ["c1"], "SpaceReclaimed": 2000})}, stdin=typed)
    assert world.run("container", "prune") == 0
    question = "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] "
    assert world.printed == question + ("Deleted Containers:\nc1\n\nTotal reclaimed space: 2kB\n" if pruned else "")


def test_system_prune_asks_for_everything_in_turn() -> None:
    world = World(
        {
            "POST /containers/prune": (200, {"ContainersDeleted": None, "SpaceReclaimed": 1}),
            "POST /networks/prune": (200, {"NetworksDeleted": ["n"]}),
            "POST /volumes/prune": (200, {"VolumesDeleted": [], "SpaceReclaimed": 1}),
            "POST /images/prune": (
                200,
                {"ImagesDeleted": [{"Untagged": "a:1"}, {"Deleted": "sha256:1"}], "SpaceReclaimed": 1},
            ),
            "POST /build/prune": (200, {"CachesDeleted": None, "SpaceReclaimed": 1}),
        }
    )
    assert world.run("system", "prune", "-af", "--volumes") == 0
    assert world.printed == (
        "Deleted Networks:\nn\n\nDeleted Images:\nuntagged: a:1\ndeleted: sha256:1\n\nTotal reclaimed space: 4B\n"
    )
    assert world.query("POST /images/prune") == {"filters": '{"dangling":{"false":true}}'}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("BAD", "invalid reference format: repository name (library/BAD) must be lowercase"),
        ("alpine:bad:tag", "invalid reference format"),
        (
            "f" * 64,
            f"invalid repository name ({'f' * 64}), cannot specify 64-byte hexadecimal strings as repository names",
        ),
        ("a@sha256:00", "invalid reference format"),
    ],
)
def test_names_of_images_that_are_none(text: str, complaint: str) -> None:
    world = World()
    assert world.run("pull", text) == 1
    assert world.complaints == complaint + "\n"


def test_push_names_the_repository_in_full() -> None:
    world = World({"POST /images/localhost:5000/team/app/push": (200, messages({"status": "ok"}))})
    assert world.run("push", "localhost:5000/team/app:v1") == 0
    assert world.query("POST /images/localhost:5000/team/app/push") == {"tag": "v1"}
    assert world.client.headers[-1] == {"X-Registry-Auth": "e30="}


def test_contexts_are_kept_and_used() -> None:
    world = World()
    assert world.run("context", "create", "far", "--docker", "host=tcp://1.2.3.4", "--description", "away") == 0
    assert world.run("context", "use", "far") == 0
    assert world.run("context", "show") == 0
    assert world.printed == "far\nfar\nfar\n"
    assert json.loads(world.files.text("/root/.docker/config.json"))["currentContext"] == "far"
    world.client.answers["GET /containers/json"] = (200, [])
    assert world.run("ps", "-q") == 0
    assert world.client.host == "tcp://1.2.3.4:2375"


def test_no_daemon() -> None:
    world = World()
    world.client.up = False
    complaint = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"
    assert world.run("ps") == 1
    assert world.complaints == complaint + "\n"
    assert world.run("run", "alpine") == 125
    assert world.complaints.endswith(f"docker: {complaint}\n\nRun 'docker run --help' for more information\n")
    assert world.run("version") == 1
    assert world.printed.startswith("Client: Docker Engine - Community\n Version:           29.7.2\n")


def test_swarm_s_commands_ask_the_engine() -> None:
    message = "This node is not a swarm manager."
    world = World({"GET /nodes": (503, {"message": message}), "GET /swarm": (503, {"message": message})})
    assert world.run("node", "ls") == 1
    assert world.run("swarm", "ca") == 1
    assert world.complaints == f"Error response from daemon: {message}\n" * 2


def test_what_is_not_simulated_says_so() -> None:
    world = World()
    assert world.run("plugin", "install", "x") == 1
    assert world.run("buildx", "bake") == 1
    assert world.complaints == "docker plugin install is not simulated\ndocker buildx bake is not simulated\n"
