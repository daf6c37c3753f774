"""Over the socket: one connection against a server that answers constant bytes, and the real client likewise.

Beside it the in-memory server of go-dockerclient, where it can be built (see `go_fake`): it keeps maps of containers and checks nothing.
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
from itertools import count
from pathlib import Path

from benchmarks import go_fake
from benchmarks.timing import best, micro, milli, profile

FLOOR = Path(__file__).parent / "constant_server.py"
LIFECYCLE = "lifecycle"
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
    return (sys.executable, "-m", "fakedocker_shell", "--profile", profile(), "serve", "--time", mode, "--socket")


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
    theirs = _of_go_fake()
    if theirs is None:
        yield "the Go fake", f"not there: it takes {go_fake.PACKAGES}", ""
    with running(*fakedocker()) as path:
        ours = _requests(path)
    for name, seconds in ours.items():
        goal = "10 x floor" if name == LIFECYCLE else ""
        if theirs is not None:
            goal = f"{micro(theirs[name])} of the Go fake = {theirs[name] / floor:.1f} x floor"
        yield f"{name} over the socket, p50", f"{micro(seconds)} = {seconds / floor:.1f} x floor", goal
    docker = shutil.which("docker")
    if docker is not None:
        yield from _real_client(docker)


def _of_go_fake() -> dict[str, float] | None:
    """The same of the Go fake; None where it cannot be built."""
    with tempfile.TemporaryDirectory() as folder:
        program = go_fake.build(Path(folder))
        if program is None:
            return None
        with running(str(program)) as path:
            return _requests(path)


def _requests(path: str) -> dict[str, float]:
    """The medians of how many seconds requests take, on one connection."""
    client = Client(path)
    body = json.dumps({"Image": "alpine:latest", "Cmd": ["sleep", "300"]}).encode()  # the Go fake knows no default tag
    client.ask("POST", "/images/create?fromImage=alpine&tag=latest")

    def create(number: int) -> str:
        found: str = json.loads(client.ask("POST", f"/containers/create?name=box{number}", body))["Id"]
        return found

    numbers = count()
    first = create(next(numbers))

    def lifecycle() -> None:
        identifier = create(next(numbers))
        client.ask("POST", f"/containers/{identifier}/start")
        client.ask("POST", f"/containers/{identifier}/stop?t=0")
        client.ask("DELETE", f"/containers/{identifier}")

    figures = {
        "ping": median(lambda: client.ask("GET", "/_ping")),
        "inspect": median(lambda: client.ask("GET", f"/containers/{first}/json")),
        "create": median(lambda: create(next(numbers)), 999),
        "list of 1,000": median(lambda: client.ask("GET", "/containers/json?all=1"), 50),
        LIFECYCLE: median(lifecycle),
    }
    client.close()
    return figures


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
