"""What was recorded of servers that say word for word what a script holds: upgraded connections, and what is no Docker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from fakedocker.recordings import file
from fakedocker.recordings.file import Input, InputEnded, Output
from fakedocker.wire.http import MULTIPLEXED_STREAM
from fakedocker_shell.recording.verifying import Verdict, verify
from helpers.scripted_daemon import Scripted, framed, scripted_daemon

SECONDS = 120
ID, EXEC = "a" * 64, "b" * 64
SAYS = (None, framed(b"one\n"), None, framed(b"two\n"), None, framed(b"no end\n", 2))
SCRIPT = {
    "POST /containers/create": Scripted("201 Created", b'{"Id":"%s","Warnings":[]}\n' % ID.encode()),
    f"POST /containers/{ID}/start": Scripted("204 No Content", kind=""),
    f"POST /containers/{ID}/exec": Scripted("201 Created", b'{"Id":"%s"}\n' % EXEC.encode()),
    f"POST /exec/{EXEC}/start": Scripted("101 UPGRADED", kind=MULTIPLEXED_STREAM, frames=SAYS),
    f"DELETE /containers/{ID}": Scripted("204 No Content", kind=""),
}
CLIENT = """
import docker, socket
api = docker.from_env(version="1.52").api
box = api.create_container("alpine", ["sleep", "1000"])["Id"]
api.start(box)
made = api.exec_create(box, ["sh", "-c", "head -n 1; cat; echo no end >&2"], stdin=True)["Id"]
talk = api.exec_start(made, socket=True)._sock
talk.sendall(b"one\\n")
talk.recv(100)
talk.sendall(b"two\\n")
talk.shutdown(socket.SHUT_WR)
while talk.recv(100):
    pass
api.remove_container(box, force=True)
"""


def record(host: str, kept: Path, *command: str) -> int:
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
    return subprocess.run(line, capture_output=True, timeout=SECONDS, check=False).returncode


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> file.Recording:
    folder = tmp_path_factory.mktemp("s")
    with scripted_daemon(folder / "d.sock", SCRIPT) as host:
        assert record(host, folder / "kept", sys.executable, "-c", CLIENT) == 0
    with (folder / "kept").open("rb") as kept:
        return file.read(kept)


def test_a_talk_on_an_upgraded_connection_is_the_doubles_too(recording: file.Recording) -> None:
    said = [type(event).__name__ for event in recording.events if isinstance(event, Input | InputEnded)]
    assert said == ["Input", "Input", "InputEnded"]
    assert verify(recording, "29") == Verdict(5, (), {})


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [(b"two", b"too", ".out"), (b"no end", b"an end", ".err"), (b'"Warnings":[]', b'"Warnings":["w"]', ".Warnings")],
)
def test_a_planted_difference_in_it_is_found(recording: file.Recording, old: bytes, new: bytes, at: str) -> None:
    events = tuple(
        msgspec.structs.replace(event, data=event.data.replace(old, new)) if isinstance(event, Output) else event
        for event in recording.events
    )
    found = verify(msgspec.structs.replace(recording, events=events), "29").differences
    assert [difference.at for difference in found] == [at]
    assert found[0].request.startswith(("POST /exec", "POST /containers/create"))


@pytest.mark.parametrize("server", ["nginx/1.27.5", "Libpod/5.0.0 (linux)", ""])
def test_what_is_no_docker_is_told_so(tmp_path: Path, server: str) -> None:
    answers = {"GET /_ping": Scripted("200 OK", b"OK", "text/plain")}
    kept = tmp_path / "kept"
    asks = "import docker; docker.from_env(version='1.52').ping()"
    with scripted_daemon(tmp_path / "d.sock", answers, server) as host:
        record(host, kept, sys.executable, "-c", asks)
    told = subprocess.run(
        [sys.executable, "-m", "fakedocker_shell", "verify", str(kept)],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert kept.read_bytes().count(b'"status":200') == 1
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == f"fakedocker verify: {kept}: no docker engine has answered in it\n"
