"""Over the socket: one connection against a server that answers constant bytes, and the real client likewise.

The figures of the Go fake (go-dockerclient's in-memory server) are constants of another machine's measurement: they give
the order of magnitude, the floor in the same run gives the ratio.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.timing import best, micro, milli, profile

FLOOR = Path(__file__).parent / "constant_server.py"
GO_FAKE_MICROSECONDS = {"ping": 24, "inspect": 53, "create": 103, "list of 1,000": 963}
ROUNDS = 400


class Client:
    """One kept-alive connection that does nothing but ask and read."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)

    def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = f"{method} {path} HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)
        data = self._socket.recv(1 << 20)
        while b"\r\n\r\n" not in data:
            data += self._socket.recv(1 << 20)
        head_bytes, _, rest = data.partition(b"\r\n\r\n")
        if b"chunked" in head_bytes:
            while not rest.endswith(b"0\r\n\r\n"):
                rest += self._socket.recv(1 << 20)
            return rest
        length = int(head_bytes.partition(b"Content-Length: ")[2].partition(b"\r\n")[0] or 0)
        while len(rest) < length:
            rest += self._socket.recv(1 << 20)
        return rest

    def close(self) -> None:
        self._socket.close()


@contextmanager
def running(*command: str) -> Iterator[str]:
    """A server process on a socket; gives the socket's path."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/docker.sock"
        process = subprocess.Popen([*command, path], stdout=subprocess.PIPE)
        assert process.stdout is not None
        try:
            while b"ready" not in (line := process.stdout.readline()):
                assert line, "the server has ended"
            yield path
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()


def fakedocker(mode: str = "fast") -> tuple[str, ...]:
    """The command that serves, but for its last word, the socket's path."""
    return (sys.executable, "-m", "fakedocker_shell.main", "--profile", profile(), "serve", "--time", mode, "--socket")


def median(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of how many seconds something takes."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def ping_floor() -> float:
    """Seconds that a server takes for a ping which answers all with constant bytes."""
    with running(sys.executable, str(FLOOR)) as path:
        client = Client(path)
        floor = median(lambda: client.ask("GET", "/_ping"))
        client.close()
    return floor


def measure() -> Iterator[tuple[str, str, str]]:
    floor = ping_floor()
    yield "ping of a server that answers constant bytes (the floor)", micro(floor), ""
    with running(*fakedocker()) as path:
        yield from _requests(Client(path), floor)
    docker = shutil.which("docker")
    if docker is not None:
        yield from _real_client(docker)


def _requests(client: Client, floor: float) -> Iterator[tuple[str, str, str]]:
    body = json.dumps({"Image": "alpine", "Cmd": ["sleep", "300"]}).encode()
    client.ask("POST", "/images/create?fromImage=alpine&tag=latest")
    first = json.loads(client.ask("POST", "/containers/create", body))["Id"]
    figures = {
        "ping": median(lambda: client.ask("GET", "/_ping")),
        "inspect": median(lambda: client.ask("GET", f"/containers/{first}/json")),
        "create": median(lambda: client.ask("POST", "/containers/create", body), 999),
        "list of 1,000": median(lambda: client.ask("GET", "/containers/json?all=1"), 50),
    }
    for name, seconds in figures.items():
        yield (
            f"{name} over the socket, p50",
            f"{micro(seconds)} = {seconds / floor:.1f} x floor",
            f"{GO_FAKE_MICROSECONDS[name]} us",
        )

    def lifecycle() -> None:
        identifier = json.loads(client.ask("POST", "/containers/create", body))["Id"]
        client.ask("POST", f"/containers/{identifier}/start")
        client.ask("POST", f"/containers/{identifier}/stop?t=0")
        client.ask("DELETE", f"/containers/{identifier}")

    seconds = median(lifecycle)
    yield (
        "lifecycle over the socket, one connection",
        f"{1 / seconds:,.0f} a second = {seconds / floor:.0f} x floor",
        "10 x floor",
    )
    client.close()


def _real_client(docker: str) -> Iterator[tuple[str, str, str]]:
    """Each command against answers given at once, then against this engine."""
    commands = {"ps -a": ["ps", "-a"], "exec": ["exec", "box", "true"], "run --rm": ["run", "--rm", "alpine", "true"]}

    def timed(path: str, words: list[str]) -> float:
        environment = {**os.environ, "DOCKER_HOST": f"unix://{path}"}
        return best(lambda: subprocess.run([docker, *words], env=environment, capture_output=True, check=True), 15)

    with running(sys.executable, str(FLOOR)) as path:
        floors = {name: timed(path, words) for name, words in commands.items()}
    with running(*fakedocker()) as path:
        client = Client(path)
        client.ask("POST", "/images/create?fromImage=alpine&tag=latest")
        client.ask(
            "POST", "/containers/create?name=box", json.dumps({"Image": "alpine", "Cmd": ["sleep", "1000000"]}).encode()
        )
        client.ask("POST", "/containers/box/start")
        client.close()
        for name, words in commands.items():
            seconds = timed(path, words)
            ratio = seconds / floors[name]
            yield f"docker {name}, the real client", f"{milli(seconds)} = {ratio:.2f} x at once", "1.15 x at once"
