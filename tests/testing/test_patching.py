"""patch(): clients that know nothing of it reach the double, and no other daemon where it guards."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import docker
import pytest

import fakedocker
from fakedocker.serving import HAS_UNIX_SOCKETS, Listening, serve_in_thread
from fakedocker.testing import DockerReached, FakeDocker

pytestmark = [
    pytest.mark.skipif(not HAS_UNIX_SOCKETS, reason="there are no unix sockets here"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # clients of the tests' subjects are left to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MADE_BEFORE = docker.APIClient(base_url="unix:///var/run/docker.sock", version="1.45")
SUBPROCESS_SECONDS = 300


def test_docker_py_however_it_is_made() -> None:
    with fakedocker.patch(images=["alpine"]) as fake:
        for client in (docker.from_env(), docker.DockerClient(), docker.DockerClient("unix:///run/docker.sock")):
            assert client.containers.run("alpine", "echo hi") == b"hi\n"
            client.close()
        assert docker.APIClient().info()["ID"] == fake.client.info()["ID"]
        assert MADE_BEFORE.info()["ID"] == fake.client.info()["ID"]
        MADE_BEFORE.close()
    assert "send" not in vars(socket.socket)
    assert socket.socket.connect is super(socket.socket, socket.socket).connect


def test_a_tcp_address_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:2375")
    before = docker.APIClient(base_url="tcp://127.0.0.1:2375", version="1.45")
    with fakedocker.patch() as fake:
        assert before.info()["ID"] == fake.client.info()["ID"]
        before.close()
    assert os.environ["DOCKER_HOST"] == "tcp://127.0.0.1:2375"


def test_aiodocker() -> None:
    aiodocker = pytest.importorskip("aiodocker", reason="aiodocker is not installed")

    async def ids() -> set[str]:
        found = set()
        for client in (aiodocker.Docker(), aiodocker.Docker(url="unix:///var/run/docker.sock")):
            found.add((await client.system.info())["ID"])
            await client.close()
        return found

    with fakedocker.patch() as fake:
        assert asyncio.run(ids()) == {fake.client.info()["ID"]}


def test_a_decorator_and_a_double_that_is_there() -> None:
    fake = FakeDocker(images=["alpine"])

    @fakedocker.patch(fake)
    def ping() -> bool:
        return docker.from_env().ping()

    assert ping()
    fake.assert_asked("ping", times=None)


def test_what_is_no_double_is_refused() -> None:
    with pytest.raises(TypeError, match=r"expected a FakeDocker, not str; .*images="), fakedocker.patch("alpine"):  # type: ignore[arg-type]  # that is the mistake
        pass
    with (
        pytest.raises(TypeError, match="images= is for a new double"),
        fakedocker.patch(FakeDocker(), images=["alpine"]),
    ):
        pass


# subprocesses

OWN_CLIENT = """
import subprocess, sys
import fakedocker
with fakedocker.patch(images=["alpine"]) as fake:
    import shutil
    found = shutil.which("docker")
    for command in (["docker", "run", "alpine", "echo", "hi"], "docker run alpine echo ho", [found, "run", "alpine", "echo", "hu"]):
        sys.stdout.write(subprocess.run(command, shell=isinstance(command, str), capture_output=True, text=True, check=True).stdout)
print(subprocess.run([found, "ps"]).returncode)
"""


def test_a_docker_command_where_there_is_none_on_path(tmp_path: Path) -> None:
    path = [folder for folder in os.defpath.split(os.pathsep) if not shutil.which("docker", path=folder)]
    environment = {"PATH": os.pathsep.join(path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", OWN_CLIENT], env=environment, capture_output=True, text=True, timeout=SUBPROCESS_SECONDS
    )
    assert done.stdout.split() == ["hi", "ho", "hu", "127"], done.stderr


FAKE_CLIENT = """#!/bin/sh
echo "$DOCKER_HOST $*"
"""


@pytest.fixture
def real_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker client of the machine's, which tells where it would go."""
    client = tmp_path / "bin" / "docker"
    client.parent.mkdir()
    client.write_text(FAKE_CLIENT)
    client.chmod(0o755)
    monkeypatch.setattr("fakedocker.testing.docker_command._folder", "")
    monkeypatch.setenv("PATH", f"{client.parent}{os.pathsep}{os.environ['PATH']}")
    return client


def run(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=SUBPROCESS_SECONDS)


def test_the_machines_client_is_led_here_without_a_variable(real_client: Path) -> None:
    with fakedocker.patch():
        here = os.environ["DOCKER_HOST"]
        assert run(["docker", "--log-level", "debug", "ps"]).stdout == f"{here} --log-level debug ps\n"
        assert run(["docker", "ps"], DOCKER_HOST="tcp://elsewhere:1").stdout == "tcp://elsewhere:1 ps\n"
    assert run([str(real_client), "ps"]).stdout == " ps\n"


@pytest.mark.parametrize(
    "flags",
    [["-H", "tcp://far:1"], ["-Htcp://far:1"], ["--host=tcp://far:1"], ["-D", "-c", "far"], ["--context", "far"]],
)
def test_a_guard_refuses_a_command_for_another_daemon(real_client: Path, flags: list[str]) -> None:
    with pytest.raises(DockerReached, match="far"), fakedocker.patch(guard=True):
        script = f"client=docker; $client {' '.join(flags)} ps"  # seen by nobody before the command itself
        done = run(["sh", "-c", script])
        assert (done.returncode, done.stdout) == (125, "")
        assert "guard refuses" in done.stderr
    with pytest.raises(DockerReached, match="far"), fakedocker.patch(guard=True):
        run([str(real_client), *flags, "ps"])


