"""`fakedocker record` before an engine, and `fakedocker verify`: what was recorded is asked again of the double."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fakedocker.assembly import create_engine
from fakedocker.recordings import file
from fakedocker.recordings.file import Answered, Output
from fakedocker.recordings.told import profile_of
from fakedocker.serving import Listening, serve_in_thread
from fakedocker_shell.recording.comparing import Names, differences
from fakedocker_shell.recording.listening import Connection
from fakedocker_shell.recording.verifying import verify

SECONDS = 120
FAKEDOCKER = (sys.executable, "-m", "fakedocker_shell")
DOCKER = " ".join((*FAKEDOCKER, "docker"))
COMMANDS = f"""
set -e
docker() {{ {DOCKER} "$@"; }}
docker pull -q alpine
docker run --rm alpine echo hello
echo in and out | docker run -i --rm alpine cat
docker run -d --name web -p 127.0.0.1::80 nginx
docker ps -a
docker inspect web > /dev/null
docker exec web sh -c 'echo out; echo err >&2'
docker logs web > /dev/null
docker exec web false || true
docker volume create vol
docker network create net
docker network connect net web
docker rm -f web
docker rm nothing || true
docker run --name job alpine sh -c 'echo failed >&2; exit 3' || test $? = 3
docker wait job
docker cp job:/etc/hostname - > /dev/null
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("r")
    kept = folder / "kept.jsonl"
    engine = create_engine(seed=5, now_ns=time.time_ns())
    with serve_in_thread(engine, Listening(socket_path=str(folder / "d.sock"))) as served:
        command = [*FAKEDOCKER, "record", "--engine", served.docker_host, "--to", str(kept), "--", "sh", "-c", COMMANDS]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert "hello\nin and out\n" in done.stdout
    yield kept


def read(path: Path) -> file.Recording:
    with path.open("rb") as kept:
        return file.read(kept)


