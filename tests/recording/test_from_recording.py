"""`FakeDocker.from_recording`: it begins in the world that a recording shows, and answers what it holds word for word."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker.errors
import pytest

from fakedocker.assembly import create_engine
from fakedocker.recordings.file import Answered, Asked, Ended, Event, Output, Writer
from fakedocker.serving import Listening, serve_in_thread
from fakedocker.testing import FakeDocker, RecordingProblem
from fakedocker.wire.http import MULTIPLEXED_STREAM, Request
from helpers.scripted_daemon import Scripted, framed, scripted_daemon

SECONDS = 120
OLD = """
import docker
client = docker.from_env()
client.images.pull("alpine", "3.20"), client.images.pull("nginx", "1.27")
client.volumes.create("data", labels={"of": "shop"})
client.networks.create("shop", driver="bridge", labels={"a": "b"})
client.containers.run("nginx:1.27", name="web", detach=True, network="shop", ports={"80/tcp": 8080}, labels={"x": "y"},
    volumes={"data": {"bind": "/data", "mode": "rw"}})
client.containers.run("alpine:3.20", "sleep 1000", name="resting", detach=True).pause()
ended = client.containers.run("alpine:3.20", ["sh", "-c", "exit 3"], name="ended", detach=True)
ended.wait()
"""
LOOKED = """
import docker
client = docker.from_env()
client.containers.list(all=True), client.images.list(), client.networks.list(), client.volumes.list()
made = client.containers.run("alpine:3.20", ["sh", "-c", "echo hello; exit 4"], detach=True)
made.wait()
made.logs()
print(client.containers.get("web").id, made.id, made.name)
made.remove()
try:
    client.containers.get("nothing")
except docker.errors.NotFound as problem:
    print(problem)
"""


def record(host: str, kept: Path, *command: str) -> str:
    """What a command printed whose traffic with an engine was recorded."""
    line = [
        sys.executable,
        "-m",
        "fakedocker_shell",
        "record",
        "--engine",
        host,
        "--to",
        str(kept),
        "--",
        *command,
    ]
    done = subprocess.run(line, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A recording of somebody who looks at an engine that was at work before, and what they have seen."""
    folder = tmp_path_factory.mktemp("r")
    engine = create_engine(seed=7, now_ns=time.time_ns())
    with serve_in_thread(engine, Listening(socket_path=str(folder / "d.sock"))) as served:
        environment = {"DOCKER_HOST": served.docker_host}
        subprocess.run([sys.executable, "-c", OLD], env=environment, timeout=SECONDS, check=True)
        printed = record(served.docker_host, folder / "kept.jsonl", sys.executable, "-c", LOOKED)
    return folder / "kept.jsonl", printed.split(maxsplit=3)


def test_it_begins_in_the_world_that_is_shown(recorded: tuple[Path, list[str]]) -> None:
    fake = FakeDocker.from_recording(recorded[0])
    assert fake.recorded is not None and fake.recorded.left == ""
    fake.client.volumes.create("other")  # from here on nothing is answered from the recording
    assert fake.recorded.left == "POST /volumes/create"
    states = {each.name: each.attrs["State"]["Status"] for each in fake.client.containers.list(all=True)}
    assert states == {"web": "running", "resting": "paused", "ended": "exited"}
    assert fake.client.containers.get("ended").attrs["State"]["ExitCode"] == 3
    web = fake.client.containers.get("web")
    assert web.id == recorded[1][0]
    assert web.attrs["HostConfig"]["PortBindings"] == {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}
    assert web.labels["x"] == "y" and web.attrs["Mounts"][0]["Name"] == "data"
    assert [network.attrs["Labels"] for network in fake.client.networks.list("shop")] == [{"a": "b"}]
    assert sorted(volume.name for volume in fake.client.volumes.list()) == ["data", "other"]
    assert fake.client.volumes.get("data").attrs["Labels"] == {"of": "shop"}
    assert sorted(tag for image in fake.client.images.list() for tag in image.tags) == ["alpine:3.20", "nginx:1.27"]
    fake.client.containers.get("resting").unpause()


