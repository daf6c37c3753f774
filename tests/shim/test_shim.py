"""The docker of `fakedocker shim`, run as scripts and coding agents run it: a process for each command."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fakedocker_shell.shim import client, frames
from fakedocker_shell.shim.settings import Places

SECONDS = 120
STARTED = "fakedocker: this docker is simulated; its engine has been started"


class Shim:
    """One that is installed in a folder."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.places = Places(folder / ".fakedocker")
        self.environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
        for name in ("DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_CONTEXT"):
            self.environment.pop(name, None)

    def manage(self, action: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fakedocker_shell", "shim", action, *options, str(self.folder)]
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)

    def run(self, *arguments: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, **more}
        return subprocess.run(
            ["docker", *arguments], input=given, capture_output=True, text=True, timeout=SECONDS, check=False,
            env=environment,
        )  # fmt: skip

    def process(self) -> int:
        return int(self.places.lock.read_text())


@pytest.fixture
def shim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shim]:
    found = Shim(tmp_path_factory.mktemp("shim"))
    done = found.manage("install", "--seed", "7", "--date", "2024-10-01")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f'export PATH="{found.folder}:$PATH"\n'
    yield found
    found.manage("stop")


def test_the_first_command_starts_the_engine_and_says_that_it_is_simulated(shim: Shim) -> None:
    first, second = shim.run("ps", "-q"), shim.run("ps", "-q")
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout == second.stderr == ""
    assert first.stderr == f"{STARTED} (fakedocker shim status {shim.folder})\n"


def test_eight_first_commands_share_one_engine(shim: Shim) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: shim.run("volume", "create", f"v{number}"), range(8)))
    assert [one.returncode for one in done] == [0] * 8, [one.stderr for one in done]
    assert sum(STARTED in one.stderr for one in done) == 1
    assert shim.run("volume", "ls", "-q").stdout.split() == [f"v{number}" for number in range(8)]


def test_a_killed_engine_is_started_again(shim: Shim) -> None:
    shim.run("ps")
    killed = shim.process()
    os.kill(killed, signal.SIGKILL)
    while shim.manage("status").stdout.startswith("engine: runs"):
        time.sleep(0.01)
    assert shim.places.commands.exists() and shim.places.docker.exists(), "its sockets are stale"
    again = shim.run("ps", "-q")
    assert (again.returncode, STARTED in again.stderr) == (0, True)
    assert shim.process() != killed


def test_a_second_engine_of_a_folder_gives_way(shim: Shim) -> None:
    """As when a client is killed while it holds the lock of the start, and the next one starts another."""
    shim.run("volume", "create", "kept")
    ready, told = os.pipe()
    command = [sys.executable, "-m", "fakedocker_shell.shim.engine", str(shim.places.folder), str(told)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, pass_fds=[told])
    os.close(told)
    assert (second.returncode, second.stderr, os.read(ready, 1)) == (75, "", b"")
    os.close(ready)
    assert shim.run("volume", "ls", "-q").stdout == "kept\n"


