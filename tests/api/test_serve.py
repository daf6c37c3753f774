"""The real docker client against `fakedocker serve`. Where no client is installed these tests say so and are skipped."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker import APIClient

CLIENT = shutil.which("docker")
needs_client = pytest.mark.skipif(CLIENT is None, reason="the docker client is not installed")
Docker = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Path]:
    """The socket of a served engine."""
    path = tmp_path / "docker.sock"
    command = [sys.executable, "-m", "fakedocker_shell", "serve", "--socket", str(path), "--seed", "9"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == f"export DOCKER_HOST=unix://{path}\n"
    process.stdout.readline()
    yield path
    process.terminate()
    process.wait(300)
    process.stdout.close()


@pytest.fixture
def docker(daemon: Path, tmp_path: Path) -> Docker:
    """Runs the client; its configuration is an empty folder."""

    def run(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "DOCKER_HOST": f"unix://{daemon}",
            "DOCKER_CONFIG": str(tmp_path),
            "HOME": str(tmp_path),
        }
        return subprocess.run(
            [CLIENT or "docker", *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            env=environment,
            check=False,
        )

    return run


@needs_client
def test_a_container_from_creation_to_removal(docker: Docker) -> None:
    assert docker("pull", "-q", "alpine").stdout == "docker.io/library/alpine:latest\n"
    assert docker("run", "--rm", "alpine", "sh", "-c", "echo out; echo err >&2; exit 3").returncode == 3
    identifier = docker("run", "-d", "--name", "box", "-p", "8080:80", "alpine", "sleep", "300").stdout.strip()
    assert len(identifier) == 64
    listed = docker("ps", "--format", "{{.Names}} {{.State}} {{.Ports}}").stdout
    assert listed == "box running 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp\n"
    assert docker("inspect", "box", "--format", "{{.State.Status}}").stdout == "running\n"
    assert docker("exec", "box", "sh", "-c", "echo hi; exit 5").returncode == 5
    assert docker("stop", "box").stdout == "box\n"
    assert docker("ps", "-a", "--format", "{{.Status}}").stdout.startswith("Exited (137)")
    assert docker("rm", "box").stdout == "box\n"
    assert docker("ps", "-aq").stdout == ""


@needs_client
def test_streams_logs_and_wait(docker: Docker) -> None:
    docker("pull", "-q", "alpine")
    assert docker("run", "-i", "--rm", "alpine", "cat", stdin="typed\n").stdout == "typed\n"
    docker("run", "-d", "--name", "job", "alpine", "sh", "-c", "echo started; sleep 20; echo finished; exit 4")
    assert docker("wait", "job").stdout == "4\n"
    assert docker("logs", "job").stdout == "started\nfinished\n"
    assert docker("logs", "--tail", "1", "job").stdout == "finished\n"
    assert docker("start", "-a", "job").stdout == "started\nfinished\n"


@needs_client
def test_errors_are_dockers(docker: Docker) -> None:
    done = docker("rm", "nosuch")
    assert (done.returncode, done.stderr) == (1, "Error response from daemon: No such container: nosuch\n")
    done = docker("run", "--rm", "localhost:5000/no/such")
    assert done.returncode == 125
    name = "localhost:5000/no/such:latest"
    assert f'failed to resolve reference "{name}": {name}: not found' in done.stderr


def test_only_the_owner_may_connect(daemon: Path) -> None:
    assert stat.S_IMODE(daemon.stat().st_mode) == 0o600


def test_malformed_requests_get_an_answer_and_the_server_goes_on(daemon: Path) -> None:
    for request in (
        b"\x00\x01garbage\r\n\r\n",
        b"GET /x HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"a: " + b"b" * 70_000 + b"\r\n\r\n",
    ):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(300)
            client.connect(str(daemon))
            client.sendall(request)
            assert client.recv(100).startswith(b"HTTP/1.1 4")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(300)
        client.connect(str(daemon))
        client.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = client.recv(4096)
    assert answer.startswith(b"HTTP/1.1 200 OK\r\nApi-Version: 1.55\r\n")
    assert answer.endswith(b"\r\n\r\nOK")


def test_a_file_that_is_no_socket_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("keep me")
    command = [sys.executable, "-m", "fakedocker_shell", "serve", "--socket", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "is no socket" in done.stderr
    assert path.read_text() == "keep me"


def test_a_folder_that_is_not_shown_is_named_once(tmp_path: Path) -> None:
    path, folder = tmp_path / "docker.sock", tmp_path / "project"
    folder.mkdir()
    command = [sys.executable, "-m", "fakedocker_shell", "serve", "--socket", str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.readline()
    client = APIClient(base_url=f"unix://{path}")
    client.pull("alpine")
    for source in (folder, folder, tmp_path / "nothing"):
        host = client.create_host_config(binds=[f"{source}:/app"])
        client.start(client.create_container("alpine", "true", host_config=host))
    client.close()
    process.terminate()
    said = process.communicate(timeout=300)[1]
    assert (
        said
        == f"fakedocker serve: {folder} is mounted as an empty directory; --host-dir {folder} lets containers see it\n"
    )