def test_what_is_asked_as_it_was_recorded_is_answered_so(recorded: tuple[Path, list[str]]) -> None:
    """Ids, the name that the engine had picked, what was printed: those of the recording."""
    fake = FakeDocker.from_recording(recorded[0], seed=99)
    client = fake.client
    assert [each.name for each in client.containers.list(all=True)] == ["ended", "resting", "web"]
    made = client.containers.run("alpine:3.20", ["sh", "-c", "echo hello; exit 4"], detach=True)
    assert (made.id, made.name) == tuple(recorded[1][1:3])
    assert made.wait()["StatusCode"] == 4
    assert made.logs() == b"hello\n"
    with pytest.raises(docker.errors.NotFound):
        client.containers.get("something")  # it is not in the recording: the double's own answer
    made.remove()
    assert fake.recorded is not None and (fake.recorded.left, fake.recorded.notes) == ("", ())
    with pytest.raises(docker.errors.NotFound):
        client.containers.get(made.id)  # the double has followed
    with pytest.raises(docker.errors.NotFound) as problem:
        client.containers.get("nothing")
    assert str(problem.value).split("for")[0] == recorded[1][3].split("for")[0]


def test_a_snapshot_has_the_place_in_the_recording(recorded: tuple[Path, list[str]]) -> None:
    fake = FakeDocker.from_recording(recorded[0])
    before = fake.snapshot()
    fork = fake.fork()
    for _ in range(2):
        made = fake.client.containers.run("alpine:3.20", ["sh", "-c", "echo hello; exit 4"], detach=True)
        assert made.id == recorded[1][1]
        assert fake.recorded is not None and fake.recorded.left == ""
        fake.restore(before)
    fork.client.volumes.create("other")
    assert fork.recorded is not None and fork.recorded.left and not fake.recorded.left


# what nobody could have made up

ID, EXEC, IMAGE = "c" * 64, "e" * 64, "sha256:" + "1" * 64
CONTAINER = {
    "Id": ID, "Name": "/api", "Created": "2026-01-01T00:00:00Z", "Image": IMAGE, "State": {"Status": "running", "ExitCode": 0},
    "Config": {"Image": "shop.example/api:1", "Cmd": ["serve", "--now"], "Labels": {"team": "shop"}, "Hostname": "api"},
    "HostConfig": {"NetworkMode": "bridge"}, "NetworkSettings": {"Networks": {"bridge": {}}}, "Odd": "as it is",
}  # fmt: skip


SCRIPT = {
    "GET /version": Scripted("200 OK", b'{"ApiVersion":"1.52","Version":"29.7.2"}'),
    "GET /containers/api/json": Scripted("200 OK", json.dumps(CONTAINER).encode()),
    f"POST /containers/{ID}/exec": Scripted("201 Created", b'{"Id":"%s"}\n' % EXEC.encode()),
    f"POST /exec/{EXEC}/start": Scripted(
        "101 UPGRADED", kind=MULTIPLEXED_STREAM, frames=(None, framed(b"who?\n"), None, framed(b"so be it\n"), framed(b"no!\n", 2))
    ),
    f"GET /exec/{EXEC}/json": Scripted("200 OK", b'{"ID":"%s","Running":false,"ExitCode":42}' % EXEC.encode()),
}  # fmt: skip
TALK = """
import docker
client = docker.from_env(version="1.52").api
api = client.inspect_container("api")
made = client.exec_create(api["Id"], ["ask"], stdin=True)
talk = client.exec_start(made["Id"], socket=True)._sock
talk.sendall(b"hello")
print(talk.recv(100)[8:].decode(), end="")
talk.sendall(b"me")
rest = b""
while data := talk.recv(100):
    rest += data
print(rest)
print(client.exec_inspect(made["Id"])["ExitCode"])
"""


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("t")
    with scripted_daemon(folder / "d.sock", SCRIPT) as host:
        return folder / "kept.jsonl", record(host, folder / "kept.jsonl", sys.executable, "-c", TALK)