def test_a_command_under_way_hears_that_the_engine_was_killed(shim: Shim) -> None:
    shim.run("run", "-d", "--name", "web", "nginx")
    following = subprocess.Popen(
        ["docker", "logs", "-f", "web"], env=shim.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert following.stdout is not None
    following.stdout.readline()
    os.kill(shim.process(), signal.SIGKILL)
    _, told = following.communicate(timeout=SECONDS)
    assert (following.returncode, told.endswith("fakedocker: the engine has ended\n")) == (1, True)


def test_streams_and_statuses_are_those_of_the_command(shim: Shim) -> None:
    shim.run("pull", "alpine")
    assert shim.run("run", "-i", "--rm", "alpine", "cat", given="to and fro\n").stdout == "to and fro\n"
    large = shim.run("run", "-i", "--rm", "alpine", "sh", "-c", "cat; echo end", given="x" * 300_000)
    assert large.stdout == "x" * 300_000 + "end\n"
    failed = shim.run("run", "--rm", "alpine", "sh", "-c", "echo out; echo err >&2; exit 42")
    assert (failed.stdout, failed.stderr, failed.returncode) == ("out\n", "err\n", 42)
    assert shim.run("run", "--rm", "alpine", "nothing").returncode == 127
    assert shim.run("inspect", "nothing").returncode == 1


def test_input_that_nobody_asked_for_is_left(shim: Shim) -> None:
    script = "docker run --rm alpine true; read -r line; echo $line"
    done = subprocess.run(
        ["sh", "-c", script], input="still here\n", env=shim.environment, capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.stdout == "still here\n"


def test_what_is_not_simulated_has_a_status_of_its_own(shim: Shim) -> None:
    lacking = shim.run("run", "--rm", "python:3.12-slim", "python", "-c", "import ctypes; ctypes.CDLL('libm.so')")
    assert lacking.returncode == 77
    assert "is not simulated" in lacking.stderr
    assert lacking.stderr.endswith("status 77 in place of 1\n")
    failing = shim.run("run", "--rm", "python:3.12-slim", "python", "-c", "assert 1 == 2")
    assert failing.returncode == 1, "its own failure is told as it is"


def test_what_of_the_machine_is_not_shown_cannot_be_mounted(shim: Shim, tmp_path: Path) -> None:
    (tmp_path / "here").write_text("real\n")
    words = (
        f"{tmp_path} on the real machine is not simulated: `fakedocker shim install --host-dir` lets containers see it"
    )
    for option in (f"-v={tmp_path}:/x", f"--mount=type=bind,source={tmp_path},target=/x"):
        refused = shim.run("run", "--rm", option, "alpine", "ls", "/x")
        assert (refused.returncode, words in refused.stderr) == (77, True), refused.stderr
    assert shim.run("run", "--rm", "-v", "/var/run/docker.sock:/s", "alpine", "ls", "/s").stdout == "/s\n"
    assert shim.manage("install", "--host-dir", str(tmp_path)).returncode == 0
    seen = shim.run("run", "--rm", "-v", f"{tmp_path}:/x", "alpine", "cat", "/x/here")
    assert (seen.stdout, seen.returncode) == ("real\n", 0)


def test_no_other_daemon_is_reached(shim: Shim) -> None:
    words = "fakedocker: this docker is simulated and reaches its own engine alone, not tcp://192.0.2.1:2375\n"
    assert shim.run("ps", DOCKER_HOST="tcp://192.0.2.1:2375").stderr.endswith(words)
    assert shim.run("-H", "tcp://192.0.2.1:2375", "ps").stderr == words
    assert shim.run("ps", DOCKER_HOST=shim.places.address).returncode == 0


COMPOSE = """services:
  web:
    build: .
    ports: ["127.0.0.1:0:5000"]
    environment: {GREETING: "${GREETING}"}
"""
APPLICATION = """import os
from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return os.environ["GREETING"] + "\\n"


app.run(host="0.0.0.0", port=5000)
"""
DOCKERFILE = """FROM python:3.12-slim
RUN pip install flask
COPY app.py .
CMD ["python", "app.py"]
"""


def test_the_usual_hour_of_a_coding_agent(shim: Shim, tmp_path: Path) -> None:
    project = tmp_path / "shop"
    project.mkdir()
    for name, text in (("compose.yaml", COMPOSE), ("app.py", APPLICATION), ("Dockerfile", DOCKERFILE)):
        (project / name).write_text(text)

    def do(command: str) -> str:
        done = subprocess.run(
            ["sh", "-c", f"cd {project} && {command}"], env={**shim.environment, "GREETING": "good day"},
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "Version:" in do("docker version")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", do("docker build -q ."))
    do("docker compose up -d --build")
    port = do("docker compose port web 5000").strip().rpartition(":")[2]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS) as answer:
        assert answer.read() == b"good day\n"
    assert "GET / HTTP/1.1" in do("docker compose logs web")
    assert do("docker compose exec web cat app.py") == APPLICATION
    assert do("docker-compose ps --format '{{.Service}} {{.State}}'") == "web running\n"
    do("docker compose down")
    assert do("docker ps -aq") == ""


def test_a_terminal_is_one_and_comes_back(shim: Shim) -> None:
    shim.run("pull", "alpine")
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["docker", "run", "-it", "--rm", "alpine"], env=shim.environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    seen = b""

    def until(part: bytes) -> None:
        nonlocal seen
        end_seconds = time.monotonic() + SECONDS
        while part not in seen:
            assert time.monotonic() < end_seconds, seen
            seen += os.read(ours, 4096)

    until(b"/ # ")
    os.write(ours, b"tty; echo $((6*7))\n")
    until(b"/dev/pts/0\r\n42\r\n/ # ")
    os.write(ours, b"sleep 1000\n")
    until(b"sleep 1000\r\n")
    os.write(ours, b"\x03")
    until(b"^C")
    os.write(ours, b"exit 5\n")
    assert shell.wait(SECONDS) == 5
    os.close(ours)
    os.close(theirs)


def test_an_interrupt_ends_who_follows(shim: Shim) -> None:
    shim.run("run", "-d", "--name", "web", "nginx")
    following = subprocess.Popen(
        ["docker", "logs", "-f", "web"], env=shim.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert following.stdout is not None
    following.stdout.readline()
    following.send_signal(signal.SIGINT)
    following.communicate(timeout=SECONDS)
    assert following.returncode in (130, -signal.SIGINT)
    assert shim.run("ps", "--format", "{{.Names}}").stdout == "web\n"


def test_a_state_goes_on_in_the_next_engine(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    kept = Shim(tmp_path_factory.mktemp("shim"))
    assert kept.manage("install", "--state", str(tmp_path / "state")).returncode == 0
    try:
        kept.run("volume", "create", "kept")
        assert kept.manage("stop").stdout == "the engine has ended\n"
        assert kept.run("volume", "ls", "-q").stdout == "kept\n"
    finally:
        kept.manage("remove")
    assert not (kept.folder / "docker").exists() and not kept.places.folder.exists()


def test_what_is_no_command_harms_nobody(shim: Shim) -> None:
    shim.run("ps")
    for bad in (b"", b"GET / HTTP/1.1\r\n\r\n", frames.pack(b"H", b"x"), b"H\xff\xff\xff\xff", frames.pack(b"D", b"x")):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(str(shim.places.commands))
            connection.sendall(bad)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(100) == b""
    assert shim.run("ps", "-q").returncode == 0
    assert "Traceback" not in shim.places.log.read_text()


def test_another_docker_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "docker").write_text("#!/bin/sh\n")
    refused = Shim(tmp_path).manage("install")
    assert refused.returncode == 1
    assert "is there already and is no shim: it is left as it is" in refused.stderr
    assert (tmp_path / "docker").read_text() == "#!/bin/sh\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--date", "someday"), "--date takes a day as YYYY-MM-DD"),
        (("--profile", "28", "--storage", "overlayfs"), "overlayfs"),
        (("--host-dir", "/nowhere"), "/nowhere: no such folder"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    refused = Shim(tmp_path / "new").manage("install", *options)
    assert (refused.returncode, words in refused.stderr) == (1, True), refused.stderr
    assert not (tmp_path / "new").exists()


def test_client_and_engine_mean_the_same_frames() -> None:
    assert client.frame(b"D", b"abc") == frames.pack(b"D", b"abc")
    told = frames.read_hello(client.hello(["run", "a b"]))
    assert told.arguments == ("run", "a b")
    assert told.directory == os.getcwd()
    assert told.environment == dict(os.environ)
