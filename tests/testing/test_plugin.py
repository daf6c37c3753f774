"""The pytest plugin and its guard, as another project uses them: in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from helpers.inner_pytest import run_pytest

HEADER = """
import os, socket, subprocess, sys
import docker, pytest
"""


def run_tests(
    folder: Path, tests: str, *options: str, ini: str = "", all_plugins: bool = False
) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(HEADER + tests)
    (folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}\n")
    return run_pytest(folder, "-q", *options, ".", all_plugins=all_plugins)


def passes(folder: Path, tests: str, count: int, *options: str, ini: str = "", all_plugins: bool = False) -> None:
    done = run_tests(folder, tests, *options, ini=ini, all_plugins=all_plugins)
    assert f"{count} passed" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


def test_fixtures_of_every_scope(tmp_path: Path) -> None:
    tests = """
def test_each_test_has_its_own(fakedocker_client, fakedocker_engine, fakedocker):
    assert fakedocker.client is fakedocker_client and fakedocker.engine is fakedocker_engine
    fakedocker_client.volumes.create("data")

def test_and_sees_nothing_of_others(fakedocker_client, fakedocker_module, fakedocker_session):
    assert fakedocker_client.volumes.list() == []
    fakedocker_module.client.volumes.create("module")
    fakedocker_session.client.volumes.create("session")

def test_modules_share(fakedocker_module, fakedocker_session):
    assert [volume.name for volume in fakedocker_module.client.volumes.list()] == ["module"]
    assert [volume.name for volume in fakedocker_session.client.volumes.list()] == ["session"]
"""
    passes(tmp_path, tests, 3, "-p", "no:randomly", all_plugins=True)


def test_a_world_of_the_projects_own(tmp_path: Path) -> None:
    tests = """
import fakedocker.testing

@pytest.fixture(scope="session")
def fakedocker_world():
    return fakedocker.testing.FakeDocker(images=["alpine", "redis:7"]).snapshot()

@pytest.mark.parametrize("number", range(3))
def test_images_are_there(fakedocker_client, number):
    assert {tag for image in fakedocker_client.images.list() for tag in image.tags} == {"alpine:latest", "redis:7"}
    fakedocker_client.images.remove("alpine")
"""
    passes(tmp_path, tests, 3)


def test_a_socket_for_subprocesses_and_clients_of_their_own(tmp_path: Path) -> None:
    tests = """
def test_from_env(fakedocker_socket, fakedocker_client):
    assert os.environ["DOCKER_HOST"] == fakedocker_socket.docker_host
    assert os.listdir(os.environ["DOCKER_CONFIG"]) == []
    docker.from_env().volumes.create("data")
    code = "import docker; print([volume.name for volume in docker.from_env().volumes.list()])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "['data']\\n"
    assert [volume.name for volume in fakedocker_client.volumes.list()] == ["data"]

def test_afterwards_nothing_is_left():
    assert "DOCKER_HOST" not in os.environ and "DOCKER_CONFIG" not in os.environ
"""
    passes(tmp_path, tests, 2)


REACHING = """
@pytest.fixture
def other(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "docker.sock"))
        server.listen()
        yield str(tmp_path / "docker.sock")

def reach(path):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
"""


@pytest.mark.skipif(not hasattr(__import__("socket"), "AF_UNIX"), reason="there are no unix sockets here")
def test_the_guard_fails_who_reaches_another_daemon(tmp_path: Path) -> None:
    tests = (
        REACHING
        + """
@pytest.mark.fakedocker_guard
def test_marked(other):
    reach(other)

@pytest.mark.fakedocker_guard
def test_swallowed(other):
    try:
        reach(other)
    except Exception:
        pass

@pytest.mark.fakedocker_guard
def test_tcp():
    with pytest.raises(AssertionError):
        socket.create_connection(("127.0.0.1", 2375))

def test_not_marked(other):
    reach(other)

@pytest.mark.fakedocker_guard
def test_others_are_let_through(tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "web.sock"))
        server.listen()
        reach(str(tmp_path / "web.sock"))

@pytest.mark.fakedocker_guard
def test_ours_is_let_through(fakedocker_socket):
    assert docker.from_env().ping()

@pytest.mark.fakedocker_guard
def test_subprocesses_find_nobody():
    assert "nonexistent" in os.environ["DOCKER_HOST"]
"""
    )
    done = run_tests(tmp_path, tests)
    assert "3 failed, 4 passed" in done.stdout, done.stdout
    assert "a docker daemon was contacted at unix://" in done.stdout
    assert "which is none of fakedocker's" in done.stdout


def test_the_guard_can_watch_over_all(tmp_path: Path) -> None:
    tests = (
        REACHING
        + """
def test_reaching(other):
    reach(other)
"""
    )
    assert "1 failed" in run_tests(tmp_path, tests, ini="fakedocker_guard = true").stdout
    passes(tmp_path, tests, 1)


def test_nothing_heavy_is_imported_before_it_is_used(tmp_path: Path) -> None:
    heavy = {"docker", "requests", "networkx", "hypothesis", "msgspec", "immutables", "fakedocker.engine.engine"}
    code = "import sys, fakedocker, fakedocker.testing.plugin; print(sorted(set(sys.argv[1:]) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code, *heavy], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout == "[]\n"


def test_nothing_is_autouse(tmp_path: Path) -> None:
    tests = """
def test_no_engine():
    assert "fakedocker.engine.engine" not in sys.modules
"""
    passes(tmp_path, tests, 1)


def test_two_hundred_worlds_in_parallel(tmp_path: Path) -> None:
    tests = """
@pytest.mark.parametrize("number", range(200))
def test_a_world_each(fakedocker_client, number):
    fakedocker_client.volumes.create(f"v{number}")
    assert [volume.name for volume in fakedocker_client.volumes.list()] == [f"v{number}"]
"""
    passes(tmp_path, tests, 200, "-n", "2")


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_options_without_effect_are_told_at_the_end(tmp_path: Path, options: tuple[str, ...]) -> None:
    tests = """
@pytest.mark.parametrize("number", range(4))
def test_it(fakedocker, number):
    fakedocker.image("api")
    fakedocker.client.containers.create("api", cap_add=["NET_ADMIN"])
"""
    done = run_tests(tmp_path, tests, *options)
    assert "fakedocker: options that had no effect" in done.stdout, done.stdout
    assert "create HostConfig.CapAdd: recorded, and not simulated (4 times)" in done.stdout