def run_verify(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*FAKEDOCKER, "verify", *options, str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def test_the_double_answers_what_was_recorded(recorded: Path) -> None:
    recording = read(recorded)
    assert profile_of(recording.events) == "29"
    verdict = verify(recording, "29")
    assert verdict.differences == ()
    assert verdict.requests > 40
    assert verdict.uncompared == {"application/x-tar": 1}
    told = run_verify(recorded)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.endswith(f"{verdict.requests} requests, 0 differences\n")


def planted(recording: file.Recording, old: bytes, new: bytes) -> file.Recording:
    """The recording with one answer changed."""
    found = [event for event in recording.events if isinstance(event, Output) and old in event.data]
    changed = msgspec.structs.replace(found[0], data=found[0].data.replace(old, new))
    events = tuple(changed if event is found[0] else event for event in recording.events)
    return msgspec.structs.replace(recording, events=events)


@pytest.mark.parametrize(
    ("old", "new", "request_line", "at"),
    [
        (b'"Driver":"local"', b'"Driver":"other"', "POST /volumes/create", ".Driver"),
        (b'"StatusCode":3', b'"StatusCode":4', None, ".StatusCode"),
        (b"hello\n", b"hallo\n", None, ".out"),
        (b'"Status":"running"', b'"Status":"paused"', "GET /containers/web/json", ".State.Status"),
        (b'"Image":"nginx"', b'"Image":"redis"', None, "[0].Image"),
        (b'"No such container: nothing"', b'"no such container: nothing"', "DELETE /containers/nothing", ".message"),
    ],
)
def test_a_planted_difference_is_found(
    recorded: Path, old: bytes, new: bytes, request_line: str | None, at: str
) -> None:
    found = verify(planted(read(recorded), old, new), "29").differences
    assert [difference.at for difference in found] == [at]
    assert request_line is None or found[0].request == request_line


def test_a_planted_status_is_found(recorded: Path) -> None:
    recording = read(recorded)
    place = next(at for at, event in enumerate(recording.events) if isinstance(event, Answered) and event.status == 201)
    changed = msgspec.structs.replace(recording.events[place], status=200)
    events = (*recording.events[:place], changed, *recording.events[place + 1 :])
    found = verify(msgspec.structs.replace(recording, events=events), "29").differences
    assert [(each.at, each.what.split()[:4]) for each in found] == [(".status", ["recorded", "200,", "ours", "201"])]


def test_what_differs_is_shown_and_is_an_exit_status(recorded: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.jsonl"
    recording = planted(read(recorded), b'"Driver":"local"', b'"Driver":"other"')
    with changed.open("wb") as target:
        writer = file.Writer(target, recording.began_ms)
        for event in recording.events:
            writer.write(event)
    told = run_verify(changed)
    assert told.returncode == 1
    assert 'POST /volumes/create\n    .Driver: recorded "other", ours "local"\n' in told.stdout


def test_a_recording_that_was_cut_off_is_read_up_to_there(recorded: Path, tmp_path: Path) -> None:
    data = recorded.read_bytes()
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(data[: len(data) // 2])
    assert 0 < len(read(cut).events) < len(read(recorded).events)
    assert run_verify(cut).returncode == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1: no recording of `fakedocker record`"),
        ("hello\n", "line 1: no recording of `fakedocker record`"),
        ('{"recording":2,"began_ms":0}\n', "a recording of format 2, and 1 is known"),
        ('{"recording":1,"began_ms":99999999999999}\n', "it begins at no time that is known"),
        ('{"recording":1,"began_ms":0}\n{"kind":"shell","id":1}\n', "line 2: Invalid value 'shell'"),
        ('{"recording":1,"began_ms":0}\n' + "[" * 5000 + "\n", "line 2: "),
        ('{"recording":1,"began_ms":0}\n', "no docker engine has answered in it"),
        (
            '{"recording":1,"began_ms":0}\n{"kind":"asked","id":1,"at_ms":99999999999,"method":"GET","target":"/_ping","headers":{}}\n'
            '{"kind":"answered","id":1,"at_ms":1,"status":200,"headers":{"Server":"Docker/29.7.2 (linux)"}}\n',
            "request 1: 99999999999 ms after the beginning",
        ),
        (
            '{"recording":1,"began_ms":0}\n{"kind":"answered","id":1,"at_ms":1,"status":200,"headers":{"Server":"Docker/17.03 (linux)"}}\n',
            "it is of Docker 17; --profile takes 28 or 29",
        ),
        (
            '{"recording":1,"began_ms":0}\n{"kind":"answered","id":1,"at_ms":1,"status":200,"headers":{"Server":"nginx"}}\n',
            "no docker engine has answered in it",
        ),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, words: str) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text(text)
    told = run_verify(kept)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("fakedocker verify: ") and words in told.stderr


def test_record_is_refused_before_anything_runs(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine\n")
    command = ["--", "sh", "-c", "echo ran"]
    for options, words in (
        (["--to", str(there), "--engine", "unix:///x", *command], "File exists"),
        (
            ["--to", str(tmp_path / "a"), "--engine", "tcp://192.0.2.1:2375", *command],
            "only an engine on a unix socket",
        ),
        (["--to", str(tmp_path / "b"), "--engine", "unix:///x"], "a command was expected"),
    ):
        done = subprocess.run(
            [*FAKEDOCKER, "record", *options], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert (done.returncode, done.stdout, words in done.stderr) == (2, "", True), done.stderr
    assert there.read_text() == "mine\n"


def test_an_engine_that_is_not_there_is_the_commands_own_trouble(tmp_path: Path) -> None:
    script = f"{DOCKER} ps; exit 7"
    command = [
        *FAKEDOCKER,
        "record",
        "--engine",
        f"unix://{tmp_path}/none",
        "--to",
        str(tmp_path / "k"),
        "--",
        "sh",
        "-c",
        script,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, env={**os.environ})
    assert done.returncode == 7
    assert "Traceback" not in done.stderr


def test_a_connection_is_read_whatever_the_pieces() -> None:
    """Requests in single bytes, one that asks to go on, an upgrade that is refused, and one that is not."""
    asked = b"POST /a HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"
    upgrade = b"POST /b HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}"
    said: list[file.Event] = []
    numbers = iter(range(1, 100))
    connection = Connection(said.append, lambda: next(numbers), lambda: 0)
    for byte in asked:
        connection.from_client(bytes([byte]))
    for byte in b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok":
        connection.from_engine(bytes([byte]))
    connection.from_client(upgrade)
    connection.from_engine(b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno")
    connection.from_client(upgrade + b"early")
    connection.from_engine(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nout")
    connection.from_client(b"in")
    connection.client_ended()
    connection.ended(by_client=False)
    told = [(type(event).__name__, event.id, getattr(event, "data", getattr(event, "status", b""))) for event in said]
    assert told == [
        ("Asked", 1, b""), ("Answered", 1, 200), ("Output", 1, b"o"), ("Output", 1, b"k"), ("Ended", 1, b""),
        ("Asked", 2, b""), ("Answered", 2, 409), ("Output", 2, b"no"), ("Ended", 2, b""),
        ("Asked", 3, b""), ("Answered", 3, 101), ("Output", 3, b"out"), ("Input", 3, b"early"), ("Input", 3, b"in"), ("InputEnded", 3, b""), ("Ended", 3, b""),
    ]  # fmt: skip
    asked_of = [(event.body, event.target) for event in said if isinstance(event, file.Asked)]
    assert asked_of == [(b"hi", "/a"), (b"{}", "/b"), (b"{}", "/b")]


def test_ids_of_one_side_stand_for_those_of_the_other() -> None:
    one, other = "a" * 64, "b" * 64
    names = Names()
    names.learn({"Id": one}, {"Id": other})
    assert list(differences({"x": f"/containers/{one[:12]}"}, {"x": f"/containers/{other[:12]}"}, names)) == []
    assert list(differences({"x": 1, "gone": 2}, {"x": "1", "new": 3}, names)) == [
        (".gone", "missing; recorded 2"),
        (".new", "not recorded; ours 3"),
        (".x", 'recorded 1, ours "1"'),
    ]