def test_an_upgraded_connection_is_answered_as_it_was(talk: tuple[Path, str]) -> None:
    """A program that is not simulated, in an image that is nowhere: what it said, after what it was told."""
    fake = FakeDocker.from_recording(talk[0])
    client = fake.client.api
    assert client.inspect_container("api") == CONTAINER
    made = client.exec_create(ID, ["ask"], stdin=True)
    assert made == {"Id": EXEC}
    socket = client.exec_start(EXEC, socket=True)
    socket.sendall(b"hello")
    assert socket.recv(100) == framed(b"who?\n")
    socket.sendall(b"me")
    assert socket.recv(100) + socket.recv(100) == framed(b"so be it\n") + framed(b"no!\n", 2)
    assert socket.recv(100) == b""
    assert client.exec_inspect(EXEC)["ExitCode"] == 42
    client.create_volume("other")
    assert client.inspect_container("api")["State"]["Status"] == "running"  # a stand-in
    assert client.inspect_container("api")["Config"]["Cmd"] == ["serve", "--now"]


def test_the_same_over_a_socket(talk: tuple[Path, str]) -> None:
    with FakeDocker.from_recording(talk[0]).served():
        done = subprocess.run(
            [sys.executable, "-c", TALK], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    assert (done.stdout, done.stderr) == (talk[1], "")
    assert "so be it" in talk[1]


def test_without_stand_ins_what_is_missing_is_told(talk: tuple[Path, str]) -> None:
    fake = FakeDocker.from_recording(talk[0], assume=False)
    assert fake.recorded is not None
    assert [note.partition(":")[0] for note in fake.recorded.notes] == ["image shop.example/api", "container api"]
    assert fake.client.api.inspect_container("api") == CONTAINER
    fake.client.volumes.create("other")
    with pytest.raises(docker.errors.NotFound):
        fake.client.containers.get("api")


def test_what_the_double_does_otherwise_is_noted(talk: tuple[Path, str]) -> None:
    fake = FakeDocker.from_recording(talk[0], assume=False)
    assert fake.client.api.exec_create(ID, ["ask"], stdin=True) == {"Id": EXEC}
    assert fake.recorded is not None
    assert (
        fake.recorded.notes[-1] == f"POST /containers/{ID}/exec: recorded 201, the double 404 No such container: {ID}"
    )


# by hand


def written(path: Path, *events: Event) -> Path:
    with path.open("wb") as kept:
        writer = Writer(kept, 1_767_225_600_000)
        for event in events:
            writer.write(event)
    return path


def said(number: int, method: str, target: str, status: int, answer: object, body: bytes = b"") -> tuple[Event, ...]:
    data = json.dumps(answer).encode() if answer is not None else b""
    headers = {"Server": "Docker/29.7.2 (linux)", "Content-Type": "application/json"}
    return (
        Asked(id=number, at_ms=number, method=method, target=target, headers={}, body=body),
        Answered(id=number, at_ms=number, status=status, headers=headers),
        *((Output(id=number, at_ms=number, data=data),) if data else ()),
        Ended(id=number, at_ms=number),
    )


def test_what_was_looked_at_is_true_at_its_place_only(tmp_path: Path) -> None:
    """The next answer in turn, the last again and again; after a change those that came after it."""
    volume = {"Name": "vol", "Driver": "local", "Mountpoint": "/m", "Labels": {}, "Options": {}, "Scope": "local"}
    path = written(
        tmp_path / "k",
        *said(1, "GET", "/v1.52/info", 200, {"ID": "first"}), *said(2, "GET", "/info", 200, {"ID": "second"}),
        *said(3, "POST", "/volumes/create", 201, volume, b'{"Name": "vol", "Driver": "local"}'),
        *said(4, "GET", "/info", 200, {"ID": "third"}),
        *said(5, "DELETE", "/volumes/vol", 204, None), *said(6, "DELETE", "/volumes/vol", 404, {"message": "get vol: gone"}),
    )  # fmt: skip
    fake = FakeDocker.from_recording(path)
    api = fake.client.api
    assert [api.info()["ID"] for _ in range(3)] == ["first", "second", "second"]
    assert (
        api._result(api._post_json(api._url("/volumes/create"), {"Driver": "local", "Name": "vol"}), json=True)
        == volume
    )
    assert api.info()["ID"] == "third"
    assert list(fake.engine.world.volumes) == ["vol"]
    api.remove_volume("vol")
    assert list(fake.engine.world.volumes) == []
    assert api.info()["ID"] not in ("first", "second", "third")
    with pytest.raises(docker.errors.NotFound, match="get vol: gone"):
        api.remove_volume("vol")
    assert fake.recorded is not None and fake.recorded.notes == ()
    with pytest.raises(docker.errors.NotFound, match="no such volume"):
        api.remove_volume("vol")  # refused: it changes nothing, and leaves nothing
    assert fake.recorded.left == ""
    api.create_volume("wol")
    assert fake.recorded.left == "POST /volumes/create"


def test_changes_in_another_order_are_followed_and_what_lies_between_is_the_doubles(tmp_path: Path) -> None:
    volumes = [
        {"Name": name, "Driver": "local", "Mountpoint": "/m", "Labels": {}, "Scope": "local"} for name in ("aa", "bb")
    ]
    path = written(
        tmp_path / "k",
        *said(1, "POST", "/volumes/create", 201, volumes[0], b'{"Name":"aa"}'),
        *said(2, "GET", "/volumes", 200, {"Volumes": "between"}),
        *said(3, "POST", "/volumes/create", 201, volumes[1], b'{"Name":"bb"}'),
        *said(4, "GET", "/volumes", 200, {"Volumes": "after both"}),
    )  # fmt: skip
    fake = FakeDocker.from_recording(path)
    api = fake.client.api

    def create(name: str) -> object:
        return api._result(api._post_json(api._url("/volumes/create"), {"Name": name}), json=True)

    assert create("bb") == volumes[1]
    assert [volume["Name"] for volume in api.volumes()["Volumes"]] == ["bb"]
    assert create("aa") == volumes[0]
    assert api.volumes() == {"Volumes": "after both"}


def test_a_wait_ends_when_it_did_and_so_does_the_container(tmp_path: Path) -> None:
    path = written(
        tmp_path / "k",
        *said(1, "GET", "/containers/api/json", 200, CONTAINER),
        Asked(id=2, at_ms=2, method="POST", target=f"/containers/{ID}/wait", headers={}),
        Answered(id=2, at_ms=2, status=200, headers={}),
        *said(3, "POST", f"/containers/{ID}/kill", 204, None),
        Output(id=2, at_ms=4, data=b'{"StatusCode":137}\n'),
        Ended(id=2, at_ms=4),
    )  # fmt: skip
    fake = FakeDocker.from_recording(path)
    wait = fake.engine.submit(Request(method="POST", target=f"/containers/{ID}/wait"))
    fake.engine.turn()
    assert wait.answered and not wait.ended and wait.take() == b""
    fake.client.api.kill(ID)
    assert wait.ended and wait.take() == b'{"StatusCode":137}\n'
    fake.advance(1)
    container = fake.engine.world.containers[ID]
    assert (container.status, container.exit_code) == ("exited", 137)


def test_what_waits_for_the_recording_breaks_off_where_it_is_left(tmp_path: Path) -> None:
    path = written(
        tmp_path / "k",
        Asked(id=2, at_ms=2, method="GET", target="/events", headers={}),
        Answered(id=2, at_ms=2, status=200, headers={"Server": "Docker/29.7.2 (linux)"}),
        *said(3, "DELETE", "/volumes/vol", 204, None),
        Output(id=2, at_ms=4, data=b'{"Type":"volume"}\n'),
        Ended(id=2, at_ms=4, by_client=True),
    )  # fmt: skip
    fake = FakeDocker.from_recording(path)
    events = fake.engine.submit(Request(method="GET", target="/events"))
    fake.engine.turn()
    assert events.answered and not events.ended
    fake.client.volumes.create("other")
    assert events.broken == "reset"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"hello\n", "line 1: no recording"),
        (lambda data: data.replace(b"Docker/29.", b"Podman/5."), "no docker engine has answered in it"),
        (lambda data: data.replace(b"Docker/29.", b"Docker/17."), "it is of Docker 17; profile takes 28 or 29"),
        (lambda data: data + b'{"kind":"shell","id":1}\n', "Invalid value 'shell'"),
        (lambda data: data + b"[" * 100_000 + b"\n", "line "),
    ],
)
def test_what_is_no_recording_is_refused(
    talk: tuple[Path, str], tmp_path: Path, change: Callable[[bytes], bytes], words: str
) -> None:
    path = tmp_path / "k"
    path.write_bytes(change(talk[0].read_bytes()))
    with pytest.raises(RecordingProblem, match=words):
        FakeDocker.from_recording(path)


