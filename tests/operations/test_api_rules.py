"""Rules of single requests: which containers a list has, what cp and logs say, names of images, names in networks."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest

from helpers.archive_world import Daemon


@pytest.fixture
def daemon() -> Daemon:
    found = Daemon()
    found.pull("busybox")
    return found


def create(daemon: Daemon, name: str, *command: str, **body: Any) -> str:
    whole = {"Image": "busybox", "Cmd": command or ("sleep", "1000"), **body}
    return str(json.loads(daemon.good("POST", "/containers/create", {"name": name}, whole))["Id"])


def run(daemon: Daemon, name: str, *command: str, **body: Any) -> str:
    identifier = create(daemon, name, *command, **body)
    daemon.good("POST", f"/containers/{name}/start")
    return identifier


def listed(daemon: Daemon, **filters: list[str]) -> list[str]:
    found = json.loads(daemon.good("GET", "/containers/json", {"filters": json.dumps(filters)}))
    return [entry["Names"][0].removeprefix("/") for entry in found]


def message(daemon: Daemon, method: str, path: str, query: dict[str, Any] | None = None, body: Any = b"") -> Any:
    status, answer = daemon.ask(method, path, query, body)
    return status, json.loads(answer)["message"]


def test_filters_do_not_bring_back_containers_that_have_ended(daemon: Daemon) -> None:
    run(daemon, "first")
    create(daemon, "never")
    run(daemon, "last")
    assert listed(daemon, since=["first"]) == ["last"]
    assert listed(daemon, before=["last"]) == ["first"]
    assert listed(daemon, status=["created"]) == ["never"]


def test_filters_by_port_and_network(daemon: Daemon) -> None:
    run(daemon, "web", HostConfig={"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}, ExposedPorts={"80/tcp": {}})
    run(daemon, "quiet", ExposedPorts={"90/tcp": {}}, HostConfig={"NetworkMode": "none"})
    assert listed(daemon, publish=["8080"]) == ["web"]
    assert listed(daemon, publish=["8000-9000/udp"]) == []
    assert listed(daemon, expose=["90/tcp"], publish=["8080"]) == ["quiet", "web"]
    network = json.loads(daemon.good("GET", "/networks/bridge"))["Id"]
    assert listed(daemon, network=[network[:4]]) == ["web"]


def test_what_cp_does_not_find(daemon: Daemon) -> None:
    identifier = create(daemon, "box")
    for name in ("box", identifier):
        wanted = (404, f"Could not find the file /dne in container {name}")
        assert message(daemon, "GET", f"/containers/{name}/archive", {"path": "/dne"}) == wanted
        assert message(daemon, "PUT", f"/containers/{name}/archive", {"path": "/dne"}, bytes(1024)) == wanted
    for method in ("GET", "PUT"):
        status, text = message(daemon, method, "/containers/box/archive", {"path": "/etc/passwd/"}, bytes(1024))
        assert (status, text) == (500, "lstat /etc/passwd/: not a directory")


def test_the_archive_of_everything(daemon: Daemon) -> None:
    create(daemon, "box")
    with tarfile.open(fileobj=io.BytesIO(daemon.good("GET", "/containers/box/archive", {"path": "/"}))) as archive:
        names = [member.path for member in archive]
    assert names[0].strip("/") == ""
    assert "/etc/passwd" in names


def test_a_working_directory_is_there_before_the_start(daemon: Daemon) -> None:
    create(daemon, "box", WorkingDir="/home/foo/bar")
    assert daemon.ask("GET", "/containers/box/archive", {"path": "/home/foo/bar"})[0] == 200
    body = {"Image": "busybox", "Cmd": ["true"], "WorkingDir": "/etc/passwd"}
    assert message(daemon, "POST", "/containers/create", None, body) == (
        500,
        "Cannot mkdir: /etc/passwd is not a directory",
    )


def test_details_of_logs(daemon: Daemon) -> None:
    options = {"LogConfig": {"Type": "json-file", "Config": {"labels": "foo", "env-regex": "^ba"}}}
    run(daemon, "box", "echo", "hello", Labels={"foo": "b r"}, Env=["baz=qux", "other=x"], HostConfig=options)
    daemon.good("POST", "/containers/box/wait")
    logs = daemon.good("GET", "/containers/box/logs", {"stdout": "1", "details": "1"})
    assert logs[8:] == b"baz=qux,foo=b+r hello\n"


def test_times_are_seconds_and_an_end_alone_gives_the_past(daemon: Daemon) -> None:
    run(daemon, "box", "true")
    daemon.good("POST", "/containers/box/wait")
    until = daemon.engine.now_ns // 10**9 + 1
    daemon.engine.advance(until * 10**9)
    actions = [json.loads(line)["Action"] for line in daemon.good("GET", "/events", {"until": until}).splitlines()]
    assert "die" in actions
    assert json.loads(daemon.good("GET", "/events", {"since": 0, "until": until}).splitlines()[0])["Action"] == "pull"
    assert message(daemon, "GET", "/events", {"since": 9, "until": 3})[1] == (
        "`since` time (9) cannot be after `until` time (3)"
    )
    for path in ("/events", "/containers/box/logs"):
        status, text = message(daemon, "GET", path, {"since": "10m", "stdout": "1"})
        assert (status, text) == (400, 'strconv.ParseInt: parsing "10m": invalid syntax')


def test_images(daemon: Daemon) -> None:
    now = daemon.engine.now_ns // 10**9
    query = {"filters": json.dumps({"until": [str(now + 9), "1"]})}
    assert json.loads(daemon.good("GET", "/images/json", query)) == []
    status, text = message(daemon, "POST", "/images/busybox/tag", {"repo": "sha256", "tag": "abc"})
    assert (status, text) == (400, "refusing to create an ambiguous tag using digest algorithm as name")
    assert message(daemon, "DELETE", "/images/%20") == (400, "image name cannot be blank")
    query = {"term": "busybox", "filters": json.dumps({"stars": ["a"]})}
    assert message(daemon, "GET", "/images/search", query) == (400, "invalid filter 'stars=[a]'")


def test_a_commit_without_settings_begins_with_the_containers(daemon: Daemon) -> None:
    create(daemon, "box", Env=["PATH=/bin", "A=1"])
    daemon.commit("changed", changes=("ENV B=2 PATH=/usr/bin:$PATH",))
    assert daemon.image("changed")["Config"]["Env"] == ["PATH=/usr/bin:/bin", "A=1", "B=2"]


def test_names_in_a_network(daemon: Daemon) -> None:
    daemon.good("POST", "/networks/create", None, {"Name": "br.net"})
    run(daemon, "one.net", HostConfig={"NetworkMode": "br.net"})
    settings = {"EndpointsConfig": {"br.net": {"Links": ["one.net:Alias"]}}}
    script = (
        "for name in one.net one.net.br.net alias one.net.br.net.x; do nslookup $name >/dev/null && echo $name; done"
    )
    run(daemon, "two", "sh", "-c", script, HostConfig={"NetworkMode": "br.net"}, NetworkingConfig=settings)
    daemon.good("POST", "/containers/two/wait")
    logs = daemon.good("GET", "/containers/two/logs", {"stdout": "1"})
    assert b"one.net.br.net\n" in logs
    assert b"alias\n" in logs
    assert b"br.net.x\n" not in logs


def test_endpoints_that_a_network_cannot_have(daemon: Daemon) -> None:
    for name in ("mine", "other"):
        daemon.good("POST", "/networks/create", None, {"Name": name})
    run(daemon, "box", HostConfig={"NetworkMode": "other"})

    def connect(network: str, **settings: Any) -> str:
        body = {"Container": "box", "EndpointConfig": settings}
        return str(message(daemon, "POST", f"/networks/{network}/connect", None, body)[1])

    assert connect("bridge", Aliases=["x"]) == (
        "invalid config for network bridge: invalid endpoint settings:\n"
        "network-scoped alias is supported only for containers in user defined networks"
    )
    assert connect("mine", MacAddress="zz") == "invalid config for network mine: invalid MAC address zz"
    assert connect("mine", IPAMConfig={"IPv6Address": "1.2.3.4"}).endswith("invalid IPv6 address: 1.2.3.4")


def test_an_internal_network_publishes_nothing(daemon: Daemon) -> None:
    daemon.good("POST", "/networks/create", None, {"Name": "mine", "Internal": True})
    host = {"NetworkMode": "mine", "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}}
    run(daemon, "box", HostConfig=host)
    assert json.loads(daemon.good("GET", "/containers/box/json"))["NetworkSettings"]["Ports"] == {}


def test_top_ends_a_second_after_the_signal_and_alone_at_once(daemon: Daemon) -> None:
    run(daemon, "box", "top")
    before = daemon.engine.now_ns
    daemon.good("POST", "/containers/box/stop")
    assert (daemon.engine.now_ns - before) // 10**9 == 1
    assert json.loads(daemon.good("GET", "/containers/box/json"))["State"]["ExitCode"] == 143


def test_sleeping_microseconds_and_making_nodes(daemon: Daemon) -> None:
    script = "usleep 1500 && mknod -m 600 /tmp/sda b 8 3 && mknod /tmp/p p && ls -l /tmp | tail -n 2 | cut -c1-10; mknod /tmp/x"
    status, text = daemon.run(script, image="busybox")
    assert (status, text.splitlines()[:2]) == (1, ["prw-r--r--", "brw-------"])


def test_a_command_of_nothing_is_one_and_an_entrypoint_of_nothing_is_none(daemon: Daemon) -> None:
    create(daemon, "empty", "")
    assert json.loads(daemon.good("GET", "/containers/empty/json"))["Path"] == ""
    assert daemon.ask("POST", "/containers/empty/start")[0] == 400
    create(daemon, "reset", "true", Entrypoint=[""])
    found = json.loads(daemon.good("GET", "/containers/reset/json"))
    assert (found["Config"]["Entrypoint"], found["Path"]) == (None, "true")


def test_attach_says_what_is_wrong_as_text(daemon: Daemon) -> None:
    assert daemon.ask("POST", "/containers/none/attach") == (404, b"No such container: none\r\n")


def test_any_path_has_options(daemon: Daemon) -> None:
    assert daemon.ask("OPTIONS", "/") == (200, b"")


def test_swap_below_the_memory_is_the_runtimes_problem(daemon: Daemon) -> None:
    identifier = run(daemon, "box", HostConfig={"Memory": 300 << 20, "MemorySwap": 500 << 20})
    status, text = message(daemon, "POST", "/containers/box/update", None, {"MemorySwap": 200 << 20})
    assert (status, text.partition(":")[0]) == (500, f"Cannot update container {identifier}")
    assert json.loads(daemon.good("GET", "/containers/box/json"))["HostConfig"]["MemorySwap"] == 500 << 20


def test_a_terminal_of_an_exec_has_the_size_it_was_made_with(daemon: Daemon) -> None:
    run(daemon, "box")
    body = {"AttachStdout": True, "Tty": True, "ConsoleSize": [57, 123], "Cmd": ["stty", "size"]}
    identifier = json.loads(daemon.good("POST", "/containers/box/exec", None, body))["Id"]
    assert daemon.good("POST", f"/exec/{identifier}/start", None, {"Tty": True}) == b"57 123\r\n"


def test_a_check_that_takes_too_long_says_what_it_wrote(daemon: Daemon) -> None:
    check = {"Test": ["CMD-SHELL", "echo logs; sleep 60"], "Interval": 100_000_000, "Timeout": 50_000_000, "Retries": 1}
    run(daemon, "box", Healthcheck=check)
    daemon.engine.advance(daemon.engine.now_ns + 10**9)
    log = json.loads(daemon.good("GET", "/containers/box/json"))["State"]["Health"]["Log"]
    assert log[0]["Output"] == "Health check exceeded timeout (50ms): logs\n"


def test_archives_without_the_end_of_their_last_block(daemon: Daemon) -> None:
    create(daemon, "box")
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo("file")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"abc"))
    whole = buffer.getvalue()

    def put(data: bytes) -> int:
        return daemon.ask("PUT", "/containers/box/archive", {"path": "/tmp"}, data)[0]

    assert [put(whole[:length]) for length in (515, 1024, 1536, 2048)] == [200] * 4
    assert [put(whole[:length]) for length in (514, 1025, 1537, 2047)] == [500] * 4
    assert put(whole[:1024] + b"x" * 512) == 500


def test_directories_are_made_where_a_link_leads_nowhere(daemon: Daemon) -> None:
    daemon.run("ln -s /far/away /link", image="busybox", name="box")
    daemon.commit("linked")
    dockerfile, buffer = b"FROM linked\nADD file /link/\nRUN cat /far/away/file\n", io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in (("Dockerfile", dockerfile), ("file", b"found\n")):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    told = daemon.good("POST", "/build", {"t": "made"}, buffer.getvalue())
    assert b'{"stream":"found\\n"}' in told, told


def test_filters_of_events_take_the_beginnings_of_names(daemon: Daemon) -> None:
    daemon.good("POST", "/volumes/create", None, {"Name": "web-data"})
    create(daemon, name="web2")
    for wanted, expected in (
        ("web", {("volume", "create"), ("container", "create")}),
        ("web2", {("container", "create")}),
        ("web23", set()),
        ("", {("volume", "create"), ("container", "create"), ("image", "pull")}),
    ):
        filters, until = json.dumps({"container": [wanted]}), str(daemon.engine.now_ns // 10**9 + 1)
        lines = daemon.lines("GET", "/events", {"filters": filters, "since": "0", "until": until})
        assert {(line["Type"], line["Action"]) for line in lines} == expected, wanted