def test_a_guard_lets_commands_for_the_double_through(real_client: Path) -> None:
    with fakedocker.patch(guard=True):
        here = os.environ["DOCKER_HOST"]
        assert run(["docker", "run", "-H", "alpine"]).stdout == f"{here} run -H alpine\n"
        assert run(["docker", "-H", here, "ps"]).stdout == f"{here} -H {here} ps\n"
        assert run(["docker", "--context", "default", "ps"]).stdout == f"{here} --context default ps\n"
        with pytest.raises(DockerReached, match="far"):
            run(["docker", "ps"], DOCKER_HOST="tcp://far:1")
        fakedocker.testing.guarding._watches[-1].attempts.clear()


# other daemons


def test_a_guard_refuses_whatever_speaks_the_api(tmp_path: Path) -> None:
    other = FakeDocker()
    path = tmp_path / "unusual.name"
    with serve_in_thread(other.engine, Listening(socket_path=str(path), tcp=("127.0.0.1", 0))) as served:
        assert served.tcp is not None
        with pytest.raises(DockerReached, match=r"unusual\.name.*127\.0\.0\.1"), fakedocker.patch(guard=True):
            assert docker.from_env().ping()
            with pytest.raises(docker.errors.DockerException, match="was contacted at unix:"):
                docker.DockerClient(f"unix://{path}")
            with pytest.raises(DockerReached, match=r"was contacted at tcp://127\.0\.0\.1"):
                docker.APIClient(f"tcp://127.0.0.1:{served.tcp[1]}", version="1.45").containers()
        asked = [call.operation for call in other.calls]
        assert asked == []
        with fakedocker.patch():
            assert docker.DockerClient(f"unix://{path}").ping()


# testcontainers

ORDER = """
import sys, urllib.request, warnings
if sys.argv[1] == "before":
    from testcontainers.core.container import DockerContainer
import fakedocker
for number in range(2):  # each with a reaper of its own
    with fakedocker.patch(guard=True) as fake:
        from testcontainers.core.container import DockerContainer
        fake.image("shop/api", ports={8080: "hello"})
        with DockerContainer("shop/api").with_exposed_ports(8080) as api:
            with urllib.request.urlopen(f"http://{api.get_container_host_ip()}:{api.get_exposed_port(8080)}/", timeout=300) as answer:
                print(answer.read().decode())
from testcontainers.core.config import testcontainers_config
print(testcontainers_config.connection_mode_override)
"""


@pytest.mark.skipif(find_spec("testcontainers") is None, reason="testcontainers is not installed")
@pytest.mark.parametrize("imported", ["before", "after"])
def test_testcontainers_inside_a_container_of_ci(tmp_path: Path, imported: str) -> None:
    script = tmp_path / "script.py"
    inside = (
        "import os.path; exists = os.path.exists; os.path.exists = lambda path: path == '/.dockerenv' or exists(path)\n"
    )
    script.write_text(inside + ORDER)
    environment = {**os.environ, "TESTCONTAINERS_HOST_OVERRIDE": "docker", "DOCKER_HOST": "tcp://docker:2375"}
    done = subprocess.run(
        [sys.executable, str(script), imported],
        env=environment,
        capture_output=True,
        text=True,
        timeout=SUBPROCESS_SECONDS,
    )
    assert done.stdout.split() == ["hello", "hello", "None"], done.stderr


# one engine, all doors


def test_what_any_door_starts_is_reachable_on_its_port() -> None:
    with fakedocker.patch() as fake:
        fake.image("shop/api", ports={8080: "hello"})
        in_process = fake.client.containers.run("shop/api", detach=True, ports={"8080/tcp": None})
        by_socket = docker.from_env().containers.run("shop/api", detach=True, ports={"8080/tcp": None})
        for container in (in_process, by_socket):
            container.reload()
            port = container.ports["8080/tcp"][0]["HostPort"]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=300) as answer:
                assert answer.read() == b"hello"


def test_a_port_of_a_container_that_ran_before_it_was_patched_in() -> None:
    fake = FakeDocker()
    fake.image("shop/api", ports={8080: "hello"})
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fake.client.containers.run("shop/api", detach=True, ports={"8080/tcp": port})
    with fakedocker.patch(fake), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=300) as answer:
        assert answer.read() == b"hello"


def test_two_doubles_at_once_pick_ports_that_differ() -> None:
    first, second = FakeDocker(1), FakeDocker(2)
    with first.served(publish=True), second.served(publish=True):
        for fake in (first, second):
            fake.client.ping()  # each looks at what is free before any has taken a port
        ports = set()
        for fake in (first, second):
            fake.image("shop/api", ports={8080: "hello"})
            container = fake.client.containers.run("shop/api", detach=True, ports={"8080/tcp": None})
            container.reload()
            port = container.ports["8080/tcp"][0]["HostPort"]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=300) as answer:
                assert answer.read() == b"hello"
            ports.add(port)
        assert len(ports) == 2