def test_a_recording_that_was_cut_off_is_followed_up_to_there(talk: tuple[Path, str], tmp_path: Path) -> None:
    data = talk[0].read_bytes()
    for share in range(1, 8):
        path = tmp_path / str(share)
        path.write_bytes(data[: len(data) * share // 8])
        try:
            fake = FakeDocker.from_recording(path)
        except RecordingProblem as problem:
            assert share < 3 and "no docker engine has answered" in str(problem)
        else:
            fake.client.ping()


HOSTILE = [
    None, [], [None], [[]], {}, {"Id": ID}, {"Id": 5, "Name": {}}, "x", [{"Id": ID, "Names": [7]}], [{"Id": "../..", "Names": ["/a b"]}],
    {"Id": ID, "Name": "/../x?y=1", "Config": {"Image": "a b?c&d"}, "State": {"Status": "flying", "ExitCode": "x" * 99}},
    [{"Id": "no digits", "Names": ["/odd"], "Image": "alpine", "State": "running", "Ports": [{"PublicPort": [], "IP": 3}], "HostConfig": 1}],
    {"Volumes": [{"Name": "../../etc", "Options": {"device": "/etc"}}]}, {"Name": "vol", "Driver": "ssh", "Labels": 5},
    [{"Id": "n", "Name": "x y", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "300.0.0.0/99"}]}}],
]  # fmt: skip


@pytest.mark.parametrize("path", ["containers/json", "containers/x/json", "networks", "networks/x", "volumes", "volumes/x", "images/json", "images/x/json"])  # fmt: skip
def test_whatever_answers_hold_begins_a_world(tmp_path: Path, path: str) -> None:
    events = [event for number, each in enumerate(HOSTILE) for event in said(number + 1, "GET", f"/{path}", 200, each)]
    fake = FakeDocker.from_recording(written(tmp_path / "k", *events))
    assert fake.recorded is not None and fake.engine.draft.faults == []
    assert fake.client.api.version()["Version"]


def test_too_much_of_a_kind_is_refused(tmp_path: Path) -> None:
    many = {"Volumes": [{"Name": f"v{number}"} for number in range(2001)]}
    with pytest.raises(RecordingProblem, match="it shows 2001 volumes, and 2000 are the most"):
        FakeDocker.from_recording(written(tmp_path / "k", *said(1, "GET", "/volumes", 200, many)))
