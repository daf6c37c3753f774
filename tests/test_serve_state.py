"""`serve --state`, killed: what was acknowledged over the socket is there the next time."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any


class Daemon:
    """A server process with its state in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "docker.sock")
        command = [
            sys.executable,
            "-m",
            "fakedocker_shell.main",
            "serve",
            "--socket",
            self.path,
            "--state",
            str(folder / "state"),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
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
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()


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
