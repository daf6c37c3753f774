"""`serve --state`, killed: what was acknowledged over the socket is there the next time."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


class Daemon:
    """A server process with its state in a folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.path = str(folder / "docker.sock")
        command = [
            sys.executable,
            "-m",
            "fakedocker_shell",
            "serve",
            "--socket",
            self.path,
            "--state",
            str(folder / "state"),
            *options,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdout is not None
        while b"ready" not in (line := self.process.stdout.readline()):
            assert line, "the server has ended"

    def ask(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection("docker")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.path)
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def end(self, kill: bool) -> None:
        self.process.kill() if kill else self.process.terminate()
        self.last_words()

    def last_words(self) -> str:
        """What it has said on standard error, once it has ended."""
        _, said = self.process.communicate(timeout=300)
        return said.decode()


def test_what_was_acknowledged_survives_a_kill_and_a_stop(tmp_path: Path) -> None:
    names: list[str] = []
    for kill in (True, True, False, True):
        daemon = Daemon(tmp_path)
        try:
            assert sorted(volume["Name"] for volume in daemon.ask("GET", "/volumes")["Volumes"]) == names
            for number in range(20):
                names.append(daemon.ask("POST", "/volumes/create", {"Name": f"v{len(names):03}-{number}"})["Name"])
        finally:
            daemon.end(kill)
    assert len(names) == 80


def serve(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "fakedocker_shell", "serve", *arguments],
        capture_output=True,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stderr.decode()


def test_a_state_that_is_removed_ends_the_server_with_a_line(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    daemon.ask("POST", "/volumes/create", {"Name": "one"})
    shutil.rmtree(tmp_path / "state")
    with pytest.raises((http.client.HTTPException, OSError)):
        daemon.ask("POST", "/volumes/create", {"Name": "two"})
    said = daemon.last_words()
    assert said.count("\n") == 1, said
    assert "has been removed; nothing is acknowledged any more" in said
    assert daemon.process.returncode == 1


def test_what_cannot_be_served_is_told_in_a_line(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "00000001.world").write_bytes(b"something else")
    text = tmp_path / "text"
    text.write_text("no certificate")
    tls = ["--tcp", "127.0.0.1:0", "--tlscacert", str(text), "--tlscert", str(text), "--tlskey", str(text)]
    for arguments, words in (
        (["--state", str(state)], "00000001.world: it does not begin as a file of a state; nothing was changed"),
        (["--state", str(text)], "File exists"),
        (["--state", str(state), "--salvage", str(tmp_path / "new")], "no snapshot of it can be read"),
        (["--tcp", "0.0.0.0:0", "--state", str(tmp_path / "fresh")], "that takes TLS with client certificates"),
        (tls, f"{text}: no certificate of an authority"),
        (
            ["--tcp", "127.0.0.1:0", "--tlscacert", "/nosuch", "--tlscert", str(text), "--tlskey", str(text)],
            "'/nosuch'",
        ),
    ):
        status, said = serve(*arguments)
        assert status == 1
        assert "Traceback" not in said
        assert words in said.splitlines()[-1]
        assert all(line.startswith("fakedocker serve: ") for line in said.splitlines())
    status, said = serve("--time", "soon")
    assert (status, said.splitlines()[0]) == (
        2, "fakedocker serve: argument --time: 'soon' is none of manual, fast, leap, wall"
    )  # fmt: skip


@pytest.mark.parametrize("clean", [True, False])
def test_a_state_of_another_docker_or_store_is_refused(tmp_path: Path, clean: bool) -> None:
    daemon = Daemon(tmp_path)
    daemon.ask("POST", "/volumes/create", {"Name": "kept"})
    daemon.end(kill=not clean)
    state = str(tmp_path / "state")
    serve = [sys.executable, "-m", "fakedocker_shell", "serve", "--socket", daemon.path, "--state", state]
    for options, said in (
        (("--profile", "28"), f"{state}: it is of a Docker 29, and --profile asks for 28"),
        (("--storage", "overlay2"), f"{state}: its images are in overlayfs, and --storage asks for overlay2"),
    ):
        done = subprocess.run([*serve, *options], capture_output=True, text=True, timeout=300, check=False)
        assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    again = Daemon(tmp_path, "--profile", "29", "--storage", "overlayfs")
    assert [volume["Name"] for volume in again.ask("GET", "/volumes")["Volumes"]] == ["kept"]
    again.end(kill=False)


def test_a_damaged_state_is_salvaged(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    for number in range(6):
        daemon.ask("POST", "/volumes/create", {"Name": f"v{number}"})
    daemon.end(kill=True)
    journal = max((tmp_path / "state").glob("*.journal"))
    data = bytearray(journal.read_bytes())
    data[-40] ^= 1
    journal.write_bytes(data)
    status, said = serve("--state", str(tmp_path / "state"))
    assert (status, said.count("\n")) == (1, 1)
    assert "damaged at byte" in said
    status, said = serve("--state", str(tmp_path / "state"), "--salvage", str(tmp_path / "saved"))
    assert status == 0
    (tmp_path / "state").rename(tmp_path / "damaged")
    (tmp_path / "saved").rename(tmp_path / "state")
    daemon = Daemon(tmp_path)
    try:
        assert len(daemon.ask("GET", "/volumes")["Volumes"]) == 5
    finally:
        daemon.end(kill=False)
